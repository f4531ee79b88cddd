"""The pools of the base case: what goes into and out of every material of one origin in one country, year by year."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from optimizer.report.facts import Facts, Recipe, each

ALLIED, OPEN = "allied", "open"
MADE, BOUGHT, STOCK = "made there", "bought from it", "from stock there"
_DUST_T = 1e-4

Pool = tuple[str, str, str]  # material, origin, country
Source = tuple[str, str, str]  # country, how it enters (made there, ...), origin
Amounts = dict[Pool, float]


def _amounts() -> defaultdict:
    return defaultdict(float)


@dataclass
class Year:
    """Tonnes into and out of every pool in one year.

    ``entered``: what is made, bought or drawn, by source. ``shipped``: from pool to pool of one material, allied material
    that fills open uses too. ``worked``: from a plant's input to its outputs, shared by their tonnes. ``spent``: inputs of
    plants that give nothing. ``made``: by project. ``left``: what nobody uses.
    """

    entered: dict[tuple[Pool, Source], float] = field(default_factory=_amounts)
    shipped: dict[tuple[Pool, Pool], float] = field(default_factory=_amounts)
    worked: dict[tuple[Pool, Pool], float] = field(default_factory=_amounts)
    served: dict[tuple[Pool, str], float] = field(default_factory=_amounts)
    spent: Amounts = field(default_factory=_amounts)
    made: dict[tuple[str, Pool], float] = field(default_factory=_amounts)
    left: Amounts = field(default_factory=_amounts)

    def inflow(self) -> Amounts:
        """Tonnes that come into each pool."""
        total: Amounts = _amounts()
        for (pool, _), amount in self.entered.items():
            total[pool] += amount
        for (_, pool), amount in self.shipped.items():
            total[pool] += amount
        return total

    def uses(self) -> Amounts:
        """Tonnes of each pool that plants take and sectors get."""
        total: Amounts = _amounts()
        for (pool, _), amount in (*self.served.items(), *self.worked.items()):
            total[pool] += amount
        for pool, amount in self.spent.items():
            total[pool] += amount
        return total

    def outflow(self) -> Amounts:
        """Tonnes that are used or shipped on."""
        total = self.uses()
        for (pool, _), amount in self.shipped.items():
            total[pool] += amount
        return total


def fill(facts: Facts) -> dict[int, Year]:
    """Fill the pools of every year from the tables of the base case."""
    years = {t: Year() for t in facts.years}
    for row in each(facts.base("flows")):
        k, o, i, j = row.material, row.origin, row[3], row.to
        years[row.year].shipped[(k, o, i), (k, o, j)] += row.t
    for row in each(facts.base("coverage")):
        allied = min(row.served_allied_t, row.served_t)
        years[row.year].served[(row.material, ALLIED, row.country), row.sector] += allied
        years[row.year].served[(row.material, OPEN, row.country), row.sector] += row.served_t - allied
    for row in each(facts.base("imports")):
        origin = ALLIED if facts.makes_allied(row.supplier) else OPEN
        years[row.year].entered[(row.material, origin, row.country), (row.supplier, BOUGHT, origin)] += row.t
    for row in each(facts.base("stocks")):
        origin = ALLIED if row.allied == "yes" else OPEN
        years[row.year].entered[(row.material, origin, row.country), (row.country, STOCK, origin)] += row.drawn_t
    for row in each(facts.base("runs")):
        project = facts.projects[row.project]
        recipe = facts.recipes[project.text("process"), row.recipe]
        _run(years[row.year], recipe, row.project, row.origin, project.text("country"), row.run_t)
    for year in years.values():
        _settle(year)
    return years


def _run(year: Year, recipe: Recipe, project: str, origin: str, country: str, activity: float) -> None:
    given = sum(recipe.outputs.values())
    for k, per_t in recipe.outputs.items():
        year.entered[(k, origin, country), (country, MADE, origin)] += per_t * activity
        year.made[project, (k, origin, country)] += per_t * activity
    for k, per_t in recipe.inputs.items():
        source = (k, origin, country)
        if not given:
            year.spent[source] += per_t * activity
        for j, out in recipe.outputs.items():
            if given:
                year.worked[source, (j, origin, country)] += per_t * activity * out / given


def _settle(year: Year) -> None:
    """Fill open uses from allied material where open material is short, and find what is left over."""
    inflow, outflow = year.inflow(), year.outflow()
    for k, c in sorted({(k, c) for k, _, c in (*inflow, *outflow)}):
        allied, opened = (k, ALLIED, c), (k, OPEN, c)
        spare = inflow[allied] - outflow[allied]
        lent = max(0.0, min(spare, outflow[opened] - inflow[opened]))
        if lent > _DUST_T:
            year.shipped[allied, opened] += lent
        year.left[allied] = max(0.0, spare - lent)
        year.left[opened] = max(0.0, inflow[opened] + lent - outflow[opened])
