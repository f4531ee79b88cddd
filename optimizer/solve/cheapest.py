"""The least cost of fundings that were chosen for their coverage: sizes and purchases, and what no plan could be cheaper than.

Freight is left to the flows, which are decided when the plan is fixed: without it countries between which material moves
freely are one place, and the model is small enough to be solved for one budget after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.options import Layout
from models.solution import Investment, extract_investment
from optimizer.solve.coverage import least_slack
from optimizer.solve.highs import Limits, Status
from optimizer.solve.master import Money, Relaxation, Ties, cost_master
from optimizer.solve.search import CoverageCase, Standing
from optimizer.solve.split import Cut, Translation
from optimizer.solve.work import EXACT_MUSD

_NEAR_POINTS = 1e-2  # Shortfall that the bound of the cost may leave out.
_HALF = 0.5  # Of the slack that the shortfall has: the rest is for the tolerance of the blocks.


@dataclass(frozen=True)
class Cheapest:
    """A plan ready for its flows; the running cost of the base is not settled in it. ``bound_musd``: None if not asked for."""

    investment: Investment
    bound_musd: float | None


class CostCase:
    """A case compiled for its cost."""

    def __init__(self, coverage: CoverageCase) -> None:
        self.instance = coverage.instance
        self.master = cost_master(coverage.instance, Layout.FREIGHT_FREE, coverage.interrupt)
        self._from_full = Translation(coverage.full.split, self.master.split)
        self._from_loose = Translation(coverage.loose.split, self.master.split)

    def cheapest(self, standing: Standing, slack_points: float, with_bound: bool) -> Cheapest | None:
        """Find sizes and purchases at least cost for the fundings of ``standing``, its shortfall kept.

        Returns
        -------
        Cheapest or None
            None where the shortfall cannot be kept within the solver's tolerance.
        """
        assert standing.funded is not None
        slack = least_slack(standing.value_kt, slack_points * self.instance.weighted_demand_kt / 100.0)
        money = replace(standing.money, shortfall_limit_kt=standing.value_kt + _HALF * slack)
        known = [*self._from_loose.cuts(standing.cuts), *self._from_full.cuts(standing.more)]
        self.master.begin()
        bound = self._bound(money, known, standing.value_kt + slack) if with_bound else None
        funded = self.master.vector(standing.funded)
        priced = self.master.price(money, Ties(), known, funded, Limits(EXACT_MUSD))
        if priced is None:
            return None
        self.master.load(priced.plan)
        investment = extract_investment(self.master.session.model, self.instance)
        return Cheapest(replace(investment, base_running_musd={}), bound)

    def _bound(self, money: Money, known: list[Cut], limit_kt: float) -> float | None:
        """The linear relaxation: no plan that covers as much is cheaper."""
        most = replace(money, shortfall_limit_kt=limit_kt)
        near = _NEAR_POINTS * self.master.point_kt
        outcome, used = Relaxation(self.master, Ties(), known, near).solve(most, Limits())
        known += used
        return outcome.objective if outcome.status is Status.OPTIMAL else None
