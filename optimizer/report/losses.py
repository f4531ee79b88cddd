"""Sheet Losses: what is lost, and how much of every sector's demand is still served, the worst loss first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook as Book

from optimizer.report.facts import ALL, BASE, Facts
from optimizer.report.page import Column, Line, Page, fit, note, open_page
from optimizer.report.style import HEADER, Painter

_WHAT = Column("What is lost", 50)
_CELL = 7.2
_MOST_COLUMNS = 14


@dataclass(frozen=True)
class Loss:
    """One loss, judged by what it leaves: the lowest share of all sectors together in an evaluated year."""

    scenario: str
    worst: float | None
    worst_year: int | None
    sector: str
    sector_worst: float | None
    sector_year: int | None


def judge(facts: Facts) -> list[Loss]:
    """Every loss, the worst first."""
    found = [_judge(facts, scenario) for scenario in facts.losses]
    return sorted(found, key=lambda loss: (2.0 if loss.worst is None else round(loss.worst, 6), loss.scenario))


def by_year(facts: Facts, scenario: str, sector: str) -> dict[int, float]:
    """Share served of a sector (or all) in the evaluated years with demand."""
    return {t: x for t, x in zip(facts.years, facts.served(scenario, sector), strict=True) if x is not None}


def _judge(facts: Facts, scenario: str) -> Loss:
    together = [(x, t) for t, x in by_year(facts, scenario, ALL).items()]
    apart = [(x, n, t) for n, s in enumerate(facts.sectors) for t, x in by_year(facts, scenario, s).items()]
    if not together or not apart:
        return Loss(scenario, None, None, "", None, None)
    worst, year = min(together)
    sector_worst, n, sector_year = min(apart)
    return Loss(scenario, worst, year, facts.sectors[n], sector_worst, sector_year)


def write_losses(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet: first every sector's worst year, then year by year."""
    sectors = [ALL, *facts.sectors] if len(facts.sectors) > 1 else list(facts.sectors)
    lost = facts.tables["losses"]
    years = sorted(int(year) for year in lost.loc[lost["scenario"] != BASE, "year"].unique())
    across = max(len(sectors) + 1, min(_MOST_COLUMNS, len(sectors) * len(years)), 8)
    widths = [_WHAT.width] + [max(fit(sector, _CELL) for sector in sectors)] * across
    page = open_page(book, facts, painter, "Losses", "Losses: share of the demand still served, %", widths)
    page.sentence(
        "The worst loss first, by all sectors together in their worst year. First the worst evaluated year of each sector,"
        " then every evaluated year. Darker cells: less is served."
    )
    page.freeze(columns=1)
    losses = judge(facts)
    _worst(page, losses, sectors)
    for part in side_by_side(sectors, years):
        _years(page, losses, part, years)
    note(page, _NOTES)
    page.end()


_NOTES = (
    "Blank: not evaluated in that year, or no demand. All sectors: tonnes added up, whatever their priority.",
    "What is served is the best that the plan allows in the loss, re-routed freely and with the stocks drawn; sectors share"
    " what is left by their priorities.",
)


def _title(facts: Facts, loss: Loss) -> str:
    return f"{facts.loss(loss.scenario)} ({loss.scenario})"


def _worst(page: Page, losses: Sequence[Loss], sectors: Sequence[str]) -> None:
    facts = page.facts
    page.heading("Worst evaluated year of each sector")
    columns = [_WHAT, *(Column(f"{sector} %", page.widths[1], "pct") for sector in sectors)]
    columns.append(Column("Worst year of all", page.widths[1], "year"))
    lines = []
    for loss in losses:
        served = [min(by_year(facts, loss.scenario, sector).values(), default=None) for sector in sectors]
        lines.append(Line((_title(facts, loss), *served, loss.worst_year), heat=True, heat_from=1))
    first, last = page.table(columns, lines)
    page.filter(first - 1, last)


def side_by_side(sectors: Sequence[str], years: Sequence[int], most: int = _MOST_COLUMNS) -> list[list[str]]:
    """Sectors that fit side by side into the ``most`` columns, all their years each."""
    count = max(1, most // max(1, len(years)))
    return [list(sectors[n : n + count]) for n in range(0, len(sectors), count)]


def _years(page: Page, losses: Sequence[Loss], sectors: Sequence[str], years: Sequence[int]) -> None:
    page.heading(f"Year by year: {', '.join(sectors)}")
    for n, sector in enumerate(sectors):
        first = 2 + n * len(years)
        page.spread(page.row, first, first + len(years) - 1, sector, HEADER)
    page.put(page.row, 1, "", HEADER)
    page.row += 1
    columns = [_WHAT, *(Column(f"{year}, %", page.widths[1], "share") for _ in sectors for year in years)]
    lines = []
    for loss in losses:
        values: list[object] = [_title(page.facts, loss)]
        for sector in sectors:
            served = by_year(page.facts, loss.scenario, sector)
            values += [served.get(year) for year in years]
        lines.append(Line(values, heat=True, heat_from=1))
    page.table(columns, lines)
