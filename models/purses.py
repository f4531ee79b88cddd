"""Who may pay for what: pots of one funder joined to purses, outlays that the same purses may pay joined to claims.

Pots of one funder that may pay for the same and differ in their year alone are one purse; what the same purses may pay for is
one claim. Neither changes what can be paid (the proof is in FORMULATION.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from models.instance import STOCKPILE_STAGE, TRAINING_STAGE, Instance, Pot
from models.instruments import Instrument


class Claimant(NamedTuple):
    """What may be paid for alike. ``instrument``: "" where there are none, and for purchases and training.

    ``project``: "" but where a funder's part of a single project is limited.
    """

    country: str
    stage: str
    instrument: str = ""
    project: str = ""


@dataclass(frozen=True)
class Purse:
    """Pots that pay for the same: ``held_musd`` by year of release; without a year (None) it pays in any year."""

    funder: str
    pots: tuple[Pot, ...]

    def pays(self, country: str, stage: str, t: int, instrument: Instrument | None = None) -> bool:
        """Whether any of its pots may pay an outlay of that country and stage, by that instrument, in t."""
        return any(pot.pays(country, stage, t, instrument) for pot in self.pots)

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


def purse_kind(pot: Pot) -> tuple[object, ...]:
    """What pots of one purse have in common."""
    return pot.funder, pot.countries, pot.stages, pot.instruments, pot.carry_over, pot.year is None


def purses_of(pots: Iterable[Pot]) -> dict[str, Purse]:
    """Purses, each called by its first pot."""
    alike: dict[tuple[object, ...], list[Pot]] = defaultdict(list)
    for pot in pots:
        alike[purse_kind(pot)].append(pot)
    return {members[0].name: Purse(members[0].funder, tuple(members)) for members in alike.values()}


@dataclass(frozen=True)
class Funder:
    """A funder with limits of its own: see ``Pot``."""

    name: str
    home: str
    max_project_share: float | None
    min_domestic_share: float | None


def funders_of(pots: Iterable[Pot]) -> dict[str, Funder]:
    """Funders by name, in the order of their pots."""
    return {pot.funder: Funder(pot.funder, pot.home, pot.max_project_share, pot.min_domestic_share) for pot in pots}


def places_of(instance: Instance) -> dict[str, tuple[str, str]]:
    """Country and stage of all that may draw money: projects, stockpiles and training, by name."""
    places = {p: (project.country, project.stage) for p, project in instance.projects.items()}
    places |= {g: (stock.country, STOCKPILE_STAGE) for g, stock in instance.stockpiles.items()}
    return places | {force.name: (c, TRAINING_STAGE) for c, force in instance.workforce.items()}


def claims_of(
    instance: Instance, claimants: Iterable[Claimant], purses: Mapping[str, Purse]
) -> dict[Claimant, Claimant]:
    """Claimant -> the first one for which the same purses pay in the same years, at home or abroad alike."""
    homes = {f.home for f in funders_of(instance.pots.values()).values() if f.min_domestic_share is not None}
    first: dict[tuple[object, ...], Claimant] = {}
    claims: dict[Claimant, Claimant] = {}
    for claimant in claimants:
        able = tuple((b, t) for b, x in purses.items() for t in instance.years if may_pay(instance, x, claimant, t))
        kind = (able, claimant.country if claimant.country in homes else "", claimant.project)
        # What nobody pays for stands for itself, so that it can be named where it makes a case infeasible.
        claims[claimant] = first.setdefault(kind, claimant) if able else claimant
    return claims


def may_pay(instance: Instance, purse: Purse, claimant: Claimant, t: int) -> bool:
    """Whether a purse may pay for a claimant in t."""
    return purse.pays(claimant.country, claimant.stage, t, instance.instruments.get(claimant.instrument))
