"""Tables of what changes from budget to budget: plants that countries gain and lose, capacity by stage and country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from optimizer.report.comparison import Comparison, PlanAt
from optimizer.report.curve_tables import budgets_and_ceiling
from optimizer.report.facts import each
from optimizer.report.rounding import Rows, musd

_T_DIGITS = 4
_SAME_T = 1e-3

Place = tuple[str, str]  # country, stage


@dataclass
class _Change:
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    size_t: float = 0.0


def step_rows(comparison: Comparison) -> Rows:
    """Country and stage by step between budgets that have plans; places where nothing changes are left out."""
    facts = comparison.facts
    rows: Rows = []
    for start, end in zip(comparison.held, comparison.held[1:], strict=False):
        changes = _changes(start.plan, end.plan)
        for country, stage in sorted(changes, key=lambda place: (place[0], facts.stage_rank(place[1]), place[1])):
            change = changes[country, stage]
            if change.gained or change.lost or abs(change.size_t) > _SAME_T:
                rows.append(
                    {
                        "from_musd": musd(start.budget_musd),
                        "to_musd": musd(end.budget_musd),
                        "country": country,
                        "stage": stage,
                        "gains": len(change.gained),
                        "loses": len(change.lost),
                        "gained_projects": "; ".join(sorted(change.gained)),
                        "lost_projects": "; ".join(sorted(change.lost)),
                        "size_change_t_per_year": round(change.size_t, _T_DIGITS) + 0.0,
                    }
                )
    return rows


def _changes(start: PlanAt, end: PlanAt) -> Mapping[Place, _Change]:
    found: dict[Place, _Change] = defaultdict(_Change)
    before, after = ({str(r.project): r for r in each(p.tables["portfolio"])} for p in (start, end))
    for name, row in after.items():
        change = found[str(row.country), str(row.stage)]
        change.size_t += float(row.size_t_per_year)
        if name not in before:
            change.gained.append(name)
    for name, row in before.items():
        change = found[str(row.country), str(row.stage)]
        change.size_t -= float(row.size_t_per_year)
        if name not in after:
            change.lost.append(name)
    return found


def capacity_rows(comparison: Comparison) -> Rows:
    """What stands in the last year by budget, stage and country; the plan without a limit last, its budget blank."""
    facts = comparison.facts
    rows: Rows = []
    for budget, plan in budgets_and_ceiling(comparison):
        stands, funded = defaultdict[tuple[str, str], float](float), defaultdict[tuple[str, str], float](float)
        table = plan.tables["capacity"]
        for row in each(table[table["year"] == facts.years[-1]]):
            stands[str(row.stage), str(row.country)] += float(row.capacity_t)
            funded[str(row.stage), str(row.country)] += float(row.capacity_t) if row.status == "candidate" else 0.0
        rows += [
            {
                "budget_musd": budget,
                "stage": stage,
                "country": country,
                "year": facts.years[-1],
                "capacity_t": round(stands[stage, country], _T_DIGITS) + 0.0,
                "funded_t": round(funded[stage, country], _T_DIGITS) + 0.0,
            }
            for stage, country in sorted(stands, key=lambda place: (facts.stage_rank(place[0]), place[1]))
        ]
    return rows
