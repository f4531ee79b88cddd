"""What an infeasible case would need: the limits that a planner set, and by how much they would have to give.

The limits' relief variables are freed and their sum, each measured by its own limit, is made as small as possible.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo

from models.build import build_model
from models.instance import Goal, Instance
from models.options import Layout, Options
from optimizer.solve.highs import Limits, Session

_RELATIVE_GAP = 0.01
_SECONDS = 60.0
_LEAST = 1e-7


@dataclass(frozen=True)
class Relief:
    """One limit that would have to give: constraint family, its index, the amount in the family's unit.

    ``whole``: what a share is a share of in the repaired plan (all allied capacity), in the same unit.
    """

    limit: str
    index: tuple[Any, ...]
    amount: float
    unit: str
    whole: float | None = None


def find_relief(instance: Instance, seconds: float | None = None) -> list[Relief]:
    """Return the limits that give in a cheapest repair, or nothing if none was found in time."""
    layout = Layout.FREIGHT_FREE if instance.goal is Goal.COST else Layout.POOLED
    goal = Goal.COST if instance.goal is Goal.COST else Goal.COVERAGE
    model = build_model(instance, Options(goal, base_layout=layout))
    session = Session(model)
    costs: dict[int, float] = {}
    for limit, (relief, _) in model.reliefs.items():
        for index, variable in relief.items():
            if id(variable) in session.column:
                costs[session.column[id(variable)]] = 1.0 / _measure(model, instance, limit, index)
    columns = np.array(list(costs), dtype=int)
    session.set_bounds(columns, np.zeros(len(columns)), np.full(len(columns), np.inf))
    session.minimize(costs)
    time = _SECONDS if seconds is None else min(seconds, _SECONDS)
    outcome = session.solve(Limits(relative_gap=_RELATIVE_GAP, seconds=time))
    if outcome.values is None:
        return []
    session.load(outcome.values)
    found = [
        Relief(limit, index if isinstance(index, tuple) else (index,), float(variable.value), unit)
        for limit, (relief, unit) in model.reliefs.items()
        for index, variable in relief.items()
        if variable.value is not None and variable.value > _LEAST
    ]
    return [part for relief in found for part in _in_full(model, instance, relief)]


def _in_full(model: Any, instance: Instance, relief: Relief) -> list[Relief]:
    """What a group of demand rows lacks, for each row in proportion to what it must be served; shares with their whole."""
    if relief.limit == "country_share_within_limit":
        return [replace(relief, whole=_allied_capacity(model, instance, relief))]
    if relief.limit == "outlay_is_paid":
        return _by_claimant(model, relief)
    if relief.limit != "minimum_coverage_is_served":
        return [relief]
    d, t, s = relief.index
    rows = {
        x: must_share(instance, x, t) * instance.demands[x].demand_kt[t] for x in model.networks[s].groups[d].members
    }
    every = sum(rows.values())
    return [
        Relief(relief.limit, (x, t, s), relief.amount * must / every, relief.unit)
        for x, must in rows.items()
        if must > 0.0
    ]


def _by_claimant(model: Any, relief: Relief) -> list[Relief]:
    """What of a claim is not paid, for each country and stage in proportion to what it takes."""
    c, h, t = relief.index
    takes = {
        claimant: sum(pyo.value(outlay[t]) for outlay in outlays)
        for claimant, outlays in model.asked.items()
        if model.claim_of[claimant] == (c, h)
    }
    every = sum(takes.values())
    if every <= _LEAST:
        return [relief]
    return [
        Relief(relief.limit, (*claimant, t), relief.amount * musd / every, relief.unit)
        for claimant, musd in takes.items()
        if musd > _LEAST
    ]


def _allied_capacity(model: Any, instance: Instance, relief: Relief) -> float:
    """All capacity in the scope of a share rule, kt a year."""
    r, _, t = relief.index
    stands = set(model.CAPACITIES)
    conversion = instance.rules[r].conversion
    return sum(share * pyo.value(model.Capacity_ktpy[p, t]) for p, share in conversion.items() if (p, t) in stands)


def must_share(instance: Instance, d: str, t: int) -> float:
    """Share of a row that must be served in the base: all of it where objective cost gives a tonne short no price."""
    unpriced = instance.goal is Goal.COST and instance.demands[d].shortfall_musd_per_kt[t] is None
    return 1.0 if unpriced else instance.demands[d].min_coverage[t]


def _measure(model: Any, instance: Instance, limit: str, index: Any) -> float:
    """Size of a limit, so that reliefs of different kinds can be added: a tenth of the budget weighs as a tenth of a demand."""
    every_capex = sum(project.capex_musd for project in instance.candidates.values())
    match limit:
        case "minimum_coverage_is_served":
            return max(model.demand_kt[index], _LEAST)
        case "minimum_coverage_survives":
            t, s = index
            return max(sum(model.demand_kt[d, t, s] for d in model.networks[s].groups), _LEAST)
        case "outlay_within_budget":
            return max(instance.budget_musd or 0.0, 0.01 * every_capex, 1.0)
        case "outlay_is_paid":
            return max(sum(pot.budget_musd for pot in instance.pots.values()), 0.01 * every_capex, 1.0)
        case "country_share_within_limit":
            r, _, t = index
            return max(sum(instance.projects[p].nameplate_ktpy for p in instance.rules[r].conversion), _LEAST)
        case _:
            return 1.0
