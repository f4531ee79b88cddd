"""The sheet Uncertainty: columns that can be uncertain, filters that pick something, parameters that can be drawn from."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.cells import Record
from optimizer.checks.content import Content, suggest
from optimizer.findings import Finding
from optimizer.schema import SHEETS
from optimizer.uncertainty import COLUMNS, SHEET, SpreadError, lowest, picks, read_filter, read_parameters


def uncertainty_findings(content: Content) -> Iterator[Finding]:
    """Yield what of the sheet cannot be drawn."""
    for row in content.rows(SHEET):
        table = row.text("table")
        if table not in COLUMNS:
            continue
        if row.text("column") and row.text("column") not in COLUMNS[table]:
            remedy = f"Of {table} write one of: {', '.join(COLUMNS[table])}."
            yield content.fault(row, "column", "not_uncertain", "this figure cannot be uncertain", remedy)
            continue
        yield from _filter(content, row, table)
        yield from _parameters(content, row)


def filter_findings(content: Content, row: Record, table: str) -> Iterator[Finding]:
    """Yield what is wrong with the cell ``filter`` of a row that picks rows of a sheet."""
    try:
        wanted = read_filter(row.text("filter"))
    except SpreadError as error:
        yield content.fault(row, "filter", "bad_filter", error.problem, error.remedy)
        return
    known = [column.name for column in SHEETS[table].columns]
    for column, _ in wanted:
        if column not in known:
            problem = f'"{column}" is no column of {table}'
            yield content.fault(row, "filter", "bad_filter", problem, suggest(column, known))
            return
    if not any(picks(x, wanted) for x in content.rows(table)):
        remedy = "Look for slips; * stands for any letters. Delete the row if it is not needed."
        yield content.fault(row, "filter", "picks_nothing", f"no row of {table} is like this", remedy)


def _filter(content: Content, row: Record, table: str) -> Iterator[Finding]:
    faults = list(filter_findings(content, row, table))
    yield from faults
    if faults:
        return
    picked = [x for x in content.rows(table) if picks(x, read_filter(row.text("filter")))]
    column = row.text("column")
    if column not in ("", "lead_years") and all(x.number(column) is None for x in picked):
        problem = f"{column} is blank in all rows of {table} that it picks"
        yield content.warning(row, "filter", "picks_blanks", problem, "A blank stays blank, whatever is drawn.")


def _parameters(content: Content, row: Record) -> Iterator[Finding]:
    distribution, text = row.text("distribution"), row.text("parameters")
    if not distribution or not text:
        return
    try:
        parameters = read_parameters(distribution, text)
    except SpreadError as error:
        yield content.fault(row, "parameters", "bad_parameters", error.problem, error.remedy)
        return
    least = lowest(distribution, parameters)
    if least < 0.0:
        what = (
            "years are added, never taken away" if row.text("column") == "lead_years" else "a factor is never below 0"
        )
        yield content.fault(
            row, "parameters", "bad_parameters", f"{least:g} could be drawn, but {what}", "Write 0 or more."
        )
    elif row.text("column") == "t_per_t" and distribution != "lognormal" and least <= 0.0:
        problem = "0 could be drawn, and a recipe needs its quantities"
        yield content.fault(row, "parameters", "bad_parameters", problem, "Write more than 0.")
