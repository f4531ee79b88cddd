"""Sheets Dependence and Single points: where demand is met from, how concentrated supply is, what one loss costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.charts import Data, stacked_chart
from optimizer.report.diagnosis_hang import NOT_SERVED
from optimizer.report.diagnosis_tables import Tabled
from optimizer.report.facts import each
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.pools import BOUGHT, MADE, STOCK
from optimizer.report.style import Painter
from optimizer.wording import plural

_YEAR, _SEEN_T = 9.0, 0.5
_MOST_SOURCES = 9  # With what is not served as many as have colours of their own.
_CHART_ROWS, _MOST_WIDE = 14, 34.0
OTHERS = "others"
_SOURCES = {MADE: "made in {}", BOUGHT: "bought from {}", STOCK: "from stock in {}"}

_DEPENDENCE_NOTES = (
    "Made there or bought from it: where the last stage stands, or who sold it; what it was made of may come from elsewhere"
    " (sheet Self-sufficiency tells what hangs on outside supply through the whole chain).",
    "Herfindahl index: the sum of the squared shares, 10,000 if everything comes from one source; competition authorities call"
    " a market highly concentrated above 2,500 (or 1,800). Outside: bought from a supplier of the sheet Imports.",
)


def write_dependence(book: Book, told: Tabled, painter: Painter) -> None:
    """Write the sheet."""
    years = told.diagnosis.years
    columns = (Column("Source", 24), Column("", 16), *(Column(str(t), _YEAR, "t") for t in years))
    title = "Dependence: where demand is met from, and how concentrated supply is"
    page = open_page(book, told.facts, painter, "Dependence", title, [c.width for c in columns])
    if told.tables["demand_met"].empty:
        page.sentence("There is no demand.")
        page.end()
        return
    page.sentence("No money spent, nothing lost, every year at least cost among the plans that serve most.")
    _met(page, told, columns, years)
    _concentration(page, told)
    note(page, _DEPENDENCE_NOTES)
    page.end()


def _met(page: Page, told: Tabled, columns: Sequence[Column], years: Sequence[int]) -> None:
    """Where demand is met from: the largest sources by year, with a chart."""
    amounts: dict[tuple[str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in each(told.tables["demand_met"]):
        amounts[str(row.source), str(row.how)][int(row.year)] += float(row.t)
    missing = amounts.pop(("", NOT_SERVED), {})
    ranked = sorted(amounts, key=lambda key: (-sum(amounts[key].values()), key))
    page.heading("Where the demand of all sectors is met from, t")
    header = page.header(columns)
    shown = len(ranked) if len(ranked) <= _MOST_SOURCES else _MOST_SOURCES - 1
    lines = [_source(told, key, amounts[key], years) for key in ranked[:shown]]
    rest = ranked[shown:]
    if rest:
        lines.append(Line((f"{len(rest)} {OTHERS}", None, *(sum(amounts[k].get(t, 0.0) for k in rest) for t in years))))
    lines.append(Line((NOT_SERVED, None, *(missing.get(t, 0.0) for t in years))))
    first, last = page.table(columns, lines, with_header=False)
    data = Data(page.sheet, header, range(first, last + 1), 3, 2 + len(years))
    chart = stacked_chart(
        data, "Where demand is met from", "t", (width_cm(min(130.0, sum(page.widths))), rows_cm(_CHART_ROWS))
    )
    page.row += 1
    page.chart(chart, page.row, 0.0)
    page.row += _CHART_ROWS + 1


def _source(told: Tabled, key: tuple[str, str], by_year: dict[int, float], years: Sequence[int]) -> Line:
    how = _SOURCES[key[1]].format(told.facts.country(key[0]))
    return Line((f"{how[:1].upper()}{how[1:]}", None, *(by_year.get(t, 0.0) for t in years)))


def _concentration(page: Page, told: Tabled) -> None:
    page.heading("How concentrated the supply of each stage of material is")
    columns = (
        *(Column("Stage of the material", 24), Column("Stream", 16), Column("Year", _YEAR, "year")),
        *(Column("Supply, t", _YEAR, "t"), Column("From outside, %", _YEAR, "pct")),
        *(Column("Herfindahl, countries", _YEAR, "int"), Column("Largest country, %", _YEAR, "pct")),
        *(Column("Herfindahl, plants", _YEAR, "int"), Column("Largest plant, %", _YEAR, "pct")),
        *(Column("Largest country", _YEAR), Column("", _YEAR), Column("Largest plant or seller", _YEAR)),
    )
    stream = told.diagnosis.stream
    lines = [
        Line(
            (
                *(row.stage, stream(str(row.stream)), row.year, row.supply_t, row.outside_share, row.hhi_countries),
                *(row.largest_country_share, row.hhi_plants, row.largest_plant_share),
                *(told.facts.country(str(row.largest_country)), None, row.largest_plant),
            )
        )
        for row in each(told.tables["dependence"])
    ]
    first, last = page.table(columns, lines)
    page.filter(first - 1, last)


# ---------------------------------------------------------------- single points of failure


_SINGLE_NOTES = (
    "Each country, site and outside supplier is lost alone, whole, in all years, with the plants that stand and everything else"
    " re-routed freely. A lost country makes and ships nothing, but its demand counts; a lost supplier sells nothing.",
    "Ranked by demand lost weighted by priority: what is left is shared so that this is least. A figure below zero: stocks,"
    " which only a loss may draw, serve more than is lost, or more tonnes of lower priority are served.",
)


def write_single(book: Book, told: Tabled, painter: Painter) -> None:
    """Write the sheet."""
    years, hit = told.diagnosis.years, told.tables["single_points"]["hardest_sector"]
    head = (
        *(Column("Rank", 7, "int"), Column("What is lost", 38), Column("Kind", 17)),
        *(
            Column("Demand lost, weighted t", 11, "t"),
            Column("Demand lost, t", 11, "t"),
            Column("Of all demand, %", 10, "pct"),
        ),
        *(Column("Worst year", 8, "year"), Column("Lost in it, t", 10, "t"), Column("Served in it, %", 9, "pct")),
        *(
            Column("Hardest hit", max([15.0, *(min(_MOST_WIDE, 1.1 * len(str(x))) for x in hit)])),
            Column("Year", 8, "year"),
            Column("Served before, %", 9, "pct"),
            Column("Served then, %", 9, "pct"),
        ),
    )
    width = [c.width for c in head] + [_YEAR] * max(0, len(years) + 3 - len(head))
    title = "Single points of failure, ranked by demand lost"
    page = open_page(book, told.facts, painter, "Single points", title, width)
    points = told.tables["single_points"]
    if points.empty:
        page.sentence("Nothing stands and nobody sells: there is nothing to lose.")
        page.end()
        return
    page.sentence("Each country, site and outside supplier is lost alone, in all years, and everything else re-routed.")
    costly = points[points["lost_weighted_t"] >= _SEEN_T]
    free = len(points) - len(costly)
    if costly.empty:
        page.sentence("No single loss costs any served demand.")
    else:
        more = f"; {plural(free, 'more costs', 'more cost')} none (tables/single_points.csv)" if free else ""
        page.sentence(f"{plural(len(costly), 'loss costs', 'losses cost')} served demand{more}.")
        first, last = page.table(head, [_point(row) for row in each(costly)])
        page.filter(first - 1, last)
        _by_year(page, told, costly, years)
    note(page, _SINGLE_NOTES)
    page.end()


def _point(row: Any) -> Line:
    hardest = (
        (row.hardest_sector, row.hardest_year, row.hardest_before, row.hardest_served)
        if row.hardest_lost_t >= _SEEN_T
        else ()
    )
    return Line(
        (
            *(row.rank, row.name, row.kind, row.lost_weighted_t, row.lost_t, row.lost_share),
            *(row.worst_year, row.worst_year_lost_t, row.worst_year_served),
            *(hardest if row.hardest_lost_t >= _SEEN_T else ()),
        )
    )


def _by_year(page: Page, told: Tabled, costly: pd.DataFrame, years: Sequence[int]) -> None:
    """Demand lost by year of the losses that cost some."""
    page.heading("Demand lost by year, t")
    lost = told.tables["loss_years"].groupby(["kind", "target", "year"])["lost_t"].sum()
    columns = (
        Column("Rank", 7, "int"),
        Column("What is lost", 38),
        Column("Kind", 17),
        *(Column(str(t), 10, "t") for t in years),
    )
    lines = [
        Line((row.rank, row.name, row.kind, *(float(lost.get((row.kind, row.target, t), 0.0)) for t in years)))
        for row in each(costly)
    ]
    page.table(columns, lines)
