"""What a comparison hands from budget to budget: plans, bounds, and that the clock had a hand in them."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from toys import Sheets, settings, workbook

from optimizer.assemble import assemble
from optimizer.budget_search import better, in_line
from optimizer.points import Payload, Tie
from optimizer.solve.master import Money
from optimizer.solve.nested import NestedList
from optimizer.solve.plan import Targets
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Keys, Nesting, Standing

P, Q = ("P", 2030), ("Q", 2030)
# Two candidates, of which 10 MUSD pay for one: 40 or 20 of the 100 t a year.
TOY: Sheets = {
    "Settings": settings(2030, 2031, budget_musd=10),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 20, ,
        P, B, make, candidate, 40, 8, 0
        Q, C, make, candidate, 20, 6, 0
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 100
    """,
}


def point(
    budget: float, value: float, bound: float, cut: bool = False, funded: Keys | None = frozenset({P})
) -> Standing:
    return Standing(Money(budget), bound_kt=bound, value_kt=value, funded=funded, reproducible=not cut)


@pytest.mark.parametrize("cut", [False, True])
def test_a_plan_from_another_search_brings_along_that_the_clock_cut_it(cut: bool):
    worse, best = point(10, 5.0, 1.0), point(10, 4.0, 2.0, cut)
    taken = better(worse, best)
    assert (taken.value_kt, taken.bound_kt, taken.reproducible) == (4.0, 1.0, not cut)
    assert better(best, worse) is best
    assert better(worse, None) is worse


@pytest.mark.parametrize("cut", [False, True])
def test_plans_go_up_and_bounds_go_down_with_what_the_clock_did(cut: bool):
    up = in_line([point(10, 4.0, 1.0, cut), point(20, 5.0, 1.0)])
    assert [one.value_kt for one in up] == [4.0, 4.0]
    assert up[1].reproducible is not cut
    down = in_line([point(10, 4.0, 1.0), point(20, 4.0, 2.0, cut)])
    assert [one.bound_kt for one in down] == [2.0, 2.0]
    assert down[0].reproducible is not cut
    nothing = in_line([point(10, 5.0, 2.0), point(20, 4.0, 1.0, cut)])
    assert nothing[0].reproducible  # Nothing was handed on.


@pytest.mark.parametrize("cut", [False, True])
def test_a_list_from_plans_that_the_clock_cut_is_not_reproducible(cut: bool):
    case = Payload("toy", workbook(TOY), Targets(0.1, 0.01, 0.01), 10.0).opened()
    (best,) = case.coverage.relax([Standing(Money(20.0))], case.aim)
    best = case.coverage.improve(best, frozenset(), None, case.aim)
    (before,) = case.coverage.relax([Standing(Money(8.0))], case.aim)
    before = replace(case.coverage.improve(before, frozenset(), None, case.aim), reproducible=not cut)
    assert before.funded
    assert before.funded < (best.funded or frozenset())
    late = frozenset({("Q", 2031)})
    for listed in (before.funded, late):  # The best plan keeps to the first of them only.
        tied = Tie(best, Nesting(listed, True), before, 10).run(case)
        assert tied.funded is not None
        assert tied.reproducible is not cut


@pytest.mark.parametrize("cut", [False, True])
def test_a_list_as_one_model_that_the_clock_cuts_says_so(cut: bool):
    until = time.perf_counter() - 1.0 if cut else None
    search = CoverageCase(assemble(workbook(TOY), 10.0))
    points = search.relax([Standing(Money(budget)) for budget in (6.0, 14.0)], Aim(0.0))
    start = [search.take(one, frozenset()) for one in points]
    listed = NestedList(search, points).search(start, 1000, Aim(0.0, until))
    assert [one.reproducible for one in listed.standings] == [not cut] * 2
    if not cut:
        assert [one.funded for one in listed.standings] == [frozenset({Q}), frozenset({P, Q})]
