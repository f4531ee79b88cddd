"""Smaller instances with the same least shortfall: each reduction with its conditions; the proofs are in FORMULATION.md.

They hold for the coverage step alone, which has no costs: the cost step sees the whole instance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from models.instance import Instance, Pot, Project


def without_dominated_years(instance: Instance) -> Instance:
    """Leave out the funding years of a project that an earlier one dominates.

    From the year on in which the last money that may pay for a project is there (without pots: from its first), funding it
    earlier costs the budget no more and gives no less capacity. Kept are the years up to the first such year.

    It holds for a project whose ramp never falls, that has no minimum utilization, in no rule on shares of countries, that
    needs no people where they are limited, whose pots all keep what is left for later years, and whose prerequisites are
    dominated no later than itself.
    """
    shared = {p for rule in instance.rules.values() if rule.max_country_share is not None for p in rule.conversion}
    enough: dict[str, int] = {}
    for p, project in instance.candidates.items():
        year = _money_is_there(instance, project)
        if project.funding_years and year is not None and p not in shared and _is_monotone(instance, project):
            enough[p] = max(year, project.funding_years[0])
    while tied := {p for p in enough if any(_is_late(instance, enough, p, q) for q in instance.projects[p].requires)}:
        enough = {p: year for p, year in enough.items() if p not in tied}
    projects = {
        name: replace(project, funding_years=tuple(v for v in project.funding_years if v <= enough[name]))
        if name in enough
        else project
        for name, project in instance.projects.items()
    }
    return replace(instance, projects=projects)


def loosened(instance: Instance) -> Instance:
    """Leave out minimum utilization, shares of countries and people: its least shortfall is never above that of the whole.

    Without them most funding years are dominated, so that a bound is found much faster.
    """
    projects = {name: replace(project, min_utilization=0.0) for name, project in instance.projects.items()}
    rules = {name: replace(rule, max_country_share=None) for name, rule in instance.rules.items()}
    return without_dominated_years(replace(instance, projects=projects, rules=rules, workforce={}))


def _is_monotone(instance: Instance, project: Project) -> bool:
    """Whether earlier funding never gives less capacity in any year, nor forces a plant to run, nor takes people sooner."""
    steps = project.output_fraction
    return (
        not instance.needs_people(project)
        and project.min_utilization == 0.0
        and all(a <= b for a, b in zip(steps, steps[1:], strict=False))
    )


def _is_late(instance: Instance, enough: dict[str, int], p: str, required: str) -> bool:
    """Whether a prerequisite may be funded only after p's own first year of enough money."""
    return required in instance.candidates and enough.get(required, instance.years[-1] + 1) > enough[p]


def _money_is_there(instance: Instance, project: Project) -> int | None:
    """First year from which on the pots that may pay for the project hold all they ever will; None: there is none."""
    able = [pot for pot in instance.pots.values() if _ever_pays(pot, project, instance.years)]
    if any(pot.year is not None and not pot.carry_over for pot in able):
        return None
    return max([instance.years[0], *(pot.year for pot in able if pot.year is not None)])


def _ever_pays(pot: Pot, project: Project, years: Iterable[int]) -> bool:
    return any(pot.pays(project.country, project.stage, t) for t in years)
