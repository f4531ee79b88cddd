"""The objective: an explicit sum of named terms.

Every feature has put its cost by year into ``m.cost_terms``; they are discounted and added up here, and nowhere else.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from models.instance import Goal, Instance
from models.options import Options

TERMS = ("capex", "fixed_opex", "opex", "transport", "imports", "stockpile", "shortfall")


def terms_of(instance: Instance) -> tuple[str, ...]:
    """Cost terms of a case: training is one where people are limited."""
    return (*TERMS, "training") if instance.workforce else TERMS


def add_costs(m: Any, instance: Instance) -> None:
    """Add TermCost_musd by term and year, undiscounted, and TotalCost_musd, discounted to the first year."""
    m.TERMS = pyo.Set(initialize=terms_of(instance))

    @m.Expression(m.TERMS, m.YEARS, doc="cost of the base case by term and year, undiscounted, MUSD")
    def TermCost_musd(m, term, t):
        return m.cost_terms[term].get(t, 0.0)

    @m.Expression(doc="cost of the base case, discounted to the first year, MUSD")
    def TotalCost_musd(m):
        return sum(instance.discount[t] * m.TermCost_musd[term, t] for term in m.TERMS for t in m.YEARS)


def add_objective(m: Any, options: Options) -> None:
    """Minimize the weighted shortfall, the cost or the public outlay (with the shortfall kept where a limit is given)."""
    limits = [] if options.shortfall_limit_kt is None else [options.shortfall_limit_kt]
    m.KEPT = pyo.Set(initialize=list(range(len(limits))))

    @m.Constraint(m.KEPT, doc="the weighted shortfall of the first step is kept, kt")
    def shortfall_is_kept(m, n):
        return m.TotalShortfall_kt <= limits[n]

    goal = m.TotalShortfall_kt if options.minimize is Goal.COVERAGE else m.TotalCost_musd
    goal = m.TotalOutlay_musd if options.least_outlay else goal
    m.objective = pyo.Objective(expr=goal, sense=pyo.minimize)
