"""Sheet Outlay of ``strategies``: public money by year, by who pays and where it is spent; what may be owed in a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.side_by_side import SideBySide
from optimizer.report.style import Painter

_NAME, _ALL, _EACH = 27.0, 10.0, 8.5
_NO_LIABILITY = (
    "Liability (guarantees, price floors, offtake) is not told: the workbook has no instruments, so public money is outlay"
    " alone, and a strategy of short grants can only be shown by when there is money and from whom."
)
_LIABILITY = (
    "Outlay is what packages charge. What guarantees (in full), price floors and offtakes may cost if prices crash is no part of"
    " it, nor are loans, of which packages charge only what is not expected to come back."
)


def write_outlay(book: Book, told: SideBySide, tables: Mapping[str, pd.DataFrame], painter: Painter) -> None:
    """Write public outlay by year, by funder and by country, and by year what may be owed in the crash."""
    outlays, spent, owed = (tables[f"strategy_{name}"] for name in ("outlays", "spent", "liability"))
    built = [{"strategy": x.name, "what": "Built by it", "musd": x.decreed_musd} for x in told.held if x.decreed_musd]
    paid = pd.concat([outlays.rename(columns={"funder": "what"}), pd.DataFrame(built)], ignore_index=True)
    funders = list(dict.fromkeys(paid["what"]))
    places = list(dict.fromkeys(told.facts.country(c) for c in sorted(spent["country"])))
    due = list(range(int(owed["year"].min()), int(owed["year"].max()) + 1)) if len(owed) else []
    most = max(map(len, (told.years, funders, places, due)))
    page = open_page(
        book, told.facts, painter, "Outlay", "Outlay: public money, MUSD", [_NAME, _ALL, *([_EACH] * most)]
    )
    page.sentence(
        "Undiscounted. What a strategy itself has built counts in no year, by the public_share of its capital cost (blank: all)."
    )
    sums = {side.name: side.outlay_musd for side in told.held}
    page.heading("By year")
    _matrix(page, sums, outlays.rename(columns={"year": "what"}), told.years)
    page.heading("By funder")
    _matrix(page, sums, paid, funders)
    if places:
        page.heading("By the country in which it is spent: plants, stocks and training")
        _matrix(page, sums, spent.assign(what=[told.facts.country(c) for c in spent["country"]]), places)
    _owed(page, told, owed.rename(columns={"year": "what", "crash_musd": "musd"}), due)
    note(page, [liability_note(told)])
    page.end()


def _matrix(page: Page, sums: Mapping[str, float], table: pd.DataFrame, names: Sequence[object]) -> None:
    """Write a row per strategy: all of it, and what is of each name."""
    columns = (
        *(Column("Strategy", _NAME), Column("All", _ALL, "musd")),
        *(Column(str(name), _EACH, "musd") for name in names),
    )
    found = table.groupby(["strategy", "what"])["musd"].sum().to_dict() if len(table) else {}
    page.table(
        columns,
        [Line((x, every, *(found.get((x, name), 0.0) for name in names))) for x, every in sums.items()],
    )


def _owed(page: Page, told: SideBySide, owed: pd.DataFrame, years: Sequence[int]) -> None:
    """Write what floors, offtakes and guarantees pay in the crash, strategies that promise nothing left out."""
    sums = {str(x): float(y) for x, y in owed.groupby("strategy", sort=False)["musd"].sum().items() if y > 0.0}
    if sums:
        deck = next(x.money["crash_deck"] for x in told.held if x.name in sums)
        lead = f"at prices of deck “{deck}”" if deck is not None else "without a crash deck: guarantees alone"
        page.heading(
            f"What floors, offtakes and guarantees may cost by year, {lead}; strategies that owe nothing left out"
        )
        _matrix(page, sums, owed, years)


def liability_note(told: SideBySide) -> str:
    """What the outlay is, and what it is not."""
    return _LIABILITY if told.has_instruments else _NO_LIABILITY
