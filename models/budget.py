"""Public outlay by year and funder within the budgets.

Needs CapexSpent_musd, Purchase_musd, Training_musd. Adds Outlay_musd by what is paid for, and Pay_musd where there are pots.

Pots of one funder that may pay for the same and differ in their year alone are one purse; countries and stages for which the
same purses may pay are one claim. Neither changes what can be paid (the proof is in FORMULATION.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from models.instance import STOCKPILE_STAGE, TRAINING_STAGE, Instance, Pot
from models.relief import add_relief

_Claimant = tuple[str, str]  # country, stage


@dataclass(frozen=True)
class Purse:
    """Pots that pay for the same: ``held_musd`` by year of release; without a year (None) it pays in any year."""

    funder: str
    pots: tuple[Pot, ...]

    def pays(self, claimant: _Claimant, t: int) -> bool:
        """Whether any of its pots may pay an outlay of that country and stage in t."""
        return any(pot.pays(*claimant, t) for pot in self.pots)

    def held_by(self, t: int) -> float:
        """What all its pots that were ever released by the end of t held, MUSD."""
        return sum(pot.budget_musd for pot in self.pots if pot.year is None or pot.year <= t)

    def limits(self, years: tuple[int, ...]) -> dict[int, tuple[tuple[int, ...], float]]:
        """Limits by the last year they speak of: the years in which together no more may be paid, and how much."""
        if self.pots[0].year is not None and not self.pots[0].carry_over:
            given = {t: sum(pot.budget_musd for pot in self.pots if pot.year == t) for t in years}
            return {t: ((t,), given[t]) for t in dict.fromkeys(pot.year for pot in self.pots) if t in given}
        ends = [t for t in years if t == years[-1] or self.held_by(t + 1) > self.held_by(t)]
        return {t: (tuple(y for y in years if y <= t), self.held_by(t)) for t in ends}


def add_budget(m: Any, instance: Instance) -> None:
    """Add the total budget, and the payment in full of each year's outlay from pots that allow it."""
    projects, stocks = instance.projects, instance.stockpiles

    @m.Expression(m.CANDIDATES, m.YEARS, doc="public money for project p in t, MUSD")
    def Outlay_musd(m, p, t):
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

    m.purses = purses = purses_of(instance.pots.values())
    m.asked = asked = _asked(m, instance) if purses else {}
    m.claim_of = _claims(asked, purses, instance.years)
    m.outlay_of = {
        claim: {t: sum(x[t] for c in asked if m.claim_of[c] == claim for x in asked[c]) for t in instance.years}
        for claim in dict.fromkeys(m.claim_of.values())
    }
    m.CLAIMS = pyo.Set(initialize=[(*claim, t) for claim in m.outlay_of for t in instance.years], dimen=3)
    m.PAYMENTS = pyo.Set(
        initialize=[(b, c, h, t) for b, purse in purses.items() for c, h, t in m.CLAIMS if purse.pays((c, h), t)],
        dimen=4,
    )
    m.Pay_musd = pyo.Var(m.PAYMENTS, domain=pyo.NonNegativeReals, doc="paid by purse b for a claim in t, MUSD")
    payers, paid = defaultdict(list), defaultdict(list)
    for b, c, h, t in m.PAYMENTS:
        payers[c, h, t].append(b)
        paid[b, t].append((c, h))

    unpaid = add_relief(m, "outlay_is_paid", m.CLAIMS, "MUSD")

    @m.Constraint(m.CLAIMS, doc="every outlay is paid in full in its year, MUSD")
    def outlay_is_paid(m, c, h, t):
        paid_here = sum(m.Pay_musd[b, c, h, t] for b in payers[c, h, t])
        return paid_here + unpaid[c, h, t] == m.outlay_of[c, h][t]

    held = {(b, end): limit for b, purse in purses.items() for end, limit in purse.limits(instance.years).items()}
    m.PURSES = pyo.Set(
        initialize=[(b, end) for (b, end), (years, _) in held.items() if any(paid[b, t] for t in years)], dimen=2
    )

    @m.Constraint(m.PURSES, doc="a purse pays by the end of a year no more than it was given by then, MUSD")
    def payments_within_purse(m, b, end):
        years, musd = held[b, end]
        return sum(m.Pay_musd[b, c, h, t] for t in years for c, h in paid[b, t]) <= musd


def purses_of(pots: Iterable[Pot]) -> dict[str, Purse]:
    """Purses, each called by its first pot."""
    alike: dict[tuple[object, ...], list[Pot]] = defaultdict(list)
    for pot in pots:
        alike[pot.funder, pot.countries, pot.stages, pot.carry_over, pot.year is None].append(pot)
    return {members[0].name: Purse(members[0].funder, tuple(members)) for members in alike.values()}


def _asked(m: Any, instance: Instance) -> dict[_Claimant, list[Mapping[int, Any]]]:
    """(country, stage) -> by what is paid for, candidates, purchases for stockpiles or training, the outlay by year."""
    asked: dict[_Claimant, list[Mapping[int, Any]]] = defaultdict(list)
    for p, project in instance.candidates.items():
        if project.capex_musd > 0.0 and project.public_share > 0.0 and project.funding_years:
            asked[project.country, project.stage].append({t: m.Outlay_musd[p, t] for t in instance.years})
    for g, stock in instance.stockpiles.items():
        if stock.purchase_musd_per_kt:
            asked[stock.country, STOCKPILE_STAGE].append({t: m.Purchase_musd[g, t] for t in instance.years})
    for c, force in instance.workforce.items():
        if any(force.cost_musd_per_person[t] * m.Train_people[c, t].ub > 0.0 for t in instance.years):
            asked[c, TRAINING_STAGE].append({t: m.Training_musd[c, t] for t in instance.years})
    return asked


def _claims(
    claimants: Iterable[_Claimant], purses: Mapping[str, Purse], years: tuple[int, ...]
) -> dict[_Claimant, _Claimant]:
    """Claimant -> the first one for which the same purses pay in the same years."""
    first: dict[tuple[tuple[str, int], ...], _Claimant] = {}
    claims: dict[_Claimant, _Claimant] = {}
    for claimant in claimants:
        able = tuple((b, t) for b, purse in purses.items() for t in years if purse.pays(claimant, t))
        # What nobody pays for stands for itself, so that it can be named where it makes a case infeasible.
        claims[claimant] = first.setdefault(able, claimant) if able else claimant
    return claims
