"""The plain-arithmetic bounds: worked by hand, never below what a linear program reaches, and told in tonnes and years."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from workbook_toy import TOY, changed, without, write_folder, write_xlsx

from optimizer.checks import check
from optimizer.checks.reach import Kept, Recipe, _spread, read_reach
from optimizer.checks.values import read_content
from optimizer.findings import Level
from optimizer.workbook import read_workbook


def reach_of(tmp_path, case=TOY):
    return read_reach(read_content(read_workbook(write_folder(tmp_path / "case", case)))[0])


def messages(tmp_path, case, code: str) -> list[str]:
    return [str(f) for f in check(read_workbook(write_folder(tmp_path / "case", case))) if f.code == code]


def test_the_most_of_each_material_by_hand(tmp_path):
    """The bounds of the toy.

    2030: oxide 1000 (S) + 600 (imports), the stock is for losses only. Metal: R 500; RB is funded in 2030 and runs from
    2031. Metal is below 1600 / 1.25 = 1280. Magnets: M at half of 300 and MB not before 2031, so 150 of 500 t of metal.
    2032: metal 500 + 400 (RB at full; RB2 is in its group and does not add) = 900, and magnets 300 + 300 = 600.
    """
    reach = reach_of(tmp_path)
    assert reach.available_t(2030, allied=False) == {"oxide": 1600.0, "metal": 500.0, "magnet": 150.0}
    assert reach.available_t(2032, allied=False) == {"oxide": 1600.0, "metal": 900.0, "magnet": 600.0}
    assert reach.available_t(2032, allied=True)["oxide"] == 1000.0


def test_the_bottleneck_is_carried_along_the_chain(tmp_path):
    """With 100 t of oxide and no imports there are 100 / 1.25 = 80 t of metal and 80 t of magnets."""
    reach = reach_of(tmp_path, changed({"Projects!E2": "100"}, base=without("Imports")))
    assert reach.available_t(2034, allied=False) == pytest.approx({"oxide": 100.0, "metal": 80.0, "magnet": 80.0})


def test_what_a_loss_leaves(tmp_path):
    """Without A: no oxide but the imports of 600 t and the 50 t that the stock may hold, so at most 400 t of RB's metal."""
    reach = reach_of(tmp_path)
    left = reach.available_t(2033, allied=False, kept=Kept(countries={"A": 0.0}, draws=True))
    assert left == {"oxide": 650.0, "metal": 400.0, "magnet": 300.0}
    left = reach.available_t(2033, allied=False, kept=Kept(suppliers={"N": 0.0}, sites={"S": 0.5}))
    assert left["oxide"] == 500.0


def test_a_loop_without_a_source_makes_nothing():
    """Scrap makes metal and metal makes scrap, each with losses: without a source nothing is there."""
    loop = (
        Recipe("melt", "r", {"scrap": 1.0}, {"metal": 0.9}),
        Recipe("cut", "r", {"metal": 1.0}, {"scrap": 0.3, "part": 0.7}),
    )
    made = _spread(loop, {"melt": 100.0, "cut": 100.0}, {})
    assert max(made.values()) < 1e-6
    made = _spread(loop, {"melt": 100.0, "cut": 100.0}, {"scrap": 10.0})
    assert made["metal"] == pytest.approx(9.0 / (1 - 0.27), rel=1e-6)


MATERIALS = ("a", "b", "c", "d")
tonnes_per_tonne = st.sampled_from([0.3, 0.5, 1.0, 2.0])
recipes = st.lists(
    st.builds(
        Recipe,
        st.sampled_from(["p", "q"]),
        st.integers().map(str),
        st.dictionaries(st.sampled_from(MATERIALS), tonnes_per_tonne, max_size=2),
        st.dictionaries(st.sampled_from(MATERIALS), tonnes_per_tonne, min_size=1, max_size=2),
    ),
    min_size=1,
    max_size=5,
)
amounts = st.dictionaries(st.sampled_from(MATERIALS), st.sampled_from([1.0, 5.0, 20.0]), max_size=3)


@given(recipes, amounts, st.sampled_from(MATERIALS))
@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bound_is_below_what_a_linear_program_reaches(chain, supply, wanted):
    """Most of one material that can be delivered, with disposal free, for random recipes, loops among them."""
    capacity = {"p": 10.0, "q": 7.0}
    bound = _spread(tuple(chain), capacity, supply).get(wanted, 0.0)
    net = [[recipe.inputs.get(k, 0.0) - recipe.outputs.get(k, 0.0) for recipe in chain] for k in MATERIALS]
    for row, material in zip(net, MATERIALS, strict=True):
        row.append(1.0 if material == wanted else 0.0)
    within = [[*(1.0 if recipe.process == process else 0.0 for recipe in chain), 0.0] for process in capacity]
    limits = [supply.get(k, 0.0) for k in MATERIALS] + list(capacity.values())
    solved = linprog([*(0.0 for _ in chain), -1.0], A_ub=net + within, b_ub=limits)
    assert solved.status == 0
    assert bound >= -solved.fun - 1e-6


# ---------------------------------------------------------------- what is told


def test_a_demand_that_nothing_can_make_is_traced_to_what_is_missing(tmp_path):
    case = changed({"Projects!C2": "sinter"}, base=without("Imports", "Stockpiles", "Routes"))
    told = messages(tmp_path, changed({"Disruptions!C2": "N"}, base=case), "cannot_be_made")
    assert len(told) == 2  # the rows that need allied material, and the others
    assert "magnet needs metal needs oxide, and no allied project runs separate" in told[0]
    assert "magnet needs metal needs oxide, and no project runs separate" in told[1]
    assert "1,000 t are short" in told[1]


def test_a_demand_by_origin(tmp_path):
    """Oxide from N only: open magnets can be made, allied ones cannot, unless N is trusted."""
    base = without("Stockpiles")
    told = messages(tmp_path / "open", changed({"Projects!B2": "N"}, base=base), "cannot_be_made")
    assert len(told) == 1
    assert told[0].startswith("Demand!C2 material")
    assert "can ever make magnet of allied origin" in told[0]
    trusted = changed({"Projects!B2": "N", "Countries!D4": "yes"}, base=base)
    assert messages(tmp_path / "trusted", trusted, "cannot_be_made") == []


def test_a_demand_in_early_years_only(tmp_path):
    told = messages(tmp_path, changed({"Projects!L4": "2032", "Projects!K7": "2033"}), "cannot_be_made")
    assert "nothing can make magnet in 2030-2031, so 400 t are short in every plan" in told[1]


def test_coverage_above_what_all_could_serve(tmp_path):
    """In 2030 M alone runs, at half: 150 t. Asked for: 0.9 x 200 t of cars."""
    told = messages(tmp_path, changed({"Demand!G4": "0.9"}), "cannot_be_met")
    assert told == [
        'Demand!G4 min_coverage = "0.9": 180 t of magnet must be served in 2030, and all plants, candidates, imports and'
        " stocks together make at most 150 t. Lower what must be served, or add projects or imports."
    ]


def test_an_unpriced_row_must_be_served_with_objective_cost(tmp_path):
    priced = changed({"Settings!B6": "cost", "Demand!I2": "50", "Demand!I3": "50"})
    assert messages(tmp_path / "priced", priced, "cannot_be_met") == []
    told = messages(tmp_path / "unpriced", changed({"Settings!B6": "cost", "Demand!I4": ""}), "cannot_be_met")
    assert told[0].startswith('Demand!E4 demand_t = "200": 200 t of magnet must be served in 2030')


def test_coverage_after_a_loss(tmp_path):
    """Without A the 50 t of oxide in stock make 40 t of allied magnets, and MB 200 t for cars; 130 + 200 t are asked for."""
    told = messages(tmp_path, changed({"Disruptions!J3": "0.95"}), "cannot_be_met")
    assert told == [
        'Disruptions!J3 min_coverage = "0.95": without A 314 t must be served in 2033, and at most 240 t can be.'
        " Lower it, or add projects or stocks."
    ]


def test_a_rule_that_starts_too_early_names_the_year_in_which_it_can_be_met(tmp_path):
    told = messages(tmp_path, changed({"Redundancy!D2": "2030"}), "rule_starts_too_early")
    assert len(told) == 2
    assert "in 2030 at most 1 of the allied countries can have 50 t a year" in told[0]
    assert "the rule asks for 2" in told[0]
    assert told[0].endswith("Begin the rule in 2031, or ask for less.")


def test_a_share_that_the_standing_plants_exceed(tmp_path):
    """R stands in A with 500 t; RB could have 400 t in B: 500 of 900 is 56 %."""
    told = messages(tmp_path, changed({"Redundancy!H3": "0.5"}), "cannot_be_met")
    assert "in 2032 the plants standing in A have 500 t a year" in told[0]
    assert "a share of at least 56%" in told[0]


@pytest.mark.slow
@pytest.mark.parametrize("write", [write_folder, write_xlsx])
def test_five_thousand_projects_are_read_and_checked_in_seconds(tmp_path, write):
    rows = [[f"X{n}", *TOY["Projects"][4][1:13], "", "", "20", "0.5"] for n in range(5000)]
    case = TOY | {"Projects": [*TOY["Projects"], *rows]}
    path = write(tmp_path / "big.xlsx", case)
    begun = time.perf_counter()
    findings = check(read_workbook(path))
    assert time.perf_counter() - begun < 5.0
    assert [str(f) for f in findings if f.level is Level.FAULT] == []
