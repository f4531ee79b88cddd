"""Small words of sentences."""

from __future__ import annotations

import doctest

from optimizer import wording
from optimizer.wording import musd, names, year_list


def test_examples_hold():
    tried = doctest.testmod(wording)
    assert tried.attempted >= 2
    assert tried.failed == 0


def test_years_names_and_money():
    assert year_list([2031, 2029, 2030, 2033]) == "2029 to 2031, 2033"
    assert names(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert [musd(x) for x in (0.0, 0.04, 12.34, 99.96, 1234.5)] == [
        "0 MUSD", "0.0 MUSD", "12.3 MUSD", "100 MUSD", "1,234 MUSD",
    ]  # fmt: skip
