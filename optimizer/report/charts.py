"""Native charts, with axes, fonts and colours that look alike in Excel and LibreOffice and read in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from optimizer.report.style import FONT, GREY, INK, LINE, SERIES

_DASHES: tuple[Any, ...] = (
    "solid",
    "sysDash",
    "solid",
    "dash",
    "sysDot",
    "dashDot",
    "lgDash",
    "solid",
    "sysDash",
    "dash",
)
_MARKERS = ("circle", "square", "triangle", "diamond", "x", "circle", "square", "triangle", "diamond", "x")
MOST_LINES = len(SERIES)
_TOO_PALE = ("D9D9D9", "F4E3C1", "BDD7EE")


@dataclass(frozen=True)
class Data:
    """Where a chart finds its numbers: rows of a sheet, a label in column ``label``, one column per year."""

    sheet: Worksheet
    years_row: int
    rows: Sequence[int]
    first: int
    last: int
    label: int = 1


def share_chart(data: Data, title: str, unit: str, size: tuple[float, float], lowest: float) -> Any:
    """Shares from ``lowest`` to 1: lines over the years, columns side by side for a single year."""
    chart = _columns(data, "clustered", 0) if data.first == data.last else _lines(data)
    _finish(chart, data, title, unit, "0%", size)
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = lowest, 1.0
    chart.y_axis.majorUnit = 0.1 if lowest >= 0.5 else 0.2
    return chart


def _lines(data: Data) -> Any:
    chart: Any = LineChart()
    rows = list(data.rows)
    # More lines than that nobody can tell apart; the last row is the sum of all.
    rows = rows if len(rows) <= MOST_LINES else [*rows[: MOST_LINES - 1], rows[-1]]
    for n, row in enumerate(rows):
        series = _series(data, row)
        colour = SERIES[n] if SERIES[n] not in _TOO_PALE else "A6A6A6"
        series.graphicalProperties = GraphicalProperties(
            ln=LineProperties(solidFill=colour, w=22000, prstDash=_DASHES[n])
        )
        series.marker.symbol, series.marker.size = _MARKERS[n], 5
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill=colour))
        series.smooth = False
        chart.series.append(series)
    return chart


def _columns(data: Data, grouping: str, overlap: int) -> Any:
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "col", grouping, overlap, 45
    for n, row in enumerate(data.rows):
        series = _series(data, row)
        colour = SERIES[n % len(SERIES)]
        series.graphicalProperties = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill=GREY, w=3000))
        series.invertIfNegative = False
        chart.series.append(series)
    return chart


def stacked_chart(data: Data, title: str, unit: str, size: tuple[float, float], format: str = "#,##0") -> Any:
    """Columns over the years, stacked."""
    chart = _columns(data, "stacked", 100)
    _finish(chart, data, title, unit, format, size)
    return chart


def side_by_side_chart(data: Data, title: str, unit: str, size: tuple[float, float], format: str = "#,##0") -> Any:
    """Columns over the years, side by side."""
    chart = _columns(data, "clustered", 0)
    _finish(chart, data, title, unit, format, size)
    return chart


def add_line(chart: Any, data: Data, row: int) -> None:
    """Draw one more row as a line over the columns."""
    line = LineChart()
    series = _series(data, row)
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill="C00000", w=22000))
    series.marker.symbol, series.smooth = "none", False
    line.series.append(series)
    chart += line


def _series(data: Data, row: int) -> Any:
    series: Any = Series(Reference(data.sheet, min_col=data.first, max_col=data.last, min_row=row, max_row=row))
    place = f"{quote_sheetname(data.sheet.title)}!${get_column_letter(data.label)}${row}"
    series.tx = SeriesLabel(strRef=StrRef(place))
    return series


def _finish(chart: Any, data: Data, title: str, unit: str, format: str, size: tuple[float, float]) -> None:
    years = Reference(data.sheet, min_col=data.first, max_col=data.last, min_row=data.years_row, max_row=data.years_row)
    chart.set_categories(years)
    dress(chart, title, unit, format, size)
    if isinstance(chart, BarChart) and _is_above_zero(data):
        chart.y_axis.scaling.min = 0.0  # Left to themselves, programs cut columns that are all about as tall.


def _is_above_zero(data: Data) -> bool:
    cells = (data.sheet.cell(row, n).value for row in data.rows for n in range(data.first, data.last + 1))
    return all(x >= 0.0 for x in cells if isinstance(x, (int, float)))


def dress(chart: Any, title: str, unit: str, format: str, size: tuple[float, float]) -> None:
    """Give a chart its title, size, fonts, axes and legend: ``size`` in cm, ``format`` of the numbers upwards."""
    chart.title = _title(title, 1000, INK, bold=True)
    chart.width, chart.height = size
    chart.legend.position, chart.legend.txPr, chart.legend.overlay = "r", _font(800), False
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False
        axis.txPr = _font(800)
        axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=LINE))
    chart.y_axis.title = _title(unit, 800, GREY)
    chart.y_axis.number_format, chart.y_axis.numFmt.sourceLinked = format, False
    chart.x_axis.number_format, chart.x_axis.tickLblPos = "0", "low"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="E5E5E5"))
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(solidFill=LINE))
    chart.roundedCorners = False


def _title(text: str, size: int, colour: str, bold: bool = False) -> Title:
    properties = CharacterProperties(sz=size, b=bold, solidFill=colour, latin=Font(typeface=FONT))
    run = RegularTextRun(rPr=properties, t=text)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=properties), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _font(size: int) -> RichText:
    properties = CharacterProperties(sz=size, solidFill=GREY, latin=Font(typeface=FONT))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=properties), endParaRPr=properties)])
