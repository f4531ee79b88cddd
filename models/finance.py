"""Discount factors and annuities: pure functions."""

from __future__ import annotations


def discount_factor(rate: float, years: int) -> float:
    """Value today of 1 paid after ``years``: 1 / (1 + rate)^years.

    >>> discount_factor(0.1, 2)
    0.8264462809917354
    >>> discount_factor(0.0, 7)
    1.0
    """
    return (1.0 + rate) ** -float(years)


def annuity(rate: float, life_years: int) -> float:
    """Equal yearly payment on a capital of 1 over ``life_years``: the capital recovery factor r / (1 - (1 + r)^-n).

    As in PyPSA, Calliope and Switch (Brealey, Myers and Allen, Principles of Corporate Finance, chapter 2).

    >>> annuity(0.0, 4)
    0.25
    >>> round(annuity(0.07, 20), 6)
    0.094393
    """
    return 1.0 / life_years if rate == 0.0 else rate / (1.0 - (1.0 + rate) ** -float(life_years))
