"""What the checks say of prices, instruments and funders: each fault at its cell, warnings, and silence where they are off."""

from __future__ import annotations

from pathlib import Path

import pytest
from money_toy import MONEY
from workbook_toy import TOY, Case, changed, without, write_folder, write_xlsx

from optimizer.assemble import assemble
from optimizer.checks import check
from optimizer.findings import Finding, Level
from optimizer.workbook import read_workbook


def findings(folder: Path, cells: dict[str, object], base: Case = MONEY) -> list[Finding]:
    return check(read_workbook(write_folder(folder / "case", changed(cells, base))))


def told(folder: Path, cells: dict[str, object], level: Level, base: Case = MONEY) -> list[tuple[str, str]]:
    return [(x.code, x.address) for x in findings(folder, cells, base) if x.level is level]


def test_a_full_valid_workbook_has_no_finding_in_either_format(tmp_path: Path):
    assert [str(x) for x in findings(tmp_path, {})] == []
    assert [str(x) for x in check(read_workbook(write_xlsx(tmp_path / "case.xlsx", MONEY)))] == []


NO_MATERIAL_NO_PRICE = [("instrument_needs", "Instruments!M8"), ("instrument_needs", "Instruments!N8")]
FAULTS = [
    # Prices stand by themselves: their form is checked whether instruments are on or not.
    ({"Prices!D3": ""}, [("blank_required", "Prices!D3")]),
    ({"Prices!A5": ""}, [("no_price", "Recipes!D6"), ("blank_required", "Prices!A5")]),
    ({"Prices!D3": "-1"}, [("out_of_range", "Prices!D3")]),
    ({"Prices!D3": "90,5"}, [("not_a_number", "Prices!D3")]),
    ({"Prices!B5": "magnets"}, [("no_price", "Recipes!D6"), ("unknown_reference", "Prices!B5")]),
    ({"Prices!C4": "2030"}, [("duplicate_key", "Prices!A4")]),
    ({"Prices!C6": "2031"}, [("no_value_before_first_row", "Prices!C6")]),
    # Decks.
    ({"Settings!B10": "bas"}, [("unknown_reference", "Settings!B10")]),
    ({"Settings!B11": "crush"}, [("unknown_reference", "Settings!B11")]),
    ({"Settings!B12": "85"}, [("out_of_range", "Settings!B12")]),
    ({"Settings!B13": "-0.01"}, [("out_of_range", "Settings!B13")]),
    ({"Settings!B14": "none"}, [("not_a_number", "Settings!B14")]),
    (
        {"Settings!B10": "", "Prices!A2": "mid", "Prices!A3": "mid", "Prices!A4": "mid", "Prices!A5": "mid"},
        [("no_planning_deck", "Settings!B10")],
    ),
    # What is traded or promised has a price in both decks; 0 is one. RB takes oxide, MB makes magnets.
    ({"Prices!A2": "#base"}, [("no_price", "Recipes!D3")]),
    ({"Prices!A8": "#crash"}, [("no_price", "Recipes!D6")]),
    ({"Prices!D2": "0"}, []),
    # Instruments: their cells.
    ({"Instruments!A3": "gift"}, [("unknown_reference", "Budgets!G2"), ("duplicate_key", "Instruments!A3")]),
    ({"Instruments!A4": "a;b"}, [("unknown_reference", "Budgets!G2"), ("semicolon_in_name", "Instruments!A4")]),
    ({"Instruments!B2": "gift"}, [("not_a_choice", "Instruments!B2")]),
    ({"Instruments!C2": "magnet;metalization"}, [("unknown_reference", "Instruments!C2")]),
    ({"Instruments!C2": "stockpile"}, [("unknown_reference", "Instruments!C2")]),
    ({"Instruments!D2": "B;X"}, [("unknown_reference", "Instruments!D2")]),
    ({"Instruments!E2": "DoF"}, [("unknown_reference", "Instruments!E2")]),
    ({"Instruments!F2": "50"}, [("out_of_range", "Instruments!F2")]),
    ({"Instruments!I3": "0"}, [("out_of_range", "Instruments!I3")]),
    ({"Instruments!I3": "12.5"}, [("not_whole", "Instruments!I3")]),
    ({"Instruments!M8": "magnt"}, [("unknown_reference", "Instruments!M8")]),
    ({"Budgets!A3": "DoE; Energy"}, [("semicolon_in_name", "Budgets!A3"), ("unknown_reference", "Instruments!E2")]),
    # What a kind needs.
    ({"Instruments!H3": ""}, [("instrument_needs", "Instruments!H3")]),
    ({"Instruments!H4": ""}, [("instrument_needs", "Instruments!H4")]),
    ({"Instruments!H5": ""}, [("instrument_needs", "Instruments!H5")]),
    ({"Instruments!I3": ""}, [("instrument_needs", "Instruments!I3")]),
    ({"Instruments!I5": ""}, [("instrument_needs", "Instruments!I5")]),
    ({"Instruments!K5": ""}, [("instrument_needs", "Instruments!K5")]),
    ({"Instruments!L5": ""}, [("instrument_needs", "Instruments!L5")]),
    ({"Instruments!L3": ""}, []),
    ({"Instruments!M7": ""}, [("instrument_needs", "Instruments!M7")]),
    ({"Instruments!M8": "", "Instruments!N8": ""}, NO_MATERIAL_NO_PRICE),
    ({"Instruments!N9": ""}, [("instrument_needs", "Instruments!N9")]),
    ({"Instruments!K1": "_coverage"}, [("instrument_needs", "Instruments")]),
    # What a kind has not.
    ({"Instruments!G7": "5"}, [("not_of_this_kind", "Instruments!G7")]),
    ({"Instruments!H2": "0.05"}, [("not_of_this_kind", "Instruments!H2")]),
    ({"Instruments!I2": "10"}, [("not_of_this_kind", "Instruments!I2")]),
    ({"Instruments!J4": "0"}, [("not_of_this_kind", "Instruments!J4")]),
    ({"Instruments!K3": "0.5"}, [("not_of_this_kind", "Instruments!K3")]),
    ({"Instruments!L6": "0.1"}, [("not_of_this_kind", "Instruments!L6")]),
    ({"Instruments!M2": "metal"}, [("not_of_this_kind", "Instruments!M2")]),
    ({"Instruments!N2": "1"}, [("not_of_this_kind", "Instruments!N2")]),
    ({"Instruments!O3": "5"}, [("not_of_this_kind", "Instruments!O3")]),
    ({"Instruments!P9": "0.5"}, [("not_of_this_kind", "Instruments!P9")]),
    ({"Instruments!J3": "12"}, [("grace_without_end", "Instruments!J3")]),
    ({"Instruments!J3": "11"}, []),
    # Firms.
    ({"Projects!R5": "12"}, [("out_of_range", "Projects!R5")]),
    ({"Projects!S5": "0"}, [("out_of_range", "Projects!S5")]),
    ({"Projects!T5": "25"}, [("out_of_range", "Projects!T5")]),
    # Funders.
    ({"Budgets!G2": "gift;lone"}, [("unknown_reference", "Budgets!G2")]),
    ({"Budgets!H3": "Bland"}, [("unknown_reference", "Budgets!H3")]),
    ({"Budgets!H2": "A"}, [("two_of_a_funder", "Budgets!H4")]),
    ({"Budgets!I4": "0.7"}, [("two_of_a_funder", "Budgets!I4")]),
    ({"Budgets!J4": "0.2"}, [("two_of_a_funder", "Budgets!J4")]),
    ({"Budgets!H3": "", "Budgets!J3": "0.5"}, [("needs_home", "Budgets!J3")]),
    ({"Budgets!I3": "60"}, [("out_of_range", "Budgets!I3")]),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "places"), FAULTS)
def test_a_fault_is_told_at_its_cell(cells: dict[str, object], places: list[tuple[str, str]], tmp_path: Path):
    assert told(tmp_path, cells, Level.FAULT) == places


WARNINGS = [
    ({"Settings!B11": "base"}, ("crash_is_planning", "Settings!B11")),
    (
        {"Settings!B11": "", "Prices!A6": "low", "Prices!A7": "low", "Prices!A8": "low"},
        ("no_crash_deck", "Settings!B14"),
    ),
    ({"Instruments!C2": "separation"}, ("serves_nobody", "Instruments!A2")),
    ({"Instruments!D2": "A"}, ("serves_nobody", "Instruments!A2")),
    ({"Instruments!M7": "oxide"}, ("serves_nobody", "Instruments!M7")),
    ({"Instruments!C8": "metallization"}, ("serves_nobody", "Instruments!M8")),
    # DoD has no pot for the stage of the grant; DoE may not pay for it; no pot names it.
    ({"Instruments!E2": "DoD", "Budgets!F4": "magnet"}, ("nobody_pays", "Instruments!A2")),
    ({"Budgets!G3": "cheap"}, ("nobody_pays", "Instruments!A2")),
    ({"Projects!Q5": "0.5"}, ("public_share_not_read", "Projects!Q5")),
    ({"Budgets!I2": "0.3"}, ("parts_below_whole", "Budgets!I2")),
    # RB, funded in 2030 at the earliest, is a year in building: with a life of 2 years its firm reckons to 2032.
    ({"Projects!S5": "2"}, ("life_ends_within_plan", "Projects!S5")),
]


@pytest.mark.parametrize(("cells", "place"), WARNINGS)
def test_a_suspicion_is_told_at_its_cell(cells: dict[str, object], place: tuple[str, str], tmp_path: Path):
    assert told(tmp_path, cells, Level.FAULT) == []
    assert told(tmp_path, cells, Level.WARNING) == [place]


def test_a_funder_that_must_pay_at_home_and_may_not_is_suspicious(tmp_path: Path):
    """No pot of DoD may pay in B, its home; nor can it pay for the promises that only it may give, to plants in B."""
    cells: dict[str, object] = {"Budgets!E2": "A", "Budgets!E4": "A"}
    assert told(tmp_path, cells, Level.WARNING) == [
        ("funder_pays_nothing", "Budgets!J2"),
        ("nobody_pays", "Instruments!A8"),
        ("nobody_pays", "Instruments!A9"),
    ]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"Instruments!I2": "10"}, 'Instruments!I2 tenor_years = "10": a grant has no tenor_years. Leave it blank.'),
        (
            {"Instruments!H4": ""},
            "Instruments!H4 rate: an equity needs its rate. Write it, 0 too if 0 is meant.",
        ),
        (
            {"Prices!A2": "#base", "Prices!A6": "#crash"},
            'Recipes!D3 material = "oxide": candidates take it, and it has no price in the deck base and in the deck crash.'
            " Write a row of Prices, 0 if it has no market.",
        ),
        ({"Budgets!G2": "gift;laon"}, 'Budgets!G2 instruments = "gift;laon": "laon" is not in the sheet Instruments.'),
        ({"Instruments!E2": "DoEE"}, 'Instruments!E2 funders = "DoEE": "DoEE" is not in the sheet Budgets. Did you mean DoE?'),
        (
            {"Budgets!H2": "A"},
            'Budgets!H4 home = "B": home holds for DoD as a whole, and is A in H2. Write the same, or leave all rows but'
            " one blank.",
        ),
        (
            {"Settings!B10": "bse"},
            'Settings!B10 value = "bse": planning_deck: no deck of Prices has this name. Did you mean base?',
        ),
        (
            {"Instruments!J3": "14"},
            'Instruments!J3 grace_years = "14": not less than tenor_years = 12, so that nothing could be paid back. Write 11'
            " or less, or a longer tenor.",
        ),
    ],
)  # fmt: skip
def test_a_finding_says_what_was_read_and_how_to_mend_it(cells: dict[str, object], sentence: str, tmp_path: Path):
    assert any(str(x).startswith(sentence) for x in findings(tmp_path, cells)), [
        str(x) for x in findings(tmp_path, cells)
    ]


def test_a_promise_for_a_material_that_no_candidate_trades_needs_a_price(tmp_path: Path):
    """The case has a fourth material, made by nobody: the floor names it, and no deck does."""
    cells = {"Materials!A5": "powder", "Materials!B5": "Powder", "Materials!C5": "magnet", "Instruments!M8": "powder"}
    assert told(tmp_path, cells, Level.FAULT) == [("no_price", "Instruments!M8")]
    assert told(tmp_path, cells, Level.WARNING) == [("serves_nobody", "Instruments!M8")]


def test_materials_that_only_standing_plants_trade_need_no_price(tmp_path: Path):
    """Without RB and RB2 nothing takes oxide but the plant that stands already; the group and who requires it go with them."""
    cells: dict[str, object] = {
        "Projects!A5": "#RB",
        "Projects!A6": "#RB2",
        "Projects!O7": "",
        "Prices!A2": "#",
        "Prices!A6": "#",
    }
    assert told(tmp_path, cells, Level.FAULT) == []  # fmt: skip


@pytest.mark.parametrize("gone", [{}, {"Prices": [["deck", "material", "year", "usd_per_kg"]]}])
def test_instruments_without_prices_are_one_fault_at_the_sheet(gone: Case, tmp_path: Path):
    case = without("Prices", base=changed({"Settings!B10": "", "Settings!B11": ""}, MONEY)) | gone
    assert told(tmp_path, {}, Level.FAULT, case) == [("no_rows", "Prices")]


def test_without_a_row_of_the_setting_the_missing_deck_is_told_at_the_sheet(tmp_path: Path):
    case = MONEY | {"Settings": TOY["Settings"], "Prices": [[*row] for row in MONEY["Prices"]]}
    for row in case["Prices"][1:]:
        row[0] = "low" if row[0] == "crash" else "mid"
    assert told(tmp_path, {}, Level.FAULT, case) == [("no_planning_deck", "Settings")]


def test_without_budgets_no_funder_can_be_named(tmp_path: Path):
    case = without("Budgets", base=MONEY)
    assert told(tmp_path, {}, Level.FAULT, case) == [
        ("unknown_reference", "Instruments!E2"),
        ("unknown_reference", "Instruments!E8"),
    ]
    assert told(tmp_path, {"Instruments!E2": "", "Instruments!E8": ""}, Level.FAULT, case) == []


def test_all_faults_are_told_at_once(tmp_path: Path):
    cells = {"Prices!D3": "x", "Instruments!I2": "10", "Instruments!H3": "", "Budgets!H2": "A", "Settings!B12": "90"}
    assert told(tmp_path, cells, Level.FAULT) == [
        ("out_of_range", "Settings!B12"),
        ("two_of_a_funder", "Budgets!H4"),
        ("not_a_number", "Prices!D3"),
        ("not_of_this_kind", "Instruments!I2"),
        ("instrument_needs", "Instruments!H3"),
    ]


def test_without_rows_of_instruments_only_the_form_of_prices_is_checked(tmp_path: Path):
    """Decks that lack materials or do not exist, instruments that are named nowhere and public shares are silent then."""
    off = MONEY | {"Instruments": [MONEY["Instruments"][0]]}
    cells: dict[str, object] = {"Settings!B10": "no such deck", "Prices!A2": "#base", "Projects!Q5": "0.5"}
    assert findings(tmp_path, cells, off) == []
    assert told(tmp_path, {"Prices!C6": "2033", "Prices!B8": "ore"}, Level.FAULT, off) == [
        ("no_value_before_first_row", "Prices!C6"),
        ("unknown_reference", "Prices!B8"),
    ]


def test_what_funders_ask_is_checked_without_instruments_too(tmp_path: Path):
    off = without("Instruments", base=MONEY)
    assert told(tmp_path, {"Budgets!H2": "A"}, Level.FAULT, off) == [("two_of_a_funder", "Budgets!H4")]
    assert told(tmp_path, {"Budgets!H3": "", "Budgets!J3": "1"}, Level.FAULT, off) == [("needs_home", "Budgets!J3")]


def test_a_valid_workbook_becomes_a_case(tmp_path: Path):
    made = assemble(read_workbook(write_folder(tmp_path / "case", MONEY)))
    assert made.finance is not None
    assert list(made.finance.instruments) == [str(row[0]) for row in MONEY["Instruments"][1:]]
    assert made.finance.price("base", "metal", 2045) == 110.0
    assert [(pot.home, pot.max_project_share, pot.min_domestic_share) for pot in made.pots.values()] == [
        ("B", 0.8, 0.1),
        ("B", 0.6, None),
        ("B", 0.8, 0.1),
    ]
