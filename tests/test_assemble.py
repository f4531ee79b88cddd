"""Workbook -> Instance: units, defaults, sparse years, ``each``, sites, pots, rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from toys import FULL, Sheets, full, instance, rows, settings

from models.instance import (
    BASE,
    CapexCharge,
    FairMeasure,
    FairnessRule,
    Goal,
    Instance,
    Measure,
    Origin,
    Project,
    Scenario,
)

ONE = (
    "project, country, process, status, capacity_t_per_year, capex_musd, lead_years\np, A, make, candidate, 100, 10, 0"
)
DEMAND = "sector, country, material, year, demand_t\nd, A, m, 2030, 100"


def case(years: tuple[int, int] = (2030, 2034), **sheets: str) -> Instance:
    defaults: Sheets = {"Settings": settings(*years), "Projects": ONE, "Demand": DEMAND}
    return instance({**defaults, **sheets})


def plant(columns: str, cells: str, status: str = "candidate", **sheets: str) -> Project:
    header = "project, country, process, status, capacity_t_per_year, capex_musd, lead_years"
    return case(Projects=f"{header}, {columns}\np, A, make, {status}, 100, 10, 1, {cells}", **sheets).projects["p"]


# ---------------------------------------------------------------- settings


def test_defaults_of_the_settings():
    made = case((2030, 2031))
    assert made.years == (2030, 2031)
    assert made.goal is Goal.COVERAGE
    assert made.measure is Measure.AVERAGE
    assert made.capex_charge is CapexCharge.FULL
    assert (made.discount_rate, made.resilience_weight, made.budget_musd) == (0.0, 1.0, None)
    assert made.discount == {2030: 1.0, 2031: 1.0}
    assert made.default_route.cost_musd_per_kt == 0.0


def test_settings_are_read():
    made = case(
        Settings=settings(
            2030,
            2032,
            objective="cost",
            resilience_measure="worst",
            resilience_weight=0.5,
            budget_musd=7,
            discount_rate=0.25,
            default_transport_usd_per_kg=2,
        )
    )
    assert made.goal is Goal.COST
    assert made.measure is Measure.WORST
    assert (made.resilience_weight, made.budget_musd, made.discount_rate) == (0.5, 7.0, 0.25)
    assert made.discount == pytest.approx({2030: 1.0, 2031: 0.8, 2032: 0.64})
    assert made.default_route.cost_musd_per_kt == 2.0


def test_budget_option_replaces_the_setting():
    sheets = {"Settings": settings(budget_musd=7), "Projects": ONE, "Demand": DEMAND}
    assert instance(sheets).budget_musd == 7.0
    assert instance(sheets, budget_musd=3.0).budget_musd == 3.0
    assert instance(sheets, budget_musd=0.0).budget_musd == 0.0


# ---------------------------------------------------------------- units and plants


def test_units_of_a_candidate():
    """Tonnes become kt; USD/kg are MUSD/kt; money stays."""
    found = full().projects["P"]
    assert found == Project(
        name="P",
        country="A",
        process="sinter",
        stage="magnet",
        site="P",
        is_candidate=True,
        nameplate_ktpy=0.1,
        opex_musd_per_kt=1.0,
        fixed_opex_musd_per_year=0.6,
        funding_years=(2030, 2031, 2032),
        min_size_ktpy=0.04,
        capex_musd=10.0,
        fixed_capex_share=0.2,
        public_share=0.5,
        life_years=2,
        lead_years=1,
        output_fraction=(0.5, 1.0),
        spend=(0.4, 0.6),
        min_utilization=0.3,
        group="g",
        requires=("Q",),
    )


CANDIDATES = [
    # column, cell, field, value
    ("min_capacity_t_per_year", "", "min_size_ktpy", 0.1),
    ("min_capacity_t_per_year", "0", "min_size_ktpy", 0.0),
    ("min_capacity_t_per_year", "25", "min_size_ktpy", 0.025),
    ("fixed_capex_share", "", "fixed_capex_share", 0.0),
    ("public_share", "", "public_share", 1.0),
    ("public_share", "0", "public_share", 0.0),
    ("opex_usd_per_kg", "", "opex_musd_per_kt", 0.0),
    ("opex_usd_per_kg", "-3", "opex_musd_per_kt", -3.0),
    ("spend_profile", "", "spend", (1.0,)),
    ("spend_profile", "0.2;0.8", "spend", (0.2, 0.8)),
    ("ramp", "", "output_fraction", (1.0,)),
    ("first_funding_year", "", "funding_years", (2030, 2031, 2032, 2033, 2034)),
    ("first_funding_year", "2033", "funding_years", (2033, 2034)),
    ("first_funding_year", "2020", "funding_years", (2030, 2031, 2032, 2033, 2034)),
    ("site", "", "site", "p"),
    ("site", "park", "site", "park"),
    ("min_utilization", "", "min_utilization", 0.0),
    ("life_years", "", "life_years", None),
    # Candidates never close: first_year and last_year are not read.
    ("last_year", "2031", "fixed_fraction", {}),
]


@pytest.mark.parametrize(("column", "cell", "field", "value"), CANDIDATES)
def test_candidate(column: str, cell: str, field: str, value: object):
    found = getattr(plant(column, cell), field)
    assert found == (pytest.approx(value) if isinstance(value, float) else value)


RAMP = "ramp, operating_year, fraction\nr, 1, 0.25\nr, 2, 0.5\nr, 5, 1"


def test_ramp_holds_until_the_next_value():
    assert plant("ramp", "r", Ramps=RAMP).output_fraction == (0.25, 0.5, 0.5, 0.5, 1.0)


def test_operating_year():
    """Lead 1: funded in 2030, year 2031 is the first; after the ramp the last value holds on."""
    found = plant("ramp", "r", Ramps=RAMP)
    assert [found.fraction(2030, t) for t in range(2029, 2039)] == [0, 0, 0.25, 0.5, 0.5, 0.5, 1, 1, 1, 1]
    assert [found.operates(2030, t) for t in (2030, 2031, 2040)] == [False, True, True]


STANDING = [
    # status, ramp, first_year, last_year, share that stands in 2030 to 2034
    ("existing", "", "", "", {2030: 1, 2031: 1, 2032: 1, 2033: 1, 2034: 1}),
    ("existing", "r", "", "", {2030: 1, 2031: 1, 2032: 1, 2033: 1, 2034: 1}),
    ("existing", "", "", "2031", {2030: 1, 2031: 1}),
    ("existing", "", "2032", "", {2032: 1, 2033: 1, 2034: 1}),
    ("existing", "r", "2029", "2032", {2030: 0.5, 2031: 0.5, 2032: 0.5}),
    ("committed", "r", "2033", "", {2033: 0.25, 2034: 0.5}),
    ("committed", "r", "2020", "", {2030: 1, 2031: 1, 2032: 1, 2033: 1, 2034: 1}),
]


@pytest.mark.parametrize(("status", "ramp", "first", "last", "stands"), STANDING)
def test_standing_plant(status: str, ramp: str, first: str, last: str, stands: dict[int, float]):
    found = plant("ramp, first_year, last_year", f"{ramp}, {first}, {last}", status, Ramps=RAMP)
    assert found.fixed_fraction == stands
    assert not found.is_candidate
    assert found.funding_years == ()


def test_recipes():
    """Opex stands on one row of the recipe; a recipe may have no input."""
    made = full()
    by_name = {(r.process, r.name): r for r in made.recipes}
    assert by_name["mine", "dig"].inputs == {}
    assert by_name["sinter", "plain"].inputs == {"oxide": 1.25}
    assert by_name["sinter", "plain"].outputs == {"magnet": 1.0}
    assert by_name["sinter", "plain"].opex_musd_per_kt == 2.0
    assert [r.name for r in made.recipes_of["sinter"]] == ["plain", "lean"]


def test_countries():
    made = case(
        Countries="country, name, ally, trusted\nA, A, yes,\nT, T, no, yes\nN, N, no, no\nM, M, no,\nB, B, yes, no",
    )
    assert {c.name: (c.ally, c.makes_allied) for c in made.countries.values()} == {
        "A": (True, True),
        "T": (False, True),
        "N": (False, False),
        "M": (False, False),
        "B": (True, True),
    }


# ---------------------------------------------------------------- series


def series(years: tuple[int, int], *lines: str) -> dict[int, float]:
    made = case(years, Demand="\n".join(["sector, country, material, year, demand_t", *lines]))
    (row,) = made.demands.values()
    return {t: x * 1000.0 for t, x in row.demand_kt.items()}


SPARSE = [
    ("one value holds on", ("d, A, m, 2030, 100",), {2030: 100, 2031: 100, 2032: 100}),
    ("linear between", ("d, A, m, 2030, 100", "d, A, m, 2032, 50"), {2030: 100, 2031: 75, 2032: 50}),
    ("flat after the last", ("d, A, m, 2030, 100", "d, A, m, 2031, 50"), {2030: 100, 2031: 50, 2032: 50}),
    ("given before the plan", ("d, A, m, 2026, 100", "d, A, m, 2034, 180"), {2030: 140, 2031: 150, 2032: 160}),
    ("order means nothing", ("d, A, m, 2032, 50", "d, A, m, 2030, 100"), {2030: 100, 2031: 75, 2032: 50}),
]


@pytest.mark.parametrize(("lines", "expected"), [x[1:] for x in SPARSE], ids=[x[0] for x in SPARSE])
def test_sparse_years(lines: tuple[str, ...], expected: dict[int, float]):
    assert series((2030, 2032), *lines) == pytest.approx(expected)


def test_attributes_hold_until_the_next_row():
    """Quantities are interpolated; priority, minimum and price hold from their row, blanks take the default there."""
    made = case(
        (2030, 2033),
        Demand="sector, country, material, year, demand_t, priority, min_coverage, shortfall_usd_per_kg\n"
        "d, A, m, 2028, 0, 3, 0.5, 40\nd, A, m, 2032, 40, , , ",
    )
    (row,) = made.demands.values()
    assert row.demand_kt == pytest.approx({2030: 0.02, 2031: 0.03, 2032: 0.04, 2033: 0.04})
    assert row.priority == {2030: 3.0, 2031: 3.0, 2032: 1.0, 2033: 1.0}
    assert row.min_coverage == {2030: 0.5, 2031: 0.5, 2032: 0.0, 2033: 0.0}
    assert row.shortfall_musd_per_kt == {2030: 40.0, 2031: 40.0, 2032: None, 2033: None}


def test_allied_only_parts_a_series():
    made = case(
        Demand="sector, country, material, year, demand_t, allied_only\nd, A, m, 2030, 10, yes\nd, A, m, 2030, 20, "
    )
    assert {row.allied_only: row.demand_kt[2030] for row in made.demands.values()} == {True: 0.01, False: 0.02}


def test_weighted_demand():
    """2030: 40 x 3 + 50 + 20 = 190 t; three years."""
    assert full().weighted_demand_kt == pytest.approx(0.57)


def test_offers():
    """Rows with and without a country are offers of their own; a trusted supplier's material is allied."""
    made = case(
        (2030, 2031),
        Countries="country, name, ally, trusted\nA, A, yes,\nT, T, no, yes\nN, N, no,",
        Imports="supplier, material, country, year, max_t, price_usd_per_kg\n"
        "N, m, , 2030, 10, 2\nN, m, , 2032, 30, 4\nN, m, A, 2030, 5, 1\nT, m, , 2029, 7, 9",
    )
    found = {(o.supplier, o.country): o for o in made.offers.values()}
    assert found.keys() == {("N", None), ("N", "A"), ("T", None)}
    assert found["N", None].max_kt == pytest.approx({2030: 0.01, 2031: 0.02})
    assert found["N", None].price_musd_per_kt == pytest.approx({2030: 2.0, 2031: 3.0})
    assert {key: o.origin for key, o in found.items()} == {
        ("N", None): Origin.OPEN,
        ("N", "A"): Origin.OPEN,
        ("T", None): Origin.ALLIED,
    }


# ---------------------------------------------------------------- routes, stocks, pots, rules

SPECIFIC = [("m", "A", "B"), ("m", "A", "*"), ("m", "*", "B"), ("m", "*", "*"), ("*", "A", "B"), ("*", "A", "*")]
SPECIFIC += [("*", "*", "B"), ("*", "*", "*")]


@pytest.mark.parametrize("first", range(len(SPECIFIC) + 1))
def test_the_most_specific_route_holds(first: int):
    """With the more specific rows taken away one by one, the next one holds, and at last the default."""
    lines = [f"{k}, {i}, {j}, {n + 1}" for n, (k, i, j) in enumerate(SPECIFIC)][first:]
    made = case(
        Settings=settings(2030, 2030, default_transport_usd_per_kg=len(SPECIFIC) + 1),
        Routes="\n".join(["material, from, to, cost_usd_per_kg", *lines]),
    )
    assert made.route("m", "A", "B").cost_musd_per_kt == first + 1


def test_a_route_holds_whole():
    """The specific row has no cost and no limit: the default cost, and no limit, whatever the row of the star says."""
    made = case(
        Settings=settings(2030, 2030, default_transport_usd_per_kg=2),
        Routes="material, from, to, cost_usd_per_kg, max_t_per_year, allowed\n*, *, *, 9, 500, no\nm, A, B, , ,",
    )
    route = made.route("m", "A", "B")
    assert (route.cost_musd_per_kt, route.max_ktpy, route.allowed) == (2.0, None, True)
    other = made.route("m", "B", "A")
    assert (other.cost_musd_per_kt, other.max_ktpy, other.allowed) == (9.0, 0.5, False)


def test_stockpiles():
    header = (
        "material, country, opening_t, max_t, purchase_usd_per_kg, max_purchase_t_per_year, holding_usd_per_kg_year"
    )
    made = case(
        Stockpiles=f"{header}, base_draw, allied\nm, A, 30, , , , , ,\nm, B, , 50, 4, , 1, yes, yes\nm, C, 5, 9, 3, 2, , ,"
    )
    a, b, c = made.stockpiles.values()
    assert (a.opening_kt, a.max_kt, a.purchase_musd_per_kt, a.origin, a.base_draw) == (
        0.03,
        0.03,
        None,
        Origin.OPEN,
        False,
    )
    assert (b.opening_kt, b.max_kt, b.purchase_musd_per_kt, b.origin, b.base_draw) == (
        0.0,
        0.05,
        4.0,
        Origin.ALLIED,
        True,
    )
    assert b.max_purchase_ktpy == pytest.approx(0.01)
    assert c.max_purchase_ktpy == pytest.approx(0.002)
    assert (b.holding_musd_per_kt, c.holding_musd_per_kt) == (1.0, 0.0)


POTS = [
    # country, stage, year -> pots of FULL that pay
    ("A", "magnet", 2030, {"F#1", "G#2"}),
    ("A", "magnet", 2032, {"F#1", "G#2"}),
    ("C", "mining", 2031, {"G#2"}),
    ("B", "stockpile", 2030, {"F#1"}),
    ("B", "stockpile", 2031, {"F#1", "H#3"}),
    ("C", "stockpile", 2031, {"H#3"}),
    ("C", "stockpile", 2032, set()),
]


@pytest.mark.parametrize(("country", "stage", "year", "payers"), POTS)
def test_pots_pay_what_they_may(country: str, stage: str, year: int, payers: set[str]):
    assert {name for name, pot in full().pots.items() if pot.pays(country, stage, year)} == payers


def test_a_pot_does_not_pay_before_its_year():
    made = case(Budgets="funder, budget_musd, year, carry_over\nF, 5, 2031, yes\nG, 5, 2031, no")
    pays = {name: [t for t in made.years if pot.pays("A", "magnet", t)] for name, pot in made.pots.items()}
    assert pays == {"F#1": [2031, 2032, 2033, 2034], "G#2": [2031]}


def test_rule_of_a_stage_and_of_a_material():
    """Only allies count; a stage by activity, a material by the largest output of a plant's recipes."""
    made = instance(
        {
            "Countries": "country, name, ally, trusted\nA, A, yes,\nT, T, no, yes\nN, N, no,",
            "Materials": "material, name, stage\nm, m, magnet\nslag, slag, other",
            "Recipes": "process, recipe, stage, material, direction, t_per_t\nmake, r, magnet, m, output, 0.5\n"
            "make, s, magnet, m, output, 0.8\nother, o, magnet, slag, output, 1",
            "Projects": "project, country, process, status, capacity_t_per_year\np, A, make, existing, 10\n"
            "q, A, other, existing, 10\nt, T, make, existing, 10",
            "Demand": DEMAND,
            "Redundancy": "rule, stage, material, from_year, min_projects, min_capacity_t_per_year, max_country_share\n"
            "stage, magnet, , , 1, ,\nmaterial, , m, 2030, 1, 5, 1",
        }
    )
    assert made.rules["stage"].conversion == {"p": 1.0, "q": 1.0}
    assert made.rules["material"].conversion == {"p": 0.8}
    assert made.rules["stage"].min_capacity_ktpy == pytest.approx(0.001)
    assert made.rules["material"].min_capacity_ktpy == pytest.approx(0.005)
    assert made.rules["stage"].from_year == 2030
    assert (made.rules["stage"].max_country_share, made.rules["material"].max_country_share) == (None, 1.0)


def test_fairness_rules():
    """Capacity without a year is looked at in the last; a blank share is no limit, 0 is one."""
    rules = "c, A, capacity, magnet, , , 0.5\nm, A, money, , , 0, 0.4\nd, A, coverage, , , 0.3,"
    made = case(Fairness=f"rule, country, measure, stage, year, min_share, max_share\n{rules}").fairness
    assert made["c"] == FairnessRule("c", "A", FairMeasure.CAPACITY, "magnet", 2034, None, 0.5)
    assert made["m"] == FairnessRule("m", "A", FairMeasure.MONEY, min_share=0.0, max_share=0.4)
    assert made["d"] == FairnessRule("d", "A", FairMeasure.COVERAGE, min_share=0.3)
    assert case().fairness == {}


# ---------------------------------------------------------------- scenarios

LOSS = "scenario, kind, target, from_year, years, severity, check_years, weight, sector, min_coverage"


def losses(line: str, **sheets: str) -> dict[str, Scenario]:
    made = case(Disruptions=f"{LOSS}\n{line}", **sheets)
    return {name: scenario for name, scenario in made.scenarios.items() if name != BASE}


WINDOWS = [
    # from_year, years, check_years -> span, years evaluated, scale
    ("", "", "", range(2030, 2035), range(2030, 2035), 1.0),
    ("2032", "", "", range(2032, 2035), range(2032, 2035), 1.0),
    ("2031", "2", "", range(2031, 2033), range(2031, 2033), 1.0),
    ("2033", "9", "", range(2033, 2035), range(2033, 2035), 1.0),
    ("2031", "", "2032", range(2031, 2035), (2032,), 4.0),
    ("", "", "2030;2033-2034", range(2030, 2035), (2030, 2033, 2034), 5 / 3),
    ("2033", "", "2030;2034", range(2033, 2035), (2034,), 2.0),
    ("2028", "4", "", range(2030, 2032), range(2030, 2032), 1.0),
]


@pytest.mark.parametrize(("start", "length", "checked", "span", "years", "scale"), WINDOWS)
def test_window(start: str, length: str, checked: str, span: range, years: range, scale: float):
    (found,) = losses(f"x, lose_project, p, {start}, {length}, , {checked}, , ,").values()
    assert (found.span, found.years) == (tuple(span), tuple(years))
    assert found.scale == pytest.approx(scale)


def test_scale_of_a_loss_that_is_never_looked_at():
    assert Scenario("x", span=(2030,), years=()).scale == 0.0


def test_each_country_that_may_be_lost():
    """PLAIN: A and B may be lost, C not, N is no ally; blank is as ally. The weight is shared."""
    found = losses("x, lose_country, each, , , , , 3, ,")
    assert {name: s.weight for name, s in found.items()} == {"x:A": 1.5, "x:B": 1.5}
    blank = losses(
        "x, lose_country, each, , , , , , ,", Countries="country, name, ally\nA, A, yes\nB, B, yes\nN, N, no"
    )
    assert {name: s.weight for name, s in blank.items()} == {"x:A": 0.5, "x:B": 0.5}
    assert [s.closed_country for s in blank.values()] == ["A", "B"]


SITES = (
    "project, country, process, status, capacity_t_per_year, capex_musd, lead_years, site\n"
    "p, A, make, existing, 10, , , park\nq, A, make, candidate, 10, 5, 0, park\no, B, make, existing, 10, , ,"
)


def test_each_project_goes_site_by_site():
    found = losses("x, lose_project, each, , , 0.25, , 2, ,", Projects=SITES)
    assert {name: (s.project_left, s.weight) for name, s in found.items()} == {
        "x:park": ({"p": 0.75, "q": 0.75}, 1.0),
        "x:o": ({"o": 0.75}, 1.0),
    }


@pytest.mark.parametrize("target", ["q", "park"])
def test_a_lost_project_takes_its_site(target: str):
    (found,) = losses(f"x, lose_project, {target}, , , , , , ,", Projects=SITES).values()
    assert found.project_left == {"p": 0.0, "q": 0.0}
    assert found.closed_country is None
    assert found.supplier_left == {}


def test_each_supplier():
    lines = ("N, m, , 2030, 10, 2", "T, m, , 2030, 10, 2", "N, m, A, 2030, 1, 1")
    offers = "\n".join(["supplier, material, country, year, max_t, price_usd_per_kg", *lines])
    countries = "country, name, ally\nA, A, yes\nT, T, no\nN, N, no\nZ, Z, no"
    found = losses("x, lose_supplier, each, , , 0.5, , , ,", Imports=offers, Countries=countries)
    assert {name: s.supplier_left for name, s in found.items()} == {"x:N": {"N": 0.5}, "x:T": {"T": 0.5}}
    assert all(s.project_left == {} and s.closed_country is None for s in found.values())


@pytest.mark.parametrize(("severity", "left", "closed"), [("", 0.0, "B"), ("1", 0.0, "B"), ("0.75", 0.25, None)])
def test_a_lost_country(severity: str, left: float, closed: str | None):
    """Its plants and its sales fall; at severity 1 nothing leaves it."""
    (found,) = losses(f"x, lose_country, B, , , {severity}, , , ,", Projects=SITES).values()
    assert found.project_left == {"o": left}
    assert found.supplier_left == {"B": left}
    assert found.closed_country == closed


def test_minimum_of_a_loss():
    (found,) = losses("x, lose_country, B, , , , , 0, d, 0.4").values()
    assert (found.sector, found.min_coverage, found.weight) == ("d", 0.4, 0.0)
    (found,) = losses("x, lose_country, B, , , , , , ,").values()
    assert (found.sector, found.min_coverage, found.weight) == (None, None, 1.0)


def test_the_base_is_there():
    made = case((2030, 2032))
    assert made.scenarios[BASE] == Scenario(BASE, span=(2030, 2031, 2032), years=(2030, 2031, 2032))
    assert made.disruptions == ()


# ---------------------------------------------------------------- rows and the guard of the instance


def test_row_order_means_nothing():
    turned = {
        name: "\n".join(", ".join(line) for line in (rows(text)[0], *reversed(rows(text)[1:])))
        for name, text in FULL.items()
        if name not in ("Settings", "Budgets")  # Pots are named by their row.
    }
    made, other = instance(FULL), instance({**FULL, **turned})
    for field in ("countries", "projects", "demands", "offers", "routes", "stockpiles", "rules", "scenarios"):
        assert dict(getattr(made, field)) == dict(getattr(other, field)), field


def bare(**more: object) -> Project:
    return Project("p", "A", "make", "", "p", True, 1.0, 0.0, 0.0, **more)  # type: ignore[arg-type]


GUARDS = [
    (lambda: bare(min_size_ktpy=2.0), "smallest size"),
    (lambda: bare(spend=(0.5, 0.4)), "spend profile"),
    (lambda: replace(full(), years=(2030, 2032)), "consecutive"),
    (lambda: replace(full(), scenarios={}), "base scenario"),
    (lambda: replace(full(), scenarios={BASE: Scenario(BASE, (2030,), (2030,))}), "base scenario"),
    (
        lambda: replace(full(), capex_charge=CapexCharge.ANNUITY, projects={"p": bare(life_years=None)}),
        "life_years",
    ),
]


@pytest.mark.parametrize(("make", "words"), GUARDS, ids=[str(n) for n in range(len(GUARDS))])
def test_the_instance_refuses_what_cannot_be(make: Callable[[], object], words: str):
    with pytest.raises(ValueError, match=words):
        make()
