"""The second step: least cost at the shortfall of the first (or, with objective cost, at what must be served).

The plan at hand is priced, and held against the linear relaxation: often that is proof enough. If not, better fundings are
searched without freight, where countries between which material moves freely are one place: a relaxation that is solved much
faster. What it finds is handed to the full model, which is searched only while the gap is open.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.options import Layout, Options
from optimizer.solve.fundings import fund_columns, fundings, solve_fixed
from optimizer.solve.highs import Limits, Outcome, Progress, Session, Status
from optimizer.solve.work import EXACT_MUSD, Tell, Work

_FREIGHT_FREE_ROOM = 0.7  # of the gap asked for: the rest is left for freight
_FREIGHT_FREE_TIME = 0.5  # of the whole limit, coverage step included
_USED = 1e-7


def cost_step(work: Work, options: Options, start: np.ndarray | None) -> tuple[Session, Outcome, float]:
    """Find the cheapest plan.

    Parameters
    ----------
    work, options
        The solve under way, and the formulation of this step.
    start
        Fundings to start from, if any are at hand.

    Returns
    -------
    tuple
        The compiled full model, the solve with the best plan (its values None without one), and the proven bound.
    """
    session = work.build(options)
    work.tell(f"cost step: {session.rows:,} rows, {session.columns:,} columns, {session.binaries:,} yes/no decisions")
    at_hand, bound = _priced(work, session, start), -np.inf
    if at_hand is not None:
        bound = -np.inf if work.is_over else _relaxed_bound(work, session)
        if work.is_over or _is_proven(work, at_hand, bound):
            return session, at_hand, bound
    if not work.targets.relaxed and work.targets.cost_gap > 0.0 and not work.is_over:
        start, freight_free = _without_freight(work, options, start)
        bound = max(bound, freight_free)
        at_hand = _better(at_hand, _priced(work, session, start))
        if at_hand is not None and (work.is_over or _is_proven(work, at_hand, bound)):
            return session, at_hand, bound
    if at_hand is not None and at_hand.values is not None:
        session.start_from(at_hand.values)
    best, bound = _search(work, session, bound)
    return session, (at_hand if best.values is None and at_hand is not None else best), bound


def _priced(work: Work, session: Session, start: np.ndarray | None) -> Outcome | None:
    """The full model with the fundings given; None where there are none, or they are not possible."""
    outcome = None if start is None else work.count(solve_fixed(session, start))
    return outcome if outcome is not None and outcome.has_plan else None


def _better(one: Outcome | None, other: Outcome | None) -> Outcome | None:
    found = [x for x in (one, other) if x is not None and x.objective is not None]
    return min(found, key=lambda x: x.objective or 0.0, default=None)


def _is_proven(work: Work, plan: Outcome, bound: float) -> bool:
    assert plan.objective is not None
    return plan.objective - bound <= max(EXACT_MUSD, work.targets.cost_gap * abs(plan.objective))


def _without_freight(work: Work, options: Options, start: np.ndarray | None) -> tuple[np.ndarray | None, float]:
    """Solve without freight: fundings to go on from, and a lower bound of the cost with freight.

    The bound is that of the linear relaxation. The search is kept to the fundings that the relaxation or the plan at hand
    uses: few of all, and seldom without a very good plan among them.
    """
    session = work.build(replace(options, base_layout=Layout.FREIGHT_FREE))
    session.relax(True)
    relaxed = work.solve(session, Limits(seconds=work.left()))
    session.relax(False)
    if relaxed.status is not Status.OPTIMAL or relaxed.values is None or relaxed.objective is None:
        return start, -np.inf
    used = relaxed.values[fund_columns(session)] > _USED
    if start is not None:
        used |= start > _USED
        first = work.count(solve_fixed(session, start))
        if first.values is not None:
            session.start_from(first.values)
    work.tell(f"cost step without freight: search among {used.sum()} of {len(used)} possible fundings")
    idle = fund_columns(session)[~used]
    session.set_bounds(idle, np.zeros(len(idle)), np.zeros(len(idle)))
    room = _FREIGHT_FREE_ROOM * work.targets.cost_gap * abs(relaxed.objective)
    limits = Limits(EXACT_MUSD, seconds=work.left(_FREIGHT_FREE_TIME), target=relaxed.objective + room)
    outcome = work.solve(session, limits, _progress("cost step without freight", work.tell))
    return (start if outcome.values is None else fundings(session, outcome.values)), relaxed.objective


def _relaxed_bound(work: Work, session: Session) -> float:
    """Bound of the linear relaxation, by the interior-point method: from nothing it is the faster one."""
    session.relax(True)
    session.use_interior_point(True)
    outcome = work.solve(session, Limits(seconds=work.left()))
    session.use_interior_point(False)
    session.relax(False)
    return outcome.objective if outcome.status is Status.OPTIMAL and outcome.objective is not None else -np.inf


def _search(work: Work, session: Session, bound: float) -> tuple[Outcome, float]:
    """Search the full model until the gap is closed or the time over; sizes and flows are solved again at the end."""
    session.use_interior_point(work.targets.relaxed)
    limits = Limits(EXACT_MUSD, work.targets.cost_gap, work.left())
    outcome = work.solve(session, limits, _progress("cost step", work.tell))
    bound = max(bound, -np.inf if outcome.bound is None else outcome.bound)
    if outcome.values is None or session.binaries == 0:
        return outcome, bound
    exact = work.count(solve_fixed(session, fundings(session, outcome.values)))
    return (exact if exact.has_plan else outcome), bound


def _progress(name: str, tell: Tell) -> Progress:
    def progress(primal: float, dual: float, seconds: float) -> None:
        if abs(primal) < 1e20 and abs(dual) < 1e20 and primal:
            tell(f"{name}: gap {(primal - dual) / abs(primal):.2%} after {seconds:.0f} s")

    return progress
