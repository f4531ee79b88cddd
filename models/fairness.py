"""Limits on burden and benefit: a country's share of the money, of a stage's capacity, of the jobs, and of its own demand.

Needs Outlay_musd, Capacity_ktpy, Size_ktpy; for coverage Shortfall_ktpy of the base. A share is amount / total, written as
amount >= share x total, so that nothing at all satisfies it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pyomo.environ as pyo

from models.instance import BASE, FairMeasure, FairnessRule, Instance
from models.investment import size_share
from models.relief import add_relief


def add_fairness(m: Any, instance: Instance) -> None:
    """Add Part and Whole of the rules on money, capacity and jobs, and what the part must and may be of the whole."""
    rules = {r: rule for r, rule in instance.fairness.items() if rule.measure is not FairMeasure.COVERAGE}
    m.SHARE_RULES = pyo.Set(initialize=list(rules))
    m.LEAST_SHARES = pyo.Set(initialize=[r for r, rule in rules.items() if rule.min_share is not None])
    m.MOST_SHARES = pyo.Set(initialize=[r for r, rule in rules.items() if rule.max_share is not None])

    @m.Expression(m.SHARE_RULES, doc="what the country of rule r has, MUSD, kt/year or people")
    def Part(m, r):
        return _amount(m, instance, rules[r], [rules[r].country])

    @m.Expression(m.SHARE_RULES, doc="what all countries of rule r have, MUSD, kt/year or people")
    def Whole(m, r):
        return _amount(m, instance, rules[r], instance.countries)

    missing = add_relief(m, "share_is_reached", m.LEAST_SHARES, "MUSD, kt/year or people")
    excess = add_relief(m, "share_is_kept_down", m.MOST_SHARES, "MUSD, kt/year or people")

    @m.Constraint(m.LEAST_SHARES, doc="a country has at least its share of the whole, MUSD, kt/year or people")
    def share_is_reached(m, r):
        return rules[r].min_share * m.Whole[r] - m.Part[r] <= missing[r]

    @m.Constraint(m.MOST_SHARES, doc="a country has at most its share of the whole, MUSD, kt/year or people")
    def share_is_kept_down(m, r):
        return m.Part[r] - rules[r].max_share * m.Whole[r] <= excess[r]


def add_fair_coverage(m: Any, instance: Instance) -> None:
    """Add the least share of a country's demand that is served in the base over all years.

    What it may be short in a year is a first decision, so that the years of the base do not see each other.
    """
    add_served_countries(m, instance)
    rules = {r: rule for r, rule in instance.fairness.items() if rule.measure is FairMeasure.COVERAGE}
    m.COVERAGE_RULES = pyo.Set(initialize=list(rules))
    short = add_relief(m, "spared_within_share", m.COVERAGE_RULES, "kt")

    @m.Constraint(m.COVERAGE_RULES, doc="a country is short of no more than its share over all years, kt")
    def spared_within_share(m, r):
        demand = sum(demand_kt(instance, rules[r].country, t) for t in instance.years)
        return sum(m.Spared_kt[r, t] for t in instance.years) <= (1.0 - (rules[r].min_share or 0.0)) * demand + short[r]


def add_served_countries(m: Any, instance: Instance) -> None:
    """Add Spared_kt, what a country with a rule on its coverage may be short in a year of the base, and that it is no more."""
    rules = {r: rule for r, rule in instance.fairness.items() if rule.measure is FairMeasure.COVERAGE}
    base = m.networks.get(BASE)
    years = () if base is None else base.scenario.years
    m.SPARED = pyo.Set(initialize=[(r, t) for r in rules for t in years], dimen=2)
    m.Spared_kt = pyo.Var(
        m.SPARED,
        bounds=lambda m, r, t: (0.0, demand_kt(instance, rules[r].country, t)),
        doc="what the country of rule r may be short in t, kt",
    )

    @m.Constraint(m.SPARED, doc="a country is short in a year of no more than it may be, kt/year")
    def country_is_served(m, r, t):
        rows = [d for d, x in base.groups.items() if instance.demands[x.members[0]].country == rules[r].country]
        return sum(m.Shortfall_ktpy[d, t, BASE] for d in rows) <= m.Spared_kt[r, t]


def demand_kt(instance: Instance, country: str, t: int) -> float:
    """All demand of a country in a year, kt."""
    return sum(row.demand_kt[t] for row in instance.demands.values() if row.country == country)


def of_money(instance: Instance) -> Instance:
    """The case with the rules on money alone."""
    rules = {r: rule for r, rule in instance.fairness.items() if rule.measure is FairMeasure.MONEY}
    return replace(instance, fairness=rules)


def counted_capacity(instance: Instance, rule: FairnessRule) -> tuple[str, ...]:
    """Projects whose capacity a rule looks at: the allied ones of its stage; none where it looks at something else."""
    return tuple(
        p
        for p, project in instance.projects.items()
        if rule.measure is FairMeasure.CAPACITY
        and project.stage == rule.stage
        and instance.countries[project.country].ally
    )


def _amount(m: Any, instance: Instance, rule: FairnessRule, countries: Iterable[str]) -> Any:
    """Money of all years, undiscounted, capacity in the rule's year, or jobs of what is funded, in some countries."""
    within, projects = set(countries), instance.projects
    if rule.measure is FairMeasure.CAPACITY:
        counted = [p for p in counted_capacity(instance, rule) if projects[p].country in within]
        return sum(m.Capacity_ktpy[p, rule.year] for p in counted if (p, rule.year) in m.CAPACITIES)
    candidates = [p for p in m.CANDIDATES if projects[p].country in within]
    if rule.measure is FairMeasure.MONEY:
        return sum(m.Outlay_musd[p, t] for p in candidates for t in m.YEARS)
    return sum(
        projects[p].workforce * size_share(m, projects[p], v)
        for p in candidates
        if projects[p].workforce
        for v in m.fundings_of.get(p, ())
    )
