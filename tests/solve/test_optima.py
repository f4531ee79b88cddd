"""Toys whose best plan is worked out by hand: the calculation stands beside each. Tonnes and MUSD.

Everything makes or uses the material ``m`` unless a toy says otherwise; 10 t at 1 USD/kg are 0.01 MUSD.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from toys import EXACT, Sheets, instance, settings, solved

from models.instance import Instance
from models.options import Layout
from optimizer.solve.dispatch import dispatch_all
from optimizer.solve.highs import Status
from optimizer.solve.plan import PlanOutcome, Targets

DEFAULT = Targets()


@dataclass(frozen=True)
class Toy:
    """A case and its answer: weighted tonnes short (None with objective cost), MUSD, and {(project, year): t}."""

    why: str
    short_t: float | None
    cost_musd: float
    funded: dict[tuple[str, int], float]
    sheets: Sheets = field(repr=False)


def demand(*rows: str) -> str:
    return "\n".join(["sector, country, material, year, demand_t, priority, allied_only, shortfall_usd_per_kg", *rows])


def projects(columns: str, *rows: str) -> str:
    return "\n".join([f"project, country, process, status, capacity_t_per_year, {columns}", *rows])


def candidate(columns: str, *rows: str) -> str:
    """Return Projects of candidates that run process make: ``name, country, capacity, capex, lead, ...``."""
    lines = []
    for row in rows:
        name, country, rest = row.split(",", 2)
        lines.append(f"{name}, {country}, make, candidate, {rest}")
    return projects(f"capex_musd, lead_years, {columns}", *lines)


HUNDRED_A_YEAR = demand("d, A, m, 2030, 100, , ,")
RULE = "rule, stage, min_countries, min_projects, min_capacity_t_per_year, max_country_share, from_year"
LOSS = "scenario, kind, target, from_year, years, severity, check_years, weight, min_coverage"
STOCK = (
    "material, country, opening_t, max_t, purchase_usd_per_kg, max_purchase_t_per_year, holding_usd_per_kg_year,"
    " base_draw, allied"
)
SIX = "country, name, ally\n" + "\n".join(f"{c}, {c}, yes" for c in "ABCDEF") + "\nN, N, no"
THREE_YEARS = settings(2030, 2032)


def two_makers(*, group: str) -> Sheets:
    return {
        "Demand": HUNDRED_A_YEAR,
        "Projects": candidate("group", f"p, A, 60, 5, 0, {group}", f"q, A, 50, 1, 0, {group}"),
    }


def pots(carry_over: str) -> Sheets:
    return {
        "Settings": settings(2030, 2031),
        "Demand": HUNDRED_A_YEAR,
        "Projects": candidate("", "p, A, 100, 10, 0"),
        "Budgets": f"funder, budget_musd, year, carry_over\nF, 6, 2030, {carry_over}\nF, 4, 2031,",
    }


def needs(budget: float) -> Sheets:
    return {
        "Settings": settings(2030, 2031, budget_musd=budget),
        "Demand": HUNDRED_A_YEAR,
        "Projects": candidate("requires, first_funding_year", "p, A, 100, 10, 0, port,", "port, B, 1, 3, 0, , 2031"),
    }


def pressed(share: str) -> Sheets:
    return {
        "Settings": settings(objective="cost"),
        "Demand": HUNDRED_A_YEAR,
        "Projects": candidate("opex_usd_per_kg, min_utilization", f"p, A, 100, 1, 0, 50, {share}"),
        "Imports": "supplier, material, country, year, max_t, price_usd_per_kg\nN, m, , 2030, 500, 10",
        "Redundancy": f"{RULE}\nr, magnet, , 1, , ,",
    }


def shipped(*routes: str) -> Sheets:
    return {
        "Settings": settings(default_transport_usd_per_kg=1),
        "Countries": SIX,
        "Demand": demand("d, F, m, 2030, 10, , ,"),
        "Projects": projects("", "p, A, make, existing, 100,"),
        "Routes": "\n".join(["material, from, to, cost_usd_per_kg, max_t_per_year, allowed", *routes]),
    }


def bought(country: str, *rows: str) -> Sheets:
    return {
        "Settings": settings(default_transport_usd_per_kg=1),
        "Demand": demand(*rows),
        "Imports": f"supplier, material, country, year, max_t, price_usd_per_kg\nN, m, {country}, 2030, 50, 3",
    }


TOYS: dict[str, Toy] = {
    "lead time": Toy(
        "funded in 2030, lead 2: runs in 2032 only; 2 x 100 t short",
        200,
        10,
        {("p", 2030): 100},
        {"Settings": THREE_YEARS, "Demand": HUNDRED_A_YEAR, "Projects": candidate("", "p, A, 100, 10, 2")},
    ),
    "lead time beyond the plan": Toy(
        "lead 3: no output before 2033, so no money for it",
        300,
        0,
        {},
        {"Settings": THREE_YEARS, "Demand": HUNDRED_A_YEAR, "Projects": candidate("", "p, A, 100, 10, 3")},
    ),
    "ramp": Toy(
        "a quarter holds until the third operating year: 75 + 75 + 0 t short",
        150,
        10,
        {("p", 2030): 100},
        {
            "Settings": THREE_YEARS,
            "Demand": HUNDRED_A_YEAR,
            "Projects": candidate("ramp", "p, A, 100, 10, 0, r"),
            "Ramps": "ramp, operating_year, fraction\nr, 1, 0.25\nr, 3, 1",
        },
    ),
    "spend profile": Toy(
        "5 in 2030, 3 in 2031, and the 2 of 2032 in 2031 too: 5 + 5 x 0.8",
        None,
        9,
        {("p", 2030): 100},
        {
            "Settings": settings(2030, 2031, objective="cost", discount_rate=0.25),
            "Demand": HUNDRED_A_YEAR,
            "Projects": candidate("spend_profile", "p, A, 100, 10, 0, 0.5;0.3;0.2"),
        },
    ),
    "fixed opex from the first operating year": Toy(
        "half the size: capex 10 x (0.2 + 0.8 x 0.5) = 6, fixed opex 4 x 0.5 in 2031 and 2032",
        None,
        10,
        {("p", 2030): 50},
        {
            "Settings": settings(2030, 2032, objective="cost"),
            "Demand": demand("d, A, m, 2030, 0, , ,", "d, A, m, 2031, 50, , ,"),
            "Projects": candidate(
                "fixed_capex_share, min_capacity_t_per_year, fixed_opex_musd_per_year", "p, A, 100, 10, 1, 0.2, 20, 4"
            ),
        },
    ),
    "group": Toy("one of 60 t and 50 t", 40, 5, {("p", 2030): 60}, two_makers(group="g")),
    "no group": Toy("both", 0, 6, {("p", 2030): 60, ("q", 2030): 50}, two_makers(group="")),
    "requires, too little money": Toy(
        "p alone is within the budget, but the port must come first; the port alone makes 1 t in 2031",
        199,
        3,
        {("port", 2031): 1},
        needs(12),
    ),
    "requires": Toy(
        "the port from 2031, and p with it: 2030 short; port and p make 101 t",
        100,
        13,
        {("port", 2031): 1, ("p", 2031): 100},
        needs(13),
    ),
    "requires what gives nothing itself": Toy(
        "the port would be ready in 2039; it is funded with p all the same",
        0,
        13,
        {("port", 2030): 1, ("p", 2030): 100},
        {
            "Settings": settings(2030, 2031),
            "Demand": HUNDRED_A_YEAR,
            "Projects": candidate("requires", "p, A, 100, 10, 0, port", "port, B, 1, 3, 9, "),
        },
    ),
    "a dearer plant without freight": Toy(
        "p costs 10 and 100 t x 3 of freight; q 10.1. Without freight p is best, and its bound of 10 must not end the search",
        None,
        10.1,
        {("q", 2030): 100},
        {
            "Settings": settings(objective="cost", default_transport_usd_per_kg=3),
            "Demand": HUNDRED_A_YEAR,
            "Projects": candidate("", "p, B, 100, 10, 0", "q, A, 100, 10.1, 0"),
        },
    ),
    "minimum utilization": Toy(
        "the rule wants p; it must run half: capex 1 + 50 t at 50 + 50 t bought at 10",
        None,
        1 + 2.5 + 0.5,
        {("p", 2030): 100},
        pressed("0.5"),
    ),
    "no minimum utilization": Toy(
        "p stands idle: capex 1 + 100 t bought at 10", None, 2, {("p", 2030): 100}, pressed("")
    ),
    "one leg": Toy("10 t at 1 USD/kg", 0, 0.01, {}, shipped()),
    "two cheap legs": Toy("A to F costs 5; by way of any other country 2", 0, 0.02, {}, shipped("m, A, F, 5, ,")),
    "a leg of its own": Toy("A to F costs 0.3", 0, 0.003, {}, shipped("m, A, F, 0.3, ,")),
    "a limited leg": Toy(
        "4 t at 0.3, 6 t at 1 + 0.3 by way of B, the cheapest way round",
        0,
        (4 * 0.3 + 6 * 1.3) / 1000,
        {},
        shipped("m, A, F, 0.3, 4,", "m, B, F, 0.3, ,"),
    ),
    "forbidden legs": Toy(
        "F is reached from E only, and E from D only: A to D, D to E, E to F",
        0,
        0.03,
        {},
        shipped("*, *, F, , , no", "m, E, F, , ,", "m, *, E, , , no", "m, D, E, , ,"),
    ),
    "no way": Toy("F is reached from nowhere", 10, 0, {}, shipped("*, *, F, , , no")),
    "landings share an offer": Toy(
        "50 t for A and B together, delivered at 3: 40 + 30 - 50 short",
        20,
        0.15,
        {},
        bought("", "d, A, m, 2030, 40, , ,", "d, B, m, 2030, 30, , ,"),
    ),
    "an offer for one country ships on": Toy(
        "30 t land in B, 20 t go on to A at 1: 50 x 3 + 20 x 1; 20 t short at priority 0.5",
        10,
        0.17,
        {},
        bought("B", "d, A, m, 2030, 40, 0.5, ,", "d, B, m, 2030, 30, , ,"),
    ),
    "a supplier's own demand": Toy(
        "N sells no material to itself: landed elsewhere and shipped back at 1, 10 x (3 + 1)",
        0,
        0.04,
        {},
        bought("", "d, N, m, 2030, 10, , ,"),
    ),
    "stock drawn in the base": Toy(
        "10 t in store: 4, 4, 2; holding 1 USD/kg on 6 and 2 t",
        2,
        0.008,
        {},
        {
            "Settings": THREE_YEARS,
            "Demand": demand("d, A, m, 2030, 4, , ,"),
            "Stockpiles": f"{STOCK}\nm, A, 10, 10, , , 1, yes, yes",
        },
    ),
    "stock bought and drawn": Toy(
        "3 t bought in 2030 are drawn in 2031, 3 t of 2031 in 2032: 4 + 1 + 1 short; 6 x 5, and holding 3 + 3",
        6,
        0.036,
        {},
        {
            "Settings": THREE_YEARS,
            "Demand": demand("d, A, m, 2030, 4, , ,"),
            "Stockpiles": f"{STOCK}\nm, A, 0, 10, 5, 3, 1, yes, yes",
        },
    ),
    "stock bought for a loss": Toy(
        "without A 8 t of 10 t from the stock, bought as late as can be, 3 t and 5 t: 2 x 8; holding 3 + 8 + 8",
        2,
        0.016 + 0.0019,
        {},
        {
            "Settings": THREE_YEARS,
            "Demand": demand("d, C, m, 2030, 10, , ,"),
            "Projects": projects("", "p, A, make, existing, 10,"),
            "Stockpiles": f"{STOCK}\nm, C, 0, 8, 2, 5, 0.1, ,",
            "Disruptions": f"{LOSS}\nx, lose_country, A, 2032, , , , ,",
        },
    ),
    "redundancy of countries": Toy(
        "30 t in each of two countries, though 20 t are needed: 3 + 3.6; C is dearer",
        None,
        6.6,
        {("p", 2030): 30, ("q", 2030): 30},
        {
            "Settings": settings(objective="cost"),
            "Demand": demand("d, A, m, 2030, 20, , ,"),
            "Projects": candidate("min_capacity_t_per_year", "p, A, 100, 10, 0, 10", "q, B, 100, 12, 0, 10", "o, C, 40, 9, 0, "),
            "Redundancy": f"{RULE}\nr, magnet, 2, , 30, ,",
        },
    ),
    "redundancy asked again when a plant closes": Toy(
        "old and p count in 2030; old closes, q takes its place in 2031",
        None,
        8,
        {("p", 2030): 50, ("q", 2031): 50},
        {
            "Settings": settings(2030, 2031, objective="cost", discount_rate=0.25),
            "Demand": demand("d, A, m, 2030, 20, , ,"),
            "Projects": projects(
                "capex_musd, lead_years, last_year",
                "old, B, make, existing, 50, , , 2030",
                "p, A, make, candidate, 50, 4, 0,",
                "q, C, make, candidate, 50, 5, 0,",
            ),
            "Redundancy": f"{RULE}\nr, magnet, , 2, 50, ,",
        },
    ),
    "largest country share": Toy(
        "A's 60 t may be 60 % of all: 40 t more, in B at 8 x 0.4",
        None,
        3.2,
        {("q", 2030): 40},
        {
            "Settings": settings(objective="cost"),
            "Demand": demand("d, A, m, 2030, 20, , ,"),
            "Projects": projects(
                "capex_musd, lead_years, min_capacity_t_per_year",
                "old, A, make, existing, 60, , ,",
                "q, B, make, candidate, 100, 8, 0, 0",
            ),
            "Redundancy": f"{RULE}\nr, magnet, , , , 0.6,",
        },
    ),
    "a pot carried over": Toy("6 + 4 in 2031", 100, 10, {("p", 2031): 100}, pots("yes")),
    "a pot not carried over": Toy("never 10 in one year", 200, 0, {}, pots("")),
    "annuity": Toy(
        "two payments of 9 x 0.25 / (1 - 1.25^-2) = 6.25, none in 2032: 6.25 + 5",
        None,
        11.25,
        {("p", 2030): 100},
        {
            "Settings": settings(2030, 2032, objective="cost", discount_rate=0.25, capex_charge="annuity"),
            "Demand": HUNDRED_A_YEAR,
            "Projects": candidate("life_years", "p, A, 100, 9, 0, 2"),
        },
    ),
    "annuity without a rate": Toy(
        "9 / 4 a year in the two years of the plan",
        None,
        4.5,
        {("p", 2030): 100},
        {
            "Settings": settings(2030, 2031, objective="cost", capex_charge="annuity"),
            "Demand": HUNDRED_A_YEAR,
            "Projects": candidate("life_years", "p, A, 100, 9, 0, 4"),
        },
    ),
    "origins": Toy(
        "30 t of allied and 50 t of open oxide: defense lacks 10 of 40 (x 5), cars 10 of 60",
        60,
        0.15,
        {},
        {
            "Materials": "material, name, stage\noxide, oxide, oxide\nm, m, magnet",
            "Recipes": "process, recipe, stage, material, direction, t_per_t\ndig, r, mining, oxide, output, 1\n"
            "make, r, magnet, oxide, input, 1\nmake, r, magnet, m, output, 1",
            "Demand": demand("defense, A, m, 2030, 40, 5, yes,", "cars, A, m, 2030, 60, , ,"),
            "Projects": projects("", "mine, A, dig, existing, 30,", "p, A, make, existing, 100,"),
            "Imports": "supplier, material, country, year, max_t, price_usd_per_kg\nN, oxide, , 2030, 50, 3",
        },
    ),
    "allied material serves open demand": Toy(
        "20 t are over from defense, and cars take them",
        30,
        0,
        {},
        {
            "Demand": demand("defense, A, m, 2030, 40, 5, yes,", "cars, A, m, 2030, 50, , ,"),
            "Projects": projects("", "p, A, make, existing, 60,"),
        },
    ),
    "by-product left over": Toy(
        "10 t of m give 5 t of slag that nobody takes; the second recipe, without slag, costs more",
        0,
        0.01,
        {},
        {
            "Materials": "material, name, stage\nslag, slag, other\nm, m, magnet",
            "Recipes": "process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg\nmake, r, magnet, m, output, 1, 1\n"
            "make, r, magnet, slag, output, 0.5,\nmake, s, magnet, m, output, 1, 2",
            "Demand": demand("d, A, m, 2030, 10, , ,"),
            "Projects": projects("", "p, A, make, existing, 60,"),
        },
    ),
    "worst loss": Toy(
        "60 t without A, 40 t without B; q makes 30 t of both: 2 x max(30, 10)",
        60,
        5,
        {("q", 2030): 30},
        {
            "Settings": settings(resilience_measure="worst", resilience_weight=2),
            "Demand": demand("d, C, m, 2030, 100, , ,"),
            "Projects": projects(
                "capex_musd, lead_years",
                "a, A, make, existing, 60, ,",
                "b, B, make, existing, 40, ,",
                "q, C, make, candidate, 30, 5, 0",
            ),
            "Disruptions": f"{LOSS}\nx, lose_country, each, , , , , ,",
        },
    ),
    "average loss": Toy(
        "without q 2 x (3 x 60 + 40) / 4 = 110; q makes 30 t of both: 2 x (3 x 30 + 10) / 4",
        50,
        5,
        {("q", 2030): 30},
        {
            "Settings": settings(resilience_weight=2),
            "Demand": demand("d, C, m, 2030, 100, , ,"),
            "Projects": projects(
                "capex_musd, lead_years",
                "a, A, make, existing, 60, ,",
                "b, B, make, existing, 40, ,",
                "q, C, make, candidate, 30, 5, 0",
            ),
            "Disruptions": f"{LOSS}\nx, lose_country, A, , , , , 3,\ny, lose_country, B, , , , , 1,",
        },
    ),
    "a lost country is no way through": Toy(
        "A reaches C by way of B only; without B nothing arrives, without half of B all does",
        10,
        0.02,
        {},
        {
            "Settings": settings(default_transport_usd_per_kg=1),
            "Demand": demand("d, C, m, 2030, 10, , ,"),
            "Projects": projects("", "p, A, make, existing, 10,"),
            "Routes": "material, from, to, cost_usd_per_kg, allowed\n*, *, *, , no\nm, A, B, 1, yes\nm, B, C, 1, yes",
            "Disruptions": f"{LOSS}\nx, lose_country, B, , , , , ,\ny, lose_country, B, , , 0.5, , 0,",
        },
    ),
    "a lost country still receives": Toy(
        "half a year's demand of B comes from C; without B its own 10 t of 20 t are short",
        10,
        0,
        {},
        {
            "Demand": demand("d, B, m, 2030, 20, , ,"),
            "Projects": projects("", "p, B, make, existing, 10,", "q, C, make, existing, 10,"),
            "Disruptions": f"{LOSS}\nx, lose_country, B, , , , , ,",
        },
    ),
    "a minimum under loss costs money": Toy(
        "without p 60 % must be served: 60 of q's 100 t at 12 x 0.6; the base needs no q",
        None,
        7.2,
        {("q", 2030): 60},
        {
            "Settings": settings(objective="cost"),
            "Demand": demand("d, A, m, 2030, 100, , ,"),
            "Projects": projects(
                "capex_musd, lead_years, min_capacity_t_per_year",
                "p, A, make, existing, 100, , ,",
                "q, B, make, candidate, 100, 12, 0, 0",
            ),
            "Disruptions": f"{LOSS}\nx, lose_project, p, , , , , , 0.6",
        },
    ),
    "priced shortfall": Toy(
        "p at 3 MUSD for 50 t is worth it against 50 t x 100 = 5; q at 6 for 50 t is not: 3 + 5",
        None,
        8,
        {("p", 2030): 50},
        {
            "Settings": settings(objective="cost"),
            "Demand": demand("d, A, m, 2030, 100, , , 100"),
            "Projects": candidate("", "p, A, 50, 3, 0", "q, A, 50, 6, 0"),
        },
    ),
    "a plant that does not pay": Toy(
        "5 t short at 10 USD/kg are 0.05 a year, 0.122 in all; the plant costs 0.2, 0.16 or 0.128, by its year",
        None,
        0.05 * (1 + 0.8 + 0.64),
        {},
        {
            "Settings": settings(2030, 2032, objective="cost", discount_rate=0.25),
            "Demand": demand("d, A, m, 2030, 5, , , 10"),
            "Projects": candidate("", "p, A, 5, 0.2, 0"),
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOYS)
def test_optimum(name: str):
    toy = TOYS[name]
    case = instance(toy.sheets)
    check(toy, case, solved(case, EXACT))


@pytest.mark.parametrize("name", TOYS)
def test_default_gaps_hold(name: str):
    """With the gaps of every day the answer is within them, and its bounds are not above the true optimum."""
    toy = TOYS[name]
    case = instance(toy.sheets)
    outcome = solved(case, DEFAULT)
    assert outcome.cost is not None
    if outcome.coverage is not None:
        gap_t = DEFAULT.coverage_gap_points * case.weighted_demand_kt * 10.0
        assert toy.short_t - 1e-4 <= outcome.coverage.value * 1000.0 <= toy.short_t + gap_t + 1e-4
        assert outcome.coverage.bound * 1000.0 <= toy.short_t + 1e-4
    # The second step may give back a kilogram, which is worth a few hundredths of a thousandth of a MUSD here.
    near = 1e-4 * (1.0 + abs(toy.cost_musd))
    assert outcome.cost.bound <= toy.cost_musd + near
    assert abs(outcome.cost.value - toy.cost_musd) <= DEFAULT.cost_gap * abs(outcome.cost.value) + near


def check(toy: Toy, case: Instance, outcome: PlanOutcome) -> None:
    assert outcome.status is Status.OPTIMAL
    assert outcome.cost is not None
    assert outcome.investment is not None
    if toy.short_t is None:
        assert outcome.coverage is None
    else:
        assert outcome.coverage is not None
        assert outcome.coverage.value * 1000.0 == pytest.approx(toy.short_t, abs=1e-4), toy.why
    # The second step may give back a kilogram.
    assert outcome.cost.value == pytest.approx(toy.cost_musd, rel=1e-4, abs=1e-5), toy.why
    funded = {(f.project, f.year): f.size_ktpy * 1000.0 for f in outcome.investment.fundings}
    assert funded == pytest.approx(toy.funded, rel=1e-3), toy.why
    operations = dispatch_all(case, outcome.investment, lambda _: None)
    printed = [outcome.investment.cost_musd, operations["base"].cost_musd]
    cost = sum(case.discount[t] * musd for terms in printed for (_, t), musd in terms.items())
    assert cost == pytest.approx(outcome.cost.value, rel=1e-6, abs=1e-6)


INFEASIBLE = {
    "must be served": {"Settings": settings(objective="cost"), "Demand": HUNDRED_A_YEAR},
    "a share of nothing else": {
        "Demand": HUNDRED_A_YEAR,
        "Projects": projects("", "p, A, make, existing, 10,"),
        "Redundancy": f"{RULE}\nr, magnet, , , , 0.9,",
    },
    "a minimum in a loss": {
        "Demand": HUNDRED_A_YEAR,
        "Projects": projects("", "p, A, make, existing, 100,"),
        "Disruptions": f"{LOSS}\nx, lose_project, p, , , , , 0, 0.01",
    },
    "minimum utilization without feed": {
        "Settings": settings(objective="cost"),
        "Materials": "material, name, stage\noxide, oxide, oxide\nm, m, magnet",
        "Recipes": "process, recipe, stage, material, direction, t_per_t\nmake, r, magnet, oxide, input, 1\n"
        "make, r, magnet, m, output, 1\ndig, r, mining, oxide, output, 1",
        "Demand": demand("d, A, m, 2030, 5, , , 10"),
        "Projects": projects(
            "capex_musd, lead_years, min_utilization",
            "p, A, make, candidate, 100, 1, 0, 0.5",
            "mine, A, dig, existing, 49, , ,",
        ),
        "Redundancy": f"{RULE}\nr, magnet, , 1, , ,",
    },
}


@pytest.mark.parametrize("name", INFEASIBLE)
def test_infeasible(name: str):
    outcome = solved(instance(INFEASIBLE[name]))
    assert outcome.status is Status.INFEASIBLE
    assert outcome.investment is None


def test_budget_given_beside_the_workbook_replaces_it():
    sheets = TOYS["requires"].sheets
    assert solved(instance(sheets, budget_musd=3.0)).coverage.value * 1000.0 == pytest.approx(199.0)  # type: ignore[union-attr]


def test_the_layouts_are_three():
    """A layout more needs its proof on the page and its place in the brute force."""
    assert len(Layout) == 3
