"""Sheet Capacity: what stands and what runs, by stage, stream and country, year by year."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.charts import Data, add_line, stacked_chart
from optimizer.report.facts import Facts
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import Painter

ALL = "all plants"
STANDING = {"existing": "existing, t/yr", "committed": "committed, t/yr", "candidate": "funded by the plan, t/yr"}
_LABELS = (Column("Stage", 15), Column("Stream or country", 19), Column("What", 22))
_CHARTS_A_ROW, _CHART_ROWS = 3, 14

_NOTES = (
    "Tonnes of activity of the plants, as their recipes count them: stages are not to be added to each other. Capacity is"
    " that of the year, after ramp-up. Running: the base case, with nothing lost.",
    "A plant counts in every stream that one of its outputs carries, with all it has: streams are not to be added up.",
)


def write_capacity(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    columns = (*_LABELS, *(Column(str(year), 8.6, "t") for year in facts.years))
    title = "Capacity: what stands and what runs, t/yr"
    page = open_page(book, facts, painter, "Capacity", title, [column.width for column in columns])
    table = facts.tables["capacity"]
    if table.empty:
        page.sentence("No plant stands in any year of the plan.")
        page.end()
        return
    page.sentence(
        "By stage, by stage and stream, and by stage and country. The charts below show every stage by itself."
    )
    header = page.header(columns)
    page.freeze(columns=len(_LABELS))
    stages = [stage for stage in facts.stages if stage in set(table["stage"])]
    places = _by_stage(page, columns, table, stages)
    if facts.has_streams:
        _by_stream(page, columns, table, stages)
    _by_country(page, columns, table, stages)
    page.filter(header, page.row - 1)
    note(page, _NOTES)
    _charts(page, header, places)
    page.end()


def _years(facts: Facts, rows: pd.DataFrame, column: str = "capacity_t") -> list[float]:
    by_year = rows.groupby("year")[column].sum()
    return [float(by_year.get(year, 0.0)) for year in facts.years]


def _summary(facts: Facts, stage: str, part: str, rows: pd.DataFrame) -> list[Line]:
    """Return all together, running, and use of capacity."""
    capacity, run = _years(facts, rows), _years(facts, rows, "run_t")
    use = [x / c if c > 0.0 else None for x, c in zip(run, capacity, strict=True)]
    return [
        Line((stage, part, "all together, t/yr", *capacity), total=True),
        Line((stage, part, "running, t/yr", *run)),
        Line((stage, part, "use of capacity, %", *use), kind="pct"),
    ]


def _by_stage(page: Page, columns: tuple[Column, ...], table: pd.DataFrame, stages: Iterable[str]) -> dict[str, int]:
    """Write the stages; return the first row of each."""
    places = {}
    for stage in stages:
        rows = table[table["stage"] == stage]
        lines = [
            Line((stage, ALL, label, *_years(page.facts, rows[rows["status"] == status])))
            for status, label in STANDING.items()
        ]
        places[stage] = page.row
        page.table(columns, [*lines, *_summary(page.facts, stage, ALL, rows)], with_header=False)
    return places


def _by_stream(page: Page, columns: tuple[Column, ...], table: pd.DataFrame, stages: Iterable[str]) -> None:
    facts = page.facts
    for stage in stages:
        for stream in facts.streams:
            carrying = {q for q in table["process"].unique() if facts.carries(q, stream)}
            rows = table[(table["stage"] == stage) & table["process"].isin(carrying)]
            if not rows.empty:
                funded = _years(facts, rows[rows["status"] == "candidate"])
                lines = [Line((stage, stream, STANDING["candidate"], *funded)), *_summary(facts, stage, stream, rows)]
                page.table(columns, lines, with_header=False)


def _by_country(page: Page, columns: tuple[Column, ...], table: pd.DataFrame, stages: Iterable[str]) -> None:
    facts = page.facts
    for stage in stages:
        for country, rows in table[table["stage"] == stage].groupby("country", sort=True):
            line = Line((stage, facts.country(str(country)), "all together, t/yr", *_years(facts, rows)))
            page.table(columns, [line], with_header=False)


def _charts(page: Page, header: int, places: dict[str, int]) -> None:
    """One chart per stage: existing, committed and funded capacity stacked, and what runs as a line."""
    page.heading("Capacity by stage (columns) and what runs (line), t/yr")
    first, last = len(_LABELS) + 1, page.span
    start = page.row
    across = [1, *(3 + round((last - 2) * n / _CHARTS_A_ROW) for n in range(1, _CHARTS_A_ROW))]
    width = sum(page.widths) * 0.19 / _CHARTS_A_ROW
    for n, (stage, row) in enumerate(places.items()):
        data = Data(page.sheet, header, range(row, row + len(STANDING)), first, last, label=len(_LABELS))
        chart = stacked_chart(data, stage, "t/yr", (width, _CHART_ROWS * 0.5))
        add_line(chart, data, row + len(STANDING) + 1)
        chart.legend.position = "b"
        anchor = page.sheet.cell(start + (n // _CHARTS_A_ROW) * (_CHART_ROWS + 1), across[n % _CHARTS_A_ROW])
        page.sheet.add_chart(chart, anchor.coordinate)
    rows_used = -(-len(places) // _CHARTS_A_ROW) * (_CHART_ROWS + 1)
    page.row = start + rows_used
