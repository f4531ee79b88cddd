"""Native charts: what their axes show."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from optimizer.report.charts import Data, share_chart, side_by_side_chart, stacked_chart


def data(values: list[float | None]) -> Data:
    sheet = Workbook().active
    sheet.append(["", *range(2030, 2030 + len(values))])
    sheet.append(["a", *values])
    return Data(sheet, 1, [2], 2, 1 + len(values))


@pytest.mark.parametrize("draw", [stacked_chart, side_by_side_chart])
def test_columns_stand_on_zero_unless_some_hang_below(draw):
    """All about as tall, programs would begin the axis just below them, and a hundredth would look like a half."""
    assert draw(data([990.0, None, 1000.0]), "t", "t", (9.0, 5.0)).y_axis.scaling.min == 0.0
    assert draw(data([990.0, -1.0]), "t", "t", (9.0, 5.0)).y_axis.scaling.min is None


def test_shares_begin_where_they_are_asked_to():
    assert share_chart(data([0.9]), "t", "share", (9.0, 5.0), 0.5).y_axis.scaling.min == 0.5
