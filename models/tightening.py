"""Rows that follow from the others: they change no answer, but show the search what excludes what.

Needs FUNDABLE, Fund, Outlay_musd, Purchase_musd, CLAIMS. Adds Ever, and what can be afforded together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyomo.environ as pyo

from models.instance import STOCKPILE_STAGE, TRAINING_STAGE, Instance
from models.purses import Claimant


def add_tightening(m: Any, instance: Instance, relaxed: bool = False) -> None:
    """Add Ever (whether a project is funded in any year), and the limits of claims that share their purses.

    Payments say implicitly that claims cannot take more than the purses that pay for them hold by the end of a year; said
    as rows on the fundings, the solver sees which of them exclude each other.
    """
    domain = pyo.UnitInterval if relaxed else pyo.Binary
    m.Ever = pyo.Var(m.FUNDABLE, domain=domain, doc="project p is funded in some year")

    @m.Constraint(m.FUNDABLE, doc="a project is ever funded if it is funded in one of the years")
    def ever_is_any_year(m, p):
        return m.Ever[p] == sum(m.Fund[p, v] for v in m.fundings_of[p])

    unions = _unions(m, instance.years)
    held = {
        (n, t): (claims, musd)
        for n, (claims, purses) in enumerate(unions)
        for t, musd in _held(m, purses, instance.years).items()
        if 0.0 < musd < _most_asked(m, instance, claims, t) and _may_take(m, claims, t)
    }
    m.TOGETHER = pyo.Set(initialize=list(held), dimen=2)

    @m.Constraint(m.TOGETHER, doc="claims take by the end of a year no more than their purses hold by then, MUSD")
    def affordable_together(m, n, t):
        claims, musd = held[n, t]
        return sum(m.outlay_of[claim][y] for claim in claims for y in instance.years if y <= t) <= musd


def _unions(m: Any, years: Iterable[int]) -> list[tuple[tuple[Claimant, ...], tuple[str, ...]]]:
    """Sets of claims with all their purses: each claim, country and stage, with all claims whose purses are among theirs."""
    payers: dict[Claimant, set[str]] = {}
    for b, *claim, _ in m.PAYMENTS:
        payers.setdefault(Claimant(*claim), set()).add(b)
    wanted = [frozenset(purses) for purses in payers.values()]
    for place in (0, 1):
        for name in dict.fromkeys(claimant[place] for claimant in m.claim_of):
            named = {claim for claimant, claim in m.claim_of.items() if claimant[place] == name}
            wanted.append(frozenset(b for claim in named for b in payers.get(claim, ())))
    unions: dict[tuple[Claimant, ...], tuple[str, ...]] = {}
    for purses in dict.fromkeys(wanted):
        claims = tuple(claim for claim, able in payers.items() if able <= purses)
        if claims:
            unions[claims] = tuple(sorted({b for claim in claims for b in payers[claim]}))
    return list(unions.items())


def _held(m: Any, purses: Iterable[str], years: tuple[int, ...]) -> Mapping[int, float]:
    """What purses hold together by the end of a year, in the last year before it grows."""
    total = {t: sum(m.purses[b].held_by(t) for b in purses) for t in years}
    return {t: musd for t, musd in total.items() if t == years[-1] or total[t + 1] > musd}


def _may_take(m: Any, claims: Iterable[Claimant], t: int) -> bool:
    """Whether any of the claims may cost money by the end of a year: what promises pay begins with the operation."""
    return any(pyo.is_potentially_variable(x) for c in claims for y, x in m.outlay_of[c].items() if y <= t)


def _most_asked(m: Any, instance: Instance, claims: Iterable[Claimant], t: int) -> float:
    """What all candidates of the claims could cost the public at most; purchases, training and support by output have no end."""
    chosen = set(claims)
    inside = {claimant for claimant, claim in m.claim_of.items() if claim in chosen}
    places = {(claimant.country, claimant.stage) for claimant in inside}
    plants = sum(p.public_share * p.capex_musd for p in instance.candidates.values() if (p.country, p.stage) in places)
    bought = instance.finance is not None or any(h in (STOCKPILE_STAGE, TRAINING_STAGE) for _, h in places)
    return float("inf") if bought else plants
