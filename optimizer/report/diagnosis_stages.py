"""Sheets Chain, Countries and Idle: what stands, could run and runs by stage and country; what could be made beyond its use."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.diagnosis import ALL_STREAMS, EVERYWHERE
from optimizer.report.charts import Data, add_line, stacked_chart
from optimizer.report.diagnosis_tables import Tabled
from optimizer.report.diagnosis_words import idle_sentences
from optimizer.report.facts import each
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.style import Painter

_LABELS = (Column("Stage", 15), Column("Stream", 13), Column("Country", 15), Column("What", 30))
_YEAR = 8.6
_CHARTS_A_ROW, _CHART_ROWS = 3, 16
RUNS, NO_USE, NO_FEED = "running, t/yr", "idle, not needed, t/yr", "idle, no feed, t/yr"
_PARTS = {RUNS: "run_t", NO_USE: "idle_no_use_t", NO_FEED: "idle_no_feed_t"}

_CHAIN_NOTES = (
    "Tonnes of activity of the plants, as their recipes count them: stages are not to be added to each other. A plant counts"
    " in every stream that one of its outputs carries.",
    "Could run given its feed: the most that these plants could run if the whole chain before them, outside supply and stocks"
    " fed them alone, whatever the demand. What is above it is idle for want of feed; what is below it and does not run is"
    " not needed: demand is served otherwise (cheaper, or from outside), or another stage binds. The countries of a stage are"
    " each asked alone, so that they may add up to more than the stage.",
    "Gains: what the demand served (weighted by priority) rises if the stage is raised by 1 % (at least 10 t/yr) and the chain"
    " is solved again, alone and together with the other stages at full use; points are 100 x gain / all demand of the stream"
    " in the year, weighted.",
)


def write_chain(book: Book, told: Tabled, painter: Painter) -> None:
    """Write the sheet."""
    years = told.diagnosis.years
    columns = (*_LABELS, *(Column(str(t), _YEAR, "t") for t in years))
    title = "Chain: what stands, what could run given its feed, what runs, what binds"
    page = open_page(book, told.facts, painter, "Chain", title, [c.width for c in columns])
    chain = told.tables["chain"]
    if chain.empty:
        page.sentence("No plant stands in any year.")
        page.end()
        return
    page.sentence(
        "All countries together; each for itself is on sheet Countries. Charts of every stage stand below the table."
    )
    header = page.header(columns)
    page.freeze(columns=len(_LABELS))
    whole = chain[chain["country"] == EVERYWHERE]
    lines: list[Line] = []
    places: dict[str, int] = {}
    for (stream, stage), rows in whole.groupby(["stream", "stage"], sort=False):
        if stream == ALL_STREAMS:
            places[str(stage)] = page.row + len(lines)
        lines += _whole(told, str(stream), str(stage), rows, years)
    _, last = page.table(columns, lines, with_header=False)
    page.filter(header, last)
    note(page, _CHAIN_NOTES)
    _charts(page, header, places, len(columns))
    page.end()


def write_countries(book: Book, told: Tabled, painter: Painter) -> None:
    """Write the sheet of every country."""
    years = told.diagnosis.years
    columns = (*_LABELS, *(Column(str(t), _YEAR, "t") for t in years))
    title = "Countries: what stands, what could run given its feed, what runs, t/yr"
    page = open_page(book, told.facts, painter, "Countries", title, [c.width for c in columns])
    chain = told.tables["chain"]
    chain = chain[chain["country"] != EVERYWHERE]
    page.sentence("Filter by stage, stream or country. What the words mean stands under the table of sheet Chain.")
    header = page.header(columns)
    page.freeze(columns=len(_LABELS))
    lines = [
        line
        for (stream, stage, country), rows in chain.groupby(["stream", "stage", "country"], sort=False)
        for line in _country(told, (str(stream), str(stage), str(country)), rows, years)
    ]
    _, last = page.table(columns, lines, with_header=False)
    page.filter(header, last)
    page.end()


def _by_year(rows: pd.DataFrame, column: str, years: Sequence[int]) -> list[float]:
    found = rows.groupby("year")[column].sum()
    return [float(found.get(t, 0.0)) for t in years]


def _whole(told: Tabled, stream: str, stage: str, rows: pd.DataFrame, years: Sequence[int]) -> list[Line]:
    head = (stage, told.diagnosis.stream(stream), "all countries")
    words = {int(row.year): "" if row.binds == "no" else str(row.binds) for row in each(rows) if row.binds == row.binds}
    capacity, run = _by_year(rows, "capacity_t", years), _by_year(rows, "run_t", years)
    use = [x / c if c > 0.0 else None for x, c in zip(run, capacity, strict=True)]
    return [
        *(Line((*head, what, *_by_year(rows, column, years))) for what, column in _PARTS.items()),
        Line((*head, "capacity, t/yr", *capacity), total=True),
        Line((*head, "could run given its feed, t/yr", *_by_year(rows, "can_run_t", years))),
        Line((*head, "use of capacity, %", *use), kind="pct"),
        Line((*head, "binds", *(words.get(t, "") for t in years)), kind="int"),
        Line((*head, "gain alone, points", *_by_year(rows, "gain_alone_points", years)), kind="points"),
        Line((*head, "gain with the others, points", *_by_year(rows, "gain_together_points", years)), kind="points"),
    ]


def _country(told: Tabled, key: tuple[str, str, str], rows: pd.DataFrame, years: Sequence[int]) -> list[Line]:
    stream, stage, country = key
    head = (stage, told.diagnosis.stream(stream), told.facts.country(country))
    whats = {"capacity, t/yr": "capacity_t", "could run given its feed, t/yr": "can_run_t", RUNS: "run_t"}
    return [Line((*head, what, *_by_year(rows, column, years))) for what, column in whats.items()]


def _charts(page: Page, header: int, places: dict[str, int], last: int) -> None:
    """One chart per stage: what runs, what is not needed and what has no feed, stacked to the capacity."""
    page.break_page()
    page.heading("Capacity by stage: running, idle because not needed, idle for want of feed, t/yr")
    width, start = sum(page.widths) / _CHARTS_A_ROW, page.row
    for n, (stage, row) in enumerate(places.items()):
        data = Data(page.sheet, header, range(row, row + len(_PARTS)), len(_LABELS) + 1, last, label=len(_LABELS))
        chart = stacked_chart(data, stage, "t/yr", (width_cm(width * 0.97), rows_cm(_CHART_ROWS)))
        chart.legend.position = "b"
        if data.first < data.last:
            add_line(chart, data, row + len(_PARTS) + 1)
        down, across = divmod(n, _CHARTS_A_ROW)
        page.chart(chart, start + down * (_CHART_ROWS + 1), across * width)
    page.row = start + -(-len(places) // _CHARTS_A_ROW) * (_CHART_ROWS + 1)


# ---------------------------------------------------------------- material that could be made


_IDLE_NOTES = (
    "Could be made beyond what is used: the most of the material that could be left over, from the plants that stand and the"
    " feed that there is, while everything that is served stays served; what is bought of the material itself does not count."
    " Each material is asked alone: the amounts cannot all be had at once.",
    "Because: if these stages are raised as on sheet Bottlenecks and the chain serves more, less of the material is left over.",
)


def write_idle(book: Book, told: Tabled, painter: Painter) -> None:
    """Write the sheet."""
    years = told.diagnosis.years
    columns = (Column("Stage", 15), Column("Material", 40, "wrap"), *(Column(str(t), _YEAR, "t") for t in years))
    title = "Idle: material that could be made beyond what is used, and is not"
    page = open_page(book, told.facts, painter, "Idle", title, [c.width for c in columns])
    rows = told.tables["idle_materials"]
    if rows.empty:
        page.sentence("Of no material could more be made than is used.")
        page.end()
        return
    page.heading("Because another stage binds")
    page.sentences(idle_sentences(told) or ["None of it lies idle because a stage binds: nobody needs more of it."])
    page.heading("Could be made beyond what is used, t")
    lines = []
    for material, found in rows.groupby("material", sort=False):
        spare = {row.year: row.spare_t for row in each(found)}
        stage, name = told.facts.material_stage(str(material)), told.facts.material(str(material))
        lines.append(Line((stage, name, *(spare.get(t, 0.0) for t in years))))
    page.table(columns, lines)
    _because(page, rows)
    note(page, _IDLE_NOTES)
    page.end()


def _because(page: Page, rows: pd.DataFrame) -> None:
    facts = page.facts
    page.heading("The figures behind it")
    columns = (
        *(Column("Stage", 15), Column("Material", 40, "wrap"), Column("Year", _YEAR, "year")),
        *(Column("Used, t", _YEAR, "t"), Column("Could be made beyond, t", _YEAR, "t")),
        *(Column("Less of it if raised, t", _YEAR, "t"), Column("Stream", _YEAR), Column("Because of", _YEAR)),
    )
    lines = [
        Line(
            (
                *(row.stage, facts.material(row.material), row.year, row.used_t, row.spare_t, row.freed_t or None),
                *(row.because_stream or None, row.because_stages or None),
            )
        )
        for row in each(rows)
    ]
    first, last = page.table(columns, lines)
    page.filter(first - 1, last)
