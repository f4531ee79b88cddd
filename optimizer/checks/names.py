"""Names that are taken: no loss may be called as the base case or another loss, no stage as purchases for stocks or training."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.cells import Record
from optimizer.checks.content import Content
from optimizer.findings import Finding

_BASE = "base"
_TAKEN = {"stockpile": "purchases for stocks", "training": "the training of people"}


def name_findings(content: Content) -> Iterator[Finding]:
    """Yield names that are taken."""
    yield from _losses(content)
    for row in content.rows("Recipes"):
        if row.text("stage") in _TAKEN:
            problem = f'"{row.text("stage")}" is the word for {_TAKEN[row.text("stage")]} in Budgets'
            yield content.fault(row, "stage", "name_taken", problem, "Write another stage.")


def _losses(content: Content) -> Iterator[Finding]:
    """Yield losses whose name, or the name of one of whose targets, is taken."""
    taken: dict[str, tuple[str, str]] = {_BASE: ("", "the case with nothing lost")}
    for row in content.rows("Disruptions"):
        mine = (row.text("scenario"), content.address(row, "scenario"))
        for name in _names(content, row):
            if taken.get(name, mine)[0] != mine[0]:  # The same cell twice is told as a duplicate key.
                problem = f'the loss "{name}" would have the name of {taken[name][1]}'
                yield content.fault(row, "scenario", "name_taken", problem, "Write another name.")
                break
            taken[name] = mine


def _names(content: Content, row: Record) -> list[str]:
    """Names of the scenarios that a row stands for."""
    if row.text("target") != "each":
        return [row.text("scenario")]
    return [f"{row.text('scenario')}:{target}" for target in content.each(row.text("kind"))]
