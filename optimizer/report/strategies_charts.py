"""Native charts of strategies: outlay against coverage with the names at the points, and idle plant by stage, hatched."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, Reference, ScatterChart, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from optimizer.report.charts import dress
from optimizer.report.compare_charts import MOST_HATCHES, hatch
from optimizer.report.style import BLUE, INK

_PLACES = ("t", "r", "b", "l")
_MARKERS = ("circle", "square", "triangle", "diamond")


def outlay_chart(
    sheet: Worksheet, rows: tuple[int, int], columns: tuple[int, int], size: tuple[float, float], lowest: float
) -> Any:
    """Outlay to the right, coverage upward, each strategy a point with its number; ``columns``: of outlay and coverage.

    ``lowest``: the share at which the upward axis begins.
    """
    chart: Any = ScatterChart()
    chart.style, chart.scatterStyle = 13, "lineMarker"
    for n, row in enumerate(range(rows[0], rows[1] + 1)):
        x, y = (Reference(sheet, min_col=column, min_row=row, max_row=row) for column in columns)
        series: Any = Series(y, x)
        series.tx = SeriesLabel(strRef=StrRef(f"{quote_sheetname(sheet.title)}!$A${row}"))
        series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
        colour = INK if n % 2 == 0 else BLUE
        series.marker.symbol, series.marker.size = _MARKERS[n % len(_MARKERS)], 8
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill=colour))
        labels: Any = DataLabelList()
        labels.showSerName, labels.showVal, labels.showLegendKey = True, False, False
        labels.showCatName, labels.showPercent, labels.position = False, False, _PLACES[n % len(_PLACES)]
        series.dLbls = labels
        chart.series.append(series)
    dress(
        chart,
        "Public outlay against coverage, by number of the strategy",
        "share of all demand served, nothing lost",
        "0%",
        size,
    )
    chart.x_axis.number_format = "#,##0"
    chart.x_axis.title = "public outlay, MUSD"
    chart.x_axis.majorGridlines = None
    # Room for the number of a point where all is served, and for one where least is.
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = max(0.0, lowest - 0.1), 1.1
    chart.legend = None
    return chart


def idle_chart(sheet: Worksheet, header: int, rows: tuple[int, int], last: int, size: tuple[float, float]) -> Any:
    """Share of each stage that stands idle for want of feed: strategies side by side, a hatched column for each stage."""
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.gapWidth = "col", "clustered", 60
    for row in range(rows[0], min(rows[1], rows[0] + MOST_HATCHES - 1) + 1):
        series: Any = Series(Reference(sheet, min_col=2, max_col=last, min_row=row, max_row=row))
        place = f"{quote_sheetname(sheet.title)}!${get_column_letter(1)}${row}"
        series.tx = SeriesLabel(strRef=StrRef(place))
        series.invertIfNegative = False
        chart.series.append(series)
    chart.set_categories(Reference(sheet, min_col=2, max_col=last, min_row=header, max_row=header))
    dress(chart, "Idle for want of feed, share of the stage", "share of capacity", "0%", size)
    chart.y_axis.scaling.min = 0.0
    hatch(chart)
    return chart
