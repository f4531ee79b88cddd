"""The firm behind a funded candidate: its cash by calendar year in a price deck, without support, in real money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimizer.audit.decks import Decks
from optimizer.audit.plants import Project, Recipe

MUSD_PER_KUSD = 1e-3  # t x USD/kg is thousands of USD.
# Margins of recipes that differ by less, relative to the price level, are equal: the first of them is run.
_EQUAL = 1e-9


@dataclass(frozen=True)
class FirmYear:
    """An operating year in a deck, in MUSD. ``prices`` in USD per kg; ``outputs`` of the recipe that is run, t per t."""

    year: int
    prices: Mapping[str, float]
    activity_t: float
    recipe: str
    outputs: Mapping[str, float]
    revenue_musd: float
    inputs_musd: float
    opex_musd: float
    tax_musd: float

    @property
    def net_musd(self) -> float:
        """What is left of the year, capital cost apart."""
        return self.revenue_musd - self.inputs_musd - self.opex_musd - self.tax_musd


@dataclass(frozen=True)
class Firm:
    """A candidate as its firm reckons with it.

    ``spending``: share of the capital cost by calendar year, not cut at the horizon. ``utilization`` of ramped capacity.
    ``recipes``: those of its process by name, in the order of the sheet. ``part``: the share of the plant that is funded, 1
    but in a linear relaxation.
    """

    project: Project
    funded_year: int
    size_t: float
    part: float
    utilization: float
    recipes: Mapping[str, Recipe]

    @property
    def capex_musd(self) -> float:
        """The capital cost of its size."""
        return self.project.capex_at(self.size_t, self.part)

    @property
    def spending(self) -> dict[int, float]:
        """Share of the capital cost by year, in the real years."""
        return {self.funded_year + n: share for n, share in enumerate(self.project.spend_profile or (1.0,))}

    @property
    def operating_years(self) -> range:
        """The years of its operating life."""
        first = self.project.first_operating_year(self.funded_year)
        return range(first, first + self.project.operating_life_years)

    @property
    def life(self) -> range:
        """All years from funding to the end of operation."""
        return range(self.funded_year, max(self.operating_years.stop, max(self.spending) + 1))

    def use(self, year: int) -> float:
        """Tonnes of activity per t of size in an operating year: utilization x ramp."""
        return self.utilization * self.project.fraction(year - self.operating_years.start + 1)

    def value(self, cash: Mapping[int, float]) -> float:
        """Present value in the funding year, at the firm's hurdle rate."""
        return present_value(cash, self.funded_year, self.project.hurdle_rate)


def present_value(cash: Mapping[int, float], base_year: int, rate: float) -> float:
    """Return the value in ``base_year`` of amounts by year.

    >>> present_value({2030: -10.0, 2032: 14.4}, 2030, 0.2)
    0.0
    """
    return sum(musd / (1.0 + rate) ** (year - base_year) for year, musd in cash.items())


def years_of(firm: Firm, decks: Decks, deck: str) -> list[FirmYear]:
    """Return every operating year of a firm in a deck."""
    project, capex = firm.project, firm.capex_musd
    fixed = project.fixed_opex_musd * project.share_of_nameplate(firm.size_t, firm.part)
    depreciation = capex / project.operating_life_years
    found = []
    for year in firm.operating_years:
        prices = {material: decks.price(deck, material, year) for material in _materials(firm)}
        name, recipe = best_recipe(firm.recipes, prices)
        activity = firm.use(year) * firm.size_t
        revenue, inputs = (activity * _worth(side, prices) * MUSD_PER_KUSD for side in (recipe.outputs, recipe.inputs))
        opex = activity * (recipe.opex_usd_per_kg + project.opex_usd_per_kg) * MUSD_PER_KUSD + fixed
        tax = project.tax_rate * (revenue - inputs - opex - depreciation)
        found.append(FirmYear(year, prices, activity, name, recipe.outputs, revenue, inputs, opex, tax))
    return found


def best_recipe(recipes: Mapping[str, Recipe], prices: Mapping[str, float]) -> tuple[str, Recipe]:
    """Return the recipe of best margin, the first of equal ones.

    >>> made, bought = Recipe("s", {}, {"m": 1.0}, 9.0), Recipe("s", {"o": 1.0}, {"m": 1.0}, 3.0)
    >>> [best_recipe({"made": made, "bought": bought}, {"m": 10.0, "o": o})[0] for o in (7.0, 6.0, 5.0)]
    ['made', 'made', 'bought']
    """
    margins = {name: margin_usd_per_kg(recipe, prices) for name, recipe in recipes.items()}
    most = max(margins.values())
    name = next(name for name, margin in margins.items() if margin >= most - _EQUAL * max(1.0, abs(most)))
    return name, recipes[name]


def margin_usd_per_kg(recipe: Recipe, prices: Mapping[str, float]) -> float:
    """Return what a kg of activity earns, before the project's own opex, the same for all its recipes."""
    return _worth(recipe.outputs, prices) - _worth(recipe.inputs, prices) - recipe.opex_usd_per_kg


def _worth(amounts: Mapping[str, float], prices: Mapping[str, float]) -> float:
    return sum(t_per_t * prices[material] for material, t_per_t in amounts.items())


def _materials(firm: Firm) -> set[str]:
    return {material for recipe in firm.recipes.values() for material in (*recipe.inputs, *recipe.outputs)}


def unaided(firm: Firm, years: Sequence[FirmYear]) -> dict[int, float]:
    """Return the cash by year without support: what operation leaves, less the capital cost as it is spent."""
    cash = {year: -share * firm.capex_musd for year, share in firm.spending.items()}
    for row in years:
        cash[row.year] = cash.get(row.year, 0.0) + row.net_musd
    return cash
