"""Changes of cells: Workbook -> Workbook, so that everything that reads cells sees the changed case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from openpyxl.utils import get_column_letter

from optimizer.workbook import Row, Table, Workbook

_POTS, _AMOUNT = "Budgets", "budget_musd"
_SETTINGS = "Settings"


@dataclass(frozen=True)
class Edit:
    """One cell and what to write into it; ``new`` None: clear it. A row beyond the last one is a new row."""

    sheet: str
    row: int
    column: str
    new: object


def scale_pots(workbook: Workbook, factor: float) -> Workbook:
    """Multiply what every funder's pot holds."""
    table = workbook.table(_POTS)
    if not table.rows or factor == 1.0:
        return workbook
    rows = tuple(Row(row.number, {**row.cells, _AMOUNT: float(str(row.cells[_AMOUNT])) * factor}) for row in table.rows)
    return replace(workbook, tables={**workbook.tables, _POTS: replace(table, rows=rows)})


def without_budget(workbook: Workbook) -> Workbook:
    """Clear the limit on the public outlay of all years."""
    rows = [row.number for row in workbook.table(_SETTINGS).rows if row.cells.get("setting") == _AMOUNT]
    return with_cells(workbook, [Edit(_SETTINGS, number, "value", None) for number in rows])


def with_cells(workbook: Workbook, edits: Iterable[Edit]) -> Workbook:
    """Write cells; columns and rows that the sheet does not have yet are added."""
    by_sheet: dict[str, dict[int, dict[str, object]]] = defaultdict(lambda: defaultdict(dict))
    for edit in edits:
        by_sheet[edit.sheet][edit.row][edit.column] = edit.new
    tables = {sheet: _edited(workbook.table(sheet), rows) for sheet, rows in by_sheet.items()}
    return replace(workbook, tables={**workbook.tables, **tables})


def _edited(table: Table, edits: Mapping[int, Mapping[str, object]]) -> Table:
    letters = dict(table.letters)
    for column in dict.fromkeys(column for cells in edits.values() for column in cells):
        letters.setdefault(column, get_column_letter(len(letters) + 1))
    cells = {row.number: dict(row.cells) for row in table.rows}
    for number, changes in edits.items():
        cells[number] = {k: v for k, v in (cells.get(number, {}) | dict(changes)).items() if v is not None}
    return replace(table, letters=letters, rows=tuple(Row(number, row) for number, row in sorted(cells.items()) if row))
