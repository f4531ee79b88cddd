"""Sheet Next money of the report of ``compare``: what 100 MUSD more are worth, and what holds back with the most money."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.cells import records
from optimizer.report.compare_charts import Block, worth_chart
from optimizer.report.compare_curve import Tables, budget_label
from optimizer.report.compare_words import bend, next_money, no_more_help
from optimizer.report.comparison import COVERAGE, Comparison
from optimizer.report.facts import each, number, text
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.style import BODY, HEADER_LEFT, Painter

_CHART_ROWS = 17


def write_money(book: Book, comparison: Comparison, tables: Tables, painter: Painter) -> None:
    """Write the sheet."""
    columns = _money_columns(comparison)
    title = "Next money: what 100 MUSD more are worth, and where they no longer help"
    page = open_page(book, comparison.facts, painter, "Next money", title, [c.width for c in columns])
    page.sentences(
        x for x in (next_money(comparison), bend(comparison), no_more_help(comparison)) if x and comparison.held
    )
    table = tables["next_money"]
    if table.empty:
        page.sentence("Fewer than two budgets have a plan: what the next money is worth cannot be told.")
    else:
        page.heading("Worth of 100 MUSD more, on average over each step")
        header = page.header(columns)
        first, last = page.table(columns, [_worth(comparison, row) for row in each(table)], with_header=False)
        note(page, _money_notes(comparison))
        block = Block(page.sheet, header, first, last, [])
    if comparison.held:
        _holding(page, comparison, tables["what_binds"])
    if not table.empty:
        _worth_chart(page, comparison, block)
    page.end()


def _worth_chart(page: Page, comparison: Comparison, block: Block) -> None:
    unit = "points" if comparison.goal == COVERAGE else "MUSD of cost saved"
    size = (width_cm(min(sum(page.widths), 130.0)), rows_cm(_CHART_ROWS))
    page.break_page()
    page.heading("Worth of 100 MUSD more")
    page.chart(worth_chart(block, (2, 3, 5), f"Worth of 100 MUSD more, {unit}", unit, size), page.row, 0.0)
    page.row += _CHART_ROWS + 1


def _money_columns(comparison: Comparison) -> list[Column]:
    kind, unit = ("points", "points") if comparison.goal == COVERAGE else ("musd", "MUSD of cost saved")
    columns = [
        Column("Step, MUSD", 20),
        Column(f"By the plans, {unit}", 14, kind),
        Column(f"At least (proven), {unit}", 14, kind),
        Column(f"At most (proven), {unit}", 14, kind),
        Column("Proven band: at least to at most", 14, kind),
    ]
    if comparison.goal == COVERAGE:
        columns += [
            Column("By the plans, weighted t", 12, "t"),
            Column("At least, weighted t", 12, "t"),
            Column("At most, weighted t", 12, "t"),
        ]
    return [*columns, Column("More served, nothing lost, all years, t", 14, "t"), Column("Does the money help?", 24)]


def _worth(comparison: Comparison, row: object) -> Line:
    r: dict[str, object] = row._asdict()  # type: ignore[attr-defined]
    points = [r["points_per_100_musd"], r["points_low"], r["points_high"]]
    tonnes = [r["weighted_t_per_100_musd"], r["weighted_t_low"], r["weighted_t_high"]]
    if comparison.goal != COVERAGE:
        points, tonnes = [r["cost_saved_per_100_musd"], r["cost_saved_low"], r["cost_saved_high"]], []
    low, high = number(points[1]), number(points[2])
    width = None if low is None or high is None else high - low
    step = f"{budget_label(r['from_musd']):,} to {budget_label(r['to_musd']):,}"
    return Line([step, *points, width, *tonnes, r["base_tonnes_per_100_musd"], r["verdict"]])


def _money_notes(comparison: Comparison) -> list[str]:
    at_least = "bound of the smaller budget less best plan of the larger one, never below 0"
    lines = [
        f"At least: {at_least}; at most: best plan of the smaller less bound of the larger. By the plans: the difference of the"
        " two plans found, which may lie outside the band where a plan is not the best one. All brought to 100 MUSD."
    ]
    if comparison.goal == COVERAGE:
        lines.append(
            "Tonnes served with nothing lost are those of the two plans, not weighted, without a proven band: what is made"
            " least is the weighted shortfall, losses included."
        )
    return lines


def _holding(page: Page, comparison: Comparison, table: pd.DataFrame) -> None:
    plan = "without any limit on money" if comparison.ceiling is not None else "at the largest budget"
    page.heading(f"What holds back {plan}")
    if table.empty:
        page.sentence("All demand is served, or what holds back was not looked for.")
        return
    labels = zip(("Cause", "Stream", "Stage", "Years"), page.widths, strict=False)
    columns = [*(Column(name, width) for name, width in labels), Column("Worst year", page.widths[4], "year")]
    row = page.header([*columns, Column("Short then, weighted t", page.widths[5], "t")])
    page.spread(row, 7, page.span, "Why", replace(HEADER_LEFT, indent=1))
    for row in each(table):
        _holding_row(page, comparison, row)
    limited = any(True for _ in records(comparison.facts.workbook, "Workforce"))
    note(page, _HOLDING if limited else (*_HOLDING, _NO_PEOPLE))


_HOLDING = (
    "Stages and years: those that bind, from the plan's bottlenecks. lead times: no candidate left that could produce by then."
    " feed: the first stage of the chain is used up, or material, imports or routes are missing. people: whatever could still be"
    " funded needs more people than its country has, trained ones included. no plants left to fund: every candidate of the stage"
    " is funded at full size. not told apart: candidates have room left, so other stages, rules, or"
    " what the proof leaves open hold back.",
)
_NO_PEOPLE = "People: the workbook has no sheet Workforce, so they hold nothing back."


def _holding_row(page: Page, comparison: Comparison, row: object) -> None:
    r: dict[str, object] = row._asdict()  # type: ignore[attr-defined]
    stream = comparison.facts.stream(text(r["stream"])) if text(r["stream"]) else "all"
    columns = [Column("", page.widths[n], "wrap") for n in range(4)]
    columns += [Column("", page.widths[4], "year"), Column("", page.widths[5], "t")]
    values = [r["cause"], stream, text(r["stage"]) or "–", r["years"], r["worst_year"], r["shortfall_t"]]
    page.table(columns, [Line(values)], with_header=False)
    page.row -= 1
    _detail(page, page.row, str(r["detail"]))
    page.row += 1


def _detail(page: Page, row: int, detail: str) -> None:
    look = replace(BODY, wrap=True, indent=1)
    page.spread(row, 7, page.span, detail, look)
    page.height(row, max(2, page.lines_needed(detail, 7, page.span)))
