"""Sheet Cards of ``explain``: one card for each project, ready to paste."""

from __future__ import annotations

from dataclasses import replace

from openpyxl import Workbook as Book

from optimizer.report.charts import Data, stacked_chart
from optimizer.report.explain_words import sentences, serving, verdict
from optimizer.report.explained import LEVERS, Card, Explanation, Move, Price
from optimizer.report.page import Column, Line, Page, open_page, rows_cm, width_cm
from optimizer.report.style import BODY, HEADING, Look, Painter
from optimizer.report.trace import NOT_USED
from optimizer.wording import year_list

_WIDTHS = (26, 14, 14, 11, 11, 11, 11, 11, 11, 11)
_SENTENCE = Look(size=10, wrap=True, vertical="top")
_CHART_ROWS, _PAGE_ROWS, _MOST_MOVES = 13, 34, 30


def write_cards(book: Book, e: Explanation, painter: Painter) -> None:
    """Write the sheet: cards with tables of their own each on a page, short ones below each other."""
    years = len(e.facts.years)
    widths = [*_WIDTHS, *([8.5] * max(0, years + 1 - len(_WIDTHS)))]
    page = open_page(book, e.facts, painter, "Cards", "Cards: project by project", widths)
    top = 1  # Where the printed page begins.
    for n, card in enumerate(e.cards):
        start = page.row
        if n and (card.prices or e.cards[n - 1].prices):
            page.break_page()
            top = start
        _card(page, e, card)
        if n and start > top and page.tall(top, page.row - 1) > 1.0:  # No card is torn that fits a page.
            page.break_page(start)
            top = start
    page.end()


def _card(page: Page, e: Explanation, card: Card) -> None:
    row, facts = e.facts.projects[card.project], e.facts
    owner, start = row.text("owner"), page.row
    where = f"{facts.stage_of[card.project]}, {facts.country(row.text('country'))}"
    page.heading(f"{card.project}: {where}{f', {owner}' if owner else ''}")
    page.sentence(verdict(e, card).capitalize() + ".", replace(_SENTENCE, bold=True))
    page.sentences([*sentences(e, card), *(x for x in [serving(e, card)] if x)], _SENTENCE)
    if not card.reached:
        return
    _figures(page, e, card)
    if card.prices:
        _prices(page, card)
    _moves(page, e, card)
    if card.serves:
        _serves(page, e, card, start)
    page.row += 1


def _subheading(page: Page, text: str) -> None:
    page.row += 1
    page.spread(page.row, 1, page.span, text, replace(HEADING, size=9.5))
    page.row += 1


_FIRM = {False: "Public share, %", True: "Hurdle rate, %"}


def _figures(page: Page, e: Explanation, card: Card) -> None:
    """What the workbook says of it, and how far that can be trusted."""
    row = e.facts.projects[card.project]
    columns = (
        *(
            Column("Confidence of its row", 26),
            Column("Capacity, t/yr", 14, "t"),
            Column("Capital cost, MUSD", 14, "musd"),
        ),
        *(Column(_FIRM[e.facts.has_instruments], 11, "pct"), Column("Lead time, years", 11, "int")),
        *(Column("First output", 11, "year"), Column("Use if forced in, %", 11, "pct")),
    )
    place, turned = e.places.get(card.project), card.turned
    first = card.hold.first_output if card.hold else (None if place is None else place.first_output_year)
    page.row += 1
    values = (
        row.text("confidence") or "not stated",
        row.number_or("capacity_t_per_year", 0.0),
        row.number_or("capex_musd", 0.0),
        row.number_or("hurdle_rate", 0.1) if e.facts.has_instruments else row.number_or("public_share", 1.0),
        row.number_or("lead_years", 0.0),
        first,
        None if turned is None else turned.utilization,
    )
    page.table(columns, [Line(values)])


def _prices(page: Page, card: Card) -> None:
    columns = (
        *(Column("What would turn it", 26), Column("Now", 14, "musd"), Column("In up to", 14, "musd")),
        *(Column("Out from", 11, "musd"), Column("Unit", 11), Column("", 11), Column("Verified", 11)),
        Column("Solves", 11, "int"),
    )
    _subheading(page, "At which price the decision would turn: the interval that the search left")
    page.table(columns, [_price(price) for price in card.prices if not price.skipped])
    for price in card.prices:
        if price.skipped:
            page.sentence(f"{LEVERS[price.lever]}: not searched, because {price.skipped}.", replace(BODY, wrap=True))


def _price(price: Price) -> Line:
    now = price.now or 1.0  # A figure of 0 stands for more, as for what it costs to run with or without output.
    ends = [None if x is None else x * now for x in (price.in_up_to, price.out_from)]
    unit = price.unit if price.now else "× now"
    verified = "yes" if price.is_verified else "as found"
    kinds = {n: "points" for n in (1, 2, 3)}
    return Line((LEVERS[price.lever], now, *ends, unit, None, verified, len(price.trials)), kinds=kinds)


def _moves(page: Page, e: Explanation, card: Card) -> None:
    moves = () if card.turned is None else [m for m in card.turned.moves if m.project != card.project]
    if not moves:
        return
    columns = (
        *(Column("Other project", 26), Column("Country", 14), Column("Stage", 14), Column("Change", 11)),
        *(Column("Year in the plan", 11, "year"), Column("Year then", 11, "year")),
        *(Column("t/yr in the plan", 11, "t"), Column("t/yr then", 11, "t")),
    )
    _subheading(page, "What changes without it" if card.funded else "What changes with it forced in")
    page.table(columns, [_move(e, move) for move in moves[:_MOST_MOVES]])
    if len(moves) > _MOST_MOVES:
        page.sentence(f"And {len(moves) - _MOST_MOVES} more: tables/displaced.csv.", BODY)


def _move(e: Explanation, move: Move) -> Line:
    facts, row = e.facts, e.facts.projects[move.project]
    head = (move.project, facts.country(row.text("country")), facts.stage_of[move.project], move.change)
    return Line((*head, move.year_now, move.year_then, move.size_now_t, move.size_then_t))


def _serves(page: Page, e: Explanation, card: Card, start: int) -> None:
    """Tonnes of its output by sector and year, with their chart."""
    facts = e.facts
    if page.row - start + _CHART_ROWS > _PAGE_ROWS:
        page.break_page()
    sectors = [s for s in (*facts.sectors, NOT_USED) if any(card.serves.get((s, t), 0.0) > 0.0 for t in facts.years)]
    columns = [Column("Sector", 26), *(Column(str(t), 11, "t") for t in facts.years)]
    plan = "" if card.funded else ", in the plan with it forced in"
    _subheading(page, f"Where its output ends, t{plan} ({year_list(sorted({t for _, t in card.serves}))})")
    lines = [Line((s, *(card.serves.get((s, t), 0.0) for t in facts.years))) for s in sectors]
    header = page.row
    first, last = page.table(columns, lines)
    data = Data(page.sheet, header, range(first, last + 1), 2, 1 + len(facts.years))
    if len(facts.years) < 2:
        return
    size = (width_cm(sum(page.widths[:10])), rows_cm(_CHART_ROWS - 1))
    page.row += 1
    page.chart(stacked_chart(data, f"{card.project}: where its output ends", "t", size), page.row, 0.0)
    page.row += _CHART_ROWS
