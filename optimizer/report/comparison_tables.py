"""Comparison -> the named tables of ``compare``, in tonnes, million dollars and points: pure, nothing is written here.

The names of tables and columns are a contract with programs that read them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from optimizer.report.compare_tools import COLUMNS as TOOLS
from optimizer.report.compare_tools import tool_rows
from optimizer.report.comparison import Comparison
from optimizer.report.curve_tables import MONEY, curve_rows, group_rows, money_rows
from optimizer.report.limits import limit_rows
from optimizer.report.list_tables import list_rows, price_rows
from optimizer.report.matrix_tables import class_rows, matrix_rows
from optimizer.report.reasons import classified
from optimizer.report.rounding import Rows
from optimizer.report.step_tables import capacity_rows, step_rows

COLUMNS: Mapping[str, tuple[str, ...]] = {
    # One row per budget; the last one, its budget blank, is the plan without any limit on money.
    "curve": (
        "budget_musd", "status", "reproducible", "weighted_shortfall_t", "bound_t", "shortfall_points", "bound_points",
        "gap_points", "gap_t", "value_falls", "base_shortfall_t", "base_coverage", "worst_base_year", "worst_base_coverage",
        "worst_loss", "worst_loss_year", "worst_loss_coverage", "cost_musd", "cost_bound_musd", "cost_gap",
        "outlay_musd", "pots_musd", "total_slack_musd", "pots_slack_musd", "slack", "funders_spent",
        "projects_funded", "audit_passed", "audit_checks", "reasons",
    ),
    # Base: all years together. Worst loss: the year of the curve's worst loss.
    "curve_groups": ("budget_musd", "kind", "name", "scenario", "loss", "year", "demand_t", "served_t", "coverage"),
    "next_money": (
        "from_musd", "to_musd", "points_per_100_musd", "points_low", "points_high", "weighted_t_per_100_musd",
        "weighted_t_low", "weighted_t_high", "base_tonnes_per_100_musd", "cost_saved_per_100_musd", "cost_saved_low",
        "cost_saved_high", "verdict",
    ),
    "what_binds": ("plan_musd", "stream", "stage", "cause", "years", "worst_year", "shortfall_t", "detail"),
    "portfolio_matrix": (
        "project", "country", "stage", "class", "share_of_budgets", "reason", "budget_musd", "funded_year",
        "size_t_per_year", "share_of_full_size",
    ),
    "classes": (
        "project", "country", "stage", "class", "budgets_funded", "budgets", "share_of_budgets", "first_musd",
        "last_musd", "earliest_year", "latest_year", "smallest_t_per_year", "largest_t_per_year", "reason",
    ),
    "priority_list": (
        "rank", "project", "country", "stage", "entered_at_musd", "funded_year", "size_t_per_year",
        "largest_size_t_per_year", "capex_musd", "public_outlay_musd", "cumulative_public_outlay_musd", "left_at_musd",
    ),
    "list_price": (
        "budget_musd", "list_shortfall_t", "list_bound_t", "best_shortfall_t", "best_bound_t", "insisting_low_t",
        "insisting_t", "insisting_high_t", "insisting_low_points", "insisting_points", "insisting_high_points",
        "list_cost_musd", "best_cost_musd", "insisting_low_musd", "insisting_musd", "insisting_high_musd",
        "list_base_coverage", "best_base_coverage", "list_outlay_musd", "reproducible", "verdict",
    ),
    "steps": (
        "from_musd", "to_musd", "country", "stage", "gains", "loses", "gained_projects", "lost_projects",
        "size_change_t_per_year",
    ),
    "capacity_by_budget": ("budget_musd", "stage", "country", "year", "capacity_t", "funded_t"),
}  # fmt: skip
# Only where projects are supported by instruments.
OPTIONAL: Mapping[str, tuple[str, ...]] = {"tools": TOOLS}
_WHOLE = ("year", "audit_checks", "projects_funded")


def comparison_tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Return every table by name, sorted, with the columns of ``COLUMNS``."""
    judged = classified(comparison)
    rows: dict[str, Rows] = {
        "curve": curve_rows(comparison),
        "curve_groups": group_rows(comparison),
        "next_money": money_rows(comparison),
        "what_binds": limit_rows(comparison),
        "portfolio_matrix": matrix_rows(judged),
        "classes": class_rows(judged),
        "priority_list": list_rows(comparison),
        "list_price": price_rows(comparison),
        "steps": step_rows(comparison),
        "capacity_by_budget": capacity_rows(comparison),
    }
    if comparison.has_money:
        rows["tools"] = tool_rows(comparison)
    return {name: _frame(name, found) for name, found in rows.items()}


def _frame(name: str, rows: Rows) -> pd.DataFrame:
    """Make a table with its contracted columns; whole numbers stay whole beside blanks.

    With instruments the curve tells of private capital and of what may be owed in its last columns.
    """
    more = MONEY if name == "curve" and any(MONEY[0] in row for row in rows) else ()
    table = pd.DataFrame(rows, columns=[*{**COLUMNS, **OPTIONAL}[name], *more])
    for column in table.columns:
        if column.endswith(_WHOLE) and not column.endswith("t_per_year"):
            table[column] = pd.Series([row.get(column) for row in rows], dtype=object)
    return table
