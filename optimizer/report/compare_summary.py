"""Sheet Summary of ``compare``: the budgets on one page, ready to paste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openpyxl import Workbook as Book

from optimizer.report.compare_curve import CurvePlace, Tables, budget_label
from optimizer.report.compare_proof import behind
from optimizer.report.compare_words import key_sentences
from optimizer.report.comparison import COVERAGE, Comparison
from optimizer.report.facts import each, number, text
from optimizer.report.matrix_tables import ALWAYS, FROM, Judged
from optimizer.report.page import Column, Line, Page, open_page, rows_cm, width_cm
from optimizer.report.style import BODY, MARK, TITLE, Look, Painter
from optimizer.wording import money, names, plural

_WIDTHS = (9, 8.5, 8.5, 8.5, 8.5, 9.5, 9.5, 9, 9, 8, 2, *([9.5] * 11))
_LEFT = 10  # columns of the table
_LEAST_ROWS = 14
_MOST_NAMES = 8
_SENTENCE = Look(size=10.5, wrap=True)
_PROOF = Look(size=9.5, wrap=True)
_SUB = Look(size=10.5, bold=True, colour="595959", wrap=True)


def write_comparison_summary(
    book: Book, comparison: Comparison, tables: Tables, judged: Sequence[Judged], place: CurvePlace, painter: Painter
) -> None:
    """Write the sheet, with the chart of numbers that stand on the sheet Curve."""
    page = open_page(book, comparison.facts, painter, "Summary", "", _WIDTHS)
    page.sheet.page_setup.fitToHeight = 1
    _title(page, comparison)
    for sentence in key_sentences(comparison, judged):
        page.wide(f"• {sentence}", _SENTENCE)
    page.row += 1
    if comparison.held:
        _table_and_chart(page, comparison, tables, place)
        _classes(page, judged)
    page.section("What stands behind it", 1, page.span)
    page.row += 1
    for sentence in behind(comparison):
        page.wide(sentence, _PROOF)
    page.end()


def _title(page: Page, comparison: Comparison) -> None:
    facts = page.facts
    page.spread(page.row, 1, 14, f"{facts.name}: budgets side by side, {facts.span}", replace(TITLE, size=18))
    page.spread(page.row, 15, page.span, facts.mark, MARK)
    page.sheet.row_dimensions[page.row].height = 26
    page.row += 1
    page.wide(_headline(comparison), _SUB)


def _headline(comparison: Comparison) -> str:
    points = comparison.points
    ends = f"{money(points[0].budget_musd)} to {money(points[-1].budget_musd)} MUSD" if len(points) > 1 else ""
    ends = ends or (f"{money(points[0].budget_musd)} MUSD" if points else "")
    missing = len(points) - len(comparison.held)
    parts = [
        f"{plural(len(points), 'budget')}" + (f", {ends}" if ends else ""),
        f"{missing} without a plan" if missing else "",
        {"scale": "funders' pots grow with the budget", "keep": "funders' pots stay as they are"}.get(
            comparison.pots, ""
        ),
        f"constant prices of {comparison.facts.price_year}",
    ]
    return " · ".join(part for part in parts if part)


# ---------------------------------------------------------------- table and chart


def _table_and_chart(page: Page, comparison: Comparison, tables: Tables, place: CurvePlace) -> None:
    page.section("Budgets side by side", 1, page.span)
    page.row += 1
    top = page.row
    columns = _columns(comparison)
    page.table(columns, _lines(comparison, tables))
    page.row = max(page.row, top + (_LEAST_ROWS if len(comparison.held) > 1 else 0))
    left = sum(page.widths[: _LEFT + 1])
    # The rows of a header are taller: the chart may be, too.
    chart = place.chart((width_cm(sum(page.widths) - left), rows_cm(page.row - top + 2)))
    if chart is not None:
        page.chart(chart, top, left)
    page.row += 1


def _columns(comparison: Comparison) -> list[Column]:
    covers = comparison.goal == COVERAGE
    kind, unit = ("points", "points") if covers else ("musd", "MUSD")
    return [
        Column("Budget, MUSD", 9, "int"),
        Column("Served, nothing lost, %", 8.5, "pct"),
        Column("Lowest year, %", 8.5, "pct"),
        Column("Worst loss, %", 8.5, "pct"),
        Column("Points short" if covers else "Cost, MUSD", 8.5, kind),
        Column(f"No plan below, {unit}", 9.5, kind),
        Column(f"Next 100 MUSD, {unit}", 9.5, kind),
        Column("Public outlay, MUSD", 9, "musd"),
        Column("Slack: total, pots", 9, "text"),
        Column("Projects", 8, "int"),
    ]


def _lines(comparison: Comparison, tables: Tables) -> list[Line]:
    covers = comparison.goal == COVERAGE
    gain = "points_per_100_musd" if covers else "cost_saved_per_100_musd"
    worth = {number(row.from_musd): number(getattr(row, gain)) for row in each(tables["next_money"])}
    value, bound = ("shortfall_points", "bound_points") if covers else ("cost_musd", "cost_bound_musd")
    lines = []
    for row in each(tables["curve"]):
        budget, has_plan = number(row.budget_musd), number(row.projects_funded) is not None
        mark = (text(row.slack) or "–") if has_plan else str(row.status).replace("_", " ")
        values = (
            *(budget_label(budget), row.base_coverage, row.worst_base_coverage, row.worst_loss_coverage),
            *(getattr(row, value), getattr(row, bound), None if budget is None else worth.get(budget)),
            *(row.outlay_musd, mark, row.projects_funded),
        )
        lines.append(Line(values, total=budget is None))
    return lines


# ---------------------------------------------------------------- classes


def _classes(page: Page, judged: Sequence[Judged]) -> None:
    """Name the projects that are safe to fund, and those that enter, by budget."""
    page.section("What to fund first", 1, page.span)
    page.row += 1
    always = [x.project for x in judged if x.kind == ALWAYS]
    lines = [("At every budget", names(always, _MOST_NAMES) if always else "none")]
    budgets = judged[0].budgets if judged else ()
    for budget in budgets[1:]:
        entering = [x.project for x in judged if x.kind == FROM and x.funded_at[0] == budget]
        if entering:
            lines.append((f"From {money(budget)} MUSD on", names(entering, _MOST_NAMES)))
    for label, found in lines:
        page.spread(page.row, 1, 2, label, replace(BODY, bold=True, size=9.5))
        page.spread(page.row, 3, page.span, found, replace(BODY, size=9.5, wrap=True))
        page.height(page.row, page.lines_needed(found, 3, page.span, 9.5), 9.5)
        page.row += 1
    page.row += 1
