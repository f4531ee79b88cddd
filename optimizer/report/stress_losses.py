"""Sheets Losses, Pairs, Delays and Disruptions of ``stress``: what is lost, and how much of every sector is still served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl import Workbook as Book

from optimizer.report.losses import side_by_side
from optimizer.report.page import Column, Line, Page, fit, note, open_page
from optimizer.report.rounding import tonnes
from optimizer.report.stressed import Stressed
from optimizer.report.style import HEADER, Painter
from optimizer.solve.year import Answer
from optimizer.stress_cases import DELAY, PAIR
from optimizer.stress_jobs import LossResult

_WHAT = Column("What is lost", 50)
_CELL = 8.2
_MOST_COLUMNS = 15
_MOST_BY_YEAR, _ON_A_PAGE = 40, 20
_NOTHING = "Nothing lost"
_NOTES = (
    "Cell: share of the sector's demand of that year that the plan still serves if the loss is in force in that year, funding"
    " held, flows re-routed freely, stocks drawn only as the plan draws them with nothing lost. Blank: no demand.",
    "What falls short is least by priority; what that leaves open is shared so that the largest uncovered share among rows of"
    " equal priority is as small as possible. All sectors: tonnes added up, whatever their priority.",
    "Order: priority-weighted tonnes short more than with nothing lost, added over all years, each year as if the loss were in"
    " force in it.",
)


def write_losses(book: Book, stressed: Stressed, painter: Painter) -> None:
    """Write the sheets of single losses: the lowest year of each, and year by year."""
    lead = (
        "Every country that may be lost, every site at which the plan has something standing and every supplier, one at a time;"
        " the worst first. Darker cells: less is served."
    )
    _sheet(book, stressed, painter, "Losses", "Losses: share of demand still served, %", lead, stressed.singles)
    if stressed.singles:
        _by_year(book, stressed, painter)


def write_pairs(book: Book, stressed: Stressed, painter: Painter) -> None:
    """Write the sheet of pairs, if there are any."""
    if pairs := stressed.of(PAIR):
        lead = "Every two countries, every supplier with every country; the worst first. Darker cells: less is served."
        _sheet(book, stressed, painter, "Pairs", "Pairs of losses: share of demand still served, %", lead, pairs)


def write_delays(book: Book, stressed: Stressed, painter: Painter) -> None:
    """Write the sheet of delays, if anything is still to come."""
    if late := stressed.of(DELAY):
        lead = (
            "Every funded project, and every committed one still to come, one and two years late, one at a time; the worst"
            " first. Those that cost nothing are left out."
        )
        hurting = [x for x in late if x.first_short is not None]
        _sheet(book, stressed, painter, "Delays", "Delays: share of demand served, %", lead, hurting)


def _sheet(
    book: Book,
    stressed: Stressed,
    painter: Painter,
    name: str,
    title: str,
    lead: str,
    results: Sequence[LossResult],
) -> None:
    page = _page(book, stressed, painter, name, title)
    page.sentence(lead)
    if not results:
        page.sentence("None of them makes any sector short in any year.")
    else:
        _worst(page, stressed, results)
    note(page, _NOTES)
    page.end()


def _page(book: Book, stressed: Stressed, painter: Painter, name: str, title: str) -> Page:
    sectors = stressed.sectors
    cell = max(fit(stressed.sector(s), _CELL) for s in sectors)
    across = max(len(sectors) + 4, min(_MOST_COLUMNS, len(sectors) * len(stressed.years)))
    return open_page(book, stressed.facts, painter, name, title, [_WHAT.width, *([cell] * across)])


def _by_year(book: Book, stressed: Stressed, painter: Painter) -> None:
    """Year by year, sector after sector: the worst losses, their header again on every printed page."""
    results = stressed.singles
    page = _page(book, stressed, painter, "Losses by year", "Losses, year by year: share of demand still served, %")
    if len(results) > _MOST_BY_YEAR:
        page.sentence(
            f"The worst {_MOST_BY_YEAR} of {len(results)} losses. All of them, with tonnes, are in tables/loss_table.csv."
        )
    page.freeze(columns=1)
    shown = results[:_MOST_BY_YEAR]
    for n, part in enumerate(side_by_side(stressed.sectors, stressed.years, _MOST_COLUMNS)):
        for at in range(0, len(shown), _ON_A_PAGE):
            if n or at:
                page.break_page()
            _years(page, stressed, shown[at : at + _ON_A_PAGE], part, at > 0)
    note(page, _NOTES)
    page.end()


def _worst(page: Page, stressed: Stressed, results: Sequence[LossResult]) -> None:
    """Lowest share of any year by sector, and what it costs."""
    page.heading("Lowest year of each sector")
    width = page.widths[1]
    columns = [
        _WHAT,
        *(Column(f"{stressed.sector(s)} %", width, "pct") for s in stressed.sectors),
        Column("Lowest year of all", width, "year"),
        Column("Short more, all years, weighted t", width, "t"),
        Column("First year short", width, "year"),
        *([Column("Breaks first", width + 4, "text")] if any(x.first_breaking for x in results) else []),
    ]
    lines = [_line(stressed, _NOTHING, stressed.base, (None, None, None))]
    for result in results:
        breaks = result.first_breaking
        tail = (tonnes(stressed.cost_kt(result)), result.first_short, " + ".join(breaks.binds) if breaks else None)
        lines.append(_line(stressed, stressed.label(result.loss), result.answers, tail))
    first, last = page.table(columns, lines)
    page.filter(first - 1, last)
    page.sheet.freeze_panes = f"B{first}"
    page.repeat(first - 1)


def _line(stressed: Stressed, name: str, answers: Mapping[int, Answer], tail: tuple[object, ...]) -> Line:
    found = {
        s: [(x, t) for t, a in answers.items() if (x := stressed.coverage(a, s, t)) is not None]
        for s in stressed.sectors
    }
    lowest = [min(found[s], default=(None, None)) for s in stressed.sectors]
    values = (name, *(share for share, _ in lowest), lowest[0][1], *tail)
    places = range(1 + len(stressed.sectors), len(values))
    kinds = dict(zip(places, ("year", "t", "year", "text"), strict=True))
    return Line(values, heat=True, heat_from=1, kinds=kinds, heat_to=1 + len(stressed.sectors))


def _years(
    page: Page, stressed: Stressed, results: Sequence[LossResult], sectors: Sequence[str], continued: bool
) -> None:
    years = stressed.years
    page.heading(f"{', '.join(stressed.sector(s) for s in sectors)}{' (continued)' if continued else ''}")
    for n, sector in enumerate(sectors):
        first = 2 + n * len(years)
        page.spread(page.row, first, first + len(years) - 1, stressed.sector(sector), HEADER)
    page.put(page.row, 1, "", HEADER)
    page.row += 1
    columns = [_WHAT, *(Column(f"{t}, %", page.widths[1], "share") for _ in sectors for t in years)]
    rows = [(_NOTHING, stressed.base), *((stressed.label(x.loss), x.answers) for x in results)]
    page.table(
        columns,
        [
            Line((name, *(stressed.coverage(answers[t], s, t) for s in sectors for t in years)), heat=True, heat_from=1)
            for name, answers in rows
        ],
    )


# ---------------------------------------------------------------- the workbook's own


def write_disruptions(book: Book, stressed: Stressed, painter: Painter) -> None:
    """Write the sheet of the workbook's own disruptions, if it has any."""
    if not stressed.own:
        return
    sectors = stressed.sectors
    cell = max(fit(stressed.sector(s), _CELL) for s in sectors)
    columns = [
        Column("Disruption", 50),
        *(Column(f"{stressed.sector(s)} %", cell, "pct") for s in sectors),
        Column("Lowest year of all", cell, "year"),
        Column("Minimum kept", cell, "text"),
    ]
    title = "The workbook's own disruptions: share of demand still served, %"
    page = open_page(book, stressed.facts, painter, "Disruptions", title, [column.width for column in columns])
    page.sentence(
        "As the sheet Disruptions has them: over their years, with the stocks shared among the evaluated years. Lowest evaluated"
        " year of each sector; all years in tables/disruptions.csv."
    )
    page.freeze(columns=1)
    lines = []
    for name, found in stressed.own.items():
        line = _line(stressed, f"{stressed.facts.loss(name)} ({name})", found.years, (None, None, None))
        guarded = stressed.instance.scenarios[name].min_coverage is not None
        kept = ("yes" if found.guard_kept else "NO") if guarded else "none asked"
        values = (*line.values[: len(sectors) + 2], kept)
        lines.append(Line(values, heat=True, heat_from=1, heat_to=1 + len(sectors)))
    lines.sort(
        key=lambda line: (2.0 if line.values[1] is None else round(float(str(line.values[1])), 6), str(line.values[0]))
    )
    page.header(columns)
    first, last = page.table(columns, lines, with_header=False)
    page.filter(first - 1, last)
    page.repeat(first - 1)
    page.end()
