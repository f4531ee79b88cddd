"""The list as one model: against every list of every plan, enumerated on a model written without ours."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from random_cases import random_case
from reference import Plan, Reference
from toys import instance

from models.instance import Goal, Instance
from optimizer.solve.master import Money
from optimizer.solve.nested import Listed, NestedList, is_tractable
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Standing

KT = 1e-6
SHARES = (0.7, 1.0, 1.4)  # Of the case's own budget.
EXACT = Aim(0.0)
Years = dict[str, int]


def is_fit(case: Instance) -> bool:
    """Two candidates or more, and a plan whatever the budget: nothing has to be served, and nothing to be built."""
    free = not case.rules and not any(x for row in case.demands.values() for x in row.min_coverage.values())
    return case.goal is Goal.COVERAGE and bool(case.budget_musd) and len(case.candidates) > 1 and free


CASES = {seed: case for seed in range(150) if is_fit(case := instance(random_case(seed)))}


def funded(plan: Plan) -> Years:
    return {p: v for p, v in plan.items() if v is not None}


def keeps(smaller: Years, larger: Years) -> bool:
    return all(p in larger and larger[p] <= v for p, v in smaller.items())


def least_sum(case: Instance, budgets: list[float]) -> float:
    """The least sum of what is short over all lists, kt: the best way through all plans of one budget after the other."""
    ways: list[tuple[float, Years]] = [(0.0, {})]
    for budget in budgets:
        reference = Reference(replace(case, budget_musd=budget))
        reference.least_shortfall()
        plans = [(short, funded(plan)) for short, plan in reference.shortfall_of if short < float("inf")]
        ways = [
            (short + min(before for before, smaller in ways if keeps(smaller, plan)), plan)
            for short, plan in plans
            if any(keeps(smaller, plan) for _, smaller in ways)
        ]
    return min((short for short, _ in ways), default=float("inf"))


def searched(case: Instance, budgets: list[float]) -> Listed:
    """The list, searched from one that funds nothing new at any budget but the smallest."""
    search = CoverageCase(case)
    points = search.relax([Standing(Money(budget)) for budget in budgets], EXACT)
    first = search.finish(points[0], None, EXACT)
    assert first.plan is not None
    start = [replace(x, value_kt=first.value_kt, funded=first.funded, plan=first.plan) for x in points]
    return NestedList(search, points).search(start, 100_000, EXACT)


@pytest.mark.parametrize("seed", CASES)
def test_no_list_is_less_short_than_the_one_of_one_model(seed: int):
    case = CASES[seed]
    assert case.budget_musd is not None
    budgets = [share * case.budget_musd for share in SHARES]
    least = least_sum(case, budgets)
    assert least < float("inf")
    found = searched(case, budgets)
    values = [one.value_kt for one in found.standings]
    assert sum(values) == pytest.approx(least, abs=KT)
    assert found.gap_kt <= KT
    assert [one.bound_kt for one in found.standings] == pytest.approx(values, abs=KT)
    for smaller, larger in pairwise(found.standings):
        assert smaller.funded is not None
        assert larger.funded is not None
        assert keeps(dict(smaller.funded), dict(larger.funded))


def test_a_list_is_searched_at_once_where_it_is_small():
    case = next(iter(CASES.values()))
    assert is_tractable(case, 3)
    assert not is_tractable(case, 1)
    assert not is_tractable(case, 10_000)
