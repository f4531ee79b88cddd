"""Single cells: filled where they must be, and of the kind that their column asks for."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.cells import CellError, Record, parse
from optimizer.checks.content import Content, suggest
from optimizer.findings import Finding, Level
from optimizer.schema import SETTINGS, SHEETS, Column
from optimizer.workbook import Row, Table, Workbook


def read_content(workbook: Workbook) -> tuple[Content, list[Finding]]:
    """Type every cell once.

    Returns
    -------
    Content
        What could be read.
    list of Finding
        A fault for each cell that could not, and for each required cell that is blank.
    """
    findings: list[Finding] = []
    rows = {
        name: tuple(_typed_row(table, row, findings) for row in table.rows)
        for name, table in workbook.tables.items()
        if name in SHEETS
    }
    settings = _typed_settings(workbook.table("Settings"), findings)
    return Content(workbook, rows, settings), findings


def _typed_row(table: Table, row: Row, findings: list[Finding]) -> Record:
    values: dict[str, object] = {}
    for column in SHEETS[table.name].columns:
        raw = row.cells.get(column.name)
        if raw is not None:
            _type(table, row, column, column.name, raw, values, findings)
        elif column.required and column.name in table.letters and (table.name, column.name) != ("Settings", "value"):
            cell = table.cell(row.number, column.name)
            remedy = f"Write {column.kind.value}: {column.help[0].lower()}{column.help[1:]}."
            findings.append(
                Finding(Level.FAULT, "blank_required", table.name, cell, column.name, None, "must be filled", remedy)
            )
    return Record(table.name, row, values)


def _typed_settings(table: Table, findings: list[Finding]) -> dict[str, object]:
    values: dict[str, object] = {}
    for row in table.rows:
        name, raw = str(row.cells.get("setting", "")), row.cells.get("value")
        if name in SETTINGS and raw is not None:
            _type(table, row, SETTINGS[name], "value", raw, values, findings)
    return values


def _type(
    table: Table, row: Row, column: Column, place: str, raw: object, values: dict[str, object], findings: list[Finding]
) -> None:
    """Put the typed value of a cell into ``values``, or the reason why there is none into ``findings``."""
    try:
        values[column.name] = parse(column, raw)
    except CellError as error:
        cell = table.cell(row.number, place)
        name = column.name
        findings.append(Finding(Level.FAULT, error.code, table.name, cell, name, str(raw), error.problem, error.remedy))


def setting_findings(content: Content) -> Iterator[Finding]:
    """Yield unknown settings, required ones that are missing or blank, and years in the wrong order."""
    rows = {row.text("setting"): row for row in content.rows("Settings")}
    for name, row in rows.items():
        if name and name not in SETTINGS:
            hint = suggest(name, (known for known in SETTINGS if known not in rows))
            yield content.fault(row, "setting", "unknown_setting", "no setting of this name is known", hint)
    if rows:
        yield from _missing_settings(content, rows)
    first, last = content.settings.get("first_year"), content.settings.get("last_year")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        problem = f"the plan would end before it begins in {first}"
        yield content.fault(rows["last_year"], "value", "years_reversed", problem, f"Write {first} or later.")


def _missing_settings(content: Content, rows: dict[str, Record]) -> Iterator[Finding]:
    for name, column in SETTINGS.items():
        if not column.required:
            continue
        if name not in rows:
            problem, remedy = f"the setting {name} is missing", f"Add it: {column.help[0].lower()}{column.help[1:]}."
            yield Finding(Level.FAULT, "missing_setting", "Settings", "", "", None, problem, remedy)
        elif "value" not in rows[name].row.cells:
            problem, remedy = f"{name} must be filled", f"Write {column.kind.value}."
            yield content.fault(rows[name], "value", "missing_setting", problem, remedy)
