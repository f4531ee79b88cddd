"""The steps to a plan: least weighted shortfall, then least cost at that shortfall, then the check that it is clean.

Each step is proven by a bound of its own. The cost step is solved first without freight, where countries between which
material moves freely are one place (a relaxation, solved much faster), and its plan and bound are handed to the full model.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.build import build_model
from models.instance import Goal, Instance
from models.options import Layout, Options
from models.solution import Investment, extract_investment
from optimizer.solve.fundings import fund_columns, fundings, solve_fixed
from optimizer.solve.highs import Interrupt, Limits, Outcome, Session, Status
from optimizer.solve.tidy import Tidiness, tidy

_LEAST_SLACK_KT = 1e-6  # 0.001 t
_RELATIVE_SLACK = 1e-6
_COVERAGE_TIME = 0.7
_FREIGHT_FREE_ROOM = 0.7  # of the gap asked for: the rest is left for freight
_FREIGHT_FREE_TIME = 0.65  # of the whole limit, coverage step included
_USED = 1e-7
_EXACT_KT = 1e-7
_EXACT_MUSD = 1e-6

Tell = Callable[[str], None]


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


@dataclass(frozen=True)
class PlanOutcome:
    """How the whole solve ended. ``investment`` is None without a plan."""

    status: Status
    coverage: Step | None
    cost: Step | None
    investment: Investment | None
    tidiness: Tidiness | None
    size: dict[str, int]
    build_seconds: float
    solve_seconds: float
    interrupted: bool


class _Clock:
    """Solver time used of all that there is, and time spent building."""

    def __init__(self, limit: float | None) -> None:
        self.limit, self.solving, self.building = limit, 0.0, 0.0

    def left(self, share: float = 1.0) -> float | None:
        """Seconds left of ``share`` of the limit."""
        return None if self.limit is None else max(0.0, share * self.limit - self.solving)

    def build(self, instance: Instance, options: Options, interrupt: Interrupt) -> Session:
        """Build and compile a model."""
        started = time.perf_counter()
        session = Session(build_model(instance, options), interrupt)
        self.building += time.perf_counter() - started
        return session

    def count(self, outcome: Outcome) -> Outcome:
        """Add an outcome's seconds."""
        self.solving += outcome.seconds
        return outcome


def solve_plan(instance: Instance, targets: Targets, tell: Tell, interrupt: Interrupt | None = None) -> PlanOutcome:
    """Find the plan.

    Parameters
    ----------
    instance, targets
        The case and what is asked of the solve.
    tell
        Takes a line of progress.
    interrupt
        Where Ctrl-C is watched; it acts as the time limit reached now.
    """
    interrupt = interrupt or Interrupt()
    clock = _Clock(targets.time_limit_s)
    coverage, start, screen = None, None, None
    if instance.goal is Goal.COVERAGE:
        options = Options(Goal.COVERAGE, base_layout=Layout.POOLED, relaxed=targets.relaxed)
        screen = clock.build(instance, options, interrupt)
        coverage, start, status = _coverage_step(screen, instance, targets, clock, tell)
        if coverage is None:
            return _ended(status, clock, screen, interrupt)
    return _cost_step(instance, targets, clock, tell, interrupt, coverage, start, screen)


def _ended(status: Status, clock: _Clock, session: Session, interrupt: Interrupt) -> PlanOutcome:
    return PlanOutcome(status, None, None, None, None, _size(session), clock.building, clock.solving, interrupt.pressed)


def _size(session: Session) -> dict[str, int]:
    return {
        "rows": session.rows,
        "columns": session.columns,
        "nonzeros": session.nonzeros,
        "binaries": session.binaries,
    }


# ---------------------------------------------------------------- coverage


def _coverage_step(
    session: Session, instance: Instance, targets: Targets, clock: _Clock, tell: Tell
) -> tuple[Step | None, np.ndarray | None, Status]:
    """Least weighted shortfall, in kt; the fundings that give it."""
    point = instance.weighted_demand_kt / 100.0
    gap = max(_EXACT_KT, targets.coverage_gap_points * point)

    def progress(primal: float, dual: float, seconds: float) -> None:
        if point and abs(primal) < 1e20:
            tell(f"coverage step: gap {max(0.0, primal - max(dual, 0.0)) / point:.2f} points after {seconds:.0f} s")

    tell(f"coverage step: {session.rows:,} rows, {session.columns:,} columns, {session.binaries:,} yes/no decisions")
    outcome = clock.count(session.solve(Limits(absolute_gap=gap, seconds=clock.left(_COVERAGE_TIME)), progress))
    if not outcome.has_plan or outcome.values is None or outcome.objective is None:
        return None, None, outcome.status
    funded = fundings(session, outcome.values)
    exact = outcome if targets.relaxed else clock.count(solve_fixed(session, funded))
    value: float = outcome.objective if exact.objective is None else exact.objective
    bound = min(value, max(0.0, outcome.bound or 0.0))
    proven = value - bound <= gap + _EXACT_KT
    step = Step(Status.OPTIMAL if proven else Status.FEASIBLE, value, bound, clock.solving)
    return step, funded, outcome.status


# ---------------------------------------------------------------- cost


def _cost_step(
    instance: Instance,
    targets: Targets,
    clock: _Clock,
    tell: Tell,
    interrupt: Interrupt,
    coverage: Step | None,
    start: np.ndarray | None,
    screen: Session | None,
) -> PlanOutcome:
    """Least cost at the shortfall of the first step (or, with objective cost, at what must be served)."""
    limit = None if coverage is None else coverage.value + _slack(coverage.value, instance, targets)
    options = Options(Goal.COST, shortfall_limit_kt=limit, relaxed=targets.relaxed)
    bound = -np.inf
    if not targets.relaxed and targets.cost_gap > 0.0:
        start, bound = _freight_free(instance, options, targets, clock, tell, interrupt, start)
    session = clock.build(instance, options, interrupt)
    tell(f"cost step: {session.rows:,} rows, {session.columns:,} columns, {session.binaries:,} yes/no decisions")
    best, bound = _full_cost(session, targets, clock, tell, start, bound)
    if best.values is None or best.objective is None:
        return replace(_ended(best.status, clock, session, interrupt), coverage=coverage)
    tidiness, cost = None, best.objective
    if not targets.relaxed:
        tidied = tidy(session, screen, limit, fundings(session, best.values), best, clock.left(), tell)
        clock.solving += tidied.tidiness.seconds
        tidiness, best, cost = tidied.tidiness, tidied.best, tidied.best.objective or best.objective
    bound = min(bound, cost)
    proven = cost - bound <= max(_EXACT_MUSD, targets.cost_gap * abs(cost)) * (1 + 1e-9)
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    step = Step(status, cost, bound, clock.solving - (coverage.seconds if coverage else 0.0))
    whole = Status.OPTIMAL if proven and (coverage is None or coverage.status is Status.OPTIMAL) else Status.FEASIBLE
    assert best.values is not None
    session.load(best.values)
    return PlanOutcome(
        status=whole,
        coverage=coverage,
        cost=step,
        investment=extract_investment(session.model, instance),
        tidiness=tidiness,
        size=_size(session),
        build_seconds=clock.building,
        solve_seconds=clock.solving,
        interrupted=interrupt.pressed,
    )


def _slack(value: float, instance: Instance, targets: Targets) -> float:
    """What the cost step may give back of the coverage step's value, in kt weighted."""
    points = targets.coverage_slack_points * instance.weighted_demand_kt / 100.0
    return max(_LEAST_SLACK_KT, _RELATIVE_SLACK * value, points)


def _freight_free(
    instance: Instance,
    options: Options,
    targets: Targets,
    clock: _Clock,
    tell: Tell,
    interrupt: Interrupt,
    start: np.ndarray | None,
) -> tuple[np.ndarray | None, float]:
    """Solve the cost step without freight: fundings to go on from, and a lower bound of the cost with freight.

    The bound is that of the linear relaxation. The search is kept to the fundings that the relaxation or the plan at hand
    uses: few of all, and seldom without a very good plan among them.
    """
    left = clock.left()
    if interrupt.pressed or (left is not None and left <= 0.0):
        return start, -np.inf
    session = clock.build(instance, replace(options, base_layout=Layout.FREIGHT_FREE), interrupt)
    session.relax(True)
    relaxed = clock.count(session.solve(Limits(seconds=left)))
    session.relax(False)
    if relaxed.status is not Status.OPTIMAL or relaxed.values is None or relaxed.objective is None:
        return start, -np.inf
    used = relaxed.values[fund_columns(session)] > _USED
    if start is not None:
        used |= start > _USED
        first = clock.count(solve_fixed(session, start))
        if first.values is not None:
            session.start_from(first.values)
    tell(f"cost step without freight: search among {used.sum()} of {len(used)} possible fundings")
    idle = fund_columns(session)[~used]
    session.set_bounds(idle, np.zeros(len(idle)), np.zeros(len(idle)))
    room = _FREIGHT_FREE_ROOM * targets.cost_gap * abs(relaxed.objective)
    limits = Limits(_EXACT_MUSD, seconds=clock.left(_FREIGHT_FREE_TIME), target=relaxed.objective + room)
    outcome = clock.count(session.solve(limits, _cost_progress("cost step without freight", tell)))
    return (start if outcome.values is None else fundings(session, outcome.values)), relaxed.objective


def _full_cost(
    session: Session, targets: Targets, clock: _Clock, tell: Tell, start: np.ndarray | None, bound: float
) -> tuple[Outcome, float]:
    """Least cost on the full model: first with the fundings at hand, then in search of better while the gap is open."""
    at_hand = None
    if start is not None:
        at_hand = clock.count(solve_fixed(session, start))

    def wide_open(value: float) -> bool:
        return value - bound > max(_EXACT_MUSD, targets.cost_gap * abs(value))

    if at_hand is not None and at_hand.objective is not None:
        if targets.relaxed or not wide_open(at_hand.objective):
            return at_hand, bound
        if (left := clock.left()) is not None and left <= 0.0:
            return at_hand, bound
        relaxed = clock.count(_relaxation(session, clock.left()))
        if relaxed.status is Status.OPTIMAL and relaxed.objective is not None:
            bound = max(bound, relaxed.objective)
        if not wide_open(at_hand.objective) or at_hand.values is None:
            return at_hand, bound
        session.start_from(at_hand.values)
    limits = Limits(_EXACT_MUSD, targets.cost_gap, clock.left())
    outcome = clock.count(session.solve(limits, _cost_progress("cost step", tell)))
    bound = max(bound, -np.inf if outcome.bound is None else outcome.bound)
    if outcome.values is None or session.binaries == 0:
        return (at_hand if at_hand is not None and at_hand.has_plan else outcome), bound
    exact = clock.count(solve_fixed(session, fundings(session, outcome.values)))
    return (exact if exact.has_plan else outcome), bound


def _relaxation(session: Session, seconds: float | None) -> Outcome:
    """Solve without whole numbers, by the interior-point method: from nothing it is the faster one."""
    session.relax(True)
    session.use_interior_point(True)
    outcome = session.solve(Limits(seconds=seconds))
    session.use_interior_point(False)
    session.relax(False)
    return outcome


def _cost_progress(name: str, tell: Tell) -> Any:
    def progress(primal: float, dual: float, seconds: float) -> None:
        if abs(primal) < 1e20 and abs(dual) < 1e20 and primal:
            tell(f"{name}: gap {(primal - dual) / abs(primal):.2%} after {seconds:.0f} s")

    return progress
