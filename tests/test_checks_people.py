"""What the checks say of people: faults at their cells, warnings where people do not limit, or never suffice."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbook_toy import TOY, Case, write_folder

from optimizer.checks import check
from optimizer.findings import Level
from optimizer.workbook import read_workbook

HEADER = ["country", "year", "available", "training_cost_usd_per_person", "max_trained_per_year", "training_years"]
ENOUGH = ["B", "2030", "50", "60000", "20", "1"]


def told(folder: Path, rows: list[list[str]], needs: tuple[str, str, str], level: Level) -> list[tuple[str, str]]:
    """Findings of the toy with these rows, and with people needed by RB, RB2 and MB, its candidates in B."""
    projects = [[*row] for row in TOY["Projects"]]
    for row, need in zip(projects, ("workforce", "", "", "", *needs), strict=True):
        row.append(need)
    budgets = [[f"{cell};training" if cell == "metallization" else cell for cell in row] for row in TOY["Budgets"]]
    case: Case = TOY | {"Projects": projects, "Budgets": budgets, "Workforce": [HEADER, *rows]}  # type: ignore[dict-item]
    findings = check(read_workbook(write_folder(folder / "case", case)))
    return [(finding.code, finding.address) for finding in findings if finding.level is level]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (["B", "2030", "50", "", "20", "1"], ("required_for_training", "Workforce!D2")),
        (["B", "2030", "50", "60000", "20", ""], ("required_for_training", "Workforce!F2")),
        (["B", "2030", "", "60000", "20", "1"], ("blank_required", "Workforce!C2")),
        (["B", "2030", "-1", "60000", "20", "1"], ("out_of_range", "Workforce!C2")),
        (["B", "2031", "50", "60000", "20", "1"], ("no_value_before_first_row", "Workforce!B2")),
        (["X", "2030", "50", "60000", "20", "1"], ("unknown_reference", "Workforce!A2")),
    ],
)
def test_a_fault_is_told_at_its_cell(row: list[str], place: tuple[str, str], tmp_path: Path):
    assert told(tmp_path, [row], ("30", "", "40"), Level.FAULT) == [place]


def test_the_same_country_and_year_stand_once(tmp_path: Path):
    assert told(tmp_path, [ENOUGH, ENOUGH], ("30", "", ""), Level.FAULT) == [("duplicate_key", "Workforce!A3")]


def test_enough_people_are_no_finding(tmp_path: Path):
    assert told(tmp_path, [ENOUGH], ("30", "20", "40"), Level.WARNING) == []


@pytest.mark.parametrize(
    ("rows", "needs", "place"),
    [
        # Nobody may begin training though it has a price.
        ([["B", "2030", "50", "60000", "", ""]], ("30", "", ""), ("nobody_is_trained", "Workforce!E2")),
        # RB and MB stand in B, which no row names.
        ([["A", "2030", "5", "", "", ""]], ("30", "", ""), ("people_not_limited", "Projects!R5")),
        ([ENOUGH], ("", "", ""), ("people_not_needed", "Workforce!A2")),
        # 50 and 20 a year begun in 2030 to 2033 are 130 in 2034.
        ([ENOUGH], ("30", "", "140"), ("never_enough_people", "Projects!R7")),
    ],
)
def test_a_suspicion_is_told_at_its_cell(
    rows: list[list[str]], needs: tuple[str, str, str], place: tuple[str, str], tmp_path: Path
):
    assert place in told(tmp_path, rows, needs, Level.WARNING)


def test_a_number_out_of_range_is_not_told_as_blank(tmp_path: Path):
    found = told(tmp_path, [["B", "2030", "50", "60000", "-5", "1"]], ("30", "20", "40"), Level.WARNING)
    assert "nobody_is_trained" not in [code for code, _ in found]


def test_training_that_nobody_pays_for_is_told(tmp_path: Path):
    """No pot for training in B: nobody is trained there, unless training costs nothing or there are no pots."""
    place = ("nobody_pays_for_training", "Workforce!E2")
    free = ["B", "2030", "50", "0", "20", "1"]
    pots = "funder, budget_musd, countries, stages\nF, 10, , magnet\nF, 10, A, training\nF, 0, , training"
    for n, (budgets, row, is_told) in enumerate(
        [
            (pots, ENOUGH, True),
            (pots, free, False),
            (pots + "\nF, 10, B,", ENOUGH, False),
            ("funder, budget_musd", ENOUGH, False),
        ]
    ):
        folder = write_folder(tmp_path / str(n), TOY | {"Workforce": [HEADER, row]})
        (folder / "Budgets.csv").write_text(budgets, encoding="utf-8")
        found = [(x.code, x.address) for x in check(read_workbook(folder)) if x.level is Level.WARNING]
        assert (place in found) is is_told


def test_a_stage_is_not_called_training(tmp_path: Path):
    recipes = [
        ["training" if cell == "magnet" and n == 2 else cell for n, cell in enumerate(row)] for row in TOY["Recipes"]
    ]
    findings = check(read_workbook(write_folder(tmp_path / "case", TOY | {"Recipes": recipes})))
    assert "name_taken" in {finding.code for finding in findings if finding.level is Level.FAULT}
