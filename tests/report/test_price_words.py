"""What is said of the price of redundancy: what costs nothing is said once, and what is printed as an amount is one."""

from types import SimpleNamespace
from typing import Any

import pytest

from models.instance import Goal
from optimizer.priceable import COUNTRY, LOSS, RULES, Question
from optimizer.redundancy_price import Price
from optimizer.report.price_tables import COSTS, FREE, OPEN, TOLD_POINTS, verdict
from optimizer.report.price_words import price_sentences

FACTS: Any = SimpleNamespace(loss_row=lambda name: (None, ""), country=lambda c: c)


def loss(name: str, musd: tuple[float, float, float], points_high: float, lost: str = "lose_project") -> Price:
    question = Question(LOSS, name, None, "measure", lost, "" if lost == COUNTRY else f"SITE {name}")  # type: ignore[arg-type]
    return Price(question, True, 0.0, 0.0, points_high, 0.0, *musd)


def said(*prices: Price, brief: bool = False) -> list[str]:
    case: Any = SimpleNamespace(prices=prices, feasible=True, goal=Goal.COVERAGE)
    return price_sentences(FACTS, case, brief)


PRICED = (
    loss("a", (0.0, 0.0, 60.2), 0.02),
    loss("b", (0.03, 0.0, 61.8), 0.019),
    loss("c", (3.8, 0.0, 89.9), 0.02),
    loss("d", (7.8, 2.8, 74.5), 0.02),
    loss("any", (0.0, 0.0, 5.0), 0.02, COUNTRY),
)


def test_what_costs_nothing_by_the_plans_found_is_said_once_with_the_most_that_is_open_of_any():
    """Up to 60.2 MUSD and 0.02 points for a, up to 61.8 and 0.019 for b, less for any country: 61.8 and 0.02 for each."""
    free = [sentence for sentence in said(*PRICED) if "costs nothing" in sentence]
    (sentence,) = free
    assert sentence.startswith(
        "Preparing for the loss of any one country (any), preparing for the loss of SITE a (a) and"
    )
    assert sentence.endswith(
        "each costs nothing by the plans found (at most 61.8 MUSD at the same coverage of all else, and 0.02 points of it at"
        " the same budget)."
    )
    rules = Price(Question(RULES, "all redundancy rules", None), True, 0.0, 0.0, 0.02, 0.0, 0.0, 0.0, 20.0)  # type: ignore[arg-type]
    assert "at most 20.0 MUSD at the same coverage, and" in said(*PRICED, rules)[-1]


def test_the_summary_leaves_out_single_losses_for_which_nothing_is_proven_to_be_paid():
    lines = " ".join(said(*PRICED, brief=True))
    assert ("(d)" in lines, "(any)" in lines) == (True, True)
    assert ("(a)" in lines, "(b)" in lines, "(c)" in lines) == (False, False, False)
    assert "5.0 MUSD" in lines, "what is open of those that are left out is not told of those that are not"


@pytest.mark.parametrize(
    ("low", "high", "told"), [(0.0071, 0.0835, COSTS), (0.0005, 0.004, FREE), (0.0049, 0.02, OPEN)]
)
def test_an_amount_that_is_printed_is_not_called_nothing(low: float, high: float, told: str):
    """At least 0.0071 points is printed as 0.01: that is a price. At most 0.004 is printed as 0.00: that is none."""
    assert verdict(low, low, high, TOLD_POINTS) == told
