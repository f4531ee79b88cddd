"""Sheet Capacity: what stands and what runs, by stage, stream and country, year by year."""

from __future__ import annotations

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.charts import Data, add_line, stacked_chart
from optimizer.report.facts import Facts
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.style import Painter

ALL = "all plants"
STANDING = {"existing": "existing, t/yr", "committed": "committed, t/yr", "candidate": "funded by the plan, t/yr"}
_LABELS = (Column("Stage", 15), Column("Stream or country", 19), Column("What", 22))
_CHARTS_A_ROW, _CHART_ROWS = 3, 16

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
        "By stage, by stage and stream, and by stage and country. Charts of every stage stand below the table."
    )
    header = page.header(columns)
    page.freeze(columns=len(_LABELS))
    stages = [stage for stage in facts.stages if stage in set(table["stage"])]
    lines = [line for stage in stages for line in _of_stage(facts, table, stage)]
    places = {stage: page.row + n * len(lines) // len(stages) for n, stage in enumerate(stages)}
    lines += [line for stage in stages for line in _of_streams(facts, table, stage)]
    lines += [line for stage in stages for line in _of_countries(facts, table, stage)]
    _, last = page.table(columns, lines, with_header=False)
    page.filter(header, last)
    note(page, _NOTES)
    _charts(page, header, places, len(columns))
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


def _of_stage(facts: Facts, table: pd.DataFrame, stage: str) -> list[Line]:
    """What stands by status, all together, what runs: as many lines for every stage."""
    rows = table[table["stage"] == stage]
    lines = [
        Line((stage, ALL, label, *_years(facts, rows[rows["status"] == status]))) for status, label in STANDING.items()
    ]
    return [*lines, *_summary(facts, stage, ALL, rows)]


def _of_streams(facts: Facts, table: pd.DataFrame, stage: str) -> list[Line]:
    lines: list[Line] = []
    for stream in facts.streams if facts.has_streams else ():
        carrying = {q for q in table["process"].unique() if facts.carries(q, stream)}
        rows = table[(table["stage"] == stage) & table["process"].isin(carrying)]
        if not rows.empty:
            funded = _years(facts, rows[rows["status"] == "candidate"])
            lines += [Line((stage, stream, STANDING["candidate"], *funded)), *_summary(facts, stage, stream, rows)]
    return lines


def _of_countries(facts: Facts, table: pd.DataFrame, stage: str) -> list[Line]:
    return [
        Line((stage, facts.country(str(country)), "all together, t/yr", *_years(facts, rows)))
        for country, rows in table[table["stage"] == stage].groupby("country", sort=True)
    ]


def _charts(page: Page, header: int, places: dict[str, int], last: int) -> None:
    """One chart per stage: existing, committed and funded capacity stacked, and what runs as a line."""
    page.break_page()
    page.heading("Capacity by stage (columns) and what runs (line), t/yr")
    width, start = sum(page.widths) / _CHARTS_A_ROW, page.row
    for n, (stage, row) in enumerate(places.items()):
        rows = range(row, row + len(STANDING))
        data = Data(page.sheet, header, rows, len(_LABELS) + 1, last, label=len(_LABELS))
        chart = stacked_chart(data, stage, "t/yr", (width_cm(width * 0.97), rows_cm(_CHART_ROWS)))
        chart.legend.position = "b"
        if data.first < data.last:
            add_line(chart, data, row + len(STANDING) + 1)
        down, across = divmod(n, _CHARTS_A_ROW)
        page.chart(chart, start + down * (_CHART_ROWS + 1), across * width)
    page.row = start + -(-len(places) // _CHARTS_A_ROW) * (_CHART_ROWS + 1)
