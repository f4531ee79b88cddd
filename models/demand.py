"""Served demand and shortfall.

Needs DEMANDS, SERVINGS. Adds Served_ktpy, Shortfall_ktpy, each scenario's weighted shortfall and the cost term shortfall.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo

from models.instance import BASE, Goal, Instance
from models.network import Network
from models.relief import add_relief


def add_demand(m: Any, instance: Instance, networks: Mapping[str, Network], goal: Goal) -> None:
    """Add service and shortfall of every demand group, minimum coverage in the base, WeightedShortfall_kt by scenario."""
    rows = instance.demands
    members = {(d, s): network.groups[d].members for s, network in networks.items() for d in network.groups}
    m.demand_kt = {(d, t, s): sum(rows[x].demand_kt[t] for x in members[d, s]) for d, t, s in m.DEMANDS}
    m.priority = {(d, t, s): rows[members[d, s][0]].priority[t] for d, t, s in m.DEMANDS}
    served_by = defaultdict(list)
    for d, o, t, s in m.SERVINGS:
        served_by[d, t, s].append(o)

    m.Served_ktpy = pyo.Var(m.SERVINGS, domain=pyo.NonNegativeReals, doc="demand d served from origin o, kt/year")
    m.Shortfall_ktpy = pyo.Var(m.DEMANDS, domain=pyo.NonNegativeReals, doc="demand d not served, kt/year")

    @m.Constraint(m.DEMANDS, doc="what is served and what falls short add up to the demand, kt/year")
    def demand_is_accounted_for(m, d, t, s):
        served = sum(m.Served_ktpy[d, o, t, s] for o in served_by[d, t, s])
        return served + m.Shortfall_ktpy[d, t, s] == m.demand_kt[d, t, s]

    must = {
        (d, t, s): sum(_must_serve(instance, x, t, goal) * rows[x].demand_kt[t] for x in members[d, s])
        for d, t, s in m.DEMANDS
        if s == BASE
    }
    m.MUST_SERVE = pyo.Set(initialize=[key for key, least in must.items() if least > 0.0], dimen=3)

    relief = add_relief(m, "minimum_coverage_is_served", m.MUST_SERVE, "kt")

    @m.Constraint(m.MUST_SERVE, doc="the minimum coverage of a demand is served in the base, kt/year")
    def minimum_coverage_is_served(m, d, t, s):
        return m.Shortfall_ktpy[d, t, s] <= m.demand_kt[d, t, s] - must[d, t, s] + relief[d, t, s]

    @m.Expression(m.SCENARIOS, doc="priority-weighted shortfall of a scenario, scaled to its span, kt")
    def WeightedShortfall_kt(m, s):
        scale = networks[s].scenario.scale
        return scale * sum(
            m.priority[d, t, s] * m.Shortfall_ktpy[d, t, s]
            for t in networks[s].scenario.years
            for d in networks[s].groups
            if m.priority[d, t, s]
        )

    m.cost_terms["shortfall"] = (
        {t: _shortfall_cost(m, instance, members, t) for t in networks[BASE].scenario.years}
        if goal is Goal.COST and BASE in networks
        else {}
    )


def _must_serve(instance: Instance, d: str, t: int, goal: Goal) -> float:
    """Share of a row that must be served in the base: all of it where objective cost gives a tonne short no price."""
    row = instance.demands[d]
    unpriced = goal is Goal.COST and row.shortfall_musd_per_kt[t] is None
    return 1.0 if unpriced else row.min_coverage[t]


def _shortfall_cost(m: Any, instance: Instance, members: Any, t: int) -> Any:
    """Price of what falls short in the base; a group of the country layout is one row."""
    return sum(
        (instance.demands[x].shortfall_musd_per_kt[t] or 0.0) * m.Shortfall_ktpy[x, t, BASE]
        for (x, s) in members
        if s == BASE and instance.demands[x].shortfall_musd_per_kt[t]
    )
