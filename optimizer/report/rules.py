"""The redundancy rules counted again, year by year, from the capacities of the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from models.instance import Instance, Rule
from models.solution import Solution
from optimizer.report.rounding import Rows, yes_no


def redundancy_rows(instance: Instance, solution: Solution) -> Rows:
    """Return a row per rule, measure and year: what is required, what the plan achieves."""
    rows: Rows = []
    for rule in instance.rules.values():
        for t in instance.years:
            if t >= rule.from_year:
                rows += [_ruling(rule, t, *found) for found in _achieved(instance, solution, rule, t)]
    return rows


def _ruling(rule: Rule, t: int, measure: str, required: float, achieved: float, ok: bool) -> dict[str, object]:
    return {
        "rule": rule.name,
        "measure": measure,
        "stage": rule.stage or "",
        "material": rule.material or "",
        "year": t,
        "required": required,
        "achieved": achieved,
        "ok": yes_no(ok),
    }


def _achieved(instance: Instance, solution: Solution, rule: Rule, t: int) -> Iterable[tuple[str, float, float, bool]]:
    """Yield (measure, required, achieved, ok) of a rule in a year, counted again from the capacities of the plan."""
    enough = rule.min_capacity_ktpy * (1.0 - 1e-6)
    capacity = {p: factor * solution.investment.capacity_ktpy.get((p, t), 0.0) for p, factor in rule.conversion.items()}
    by_country: dict[str, float] = defaultdict(float)
    for p, amount in capacity.items():
        by_country[instance.projects[p].country] += amount
    counts = {
        "min_countries": (rule.min_countries, sum(x >= enough for x in by_country.values())),
        "min_projects": (rule.min_projects, sum(x >= enough for x in capacity.values())),
    }
    for measure, (required, achieved) in counts.items():
        if required is not None:
            yield measure, required, achieved, achieved >= required
    if rule.max_country_share is not None:
        total = sum(by_country.values())
        share = round(max(by_country.values(), default=0.0) / total, 9) if total else 0.0
        yield "max_country_share", rule.max_country_share, share, share <= rule.max_country_share + 1e-6
