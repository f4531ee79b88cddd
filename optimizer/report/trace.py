"""Where material comes from and where it ends, followed through the written flows in plain arithmetic.

The rule, for each year of the base case: every material of one origin in one country is one pool, well mixed. What leaves a
pool is shared in proportion to its uses: shipped to other pools, taken by plants, served to a sector, or left over. What a
plant takes goes on into its outputs in proportion to their tonnes. Open uses that open material does not fill are filled
from allied material. A plant's output is thus followed, through recycling too, until a sector has it or nobody uses it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from optimizer.report.facts import Facts, Recipe, each

NOT_USED = "not used"
_ALLIED, _OPEN = "allied", "open"
_DUST_T = 1e-4
_MOST_SWEEPS = 500

Pool = tuple[str, str, str]  # material, origin, country
Amounts = dict[Pool, float]


@dataclass
class _Year:
    """Tonnes into and out of every pool in one year."""

    inflow: Amounts = field(default_factory=lambda: defaultdict(float))
    served: dict[tuple[Pool, str], float] = field(default_factory=lambda: defaultdict(float))
    moved: dict[tuple[Pool, Pool], float] = field(default_factory=lambda: defaultdict(float))
    taken: Amounts = field(default_factory=lambda: defaultdict(float))  # by plants that give nothing
    made: dict[tuple[str, Pool], float] = field(default_factory=lambda: defaultdict(float))  # by project

    def uses(self) -> Amounts:
        """Tonnes that leave each pool for a use."""
        total: Amounts = defaultdict(float)
        for (pool, _), amount in self.served.items():
            total[pool] += amount
        for (pool, _), amount in self.moved.items():
            total[pool] += amount
        for pool, amount in self.taken.items():
            total[pool] += amount
        return total


@dataclass(frozen=True)
class Trace:
    """What following the flows tells.

    ``reaches``: project -> sector (or ``not used``) -> share of its output; ``output_t``: project -> year -> tonnes made;
    ``unused_t``: (material, year) -> tonnes made or bought that nobody uses; ``supply_t``: (material, year) -> country ->
    tonnes made there, or sold by it; ``home_t``: (material, country, year) -> tonnes used where they are made.
    """

    reaches: Mapping[str, Mapping[str, float]]
    output_t: Mapping[str, Mapping[int, float]]
    unused_t: Mapping[tuple[str, int], float]
    supply_t: Mapping[tuple[str, int], Mapping[str, float]]
    home_t: Mapping[tuple[str, str, int], float]


def follow(facts: Facts) -> Trace:
    """Follow the base case of a plan."""
    years = _fill(facts)
    ends: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    output: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    unused: dict[tuple[str, int], float] = defaultdict(float)
    home: dict[tuple[str, str, int], float] = {}
    for t, year in years.items():
        left = _settle(year)
        for (k, _, _), amount in left.items():
            unused[k, t] += amount
        shares = _ends(year, left, facts.sectors)
        for (p, pool), amount in year.made.items():
            output[p][t] += amount
            for sector, share in zip((*facts.sectors, NOT_USED), shares[pool], strict=True):
                ends[p][sector] += float(share) * amount
        home.update({(k, c, t): amount for (k, c), amount in _home(year).items()})
    reaches = {p: {s: x / sum(found.values()) for s, x in found.items()} for p, found in ends.items()}
    return Trace(reaches, output, {key: x for key, x in unused.items() if x > _DUST_T}, _supply(facts), home)


def _fill(facts: Facts) -> dict[int, _Year]:
    years = {t: _Year() for t in facts.years}
    for row in each(facts.base("flows")):
        k, o, i, j, t, x = row.material, row.origin, row[3], row.to, row.year, row.t
        years[t].moved[(k, o, i), (k, o, j)] += x
        years[t].inflow[k, o, j] += x
    for row in each(facts.base("coverage")):
        allied = min(row.served_allied_t, row.served_t)
        years[row.year].served[(row.material, _ALLIED, row.country), row.sector] += allied
        years[row.year].served[(row.material, _OPEN, row.country), row.sector] += row.served_t - allied
    for row in each(facts.base("imports")):
        origin = _ALLIED if facts.makes_allied(row.supplier) else _OPEN
        years[row.year].inflow[row.material, origin, row.country] += row.t
    for row in each(facts.base("stocks")):
        origin = _ALLIED if row.allied == "yes" else _OPEN
        years[row.year].inflow[row.material, origin, row.country] += row.drawn_t
    for row in each(facts.base("runs")):
        project = facts.projects[row.project]
        recipe = facts.recipes[project.text("process"), row.recipe]
        _run(years[row.year], recipe, row.project, row.origin, project.text("country"), row.run_t)
    return years


def _run(year: _Year, recipe: Recipe, project: str, origin: str, country: str, activity: float) -> None:
    given = sum(recipe.outputs.values())
    for k, per_t in recipe.outputs.items():
        year.inflow[k, origin, country] += per_t * activity
        year.made[project, (k, origin, country)] += per_t * activity
    for k, per_t in recipe.inputs.items():
        source = (k, origin, country)
        if not given:
            year.taken[source] += per_t * activity
        for j, out in recipe.outputs.items():
            if given:
                year.moved[source, (j, origin, country)] += per_t * activity * out / given


def _settle(year: _Year) -> Amounts:
    """Fill open uses from allied material where open material is short; return what is left over in each pool."""
    uses = year.uses()
    left: Amounts = {}
    for k, c in sorted({(k, c) for k, _, c in (*year.inflow, *uses)}):
        allied, opened = (k, _ALLIED, c), (k, _OPEN, c)
        spare = year.inflow[allied] - uses[allied]
        lent = max(0.0, min(spare, uses[opened] - year.inflow[opened]))
        if lent > _DUST_T:
            year.moved[allied, opened] += lent
            year.inflow[opened] += lent
            spare -= lent
        left[allied] = max(0.0, spare)
        left[opened] = max(0.0, year.inflow[opened] - uses[opened])
    return left


def _ends(year: _Year, left: Amounts, sectors: tuple[str, ...]) -> dict[Pool, np.ndarray]:
    """Share of each pool that ends in each sector, and unused (last)."""
    pools = sorted(left)
    place = {pool: n for n, pool in enumerate(pools)}
    onward, ends = np.zeros((len(pools), len(pools))), np.zeros((len(pools), len(sectors) + 1))
    for (pool, target), amount in year.moved.items():
        onward[place[pool], place[target]] += amount
    for (pool, sector), amount in year.served.items():
        ends[place[pool], sectors.index(sector)] += amount
    for pool, n in place.items():
        ends[n, -1] += left[pool] + year.taken.get(pool, 0.0)
    out = onward.sum(axis=1) + ends.sum(axis=1)
    scale = np.divide(1.0, out, out=np.zeros_like(out), where=out > 0.0)[:, None]
    onward, ends = onward * scale, ends * scale
    shares = ends.copy()
    for _ in range(_MOST_SWEEPS):
        following = onward @ shares + ends
        if np.abs(following - shares).max(initial=0.0) < 1e-10:
            break
        shares = following
    return {pool: shares[n] for pool, n in place.items()}


def _home(year: _Year) -> dict[tuple[str, str], float]:
    """Tonnes made and used in the same country: what is made, less what is shipped out."""
    made: dict[tuple[str, str], float] = defaultdict(float)
    shipped: dict[tuple[str, str], float] = defaultdict(float)
    uses: dict[tuple[str, str], float] = defaultdict(float)
    for (_, (k, _, c)), amount in year.made.items():
        made[k, c] += amount
    for (k, _, c), amount in year.uses().items():
        uses[k, c] += amount
    for ((k, o, i), (j_k, j_o, j)), amount in year.moved.items():
        if k == j_k and i != j:
            shipped[k, i] += amount
        elif k == j_k and o != j_o:
            uses[k, i] -= amount
    return {key: amount for key in sorted(made) if (amount := min(made[key], uses[key]) - shipped[key]) > _DUST_T}


def _supply(facts: Facts) -> dict[tuple[str, int], dict[str, float]]:
    """Who makes or sells how much of each material."""
    supply: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in each(facts.base("runs")):
        project = facts.projects[row.project]
        for k, per_t in facts.recipes[project.text("process"), row.recipe].outputs.items():
            supply[k, row.year][project.text("country")] += per_t * row.run_t
    for row in each(facts.base("imports")):
        supply[row.material, row.year][row.supplier] += row.t
    return supply
