"""Sheet Summary: the plan on one page, ready to paste."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.charts import share_chart, stacked_chart
from optimizer.report.costs import OutlayPlace, outlay_by_stage
from optimizer.report.coverage import CoveragePlace, of_sector, sector_rows
from optimizer.report.facts import ALL, BASE, Facts
from optimizer.report.page import Page, head, open_page, rows_cm, width_cm
from optimizer.report.style import (
    BODY,
    FORMATS,
    HEADER,
    HEADER_LEFT,
    MARK,
    TITLE,
    Look,
    Painter,
    format_of,
    heat,
)
from optimizer.report.trace import Trace
from optimizer.report.words import FULL, key_sentences, proof
from optimizer.wording import plural

_COLUMNS, _WIDTH = 28, 7.1
_HALF = 14
_LABEL = 3  # columns of a label
_MOST_SECTORS, _MOST_COUNTRIES, _MOST_PERIODS = 8, 17, 13
_FITS_ONE = 9999.95  # Larger sums need two columns
_SENTENCE = Look(size=10.5, wrap=True)
_PROOF = Look(size=9.5, wrap=True)
_SUB = Look(size=10.5, bold=True, colour="595959", wrap=True)


def write_summary(
    book: Book, facts: Facts, trace: Trace, painter: Painter, coverage: CoveragePlace, outlay: OutlayPlace
) -> None:
    """Write the sheet, with charts of numbers that stand on the sheets Coverage and Costs."""
    page = open_page(book, facts, painter, "Summary", "", [_WIDTH] * _COLUMNS)
    page.sheet.page_setup.fitToHeight = 1
    _title(page)
    for sentence in key_sentences(facts, trace):
        page.wide(f"• {sentence}", _SENTENCE)
    _coverage(page, coverage)
    _projects(page)
    _outlay(page, outlay)
    page.section("What stands behind it", 1, _COLUMNS)
    page.row += 1
    for sentence in proof(facts):
        page.wide(sentence, _PROOF)
    page.end()


def _title(page: Page) -> None:
    facts = page.facts
    kind = "relaxation" if facts.relaxed else "investment plan"
    page.spread(page.row, 1, 20, f"{facts.name}: {kind} {facts.span}", replace(TITLE, size=18))
    page.spread(page.row, 21, _COLUMNS, facts.mark, MARK)
    page.sheet.row_dimensions[page.row].height = 26
    page.row += 1
    page.wide(_headline(facts), _SUB)


def _headline(facts: Facts) -> str:
    budget, spent = facts.manifest.get("budget_musd"), facts.manifest.get("outlay_musd")
    limit = f"Budget {budget:,.1f} MUSD" if isinstance(budget, (int, float)) else "Budget: no limit"
    public = f"public outlay {spent:,.1f} MUSD" if isinstance(spent, (int, float)) else ""
    places = facts.funded["country"].nunique()
    funded = f"{plural(len(facts.funded), 'project')} funded in {plural(places, 'country', 'countries')}"
    cost = facts.manifest.get("cost_musd")
    whole = f"cost of the base case {cost:,.1f} MUSD" if isinstance(cost, (int, float)) else ""
    whole += " (discounted)" if whole and facts.settings.get("discount_rate") else ""
    parts = [limit, public, funded if len(facts.funded) else "no project funded", whole]
    return " · ".join(part for part in parts if part) + f" · constant prices of {facts.price_year}"


@dataclass(frozen=True)
class _Block:
    """A column of a table of the Summary: header, first and last column of the sheet, kind of number."""

    header: str
    first: int
    last: int
    kind: str = "text"


def _heads(page: Page, blocks: list[_Block], lines: int = 2) -> None:
    for block in blocks:
        look = HEADER_LEFT if block.kind == "text" else HEADER
        page.spread(page.row, block.first, block.last, head(block.header), look)
    page.sheet.row_dimensions[page.row].height = 13 * lines
    page.row += 1


def _row(page: Page, blocks: list[_Block], values: list[object], formats: dict[str, str], total: bool = False) -> None:
    for block, value in zip(blocks, values, strict=True):
        numeric = isinstance(value, (int, float))
        look = replace(BODY, size=9.5, bold=total, line="above" if total else "")
        if numeric:
            look = replace(look, format=formats.get(block.kind, "General"), align="right")
            if block.kind == "heat":
                fill, ink = heat(float(value))  # type: ignore[arg-type]
                look = replace(look, format="0.0%", fill=fill, colour=ink, align="center")
        elif block.kind != "text":
            look = replace(look, align="right")
        elif (lines := page.lines_needed(str(value), block.first, block.last, look.size)) > 1:
            look = replace(look, wrap=True)
            page.height(page.row, lines, look.size)
        page.spread(page.row, block.first, block.last, round(value, 6) if isinstance(value, float) else value, look)
    page.row += 1


# ---------------------------------------------------------------- coverage


def _coverage(page: Page, place: CoveragePlace) -> None:
    facts = page.facts
    page.section("Share of demand served, nothing lost", 1, _HALF)
    page.row += 1
    top = page.row
    blocks = _coverage_blocks(facts)
    _heads(page, blocks, 3)
    sectors = [*facts.sectors[:_MOST_SECTORS], *(name for name in sector_rows(facts) if name == ALL)]
    lines = [_sector(facts, sector) for sector in sectors]
    formats = FORMATS | {"t": format_of("t", [line[1] for line in lines])}
    for line in lines:
        _row(page, blocks, line, formats, total=line[0] == ALL)
    if len(facts.sectors) > _MOST_SECTORS:
        page.wide(f"The other {len(facts.sectors) - _MOST_SECTORS} sectors are on sheet Coverage.", _PROOF)
    page.row = max(page.row, top + 10)  # Room for the chart.
    _chart_of_coverage(page, place, top)
    page.row += 1


def _coverage_blocks(facts: Facts) -> list[_Block]:
    """Columns of the table of coverage; a plan of one year has neither a first nor a worst one."""
    first, last = facts.years[0], facts.years[-1]
    many = first < last
    parts: list[tuple[str, int, str]] = [("Sector", _LABEL, "text"), (f"Demand {last}, t", 2, "t")]
    parts += [(f"Served {first}, %", 1, "heat")] if many else []
    parts += [(f"Served {last}, %", 1, "heat")]
    parts += [("Lowest year, %", 1, "heat"), ("Which year", 1, "year")] if many else []
    parts += [(f"Allied origin {first}, %", 1, "pct")] if many else []
    parts += [(f"Allied origin {last}, %", 1, "pct")]
    parts += [("Lowest in any loss, %", 2, "heat")] if facts.losses else []
    blocks, at = [], 1
    for header, width, kind in parts:
        blocks.append(_Block(header, at, at + width - 1, kind))
        at += width
    return blocks


def _sector(facts: Facts, sector: str) -> list[object]:
    """The cells of a sector, in the order of ``_coverage_blocks``."""
    served = facts.served(BASE, sector)
    rows = of_sector(facts.base("coverage"), sector)
    sums = rows.groupby("year")[["demand_t", "served_t", "served_allied_t"]].sum()
    known = [(x, t) for x, t in zip(served, facts.years, strict=True) if x is not None]
    worst, when = min(known, default=(None, None))
    first, last = facts.years[0], facts.years[-1]
    many = first < last
    values: list[object] = [sector, float(sums["demand_t"].get(last, 0.0))]
    values += [_shown(served[0])] if many else []
    values += [_shown(served[-1])]
    values += [_shown(worst), when if worst is not None and worst < FULL else "–"] if many else []
    values += [_allied(sums, first)] if many else []
    values += [_allied(sums, last)]
    return [*values, _worst(facts, sector)] if facts.losses else values


def _shown(share: float | None) -> object:
    return "–" if share is None else share


def _allied(sums: pd.DataFrame, year: int) -> object:
    served = float(sums["served_t"].get(year, 0.0))
    return float(sums["served_allied_t"].get(year, 0.0)) / served if served > 0.0 else "–"


def _worst(facts: Facts, sector: str) -> object:
    """The lowest share of a sector in any loss and evaluated year."""
    found = [share for scenario in facts.losses for share in facts.served(scenario, sector) if share is not None]
    return min(found, default="–")


def _chart_of_coverage(page: Page, place: CoveragePlace, top: int) -> None:
    if place.data is None:
        return
    size = (width_cm((_COLUMNS - _HALF - 1) * _WIDTH), rows_cm(page.row - top + 1.5))
    sectors = replace(place.data, rows=[row for row in place.data.rows][:_MOST_SECTORS])
    chart = share_chart(sectors, "Share of demand served by sector", "share served", size, place.lowest)
    chart.y_axis.title = None
    page.chart(chart, top - 1, (_HALF + 1) * _WIDTH)


# ---------------------------------------------------------------- projects


def _projects(page: Page) -> None:
    facts, table = page.facts, page.facts.funded
    page.section("Funded projects by stage, and how many in which country", 1, _COLUMNS)
    page.row += 1
    if table.empty:
        page.wide("The plan funds no project.", _PROOF)
        page.row += 1
        return
    ranked = list(
        table.groupby("country")["public_outlay_musd"].sum().sort_values(ascending=False, kind="stable").index
    )
    shown, other = ranked[:_MOST_COUNTRIES], ranked[_MOST_COUNTRIES:]
    blocks = [
        *(_Block("Stage", 1, _LABEL), _Block("Projects", 4, 4, "int"), _Block("Size, t/yr", 5, 6, "t")),
        *(_Block("Capital cost, MUSD", 7, 8, "musd"), _Block("Public outlay, MUSD", 9, 10, "musd")),
        *(_Block(country, 11 + n, 11 + n, "int") for n, country in enumerate(shown)),
    ]
    blocks += [_Block("other", _COLUMNS, _COLUMNS, "int")] if other else []
    _heads(page, blocks)
    stages = sorted(table["stage"].unique(), key=facts.stage_rank)
    lines = [_stage(table[table["stage"] == stage], stage, shown, other) for stage in stages]
    lines.append(_stage(table, "all", shown, other))
    formats = FORMATS | {"t": format_of("t", [line[2] for line in lines])}
    for line in lines:
        _row(page, blocks, line, formats, total=line[0] == "all")
    _row(page, blocks, _by_country(table, shown, other), FORMATS | {"int": FORMATS["musd"].replace(".0", "")})
    page.row += 1


def _stage(rows: pd.DataFrame, stage: str, shown: list[str], other: list[str]) -> list[object]:
    counts = rows["country"].value_counts()
    each: list[object] = [int(counts.get(country, 0)) for country in shown]
    each += [int(sum(counts.get(country, 0) for country in other))] if other else []
    size = None if stage == "all" else float(rows["size_t_per_year"].sum())
    return [stage, len(rows), size, float(rows["capex_musd"].sum()), float(rows["public_outlay_musd"].sum()), *each]


def _by_country(rows: pd.DataFrame, shown: list[str], other: list[str]) -> list[object]:
    paid = rows.groupby("country")["public_outlay_musd"].sum()
    each: list[object] = [float(paid[country]) for country in shown]
    each += [float(sum(paid[country] for country in other))] if other else []
    return ["public outlay, MUSD", None, None, None, None, *each]


# ---------------------------------------------------------------- outlay


def _outlay(page: Page, place: OutlayPlace) -> None:
    facts = page.facts
    page.section("Public outlay by year, MUSD (not discounted)", 1, _COLUMNS)
    page.row += 1
    found = outlay_by_stage(facts)
    if not found:
        page.wide("The plan spends no public money.", _PROOF)
        page.row += 1
        return
    top = page.row
    whole = [sum(values[n] for values in found.values()) for n in range(len(facts.years))]
    spent = [t for t, musd in zip(facts.years, whole, strict=True) if musd > 0.0]
    wide = 1 if max(whole) < _FITS_ONE else 2
    periods = _periods(spent[0], spent[-1], _MOST_PERIODS // wide)
    blocks = [_Block("Stage", 1, _LABEL), _Block("Total", 4, 5, "musd")]
    blocks += [_Block(_period(x), 6 + n * wide, 5 + (n + 1) * wide, "musd") for n, x in enumerate(periods)]
    _heads(page, blocks, 1 if len(periods[0]) == 1 else 2)
    for stage, values in [*found.items(), ("all", whole)]:
        sums = [sum(values[t - facts.years[0]] for t in years) for years in periods]
        _row(page, blocks, [stage, sum(values), *sums], FORMATS, total=stage == "all")
    page.row = max(page.row, top + 9)  # Room for the chart.
    if place.data is not None:
        left = max(blocks[-1].last + 1, _COLUMNS - 13)
        size = (width_cm((_COLUMNS - left) * _WIDTH), rows_cm(page.row - top))
        first = place.data.first - facts.years[0]
        data = replace(place.data, first=first + spent[0], last=first + spent[-1])
        page.chart(stacked_chart(data, "Public outlay by stage", "MUSD", size), top, left * _WIDTH)
    page.row += 1


def _periods(first: int, last: int, most: int) -> list[list[int]]:
    """The years with outlay, one by one, or in periods of equal length where they are many."""
    years = list(range(first, last + 1))
    length = -(-len(years) // most)
    return [years[n : n + length] for n in range(0, len(years), length)]


def _period(years: list[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1] % 100:02d}"
