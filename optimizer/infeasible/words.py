"""Cells, amounts and edits as a planner reads them. What is to be written is rounded so that it surely is enough."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from optimizer.scenario import Edit
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook

_ROUNDING = 1e-4


def address(workbook: Workbook, sheet: str, row: int, column: str) -> str:
    """Write ``Demand!F2``; of a column that the sheet does not have yet, its row and name."""
    table = workbook.table(sheet)
    if column not in table.letters:
        return f"{sheet} row {row}, new column"
    return f"{sheet}!{table.cell(row, column)}"


def named_cell(workbook: Workbook, sheet: str, row: int, column: str) -> str:
    """Write the address with the name of the column, or of the setting."""
    cells = next((r.cells for r in workbook.table(sheet).rows if r.number == row), {})
    name = str(cells.get("setting", column)) if sheet == "Settings" else column
    return f"{address(workbook, sheet, row, column)} {name}"


def edit_words(workbook: Workbook, edits: Sequence[Edit]) -> list[str]:
    """One clause for each cell, and for each row to be added."""
    last = {sheet: max((r.number for r in workbook.table(sheet).rows), default=1) for sheet in {e.sheet for e in edits}}
    words = [_cell_words(workbook, edit) for edit in edits if edit.row <= last[edit.sheet]]
    rows: dict[tuple[str, int], list[Edit]] = defaultdict(list)
    for edit in edits:
        if edit.row > last[edit.sheet]:
            rows[edit.sheet, edit.row].append(edit)
    for (sheet, _), cells in rows.items():
        words.append(f"{sheet}: add a row with " + ", ".join(f"{e.column} {written(e.new)}" for e in cells))
    return words


def _cell_words(workbook: Workbook, edit: Edit) -> str:
    before = cell_value(workbook, edit)
    place = named_cell(workbook, edit.sheet, edit.row, edit.column)
    if edit.new is None:
        return f"{place}: clear it (now {written(before)})"
    if before is None:
        return f"{place}: write {written(edit.new)}"
    return f"{place}: write {written(edit.new)} instead of {written(before)}"


def cell_value(workbook: Workbook, edit: Edit) -> object:
    """What stands in the cell now."""
    cells = next((r.cells for r in workbook.table(edit.sheet).rows if r.number == edit.row), {})
    return cells.get(edit.column)


def written(value: object) -> str:
    """A value as it is typed into a cell: no separators."""
    if isinstance(value, float) or (isinstance(value, str) and _is_number(value)):
        return f"{float(value):.12g}"
    return "blank" if value is None else str(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# ---------------------------------------------------------------- amounts


def tonnes(kt: float) -> str:
    """Tonnes of an amount in kt."""
    t = kt * T_PER_KT
    return f"{t:,.1f} t" if t >= 0.05 else f"{t:.3g} t"


def musd(amount: float) -> str:
    """An amount of money."""
    return f"{amount:,.1f} MUSD" if amount >= 0.05 else f"{amount:.3g} MUSD"


def share_down(share: float, notches: int = 0) -> float:
    """A share that surely can be kept: rounded down to a thousandth, and further by notches."""
    return max(0.0, (math.floor(share * 1000 + _ROUNDING) - notches) / 1000)


def share_up(share: float, notches: int = 0) -> float:
    """A share that surely is enough: rounded up to a thousandth, and further by notches."""
    return min(1.0, (math.ceil(share * 1000 - _ROUNDING) + notches) / 1000)


def money_up(amount: float, notches: int = 0) -> float:
    """An amount that surely is enough: rounded up to what is worth writing."""
    scale = 1000 if amount < 10 else 100 if amount < 100 else 10
    return (math.ceil(amount * scale - _ROUNDING) + notches) / scale


def tonnes_down(t: float) -> float:
    """Tonnes rounded down to what is worth writing."""
    scale = 1000 if t < 10 else 10
    return math.floor(t * scale + _ROUNDING) / scale


def year_spans(years: Iterable[int]) -> str:
    """Write ``2030-2032 and 2034``."""
    spans: list[list[int]] = []
    for t in sorted(years):
        if spans and spans[-1][1] == t - 1:
            spans[-1][1] = t
        else:
            spans.append([t, t])
    return joined([str(a) if a == b else f"{a}-{b}" for a, b in spans])


def joined(items: Sequence[str]) -> str:
    """Write ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def largest(amounts: Mapping[int, float]) -> tuple[int, float]:
    """The year in which an amount is largest, the first of several."""
    return max(sorted(amounts.items()), key=lambda item: item[1])
