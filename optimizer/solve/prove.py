"""One budget with the whole time: a plan, then plans and bounds side by side, until they meet or the time is over.

Where plan and bound are far from each other they have little to tell each other for a while: better plans are looked for near
the best one, and the bound is raised beside it. Each round begins with what both have found; the bound ends by nodes, the plans
by the iterations that the bound has taken. So the answers depend neither on which of the two is faster nor on the threads.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from optimizer.solve.near import Near
from optimizer.solve.program import threads_in_use
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Standing
from optimizer.solve.undivided import Ended, Rising, middle_year

# Nodes and searches: for a plan from what is worth a look, at first and later.
_FIRST_PLAN, _LATER_PLAN = (20, 1), (200, 2)
_BOUND_NODES = 300
_SHARE = 0.75  # Of the bound's iterations: those of the plans, whose searches are smaller, but which also price.

Tell = Callable[[Standing], None]


def prove(case: CoverageCase, standing: Standing, aim: Aim, tell: Tell = lambda _: None) -> Standing:
    """Search the least shortfall at the money of ``standing``; ``tell`` is told how matters stand after each round."""
    (standing,) = case.relax([standing], aim)
    relaxed_kt = standing.bound_kt
    standing = _improved(case, standing, _FIRST_PLAN, aim)
    if not case.has_timing or standing.funded is None:  # Projects whole say most where their years need no choice.
        standing = case.bound(standing, _BOUND_NODES, aim)
        if standing.funded is None:  # The bound's fundings are more to choose from.
            standing = _improved(case, standing, _LATER_PLAN, aim)
    if standing.funded is not None and not standing.is_proven(aim) and not aim.is_over:
        standing = _met(case, standing, relaxed_kt, aim, tell)
    standing = case.finish(_improved(case, standing, _LATER_PLAN, aim), None, aim)
    cut = aim.is_over and not standing.is_proven(aim)  # Between two steps too, neither of which can tell.
    return replace(standing, reproducible=standing.reproducible and not cut)


def _met(case: CoverageCase, standing: Standing, relaxed_kt: float, aim: Aim, tell: Tell) -> Standing:
    """Plans and bounds side by side, round after round."""
    master, last = case.full if standing.shares_matter else case.loose, case.instance.years[-1]
    through = middle_year(master, standing.money)
    near, rising = Near(case, standing, through), Rising(master, through, relaxed_kt)
    while not standing.is_proven(aim) and not aim.is_over:
        tell(standing)
        standing, ended = _side_by_side(near, rising, standing, aim)
        if ended is Ended.GIVEN_UP or (ended is Ended.ANSWERED and rising.through == last):
            break
        rising.through = last if ended is Ended.ANSWERED else rising.through
    return standing


def _improved(case: CoverageCase, standing: Standing, step: tuple[int, int], aim: Aim) -> Standing:
    nodes, searches = step
    return case.improve(standing, frozenset(), nodes, aim, searches=searches)


def _side_by_side(near: Near, rising: Rising, standing: Standing, aim: Aim) -> tuple[Standing, Ended]:
    """A higher bound, and the best plan after as much work as the bounds have taken so far.

    At the same time where there are threads for it and no solver serves both.
    """

    def raised() -> tuple[Standing, Ended, int]:
        found, ended = rising.raised(standing, aim)
        return found, ended, int(_SHARE * rising.work)

    if threads_in_use() < 2 or standing.shares_matter:
        bound, ended, work = raised()
        return _merged(near.best(lambda: (work, bound.bound_kt), aim), bound), ended
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(raised)

        def enough() -> tuple[int, float] | None:
            if not waiting.done():
                return None
            bound, _, work = waiting.result()
            return work, bound.bound_kt

        found = near.best(enough, aim)
        bound, ended, _ = waiting.result()
    return _merged(found, bound), ended


def _merged(found: Standing, raised: Standing) -> Standing:
    """The better plan of the one, the better bound of the other, and what both have learned."""
    return replace(
        found,
        bound_kt=max(found.bound_kt, raised.bound_kt),
        support=found.support | raised.support,
        cuts=tuple(dict.fromkeys([*found.cuts, *raised.cuts])),
        more=tuple(dict.fromkeys([*found.more, *raised.more])),
        feasible=found.feasible and raised.feasible,
        reproducible=found.reproducible and raised.reproducible,
    )
