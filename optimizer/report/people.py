"""Sheet People: who is there, trained and needed by country and year, and where people, not money, bind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.facts import Facts
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import BODY, Painter
from optimizer.wording import year_list

_TIGHT = replace(BODY, fill="F8D7AE", bold=True, align="right")
_LABELS = (Column("Country", 22), Column("People", 34))
_ROWS = {
    "available": "free without training",
    "begin_training": "begin training",
    "trained": "trained and ready",
    "needed": "needed by funded plants",
    "spare": "to spare",
    "most": "most who could be there",
}
_MONEY = "money"
_NOTES = (
    "Needed: workforce of Projects x capacity that stands in the year / nameplate, of funded candidates; plants that stand or"
    " are committed have their people, who are not counted. A country without a row in Workforce has no limit.",
    "Most who could be there: free, and all who may be trained in time, where some pot of Budgets may pay for it (without Budgets"
    " the budget does). Shaded: all of them are needed, so that no more of the same money could bring more people.",
    "Who was trained stays. Training is public outlay of the year in which it begins, and part of the cost (Costs).",
)


def write_people(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    columns = (*_LABELS, *(Column(str(year), 8, "int") for year in facts.years))
    title = "People: who is there, who is trained, and where people bind"
    page = open_page(book, facts, painter, "People", title, [column.width for column in columns])
    page.sentences([lead(facts), *binding_people(facts)])
    page.header(columns)
    page.freeze(columns=2)
    table = facts.tables["workforce"]
    for country, rows in table.groupby("country", sort=False):
        _country(page, columns, str(country), rows)
    _gains(page)
    note(page, [*_NOTES, *_how(facts)])
    page.end()


def _country(page: Page, columns: Sequence[Column], country: str, rows: pd.DataFrame) -> None:
    name = page.facts.country(country)
    lines = [Line((name, words, *(float(x) for x in rows[column]))) for column, words in _ROWS.items()]
    first, _ = page.table(columns, lines, with_header=False)
    needed = first + list(_ROWS).index("needed")
    for place, tight in enumerate(rows["tight"], len(_LABELS) + 1):
        if tight == "yes":
            page.put(needed, place, float(rows["needed"].iloc[place - len(_LABELS) - 1]), _shaded())
    page.row += 1


def _shaded() -> Any:
    return replace(_TIGHT, format="#,##0")


# ---------------------------------------------------------------- what more would give


def _raised(facts: Facts) -> list[Mapping[str, Any]]:
    found = facts.manifest.get("people")
    return list(found["raised"]) if isinstance(found, dict) else []


def _in_tonnes(facts: Facts) -> bool:
    found = facts.manifest.get("people")
    return isinstance(found, dict) and found["measure"] == "weighted_shortfall_t"


def _gains(page: Page) -> None:
    facts = page.facts
    raised = _raised(facts)
    if not raised:
        return
    page.heading("What more would give, each alone, the case solved again")
    unit = "weighted t served more" if _in_tonnes(facts) else "MUSD saved"
    columns = (
        *(Column("More of", 22), Column("How much", 34), Column(unit, 8, "t" if _in_tonnes(facts) else "musd")),
        *(Column("Per person or MUSD", 8, "points"), Column("Binds", 8)),
    )
    lines = []
    for row in raised:
        gain = row["gain"]
        each = None if gain is None else gain / row["more"]
        lines.append(Line((_who(facts, row), _more(row), gain, each, _BINDS[row["binds"]])))
    page.table(columns, lines)


_BINDS = {"yes": "yes", "no": "no", "open": "not told"}


def _who(facts: Facts, row: Mapping[str, Any]) -> str:
    return "money" if row["who"] == _MONEY else f"people in {facts.country(row['who'])}"


def _more(row: Mapping[str, Any]) -> str:
    if row["who"] == _MONEY:
        return f"{row['more']:,.1f} MUSD (pots: alike)"
    return f"{row['more']:,.0f} more free in every year"


def _how(facts: Facts) -> Iterator[str]:
    found = facts.manifest.get("people")
    if isinstance(found, dict) and found["raised"]:
        yield (
            "More people in every year also save training: what that saves may pay for other things, so compare with money."
        )
        if found["relaxed"]:
            yield (
                "The case is too large to be searched again: gains are those of its linear relaxation, in which plants may be"
                " funded in fractions. They tell the direction, not what a plan would gain."
            )


# ---------------------------------------------------------------- words


def lead(facts: Facts) -> str:
    """Who is needed and trained in all, and where everyone is needed."""
    table = facts.tables["workforce"]
    last = facts.years[-1]
    needed = float(table.loc[table["year"] == last, "needed"].sum())
    begun, paid = float(table["begin_training"].sum()), float(table["training_musd"].sum())
    told = f"Funded plants need {needed:,.0f} people in {last}; {begun:,.0f} are trained, for {paid:,.1f} MUSD."
    tight = _tight(facts)
    if not tight:
        return f"{told} Nowhere is everyone needed who could be there."
    places = "; ".join(f"{facts.country(c)} in {year_list(years)}" for c, years in tight.items())
    return f"{told} Everyone who could be there is needed in {places}."


def _tight(facts: Facts) -> dict[str, list[int]]:
    table = facts.tables["workforce"]
    tight = table[table["tight"] == "yes"]
    return {str(c): [int(t) for t in rows["year"]] for c, rows in tight.groupby("country", sort=False)}


def binding_people(facts: Facts) -> list[str]:
    """Where more people would help, how much, and what more money would do; nothing where they would not."""
    raised = [row for row in _raised(facts) if row["who"] != _MONEY and row["gain"]]
    certain = [row for row in raised if row["binds"] == "yes"]
    if not certain:
        return []
    tight, where = _tight(facts), " (in the linear relaxation)" if facts.manifest["people"]["relaxed"] else ""  # type: ignore[index]
    told = "; ".join(
        f"{facts.country(row['who'])} in {year_list(tight[row['who']])}, where {row['more']:,.0f} more in every year"
        f" {_gain(facts, row)}"
        for row in sorted(certain, key=lambda row: -row["gain"])
        if row["who"] in tight
    )
    money = next((row for row in _raised(facts) if row["who"] == _MONEY), None)
    beside = f" {money['more']:,.0f} MUSD more {_gain(facts, money)}." if money and money["gain"] is not None else ""
    return [f"People bind in {told}{where}.{beside}"]


def _gain(facts: Facts, row: Mapping[str, Any]) -> str:
    if not row["gain"]:
        return "would change nothing" if row["binds"] == "no" else "would change nothing that the search could tell"
    return (
        f"would serve {row['gain']:,.1f} weighted t more"
        if _in_tonnes(facts)
        else f"would save {row['gain']:,.1f} MUSD"
    )
