"""Sheet Redundancy: every rule, what it asks for, what the plan has, and how much is to spare, by year."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.facts import Facts, text
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import BODY, Painter
from optimizer.wording import year_list

MEASURES = {
    "min_countries": "countries, at least",
    "min_projects": "projects, at least",
    "max_country_share": "share of one country, at most",
}


@dataclass(frozen=True)
class Ruling:
    """One measure of one rule over the years. ``slack``: what is to spare, in the unit of the measure."""

    rule: str
    measure: str
    counted: str
    required: float
    achieved: dict[int, float]
    kept: bool

    @property
    def is_share(self) -> bool:
        """Whether it limits a share; the others count."""
        return self.measure == "max_country_share"

    def slack(self, year: int) -> float:
        """What is to spare in a year."""
        return (self.required - self.achieved[year]) * (1.0 if self.is_share else -1.0) + 0.0

    @property
    def least_slack(self) -> float:
        """What is to spare in the tightest year."""
        return min(self.slack(year) for year in self.achieved)

    @property
    def tightest(self) -> list[int]:
        """The years with the least to spare."""
        return [year for year in self.achieved if self.slack(year) <= self.least_slack + 1e-9]

    @property
    def tightness(self) -> float:
        """Slack as a share of what is required: comparable between counts and shares."""
        return self.least_slack / self.required if self.required else self.least_slack


_EXACT = 1e-6
_TIGHT = replace(BODY, fill="F8D7AE", bold=True, align="right")


def rulings(facts: Facts) -> list[Ruling]:
    """Every measure of every rule."""
    found = []
    for (rule, measure), rows in facts.tables["redundancy"].groupby(["rule", "measure"], sort=False):
        found.append(_ruling(facts, str(rule), str(measure), rows))
    return found


def _ruling(facts: Facts, rule: str, measure: str, rows: pd.DataFrame) -> Ruling:
    stage, material = text(rows["stage"].iloc[0]), text(rows["material"].iloc[0])
    achieved = {int(year): float(value) for year, value in zip(rows["year"], rows["achieved"], strict=True)}
    counted = f"stage {stage}" if stage else facts.material(material)
    return Ruling(rule, measure, counted, float(rows["required"].iloc[0]), achieved, bool((rows["ok"] == "yes").all()))


_NOTE = (
    "To spare: achieved less required for counts, required less achieved for shares (in points of %). Shaded: nothing to"
    " spare."
)


def write_redundancy(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    labels = (
        *(Column("Rule", 36), Column("What is counted", 24, "wrap"), Column("Measure", 25)),
        *(
            Column("Required", 9, "int"),
            Column("Least to spare", 8, "int"),
            Column("Tightest in", 13),
            Column("Kept", 6),
        ),
    )
    columns = (*labels, *(Column(str(year), 6.6, "int") for year in facts.years))
    title = "Redundancy: rules on how many, and on the share of one country"
    page = open_page(book, facts, painter, "Redundancy", title, [column.width for column in columns])
    found = rulings(facts)
    if not found:
        page.sentence("The workbook has no redundancy rules: nothing is asked for, and nothing was counted.")
        page.end()
        return
    page.sentence(
        "Achieved by year, counted from the capacities of the plan; then what is to spare. Counts are allied countries or"
        " projects that are large enough; shares are of all allied capacity of the rule, in %."
    )
    header = page.header(columns)
    page.freeze(columns=1)
    _, last = page.table(columns, [_achieved(facts, ruling) for ruling in found], with_header=False)
    page.filter(header, last)
    _slack(page, columns, found)
    note(page, [_NOTE])
    page.end()


def _achieved(facts: Facts, ruling: Ruling) -> Line:
    kind = "pct" if ruling.is_share else "int"
    shown = [ruling.achieved.get(year) for year in facts.years]
    return Line((*_named(ruling), *(None if x is None else _digit(x, ruling) for x in shown)), kind=kind)


def _named(ruling: Ruling) -> tuple[object, ...]:
    return (
        ruling.rule,
        ruling.counted,
        MEASURES.get(ruling.measure, ruling.measure),
        _digit(ruling.required, ruling),
        _digit(ruling.least_slack, ruling),
        year_list(ruling.tightest),
        "yes" if ruling.kept else "no",
    )


def _digit(value: float, ruling: Ruling) -> float:
    return value if ruling.is_share else round(value)


def _slack(page: Page, columns: tuple[Column, ...], found: list[Ruling]) -> None:
    page.heading("To spare, by year")
    lines = []
    for ruling in found:
        kind = "pct" if ruling.is_share else "int"
        values = [_digit(ruling.slack(t), ruling) if t in ruling.achieved else None for t in page.facts.years]
        lines.append(Line((*_named(ruling), *values), kind=kind))
    first, _ = page.table(columns, lines)
    for n, ruling in enumerate(found):
        for t, year in enumerate(page.facts.years, len(columns) - len(page.facts.years) + 1):
            if year in ruling.achieved and ruling.slack(year) <= _EXACT:
                page.put(first + n, t, 0, _TIGHT)
