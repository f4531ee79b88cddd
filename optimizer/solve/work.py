"""A solve under way: the case, what is asked of it, the time used, and who is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from models.build import build_model
from models.instance import Instance
from models.options import Options
from optimizer.solve.highs import Interrupt, Limits, Outcome, Progress, Session, Status

# What can be told apart at all: a ten-thousandth of a tonne, a dollar.
EXACT_KT = 1e-7
EXACT_MUSD = 1e-6
# Of the time limit: the rest is for the flows that are printed, which are solved when the plan is fixed.
_FOR_THE_PLAN = 0.88

# Possible fundings up to which a search of everything takes seconds.
_SMALL = 400

Tell = Callable[[str], None]
Built = TypeVar("Built")


@dataclass(frozen=True)
class Targets:
    """What is asked of the solve: gaps, slack, time; ``relaxed`` solves the linear relaxation."""

    coverage_gap_points: float = 0.1
    coverage_slack_points: float = 0.0
    cost_gap: float = 0.001
    time_limit_s: float | None = None
    relaxed: bool = False


@dataclass(frozen=True)
class Step:
    """One step's answer and proof, in the units of its goal (kt weighted, or MUSD)."""

    status: Status
    value: float
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """Value less bound."""
        return max(0.0, self.value - self.bound)


def possible_fundings(instance: Instance) -> int:
    """Projects times the years in which they may be funded."""
    return sum(len(project.funding_years) for project in instance.candidates.values())


def is_small(instance: Instance) -> bool:
    """Whether everything may be searched."""
    return possible_fundings(instance) <= _SMALL


class Work:
    """The case and the clock. ``solving`` and ``building`` are seconds used so far."""

    def __init__(self, instance: Instance, targets: Targets, tell: Tell, interrupt: Interrupt) -> None:
        self.instance, self.targets, self.tell, self.interrupt = instance, targets, tell, interrupt
        self.solving, self.building = 0.0, 0.0

    def build(self, options: Options) -> Session:
        """Build and compile a model."""
        return self.timed_build(lambda: Session(build_model(self.instance, options), self.interrupt))

    def timed_build(self, build: Callable[[], Built]) -> Built:
        """Build something, and count the time."""
        started = time.perf_counter()
        built = build()
        self.building += time.perf_counter() - started
        return built

    def solve(self, session: Session, limits: Limits, progress: Progress | None = None) -> Outcome:
        """Solve, and count the time."""
        return self.count(session.solve(limits, progress))

    def count(self, outcome: Outcome) -> Outcome:
        """Count the time of a solve."""
        self.solving += outcome.seconds
        return outcome

    def left(self, share: float = _FOR_THE_PLAN) -> float | None:
        """Seconds left of ``share`` of the time limit; None without a limit."""
        limit = self.targets.time_limit_s
        return None if limit is None else max(0.0, share * limit - self.solving)

    @property
    def is_over(self) -> bool:
        """Whether the time is used up, or Ctrl-C was pressed."""
        return self.interrupt.pressed or self.left() == 0.0
