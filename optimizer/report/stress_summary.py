"""Sheet Summary of ``stress``: the plan under stress on one page, ready to paste."""

from __future__ import annotations

from dataclasses import replace

from openpyxl import Workbook as Book

from optimizer.report.charts import Data, share_chart
from optimizer.report.page import Column, Line, Page, open_page
from optimizer.report.stress_words import key_sentences
from optimizer.report.stressed import Stressed
from optimizer.report.style import MARK, TITLE, Look, Painter
from optimizer.wording import plural

_SENTENCE = Look(size=10.5, wrap=True)
_SUB = Look(size=10.5, bold=True, colour="595959", wrap=True)
_WHAT = 40.0
_CHART = (25.0, 8.5)
_CHART_ROWS = 18
_MOST, _MOST_LINES = 12, 5


def write_stress_summary(book: Book, stressed: Stressed, painter: Painter) -> None:
    """Write the sheet."""
    facts, years = stressed.facts, stressed.years
    page = open_page(book, facts, painter, "Summary", "", [_WHAT, *([8.0] * max(12, len(years)))])
    page.sheet.page_setup.fitToHeight = 1
    middle = max(2, page.span - 4)
    page.spread(page.row, 1, middle, f"{facts.name}: the plan under stress, {facts.span}", replace(TITLE, size=18))
    page.spread(page.row, middle + 1, page.span, facts.mark, MARK)
    page.sheet.row_dimensions[page.row].height = 26
    page.row += 1
    page.wide(_headline(stressed), _SUB)
    for warning in stressed.warnings:
        page.wide(f"Warning: {warning}", _SENTENCE)
    for sentence in key_sentences(stressed):
        page.wide(f"• {sentence}", _SENTENCE)
    page.row += 1
    page.section("The worst single losses: share of all demand still served, %")
    page.row += 1
    _table(page, stressed)
    page.end()


def _headline(stressed: Stressed) -> str:
    losses = plural(len(stressed.results), "loss or delay", "losses and delays")
    parts = [stressed.plan.source, plural(len(stressed.plan.sizes), "project") + " funded", losses]
    parts += [plural(len(stressed.draws), "draw")] if stressed.draws else []
    return " · ".join([*parts, "funding held, flows adapt"])


def _table(page: Page, stressed: Stressed) -> None:
    """Nothing lost and the worst losses by year, and the first of them as lines."""
    every, years = stressed.sectors[0], stressed.years
    columns = [Column("What is lost", _WHAT), *(Column(str(t), 8, "share") for t in years)]
    rows = [("Nothing lost", stressed.base), *((stressed.label(x.loss), x.answers) for x in stressed.singles[:_MOST])]
    lines = [
        Line((name, *(stressed.coverage(found[t], every, t) for t in years)), heat=True, heat_from=1)
        for name, found in rows
    ]
    first, last = page.table(columns, lines)
    shown = [x for line in lines[: _MOST_LINES + 1] for x in line.values[1:] if isinstance(x, float)]
    if not shown:
        return
    data = Data(page.sheet, first - 1, range(first, min(last, first + _MOST_LINES) + 1), 2, 1 + len(years))
    page.row += 1
    chart = share_chart(data, "Share of all demand still served", "share served", _CHART, int(min(shown) * 10) / 10)
    page.chart(chart, page.row, 0.0)
    page.row += _CHART_ROWS
