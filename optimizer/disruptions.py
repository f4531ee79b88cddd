"""Rows of Disruptions -> scenarios: ``each`` becomes one scenario per target, spans and checked years are cut to the plan."""

from __future__ import annotations

from models.instance import BASE, Project, Scenario
from optimizer.cells import Record, records
from optimizer.workbook import Workbook


def expand_scenarios(
    workbook: Workbook, years: tuple[int, ...], projects: dict[str, Project], suppliers: tuple[str, ...]
) -> dict[str, Scenario]:
    """Return the base and every disruption by name, in the order of the sheet."""
    scenarios = {BASE: Scenario(BASE, span=years, years=years)}
    for row in records(workbook, "Disruptions"):
        targets, shared = _targets(workbook, row, projects, suppliers)
        for target in targets:
            name = f"{row.text('scenario')}:{target}" if shared else row.text("scenario")
            scenarios[name] = _scenario(row, name, target, len(targets), years, projects)
    return scenarios


def _targets(
    workbook: Workbook, row: Record, projects: dict[str, Project], suppliers: tuple[str, ...]
) -> tuple[list[str], bool]:
    """Return what is lost, and whether the row says ``each``."""
    if row.text("target") != "each":
        return [row.text("target")], False
    match row.text("kind"):
        case "lose_country":
            listed = records(workbook, "Countries")
            return [c.text("country") for c in listed if c.flag("may_be_lost", c.flag("ally", False))], True
        case "lose_project":
            return list(dict.fromkeys(p.site for p in projects.values())), True
        case _:
            return list(suppliers), True


def _scenario(
    row: Record, name: str, target: str, targets: int, years: tuple[int, ...], projects: dict[str, Project]
) -> Scenario:
    start = row.year("from_year") or years[0]
    length = row.year("years")
    span = tuple(t for t in years if t >= start and (length is None or t < start + length))
    checked = row.items("check_years")
    severity = row.number_or("severity", 1.0)
    kind = row.text("kind")
    sites = {projects[target].site} if target in projects else {target}
    hit = {
        p.name: 1.0 - severity
        for p in projects.values()
        if (kind == "lose_country" and p.country == target) or (kind == "lose_project" and p.site in sites)
    }
    return Scenario(
        name=name,
        span=span,
        years=tuple(t for t in span if not checked or t in checked),
        weight=row.number_or("weight", 1.0) / targets,
        project_left=hit,
        supplier_left={} if kind == "lose_project" else {target: 1.0 - severity},
        closed_country=target if kind == "lose_country" and severity >= 1.0 else None,
        sector=row.text("sector") or None,
        min_coverage=row.number("min_coverage"),
    )
