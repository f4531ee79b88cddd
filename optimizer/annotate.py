"""A copy of an input in which every faulty cell is coloured and says what is wrong and how to mend it."""

from __future__ import annotations

import csv
import io
import warnings
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl
from openpyxl import Workbook as Book
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from optimizer.findings import Finding, Level
from optimizer.schema import SETTINGS, SHEETS
from optimizer.template import put, save, typed
from optimizer.workbook import Workbook, is_scratch

LIST_SHEET = "#Findings"
FAULT_COLOUR = "FFC7CE"
WARNING_COLOUR = "FFEB9C"
_AUTHOR = "magnetgrid"
_HEADER = ("Level", "Cell", "Column", "Read", "Problem", "Remedy", "Check")
_WIDTHS = (10, 22, 26, 26, 70, 60, 24)


def annotate(workbook: Workbook, findings: Sequence[Finding], path: Path) -> None:
    """Write a copy of the input as .xlsx with the findings in it.

    Parameters
    ----------
    workbook
        The input as read. Of an .xlsx the formatting and the formulas are kept; of a CSV folder each file becomes a
        sheet with every cell at its place.
    findings
        What ``check`` found.
    path
        The .xlsx file to write. The sheet ``#Findings`` comes first and is not read as input.
    """
    book = _from_folder(workbook.path) if workbook.path.is_dir() else _from_xlsx(workbook.path)
    pages = {page.title: page for page in book.worksheets}
    cells: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        title = finding.sheet[:31]
        if title in pages and finding.cell:
            cells[title, finding.cell].append(finding)
        if title in pages and finding.level is Level.FAULT:
            pages[title].sheet_properties.tabColor = "C00000"
    for (title, place), found in cells.items():
        _mark(pages[title], place, found)
    _write_list(book.create_sheet(LIST_SHEET, 0), findings, set(pages))
    book.active = 0
    for page in book.worksheets[1:]:
        page.sheet_view.tabSelected = False
    save(book, path)


def _mark(page: Worksheet, place: str, found: list[Finding]) -> None:
    cell = page[place]
    if isinstance(cell, MergedCell):
        joined = next(area for area in page.merged_cells.ranges if place in area)
        cell = page.cell(joined.min_row, joined.min_col)
    worst = FAULT_COLOUR if any(finding.level is Level.FAULT for finding in found) else WARNING_COLOUR
    cell.fill = PatternFill("solid", fgColor=worst)
    told = "\n".join(f"{finding.level.value}: {finding.problem}. {finding.remedy}".strip() for finding in found)
    before = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(before + told, _AUTHOR, width=340, height=40 + 22 * (len(told) // 45 + len(found)))


def _write_list(page: Worksheet, findings: Sequence[Finding], sheets: Iterable[str]) -> None:
    faults = sum(finding.level is Level.FAULT for finding in findings)
    page.cell(1, 1, f"{faults} faults, {len(findings) - faults} warnings").font = Font(
        name="Calibri", size=14, bold=True
    )
    page.cell(2, 1, "A fault stops the run; a warning does not. This sheet is not read as input.")
    for index, (title, width) in enumerate(zip(_HEADER, _WIDTHS, strict=True), start=1):
        cell = page.cell(4, index, title)
        cell.font, cell.fill = Font(name="Calibri", bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F3864")
        page.column_dimensions[get_column_letter(index)].width = width
    for number, finding in enumerate(findings, start=5):
        _write_finding(page, number, finding, finding.sheet[:31] in sheets)
    page.freeze_panes = "A5"
    page.auto_filter.ref = f"A4:{get_column_letter(len(_HEADER))}{max(4, page.max_row)}"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]


def _write_finding(page: Worksheet, number: int, finding: Finding, linked: bool) -> None:
    texts = (
        finding.level.value,
        finding.address,
        finding.column,
        finding.read or "",
        finding.problem,
        finding.remedy,
        finding.code,
    )
    for index, text in enumerate(texts, start=1):
        put(page, number, index, text)
        page.cell(number, index).alignment = Alignment(wrap_text=True, vertical="top")
    colour = FAULT_COLOUR if finding.level is Level.FAULT else WARNING_COLOUR
    page.cell(number, 1).fill = PatternFill("solid", fgColor=colour)
    if linked:
        place = page.cell(number, 2)
        quoted = finding.sheet[:31].replace("'", "''")
        place.hyperlink = Hyperlink(ref=place.coordinate, location=f"'{quoted}'!{finding.cell or 'A1'}")
        place.font = Font(name="Calibri", color="0563C1", underline="single")


# ---------------------------------------------------------------- the copy


def _from_xlsx(path: Path) -> Book:
    """Open the input, without the findings of an earlier copy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of extensions that it does not keep.
        book = openpyxl.load_workbook(path)
    if LIST_SHEET in book.sheetnames:
        del book[LIST_SHEET]
        for page in book.worksheets:
            for row in page.iter_rows():
                for cell in row:
                    if isinstance(cell, Cell) and cell.comment is not None and cell.comment.author == _AUTHOR:
                        cell.comment, cell.fill = None, PatternFill()
    return book


def _from_folder(folder: Path) -> Book:
    book = Book()
    del book["Sheet"]
    for file in sorted(folder.glob("*.csv")):
        if not is_scratch(file.stem):
            _copy_csv(book.create_sheet(file.stem[:31]), file)
    order = {name: place for place, name in enumerate(SHEETS)}
    book._sheets.sort(key=lambda page: order.get(page.title, len(order)))  # type: ignore[attr-defined]
    return book


def _copy_csv(page: Worksheet, file: Path) -> None:
    """Write every cell at its place; a file that is no proper CSV is copied as far as it can be read."""
    text = file.read_bytes().decode("utf-8-sig", errors="replace")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    header = next((line for line in lines if any(cell.strip() for cell in line)), [])
    known = {column.name: column for column in SHEETS[file.stem].columns} if file.stem in SHEETS else {}
    columns = [known.get(name.strip()) for name in header]
    for number, line in enumerate(lines, start=1):
        for index, raw in enumerate(cell.strip() for cell in line):
            column = columns[index] if index < len(columns) else None
            if file.stem == "Settings" and column is not None and column.name == "value":
                column = SETTINGS.get(line[0].strip())
            if raw:
                put(page, number, index + 1, typed(column, raw))
    for cell in page[1]:
        cell.font = Font(name="Calibri", bold=True)
    for index, name in enumerate(header, start=1):
        page.column_dimensions[get_column_letter(index)].width = max(12, len(name) + 3)
    page.freeze_panes = "B2"
