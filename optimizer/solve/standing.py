"""The plan in which nothing is funded and nothing is bought: what stands, and what it can serve at best."""

from __future__ import annotations

from dataclasses import replace

from models.build import build_model
from models.instance import BASE, Goal, Instance
from models.objective import add_costs
from models.options import Layout, Options
from models.solution import Investment, extract_investment
from optimizer.solve.highs import Session
from optimizer.solve.program import SolverError


def standing_plan(instance: Instance) -> Investment:
    """Return the plan of a chain in which nobody spends anything, ready for its flows, which settle the running cost.

    Its least weighted shortfall, year by year, and what the base draws from stocks are found by a solve. Rules and budgets do
    not bind it; minimum coverages of demand would, and must not be in the instance.

    Raises
    ------
    SolverError
        If the chain cannot be run at all, which would be a fault of the program.
    """
    bare = _nothing_to_decide(instance)
    session = Session(build_model(bare, Options(Goal.COVERAGE, base_layout=Layout.POOLED)))
    outcome = session.solve(interruptible=False)
    if outcome.values is None:
        raise SolverError(f"the chain as it is cannot be run ({outcome.status})")
    add_costs(session.model, bare)
    capacity = {
        (p, t): project.nameplate_ktpy * share
        for p, project in bare.projects.items()
        for t, share in project.fixed_fraction.items()
        if project.nameplate_ktpy * share > 0.0
    }
    return replace(
        extract_investment(session.reader.at(outcome.values), bare), capacity_ktpy=capacity, base_running_musd={}
    )


def _nothing_to_decide(instance: Instance) -> Instance:
    """The case without candidates, purchases, money, rules and losses."""
    return replace(
        instance,
        goal=Goal.COVERAGE,
        projects={p: project for p, project in instance.projects.items() if not project.is_candidate},
        stockpiles={g: replace(stock, purchase_musd_per_kt=None) for g, stock in instance.stockpiles.items()},
        scenarios={BASE: instance.scenarios[BASE]},
        pots={},
        rules={},
        fairness={},
        budget_musd=None,
    )
