"""The least cost of fundings that were chosen for their coverage: sizes and purchases, and what no plan could be cheaper than.

Freight is left to the flows, which are decided when the plan is fixed: without it countries between which material moves
freely are one place, and the model is small enough to be solved for one budget after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from models.options import Layout
from models.solution import Investment, extract_investment
from optimizer.solve.coverage import least_slack
from optimizer.solve.highs import Limits, Status
from optimizer.solve.master import Relaxation, Ties, cost_master
from optimizer.solve.packages import settle
from optimizer.solve.search import CoverageCase, Standing
from optimizer.solve.split import Cut, Translation
from optimizer.solve.work import EXACT_MUSD

_NEAR_POINTS = 1e-2  # Shortfall that the bound of the cost may leave out.
_HALF = 0.5  # Of the slack that the shortfall has: the rest is for the tolerance of the blocks.


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
        assert standing.funded is not None
        limit = standing.value_kt + _HALF * self._slack(standing, slack_points)
        money = replace(standing.money, shortfall_limit_kt=limit)
        self.master.begin()
        funded = self.master.vector(standing.funded)
        priced = self.master.price(money, Ties(), self._known(standing), funded, Limits(EXACT_MUSD))
        if priced is None:
            return None
        found = extract_investment(self.master.read(priced.plan), self.instance)
        investment = settle(self.instance, found, standing.money.pots_factor)
        return replace(investment, base_running_musd={})

    def _known(self, standing: Standing) -> list[Cut]:
        return [*self._from_loose.cuts(standing.cuts), *self._from_full.cuts(standing.more)]

    def _slack(self, standing: Standing, slack_points: float) -> float:
        """What the cost step may give back of the shortfall, kt."""
        return least_slack(standing.value_kt, slack_points * self.instance.weighted_demand_kt / 100.0)
