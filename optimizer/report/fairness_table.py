"""The table of limits on burden and benefit: what each country has, of how much, and whether its rule is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from models.cash_flow import size_share
from models.fairness import counted_capacity
from models.instance import BASE, FairMeasure, FairnessRule, Instance
from models.solution import Solution
from optimizer.report.rounding import Rows, musd, tonnes, yes_no

_SHARE_DIGITS, _PEOPLE_DIGITS = 9, 4
_DUST, _WITHIN = 1e-3, 1e-6  # In the unit of the table, and of the whole.


def fairness_rows(instance: Instance, solution: Solution) -> Rows:
    """Return a row per rule: amount and total in MUSD, t per year, people, or t of demand over all years."""
    return [_row(instance, solution, rule) for rule in instance.fairness.values()]


def _row(instance: Instance, solution: Solution, rule: FairnessRule) -> dict[str, object]:
    amount, total = _amounts(instance, solution, rule)
    within = _DUST + _WITHIN * total
    least, most = (0.0 if x is None else x * total for x in (rule.min_share, rule.max_share))
    ok = amount >= least - within and (rule.max_share is None or amount <= most + within)
    return {
        "rule": rule.name,
        "country": rule.country,
        "measure": rule.measure.value,
        "stage": rule.stage,
        "year": rule.year or "",
        "amount": amount,
        "total": total,
        "share": round(amount / total, _SHARE_DIGITS) + 0.0 if total > 0.0 else None,
        "min_share": rule.min_share,
        "max_share": rule.max_share,
        "ok": yes_no(ok),
    }


def _amounts(instance: Instance, solution: Solution, rule: FairnessRule) -> tuple[float, float]:
    """What the country has, and all have."""
    match rule.measure:
        case FairMeasure.MONEY:
            return _parts(rule, _outlays(instance, solution), musd)
        case FairMeasure.CAPACITY:
            return _parts(rule, _capacities(instance, solution, rule), tonnes)
        case FairMeasure.JOBS:
            return _parts(rule, _jobs(instance, solution), _people)
        case _:
            return _coverage(instance, solution, rule.country)


def _parts(
    rule: FairnessRule, held: Iterable[tuple[str, float]], rounded: Callable[[float], float]
) -> tuple[float, float]:
    every = list(held)
    return rounded(sum(x for c, x in every if c == rule.country)), rounded(sum(x for _, x in every))


def _people(count: float) -> float:
    return round(count, _PEOPLE_DIGITS) + 0.0


def _outlays(instance: Instance, solution: Solution) -> Iterable[tuple[str, float]]:
    for (what, _), x in solution.investment.outlay_musd.items():
        if what in instance.projects:
            yield instance.projects[what].country, x


def _capacities(instance: Instance, solution: Solution, rule: FairnessRule) -> Iterable[tuple[str, float]]:
    assert rule.year is not None
    for p in counted_capacity(instance, rule):
        yield instance.projects[p].country, solution.investment.capacity_ktpy.get((p, rule.year), 0.0)


def _jobs(instance: Instance, solution: Solution) -> Iterable[tuple[str, float]]:
    for funding in solution.investment.fundings:
        project = instance.projects[funding.project]
        yield project.country, project.workforce * size_share(project, funding)


def _coverage(instance: Instance, solution: Solution, country: str) -> tuple[float, float]:
    """Demand served in the base over all years, and all demand of the country."""
    demand = served = 0.0
    for (d, t), short in solution.operations[BASE].shortfall.items():
        if instance.demands[d].country == country:
            wanted = instance.demands[d].demand_kt[t]
            demand += wanted
            served += max(0.0, wanted - short)
    return tonnes(served), tonnes(demand)
