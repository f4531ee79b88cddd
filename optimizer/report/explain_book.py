"""The Excel report of ``explain``: an overview, a card for each project, the searches and tests behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
from openpyxl import Workbook as Book
from openpyxl.chart import BarChart, Reference, Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties

from optimizer.report.charts import dress
from optimizer.report.explain_cards import write_cards
from optimizer.report.explain_limits import held_short
from optimizer.report.explain_summary import behind, key_sentences
from optimizer.report.explain_words import verdict
from optimizer.report.explained import LEVERS, Card, Explanation
from optimizer.report.facts import each
from optimizer.report.matrix_tables import FROM
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.style import BODY, GREY, SERIES, Painter, new_book
from optimizer.wording import money, plural

Tables = Mapping[str, pd.DataFrame]
_MOST_BARS, _LEAST_BARS = 20, 2
_GROUPS = ("run", "options", "input", "versions", "seconds")


def write_explanation(path: Path, explanation: Explanation, tables: Tables) -> None:
    """Write the report for people.

    Parameters
    ----------
    path
        The .xlsx file to write.
    explanation
        The cards, and the run that they explain.
    tables
        Every table of ``explanation_tables`` by name.
    """
    make_explanation_book(explanation, tables).save(path)


def make_explanation_book(explanation: Explanation, tables: Tables) -> Book:
    """Make the report in memory."""
    book, painter = new_book(explanation.facts.name), Painter()
    _overview(book, explanation, painter)
    write_cards(book, explanation, painter)
    _searches(book, explanation, tables, painter)
    _tests(book, explanation, tables, painter)
    _run(book, explanation, painter)
    book.active = 0
    return book


# ---------------------------------------------------------------- Overview


def _columns(e: Explanation) -> list[Column]:
    unit, kind = ("points", "points") if e.covers else ("MUSD", "musd")
    return [
        Column("Project", 26),
        Column("Country", 14),
        Column("Stage", 14),
        Column("In the plan", 8),
        Column("In the comparison", 12.5, "wrap"),
        Column(f"Turned round: lost against the run, {unit}", 11, kind),
        Column(f"Lost against the best found, {unit}", 10, kind),
        Column(f"Proven at least, {unit}", 11, kind),
        Column(f"Proven at most, {unit}", 11, kind),
        Column("What the bands say", 25, "wrap"),
        Column("What keeps it out", 22, "wrap"),
    ]


def _overview(book: Book, e: Explanation, painter: Painter) -> None:
    columns = _columns(e)
    title = f"{e.facts.name}: why this plan, {e.facts.span}"
    page = open_page(book, e.facts, painter, "Overview", title, [column.width for column in columns])
    page.sentence(_headline(e))
    page.sentences(f"• {line}" for line in key_sentences(e, e.cards))
    page.heading("Projects")
    header = page.header(columns)
    lines = [_line(e, card) for card in e.cards]
    first, last = page.table(columns, lines, with_header=False)
    page.filter(header, last)
    note(page, behind(e))
    _chart(page, e, header, first, last)
    page.repeat(header)
    page.end()


def _headline(e: Explanation) -> str:
    funded = sum(card.funded for card in e.cards)
    budget = e.run_manifest.get("budget_musd")
    of = "no limit on money" if budget is None else f"budget of {budget:,.0f} MUSD"
    return (
        f"{plural(len(e.cards), 'project')}, {funded} in the plan and {len(e.cards) - funded} out of it; {of}; constant prices"
        f" of {e.facts.price_year}."
    )


def _line(e: Explanation, card: Card) -> Line:
    row, lost, budgeted = e.facts.projects[card.project], e.losses(card), e.budgeted.get(card.project)
    band: tuple[object, ...] = (None,) * 4
    if lost is not None:
        values = (lost.against_run, lost.found, lost.least, lost.most)
        band = tuple(e.points(x) for x in values) if e.covers else values
        band = tuple(None if x is None or abs(x) == float("inf") else x for x in band)  # type: ignore[arg-type]
    held = "" if card.funded or not card.reached else held_short(e, card)
    since = None
    if budgeted is not None:
        count = f"{budgeted.funded_at} of {plural(budgeted.budgets, 'budget')}"
        since = f"from {money(budgeted.first_musd or 0.0)} MUSD" if budgeted.kind == FROM else count
    head = (card.project, e.facts.country(row.text("country")), e.facts.stage_of[card.project])
    return Line((*head, "yes" if card.funded else "no", since, *band, verdict(e, card), held))


def _chart(page: Page, e: Explanation, header: int, first: int, last: int) -> None:
    """Draw what turning the plan round loses, proven at least and as found, of the first projects of the table."""
    count = min(last - first + 1, _MOST_BARS)
    if count < _LEAST_BARS:
        return
    chart = BarChart()
    chart.type, chart.grouping, chart.gapWidth, chart.overlap = "bar", "clustered", 40, 0
    names = Reference(page.sheet, min_col=1, min_row=first, max_row=first + count - 1)
    for n, column in enumerate((7, 8)):
        values = Reference(page.sheet, min_col=column, min_row=header, max_row=first + count - 1)
        series = Series(values, title_from_data=True)
        series.graphicalProperties = GraphicalProperties(
            solidFill=(SERIES[1], SERIES[0])[n], ln=LineProperties(solidFill=GREY, w=3000)
        )
        series.invertIfNegative = False
        chart.series.append(series)
    chart.set_categories(names)
    rows = round(max(12, 2 + 1.4 * count))
    if page.tall(1, page.row + rows) > 1.0:
        page.break_page()
    page.row += 1
    size = (width_cm(min(110.0, sum(page.widths))), rows_cm(rows))
    unit = "points" if e.covers else "MUSD"
    title = "What turning the plan round at a project loses: against the best plan found, and proven at least"
    dress(chart, title, unit, "0.00" if e.covers else "#,##0.0", size)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    page.chart(chart, page.row, 0.0)
    page.row += rows + 1


# ---------------------------------------------------------------- Searches, Tests, Run


def _searches(book: Book, e: Explanation, tables: Tables, painter: Painter) -> None:
    columns = [
        *(Column("Project", 26), Column("Figure searched", 18), Column("Unit", 18), Column("Now", 10, "musd")),
        *(Column("In up to, × now", 11, "points"), Column("Out from, × now", 11, "points")),
        *(Column("In up to", 10, "musd"), Column("Out from", 10, "musd")),
        *(Column("Verified on both sides", 10), Column("Solves", 8, "int"), Column("Rivals", 30, "wrap")),
        Column("Not searched, because", 40, "wrap"),
    ]
    title = "Searches: at which price a decision would turn"
    page = open_page(book, e.facts, painter, "Searches", title, [column.width for column in columns])
    table = tables["break_even"]
    if table.empty:
        page.sentence("No project was named, so no break-even was searched. Name projects with --project.")
    else:
        rows = [Line((*_head(row), row.rivals, row.not_searched)) for row in each(table)]
        _, last = page.table(columns, rows)
        page.filter(last - len(rows), last)
        page.heading("The solves")
        trials = [
            Line((x.project, LEVERS[x.lever], x.factor, x.proven, x.best_found_has_it)) for x in each(tables["trials"])
        ]
        page.table(_TRIALS, trials)
    note(page, _SEARCH_NOTES)
    page.end()


_TRIALS = (
    Column("Project", 26),
    Column("Figure searched", 18),
    Column("× now", 18, "points"),
    Column("Proven", 10),
    Column("Best found has it", 11),
)
_SEARCH_NOTES = (
    "In up to: the largest factor tried at which the best plan found has the project (for rivals: at which the plan without it is"
    " as good). Out from: the smallest factor tried at which it has not. The price at which it turns lies between the two.",
    "Verified: at both ends the two bands do not overlap, so that no other plan can change it. Else the figures are those of the"
    " best plans found.",
)


def _head(row: object) -> tuple[object, ...]:
    names = (
        "unit",
        "now",
        "in_up_to_factor",
        "out_from_factor",
        "in_up_to",
        "out_from",
        "verified",
    )
    head = (row.project, LEVERS[row.lever])  # type: ignore[attr-defined]
    return (*head, *(getattr(row, name) for name in names), row.solves or None)  # type: ignore[attr-defined]


def _tests(book: Book, e: Explanation, tables: Tables, painter: Painter) -> None:
    columns = [
        *(Column("Project", 26), Column("Test", 48), Column("About", 44, "wrap")),
        *(Column("Figure", 14, "points"), Column("Unit", 24)),
    ]
    page = open_page(
        book, e.facts, painter, "Tests", "Tests: what keeps a project out", [column.width for column in columns]
    )
    rows = [
        Line((x.project, x.test, x.about, x.figure, x.unit), kinds={3: "year"} if x.unit == "year" else {})
        for x in each(tables["tests"])
    ]
    if rows:
        _, last = page.table(columns, rows)
        page.filter(last - len(rows), last)
    else:
        page.sentence("Every project of this report is in the plan, so nothing keeps one out.")
    note(
        page,
        (
            "Added to the plan, money no limit: the plan with the project against the plan alone, both free of every limit on"
            " money, losses counted as in the plan. As if it needed no feed: one year of the base, capacities as in the plan.",
        ),
    )
    page.end()


def _run(book: Book, e: Explanation, painter: Painter) -> None:
    page = open_page(book, e.facts, painter, "Run", "Run: how the answer came about", [30, 30, 40])
    for name in _GROUPS:
        found = e.manifest.get(name)
        if isinstance(found, Mapping) and found:
            page.heading(name.capitalize())
            for key, value in found.items():
                page.put(page.row, 1, str(key), BODY)
                page.spread(page.row, 2, 3, _shown(value), replace(BODY, align="left"))
                page.row += 1
    page.end()


def _shown(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return "; ".join(str(x) for x in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else value
