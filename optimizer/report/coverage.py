"""Sheets Coverage and Losses: how much of the demand is served, with nothing lost and in each loss."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.charts import Data, share_chart
from optimizer.report.facts import ALL, BASE, Facts
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.style import Painter

NOTHING_LOST = "nothing lost"
_LABELS = (Column("Case", 52), Column("Sector", 16), Column("What", 20))
_CHART_ROWS = 16

_NOTES = (
    "Share served: tonnes served over tonnes demanded; – or blank: no demand, or not evaluated in that year. All sectors:"
    " tonnes added up, whatever their priority.",
    "Of allied origin: made by plants of allied or trusted countries from allied material only, through the whole chain.",
    "In a loss, what is served is the best that the plan allows, re-routed freely and with the stocks drawn; sectors share"
    " what is left by their priorities.",
)


@dataclass(frozen=True)
class CoveragePlace:
    """Where charts find the shares by sector: sheet, row of the years, rows, first and last column."""

    data: Data | None
    lowest: float


def write_coverage(book: Book, facts: Facts, painter: Painter) -> CoveragePlace:
    """Write the sheet; tell where the shares by sector stand."""
    columns = (*_LABELS, *(Column(str(year), 7.6, "pct") for year in facts.years))
    title = "Coverage: share of the demand that is served"
    page = open_page(book, facts, painter, "Coverage", title, [column.width for column in columns])
    if facts.base("coverage").empty:
        page.sentence("The workbook has no demand in the years of the plan.")
        page.end()
        return CoveragePlace(None, 0.0)
    page.sentence("By sector and year, first with nothing lost, then in each loss. Darker cells: less is served.")
    header = page.header(columns)
    page.freeze(columns=len(_LABELS))
    first, last = page.table(columns, _shares(facts, BASE, NOTHING_LOST), with_header=False)
    page.table(columns, [*_streams(facts), *_allied(facts), *_tonnes(facts)], with_header=False)
    for scenario in facts.losses:
        page.table(columns, _shares(facts, scenario, f"{facts.loss(scenario)} ({scenario})"), with_header=False)
    page.filter(header, page.row - 1)
    if not facts.losses:
        page.sentence("The workbook names no losses: coverage is judged with nothing lost only.")
    note(page, _NOTES)
    data = Data(page.sheet, header, range(first, last + 1), len(_LABELS) + 1, len(columns), label=2)
    place = CoveragePlace(data, lowest_axis(facts))
    _chart(page, place)
    page.end()
    return place


def lowest_axis(facts: Facts) -> float:
    """Where the axis of a chart of coverage begins: a tenth below the lowest share."""
    rows = facts.base("losses")
    lowest = rows.loc[rows["demand_t"] > 0.0, "coverage"].min() if not rows.empty else 0.0
    return 0.0 if lowest != lowest else max(0.0, int(lowest * 10 - 1e-9) / 10 - (0.1 if lowest >= 0.2 else 0.0))


def _shares_of(facts: Facts, rows: pd.DataFrame) -> list[float | None]:
    """Share of some rows' demand served by year; None without demand."""
    sums = rows.groupby("year")[["demand_t", "served_t"]].sum()
    demand, served = sums["demand_t"], sums["served_t"]
    return [float(served[t] / demand[t]) if demand.get(t, 0.0) > 0.0 else None for t in facts.years]


def sector_rows(facts: Facts) -> list[str]:
    """Sectors, and all of them together where they are several."""
    return [*facts.sectors, ALL] if len(facts.sectors) > 1 else list(facts.sectors)


def of_sector(rows: pd.DataFrame, sector: str) -> pd.DataFrame:
    """Rows of a sector, or of all."""
    return rows if sector == ALL else rows[rows["sector"] == sector]


def _shares(facts: Facts, scenario: str, title: str) -> list[Line]:
    return [
        Line(
            (title, sector, "share served, %", *facts.served(scenario, sector)),
            total=sector == ALL,
            heat=True,
            heat_from=len(_LABELS),
        )
        for sector in sector_rows(facts)
    ]


def _streams(facts: Facts) -> list[Line]:
    if not facts.has_streams:
        return []
    rows = facts.base("coverage")
    return [
        Line(
            (f"{NOTHING_LOST}, stream {stream}", ALL, "share served, %", *_shares_of(facts, found)),
            heat=True,
            heat_from=len(_LABELS),
        )
        for stream, materials in facts.streams.items()
        if not (found := rows[rows["material"].isin(materials)]).empty
    ]


def _allied(facts: Facts) -> list[Line]:
    rows = facts.base("coverage")
    lines = []
    for sector in sector_rows(facts):
        sums = of_sector(rows, sector).groupby("year")[["demand_t", "served_t", "served_allied_t"]].sum()
        values = [float(sums["served_allied_t"].get(t, 0.0)) for t in facts.years]
        whole = [float(sums["served_t"].get(t, 0.0)) for t in facts.years]
        found = [a / s if s > 0.0 else None for a, s in zip(values, whole, strict=True)]
        lines.append(Line((NOTHING_LOST, sector, "of it of allied origin, %", *found), total=sector == ALL))
    return lines


def _tonnes(facts: Facts) -> list[Line]:
    rows = facts.base("coverage")
    lines = []
    for sector in sector_rows(facts):
        found = of_sector(rows, sector).groupby("year")[["demand_t", "served_t", "shortfall_t"]].sum()
        for column, label in (("demand_t", "demand, t"), ("served_t", "served, t"), ("shortfall_t", "short, t")):
            values = [float(found[column].get(t, 0.0)) for t in facts.years]
            lines.append(Line((NOTHING_LOST, sector, label, *values), kind="t", total=sector == ALL))
    return lines


def _chart(page: Page, place: CoveragePlace) -> None:
    if place.data is None:
        return
    page.break_page()
    page.heading("Coverage by sector, nothing lost")
    size = (min(26.0, width_cm(sum(page.widths))), rows_cm(_CHART_ROWS))
    chart = share_chart(place.data, "Share of demand served, nothing lost", "share served", size, place.lowest)
    page.chart(chart, page.row, 0.0)
    page.row += _CHART_ROWS + 1
