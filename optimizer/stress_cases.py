"""What a plan is tested against: every country, site and supplier, pairs of them, and projects that come late."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from models.instance import Instance
from models.solution import Investment
from models.standing import is_coming
from optimizer.cells import records
from optimizer.solve.stress import Loss
from optimizer.workbook import Workbook

COUNTRY, SITE, SUPPLIER, PAIR, DELAY, WORKBOOK = "country", "site", "supplier", "pair", "delay", "workbook"
SINGLES = (COUNTRY, SITE, SUPPLIER)
LATE_YEARS = (1, 2)


def single_losses(workbook: Workbook, instance: Instance, investment: Investment) -> list[Loss]:
    """Every country that may be lost, every site at which the plan has something standing, every supplier."""
    listed = records(workbook, "Countries")
    countries = [c.text("country") for c in listed if c.flag("may_be_lost", c.flag("ally", False))]
    standing = {p for (p, _), kt in investment.capacity_ktpy.items() if kt > 0.0}
    sites = dict.fromkeys(project.site for project in instance.projects.values() if project.name in standing)
    suppliers = dict.fromkeys(offer.supplier for offer in instance.offers.values())
    return [
        *(lose_country(instance, c) for c in countries),
        *(lose_site(instance, site) for site in sites),
        *(lose_supplier(s) for s in suppliers),
    ]


def lose_country(instance: Instance, country: str) -> Loss:
    """Its plants run nothing, nothing leaves it, it sells nothing; it may still be served."""
    hit = {p.name: 0.0 for p in instance.projects.values() if p.country == country}
    return Loss(f"{COUNTRY}:{country}", COUNTRY, (country,), hit, {country: 0.0}, frozenset({country}))


def lose_site(instance: Instance, site: str) -> Loss:
    """All projects of the site run nothing."""
    hit = {p.name: 0.0 for p in instance.projects.values() if p.site == site}
    return Loss(f"{SITE}:{site}", SITE, (site,), hit)


def lose_supplier(supplier: str) -> Loss:
    """It sells nothing; its plants, if it has any, run on."""
    return Loss(f"{SUPPLIER}:{supplier}", SUPPLIER, (supplier,), {}, {supplier: 0.0})


def pairs(singles: list[Loss]) -> list[Loss]:
    """Every two countries, and every supplier with every other country."""
    countries = [loss for loss in singles if loss.kind == COUNTRY]
    suppliers = [loss for loss in singles if loss.kind == SUPPLIER]
    found = [both(a, b) for a, b in combinations(countries, 2)]
    return found + [both(s, c) for s in suppliers for c in countries if s.targets != c.targets]


def both(first: Loss, second: Loss) -> Loss:
    """Two losses at once; each severity is whole, so that what either takes is gone."""
    names = (*first.targets, *second.targets)
    kinds = f"{first.kind}:{first.targets[0]}+{second.kind}:{second.targets[0]}"
    return Loss(
        f"{PAIR}:{kinds}",
        PAIR,
        names,
        {**first.project_left, **second.project_left},
        {**first.supplier_left, **second.supplier_left},
        first.closed | second.closed,
        parts=(first, second),
    )


def delays(instance: Instance, investment: Investment) -> list[Loss]:
    """Every funded project, and every one that is still to come, by one and by two years."""
    funded = {funding.project for funding in investment.fundings}
    late = [p for p, x in instance.projects.items() if p in funded or is_coming(x, instance.years[0])]
    return [late_by(p, years) for p in late for years in LATE_YEARS]


def late_by(project: str, years: int) -> Loss:
    """One project gives its output later."""
    return Loss(f"{DELAY}:{project}+{years}", DELAY, (project,), delays={project: years})


def every_loss(workbook: Workbook, instance: Instance, investment: Investment, with_pairs: bool) -> Iterator[Loss]:
    """All of them: singles, pairs where asked for, delays."""
    singles = single_losses(workbook, instance, investment)
    yield from singles
    yield from pairs(singles) if with_pairs else ()
    yield from delays(instance, investment)
