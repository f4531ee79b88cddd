"""The chain as it is, and what it would be with other supply or more plants: changes of cells, Workbook -> Workbook.

Reader, flows, audit and report all see the same changed cells. A diagnosis spends nothing and asks what can be served at
best: budgets, purchases for stocks, minimum coverages and the losses of the workbook are taken out, and a price of shortfall
counts for nothing. Rules on redundancy stay in the cells: they are counted, and told where they are missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from models.instance import Goal, Instance, Project
from optimizer.cells import settings
from optimizer.workbook import Row, Table, Workbook

Cells = dict[str, object]
_LOSSES = "Disruptions"


@dataclass(frozen=True)
class Choice:
    """Which candidates are built if all are: project -> earliest funding year; project -> why it is left out."""

    built: Mapping[str, int]
    left_out: Mapping[str, str]


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


def everything_built(instance: Instance) -> Choice:
    """Choose what is built if everything is: of a group the largest, and nothing that requires what is not built."""
    left_out = {p: "cannot be funded in any year of the horizon" for p in _without_year(instance)}
    while True:
        chosen = _one_of_each_group(instance, left_out)
        lacking = {
            p: f"requires {q}, which is not built"
            for p in chosen
            for q in instance.projects[p].requires
            if q in instance.candidates and q not in chosen
        }
        if not lacking:
            break
        left_out |= lacking
    for p, project in instance.candidates.items():
        if p not in chosen and p not in left_out:
            left_out[p] = _outdone(instance, project, chosen)
    return Choice(_earliest(instance, chosen), left_out)


def _changed(workbook: Workbook, sheet: str, change: Callable[[Cells], Cells | None]) -> Workbook:
    """Change the cells of every row of a sheet; a row that becomes None goes."""
    table: Table = workbook.table(sheet)
    pairs = ((row, change(dict(row.cells))) for row in table.rows)
    rows = tuple(Row(row.number, cells) for row, cells in pairs if cells is not None)
    return replace(workbook, tables={**workbook.tables, sheet: replace(table, rows=rows)})


def _standing(cells: Cells, status: str) -> Cells:
    """The row of a candidate as that of a plant that stands: years of operation that nobody read before are left out."""
    return {name: x for name, x in cells.items() if name not in ("first_year", "last_year")} | {"status": status}


def _without_year(instance: Instance) -> list[str]:
    return [p for p, project in instance.candidates.items() if not project.funding_years]


def _one_of_each_group(instance: Instance, left_out: Mapping[str, str]) -> list[str]:
    """The candidates that are not left out, of each group only the largest, none where a standing plant fills it."""
    filled = {project.group for project in instance.projects.values() if not project.is_candidate and project.group}
    free = [x for p, x in instance.candidates.items() if p not in left_out and x.group not in filled]
    best: dict[str, Project] = {}
    for project in free:
        if project.group and project.nameplate_ktpy > best.get(project.group, project).nameplate_ktpy - 1e-12:
            best.setdefault(project.group, project)
            if project.nameplate_ktpy > best[project.group].nameplate_ktpy:
                best[project.group] = project
    return [project.name for project in free if not project.group or best[project.group] is project]


def _outdone(instance: Instance, project: Project, chosen: Iterable[str]) -> str:
    """Why a member of a group is not the one that is built."""
    winner = next((p for p in chosen if instance.projects[p].group == project.group), None)
    if winner is None:
        holder = next(x.name for x in instance.projects.values() if not x.is_candidate and x.group == project.group)
        return f"its group {project.group} is filled by {holder}"
    return f"only one of group {project.group} can be built: the largest, {winner}"


def _earliest(instance: Instance, chosen: Iterable[str]) -> dict[str, int]:
    """Earliest funding year of each: never before what it requires."""
    years = {p: instance.projects[p].funding_years[0] for p in chosen}
    changed = True
    while changed:
        changed = False
        for p in years:
            latest = max([years[p], *(years[q] for q in instance.projects[p].requires if q in years)])
            changed, years[p] = changed or latest > years[p], latest
    return years
