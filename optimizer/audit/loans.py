"""A loan year by year: drawn, interest, repaid, still owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LoanYear:
    """One year of a loan, in MUSD; ``owed`` at its end."""

    year: int
    drawn: float
    interest: float
    repaid: float
    owed: float

    @property
    def payment(self) -> float:
        """What the firm pays: interest, and what it gives back."""
        return self.interest + self.repaid


def last_payment(draws: Mapping[int, float], tenor_years: int, grace_years: int) -> tuple[int, int]:
    """Return the last year of interest alone and the year of the last payment.

    Nothing is given back before all is drawn, and at least one year is left for giving back.

    >>> last_payment({2030: 1.0, 2031: 1.0, 2032: 1.0}, 10, 0), last_payment({2030: 1.0, 2031: 1.0}, 1, 0)
    ((2032, 2040), (2031, 2032))
    """
    first = min(draws)
    grace = max(grace_years, max(draws) - first)
    return first + grace, first + max(tenor_years, grace + 1)


def schedule(draws: Mapping[int, float], rate: float, tenor_years: int, grace_years: int) -> list[LoanYear]:
    """Return the years of a loan, from the first draw to the last payment.

    Parameters
    ----------
    draws
        What is drawn in each year, from the funding year on, in MUSD.
    rate
        Yearly interest, from the year after a draw.
    tenor_years, grace_years
        Counted from the funding year: of the last payment, and of interest alone.

    >>> [(x.year, round(x.payment, 6), round(x.owed, 6)) for x in schedule({2030: 100.0}, 0.25, 3, 1)]
    [(2030, 0.0, 100.0), (2031, 25.0, 100.0), (2032, 69.444444, 55.555556), (2033, 69.444444, 0.0)]
    """
    grace_ends, ends = last_payment(draws, tenor_years, grace_years)
    # What one unit a year in all years of repayment is worth at the end of grace.
    worth = sum((1.0 + rate) ** -k for k in range(1, ends - grace_ends + 1))
    level = sum(draws.values()) / worth
    years: list[LoanYear] = []
    owed = 0.0
    for year in range(min(draws), ends + 1):
        drawn, interest = draws.get(year, 0.0), rate * owed
        repaid = level - interest if year > grace_ends else 0.0
        owed += drawn - repaid
        years.append(LoanYear(year, drawn, interest, repaid, owed))
    return years
