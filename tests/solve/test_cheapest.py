"""The cheapest sizes of fundings that were searched for coverage, and what is left out of them because nobody needs it."""

from __future__ import annotations

import pytest
from toys import Sheets, instance, settings

from optimizer.solve.cheapest import CostCase
from optimizer.solve.master import Money
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Standing

# 60 t are wanted and X makes 20: P (40 t, 8 MUSD) alone closes the gap, and so does Q (40 t, 5 MUSD).
EITHER: Sheets = {
    "Settings": settings(2030, 2031, discount_rate=0),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 20, ,
        P, B, make, candidate, 40, 8, 0
        Q, C, make, candidate, 40, 5, 0
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 60
    """,
}
BOTH = frozenset({("P", 2030), ("Q", 2030)})


def standing(case: CoverageCase, budget: float | None) -> Standing:
    """Both funded: nothing is short."""
    (point,) = case.relax([Standing(Money(budget))], Aim(0.0))
    found = case.priced(point, case.full.vector(BOTH))
    assert found.funded == BOTH
    assert found.value_kt == pytest.approx(0.0, abs=1e-9)
    return found


@pytest.mark.parametrize("budget", [None, 20.0])
def test_where_money_is_left_what_is_not_needed_is_left_out(budget: float | None):
    case = CoverageCase(instance(EITHER))
    found = CostCase(case).leanest(standing(case, budget), 0.0)
    assert found is not None
    plan, leaner = found
    assert leaner
    assert [f.project for f in plan.fundings] == ["Q"]
    assert plan.total_outlay_musd == pytest.approx(5.0)


def test_where_no_money_is_left_the_plan_stays():
    case = CoverageCase(instance(EITHER))
    found = CostCase(case).leanest(standing(case, 13.0), 0.0)
    assert found is not None
    plan, leaner = found
    assert not leaner
    assert {f.project for f in plan.fundings} == {"P", "Q"}


def test_a_plan_of_a_list_stays_as_it_is():
    case = CoverageCase(instance(EITHER))
    plan = CostCase(case).cheapest(standing(case, 20.0), 0.0)
    assert plan is not None
    assert {f.project for f in plan.fundings} == {"P", "Q"}


def test_what_is_needed_is_never_left_out():
    short = instance(EITHER | {"Demand": EITHER["Demand"].replace("2030, 60", "2030, 100")})
    case = CoverageCase(short)
    found = CostCase(case).leanest(standing(case, 20.0), 0.0)
    assert found is not None
    assert found[1] is False
