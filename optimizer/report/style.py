"""How the report looks: few colours of clearly different lightness (it must read in grey), number formats, cell looks."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook as Book
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray

FONT = "Arial"
INK, BLUE, SKY, MIST, PALE = "1F3864", "2F75B5", "9DC3E6", "DDEBF7", "F3F7FB"
GREY, LINE, WHITE, BLACK, ALERT = "595959", "BFBFBF", "FFFFFF", "262626", "C00000"

# Filled areas of charts, dark to light and back, so that neighbours differ in grey too.
SERIES = ("1F3864", "9DC3E6", "2F75B5", "D9D9D9", "7F7F7F", "C9A66B", "44546A", "BDD7EE", "8497B0", "F4E3C1")

# Share served: from nothing to everything, ever lighter.
HEAT = (
    (0.20, "8C3A1E", WHITE),
    (0.50, "C96F3B", WHITE),
    (0.80, "EDA873", BLACK),
    (0.95, "F8D7AE", BLACK),
    (0.9995, "FDF1DC", BLACK),
    (float("inf"), "EAF3EA", BLACK),
)

_THIN = Side(style="thin", color=LINE)
_STRONG = Side(style="thin", color=INK)


@dataclass(frozen=True)
class Look:
    """Everything that a cell's style is made of."""

    format: str = "General"
    bold: bool = False
    italic: bool = False
    size: float = 9
    colour: str = BLACK
    fill: str = ""
    align: str = "left"
    vertical: str = "center"
    wrap: bool = False
    indent: int = 0
    line: str = ""  # "below", "above" or "box"


BODY = Look()
TITLE = Look(bold=True, size=16, colour=INK)
LEAD = Look(size=10, colour=GREY, wrap=True, vertical="top")
HEADING = Look(bold=True, size=11, colour=INK, line="below")
HEADER = Look(bold=True, size=8.5, colour=WHITE, fill=INK, wrap=True, align="center")
HEADER_LEFT = Look(bold=True, size=8.5, colour=WHITE, fill=INK, wrap=True)
NOTE = Look(italic=True, size=8.5, colour=GREY, wrap=True, vertical="top")
BANNER = Look(bold=True, size=10, colour=WHITE, fill=ALERT, wrap=True)
MARK = Look(bold=True, size=9, colour=GREY, align="right")

# Kind of a number -> how it is shown. Tonnes get their decimals from the table that they stand in.
FORMATS = {
    "text": "General",
    "wrap": "General",
    "year": "0",
    "int": '#,##0;-#,##0;"–"',
    "musd": '#,##0.0;-#,##0.0;"–"',
    "pct": "0.0%",
    "share": "0%",
    "points": "0.00",
}
_DIGITS = {"musd": 6, "pct": 6, "share": 6, "points": 6, "t": 3}


def tonnes_format(values: Iterable[object]) -> str:
    """Decimals that give the largest of the tonnes three significant digits: 0 from 100 t on."""
    largest = max((abs(float(x)) for x in values if isinstance(x, (int, float))), default=0.0)
    decimals = 0 if largest >= 99.95 or largest == 0.0 else 1 if largest >= 9.995 else 2 if largest >= 0.9995 else 3
    shown = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f'{shown};-{shown};"–"'


def format_of(kind: str, values: Iterable[object] = ()) -> str:
    """Number format of a kind; ``values`` are the numbers of the table."""
    return tonnes_format(values) if kind == "t" else FORMATS[kind]


def clean(value: object, kind: str = "text") -> object:
    """A value as it goes into a cell: numbers without solver dust, text that no spreadsheet takes for a formula."""
    if value is None or value != value or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ILLEGAL_CHARACTERS_RE.sub(" ", str(value))
    if isinstance(value, int) or kind in ("int", "year"):
        return round(value)
    return round(float(value), _DIGITS.get(kind, 9)) + 0.0


def heat(share: float) -> tuple[str, str]:
    """Fill and ink of a share served."""
    return next((fill, ink) for limit, fill, ink in HEAT if share < limit)


class Painter:
    """Puts values with looks into the cells of one workbook.

    A look is worked out once; other cells of that look get a copy of the first one's style, which is many times faster
    than setting fonts and fills cell by cell.
    """

    def __init__(self) -> None:
        self._seen: dict[Look, StyleArray] = {}

    def put(self, cell: Cell | MergedCell, value: object, look: Look) -> None:
        """Write one cell."""
        self.dress(cell, look)
        if isinstance(cell, MergedCell):
            return
        cell.value = value  # type: ignore[assignment]
        if isinstance(value, str):
            # A text stays text, also where it looks like a formula or an error.
            cell.data_type = "s"
            if value[:1] in ("=", "+", "-", "@"):
                cell.quotePrefix = True

    def dress(self, cell: Cell | MergedCell, look: Look) -> None:
        """Give a cell its look."""
        if look in self._seen:
            cell._style = copy(self._seen[look])  # type: ignore[union-attr]
        else:
            cell.font, cell.fill, cell.alignment, cell.border = _make(look)
            cell.number_format = look.format
            self._seen[look] = copy(cell._style)  # type: ignore[union-attr]


def new_book(title: str) -> Book:
    """Begin a report without sheets; its font is the usual one of the workbook: widths of columns are measured by its digits."""
    book = Book()
    book.remove(book.worksheets[0])
    styles: Any = book._named_styles  # type: ignore[attr-defined]
    styles["Normal"].font = Font(name=FONT, size=10)
    book.properties.creator, book.properties.title = "magnetgrid", title
    return book


def _make(look: Look) -> tuple[Font, PatternFill, Alignment, Border]:
    font = Font(name=FONT, size=look.size, bold=look.bold, italic=look.italic, color=look.colour)
    fill = PatternFill("solid", fgColor=look.fill) if look.fill else PatternFill()
    alignment = Alignment(look.align, look.vertical, wrap_text=look.wrap, indent=look.indent)
    return font, fill, alignment, _border(look.line)


def _border(line: str) -> Border:
    match line:
        case "below":
            return Border(bottom=_STRONG)
        case "above":
            return Border(top=_STRONG)
        case "box":
            return Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
        case _:
            return Border()
