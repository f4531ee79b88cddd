"""Recipes, run within capacity, minimum utilization, running cost.

Needs RUNS, RUNNING_UNITS, CAPACITIES, Capacity_ktpy. Adds Run_ktpy and the cost term opex.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo

from models.instance import BASE, Instance
from models.network import Network


def add_production(m: Any, instance: Instance, networks: Mapping[str, Network]) -> None:
    """Add Run_ktpy, the limits that capacity and minimum utilization set to it, and the cost term opex."""
    m.Run_ktpy = pyo.Var(m.RUNS, domain=pyo.NonNegativeReals, doc="activity of unit u by recipe q, kt/year")
    recipes_of = defaultdict(list)
    for u, q, o, t, s in m.RUNS:
        recipes_of[u, t, s].append((q, o))
    stands = set(m.CAPACITIES)
    left = {
        (u, t, s): [
            (networks[s].scenario.project_left.get(p, 1.0), p) for p in networks[s].units[u].members if (p, t) in stands
        ]
        for u, t, s in m.RUNNING_UNITS
    }
    pressed = {
        (u, t, s): [
            (instance.projects[p].min_utilization, p) for _, p in members if instance.projects[p].min_utilization
        ]
        for (u, t, s), members in left.items()
        if s == BASE
    }
    m.LIMITED_UNITS = pyo.Set(initialize=[key for key in left if recipes_of[key]], dimen=3)
    m.PRESSED_UNITS = pyo.Set(initialize=[key for key, members in pressed.items() if members], dimen=3)

    @m.Constraint(
        m.LIMITED_UNITS, doc="what runs, over recipes and origins, is within what is left of capacity, kt/year"
    )
    def run_within_capacity(m, u, t, s):
        run = sum(m.Run_ktpy[u, q, o, t, s] for q, o in recipes_of[u, t, s])
        return run <= sum(share * m.Capacity_ktpy[p, t] for share, p in left[u, t, s])

    @m.Constraint(m.PRESSED_UNITS, doc="a funded candidate runs its minimum utilization in the base, kt/year")
    def run_at_least_the_minimum(m, u, t, s):
        run = sum(m.Run_ktpy[u, q, o, t, s] for q, o in recipes_of[u, t, s])
        return run >= sum(share * m.Capacity_ktpy[p, t] for share, p in pressed[u, t, s])

    m.running_cost = {
        s: {t: _opex(m, instance, recipes_of, x, t, s) for t in x.scenario.years}
        for s, x in networks.items()
        if x.layout.is_priced
    }
    m.cost_terms["opex"] = m.running_cost.get(BASE, {})


def _opex(m: Any, instance: Instance, recipes_of: Any, network: Network, t: int, s: str) -> Any:
    """Running cost of all plants in t: recipe's and project's opex x activity; a unit is one project, MUSD/year."""
    opex = {(r.process, r.name): r.opex_musd_per_kt for r in instance.recipes}
    return sum(
        (opex[instance.projects[u].process, q] + instance.projects[u].opex_musd_per_kt) * m.Run_ktpy[u, q, o, t, s]
        for u in network.units
        for q, o in recipes_of.get((u, t, s), ())
    )
