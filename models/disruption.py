"""What the losses ask of the plan: the resilience measure, and what must still be served.

Needs WeightedShortfall_kt, Shortfall_ktpy. Adds the minimum that survives, and TotalShortfall_kt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo

from models.instance import BASE, Goal, Instance, Measure, Scenario
from models.network import Network
from models.relief import add_relief


def add_guards(m: Any, instance: Instance, networks: Mapping[str, Network]) -> None:
    """Add the minimum coverage under disruption."""
    guarded = {s: x for s, x in networks.items() if x.scenario.min_coverage is not None}
    checked = [(t, s) for s, x in guarded.items() for t in x.scenario.years if _rows(instance, x, t)]
    m.GUARDED = pyo.Set(initialize=checked, dimen=2)

    relief = add_relief(m, "minimum_coverage_survives", m.GUARDED, "kt")

    @m.Constraint(m.GUARDED, doc="what a loss must leave served of a sector is served in every evaluated year, kt/year")
    def minimum_coverage_survives(m, t, s):
        groups = _rows(instance, networks[s], t)
        demand = sum(m.demand_kt[d, t, s] for d in groups)
        spared = (1.0 - (networks[s].scenario.min_coverage or 0.0)) * demand
        return sum(m.Shortfall_ktpy[d, t, s] for d in groups) <= spared + relief[t, s]


def add_resilience(m: Any, instance: Instance) -> None:
    """Add TotalShortfall_kt = base + weight x measure (average or worst) over the disruptions."""
    weights = weighed(instance)
    total = sum(weights.values())
    worst = instance.measure is Measure.WORST
    m.WORST_OF = pyo.Set(initialize=list(weights) if worst else [])
    m.MEASURED = pyo.Set(initialize=["worst"] if m.WORST_OF else [])
    m.WorstShortfall_kt = pyo.Var(
        m.MEASURED, domain=pyo.NonNegativeReals, doc="weighted shortfall of the worst loss, kt"
    )

    @m.Constraint(m.WORST_OF, doc="the worst loss is at least as bad as each, kt")
    def worst_is_at_least_each(m, s):
        return m.WorstShortfall_kt["worst"] >= m.WeightedShortfall_kt[s]

    @m.Expression(doc="weighted shortfall: base and the measure over the losses, kt")
    def TotalShortfall_kt(m):
        average = sum(w / total * m.WeightedShortfall_kt[s] for s, w in weights.items()) if not worst else 0.0
        measure = sum(m.WorstShortfall_kt.values()) if worst else average
        return m.WeightedShortfall_kt[BASE] + instance.resilience_weight * measure


def weighed(instance: Instance) -> dict[str, float]:
    """Scenarios that count in the measure, with their weight: none with objective cost or resilience weight 0."""
    if instance.goal is Goal.COST or instance.resilience_weight == 0.0:
        return {}
    return {x.name: x.weight for x in instance.disruptions if x.weight > 0.0 and x.years}


def matters(instance: Instance, scenario: Scenario) -> bool:
    """Whether a scenario has a part in the plan: by the measure or by what it must leave served."""
    return scenario.is_base or scenario.min_coverage is not None or scenario.name in weighed(instance)


def _rows(instance: Instance, network: Network, t: int) -> list[str]:
    """Demand groups that the minimum of the scenario speaks of, where there is demand."""
    sector = network.scenario.sector
    return [
        d
        for d, group in network.groups.items()
        if sector is None or instance.demands[group.members[0]].sector == sector
        if any(instance.demands[x].demand_kt[t] for x in group.members)
    ]
