"""What is built if everything is: which candidates can stand together, and from when on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.instance import Instance, Project


@dataclass(frozen=True)
class Choice:
    """Which candidates are built if all are: project -> earliest funding year; project -> why it is left out."""

    built: Mapping[str, int]
    left_out: Mapping[str, str]


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
