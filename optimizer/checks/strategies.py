"""The sheet Strategies: what its rows change can be changed that way, and what comes out is a workbook without faults."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from optimizer.cells import CellError, Record, parse
from optimizer.checks.content import Content, suggest
from optimizer.checks.uncertainty import filter_findings
from optimizer.findings import Finding
from optimizer.overlay import ADD, MULTIPLY, REMOVE, SET, SETTINGS_SHEET, SHEET, changes_of, folder_of, target
from optimizer.schema import NOT_OF_PLANS, PROVENANCE, SHEETS, Kind
from optimizer.uncertainty import picks, read_filter

_ALLOWED = tuple(name for name in SHEETS if name not in NOT_OF_PLANS)
_NUMBERS = (Kind.NUMBER, Kind.INTEGER)
# Strategies are set side by side over the same years, for the same goal, in the same money.
_COMMON = ("first_year", "last_year", "price_year", "objective")


def strategy_findings(content: Content) -> Iterator[Finding]:
    """Yield what of the sheet cannot be done."""
    yield from _names(content)
    taken: dict[tuple[str, str, int, str], int] = {}
    for row in content.rows(SHEET):
        table = row.text("table")
        if not table or not row.text("action"):
            continue
        if table not in _ALLOWED:
            yield content.fault(row, "table", "unknown_table", "no sheet that a strategy may change", _near(table))
            continue
        faults = [*filter_findings(content, row, table), *_column(content, row, table)]
        faults = faults or list(_value(content, row, table))
        yield from faults or _twice(content, row, table, taken)


def _near(word: str) -> str:
    """Name the sheet that was probably meant, or all that there are."""
    near = difflib.get_close_matches(word.capitalize(), _ALLOWED, n=1)
    return f"Did you mean {near[0]}?" if near else f"Write one of: {', '.join(_ALLOWED)}."


def _names(content: Content) -> Iterator[Finding]:
    """Yield names that would share a folder of the results."""
    folders: dict[str, str] = {}
    first = {row.text("strategy"): row for row in reversed(content.rows(SHEET)) if row.text("strategy")}
    for name, row in sorted(first.items(), key=lambda item: item[1].row.number):
        if (other := folders.setdefault(folder_of(name).lower(), name)) != name:
            problem = f'differs from "{other}" only in signs that a folder name cannot have'
            yield content.fault(row, "strategy", "same_folder", problem, "Use another name, or the same for both.")


def _column(content: Content, row: Record, table: str) -> Iterator[Finding]:
    column, action = row.text("column"), row.text("action")
    if not column:
        if action != REMOVE:
            yield content.fault(
                row, "column", "no_column", f"blank, and {action} needs a column", f"Write a column of {table}."
            )
        return
    known = [x.name for x in SHEETS[table].columns if x not in PROVENANCE]
    if column not in known:
        yield content.fault(row, "column", "unknown_column", f"{table} has no such column", suggest(column, known))
    elif table == SETTINGS_SHEET and column != "value":
        yield content.fault(row, "column", "unknown_column", "of Settings only value can be changed", "Write value.")
    elif action == REMOVE and SHEETS[table].column(column).required and table != SETTINGS_SHEET:
        remedy = "Leave the column blank to take whole rows away, or set another value."
        yield content.fault(row, "action", "removes_required", f"{column} of {table} must be filled", remedy)


def _value(content: Content, row: Record, table: str) -> Iterator[Finding]:
    """Yield what is wrong with the value: in itself, then in the cells that it changes."""
    action, column = row.text("action"), row.text("column")
    picked = [x for x in content.rows(table) if picks(x, read_filter(row.text("filter")))]
    common = [x.text("setting") for x in picked if table == SETTINGS_SHEET and x.text("setting") in _COMMON]
    if common:
        problem = f"changes {', '.join(common)}, which all strategies share"
        yield content.fault(row, "filter", "common_setting", problem, "Name the setting: setting=budget_musd.")
        return
    raw = row.row.cells.get("value")
    if action == REMOVE:
        if raw is not None:
            yield content.fault(
                row, "value", "value_of_remove", "remove writes nothing", "Leave the cell blank, or set."
            )
        return
    if raw is None:
        yield content.fault(row, "value", "no_value", f"blank, and {action} needs a value", "Write it, or use remove.")
        return
    if action in (MULTIPLY, ADD):
        yield from _arithmetic(content, row, table, picked)
    elif action == SET:
        for x in picked[:1]:
            try:
                parse(target(table, column, x), raw)
            except CellError as error:
                yield content.fault(row, "value", "bad_value", f"as {column} {error.problem}", error.remedy)


def _arithmetic(content: Content, row: Record, table: str, picked: list[Record]) -> Iterator[Finding]:
    """Yield why a factor or an amount cannot be taken, or what of the results could not stand in its cell."""
    column = row.text("column")
    if any(target(table, column, x).kind not in _NUMBERS for x in picked):
        problem = f"{column} of {table} is no number"
        yield content.fault(row, "action", "not_arithmetic", problem, "Use set or remove.")
        return
    try:
        float(str(row.row.cells["value"]))
    except ValueError:
        yield content.fault(row, "value", "bad_value", "not a number", "Write digits and a decimal point only.")
        return
    readable = [x for x in picked if x.values.get(column) is not None]
    if not readable:
        problem = f"{column} is blank in all rows of {table} that it picks"
        yield content.fault(row, "filter", "picks_blanks", problem, "A blank stays blank: use set.")
        return
    by_number = {x.row.number: x for x in readable}
    for change in changes_of(row, readable):
        try:
            parse(target(table, column, by_number[change.row]), change.after)
        except CellError as error:
            place = f"{table}!{content.address(by_number[change.row], column)}"
            problem = f"makes {place} {column} {change.after:g}, which is {error.problem}"
            yield content.fault(row, "value", "bad_value", problem, error.remedy)
            return


def _twice(content: Content, row: Record, table: str, taken: dict[tuple[str, str, int, str], int]) -> Iterator[Finding]:
    """Yield a row that changes a cell that another row of the strategy changes: the order of rows means nothing."""
    for change in changes_of(row, content.rows(table)):
        if not change.column:
            continue
        key = (row.text("strategy"), table, change.row, change.column)
        other = taken.setdefault(key, row.row.number)
        if other != row.row.number:
            place = content.workbook.table(table).cell(change.row, change.column)
            problem = f"changes {table}!{place}, as row {other} of the same strategy does"
            yield content.fault(row, "filter", "changed_twice", problem, "Let one row change it: narrow the filters.")
            return
