"""The most that could exist of a material in a year, with all money in the world: plain arithmetic, before any solve.

Every figure here is an upper bound and never below what a plan can reach: every candidate is funded as early as it may
be and at nameplate, routes cost nothing and forbid nothing, and each material is looked at as if no other needed the
same plants and feeds. What is above such a bound cannot be reached for certain.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from optimizer.cells import Record
from optimizer.checks.content import Content, grouped
from optimizer.checks.series import Series, all_series

# Loops such as recycling shrink by their yield in every round; after this many rounds nothing of note is left.
_ROUNDS = 200
_SETTLED = 1e-9
# Below this, in tonnes, a bound is nothing.
NOTHING_T = 1e-6


@dataclass(frozen=True)
class Recipe:
    """Tonnes per tonne of activity."""

    process: str
    name: str
    inputs: Mapping[str, float]
    outputs: Mapping[str, float]


@dataclass(frozen=True)
class Plant:
    """A plant at its most: ramped capacity from the first year in which it could run."""

    project: str
    country: str
    process: str
    site: str
    group: str
    standing: bool
    nameplate_t: float
    start: int | None
    end: int
    ramp: tuple[tuple[int, float], ...]

    def capacity_t(self, year: int) -> float:
        """Return what could run in a year. A candidate may start later, so a falling ramp counts at its highest."""
        if year > self.end:
            return 0.0
        if self.start is None or not self.ramp:
            return self.nameplate_t if self.start is None or year >= self.start else 0.0
        passed = bisect_right(self.ramp, (year - self.start + 1, float("inf")))
        if passed == 0:
            return 0.0
        reached = [fraction for _, fraction in self.ramp[:passed]]
        return self.nameplate_t * (reached[-1] if self.standing else max(reached))


@dataclass(frozen=True)
class Reach:
    """What could stand, be bought and be drawn, as read from the sheets."""

    years: range
    plants: tuple[Plant, ...]
    recipes: tuple[Recipe, ...]
    imports: tuple[Series, ...]
    stocks: tuple[Record, ...]
    allies: frozenset[str]
    trusted: frozenset[str]

    def available_t(self, year: int, allied: bool, kept: Kept | None = None) -> dict[str, float]:
        """Return the most of each material that could exist in a year.

        Parameters
        ----------
        year
            A year of the plan.
        allied
            Count only what is of allied origin through the whole chain.
        kept
            What a loss leaves; None in the base.
        """
        capacity, supply = self.amounts_t(year, allied, kept or Kept())
        return _spread(self.recipes, capacity, supply)

    def amounts_t(self, year: int, allied: bool, kept: Kept) -> tuple[dict[str, float], dict[str, float]]:
        """Return what plants could run by process, and what imports and stocks bring by material; see ``available_t``."""
        return self._capacity_t(year, allied, kept), self._supply_t(year, allied, kept)

    def _capacity_t(self, year: int, allied: bool, kept: Kept) -> dict[str, float]:
        amounts = (
            (plant, plant.capacity_t(year) * kept.plant(plant))
            for plant in self.plants
            if not allied or plant.country in self.trusted
        )
        return sum_by(amounts, lambda plant: plant.process)

    def _supply_t(self, year: int, allied: bool, kept: Kept) -> dict[str, float]:
        supply: dict[str, float] = defaultdict(float)
        for series in self.imports:
            offer = series.row(year)
            if not allied or offer.text("supplier") in self.trusted:
                supply[offer.text("material")] += series.value("max_t", year) * kept.supplier(offer.text("supplier"))
        for row in self.stocks:
            if (row.flag("base_draw", False) or kept.draws) and (not allied or row.flag("allied", False)):
                opening = row.number_or("opening_t", 0.0)
                supply[row.text("material")] += max(opening, row.number_or("max_t", opening))
        return supply


@dataclass(frozen=True)
class Kept:
    """What a loss leaves of plants and suppliers, as fractions by code; all of it where a code is not named."""

    countries: Mapping[str, float] = field(default_factory=dict)
    sites: Mapping[str, float] = field(default_factory=dict)
    suppliers: Mapping[str, float] = field(default_factory=dict)
    draws: bool = False

    def plant(self, plant: Plant) -> float:
        """Return the fraction of a plant that is left."""
        return self.countries.get(plant.country, 1.0) * self.sites.get(plant.site, 1.0)

    def supplier(self, supplier: str) -> float:
        """Return the fraction of a supplier's offer that is left."""
        return self.suppliers.get(supplier, 1.0) * self.countries.get(supplier, 1.0)


def sum_by(amounts: Iterable[tuple[Plant, float]], key: Callable[[Plant], str]) -> dict[str, float]:
    """Add up amounts of plants by a key; of the candidates of a group with the same key only the largest counts."""
    total: dict[str, float] = defaultdict(float)
    exclusive: dict[tuple[str, str], float] = defaultdict(float)
    for plant, amount in amounts:
        if plant.group and not plant.standing:
            place = (key(plant), plant.group)
            exclusive[place] = max(exclusive[place], amount)
        else:
            total[key(plant)] += amount
    for (name, _), most in exclusive.items():
        total[name] += most
    return dict(total)


def _spread(
    recipes: tuple[Recipe, ...], capacity: Mapping[str, float], supply: Mapping[str, float]
) -> dict[str, float]:
    """Take plants at full capacity, then cut every output to what its inputs allow until nothing changes."""
    running = [recipe for recipe in recipes if capacity.get(recipe.process, 0.0) > 0]
    available = _made(running, capacity, None)
    for material, amount in supply.items():
        available[material] = available.get(material, 0.0) + amount
    for _ in range(_ROUNDS):
        cut = _made(running, capacity, available)
        for material, amount in supply.items():
            cut[material] = cut.get(material, 0.0) + amount
        change = max((available[k] - cut.get(k, 0.0) for k in available), default=0.0)
        available = cut
        if change <= _SETTLED * max(1.0, max(available.values(), default=0.0)):
            break
    return available


def _made(
    running: list[Recipe], capacity: Mapping[str, float], available: Mapping[str, float] | None
) -> dict[str, float]:
    """Return the most that is made of each material when inputs are ``available`` (None: without limit)."""
    by_process: dict[tuple[str, str], float] = defaultdict(float)
    highest: dict[tuple[str, str], float] = defaultdict(float)
    for recipe in running:
        activity = capacity[recipe.process]
        if available is not None:
            feeds = [available.get(k, 0.0) / share for k, share in recipe.inputs.items() if share > 0]
            activity = min([activity, *feeds])
        for material, share in recipe.outputs.items():
            place = (recipe.process, material)
            by_process[place] += activity * share
            highest[place] = max(highest[place], capacity[recipe.process] * share)
    made: dict[str, float] = defaultdict(float)
    for (process, material), amount in by_process.items():
        made[material] += min(amount, highest[process, material])
    return dict(made)


# ---------------------------------------------------------------- from the sheets


def read_reach(content: Content) -> Reach | None:
    """Return what could exist, or None where the years of the plan cannot be read."""
    years = content.years()
    if not years:
        return None
    allies = {row.text("country"): row.flag("ally", False) for row in content.rows("Countries")}
    trusted = {row.text("country"): row.flag("trusted", row.flag("ally", False)) for row in content.rows("Countries")}
    return Reach(
        years,
        tuple(_plants(content, years)),
        tuple(_recipes(content)),
        tuple(all_series(content.rows("Imports"))),
        content.rows("Stockpiles"),
        frozenset(code for code, yes in allies.items() if yes),
        frozenset(code for code, yes in trusted.items() if yes or allies[code]),
    )


def _recipes(content: Content) -> Iterator[Recipe]:
    for (process, name), rows in grouped(content.rows("Recipes"), "process", "recipe").items():
        shares: dict[str, dict[str, float]] = {"input": {}, "output": {}}
        for row in rows:
            if row.text("direction") in shares:
                shares[row.text("direction")][row.text("material")] = row.number_or("t_per_t", 0.0)
        yield Recipe(process, name, shares["input"], shares["output"])


def _plants(content: Content, years: range) -> Iterator[Plant]:
    ramps: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for step in content.rows("Ramps"):
        ramps[step.text("ramp")].append((step.year("operating_year") or 1, step.number_or("fraction", 0.0)))
    filled = {
        row.text("group") for row in content.rows("Projects") if row.text("status") in ("existing", "committed")
    } - {""}
    for row in content.rows("Projects"):
        candidate = row.text("status") == "candidate"
        if candidate and row.text("group") in filled:
            continue
        start, end = row.year("first_year"), row.year("last_year") or years[-1]
        if candidate:
            funded = max(row.year("first_funding_year") or years[0], years[0])
            start, end = funded + (row.year("lead_years") or 0), years[-1]
        yield Plant(
            project=row.text("project"),
            country=row.text("country"),
            process=row.text("process"),
            site=row.text("site") or row.text("project"),
            group=row.text("group"),
            standing=not candidate,
            nameplate_t=row.number_or("capacity_t_per_year", 0.0),
            start=start,
            end=end,
            ramp=tuple(sorted(ramps.get(row.text("ramp"), ()))),
        )
