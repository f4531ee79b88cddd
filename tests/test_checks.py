"""The toy is clean, and each single broken cell is told with its code, at its address, with a remedy."""

from __future__ import annotations

import openpyxl
import pytest
from workbook_toy import TOY, Case, changed, without, write_folder, write_xlsx

from optimizer.checks import check
from optimizer.findings import Finding, Level
from optimizer.workbook import read_workbook


def findings_of(tmp_path, case: Case) -> list[Finding]:
    return check(read_workbook(write_folder(tmp_path / "case", case)))


def places(findings: list[Finding], level: Level) -> list[tuple[str, str]]:
    return [(finding.code, finding.address) for finding in findings if finding.level is level]


def test_the_toy_has_neither_faults_nor_warnings(tmp_path):
    assert [str(finding) for finding in findings_of(tmp_path, TOY)] == []


# One line per check: the cells that are changed, and the one fault that must follow.
FAULTS = [
    # single cells
    ({"Projects!G5": "1,2 bn"}, "not_a_number", "Projects!G5"),
    ({"Projects!E2": "1000,5"}, "not_a_number", "Projects!E2"),
    ({"Projects!E2": "-1000"}, "out_of_range", "Projects!E2"),
    ({"Projects!Q5": "50"}, "out_of_range", "Projects!Q5"),
    ({"Projects!E2": ""}, "blank_required", "Projects!E2"),
    ({"Projects!H5": "1.5"}, "not_whole", "Projects!H5"),
    ({"Projects!D2": "operating"}, "not_a_choice", "Projects!D2"),
    ({"Projects!I5": "0.5,0.5"}, "not_a_number", "Projects!I5"),
    ({"Countries!C2": "ally"}, "not_yes_no", "Countries!C2"),
    ({"Disruptions!G3": "soon"}, "not_years", "Disruptions!G3"),
    ({"Disruptions!G4": "2033-2031"}, "not_years", "Disruptions!G4"),
    ({"Demand!E4": "#REF!"}, "excel_error", "Demand!E4"),
    ({"Demand!A4": "#N/A"}, "excel_error", "Demand!A4"),
    ({"Stockpiles!A2": ""}, "blank_required", "Stockpiles!A2"),
    # settings
    ({"Settings!A5": "discount_rat"}, "unknown_setting", "Settings!A5"),
    ({"Settings!B2": ""}, "missing_setting", "Settings!B2"),
    ({"Settings!A4": "#price_year"}, "missing_setting", "Settings"),
    ({"Settings!B5": "5 %"}, "not_a_number", "Settings!B5"),
    ({"Settings!B6": "profit"}, "not_a_choice", "Settings!B6"),
    ({"Settings!B9": "0"}, "out_of_range", "Settings!B9"),
    ({"Settings!A10": "objective", "Settings!B10": "cost"}, "duplicate_key", "Settings!A10"),
    # sheets and columns
    ({"Project!A1": "project"}, "unknown_sheet", "Project"),
    ({"Countries!E1": "regoin"}, "unknown_column", "Countries!E1"),
    ({"Countries!B1": "_name"}, "missing_column", "Countries"),
    ({"Countries!G2": "stray"}, "no_column_name", "Countries!G2"),
    ({"Countries!E1": "ally"}, "duplicate_column", "Countries!E1"),
    ({"Redundancy!B1": "#stage", "Redundancy!C1": "#material"}, "missing_column", "Redundancy"),
    # keys
    ({"Projects!A5": "RB2", "Projects!O7": ""}, "duplicate_key", "Projects!A6"),
    ({"Disruptions!A2": "base"}, "name_taken", "Disruptions!A2"),
    ({"Recipes!C2": "stockpile"}, "name_taken", "Recipes!C2"),
    ({"Disruptions!A2": "each country:A"}, "name_taken", "Disruptions!A3"),
    ({"Recipes!D3": "metal", "Recipes!E3": "output"}, "duplicate_key", "Recipes!A4"),
    ({"Ramps!B3": "1"}, "duplicate_key", "Ramps!A3"),
    ({"Demand!D3": "2030"}, "duplicate_key", "Demand!A3"),
    ({"Imports!C3": ""}, "duplicate_key", "Imports!A3"),
    ({"Routes!A3": "*", "Routes!B3": "A", "Routes!C3": "B"}, "duplicate_key", "Routes!A3"),
    ({"Redundancy!A3": "two makers"}, "duplicate_key", "Redundancy!A3"),
    ({"Disruptions!A3": "no N"}, "duplicate_key", "Disruptions!A3"),
    # references
    ({"Projects!B2": "AA"}, "unknown_reference", "Projects!B2"),
    ({"Projects!C2": "separat"}, "unknown_reference", "Projects!C2"),
    ({"Projects!J5": "fast"}, "unknown_reference", "Projects!J5"),
    ({"Projects!O7": "RB;RC"}, "unknown_reference", "Projects!O7"),
    ({"Recipes!D3": "oxid"}, "unknown_reference", "Recipes!D3"),
    ({"Demand!C4": "magnets"}, "unknown_reference", "Demand!C4"),
    ({"Imports!C3": "BB"}, "unknown_reference", "Imports!C3"),
    ({"Routes!B2": "AA"}, "unknown_reference", "Routes!B2"),
    ({"Budgets!E2": "A;X"}, "unknown_reference", "Budgets!E2"),
    ({"Budgets!F2": "magnets"}, "unknown_reference", "Budgets!F2"),
    ({"Redundancy!B2": "sintering"}, "unknown_reference", "Redundancy!B2"),
    ({"Redundancy!C3": "gold"}, "unknown_reference", "Redundancy!C3"),
    ({"Disruptions!C2": "Q"}, "unknown_reference", "Disruptions!C2"),
    ({"Disruptions!C3": "every"}, "unknown_reference", "Disruptions!C3"),
    ({"Disruptions!C4": "MM"}, "unknown_reference", "Disruptions!C4"),
    ({"Disruptions!I4": "navy"}, "unknown_reference", "Disruptions!I4"),
    ({"Stockpiles!A2": "oxides"}, "unknown_reference", "Stockpiles!A2"),
    ({"Imports!A3": "A"}, "supplier_is_ally", "Imports!A3"),
    ({"Imports!C3": "N"}, "lands_at_supplier", "Imports!C3"),
    ({"Routes!C2": "A"}, "route_to_itself", "Routes!C2"),
    # projects and recipes
    ({"Projects!G6": ""}, "candidate_needs", "Projects!G6"),
    ({"Projects!H6": ""}, "candidate_needs", "Projects!H6"),
    ({"Projects!L4": ""}, "committed_needs_first_year", "Projects!L4"),
    (
        {"Settings!A10": "capex_charge", "Settings!B10": "annuity", "Projects!P5": ""},
        "annuity_needs_life",
        "Projects!P5",
    ),
    ({"Projects!F5": "500"}, "minimum_above_nameplate", "Projects!F5"),
    ({"Projects!M3": "2019"}, "years_reversed", "Projects!M3"),
    ({"Projects!O5": "MB", "Projects!O7": "RB"}, "circular_requires", "Projects!O5"),
    ({"Projects!O7": "MB"}, "circular_requires", "Projects!O7"),
    ({"Recipes!G3": "9"}, "two_opex", "Recipes!G4"),
    ({"Recipes!C4": "magnet"}, "two_stages", "Recipes!C4"),
    ({"Recipes!E6": "input", "Recipes!D6": "oxide"}, "no_output", "Recipes!E5"),
    # figures that must fit together
    ({"Settings!B3": "2029"}, "years_reversed", "Settings!B3"),
    ({"Ramps!B2": "3"}, "ramp_without_year_1", "Ramps!B3"),
    ({"Projects!I5": "0.5;0.4"}, "profile_sum", "Projects!I5"),
    ({"Demand!D4": "2031"}, "no_value_before_first_row", "Demand!D4"),
    ({"Imports!D3": "2031"}, "no_value_before_first_row", "Imports!D3"),
    ({"Disruptions!G3": "2031;2034"}, "no_check_year", "Disruptions!G3"),
    ({"Disruptions!D2": "2050"}, "loss_outside_horizon", "Disruptions!D2"),
    ({"Stockpiles!C2": "60"}, "opening_above_maximum", "Stockpiles!C2"),
    ({"Redundancy!C2": "metal"}, "stage_or_material", "Redundancy!B2"),
    ({"Redundancy!C3": ""}, "stage_or_material", "Redundancy!B3"),
]


@pytest.mark.parametrize(("cells", "code", "address"), FAULTS, ids=lambda value: str(value))
def test_one_broken_cell_is_told_at_its_address(tmp_path, cells, code, address):
    findings = findings_of(tmp_path, changed(cells))
    faults = [finding for finding in findings if finding.level is Level.FAULT]
    assert (code, address) in places(findings, Level.FAULT)
    told = next(finding for finding in faults if (finding.code, finding.address) == (code, address))
    assert told.problem
    assert told.remedy
    # Nothing else is wrong, but what follows from the same cell.
    followers = {
        "missing_setting",
        "missing_column",
        "unknown_reference",
        "no_output",
        "blank_required",
        "unknown_column",
    }
    assert {finding.code for finding in faults} <= {code} | followers


WARNINGS = [
    ({"Settings!B5": "0.3"}, "high_discount_rate", "Settings!B5"),
    ({"Projects!G6": "0"}, "free_candidate", "Projects!G6"),
    ({"Projects!H6": "9"}, "output_after_horizon", "Projects!H6"),
    ({"Projects!K7": "2036"}, "output_after_horizon", "Projects!K7"),
    ({"Projects!N3": "g"}, "never_funded", "Projects!N5"),
    ({"Projects!O5": "RB2"}, "never_funded", "Projects!O5"),
    ({"Recipes!F3": "0"}, "zero_share", "Recipes!F3"),
    ({"Ramps!C3": "0.4"}, "ramp_decreases", "Ramps!C3"),
    ({"Disruptions!G4": "2031;2034"}, "check_year_outside", "Disruptions!G4"),
    ({"Redundancy!G3": ""}, "counts_from_1_t", "Redundancy!G3"),
    ({"Redundancy!E3": ""}, "rule_asks_nothing", "Redundancy!A3"),
    ({"Materials!A5": "dust", "Materials!B5": "Dust", "Materials!C5": "oxide"}, "unused", "Materials!A5"),
    ({"Disruptions!C2": "B"}, "nothing_to_lose", "Disruptions!C2"),
    ({"Countries!F2": "no", "Countries!F3": "no"}, "nothing_to_lose", "Disruptions!C3"),
    ({"Redundancy!D2": "2030"}, "rule_starts_too_early", "Redundancy!D2"),
    ({"Redundancy!E2": "3"}, "cannot_be_met", "Redundancy!E2"),
    ({"Redundancy!H3": "0.4"}, "cannot_be_met", "Redundancy!H3"),
    ({"Disruptions!F4": "1", "Projects!E7": "1"}, "cannot_be_met", "Disruptions!J4"),
    ({"Demand!G4": "1", "Demand!E4": "900"}, "cannot_be_met", "Demand!G4"),
    ({"Projects!B2": "N"}, "cannot_be_made", "Demand!C2"),
    ({"Projects!L4": "2032", "Projects!K7": "2033"}, "cannot_be_made", "Demand!C2"),
]


@pytest.mark.parametrize(("cells", "code", "address"), WARNINGS, ids=lambda value: str(value))
def test_what_is_probably_a_slip_is_a_warning(tmp_path, cells, code, address):
    findings = findings_of(tmp_path, changed(cells))
    assert places(findings, Level.FAULT) == []
    assert (code, address) in places(findings, Level.WARNING)


def test_required_sheets_that_are_missing_or_have_no_rows(tmp_path):
    findings = findings_of(tmp_path, without("Demand", "Projects", "Ramps", "Redundancy", "Disruptions"))
    assert places(findings, Level.FAULT) == [("missing_sheet", "Projects"), ("missing_sheet", "Demand")]
    case = {name: rows if name in ("Settings", "Countries", "Materials") else rows[:1] for name, rows in TOY.items()}
    findings = findings_of(tmp_path, case)
    assert places(findings, Level.FAULT) == [("no_rows", "Demand")]
    assert {("no_rows", "Recipes"), ("no_rows", "Projects")} <= set(places(findings, Level.WARNING))


def test_optional_sheets_may_be_absent_or_empty(tmp_path):
    optional = ("Imports", "Routes", "Budgets", "Redundancy", "Disruptions", "Stockpiles")
    assert places(findings_of(tmp_path / "absent", without(*optional)), Level.FAULT) == []
    emptied = TOY | {name: TOY[name][:1] for name in optional}
    assert places(findings_of(tmp_path / "empty", emptied), Level.FAULT) == []


def test_all_faults_come_at_once_in_the_order_of_the_sheets(tmp_path):
    cells = {"Demand!E4": "x", "Settings!B5": "x", "Projects!E3": "x", "Projects!E2": "x", "Countries!C2": "x"}
    told = places(findings_of(tmp_path, changed(cells)), Level.FAULT)
    assert [place for _, place in told] == ["Settings!B5", "Countries!C2", "Projects!E2", "Projects!E3", "Demand!E4"]


def test_messages_name_place_content_rule_and_remedy(tmp_path):
    findings = findings_of(tmp_path, changed({"Projects!G5": "1,2 bn"}))
    assert str(findings[0]) == 'Projects!G5 capex_musd = "1,2 bn": not a number. Write 1200.'
    findings = findings_of(tmp_path, changed({"Demand!D4": "2031"}))
    assert findings[0].remedy == "Write a row for 2030, 0 if there is none."
    findings = findings_of(tmp_path, changed({"Projects!A3": "S", "Projects!O7": ""}))
    assert str(findings[0]) == 'Projects!A3 project = "S": this project stands already in A2. Keep one of the two rows.'
    findings = findings_of(tmp_path, changed({"Countries!E1": "regoin"}))
    assert "Did you mean region?" in findings[0].remedy
    findings = findings_of(tmp_path, changed({"Projects!B2": "AX"}))
    assert findings[0].problem == "not in the sheet Countries"


def test_a_missing_column_that_candidates_need_is_told_once(tmp_path):
    told = places(findings_of(tmp_path, changed({"Projects!H1": "_lead_years"})), Level.FAULT)
    assert told == [("candidate_needs", "Projects")]


def test_a_circle_is_named_once(tmp_path):
    cells = {"Projects!O5": "MB", "Projects!O6": "RB"}
    circles = [f for f in findings_of(tmp_path, changed(cells)) if f.code == "circular_requires"]
    assert [circle.problem for circle in circles] == ["the projects require each other in a circle: RB -> MB -> RB"]


def test_blank_allied_is_no_in_keys(tmp_path):
    """The same series twice, once with a blank and once with no."""
    row = ["cars", "B", "magnet", "2030", "10", "", "", "no", ""]
    case = TOY | {"Demand": [*TOY["Demand"], row]}
    assert ("duplicate_key", "Demand!A5") in places(findings_of(tmp_path, case), Level.FAULT)


def test_numbers_stored_as_text_are_read_and_told_once_per_column(tmp_path):
    """In an .xlsx only: in a CSV file every number is text."""
    path = write_xlsx(tmp_path / "toy.xlsx")
    assert check(read_workbook(path)) == []
    book = openpyxl.load_workbook(path)
    for cell, text in (("E2", "1000"), ("E3", "500")):
        book["Projects"][cell].value = text
        book["Projects"][cell].data_type = "s"
    book.save(path)
    findings = check(read_workbook(path))
    assert places(findings, Level.WARNING) == [("number_as_text", "Projects!E2")]
    assert "1 more" in findings[0].problem


def test_nothing_raises_whatever_stands_in_the_cells(tmp_path):
    """Every cell in turn is blanked, and then filled with nonsense."""
    for junk in ("", "?", "-1", "0", "9999999"):
        for sheet, rows in TOY.items():
            case = TOY | {sheet: [rows[0], *([junk for _ in row] for row in rows[1:])]}
            findings_of(tmp_path, case)
    findings_of(tmp_path, {name: [["x"], ["y"]] for name in TOY})
    findings_of(tmp_path, {})
