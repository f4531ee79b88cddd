"""Which sheets and columns there are, and whether a sheet has rows at all."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.checks.content import suggest
from optimizer.findings import Finding, Level
from optimizer.schema import SHEETS
from optimizer.workbook import Table, Workbook

# Without rows there is nothing to plan. A case without plants or recipes is odd but can be solved: all is short.
_NEEDED_ROWS = ("Settings", "Countries", "Materials", "Demand")


def structure_findings(workbook: Workbook) -> Iterator[Finding]:
    """Yield what is wrong with sheets and columns."""
    unread = {finding.sheet for finding in workbook.findings}
    for name, sheet in SHEETS.items():
        if name in workbook.tables:
            yield from _columns(workbook.tables[name])
            yield from _rows(workbook.tables[name])
        elif sheet.required and name not in unread:
            remedy = f"Add it: {sheet.help[0].lower()}{sheet.help[1:]}."
            yield _sheet_fault(name, "missing_sheet", "the sheet is missing, or has no header", remedy)
    for name in workbook.tables:
        if name not in SHEETS:
            hint = suggest(name, (sheet for sheet in SHEETS if sheet not in workbook.tables))
            hint = hint if hint.startswith("Did") else ""
            remedy = f"{hint} Put # or _ before the name of a sheet that is not to be read.".strip()
            yield _sheet_fault(name, "unknown_sheet", "no sheet of this name is known", remedy)


def _sheet_fault(sheet: str, code: str, problem: str, remedy: str) -> Finding:
    return Finding(Level.FAULT, code, sheet, "", "", None, problem, remedy)


def _columns(table: Table) -> Iterator[Finding]:
    sheet = SHEETS[table.name]
    names = [column.name for column in sheet.columns]
    for column, letter in table.letters.items():
        if column not in names:
            hint = suggest(column, (name for name in names if name not in table.letters))
            remedy = f"{hint} Put # or _ before the name of a column that is not to be read."
            cell = f"{letter}{table.header}"
            problem = "no column of this name is known"
            yield Finding(Level.FAULT, "unknown_column", table.name, cell, "", column, problem, remedy.strip())
    for known in sheet.columns:
        if known.required and known.name not in table.letters:
            remedy = f"Add it: {known.help[0].lower()}{known.help[1:]}."
            yield _sheet_fault(table.name, "missing_column", f"the column {known.name} is missing", remedy)
    if table.name == "Redundancy" and not {"stage", "material"} & set(table.letters):
        problem = "one of the columns stage and material is needed"
        yield _sheet_fault(table.name, "missing_column", problem, "Add the one by which the rules count plants.")


def _rows(table: Table) -> Iterator[Finding]:
    if table.rows or not SHEETS[table.name].required:
        return
    level = Level.FAULT if table.name in _NEEDED_ROWS else Level.WARNING
    yield Finding(level, "no_rows", table.name, "", "", None, "the sheet has no rows", "Fill it.")
