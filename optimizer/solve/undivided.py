"""A bound from the loosened case in one piece: its first funding years whole, the later ones in fractions.

Where money comes year by year, most of what lies between the relaxation and the best plan is lost in the first years, when
much is lacking and little can be paid: those years are worth being whole, the later ones cost a search more than they say.
In one piece the solver sees how plants, materials and demand hang together and cuts off what a master of cuts does not.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from optimizer.solve.highs import Limits, Session, Status
from optimizer.solve.master import Master
from optimizer.solve.standings import Aim, Standing
from optimizer.solve.work import EXACT_KT


class Ended(Enum):
    """How a search for a bound ended: proven, answered by less, or given up by nodes or the clock."""

    PROVEN = "proven"
    ANSWERED = "answered"
    GIVEN_UP = "given up"


def raise_bound(
    master: Master, standing: Standing, enough_kt: float, through: int, nodes: int, aim: Aim
) -> tuple[Standing, Ended]:
    """Try to prove that no plan has less than ``enough_kt`` of shortfall, with the years ``through`` whole.

    Returns
    -------
    tuple[Standing, Ended]
        With the bound as far as it was raised, and the fundings of an answer that has less: it may be no plan.
    """
    session = Session(None, master.interrupt, master.undivided(standing.money, through))
    session.branch_only()
    outcome = session.solve(Limits(0.1 * aim.gap_kt, seconds=aim.left, nodes=nodes, bound=enough_kt))
    master.iterations += outcome.iterations
    if outcome.status is Status.INFEASIBLE:
        return replace(standing, feasible=False), Ended.PROVEN
    bound = max(standing.bound_kt, outcome.bound or 0.0)
    raised = replace(
        standing, bound_kt=bound, reproducible=standing.reproducible and not aim.is_over and not outcome.interrupted
    )
    if bound >= enough_kt - EXACT_KT:
        return raised, Ended.PROVEN
    if outcome.status is not Status.OPTIMAL or outcome.values is None:
        return raised, Ended.GIVEN_UP
    return replace(raised, support=standing.support | master.used(outcome.values[master.split.columns])), Ended.ANSWERED
