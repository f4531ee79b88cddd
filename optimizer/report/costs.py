"""Sheet Costs: the terms that add up to the cost of the plan, and who pays the public outlay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.cells import records
from optimizer.report.charts import Data, stacked_chart
from optimizer.report.facts import Facts, text
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.style import Painter
from optimizer.wording import percent

STOCKPILE, TRAINING = "stockpile", "training"
OTHER_USES = "purchases and training"
TERMS = {
    "capex": "capital cost",
    "fixed_opex": "fixed operating cost",
    "opex": "operating cost",
    "transport": "transport",
    "imports": "imports",
    "stockpile": "stockpile",
    "shortfall": "shortfall, priced",
    "training": "training",
}
_LABELS = (Column("What", 36), Column("Total, MUSD", 11, "musd"))
_CHECK_MUSD = 1e-4
_CHART_ROWS = 16


@dataclass(frozen=True)
class OutlayPlace:
    """Where charts find the public outlay by stage and year."""

    data: Data | None


def write_costs(book: Book, facts: Facts, painter: Painter) -> OutlayPlace:
    """Write the sheet; tell where the outlay by stage stands."""
    columns = (*_LABELS, *(Column(str(year), 9, "musd") for year in facts.years))
    title = f"Costs of the base case, MUSD of {facts.price_year}"
    page = open_page(book, facts, painter, "Costs", title, [column.width for column in columns])
    page.sentence(_lead(facts))
    header = page.header(columns)
    page.freeze(columns=1)
    _terms(page, columns, "musd", "Discounted to the first year: these add up to the cost of the plan", check=True)
    _terms(page, columns, "musd_undiscounted", "Not discounted")
    first, last = _outlays(page, columns, "Public outlay by stage, not discounted", outlay_by_stage(facts))
    data = Data(page.sheet, header, range(first, last + 1), len(_LABELS) + 1, len(columns)) if last >= first else None
    by_funder = facts.tables["outlays"].groupby("funder")
    funders = {str(funder): years(facts, rows) for funder, rows in by_funder}
    _outlays(page, columns, "Public outlay by who pays, not discounted", funders)
    if facts.has_instruments:
        _outlays(page, columns, "Public outlay by instrument, not discounted", outlay_by_instrument(facts))
    _pots(page, funders)
    note(page, _notes(facts))
    if data:
        page.break_page()
        page.heading("Public outlay by stage")
        size = (min(26.0, width_cm(sum(page.widths))), rows_cm(_CHART_ROWS))
        page.chart(stacked_chart(data, "Public outlay by stage", "MUSD", size), page.row, 0.0)
        page.row += _CHART_ROWS + 1
    page.end()
    return OutlayPlace(data)


def _lead(facts: Facts) -> str:
    rate = float(str(facts.settings.get("discount_rate", 0.0) or 0.0))
    rule = f"discounted at {percent(rate)} a year to {facts.years[0]}" if rate else "not discounted (rate 0)"
    goal = facts.manifest.get("objective")
    least = (
        "The plan is the one of least cost."
        if goal == "cost"
        else "Coverage comes first; among plans of that coverage the least cost is sought."
    )
    return f"{least} Cost of the base case, {rule}, constant prices of {facts.price_year}. Losses add no cost."


def years(facts: Facts, rows: pd.DataFrame, column: str = "musd") -> list[float]:
    """Sum of a column by year of the plan."""
    by_year = rows.groupby("year")[column].sum()
    return [float(by_year.get(year, 0.0)) for year in facts.years]


def _terms(page: Page, columns: tuple[Column, ...], column: str, title: str, check: bool = False) -> None:
    facts = page.facts
    page.heading(title)
    table = facts.tables["costs"]
    rows = {str(term): years(facts, found, column) for term, found in table.groupby("term", sort=False)}
    lines = [Line((TERMS.get(term, term), sum(values), *values)) for term, values in rows.items()]
    total = [sum(values) for values in zip(*rows.values(), strict=True)]
    lines.append(Line(("All terms", sum(total), *total), total=True))
    page.table(columns, lines, with_header=False)
    recorded = facts.manifest.get("cost_musd")
    if check and isinstance(recorded, (int, float)):
        difference = sum(total) - recorded
        verdict = "adds up" if abs(difference) <= _CHECK_MUSD * max(1.0, abs(recorded)) else "DOES NOT ADD UP"
        page.table(columns, [Line(("Cost in the run's record (cost_musd)", recorded))], with_header=False)
        page.table(columns, [Line((f"Check: difference ({verdict})", round(difference, 4)))], with_header=False)


# ---------------------------------------------------------------- public outlay


def outlay_by_stage(facts: Facts) -> dict[str, list[float]]:
    """Public outlay by stage in the order of the flow, purchases for stocks and training last."""
    table = facts.tables["outlays"]
    stages = [facts.stage_of.get(project) or str(project).split(":", 1)[0] for project in table["project"]]
    order = [*facts.stages, STOCKPILE, TRAINING]
    grouped = {str(stage): rows for stage, rows in table.groupby(pd.Series(stages, index=table.index, dtype=object))}
    return {stage: years(facts, grouped[stage]) for stage in sorted(grouped, key=order.index)}


def outlay_by_instrument(facts: Facts, outlays: pd.DataFrame | None = None) -> dict[str, list[float]]:
    """Public outlay (or some of it) by instrument, the largest first, what is paid for without one last."""
    table = facts.tables["outlays"] if outlays is None else outlays
    names = pd.Series([text(x) or OTHER_USES for x in table["instrument"]], index=table.index, dtype=object)
    found = {str(name): years(facts, rows) for name, rows in table.groupby(names, sort=True)}
    return dict(sorted(found.items(), key=lambda item: (item[0] == OTHER_USES, -sum(item[1]), item[0])))


def _outlays(page: Page, columns: tuple[Column, ...], title: str, rows: Mapping[str, list[float]]) -> tuple[int, int]:
    page.heading(title)
    if not rows:
        page.sentence("The plan spends no public money.")
        return 1, 0
    place = page.table(columns, [Line((name, sum(v), *v)) for name, v in rows.items()], with_header=False)
    total = [sum(values) for values in zip(*rows.values(), strict=True)]
    page.table(columns, [Line(("All", sum(total), *total), total=True)], with_header=False)
    return place


def _pots(page: Page, funders: Mapping[str, Iterable[float]]) -> None:
    """Write what every funder has and what the plan leaves of it."""
    pots: dict[str, float] = {}
    for row in records(page.facts.workbook, "Budgets"):
        pots[row.text("funder")] = pots.get(row.text("funder"), 0.0) + row.number_or("budget_musd", 0.0)
    if not pots:
        return
    page.heading("Pots: what every funder has in all its pots, and what the plan takes")
    columns = (
        *(Column("Funder", 36), Column("Pots, MUSD", 11, "musd"), Column("Taken, MUSD", 9, "musd")),
        *(Column("Left, MUSD", 9, "musd"), Column("Taken, %", 9, "pct")),
    )
    lines = []
    for funder, amount in pots.items():
        taken = sum(funders.get(funder, ()))
        lines.append(Line((funder, amount, taken, amount - taken, taken / amount if amount else None)))
    whole, spent = sum(pots.values()), sum(sum(v) for v in funders.values())
    lines.append(Line(("All", whole, spent, whole - spent, spent / whole if whole else None), total=True))
    page.table(columns, lines)


def _notes(facts: Facts) -> list[str]:
    notes = [
        "Capital cost is the whole of it, public and private. Public outlay counts against the budget, undiscounted."
    ]
    if facts.has_instruments:
        notes.append(
            "Public outlay for plants is what their packages charge (Packages), not a share of the capital cost alone: it also"
            " pays for output, and what falls due after the plan is charged in its last year."
        )
    if facts.settings.get("capex_charge") == "annuity":
        notes.append(
            "Capital cost is charged by yearly payments over the life, for the years of the plan only; the public outlay"
            " counts in full when it is spent."
        )
    if facts.manifest.get("objective") == "coverage":
        notes.append("Prices of shortfall are not part of the cost when coverage comes first.")
    return notes
