"""Sheet Defaults: every default taken for a blank cell, counted, with the first cells."""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl import Workbook as Book

from optimizer.cells import Record, records
from optimizer.report.facts import Facts
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import Painter
from optimizer.schema import NOT_OF_PLANS, PROVENANCE, SETTINGS, SHEETS, Sheet
from optimizer.schema import Column as Declared
from optimizer.sheets.money import READ_BY

_COLUMNS = (
    Column("Sheet", 15),
    Column("Column or setting", 30),
    Column("Default taken", 26, "wrap"),
    Column("Unit", 14),
    Column("Cells", 9, "int"),
    Column("Of rows", 9, "int"),
    Column("First cells", 34, "wrap"),
    Column("What it means", 58, "wrap"),
)
_FIRST_CELLS = 4
# Columns of Projects that are read for one kind of project only: blanks of the others are no defaults.
_CANDIDATES = frozenset(
    ("min_capacity_t_per_year", "capex_musd", "fixed_capex_share", "public_share", "first_funding_year", "lead_years")
) | frozenset(("spend_profile", "min_utilization", "life_years", "hurdle_rate", "operating_life_years", "tax_rate"))
_STANDING = frozenset(("first_year", "last_year"))

_SHEETS = {name: sheet for name, sheet in SHEETS.items() if name not in NOT_OF_PLANS}


def write_defaults(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    title = "Defaults: what blank cells were taken to mean"
    page = open_page(book, facts, painter, "Defaults", title, [column.width for column in _COLUMNS])
    lines = [*_settings(facts), *(line for sheet in _SHEETS.values() for line in _sheet(facts, sheet))]
    if lines:
        page.sentence(
            "Every blank cell, and every column that the workbook does not have, took the default named here."
        )
        header = page.header(_COLUMNS)
        page.freeze(columns=2)
        _, last = page.table(_COLUMNS, lines, with_header=False)
        page.filter(header, last)
        note(
            page,
            ["Of rows: those to which the column applies (candidates only, or existing and committed plants only)."],
        )
    else:
        page.sentence("No default was taken: every cell is filled.")
    _absent(page)
    page.end()


def _settings(facts: Facts) -> Iterator[Line]:
    for name, declared in SETTINGS.items():
        if name not in facts.settings and not declared.required and _is_on(facts, declared):
            cell = _setting_cell(facts, name)
            yield Line(("Settings", name, declared.default, declared.unit, 1, 1, cell, declared.help))


def _setting_cell(facts: Facts, name: str) -> str:
    table = facts.workbook.table("Settings")
    rows = [row.number for row in table.rows if row.cells.get("setting") == name]
    return table.cell(rows[0], "value") if rows else "no such row"


def _sheet(facts: Facts, sheet: Sheet) -> Iterator[Line]:
    if sheet.name == "Settings" or not facts.workbook.table(sheet.name).rows:
        return
    silent = {column.name for column in PROVENANCE}
    for column in sheet.columns:
        if column.default and not column.required and column.name not in silent and _is_on(facts, column):
            yield from _column(facts, sheet, column)


def _column(facts: Facts, sheet: Sheet, column: Declared) -> Iterator[Line]:
    table = facts.workbook.table(sheet.name)
    rows = [row for row in records(facts.workbook, sheet.name) if _applies(facts, sheet, column, row)]
    blank = [row.row.number for row in rows if column.name not in row.row.cells]
    if not blank:
        return
    if column.name in table.letters:
        cells = ", ".join(table.cell(number, column.name) for number in blank[:_FIRST_CELLS])
        cells += ", …" if len(blank) > _FIRST_CELLS else ""
    else:
        cells = "no such column"
    yield Line((sheet.name, column.name, column.default, column.unit, len(blank), len(rows), cells, column.help))


def _is_on(facts: Facts, column: Declared) -> bool:
    """Whether the feature that a column is for is on."""
    return not column.feature or bool(facts.workbook.table(column.feature).rows)


def _applies(facts: Facts, sheet: Sheet, column: Declared, row: Record) -> bool:
    """Whether a column is read in a row at all: blanks of others are no defaults."""
    if sheet.name == "Instruments":
        return row.text("kind") in READ_BY.get(column.name, (row.text("kind"),))
    if sheet.name == "Fairness":
        return _of_measure(column.name, row.text("measure"))
    if sheet.name != "Projects":
        return True
    if column.name == "public_share" and facts.workbook.table("Instruments").rows:
        return False
    status = row.text("status")
    if column.name in _CANDIDATES:
        return status == "candidate"
    return status != "candidate" if column.name in _STANDING else True


def _of_measure(name: str, measure: str) -> bool:
    """Whether a rule of Fairness reads a column: stage and year belong to capacity, and coverage has no largest share."""
    return measure == "capacity" if name in ("stage", "year") else name != "max_share" or measure != "coverage"


def _absent(page: Page) -> None:
    """Write which sheets are absent or empty: those features are off."""
    absent = [name for name in _SHEETS if not page.facts.workbook.table(name).rows]
    if absent:
        page.row += 1
        page.sentence(f"Sheets absent or empty, so that their features are off: {', '.join(absent)}.")
