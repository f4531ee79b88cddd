"""Trials of a changed workbook within a time: whether there is a plan now."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from models.instance import Instance
from optimizer.assemble import assemble
from optimizer.checks import check
from optimizer.findings import Level
from optimizer.infeasible.kinds import Kind, Limit
from optimizer.infeasible.limits import loss_rows, planner_limits
from optimizer.scenario import Edit, with_cells
from optimizer.solve.elastic import Elastic, Key, NotKnownError, RowKey
from optimizer.solve.highs import Interrupt
from optimizer.workbook import Workbook

_ONE_QUESTION = 0.4
_BUSY = 5.0
_BEGAN = time.perf_counter() - time.process_time()


@dataclass
class Clock:
    """How long an explanation may compute. ``shares`` of it are handed to its parts.

    Seconds of computing count, so that a busy machine tells as much as an idle one; but by the clock never more than
    ``_BUSY`` times as many.
    """

    seconds: float
    interrupt: Interrupt = field(default_factory=Interrupt)
    started: float = field(default_factory=time.perf_counter)
    computed: float = field(default_factory=time.process_time)

    @property
    def left(self) -> float:
        """Seconds of computing left; none after Ctrl-C."""
        if self.interrupt.pressed:
            return 0.0
        waited = time.perf_counter() - self.started
        return max(0.0, self.seconds - max(time.process_time() - self.computed, waited / _BUSY))

    @property
    def pace(self) -> float:
        """Seconds by the clock that a second of computing takes, as measured so far in this process."""
        return min(_BUSY, max(1.0, (time.perf_counter() - _BEGAN) / max(time.process_time(), 1e-3)))

    @property
    def is_over(self) -> bool:
        """Whether the time is used up."""
        return self.left <= 0.0

    def slice(self) -> float:
        """Seconds by the clock for one question: never so many that nothing is left for the others.

        Raises
        ------
        NotKnownError
            If no time is left.
        """
        if self.is_over:
            raise NotKnownError
        return _ONE_QUESTION * self.left * self.pace

    def part(self, share: float) -> Clock:
        """A share of what is left, as a clock of its own."""
        return Clock(share * self.left, self.interrupt)


@dataclass
class Trial:
    """A case, perhaps with cells changed, compiled when it is first asked something."""

    workbook: Workbook
    budget_option: float | None
    interrupt: Interrupt
    given: Instance | None = None

    @cached_property
    def instance(self) -> Instance:
        """The case as the model takes it."""
        return self.given or assemble(self.workbook, self.budget_option)

    @cached_property
    def limits(self) -> dict[Key, Limit]:
        """The limits of the planner."""
        return planner_limits(self.workbook, self.instance, self.budget_option)

    @cached_property
    def elastic(self) -> Elastic:
        """The compiled case."""
        return Elastic(self.instance, {key: limit.give for key, limit in self.limits.items()}, self.interrupt)

    def with_edits(self, edits: Iterable[Edit], budget_option: float | None = None) -> Trial:
        """The case with cells, or the budget of the command line, changed."""
        option = self.budget_option if budget_option is None else budget_option
        return Trial(with_cells(self.workbook, edits), option, self.interrupt)

    def only(self, kept: Collection[Key]) -> Trial:
        """The case without the minima of losses that are not among some limits: much smaller where none is."""
        asked = [self.limits[key] for key in kept if key in self.limits]
        numbers = {x.row.row.number for x in asked if x.kind is Kind.LOSS and x.row is not None}
        made_by = loss_rows(self.workbook, self.instance)
        scenarios = {
            s: scenario if made_by.get(s) in numbers else replace(scenario, min_coverage=None, sector=None)
            for s, scenario in self.instance.scenarios.items()
        }
        return replace(self, given=replace(self.instance, scenarios=scenarios))

    def without(self, kept: Collection[Key]) -> list[Key]:
        """All limits but those that are kept."""
        return [key for key in self.limits if key not in kept]

    def has_plan(
        self, clock: Clock, open: Collection[Key] = (), relaxed: bool = False, beside: Collection[RowKey] = ()
    ) -> bool:
        """Tell whether some plan keeps all limits but the open ones, and but for some rows beside.

        Raises
        ------
        NotKnownError
            Where the time is over before.
        """
        return self.elastic.is_feasible(open, clock.slice(), relaxed, beside)

    def is_without_faults(self) -> bool:
        """Whether the changed cells are still a workbook that the program takes."""
        return not any(finding.level is Level.FAULT for finding in check(self.workbook))
