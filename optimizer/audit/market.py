"""Demand, imports, routes and stockpiles as the cells give them, with sparse years filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from optimizer.cells import Record, records
from optimizer.workbook import Workbook

ANY = "any"


@dataclass(frozen=True)
class Wanted:
    """A demand series in one year."""

    demand_t: float
    priority: float
    min_coverage: float
    shortfall_usd_per_kg: float | None


@dataclass(frozen=True)
class Offer:
    """A supplier's offer in one year."""

    max_t: float
    price_usd_per_kg: float


@dataclass(frozen=True)
class Route:
    """What holds for one material between two countries."""

    cost_usd_per_kg: float
    max_t: float | None
    allowed: bool


@dataclass(frozen=True)
class Stockpile:
    """One row of Stockpiles with the defaults of the contract."""

    opening_t: float
    max_t: float
    price_usd_per_kg: float | None
    max_purchase_t: float
    holding_usd_per_kg: float
    base_draw: bool


DemandKey = tuple[str, str, str, bool]  # sector, country, material, allied_only
OfferKey = tuple[str, str, str]  # supplier, material, country of the offer or ANY
StockKey = tuple[str, str, bool]  # country, material, allied


def interpolate(points: Mapping[int, float], year: int) -> float:
    """Return the value of a sparse series: linear between given years, flat after the last.

    >>> interpolate({2026: 10.0, 2030: 30.0}, 2027), interpolate({2026: 10.0, 2030: 30.0}, 2035)
    (15.0, 30.0)
    """
    before = max((given for given in points if given <= year), default=min(points))
    after = min((given for given in points if given >= year), default=before)
    if after <= before:
        return points[before]
    return points[before] + (points[after] - points[before]) * (year - before) / (after - before)


def _series(workbook: Workbook, sheet: str, key: Callable[[Record], Any]) -> dict[Any, dict[int, Record]]:
    gathered: dict[Any, dict[int, Record]] = {}
    for record in records(workbook, sheet):
        gathered.setdefault(key(record), {})[record.year("year") or 0] = record
    return gathered


def _linear(rows: Mapping[int, Record], column: str, year: int) -> float:
    return interpolate({given: row.number_or(column, 0.0) for given, row in rows.items()}, year)


def read_demand(workbook: Workbook, years: range) -> dict[DemandKey, dict[int, Wanted]]:
    """Read every series for every year; amounts are interpolated, attributes hold from their row to the next."""

    def wanted(rows: Mapping[int, Record], year: int) -> Wanted:
        holding = rows[max((given for given in rows if given <= year), default=min(rows))]
        return Wanted(
            _linear(rows, "demand_t", year),
            holding.number_or("priority", 1.0),
            holding.number_or("min_coverage", 0.0),
            holding.number("shortfall_usd_per_kg"),
        )

    series = _series(workbook, "Demand", _demand_key)
    return {key: {year: wanted(rows, year) for year in years} for key, rows in series.items()}


def _demand_key(record: Record) -> DemandKey:
    return record.text("sector"), record.text("country"), record.text("material"), record.flag("allied_only", False)


def read_offers(workbook: Workbook, years: range) -> dict[OfferKey, dict[int, Offer]]:
    """Read every offer for every year; a blank country is the offer ``ANY``."""
    series = _series(workbook, "Imports", lambda r: (r.text("supplier"), r.text("material"), r.text("country", ANY)))
    return {
        key: {year: Offer(_linear(rows, "max_t", year), _linear(rows, "price_usd_per_kg", year)) for year in years}
        for key, rows in series.items()
    }


class Routes:
    """The rows of Routes, answered for one material and two countries at a time."""

    def __init__(self, workbook: Workbook, default_usd_per_kg: float) -> None:
        self._default = Route(default_usd_per_kg, None, True)
        self._rows = {
            (record.text("material"), record.text("from"), record.text("to")): Route(
                record.number_or("cost_usd_per_kg", default_usd_per_kg),
                record.number("max_t_per_year"),
                record.flag("allowed", True),
            )
            for record in records(workbook, "Routes")
        }

    def between(self, material: str, sender: str, receiver: str) -> Route:
        """Return the most specific row whole: exact material before exact sender before exact receiver."""
        for name in (material, "*"):
            for start in (sender, "*"):
                for end in (receiver, "*"):
                    if (name, start, end) in self._rows:
                        return self._rows[name, start, end]
        return self._default


def read_stockpiles(workbook: Workbook) -> dict[StockKey, Stockpile]:
    """Read Stockpiles by country, material and origin."""
    piles = {}
    for record in records(workbook, "Stockpiles"):
        opening = record.number_or("opening_t", 0.0)
        most = record.number_or("max_t", opening)
        key = record.text("country"), record.text("material"), record.flag("allied", False)
        piles[key] = Stockpile(
            opening,
            most,
            record.number("purchase_usd_per_kg"),
            record.number_or("max_purchase_t_per_year", most / 5),
            record.number_or("holding_usd_per_kg_year", 0.0),
            record.flag("base_draw", False),
        )
    return piles
