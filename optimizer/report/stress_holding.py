"""Sheet Holding out of ``stress``: how long stocks last in a loss, which stage breaks first, when fresh starts make up for it."""

from __future__ import annotations

from openpyxl import Workbook as Book

from optimizer.report.page import Column, Line, Page, fit, note, open_page
from optimizer.report.rounding import tonnes
from optimizer.report.stressed import Stressed
from optimizer.report.style import Painter
from optimizer.solve.stress import Survival
from optimizer.stress_jobs import LossResult

_CELL = 9.0
_MOST = 40
_NOTES = (
    "Months: for a loss that begins in the year given and stays, how much of the sector's gap to what is served with nothing lost"
    " the stocks close. Year by year: nobody is served more than with nothing lost, of what serves best the fewest tonnes are"
    " drawn; whole years count until the sector falls short, and of that year the share of its gap, in tonnes of all its"
    " materials, that the stocks still close. A material that is not in store is short from the first day. Blank: the loss"
    " never makes the sector short. Levels are those of the end of the year before; what is bought later does not count.",
    "Breaks first: the stage of which max(1 %, 10 t) more capacity under the loss gains most, solved again for each stage in the"
    " loss's first year short; with + they bind together, none alone. Binds already: the same stage gains with nothing lost.",
    "Served again: the loss begins in its first year short and stays; from the year after, every candidate that is neither"
    " funded nor lost is started at nameplate, money no object (of a group the largest, nothing without what it requires), and"
    " ready by its lead time and ramp-up. First year in which the sector is served as with nothing lost.",
)


def write_holding(book: Book, stressed: Stressed, painter: Painter) -> None:
    """Write the sheet."""
    sectors = stressed.sectors
    cell = max(fit(stressed.sector(s), _CELL) for s in sectors)
    widths = [46.0, *([cell] * max(len(sectors) + 4, len(stressed.years) + 1, 10))]
    title = "Holding out: how long stocks last, what breaks first, when it is made up for"
    page = open_page(book, stressed.facts, painter, "Holding out", title, widths)
    page.sentence("Single losses that make some sector short, the worst first.")
    page.freeze(columns=1)
    hurting = [x for x in stressed.singles if x.first_short is not None][:_MOST]
    if not hurting:
        page.sentence("No single loss makes any sector short.")
    else:
        _stages(page, stressed, hurting)
        _again(page, stressed, hurting)
        if any(x.survivals for x in hurting):
            _months(page, stressed, hurting)
            _starts(page, stressed, hurting)
        else:
            page.heading("Time to survive")
            page.sentence(
                "Nothing is ever in store under this plan, so no loss is bridged: every time to survive is 0."
            )
    note(page, _NOTES)
    page.end()


def _stages(page: Page, stressed: Stressed, hurting: list[LossResult]) -> None:
    page.heading("The stage that breaks first")
    w = page.widths[1]
    columns = [
        Column("What is lost", 46),
        Column("First year short", w, "year"),
        Column("Breaks first", w, "text"),
        Column("Gain, t weighted", w, "t"),
        Column("Binds already", w, "text"),
        Column("Year that costs most", w, "year"),
        Column("Binds then", w, "text"),
    ]
    lines = []
    for result in hurting:
        first, worst = result.first_breaking, result.worst_breaking
        if first is None or worst is None:
            continue
        gain = tonnes(first.gains_kt[first.binds[0]]) if first.binds and first.alone else None
        already = ("yes" if first.base_gain_kt > 1e-6 else "no") if first.binds else None
        lines.append(
            Line(
                (
                    *(stressed.label(result.loss), result.first_short, " + ".join(first.binds) or "none", gain),
                    *(already, result.worst, " + ".join(worst.binds) or "none"),
                )
            )
        )
    page.table(columns, lines)


def _again(page: Page, stressed: Stressed, hurting: list[LossResult]) -> None:
    page.break_page()
    page.heading("Served again, by fresh starts in the year after the loss")
    columns = [
        Column("What is lost", 46),
        Column("Lost in", page.widths[1], "year"),
        *(Column(stressed.sector(s), page.widths[1], "year") for s in stressed.sectors),
    ]
    beyond = f"after {stressed.years[-1]}"
    page.table(
        columns,
        [
            Line(
                (
                    stressed.label(result.loss),
                    result.first_short,
                    *((result.recovery[s] or beyond) if s in result.recovery else None for s in stressed.sectors),
                )
            )
            for result in hurting
        ],
    )


def _months(page: Page, stressed: Stressed, hurting: list[LossResult]) -> None:
    page.break_page()
    page.heading("Months of each sector's gap that stocks close, for a loss that begins in its first year short")
    columns = [
        Column("What is lost", 46),
        Column("Lost in", page.widths[1], "year"),
        *(Column(f"{stressed.sector(s)}, months", page.widths[1], "musd") for s in stressed.sectors),
    ]
    lines = []
    for result in hurting:
        found = next((x for x in result.survivals if x.start == result.first_short), None)
        months = [_shown(found, s) for s in stressed.sectors]
        lines.append(_with_words((stressed.label(result.loss), result.first_short, *months)))
    page.table(columns, lines)


def _starts(page: Page, stressed: Stressed, hurting: list[LossResult]) -> None:
    every = stressed.sectors[0]
    page.break_page()
    page.heading(f"Months of the gap, for a loss that begins in other years: {stressed.sector(every)}")
    columns = [Column("What is lost", 46), *(Column(str(t), page.widths[1], "musd") for t in stressed.years)]
    lines = []
    for result in hurting:
        found = {x.start: x for x in result.survivals}
        lines.append(_with_words((stressed.label(result.loss), *(_shown(found.get(t), every) for t in stressed.years))))
    page.table(columns, lines)


def _with_words(values: tuple[object, ...]) -> Line:
    """A row of months, the words among them in the middle as years stand."""
    return Line(values, kinds={n: "year" for n, x in enumerate(values) if n and isinstance(x, str)})


def _shown(found: Survival | None, sector: str) -> object:
    """Months; to the end of the plan and perhaps beyond: ``all``."""
    if found is None or sector not in found.years:
        return None
    return "all" if sector in found.lasts else 12.0 * found.years[sector]
