"""One budget with the whole time: a plan, then plans and bounds side by side, until they meet or the time is over.

Where plan and bound are far from each other they have little to tell each other for a while: better plans are looked for near
the best one, and the bound is raised beside it. Each round begins with what both have found; the bound ends by nodes, the plans
by the iterations that the bound has taken. So the answers depend neither on which of the two is faster nor on the threads.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from optimizer.solve.master import Master
from optimizer.solve.program import threads_in_use
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Keys, Standing
from optimizer.solve.undivided import Ended, raise_bound

# Nodes and searches: for a plan from what is worth a look, at first and later.
_FIRST_PLAN, _LATER_PLAN = (20, 1), (200, 2)
_BOUND_NODES, _UNDIVIDED_NODES = 300, 4000
_STEP = 0.6  # Of what is open: what a bound in one piece is raised by at once, for all of it may take too long.
_ALL = 3.0  # Of the gap asked for: where no more is open, all of it at once.
# Of those near the best plan: nodes where its years may change, and projects and nodes where few or many projects may.
_YEARS_NODES, _NARROW, _WIDE = 1, (12, 150), (22, 100)
_FIRST_SHARE = 0.1  # Beside the first bound: the next one begins soon.
_LEAST_WORK = 1000  # Iterations that a search of a few counts for: to begin one is work too.

Tell = Callable[[Standing], None]
Bound = Callable[[], tuple[Standing, Ended | None]]  # How it ended, where that tells what to do next.


def prove(case: CoverageCase, standing: Standing, aim: Aim, tell: Tell = lambda _: None) -> Standing:
    """Search the least shortfall at the money of ``standing``; ``tell`` is told how matters stand after each round."""
    (standing,) = case.relax([standing], aim)
    standing = _improved(case, standing, _FIRST_PLAN, aim)
    near, master = Near(case), case.full if standing.shares_matter else case.loose
    standing, _ = _beside(near, master, partial(_bound, case, standing, aim), standing, aim, _FIRST_SHARE)
    if standing.funded is None:  # The bound's fundings are more to choose from.
        standing = _improved(case, standing, _LATER_PLAN, aim)
    through, last = _half_funded(standing, case.instance.years), case.instance.years[-1]
    while standing.funded is not None and not standing.is_proven(aim) and not aim.is_over:
        tell(standing)
        bound = partial(_bound_in_one_piece, master, standing, through, aim)
        standing, ended = _beside(near, master, bound, standing, aim)
        if ended is Ended.GIVEN_UP or (ended is Ended.ANSWERED and through == last):
            break
        through = last if ended is Ended.ANSWERED else through
    return case.finish(_improved(case, standing, _LATER_PLAN, aim), None, aim)


def _improved(case: CoverageCase, standing: Standing, step: tuple[int, int], aim: Aim) -> Standing:
    nodes, searches = step
    return case.improve(standing, frozenset(), nodes, aim, searches=searches)


def _half_funded(standing: Standing, years: tuple[int, ...]) -> int:
    """The year by which half of the plan is funded: so many years of a bound are whole."""
    funded = sorted(v for _, v in standing.funded or ())
    return funded[len(funded) // 2] if funded else years[-1]


# ---------------------------------------------------------------- bounds, and plans beside them


def _bound(case: CoverageCase, standing: Standing, aim: Aim) -> tuple[Standing, None]:
    """From the master, projects whole and years in fractions."""
    return case.bound(standing, _BOUND_NODES, aim), None


def _bound_in_one_piece(master: Master, standing: Standing, through: int, aim: Aim) -> tuple[Standing, Ended]:
    """From the loosened case in one piece, the years ``through`` whole."""
    lacking = standing.gap_kt - aim.gap_kt
    enough = standing.bound_kt + lacking * (1.0 if lacking <= _ALL * aim.gap_kt else _STEP)
    return raise_bound(master, standing, enough, through, _UNDIVIDED_NODES, aim)


def _beside(
    near: Near, master: Master, bound: Bound, standing: Standing, aim: Aim, share: float = 1.0
) -> tuple[Standing, Ended | None]:
    """A bound from ``master`` and, with that ``share`` of its work, better plans, both from the same standing.

    At the same time where there are threads for it and no solver serves both.
    """
    before = master.iterations

    def counted() -> tuple[Standing, Ended | None, int]:
        raised, ended = bound()
        return raised, ended, int(share * (master.iterations - before))

    if threads_in_use() < 2 or standing.shares_matter:
        raised, ended, work = counted()
        return _merged(near.improve(standing, lambda: (work, raised.bound_kt), aim), raised), ended
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(counted)

        def enough() -> tuple[int, float] | None:
            if not waiting.done():
                return None
            raised, _, work = waiting.result()
            return work, raised.bound_kt

        found = near.improve(standing, enough, aim)
        raised, ended, _ = waiting.result()
    return _merged(found, raised), ended


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


class Near:
    """Plans near the best one: first its years may change, then ever other projects, those of the same processes together."""

    def __init__(self, case: CoverageCase) -> None:
        self._case, self._dice, self._made = case, random.Random(0), 0
        by_process: dict[str, list[str]] = defaultdict(list)
        for p, project in case.instance.candidates.items():
            by_process[project.process].append(p)
        self._processes = list(by_process.values())

    def improve(self, standing: Standing, enough: Callable[[], tuple[int, float] | None], aim: Aim) -> Standing:
        """Search after search, each from the best plan so far, until one is good enough or the work is done.

        ``enough`` tells the iterations to be taken, and the bound by which a plan is good enough; it may know late (None: not
        yet). What was searched beyond that is forgotten, so that the answer does not depend on when it was known, but where the
        clock ends the search.
        """
        work, made = 0, [(0, standing, self._made, self._dice.getstate())]

        def end() -> int | None:
            limits = enough()
            return (
                None
                if limits is None
                else next((n for n, x in enumerate(made) if _is_enough(*x[:2], limits, aim)), None)
            )

        while not (standing.funded is None or standing.is_proven(aim) or aim.is_over or self._case.interrupt.pressed):
            if end() is not None:
                break
            before = self._case.full.iterations
            standing = self._next(standing, aim)
            work += max(_LEAST_WORK, self._case.full.iterations - before)
            made.append((work, standing, self._made, self._dice.getstate()))
        last = None if aim.is_over else end()
        _, standing, self._made, state = made[-1 if last is None else last]
        self._dice.setstate(state)
        return standing

    def _next(self, standing: Standing, aim: Aim) -> Standing:
        self._made += 1
        if self._made == 1:
            return self._case.improve(standing, self._years_near(standing), _YEARS_NODES, aim)
        are_many = self._made % 2 == 1
        count, nodes = _WIDE if are_many else _NARROW
        return self._case.vary(standing, self._drawn(count), nodes, aim, are_many)

    def _years_near(self, standing: Standing) -> Keys:
        """What the plan funds, and one year of funding sooner or later."""
        year = dict(standing.funded or ())
        return frozenset((p, v) for p, v in self._case.full.fundings if p in year and abs(v - year[p]) <= 1)

    def _drawn(self, count: int) -> set[str]:
        """Whole processes, until there are enough projects; of a large one only a part."""
        drawn = set[str]()
        for projects in self._dice.sample(self._processes, len(self._processes)):
            if len(drawn) >= count:
                break
            drawn.update(projects if len(projects) <= count else self._dice.sample(projects, count))
        return drawn


def _is_enough(work: int, standing: Standing, limits: tuple[int, float], aim: Aim) -> bool:
    most, bound_kt = limits
    return work >= most or replace(standing, bound_kt=bound_kt).is_proven(aim)
