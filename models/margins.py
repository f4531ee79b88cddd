"""Which recipe earns a firm most, at the prices of a deck and a year: asked for each project, funding year and operating year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from models.instruments import Finance

if TYPE_CHECKING:
    from models.instance import Recipe


class Margin(NamedTuple):
    """The recipe of best margin, and what a kt of its activity sells and buys, MUSD."""

    recipe: Recipe
    sells: float
    buys: float


class Margins:
    """Best recipes by deck, process and year, each worked out once."""

    def __init__(self, finance: Finance, recipes_of: Mapping[str, tuple[Recipe, ...]]) -> None:
        self._finance, self._recipes_of = finance, recipes_of
        self._known: dict[tuple[str, str, int], Margin] = {}

    def best(self, deck: str, process: str, t: int) -> Margin:
        """The best recipe of a process in a year."""
        key = deck, process, t
        if key not in self._known:
            sums = [self._margin(deck, recipe, t) for recipe in self._recipes_of[process]]
            self._known[key] = max(sums, key=lambda one: one.sells - one.buys - one.recipe.opex_musd_per_kt)
        return self._known[key]

    def _margin(self, deck: str, recipe: Recipe, t: int) -> Margin:
        price = self._finance.price
        sells = sum(x * price(deck, k, t) for k, x in recipe.outputs.items())
        return Margin(recipe, sells, sum(x * price(deck, k, t) for k, x in recipe.inputs.items()))
