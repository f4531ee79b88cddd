"""Sheet Timeline: construction, ramp-up and full output of every funded project, as a grid of coloured cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from openpyxl import Workbook as Book

from optimizer.report.facts import Facts, each, number
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import BLACK, BODY, INK, SKY, WHITE, Look, Painter

BUILD, RAMP, FULL = "D9D9D9", SKY, INK
_BUILD = Look(fill=BUILD, colour=BLACK, align="center", size=8, line="box")
_FUND = replace(_BUILD, bold=True)
_RAMP = Look(fill=RAMP, colour=BLACK, align="center", size=8, format="0%", line="box")
_FULL = Look(fill=FULL, colour=WHITE, align="center", size=8, format="0%", line="box")
_LABELS = (Column("Project", 26), Column("Country", 15), Column("Size, t/yr", 9.5, "t"))


def write_timeline(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    columns = (*_LABELS, *(Column(str(year), 6.2, "t") for year in facts.years))
    title = "Timeline: construction, ramp-up and full output of what is funded"
    page = open_page(book, facts, painter, "Timeline", title, [column.width for column in columns])
    if facts.funded.empty:
        page.sentence("The plan funds no project, so there is nothing to build.")
        page.end()
        return
    _legend(page)
    page.header(columns)
    page.freeze(columns=len(_LABELS))
    lines: list[Line] = []
    cells: dict[int, Any] = {}
    for _, rows in facts.funded.groupby("rank", sort=True):
        lines.append(_standing(facts, rows["stage"].iloc[0]))
        for row in each(rows):
            cells[page.row + len(lines)] = row
            lines.append(Line((row.project, facts.country(row.country), row.size_t_per_year)))
    page.table(columns, lines, with_header=False)
    shares = _shares(facts)
    for place, row in cells.items():
        _grid(page, place, row, shares)
    note(page, ["Stage rows: funded capacity that stands in the year, t/yr. Candidates never close once funded."])
    page.end()


def _legend(page: Page) -> None:
    row = page.row
    page.put(row, 1, "F funded, c under construction", _BUILD)
    page.put(row, 2, "ramping up, % of size", _RAMP)
    page.spread(row, 3, 5, "full output", _FULL)
    page.row += 1


def _standing(facts: Facts, stage: str) -> Line:
    table = facts.tables["capacity"]
    of_stage = table[(table["stage"] == stage) & (table["status"] == "candidate")]
    by_year = of_stage.groupby("year")["capacity_t"].sum()
    size = facts.funded.loc[facts.funded["stage"] == stage, "size_t_per_year"].sum()
    return Line((stage, "", size, *(float(by_year.get(t, 0.0)) for t in facts.years)), group=True)


def _shares(facts: Facts) -> Mapping[tuple[str, int], float]:
    """Share of its size that stands, by project and year."""
    size = dict(zip(facts.funded["project"], facts.funded["size_t_per_year"], strict=True))
    table = facts.tables["capacity"]
    return {
        (row.project, row.year): row.capacity_t / size[row.project] if size[row.project] else 0.0
        for row in each(table[table["project"].isin(list(size))])
    }


def _grid(page: Page, place: int, row: Any, shares: Mapping[tuple[str, int], float]) -> None:
    """Colour the years of one project."""
    full = number(row.full_output_year)
    for n, year in enumerate(page.facts.years, len(_LABELS) + 1):
        share = shares.get((row.project, year), 0.0)
        value, look = cell(year, int(row.funded_year), share, full is not None and year >= full)
        if value is not None:
            page.put(place, n, value, look)


def cell(year: int, funded: int, share: float, full: bool) -> tuple[object, Look]:
    """What stands in a cell of the grid: nothing before funding, a letter while building, the share that stands."""
    if year < funded:
        return None, BODY
    if share <= 0.0:
        return ("F", _FUND) if year == funded else ("c", _BUILD)
    return round(share, 6), _FULL if full else _RAMP
