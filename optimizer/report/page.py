"""A sheet that is written from the top down: title, sentences, tables, and how it prints."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from openpyxl import Workbook as Book
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.utils import get_column_letter
from openpyxl.utils.units import cm_to_EMU
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from optimizer.report.facts import Facts
from optimizer.report.style import (
    BANNER,
    BODY,
    HEADER,
    HEADER_LEFT,
    HEADING,
    LEAD,
    MIST,
    NOTE,
    TITLE,
    Look,
    Painter,
    clean,
    format_of,
    heat,
)

RELAXED = (
    "LINEAR RELAXATION: plants may be funded in fractions. This is a bound on what any plan can reach, not a plan."
)
_LEFT = ("text", "wrap")
_LEAST, _FREE = 130.0, 9.0
_LINE_PT = 12.0
_ROW_PT = 15.0
# Characters of running text in 9 point that fit one unit of column width, in a column and over the page.
_CHARACTERS, _CHARACTERS_WIDE = 1.14, 1.28
_EMU_PER_PX = 9525
# A4 across within its margins, and a unit of column width.
_PAGE_WIDE_PT, _PAGE_HIGH_PT, _UNIT_PT = 784.0, 500.0, 5.25


def width_cm(units: float) -> float:
    """Units of column width, 7 pixels each, in cm."""
    return units * 7.0 / 96.0 * 2.54


def fit(header: str, least: float) -> float:
    """Width for a column that is no narrower than the longest word of its header."""
    return max(least, 1.2 + 0.95 * max((len(word) for word in header.split()), default=0))


def rows_cm(rows: float) -> float:
    """Rows of the usual height in cm."""
    return rows * _ROW_PT / 72.0 * 2.54


@dataclass(frozen=True)
class Column:
    """One column of a table: its header (with the unit), its width in characters, and what kind of value it holds."""

    header: str
    width: float
    kind: str = "text"


@dataclass(frozen=True)
class Line:
    """One row of a table. ``kind``, ``kinds`` override the kind of its numbers; ``total``, ``group``: how it stands out.

    ``heat``: its shares are coloured by how much is served, from place ``heat_from`` to before ``heat_to`` (None: the end).
    """

    values: Sequence[object]
    kind: str = ""
    total: bool = False
    group: bool = False
    heat: bool = False
    heat_from: int = 0
    heat_to: int | None = None
    kinds: Mapping[int, str] = field(default_factory=dict)

    def kind_at(self, place: int, column: Column) -> str:
        """Kind of the value at a place: its own, else the row's, else the column's; text and years stay what they are."""
        if place in self.kinds:
            return self.kinds[place]
        return self.kind if self.kind and column.kind not in (*_LEFT, "year") else column.kind


@dataclass
class Page:
    """A sheet and its cursor ``row``: the next free row."""

    facts: Facts
    sheet: Worksheet
    painter: Painter
    widths: Sequence[float]
    row: int = 1
    titles_to: int = 1
    table_width: int = 0

    @property
    def span(self) -> int:
        """Number of columns of the sheet."""
        return len(self.widths)

    # ------------------------------------------------------------ cells

    def put(self, row: int, column: int, value: object, look: Look) -> None:
        """Write one cell."""
        self.painter.put(self.sheet.cell(row, column), clean(value), look)

    def spread(self, row: int, first: int, last: int, value: object, look: Look) -> None:
        """Write one value over several columns."""
        for column in range(first, last + 1):
            self.painter.dress(self.sheet.cell(row, column), look)
        self.painter.put(self.sheet.cell(row, first), clean(value), look)
        if last > first:
            self.sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)

    def lines_needed(self, text: str, first: int, last: int, size: float = 9) -> int:
        """Lines that a text takes when wrapped over some columns."""
        units = sum(self.widths[first - 1 : last])
        width = max(4, int((units - 1.0) * (_CHARACTERS if units < 100.0 else _CHARACTERS_WIDE) * 9 / size))
        return sum(max(1, len(textwrap.wrap(part, width))) for part in text.split("\n"))

    def height(self, row: int, lines: int, size: float = 9) -> None:
        """Make a row tall enough for some lines."""
        self.sheet.row_dimensions[row].height = max(15.0, lines * _LINE_PT * size / 9 + 3)

    def section(self, title: str, first: int = 1, last: int | None = None) -> None:
        """Write the title of a part over some columns of the row, which stays the same: parts may stand side by side."""
        self.spread(self.row, first, last or self.span, title, HEADING)
        self.sheet.row_dimensions[self.row].height = 20

    # ------------------------------------------------------------ sentences

    def wide(self, text: str, look: Look) -> None:
        """Write a text over all columns, wrapped."""
        self.spread(self.row, 1, self.span, text, look)
        self.height(self.row, self.lines_needed(text, 1, self.span, look.size), look.size)
        self.row += 1

    def sentence(self, text: str, look: Look = LEAD) -> None:
        """Write a sentence over the whole width."""
        last = min(self.span, self._reading_width())
        self.spread(self.row, 1, last, text, look)
        self.height(self.row, self.lines_needed(text, 1, last, look.size), look.size)
        self.row += 1

    def sentences(self, texts: Iterable[str], look: Look = LEAD) -> None:
        """Write sentences, a row each."""
        for text in texts:
            self.sentence(text, look)

    def _reading_width(self) -> int:
        """Columns up to a width that the eye can follow, about 190 characters."""
        total = 0.0
        for n, width in enumerate(self.widths, 1):
            total += width
            if total > 190:
                return n
        return self.span

    def heading(self, text: str) -> None:
        """Write the heading of a section, after a free row."""
        if self.row > self.titles_to + 1:
            self.row += 1
        self.spread(self.row, 1, self.span, text, HEADING)
        self.sheet.row_dimensions[self.row].height = 18
        self.row += 1

    # ------------------------------------------------------------ tables

    def header(self, columns: Sequence[Column]) -> int:
        """Write a row of column names; return its row."""
        lines = 1
        for n, column in enumerate(columns, 1):
            self.put(self.row, n, head(column.header), _head(column, n))
            lines = max(lines, self.lines_needed(column.header, n, n))
        self.height(self.row, lines)
        self.row += 1
        return self.row - 1

    def table(self, columns: Sequence[Column], lines: Sequence[Line], with_header: bool = True) -> tuple[int, int]:
        """Write a table; return its first and last row of data."""
        if with_header:
            self.header(columns)
        first, self.table_width = self.row, len(columns)
        formats = _formats(columns, lines)
        for line in lines:
            self._line(columns, line, formats)
        return first, self.row - 1

    def _line(self, columns: Sequence[Column], line: Line, formats: Mapping[str, str]) -> None:
        needed = 1
        for n, (column, value) in enumerate(zip(columns, line.values, strict=False), 1):
            kind = line.kind_at(n - 1, column)
            cleaned = clean(value, kind)
            heated = line.heat and n > line.heat_from and (line.heat_to is None or n <= line.heat_to)
            look = _look(kind, line, formats, cleaned, heated)
            if column.kind in _LEFT and n > 1:
                look = replace(look, indent=1)
            self.painter.put(self.sheet.cell(self.row, n), cleaned, look)
            if column.kind == "wrap" and isinstance(cleaned, str):
                needed = max(needed, self.lines_needed(cleaned, n, n))
        if needed > 1:
            self.height(self.row, needed)
        self.row += 1

    def filter(self, header: int, last: int) -> None:
        """Put a filter on the table just written, from its header to its last row."""
        if last > header:
            self.sheet.auto_filter.ref = f"A{header}:{get_column_letter(self.table_width)}{last}"

    def freeze(self, columns: int = 0) -> None:
        """Keep everything above the cursor, and some columns, in sight and on every printed page."""
        self.sheet.freeze_panes = f"{get_column_letter(columns + 1)}{self.row}"
        self.titles_to = self.row - 1
        self.sheet.print_title_rows = f"1:{self.titles_to}"

    def repeat(self, row: int) -> None:
        """Print one row, the header of the last and long table, again on every page that follows it."""
        self.sheet.print_title_rows = f"{row}:{row}"

    def break_page(self, row: int | None = None) -> None:
        """Begin a new printed page here, or at a row that is written already."""
        self.sheet.row_breaks.append(Break(id=(row or self.row) - 1))

    def tall(self, first: int, last: int) -> float:
        """Height of some rows in printed pages: the sheet is printed one page wide."""
        heights = (self.sheet.row_dimensions[n].height or _ROW_PT for n in range(first, last + 1))
        scale = min(1.0, _PAGE_WIDE_PT / (sum(self.widths) * _UNIT_PT))
        return sum(heights) * scale / _PAGE_HIGH_PT

    # ------------------------------------------------------------ charts

    def chart(self, chart: Any, row: int, left: float) -> None:
        """Put a chart at a row, ``left`` units of column width from the left edge."""
        column, offset = 0, left
        while column < self.span - 1 and offset >= self.widths[column]:
            offset -= self.widths[column]
            column += 1
        start = AnchorMarker(col=column, colOff=int(offset * 7) * _EMU_PER_PX, row=row - 1, rowOff=0)
        size = XDRPositiveSize2D(cm_to_EMU(chart.width), cm_to_EMU(chart.height))
        chart.anchor = OneCellAnchor(_from=start, ext=size)
        self.sheet.add_chart(chart)

    def end(self) -> None:
        """Say what is printed."""
        self.sheet.print_area = f"A1:{get_column_letter(self.span)}{max(self.row - 1, self.sheet.max_row)}"


def open_page(book: Book, facts: Facts, painter: Painter, name: str, title: str, widths: Sequence[float]) -> Page:
    """Make a sheet with its title and print set-up."""
    sheet = book.create_sheet(name)
    # Free columns make a narrow sheet wide enough for its sentences and charts.
    widths = [*widths, *([_FREE] * math.ceil(max(0.0, _LEAST - sum(widths)) / _FREE))]
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    _set_up_print(sheet, facts)
    page = Page(facts, sheet, painter, widths)
    if title:
        page.spread(1, 1, page.span, title, TITLE)
        sheet.row_dimensions[1].height = 24
        page.row = 2
    if facts.relaxed:
        page.sentence(RELAXED, BANNER)
    return page


def _set_up_print(sheet: Worksheet, facts: Facts) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = _ROW_PT, True
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.6, 0.6, 0.3, 0.3
    header: Any = sheet.oddHeader
    header.left.text, header.right.text = _printed(facts.name), _printed(facts.mark)
    footer: Any = sheet.oddFooter
    footer.left.text = _printed("Linear relaxation, not a plan" if facts.relaxed else facts.mark)
    footer.center.text, footer.right.text = "&A", "Page &P of &N"


def _printed(text: str) -> str:
    """Text for headers and footers, where & is a sign of its own and 255 characters are all there is."""
    return text[:70].replace("&", "&&")


def _formats(columns: Sequence[Column], lines: Sequence[Line]) -> dict[str, str]:
    """Number formats of a table by kind; tonnes by the largest in it."""
    tonnes = [
        value
        for line in lines
        for n, (column, value) in enumerate(zip(columns, line.values, strict=False))
        if line.kind_at(n, column) == "t"
    ]
    kinds = {column.kind for column in columns} | {line.kind for line in lines if line.kind}
    kinds |= {kind for line in lines for kind in line.kinds.values()}
    return {kind: format_of(kind, tonnes) for kind in kinds}


def head(header: str) -> object:
    """What is written for a header: years as numbers, so that a spreadsheet can look them up."""
    return int(header) if header.isdigit() else header


def _head(column: Column, place: int) -> Look:
    if column.kind in _LEFT:
        return replace(HEADER_LEFT, indent=1 if place > 1 else 0)
    return HEADER if column.kind == "year" else replace(HEADER, align="right")


def _look(kind: str, line: Line, formats: Mapping[str, str], value: object, heated: bool) -> Look:
    is_text = isinstance(value, str)
    align = "left" if kind in _LEFT else "center" if is_text or kind == "year" else "right"
    look = replace(BODY, format="General" if is_text else formats[kind], align=align, wrap=kind == "wrap")
    if line.total or line.group:
        look = replace(look, bold=True, line="above" if line.total else "", fill=MIST if line.group else "")
    if heated and isinstance(value, (int, float)):
        fill, ink = heat(float(value))
        look = replace(look, fill=fill, colour=ink, align="center")
    return look


def note(page: Page, texts: Iterable[str]) -> None:
    """Write remarks under a table."""
    page.row += 1
    page.sentences(texts, NOTE)
