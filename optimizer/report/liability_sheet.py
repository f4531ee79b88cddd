"""Sheet Liability: what floors, offtakes and guarantees may cost by year, as planned and if prices crash."""

from __future__ import annotations

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.charts import Data, side_by_side_chart
from optimizer.report.facts import Facts
from optimizer.report.money_words import loans_beside, owed
from optimizer.report.packages_sheet import KINDS
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.style import Painter

_LABELS = (Column("What", 56), Column("Total, MUSD", 11, "musd"))
_CHART_ROWS = 18
_DECKS = {"planning_musd": "as planned", "crash_musd": "in the crash"}
_NOTES = (
    "Floors and offtakes: what they pay in the year at the prices of the deck and the use that firms reckon with, also after the"
    " plan. Guarantees: all that they stand for, in the year in which the loan ends, as if everyone who is guaranteed failed; so"
    " max_contingent_musd counts them too.",
    "The budget carries what is paid as planned (with the expected loss of guarantees); what the crash adds is no part of it.",
)


def write_liability(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    table = facts.tables["liability"]
    years = list(range(int(table["year"].min()), int(table["year"].max()) + 1)) if len(table) else list(facts.years)
    columns = (*_LABELS, *(Column(str(year), 8, "musd") for year in years))
    title = f"Liability: what promises may cost, MUSD of {facts.price_year}, not discounted"
    page = open_page(book, facts, painter, "Liability", title, [column.width for column in columns])
    page.sentences([x for x in (_lead(facts), loans_beside(facts)) if x])
    if not table.empty:
        header = page.header(columns)
        page.freeze(columns=1)
        data = _all(page, columns, header, table, years)
        _by(page, columns, years, "By kind and instrument", _instruments(facts))
        _by(page, columns, years, "By project", table.assign(what=table["project"]))
        note(page, _NOTES)
        _chart(page, data)
    page.end()


def _lead(facts: Facts) -> str:
    deck = facts.money["crash_deck"]
    if facts.tables["liability"].empty:
        return "The plan gives no floor, offtake or guarantee: nothing is promised."
    if deck is None:
        return "There is no crash deck: only what guarantees stand for is told beside what is paid as planned."
    return f"If prices are those of deck “{deck}”, {owed(facts)}."


def _sums(rows: pd.DataFrame, column: str, years: list[int]) -> list[float]:
    by_year = rows.groupby("year")[column].sum()
    return [float(by_year.get(year, 0.0)) for year in years]


def _all(page: Page, columns: tuple[Column, ...], header: int, table: pd.DataFrame, years: list[int]) -> Data:
    page.heading("All floors, offtakes and guarantees")
    lines = []
    for column, deck in _DECKS.items():
        sums = _sums(table, column, years)
        lines.append(Line((deck, sum(sums), *sums), total=column == "crash_musd"))
    first, last = page.table(columns, lines, with_header=False)
    return Data(page.sheet, header, range(first, last + 1), len(_LABELS) + 1, len(columns))


def _instruments(facts: Facts) -> pd.DataFrame:
    """The table with what each row is called: kind and name of its instrument."""
    packages = facts.tables["packages"]
    kinds = dict(zip(packages["instrument"], packages["kind"], strict=True))
    table = facts.tables["liability"]
    return table.assign(what=[f"{KINDS[kinds[i]]}: {i}" for i in table["instrument"]])


def _by(page: Page, columns: tuple[Column, ...], years: list[int], title: str, table: pd.DataFrame) -> None:
    """Write both decks of everything that may cost something, what costs most in the crash first."""
    page.heading(title)
    totals = table.groupby("what", sort=True)[list(_DECKS)].sum()
    lines = []
    for what in totals.sort_values(list(_DECKS)[::-1], ascending=False, kind="stable").index:
        rows = table[table["what"] == what]
        for column, deck in _DECKS.items():
            sums = _sums(rows, column, years)
            if any(sums):
                lines.append(Line((f"{what}, {deck}", sum(sums), *sums)))
    page.table(columns, lines, with_header=False)


def _chart(page: Page, data: Data) -> None:
    page.break_page()
    page.heading("What promises may cost by year, as planned and in the crash")
    size = (min(26.0, width_cm(sum(page.widths))), rows_cm(_CHART_ROWS))
    page.chart(side_by_side_chart(data, "Floors, offtakes and guarantees", "MUSD", size), page.row, 0.0)
    page.row += _CHART_ROWS + 1
