"""Where material comes from and where it ends, followed through the written flows in plain arithmetic.

The rule, for each year of the base case: every material of one origin in one country is one pool, well mixed. Whatever
leaves a pool has the make-up of the pool: what is shipped on, what plants take, what sectors get, what is left over. What a
plant takes goes on into its outputs in proportion to their tonnes. Open uses that open material does not fill are filled
from allied material. So a plant's output is followed downstream, through recycling too, until a sector has it or nobody
uses it; and what is used is followed upstream to the country that made it or the supplier that sold it, across transit.
A plant's output are its products: what comes beside, as scrap does, is no part of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.report.facts import Facts
from optimizer.report.pools import ALLIED, STOCK, Pool, Source, Year, fill

NOT_USED = "not used"
_DUST_T = 1e-4
_SAME = 1e-10
_MOST_SWEEPS = 500


@dataclass
class Link:
    """What one source gives one country in one year: tonnes used, those of allied origin, those that sectors get."""

    t: float = 0.0
    allied_t: float = 0.0
    served_t: float = 0.0


LinkKey = tuple[str, str, str, str, int]  # material, source country, how, using country, year


@dataclass(frozen=True)
class Trace:
    """What following the flows tells.

    ``reaches``: project -> sector (or ``not used``) -> share of its output; ``output_t``: project -> year -> tonnes of its
    products;
    ``unused_t``: (material, year) -> tonnes made or bought that nobody uses; ``supply_t``: (material, year) -> country ->
    tonnes made there, or sold by it; ``links``: who gives whom how much.
    """

    reaches: Mapping[str, Mapping[str, float]]
    output_t: Mapping[str, Mapping[int, float]]
    unused_t: Mapping[tuple[str, int], float]
    supply_t: Mapping[tuple[str, int], Mapping[str, float]]
    links: Mapping[LinkKey, Link]


def follow(facts: Facts) -> Trace:
    """Follow the base case of a plan."""
    ends: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    output: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    unused: dict[tuple[str, int], float] = defaultdict(float)
    supply: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    links: dict[LinkKey, Link] = {}
    for t, year in fill(facts).items():
        shares = _ends(year, facts.sectors)
        for (p, pool), amount in year.made.items():
            if not facts.is_product(p, pool[0]):
                continue
            output[p][t] += amount
            for sector, share in zip((*facts.sectors, NOT_USED), shares[pool], strict=True):
                ends[p][sector] += float(share) * amount
        for (k, _, _), amount in year.left.items():
            unused[k, t] += amount
        for ((k, _, _), (country, how, _)), amount in year.entered.items():
            supply[k, t][country] += amount if how != STOCK else 0.0
        links.update(_links(year, t))
    reaches = {
        p: {s: x / total for s, x in found.items()} for p, found in ends.items() if (total := sum(found.values()))
    }
    return Trace(reaches, output, {key: x for key, x in unused.items() if x > _DUST_T}, supply, links)


def reached(facts: Facts, project: str) -> dict[tuple[str, int], float]:
    """Tonnes of a project's products that end in each sector, or unused, by year: followed downstream in the base case."""
    found: dict[tuple[str, int], float] = defaultdict(float)
    for t, year in fill(facts).items():
        made = {
            pool: amount
            for (p, pool), amount in year.made.items()
            if p == project and amount > _DUST_T and facts.is_product(p, pool[0])
        }
        if not made:
            continue
        shares = _ends(year, facts.sectors)
        for pool, amount in made.items():
            for sector, share in zip((*facts.sectors, NOT_USED), shares[pool], strict=True):
                if (part := float(share) * amount) > _DUST_T:
                    found[sector, t] += part
    return dict(found)


def _ends(year: Year, sectors: tuple[str, ...]) -> dict[Pool, np.ndarray]:
    """Share of each pool that ends in each sector, and unused (last)."""
    pools = sorted(year.left)
    place = {pool: n for n, pool in enumerate(pools)}
    onward, ends = np.zeros((len(pools), len(pools))), np.zeros((len(pools), len(sectors) + 1))
    for (pool, target), amount in (*year.shipped.items(), *year.worked.items()):
        onward[place[pool], place[target]] += amount
    for (pool, sector), amount in year.served.items():
        ends[place[pool], sectors.index(sector)] += amount
    for pool, n in place.items():
        ends[n, -1] += year.left[pool] + year.spent.get(pool, 0.0)
    shares = _settled(onward, ends)
    return {pool: shares[n] for pool, n in place.items()}


def _settled(onward: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Solve x = onward x + ends, both as shares of their rows, by going round until nothing changes."""
    whole = onward.sum(axis=1) + ends.sum(axis=1)
    scale = np.divide(1.0, whole, out=np.zeros_like(whole), where=whole > 0.0)[:, None]
    onward, ends = onward * scale, ends * scale
    shares = ends
    for _ in range(_MOST_SWEEPS):
        following = onward @ shares + ends
        if np.abs(following - shares).max(initial=0.0) < _SAME:
            return following
        shares = following
    return shares


def _links(year: Year, t: int) -> dict[LinkKey, Link]:
    """Who gives whom, material by material."""
    links: dict[LinkKey, Link] = defaultdict(Link)
    uses = year.uses()
    served: dict[Pool, float] = defaultdict(float)
    for (pool, _), amount in year.served.items():
        served[pool] += amount
    for k in sorted({pool[0] for pool in uses}):
        for pool, make_up in make_up_of(year, k).items():
            for (country, how, origin), share in make_up:
                if share * uses[pool] > _DUST_T:
                    link = links[k, country, how, pool[2], t]
                    link.t += share * uses[pool]
                    link.allied_t += share * uses[pool] if origin == ALLIED else 0.0
                    link.served_t += share * served[pool]
    return links


def make_up_of(year: Year, material: str) -> dict[Pool, Iterable[tuple[Source, float]]]:
    """Return the share of each source in each pool of a material."""
    entered = {key: amount for key, amount in year.entered.items() if key[0][0] == material}
    shipped = {key: amount for key, amount in year.shipped.items() if key[0][0] == material}
    pools = sorted({pool for pool, _ in entered} | {pool for key in shipped for pool in key})
    sources = sorted({source for _, source in entered})
    place, rank = {pool: n for n, pool in enumerate(pools)}, {source: n for n, source in enumerate(sources)}
    inward, own = np.zeros((len(pools), len(pools))), np.zeros((len(pools), len(sources)))
    for (pool, source), amount in entered.items():
        own[place[pool], rank[source]] += amount
    for (pool, target), amount in shipped.items():
        inward[place[target], place[pool]] += amount
    shares = _settled(inward, own)
    return {
        pool: [(s, float(x)) for s, x in zip(sources, shares[n], strict=True) if x > 0.0] for pool, n in place.items()
    }
