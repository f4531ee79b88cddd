"""Build the models: read this as a table of contents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo

from models.balance import add_balance
from models.budget import add_budget
from models.demand import add_demand
from models.disruption import add_guards, add_resilience, matters
from models.fairness import add_fair_coverage, add_fairness, of_money
from models.instance import Goal, Instance
from models.investment import add_investment
from models.network import Network, build_network
from models.objective import add_costs, add_objective
from models.options import Options
from models.packages import add_packages
from models.production import add_production
from models.redundancy import add_redundancy
from models.sets import add_investment_sets, add_operation_sets
from models.supply import add_draws, add_imports, add_stock_balance, add_stockpiles
from models.tightening import add_tightening
from models.transport import add_transport
from models.workforce import add_workforce


def build_model(instance: Instance, options: Options) -> Any:
    """Build the plan's model: what to fund once for all scenarios, and how each scenario then runs.

    Returns
    -------
    pyomo.ConcreteModel
        Its components are named in FORMULATION.md; ``m.networks`` holds the network of each scenario.
    """
    m = pyo.ConcreteModel(name="plan")
    m.cost_terms = {}
    m.reliefs = {}
    m.networks = _networks(instance, options)
    add_investment_sets(m, instance)
    add_operation_sets(m, instance, m.networks)
    add_investment(m, instance, options.relaxed)
    add_production(m, instance, m.networks)
    add_transport(m, m.networks)
    add_imports(m, instance, m.networks)
    add_stockpiles(m, instance)
    add_draws(m, instance, m.networks)
    add_stock_balance(m, instance)
    add_demand(m, instance, m.networks, instance.goal)
    add_balance(m, instance, m.networks)
    add_redundancy(m, instance, options.relaxed)
    add_guards(m, instance, m.networks)
    add_resilience(m, instance)
    add_workforce(m, instance)
    add_packages(m, instance)
    add_budget(m, instance)
    add_fairness(m, instance)
    add_fair_coverage(m, instance)
    if options.minimize is Goal.COST:
        add_costs(m, instance)
    if options.tightened:
        add_tightening(m, instance, options.relaxed)
    add_objective(m, options)
    return m


def build_investment(instance: Instance) -> Any:
    """Build what is decided before anything runs, at the least public outlay: for a plan whose fundings are settled.

    Returns
    -------
    pyomo.ConcreteModel
        The components of ``build_model`` without scenarios, losses and rules, but for shares of money.
    """
    m = pyo.ConcreteModel(name="investment")
    m.cost_terms = {}
    m.reliefs = {}
    add_investment_sets(m, instance)
    add_investment(m, instance, relaxed=True)
    add_stockpiles(m, instance)
    add_workforce(m, instance)
    add_packages(m, instance)
    add_budget(m, instance)
    add_fairness(m, of_money(instance))
    m.objective = pyo.Objective(expr=m.TotalOutlay_musd, sense=pyo.minimize)
    return m


def _networks(instance: Instance, options: Options) -> Mapping[str, Network]:
    """Lay out the scenarios that have a part in the plan."""
    return {
        s: build_network(instance, scenario, options.base_layout if scenario.is_base else options.loss_layout)
        for s, scenario in instance.scenarios.items()
        if matters(instance, scenario)
    }
