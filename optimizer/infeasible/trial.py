"""Trials of a changed workbook within a time: whether there is a plan now."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from models.instance import Instance
from optimizer.assemble import assemble
from optimizer.checks import check
from optimizer.findings import Level
from optimizer.infeasible.kinds import Limit
from optimizer.infeasible.limits import planner_limits
from optimizer.scenario import Edit, with_cells
from optimizer.solve.elastic import Elastic, Key, NotKnownError
from optimizer.solve.highs import Interrupt
from optimizer.workbook import Workbook

_ONE_QUESTION = 0.4


@dataclass
class Clock:
    """How long an explanation may take. ``shares`` of it are handed to its parts."""

    seconds: float
    interrupt: Interrupt = field(default_factory=Interrupt)
    started: float = field(default_factory=time.perf_counter)

    @property
    def left(self) -> float:
        """Seconds left; none after Ctrl-C."""
        return 0.0 if self.interrupt.pressed else max(0.0, self.started + self.seconds - time.perf_counter())

    @property
    def is_over(self) -> bool:
        """Whether the time is used up."""
        return self.left <= 0.0

    def slice(self) -> float:
        """Seconds for one question: never so many that nothing is left for the others.

        Raises
        ------
        NotKnownError
            If no time is left.
        """
        if self.is_over:
            raise NotKnownError
        return _ONE_QUESTION * self.left

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

    def without(self, kept: Collection[Key]) -> list[Key]:
        """All limits but those that are kept."""
        return [key for key in self.limits if key not in kept]

    def has_plan(self, clock: Clock, open: Collection[Key] = (), relaxed: bool = False) -> bool:
        """Tell whether some plan keeps all limits but the open ones.

        Raises
        ------
        NotKnownError
            Where the time is over before.
        """
        return self.elastic.is_feasible(open, clock.slice(), relaxed)

    def is_without_faults(self) -> bool:
        """Whether the changed cells are still a workbook that the program takes."""
        return not any(finding.level is Level.FAULT for finding in check(self.workbook))
