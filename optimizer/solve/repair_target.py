"""What a repair asks for: the target of each demand row, from a year on or in a year but for some tonnes, and what is served.

The target is the minimum coverage of the case of a repair (``models.repair``); its relief says what is short of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.build import build_model
from models.instance import Goal, Instance
from models.options import Layout, Options
from models.repair import standing
from models.solution import Funding
from optimizer.solve.highs import Session
from optimizer.solve.program import SolverError
from optimizer.solve.work import EXACT_KT

LIMIT = "minimum_coverage_is_served"
_TARGET_FIRST = 1e3  # A tonne short of the target beside a tonne short: above any use of it elsewhere.


def reliefs(session: Session, *years: int) -> dict[int, float]:
    """Columns of what is short of the target in some years, each with its priority."""
    relief, _ = session.model.reliefs[LIMIT]
    return {
        session.column[id(variable)]: session.model.priority[index]
        for index, variable in relief.items()
        if index[1] in years and id(variable) in session.column
    }


def ask_from(session: Session, year: int) -> None:
    """Ask for the target from a year on; what is short before does not matter."""
    relief, _ = session.model.reliefs[LIMIT]
    years = {t for _, t, _ in relief}
    for free in (True, False):
        columns = np.array(list(reliefs(session, *(t for t in years if (t < year) == free))), dtype=int)
        session.set_bounds(columns, np.zeros(len(columns)), np.full(len(columns), np.inf if free else 0.0))


def allow_missing(session: Session, year: int, missing_kt: float) -> None:
    """Ask for the target in a year alone, but for so much, weighted by priority; the session is good for nothing else then."""
    ask_from(session, year + 1)
    short = reliefs(session, year)
    session.add_row(np.array(list(short), dtype=int), -np.array(list(short.values())), -(missing_kt + EXACT_KT))


def served_shares(case: Instance, funded: Sequence[Funding], year: int | None = None) -> dict[int, float]:
    """Share of all demand served by year with these projects standing: from ``year`` on the target first, then by priority."""
    session = Session(build_model(standing(case, funded), Options(Goal.COVERAGE, base_layout=Layout.POOLED)))
    ask_from(session, case.years[-1] + 1)
    asked = reliefs(session, *(t for t in case.years if year is not None and t >= year))
    costs = {n: cost for n, cost in enumerate(session.program.cost.tolist()) if cost}
    session.minimize(costs | {n: _TARGET_FIRST * max(1.0, priority) for n, priority in asked.items()})
    outcome = session.solve()
    if outcome.values is None:
        raise SolverError("the flows of a repair cannot be found")
    session.load(outcome.values)
    short: dict[int, float] = dict.fromkeys(case.years, 0.0)
    for (_, t, _), variable in session.model.Shortfall_ktpy.items():
        short[t] += variable.value
    return {t: share_of_demand(case, demand_kt(case, t) - short[t], t) for t in case.years}


def share_of_demand(case: Instance, served_kt: float, t: int) -> float:
    """What is served of all demand of a year; 1 where there is none."""
    wanted = demand_kt(case, t)
    return min(1.0, max(0.0, served_kt / wanted)) if wanted else 1.0


def demand_kt(case: Instance, t: int) -> float:
    """All that is wanted in a year, kt."""
    return sum(demand.demand_kt[t] for demand in case.demands.values())


def asked_share(case: Instance, t: int) -> float:
    """What must be served again of all demand of a year."""
    return share_of_demand(case, sum(d.min_coverage[t] * d.demand_kt[t] for d in case.demands.values()), t)
