"""A plan held fixed under a loss that stays, as a case of its own: what else could be funded to serve again what it served.

Pure functions Instance -> Instance. The loss becomes the base of the new case, so that what must be served again is the
minimum coverage of each demand row, by year; the plan's fundings become standing plants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from models.instance import BASE, Demand, Goal, Instance, Offer, Project, Scenario, Workforce
from models.solution import Funding
from models.standing import people_needed, people_trained, standing_ktpy

# What a row served is asked for again but for this share: the plan's own flows are known to a solver's tolerance.
_WITHIN = 1e-7
# No country is called so: a loss of its country leaves a stock what it holds.
_STOCK = "#stock"


@dataclass(frozen=True)
class HeldPlan:
    """What a plan fixes: its fundings, stocks at the end of a year (g, t), what it serves with nothing lost (d, t), in kt.

    ``trained``: people who begin training by (country, t).
    """

    fundings: tuple[Funding, ...]
    level_kt: Mapping[tuple[str, int], float] = field(default_factory=dict)
    served_kt: Mapping[tuple[str, int], float] = field(default_factory=dict)
    trained: Mapping[tuple[str, int], float] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """What a repair must reach, and what it may do.

    ``share``: each demand row is served again at least this share of its demand, or what it was served with nothing lost
    where that is less. ``first_year``: the loss begins here (None: as the scenario says) and lasts as long as it says.
    ``before``: projects may be funded before the loss too, as an insurance.
    """

    share: float = 1.0
    first_year: int | None = None
    before: bool = False


def loss_years(instance: Instance, loss: Scenario, wish: Wish) -> tuple[int, ...]:
    """Years of the loss: as its scenario says, or as many from another first year on (to the end, if it lasts to the end)."""
    if wish.first_year is None or not loss.span:
        return loss.span
    lasts = len(instance.years) if loss.span[-1] == instance.years[-1] else len(loss.span)
    return tuple(t for t in instance.years if wish.first_year <= t < wish.first_year + lasts)


def repair_case(instance: Instance, plan: HeldPlan, loss: Scenario, wish: Wish) -> Instance:
    """Return the case of a repair: the loss is its base, the plan stands, the others may be funded from the loss on.

    Every demand row must be served again in every year of the loss (who solves it lets years before the repair off). Stocks
    give each year of the loss an even share of what they held before it. Redundancy and fairness rules, minimum utilization,
    budget, pots and the limit of liability are no part of it: the money is extra, and is made as small as possible.
    """
    span = loss_years(instance, loss, wish)
    first = instance.years[0] if wish.before or not span else span[0]
    lost = replace(
        loss, name=BASE, span=instance.years, years=instance.years, weight=0.0, sector=None, min_coverage=None
    )
    return replace(
        instance,
        goal=Goal.COVERAGE,
        projects=beside(instance, plan.fundings, first),
        demands={d: _asked(demand, plan, span, wish.share) for d, demand in instance.demands.items()},
        offers={**instance.offers, **_stock_shares(instance, plan, span)},
        stockpiles={},
        pots={},
        rules={},
        fairness={},
        scenarios={BASE: lost},
        budget_musd=None,
        finance=None if instance.finance is None else replace(instance.finance, max_contingent_musd=None),
        resilience_weight=0.0,
        workforce=_people_left(instance, plan, first),
    )


def beside(instance: Instance, fundings: Iterable[Funding], first: int) -> dict[str, Project]:
    """The projects with those of a plan standing; the others may be funded from ``first`` on."""
    built = {funding.project: funding for funding in fundings}
    return {
        p: _standing(instance, project, built[p]) if p in built else _open(instance, project, built, first)
        for p, project in instance.projects.items()
    }


def _people_left(instance: Instance, plan: HeldPlan, first: int) -> dict[str, Workforce]:
    """Whom the plan leaves for others: who is there and trained and not needed, and training from ``first`` on beside its own."""
    needed = people_needed(instance, standing_ktpy(instance, plan.fundings))
    ready = people_trained(instance, plan.trained)
    return {
        c: replace(
            force,
            available={t: max(0.0, x + ready[c, t] - needed[c, t]) for t, x in force.available.items()},
            max_trained={
                t: max(0.0, x - plan.trained.get((c, t), 0.0)) if t >= first else 0.0
                for t, x in force.max_trained.items()
            },
        )
        for c, force in instance.workforce.items()
    }


def standing(instance: Instance, fundings: Iterable[Funding]) -> Instance:
    """The case with some candidates funded and all others left out."""
    built = {funding.project: funding for funding in fundings}
    projects = {
        p: _standing(instance, project, built[p]) if p in built else replace(project, funding_years=())
        for p, project in instance.projects.items()
    }
    return replace(instance, projects=projects)


def _standing(instance: Instance, project: Project, funding: Funding) -> Project:
    """A funded candidate as a plant that stands: at its size, by its ramp, from its first operating year."""
    scale = funding.size_ktpy / project.nameplate_ktpy if project.nameplate_ktpy else 1.0
    fractions = {t: project.fraction(funding.year, t) for t in instance.years if project.operates(funding.year, t)}
    return replace(
        project,
        is_candidate=False,
        nameplate_ktpy=funding.size_ktpy,
        min_size_ktpy=0.0,
        min_utilization=0.0,
        fixed_opex_musd_per_year=project.fixed_opex_musd_per_year * scale,
        fixed_fraction=fractions,
        funding_years=(),
    )


def _open(instance: Instance, project: Project, built: Mapping[str, Funding], first: int) -> Project:
    """A candidate that the plan leaves out: not before the loss, nor before what it requires of the plan."""
    needed = max([first, *(built[p].year for p in project.requires if p in built)])
    years = tuple(v for v in project.funding_years if v >= needed)
    return replace(project, funding_years=years, min_utilization=0.0)


def _asked(demand: Demand, plan: HeldPlan, span: tuple[int, ...], share: float) -> Demand:
    """A row with what must be served again as its minimum coverage, in the years of the loss alone."""
    least = {}
    for t, wanted in demand.demand_kt.items():
        served = plan.served_kt.get((demand.name, t), 0.0) / wanted if wanted > 0.0 and t in span else 0.0
        least[t] = max(0.0, min(served * (1.0 - _WITHIN), share, 1.0))
    return replace(demand, min_coverage=least)


def _stock_shares(instance: Instance, plan: HeldPlan, span: tuple[int, ...]) -> dict[str, Offer]:
    """What stocks give in each year of the loss, as offers that cost nothing: an even share of what they held before it."""
    offers = {}
    for g, stock in instance.stockpiles.items():
        before = plan.level_kt.get((g, span[0] - 1), stock.opening_kt) if span else 0.0
        if before > 0.0:
            offers[f"{_STOCK} {g}"] = Offer(
                name=f"{_STOCK} {g}",
                supplier=_STOCK,
                material=stock.material,
                country=stock.country,
                origin=stock.origin,
                max_kt={t: before / len(span) if t in span else 0.0 for t in instance.years},
                price_musd_per_kt=dict.fromkeys(instance.years, 0.0),
            )
    return offers
