"""A plan from the first year to the last: each year's fundings whole, those of later years in fractions.

Where money comes year by year, what a year can pay decides what the next ones can: a year decided with the later ones in
fractions is decided well, and soon. The years in which little is left to lose are decided together (relax and fix: Pochet and
Wolsey, Production Planning by Mixed Integer Programming, 2006, chapter 3).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.solve.highs import Limits, Session
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Keys, Standing
from optimizer.solve.work import EXACT_KT

_YEAR_NODES, _LATE_NODES = 30, 60


def year_by_year(case: CoverageCase, standing: Standing, through: int, aim: Aim) -> Standing:
    """Decide the years ``through`` one by one, those after them together; the better of that plan and the one at hand."""
    early = _early(case, standing, through, aim)
    if early is None:
        return standing
    begun = case.priced(replace(standing, value_kt=float("inf"), funded=None, plan=None), case.full.vector(early))
    funded = {p for p, _ in early}
    late = frozenset((p, v) for p, v in case.full.fundings if v > through and p not in funded)
    found, _ = case.vary(begun, late, _LATE_NODES, aim, for_plans=True)
    if found.value_kt < standing.value_kt - EXACT_KT:
        return found
    return replace(standing, more=found.more, reproducible=found.reproducible)


def _early(case: CoverageCase, standing: Standing, through: int, aim: Aim) -> Keys | None:
    """Fundings of the first years, and later ones that must be; None where there is no plan, or no time."""
    full = case.full
    program = full.undivided(standing.money, through)
    columns, years = full.split.columns[full.fund], np.array([v for _, v in full.fundings])
    lower, upper = program.lower.copy(), program.upper.copy()
    for year in sorted({int(v) for v in years if v <= through}):
        now = columns[years == year]
        integer = np.zeros(len(program.integer), dtype=bool)
        integer[now] = True
        session = Session(None, full.interrupt, replace(program, lower=lower, upper=upper, integer=integer))
        session.branch_only()
        outcome = session.solve(Limits(aim.gap_kt, seconds=aim.left, nodes=_YEAR_NODES))
        full.iterations += outcome.iterations
        if outcome.values is None:
            return None
        lower[now] = upper[now] = np.round(outcome.values[now])
    return full.chosen(lower[full.split.columns])
