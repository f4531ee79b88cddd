"""Changes of cells: Workbook -> Workbook, so that everything that reads cells sees the changed case."""

from __future__ import annotations

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
