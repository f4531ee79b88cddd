"""Sheet Overrun of ``stress``: what the plan costs if capital is dearer, and which budget breaks, in which year, by how much."""

from __future__ import annotations

from openpyxl import Workbook as Book

from optimizer.report.charts import Data, add_line, stacked_chart
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.stress_words import overrun as overrun_sentence
from optimizer.report.stressed import Stressed
from optimizer.report.style import Painter
from optimizer.wording import money, percent

_CHART = (19.0, 8.0)
_CHART_ROWS = 17
_OUTPUT = {False: "", True: ", credits, floors and offtakes by output"}
_KEPT = (
    " Packages keep their shares of the dearer capital. What plants would need for their firms to earn their hurdle rates is"
    " asked apart: the cheapest packages, whatever budget, pots and liability."
)


def write_overrun(book: Book, stressed: Stressed, painter: Painter) -> None:
    """Write the sheet."""
    found, years = stressed.overrun, stressed.years
    widths = [34.0, 16.0, *([9.0] * (len(years) + 1))]
    page = open_page(book, stressed.facts, painter, "Overrun", f"Capital {percent(found.share)} dearer", widths)
    page.sentence(overrun_sentence(stressed) or "Neither a budget nor pots limit what is spent.")
    if found.budget_musd is not None:
        dearer = sum(found.dearer_musd.values())
        page.sentence(
            f"Public outlay of all years: {money(sum(found.planned_musd.values()))} MUSD as planned, {money(dearer)} MUSD dearer,"
            f" of {money(found.budget_musd)} MUSD. Capital in all, private too: {money(found.capex_musd)} MUSD as planned,"
            f" {money(found.capex_musd * (1.0 + found.share))} MUSD dearer."
        )
    page.heading("Public outlay by year, MUSD")
    columns = [
        Column("Outlay", 34),
        Column("", 16),
        *(Column(str(t), 9, "musd") for t in years),
        Column("All", 9, "musd"),
    ]
    planned = [sum(x for (_, _, y), x in found.planned_musd.items() if y == t) for t in years]
    dearer_by_year = [sum(x for (_, _, y), x in found.dearer_musd.items() if y == t) for t in years]
    unpaid = [sum(x for (_, _, y), x in found.unpaid_musd.items() if y == t) for t in years]
    more = [b - a for a, b in zip(planned, dearer_by_year, strict=True)]
    lines = [
        Line(("as planned", "", *planned, sum(planned))),
        Line(("more by the overrun", "", *more, sum(more))),
        Line(("dearer", "", *dearer_by_year, sum(dearer_by_year)), total=True),
    ]
    if found.has_pots:
        lines.append(Line(("the pots cannot pay", "", *unpaid, sum(unpaid))))
    first, _ = page.table(columns, lines)
    data = Data(page.sheet, first - 1, [first, first + 1], 3, 2 + len(years))
    chart = stacked_chart(data, "Public outlay as planned, and more by the overrun", "MUSD", _CHART)
    if found.has_pots:
        add_line(chart, data, first + 3)
    page.row += 1
    page.chart(chart, page.row, 0.0)
    page.row += _CHART_ROWS
    if found.unpaid_musd:
        _unpaid(page, stressed)
    note(
        page,
        [
            f"Purchases for stocks{_OUTPUT[bool(stressed.instance.instruments)]} do not become dearer."
            f"{_KEPT if stressed.instance.instruments else ''}"
            " What the pots cannot pay: the least that stays unpaid, whoever pays;"
            " where it is open in which year, money is used as it comes and the later outlay stays unpaid."
        ],
    )
    page.end()


def _unpaid(page: Page, stressed: Stressed) -> None:
    found, years = stressed.overrun, stressed.years
    page.heading("What stays unpaid, MUSD")
    places = sorted({(c, h) for c, h, _ in found.unpaid_musd})
    columns = [
        Column("Country", 34),
        Column("Stage", 16),
        *(Column(str(t), 9, "musd") for t in years),
        Column("All", 9, "musd"),
    ]
    lines = []
    for c, h in places:
        values = [found.unpaid_musd.get((c, h, t), 0.0) for t in years]
        lines.append(Line((stressed.facts.country(c), h, *values, sum(values))))
    page.table(columns, lines)
