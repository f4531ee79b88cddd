"""Budgets side by side, as the report of ``compare`` reads them: audited plans by budget, and what they prove together.

Shortfall is weighted by priority and adds up the base and, by their weight, the losses. 100 points are the whole weighted
demand. At a budget the least shortfall of any plan lies between the bound and the best plan found: that is the band.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from optimizer.cells import settings
from optimizer.report.facts import Facts
from optimizer.report.rounding import yes_no
from optimizer.workbook import Workbook

COVERAGE, COST = "coverage", "cost"
ONE_MODEL, FROM_ANCHOR, NO_LIST = "one model", "from an anchor", "none"
NO_POTS = "none"
STEP_MUSD = 100.0  # The step of money whose value is told.
_POINT_DIGITS = 6
_LEAST_SLACK_MUSD, _SLACK_SHARE = 0.01, 1e-6


@dataclass(frozen=True)
class PlanAt:
    """One audited plan: manifest and tables as ``solve`` writes them, and in the manifest whether it is ``reproducible``."""

    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    def figure(self, name: str) -> float | None:
        """A number of the manifest; None where it is not there."""
        return _number(self.manifest.get(name))

    def bound(self, name: str) -> float | None:
        """What is proven for a number: no plan has less; None where nothing is."""
        bounds = self.manifest.get("bounds")
        return _number(bounds.get(name)) if isinstance(bounds, Mapping) else None

    @property
    def reproducible(self) -> bool:
        """Whether the same run gives the same plan; not so where time cut the search."""
        return bool(self.manifest.get("reproducible", True))

    @property
    def goal(self) -> str:
        """What was made least first: the shortfall (coverage) or the cost."""
        return COST if self.manifest.get("objective") == COST else COVERAGE

    @property
    def value(self) -> float:
        """The best value found: weighted shortfall in t, or with objective cost MUSD."""
        found = self.figure("weighted_shortfall_t" if self.goal == COVERAGE else "cost_musd")
        return 0.0 if found is None else found

    @property
    def least(self) -> float | None:
        """The value that no plan can be below, t or MUSD; None: nothing is proven of a cost. A shortfall is never below 0."""
        if self.goal == COVERAGE:
            return min(self.value, max(0.0, self.bound("weighted_shortfall_t") or 0.0))
        bound = self.bound("cost_musd")
        return None if bound is None else min(self.value, bound)

    @property
    def gap_t(self) -> float | None:
        """How far a better plan could lie below the shortfall, weighted t; None with objective cost."""
        return None if self.goal != COVERAGE or self.least is None else self.value - self.least

    @property
    def outlay_musd(self) -> float:
        """Public outlay of all years, MUSD, undiscounted."""
        return self.figure("outlay_musd") or 0.0

    @property
    def money(self) -> Mapping[str, Any]:
        """Totals of public support; empty without instruments."""
        found = self.manifest.get("money")
        return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True)
class Point:
    """What was found at one budget.

    ``status`` is optimal, feasible, infeasible or no_plan, ``reasons`` why there is no plan. ``best`` is the best plan at this
    budget alone, ``listed`` the plan of the priority list. ``pots_musd`` is the sum of the funders' pots in force, MUSD; None:
    the workbook has no pots.
    """

    budget_musd: float
    status: str
    reasons: tuple[str, ...]
    best: PlanAt | None
    listed: PlanAt | None
    pots_musd: float | None


@dataclass(frozen=True)
class Held:
    """A point that has a plan."""

    budget_musd: float
    plan: PlanAt
    point: Point

    @property
    def total_slack_musd(self) -> float:
        """What of the total budget is not spent, MUSD."""
        return max(0.0, self.budget_musd - self.plan.outlay_musd)

    @property
    def pots_slack_musd(self) -> float | None:
        """What of the pots is not spent, MUSD; None without pots."""
        pots = self.point.pots_musd
        return None if pots is None else max(0.0, pots - self.plan.outlay_musd)

    @property
    def slack(self) -> str:
        """Which of total and pots is slack: total, pots, both or neither."""
        least = max(_LEAST_SLACK_MUSD, _SLACK_SHARE * self.budget_musd)
        pots = self.pots_slack_musd
        names = [
            name
            for name, musd in (("total", self.total_slack_musd), ("pots", 0.0 if pots is None else pots))
            if musd > least
        ]
        return "both" if len(names) == 2 else (names or ["neither"])[0]


@dataclass(frozen=True)
class Comparison:
    """Points by ascending budget.

    ``ceiling`` is the plan when money is unlimited: neither total nor pots. ``anchor_musd`` is the budget from which the list
    was built where it was built budget by budget; ``list_gap_t``, where it was one model, by how much less its plans could be
    short together. ``pots`` says whether the pots grow with the budget (``scale``), stay (``keep``), or do not exist (``none``).
    """

    workbook: Workbook
    points: tuple[Point, ...]
    ceiling: PlanAt | None
    anchor_musd: float | None
    list_gap_t: float | None
    pots: str
    manifest: Mapping[str, Any]

    @property
    def list_method(self) -> str:
        """``one model``, ``from an anchor`` or ``none``."""
        if self.list_gap_t is not None:
            return ONE_MODEL
        return NO_LIST if self.anchor_musd is None else FROM_ANCHOR

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """The points with a plan of their own."""
        return tuple(Held(p.budget_musd, p.best, p) for p in self.points if p.best is not None)

    @cached_property
    def listed(self) -> tuple[Held, ...]:
        """The points with a plan of the priority list."""
        return tuple(Held(p.budget_musd, p.listed, p) for p in self.points if p.listed is not None)

    @property
    def has_money(self) -> bool:
        """Whether projects are supported by instruments."""
        return any(x.plan.money for x in self.held)

    @cached_property
    def goal(self) -> str:
        """What the plans make least first: the shortfall (coverage) or the cost."""
        if self.held:
            return self.held[0].plan.goal
        return COST if settings(self.workbook).get("objective") == COST else COVERAGE

    @cached_property
    def demand_t(self) -> float:
        """Demand of all years weighted by priority, t: 100 points."""
        found = [x.plan.figure("weighted_demand_t") for x in self.held]
        return next((x for x in found if x), 0.0)

    @cached_property
    def facts(self) -> Facts:
        """The workbook with the plan of the largest budget, for names, order and print set-up."""
        plan = self.held[-1].plan if self.held else self.ceiling
        return Facts(self.workbook, plan.tables if plan else {}, self.manifest, ())

    def facts_of(self, plan: PlanAt) -> Facts:
        """The workbook with one of the plans."""
        return Facts(self.workbook, plan.tables, plan.manifest, ())

    def points_of(self, weighted_t: float | None) -> float | None:
        """Weighted tonnes in points; None where there is no demand, or nothing to convert."""
        if weighted_t is None or self.demand_t <= 0.0:
            return None
        return round(100.0 * weighted_t / self.demand_t, _POINT_DIGITS) + 0.0

    @cached_property
    def tolerance(self) -> float:
        """How close to the best was to be proven: weighted t, or MUSD with objective cost."""
        last = self.held[-1].plan if self.held else None
        asked = _option(last.manifest if last else {}, "cost_gap" if self.goal == COST else "coverage_gap_points")
        if self.goal == COST:
            return asked * abs(last.value if last else 0.0)
        return asked * self.demand_t / 100.0


def reproducible_word(plan: PlanAt | None) -> str | None:
    """Whether a plan is reproducible, as tables write it; None without a plan."""
    return None if plan is None else yes_no(plan.reproducible)


def _option(manifest: Mapping[str, Any], name: str) -> float:
    options = manifest.get("options")
    return (_number(options.get(name)) if isinstance(options, Mapping) else None) or 0.0


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return None
    return float(value)
