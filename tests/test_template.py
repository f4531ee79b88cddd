"""The blank workbook opens, explains itself, and takes a case; a CSV folder becomes a workbook with the same content."""

from __future__ import annotations

import openpyxl
import pytest
from money_toy import MONEY
from workbook_toy import TOY, changed, write_folder

from optimizer.assemble import assemble
from optimizer.cells import records
from optimizer.checks import check
from optimizer.findings import InputError, Level
from optimizer.schema import SETTINGS, SHEETS, Kind
from optimizer.template import folder_to_xlsx, write_template
from optimizer.workbook import read_workbook


@pytest.fixture
def blank(tmp_path):
    write_template(tmp_path / "new" / "blank.xlsx")
    return tmp_path / "new" / "blank.xlsx"


def test_every_sheet_and_column_stands_in_the_template(blank):
    workbook = read_workbook(blank)
    assert list(workbook.tables) == list(SHEETS)
    for name, sheet in SHEETS.items():
        assert list(workbook.table(name).letters) == [column.name for column in sheet.columns]
    assert [row.cells["setting"] for row in workbook.table("Settings").rows] == list(SETTINGS)
    assert workbook.findings == ()


def test_the_blank_template_asks_for_what_is_required_only(blank):
    faults = [(f.code, f.address) for f in check(read_workbook(blank)) if f.level is Level.FAULT]
    assert faults == [
        ("missing_setting", "Settings!B3"),
        ("missing_setting", "Settings!B4"),
        ("missing_setting", "Settings!B5"),
        ("no_rows", "Countries"),
        ("no_rows", "Materials"),
        ("no_rows", "Demand"),
    ]


def test_each_column_has_help_with_unit_and_default(blank):
    book = openpyxl.load_workbook(blank)
    assert book.sheetnames[0] == "#Guide"
    for name, sheet in SHEETS.items():
        page = book[name]
        assert page.freeze_panes == "B3"
        assert page["A2"].value.startswith("# ")
        for index, column in enumerate(sheet.columns, start=1):
            told = page.cell(2, index).value
            assert page.cell(1, index).font.bold
            assert column.help in told
            assert column.default in told
            assert column.kind is Kind.YES_NO or column.unit in told


def drop_downs(book, sheet: str) -> dict[str, str]:
    """Return the list of each column by its name."""
    page = book[sheet]
    names = {cell.column_letter: cell.value for cell in page[1]}
    return {
        names[str(area).split("3")[0]]: choice.formula1
        for choice in page.data_validations.dataValidation
        for area in choice.sqref.ranges
        if str(area).endswith("5000")
    }


def test_drop_downs_offer_words_and_the_codes_of_other_sheets(blank):
    book = openpyxl.load_workbook(blank)
    projects = drop_downs(book, "Projects")
    assert projects["status"] == '"existing,committed,candidate"'
    assert "Countries!$A$3" in projects["country"]
    assert "Ramps!$A$3" in projects["ramp"]
    assert drop_downs(book, "Countries")["ally"] == '"yes,no"'
    assert "magnet" in drop_downs(book, "Materials")["stage"]
    assert drop_downs(book, "Instruments")["kind"].startswith('"grant,loan,equity')
    assert "Budgets!$A$3" in drop_downs(book, "Instruments")["funders"]
    assert "Instruments!$A$3" in drop_downs(book, "Budgets")["instruments"]
    assert "Prices,Instruments" in drop_downs(book, "Strategies")["table"]
    styles = {c.formula1: c.errorStyle for c in book["Projects"].data_validations.dataValidation}
    assert styles[projects["status"]] == "stop"
    assert styles[projects["country"]] == "warning"
    objective = [c for c in book["Settings"].data_validations.dataValidation if c.formula1 == '"coverage,cost"']
    assert str(objective[0].sqref) == "B7"


def test_the_template_filled_with_the_toy_is_clean(blank, tmp_path):
    book = openpyxl.load_workbook(blank)
    for name, (header, *rows) in TOY.items():
        page = book[name]
        places = {cell.value: cell.column for cell in page[1]}
        settings = {page.cell(number, 1).value: number for number in range(3, page.max_row + 1)}
        for number, row in enumerate(rows, start=3):
            number = settings[row[0]] if name == "Settings" else number
            for title, value in zip(header, row, strict=False):
                if value != "":
                    kind = Kind.TEXT if title in ("value",) else SHEETS[name].column(title).kind
                    is_number = kind in (Kind.NUMBER, Kind.INTEGER) or title == "value"
                    try:
                        page.cell(number, places[title]).value = float(value) if is_number else value
                    except ValueError:
                        page.cell(number, places[title]).value = value
    book.save(blank)
    workbook = read_workbook(blank)
    assert [str(finding) for finding in check(workbook)] == []
    toy = read_workbook(write_folder(tmp_path / "toy"))
    for name in [name for name in SHEETS if name != "Settings"]:
        assert [row.values for row in records(workbook, name)] == [row.values for row in records(toy, name)]


def test_a_folder_as_workbook_has_the_same_digest_and_typed_numbers(tmp_path):
    cells = {"Materials!B2": "=not a formula", "Materials!E2": "60.50", "Projects!A2": "0012", "Projects!O7": "RB"}
    folder = write_folder(tmp_path / "toy", changed(cells))
    folder_to_xlsx(folder, tmp_path / "toy.xlsx")
    original, copied = read_workbook(folder), read_workbook(tmp_path / "toy.xlsx")
    assert copied.sha256() == original.sha256()
    assert check(original) == check(copied) == []
    book = openpyxl.load_workbook(tmp_path / "toy.xlsx")
    assert book["Materials"]["B3"].value == "=not a formula"
    assert book["Materials"]["B3"].data_type == "s"
    assert book["Materials"]["E3"].value == 60.5
    assert book["Projects"]["A3"].value == "0012"
    assert book["Settings"]["B3"].value == 2030
    assert not (tmp_path / ".toy.xlsx.part").exists()


def test_prices_and_instruments_become_a_workbook_with_the_same_content(tmp_path):
    folder = write_folder(tmp_path / "toy", MONEY)
    folder_to_xlsx(folder, tmp_path / "toy.xlsx")
    copied = read_workbook(tmp_path / "toy.xlsx")
    assert copied.sha256() == read_workbook(folder).sha256()
    assert check(copied) == []
    assert assemble(copied) == assemble(read_workbook(folder))
    assert openpyxl.load_workbook(tmp_path / "toy.xlsx")["Instruments"]["I4"].value == 12


def test_writing_twice_gives_the_same_cells(tmp_path):
    folder = write_folder(tmp_path / "toy")
    for name in ("a", "b"):
        folder_to_xlsx(folder, tmp_path / f"{name}.xlsx")
    books = [openpyxl.load_workbook(tmp_path / f"{name}.xlsx") for name in ("a", "b")]
    cells = [[[row for row in page.iter_rows(values_only=True)] for page in book.worksheets] for book in books]
    assert cells[0] == cells[1]


def test_a_folder_that_cannot_be_read_is_not_written(tmp_path):
    folder = write_folder(tmp_path / "toy")
    (folder / "Ramps.csv").write_text("ramp;operating_year;fraction\n")
    with pytest.raises(InputError, match="semicolons"):
        folder_to_xlsx(folder, tmp_path / "toy.xlsx")
    assert not (tmp_path / "toy.xlsx").exists()
