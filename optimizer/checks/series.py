"""A figure given for some years: linear in between, flat after the last."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from optimizer.cells import Record


class Series(NamedTuple):
    """The rows of one series by year."""

    years: tuple[int, ...]
    rows: tuple[Record, ...]

    def row(self, year: int) -> Record:
        """Return the row that holds in a year: the last given one, or the first where there is none."""
        return self.rows[max(bisect_right(self.years, year) - 1, 0)]

    def value(self, column: str, year: int) -> float:
        """Return the interpolated figure; a blank counts 0, and so does a year before the first."""
        after = bisect_right(self.years, year)
        if after == 0:
            return 0.0
        before = self.rows[after - 1].number_or(column, 0.0)
        if after == len(self.years):
            return before
        left, right = self.years[after - 1], self.years[after]
        return before + (self.rows[after].number_or(column, 0.0) - before) * (year - left) / (right - left)


def all_series(rows: Iterable[Record]) -> list[Series]:
    """Sort the rows of a sheet of figures by year into series; rows without a readable year are left out."""
    found: dict[tuple[object, ...], dict[int, Record]] = {}
    for row in rows:
        year = row.year("year")
        key = tuple(row.text(name) for name in ("sector", "supplier", "country", "material", "deck"))
        if year is not None:
            found.setdefault((*key, row.flag("allied_only", False)), {}).setdefault(year, row)
    return [Series(tuple(sorted(rows)), tuple(rows[year] for year in sorted(rows))) for rows in found.values()]
