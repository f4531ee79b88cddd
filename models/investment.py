"""Fund, size, lead time, ramp-up, capacity, capital cost.

Needs CANDIDATES, FUNDINGS, SIZABLE_FUNDINGS, CAPACITIES. Adds the plan's first decisions, the capacity that stands, what is
spent on it by year, and the cost terms capex and fixed_opex.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from models.finance import annuity
from models.instance import CapexCharge, Instance, Project


def add_investment(m: Any, instance: Instance, relaxed: bool = False) -> None:
    """Add Fund, Size_ktpy, Capacity_ktpy, CapexSpent_musd and the cost terms capex and fixed_opex."""
    projects, last = instance.projects, instance.years[-1]
    charged = instance.capex_charge is CapexCharge.ANNUITY

    m.nameplate_capex_musd = {p: project.capex_musd for p, project in instance.candidates.items()}
    m.Fund = pyo.Var(
        m.FUNDINGS, domain=pyo.UnitInterval if relaxed else pyo.Binary, doc="project p is funded in year v"
    )
    m.SizeAboveSmallest_ktpy = pyo.Var(
        m.SIZABLE_FUNDINGS, domain=pyo.NonNegativeReals, doc="by how much p funded in v is larger than need be, kt/year"
    )
    m.Capacity_ktpy = pyo.Var(m.CAPACITIES, domain=pyo.NonNegativeReals, doc="capacity of p that stands in t, kt/year")

    @m.Expression(m.FUNDINGS, doc="size of p funded in v: the nameplate where all or nothing, kt/year")
    def Size_ktpy(m, p, v):
        if (p, v) in m.SIZABLE_FUNDINGS:
            return projects[p].min_size_ktpy * m.Fund[p, v] + m.SizeAboveSmallest_ktpy[p, v]
        return projects[p].nameplate_ktpy * m.Fund[p, v]

    @m.Expression(m.FUNDINGS, doc="capital cost of p funded in v, MUSD")
    def Capex_musd(m, p, v):
        fixed, variable = _capex_parts(projects[p])
        return fixed * m.Fund[p, v] + variable * m.Size_ktpy[p, v]

    m.FUNDABLE = pyo.Set(initialize=list(m.fundings_of))

    @m.Constraint(m.FUNDABLE, doc="a project is funded at most once")
    def funded_at_most_once(m, p):
        return sum(m.Fund[p, v] for v in m.fundings_of[p]) <= 1

    @m.Constraint(
        m.SIZABLE_FUNDINGS, doc="what is funded has at most the nameplate, and nothing without funding, kt/year"
    )
    def size_is_at_most_the_nameplate(m, p, v):
        range_ktpy = projects[p].nameplate_ktpy - projects[p].min_size_ktpy
        return m.SizeAboveSmallest_ktpy[p, v] <= range_ktpy * m.Fund[p, v]

    @m.Constraint(m.CAPACITIES, doc="capacity is what stands already and the ramped size of what was funded, kt/year")
    def capacity_stands(m, p, t):
        standing = projects[p].nameplate_ktpy * projects[p].fixed_fraction.get(t, 0.0)
        ramped = sum(projects[p].fraction(v, t) * m.Size_ktpy[p, v] for v in _begun(m, projects[p], t))
        return m.Capacity_ktpy[p, t] == standing + ramped

    groups, free = _groups(m, instance)
    m.GROUPS = pyo.Set(initialize=list(groups))

    @m.Constraint(m.GROUPS, doc="at most one of a group is ever funded; a standing member fills it")
    def at_most_one_of_a_group(m, group):
        return sum(m.Fund[p, v] for p in groups[group] for v in m.fundings_of.get(p, ())) <= free[group]

    m.PREREQUISITES = pyo.Set(initialize=_prerequisites(m, instance), dimen=3)

    @m.Constraint(m.PREREQUISITES, doc="what a project requires is funded in the same year or before")
    def prerequisite_is_funded_before(m, p, required, v):
        now = sum(m.Fund[p, y] for y in m.fundings_of[p] if y <= v)
        return now <= sum(m.Fund[required, y] for y in m.fundings_of.get(required, ()) if y <= v)

    @m.Expression(m.CANDIDATES, m.YEARS, doc="capital spent on p in t by the spend profile, MUSD")
    def CapexSpent_musd(m, p, t):
        return sum(
            spend_share(projects[p], v, t, last) * m.Capex_musd[p, v] for v in m.fundings_of.get(p, ()) if v <= t
        )

    m.cost_terms["capex"] = {t: _capex_charged(m, instance, t) if charged else _capex_spent(m, t) for t in m.YEARS}
    m.cost_terms["fixed_opex"] = {t: _fixed_opex(m, instance, t) for t in m.YEARS}


def spend_share(project: Project, v: int, t: int, last: int) -> float:
    """Share of the outlay that falls in year t if funded in v; what lies beyond the last year falls in it."""
    shares = [share for n, share in enumerate(project.spend) if min(v + n, last) == t]
    return sum(shares)


def _capex_parts(project: Project) -> tuple[float, float]:
    """Capex = fixed part x funded + slope x size: capex x (f + (1 - f) x size / nameplate)."""
    fixed = project.capex_musd * project.fixed_capex_share
    slope = (project.capex_musd - fixed) / project.nameplate_ktpy if project.nameplate_ktpy else 0.0
    return (fixed, slope) if project.nameplate_ktpy else (project.capex_musd, 0.0)


def _begun(m: Any, project: Project, t: int) -> list[int]:
    """Years v from which a funding gives capacity in t."""
    return [v for v in m.fundings_of.get(project.name, ()) if project.fraction(v, t) > 0.0]


def _groups(m: Any, instance: Instance) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Return candidates of each group, and how many may be funded: none where a standing project fills it."""
    fundable = [instance.projects[p] for p in m.FUNDABLE]
    names = dict.fromkeys(project.group for project in fundable if project.group)
    members = {name: [project.name for project in fundable if project.group == name] for name in names}
    filled = {project.group for project in instance.projects.values() if not project.is_candidate}
    return members, {name: 0 if name in filled else 1 for name in names}


def _prerequisites(m: Any, instance: Instance) -> list[tuple[str, str, int]]:
    """(p, required, v): standing projects count as satisfied."""
    return [
        (p, required, v)
        for p, project in instance.candidates.items()
        for required in project.requires
        if required in instance.candidates
        for v in m.fundings_of.get(p, ())
    ]


def _capex_spent(m: Any, t: int) -> Any:
    return sum(m.CapexSpent_musd[p, t] for p in m.CANDIDATES)


def _capex_charged(m: Any, instance: Instance, t: int) -> Any:
    """Annuities due in t: from the funding year, for life_years."""
    rate = instance.discount_rate
    return sum(
        annuity(rate, life) * m.Capex_musd[p, v]
        for p, v in m.FUNDINGS
        if v <= t < v + (life := instance.projects[p].life_years or 1)
    )


def _fixed_opex(m: Any, instance: Instance, t: int) -> Any:
    """Fixed opex of every operating year, run or not, without the ramp: at nameplate x size / nameplate."""
    standing = sum(
        project.fixed_opex_musd_per_year
        for project in instance.projects.values()
        if not project.is_candidate and t in project.fixed_fraction
    )
    funded = sum(
        project.fixed_opex_musd_per_year * size_share(m, project, v)
        for p, project in instance.candidates.items()
        for v in m.fundings_of.get(p, ())
        if project.operates(v, t) and project.fixed_opex_musd_per_year
    )
    return standing + funded


def size_share(m: Any, project: Project, v: int) -> Any:
    """Size / nameplate; what has no capacity at all is there in full or not at all."""
    if not project.nameplate_ktpy:
        return m.Fund[project.name, v]
    return 1.0 / project.nameplate_ktpy * m.Size_ktpy[project.name, v]
