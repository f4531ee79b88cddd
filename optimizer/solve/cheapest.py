"""The least cost of fundings that were chosen for their coverage: sizes and purchases, and what no plan could be cheaper than.

Freight is left to the flows, which are decided when the plan is fixed: without it countries between which material moves
freely are one place, and the model is small enough to be solved for one budget after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from models.options import Layout
from models.solution import Investment, extract_investment
from optimizer.solve.coverage import least_slack
from optimizer.solve.highs import Limits, Status
from optimizer.solve.master import Money, Priced, Relaxation, Ties, cost_master
from optimizer.solve.packages import settle
from optimizer.solve.search import CoverageCase
from optimizer.solve.split import Cut, Translation
from optimizer.solve.standings import Standing
from optimizer.solve.work import EXACT_MUSD

_NEAR_POINTS = 1e-2  # Shortfall that the bound of the cost may leave out.
_HALF = 0.5  # Of the slack that the shortfall has: the rest is for the tolerance of the blocks.
_LEFT_MUSD = 1e-3  # Less of a budget than this may be rounding.
_USED = 1e-6


class CostCase:
    """A case compiled for its cost."""

    def __init__(self, coverage: CoverageCase) -> None:
        self.instance = coverage.instance
        self.master = cost_master(coverage.instance, Layout.FREIGHT_FREE, coverage.interrupt)
        self._from_full = Translation(coverage.full.split, self.master.split)
        self._from_loose = Translation(coverage.loose.split, self.master.split)

    def bounds(self, standings: Iterable[Standing], slack_points: float) -> list[float | None]:
        """What no plan that covers as much could be cheaper than, MUSD: the linear relaxation, point after point."""
        self.master.begin()
        relaxation, found = self._relaxation(), list[float | None]()
        for standing in standings:
            bound = self._bound(relaxation, standing, slack_points)
            if bound is None:  # A warm start can end in numerical trouble; from nothing the same problem solves.
                relaxation = self._relaxation()
                bound = self._bound(relaxation, standing, slack_points)
            found.append(bound)
        return found

    def _relaxation(self) -> Relaxation:
        return Relaxation(self.master, agreed_kt=_NEAR_POINTS * self.master.point_kt)

    def _bound(self, relaxation: Relaxation, standing: Standing, slack_points: float) -> float | None:
        relaxation.learn(self._known(standing))
        limit = standing.value_kt + self._slack(standing, slack_points)
        outcome, _ = relaxation.solve(replace(standing.money, shortfall_limit_kt=limit), Limits())
        return outcome.objective if outcome.status is Status.OPTIMAL else None

    def cheapest(self, standing: Standing, slack_points: float) -> Investment | None:
        """Find sizes and purchases at least cost for the fundings of ``standing``, its shortfall kept.

        Returns
        -------
        Investment or None
            Ready for its flows, which have to settle the running cost of the base; None where the shortfall cannot be kept
            within the solver's tolerance.
        """
        found = self._priced(standing, slack_points)
        return None if found is None else self._ready(standing, found[0])

    def leanest(self, standing: Standing, slack_points: float) -> tuple[Investment, bool] | None:
        """Find the same, and leave out what is not needed where the plan leaves money; with whether anything was left out.

        The coverage step has no costs: as long as there is money, what it funds in vain does no harm there. Not needed is what
        the cheapest plan that may also build parts of projects builds no part of.
        """
        found = self._priced(standing, slack_points)
        if found is None:
            return None
        priced, known, money = found
        investment, budget = self._ready(standing, priced), standing.money.budget_musd
        if budget is not None and investment.total_outlay_musd > budget - _LEFT_MUSD:
            return investment, False
        idle = self.master.fund[priced.plan[self.master.fund] < _HALF]
        relaxed, _ = Relaxation(self.master, Ties().closed(idle), known).solve(money, Limits())
        if relaxed.values is None:
            return investment, False
        needed = np.where(relaxed.values[self.master.fund] > _USED, 1.0, 0.0)
        if needed.sum() >= len(needed) - len(idle):
            return investment, False
        leaner = self.master.price(money, Ties(), known, needed, Limits(EXACT_MUSD))
        if leaner is None or leaner.value >= priced.value:
            return investment, False
        return self._ready(standing, leaner), True

    def _priced(self, standing: Standing, slack_points: float) -> tuple[Priced, list[Cut], Money] | None:
        """The fundings at their least cost, with what is known of the blocks, and the money with the limit of the shortfall."""
        assert standing.funded is not None
        limit = standing.value_kt + _HALF * self._slack(standing, slack_points)
        money, known = replace(standing.money, shortfall_limit_kt=limit), self._known(standing)
        self.master.begin()
        funded = self.master.vector(standing.funded)
        priced = self.master.price(money, Ties(), known, funded, Limits(EXACT_MUSD))
        return None if priced is None else (priced, known, money)

    def _ready(self, standing: Standing, priced: Priced) -> Investment:
        found = extract_investment(self.master.read(priced.plan), self.instance)
        case = replace(self.instance, budget_musd=standing.money.budget_musd)
        investment = settle(case, found, standing.money.pots_factor)
        return replace(investment, base_running_musd={})

    def _known(self, standing: Standing) -> list[Cut]:
        return [*self._from_loose.cuts(standing.cuts), *self._from_full.cuts(standing.more)]

    def _slack(self, standing: Standing, slack_points: float) -> float:
        """What the cost step may give back of the shortfall, kt."""
        return least_slack(standing.value_kt, slack_points * self.instance.weighted_demand_kt / 100.0)
