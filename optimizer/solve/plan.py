"""The steps to a plan: least weighted shortfall, then least cost at that shortfall, then the check that it is clean."""

from __future__ import annotations

from dataclasses import dataclass

from models.instance import Goal, Instance
from models.options import Options
from models.solution import Investment, extract_investment
from optimizer.solve.cost import cost_step
from optimizer.solve.coverage import Coverage, coverage_step, kept_shortfall
from optimizer.solve.fundings import fundings
from optimizer.solve.highs import Interrupt, Session, Status
from optimizer.solve.packages import settle
from optimizer.solve.standings import Keys
from optimizer.solve.tidy import Tidied, Tidiness, tidy
from optimizer.solve.work import EXACT_MUSD, Step, Targets, Tell, Work

__all__ = ["PlanOutcome", "Step", "Targets", "solve_plan"]


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
    out_of_time: bool


def solve_plan(
    instance: Instance, targets: Targets, tell: Tell, interrupt: Interrupt | None = None, at_hand: Keys | None = None
) -> PlanOutcome:
    """Find the plan.

    Parameters
    ----------
    instance, targets
        The case and what is asked of the solve.
    tell
        Takes a line of progress.
    interrupt
        Where Ctrl-C is watched; it acts as the time limit reached now.
    at_hand
        Fundings of a plan that is known to be possible: the coverage step ends with none that is worse.
    """
    work = Work(instance, targets, tell, interrupt or Interrupt())
    coverage = coverage_step(work, at_hand) if instance.goal is Goal.COVERAGE else None
    if coverage is not None and coverage.step is None:
        return _outcome(work, coverage.status, coverage.session)
    limit = None if coverage is None else kept_shortfall(coverage, work)
    options = Options(Goal.COST, shortfall_limit_kt=limit, relaxed=targets.relaxed)
    before = work.solving
    # A relaxation needs no plan to start from, and must not be kept to one.
    start = None if coverage is None or targets.relaxed else coverage.funded
    session, best, bound = cost_step(work, options, start)
    if best.values is None or best.objective is None:
        return _outcome(work, best.status, session, coverage)
    tidied = Tidied(best, None)
    if not targets.relaxed:
        screen = None if coverage is None else coverage.session
        tidied = tidy(session, screen, limit, fundings(session, best.values), best, work.left(), tell)
        work.solving += 0.0 if tidied.tidiness is None else tidied.tidiness.seconds
    assert tidied.best.values is not None
    assert tidied.best.objective is not None
    cost = _proof(work, tidied.best.objective, bound, work.solving - before)
    proven = cost.status is Status.OPTIMAL and (coverage is None or coverage.status is Status.OPTIMAL)
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    investment = settle(instance, extract_investment(session.reader.at(tidied.best.values), instance))
    return _outcome(work, status, session, coverage, cost, investment, tidied.tidiness)


def _proof(work: Work, value: float, bound: float, seconds: float) -> Step:
    """The cost step with its bound, never above the value."""
    bound = min(bound, value)
    wanted = max(EXACT_MUSD, work.targets.cost_gap * abs(value))
    status = Status.OPTIMAL if value - bound <= wanted * (1.0 + 1e-9) else Status.FEASIBLE
    return Step(status, value, bound, seconds)


def _outcome(
    work: Work,
    status: Status,
    session: Session,
    coverage: Coverage | None = None,
    cost: Step | None = None,
    investment: Investment | None = None,
    tidiness: Tidiness | None = None,
) -> PlanOutcome:
    return PlanOutcome(
        status=status,
        coverage=None if coverage is None else coverage.step,
        cost=cost,
        investment=investment,
        tidiness=tidiness,
        size={
            "rows": session.rows,
            "columns": session.columns,
            "nonzeros": session.nonzeros,
            "binaries": session.binaries,
        },
        build_seconds=work.building,
        solve_seconds=work.solving,
        interrupted=work.interrupt.pressed,
        out_of_time=work.left() == 0.0,
    )
