"""The price of redundancy, on toys whose answer is known by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pytest
from toys import EXACT, Sheets, instance, settings, workbook

from models.instance import Instance
from optimizer.redundancy_price import Price, Prices, find_prices
from optimizer.solve.highs import Interrupt
from optimizer.solve.price import PriceCase


class Here:
    """Does every job in this process, at once."""

    def __init__(self, case: Instance) -> None:
        self.case = PriceCase(case, Interrupt(), EXACT)
        self.names: list[tuple[str, int]] = []

    def run(self, name: str, jobs: Sequence[Any], keep: object = None) -> list[Any]:
        self.names.append((name, len(jobs)))
        return [job.run(self.case) for job in jobs]


def priced(sheets: Sheets) -> Prices:
    case = instance(sheets)
    return find_prices(workbook(sheets), case, Here(case))  # type: ignore[arg-type]


def by_name(prices: Prices) -> dict[str, Price]:
    return {price.question.name: price for price in prices.prices}


def interval(price: Price, unit: str) -> tuple[float | None, ...]:
    names = (unit, f"{unit}_low", f"{unit}_high")
    return tuple(None if (x := getattr(price, name)) is None else round(x, 4) for name in names)


# 100 t are wanted. P makes all of it for 10 MUSD; Q in B half of it for 7, R in A 40 t for 5. Two countries are asked for.
RULE: Sheets = {
    "Settings": settings(budget_musd=12),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        P, A, make, candidate, 100, 10, 0
        Q, B, make, candidate, 50, 7, 0
        R, A, make, candidate, 40, 5, 0
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 100",
    "Redundancy": "rule, stage, min_countries\ntwo, magnet, 2",
}


def test_a_rule_costs_coverage_at_the_same_budget_and_money_at_the_same_coverage():
    """With 12 MUSD the rule allows Q and R alone: 90 t. Without it P makes 100 t: 10 points. As much as 90 t costs 10 by P."""
    price = by_name(priced(RULE))["two"]
    assert interval(price, "points") == (10.0, 10.0, 10.0)
    assert interval(price, "musd") == (2.0, 2.0, 2.0)


def test_with_money_for_all_a_rule_costs_money_alone():
    """17 MUSD pay for P and Q: all 100 t with the rule; without it P is enough."""
    price = by_name(priced(RULE | {"Settings": settings(budget_musd=17)}))["two"]
    assert interval(price, "points") == (0.0, 0.0, 0.0)
    assert interval(price, "musd") == (7.0, 7.0, 7.0)


def test_without_a_plan_there_is_no_price():
    prices = priced(RULE | {"Settings": settings(budget_musd=5)})
    assert not prices.feasible
    assert all(not price.searched for price in prices.prices)


def test_with_objective_cost_a_rule_costs_money():
    """A tonne short costs 1 MUSD. With the rule P and Q cost 17, Q and R 12 and 10 t short; without it P costs 10."""
    demand = "sector, country, material, year, demand_t, shortfall_usd_per_kg\ncars, A, m, 2030, 100, 1000"
    price = by_name(priced(RULE | {"Settings": settings(objective="cost"), "Demand": demand}))["two"]
    assert interval(price, "musd") == (7.0, 7.0, 7.0)
    assert price.points is None


# 100 t are wanted in A; the 10 MUSD pay for P, all of it in A, or for Q, 80 t in C, which is not lost.
WEIGHED: Sheets = {
    "Settings": settings(budget_musd=10),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        P, A, make, candidate, 100, 10, 0
        Q, C, make, candidate, 80, 10, 0
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 100",
    "Disruptions": """
        scenario, kind, target, weight
        country, lose_country, each, 2
    """,
}


def test_weighing_the_losses_costs_coverage_with_nothing_lost():
    """P is short by 100 t if A is lost, 50 on average; Q by 20 in the base and 20 in each loss, 40 in all, and is chosen."""
    prices = by_name(priced(WEIGHED))
    price = prices["all losses, weighed beside the base"]
    assert interval(price, "points") == (20.0, 20.0, 20.0)
    assert interval(price, "musd") == (0.0, 0.0, 0.0)


def test_one_loss_out_of_an_average_leaves_the_others_their_weight():
    """Q is chosen as above. Without the loss of A it is short by 20 in the base and 10 for half of B; P by nothing: 30 points.

    Without the loss of B it is the same 30, and P is short by half of 100. What all else asks for costs 10 MUSD with either.
    """
    prices = by_name(priced(WEIGHED))
    assert interval(prices["country:A"], "points") == (30.0, 30.0, 30.0)
    assert interval(prices["country:B"], "points") == (0.0, 0.0, 0.0)
    assert interval(prices["country:A"], "musd") == (0.0, 0.0, 0.0)
    assert prices["country:A"].base_points == pytest.approx(20.0)


def test_what_one_loss_costs_in_money_is_what_all_else_does_not_need():
    """B makes 60 of 100 t as it is. P makes 60 more in A for 8 MUSD, Q as much in C, which is not lost, for 12. By average.

    20 MUSD pay for both: nothing is short whatever is lost. If B is lost both are needed, so that not preparing for A saves
    nothing. Not preparing for B, Q is enough: 8 MUSD less. With nothing lost P is, 12 less.
    """
    sheets = WEIGHED | {
        "Settings": settings(budget_musd=20),
        "Projects": """
            project, country, process, status, capacity_t_per_year, capex_musd, lead_years
            S, B, make, existing, 60, ,
            P, A, make, candidate, 60, 8, 0
            Q, C, make, candidate, 60, 12, 0
        """,
    }
    prices = by_name(priced(sheets))
    assert interval(prices["country:A"], "musd") == (0.0, 0.0, 0.0)
    assert interval(prices["country:B"], "musd") == (8.0, 8.0, 8.0)
    assert interval(prices["country"], "musd") == (12.0, 12.0, 12.0)


def test_the_loss_that_makes_the_worst_case_expensive():
    """By the worst loss P is short by 100, Q by 20 and 20 in the base. Without the loss of A nothing is short with P."""
    prices = by_name(priced(WEIGHED | {"Settings": settings(budget_musd=10, resilience_measure="worst")}))
    assert interval(prices["country:A"], "points") == (40.0, 40.0, 40.0)
    assert interval(prices["country:B"], "points") == (0.0, 0.0, 0.0)


# 100 t are wanted in A, and half of it even if A or B is lost. P makes all of it in A for 10 MUSD; Q half of it in B for 7, R
# half of it in C, which is not lost, for 9.
SURVIVE: Sheets = {
    "Settings": settings(budget_musd=16),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        P, A, make, candidate, 100, 10, 0
        Q, B, make, candidate, 50, 7, 0
        R, C, make, candidate, 50, 9, 0
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 100",
    "Disruptions": """
        scenario, kind, target, weight, min_coverage
        country, lose_country, each, 0, 0.5
    """,
}


def test_the_country_that_makes_surviving_expensive():
    """Q and R survive both losses for 16; without the minimum P is enough for 10. P alone survives the loss of B, so that it is
    A that costs 6; waiving B alone saves nothing."""
    prices = by_name(priced(SURVIVE))
    for name, musd in (("country", 6.0), ("country:A", 6.0), ("country:B", 0.0)):
        assert interval(prices[name], "musd") == (musd, musd, musd), name
        assert interval(prices[name], "points") == (0.0, 0.0, 0.0), name
    assert prices["country:A"].question.target == "A"


@pytest.mark.parametrize("seed", [11, 48])
def test_against_every_set_of_plants(seed: int):
    """Brute force over five plants in A and B: least shortfall at 12 MUSD, and least money for it, with two countries or without.

    Seed 11: 3 points and 3 MUSD; seed 48: 26 points and 5 MUSD.
    """
    dice = random.Random(seed)
    plants = [(f"p{n}", "AB"[n % 2], dice.randint(10, 60), dice.randint(2, 8)) for n in range(5)]
    lines = [RULE["Projects"].strip().splitlines()[0]]
    lines += [f"{p}, {c}, make, candidate, {size}, {capex}, 0" for p, c, size, capex in plants]
    price = by_name(priced(RULE | {"Projects": "\n".join(lines)}))["two"]
    sets = [s for n in range(6) for s in combinations(plants, n)]
    two = [s for s in sets if len({c for _, c, _, _ in s}) == 2]

    def short(s: Sequence[Any]) -> int:
        return max(0, 100 - sum(x[2] for x in s))

    def money(s: Sequence[Any]) -> int:
        return sum(x[3] for x in s)

    with_it, without = (min(short(s) for s in some if money(s) <= 12) for some in (two, sets))
    dear, cheap = (min(money(s) for s in some if short(s) <= with_it) for some in (two, sets))
    assert interval(price, "points") == (with_it - without,) * 3
    assert interval(price, "musd") == (dear - cheap,) * 3
    assert with_it >= without
    assert dear >= cheap
