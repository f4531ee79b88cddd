"""The ledger of an audit: every comparison is counted, every disagreement is written down."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

# Absolute tolerances. Quantities carry the solver's feasibility tolerance (1e-6 kt) a few times over; a plan that is
# wrong by less than this is not wrong in any way a reader could notice.
TONNES = 0.01
MUSD = 0.001
SHARE = 1e-6
RELATIVE = 1e-6

Value = float | str | bool | None

# A place in words, put into words only where something is wrong there: an audit makes hundreds of thousands of comparisons.
Place = str | Callable[[], str]


@dataclass(frozen=True)
class Violation:
    """One disagreement between a written table and the recount from the cells.

    ``check`` names the rule for programs; ``place`` is the table and row in words; ``message`` is the rule in a
    sentence.
    """

    check: str
    place: str
    expected: Value
    found: Value
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} Expected {_plain(self.expected)}, found {_plain(self.found)}."


@dataclass(frozen=True)
class AuditResult:
    """How many comparisons were made, and those that failed."""

    checks: int
    violations: list[Violation]

    @property
    def passed(self) -> bool:
        """Tell whether the plan may be reported."""
        return not self.violations


@dataclass
class Ledger:
    """Collects the comparisons of one audit. Every method returns whether its comparison held."""

    checks: int = 0
    violations: list[Violation] = field(default_factory=list)

    def holds(self, check: str, place: Place, ok: bool, expected: Value, found: Value, message: str) -> bool:
        """Count a comparison made by the caller."""
        self.checks += 1
        if not ok:
            where = place if isinstance(place, str) else place()
            self.violations.append(Violation(check, where, expected, found, message))
        return ok

    def agrees(self, check: str, place: Place, expected: Value, found: Value, message: str) -> bool:
        """Compare two words, years or flags."""
        return self.holds(check, place, expected == found, expected, found, message)

    def same(
        self, check: str, place: Place, expected: float, found: float, message: str, unit: float, scale: float = 0.0
    ) -> bool:
        """Compare two amounts; ``unit`` is the absolute tolerance, ``scale`` the size of the sums behind them."""
        ok = abs(found - expected) <= tolerance(unit, scale, expected, found)
        return self.holds(check, place, ok, expected, found, message)

    def at_most(
        self, check: str, place: Place, limit: float, found: float, message: str, unit: float, scale: float = 0.0
    ) -> bool:
        """Hold an amount against its upper limit."""
        ok = found <= limit + tolerance(unit, scale, limit, found)
        return self.holds(check, place, ok, "" if ok else f"at most {limit:.12g}", found, message)

    def at_least(
        self, check: str, place: Place, limit: float, found: float, message: str, unit: float, scale: float = 0.0
    ) -> bool:
        """Hold an amount against its lower limit."""
        ok = found >= limit - tolerance(unit, scale, limit, found)
        return self.holds(check, place, ok, "" if ok else f"at least {limit:.12g}", found, message)


def tolerance(unit: float, *sizes: float) -> float:
    """Return the absolute tolerance plus the relative one on the largest amount at hand.

    >>> round(tolerance(0.01, 2_000_000.0), 6)
    2.01
    """
    return unit + RELATIVE * max(map(abs, sizes), default=0.0)


def write_violations(violations: list[Violation], path: Path) -> None:
    """Write the violations as a CSV file, one row each."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("check", "place", "expected", "found", "message"))
        for violation in violations:
            amounts = (_plain(violation.expected), _plain(violation.found))
            writer.writerow((violation.check, violation.place, *amounts, violation.message))


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12g}"
    return "blank" if value is None else str(value)
