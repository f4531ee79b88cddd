"""Bills and pots: what can be paid in full."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from optimizer.audit.pots import payable


def test_pots_make_way_for_each_other() -> None:
    # The first bill takes pot 0, must move to pot 1 for the second, and that one on to pot 2 for the third.
    assert payable([4, 4, 4], [4, 4, 4], [[0, 1, 2], [0, 1], [0]]) == pytest.approx(12)


def test_what_no_pot_allows_stays_unpaid() -> None:
    assert payable([4, 4], [10], [[], [0]]) == pytest.approx(4)
    assert payable([], [], []) == 0


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=5),
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
    st.data(),
)
def test_as_much_is_paid_as_a_linear_program_finds(bills: list[int], pots: list[int], data: st.DataObject) -> None:
    allowed = [sorted(data.draw(st.sets(st.integers(0, len(pots) - 1)))) for _ in bills]
    pairs = [(bill, pot) for bill, choices in enumerate(allowed) for pot in choices]
    most = 0.0
    if pairs:
        rows = [[float(pair[0] == bill) for pair in pairs] for bill in range(len(bills))]
        rows += [[float(pair[1] == pot) for pair in pairs] for pot in range(len(pots))]
        most = -linprog([-1.0] * len(pairs), A_ub=rows, b_ub=[*bills, *pots]).fun
    assert payable(list(map(float, bills)), list(map(float, pots)), allowed) == pytest.approx(most, abs=1e-4)
