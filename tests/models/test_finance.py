"""Discount factors and annuities: the examples of their docstrings, and the identity that defines them."""

from __future__ import annotations

import doctest

import pytest

from models import finance


def test_docstrings():
    tried = doctest.testmod(finance)
    assert tried.attempted >= 4
    assert tried.failed == 0


@pytest.mark.parametrize(("rate", "life"), [(0.0, 7), (0.03, 1), (0.07, 20), (0.25, 2), (1.0, 40)])
def test_payments_are_worth_the_capital(rate: float, life: int):
    """N payments at the end of each year have the present value 1."""
    payment = finance.annuity(rate, life)
    assert sum(payment * finance.discount_factor(rate, n) for n in range(1, life + 1)) == pytest.approx(1.0)


def test_discount_factor():
    """1 / 1.25^2 = 0.64; a year before the first counts more."""
    assert finance.discount_factor(0.25, 2) == pytest.approx(0.64)
    assert finance.discount_factor(0.25, 0) == 1.0
    assert finance.discount_factor(0.25, -1) == pytest.approx(1.25)
