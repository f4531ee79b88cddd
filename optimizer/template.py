"""The schema as a workbook to fill, with help rows, units, drop-downs and a guide; CSV folders as such a workbook."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook as Book
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from optimizer.cells import CellError, parse
from optimizer.findings import InputError
from optimizer.schema import PROVENANCE, SETTINGS, SHEETS, Column, Kind, Sheet
from optimizer.workbook import Row, Table, read_workbook

_HELP_ROW = 2
_FIRST_ROW = 3
# Drop-downs reach this far down; rows below may be used all the same.
_LAST_ROW = 5000

_INK = "1F3864"
_REQUIRED_FILL = PatternFill("solid", fgColor=_INK)
_OPTIONAL_FILL = PatternFill("solid", fgColor="8497B0")
_HELP_FILL = PatternFill("solid", fgColor="F2F2F2")
_HEADER_FONT = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_HELP_FONT = Font(name="Calibri", size=9, italic=True, color="595959")
_THIN = Border(bottom=Side(style="thin", color="BFBFBF"))

_GUIDE = (
    (
        "What this is",
        (
            "Each sheet is a table of facts: one row per country, material, plant, demand. Together they are one case.",
            "Sheets with a dark tab must be filled. A sheet with a grey tab is a feature: empty means that it is off.",
        ),
    ),
    (
        "How to fill it",
        (
            "Dark columns must be filled in every row. Light ones may stay blank; the help row says what blank means.",
            "Begin with Settings, Countries and Materials. Then Recipes, Projects, Demand. The rest as needed.",
            "Units stand in the help rows: tonnes, tonnes per year, USD per kg, million USD (MUSD), fractions 0 to 1.",
            "Write 0 if 0 is meant. A candidate needs its capital cost and its years of construction, 0 too.",
            "A list in one cell is separated by semicolons: USA;CAN.",
            "Years of Demand, Imports and Prices may be sparse: linear in between, flat after the last.",
            "A row whose first cell begins with # is not read. Nor is a sheet or column whose name begins with # or _.",
            "Every table may say where a figure comes from: note, source and confidence travel into the report.",
        ),
    ),
    (
        "How to use it",
        (
            "magnetgrid check my_case.xlsx: tells every fault at its cell, with the remedy.",
            "magnetgrid check my_case.xlsx --annotate: writes a copy with the faulty cells coloured and commented.",
            "magnetgrid solve my_case.xlsx: makes the plan and its report.",
        ),
    ),
)


def write_template(path: Path) -> None:
    """Write a blank workbook with every sheet, column and setting that the program knows.

    Parameters
    ----------
    path
        The .xlsx file to write; replaced as a whole where it exists.
    """
    rows = tuple(
        Row(number, {"setting": name, "unit": setting.unit, "note": _help(setting)})
        for number, (name, setting) in enumerate(SETTINGS.items(), start=_FIRST_ROW)
    )
    write_workbook({"Settings": Table("Settings", {}, rows)}, path)


def folder_to_xlsx(folder: Path, path: Path) -> None:
    """Write a folder of CSV files as one workbook with the same content, help rows and drop-downs.

    Parameters
    ----------
    folder
        A folder with ``Settings.csv`` and the other sheets.
    path
        The .xlsx file to write.

    Raises
    ------
    InputError
        Where a file of the folder cannot be read.
    """
    workbook = read_workbook(folder)
    if workbook.findings:
        raise InputError(f"{folder}: {workbook.findings[0]}", workbook.findings)
    write_workbook(workbook.tables, path)


def write_workbook(tables: Mapping[str, Table], path: Path) -> None:
    """Write tables as a workbook to fill on: all sheets of the schema, numbers as numbers.

    Parameters
    ----------
    tables
        The rows by sheet. Sheets that are absent are written blank.
    path
        The .xlsx file to write.
    """
    book = Book()
    _write_guide(book.worksheets[0])
    for sheet in SHEETS.values():
        table = tables.get(sheet.name, Table(sheet.name, {}, ()))
        _write_sheet(book.create_sheet(sheet.name), sheet, table)
    save(book, path)


def save(book: Book, path: Path) -> None:
    """Write a workbook aside and move it into place, so that no half-written file is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    try:
        book.save(aside)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def put(page: Worksheet, row: int, column: int, value: object) -> None:
    """Write a value as it is: a text that begins with = stays a text, and what Excel forbids is left out."""
    if isinstance(value, str):
        cell = page.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
    else:
        page.cell(row, column, value)  # type: ignore[call-overload]


def typed(column: Column | None, raw: object) -> object:
    """Return a number for the text of a number where the column asks for one, else the text."""
    if column is None or column.kind not in (Kind.NUMBER, Kind.INTEGER) or not isinstance(raw, str):
        return raw
    try:
        value = parse(column, raw)
    except CellError:
        return raw
    return int(value) if isinstance(value, float) and value.is_integer() else value


# ---------------------------------------------------------------- one sheet


def _write_sheet(page: Worksheet, sheet: Sheet, table: Table) -> None:
    known = {column.name: column for column in sheet.columns}
    names = [*known, *(name for name in table.letters if name not in known)]
    for index, name in enumerate(names, start=1):
        _write_column(page, index, name, known.get(name))
    for number, row in enumerate(table.rows, start=_FIRST_ROW):
        for index, name in enumerate(names, start=1):
            if name in row.cells:
                put(page, number, index, typed(_meaning(sheet, known.get(name), row), row.cells[name]))
    if sheet.name == "Settings":
        _dress_settings(page, table)
    page.row_dimensions[1].height = 20
    page.row_dimensions[_HELP_ROW].height = 64
    page.freeze_panes = f"B{_FIRST_ROW}"
    page.auto_filter.ref = f"A1:{get_column_letter(len(names))}{max(_HELP_ROW, page.max_row)}"
    page.sheet_properties.tabColor = _INK if sheet.required else "BFBFBF"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    page.print_title_rows = "1:1"


def _meaning(sheet: Sheet, column: Column | None, row: Row) -> Column | None:
    """Return what a cell must hold. The value of a setting is described by the setting, not by its column."""
    if sheet.name == "Settings" and column is not None and column.name == "value":
        return SETTINGS.get(str(row.cells.get("setting", "")))
    return column


def _write_column(page: Worksheet, index: int, name: str, column: Column | None) -> None:
    letter = get_column_letter(index)
    header = page.cell(1, index, name)
    header.font = _HEADER_FONT
    header.fill = _REQUIRED_FILL if column is not None and column.required else _OPTIONAL_FILL
    header.alignment = Alignment(vertical="center")
    text = ILLEGAL_CHARACTERS_RE.sub("", _help(column)) if column is not None else ""
    helped = page.cell(_HELP_ROW, index, f"# {text}" if index == 1 else text)
    helped.font, helped.fill, helped.border = _HELP_FONT, _HELP_FILL, _THIN
    helped.alignment = Alignment(wrap_text=True, vertical="top")
    wide = column in PROVENANCE or name in ("name", "spend_profile", "setting", "value")
    page.column_dimensions[letter].width = max(len(name) + 5, 26 if wide or index == 1 else 16)
    if column is not None and (choice := _drop_down(column)) is not None:
        choice.add(f"{letter}{_FIRST_ROW}:{letter}{_LAST_ROW}")
        page.add_data_validation(choice)


def _help(column: Column) -> str:
    unit = f" [{column.unit}]" if column.unit and column.kind is not Kind.YES_NO else ""
    what = f"{column.help}{unit}."
    if column.choices and not all(word in column.help for word in column.choices):
        what += f" One of: {', '.join(column.choices)}."
    if column.kind is Kind.YES_NO:
        what += " yes or no."
    if column.required:
        return what if column.kind is Kind.ANY else f"{what} Required."
    return f"{what} Blank: {column.default}." if column.default else f"{what} Optional."


def _drop_down(column: Column) -> DataValidation | None:
    """Return the list of a column: closed for fixed words, with a warning for codes, open for suggestions."""
    words = ("yes", "no") if column.kind is Kind.YES_NO else column.choices
    if words:
        choice = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True, errorStyle="stop")
        choice.errorTitle, choice.error = column.name, f"Write {' or '.join(words)}."
        choice.showErrorMessage = True
        return choice
    if column.refers:
        codes = f"{column.refers}!$A${_FIRST_ROW}"
        count = f"MAX(1,COUNTA({codes}:$A${_LAST_ROW}))"
        choice = DataValidation("list", formula1=f"OFFSET({codes},0,0,{count},1)", allow_blank=True)
        choice.errorStyle = "warning"
        choice.errorTitle, choice.error = column.name, f"This code is not in the sheet {column.refers} (yet)."
        choice.showErrorMessage = column.kind is Kind.TEXT and not column.also
        return choice
    if column.suggested:
        return DataValidation("list", formula1=f'"{",".join(column.suggested)}"', allow_blank=True)
    return None


def _dress_settings(page: Worksheet, table: Table) -> None:
    """Give each setting its own drop-down, and the required ones bold names."""
    places = {name: index for index, name in enumerate((c.name for c in SHEETS["Settings"].columns), start=1)}
    for number, row in enumerate(table.rows, start=_FIRST_ROW):
        value = page.cell(number, places["value"])
        value.alignment = Alignment(horizontal="right")
        setting = SETTINGS.get(str(row.cells.get("setting", "")))
        if setting is not None and setting.required:
            page.cell(number, places["setting"]).font = Font(name="Calibri", bold=True)
        if setting is not None and (choice := _drop_down(setting)) is not None:
            choice.add(value.coordinate)
            page.add_data_validation(choice)
    page.column_dimensions[get_column_letter(places["note"])].width = 90


# ---------------------------------------------------------------- the guide


def _write_guide(page: Worksheet) -> None:
    page.title = "#Guide"
    page.sheet_view.showGridLines = False
    page.column_dimensions["A"].width = 18
    page.column_dimensions["B"].width = 110
    page.cell(1, 1, "MagnetGrid: a case to fill in").font = Font(name="Calibri", size=16, bold=True, color=_INK)
    number = 3
    for title, lines in _GUIDE:
        page.cell(number, 1, title).font = Font(name="Calibri", size=12, bold=True, color=_INK)
        for line in lines:
            number += 1
            page.cell(number, 2, line).alignment = Alignment(wrap_text=True, vertical="top")
        number += 2
    page.cell(number, 1, "The sheets").font = Font(name="Calibri", size=12, bold=True, color=_INK)
    for sheet in SHEETS.values():
        number += 1
        link = page.cell(number, 1, sheet.name)
        link.hyperlink = f"#'{sheet.name}'!A1"
        link.font = Font(name="Calibri", color="0563C1", underline="single")
        page.cell(number, 2, f"{sheet.help}. {'Required' if sheet.required else 'Optional'}.")
    page.sheet_properties.tabColor = "70AD47"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
