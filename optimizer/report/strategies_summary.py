"""Sheet Summary of ``strategies``: all of them on one page, ready to paste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.charts import Data, share_chart
from optimizer.report.facts import each, number, text
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.side_by_side import NEARLY, Side, SideBySide
from optimizer.report.strategies_charts import outlay_chart
from optimizer.report.strategies_sheets import CoveragePlace
from optimizer.report.strategies_tables import MONEY
from optimizer.report.strategies_words import key_sentences
from optimizer.report.style import MARK, TITLE, Look, Painter
from optimizer.strategy_jobs import Want
from optimizer.wording import percent, plural

_SENTENCE = Look(size=10.5, wrap=True)
_SUB = Look(size=10.5, bold=True, colour="595959", wrap=True)
_COLUMNS = (
    Column("No.", 5),
    Column("Strategy", 27),
    Column("Public outlay, MUSD", 10, "musd"),
    Column("Projects", 9, "int"),
    Column("Served, all years, %", 10, "pct"),
    Column("Served, last year, %", 10, "pct"),
    Column("Gap closes", 15, "text"),
    Column("Of the gap closed, %", 9, "pct"),
    Column("USD more per kg closed", 9, "points"),
    Column("Short in the last year, t", 11, "t"),
    Column("Worst loss, % served", 10, "pct"),
    Column("Idle for want of feed, most of a stage", 44, "text"),
    Column("Rules missed", 9, "int"),
    Column("Proven within, points", 10, "points"),
)
_MONEY = (
    Column("Private capital, MUSD", 10, "musd"),
    Column("May be owed in the crash, MUSD", 11, "musd"),
    Column("Lent to firms that fail in it, MUSD", 11, "musd"),
)
_NOTE = (
    "Gap: demand of all years that “{first}” leaves short with nothing lost. USD more per kg closed: public money beyond that of"
    " “{first}”, for losses that it guards against too; each strategy may spend up to its budget on both. In a crash guarantees"
    " count in full; loans are no part of what may be owed."
)
_CHART, _CHART_ROWS = (13.8, 9.0), 18
_MOST_LINES = 7


def write_summary(
    book: Book, told: SideBySide, tables: Mapping[str, pd.DataFrame], place: CoveragePlace, painter: Painter
) -> None:
    """Write the sheet, with a chart of numbers that stand on the sheet Coverage."""
    facts = told.facts
    columns = (*_COLUMNS, *(_MONEY if told.has_instruments else ()))
    page = open_page(book, facts, painter, "Summary", "", [c.width for c in columns])
    page.sheet.page_setup.fitToHeight = 1
    page.spread(page.row, 1, 9, f"{facts.name}: strategies side by side, {facts.span}", replace(TITLE, size=18))
    page.spread(page.row, 10, page.span, facts.mark, MARK)
    page.sheet.row_dimensions[page.row].height = 26
    page.row += 1
    page.wide(_headline(told), _SUB)
    for sentence in key_sentences(told):
        page.wide(f"• {sentence}", _SENTENCE)
    page.row += 1
    page.section("Strategies side by side, nothing lost unless said")
    page.row += 1
    first, last = page.table(columns, [_line(told, row) for row in each(tables["strategies"])])
    note(page, [_NOTE.format(first=told.held[0].name)] if told.held else [])
    page.row += 1
    if told.held:
        lowest = int(min(side.coverage for side in told.held) * 10) / 10
        page.chart(outlay_chart(page.sheet, (first, last), (3, 5), _CHART, lowest), page.row, 0.0)
        _coverage_chart(page, told, place)
        page.row += _CHART_ROWS
    page.end()


def _headline(told: SideBySide) -> str:
    parts = [
        plural(len(told.sides), "strategy", "strategies"),
        f"{len(told.sides) - len(told.held)} without a plan" if len(told.held) < len(told.sides) else "",
        f"constant prices of {told.facts.price_year}",
        "each is the best plan that its changes of the workbook allow",
    ]
    return " · ".join(part for part in parts if part)


def _line(told: SideBySide, row: object) -> Line:
    found = row._asdict()  # type: ignore[attr-defined]
    side = next(x for x in told.sides if x.name == found["strategy"])
    place = str(told.sides.index(side) + 1)  # By which the chart names it.
    if not side.has_plan:
        return Line((place, side.name, None, None, None, None, side.status.replace("_", " ")))
    points = side.points
    values = (
        *(place, side.name, side.outlay_musd, side.projects, side.coverage, number(found["last_year_coverage"])),
        *(
            _closes(side),
            number(found["gap_closed"]),
            number(found["public_usd_per_kg"]),
            number(found["short_last_year_t"]),
        ),
        *(number(found["worst_loss_coverage"]), idlest(side), len(side.reached.missed)),
        None if points is None else max(0.0, points[0] - points[1]),
        *(number(found.get(name)) for name in MONEY),
    )
    return Line(values)


def _closes(side: Side) -> str:
    """The year in which the gap closes, or from which on it nearly does."""
    if side.closes is not None:
        return str(side.closes)
    nearly = side.serves_from(NEARLY)
    return "never" if nearly is None else f"{NEARLY:.0%} from {nearly}".replace("%", " %")


def idlest(side: Side) -> str:
    """The stage of which most stands idle for want of feed, with its year and what it lacks."""
    found: Sequence[Want] = [x for x in side.reached.wants if x.idle.capacity_t > 0.0]
    if not found:
        return "–"
    want = max(found, key=lambda x: x.idle.no_feed_t / x.idle.capacity_t)
    most = max((x for _, x in want.freed_t), default=0.0)
    lacks = [name for name, x in want.freed_t if x >= 0.9 * most]
    what = f", no {text(lacks[-1])}" if lacks else ""
    return f"{want.idle.stage} {percent(want.idle.no_feed_t / want.idle.capacity_t)} in {want.idle.year}{what}"


def _coverage_chart(page: Page, told: SideBySide, place: CoveragePlace) -> None:
    """Coverage by year of the strategies that differ most, from the numbers of the sheet Coverage."""
    years = told.years
    rows = [place.rows[side.name] for side in spread_out(told)]
    data = Data(place.sheet, place.header, rows, 2, 1 + len(years))
    shown = [float(x) for side in spread_out(told) for x in side.by_year["coverage"]]
    lowest = int(min(shown, default=0.0) * 10) / 10
    chart = share_chart(data, "Share of all demand served, nothing lost", "share served", _CHART, lowest)
    page.chart(chart, page.row, 84.0)


def spread_out(told: SideBySide) -> list[Side]:
    """As many strategies as a chart can tell apart, the ends and those between, by coverage, in the order of the sheet."""
    ranked = sorted(told.held, key=lambda x: (x.coverage, x.name))
    if len(ranked) > _MOST_LINES:
        step = (len(ranked) - 1) / (_MOST_LINES - 1)
        ranked = [ranked[round(n * step)] for n in range(_MOST_LINES)]
    return [x for x in told.held if x in ranked]
