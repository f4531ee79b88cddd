"""Public outlay by year and funder within the budgets.

Needs CapexSpent_musd, Purchase_musd, Training_musd, ``m.charged``. Adds Outlay_musd by what is paid for, and Pay_musd where
there are pots, whose purses and claims are those of ``models.purses``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo

from models.instance import STOCKPILE_STAGE, TRAINING_STAGE, Instance
from models.purses import Claimant, Funder, claims_of, funders_of, may_pay, purses_of
from models.relief import add_relief

_ByYear = Mapping[int, Any]


def add_budget(m: Any, instance: Instance) -> None:
    """Add the total budget, the payment in full of each year's outlay from pots that allow it, and the funders' own limits."""
    projects, stocks = instance.projects, instance.stockpiles

    @m.Expression(m.CANDIDATES, m.YEARS, doc="public money for project p in t, MUSD")
    def Outlay_musd(m, p, t):
        if instance.finance is not None:
            return sum(m.charged[p, i][t] for i in instance.instruments if t in m.charged[p, i])
        return projects[p].public_share * m.CapexSpent_musd[p, t]

    @m.Expression(doc="public money of all years, undiscounted, MUSD")
    def TotalOutlay_musd(m):
        plants = sum(m.Outlay_musd[p, t] for p in m.CANDIDATES for t in m.YEARS)
        bought = sum(m.Purchase_musd[g, t] for g in stocks for t in m.YEARS)
        return plants + bought + sum(m.Training_musd[c, t] for c in instance.workforce for t in m.YEARS)

    limits = [] if instance.budget_musd is None else [instance.budget_musd]
    m.BUDGETS = pyo.Set(initialize=list(range(len(limits))) if instance.candidates or stocks else [])

    more = add_relief(m, "outlay_within_budget", m.BUDGETS, "MUSD")

    @m.Constraint(m.BUDGETS, doc="public outlay of all years is within the budget, MUSD")
    def outlay_within_budget(m, n):
        return m.TotalOutlay_musd <= limits[n] + more[n]

    m.asked = _asked(m, instance) if instance.pots else {}
    _add_payments(m, instance)
    _add_funders(m, instance)


def _add_payments(m: Any, instance: Instance) -> None:
    """Add Pay_musd, and what keeps it to outlays and purses."""
    m.purses = purses = purses_of(instance.pots.values())
    m.claim_of = claims_of(instance, m.asked, purses)
    m.outlay_of = {
        claim: {
            t: sum(x[t] for c in m.asked if m.claim_of[c] == claim for x in m.asked[c] if t in x)
            for t in instance.years
        }
        for claim in dict.fromkeys(m.claim_of.values())
    }
    m.CLAIMS = pyo.Set(initialize=[(*claim, t) for claim in m.outlay_of for t in instance.years], dimen=5)
    m.PAYMENTS = pyo.Set(
        initialize=[
            (b, *claim, t)
            for b, purse in purses.items()
            for claim in m.outlay_of
            for t in instance.years
            if may_pay(instance, purse, claim, t)
        ],
        dimen=6,
    )
    m.Pay_musd = pyo.Var(m.PAYMENTS, domain=pyo.NonNegativeReals, doc="paid by purse b for a claim in t, MUSD")
    payers, paid = defaultdict(list), defaultdict(list)
    for b, *claim, t in m.PAYMENTS:
        payers[*claim, t].append(b)
        paid[b, t].append(claim)

    unpaid = add_relief(m, "outlay_is_paid", m.CLAIMS, "MUSD")

    @m.Constraint(m.CLAIMS, doc="every outlay is paid in full in its year, MUSD")
    def outlay_is_paid(m, *claim):
        paid_here = sum(m.Pay_musd[b, claim] for b in payers[claim])
        return paid_here + unpaid[claim] == m.outlay_of[claim[:-1]][claim[-1]]

    held = {(b, end): limit for b, purse in purses.items() for end, limit in purse.limits(instance.years).items()}
    m.PURSES = pyo.Set(
        initialize=[(b, end) for (b, end), (years, _) in held.items() if any(paid[b, t] for t in years)], dimen=2
    )

    @m.Constraint(m.PURSES, doc="a purse pays by the end of a year no more than it was given by then, MUSD")
    def payments_within_purse(m, b, end):
        years, musd = held[b, end]
        return sum(m.Pay_musd[b, *claim, t] for t in years for claim in paid[b, t]) <= musd


def _add_funders(m: Any, instance: Instance) -> None:
    """Add what a funder pays at most of a single project, and at least at home."""
    funders = funders_of(instance.pots.values())
    for_one, at_home = defaultdict(list), defaultdict(list)
    for b, c, h, i, p, t in m.PAYMENTS:
        funder = funders[m.purses[b].funder]
        if p and funder.max_project_share is not None:
            for_one[funder.name, p].append(m.Pay_musd[b, c, h, i, p, t])
        if funder.min_domestic_share is not None:
            at_home[funder.name].append(_at_home(funder, c) * m.Pay_musd[b, c, h, i, p, t])
    m.PARTS = pyo.Set(initialize=list(for_one), dimen=2)
    m.HOMES = pyo.Set(initialize=list(at_home))

    @m.Constraint(m.PARTS, doc="a funder pays at most its share of a project's public money, MUSD")
    def part_of_a_project(m, funder, p):
        whole = sum(m.Outlay_musd[p, t] for t in m.YEARS)
        return sum(for_one[funder, p]) <= funders[funder].max_project_share * whole

    @m.Constraint(m.HOMES, doc="a funder spends at least its share at home, MUSD")
    def spent_at_home(m, funder):
        return sum(at_home[funder]) >= 0.0


def _at_home(funder: Funder, country: str) -> float:
    """What a dollar spent in a country adds to the share at home, less the share that must be."""
    assert funder.min_domestic_share is not None
    return float(country == funder.home) - funder.min_domestic_share


def _asked(m: Any, instance: Instance) -> dict[Claimant, list[_ByYear]]:
    """Claimant -> by what is paid for, support of candidates, purchases for stockpiles or training, the outlay by year."""
    asked: dict[Claimant, list[_ByYear]] = defaultdict(list)
    single = any(pot.max_project_share is not None for pot in instance.pots.values())
    for p, project in instance.candidates.items():
        for i, outlay in _drawn(m, instance, p).items():
            asked[Claimant(project.country, project.stage, i, p if single else "")].append(outlay)
    for g, stock in instance.stockpiles.items():
        if stock.purchase_musd_per_kt:
            outlay = {t: m.Purchase_musd[g, t] for t in instance.years}
            asked[Claimant(stock.country, STOCKPILE_STAGE)].append(outlay)
    for c, force in instance.workforce.items():
        if any(force.cost_musd_per_person[t] * m.Train_people[c, t].ub > 0.0 for t in instance.years):
            asked[Claimant(c, TRAINING_STAGE)].append({t: m.Training_musd[c, t] for t in instance.years})
    return asked


def _drawn(m: Any, instance: Instance, p: str) -> dict[str, _ByYear]:
    """What a candidate draws by instrument and year; without instruments its public share, under no name."""
    project = instance.projects[p]
    if instance.finance is not None:
        return {i: m.charged[p, i] for i in instance.instruments if m.charged.get((p, i))}
    if project.capex_musd > 0.0 and project.public_share > 0.0 and project.funding_years:
        return {"": {t: m.Outlay_musd[p, t] for t in instance.years}}
    return {}
