"""Sheet Sources: the rows of the workbook that the plan uses, where they come from, and how much rests on estimates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from openpyxl import Workbook as Book

from optimizer.cells import Record, records
from optimizer.decks import crash_deck, planning_deck
from optimizer.report.facts import NOT_STATED, Facts, each
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import Painter
from optimizer.schema import SHEETS
from optimizer.wording import runs

ESTIMATE = "estimate"
_ORDER = ("high", "medium", "low", ESTIMATE)
_PERIODS = ("year", "operating_year")
_COLUMNS = (
    Column("Sheet", 13),
    Column("Rows", 12),
    Column("What", 42, "wrap"),
    Column("Confidence", 11),
    Column("Source", 70, "wrap"),
    Column("Note", 60, "wrap"),
)


def write_sources(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    title = "Sources: what the plan rests on"
    page = open_page(book, facts, painter, "Sources", title, [column.width for column in _COLUMNS])
    page.sentence(
        "Only rows that the plan uses: funded or running projects, their recipes and ramps, the demand, the offers bought,"
        " the funders that pay, the rules and losses. Rows of one series with the same source stand together."
    )
    page.freeze()
    _shares(page)
    page.heading("Rows used")
    first, last = page.table(_COLUMNS, [_line(used) for used in rows_used(facts)])
    page.filter(first - 1, last)
    page.repeat(first - 1)
    note(page, ["Confidence as the workbook states it. Not stated: the workbook says nothing, neither good nor bad."])
    page.end()


# ---------------------------------------------------------------- how much rests on estimates


def confidence(row: Record | None) -> str:
    """The confidence that a row states."""
    return (row.text("confidence").strip().lower() if row else "") or NOT_STATED


@dataclass(frozen=True)
class Resting:
    """An amount of the plan, by the confidence of the rows that it rests on."""

    what: str
    kind: str
    by_confidence: Mapping[str, float]

    @property
    def total(self) -> float:
        """The whole amount."""
        return sum(self.by_confidence.values())

    @property
    def estimated(self) -> float:
        """The share that rests on estimates."""
        return self.by_confidence.get(ESTIMATE, 0.0) / self.total if self.total else 0.0


def resting(facts: Facts) -> list[Resting]:
    """What the plan spends, builds and serves, by confidence."""
    found = [
        Resting("Public outlay, MUSD", "musd", _outlay(facts)),
        Resting("Capital cost, MUSD", "musd", _by_project(facts, "capex_musd")),
        Resting(f"Demand, t, {facts.span}", "t", _demand(facts)),
    ]
    last = facts.years[-1]
    table = facts.tables["capacity"]
    for stage in facts.stages:
        amounts: dict[str, float] = defaultdict(float)
        for row in each(table[(table["stage"] == stage) & (table["year"] == last)]):
            amounts[confidence(facts.projects.get(row.project))] += row.capacity_t
        found.append(Resting(f"Capacity {last}, {stage}, t/yr", "t", amounts))
    return [resting for resting in found if resting.total > 0.0]


def _outlay(facts: Facts) -> dict[str, float]:
    stocks = {f"stockpile:{r.text('material')}:{r.text('country')}": r for r in records(facts.workbook, "Stockpiles")}
    stocks |= {f"training:{row.text('country')}": row for row in records(facts.workbook, "Workforce")}
    amounts: dict[str, float] = defaultdict(float)
    for row in each(facts.tables["outlays"]):
        amounts[confidence(facts.projects.get(row.project, stocks.get(row.project)))] += row.musd
    return amounts


def _by_project(facts: Facts, column: str) -> dict[str, float]:
    amounts: dict[str, float] = defaultdict(float)
    for project, amount in zip(facts.funded["project"], facts.funded[column], strict=True):
        amounts[confidence(facts.projects.get(project))] += amount
    return amounts


def _demand(facts: Facts) -> dict[str, float]:
    """Demand by the confidence of the row in force: the last one given up to the year."""
    series: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
    for row in records(facts.workbook, "Demand"):
        key = (*(row.text(c) for c in ("sector", "country", "material")), _yes(row.flag("allied_only", False)))
        series[key].append((row.year("year") or 0, confidence(row)))
    amounts: dict[str, float] = defaultdict(float)
    for line in each(facts.base("coverage")):
        given = sorted(series.get((line.sector, line.country, line.material, line.allied_only), []))
        before = [word for year, word in given if year <= line.year] or [word for _, word in given[:1]]
        amounts[before[-1] if before else NOT_STATED] += line.demand_t
    return amounts


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _shares(page: Page) -> None:
    found = resting(page.facts)
    page.heading("How much of the plan rests on estimates")
    words = dict.fromkeys(word for amount in found for word in amount.by_confidence)
    order = sorted(words, key=lambda w: (_ORDER.index(w) if w in _ORDER else len(_ORDER), w == NOT_STATED, w))
    if not found or not order:
        page.sentence("The plan spends, builds and serves nothing.")
        return
    columns = [Column("What", 13), Column("", 12), Column("Amount", 42, "t"), Column("Estimate, %", 11, "pct")]
    columns += [Column("By confidence", 70, "wrap")]
    lines = []
    for amount in found:
        parts = [f"{word} {x / amount.total:.0%}" for word in order if (x := amount.by_confidence.get(word, 0.0)) > 0.0]
        values = (amount.what, "", amount.total, amount.estimated, ", ".join(parts))
        lines.append(Line(values, kinds={2: amount.kind}))
    page.table(columns, lines)


# ---------------------------------------------------------------- the rows


@dataclass
class Used:
    """Rows of one series with one source."""

    sheet: str
    what: str
    confidence: str
    source: str
    numbers: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def rows_used(facts: Facts) -> list[Used]:
    """The rows that the plan uses, series by series."""
    groups: dict[tuple[str, str, str, str], Used] = {}
    for sheet, is_used in _uses(facts).items():
        for row in records(facts.workbook, sheet):
            if is_used(row):
                what, word, source = _what(sheet, row), confidence(row), row.text("source")
                used = groups.setdefault((sheet, what, word, source), Used(sheet, what, word, source))
                used.numbers.append(row.row.number)
                if row.text("note") and row.text("note") not in used.notes:
                    used.notes.append(row.text("note"))
    return list(groups.values())


def _what(sheet: str, row: Record) -> str:
    names = [name for name in (SHEETS[sheet].key or (SHEETS[sheet].columns[0].name,)) if name not in _PERIODS]
    if sheet == "Recipes":
        names = ["process", "recipe"]
    if sheet in ("Countries", "Materials"):
        names = [*names, "name"]
    parts = [("allied only" if row.flag(n, False) else "") if n == "allied_only" else row.text(n) for n in names]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _uses(facts: Facts) -> dict[str, Callable[[Record], bool]]:
    """Sheet -> whether the plan uses a row of it."""
    runs, table = facts.tables["runs"], facts.tables
    projects = set(runs["project"]) | set(facts.funded["project"])
    recipes = {(facts.projects[p].text("process"), q) for p, q in zip(runs["project"], runs["recipe"], strict=True)}
    ramps = {facts.projects[p].text("ramp") for p in projects}
    offers = set(zip(table["imports"]["supplier"], table["imports"]["material"], strict=True))
    made = {k for key in recipes for k in (*facts.recipes[key].inputs, *facts.recipes[key].outputs)}
    materials = made | set(table["coverage"]["material"]) | {k for _, k in offers}
    places = {facts.projects[p].text("country") for p in projects} | set(table["coverage"]["country"])
    places |= {supplier for supplier, _ in offers} | set(table["flows"]["from"]) | set(table["flows"]["to"])
    payers = set(table["outlays"]["funder"])
    decks = _decks_used(facts)
    return {
        "Settings": lambda row: "value" in row.row.cells,
        "Countries": lambda row: row.text("country") in places,
        "Materials": lambda row: row.text("material") in materials,
        "Recipes": lambda row: (row.text("process"), row.text("recipe")) in recipes,
        "Projects": lambda row: row.text("project") in projects,
        "Ramps": lambda row: row.text("ramp") in ramps,
        "Demand": lambda _: True,
        "Imports": lambda row: (row.text("supplier"), row.text("material")) in offers,
        "Routes": lambda _: True,
        "Budgets": lambda row: row.text("funder") in payers,
        "Prices": lambda row: row.text("deck") in decks,
        "Instruments": lambda _: True,
        "Redundancy": lambda _: True,
        "Disruptions": lambda _: True,
        "Stockpiles": lambda _: True,
    }


def _decks_used(facts: Facts) -> set[str | None]:
    """Decks of Prices with which the plan was made: none without instruments."""
    if not facts.workbook.table("Instruments").rows:
        return set()
    decks = [row.text("deck") for row in records(facts.workbook, "Prices")]
    return {planning_deck(decks, facts.settings), crash_deck(decks, facts.settings)}


def _line(used: Used) -> Line:
    rows: object = used.numbers[0] if len(used.numbers) == 1 else _spans(used.numbers)
    return Line((used.sheet, rows, used.what, used.confidence, used.source or NOT_STATED, "; ".join(used.notes)))


def _spans(numbers: list[int]) -> str:
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs(numbers))
