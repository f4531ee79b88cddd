"""Decks of prices: the one in which firms plan, the one that puts promises to the test, and a price for all that is traded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from optimizer.cells import Record
from optimizer.checks.content import Content, joined, suggest
from optimizer.decks import crash_deck, planning_deck
from optimizer.findings import Finding, Level

_HOLD_A_PRICE = ("floor", "offtake")


def price_findings(content: Content) -> Iterator[Finding]:
    """Yield what of Prices and its settings is missing; nothing where the sheet Instruments has no rows."""
    if not content.rows("Instruments") or "Prices" in {finding.sheet for finding in content.workbook.findings}:
        return
    decks = tuple(content.words("Prices", "deck"))
    if not content.rows("Prices"):
        problem = "the sheet is missing or has no rows, and with instruments firms plan with its prices"
        remedy = "Write the price of all that candidates take and give, or empty the sheet Instruments."
        yield Finding(Level.FAULT, "no_rows", "Prices", "", "", None, problem, remedy)
    if not decks:
        return
    for name in ("planning_deck", "crash_deck"):
        yield from _unknown_deck(content, name, decks)
    planning, crash = planning_deck(decks, content.settings), crash_deck(decks, content.settings)
    if planning is None and "planning_deck" not in content.settings:
        yield _open(content, decks)
    yield from _suspicious(content, planning, crash)
    yield from _unpriced(content, list(dict.fromkeys(deck for deck in (planning, crash) if deck is not None)))


def _setting_row(content: Content, name: str) -> Record | None:
    return next((row for row in content.rows("Settings") if row.text("setting") == name), None)


def _unknown_deck(content: Content, name: str, decks: tuple[str, ...]) -> Iterator[Finding]:
    row = _setting_row(content, name)
    if row is not None and name in content.settings and content.setting(name) not in decks:
        problem = f"{name}: no deck of Prices has this name"
        yield content.fault(row, "value", "unknown_reference", problem, suggest(content.setting(name), decks))


def _open(content: Content, decks: tuple[str, ...]) -> Finding:
    """Nothing says which of several decks firms plan with: told at the blank cell, or at the sheet without the row."""
    problem = f"planning_deck is blank, and of the decks {joined(decks)} none is called base"
    remedy = "Write in Settings the deck in which firms plan."
    row = _setting_row(content, "planning_deck")
    if row is None:
        return Finding(Level.FAULT, "no_planning_deck", "Settings", "", "", None, problem, remedy)
    return content.fault(row, "value", "no_planning_deck", problem, remedy)


def _suspicious(content: Content, planning: str | None, crash: str | None) -> Iterator[Finding]:
    """Yield a test that tests nothing, and a limit that holds less than it seems to."""
    row = _setting_row(content, "crash_deck") or _setting_row(content, "planning_deck")
    if row is not None and planning is not None and planning == crash:
        problem = f"{planning} is the deck in which firms plan and the one that puts promises to the test"
        remedy = "Write two decks, or leave crash_deck blank and call no deck crash."
        yield content.warning(row, "value", "crash_is_planning", problem, remedy)
    limit = _setting_row(content, "max_contingent_musd")
    promised = [x.text("instrument") for x in content.rows("Instruments") if x.text("kind") in _HOLD_A_PRICE]
    is_limited = limit is not None and "max_contingent_musd" in content.settings
    if limit is not None and is_limited and promised and crash is None and "crash_deck" not in content.settings:
        problem = f"there is no crash deck, so that {joined(promised)} count nothing against the limit"
        yield content.warning(limit, "value", "no_crash_deck", problem, "Write prices for a deck called crash.")


def _unpriced(content: Content, decks: list[str]) -> Iterator[Finding]:
    """Yield each material that is traded or promised and lacks a price, once, where the case first names it."""
    priced: Mapping[str, set[str]] = {
        deck: {row.text("material") for row in content.rows("Prices") if row.text("deck") == deck} for deck in decks
    }
    known = content.words("Materials", "material")
    told: set[str] = set()
    for row, why in _traded(content):
        material = row.text("material")
        lacking = [deck for deck in decks if material not in priced[deck]]
        if lacking and material in known and material not in told:
            told.add(material)
            problem = f"{why}, and it has no price in the deck {' and in the deck '.join(lacking)}"
            yield content.fault(row, "material", "no_price", problem, "Write a row of Prices, 0 if it has no market.")


def _traded(content: Content) -> Iterator[tuple[Record, str]]:
    candidates = {row.text("process") for row in content.rows("Projects") if row.text("status") == "candidate"}
    for row in content.rows("Recipes"):
        if row.text("process") in candidates:
            takes = "take" if row.text("direction") == "input" else "make"
            yield row, f"candidates {takes} it"
    for row in content.rows("Instruments"):
        yield row, f"{row.text('instrument')} is for it"
