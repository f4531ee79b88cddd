"""Loans by the year against a finance library."""

from __future__ import annotations

import numpy_financial as npf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.audit.loans import schedule

# A first year may draw nothing; something is drawn in the end.
DRAWS = st.lists(st.floats(0.0, 50.0), min_size=0, max_size=4).map(lambda shares: [*shares, 10.0])


@pytest.mark.parametrize(("rate", "tenor"), [(0.05, 10), (0.1, 1), (0.25, 3)])
def test_interest_and_repayment_are_those_of_an_annuity(rate: float, tenor: int) -> None:
    drawn, *years = schedule({2030: 100.0}, rate, tenor, 0)
    assert (drawn.payment, drawn.owed) == (0.0, 100.0)
    assert [row.year for row in years] == list(range(2031, 2031 + tenor))
    for n, row in enumerate(years, start=1):
        assert row.payment == pytest.approx(-npf.pmt(rate, tenor, 100.0))
        assert row.interest == pytest.approx(-float(npf.ipmt(rate, n, tenor, 100.0)))
        assert row.repaid == pytest.approx(-float(npf.ppmt(rate, n, tenor, 100.0)))
    assert years[-1].owed == pytest.approx(0.0, abs=1e-9)


def test_without_interest_the_face_is_given_back_in_equal_parts() -> None:
    assert [row.payment for row in schedule({2030: 100.0}, 0.0, 4, 0)] == [0.0, 25.0, 25.0, 25.0, 25.0]


def test_grace_lasts_until_all_is_drawn() -> None:
    """40 in 2030, 60 in 2032: 4 of interest in 2031 and 2032, then two payments of 100 x 0.1 / (1 - 1.1^-2) = 57.619."""
    rows = schedule({2030: 40.0, 2031: 0.0, 2032: 60.0}, 0.1, 4, 1)
    assert [row.year for row in rows] == [2030, 2031, 2032, 2033, 2034]
    assert [row.payment for row in rows] == pytest.approx([0.0, 4.0, 4.0, 57.6190476, 57.6190476])
    assert [row.owed for row in rows] == pytest.approx([40.0, 40.0, 100.0, 52.3809524, 0.0], abs=1e-6)


@pytest.mark.parametrize(
    ("tenor", "grace", "last"), [(1, 0, 2033), (2, 0, 2033), (3, 0, 2033), (4, 0, 2034), (9, 5, 2039)]
)
def test_a_tenor_that_ends_before_all_is_drawn_is_stretched_by_a_year(tenor: int, grace: int, last: int) -> None:
    rows = schedule({2030: 1.0, 2031: 1.0, 2032: 1.0}, 0.1, tenor, grace)
    assert rows[-1].year == last
    assert [row.year for row in rows if row.repaid] == list(range(max(2032, 2030 + grace) + 1, last + 1))


@given(DRAWS, st.floats(0.0, 0.3), st.integers(1, 30), st.integers(0, 8))
def test_a_loan_is_worth_nothing_at_its_own_rate(drawn: list[float], rate: float, tenor: int, grace: int) -> None:
    rows = schedule({2030 + n: musd for n, musd in enumerate(drawn)}, rate, tenor, grace)
    size = sum(drawn)
    assert rows[-1].owed == pytest.approx(0.0, abs=1e-9 * size)
    assert npf.npv(rate, [row.drawn - row.payment for row in rows]) == pytest.approx(0.0, abs=1e-8 * size)
    assert sum(row.repaid for row in rows) == pytest.approx(size)
