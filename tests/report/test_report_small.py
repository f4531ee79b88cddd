"""Small cases of the input contract: known grids, and reports of cases in which something is absent."""

from __future__ import annotations

from pathlib import Path

import pytest
from reported import CONFORMANCE, SHEETS, cells, fill, find, solve, texts

from optimizer.report.timeline import BUILD, FULL, RAMP

WITHOUT_LOSSES = [name for name in SHEETS if name != "Losses"]


def test_timeline_of_a_plant_with_two_years_of_lead_and_a_ramp(tmp_path: Path):
    """Funded in 2030, lead 2, ramp 0.5 and 1: F, c, 50 %, 100 %, 100 %."""
    sheet = solve(CONFORMANCE / "lead_ramp", tmp_path / "out").book["Timeline"]
    row = find(sheet, "p")
    grid = [sheet.cell(row, column) for column in range(4, 9)]
    assert [cell.value for cell in grid] == ["F", "c", 0.5, 1, 1]
    assert [fill(cell) for cell in grid] == [BUILD, BUILD, RAMP, FULL, FULL]
    standing = find(sheet, "magnet")
    assert [sheet.cell(standing, column).value for column in range(4, 9)] == [0, 0, 50, 100, 100]


@pytest.mark.parametrize(
    ("name", "sheet", "said"),
    [
        ("lead_ramp", "Coverage", "The workbook names no losses"),
        ("lead_ramp", "Redundancy", "The workbook has no redundancy rules"),
        ("dis_min_coverage_of_a_sector", "Portfolio", "The workbook has no candidate projects"),
        ("dis_min_coverage_of_a_sector", "Timeline", "The plan funds no project"),
        ("dis_min_coverage_of_a_sector", "Costs", "The plan spends no public money"),
        ("dis_min_coverage_of_a_sector", "Bottlenecks", "All demand is served in every year"),
        ("forbidden_route", "Flows", "Nothing is made, bought or shipped"),
        ("stock_purchases_are_public_outlay", "Portfolio", "Bought for the stocks"),
        ("one_open_input_makes_open_output", "Portfolio", "no candidate projects"),
        ("yearly_pots_pay_by_the_profile", "Costs", "Pots: what every funder has"),
        ("fixed_opex_from_first_operating_year", "Costs", "The plan is the one of least cost"),
    ],
)
def test_what_is_absent_is_said(name: str, sheet: str, said: str, tmp_path: Path):
    book = solve(CONFORMANCE / name, tmp_path / "out").book
    assert book.sheetnames == (SHEETS if "Losses" in book.sheetnames else WITHOUT_LOSSES)
    assert any(said in text for text in texts(book[sheet])), texts(book[sheet])
    assert all(cell.data_type in ("s", "n") for cell in cells(book))


def test_a_case_of_one_year_has_no_first_and_last(tmp_path: Path):
    book = solve(CONFORMANCE / "red_share_by_material_and_size", tmp_path / "out").book
    said = texts(book["Summary"])
    assert any("in 2030" in text for text in said)
    assert not any("lowest year" in text.lower() for text in said)
    assert any(text.startswith("• Tightest redundancy rule") for text in said)
