"""A bound from the loosened case in one piece: its first funding years whole, the later ones in fractions.

Where money comes year by year, most of what lies between the relaxation and the best plan is lost in the first years, when
much is lacking and little can be paid: those years are worth being whole, the later ones cost a search more than they say.
In one piece the solver sees how plants, materials and demand hang together and cuts off what a master of cuts does not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from enum import Enum
from itertools import accumulate

import numpy as np

from optimizer.solve.highs import Limits, Session, Status
from optimizer.solve.master import Master, Money
from optimizer.solve.standings import Aim, Standing
from optimizer.solve.work import EXACT_KT

_FIRST_NODE, _NODES = 1, 4000
# Of what the cuts of the first node raise the bound by: what one search raises it by, at first and later.
_FIRST_STEP, _NEXT_STEP = 0.95, 0.3
_ALL = 3.0  # Of the gap asked for: where no more is open, all of it at once.
_QUICK = 4  # Times the first node's iterations: a search that takes no more could have raised the bound twice as far.


class Ended(Enum):
    """How a search for a bound ended: proven, answered by less, or given up by nodes or the clock."""

    PROVEN = "proven"
    ANSWERED = "answered"
    GIVEN_UP = "given up"


def middle_year(master: Master, money: Money) -> int:
    """The year by which half of what the relaxation funds is funded: so many years are worth being whole."""
    program = master.undivided(money, 0)
    relaxed = replace(program, integer=np.zeros(len(program.integer), dtype=bool))
    values, by_year = Session(None, master.interrupt, relaxed).solve().values, defaultdict[int, float](float)
    shares = np.zeros(len(master.fundings)) if values is None else values[master.split.columns[master.fund]]
    for (_, v), share in zip(master.fundings, shares.tolist(), strict=True):
        by_year[v] += share
    years, half = sorted(by_year), 0.5 * sum(by_year.values())
    passed = accumulate(by_year[v] for v in years)
    return next((v for v, funded in zip(years, passed, strict=True) if funded >= half), master.instance.years[-1])


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


class Rising:
    """Bounds in one piece, each above the last.

    How far a search can get is told by what the cuts of the first node raise the relaxation by. A bound that takes too long
    to be proven is a poor one, and each search begins anew: so the first step is a bold one, and a later one about doubles
    the work.

    ``through``: the years that are whole; ``relaxed_kt``: the relaxation's shortfall; ``work``: iterations so far.
    """

    def __init__(self, master: Master, through: int, relaxed_kt: float) -> None:
        self._master, self.through, self.work = master, through, 0
        self._relaxed_kt, self._step_kt, self._first_node = relaxed_kt, 0.0, 0

    def raised(self, standing: Standing, aim: Aim) -> tuple[Standing, Ended]:
        """Raise the bound by what one search is likely to prove."""
        if self._first_node:
            return self._search(standing, _NEXT_STEP * self._step_kt, aim)
        standing, ended = self._prove(standing, standing.value_kt - aim.gap_kt, _FIRST_NODE, aim)
        self._first_node = max(1, self.work)
        self._step_kt = max(standing.bound_kt - self._relaxed_kt, aim.gap_kt)
        if ended is not Ended.GIVEN_UP or standing.is_proven(aim) or aim.is_over:
            return standing, ended
        return self._search(standing, _FIRST_STEP * self._step_kt, aim)

    def _search(self, standing: Standing, by_kt: float, aim: Aim) -> tuple[Standing, Ended]:
        lacking, before = standing.gap_kt - aim.gap_kt, self.work
        enough = standing.bound_kt + (lacking if lacking <= max(_ALL * aim.gap_kt, by_kt) else by_kt)
        found = self._prove(standing, enough, _NODES, aim)
        if self.work - before <= _QUICK * self._first_node:
            self._step_kt *= 2.0
        return found

    def _prove(self, standing: Standing, enough_kt: float, nodes: int, aim: Aim) -> tuple[Standing, Ended]:
        before = self._master.iterations
        found = raise_bound(self._master, standing, enough_kt, self.through, nodes, aim)
        self.work += self._master.iterations - before
        return found
