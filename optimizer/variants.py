"""The chain as it is, and what it would be with other supply or more plants: changes of cells, Workbook -> Workbook.

Reader, flows, audit and report all see the same changed cells. A diagnosis spends nothing and asks what can be served at
best: budgets, purchases for stocks, minimum coverages and the losses of the workbook are taken out, and a price of shortfall
counts for nothing. Rules on redundancy stay in the cells: they are counted, and told where they are missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from models.everything import Choice
from models.instance import Goal, Instance
from optimizer.cells import settings
from optimizer.workbook import Row, Table, Workbook

Cells = dict[str, object]
_LOSSES = "Disruptions"


class Variant(StrEnum):
    """A chain: as it is, all funded in time, or all at full capacity at once; each with outside supply and without."""

    AS_IS = "as_is"
    BUILT = "built"
    AT_ONCE = "at_once"
    AS_IS_ALONE = "as_is_alone"
    BUILT_ALONE = "built_alone"
    AT_ONCE_ALONE = "at_once_alone"

    @property
    def is_alone(self) -> bool:
        """Whether no outside supplier sells anything."""
        return self.value.endswith("_alone")


@dataclass(frozen=True)
class Target:
    """Something that may be lost: ``kind`` as in the sheet Disruptions."""

    kind: str
    name: str

    @property
    def scenario(self) -> str:
        """Name of its scenario."""
        return f"{self.kind}:{self.name}"


def as_it_is(workbook: Workbook) -> Workbook:
    """Take out of a workbook what money decides and what only a plan has to satisfy."""
    by_cost = settings(workbook).get("objective") == Goal.COST

    def no_limit(cells: Cells) -> Cells | None:
        return None if cells.get("setting") in ("budget_musd", "objective") else cells

    def best_effort(cells: Cells) -> Cells:
        ignored = {"min_coverage", "shortfall_usd_per_kg"} | ({"priority"} if by_cost else set())
        return {name: value for name, value in cells.items() if name not in ignored}

    def not_bought(cells: Cells) -> Cells:
        return {name: value for name, value in cells.items() if name != "purchase_usd_per_kg"}

    book = _changed(workbook, "Settings", no_limit)
    book = _changed(book, "Demand", best_effort)
    book = _changed(book, "Stockpiles", not_bought)
    return _changed(_changed(book, "Budgets", lambda _: None), _LOSSES, lambda _: None)


def without_outside_supply(workbook: Workbook) -> Workbook:
    """Let no outside supplier sell anything."""
    return _changed(workbook, "Imports", lambda cells: {**cells, "max_t": 0})


def with_built(workbook: Workbook, instance: Instance, choice: Choice) -> Workbook:
    """Build the chosen candidates at nameplate, each in its earliest year: from then on they count as committed."""

    def build(cells: Cells) -> Cells:
        name = str(cells.get("project", "")).strip()
        if name not in choice.built:
            return cells
        start = choice.built[name] + instance.projects[name].lead_years
        return _standing(cells, "committed") | {"first_year": start}

    return _changed(workbook, "Projects", build)


def with_built_at_once(workbook: Workbook, choice: Choice) -> Workbook:
    """Let the chosen candidates stand at full capacity from the first year: no lead time, no ramp-up."""

    def build(cells: Cells) -> Cells:
        name = str(cells.get("project", "")).strip()
        return _standing(cells, "existing") if name in choice.built else cells

    return _changed(workbook, "Projects", build)


def with_losses(workbook: Workbook, targets: Iterable[Target]) -> Workbook:
    """Lose each target alone, in all years."""
    rows = tuple(
        Row(n, {"scenario": target.scenario, "kind": target.kind, "target": target.name, "weight": 0})
        for n, target in enumerate(targets, start=2)
    )
    return replace(workbook, tables={**workbook.tables, _LOSSES: replace(workbook.table(_LOSSES), rows=rows)})


def _changed(workbook: Workbook, sheet: str, change: Callable[[Cells], Cells | None]) -> Workbook:
    """Change the cells of every row of a sheet; a row that becomes None goes."""
    table: Table = workbook.table(sheet)
    pairs = ((row, change(dict(row.cells))) for row in table.rows)
    rows = tuple(Row(row.number, cells) for row, cells in pairs if cells is not None)
    return replace(workbook, tables={**workbook.tables, sheet: replace(table, rows=rows)})


def _standing(cells: Cells, status: str) -> Cells:
    """The row of a candidate as that of a plant that stands: years of operation that nobody read before are left out."""
    return {name: x for name, x in cells.items() if name not in ("first_year", "last_year")} | {"status": status}
