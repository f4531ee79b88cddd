"""Public outlay by year and funder within the budgets.

Needs CapexSpent_musd, Purchase_musd. Adds Outlay_musd by what is paid for, and Pay_musd where there are pots.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from models.instance import STOCKPILE_STAGE, Instance
from models.relief import add_relief


def add_budget(m: Any, instance: Instance) -> None:
    """Add the total budget, and the payment in full of each year's outlay from pots that allow it.

    Outlays with the same country and stage are paid together: which of them a pot's money went to makes no difference.
    """
    projects, stocks, pots = instance.projects, instance.stockpiles, instance.pots

    @m.Expression(m.CANDIDATES, m.YEARS, doc="public money for project p in t, MUSD")
    def Outlay_musd(m, p, t):
        return projects[p].public_share * m.CapexSpent_musd[p, t]

    @m.Expression(doc="public money of all years, undiscounted, MUSD")
    def TotalOutlay_musd(m):
        return sum(m.Outlay_musd[p, t] for p in m.CANDIDATES for t in m.YEARS) + sum(
            m.Purchase_musd[g, t] for g in stocks for t in m.YEARS
        )

    limits = [] if instance.budget_musd is None else [instance.budget_musd]
    m.BUDGETS = pyo.Set(initialize=list(range(len(limits))) if instance.candidates or stocks else [])

    more = add_relief(m, "outlay_within_budget", m.BUDGETS, "MUSD")

    @m.Constraint(m.BUDGETS, doc="public outlay of all years is within the budget, MUSD")
    def outlay_within_budget(m, n):
        return m.TotalOutlay_musd <= limits[n] + more[n]

    claims = _claims(instance)
    m.CLAIMS = pyo.Set(initialize=list(claims) if pots else [], dimen=3)
    m.PAYMENTS = pyo.Set(
        initialize=[(b, c, h, t) for b, pot in pots.items() for c, h, t in m.CLAIMS if pot.pays(c, h, t)], dimen=4
    )
    m.Pay_musd = pyo.Var(
        m.PAYMENTS, domain=pyo.NonNegativeReals, doc="paid by pot b for country c and stage h in t, MUSD"
    )
    payers, paid = defaultdict(list), defaultdict(list)
    for b, c, h, t in m.PAYMENTS:
        payers[c, h, t].append(b)
        paid[b].append((c, h, t))

    unpaid = add_relief(m, "outlay_is_paid", m.CLAIMS, "MUSD")

    @m.Constraint(m.CLAIMS, doc="every outlay is paid in full in its year, MUSD")
    def outlay_is_paid(m, c, h, t):
        what, names = claims[c, h, t]
        outlay = m.Purchase_musd if what == STOCKPILE_STAGE else m.Outlay_musd
        paid_here = sum(m.Pay_musd[b, c, h, t] for b in payers[c, h, t])
        return paid_here + unpaid[c, h, t] == sum(outlay[x, t] for x in names)

    m.PAYING_POTS = pyo.Set(initialize=list(paid))

    @m.Constraint(m.PAYING_POTS, doc="a pot pays no more than it holds, MUSD")
    def payments_within_pot(m, b):
        return sum(m.Pay_musd[b, c, h, t] for c, h, t in paid[b]) <= pots[b].budget_musd


def _claims(instance: Instance) -> dict[tuple[str, str, int], tuple[str, list[str]]]:
    """(country, stage, year) -> what is paid for: candidates, or purchases for stockpiles."""
    candidates, stocks = defaultdict(list), defaultdict(list)
    for p, project in instance.candidates.items():
        if project.capex_musd > 0.0 and project.public_share > 0.0 and project.funding_years:
            candidates[project.country, project.stage].append(p)
    for g, stock in instance.stockpiles.items():
        if stock.purchase_musd_per_kt:
            stocks[stock.country, STOCKPILE_STAGE].append(g)
    return {(c, h, t): ("project", names) for (c, h), names in candidates.items() for t in instance.years} | {
        (c, h, t): (STOCKPILE_STAGE, names) for (c, h), names in stocks.items() for t in instance.years
    }
