"""Ways out of a case without a plan: one kind of limit at a time, several kinds only where no single one is enough.

Every way is tried: the cells are written, the workbook is read as any other, and a solve tells whether there is a plan.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from optimizer.infeasible import repairs
from optimizer.infeasible.conflict import Conflict
from optimizer.infeasible.explanation import Way, WayOut
from optimizer.infeasible.facts import Fact
from optimizer.infeasible.kinds import Kind, Limit
from optimizer.infeasible.repairs import Repair
from optimizer.infeasible.trial import Clock, Trial
from optimizer.infeasible.words import money_up, musd
from optimizer.scenario import Edit
from optimizer.solve.elastic import UNPAID, Answer, Key, NotKnownError

_Step = TypeVar("_Step")
_NOTCHES = 3
_MOST_MONEY = 2
_ALONE = "which limits alone are the reason"
NO_MONEY = "More money alone is no way out."


@dataclass
class WaysOut:
    """The search for ways out. ``found`` in the order in which they are told; ``unfinished`` what was not tried in time."""

    trial: Trial
    conflict: Conflict
    clock: Clock
    found: list[WayOut] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)

    def by_limits(self) -> None:
        """Look for more money, a later year, less asked, a limit dropped; for several limits where no single one is enough."""
        limits = [self.trial.limits[key] for key in self.conflict.limits]
        self._try("more money", lambda: self._money([limit for limit in limits if limit.kind.is_money]))
        single = [limit for limit in limits if not limit.kind.is_money and self._is_enough(limit)]
        for search in (self._later, self._less, self._dropped):
            for limit in single:
                self._try(f"loosening the {limit.kind}", lambda s=search, x=limit: s(x))  # type: ignore[misc]
        if not single:
            self._together()

    def by_facts(self, facts: Iterable[Fact]) -> None:
        """Loosen facts any one of which may be enough."""
        self._try("loosening other cells", lambda: (way for fact in facts for way in self._loosened(fact)))

    def _try(self, what: str, search: Callable[[], Iterable[WayOut]]) -> None:
        """Keep what a search finds; note what it was if the time ended before."""
        try:
            for way in search():
                self.found.append(way)
        except NotKnownError:
            if what not in self.unfinished:
                self.unfinished.append(what)

    # ------------------------------------------------------------ money

    def _money(self, limits: Sequence[Limit]) -> list[WayOut]:
        """Raise one budget or pot; all that are too small; add a pot. The cheapest that is enough."""
        every = [key for key, limit in self.trial.limits.items() if limit.kind.is_money]
        if not every:
            return []
        if not self.trial.has_plan(self.clock, [*every, UNPAID]):
            self.closed.append(NO_MONEY)
            return []
        ways = [way for limit in limits for way in self._least([limit.key], Way.MONEY)]
        if not ways:
            ways = list(self._least(every, Way.MONEY)) or list(self._new_pots(every))
        return sorted(ways, key=self._extra_musd)[:_MOST_MONEY]

    def _extra_musd(self, way: WayOut) -> float:
        extra = (way.budget_musd or 0.0) - (way.budget_before or 0.0)
        for edit in way.edits:
            limit = next(
                (
                    x
                    for x in self.trial.limits.values()
                    if x.row and x.row.row.number == edit.row and x.sheet == edit.sheet
                ),
                None,
            )
            extra += float(str(edit.new)) - limit.value if limit and limit.kind.is_money else 0.0
        return extra

    def _new_pots(self, every: Sequence[Key]) -> Iterator[WayOut]:
        """Pots for what no pot may pay, with a higher budget where that binds too."""
        if not any(self.trial.limits[key].kind is Kind.POT for key in every):
            return
        total = {key: 1.0 for key in every if self.trial.limits[key].kind is Kind.BUDGET}
        answer = self.trial.elastic.least({UNPAID: 1.0, **total}, (), self.clock.slice())
        if answer is None:
            return
        sums: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        for (country, stage, t), amount in self.trial.elastic.unpaid(answer).items():
            sums[country, stage][t] = amount
        yield from self._tried(Way.MONEY, lambda notches: self._added(sums, answer, notches))

    def _added(self, sums: dict[tuple[str, str], dict[int, float]], answer: Answer, notches: int) -> list[Repair]:
        number = max(row.number for row in self.trial.workbook.table("Budgets").rows)
        parts = []
        for country, stage in sums:
            years = sums[country, stage]
            number += 1
            amount = money_up(sum(years.values()), notches)
            cells = {"funder": "new", "budget_musd": amount, "countries": country, "stages": stage}
            if len(years) == 1:
                cells["year"] = next(iter(years))
            edits = tuple(Edit("Budgets", number, column, value) for column, value in cells.items())
            parts.append(Repair(edits, f"{musd(amount)} for {stage} in {country}"))
        return parts + [self._loosen(key, answer, notches) for key in answer.giving if key != UNPAID]

    # ------------------------------------------------------------ one limit

    def _less(self, limit: Limit) -> Iterator[WayOut]:
        """Ask for less; to ask for nothing is left to ``_dropped``."""
        for way in self._least([limit.key], Way.PEOPLE if limit.kind is Kind.PEOPLE else Way.LESS):
            nothing, way = limit.kind.no_limit, self._nearer(limit, way)
            if limit.kind is Kind.COVERAGE or limit.kind.is_fair or all(edit.new != nothing for edit in way.edits):
                yield way

    def _nearer(self, limit: Limit, way: WayOut) -> WayOut:
        """The share nearest to what is asked, by halving: the plan that is nearest in tonnes or money may keep a worse one."""
        if not limit.kind.is_of_a_sum or self.trial.elastic.is_large:
            return way
        found, asked = round(1000 * float(str(way.edits[0].new))), 1000 * limit.value
        up, down = range(math.floor(asked) + 1, found + 1), range(math.ceil(asked) - 1, found - 1, -1)
        steps = [repairs.with_share(limit, k / 1000) for k in (up if found > asked else down)]
        try:
            best = steps[_first_true(steps, self._works)]
        except NotKnownError:
            return way
        return replace(way, edits=best.edits, what=best.what)

    def _later(self, limit: Limit) -> Iterator[WayOut]:
        """The nearest year from which the limit could hold, by halving."""
        years = repairs.later_years(limit, self.trial.instance.years[-1])
        if not years or not self._works_from(limit, years[-1]):
            return
        first = years[_first_true(years, lambda year: self._works_from(limit, year))]
        yield from self._tried(Way.LATER, lambda _: [repairs.later(self.trial, limit, first)], notches=0)

    def _dropped(self, limit: Limit) -> Iterator[WayOut]:
        if limit.kind in (Kind.COVERAGE, Kind.PEOPLE) or limit.kind.is_fair:
            return iter(())  # To lower it is to drop a part of it, and says more; people are more or fewer.
        return self._tried(Way.DROPPED, lambda _: [repairs.dropped(limit)], notches=0)

    def _loosened(self, fact: Fact) -> Iterator[WayOut]:
        """Take the value nearest to the present one that is enough: numbers by halving, lists one after the other."""
        values = [
            Repair((Edit(fact.sheet, fact.row, fact.column, value),), f"now {fact.words}") for value in fact.values
        ]
        tries = values or [Repair(fact.edits, f"now {fact.words}")]
        if not self._works(tries[-1]):
            return
        if all(isinstance(value, int | float) for value in fact.values):
            first = _first_true(tries, self._works)
        else:
            first = next(n for n, repair in enumerate(tries) if n == len(tries) - 1 or self._works(repair))
        yield from self._tried(Way.FACT, lambda _: [tries[first]], notches=0)

    # ------------------------------------------------------------ several limits

    def _together(self) -> None:
        """One kind of limit wholly, else the cheapest mixture of all."""
        limits = self.trial.limits.values()
        kinds = (
            [x.key for x in limits if x.kind in (Kind.COVERAGE, Kind.UNPRICED)],
            [x.key for x in limits if x.kind is Kind.LOSS],
            [x.key for x in limits if x.kind.is_rule],
            [x.key for x in limits if x.kind.is_fair],
            [x.key for x in limits if x.kind.is_of_payers],
        )
        for keys in kinds:
            if keys:
                self._try("several limits of one kind", lambda k=keys: self._least(k, Way.LESS))  # type: ignore[misc]
        if people := [x.key for x in limits if x.kind is Kind.PEOPLE]:
            self._try("more people", lambda: self._least(people, Way.PEOPLE))
        if not self.found:
            self._try("several limits together", lambda: self._least(list(self.trial.limits), Way.SEVERAL))

    # ------------------------------------------------------------ trials

    def _least(self, keys: Sequence[Key], way: Way) -> Iterator[WayOut]:
        """Let some limits give as little as possible."""
        prices = {key: 1.0 / self.trial.limits[key].whole for key in keys}
        answer = self.trial.elastic.least(prices, (), self.clock.slice())
        if answer is None or not answer.giving:
            return
        yield from self._tried(way, lambda notches: [self._loosen(key, answer, notches) for key in answer.giving])

    def _loosen(self, key: Key, answer: Answer, notches: int) -> Repair:
        return repairs.loosened(self.trial, self.trial.limits[key], answer, notches)

    def _tried(self, way: Way, made: Callable[[int], list[Repair]], notches: int = _NOTCHES) -> Iterator[WayOut]:
        """Try edits, loosened a little further where the rounding was not enough."""
        for notch in range(notches + 1):
            parts = made(notch)
            if self._works(*parts, thoroughly=True):
                budget = next((part.budget_musd for part in parts if part.budget_musd is not None), None)
                edits = tuple(edit for part in parts for edit in part.edits)
                before = self.trial.instance.budget_musd if budget is not None else None
                yield WayOut(way, edits, "; ".join(part.what for part in parts), budget, before)
                return

    def _works_from(self, limit: Limit, year: int) -> bool:
        """Whether there is a plan if a limit holds from a year on: of a share alone its earlier rows are let go, the same.

        Minimum counts have a row in their first year only where capacity never falls, so that the cell itself is changed.
        """
        alike = [x for x in self.trial.limits.values() if (x.sheet, x.row) == (limit.sheet, limit.row)]
        if limit.kind is not Kind.SHARE or len(alike) > 1:
            return self._works(repairs.later(self.trial, limit, year))
        return self.trial.has_plan(self.clock, beside=[row for row in limit.rows if repairs.year_of(row[1]) < year])

    def _works(self, *parts: Repair, thoroughly: bool = False) -> bool:
        """Whether there is a plan after the edits; thoroughly: in a workbook that passes its checks."""
        budget = next((part.budget_musd for part in parts if part.budget_musd is not None), None)
        changed = self.trial.with_edits([edit for part in parts for edit in part.edits], budget)
        if thoroughly and not changed.is_without_faults():
            return False
        return changed.has_plan(self.clock)

    def _is_enough(self, limit: Limit) -> bool:
        """Whether there is a plan without this limit at all."""
        try:
            return self.trial.has_plan(self.clock, open=[limit.key])
        except NotKnownError:
            if _ALONE not in self.unfinished:
                self.unfinished.append(_ALONE)
            return False


def _first_true(steps: Sequence[_Step], works: Callable[[_Step], bool]) -> int:
    """Index of the first step that works, where every later one does too; the last is known to."""
    return bisect_left(steps, True, hi=len(steps) - 1, key=works)
