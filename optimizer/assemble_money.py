"""The money side of a workbook -> pots of public money, price decks, instruments, and what firms reckon with."""

from __future__ import annotations

from collections.abc import Mapping

from models.instance import Pot
from models.instruments import Finance, Instrument, Kind
from optimizer.cells import Record, records
from optimizer.decks import crash_deck, planning_deck
from optimizer.series import by_series, linear
from optimizer.sheets.money import OPERATING_LIFE_YEARS
from optimizer.workbook import Workbook

_HURDLE_RATE = 0.1
_UTILIZATION = 0.85


def firm(row: Record) -> dict[str, float | int]:
    """What the firm that would build a candidate reckons with, as fields of its project."""
    return {
        "hurdle_rate": row.number_or("hurdle_rate", _HURDLE_RATE),
        "operating_life_years": row.year("operating_life_years") or OPERATING_LIFE_YEARS,
        "tax_rate": row.number_or("tax_rate", 0.0),
    }


def pots(workbook: Workbook) -> dict[str, Pot]:
    """Pots of public money by name; what holds for a funder as a whole stands on each of its pots."""
    rows = list(records(workbook, "Budgets"))
    homes, parts, domestic = (_by_funder(rows, x) for x in ("home", "max_project_share", "min_domestic_share"))
    with_instruments = bool(workbook.table("Instruments").rows)
    found = {}
    for number, row in enumerate(rows, start=1):
        funder = row.text("funder")
        name = f"{funder}#{number}"
        found[name] = Pot(
            name=name,
            funder=funder,
            budget_musd=row.number_or("budget_musd", 0.0),
            year=row.year("year"),
            carry_over=row.flag("carry_over", False),
            countries=_words(row, "countries"),
            stages=_words(row, "stages"),
            instruments=_words(row, "instruments") if with_instruments else None,
            home=homes[funder].text("home") if funder in homes else "",
            max_project_share=parts[funder].number("max_project_share") if funder in parts else None,
            min_domestic_share=domestic[funder].number("min_domestic_share") if funder in domestic else None,
        )
    return found


def _by_funder(rows: list[Record], column: str) -> dict[str, Record]:
    """The row of each funder that says what the column is for all its rows."""
    return {row.text("funder"): row for row in reversed(rows) if row.values.get(column) is not None}


def _words(row: Record, column: str) -> frozenset[str] | None:
    return frozenset(row.items(column)) or None


def finance(workbook: Workbook, years: tuple[int, ...], given: Mapping[str, object]) -> Finance | None:
    """Instruments, price decks and what goes with them; None where the sheet Instruments has no rows.

    Raises
    ------
    ValueError
        No deck of Prices is the planning deck; ``check`` tells of it.
    """
    instruments = {row.text("instrument"): _instrument(row) for row in records(workbook, "Instruments")}
    if not instruments:
        return None
    prices = _prices(workbook, years)
    planning = planning_deck(prices, given)
    if planning is None:
        raise ValueError("no deck of Prices is the planning deck")
    limit = given.get("max_contingent_musd")
    return Finance(
        instruments=instruments,
        prices=prices,
        planning_deck=planning,
        crash_deck=crash_deck(prices, given),
        utilization=float(given.get("utilization", _UTILIZATION)),  # type: ignore[arg-type]
        public_rate=float(given.get("public_rate", given.get("discount_rate", 0.0))),  # type: ignore[arg-type]
        max_contingent_musd=None if limit is None else float(limit),  # type: ignore[arg-type]
    )


def _prices(workbook: Workbook, years: tuple[int, ...]) -> dict[str, dict[str, dict[int, float]]]:
    """Deck -> material -> MUSD per kt by year, to the end of the plan or the last given year, whichever is later."""
    decks: dict[str, dict[str, dict[int, float]]] = {}

    def key(row: Record) -> tuple[object, ...]:
        return row.text("deck"), row.text("material")

    for (deck, material), rows in by_series(records(workbook, "Prices"), key).items():
        last = max(years[-1], rows[-1].year("year") or 0)
        filled = linear(rows, "usd_per_kg", tuple(range(years[0], last + 1)))
        decks.setdefault(str(deck), {})[str(material)] = filled
    return decks


def _instrument(row: Record) -> Instrument:
    return Instrument(
        name=row.text("instrument"),
        kind=Kind(row.text("kind")),
        stages=_words(row, "stages"),
        countries=_words(row, "countries"),
        funders=_words(row, "funders"),
        max_share=row.number_or("max_share", 1.0),
        max_musd_per_project=row.number("max_musd_per_project"),
        rate=row.number_or("rate", 0.0),
        tenor_years=row.year("tenor_years") or 0,
        grace_years=row.year("grace_years") or 0,
        coverage=row.number_or("coverage", 0.0),
        default_probability=row.number_or("default_probability", 0.0),
        material=row.text("material"),
        price_musd_per_kt=row.number_or("usd_per_kg", 0.0),
        years=row.year("years"),
        upside_share=row.number_or("upside_share", 0.0),
    )
