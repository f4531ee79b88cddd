"""Native charts against the budget: to scale, and told apart by lines, markers and hatching, not by colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import AreaChart, BarChart, LineChart, Reference, Series
from openpyxl.chart.axis import DateAxis
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.colors import ColorChoice
from openpyxl.drawing.fill import PatternFillProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from optimizer.report.charts import dress
from optimizer.report.style import GREY, INK, SKY, WHITE

# Line, dash, marker: each pair differs in at least two of lightness, dash and marker.
_LINES: tuple[tuple[str, Any, str], ...] = (
    (INK, "solid", "circle"),
    ("7F7F7F", "sysDash", "square"),
    ("2F75B5", "solid", "triangle"),
    (INK, "dash", "diamond"),
    ("A6A6A6", "solid", "x"),
    ("2F75B5", "sysDot", "circle"),
    ("7F7F7F", "solid", "square"),
    (INK, "dashDot", "triangle"),
    ("A6A6A6", "lgDash", "diamond"),
    ("2F75B5", "sysDash", "x"),
)
MOST_LINES = len(_LINES)
# Fill and pattern, dark to light, so that neighbours in a stack differ.
_HATCHES: tuple[tuple[str, Any], ...] = (
    (INK, ""),
    (INK, "wdUpDiag"),
    ("BFBFBF", ""),
    (INK, "horz"),
    ("7F7F7F", ""),
    (INK, "pct10"),
    (INK, "wdDnDiag"),
    (WHITE, ""),
)
MOST_HATCHES = len(_HATCHES)
_MOST_TICKS = 9
_AXIS_X, _AXIS_Y = 500, 100


@dataclass(frozen=True)
class Block:
    """Where a chart finds its numbers: rows of a sheet, one per budget in column ``label``, series in columns."""

    sheet: Worksheet
    header: int
    first: int
    last: int
    budgets: Sequence[float]
    label: int = 1

    @property
    def to_scale(self) -> bool:
        """Whether the axis can be to scale: a native axis to scale counts in whole numbers."""
        return all(float(b).is_integer() for b in self.budgets) and len(set(self.budgets)) > 1


def band_chart(block: Block, columns: tuple[int, int, int], title: str, unit: str, size: tuple[float, float]) -> Any:
    """The band between bound and best plan, filled, with both as lines; ``columns``: best plan, bound, width of the band."""
    best, bound, gap = columns
    area: Any = AreaChart()
    area.grouping = "stacked"
    under, band = _series(block, bound), _series(block, gap)
    under.graphicalProperties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    band.graphicalProperties = GraphicalProperties(solidFill=SKY, ln=LineProperties(solidFill=SKY, w=3000))
    area.series += [under, band]
    lines: Any = LineChart()
    for column, line in ((best, _LINES[0]), (bound, (INK, "sysDash", "none"))):
        lines.series.append(_line(block, column, line, width=15000, size=5))
    for chart in (area, lines):
        _against_budget(chart, block)
    dress(area, title, unit, "#,##0.##" if unit == "MUSD" else "General", size)
    lines.x_axis, lines.y_axis = area.x_axis, area.y_axis
    area += lines
    area.legend.position = "b"
    area.legend.legendEntry = [LegendEntry(idx=0, delete=True)]
    _budget_axis(area, block)
    return area


def line_chart(
    block: Block, columns: Sequence[int], title: str, unit: str, format: str, size: tuple[float, float]
) -> Any:
    """Lines against the budget."""
    chart: Any = LineChart()
    for column, line in zip(columns, _LINES, strict=False):
        chart.series.append(_line(block, column, line))
    _against_budget(chart, block)
    dress(chart, title, unit, format, size)
    _budget_axis(chart, block)
    if format == "0%":
        chart.y_axis.scaling.max = 1.0
    if len(chart.series) == 1:
        chart.legend = None
    return chart


def worth_chart(block: Block, columns: tuple[int, int, int], title: str, unit: str, size: tuple[float, float]) -> Any:
    """What a step is worth by the plans (mark), and its band (floating columns); ``columns``: plans, low, width."""
    plans, low, width = columns
    bars: Any = BarChart()
    bars.type, bars.grouping, bars.overlap, bars.gapWidth = "col", "stacked", 100, 60
    under, band = _series(block, low), _series(block, width)
    under.graphicalProperties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    band.graphicalProperties = GraphicalProperties(solidFill=SKY, ln=LineProperties(solidFill=GREY, w=6000))
    bars.series += [under, band]
    marks: Any = LineChart()
    mark = _line(block, plans, (INK, "solid", "diamond"))
    mark.graphicalProperties.line.noFill, mark.graphicalProperties.line.solidFill = True, None
    mark.marker.size = 9
    marks.series.append(mark)
    for chart in (bars, marks):
        chart.set_categories(Reference(block.sheet, min_col=block.label, min_row=block.first, max_row=block.last))
    dress(bars, title, unit, "General", size)
    bars += marks
    bars.legend.position = "b"
    bars.legend.legendEntry = [LegendEntry(idx=0, delete=True)]
    return bars


def hatch(chart: Any) -> None:
    """Give the columns of a chart fills that grey tells apart."""
    for series, (colour, pattern) in zip(chart.series, _HATCHES, strict=False):
        line = LineProperties(solidFill=INK, w=6000)
        if pattern:
            fill = PatternFillProperties(prst=pattern, fgClr=_rgb(colour), bgClr=_rgb(WHITE))
            series.graphicalProperties = GraphicalProperties(pattFill=fill, ln=line)
        else:
            series.graphicalProperties = GraphicalProperties(solidFill=colour, ln=line)


# ---------------------------------------------------------------- parts


def _rgb(colour: str) -> Any:
    found: Any = ColorChoice
    return found(srgbClr=colour)


def _series(block: Block, column: int) -> Any:
    series: Any = Series(Reference(block.sheet, min_col=column, min_row=block.first, max_row=block.last))
    place = f"{quote_sheetname(block.sheet.title)}!${get_column_letter(column)}${block.header}"
    series.tx = SeriesLabel(strRef=StrRef(place))
    return series


def _line(block: Block, column: int, look: tuple[str, Any, str], width: int = 22000, size: int = 6) -> Any:
    colour, dash, marker = look
    series = _series(block, column)
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=colour, w=width, prstDash=dash))
    series.marker.symbol, series.marker.size, series.smooth = marker, size, False
    series.marker.graphicalProperties = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill=colour))
    return series


def _against_budget(chart: Any, block: Block) -> None:
    chart.set_categories(Reference(block.sheet, min_col=block.label, min_row=block.first, max_row=block.last))
    if block.to_scale:
        chart.x_axis = DateAxis(axId=_AXIS_X, crossAx=_AXIS_Y)
        chart.y_axis.crossAx = _AXIS_X


def _budget_axis(chart: Any, block: Block) -> None:
    """Name the axis and set its ticks; a chart that is not to scale says so."""
    axis = chart.x_axis
    scale = "" if block.to_scale or len(set(block.budgets)) < 2 else " (not to scale)"
    axis.title = _like(chart, f"budget, MUSD{scale}")
    axis.number_format, axis.tickLblPos = "#,##0" if block.to_scale else "General", "low"
    if block.to_scale:
        step = tick(min(block.budgets), max(block.budgets))
        axis.auto, axis.baseTimeUnit, axis.majorTimeUnit, axis.majorUnit = False, "days", "days", step
        axis.scaling.min = math.floor(min(block.budgets) / step) * step
        axis.scaling.max = math.ceil(max(block.budgets) / step) * step
        chart.y_axis.crosses = "min"


def _like(chart: Any, text: str) -> Any:
    """A title of the axis that looks like that of the other axis."""
    title = deepcopy(chart.y_axis.title)
    title.tx.rich.p[0].r[0].t = text
    return title


def tick(low: float, high: float) -> int:
    """Whole distance of ticks: 1, 2 or 5 times a power of ten, few enough to read.

    Examples
    --------
    >>> tick(700, 4500), tick(1, 3), tick(0, 20000)
    (500, 1, 5000)
    """
    least = max(1.0, (high - low) / _MOST_TICKS)
    power = 10 ** math.floor(math.log10(least))
    return int(next(n * power for n in (1, 2, 5, 10) if n * power >= least))
