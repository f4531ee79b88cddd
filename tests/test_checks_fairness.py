"""What the checks say of limits on burden and benefit: faults at their cells, warnings of shares that nobody can have."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbook_toy import TOY, Case, write_folder

from optimizer.checks import check
from optimizer.findings import Level
from optimizer.workbook import read_workbook

HEADER = ["rule", "country", "measure", "stage", "year", "min_share", "max_share"]


def told(folder: Path, rows: list[str], level: Level) -> list[tuple[str, str]]:
    """Findings of the toy with these rules; RB, RB2 and MB are its candidates, in B, and A and B are allies with demand."""
    case: Case = TOY | {"Fairness": [HEADER, *([cell.strip() for cell in row.split(",")] for row in rows)]}  # type: ignore[dict-item]
    findings = check(read_workbook(write_folder(folder / "case", case)))
    found = [(finding.code, finding.address) for finding in findings if finding.level is level]
    return [x for x in found if x[1].startswith("Fairness") or level is Level.FAULT]


def test_rules_that_say_what_they_need(tmp_path: Path):
    rules = ["a, B, money, , , 0.2, 0.8", "b, B, capacity, magnet, , , 0.9", "c, B, coverage, , , 0.5,"]
    assert told(tmp_path, rules, Level.FAULT) == []
    assert told(tmp_path / "again", rules, Level.WARNING) == []


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("r, B, money, , , ,", ("no_share", "Fairness!F2")),
        ("r, B, money, , , 0.5, 0.4", ("shares_crossed", "Fairness!F2")),
        ("r, B, money, , , 1.5,", ("out_of_range", "Fairness!F2")),
        ("r, B, happiness, , , 0.5,", ("not_a_choice", "Fairness!C2")),
        ("r, X, money, , , 0.5,", ("unknown_reference", "Fairness!B2")),
        ("r, B, money, magnet, , 0.5,", ("not_of_measure", "Fairness!D2")),
        ("r, B, jobs, , 2030, 0.5,", ("not_of_measure", "Fairness!E2")),
        ("r, B, capacity, , , 0.5,", ("stage_missing", "Fairness!D2")),
        ("r, B, capacity, magnetz, , 0.5,", ("unknown_reference", "Fairness!D2")),
        ("r, B, capacity, magnet, 2050, 0.5,", ("year_outside_plan", "Fairness!E2")),
        ("r, N, capacity, magnet, , 0.5,", ("not_an_ally", "Fairness!B2")),
        ("r, N, coverage, , , 0.5,", ("no_demand", "Fairness!B2")),
        ("r, B, coverage, , , 0.5, 0.9", ("not_of_measure", "Fairness!G2")),
    ],
)
def test_a_fault_is_told_at_its_cell(row: str, place: tuple[str, str], tmp_path: Path):
    assert told(tmp_path, [row], Level.FAULT) == [place]


def test_a_fault_is_no_suspicion_beside(tmp_path: Path):
    """Without a stage nothing can be said of who has capacity of it."""
    assert told(tmp_path, ["r, B, capacity, , , 0.5,"], Level.WARNING) == []


def test_a_rule_stands_once(tmp_path: Path):
    row = "r, B, money, , , 0.5,"
    assert told(tmp_path, [row, row], Level.FAULT) == [("duplicate_key", "Fairness!A3")]


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        (["r, A, money, , , 0.1,"], ("cannot_have_a_share", "Fairness!B2")),
        (["r, B, jobs, , , 0.1,"], ("cannot_have_a_share", "Fairness!B2")),
        (["r, B, money, , , 0.6,", "s, A, money, , , 0.5,"], ("shares_above_whole", "Fairness!F2")),
    ],
)
def test_a_suspicion_is_told_at_its_cell(rows: list[str], place: tuple[str, str], tmp_path: Path):
    """A has no candidate, no plant has a workforce, and 0.6 and 0.5 are more than all."""
    assert place in told(tmp_path, rows, Level.WARNING)
