"""The least public money that covers as much: what no plan below it reaches, and a plan that does.

The master of the coverage step with the outlay as its goal and the shortfall as a limit; its blocks are the same, so that what
the coverage step learned of them holds here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

import numpy as np

from models.variants import Waiver
from optimizer.solve.coverage import least_slack
from optimizer.solve.eased import eased_master
from optimizer.solve.highs import Limits, Status
from optimizer.solve.master import Master, Money, Priced, Relaxation, Ties, outlay_master
from optimizer.solve.search import CoverageCase, matching
from optimizer.solve.split import Cut, Translation
from optimizer.solve.standings import Keys, Standing
from optimizer.solve.work import EXACT_MUSD

_NEAR_POINTS = 1e-2  # Shortfall that the bound of the relaxation may leave out.
_HALF = 0.5  # Of the slack that the shortfall has: the rest is for the tolerance of the blocks.
_USED = 1e-6
_MOST_PRICED = 2
_MOST_ROUNDS = 200


@dataclass(frozen=True)
class Least:
    """Least public money, MUSD: that of the best plan (infinite without one), and what no plan goes below."""

    value_musd: float
    bound_musd: float
    funded: Keys | None = None
    feasible: bool = True


class OutlayCase:
    """A case compiled for its outlay."""

    def __init__(self, coverage: CoverageCase) -> None:
        self.instance = coverage.instance
        self.master: Master = outlay_master(coverage.instance, coverage.interrupt)
        self._from_full = Translation(coverage.full.split, self.master.split)
        self._from_loose = Translation(coverage.loose.split, self.master.split)

    def eased(self, waiver: Waiver) -> OutlayCase:
        """The same without some redundancy rules, or counting fewer losses."""
        eased = copy(self)
        eased.master = eased_master(self.master, waiver)
        return eased

    def least(
        self,
        standing: Standing,
        limit_kt: float,
        starts: Iterable[Keys],
        gap_musd: float,
        plan_nodes: tuple[int, ...],
        bound_nodes: tuple[int, ...],
        whole: bool,
    ) -> Least:
        """Find the least money with which the weighted shortfall is at most ``limit_kt``.

        Parameters
        ----------
        standing
            What the coverage step knows of the case: cuts, and fundings worth a look; its pots, but not its budget, hold.
        limit_kt
            The weighted shortfall that is allowed, in the sense of the case's own measure.
        starts
            Plans that may reach it.
        gap_musd, plan_nodes, bound_nodes
            When the search ends: value less bound, and the nodes of one round after the other.
        whole
            Search everything whole until the gap is closed, however many nodes that takes: for small cases.
        """
        search = _Search(
            self.master, Money(None, standing.money.pots_factor, limit_kt + _HALF * least_slack(limit_kt, 0.0))
        )
        search.pool = [*self._from_loose.cuts(standing.cuts), *self._from_full.cuts(standing.more)]
        if not search.relax():
            return Least(float("inf"), float("inf"), feasible=False)
        for keys in starts:
            search.price(self.master.vector(matching(self.master.fundings, keys)))
        worth = standing.support | (standing.funded or frozenset()) | frozenset(key for keys in starts for key in keys)
        for nodes in plan_nodes:
            search.improve(worth, nodes, gap_musd)
        for nodes in bound_nodes[-1:]:
            search.raise_bound(nodes, gap_musd)
        if whole:
            search.finish(gap_musd)
        return search.answer()


class _Search:
    """How matters stand: the best plan, the bound, and the cuts so far."""

    def __init__(self, master: Master, money: Money) -> None:
        self.master, self.money = master, money
        self.pool: list[Cut] = []
        self.best: Priced | None = None
        self.bound_musd = 0.0
        self.support: Keys = frozenset()
        master.begin()

    @property
    def gap_musd(self) -> float:
        """Plan less bound; infinite without a plan."""
        return float("inf") if self.best is None else self.best.value - self.bound_musd

    def answer(self) -> Least:
        """The best plan with the bound, never above it."""
        if self.best is None:
            return Least(float("inf"), self.bound_musd)
        return Least(self.best.value, min(self.bound_musd, self.best.value), self.master.chosen(self.best.plan))

    def relax(self) -> bool:
        """Take the bound of the linear relaxation and the fundings that it uses; False where not even it is possible."""
        relaxation = Relaxation(self.master, known=self.pool, agreed_kt=_NEAR_POINTS * self.master.point_kt)
        outcome, near = relaxation.solve(self.money, Limits())
        if outcome.values is None or outcome.objective is None:
            return outcome.status is not Status.INFEASIBLE
        self.bound_musd = max(0.0, outcome.objective)
        self.pool = list(dict.fromkeys([*self.pool, *near]))
        used = outcome.values[self.master.fund] > _USED
        self.support = frozenset(key for key, share in zip(self.master.fundings, used, strict=True) if share)
        return True

    def price(self, funded: np.ndarray) -> None:
        """Keep a plan where it reaches the shortfall for less."""
        priced = self.master.price(self.money, Ties(), self.pool, funded, Limits(EXACT_MUSD))
        if priced is not None and (self.best is None or priced.value < self.best.value - EXACT_MUSD):
            self.best = priced

    def improve(self, worth: Keys, nodes: int, gap_musd: float) -> None:
        """Search whole fundings among those worth a look; its plans teach what they were short of."""
        if self.gap_musd <= gap_musd:
            return
        known = worth | self.support
        idle = self.master.fund[self.master.vector(known) == 0.0]
        self._search(Ties().closed(idle), nodes, gap_musd, for_plans=True)

    def raise_bound(self, nodes: int, gap_musd: float) -> None:
        """Search whole projects with their years in fractions: a bound for every plan."""
        if self.gap_musd <= gap_musd:
            return
        whole = np.array(list(self.master.ever.values()), dtype=int)
        enough = None if self.best is None else self.best.value - gap_musd
        limits = Limits(max(EXACT_MUSD, 0.1 * gap_musd), nodes=nodes, bound=enough)
        outcome = self.master.search(self.money, Ties(), self.pool, limits, whole)
        self.bound_musd = max(self.bound_musd, outcome.bound or 0.0)

    def finish(self, gap_musd: float) -> None:
        """Search everything whole, round after round with the cuts that its plans were short of, until nothing changes."""
        for _ in range(_MOST_ROUNDS):
            if self.gap_musd <= max(gap_musd, EXACT_MUSD):
                return
            before = self.gap_musd, self.bound_musd, len(self.pool)
            bound = self._search(Ties(), None, gap_musd)
            self.bound_musd = max(self.bound_musd, bound)
            if (self.gap_musd, self.bound_musd, len(self.pool)) == before:
                return

    def _search(self, ties: Ties, nodes: int | None, gap_musd: float, for_plans: bool = False) -> float:
        """One search; return its bound, which holds for the fundings that the ties leave open."""
        limits = Limits(max(EXACT_MUSD, 0.4 * gap_musd), nodes=nodes)
        start = None if self.best is None else self.best.plan
        outcome = self.master.search(self.money, ties, self.pool, limits, None, start, for_plans)
        plans = outcome.plans or (() if outcome.values is None else (outcome.values,))
        for plan in reversed(plans[-_MOST_PRICED:]):
            known = len(self.pool)
            self.price(np.round(plan[self.master.fund]))
            if len(self.pool) == known:
                self.pool += self.master.news(self.master.split.ask(plan).cuts, plan)
        return (
            outcome.bound if outcome.bound is not None else float("inf") if outcome.status is Status.INFEASIBLE else 0.0
        )
