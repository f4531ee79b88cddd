"""Losses under a fixed plan, each year of each built and solved from scratch by the dispatch of ``models``."""

from __future__ import annotations

from dataclasses import replace

from models.dispatch import build_dispatch
from models.instance import Instance, Route, Scenario
from models.solution import Investment
from optimizer.solve.highs import Session
from optimizer.solve.stress import Loss


def weighted_kt(case: Instance, plan: Investment, loss: Loss, t: int) -> float:
    """Least weighted shortfall of a loss in a year, stocks drawn only as the plan draws them with nothing lost, kt."""
    closed = sorted(loss.closed)
    case = shut(case, closed[1:])
    scenario = Scenario(
        "x",
        (t,),
        (t,),
        project_left=loss.project_left,
        supplier_left=loss.supplier_left,
        closed_country=closed[0] if closed else None,
    )
    model = build_dispatch(case, scenario)
    for (p, year), capacity in model.Capacity_ktpy.items():
        capacity.fix(capacity_ktpy(case, plan, p, year, loss.delays.get(p, 0)))
    for level in model.Level_kt.values():
        level.fix(1e3)
    for (g, year, _), draw in model.Draw_kt.items():
        draw.setub(plan.base_draw_kt.get((g, year), 0.0))
    outcome = Session(model).solve()
    assert outcome.objective is not None
    return outcome.objective


def shut(case: Instance, countries: list[str]) -> Instance:
    """The case without any leg out of some countries."""
    legs = {(k, c, "*") for c in countries for k in case.materials}
    legs |= {(k, c, j) for c in countries for k in case.materials for j in case.countries if j != c}
    return replace(case, routes={**case.routes, **dict.fromkeys(legs, Route(0.0, None, False))})


def capacity_ktpy(case: Instance, plan: Investment, p: str, t: int, delay: int) -> float:
    """What stands of a project that is late, by the lead time (or the first years) it would have had."""
    project = case.projects[p]
    if not project.is_candidate:
        stands = [year for year in project.fixed_fraction if year + delay == t]
        return project.nameplate_ktpy * sum(
            project.fixed_fraction[year] for year in stands if t in project.fixed_fraction
        )
    late = replace(project, lead_years=project.lead_years + delay)
    return sum(f.size_ktpy * late.fraction(f.year, t) for f in plan.fundings if f.project == p)
