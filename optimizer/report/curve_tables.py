"""Tables of the curve: what every budget reaches and what is proven of it, and what the next money is worth.

The least shortfall at a budget lies between bound and best plan. Of two budgets in a row the gain of the larger one lies
therefore between bound(smaller) - plan(larger), at least 0, and plan(smaller) - bound(larger).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from optimizer.cells import records
from optimizer.report.comparison import COVERAGE, STEP_MUSD, Comparison, Held, PlanAt, Point, reproducible_word
from optimizer.report.facts import ALL, BASE, Facts
from optimizer.report.rounding import Rows, musd, share, yes_no

WORST = "worst loss"
# What is told of public support beside the outlay, where there are instruments.
MONEY = ("private_musd", "contingent_musd", "planned_liability_musd")
HELPS, OPEN, NO_HELP = "helps, proven", "open", "does not help, proven"
FALLS, MAY_FALL = "falls, proven", "falls by the plans, not proven"
_EPS_T, _T_DIGITS = 1e-6, 4
_SPENT_MUSD = 0.01


def dust(weighted_t: float | None) -> float | None:
    """Round tonnes as the tables print them."""
    return None if weighted_t is None else round(weighted_t, _T_DIGITS) + 0.0


@dataclass(frozen=True)
class Step:
    """From one budget with a plan to the next: what it gains, t weighted or MUSD, by the plans and as proven.

    ``high`` is None where nothing is proven of the larger budget's cost.
    """

    start: Held
    end: Held
    gain: float
    low: float
    high: float | None

    @property
    def width_musd(self) -> float:
        """Money between the two, MUSD."""
        return self.end.budget_musd - self.start.budget_musd

    def per_step(self, value: float | None) -> float | None:
        """A gain brought to 100 MUSD."""
        return None if value is None else value * STEP_MUSD / self.width_musd

    @property
    def verdict(self) -> str:
        """Whether the money is proven to help."""
        if self.low > _EPS_T:
            return HELPS
        return NO_HELP if self.high is not None and self.high <= _EPS_T else OPEN


def money_steps(comparison: Comparison) -> list[Step]:
    """The steps between budgets that have plans."""
    steps = []
    for start, end in zip(comparison.held, comparison.held[1:], strict=False):
        least, most = start.plan.least, end.plan.least
        low = 0.0 if least is None else max(0.0, least - end.plan.value)
        high = None if most is None else max(low, start.plan.value - most)
        steps.append(Step(start, end, start.plan.value - end.plan.value, low, high))
    return steps


def bends(comparison: Comparison) -> dict[float, str]:
    """Budget -> whether the next money is worth less beyond it than before it; budgets where it is not are left out."""
    found = {}
    steps = money_steps(comparison)
    for before, after in zip(steps, steps[1:], strict=False):
        low, high = before.per_step(before.low), after.per_step(after.high)
        if low is not None and high is not None and low > high + _EPS_T:
            found[after.start.budget_musd] = FALLS
        elif (before.per_step(before.gain) or 0.0) > (after.per_step(after.gain) or 0.0) + _EPS_T:
            found[after.start.budget_musd] = MAY_FALL
    return found


# ---------------------------------------------------------------- rows


def curve_rows(comparison: Comparison) -> Rows:
    """One row per budget, the plan without a limit last."""
    falls = bends(comparison)
    rows = [_point(comparison, point, falls.get(point.budget_musd, "")) for point in comparison.points]
    if comparison.ceiling is not None:
        plan = comparison.ceiling
        rows.append(
            {"budget_musd": None, "status": plan.manifest.get("status"), "reproducible": reproducible_word(plan)}
            | _plan(comparison, plan)
        )
    return rows


def _point(comparison: Comparison, point: Point, falls: str) -> dict[str, object]:
    row: dict[str, object] = {
        "budget_musd": musd(point.budget_musd),
        "status": point.status,
        "reproducible": reproducible_word(point.best),
        "value_falls": falls,
        "pots_musd": None if point.pots_musd is None else musd(point.pots_musd),
        "reasons": " ".join(point.reasons),
    }
    if point.best is None:
        return row
    held = Held(point.budget_musd, point.best, point)
    slack = held.pots_slack_musd
    return (
        row
        | _plan(comparison, point.best)
        | {
            "total_slack_musd": musd(held.total_slack_musd),
            "pots_slack_musd": None if slack is None else musd(slack),
            "slack": held.slack,
            "funders_spent": "; ".join(_spent(comparison, held)),
        }
    )


def _plan(comparison: Comparison, plan: PlanAt) -> dict[str, object]:
    """What a plan reaches and what is proven of it."""
    covers = plan.goal == COVERAGE
    value, least = (plan.value, plan.least) if covers else (None, None)
    demand, served = sums(plan.tables["coverage"], BASE)
    audit = plan.manifest.get("audit")
    audit = audit if isinstance(audit, Mapping) else {}
    cost, bound = plan.figure("cost_musd"), plan.bound("cost_musd")
    return {
        "weighted_shortfall_t": dust(value),
        "bound_t": dust(least),
        "shortfall_points": comparison.points_of(value),
        "bound_points": comparison.points_of(least),
        "gap_t": dust(plan.gap_t),
        "gap_points": comparison.points_of(value - least) if value is not None and least is not None else None,
        "base_shortfall_t": dust(plan.figure("base_shortfall_t")),
        "base_coverage": share(served, demand),
        **_worst(plan, "worst_base", "worst_base_year"),
        **_worst(plan, "worst_loss", "worst_loss"),
        "cost_musd": None if cost is None else musd(cost),
        "cost_bound_musd": None if bound is None else musd(bound),
        "cost_gap": plan.figure("cost_gap"),
        "outlay_musd": musd(plan.outlay_musd),
        **{name: plan.money.get(name) for name in MONEY if plan.money},
        "projects_funded": len(plan.tables["portfolio"]),
        "audit_passed": yes_no(bool(audit["passed"])) if "passed" in audit else None,
        "audit_checks": audit.get("checks"),
    }


def _worst(plan: PlanAt, prefix: str, entry: str) -> dict[str, object]:
    """The worst year of the base, or the worst loss, as the manifest tells it."""
    found = plan.manifest.get(entry)
    if not isinstance(found, Mapping):
        return {}
    names: dict[str, object] = {prefix: found["scenario"]} if prefix == WORST.replace(" ", "_") else {}
    return names | {f"{prefix}_year": found["year"], f"{prefix}_coverage": found["coverage"]}


def _spent(comparison: Comparison, held: Held) -> list[str]:
    """Funders that have nothing left, where the pots in force are known from the sheet and their sum."""
    given: dict[str, float] = defaultdict(float)
    for row in records(comparison.workbook, "Budgets"):
        given[row.text("funder")] += row.number_or("budget_musd", 0.0)
    whole = sum(given.values())
    if not held.point.pots_musd or whole <= 0.0:
        return []
    scale = held.point.pots_musd / whole
    paid = held.plan.tables["outlays"].groupby("funder")["musd"].sum()
    return sorted(f for f, x in given.items() if x > 0.0 and x * scale - float(paid.get(f, 0.0)) <= _SPENT_MUSD)


# ---------------------------------------------------------------- groups


def group_rows(comparison: Comparison) -> Rows:
    """Coverage of all demand, every sector and every stream at every budget, nothing lost and in the worst loss."""
    rows: Rows = []
    for budget, plan in budgets_and_ceiling(comparison):
        facts = comparison.facts_of(plan)
        rows += [row | {"budget_musd": budget} for row in _groups(facts, plan.tables["coverage"], BASE, None)]
        worst = plan.manifest.get("worst_loss")
        if isinstance(worst, Mapping):
            found = _groups(facts, plan.tables["coverage"], str(worst["scenario"]), int(worst["year"]))
            rows += [row | {"budget_musd": budget} for row in found]
    return rows


def budgets_and_ceiling(comparison: Comparison) -> list[tuple[float | None, PlanAt]]:
    """Every plan with its budget, MUSD; the one without a limit last, its budget None."""
    plans: list[tuple[float | None, PlanAt]] = [(musd(x.budget_musd), x.plan) for x in comparison.held]
    return plans if comparison.ceiling is None else [*plans, (None, comparison.ceiling)]


def _groups(facts: Facts, coverage: pd.DataFrame, scenario: str, year: int | None) -> Rows:
    rows = coverage[coverage["scenario"] == scenario]
    rows = rows if year is None else rows[rows["year"] == year]
    parts = [("all", ALL, rows)]
    parts += [("sector", sector, rows[rows["sector"] == sector]) for sector in facts.sectors]
    if facts.has_streams:
        parts += [("stream", name, rows[rows["material"].isin(found)]) for name, found in facts.streams.items()]
    return [
        {
            "kind": kind,
            "name": name,
            "scenario": BASE if year is None else WORST,
            "loss": None if year is None else scenario,
            "year": year,
            "demand_t": dust(float(found["demand_t"].sum())),
            "served_t": dust(float(found["served_t"].sum())),
            "coverage": share(float(found["served_t"].sum()), float(found["demand_t"].sum())),
        }
        for kind, name, found in parts
        if float(found["demand_t"].sum()) > 0.0
    ]


def sums(coverage: pd.DataFrame, scenario: str) -> tuple[float, float]:
    """Demand and what of it is served in a scenario, all years and rows, t."""
    rows = coverage[coverage["scenario"] == scenario]
    return float(rows["demand_t"].sum()), float(rows["served_t"].sum())


# ---------------------------------------------------------------- next money


def money_rows(comparison: Comparison) -> Rows:
    """What 100 MUSD more are worth between two budgets in a row, on average over the step."""
    covers = comparison.goal == COVERAGE
    rows: Rows = []
    for step in money_steps(comparison):
        gain, low, high = (step.per_step(x) for x in (step.gain, step.low, step.high))
        names = ("weighted_t_per_100_musd", "weighted_t_low", "weighted_t_high")
        saved = ("cost_saved_per_100_musd", "cost_saved_low", "cost_saved_high")
        served = (step.start.plan.figure("base_shortfall_t") or 0.0) - (step.end.plan.figure("base_shortfall_t") or 0.0)
        rows.append(
            {
                "from_musd": musd(step.start.budget_musd),
                "to_musd": musd(step.end.budget_musd),
                "points_per_100_musd": comparison.points_of(gain) if covers else None,
                "points_low": comparison.points_of(low) if covers else None,
                "points_high": comparison.points_of(high) if covers else None,
                **{name: dust(x) for name, x in zip(names if covers else saved, (gain, low, high), strict=True)},
                "base_tonnes_per_100_musd": dust(step.per_step(served)),
                "verdict": step.verdict,
            }
        )
    return rows
