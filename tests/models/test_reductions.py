"""Smaller instances: the same least shortfall without dominated years, never a larger one loosened; each condition by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import pytest
from random_cases import random_case
from toys import Sheets, instance, settings

from models.build import build_model
from models.instance import FairMeasure, FairnessRule, Goal, Instance
from models.options import Layout, Options
from models.reductions import loosened, without_dominated_years
from optimizer.solve.highs import Session

SEEDS = range(40)
KT = 1e-7


def least(case: Instance, tightened: bool = False) -> float:
    """Return the least weighted shortfall, kt; infinite without a plan."""
    options = Options(Goal.COVERAGE, base_layout=Layout.POOLED, tightened=tightened)
    objective = Session(build_model(case, options)).solve().objective
    return math.inf if objective is None else objective


def years(case: Instance) -> dict[str, tuple[int, ...]]:
    return {p: project.funding_years for p, project in case.candidates.items()}


# ---------------------------------------------------------------- random cases


@cache
def drawn(seed: int) -> tuple[Instance, float]:
    case = replace(instance(random_case(seed)), goal=Goal.COVERAGE)
    return case, least(case)


def test_the_seeds_hold_years_that_are_left_out_and_some_that_are_not():
    left_out = kept = 0
    for seed in SEEDS:
        case, _ = drawn(seed)
        less = years(without_dominated_years(case))
        left_out += sum(less[p] != given for p, given in years(case).items())
        kept += sum(less[p] == given for p, given in years(case).items())
    assert left_out > 15
    assert kept > 15


@pytest.mark.parametrize("seed", SEEDS)
def test_least_shortfall_is_the_same_without_dominated_years(seed: int):
    case, expected = drawn(seed)
    less = without_dominated_years(case)
    assert least(less) == pytest.approx(expected, abs=KT)
    assert least(less, tightened=True) == pytest.approx(expected, abs=KT)


@pytest.mark.parametrize("seed", SEEDS)
def test_tightened_changes_nothing(seed: int):
    case, expected = drawn(seed)
    assert least(case, tightened=True) == pytest.approx(expected, abs=KT)


@pytest.mark.parametrize("seed", SEEDS)
def test_loosened_is_never_above(seed: int):
    case, expected = drawn(seed)
    less = loosened(case)
    value = least(less, tightened=True)
    assert value <= expected + KT
    assert all(set(short) <= set(years(without_dominated_years(case))[p]) for p, short in years(less).items())
    rows = {p: replace(project, min_utilization=0.0) for p, project in case.projects.items()}
    rules = {r: replace(rule, max_country_share=None) for r, rule in case.rules.items()}
    assert value == pytest.approx(least(replace(case, projects=rows, rules=rules)), abs=KT)


# ---------------------------------------------------------------- by hand

# One plant of 10 t and 10 MUSD in A from 2030 on; 10 t of m are wanted a year. F gives 6 MUSD in 2030 and 4 in 2031.
POTS = "funder, budget_musd, year, carry_over, countries, stages"
TOY: Sheets = {
    "Settings": settings(2030, 2033),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        p, A, make, candidate, 10, 10, 0
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 10",
    "Budgets": f"{POTS}\nF, 6, 2030, yes, ,\nF, 4, 2031, yes, ,",
}
ALL = (2030, 2031, 2032, 2033)


def plant(more: str = "", values: str = "", *lines: str) -> str:
    """Return the sheet with p, and more columns and lines."""
    head = "project, country, process, status, capacity_t_per_year, capex_musd, lead_years"
    return "\n".join([f"{head}{more}", f"p, A, make, candidate, 10, 10, 0{values}", *lines])


@dataclass(frozen=True)
class Toy:
    """What is changed in the toy; the funding years of each candidate that are left; why.

    ``needed``: (p, v), a funding year that would be left out without the condition, and that the least shortfall needs.
    """

    why: str
    sheets: Sheets
    left: dict[str, tuple[int, ...]]
    needed: tuple[str, int] | None = None


def pots(*lines: str) -> Sheets:
    return {"Budgets": "\n".join([POTS, *lines])}


TOYS = {
    "yearly money": Toy("all is there in 2031, and not sooner", {}, {"p": (2030, 2031)}, ("p", 2031)),
    "money of any year": Toy("in its first year", pots("F, 10, , , ,"), {"p": (2030,)}),
    "no pots": Toy("in its first year", {"Budgets": POTS}, {"p": (2030,)}),
    "starts later": Toy(
        "not before 2032, when all is there",
        {"Projects": plant(", first_funding_year", ", 2032")},
        {"p": (2032,)},
        ("p", 2032),
    ),
    "money for others": Toy(
        "what may not pay for p says nothing of it",
        pots("F, 10, 2031, yes, A,", "G, 9, 2033, yes, B,", "H, 9, 2032, , B,"),
        {"p": (2030, 2031)},
        ("p", 2031),
    ),
    "money before the plan": Toy("there in the first year", pots("F, 10, 2028, yes, ,"), {"p": (2030,)}),
    "money after the plan": Toy("never there", pots("F, 10, , , ,", "F, 9, 2040, , ,"), {"p": (2030,)}),
    "no carry-over": Toy(
        "the 10 MUSD of 2032 are there in no other year",
        pots("F, 6, 2030, yes, ,", "G, 10, 2032, , ,"),
        {"p": ALL},
        ("p", 2032),
    ),
    "a ramp that rises": Toy(
        "earlier is further up",
        {"Ramps": "ramp, operating_year, fraction\nslow, 1, 0.2\nslow, 2, 1", "Projects": plant(", ramp", ", slow")},
        {"p": (2030, 2031)},
        ("p", 2031),
    ),
    "a ramp that falls": Toy(
        "all is wanted in 2033 alone, and there in the first year alone",
        {
            "Ramps": "ramp, operating_year, fraction\ndip, 1, 1\ndip, 2, 0.5",
            "Projects": plant(", ramp", ", dip"),
            "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 0\ncars, A, m, 2032, 0\ncars, A, m, 2033, 10",
        },
        {"p": ALL},
        ("p", 2033),
    ),
    "minimum utilization": Toy(
        "feed comes in 2032, and until then p could not run",
        {
            "Materials": "material, name, stage\nm, m, magnet\no, o, oxide",
            "Recipes": """
                process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
                make, r, magnet, o, input, 1,
                make, r, magnet, m, output, 1,
            """,
            "Imports": """
                supplier, material, country, year, max_t, price_usd_per_kg
                N, o, A, 2030, 0, 1
                N, o, A, 2031, 0, 1
                N, o, A, 2032, 10, 1
            """,
            "Projects": plant(", min_utilization", ", 0.5"),
        },
        {"p": ALL},
        ("p", 2032),
    ),
    "a share of countries": Toy(
        "B has the other half from 2032 on",
        {
            "Projects": plant(", first_year", ",", "x, B, make, existing, 10, , , 2032"),
            "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 20",
            "Redundancy": "rule, stage, from_year, max_country_share\nhalf, magnet, 2031, 0.5",
            "Settings": settings(2031, 2033),
        },
        {"p": (2031, 2032, 2033)},
        ("p", 2032),
    ),
    "a fair share of capacity": Toy(
        "in 2032 B has 5 t: p may have 5 of its 10 t then, if funded in 2032, and not all of them",
        {
            "Ramps": "ramp, operating_year, fraction\nslow, 1, 0.5\nslow, 2, 1",
            "Projects": plant(", first_year, ramp", ", , slow", "x, B, make, existing, 5, , , 2030,"),
            "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 20",
            "Fairness": "rule, country, measure, stage, year, max_share\nhalf, A, capacity, magnet, 2032, 0.5",
            "Settings": settings(2031, 2033),
        },
        {"p": (2031, 2032, 2033)},
        ("p", 2032),
    ),
    "fair shares of what no year changes": Toy(
        "money and jobs are the same whenever p is funded",
        {
            "Fairness": "rule, country, measure, min_share\ncash, A, money, 0.5\nwork, A, jobs, 0.5\nfed, A, coverage, 0.1"
        },
        {"p": (2030, 2031)},
        ("p", 2031),
    ),
    "a rule that counts": Toy(
        "more capacity never counts less",
        {"Redundancy": "rule, stage, from_year, min_projects, min_capacity_t_per_year\none, magnet, 2032, 1, 10"},
        {"p": (2030, 2031)},
        ("p", 2031),
    ),
    "a late prerequisite": Toy(
        "q can be paid in 2032, and p not before it",
        {
            "Projects": plant(", requires", ", q", "q, B, make, candidate, 1, 5, 0,"),
            **pots("F, 10, , , A,", "G, 5, 2032, yes, B,"),
        },
        {"p": ALL, "q": (2030, 2031, 2032)},
        ("p", 2032),
    ),
    "an early prerequisite": Toy(
        "q is there by the year of p",
        {
            "Projects": plant(", requires", ", q", "q, B, make, candidate, 1, 5, 0,"),
            **pots("F, 10, 2032, yes, A,", "G, 5, 2031, yes, B,"),
        },
        {"p": (2030, 2031, 2032), "q": (2030, 2031)},
        ("p", 2032),
    ),
    "a prerequisite of a prerequisite": Toy(
        "r is late, and with it q and p",
        {
            "Projects": plant(
                ", requires", ", q", "q, A, make, candidate, 1, 0, 0, r", "r, B, make, candidate, 1, 5, 0,"
            ),
            **pots("F, 10, , , A,", "G, 5, 2032, yes, B,"),
        },
        {"p": ALL, "q": ALL, "r": (2030, 2031, 2032)},
        ("p", 2032),
    ),
    "a prerequisite that is not dominated": Toy(
        "q is best in its first year, 2033, and p not before it",
        {
            "Ramps": "ramp, operating_year, fraction\ndip, 1, 1\ndip, 2, 0.5",
            "Projects": plant(", requires, ramp", ", q,", "q, A, make, candidate, 10, 0, 0, , dip"),
            "Budgets": POTS,
        },
        {"p": ALL, "q": ALL},
    ),
    "a prerequisite that stands": Toy(
        "it asks for no year",
        {"Projects": plant(", requires", ", x", "x, B, make, existing, 1, , ,")},
        {"p": (2030, 2031)},
        ("p", 2031),
    ),
}


@pytest.mark.parametrize("name", TOYS)
def test_years_that_are_left(name: str):
    toy = TOYS[name]
    assert years(without_dominated_years(toy_case(toy))) == toy.left, toy.why


@pytest.mark.parametrize("name", TOYS)
def test_the_least_shortfall_stays(name: str):
    case = toy_case(TOYS[name])
    assert least(without_dominated_years(case)) == pytest.approx(least(case), abs=KT)


@pytest.mark.parametrize("name", [name for name, toy in TOYS.items() if toy.needed])
def test_the_last_year_that_is_needed_is_there(name: str):
    """Without it, and what comes later, more would fall short."""
    toy = TOYS[name]
    assert toy.needed is not None
    case, (p, year) = toy_case(toy), toy.needed
    project = case.projects[p]
    sooner = replace(project, funding_years=tuple(v for v in project.funding_years if v < year))
    assert least(replace(case, projects={**case.projects, p: sooner})) > least(case) + 1e-4, toy.why


@pytest.mark.parametrize("name", ["minimum utilization", "a share of countries"])
def test_loosened_leaves_the_rows_out_and_then_the_years(name: str):
    case = toy_case(TOYS[name])
    less = loosened(case)
    assert all(project.min_utilization == 0.0 for project in less.projects.values())
    assert all(rule.max_country_share is None for rule in less.rules.values())
    assert years(less)["p"] == tuple(v for v in years(case)["p"] if v <= 2031)
    assert least(less) <= least(case) + KT


def test_loosened_leaves_out_fair_shares_of_capacity_alone():
    case = toy_case(TOYS["fair shares of what no year changes"])
    half = FairnessRule("half", "A", FairMeasure.CAPACITY, "magnet", 2032, max_share=0.5)
    less = loosened(replace(case, fairness={**case.fairness, "half": half}))
    assert list(less.fairness) == ["cash", "work", "fed"]
    assert years(less) == {"p": (2030, 2031)}


def toy_case(toy: Toy) -> Instance:
    return instance({**TOY, **toy.sheets})
