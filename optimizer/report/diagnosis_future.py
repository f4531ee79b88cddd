"""Sheets Self-sufficiency, Gap, Unfunded and Rules: with and without outside supply, and what money alone cannot mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.charts import Data, share_chart, stacked_chart
from optimizer.report.diagnosis_gap import OF_ALL, OF_SECTOR, OF_STREAM, WITH, WITHOUT
from optimizer.report.diagnosis_tables import Tabled
from optimizer.report.facts import each
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.style import Painter
from optimizer.variants import Variant
from optimizer.wording import year_list

_YEAR = 8.6
_CHART_ROWS, _GAP_ROWS = 18, 14
VARIANTS = {
    Variant.AS_IS: "as it is",
    Variant.AS_IS_ALONE: "as it is, no outside supply",
    Variant.BUILT: "all funded today",
    Variant.BUILT_ALONE: "all funded today, no outside supply",
    Variant.AT_ONCE: "all at full capacity at once",
    Variant.AT_ONCE_ALONE: "all at full capacity at once, no outside supply",
}


@dataclass(frozen=True)
class CoveragePlace:
    """Where the shares of all demand stand; None with no demand."""

    data: Data | None
    lowest: float


_SUFFICIENCY_NOTES = (
    "Outside supply: everything that the sheet Imports offers, at whatever stage. Without it the chain runs again from the"
    " feed that its own plants make.",
    "All funded today: every unfunded project in its earliest year, at nameplate, whatever it costs; of a group the largest"
    " (sheet Unfunded). At once: the same plants with no lead time and no ramp-up.",
)


def write_sufficiency(book: Book, told: Tabled, painter: Painter) -> CoveragePlace:
    """Write the sheet; return where the chart of the Summary finds its numbers."""
    years = told.diagnosis.years
    columns = (Column("Chain", 44), Column("Of", 24), *(Column(str(t), _YEAR, "pct") for t in years))
    title = "Self-sufficiency: share of demand served, with and without outside supply"
    page = open_page(book, told.facts, painter, "Self-sufficiency", title, [c.width for c in columns])
    rows = told.tables["self_sufficiency"]
    if rows.empty or float(rows["demand_t"].sum()) <= 0.0:
        page.sentence("There is no demand.")
        page.end()
        return CoveragePlace(None, 0.0)
    page.sentence("Nothing lost. Darker cells: less is served.")
    page.heading("All demand")
    header = page.header(columns)
    first, last = page.table(columns, _shares(told, OF_ALL, years), with_header=False)
    place = CoveragePlace(Data(page.sheet, header, range(first, last + 1), 3, 2 + len(years)), 0.0)
    page.row += 1
    assert place.data is not None
    size = (width_cm(min(130.0, sum(page.widths))), rows_cm(_CHART_ROWS))
    page.chart(share_chart(place.data, "Share of all demand served", "share", size, 0.0), page.row, 0.0)
    page.row += _CHART_ROWS
    for of, words in ((OF_SECTOR, "By sector"), (OF_STREAM, "By stream")):
        if lines := _shares(told, of, years):
            page.heading(words)
            page.table(columns, lines)
    page.heading("Demand and what is served of it, t")
    tonnes = (*columns[:2], *(Column(str(t), _YEAR, "t") for t in years))
    page.table(tonnes, _tonnes(told, years))
    note(page, _SUFFICIENCY_NOTES)
    page.end()
    return place


def _shares(told: Tabled, of: str, years: Sequence[int]) -> list[Line]:
    rows = told.rows("self_sufficiency", of=of)
    lines = []
    for name in dict.fromkeys(rows["name"]):
        for variant, words in VARIANTS.items():
            part = rows[(rows["name"] == name) & (rows["variant"] == variant.value)]
            shares = {int(r.year): float(r.coverage) for r in each(part) if r.demand_t > 0.0}
            if of == OF_ALL or "at once" not in words:
                lines.append(Line((words, name, *(shares.get(t) for t in years)), heat=True, heat_from=2))
    return lines


def _tonnes(told: Tabled, years: Sequence[int]) -> list[Line]:
    rows = told.rows("self_sufficiency", of=OF_ALL)
    first = rows[rows["variant"] == Variant.AS_IS.value]
    wanted = {int(r.year): float(r.demand_t) for r in each(first)}
    lines = [Line(("demand", "all sectors", *(wanted.get(t, 0.0) for t in years)), total=True)]
    for variant, words in VARIANTS.items():
        part = {int(r.year): float(r.served_t) for r in each(rows[rows["variant"] == variant.value])}
        lines.append(Line((words, "all sectors", *(part.get(t, 0.0) for t in years))))
    return lines


# ---------------------------------------------------------------- the gap


_GAP = {
    "served as it is": "served_as_is_t",
    "added in time by what is unfunded": "added_in_time_t",
    "lost to lead time and ramp-up": "lead_time_t",
    "beyond everything in the workbook": "beyond_t",
}
_GAP_NOTES = (
    "Every unfunded project is funded in its earliest year, at nameplate, with no limit on money. Lost to lead time and ramp-up:"
    " what the same plants would serve more if they stood at full capacity at once. Beyond: short even then.",
    "The four parts add up to the demand of the year. A part below zero: tonnes of lower priority given up for tonnes of higher.",
)


def write_gap(book: Book, told: Tabled, painter: Painter) -> None:
    """Write the sheet."""
    years = told.diagnosis.years
    columns = (Column("Stream", 16), Column("Demand, t", 44), *(Column(str(t), _YEAR, "t") for t in years))
    title = "Gap: what all unfunded projects would add, and what money alone cannot close"
    page = open_page(book, told.facts, painter, "Gap", title, [c.width for c in columns])
    gap = told.tables["gap"]
    if float(gap["demand_t"].sum()) <= 0.0:
        page.sentence("There is no demand.")
        page.end()
        return
    for supply, words in ((WITH, "With outside supply"), (WITHOUT, "Without outside supply")):
        _gap_part(page, told, gap[gap["outside_supply"] == supply], words, columns)
    page.heading("What binds with everything funded")
    for supply, words in ((WITH, "With"), (WITHOUT, "Without")):
        page.sentences(
            f"{words} outside supply, {x}" for x in binding_sentences(told, gap[gap["outside_supply"] == supply])
        )
    _stages(page, told, columns)
    note(page, _GAP_NOTES)
    page.end()


def _gap_part(page: Page, told: Tabled, gap: pd.DataFrame, words: str, columns: Sequence[Column]) -> None:
    years = told.diagnosis.years
    page.heading(f"{words}: demand by what would serve it, t")
    header = page.header(columns)
    lines = []
    for stream, rows in gap.groupby("stream", sort=False):
        name = told.diagnosis.stream(str(stream))
        lines += [Line((name, what, *rows[column].tolist())) for what, column in _GAP.items()]
        lines.append(Line((name, "demand", *rows["demand_t"].tolist()), total=True))
    first, _ = page.table(columns, lines, with_header=False)
    data = Data(page.sheet, header, range(first, first + len(_GAP)), 3, 2 + len(years), label=2)
    size = (width_cm(min(130.0, sum(page.widths))), rows_cm(_GAP_ROWS))
    page.row += 1
    page.chart(stacked_chart(data, f"{words}: all demand by what would serve it", "t", size), page.row, 0.0)
    page.row += _GAP_ROWS + 1
    page.break_page()


def binding_sentences(told: Tabled, gap: pd.DataFrame) -> list[str]:
    """What still binds with everything funded, by stream: stages with their years."""
    said = []
    for stream, rows in gap.groupby("stream", sort=False):
        name = told.diagnosis.stream(str(stream))
        for when, column in (("all funded today", "binds_built"), ("all at once", "binds_at_once")):
            years: dict[str, list[int]] = {}
            for row in each(rows[rows[column] != ""]):
                years.setdefault(str(getattr(row, column)), []).append(int(row.year))
            bound = [f"{stages.replace('; ', ' and ')} in {year_list(found)}" for stages, found in years.items()]
            said.append(f"{name}, {when}: {'; '.join(bound) or 'no stage binds in any year'}.")
    return said


def _stages(page: Page, told: Tabled, columns: Sequence[Column]) -> None:
    """Capacity stage by stage: as it is, and what unfunded projects would add by each year."""
    years = told.diagnosis.years
    page.heading("Capacity by stage, t/yr of activity: as it is, and with everything funded today")
    rows = told.tables["stages_built"]
    lines = []
    for (stream, stage), part in rows.groupby(["stream", "stage"], sort=False):
        name = told.diagnosis.stream(str(stream))
        for what, column in (("as it is", "as_is_t"), ("all funded today", "built_t"), ("all at once", "at_once_t")):
            by_year = dict(zip(part["year"].tolist(), part[column].tolist(), strict=True))
            amounts = (by_year.get(t, 0.0) for t in years)
            lines.append(Line((name, f"{stage}: {what}", *amounts)))
    page.table(columns, lines)


# ---------------------------------------------------------------- projects, rules


def write_unfunded(book: Book, told: Tabled, painter: Painter) -> None:
    """Write the sheet of all candidates."""
    columns = (
        *(Column("Project", 26), Column("Country", 18), Column("Stage", 15), Column("Built", 8)),
        *(Column("Funded", 9, "year"), Column("First output", 9, "year"), Column("Full output", 9, "year")),
        *(Column("Size, t/yr", 11, "t"), Column("Capital cost, MUSD", 11, "musd"), Column("Public, MUSD", 11, "musd")),
        *(Column("Why not", 40, "wrap"), Column("Confidence", 12)),
    )
    title = "Unfunded: every project that nobody has funded yet, and when it could run"
    page = open_page(book, told.facts, painter, "Unfunded", title, [c.width for c in columns])
    projects = told.tables["projects"]
    if projects.empty:
        page.sentence("The workbook has no candidates.")
        page.end()
        return
    page.sentence(
        "Built: if everything is funded in its earliest year, with no limit on money; of a group only the largest."
    )
    page.freeze(columns=1)
    lines = [
        Line(
            (
                *(row.project, told.facts.country(str(row.country)), row.stage, row.built),
                *(
                    None if pd.isna(x) else int(x)
                    for x in (row.funding_year, row.first_output_year, row.full_output_year)
                ),
                *(
                    row.size_t_per_year,
                    row.capex_musd,
                    row.public_outlay_musd,
                    row.why_not or None,
                    row.confidence or None,
                ),
            )
        )
        for row in each(projects)
    ]
    first, last = page.table(columns, lines)
    page.filter(first - 1, last)
    page.end()


_MEASURES = {
    "min_countries": "countries, at least",
    "min_projects": "projects, at least",
    "max_country_share": "share of one country, at most",
    "min_coverage": "share of demand served, at least",
}


def write_rules(book: Book, told: Tabled, painter: Painter) -> None:
    """Write the sheet of rules that a plan would have to keep and the chain as it is misses."""
    columns = (
        *(Column("Rule", 50, "wrap"), Column("Measure", 30), Column("Year", 9, "year")),
        *(Column("Required", 11), Column("Achieved", 11), Column("Missing", 11)),
    )
    title = "Rules of the workbook that the chain as it is misses"
    page = open_page(book, told.facts, painter, "Rules", title, [c.width for c in columns])
    page.sentence(
        "A plan has to keep the rules of the sheet Redundancy and the minimum coverages of the sheet Demand; a chain that nobody"
        " spends money on need not, and here is what it misses. What the sheet Disruptions asks to be served is not judged"
        " here: sheet Single points has every loss alone, and a plan of solve every loss of the workbook."
    )
    rows = told.tables["missed_rules"]
    if rows.empty:
        page.sentence("It misses none.")
        page.end()
        return
    page.sentences(_missed(rows))
    page.freeze()
    kinds = {"max_country_share": "pct", "min_coverage": "pct"}
    lines = []
    for row in each(rows):
        kind = kinds.get(str(row.measure), "int")
        values = (row.rule, _MEASURES[str(row.measure)], row.year, row.required, row.achieved, row.missing)
        lines.append(Line(values, kinds={3: kind, 4: kind, 5: kind}))
    first, last = page.table(columns, lines)
    page.filter(first - 1, last)
    page.end()


def _missed(rows: pd.DataFrame) -> list[str]:
    said = []
    for (rule, measure), part in rows.groupby(["rule", "measure"], sort=False):
        said.append(f"{rule}: {_MEASURES[str(measure)]}: missed in {year_list([int(t) for t in part['year']])}.")
    return said
