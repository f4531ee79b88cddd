"""What ``solve`` leaves of a case without a plan: short words on the screen, everything in manifest and log.

Toys as in ``runs.SMALL``: the plant X makes 60 t of m a year in A, and P would make 40 t in B for 8 MUSD.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.cell import column_index_from_string
from random_cases import random_case
from runs import SMALL, Answer, solve, solve_sheets
from toys import Sheets, settings, write

DEMAND = "sector, country, material, year, demand_t, min_coverage\n"
ENOUGH_WITH_P: Sheets = {"Demand": DEMAND + "cars, A, m, 2030, 100, 0.9"}


def infeasible(folder: Path, sheets: Sheets, *options: object) -> Answer:
    answer = solve_sheets(folder, SMALL | dict(sheets), *options)
    assert answer.code == 4, answer.stderr
    return answer


def test_the_screen_shows_what_is_short_and_the_best_ways_out(tmp_path: Path):
    """0.9 x 125 = 112.5 t must be served and 100 t can be: 100 / 125 = 0.8."""
    answer = infeasible(tmp_path, {"Demand": DEMAND + "cars, A, m, 2030, 125, 0.9"})
    assert answer.stderr.splitlines() == [
        "No plan meets all limits.",
        "Demand!F2 min_coverage: 112.5 t of m for cars in A must be served in 2030 (0.9 of 125.0 t); with every candidate"
        " funded as early as it can be and no limit on money at most 100.0 t can be: 12.5 t short. The narrow place: plants"
        " could make 100 t of m in 2030, imports and stocks bring 0 t.",
        "A way out. Less asked: Demand!F2 min_coverage: write 0.8 instead of 0.9 (80.0% of m for cars in A served at least).",
        f"All of it, with every way out: {tmp_path / 'out' / 'manifest.json'}",
    ]


def test_the_manifest_holds_sentences_and_records(tmp_path: Path):
    """Serving 90 t takes P for 8 MUSD; 60 of 100 t can be served without it."""
    answer = infeasible(tmp_path, ENOUGH_WITH_P | {"Settings": settings(budget_musd=7.5)})
    assert answer.manifest["reasons"] == [
        "No plan meets all limits.",
        "2 ways out, each tried by a solve, any one is enough:",
        "More money: Settings!B5 budget_musd: write 8 instead of 7.5 (0.5 MUSD more).",
        "Less asked: Demand!F2 min_coverage: write 0.6 instead of 0.9 (60.0% of m for cars in A served at least).",
        "These 2 cells cannot hold together, each alone can: Settings!B5 budget_musd (7.5 MUSD in all) and Demand!F2"
        " min_coverage (0.9 of m for cars in A).",
    ]
    told = answer.manifest["explanation"]
    assert told["shortfalls"] == []
    assert [way["kind"] for way in told["ways_out"]] == ["money", "less"]
    assert told["ways_out"][0]["edits"] == [
        {"sheet": "Settings", "row": 5, "column": "value", "cell": "Settings!B5", "now": "7.5", "write": "8"}
    ]
    assert [one["cell"] for one in told["conflict"]] == ["Settings!B5 budget_musd", "Demand!F2 min_coverage"]


def test_the_log_holds_every_reason(tmp_path: Path):
    answer = infeasible(tmp_path, ENOUGH_WITH_P | {"Settings": settings(budget_musd=7.5)})
    log = (answer.out / "run.log").read_text(encoding="utf-8")
    assert all(reason in log for reason in answer.manifest["reasons"])


def test_a_budget_of_the_command_line_has_no_cell(tmp_path: Path):
    sheets = ENOUGH_WITH_P | {"Settings": settings(budget_musd=100)}
    answer = infeasible(tmp_path, sheets, "--budget", 7.5)
    assert "More money: --budget: give 8 instead of 7.5 MUSD (0.5 MUSD more)." in answer.manifest["reasons"]
    way = answer.manifest["explanation"]["ways_out"][0]
    assert (way["budget_option_musd"], way["edits"]) == (8, [])
    assert solve_sheets(tmp_path, SMALL | sheets, "--budget", 8).code == 0


def test_more_money_that_is_no_way_out_is_said(tmp_path: Path):
    """With P 100 of 112.5 t could be served, without it 60 of 125 = 0.48."""
    sheets = {"Settings": settings(budget_musd=5), "Demand": DEMAND + "cars, A, m, 2030, 125, 0.9"}
    answer = infeasible(tmp_path, sheets)
    assert "More money alone is no way out." in answer.manifest["reasons"]
    ways = [(way["kind"], way["edits"][0]["write"]) for way in answer.manifest["explanation"]["ways_out"]]
    assert ways == [("less", "0.48")]


def test_a_pot_is_added_where_none_may_pay(tmp_path: Path):
    """The rule needs P in B, and G pays in A only: 8 MUSD are missing there in 2030."""
    rule = "rule, stage, min_countries, min_capacity_t_per_year\nspread, magnet, 2, 10"
    answer = infeasible(tmp_path, {"Redundancy": rule, "Budgets": "funder, budget_musd, countries\nG, 20, A"})
    assert answer.manifest["reasons"][2] == (
        "More money: Budgets: add a row with funder new, budget_musd 8, countries B, stages magnet, year 2030"
        " (8.0 MUSD for magnet in B)."
    )


def test_what_the_time_does_not_suffice_for_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("optimizer.infeasible.explain.SECONDS", 1e-9)
    answer = infeasible(tmp_path, {"Demand": DEMAND + "cars, A, m, 2030, 125, 0.9"})
    assert "Not finished in the time given" in answer.stderr
    assert answer.manifest["explanation"]["ways_out"] == []


def _write(case: Path, edits: list[dict[str, Any]]) -> None:
    """Write what a way out says into the CSV files, by cell as a planner would."""
    for edit in edits:
        file = case / f"{edit['sheet']}.csv"
        with file.open(newline="", encoding="utf-8") as stream:
            cells = list(csv.reader(stream))
        header, row = cells[0], int(edit["row"])
        if edit["column"] not in header:
            header.append(edit["column"])
        while len(cells) < row:
            cells.append([])
        place = (
            header.index(edit["column"])
            if edit["cell"].endswith("new column")
            else column_index_from_string("".join(filter(str.isalpha, edit["cell"].split("!")[1]))) - 1
        )
        cells[row - 1] += [""] * (len(header) - len(cells[row - 1]))
        cells[row - 1][place] = edit["write"] or ""
        with file.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(cells)


@pytest.mark.parametrize("seed", [1008, 1020, 1025])
def test_doing_what_any_way_out_says_mends_the_case(tmp_path: Path, seed: int):
    """Random infeasible cases with every feature: the stated values in the stated cells give a plan."""
    answer = solve(write(tmp_path / "case", random_case(seed)), tmp_path / "out", "--quiet")
    assert answer.code == 4
    ways = answer.manifest["explanation"]["ways_out"]
    assert ways
    for number, way in enumerate(ways):
        assert way["budget_option_musd"] is None
        case = write(tmp_path / f"case{number}", random_case(seed))
        _write(case, way["edits"])
        assert solve(case, tmp_path / "mended", "--quiet").code == 0, way
