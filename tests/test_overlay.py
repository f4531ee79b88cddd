"""The sheet Strategies: what its actions write, that the order of rows means nothing, and each fault at its cell."""

from __future__ import annotations

import random

import pytest
from click.testing import CliRunner
from money_toy import MONEY
from workbook_toy import TOY, Case, changed, write_folder

from optimizer.assemble import assemble
from optimizer.checks import check
from optimizer.cli import main
from optimizer.findings import Level
from optimizer.overlay import changes, overlaid, strategies
from optimizer.strategy_faults import strategy_faults
from optimizer.workbook import read_workbook

HEADER = ["strategy", "table", "filter", "column", "action", "value"]
ROWS = [
    ["nothing", "Settings", "setting=budget_musd", "value", "set", "0"],
    ["mixed", "Projects", "status=candidate; process=reduce", "capex_musd", "multiply", "1.1"],
    ["mixed", "Projects", "project=MB", "", "remove", ""],
    ["mixed", "Projects", "status=candidate", "first_funding_year", "add", "1"],
    ["mixed", "Budgets", "", "stages", "remove", ""],
]
CASE: Case = TOY | {"Strategies": [HEADER, *ROWS]}


def book(folder, case: Case):
    return read_workbook(write_folder(folder, case))


def cells(workbook, sheet: str, key: str) -> dict[str, dict[str, object]]:
    return {str(row.cells[key]): dict(row.cells) for row in workbook.table(sheet).rows}


def test_the_toy_with_strategies_is_clean(tmp_path):
    workbook = book(tmp_path, CASE)
    assert [str(x) for x in (*check(workbook), *strategy_faults(workbook))] == []


def test_each_action_writes_what_it_says(tmp_path):
    """80 x 1.1 = 88 and 50 x 1.1 = 55; RB may be funded from 2031; RB2 leaves it blank and keeps it blank; MB is gone."""
    workbook = book(tmp_path, CASE)
    nothing, mixed = (overlaid(workbook, x) for x in strategies(workbook))
    assert cells(nothing, "Settings", "setting")["budget_musd"]["value"] == "0"
    projects = cells(mixed, "Projects", "project")
    assert [projects["RB"]["capex_musd"], projects["RB2"]["capex_musd"]] == [88.0, 55.0]
    assert projects["RB"]["first_funding_year"] == 2031.0
    assert "first_funding_year" not in projects["RB2"]
    assert "MB" not in projects
    assert all("stages" not in row for row in cells(mixed, "Budgets", "funder").values())
    assert "Strategies" not in mixed.tables


def test_what_is_not_named_stays_as_it_is(tmp_path):
    workbook = book(tmp_path, CASE)
    nothing = overlaid(workbook, strategies(workbook)[0])
    same = {name: table for name, table in workbook.tables.items() if name not in ("Settings", "Strategies")}
    assert {name: nothing.tables[name] for name in same} == same
    assert [(x.sheet, x.column, x.before, x.after) for x in changes(workbook, strategies(workbook)[0])] == [
        ("Settings", "value", "500", "0")
    ]


def test_the_order_of_rows_means_nothing(tmp_path):
    found = []
    for seed in range(4):
        rows = list(ROWS)
        random.Random(seed).shuffle(rows)
        workbook = book(tmp_path / str(seed), TOY | {"Strategies": [HEADER, *rows]})
        found.append({x.name: overlaid(workbook, x).sha256() for x in strategies(workbook)})
    assert all(one == found[0] for one in found)


FAULTS = [
    ({"Strategies!B2": "Setings"}, "unknown_table", "B2", "Did you mean Settings?"),
    ({"Strategies!B2": "Strategies"}, "unknown_table", "B2", ""),
    ({"Strategies!C2": "setting=budget"}, "picks_nothing", "C2", ""),
    ({"Strategies!C2": "budget_musd"}, "bad_filter", "C2", ""),
    ({"Strategies!C3": "state=candidate"}, "bad_filter", "C3", ""),
    ({"Strategies!D3": "capex_mus"}, "unknown_column", "D3", "Did you mean capex_musd?"),
    ({"Strategies!D3": ""}, "no_column", "D3", ""),
    ({"Strategies!E3": "divide"}, "not_a_choice", "E3", ""),
    ({"Strategies!F3": ""}, "no_value", "F3", ""),
    ({"Strategies!F3": "1,1"}, "bad_value", "F3", ""),
    ({"Strategies!F3": "-1"}, "bad_value", "F3", ""),
    ({"Strategies!F2": "lots"}, "bad_value", "F2", ""),
    ({"Strategies!F5": "0.5"}, "bad_value", "F5", ""),
    ({"Strategies!D3": "process"}, "not_arithmetic", "E3", ""),
    ({"Strategies!F4": "1"}, "value_of_remove", "F4", ""),
    ({"Strategies!D4": "country"}, "removes_required", "E4", ""),
    ({"Strategies!C2": "setting=first_year", "Strategies!F2": "2031"}, "common_setting", "C2", ""),
    ({"Strategies!A2": "mixed!"}, "same_folder", "A3", ""),
    ({"Strategies!D5": "capex_musd"}, "changed_twice", "C5", ""),
    ({"Strategies!C5": "project=M", "Strategies!D5": "min_capacity_t_per_year"}, "picks_blanks", "C5", ""),
]


@pytest.mark.parametrize(("cells", "code", "cell", "remedy"), FAULTS)
def test_each_broken_cell_is_told(tmp_path, cells, code, cell, remedy):
    found = [x for x in check(book(tmp_path, changed(cells, CASE))) if x.level is Level.FAULT]
    assert {(x.code, x.address) for x in found} == {(code, f"Strategies!{cell}")}
    assert found[0].remedy.startswith(remedy)


def test_what_a_strategy_breaks_is_told_with_its_name_and_cell(tmp_path):
    """Without RB nothing is there that MB could require."""
    case = changed({"Strategies!C4": "project=RB"}, CASE)
    case["Strategies"].pop(2)
    folder = write_folder(tmp_path / "case", case)
    assert [x for x in check(read_workbook(folder)) if x.level is Level.FAULT] == []
    told = strategy_faults(read_workbook(folder))
    assert [x.address for x in told] == ["Projects!O7"]
    assert "“mixed”" in told[0].problem
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 3
    assert "Projects!O7" in result.stderr
    assert CliRunner().invoke(main, ["strategies", str(folder)]).exit_code == 3


def test_prices_and_instruments_can_be_changed(tmp_path):
    """A crash of a tenth of the price, a dearer floor, no instruments at all, another deck: each a strategy of its own.

    Without instruments there would be no firms: those that are all taken away stay and may give nothing.
    """
    rows = [
        ["cheap magnets", "Prices", "deck=base; material=magnet", "usd_per_kg", "multiply", "0.1"],
        ["dear floor", "Instruments", "kind=floor", "usd_per_kg", "add", "5"],
        ["dear floor", "Instruments", "instrument=cheap", "rate", "set", "0"],
        ["none", "Instruments", "", "", "remove", ""],
        ["crash", "Settings", "setting=planning_deck", "value", "set", "crash"],
    ]
    workbook = book(tmp_path, MONEY | {"Strategies": [HEADER, *rows]})
    assert [str(x) for x in check(workbook)] == []
    cheap, dear, none, crash = (assemble(overlaid(workbook, x)).finance for x in strategies(workbook))
    assert [(x.address, x.code) for x in strategy_faults(workbook)] == []
    assert none is not None
    assert {x.max_share for x in none.instruments.values()} == {0.0}
    assert cheap is not None
    assert dear is not None
    assert crash is not None
    assert [cheap.price("base", "magnet", 2030), cheap.price("crash", "magnet", 2030)] == [14.0, 50.0]
    assert [dear.instruments["least"].price_musd_per_kt, dear.instruments["cheap"].rate] == [50.0, 0.0]
    assert crash.planning_deck == "crash"


def test_instruments_that_are_all_taken_away_are_listed_as_giving_nothing(tmp_path):
    """In two rows too; one that stays keeps what it gives, and the others go."""
    rows = [
        ["none", "Instruments", "instrument=[!l]*", "", "remove", ""],
        ["none", "Instruments", "instrument=l*", "", "remove", ""],
        ["one", "Instruments", "instrument=[!l]*", "", "remove", ""],
    ]
    workbook = book(tmp_path, MONEY | {"Strategies": [HEADER, *rows]})
    none, one = (changes(workbook, x) for x in strategies(workbook))
    assert {(x.sheet, x.column, x.before, x.after) for x in none[:2]} == {("Instruments", "max_share", "0.5", 0)}
    assert (len(none), none[2].before, {x.after for x in none}) == (8, None, {0})
    assert {(x.column, x.after) for x in one} == {("", None)}


def test_a_strategy_that_breaks_prices_or_instruments_is_told(tmp_path):
    """Without its rows in the base deck magnets have no price; without the loan a pot names what is not there."""
    rows = [
        ["no price", "Prices", "deck=base; material=magnet", "", "remove", ""],
        ["no loan", "Instruments", "instrument=cheap", "", "remove", ""],
        ["no rate", "Instruments", "instrument=cheap", "rate", "remove", ""],
    ]
    faults = strategy_faults(book(tmp_path, MONEY | {"Strategies": [HEADER, *rows]}))
    assert [(x.code, x.address) for x in faults] == [
        ("no_price", "Recipes!D6"),
        ("unknown_reference", "Budgets!G2"),
        ("instrument_needs", "Instruments!H3"),
    ]
    assert "with strategy “no loan”" in faults[1].problem
