"""What the manifest of a plan says: what the solve proved, and what the plan is, added up from the flows that are printed."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from math import isinf

import pandas as pd

from models.instance import BASE, Goal, Instance, Measure
from models.solution import Solution
from optimizer.solve.people import Pinch
from optimizer.solve.plan import PlanOutcome
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook

_PACKAGES = ("magnetgrid", "pyomo", "highspy", "numpy", "pandas", "openpyxl")


def of_input(workbook: Workbook) -> dict[str, object]:
    """Which input, and with which versions: the part that every manifest has."""
    return {
        "input": {"name": workbook.path.name, "sha256": workbook.sha256()},
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
    }


def of_solve(instance: Instance, plan: PlanOutcome, relaxed: bool) -> dict[str, object]:
    """What the solve proved; what only the flows tell is None until then."""
    points = instance.weighted_demand_kt / 100.0
    coverage, cost, tidy = plan.coverage, plan.cost, plan.tidiness
    return {
        "status": str(plan.status),
        "objective": str(instance.goal),
        "relaxed": relaxed,
        "weighted_shortfall_t": None if coverage is None else _t(coverage.value),
        "base_shortfall_t": None,
        "cost_musd": None,
        "coverage_gap_points": None if coverage is None else (coverage.gap / points if points else 0.0),
        "coverage_gap_t": None if coverage is None else _t(coverage.gap),
        "cost_gap": None if cost is None or isinf(cost.gap) else cost.gap / max(abs(cost.value), 1e-9),
        "bounds": {
            "weighted_shortfall_t": None if coverage is None else _t(coverage.bound),
            "cost_musd": None if cost is None or cost.bound == -float("inf") else cost.bound,
        },
        "steps": {
            name: {"status": str(step.status), "seconds": round(step.seconds, 3)}
            for name, step in (("coverage", coverage), ("cost", cost))
            if step is not None
        },
        "weighted_demand_t": _t(instance.weighted_demand_kt),
        "outlay_musd": None,
        "budget_musd": instance.budget_musd,
        "interrupted": plan.interrupted,
        "time_limit_reached": plan.out_of_time,
        "tidiness": None
        if tidy is None
        else {
            "complete": tidy.complete,
            "trials": tidy.trials,
            "dropped": list(tidy.dropped),
            "delayed": list(tidy.delayed),
        },
        "audit": None,
        "model": plan.size,
    }


def of_solution(instance: Instance, solution: Solution) -> dict[str, object]:
    """What the plan is."""
    base = solution.operations[BASE]
    costs = {**solution.investment.cost_musd, **base.cost_musd}
    shortfalls = {s: x.weighted_shortfall_kt for s, x in solution.operations.items()}
    found: dict[str, object] = {
        "base_shortfall_t": _t(sum(base.shortfall.values())),
        "cost_musd": sum(instance.discount[t] * value for (_, t), value in costs.items()),
        "outlay_musd": solution.investment.total_outlay_musd,
    }
    if instance.goal is Goal.COVERAGE:
        found["plan_weighted_shortfall_t"] = _t(_total_shortfall(instance, shortfalls))
    return found


def of_people(instance: Instance, pinch: Pinch) -> dict[str, object]:
    """What more people, or more money, would give: weighted tonnes served, or MUSD saved with objective cost."""
    in_tonnes = instance.goal is Goal.COVERAGE
    return {
        "measure": "weighted_shortfall_t" if in_tonnes else "cost_musd",
        "relaxed": pinch.relaxed,
        "raised": [
            {
                "who": raised.who,
                "more": raised.more,
                "gain": None if raised.gain is None else _t(raised.gain) if in_tonnes else raised.gain,
                "binds": raised.binds,
            }
            for raised in pinch.raised
        ],
    }


def of_coverage(losses: pd.DataFrame) -> dict[str, object]:
    """The worst year of the base and the worst loss, as shares of all demand served."""
    found: dict[str, object] = {}
    shares = losses.groupby(["scenario", "year"])[["demand_t", "served_t"]].sum().reset_index()
    shares = shares[shares["demand_t"] > 0.0].assign(coverage=lambda x: x["served_t"] / x["demand_t"])
    for name, rows in (
        ("worst_base_year", shares[shares["scenario"] == BASE]),
        ("worst_loss", shares[shares["scenario"] != BASE]),
    ):
        worst = None if rows.empty else rows.sort_values(["coverage", "scenario", "year"]).iloc[0]
        found[name] = (
            None
            if worst is None
            else {
                "scenario": str(worst["scenario"]),
                "year": int(worst["year"]),
                "coverage": round(float(worst["coverage"]), 9),
            }
        )
    return found


def _total_shortfall(instance: Instance, shortfalls: Mapping[str, float]) -> float:
    """Base + resilience weight x measure of the printed shortfalls, kt."""
    counted = {x.name: x.weight for x in instance.disruptions if x.weight > 0.0 and x.years}
    total = sum(counted.values())
    if not total:
        return shortfalls[BASE]
    worst = max(shortfalls[s] for s in counted)
    average = sum(weight * shortfalls[s] for s, weight in counted.items()) / total
    return shortfalls[BASE] + instance.resilience_weight * (worst if instance.measure is Measure.WORST else average)


def _t(kt: float) -> float:
    return round(kt * T_PER_KT, 6) + 0.0


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
