"""Sheet Uncertainty of ``stress``: how coverage spreads over the draws, how likely the target is, what matters most."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook as Book

from optimizer.report.charts import Data, share_chart
from optimizer.report.facts import each, number, text
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.stress_chance import WHOLE, clear_from, figures_ranked
from optimizer.report.stress_words import chance
from optimizer.report.stressed import Stressed, Tables
from optimizer.report.style import Painter
from optimizer.wording import percent, plural

_HOW_TO = (
    "The workbook has no sheet Uncertainty, so nothing was drawn. Add one: table, filter, column, distribution, parameters,"
    " correlation; a row such as Projects | status=candidate | lead_years | discrete | 0=0.6; 1=0.3; 2=0.1 | each."
)
_KEPT = (
    "Packages keep their shares of capital and of output in every draw; whether firms then earn their hurdle rates is not asked"
    " (sheet Overrun asks it for one overrun)."
)
_SPREAD = (
    ("planned", "as planned"),
    ("p05", "5 % of draws are below"),
    ("p50", "half of draws are below"),
    ("p95", "95 % of draws are below"),
)
_SHARES = ("lowest", "p05", "p25", "p50", "p75", "p95", "highest")
_HEADERS = ("Lowest", "5 %", "25 %", "Median", "75 %", "95 %", "Highest")
_CHART_ROWS, _CHART = 17, (22.0, 8.0)
_MOST_VARIABLES = 20
_TWO_SIGMA_POINTS = 98.0  # Of a probability near one half, times the root of the draws.


def write_uncertainty(book: Book, stressed: Stressed, tables: Tables, painter: Painter) -> None:
    """Write the sheet."""
    years = stressed.years
    widths = [44.0, *([9.0] * max(len(years) + 2, 12))]
    page = open_page(
        book,
        stressed.facts,
        painter,
        "Uncertainty",
        "Uncertainty: what the plan serves if figures turn out otherwise",
        widths,
    )
    if not stressed.draws:
        page.sentence(_HOW_TO)
        page.end()
        return
    page.sentence(chance(stressed))
    page.sentence(
        f"{len(stressed.draws)} draws of {len(stressed.variables)} figures (Latin hypercube, seed {stressed.seed}); the plan is"
        " held, flows adapt, nothing is lost. Each draw changes cells of the workbook and solves every year again."
    )
    _by_year(page, stressed, tables)
    _probability(page, stressed, tables)
    _spread(page, stressed, tables)
    _ranking(page, stressed, tables)
    _money(page, tables)
    note(
        page,
        [
            clear_note(stressed),
            *([_KEPT] if stressed.instance.instruments else []),
            f"A probability is a share of the draws: with {len(stressed.draws)} draws it is known to about"
            f" {_TWO_SIGMA_POINTS / len(stressed.draws) ** 0.5:.0f} points either way.",
        ],
    )
    page.end()


def _by_year(page: Page, stressed: Stressed, tables: Tables) -> None:
    """The spread by year: of all sectors as a table and as lines, of each as a table."""
    every, *apart = stressed.sectors
    years = list(stressed.years)
    columns = [Column("Share served", 44), *(Column(str(t), 9, "pct") for t in years)]
    lines = _spread_by_year(stressed, tables, every, years)
    if not lines:
        return
    page.heading(f"Share served by year: {stressed.sector(every)}, %")
    first, last = page.table(columns, lines)
    _chart(page, stressed, Data(page.sheet, first - 1, range(first, last + 1), 2, 1 + len(years)), lines)
    if apart:
        page.heading("Share served by year and sector, %")
        page.table(columns, [line for s in apart for line in _spread_by_year(stressed, tables, s, years, f"{s}: ")])


def _spread_by_year(
    stressed: Stressed, tables: Tables, sector: str, years: Sequence[int], head: str = ""
) -> list[Line]:
    found = {str(r.year): r for r in each(tables["uncertainty"]) if r.sector == stressed.sector(sector)}
    if not any(str(t) in found for t in years):
        return []
    rows = [found.get(str(t)) for t in years]
    return [
        Line((f"{head}{label}", *(getattr(row, name, None) for row in rows)), heat=True, heat_from=1)
        for name, label in _SPREAD
    ]


def _chart(page: Page, stressed: Stressed, data: Data, lines: Sequence[Line]) -> None:
    lowest = min((x for line in lines for x in line.values[1:] if isinstance(x, float) and x == x), default=0.0)
    title = f"Share of demand served over {len(stressed.draws)} draws: {stressed.sector(stressed.sectors[0])}"
    page.row += 1
    page.chart(share_chart(data, title, "share served", _CHART, max(0.0, int(lowest * 10) / 10)), page.row, 0.0)
    page.row += _CHART_ROWS


def _probability(page: Page, stressed: Stressed, tables: Tables) -> None:
    page.heading(f"Probability that {percent(stressed.target)} is served, %")
    years = list(stressed.years)
    columns = [Column("Sector", 44), *(Column(str(t), 9, "share") for t in years), Column("every year", 9, "share")]
    lines = []
    for sector in stressed.sectors:
        found = {str(r.year): r.probability for r in each(tables["uncertainty"]) if r.sector == stressed.sector(sector)}
        lines.append(
            Line(
                (stressed.sector(sector), *(found.get(str(t)) for t in years), found.get(WHOLE)), heat=True, heat_from=1
            )
        )
    page.table(columns, lines)


def _spread(page: Page, stressed: Stressed, tables: Tables) -> None:
    page.heading("Share of demand served in all years together, %")
    columns = [
        Column("Sector", 44),
        Column("As planned", 9, "pct"),
        Column("Mean", 9, "pct"),
        *(Column(h, 9, "pct") for h in _HEADERS),
    ]
    lines = [
        Line((r.sector, r.planned, r.mean, *(getattr(r, name) for name in _SHARES)), heat=True, heat_from=1)
        for r in each(tables["uncertainty"])
        if r.year == WHOLE
    ]
    page.table(columns, lines)


def _ranking(page: Page, stressed: Stressed, tables: Tables) -> None:
    """The variables that matter most for all sectors, with each sector beside them."""
    page.heading("What matters most: rank correlation with the share served in all years")
    columns = [
        Column("Figure", 44),
        *(Column(stressed.sector(s), 9, "points") for s in stressed.sectors),
        Column("Clear", 9, "text"),
    ]
    found: dict[str, dict[str, float]] = {}
    clear, members = dict[str, str](), dict[str, str]()
    first = stressed.sector(stressed.sectors[0])
    for row in each(tables["ranking"]):
        members[row.variable] = text(row.members)
        found.setdefault(row.variable, {})[row.sector] = number(row.rank_correlation) or 0.0
        if row.sector == first:
            clear[row.variable] = text(row.clear)
    order = sorted(found, key=lambda name: (-abs(found[name].get(first, 0.0)), name))
    lines = [
        Line((name, *(found[name].get(stressed.sector(s)) for s in stressed.sectors), clear.get(name, "")))
        for name in order[:_MOST_VARIABLES]
    ]
    page.table(columns, lines)
    if groups := [f"{name}: {members[name]}" for name in order[:_MOST_VARIABLES] if members[name]]:
        note(page, [f"Figures of a group rise and fall together and are one figure here. {'. '.join(groups)}."])
    if len(order) > _MOST_VARIABLES:
        note(page, [f"The first {_MOST_VARIABLES} of {len(order)}; all of them in tables/ranking.csv."])


def _money(page: Page, tables: Tables) -> None:
    page.heading("What the plan then costs, MUSD")
    names = {
        "capex_musd": "Capital of all that is funded",
        "outlay_musd": "Public outlay",
        "unpaid_by_pots_musd": "Of it, what the pots cannot pay",
        "over_total_budget_musd": "Of it, what is over the total budget",
    }
    columns = [
        Column("Money", 44),
        *(Column(h, 9, "musd") for h in ("As planned", "Mean", "Lowest", "5 %", "Median", "95 %", "Highest")),
    ]
    page.table(
        columns,
        [
            Line((names[r.measure], r.planned, r.mean, r.lowest, r.p05, r.p50, r.p95, r.highest))
            for r in each(tables["uncertain_money"])
        ],
    )


def clear_note(stressed: Stressed) -> str:
    """What a rank correlation is, and from which one on it is more than chance."""
    least, figures, draws = clear_from(stressed), figures_ranked(stressed), len(stressed.draws)
    head = "Rank correlation: Spearman's, of what was drawn with the share served in all years; from -1 to 1."
    if least is None:
        return head
    looked = f"{plural(figures, 'figure')} looked at in {draws} draws"
    if least > 1.0:
        return f"{head} With {looked} none can be told from chance: take more draws."
    return (
        f"{head} Clear: at least {least:.2f} either way. With {looked}, chance alone makes any of them as large in 1 of 20 cases"
        " at most (Bonferroni)."
    )
