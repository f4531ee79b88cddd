"""Redundancy rules: how many allied countries and projects, and what share of one country.

Needs CAPACITIES, Capacity_ktpy, Fund. Counts by that year's ramped base capacity.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from models.instance import Instance, Project, Rule
from models.relief import add_relief

_WITHIN = 1e-9


def add_redundancy(m: Any, instance: Instance, relaxed: bool = False) -> None:
    """Add CountProject and CountCountry (whether one counts), the minimum numbers, and the largest share."""
    rules = instance.rules
    counted = _counted(m, instance)
    by_country: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for r, p, t in counted:
        by_country[r, instance.projects[p].country, t].append(p)
    m.PROJECT_RULES = pyo.Set(initialize=_needed(instance, "min_projects"), dimen=2)
    m.COUNTRY_RULES = pyo.Set(initialize=_needed(instance, "min_countries"), dimen=2)
    per_project, per_country = set(m.PROJECT_RULES), set(m.COUNTRY_RULES)
    m.COUNTED_PROJECTS = pyo.Set(initialize=[(r, p, t) for r, p, t in counted if (r, t) in per_project], dimen=3)
    m.COUNTED_COUNTRIES = pyo.Set(initialize=[(r, c, t) for r, c, t in by_country if (r, t) in per_country], dimen=3)
    domain = pyo.UnitInterval if relaxed else pyo.Binary
    m.CountProject = pyo.Var(m.COUNTED_PROJECTS, domain=domain, doc="project p counts for rule r in t")
    m.CountCountry = pyo.Var(m.COUNTED_COUNTRIES, domain=domain, doc="country c counts for rule r in t")

    @m.Constraint(m.COUNTED_PROJECTS, doc="a project counts only with the rule's capacity, kt/year")
    def project_counts_with_capacity(m, r, p, t):
        capacity = rules[r].conversion[p] * m.Capacity_ktpy[p, t]
        return rules[r].min_capacity_ktpy * m.CountProject[r, p, t] <= capacity

    @m.Constraint(m.COUNTED_COUNTRIES, doc="a country counts only if its projects together have the capacity, kt/year")
    def country_counts_with_capacity(m, r, c, t):
        capacity = sum(rules[r].conversion[p] * m.Capacity_ktpy[p, t] for p in by_country[r, c, t])
        return rules[r].min_capacity_ktpy * m.CountCountry[r, c, t] <= capacity

    # The same with every capacity cut at what is needed: implied for whole fundings, tighter for fractions of them. Alone, a
    # plant that is too small even at its nameplate never counts; in a country it counts for its part.
    @m.Constraint(m.COUNTED_PROJECTS, doc="a project counts only if it stands or is funded in time")
    def project_counts_if_funded(m, r, p, t):
        return m.CountProject[r, p, t] <= _funded_share(m, instance, rules[r], p, t, alone=True)

    @m.Constraint(m.COUNTED_COUNTRIES, doc="a country counts only if one of its projects stands or is funded in time")
    def country_counts_if_funded(m, r, c, t):
        parts = (_funded_share(m, instance, rules[r], p, t, alone=False) for p in by_country[r, c, t])
        return m.CountCountry[r, c, t] <= sum(parts)

    missing_projects = add_relief(m, "enough_projects", m.PROJECT_RULES, "projects")
    missing_countries = add_relief(m, "enough_countries", m.COUNTRY_RULES, "countries")

    @m.Constraint(m.PROJECT_RULES, doc="enough allied projects count")
    def enough_projects(m, r, t):
        total = sum(m.CountProject[x, p, y] for x, p, y in m.COUNTED_PROJECTS if (x, y) == (r, t))
        return total + missing_projects[r, t] >= rules[r].min_projects

    @m.Constraint(m.COUNTRY_RULES, doc="enough allied countries count")
    def enough_countries(m, r, t):
        total = sum(m.CountCountry[x, c, y] for x, c, y in m.COUNTED_COUNTRIES if (x, y) == (r, t))
        return total + missing_countries[r, t] >= rules[r].min_countries

    shared = [(r, c, t) for r, c, t in by_country if rules[r].max_country_share is not None]
    m.SHARED = pyo.Set(initialize=shared, dimen=3)
    excess = add_relief(m, "country_share_within_limit", m.SHARED, "kt")

    @m.Constraint(m.SHARED, doc="no allied country has more than the share of all allied capacity, kt/year")
    def country_share_within_limit(m, r, c, t):
        def capacity(country: str) -> Any:
            return sum(rules[r].conversion[p] * m.Capacity_ktpy[p, t] for p in by_country[r, country, t])

        everyone = sum(capacity(x) for y, x, z in by_country if (y, z) == (r, t))
        return capacity(c) <= rules[r].max_country_share * everyone + excess[r, c, t]


def _counted(m: Any, instance: Instance) -> list[tuple[str, str, int]]:
    """(r, p, t): projects in a rule's scope that may have capacity in a year of the rule."""
    stands = set(m.CAPACITIES)
    return [
        (r, p, t)
        for r, rule in instance.rules.items()
        for p in rule.conversion
        for t in instance.years
        if t >= rule.from_year and (p, t) in stands
    ]


def _needed(instance: Instance, limit: str) -> list[tuple[str, int]]:
    """(r, t) in which a minimum number must be asked for.

    Candidates never close, so where no plant in scope has less capacity than the year before, the rule of the year
    before implies this year's, and is not written again.
    """
    return [
        (r, t)
        for r, rule in instance.rules.items()
        if (getattr(rule, limit) or 0) > 0
        for t in instance.years
        if t >= rule.from_year and (t == max(rule.from_year, instance.years[0]) or _may_fall(instance, rule, t))
    ]


def _may_fall(instance: Instance, rule: Rule, t: int) -> bool:
    """Whether some plant of the rule may have less capacity in t than in t - 1."""
    return any(_falls(instance.projects[p], t) for p in rule.conversion)


def _falls(project: Project, t: int) -> bool:
    if project.is_candidate:
        steps = project.output_fraction
        return any(later < earlier for earlier, later in zip(steps, steps[1:], strict=False))
    return project.fixed_fraction.get(t, 0.0) < project.fixed_fraction.get(t - 1, 0.0)


def _funded_share(m: Any, instance: Instance, rule: Rule, p: str, t: int, alone: bool) -> Any:
    """Sum over fundings of share x Fund, share = min(1, ramped nameplate / capacity needed), alone rounded down."""
    project = instance.projects[p]

    def share(fraction: float) -> float:
        capacity = rule.conversion[p] * project.nameplate_ktpy * fraction
        if capacity >= rule.min_capacity_ktpy * (1 - _WITHIN):
            return 1.0
        return 0.0 if alone else capacity / rule.min_capacity_ktpy

    standing = share(project.fixed_fraction.get(t, 0.0))
    return standing + sum(
        share(project.fraction(v, t)) * m.Fund[p, v] for v in m.fundings_of.get(p, ()) if project.fraction(v, t) > 0.0
    )
