"""The first step: least weighted shortfall, on pooled networks, proven in coverage points."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from models.instance import Goal
from models.options import Layout, Options
from optimizer.solve.fundings import fundings, solve_fixed, vector_of
from optimizer.solve.highs import Limits, Session, Status
from optimizer.solve.master import Money
from optimizer.solve.prove import prove
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Keys, Standing
from optimizer.solve.work import EXACT_KT, Step, Work

_SHARE_OF_TIME = 0.7
_LARGE = 400  # Yes/no decisions from which taking the model apart pays for building it once more.
_LEAST_SLACK_KT = 1e-6  # 0.001 t
_RELATIVE_SLACK = 1e-6


@dataclass(frozen=True)
class Coverage:
    """The first step's answer. ``step`` and ``funded`` are None without a plan; ``session`` is its compiled model."""

    status: Status
    session: Session
    step: Step | None = None
    funded: np.ndarray | None = None


def coverage_step(work: Work, at_hand: Keys | None = None) -> Coverage:
    """Find the fundings with the least weighted shortfall, within 70 % of the time; never a worse plan than ``at_hand``."""
    instance, targets = work.instance, work.targets
    point = instance.weighted_demand_kt / 100.0
    gap = max(EXACT_KT, targets.coverage_gap_points * point)
    options = Options(Goal.COVERAGE, base_layout=Layout.POOLED, relaxed=targets.relaxed)
    session = work.build(options)

    def progress(primal: float, dual: float, seconds: float) -> None:
        if point and abs(primal) < 1e20:
            work.tell(
                f"coverage step: gap {max(0.0, primal - max(dual, 0.0)) / point:.2f} points after {seconds:.0f} s"
            )

    work.tell(
        f"coverage step: {session.rows:,} rows, {session.columns:,} columns, {session.binaries:,} yes/no decisions"
    )
    if session.binaries >= _LARGE and not targets.relaxed:
        return _taken_apart(work, session, gap, at_hand)
    if at_hand is not None and (first := solve_fixed(session, vector_of(session, at_hand))).values is not None:
        session.start_from(first.values)
    outcome = work.solve(session, Limits(absolute_gap=gap, seconds=work.left(_SHARE_OF_TIME)), progress)
    if outcome.values is None or outcome.objective is None:
        return Coverage(outcome.status, session)
    funded, value = fundings(session, outcome.values), outcome.objective
    if not targets.relaxed:
        exact = work.count(solve_fixed(session, funded))
        value = value if exact.objective is None else exact.objective
    bound = min(value, max(0.0, outcome.bound or 0.0))
    status = Status.OPTIMAL if value - bound <= gap + EXACT_KT else Status.FEASIBLE
    return Coverage(status, session, Step(status, value, bound, work.solving), funded)


def _taken_apart(work: Work, session: Session, gap: float, at_hand: Keys | None) -> Coverage:
    """The same by master and blocks: plans and bounds in turn, with ever more nodes, until they meet or the time is over."""
    instance, point = work.instance, work.instance.weighted_demand_kt / 100.0
    case = work.timed_build(lambda: CoverageCase(instance, work.interrupt))
    left, started = work.left(_SHARE_OF_TIME), time.perf_counter()
    aim = Aim(gap, None if left is None else started + left)

    def tell(standing: Standing) -> None:
        seconds = time.perf_counter() - started
        work.tell(f"coverage step: gap {standing.gap_kt / point:.2f} points after {seconds:.0f} s")

    standing = Standing(Money(instance.budget_musd))
    standing = prove(case, standing if at_hand is None else case.take(standing, at_hand), aim, tell)
    work.solving += time.perf_counter() - started
    if standing.funded is None:
        return Coverage(standing.status(aim), session)
    funded = vector_of(session, standing.funded)
    exact = work.count(solve_fixed(session, funded))
    value = standing.value_kt if exact.objective is None else exact.objective
    bound = min(value, standing.bound_kt)
    status = Status.OPTIMAL if value - bound <= gap + EXACT_KT else Status.FEASIBLE
    return Coverage(status, session, Step(status, value, bound, work.solving), funded)


def kept_shortfall(coverage: Coverage, work: Work) -> float | None:
    """What the weighted shortfall of the second step may be: the first step's value and the slack, kt."""
    if coverage.step is None:
        return None
    value = coverage.step.value
    return value + least_slack(value, work.targets.coverage_slack_points * work.instance.weighted_demand_kt / 100.0)


def least_slack(value_kt: float, asked_kt: float) -> float:
    """What the second step may give back of a weighted shortfall, kt."""
    return max(_LEAST_SLACK_KT, _RELATIVE_SLACK * value_kt, asked_kt)
