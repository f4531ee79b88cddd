"""Changes of cells: Workbook -> Workbook, so that everything that reads cells sees the changed case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from optimizer.workbook import Row, Workbook

_POTS, _AMOUNT = "Budgets", "budget_musd"


def scale_pots(workbook: Workbook, factor: float) -> Workbook:
    """Multiply what every funder's pot holds."""
    table = workbook.table(_POTS)
    if not table.rows or factor == 1.0:
        return workbook
    rows = tuple(Row(row.number, {**row.cells, _AMOUNT: float(str(row.cells[_AMOUNT])) * factor}) for row in table.rows)
    return replace(workbook, tables={**workbook.tables, _POTS: replace(table, rows=rows)})


def change_cells(workbook: Workbook, cells: Mapping[tuple[str, int, str], float]) -> Workbook:
    """Write numbers into cells, named by sheet, row number and column."""
    tables = dict(workbook.tables)
    for sheet in dict.fromkeys(name for name, _, _ in cells):
        found: dict[int, dict[str, object]] = {}
        for (name, number, column), value in cells.items():
            if name == sheet:
                found.setdefault(number, {})[column] = value
        rows = tuple(Row(row.number, {**row.cells, **found.get(row.number, {})}) for row in tables[sheet].rows)
        tables[sheet] = replace(tables[sheet], rows=rows)
    return replace(workbook, tables=tables)
