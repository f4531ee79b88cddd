"""Sheet Repair: what bringing coverage back after a loss costs, by the year by which it must be back."""

from __future__ import annotations

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.repair import NONE
from optimizer.report.charts import Data, share_chart
from optimizer.report.facts import each, number, text
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.repair_words import repair_sentences
from optimizer.report.stressed import Stressed, Tables
from optimizer.report.style import Painter
from optimizer.solve.repair import Repair
from optimizer.wording import plural

_LABEL, _WIDE, _YEAR = 30.0, 14.0, 8.6
_CHART_ROWS = 13
_MOST_LISTED = 4
_LINES = (
    ("nothing_lost", "Plan, nothing lost"),
    ("asked", "Asked for"),
    ("unrepaired", "Lost, no repair"),
    ("repaired", "Lost, repaired"),
    ("possible", "Lost, all that helps at once"),
)
_NOTES = (
    "Extra public money: undiscounted, beyond the plan's own outlay; no budget and no pot limits it. At least: no set of"
    " candidates does it for less. Projects are funded as late as the year to recover by allows, where that is cheaper.",
    "The plan's own projects, years and sizes stay. Redundancy rules and minimum utilization are not asked of a repair. Stocks"
    " give each year of the loss an even share of what they held before it. Earlier years may stay short. Blank years of output"
    " lie beyond the plan.",
    "Lost, repaired: by the repair that is back first, or by the nearest where none is. All that helps at once: the most that"
    " could be served in that year alone, whatever it costs, priorities first.",
)


def write_repairs(book: Book, stressed: Stressed, tables: Tables, painter: Painter) -> None:
    """Write the sheet: for each loss what it says, the years to recover by, the projects, and coverage year by year."""
    repairs = stressed.repairs
    years = max((len(repair.years) for repair in repairs), default=1)
    widths = [_LABEL, _WIDE, _WIDE, *([_YEAR] * max(years - 2, 9))]
    page = open_page(book, stressed.facts, painter, "Repair", "Repair: the least extra money after a loss", widths)
    if not repairs:
        page.sentence(no_repair(stressed))
        page.end()
        return
    page.sentence(
        "For each loss: the cheapest projects, beside the plan, that bring what is served back to what is asked for."
    )
    for n, repair in enumerate(repairs):
        if n:
            page.break_page()
        _one(page, stressed, repair, tables)
    note(page, _NOTES)
    page.end()


def no_repair(stressed: Stressed) -> str:
    """Why there is no repair to tell of."""
    if stressed.asked_repairs == (NONE,):
        return "No repair was asked for: --repair names a loss whose cheapest repair is searched."
    return f"None of {plural(len(stressed.singles), 'single loss', 'single losses')} makes any sector short: nothing to repair."


def _one(page: Page, stressed: Stressed, repair: Repair, tables: Tables) -> None:
    title = stressed.repair_title(repair)
    page.heading(title)
    first, *more = repair_sentences(stressed.facts, title, repair)
    said = first.removeprefix(f"{title}: ")  # The heading says it.
    page.sentences([f"{said[:1].upper()}{said[1:]}", *more])
    if not repair.is_hurt:
        return
    _coverage(page, _of(tables["repair_coverage"], repair))
    _recoveries(page, _of(tables["repairs"], repair))
    _projects(page, stressed, _of(tables["repair_projects"], repair), bool(repair.reached))


def _of(table: pd.DataFrame, repair: Repair) -> pd.DataFrame:
    return table[table["scenario"] == repair.loss]


def _recoveries(page: Page, rows: pd.DataFrame) -> None:
    columns = [
        Column("To be back by", _LABEL, "year"),
        Column("Extra public MUSD", _WIDE, "musd"),
        Column("At least MUSD", _WIDE, "musd"),
        Column("Capex MUSD", _YEAR, "musd"),
        Column("Projects", _YEAR, "int"),
        Column("Reached", _YEAR),
        Column("Missing weighted t", _YEAR, "t"),
    ]
    lines = [
        Line(
            (
                int(row.recover_by), number(row.extra_musd), number(row.at_least_musd), number(row.capex_musd),
                int(row.projects), row.reached, number(row.missing_weighted_t),
            )
        )
        for row in each(rows)
    ]  # fmt: skip
    page.row += 1
    page.table(columns, lines)


def _projects(page: Page, stressed: Stressed, rows: pd.DataFrame, reached: bool) -> None:
    """Projects of the first recovery and of those after it whose set differs, a few of them."""
    shown: list[frozenset[str]] = []
    for year, found in rows.groupby("recover_by", sort=True):
        chosen = frozenset(found["project"])
        if chosen in shown or len(shown) == _MOST_LISTED:
            continue
        shown.append(chosen)
        page.row += 1
        page.sentence(f"Projects to be back by {year}" if reached else f"Projects that come nearest in {year}")
        page.table(_PROJECT_COLUMNS, [_project(stressed, row) for row in each(found)])


_PROJECT_COLUMNS = (
    Column("Project", _LABEL),
    Column("Country", _WIDE),
    Column("Stage", _WIDE),
    Column("Funded in", _YEAR, "year"),
    Column("First output", _YEAR, "year"),
    Column("Full output", _YEAR, "year"),
    Column("Size t/yr", _YEAR, "t"),
    Column("Capex MUSD", _YEAR, "musd"),
    Column("Public MUSD", _YEAR, "musd"),
)


def _project(stressed: Stressed, row: object) -> Line:
    return Line(
        (
            row.project, stressed.facts.country(row.country), row.stage, int(row.funded_year), _year(row.first_output_year),  # type: ignore[attr-defined]
            _year(row.full_output_year), row.size_t_per_year, row.capex_musd, row.public_outlay_musd,  # type: ignore[attr-defined]
        )
    )  # fmt: skip


def _year(value: object) -> int | None:
    return None if text(value) == "" else int(float(str(value)))


def _coverage(page: Page, rows: pd.DataFrame) -> None:
    """Share of all demand by year, with its chart."""
    years = [int(year) for year in rows["year"]]
    page.row += 1
    page.sentence("Share of all demand served, by year")
    columns = [Column("", _LABEL), *(Column(str(year), _YEAR, "pct") for year in years)]
    header = page.row
    first, last = page.table(columns, [Line((label, *map(float, rows[name]))) for name, label in _LINES])
    lowest = max(0.0, min(float(rows[name].min()) for name, _ in _LINES) - 0.05)
    data = Data(page.sheet, header, range(first, last + 1), 2, len(years) + 1)
    width = width_cm(min(130.0, sum(page.widths)))
    page.row += 1
    chart = share_chart(data, "Share of all demand served", "share", (width, rows_cm(_CHART_ROWS)), round(lowest, 1))
    page.chart(chart, page.row, 0)
    page.row += _CHART_ROWS + 1
