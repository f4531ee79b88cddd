"""The cells of Prices, read a second time: what firms reckon with, by deck, material and year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.audit.market import interpolate
from optimizer.cells import records
from optimizer.workbook import Workbook

PLANNING, CRASH = "base", "crash"


@dataclass(frozen=True)
class Decks:
    """Price decks in USD per kg: (deck, material) -> given year -> price. ``crash`` None: there is no such deck."""

    planning: str
    crash: str | None
    given: Mapping[tuple[str, str], Mapping[int, float]]

    @property
    def used(self) -> tuple[str, ...]:
        """The decks in which a firm is reckoned, the planning deck first."""
        return (self.planning,) if self.crash is None else (self.planning, self.crash)

    def price(self, deck: str, material: str, year: int) -> float:
        """Return the price of a year: linear between given years, flat after the last."""
        return interpolate(self.given[deck, material], year)


def read_decks(workbook: Workbook, chosen: Mapping[str, object]) -> Decks:
    """Read Prices; ``chosen`` are the settings, where a blank deck is ``base`` (or the only one) and ``crash`` (if any)."""
    given: dict[tuple[str, str], dict[int, float]] = {}
    for record in records(workbook, "Prices"):
        series = given.setdefault((record.text("deck"), record.text("material")), {})
        series[record.year("year") or 0] = record.number_or("usd_per_kg", 0.0)
    names = {deck for deck, _ in given}
    planning = PLANNING if PLANNING in names or len(names) != 1 else next(iter(names))
    crash = CRASH if CRASH in names else None
    stated = chosen.get("crash_deck")
    return Decks(str(chosen.get("planning_deck", planning)), crash if stated is None else str(stated), given)
