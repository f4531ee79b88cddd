"""Plans near the best one, search after search: whole processes, a few years in a row, or all that the later years fund.

What the later years fund follows from what the earlier ones do: once a search has changed the early years, the late ones are
decided anew, together. How much may change at once follows from how the searches end: more where they end by themselves, less
where the nodes run out.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Keys, Standing
from optimizer.solve.year_by_year import year_by_year

_YEARS_NODES, _NODES = 1, 150
_LEAST_WORK = 300  # Iterations that a search of a few counts for: to begin one is work too.
_GROWS, _SHRINKS = 1.1, 0.85
_POOR = 1.15  # Times the bound: a plan of so much shortfall is worth being made anew from the first year.
_PROJECTS, _SHARE, _MOST, _YEARS = 12.0, 0.2, 2.2, 2.0  # That may change at once: at first, and at most times as many.


class _Kind(Enum):
    """What may change in a search."""

    PROCESSES = "processes"
    LATE = "late years"
    YEARS = "years in a row"


_IN_TURN = (_Kind.PROCESSES, _Kind.LATE, _Kind.PROCESSES, _Kind.YEARS)

Enough = Callable[[], tuple[int, float] | None]


class Near:
    """A series of searches for plans near the best one, each from the best plan so far.

    The series depends on the plan that it begins with alone, not on bounds that are raised beside it: so it may run ahead of
    them. ``through``: the last of the early years, where timing matters.
    """

    def __init__(self, case: CoverageCase, standing: Standing, through: int) -> None:
        self._case, self._through, self._dice = case, through, random.Random(0)
        self._made, self._work, self._found = 0, [0], [standing]
        self._projects = max(_PROJECTS, _SHARE * len(case.instance.candidates))
        self._most_projects, self._years = _MOST * self._projects, _YEARS
        self._late = LateYears(through)
        by_process: dict[str, list[str]] = defaultdict(list)
        for p, project in case.instance.candidates.items():
            by_process[project.process].append(p)
        self._processes = list(by_process.values())
        self._funding_years = sorted({v for _, v in case.full.fundings})

    def best(self, enough: Enough, aim: Aim) -> Standing:
        """The best plan after some work; the last one where the clock ends the search.

        ``enough`` tells the iterations since the beginning, and the bound by which a plan is good enough; it may know late
        (None: not yet): until then the series goes on.
        """
        while (limits := enough()) is None or self._first(limits, aim) is None:
            if self._is_at_its_end(aim):
                break
            before = self._case.full.iterations
            self._found.append(self._next(self._found[-1], aim))
            self._work.append(self._work[-1] + max(_LEAST_WORK, self._case.full.iterations - before))
        first = None if limits is None or aim.is_over else self._first(limits, aim)
        return self._found[-1 if first is None else first]

    def _first(self, limits: tuple[int, float], aim: Aim) -> int | None:
        """The first of the plans that took the work, or is good enough."""
        most, bound_kt = limits
        return next(
            (
                n
                for n, (work, found) in enumerate(zip(self._work, self._found, strict=True))
                if work >= most or replace(found, bound_kt=bound_kt).is_proven(aim)
            ),
            None,
        )

    def _is_at_its_end(self, aim: Aim) -> bool:
        return self._found[-1].is_proven(aim) or aim.is_over or self._case.interrupt.pressed

    def _next(self, standing: Standing, aim: Aim) -> Standing:
        case, self._made = self._case, self._made + 1
        if case.has_timing and self._made == 1:
            return case.improve(standing, self._years_near(standing), _YEARS_NODES, aim)
        if case.has_timing and self._made == 2 and standing.value_kt > _POOR * standing.bound_kt:
            return year_by_year(case, standing, self._through, aim)
        kind = _IN_TURN[(self._made - 1) % len(_IN_TURN)]
        if case.has_timing and kind is _Kind.LATE and (year := self._late.after(standing)) is not None:
            standing, ended = case.vary(standing, self._of_late_years(standing, year), _NODES, aim)
            self._late.searched(standing, year, ended)
        elif case.has_timing and kind is _Kind.YEARS:
            standing, ended = case.vary(standing, self._of_years(standing, int(self._years)), _NODES, aim)
            self._years = min(max(1.0, self._years * _growth(ended)), float(len(self._funding_years)))
        else:
            standing, ended = case.vary(standing, self._of_processes(int(self._projects)), _NODES, aim)
            self._projects = min(max(1.0, self._projects * _growth(ended)), self._most_projects)
        return standing

    def _years_near(self, standing: Standing) -> Keys:
        """What the plan funds, and one year of funding sooner or later."""
        year = dict(standing.funded or ())
        return frozenset((p, v) for p, v in self._case.full.fundings if p in year and abs(v - year[p]) <= 1)

    def _of_years(self, standing: Standing, count: int) -> Keys:
        """Fundings of years in a row from an early one on."""
        years = self._funding_years
        first = self._dice.randrange(max(1, sum(year <= self._through for year in years)))
        return self._within(standing, frozenset(years[first : first + count]))

    def _of_late_years(self, standing: Standing, after: int) -> Keys:
        return self._within(standing, frozenset(year for year in self._funding_years if year > after))

    def _within(self, standing: Standing, years: frozenset[int]) -> Keys:
        """Fundings of these years, of projects that the plan does not fund in other years."""
        held = {p for p, v in standing.funded or () if v not in years}
        return frozenset((p, v) for p, v in self._case.full.fundings if v in years and p not in held)

    def _of_processes(self, count: int) -> Keys:
        """Fundings of whole processes, until there are enough projects; of a large one only a part."""
        drawn = set[str]()
        for projects in self._dice.sample(self._processes, len(self._processes)):
            if len(drawn) >= count:
                break
            drawn.update(projects if len(projects) <= count else self._dice.sample(projects, count))
        return frozenset((p, v) for p, v in self._case.full.fundings if p in drawn)


class LateYears:
    """From which year on all may change at once: earlier, down to ``through``, while the searches end by themselves."""

    def __init__(self, through: int) -> None:
        self._through, self._after = through, through + 1
        self._tried_kt, self._ended = float("inf"), False

    def after(self, standing: Standing) -> int | None:
        """The year after which all may change; None where as much has been tried with this plan."""
        if standing.value_kt != self._tried_kt:
            return self._after
        return self._after - 1 if self._ended and self._after > self._through else None

    def searched(self, standing: Standing, after: int, ended: bool) -> None:
        """Learn how a search ended, and with which plan."""
        self._tried_kt, self._ended = standing.value_kt, ended
        self._after = after if ended else after + 1


def _growth(ended: bool) -> float:
    return _GROWS if ended else _SHRINKS
