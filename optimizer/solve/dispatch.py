"""Flows that are printed: one scenario after the other, its goals in their order, under a fixed plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.dispatch import build_dispatch
from models.instance import BASE, Goal, Instance, Scenario
from models.solution import Investment, Operation, extract_operation, join
from optimizer.solve.highs import Session, SolverError

# What a goal may give back when the next one is sought: far below what is printed, above what the solver can tell apart.
_SLACK = 1e-8
_BASE_ORDER = ("uneven", "moved", "open")
_LOSS_ORDER = ("shortfall", "uneven", "cost", "moved", "open")


def dispatch(instance: Instance, investment: Investment, scenario: Scenario) -> Operation:
    """Decide the printed flows of one scenario.

    In the base, shortfall and cost of each year stay as the plan's own solve left them; its stock draws being fixed, the
    years are solved one by one.

    Raises
    ------
    SolverError
        If the plan cannot be run as solved, which would be a fault of the program.
    """
    if scenario.name != BASE:
        return _dispatch(instance, investment, scenario, _LOSS_ORDER, {})
    kept = []
    for t in scenario.years:
        keep = {"cost": investment.base_running_musd[t]}
        if instance.goal is Goal.COVERAGE:
            keep["shortfall"] = investment.base_shortfall_kt[t]
        kept.append(_dispatch(instance, investment, replace(scenario, span=(t,), years=(t,)), _BASE_ORDER, keep))
    return join(kept)


def _dispatch(
    instance: Instance, investment: Investment, scenario: Scenario, order: tuple[str, ...], keep: dict[str, float]
) -> Operation:
    model = build_dispatch(instance, investment, scenario)
    session = Session(model)
    column = {goal: session.column[id(model.Goal[goal])] for goal in model.GOALS}
    for goal, value in keep.items():
        _keep(session, column[goal], value)
    values = None
    for goal in order:
        session.minimize({column[goal]: 1.0})
        outcome = session.solve()
        if outcome.values is None or outcome.objective is None:
            if values is None:
                raise SolverError(f"the plan cannot be run in scenario {scenario.name} ({outcome.status})")
            break  # Lost to rounding between goals: what the earlier goals decided stands.
        values = outcome.values
        _keep(session, column[goal], outcome.objective)
    session.load(values)
    return extract_operation(model, scenario.name)


def _keep(session: Session, column: int, value: float) -> None:
    limit = value + _SLACK * max(1.0, abs(value))
    session.set_bounds(np.array([column]), np.array([-np.inf]), np.array([limit]))
