"""The sheet Strategies: changes of cells under a name, Workbook -> Workbook.

All rows of a strategy pick their rows in the workbook as it is, so that their order means nothing; no cell may be changed by two
of them (``checks`` tells). Rows that are taken away are gone whatever else would change them. Without any row of Instruments
there would be no firms to ask, and ``public_share`` would count: a strategy that takes all of them away means that nobody is
supported, so they stay and may give nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from optimizer.cells import Record, records
from optimizer.scenario import Edit, with_cells
from optimizer.schema import SETTINGS, SHEETS, Column
from optimizer.uncertainty import picks, read_filter
from optimizer.workbook import Row, Workbook

SHEET = "Strategies"
SET, MULTIPLY, ADD, REMOVE = "set", "multiply", "add", "remove"
SETTINGS_SHEET = "Settings"
TOOLS, _AT_MOST = "Instruments", "max_share"


@dataclass(frozen=True)
class Strategy:
    """A strategy: its name and its rows of the sheet."""

    name: str
    rows: tuple[Record, ...]

    @property
    def folder(self) -> str:
        """The name as a name of a folder."""
        return folder_of(self.name)

    @property
    def note(self) -> str:
        """What the sheet remarks on it."""
        return "; ".join(dict.fromkeys(row.text("note") for row in self.rows if row.text("note")))


@dataclass(frozen=True)
class Change:
    """What one row of Strategies does to one cell, or with ``column`` blank to a whole row, which it takes away.

    ``told``: number of the row of Strategies; ``row``: number of the row of ``sheet``; ``after`` None: cleared.
    """

    told: int
    sheet: str
    row: int
    column: str
    before: object
    after: object


def folder_of(name: str) -> str:
    """A name as a name of a folder: letters, digits, ``-`` and ``_``.

    Examples
    --------
    >>> folder_of("Mines only (2028)")
    'Mines_only_2028'
    """
    return re.sub(r"[^\w-]+", "_", name, flags=re.ASCII).strip("_") or "strategy"


def strategies(workbook: Workbook) -> list[Strategy]:
    """Return the strategies of a workbook in the order in which the sheet first names them."""
    rows: dict[str, list[Record]] = {}
    for row in records(workbook, SHEET):
        rows.setdefault(row.text("strategy"), []).append(row)
    return [Strategy(name, tuple(found)) for name, found in rows.items()]


def changes(workbook: Workbook, strategy: Strategy) -> list[Change]:
    """Return what a strategy changes, whole rows first, in the order of the sheets, rows and columns."""
    typed: dict[str, tuple[Record, ...]] = {}
    found: list[Change] = []
    for row in strategy.rows:
        sheet = row.text("table")
        found += changes_of(row, typed.setdefault(sheet, tuple(records(workbook, sheet))))
    gone = {(x.sheet, x.row) for x in found if not x.column}
    kept = _without_tools(workbook, [x for x in found if not x.column or (x.sheet, x.row) not in gone])
    order = list(SHEETS)
    return sorted(dict.fromkeys(kept), key=lambda x: (order.index(x.sheet), x.row, x.column))


def _without_tools(workbook: Workbook, found: Sequence[Change]) -> Iterator[Change]:
    """Let instruments that are all taken away stay and give nothing: an empty sheet would mean that firms ask for nothing."""
    tools = {row.number: row for row in workbook.table(TOOLS).rows}
    is_emptied = tools.keys() == {x.row for x in found if x.sheet == TOOLS and not x.column}
    for x in found:
        if is_emptied and x.sheet == TOOLS:
            before = tools[x.row].cells.get(_AT_MOST)
            yield replace(x, column=_AT_MOST, before=before, after=0)
        else:
            yield x


def changes_of(row: Record, rows: Sequence[Record]) -> Iterator[Change]:
    """Yield what one row of Strategies changes of the rows of its sheet."""
    wanted = read_filter(row.text("filter"))
    sheet, column, action = row.text("table"), row.text("column"), row.text("action")
    for picked in rows:
        if not picks(picked, wanted):
            continue
        before = picked.row.cells.get(column) if column else _shown(picked.row)
        if action in (MULTIPLY, ADD) and before is None:
            continue  # A blank stays blank: it means its default, whatever that is.
        after = None if action == REMOVE else _written(action, before, row.values.get("value"))
        yield Change(row.row.number, sheet, picked.row.number, column, before, after)


def overlaid(workbook: Workbook, strategy: Strategy) -> Workbook:
    """Return the workbook as a strategy has it, without its sheet Strategies."""
    whole = replace(workbook, tables={name: table for name, table in workbook.tables.items() if name != SHEET})
    edits: list[Edit] = []
    for change in changes(workbook, strategy):
        columns: Sequence[str] = (change.column,)
        if not change.column:
            columns = tuple(next(x for x in whole.table(change.sheet).rows if x.number == change.row).cells)
        edits += [Edit(change.sheet, change.row, column, change.after) for column in columns]
    return with_cells(whole, edits)


def target(sheet: str, column: str, picked: Record) -> Column:
    """What a changed cell may hold: for a setting, what that setting may."""
    if sheet == SETTINGS_SHEET and column == "value" and picked.text("setting") in SETTINGS:
        return SETTINGS[picked.text("setting")]
    return SHEETS[sheet].column(column)


def _written(action: str, before: object, value: object) -> object:
    if action == SET:
        return value
    number, amount = float(str(before)), float(str(value))
    # The digits that a spreadsheet keeps, so that 3 x 0.1 is 0.3.
    return float(f"{number * amount if action == MULTIPLY else number + amount:.15g}")


def _shown(row: Row) -> str:
    """A row that is taken away, as a reader recognizes it: its first filled cells."""
    cells: Mapping[str, object] = row.cells
    return ", ".join(str(x) for x in list(cells.values())[:3])
