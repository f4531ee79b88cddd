"""The cells of Workforce, read a second time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from optimizer.cells import Record, records
from optimizer.workbook import Workbook

USD_PER_MUSD = 1e6


@dataclass(frozen=True)
class People:
    """A country in a year: who is there, and what training is to be had."""

    available: float
    max_trained: float
    cost_musd_per_person: float
    training_years: int


def read_workforce(workbook: Workbook, years: Iterable[int]) -> Mapping[str, Mapping[int, People]]:
    """Return people by country and year: ``available`` is linear between rows, all else holds until the next row."""
    rows: dict[str, list[Record]] = {}
    for row in sorted(records(workbook, "Workforce"), key=lambda row: row.year("year") or 0):
        rows.setdefault(row.text("country"), []).append(row)
    return {country: {year: _people(given, year) for year in years} for country, given in rows.items()}


def _people(rows: list[Record], year: int) -> People:
    past = [row for row in rows if (row.year("year") or 0) <= year]
    coming = [row for row in rows if (row.year("year") or 0) > year]
    row = past[-1]
    available = row.number_or("available", 0.0)
    if coming:
        start, end = row.year("year") or 0, coming[0].year("year") or 0
        available += (coming[0].number_or("available", 0.0) - available) * (year - start) / (end - start)
    return People(
        available,
        row.number_or("max_trained_per_year", 0.0),
        row.number_or("training_cost_usd_per_person", 0.0) / USD_PER_MUSD,
        row.year("training_years") or 0,
    )
