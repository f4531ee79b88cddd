"""Sheets Defaults and Sources with prices and instruments: what blank cells were taken to mean, and where figures come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from money_toy import MONEY
from reported import find, rows, texts
from workbook_toy import Case, changed, write_folder

from optimizer.report.defaults import write_defaults
from optimizer.report.facts import Facts
from optimizer.report.sources import rows_used
from optimizer.report.style import Painter
from optimizer.report.tables import COLUMNS
from optimizer.workbook import read_workbook

OF_FIRMS = ("hurdle_rate", "operating_life_years", "tax_rate")
OFF: Case = MONEY | {"Instruments": [MONEY["Instruments"][0]]}


def facts(folder: Path, case: Case) -> Facts:
    """The case with a plan that funds and pays nothing."""
    tables = {name: pd.DataFrame(columns=list(columns)) for name, columns in COLUMNS.items()}
    return Facts(read_workbook(write_folder(folder / "case", case)), tables, {"status": "optimal"}, ())


def defaults(folder: Path, case: Case) -> dict[tuple[str, str], dict[str, Any]]:
    book = openpyxl.Workbook()
    write_defaults(book, facts(folder, case), Painter())
    sheet = book["Defaults"]
    return {(row["Sheet"], row["Column or setting"]): row for row in rows(sheet, find(sheet, "Sheet"))}


def test_blanks_of_firms_instruments_and_settings_are_listed(tmp_path: Path):
    case = changed({"Settings!B12": "", "Settings!A13": "handling_mark", "Settings!B13": "OFFICIAL"}, MONEY)
    found = defaults(tmp_path, case)
    # Of three candidates RB fills all, MB its tax rate only, RB2 nothing.
    assert [found["Projects", name]["Cells"] for name in OF_FIRMS] == [2, 2, 1]
    assert {found["Projects", name]["Of rows"] for name in OF_FIRMS} == {3}
    assert found["Projects", "hurdle_rate"]["Default taken"] == "0.1"
    assert found["Settings", "utilization"]["First cells"] == "B12"
    assert found["Settings", "public_rate"]["Default taken"] == "discount_rate"
    assert ("Settings", "planning_deck") not in found
    # Five rows are of capital kinds, and the grant alone has a limit; two lend; floor and credit stand in rows 8 and 7.
    assert found["Instruments", "max_musd_per_project"]["Of rows"] == 5
    assert found["Instruments", "max_musd_per_project"]["Cells"] == 4
    assert found["Instruments", "grace_years"]["Of rows"] == 2
    assert found["Instruments", "years"]["First cells"] == "O8"
    assert found["Budgets", "max_project_share"]["First cells"] == "I4"
    assert {column for sheet, column in found if sheet == "Instruments"}.isdisjoint(("rate", "tenor_years", "coverage"))
    assert ("Projects", "public_share") not in found


def test_without_instruments_they_are_not(tmp_path: Path):
    found = defaults(tmp_path, OFF)
    assert {("Projects", name) for name in OF_FIRMS}.isdisjoint(found)
    assert {("Settings", "utilization"), ("Settings", "public_rate"), ("Budgets", "instruments")}.isdisjoint(found)
    assert found["Projects", "public_share"]["Cells"] == 3


@pytest.mark.parametrize(("case", "is_told"), [(OFF, True), (MONEY, False)])
def test_an_empty_sheet_is_named_as_a_feature_that_is_off(case: Case, is_told: bool, tmp_path: Path):
    book = openpyxl.Workbook()
    write_defaults(book, facts(tmp_path, case), Painter())
    off = next(text for text in texts(book["Defaults"]) if text.startswith("Sheets absent or empty"))
    assert ("Instruments" in off) is is_told
    assert "Prices" not in off


def test_sources_name_the_decks_in_use_and_the_instruments(tmp_path: Path):
    case = changed(
        {"Prices!E1": "source", "Prices!E2": "an exchange", "Prices!A9": "high", "Prices!B9": "oxide"}, MONEY
    )
    case["Prices"][8][2:] = ["2030", "99"]
    used = {(x.sheet, x.what): x for x in rows_used(facts(tmp_path, case))}
    assert used["Prices", "base, oxide"].source == "an exchange"
    assert used["Prices", "base, metal"].numbers == [3, 4]
    assert ("Prices", "crash, oxide") in used
    assert ("Prices", "high, oxide") not in used
    assert ("Instruments", "gift") in used


def test_sources_name_no_prices_without_instruments(tmp_path: Path):
    assert {x.sheet for x in rows_used(facts(tmp_path, OFF))}.isdisjoint(("Prices", "Instruments"))
