"""What is said of a case without a plan: the limit, the amount, the year, the cell, and an edit that mends it.

All toys: the plant X makes 60 t of m a year in A, and P would make 40 t in B for 8 MUSD (``runs.SMALL``).
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from openpyxl.utils.cell import column_index_from_string
from random_cases import random_case
from runs import SMALL, solve, solve_sheets
from toys import Sheets, settings, write

DEMAND = "sector, country, material, year, demand_t, min_coverage\n"
LOSS = "scenario, kind, target, min_coverage, sector\n"
RULE = "rule, stage, min_countries, min_projects, min_capacity_t_per_year, max_country_share\n"
SINGLE = "No plan meets all limits. The way out with the least change:"
SEVERAL = "No plan meets all limits. One way out with the least change: loosen all of these limits."


def reasons(folder: Path, sheets: Sheets, *options: object) -> list[str]:
    answer = solve_sheets(folder, SMALL | dict(sheets), *options)
    assert answer.code == 4, answer.stderr
    return answer.manifest["reasons"]


def test_minimum_coverage(tmp_path: Path):
    """0.9 x 125 = 112.5 t must be served, 60 + 40 t can be: 12.5 t too much, and 100 / 125 = 0.8."""
    assert reasons(tmp_path, {"Demand": DEMAND + "cars, A, m, 2030, 125, 0.9"}) == [
        SINGLE,
        "Demand!F2: min_coverage 0.9 of cars in A asks for 12.5 t of m too much in 2030. Lower it to 0.8.",
    ]


def test_minimum_coverage_of_a_row_that_holds_for_years(tmp_path: Path):
    """Linear from 125 t to 135 t: 12.5, 17 t too much; in 2032 the third row asks for nothing. 100 / 130 = 0.7692."""
    demand = DEMAND + "cars, A, m, 2030, 125, 0.9\ncars, A, m, 2032, 135,\nvans, B, m, 2030, 1,"
    found = reasons(tmp_path, {"Settings": settings(2030, 2032), "Demand": demand})
    assert found[1:] == [
        "Demand!F2: min_coverage 0.9 of cars in A asks for 12.5 t of m too much in 2030 and 17.0 t of m too much in 2031."
        " Lower it to 0.769."
    ]


def test_years_with_the_same_amount_are_told_together(tmp_path: Path):
    sheets = {"Settings": settings(2030, 2040), "Demand": DEMAND + "cars, A, m, 2030, 125, 0.9"}
    assert "asks for 12.5 t of m too much in 2030-2040. Lower it to 0.8." in reasons(tmp_path, sheets)[1]


def test_of_many_amounts_the_largest_is_told(tmp_path: Path):
    """12.5 t in 2030 and 9 t more every year until 2039: 10 x 12.5 + 9 x 45 = 530 t in all; 100 / 215 = 0.4651."""
    demand = DEMAND + "cars, A, m, 2030, 125, 0.9\ncars, A, m, 2040, 225, 0.9\ncars, A, m, 2041, 0,"
    found = reasons(tmp_path, {"Settings": settings(2030, 2039), "Demand": demand})[1]
    assert "asks for 530.0 t of m too much in all, most in 2039 (93.5 t of m too much). Lower it to 0.465." in found


def test_the_row_with_the_minimum_is_named_not_another_one_served_from_the_same_place(tmp_path: Path):
    demand = DEMAND + "vans, B, m, 2030, 50,\ncars, A, m, 2030, 125, 0.9"
    assert reasons(tmp_path, {"Demand": demand})[1].startswith(
        "Demand!F3: min_coverage 0.9 of cars in A asks for 12.5 t"
    )


def test_minimum_of_allied_material(tmp_path: Path):
    """N offers enough, but not of allied origin."""
    sheets = {
        "Demand": "sector, country, material, year, demand_t, min_coverage, allied_only\narms, A, m, 2030, 125, 0.9, yes",
        "Imports": "supplier, material, year, max_t, price_usd_per_kg\nN, m, 2030, 500, 1",
    }
    assert "12.5 t of m of allied origin too much in 2030" in reasons(tmp_path, sheets)[1]


@pytest.mark.parametrize("minimum", ["", "0.3"])
def test_an_unpriced_row_with_objective_cost(tmp_path: Path, minimum: str):
    """All 125 t must be served for want of a price, whatever its minimum coverage says: 25 t too much."""
    sheets = {
        "Settings": settings(objective="cost"),
        "Demand": DEMAND.replace("min_cov", "shortfall_usd_per_kg, min_cov") + f"cars, A, m, 2030, 125, , {minimum}",
    }
    assert reasons(tmp_path, sheets)[1:] == [
        "Demand!F2: cars in A must be served in full, having no price: 25.0 t of m too much in 2030."
        " Give tonnes short a price (shortfall_usd_per_kg), or lower demand_t."
    ]


def test_minimum_coverage_in_a_loss(tmp_path: Path):
    """Without A only P's 40 t are left of the 50 t that 0.5 x 100 t ask for."""
    demand = DEMAND + "cars, C, m, 2030, 100,"
    assert reasons(tmp_path, {"Demand": demand, "Disruptions": LOSS + "no A: worst, lose_country, A, 0.5, cars"})[
        1:
    ] == [
        "Disruptions!D2: min_coverage 0.5 of no A: worst (cars) asks for 10.0 t too much in 2030."
        " Lower it to 0.4, or add plants or stocks."
    ]


def test_minimum_coverage_in_each_loss_names_the_loss(tmp_path: Path):
    """Without A 40 t are left, without B 60 t, without P 60 t: only A's loss is too much for 0.5 x 100 t."""
    sheets = {"Demand": DEMAND + "cars, C, m, 2030, 100,", "Disruptions": LOSS + "lose, lose_country, each, 0.5,"}
    assert reasons(tmp_path, sheets)[1:] == [
        "Disruptions!D2: min_coverage 0.5 of lose (all sectors) asks for 10.0 t too much in 2030 (lose:A)."
        " Lower it to 0.4, or add plants or stocks."
    ]


def test_countries(tmp_path: Path):
    """A and B can have plants, a third country cannot."""
    assert reasons(tmp_path, {"Redundancy": RULE + "spread, magnet, 3, , 10,"})[1:] == [
        "Redundancy!C2: rule spread asks for 3 countries and lacks 1 country from 2030. Lower it to 2,"
        " start the rule later (from_year), or let smaller plants count (min_capacity_t_per_year)."
    ]


def test_projects(tmp_path: Path):
    """Only X has 50 t."""
    found = reasons(tmp_path, {"Redundancy": RULE + "two, magnet, , 3, 50,"})[1]
    assert found.startswith(
        "Redundancy!D2: rule two asks for 3 projects and lacks 2 projects from 2030. Lower it to 1,"
    )


def test_share(tmp_path: Path):
    """With P, A has 60 of 100 t, 10 t more than a half."""
    assert reasons(tmp_path, {"Redundancy": RULE + "spread, magnet, , , , 0.5"})[1:] == [
        "Redundancy!F2: rule spread allows a country 50% of the capacity, and A has 10.0 t too much in 2030."
        " Raise it to 0.6, or add projects elsewhere."
    ]


ENOUGH_WITH_P = {"Demand": DEMAND + "cars, A, m, 2030, 100, 0.9"}


def test_budget_where_little_is_missing(tmp_path: Path):
    """Serving 90 t takes P for 8 MUSD: 0.5 of 7.5 MUSD is a smaller change than 30 of 100 t."""
    assert reasons(tmp_path, ENOUGH_WITH_P | {"Settings": settings(budget_musd=7.5)})[1:] == [
        "Settings!B5: budget_musd 7.5 is 0.5 MUSD too little to keep the other limits. Raise it to 8."
    ]


def test_demand_where_most_of_the_budget_is_missing(tmp_path: Path):
    """30 of 100 t are a smaller change than 7 of 1 MUSD."""
    found = reasons(tmp_path, ENOUGH_WITH_P | {"Settings": settings(budget_musd=1)})[1:]
    assert found == ["Demand!F2: min_coverage 0.9 of cars in A asks for 30.0 t of m too much in 2030. Lower it to 0.6."]


def test_budget_of_the_command_line_has_no_cell(tmp_path: Path):
    found = reasons(tmp_path, ENOUGH_WITH_P | {"Settings": settings(budget_musd=100)}, "--budget", 7.5)
    assert found[1:] == ["--budget 7.5 is 0.5 MUSD too little to keep the other limits. Raise it to 8."]


TWO_COUNTRIES = {"Redundancy": RULE + "spread, magnet, 2, , 10,"}


def test_no_pot_may_pay(tmp_path: Path):
    """The rule needs P in B, and G pays in A only."""
    sheets = TWO_COUNTRIES | {"Budgets": "funder, budget_musd, countries\nG, 20, A"}
    assert reasons(tmp_path, sheets)[1:] == [
        "Budgets: no pot may pay 8.0 MUSD in 2030 for magnet in B. Widen the countries, stages or year of a pot, or add one."
    ]


def test_a_pot_that_may_pay_is_too_small(tmp_path: Path):
    """P costs 8 MUSD, the pot for B holds 6."""
    sheets = TWO_COUNTRIES | {"Budgets": "funder, budget_musd, countries\nG, 20, A\nH, 6, B"}
    assert reasons(tmp_path, sheets)[1:] == [
        "Budgets!B3: 2.0 MUSD in 2030 for magnet in B cannot be paid. Raise this pot."
    ]


def test_several_limits_are_loosened_together(tmp_path: Path):
    found = reasons(
        tmp_path, {"Demand": DEMAND + "cars, A, m, 2030, 125, 0.9", "Redundancy": RULE + "x, magnet, 3, , 10,"}
    )
    assert found[0] == SEVERAL
    assert [sentence.split(":")[0] for sentence in found[1:]] == ["Demand!F2", "Redundancy!C2"]


_EDIT = re.compile(r"(\w+)!([A-Z]+)(\d+): .* it to ([\d.]*\d)")


@pytest.mark.parametrize("seed", [1004, 1008, 1012, 1020, 1025, 1031])
def test_doing_what_is_said_mends_the_case(tmp_path: Path, seed: int):
    """Random infeasible cases with every feature: writing the stated values into the stated cells gives a plan."""
    case = write(tmp_path / "case", random_case(seed))
    answer = solve(case, tmp_path / "out", "--quiet")
    assert answer.code == 4
    for sentence in answer.manifest["reasons"][1:]:
        edit = _EDIT.match(sentence)
        assert edit, sentence
        _write(case / f"{edit[1]}.csv", int(edit[3]), column_index_from_string(edit[2]), edit[4])
    assert solve(case, tmp_path / "out", "--quiet").code == 0


def _write(file: Path, row: int, column: int, value: str) -> None:
    with file.open(newline="", encoding="utf-8") as stream:
        cells = list(csv.reader(stream))
    cells[row - 1][column - 1] = value
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(cells)
