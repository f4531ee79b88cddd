"""Rows of a figure that is given for some years -> the figure in every year of the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from optimizer.cells import Record

Series = dict[tuple[object, ...], list[Record]]


def by_series(rows: Iterable[Record], key: Callable[[Record], tuple[object, ...]]) -> Series:
    """Rows of each series, by year."""
    series: Series = defaultdict(list)
    for row in rows:
        series[key(row)].append(row)
    return {name: sorted(group, key=lambda r: r.year("year") or 0) for name, group in series.items()}


def linear(rows: list[Record], column: str, years: tuple[int, ...]) -> dict[int, float]:
    """Linear between given years, flat after the last."""
    points = [(row.year("year") or 0, row.number_or(column, 0.0)) for row in rows]
    return {t: interpolated(points, t) for t in years}


def interpolated(points: list[tuple[int, float]], t: int) -> float:
    """Value in year t of points by year: linear in between, flat after the last."""
    before = [point for point in points if point[0] <= t][-1]
    after = next((point for point in points if point[0] > t), None)
    if after is None:
        return before[1]
    return before[1] + (after[1] - before[1]) * (t - before[0]) / (after[0] - before[0])


def held(rows: list[Record], column: str, years: tuple[int, ...]) -> dict[int, float | None]:
    """Each row's value holds from its year until the next row of the series."""
    return {t: [row.number(column) for row in rows if (row.year("year") or 0) <= t][-1] for t in years}
