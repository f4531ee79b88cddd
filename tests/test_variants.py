"""Changes of cells that make the chain as it is, and the chain with everything built."""

from __future__ import annotations

import pytest
from toys import PLAIN, instance, settings, workbook

from models.everything import everything_built
from models.instance import Goal
from optimizer.assemble import assemble
from optimizer.variants import (
    Target,
    as_it_is,
    with_built,
    with_built_at_once,
    with_losses,
    without_outside_supply,
)

CASE = {
    "Settings": settings(2030, 2033, budget_musd=5, objective="cost", discount_rate=0),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, ramp, first_funding_year, group, requires
        X, A, make, existing, 60, , , , , x,
        P, B, make, candidate, 40, 8, 1, slow, 2031, ,
        Q, B, make, candidate, 20, 8, 0, , , , P
        G, B, make, candidate, 30, 8, 0, , , x,
        H, B, make, candidate, 10, 8, 0, , , y,
        I, B, make, candidate, 10, 8, 0, , , y,
    """,
    "Ramps": """
        ramp, operating_year, fraction
        slow, 1, 0.25
        slow, 2, 1
    """,
    "Demand": """
        sector, country, material, year, demand_t, priority, min_coverage, shortfall_usd_per_kg
        cars, A, m, 2030, 100, 3, 1,
    """,
    "Imports": """
        supplier, material, country, year, max_t, price_usd_per_kg
        N, m, , 2030, 25, 5
    """,
    "Stockpiles": """
        material, country, opening_t, max_t, purchase_usd_per_kg
        m, A, 5, 50, 3
    """,
    "Budgets": """
        funder, budget_musd
        F, 5
    """,
    "Disruptions": """
        scenario, kind, target, min_coverage
        loss, lose_country, B, 0.9
    """,
}


@pytest.fixture(scope="module")
def now():
    return as_it_is(workbook(CASE))


def test_what_money_decides_and_a_plan_must_keep_is_gone(now):
    case = assemble(now)
    assert case.goal is Goal.COVERAGE
    assert case.budget_musd is None
    assert not case.pots
    assert not case.disruptions
    assert all(stock.purchase_musd_per_kt is None for stock in case.stockpiles.values())
    (demand,) = case.demands.values()
    assert set(demand.min_coverage.values()) == {0.0}
    # With objective cost priorities count for nothing, here too.
    assert set(demand.priority.values()) == {1.0}


def test_priorities_of_a_coverage_case_stay():
    case = assemble(as_it_is(workbook(CASE | {"Settings": settings(2030, 2033)})))
    assert {p for d in case.demands.values() for p in d.priority.values()} == {3.0}


def test_everything_is_funded_as_early_as_it_may(now):
    """P from 2031, and so Q, which requires it; G's group is filled by X; of H and I, equally large, the first."""
    choice = everything_built(assemble(now))
    assert choice.built == {"P": 2031, "Q": 2031, "H": 2030}
    assert choice.left_out == {
        "G": "its group x is filled by X",
        "I": "only one of group y can be built: the largest, H",
    }


def test_what_is_built_stands_like_a_funded_candidate(now):
    """P funded in 2031, a year to build: 0.25 of 40 t in 2032, all in 2033; at once: all in every year."""
    case = assemble(now)
    choice = everything_built(case)
    built = assemble(with_built(now, case, choice)).projects["P"]
    candidate = case.projects["P"]
    assert {t: built.fixed_fraction.get(t, 0.0) for t in case.years} == {
        t: candidate.fraction(2031, t) for t in case.years
    }
    at_once = assemble(with_built_at_once(now, choice)).projects["P"]
    assert set(at_once.fixed_fraction.values()) == {1.0}
    assert list(at_once.fixed_fraction) == list(case.years)


def test_outside_supply_is_shut(now):
    assert {x for offer in assemble(without_outside_supply(now)).offers.values() for x in offer.max_kt.values()} == {
        0.0
    }


def test_losses_are_whole_and_last(now):
    case = assemble(with_losses(now, [Target("lose_country", "B"), Target("lose_supplier", "N")]))
    lost = case.scenarios["lose_country:B"]
    assert (lost.span, lost.years, lost.weight, lost.closed_country) == (case.years, case.years, 0.0, "B")
    assert case.scenarios["lose_supplier:N"].supplier_left == {"N": 0.0}


def test_plain_is_left_alone():
    assert as_it_is(workbook({"Demand": CASE["Demand"]})).table("Countries") == workbook(
        PLAIN | {"Demand": CASE["Demand"]}
    ).table("Countries")
    assert instance({"Demand": CASE["Demand"]}).goal is Goal.COVERAGE
