"""The dispatch of one scenario under a plan: everything funded is data, only flows are decided.

Its goals are taken one after the other (the solver keeps each before it turns to the next), so that among equal answers
the same one is printed every time: least weighted shortfall, shared evenly, then least cost, then fewest tonnes moved, then
in the base most demand served from allied origin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pyomo.environ as pyo

from models.balance import add_balance
from models.demand import add_demand
from models.disruption import add_guards
from models.instance import BASE, Goal, Instance, Origin, Scenario
from models.network import HUB, build_network
from models.options import Layout
from models.production import add_production
from models.sets import add_operation_sets
from models.solution import Investment
from models.supply import add_draws, add_imports
from models.transport import add_transport

GOALS = ("shortfall", "uneven", "cost", "moved", "open")


def build_dispatch(instance: Instance, investment: Investment, scenario: Scenario) -> Any:
    """Build the flows of ``scenario`` under ``investment``, with one variable per goal in ``m.Goal``."""
    m = _flows(instance, investment, scenario, Layout.COUNTRIES)
    _add_goals(m, instance, scenario)
    return m


def build_potential(instance: Instance, investment: Investment, scenario: Scenario, demands: Collection[str]) -> Any:
    """Build the pooled flows of ``scenario`` under ``investment``: least weighted shortfall of some of the demand rows.

    With the capacities as right-hand sides of ``run_within_capacity``, so that one can be raised and solved again.
    """
    chosen = {d: row for d, row in instance.demands.items() if d in demands}
    m = _flows(replace(instance, demands=chosen), investment, scenario, Layout.POOLED)
    m.objective = pyo.Objective(expr=m.WeightedShortfall_kt[scenario.name])
    return m


def _flows(instance: Instance, investment: Investment, scenario: Scenario, layout: Layout) -> Any:
    """What both have in common: one scenario's network with capacities and stock levels as data."""
    m = pyo.ConcreteModel(name="dispatch")
    m.cost_terms, m.reliefs = {}, {}
    m.networks = {scenario.name: build_network(instance, scenario, layout)}
    m.YEARS = pyo.Set(initialize=instance.years)
    m.CAPACITIES = pyo.Set(initialize=list(investment.capacity_ktpy), dimen=2)
    m.Capacity_ktpy, m.Level_kt = investment.capacity_ktpy, investment.level_kt
    add_operation_sets(m, instance, m.networks)
    add_production(m, instance, m.networks)
    add_transport(m, m.networks)
    add_imports(m, instance, m.networks)
    add_draws(m, instance, m.networks)
    add_demand(m, instance, m.networks, instance.goal)
    add_balance(m, instance, m.networks)
    add_guards(m, instance, m.networks)
    _keep_base_draws(m, investment)
    return m


def _keep_base_draws(m: Any, investment: Investment) -> None:
    m.BASE_DRAWS = pyo.Set(initialize=[(g, t, s) for g, t, s in m.DRAWS if s == BASE], dimen=3)

    @m.Constraint(m.BASE_DRAWS, doc="what the plan draws in the base is drawn, kt")
    def base_draw_as_planned(m, g, t, s):
        return m.Draw_kt[g, t, s] == investment.base_draw_kt[g, t]


def _add_goals(m: Any, instance: Instance, scenario: Scenario) -> None:
    s, network = scenario.name, m.networks[scenario.name]
    alike: dict[tuple[float, int], list[str]] = defaultdict(list)
    for d, t, _ in m.DEMANDS:
        if m.demand_kt[d, t, s] > 0.0:
            alike[m.priority[d, t, s], t].append(d)
    m.PEERS = pyo.Set(initialize=list(alike), dimen=2)
    m.LargestUncovered = pyo.Var(m.PEERS, domain=pyo.NonNegativeReals, doc="largest uncovered share of equal rows")
    m.PEER_ROWS = pyo.Set(initialize=[(w, d, t) for (w, t), rows in alike.items() for d in rows], dimen=3)

    @m.Constraint(m.PEER_ROWS, doc="no row of equal priority and year has a larger share uncovered, kt/year")
    def uncovered_share_is_at_most_the_largest(m, w, d, t):
        return m.Shortfall_ktpy[d, t, s] <= m.demand_kt[d, t, s] * m.LargestUncovered[w, t]

    priced = m.cost_terms["shortfall"] if s == BASE and instance.goal is Goal.COST else {}
    terms = {
        "shortfall": m.WeightedShortfall_kt[s],
        "uneven": sum(m.LargestUncovered.values()),
        "cost": sum(
            m.running_cost[s][t] + m.freight_cost[s][t] + m.import_cost[s][t] + priced.get(t, 0.0)
            for t in network.scenario.years
        ),
        "moved": sum(ship for (k, o, i, j, t, _), ship in m.Ship_ktpy.items() if j != HUB),
        "open": sum(served for (d, o, t, _), served in m.Served_ktpy.items() if o is Origin.OPEN),
    }
    m.GOALS = pyo.Set(initialize=GOALS)
    m.Goal = pyo.Var(m.GOALS, doc="value of each goal")

    @m.Constraint(m.GOALS, doc="a goal is the sum that it stands for")
    def goal_adds_up(m, goal):
        return m.Goal[goal] == terms[goal]

    m.objective = pyo.Objective(expr=m.Goal["shortfall"])
