"""Who pays what: pots of several years and funders, paid as purses and claims, told by funder, project and year."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from random_cases import random_case
from runs import Answer, solve_sheets
from toys import Sheets, instance, settings, solved

from optimizer.audit.pots import payable

# 80 t of m are wanted from 2030 on. Of F and G, who pay for everything, each has its own money by the year; both carry over.
# H pays for stocks in A alone, in 2031 and no later. So a, b (in two years) and c are one claim of F's and G's; the stock in
# A, for which H may pay too, is another.
MONEY: Sheets = {
    "Settings": settings(2030, 2033, resilience_weight=0),
    "Materials": "material, name, stage\nm, m, magnet\nn, n, metal",
    "Recipes": """
        process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
        make, r, magnet, m, output, 1,
        melt, s, metal, m, output, 1,
    """,
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, spend_profile, public_share
        a, A, make, candidate, 30, 10, 0, , 0.5
        b, B, melt, candidate, 30, 8, 0, 0.5;0.5,
        c, C, make, candidate, 20, 6, 0, ,
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 80\ncars, A, m, 2032, 81\ncars, A, m, 2033, 81",
    "Stockpiles": """
        material, country, opening_t, max_t, purchase_usd_per_kg, max_purchase_t_per_year, base_draw, allied
        m, A, 0, 100, 1000, , yes, yes
    """,
    "Budgets": """
        funder, budget_musd, year, carry_over, countries, stages
        F, 6, 2030, yes, ,
        F, 5, 2031, yes, ,
        F, 2, 2033, yes, ,
        G, 4, 2030, yes, ,
        G, 3, 2031, yes, ,
        H, 1.5, 2031, , A, stockpile
    """,
}


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    return solve_sheets(tmp_path_factory.mktemp("money"), MONEY)


def paid(answer: Answer) -> dict[tuple[str, str, int], float]:
    found: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in answer.table("outlays"):
        found[row["funder"], row["project"], int(row["year"])] += float(row["musd"])
    return dict(found)


def test_the_run_passes_its_audit(answer: Answer):
    assert answer.code == 0, answer.stderr
    assert answer.manifest["audit"]["passed"]


def test_what_the_funders_pay_adds_up_to_the_outlay(answer: Answer):
    """10 MUSD in 2030 for a (half of 10 is public) and the first 4 of b, 6 of c when its money is there; stock by H."""
    outlays: dict[str, float] = defaultdict(float)
    for (_, what, _), musd in paid(answer).items():
        outlays[what] += musd
    public = {row["project"]: float(row["public_outlay_musd"]) for row in answer.table("portfolio")}
    assert public == pytest.approx({"a": 5.0, "b": 8.0, "c": 6.0})
    assert {p: outlays[p] for p in public} == pytest.approx(public, abs=1e-6)
    by_h = sum(musd for (funder, _, _), musd in paid(answer).items() if funder == "H")
    assert by_h == pytest.approx(1.5, abs=2e-3)  # The cost step may give back a kilogram, which costs 0.001 MUSD.


def test_no_funder_pays_more_by_the_end_of_a_year_than_it_was_given(answer: Answer):
    given = {"F": {2030: 6, 2031: 11, 2032: 11, 2033: 13}, "G": {2030: 4, 2031: 7, 2032: 7, 2033: 7}}
    for funder, by_then in given.items():
        for year, musd in by_then.items():
            assert sum(x for (f, _, t), x in paid(answer).items() if f == funder and t <= year) <= musd + 1e-6
    assert {t for f, _, t in paid(answer) if f == "H"} == {2031}


def test_what_a_funder_pays_can_be_drawn_from_its_pots_year_by_year(answer: Answer):
    """Pot by pot: each in its year, and with carry-over later."""
    pots = {"F": [(6.0, 2030), (5.0, 2031), (2.0, 2033)], "G": [(4.0, 2030), (3.0, 2031)]}
    for funder, money in pots.items():
        bills = [(musd, t) for (f, _, t), musd in paid(answer).items() if f == funder]
        allowed = [[n for n, (_, year) in enumerate(money) if year <= t] for _, t in bills]
        due = [musd for musd, _ in bills]
        assert payable(due, [musd for musd, _ in money], allowed) == pytest.approx(sum(due), abs=1e-6)


@pytest.mark.parametrize("seed", [0, 2, 9, 14])
def test_payments_of_random_cases_add_up_by_what_is_paid_for_and_year(seed: int):
    case = instance(random_case(seed))
    investment = solved(case).investment
    assert investment is not None
    total: dict[tuple[str, int], float] = defaultdict(float)
    for (_, what, _, t), musd in investment.paid_musd.items():
        total[what, t] += musd
    assert dict(total) == pytest.approx(dict(investment.outlay_musd), abs=1e-6)
    assert {f for f, *_ in investment.paid_musd} <= {pot.funder for pot in case.pots.values()} | {"all"}


def test_unpaid_outlays_are_named_by_their_own_country_and_stage(tmp_path: Path):
    """No pot pays in A or B. The rule needs P in B, so B must be named, though both are one claim, which is called after A."""
    sheets = {
        "Projects": """
            project, country, process, status, capacity_t_per_year, capex_musd, lead_years
            X, C, make, existing, 60, ,
            Q, A, make, candidate, 1, 8, 0
            P, B, make, candidate, 40, 8, 0
        """,
        "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 100",
        "Redundancy": "rule, stage, from_year, min_projects, min_capacity_t_per_year\ntwo, magnet, 2030, 2, 20",
        "Budgets": "funder, budget_musd, countries\nG, 20, C",
    }
    found = solve_sheets(tmp_path, sheets)
    assert found.code == 4
    (money,) = [way for way in found.manifest["explanation"]["ways_out"] if way["kind"] == "money"]
    assert {edit["column"]: edit["write"] for edit in money["edits"]}.items() >= {
        "countries": "B",
        "stages": "magnet",
    }.items()
