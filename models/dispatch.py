"""The dispatch of one scenario under a plan: everything funded is data, only flows are decided.

Its goals are taken one after the other (the solver keeps each before it turns to the next), so that among equal answers
the same one is printed every time: least weighted shortfall, shared evenly, then least cost, then fewest tonnes moved, then
in the base most demand served from allied origin. Where it is asked what stands idle, no plant runs more than it must, last of
all.
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
from models.fairness import add_served_countries
from models.instance import BASE, Demand, Goal, Instance, Origin, Scenario
from models.network import HUB, Network, build_network
from models.options import Layout
from models.production import add_production
from models.sets import add_operation_sets
from models.solution import Investment
from models.supply import add_draws, add_imports
from models.transport import add_transport

GOALS = ("shortfall", "uneven", "cost", "moved", "open", "active")


def build_dispatch(instance: Instance, scenario: Scenario, network: Network | None = None) -> Any:
    """Build the flows of ``scenario`` under whatever plan, with one sum per goal in ``m.Goal``.

    What the plan decides are variables, to be fixed by their bounds (see ``planned``), so that one model serves every
    plan of the instance. ``network``: that of the same scenario in other years, where it is at hand.
    """
    m = pyo.ConcreteModel(name="dispatch")
    m.CAPACITIES = pyo.Set(initialize=_may_stand(instance, scenario), dimen=2)
    m.Capacity_ktpy = pyo.Var(m.CAPACITIES, domain=pyo.NonNegativeReals, doc="what stands of project p, kt/year")
    before = scenario.span[0] - 1
    levels = [(g, before) for g in instance.stockpiles] if before in instance.years and not scenario.is_base else []
    m.LEVELS = pyo.Set(initialize=levels, dimen=2)
    m.Level_kt = pyo.Var(m.LEVELS, domain=pyo.NonNegativeReals, doc="at the end of t, kt")
    _add_flows(m, instance, _network(instance, scenario, Layout.COUNTRIES, network))
    add_served_countries(m, instance)
    _add_goals(m, instance, scenario)
    return m


def planned(m: Any, investment: Investment, slack: float) -> list[tuple[Any, float]]:
    """Return the variables of ``build_dispatch`` that the plan decides, each with its value.

    A goal of the base for which the plan gives no values is not settled: its limit stays free. So does what countries with a
    rule on their coverage may be short, where the plan does not say it.

    Parameters
    ----------
    m, investment
        The model and the plan.
    slack
        What a goal that the plan has settled may be above its value there: relative, absolute below 1.
    """
    (network,) = m.networks.values()
    settled = {"cost": investment.base_running_musd, "shortfall": investment.base_shortfall_kt}
    known = [goal for goal in m.SETTLED_GOALS if settled[goal]]
    limits = {goal: sum(settled[goal][t] for t in network.scenario.years) for goal in known}
    return [
        *((capacity, investment.capacity_ktpy.get(key, 0.0)) for key, capacity in m.Capacity_ktpy.items()),
        *((level, investment.level_kt.get(key, 0.0)) for key, level in m.Level_kt.items()),
        *((m.Draw_kt[g, t, s], investment.base_draw_kt[g, t]) for g, t, s in m.DRAWS if s == BASE),
        *((m.GoalLimit[goal], limit + slack * max(1.0, abs(limit))) for goal, limit in limits.items()),
        *((m.Spared_kt[key], investment.spared_kt[key] + slack) for key in m.SPARED if key in investment.spared_kt),
    ]


def halfway(m: Any, instance: Instance) -> list[tuple[Any, float]]:
    """Return the same variables but the limits of goals, each with the value of a plan that is like most plans.

    Half of what could stand of every candidate, and no stocks. A solve of it gives a start that does not depend on any
    plan.
    """
    return [
        *((capacity, _half_standing(instance, p, t)) for (p, t), capacity in m.Capacity_ktpy.items()),
        *((level, 0.0) for level in m.Level_kt.values()),
        *((m.Draw_kt[index], 0.0) for index in m.DRAWS if index[-1] == BASE),
    ]


def _half_standing(instance: Instance, p: str, t: int) -> float:
    project = instance.projects[p]
    best = max((project.fraction(v, t) for v in project.funding_years), default=0.0)
    return project.nameplate_ktpy * max(project.fixed_fraction.get(t, 0.0), best / 2.0)


def build_potential(
    instance: Instance,
    investment: Investment,
    scenario: Scenario,
    demands: Collection[str],
    network: Network | None = None,
) -> Any:
    """Build the pooled flows of ``scenario`` under ``investment``: least weighted shortfall of some of the demand rows.

    With the capacities as right-hand sides of ``run_within_capacity``, so that one can be raised and solved again.
    ``network``: that of the same scenario and demand rows in other years, where it is at hand.
    """
    chosen = replace(instance, demands={d: row for d, row in instance.demands.items() if d in demands})
    m = pyo.ConcreteModel(name="potential")
    m.CAPACITIES = pyo.Set(initialize=list(investment.capacity_ktpy), dimen=2)
    m.Capacity_ktpy, m.Level_kt = investment.capacity_ktpy, investment.level_kt
    _add_flows(m, chosen, _network(chosen, scenario, Layout.POOLED, network))
    for g, t, s in m.DRAWS:
        if s == BASE:
            m.Draw_kt[g, t, s].fix(investment.base_draw_kt[g, t])
    m.objective = pyo.Objective(expr=m.WeightedShortfall_kt[scenario.name])
    return m


def build_pattern(instance: Instance) -> Any:
    """Build one year of a loss in which nothing is lost yet, with every number of the year left to be filled in.

    All that stands, is offered, stored and demanded is 1 kt, in one year, the first; every project, supplier and demand row
    is there. Whatever plan, year or loss is asked for: the rows are the same, with other limits.
    """
    t = instance.years[0]
    emptied = replace(
        instance,
        years=(t,),
        goal=Goal.COVERAGE,
        demands={d: _in_one_year(row, t) for d, row in instance.demands.items()},
        offers={n: replace(offer, max_kt={t: 1.0}) for n, offer in instance.offers.items()},
        stockpiles={g: replace(stock, opening_kt=1.0) for g, stock in instance.stockpiles.items()},
        scenarios={BASE: Scenario(BASE, (t,), (t,))},
    )
    m = pyo.ConcreteModel(name="pattern")
    m.CAPACITIES = pyo.Set(initialize=[(p, t) for p in instance.projects], dimen=2)
    m.Capacity_ktpy = {(p, t): 1.0 for p in instance.projects}
    m.Level_kt = {}
    scenario = Scenario("loss", (t,), (t,))
    _add_flows(m, emptied, build_network(emptied, scenario, Layout.COUNTRIES))
    m.objective = pyo.Objective(expr=m.WeightedShortfall_kt[scenario.name])
    return m


def _in_one_year(row: Demand, t: int) -> Demand:
    return replace(row, demand_kt={t: 1.0}, priority={t: 1.0}, min_coverage={t: 0.0}, shortfall_musd_per_kt={t: None})


def _may_stand(instance: Instance, scenario: Scenario) -> list[tuple[str, int]]:
    """(p, t) in which something stands under some plan."""
    return [
        (p, t)
        for p, project in instance.projects.items()
        for t in scenario.years
        if project.fixed_fraction.get(t, 0.0) > 0.0 or any(project.fraction(v, t) > 0.0 for v in project.funding_years)
    ]


def _network(instance: Instance, scenario: Scenario, layout: Layout, other: Network | None) -> Network:
    """The network of a scenario: the same in every year."""
    return build_network(instance, scenario, layout) if other is None else replace(other, scenario=scenario)


def _add_flows(m: Any, instance: Instance, network: Network) -> None:
    """What both have in common: how one scenario runs."""
    m.cost_terms, m.reliefs = {}, {}
    m.networks = {network.scenario.name: network}
    m.YEARS = pyo.Set(initialize=instance.years)
    add_operation_sets(m, instance, m.networks)
    add_production(m, instance, m.networks)
    add_transport(m, m.networks)
    add_imports(m, instance, m.networks)
    add_draws(m, instance, m.networks)
    add_demand(m, instance, m.networks, instance.goal)
    add_balance(m, instance, m.networks)
    add_guards(m, instance, m.networks)


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
        "active": sum(m.Run_ktpy.values()),
    }
    m.GOALS = pyo.Set(initialize=GOALS)
    m.Goal = pyo.Expression(m.GOALS, rule=lambda m, goal: terms[goal], doc="made as small as possible, in this order")
    settled = ["cost", *(["shortfall"] if instance.goal is Goal.COVERAGE else [])] if s == BASE else []
    m.SETTLED_GOALS = pyo.Set(initialize=settled)
    m.GoalLimit = pyo.Var(m.SETTLED_GOALS, doc="value of the goal in the plan's own solve")

    @m.Constraint(m.SETTLED_GOALS, doc="a goal that the plan has settled stays at its value there")
    def goal_stays_as_settled(m, goal):
        return m.Goal[goal] <= m.GoalLimit[goal]

    m.objective = pyo.Objective(expr=m.Goal["shortfall"])
