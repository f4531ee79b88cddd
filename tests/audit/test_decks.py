"""The cells of Prices: which deck, which price."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.audit.decks import read_decks
from optimizer.workbook import read_workbook


def decks_of(folder: Path, rows: str, **chosen: object):  # type: ignore[no-untyped-def]
    (folder / "Prices.csv").write_text(f"deck,material,year,usd_per_kg\n{rows}\n", encoding="utf-8")
    return read_decks(read_workbook(folder), chosen)


@pytest.mark.parametrize(
    ("names", "chosen", "used"),
    [
        (("base", "crash"), {}, ("base", "crash")),
        (("base", "high"), {}, ("base",)),
        (("only",), {}, ("only",)),
        (("base", "high", "low"), {"planning_deck": "high", "crash_deck": "low"}, ("high", "low")),
    ],
)
def test_a_blank_deck_has_its_default(
    names: tuple[str, ...], chosen: dict[str, object], used: tuple[str, ...], tmp_path: Path
) -> None:
    assert decks_of(tmp_path, "\n".join(f"{name},m,2030,1" for name in names), **chosen).used == used


def test_prices_are_linear_between_years_and_flat_after_the_last(tmp_path: Path) -> None:
    decks = decks_of(tmp_path, "base,m,2034,80\nbase,m,2030,60")
    assert [decks.price("base", "m", year) for year in (2030, 2031, 2034, 2060)] == [60.0, 65.0, 80.0, 80.0]
