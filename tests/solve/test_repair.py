"""The cheapest repair of a plan, on toys whose answer is known by hand."""

from __future__ import annotations

import pytest
from toys import Sheets, instance, settings, solved

from models.instance import Instance
from models.repair import HeldPlan, Wish, held
from models.solution import Solution
from optimizer.solve.dispatch import dispatch_all
from optimizer.solve.highs import Status
from optimizer.solve.repair import AS_BEFORE, Repair, cheapest_repair

# 100 t a year are wanted in A, 60 of them made in A by X and 40 in B by Y; B is lost from 2031 on. There is no budget for the
# plan. P makes up for all a year after it is funded; Q and S together for less, after two years.
TOY: Sheets = {
    "Settings": settings(2030, 2034, budget_musd=0, discount_rate=0.25),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 60, ,
        Y, B, make, existing, 40, ,
        P, A, make, candidate, 40, 8, 1
        Q, C, make, candidate, 30, 3, 2
        S, A, make, candidate, 20, 2, 2
        Z, B, make, candidate, 90, 1, 0
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 100
    """,
    "Disruptions": """
        scenario, kind, target, from_year
        lost, lose_country, B, 2031
    """,
}


def plan_of(case: Instance) -> HeldPlan:
    outcome = solved(case)
    assert outcome.investment is not None
    return held(case, Solution(outcome.investment, dispatch_all(case, outcome.investment, lambda _: None)))


def repaired(sheets: Sheets, wish: Wish = AS_BEFORE, loss: str = "lost") -> Repair:
    case = instance(sheets)
    return cheapest_repair(case, plan_of(case), loss, wish)


def told(repair: Repair) -> list[tuple[int, float | None, list[tuple[str, int]]]]:
    """Recovery year, money, what is funded and when."""
    return [
        (x.year, None if x.outlay_musd is None else round(x.outlay_musd, 6), [(f.project, f.year) for f in x.fundings])
        for x in repair.recoveries
    ]


def test_more_time_is_cheaper():
    """Nothing is back in 2031; P funded in 2031 gives 40 t from 2032 for 8 MUSD; Q and S give 50 t from 2033 for 5.

    Z is cheaper than all, but stands in the lost country. By 2034 Q and S need not be funded before 2032.
    """
    repair = repaired(TOY)
    assert told(repair) == [
        (2032, 8.0, [("P", 2031)]),
        (2033, 5.0, [("Q", 2031), ("S", 2031)]),
        (2034, 5.0, [("Q", 2032), ("S", 2032)]),
    ]
    assert repair.years == (2031, 2032, 2033, 2034)
    assert repair.unrepaired == pytest.approx(dict.fromkeys(repair.years, 0.6))
    assert repair.recoveries[0].served == pytest.approx({2030: 0.6, 2031: 0.6, 2032: 1.0, 2033: 1.0, 2034: 1.0})
    assert all(x.status is Status.OPTIMAL and x.bound_musd == pytest.approx(x.outlay_musd) for x in repair.recoveries)
