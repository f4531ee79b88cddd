"""A workbook with people through the commands: tables, report, audit, and what the other commands make of training."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from runs import Answer, magnetgrid, solve
from toys import Sheets, settings, write

# 35 people could be there in 2031, for 70 of the 100 t of P; its 15 are trained for 0.1 MUSD each.
SHEETS: Sheets = {
    "Settings": settings(2030, 2033, budget_musd=20),
    "Projects": """
        project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, lead_years, workforce
        X, B, make, existing, 20, , , , 500
        P, A, make, candidate, 100, 0, 10, 1, 50
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 150",
    "Disruptions": "scenario, kind, target, from_year, weight\nplant, lose_project, X, 2031, 0",
    "Workforce": """
        country, year, available, training_cost_usd_per_person, max_trained_per_year, training_years
        A, 2030, 20, 100000, 15, 1
    """,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    folder = tmp_path_factory.mktemp("people")
    return solve(write(folder / "case", SHEETS), folder / "out", "--quiet")


def test_the_table_tells_people_by_country_and_year(run: Answer):
    assert run.code == 0
    rows = {row["year"]: row for row in run.table("workforce")}
    assert [round(float(rows[t]["needed"]), 1) for t in ("2030", "2031", "2033")] == [0, 35, 35]
    assert round(float(rows["2030"]["begin_training"]), 1) == 15
    assert [rows[t]["tight"] for t in ("2030", "2031", "2032")] == ["no", "yes", "no"]
    outlays = {(row["project"], row["year"]): float(row["musd"]) for row in run.table("outlays")}
    assert outlays["training:A", "2030"] == pytest.approx(1.5, abs=1e-3)
    costs = {(row["term"], row["year"]): float(row["musd"]) for row in run.table("costs")}
    assert costs["training", "2030"] == pytest.approx(1.5, abs=1e-3)
    assert run.manifest["audit"]["passed"]


def test_more_people_gain_what_the_workbook_with_more_people_serves(run: Answer, tmp_path: Path):
    """10 people more: 20 t in each of three years; money gains nothing. The same from the changed workbook."""
    raised = {row["who"]: row for row in run.manifest["people"]["raised"]}
    assert raised["A"]["gain"] == pytest.approx(60, abs=0.01)
    assert raised["money"]["gain"] == 0
    more = SHEETS | {"Workforce": SHEETS["Workforce"].replace("A, 2030, 20", "A, 2030, 30")}
    other = solve(write(tmp_path / "case", more), tmp_path / "out", "--quiet")
    assert run.manifest["weighted_shortfall_t"] - other.manifest["weighted_shortfall_t"] == pytest.approx(60, abs=0.01)


def test_the_report_has_a_sheet_of_people(run: Answer):
    book = openpyxl.load_workbook(run.out / "report.xlsx")
    cells = [str(cell.value) for row in book["People"].iter_rows() for cell in row if cell.value is not None]
    assert any(
        text.startswith("People bind in A in 2031, where 10 more in every year would serve 60.0") for text in cells
    )
    summary = [str(cell.value) for row in book["Summary"].iter_rows() for cell in row if cell.value is not None]
    assert any("People bind in A" in text for text in summary)


def test_a_workbook_without_the_sheet_leaves_no_table_of_people(run: Answer, tmp_path: Path):
    """The table and the sheet of an earlier run go, too."""
    case = write(tmp_path / "case", SHEETS)
    out = tmp_path / "out"
    assert solve(case, out, "--quiet").table("workforce")
    (case / "Workforce.csv").unlink()
    plain = solve(case, out, "--quiet")
    assert not (out / "tables" / "workforce.csv").exists()
    assert "People" not in openpyxl.load_workbook(out / "report.xlsx").sheetnames
    assert {row["term"] for row in plain.table("costs")} == {
        *("capex", "fixed_opex", "opex", "transport", "imports", "stockpile", "shortfall"),
    }
    assert "people" not in plain.manifest


def test_other_commands_know_training(run: Answer, tmp_path: Path):
    """A stressed plan keeps its training in the outlay; every point of a comparison has its people audited."""
    case = write(tmp_path / "case", SHEETS)
    stressed = magnetgrid("stress", case, "--run", run.out, "--out", tmp_path / "s", "--quiet", out=tmp_path / "s")
    assert stressed.code == 0
    planned = {row["limit"]: float(row["planned_musd"]) for row in stressed.table("overrun")}
    assert planned["total budget"] == pytest.approx(8.5, abs=0.01)
    compared = magnetgrid("compare", case, "--budgets", "5,20", "--out", tmp_path / "c", "--quiet", "--workers", 1)
    assert compared.code == 0
    assert (tmp_path / "c" / "points" / "20" / "tables" / "workforce.csv").is_file()
    assert magnetgrid("diagnose", case, "--out", tmp_path / "d", "--quiet").code == 0
