"""Limits on burden and benefit: who has what share, and what is to spare; on the sheet Who pays, or on one of its own."""

from __future__ import annotations

from typing import Any

from openpyxl import Workbook as Book

from optimizer.report.facts import Facts, each, number, text
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import Painter
from optimizer.sheets.fairness import SHARE_OF
from optimizer.wording import percent

NAME = "Fairness"
_COLUMNS = (
    *(Column("Rule", 40), Column("Country", 14, "wrap"), Column("Share of", 22, "wrap"), Column("In", 11, "year")),
    *(Column("Unit", 11), Column("Has", 11, "t"), Column("Of", 11, "t"), Column("Share, %", 11, "pct")),
    *(Column("At least, %", 11, "pct"), Column("At most, %", 11, "pct"), Column("To spare, points", 11, "pct")),
    Column("Kept", 11),
)
_UNITS = {"money": ("MUSD", "musd"), "capacity": ("t/yr", "t"), "jobs": ("people", "int"), "coverage": ("t", "t")}
_NOTES = (
    "Money: public outlay of all years for plants in the country. Capacity: of existing, committed and funded allied plants in"
    " the year. Jobs: workforce of Projects x size / nameplate of funded plants. Coverage: demand of all years, nothing lost.",
    "To spare: from the share to the nearer limit, in points of %. Nothing at all (a blank share) satisfies every rule.",
)


def write_fairness(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet of its own."""
    title = "Fairness: limits on burden and benefit"
    page = open_page(book, facts, painter, NAME, title, [column.width for column in _COLUMNS])
    page.sentence(fairness(facts))
    page.freeze(columns=1)
    write_shares(page)
    page.end()


def write_shares(page: Page) -> None:
    """Write the block: a row per rule, what has least to spare first."""
    page.heading("Limits on burden and benefit")
    rows = sorted(each(page.facts.tables["fairness"]), key=_tightness)
    page.table(_COLUMNS, [_line(page.facts, row) for row in rows])
    note(page, _NOTES)


def fairness(facts: Facts) -> str:
    """How many rules are kept, and which has least to spare; nothing without rules."""
    if "fairness" not in facts.tables or facts.tables["fairness"].empty:
        return ""
    rows = sorted(each(facts.tables["fairness"]), key=_tightness)
    kept = _kept(len(rows), sum(row.ok == "yes" for row in rows))
    first = rows[0]
    share = number(first.share)
    if share is None:
        return f"{kept}: there is nothing to share."
    lead = "" if len(rows) == 1 else "tightest is "
    has = f"{facts.country(first.country)} with {percent(share)} of {_share_of(first)}"
    return f"{kept}: {lead}“{first.rule}”, {has}, where {_nearer_limit(first, share)}."


def _kept(count: int, kept: int) -> str:
    if count == 1:
        return f"The rule on burden and benefit is {'kept' if kept else 'not kept'}"
    return f"{'All' if kept == count else f'{kept} of'} {count} rules on burden and benefit are kept"


def _nearer_limit(row: Any, share: float) -> str:
    least, most = number(row.min_share), number(row.max_share)
    if most is None or (least is not None and share - least <= most - share):
        return f"at least {percent(least or 0.0)} is asked"
    return f"at most {percent(most)} is allowed"


def _spare(row: Any) -> float | None:
    """From the share to the nearer limit; None where there is nothing to share."""
    share, least, most = number(row.share), number(row.min_share), number(row.max_share)
    if share is None:
        return None
    above, below = (None if least is None else share - least), (None if most is None else most - share)
    return min(x for x in (above, below) if x is not None)


def _tightness(row: Any) -> tuple[bool, float]:
    spare = _spare(row)
    return spare is None, 0.0 if spare is None else round(spare, 9)


def _share_of(row: Any) -> str:
    """In words that follow a share: all money, jobs and capacity are of several countries, demand is of one."""
    stage = text(row.stage)
    capacity = f"all {SHARE_OF[row.measure]} of {stage} in {int(row.year)}" if stage else ""
    return capacity or (SHARE_OF[row.measure] if row.measure == "coverage" else f"all {SHARE_OF[row.measure]}")


def _line(facts: Facts, row: Any) -> Line:
    unit, kind = _UNITS[row.measure]
    of = f"{SHARE_OF[row.measure]} of {text(row.stage)}" if text(row.stage) else SHARE_OF[row.measure]
    year = int(row.year) if text(row.year) else None
    shares = (number(row.share), number(row.min_share), number(row.max_share), _spare(row))
    values = (row.rule, facts.country(row.country), of, year, unit, row.amount, row.total, *shares, row.ok)
    return Line(values, kinds={5: kind, 6: kind})
