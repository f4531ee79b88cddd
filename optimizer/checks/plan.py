"""The sheet Plan: candidates, funded in years and sizes in which they may be funded."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.cells import Record
from optimizer.checks.content import Content, tonnes
from optimizer.findings import Finding


def plan_findings(content: Content) -> Iterator[Finding]:
    """Yield rows of Plan that no plan of the case could hold."""
    projects = {row.text("project"): row for row in content.rows("Projects")}
    groups: dict[str, Record] = {}
    for row in content.rows("Plan"):
        project = projects.get(row.text("project"))
        if project is None:
            continue  # Told as an unknown reference.
        if project.text("status") != "candidate":
            problem = f"is {project.text('status')} and stands without being funded"
            yield content.fault(row, "project", "not_a_candidate", problem, "Delete the row, or write a candidate.")
            continue
        yield from _year(content, row, project)
        yield from _size(content, row, project)
        group = project.text("group")
        if group and group in groups and groups[group].text("project") != row.text("project"):
            problem = f"of the group {group} the plan funds another in {content.address(groups[group], 'project')}"
            yield content.fault(row, "project", "two_of_a_group", problem, "Keep one of the two rows.")
        groups.setdefault(group, row)


def _year(content: Content, row: Record, project: Record) -> Iterator[Finding]:
    year, years = row.year("funded_year"), content.years()
    if year is None or not years:
        return
    first = max(project.year("first_funding_year") or years[0], years[0])
    if not first <= year <= years[-1]:
        remedy = f"Write a year from {first} to {years[-1]}." if first <= years[-1] else "Delete the row."
        yield content.fault(row, "funded_year", "not_a_funding_year", "it may not be funded in this year", remedy)


def _size(content: Content, row: Record, project: Record) -> Iterator[Finding]:
    size, nameplate = row.number("size_t_per_year"), project.number("capacity_t_per_year")
    if size is None or nameplate is None:
        return
    least = project.number_or("min_capacity_t_per_year", nameplate)
    if not least <= size <= nameplate:
        span = tonnes(nameplate) if least == nameplate else f"{tonnes(least)} to {tonnes(nameplate)}"
        remedy = f"Write {span} t per year."
        yield content.fault(row, "size_t_per_year", "not_a_size", "the project cannot have this size", remedy)
