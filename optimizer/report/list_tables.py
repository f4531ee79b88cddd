"""Tables of the priority list: what enters at which budget, and what keeping to a list costs against the best plan.

The list's plan at a budget is short by V_list, and no plan that keeps to the list so far by less than L_list. The least
shortfall of any plan lies between L and V. Insisting on the list costs therefore at least L_list - V (never below 0) and at
most V_list - L; by the plans themselves V_list - V.
"""

from __future__ import annotations

from typing import Any

from optimizer.report.comparison import COVERAGE, Comparison, Held, PlanAt, reproducible_word
from optimizer.report.curve_tables import dust
from optimizer.report.facts import BASE, each
from optimizer.report.matrix_tables import Portfolio, portfolio_of
from optimizer.report.rounding import Rows, musd, share

COSTS, FREE, OPEN = "costs, proven", "costs nothing, proven", "open"
_EPS_T = 1e-6
# A hundredth of a point is nothing to a planner.
NOTHING_POINTS = 0.005


# ---------------------------------------------------------------- the list


def list_rows(comparison: Comparison) -> Rows:
    """Projects in the order in which the list funds them, with the outlay so far."""
    rows: Rows = []
    total, portfolios = 0.0, [(held, portfolio_of(held.plan.tables["portfolio"])) for held in comparison.listed]
    for held, entering in entries(comparison):
        for row in entering:
            total += float(row.public_outlay_musd)
            rows.append(_entry(portfolios, held, row, len(rows) + 1, total))
    return rows


def entries(comparison: Comparison) -> list[tuple[Held, list[Any]]]:
    """Budgets of the list with the rows of the portfolio that enter there, by funding year and stage."""
    facts, seen, found = comparison.facts, set[str](), []
    for held in comparison.listed:
        new = [row for row in each(held.plan.tables["portfolio"]) if row.project not in seen]
        new.sort(key=lambda r: (int(r.funded_year), facts.stage_rank(r.stage), str(r.country), str(r.project)))
        seen |= {str(row.project) for row in new}
        found.append((held, new))
    return found


def _entry(
    portfolios: list[tuple[Held, Portfolio]], held: Held, row: Any, rank: int, total: float
) -> dict[str, object]:
    sizes = [plan[row.project].size_t for _, plan in portfolios if row.project in plan]
    return {
        "rank": rank,
        "project": row.project,
        "country": row.country,
        "stage": row.stage,
        "entered_at_musd": musd(held.budget_musd),
        "funded_year": int(row.funded_year),
        "size_t_per_year": float(row.size_t_per_year),
        "largest_size_t_per_year": max(sizes),
        "capex_musd": float(row.capex_musd),
        "public_outlay_musd": float(row.public_outlay_musd),
        "cumulative_public_outlay_musd": musd(total),
        "left_at_musd": _left_at(portfolios, str(row.project)),
    }


def _left_at(portfolios: list[tuple[Held, Portfolio]], project: str) -> float | None:
    """The first budget at which a project of the list is out again: a list that is nested has none."""
    inside = False
    for held, plan in portfolios:
        if inside and project not in plan:
            return musd(held.budget_musd)
        inside = inside or project in plan
    return None


# ---------------------------------------------------------------- its price


def price_rows(comparison: Comparison) -> Rows:
    """One row per budget that has a best plan and a plan of the list."""
    return [
        _price(comparison, held, listed.plan)
        for held in comparison.held
        for listed in comparison.listed
        if listed.budget_musd == held.budget_musd
    ]


def insisting(best: PlanAt, listed: PlanAt) -> tuple[float, float, float | None]:
    """What keeping to the list costs: at least, by the plans, at most (None: not proven); t weighted, or MUSD."""
    low = 0.0 if listed.least is None else max(0.0, listed.least - best.value)
    high = None if best.least is None else max(0.0, listed.value - best.least)
    return low, listed.value - best.value, high


def _price(comparison: Comparison, held: Held, listed: PlanAt) -> dict[str, object]:
    best, covers = held.plan, held.plan.goal == COVERAGE
    low, plan, high = insisting(best, listed)
    costs: dict[str, object]
    if covers:
        costs = {
            "list_shortfall_t": dust(listed.value),
            "list_bound_t": dust(listed.least),
            "best_shortfall_t": dust(best.value),
            "best_bound_t": dust(best.least),
            **{f"insisting{name}_t": dust(x) for name, x in (("_low", low), ("", plan), ("_high", high))},
            "insisting_low_points": comparison.points_of(low),
            "insisting_points": comparison.points_of(plan),
            "insisting_high_points": comparison.points_of(high),
        }
    else:
        costs = {f"insisting{name}_musd": dust(x) for name, x in (("_low", low), ("", plan), ("_high", high))}
    return {
        "budget_musd": musd(held.budget_musd),
        **costs,
        "list_cost_musd": _musd(listed.figure("cost_musd")),
        "best_cost_musd": _musd(best.figure("cost_musd")),
        "list_base_coverage": _base(listed),
        "best_base_coverage": _base(best),
        "list_outlay_musd": musd(listed.outlay_musd),
        "reproducible": reproducible_word(listed),
        "verdict": _verdict(comparison, low, high),
    }


def _verdict(comparison: Comparison, low: float, high: float | None) -> str:
    nothing = NOTHING_POINTS * comparison.demand_t / 100.0 if comparison.goal == COVERAGE else 0.0
    if low > max(_EPS_T, nothing):
        return COSTS
    return FREE if high is not None and high <= max(_EPS_T, nothing) else OPEN


def _musd(value: float | None) -> float | None:
    return None if value is None else musd(value)


def _base(plan: PlanAt) -> float:
    rows = plan.tables["coverage"]
    rows = rows[rows["scenario"] == BASE]
    return share(float(rows["served_t"].sum()), float(rows["demand_t"].sum()))
