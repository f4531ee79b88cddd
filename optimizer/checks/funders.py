"""What holds for a funder as a whole: its home, its part of a project, what must stay at home."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.cells import Record
from optimizer.checks.content import Content, grouped
from optimizer.findings import Finding

_OF_FUNDERS = ("home", "max_project_share", "min_domestic_share")
_ROUNDING = 1e-9


def funder_findings(content: Content) -> Iterator[Finding]:
    """Yield rows of Budgets in which a funder contradicts itself, and what would keep it from paying."""
    funders = {name: rows for (name,), rows in grouped(content.rows("Budgets"), "funder").items() if name}
    for name, rows in funders.items():
        said = {column: _first(rows, column) for column in _OF_FUNDERS}
        for column, first in said.items():
            yield from _others(content, name, rows, column, first)
        yield from _domestic(content, rows, said["home"], said["min_domestic_share"])
    yield from _together(content, [_first(rows, "max_project_share") for rows in funders.values()])


def _first(rows: list[Record], column: str) -> Record | None:
    return next((row for row in rows if row.values.get(column) is not None), None)


def _others(content: Content, name: str, rows: list[Record], column: str, first: Record | None) -> Iterator[Finding]:
    """Yield rows that say something else than the first of the funder's rows that is filled."""
    if first is None:
        return
    for row in rows:
        if row.values.get(column) not in (None, first.values[column]):
            there = f"{first.row.cells[column]} in {content.address(first, column)}"
            problem = f"{column} holds for {name} as a whole, and is {there}"
            remedy = "Write the same, or leave all rows but one blank."
            yield content.fault(row, column, "two_of_a_funder", problem, remedy)


def _domestic(content: Content, rows: list[Record], home: Record | None, least: Record | None) -> Iterator[Finding]:
    if least is None or least.number_or("min_domestic_share", 0.0) <= 0.0:
        return
    if home is None:
        if not any("home" in row.row.cells for row in rows):  # An unreadable home is told itself.
            problem = f"no row of {least.text('funder')} says which country is its home"
            yield content.fault(least, "min_domestic_share", "needs_home", problem, "Fill home, or leave it blank.")
        return
    if all(row.items("countries") and home.text("home") not in row.items("countries") for row in rows):
        problem = f"none of its pots may pay in {home.text('home')}, its home, so that it can pay nothing"
        remedy = "Add the home to countries, or lower the share to 0."
        yield content.warning(least, "min_domestic_share", "funder_pays_nothing", problem, remedy)


def _together(content: Content, parts: list[Record | None]) -> Iterator[Finding]:
    """Yield that the parts of all funders together are less than a project."""
    shares = [(row, row.number_or("max_project_share", 1.0)) for row in parts if row is not None]
    total = sum(share for _, share in shares)
    if shares and len(shares) == len(parts) and total < 1.0 - _ROUNDING:
        problem = f"all funders together may pay {total:g} of a project's public money, so that none can be paid"
        yield content.warning(
            shares[0][0], "max_project_share", "parts_below_whole", problem, "Raise one, or clear it."
        )
