"""Limits on burden and benefit in what a run leaves behind: the table, the sheet, the Summary, the reason in ``explain``."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from runs import magnetgrid, solve_sheets
from toys import Sheets, settings

CASE: Sheets = {
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, workforce
        X, A, make, existing, 50, , ,
        P, A, make, candidate, 100, 10, 0, 30
        Q, B, make, candidate, 100, 10, 0, 70
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 200\ncars, B, m, 2030, 200",
    "Settings": settings(2030, 2031, budget_musd=20),
    "Fairness": """
        rule, country, measure, stage, year, min_share, max_share
        cash, A, money, , , , 0.5
        cap, A, capacity, magnet, , 0.2, 0.7
        work, B, jobs, , , 0.5,
        fed, B, coverage, , , 0.9,
    """,
}


def texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A has P and X, 150 of 250 t; B has Q; of 250 t a year B gets 180 of its 200 or more."""
    answer = solve_sheets(tmp_path_factory.mktemp("fair"), CASE)
    assert answer.code == 0, answer.stderr
    return answer.out


def test_the_table(ran: Path):
    table = pd.read_csv(ran / "tables" / "fairness.csv").set_index("rule")
    assert table.loc["cash", ["amount", "total", "share", "ok"]].tolist() == [10, 20, 0.5, "yes"]
    assert table.loc["cap", ["amount", "total", "share", "year"]].tolist() == [150, 250, 0.6, 2031]
    assert table.loc["work", ["amount", "total", "share"]].tolist() == [70, 100, 0.7]
    assert table.loc["fed", "amount"] >= 359.99
    assert (table["ok"] == "yes").all()


def test_the_sheet(ran: Path):
    book = openpyxl.load_workbook(ran / "report.xlsx")
    sheet = book["Fairness"]
    top = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "Rule")
    names = [cell.value for cell in sheet[top]]
    lines = [[cell.value for cell in sheet[row]] for row in range(top + 1, top + 5)]
    found = {line[0]: dict(zip(names, line, strict=True)) for line in lines}
    assert next(iter(found)) in ("cash", "fed")
    assert (found["cap"]["Share, %"], found["cap"]["To spare, points"], found["cap"]["In"]) == (0.6, 0.1, 2031)
    told = "All 4 rules on burden and benefit are kept"
    assert any(told in words for words in texts(sheet))
    assert any(told in words for words in texts(book["Summary"]))


def test_without_the_sheet_there_is_neither(tmp_path: Path):
    answer = solve_sheets(tmp_path, {name: text for name, text in CASE.items() if name != "Fairness"})
    assert answer.code == 0, answer.stderr
    assert not (answer.out / "tables" / "fairness.csv").exists()
    assert "Fairness" not in openpyxl.load_workbook(answer.out / "report.xlsx").sheetnames


def test_a_rule_keeps_a_project_out(tmp_path: Path):
    """Of 20 MUSD A may have less than half, however much there is: P cannot be built."""
    sheets = {**CASE, "Fairness": "rule, country, measure, max_share\ncash, A, money, 0.3"}
    answer = solve_sheets(tmp_path, sheets)
    assert answer.code == 0, answer.stderr
    more = ("--run", answer.out, "--project", "P", "--out", tmp_path / "explain", "--workers", 1, "--quiet")
    told = magnetgrid("explain", tmp_path / "case", *more)
    assert "without rule “cash” it could be forced in" in told.stdout
