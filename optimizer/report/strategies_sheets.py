"""Sheets of ``strategies`` behind the Summary: left undone, coverage, idle plant, who is funded, cells, proof, run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from optimizer.report.charts import Data, share_chart
from optimizer.report.facts import ALL, each, number, text
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.runsheet import STATUS
from optimizer.report.side_by_side import Side, SideBySide
from optimizer.report.strategies_charts import idle_chart
from optimizer.report.strategies_outlay import liability_note
from optimizer.report.style import BODY, Painter

Tables = Mapping[str, pd.DataFrame]
_NAME = 27.0
_CHART, _CHART_ROWS = (24.0, 8.5), 17
_A_CHART = 7  # Lines that one chart can tell apart.
_GROUPS = ("options", "input", "versions", "seconds")


@dataclass(frozen=True)
class CoveragePlace:
    """Where shares served by year stand: the row of years, and the row of each strategy."""

    sheet: Worksheet
    header: int
    rows: Mapping[str, int]


# ---------------------------------------------------------------- left undone


def write_undone(book: Book, told: SideBySide, tables: Tables, painter: Painter) -> None:
    """Write what each strategy reaches and leaves undone, in sentences."""
    columns = (Column("Strategy", _NAME), Column("About", 25), Column("Sentence", 120, "wrap"))
    page = open_page(
        book,
        told.facts,
        painter,
        "Left undone",
        "Left undone: what each strategy does not do",
        [c.width for c in columns],
    )
    page.sentence(
        "Every sentence is computed from the plan of the strategy. Each is held against the first one of the sheet."
    )
    page.header(columns)
    page.freeze()
    for side in told.sides:
        rows = tables["left_undone"][tables["left_undone"]["strategy"] == side.name]
        lines = [Line((side.name if n == 0 else "", x.about, x.sentence)) for n, x in enumerate(each(rows))]
        page.table(columns, [*lines, *_remarks(side)], with_header=False)
    note(page, [liability_note(told)])
    page.end()


def _remarks(side: Side) -> list[Line]:
    """What the sheet Strategies says of it."""
    return [Line(("", "as the workbook says", side.strategy.note))] if side.strategy.note else []


# ---------------------------------------------------------------- coverage


def write_coverage(book: Book, told: SideBySide, tables: Tables, painter: Painter) -> CoveragePlace:
    """Write shares served by year of all demand and of each sector; return where those of all demand stand."""
    columns = (Column("Strategy", _NAME), *(Column(str(t), 7.6, "share") for t in told.years))
    title = "Coverage: share of demand served with nothing lost"
    page = open_page(book, told.facts, painter, "Coverage", title, [c.width for c in columns])
    table = tables["strategy_coverage"]
    place = CoveragePlace(page.sheet, page.row, {})
    for n, sector in enumerate((ALL, *told.sectors)):
        page.heading("All demand" if sector == ALL else f"Sector {sector}")
        lines = _shares(told, table[table["sector"] == sector])
        first, _ = page.table(columns, lines)
        if n == 0:
            place = CoveragePlace(page.sheet, first - 1, {x.name: first + k for k, x in enumerate(told.held)})
            _charts(page, told, place)
    _losses(page, told, columns)
    page.end()
    return place


def _shares(told: SideBySide, table: pd.DataFrame) -> list[Line]:
    found = {(x.strategy, x.year): x.coverage for x in each(table)}
    return [
        Line((side.name, *(found.get((side.name, t)) for t in told.years)), heat=True, heat_from=1)
        for side in told.held
    ]


def _charts(page: Page, told: SideBySide, place: CoveragePlace) -> None:
    """Lines over the years, as many strategies to a chart as can be told apart."""
    if len(told.held) > _A_CHART:
        page.break_page()
    page.row += 1
    shown = [float(x) for side in told.held for x in side.by_year["coverage"]]
    lowest = int(min(shown, default=0.0) * 10) / 10
    for n in range(0, len(told.held), _A_CHART):
        rows = [place.rows[side.name] for side in told.held[n : n + _A_CHART]]
        data = Data(page.sheet, place.header, rows, 2, 1 + len(told.years))
        page.chart(share_chart(data, "Share of all demand served", "share served", _CHART, lowest), page.row, 0.0)
        page.row += _CHART_ROWS


def _losses(page: Page, told: SideBySide, columns: Sequence[Column]) -> None:
    """The least share of all demand served in any loss, by year."""
    found = {}
    for side in told.held:
        losses = [side.facts.served(s) for s in side.facts.losses]
        found[side.name] = [
            min((x for shares in losses if (x := shares[n]) is not None), default=None) for n in range(len(told.years))
        ]
    if not any(x is not None for shares in found.values() for x in shares):
        return
    page.heading("All demand in the worst loss of the year; blank: no loss was looked at in that year")
    page.table(columns, [Line((name, *shares), heat=True, heat_from=1) for name, shares in found.items()])


# ---------------------------------------------------------------- idle plant


def write_idle(book: Book, told: SideBySide, tables: Tables, painter: Painter) -> None:
    """Write what of each stage stands idle for want of feed: a chart of the last year, then every year."""
    names = [side.name for side in told.held]
    wide = max(len(names), len(told.years), 9)
    widths = [_NAME, *([9.5] * wide)]
    page = open_page(book, told.facts, painter, "Idle", "Idle: plants that stand and do not run", widths)
    page.sentence(
        "Idle for want of feed: beyond the most that the plants of the stage could run if the whole chain before them fed them"
        " alone, whatever the demand. The rest that does not run has feed and is not needed, or the stages after it take no more."
    )
    if not names or tables["idle"].empty:
        page.end()
        return
    table = tables["idle"]
    last = told.years[-1]
    page.heading(f"Idle for want of feed in {last}, share of the capacity of the stage")
    found = {(x.stage, x.strategy): x.idle_no_feed_share for x in each(table[table["year"] == last])}
    stages = [stage for stage in told.stages if any((stage, name) in found for name in names)]
    columns = (Column("Stage", _NAME), *(Column(name, 9.5, "share") for name in names))
    first, end = page.table(columns, [Line((stage, *(found.get((stage, name)) for name in names))) for stage in stages])
    page.row += 1
    page.chart(idle_chart(page.sheet, first - 1, (first, end), 1 + len(names), (30.0, 9.5)), page.row, 0.0)
    page.row += _CHART_ROWS + 2
    _lacking(page, tables["wants"])
    for stage in stages:
        _stage(page, told, table[table["stage"] == stage], stage)
    page.end()


def _lacking(page: Page, wants: pd.DataFrame) -> None:
    """What each stage lacks in its worst year, strategy by strategy."""
    page.heading(
        "For want of what: the year in which most of a stage has no feed, and what more could run with more of a material"
    )
    columns = (
        *(
            Column("Strategy", _NAME),
            Column("Stage", 9.5),
            Column("Year", 9.5, "year"),
            Column("Capacity, t/yr", 9.5, "t"),
        ),
        *(Column("No feed, t/yr", 9.5, "t"), Column("No feed, %", 9.5, "pct"), Column("With more", 9.5)),
        Column("could run more, t/yr", 9.5, "t"),
    )
    lines = [
        Line(
            (
                *(x.strategy, x.stage, x.year, x.capacity_t, x.idle_no_feed_t, x.idle_no_feed_t / x.capacity_t),
                *(text(x.material_stage) or "no single one", number(x.freed_t)),
            )
        )
        for x in each(wants)
    ]
    page.table(columns, lines)


def _stage(page: Page, told: SideBySide, table: pd.DataFrame, stage: str) -> None:
    page.heading(f"Stage {stage}: idle for want of feed, t/yr")
    found = {(x.strategy, x.year): x.idle_no_feed_t for x in each(table)}
    columns = (Column("Strategy", _NAME), *(Column(str(t), 9.5, "t") for t in told.years))
    page.table(columns, [Line((s.name, *(found.get((s.name, t)) for t in told.years))) for s in told.held])


# ---------------------------------------------------------------- who is funded


def write_funded(book: Book, told: SideBySide, tables: Tables, painter: Painter) -> None:
    """Write the matrix of projects and strategies: the year of funding, or of first operation where the strategy builds it."""
    names = [side.name for side in told.held]
    columns = (
        *(Column("Project", 26), Column("Country", 13), Column("Stage", 13), Column("In how many", 8, "int")),
        *(Column(name, 11, "year") for name in names),
    )
    page = open_page(
        book, told.facts, painter, "Funded", "Funded: who is in with which strategy", [c.width for c in columns]
    )
    page.sentence("Year of funding; b: built by the strategy itself, with its first year of operation. Blank: not in.")
    header = page.header(columns)
    page.freeze(columns=1)
    table = tables["funded"]
    cells = {(x.project, x.strategy): (f"b {x.year}" if x.how != "funded" else int(x.year)) for x in each(table)}
    count = table.groupby("project")["strategy"].nunique()
    rank = {x.project: (told.facts.stage_rank(x.stage), -int(count[x.project]), x.project) for x in each(table)}
    where = {x.project: (told.facts.country(x.country), x.stage) for x in each(table)}
    lines = [
        Line((p, *where[p], int(count[p]), *(cells.get((p, name)) for name in names)))
        for p in sorted(rank, key=lambda p: rank[p])
    ]
    _, last = page.table(columns, lines, with_header=False)
    page.filter(header, last)
    page.end()


# ---------------------------------------------------------------- cells, proof, run


def write_changes(book: Book, told: SideBySide, tables: Tables, painter: Painter) -> None:
    """Write every cell that a strategy changes."""
    columns = (
        *(Column("Strategy", _NAME), Column("Row of Strategies", 10, "int"), Column("Sheet", 13), Column("Cell", 10)),
        *(Column("Column", 25), Column("As it is", 45), Column("In the strategy", 25)),
    )
    page = open_page(book, told.facts, painter, "Changed cells", "Changed cells", [c.width for c in columns])
    header = page.header(columns)
    page.freeze()
    lines = [
        Line((x.strategy, x.told_in_row, x.sheet, x.cell, text(x.column), text(x.before), text(x.after)))
        for x in each(tables["changed_cells"])
    ]
    _, last = page.table(columns, lines, with_header=False)
    page.filter(header, last)
    page.end()


def write_proof(book: Book, told: SideBySide, tables: Tables, painter: Painter) -> None:
    """Write what is proven of each plan, and the rules of the workbook as it is that it misses."""
    columns = (
        *(Column("Strategy", _NAME), Column("Status", 12), Column("Meaning", 50, "wrap")),
        *(Column("Points short", 10, "points"), Column("No plan below, points", 10, "points")),
        *(Column("Gap, points", 10, "points"), Column("Audit checks", 10, "int"), Column("Reproducible", 13)),
    )
    page = open_page(
        book, told.facts, painter, "Proof", "Proof: how good each plan is shown to be", [c.width for c in columns]
    )
    page.sentence(
        "Points: 100 x tonnes short, weighted by priority, losses included, of all weighted demand. A strategy that changes"
        " demand has other points. The cost of a plan is that of its cheapest sizes and flows; how much cheaper another plan of"
        " the same coverage could be was not searched."
    )
    lines = []
    for side in told.sides:
        points = side.points or (None, None)
        gap = None if side.points is None else max(0.0, side.points[0] - side.points[1])
        audit = side.manifest.get("audit")
        checks = audit["checks"] if isinstance(audit, Mapping) else None
        kept = "yes" if side.manifest.get("reproducible") else "no"
        lines.append(Line((side.name, side.status, STATUS.get(side.status, ""), *points, gap, checks, kept)))
    page.table(columns, lines)
    _missed(page, tables["missed"])
    page.end()


def _missed(page: Page, table: pd.DataFrame) -> None:
    if table.empty:
        return
    page.heading("Rules and minima of the workbook as it is that are missed, each in its worst year")
    columns = (
        *(Column("Strategy", _NAME), Column("Measure", 12), Column("Rule", 50), Column("Asked", 10, "points")),
        *(Column("Achieved", 10, "points"), Column("Year", 10, "year"), Column("Missed in", 40)),
    )
    lines = [
        Line((x.strategy, x.measure, x.rule, x.required, x.achieved, x.worst_year, str(x.years))) for x in each(table)
    ]
    page.table(columns, lines)


def write_run(book: Book, told: SideBySide, painter: Painter) -> None:
    """Write options, versions, times."""
    page = open_page(book, told.facts, painter, "Run", "Run: how the answers came about", (34.0, 70.0))
    for name in _GROUPS:
        found = told.manifest.get(name)
        if isinstance(found, Mapping) and found:
            page.heading(name.capitalize())
            for key, value in found.items():
                shown = "none" if value is None else ", ".join(value) if isinstance(value, list) else value
                page.put(page.row, 1, str(key).replace("_", " "), BODY)
                page.put(page.row, 2, shown or "none", BODY)
                page.row += 1
    page.end()
