"""The cells of Fairness, read a second time."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.cells import records
from optimizer.workbook import Workbook


@dataclass(frozen=True)
class ShareRule:
    """One row of Fairness. ``stage`` and ``year`` belong to capacity alone."""

    name: str
    country: str
    measure: str
    stage: str
    year: int | None
    min_share: float | None
    max_share: float | None


def read_share_rules(workbook: Workbook, last_year: int) -> tuple[ShareRule, ...]:
    """Read the rules in the order of the sheet; capacity without a year is that of the last."""
    return tuple(
        ShareRule(
            row.text("rule"),
            row.text("country"),
            row.text("measure"),
            row.text("stage"),
            (row.year("year") or last_year) if row.text("measure") == "capacity" else None,
            row.number("min_share"),
            row.number("max_share"),
        )
        for row in records(workbook, "Fairness")
    )
