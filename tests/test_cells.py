"""What a cell means, by its kind, and what is said where it means nothing."""

from __future__ import annotations

from datetime import datetime

import pytest
from workbook_toy import changed, write_folder

from optimizer.cells import CellError, parse, records, settings
from optimizer.schema import SETTINGS, SHEETS, Column, Kind
from optimizer.workbook import Uncalculated, read_workbook

PROJECTS = SHEETS["Projects"].column
TONNES, MONEY = PROJECTS("capacity_t_per_year"), PROJECTS("capex_musd")
SHARE, PROFILE = PROJECTS("public_share"), PROJECTS("spend_profile")
YEARS = SHEETS["Disruptions"].column("check_years")


@pytest.mark.parametrize(
    ("column", "raw", "value"),
    [
        (TONNES, "1200.50", 1200.5),
        (TONNES, 1200, 1200.0),
        (TONNES, "1.2e3", 1200.0),
        (TONNES, " 7 ", 7.0),
        (PROJECTS("opex_usd_per_kg"), "-3", -3.0),
        (PROJECTS("lead_years"), "3", 3),
        (PROJECTS("lead_years"), 3.0, 3),
        (PROJECTS("status"), "Candidate", "candidate"),
        (PROJECTS("project"), 7.0, "7"),
        (PROJECTS("requires"), "a; b;;", ("a", "b")),
        (PROFILE, "0.2;0.5;0.3", (0.2, 0.5, 0.3)),
        (PROFILE, 1.0, (1.0,)),
        (YEARS, "2030;2032-2034", (2030, 2032, 2033, 2034)),
        (YEARS, "2032–2033", (2032, 2033)),
        (YEARS, 2030.0, (2030,)),
        (SETTINGS["objective"], "COST", "cost"),
        (SHEETS["Countries"].column("ally"), "YES", True),
        (SHEETS["Countries"].column("ally"), "False", False),
        (SHEETS["Countries"].column("ally"), True, True),
        (Column("note", Kind.TEXT, ""), "#1 in its field", "#1 in its field"),
        (Column("note", Kind.TEXT, ""), "#TODO", "#TODO"),
    ],
)
def test_what_is_understood(column, raw, value):
    assert parse(column, raw) == value
    assert type(parse(column, raw)) is type(value)


@pytest.mark.parametrize(
    ("column", "raw", "code", "remedy"),
    [
        (MONEY, "1,2 bn", "not_a_number", "Write 1200."),
        (MONEY, "$1.2 billion", "not_a_number", "Write 1200."),
        (MONEY, "300k", "not_a_number", "Write 0.3."),
        (MONEY, "120 MUSD", "not_a_number", "Write 120."),
        (TONNES, "12 kt", "not_a_number", "Write 12000."),
        (TONNES, "100 t/yr", "not_a_number", "Write 100."),
        (TONNES, "12,5", "not_a_number", "Use a decimal point: write 12.5."),
        (TONNES, "1,200", "not_a_number", "Write 1200, or 1.200 if the comma is a decimal point."),
        (TONNES, "1 200", "not_a_number", "Write it without separators: 1200."),
        (TONNES, "1'200'000", "not_a_number", "Write it without separators: 1200000."),
        (TONNES, "n/a", "not_a_number", "Write a number."),
        (MONEY, "tbd", "not_a_number", "Leave the cell blank where there is no value."),
        (MONEY, "10-20", "not_a_number", "Write digits and a decimal point only, in the unit of the column."),
        (MONEY, "nan", "not_a_number", "Leave the cell blank where there is no value."),
        (MONEY, "1e999", "not_a_number", "Leave the cell blank where there is no value."),
        (TONNES, True, "not_a_number", "Format the cell as a number and write it again."),
        (TONNES, datetime(2030, 1, 1), "not_a_number", "Format the cell as a number and write it again."),
        (TONNES, "-1", "out_of_range", "Write 0 or more."),
        (SHARE, "40%", "not_a_number", "Write 0.4."),
        (SHARE, "40", "out_of_range", "Write 0.4 for 40 %."),
        (SHARE, "1.5", "out_of_range", "Write 1 or less."),
        (SETTINGS["time_limit_s"], "0", "out_of_range", "Write a positive number, or leave it blank."),
        (PROJECTS("lead_years"), "2.5", "not_whole", "Write 2."),
        (PROJECTS("status"), "planned", "not_a_choice", "Write one of: existing, committed, candidate."),
        (PROFILE, "0.5,0.5", "not_a_number", "Separate the numbers with semicolons."),
        (PROFILE, "0.5;-0.5", "out_of_range", "Write 0 or more."),
        (YEARS, "30", "not_years", "Write years such as 2030;2032-2035."),
        (YEARS, "2035-2032", "not_years", "Write 2032-2035."),
        (SHEETS["Countries"].column("ally"), "1", "not_yes_no", "Write yes or no."),
        (TONNES, "#DIV/0!", "excel_error", "Mend the formula, or write the value."),
    ],
)
def test_what_is_not_understood_comes_with_a_remedy(column, raw, code, remedy):
    with pytest.raises(CellError) as error:
        parse(column, raw)
    assert (error.value.code, error.value.remedy) == (code, remedy)
    assert error.value.problem


def test_a_formula_that_was_never_calculated():
    with pytest.raises(CellError) as error:
        parse(TONNES, Uncalculated("=A1*2"))
    assert error.value.code == "formula_not_calculated"


def test_records_are_typed_and_leave_out_what_cannot_be_read(tmp_path):
    workbook = read_workbook(write_folder(tmp_path, changed({"Projects!E2": "many"})))
    first, *_, last = records(workbook, "Projects")
    assert first.number("capacity_t_per_year") is None
    assert first.number_or("capacity_t_per_year", 5.0) == 5.0
    assert first.text("group", "none") == "none"
    assert first.year("lead_years") is None
    assert last.items("requires") == ("RB", "S")
    assert first.items("requires") == ()
    assert next(records(workbook, "Countries")).flag("trusted", True) is True


def test_settings_are_typed_and_blank_ones_left_out(tmp_path):
    given = settings(read_workbook(write_folder(tmp_path, changed({"Settings!B7": "lots"}))))
    assert given["first_year"] == 2030
    assert given["discount_rate"] == 0.05
    assert "budget_musd" not in given  # unreadable
    assert "resilience_measure" not in given  # blank
