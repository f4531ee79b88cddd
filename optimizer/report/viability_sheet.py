"""Sheet Viability: what the firms of the funded projects reckon with, with and without support, as planned and in a crash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.facts import Facts, each, number, text
from optimizer.report.money_totals import NOTHING_MUSD
from optimizer.report.money_words import few, given_back, if_prices_fall, lent, names
from optimizer.report.packages_sheet import in_order
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import BODY, Painter
from optimizer.wording import percent

EARNS, HELD, FAILS, NOT_TOLD = "earns its hurdle rate", "only by its floor or offtake", "misses its hurdle rate", ""
BELOW = "below plan"
# How much lower the use may be before it is told: a tenth of a point.
_USE = 1e-3
_FLAG = replace(BODY, fill="F8D7AE", bold=True)
_COLUMNS = (
    Column("Stage", 12.5),
    Column("Project", 24),
    Column("Country", 13.5),
    Column("Funded, year", 8, "year"),
    Column("Capital cost, MUSD", 9, "musd"),
    Column("Hurdle rate, %", 8, "pct"),
    Column("NPV without support, MUSD", 10, "musd"),
    Column("NPV with package, MUSD", 10, "musd"),
    Column("Crash: NPV without support, MUSD", 10, "musd"),
    Column("Crash: with package but its floors and offtakes, MUSD", 12.5, "musd"),
    Column("Crash: NPV with package, MUSD", 10, "musd"),
    Column("In the crash", 25),
    Column("Public loans, MUSD", 9, "musd"),
    Column("Use as planned, %", 9, "pct"),
    Column("Least use in the plan, %", 9, "pct"),
    Column("Use", 12),
)
_VERDICT, _USED = 12, 16


def write_viability(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    title = f"Viability: what the firms reckon with, MUSD of {facts.price_year}"
    page = open_page(book, facts, painter, "Viability", title, [column.width for column in _COLUMNS])
    firms = in_order(facts, facts.tables["viability"])
    if firms.empty:
        page.sentence("The plan funds no project, so there is no firm to reckon.")
    else:
        page.sentences(
            [x for x in (if_prices_fall(facts), given_back(facts), least_use(facts, firms), ended_lives(facts)) if x]
        )
        header = page.header(_COLUMNS)
        page.freeze(columns=2)
        loans = lent(facts)
        first, last = page.table(_COLUMNS, [_firm(facts, row, loans) for row in each(firms)], with_header=False)
        page.filter(header, last)
        _flag(page, firms, first)
        note(page, _notes(facts))
    page.end()


def _firm(facts: Facts, row: Any, loans: Mapping[str, float]) -> Line:
    values = [row.npv_unaided_musd, row.npv_musd, row.npv_crash_unaided_musd]
    values += [row.npv_crash_no_promise_musd, row.npv_crash_musd]
    return Line(
        (
            *(
                row.stage,
                row.project,
                facts.country(row.country),
                int(row.funded_year),
                row.capex_musd,
                row.hurdle_rate,
            ),
            *(*map(_shown, values), verdict(row), loans.get(row.project)),
            *(row.planned_utilization, number(row.least_utilization), BELOW if _is_below(row) else ""),
        )
    )


def _shown(value: object) -> float | None:
    """A present value without what a table would show as -0.0."""
    known = number(value)
    return 0.0 if known is not None and abs(known) < NOTHING_MUSD else known


def verdict(row: Any) -> str:
    """What becomes of the firm at the crash deck; blank without one."""
    held, alone = number(row.npv_crash_musd), number(row.npv_crash_no_promise_musd)
    if held is None or alone is None:
        return NOT_TOLD
    if held < -NOTHING_MUSD:
        return FAILS
    return HELD if alone < -NOTHING_MUSD else EARNS


def _is_below(row: Any) -> bool:
    least = number(row.least_utilization)
    return least is not None and least < row.planned_utilization - _USE


def _flag(page: Page, firms: pd.DataFrame, first: int) -> None:
    """Shade who fails or is held by a promise alone, and whose plant is used less than planned."""
    for n, row in enumerate(each(firms)):
        if verdict(row) in (FAILS, HELD):
            page.put(first + n, _VERDICT, verdict(row), replace(_FLAG, indent=1))
        if _is_below(row):
            page.put(first + n, _USED, BELOW, replace(_FLAG, indent=1))


def least_use(facts: Facts, firms: pd.DataFrame) -> str:
    """Who is used less in the plan than the firms reckon with, in some year and over all years."""
    below = firms[[_is_below(row) for row in each(firms)]].sort_values("least_utilization", kind="stable")
    planned = float(firms["planned_utilization"].iloc[0])
    if below.empty:
        return f"No funded project is used less in any year of the plan than the {percent(planned)} that firms reckon with."
    verb = "is" if len(below) == 1 else "are"
    means = facts.tables["portfolio"].set_index("project")["mean_utilization"].reindex(below["project"])
    throughout = int((means < planned - _USE).sum())
    return (
        f"{few(below, firms)} {verb} used less in some year of the plan than the {percent(planned)} that firms reckon with,"
        f" {throughout or 'none'} of them over all its years together: {names(below)}. There a firm would earn less than is shown"
        " here."
    )


def ended_lives(facts: Facts) -> str:
    """Whose life, as its firm reckons with it, ends within the plan: there its plant stands on."""
    flows, last = facts.tables["cashflows"], facts.years[-1]
    runs = flows[(flows["deck"] == facts.money["planning_deck"]) & flows["recipe"].map(text).astype(bool)]
    ends = runs.groupby("project")["year"].max()
    ended = ends[ends < last].reset_index().sort_values(["year", "project"])
    if ended.empty:
        return ""
    verb = "reaches" if len(ended) == 1 else "reach"
    return (
        f"{few(ended, facts.tables['viability'])} {verb} the end of the life that firms reckon with before {last}, the first in"
        f" {ended['year'].iloc[0]}: {names(ended)}. Candidates never close, so what they serve after it has no firm behind it."
    )


def _notes(facts: Facts) -> list[str]:
    decks = f"Prices: deck “{facts.money['planning_deck']}” as planned"
    crash = facts.money["crash_deck"]
    decks += (
        f", deck “{crash}” in the crash."
        if crash is not None
        else "; there is no crash deck, so nothing is told of a crash."
    )
    return [
        f"{decks} NPV: net present value in the funding year at the firm's hurdle rate, after tax, of the whole operating life,"
        " also beyond the plan; the table cashflows has every year. 0 with its package: it earns its hurdle rate exactly.",
        "Least use: the lowest share of its ramped capacity that it runs in an operating year of the plan, nothing lost; shaded"
        " where that is below what firms reckon with; blank: it does not operate within the plan.",
    ]
