"""Sheet Who pays: funders and countries, what each pays and gets, and the public outlay by year, funder and instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.cells import records
from optimizer.report.charts import Data, stacked_chart
from optimizer.report.costs import outlay_by_instrument, years
from optimizer.report.facts import Facts, each, number, text
from optimizer.report.fairness_sheet import write_shares
from optimizer.report.money_words import spent_beside_plants, who_pays
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.style import Painter

NAME = "Who pays"
_LABELS, _YEAR = (Column("Who", 40), Column("Total, MUSD", 14, "musd")), 11
_COUNTRY = (
    *(Column("Country", 40), Column("Pays, MUSD", 14, "musd"), Column("Of all, %", _YEAR, "pct")),
    *(Column("Gets for plants, MUSD", _YEAR, "musd"), Column("Of all, %", _YEAR, "pct")),
    *(Column("For stocks, training", _YEAR, "musd"), Column("Gets more than it pays", _YEAR, "musd")),
    *(Column("Capacity, t/yr", _YEAR, "t"), Column("Of all, %", _YEAR, "pct")),
    *(Column("Jobs", _YEAR, "int"), Column("Of all, %", _YEAR, "pct")),
    *(Column("Demand, t", _YEAR, "t"), Column("Served, t", _YEAR, "t"), Column("Coverage, %", _YEAR, "pct")),
)
_CHART_ROWS = 18
_MOST_SERIES = 10
_NOTES = (
    "A country pays what funders pay whose home it is in Budgets; what funders without a home pay is in no country's row, so that"
    " all together get that much more. A country gets what is spent on plants, stocks and training in it. Jobs: workforce of"
    " Projects x size / nameplate of the funded plants, at full size.",
    "Capacity: t of activity a year of all funded plants, of every stage, added up. Coverage: its own demand, all years, nothing"
    " lost. At home: for what stands in the funder's home. Largest part: of the public money of any single project.",
)


def write_burden(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    columns = (*_LABELS, *(Column(str(year), _YEAR, "musd") for year in facts.years))
    title = f"Who pays and who gains, MUSD of {facts.price_year}, not discounted"
    widths = [column.width for column in (*columns, *_COUNTRY[len(columns) :])]
    page = open_page(book, facts, painter, NAME, title, widths)
    page.sentence(who_pays(facts) or "The plan spends no public money.")
    page.freeze(columns=1)
    _countries(page)
    if "funders" in facts.tables:
        _funders(page)
    if "fairness" in facts.tables:
        write_shares(page)
    note(page, _NOTES)
    charts = _by_year(page, columns)
    if charts:
        page.break_page()
        page.heading("Public outlay by who pays, and by instrument")
        for data, what in zip(charts, ("who pays", "instrument"), strict=True):
            _chart(page, data, f"Public outlay by {what}")
    page.end()


def _countries(page: Page) -> None:
    facts, table = page.facts, page.facts.tables["burden"]
    page.heading("Countries: what each pays for, gets and is served")
    beside = spent_beside_plants(facts)
    table = table.assign(beside_musd=[beside.get(country, 0.0) for country in table["country"]])
    figures = ["paid_musd", "received_musd", "beside_musd", "capacity_t_per_year", "jobs", "demand_t", "served_t"]
    shown = table[(table[figures] > 0.0).any(axis=1)]
    shown = shown.sort_values(["paid_musd", "received_musd", "demand_t", "country"], ascending=[False] * 3 + [True])
    sums = {name: float(table[name].sum()) for name in figures}
    lines = [_country(facts.country(row.country), row, sums) for row in each(shown)]
    page.table(_COUNTRY, [*lines, _whole(sums)])


def _country(name: str, row: Any, sums: Mapping[str, float], total: bool = False) -> Line:
    def of(figure: str) -> tuple[float, float | None]:
        value = float(getattr(row, figure))
        return value, value / sums[figure] if sums[figure] > 0.0 else None

    more = row.received_musd + row.beside_musd - row.paid_musd
    values = (
        *(name, *of("paid_musd"), *of("received_musd"), row.beside_musd, more, *of("capacity_t_per_year")),
        *(*of("jobs"), row.demand_t, row.served_t, number(row.coverage)),
    )
    return Line(values, total=total)


def _whole(sums: Mapping[str, float]) -> Line:
    coverage = sums["served_t"] / sums["demand_t"] if sums["demand_t"] > 0.0 else None
    return _country("All", pd.Series({**sums, "coverage": coverage}), sums, total=True)


def _funders(page: Page) -> None:
    facts, table = page.facts, page.facts.tables["funders"]
    page.heading("Funders: what each has and pays")
    columns = (
        *(Column("Funder", 40), Column("Home", 14), Column("Has, MUSD", 11, "musd"), Column("Pays, MUSD", 11, "musd")),
        *(Column("Of all paid, %", 11, "pct"), Column("Left, MUSD", 11, "musd"), Column("At home, MUSD", 11, "musd")),
        *(Column("At home, %", 11, "pct"), Column("Least at home, %", 11, "pct")),
        *(Column("Largest part of a project, %", 11, "pct"), Column("Largest part allowed, %", 11, "pct")),
    )
    limits = _limits(facts)
    whole = float(table["paid_musd"].sum())
    lines = []
    for row in each(table.sort_values(["paid_musd", "funder"], ascending=[False, True])):
        home, part = limits.get(row.funder, (None, None))
        lines.append(
            Line(
                (
                    *(row.funder, facts.country(text(row.home)), row.budget_musd, row.paid_musd),
                    *(row.paid_musd / whole if whole > 0.0 else None, row.budget_musd - row.paid_musd),
                    *(number(row.domestic_musd), number(row.domestic_share), home),
                    *(number(row.largest_project_share), part),
                )
            )
        )
    budget = float(table["budget_musd"].sum())
    page.table(columns, [*lines, Line(("All", "", budget, whole, None, budget - whole), total=True)])


def _limits(facts: Facts) -> dict[str, tuple[float | None, float | None]]:
    """Funder -> least share at home, largest part of a project, as Budgets has them."""
    found: dict[str, tuple[float | None, float | None]] = {}
    for row in records(facts.workbook, "Budgets"):
        home, part = found.get(row.text("funder"), (None, None))
        asked, most = row.number("min_domestic_share"), row.number("max_project_share")
        found[row.text("funder")] = (home if asked is None else asked, part if most is None else most)
    return found


# ---------------------------------------------------------------- by year


def _by_year(page: Page, columns: tuple[Column, ...]) -> list[Data]:
    """Write the outlay by funder, by instrument, and of every funder by instrument; return where the first two stand."""
    facts, table = page.facts, page.facts.tables["outlays"]
    if table.empty:
        return []
    page.break_page()
    page.heading("Public outlay by year: who pays")
    header = page.header(columns)
    totals = table.groupby("funder", sort=True)["musd"].sum().sort_values(ascending=False, kind="stable")
    sums = {str(funder): years(facts, table[table["funder"] == funder]) for funder in totals.index}
    found = [_summed(page, columns, header, sums)]
    page.heading("By instrument")
    found.append(_summed(page, columns, header, outlay_by_instrument(facts)))
    for funder in sums:
        page.heading(f"By instrument: {funder}")
        mine = outlay_by_instrument(facts, table[table["funder"] == funder])
        page.table(columns, [Line((name, sum(x), *x)) for name, x in mine.items()], with_header=False)
    return found


def _summed(page: Page, columns: tuple[Column, ...], header: int, rows: Mapping[str, list[float]]) -> Data:
    first, last = page.table(columns, [Line((name, sum(x), *x)) for name, x in rows.items()], with_header=False)
    whole = [sum(values) for values in zip(*rows.values(), strict=True)]
    page.table(columns, [Line(("All", sum(whole), *whole), total=True)], with_header=False)
    return Data(page.sheet, header, range(first, last + 1), len(_LABELS) + 1, len(columns))


def _chart(page: Page, data: Data, title: str) -> None:
    """Columns of the first rows, below each other; say which are not drawn."""
    shown = replace(data, rows=list(data.rows)[:_MOST_SERIES])
    left = [str(data.sheet.cell(row, 1).value) for row in list(data.rows)[_MOST_SERIES:]]
    size = (min(26.0, width_cm(sum(page.widths))), rows_cm(_CHART_ROWS))
    page.chart(stacked_chart(shown, title, "MUSD", size), page.row, 0.0)
    page.row += _CHART_ROWS + 1
    if left:
        page.sentence(f"Not drawn, but in the table: {', '.join(left)}.")
        page.row += 1
