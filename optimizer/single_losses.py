"""Single points of failure: what the chain as it is may lose alone."""

from __future__ import annotations

from models.instance import Instance
from models.solution import Operation
from optimizer.variants import Target

COUNTRY, SITE, SUPPLIER = "lose_country", "lose_project", "lose_supplier"
_MOST_AT_ONCE = 8


def single_targets(instance: Instance, base: Operation) -> list[Target]:
    """Return what the chain as it is may lose: countries, sites and suppliers that have a part in it in some year.

    A country has a part if a plant stands in it, if it keeps a stock, or if something passes on from it. A supplier's own
    country is not named a second time where only its sales could be lost.
    """
    standing = [p for p in instance.projects.values() if any(x > 0.0 for x in p.fixed_fraction.values())]
    standing = [p for p in standing if p.nameplate_ktpy > 0.0]
    selling = dict.fromkeys(offer.supplier for offer in instance.offers.values() if any(offer.max_kt.values()))
    active = {p.country for p in standing} | {s.country for s in instance.stockpiles.values() if s.opening_kt > 0.0}
    active |= {i for _, _, i, _, _ in base.ships if i not in selling}
    return [
        *(Target(COUNTRY, c) for c in instance.countries if c in active),
        *(Target(SITE, site) for site in dict.fromkeys(p.site for p in standing)),
        *(Target(SUPPLIER, supplier) for supplier in selling),
    ]


def in_parts(targets: list[Target]) -> list[tuple[Target, ...]]:
    """Cut a list of targets into jobs, the same whatever the number of workers."""
    return [tuple(targets[n : n + _MOST_AT_ONCE]) for n in range(0, len(targets), _MOST_AT_ONCE)]
