"""The copy shows each finding at its cell, keeps the rest, and can be checked and annotated again."""

from __future__ import annotations

import openpyxl
import pytest
from openpyxl.styles import Font
from workbook_toy import changed, write_folder, write_xlsx

from optimizer.annotate import FAULT_COLOUR, LIST_SHEET, WARNING_COLOUR, annotate
from optimizer.checks import check
from optimizer.findings import Finding, Level
from optimizer.workbook import read_workbook

BROKEN = {"Projects!G5": "1,2 bn", "Projects!B2": "AA", "Settings!B5": "0.3", "Typo!A1": "x"}


def colour(cell) -> str:
    return cell.fill.fgColor.rgb[-6:] if cell.fill.fill_type == "solid" else ""


@pytest.fixture(params=["folder", "xlsx"])
def copied(request, tmp_path):
    """Return the input, its findings and the annotated copy, from a folder and from an .xlsx."""
    write = write_folder if request.param == "folder" else write_xlsx
    workbook = read_workbook(write(tmp_path / ("toy" if request.param == "folder" else "toy.xlsx"), changed(BROKEN)))
    findings = check(workbook)
    annotate(workbook, findings, tmp_path / "copy.xlsx")
    return workbook, findings, tmp_path / "copy.xlsx"


def test_faults_are_red_and_warnings_amber_with_problem_and_remedy(copied):
    book = openpyxl.load_workbook(copied[2])
    wrong = book["Projects"]["G5"]
    assert colour(wrong) == FAULT_COLOUR
    assert "not a number" in wrong.comment.text
    assert "Write 1200." in wrong.comment.text
    assert colour(book["Settings"]["B5"]) == WARNING_COLOUR
    assert "30% a year is high" in book["Settings"]["B5"].comment.text
    assert colour(book["Projects"]["G6"]) == ""
    coloured = [
        (page.title, cell.coordinate)
        for page in book.worksheets
        if page.title != LIST_SHEET
        for row in page.iter_rows()
        for cell in row
        if colour(cell) in (FAULT_COLOUR, WARNING_COLOUR)
    ]
    assert set(coloured) == {(f.sheet, f.cell) for f in copied[1] if f.cell}


def test_the_list_comes_first_and_leads_to_the_cells(copied):
    _, findings, path = copied
    page = openpyxl.load_workbook(path).worksheets[0]
    assert page.title == LIST_SHEET
    rows = list(page.iter_rows(min_row=5, values_only=True))
    assert [row[1] for row in rows] == [finding.address for finding in findings]
    links = {page.cell(number, 2).value: page.cell(number, 2).hyperlink for number in range(5, 5 + len(rows))}
    assert links["Projects!G5"].location == "'Projects'!G5"
    assert links["Typo"].location == "'Typo'!A1"


def test_the_copy_has_the_same_content(copied):
    workbook, findings, path = copied
    again = read_workbook(path)
    assert again.sha256() == workbook.sha256()
    assert {(f.code, f.address) for f in check(again)} == {(f.code, f.address) for f in findings}


def test_an_annotated_copy_can_be_mended_and_annotated_again(copied, tmp_path):
    path = copied[2]
    book = openpyxl.load_workbook(path)
    book["Projects"]["G5"].value = 80
    book.save(path)
    workbook = read_workbook(path)
    annotate(workbook, check(workbook), tmp_path / "again.xlsx")
    book = openpyxl.load_workbook(tmp_path / "again.xlsx")
    assert book.sheetnames.count(LIST_SHEET) == 1
    assert colour(book["Projects"]["G5"]) == ""
    assert book["Projects"]["G5"].comment is None
    assert colour(book["Projects"]["B2"]) == FAULT_COLOUR


def test_the_format_of_a_workbook_is_kept(tmp_path):
    path = write_xlsx(tmp_path / "toy.xlsx", changed(BROKEN))
    book = openpyxl.load_workbook(path)
    book["Countries"]["A2"].font = Font(name="Arial", italic=True)
    book["Countries"].column_dimensions["A"].width = 33
    book["Projects"]["E3"].value = "=250+250"
    book["Projects"]["A8"].value = "# sum"
    book["Projects"].merge_cells("A8:C8")
    book.save(path)
    workbook = read_workbook(path)
    annotate(workbook, check(workbook), tmp_path / "copy.xlsx")
    copy = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert copy["Countries"]["A2"].font.italic
    assert copy["Countries"].column_dimensions["A"].width == 33
    assert copy["Projects"]["E3"].value == "=250+250"
    assert colour(copy["Projects"]["E3"]) == FAULT_COLOUR


def test_a_finding_in_a_merged_cell_is_put_where_the_cell_begins(tmp_path):
    path = write_xlsx(tmp_path / "toy.xlsx")
    book = openpyxl.load_workbook(path)
    book["Countries"].merge_cells("E2:F2")
    book.save(path)
    finding = Finding(Level.FAULT, "any", "Countries", "F2", "may_be_lost", None, "wrong", "Mend it.")
    annotate(read_workbook(path), [finding], tmp_path / "copy.xlsx")
    copy = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert colour(copy["Countries"]["E2"]) == FAULT_COLOUR


def test_files_that_are_no_proper_csv_are_copied_as_they_are(tmp_path):
    folder = write_folder(tmp_path / "toy")
    (folder / "Ramps.csv").write_text("ramp;operating_year;fraction\nslow;1;0,5\n")
    (folder / "Routes.csv").write_bytes(b'material,from,to\n*,"A,B\n' + b"\xff\x00\n")
    workbook = read_workbook(folder)
    annotate(workbook, check(workbook), tmp_path / "copy.xlsx")
    copy = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert copy["Ramps"]["A1"].value == "ramp;operating_year;fraction"
    assert colour(copy["Ramps"]["A1"]) == FAULT_COLOUR
