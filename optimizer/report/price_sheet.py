"""Sheet Price of redundancy: what each rule and each loss that must be survived costs, in coverage and in money."""

from __future__ import annotations

from openpyxl import Workbook as Book

from models.instance import Goal
from optimizer.redundancy_price import Price, Prices
from optimizer.report.charts import Data, stacked_chart
from optimizer.report.facts import Facts
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.price_tables import TOLD_MUSD, TOLD_POINTS, verdict
from optimizer.report.price_words import NOTHING_TO_PRICE, label, not_priced, price_sentences, short_label
from optimizer.report.stressed import Stressed
from optimizer.report.style import Painter

_LABEL, _NUMBER, _VERDICT = 68.0, 10.0, 19.0
_MOST_BARS, _CHART_ROWS = 8, 16
_LEAD = (
    "Of the workbook, not of the plan held here: the best plans with everything that makes plans redundant, against the best"
    " without one thing after the other."
)
_NOTES = (
    "At the same budget: shortfall with everything less shortfall without it, in coverage points. At the same coverage: the"
    " least public money with everything less the least without it, for what the plan with everything covers.",
    "By the plans found: the difference of the best plans. At least, at most: what is proven for all plans, from the best plan of"
    " one side and the bound of the other. Cannot be told apart: the two sides overlap at the gap that was reached.",
    "A rule or minimum of a group that costs nothing by the plans found costs nothing by them either, and is not searched; it"
    " costs at most as much as all of the group. Prices of single ones need not add up to that of all. Blank: not searched, since"
    " the time was over, or since a row of losses is taken apart only where it costs something.",
    "Preparing for a loss: the cheapest plan found with everything, against the best that do not count that loss in the measure,"
    " both judged by all else: what the first gives up, and what less money would do. The loss may then be hit harder.",
    "A rule or minimum is waived while losses are weighed all the same: where plans that weigh them keep it anyway, it costs"
    " nothing.",
    "Single rules and losses are searched for a few seconds each, their bounds are those of relaxations: what is proven of them"
    " is wider than of the groups.",
)


def write_prices(book: Book, stressed: Stressed, painter: Painter) -> None:
    """Write the sheet: what it says, the table, and a chart of the dearest."""
    facts, prices = stressed.facts, stressed.prices
    widths = [_LABEL, *([_NUMBER] * 4), _VERDICT, *([_NUMBER] * 3), _VERDICT]
    page = open_page(book, facts, painter, "Price of redundancy", "The price of redundancy", widths)
    if prices is None:
        page.sentence(not_priced(stressed.priceable) or NOTHING_TO_PRICE)
        page.end()
        return
    page.sentence(_LEAD)
    page.sentences(price_sentences(facts, prices))
    if prices.prices and prices.feasible:
        _table(page, facts, prices)
        _chart(page, facts, prices)
        note(page, [_reference(prices), *_NOTES])
    page.end()


def _table(page: Page, facts: Facts, prices: Prices) -> None:
    page.heading("With everything, against without it")
    cost = prices.goal is Goal.COST
    columns = [
        Column("What is waived", _LABEL),
        Column("Points, by the plans found", _NUMBER, "points"),
        Column("Points, at least", _NUMBER, "points"),
        Column("Points, at most", _NUMBER, "points"),
        Column("Of it with nothing lost", _NUMBER, "points"),
        Column("Same budget", _VERDICT),
        Column("MUSD, by the plans found", _NUMBER, "musd"),
        Column("MUSD, at least", _NUMBER, "musd"),
        Column("MUSD, at most", _NUMBER, "musd"),
        Column("Discounted cost" if cost else "Same coverage", _VERDICT),
    ]
    header = page.row
    first, last = page.table(columns, [_line(facts, price) for price in prices.prices])
    page.filter(header, last)
    assert first > header


def _line(facts: Facts, price: Price) -> Line:
    values = (
        label(facts, price),
        price.points,
        price.points_low if price.points_high is not None else None,
        price.points_high,
        price.base_points,
        verdict(price.points, price.points_low, price.points_high, TOLD_POINTS),
        price.musd,
        price.musd_low if price.musd_high is not None else None,
        price.musd_high,
        verdict(price.musd, price.musd_low, price.musd_high, TOLD_MUSD),
    )
    return Line(values, group=price.question.group == "")


def _chart(page: Page, facts: Facts, prices: Prices) -> None:
    """The dearest by the plans found: what is proven of the price, what the plans found say beyond, what is open beyond them."""
    in_money = any((price.musd or 0.0) > TOLD_MUSD for price in prices.prices)
    amounts = [(price, *_parts(price, in_money)) for price in prices.prices if price.searched]
    shown = sorted((x for x in amounts if x[1] > (TOLD_MUSD if in_money else TOLD_POINTS)), key=lambda x: -x[1])[
        :_MOST_BARS
    ]
    if not shown:
        return
    unit = "MUSD" if in_money else "points"
    page.break_page()
    page.heading(f"The dearest, in {unit}")
    kind = "musd" if in_money else "points"
    columns = [Column("", _LABEL), *(Column(short_label(facts, price), _NUMBER, kind) for price, *_ in shown)]
    header = page.row
    rows = (
        ("Proven: at least", [low for _, _, low, _ in shown]),
        ("Beyond it by the plans found", [found - low for _, found, low, _ in shown]),
        ("Beyond that, not excluded", [high - found for _, found, _, high in shown]),
    )
    first, last = page.table(columns, [Line((name, *values)) for name, values in rows])
    page.row += 1
    data = Data(page.sheet, header, range(first, last + 1), 2, len(shown) + 1)
    size = (width_cm(min(130.0, sum(page.widths))), rows_cm(_CHART_ROWS))
    page.chart(
        stacked_chart(data, "Price of redundancy, the dearest first", unit, size, "#,##0" if in_money else "0.0"),
        page.row,
        0,
    )
    page.row += _CHART_ROWS + 1


def _parts(price: Price, in_money: bool) -> tuple[float, float, float]:
    """Found, at least, at most."""
    found, low, high = (
        (price.musd, price.musd_low, price.musd_high)
        if in_money
        else (price.points, price.points_low, price.points_high)
    )
    return found or 0.0, min(low, found or 0.0), max(high or 0.0, found or 0.0)


def _reference(prices: Prices) -> str:
    reach, least = prices.reference.reach, prices.reference.least
    if prices.goal is Goal.COST:
        return f"With everything: {reach.value:,.1f} MUSD of discounted cost; no plan costs less than {reach.bound:,.1f} MUSD."
    points = f"{reach.value / prices.point_kt:.2f} points short, no plan less than {reach.bound / prices.point_kt:.2f}"
    money = ""
    if least is not None and least.value_musd < float("inf"):
        money = (
            f"; for {prices.limit_kt / prices.point_kt:.2f} points short {least.value_musd:,.1f} MUSD do, and no plan needs less"
            f" than {least.bound_musd:,.1f} MUSD"
        )
    return f"With everything, at the budget: {points}{money}."
