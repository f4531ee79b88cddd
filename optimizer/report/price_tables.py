"""Prices of redundancy -> tables in points and million dollars: pure, nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from math import isinf

import pandas as pd

from models.instance import Goal
from optimizer.redundancy_price import Price, Prices
from optimizer.report.rounding import Rows, yes_no

COLUMNS: Mapping[str, tuple[str, ...]] = {
    # Every amount by the plans found, then at least and at most by what is proven. points: at the same budget; musd: at the
    # same coverage (with objective cost: discounted cost).
    "redundancy_prices": (
        "kind", "name", "target", "group", "searched", "points", "points_at_least", "points_at_most", "base_points",
        "points_verdict", "musd", "musd_at_least", "musd_at_most", "musd_verdict",
    ),
    "redundancy_reference": (
        "budget_musd", "shortfall_points", "bound_points", "base_points", "asked_points", "least_musd", "least_bound_musd",
    ),
}  # fmt: skip
COSTS, FREE, OPEN, NOT_ASKED = "costs", "nothing", "cannot be told apart", ""
# Up to this a price is nothing: it is printed as 0.00 points, as 0.0 MUSD.
TOLD_POINTS, TOLD_MUSD = 0.005, 0.05


def price_tables(prices: Prices | None) -> dict[str, pd.DataFrame]:
    """Return every table of ``COLUMNS`` by name, groups before their members; without rows where there are no prices."""
    rows: dict[str, Rows] = {
        "redundancy_prices": [_price(price) for price in (prices.prices if prices else ())],
        "redundancy_reference": [_reference(prices)] if prices else [],
    }
    return {name: pd.DataFrame(found, columns=list(COLUMNS[name])) for name, found in rows.items()}


def verdict(found: float | None, low: float, high: float | None, told: float) -> str:
    """Whether a price is proven to be there, proven to be nothing, or neither."""
    if high is not None and high <= told:
        return FREE
    if found is None and high is None:
        return NOT_ASKED
    return COSTS if low > told else OPEN


def _price(price: Price) -> dict[str, object]:
    question = price.question
    return {
        "kind": question.kind,
        "name": question.name,
        "target": question.target,
        "group": question.group,
        "searched": yes_no(price.searched),
        "points": _round(price.points, 6),
        "points_at_least": _round(price.points_low, 6) if price.points_high is not None else None,
        "points_at_most": _round(price.points_high, 6),
        "base_points": _round(price.base_points, 6),
        "points_verdict": verdict(price.points, price.points_low, price.points_high, TOLD_POINTS),
        "musd": _round(price.musd, 3),
        "musd_at_least": _round(price.musd_low, 3) if price.musd_high is not None else None,
        "musd_at_most": _round(price.musd_high, 3),
        "musd_verdict": verdict(price.musd, price.musd_low, price.musd_high, TOLD_MUSD),
    }


def _reference(prices: Prices) -> dict[str, object]:
    reach, least = prices.reference.reach, prices.reference.least
    covers = prices.goal is Goal.COVERAGE
    return {
        "budget_musd": prices.budget_musd,
        "shortfall_points": _round(reach.value / prices.point_kt, 6) if covers else None,
        "bound_points": _round(reach.bound / prices.point_kt, 6) if covers else None,
        "base_points": _round(reach.base_kt / prices.point_kt, 6) if covers else None,
        "asked_points": _round(prices.limit_kt / prices.point_kt, 6) if covers else None,
        "least_musd": _round(reach.value, 3) if not covers else None if least is None else _round(least.value_musd, 3),
        "least_bound_musd": _round(reach.bound, 3)
        if not covers
        else None
        if least is None
        else _round(least.bound_musd, 3),
    }


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None or isinf(value) else round(value, digits) + 0.0
