"""Packages, firms, liabilities and funders: each cell is read, each rule is held, what is off is not asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from audit_toys import INVESTMENT
from audited import OF_INSTRUMENTS, Toy, checks, run
from money_toys import PACKAGE

# What it has and serves is another share of the whole where some of it is changed.
UNSHARED = replace(PACKAGE, sheets={name: text for name, text in PACKAGE.sheets.items() if name != "Fairness"})


def with_cells(sheet: str, old: str, new: str, toy: Toy = PACKAGE) -> Toy:
    assert old in toy.sheets[sheet]
    return replace(toy, sheets={**toy.sheets, sheet: toy.sheets[sheet].replace(old, new)})


def with_rows(table: str, number: int, **cells: str) -> dict[str, list[list[str]]]:
    """A table of the toy with some cells of one row changed."""
    rows, columns = PACKAGE.rows(table), PACKAGE.headers[table].split(",")
    for column, cell in cells.items():
        rows[number][columns.index(column)] = cell
    return {table: rows}


CHANGED_CELLS = [
    # sheet, what stands there, what is written instead, the check that notices
    ("Instruments", "give,grant,press", "give,grant,mine", "instrument_serves"),
    ("Instruments", "give,grant,press,A", "give,grant,press,B", "instrument_serves"),
    ("Instruments", "give,grant,press,A", "give,grant,press;mine,A;B", None),
    ("Instruments", "press,A,F", "press,A,G", "funder_of_instrument"),
    ("Instruments", "press,A,F,0.3", "press,A,F,0.23", "amount_in_range"),
    ("Instruments", "0.3,2.5", "0.3,1.9", "amount_per_project"),
    ("Instruments", "give,grant", "give,equity", "package_words"),
    ("Instruments", "lend,loan,,,,,,0.1", "lend,loan,,,,,,0.11", "package_value"),
    ("Instruments", "0.1,2,1,,0.2", "0.1,3,1,,0.2", "package_receipts"),
    ("Instruments", "0.1,2,1,,0.2", "0.1,2,0,,0.2", None),  # Nothing is given back before all is drawn.
    ("Instruments", "0.1,2,1,,0.2", "0.1,1,0,,0.2", None),
    ("Instruments", "0.1,2,1,,0.2", "0.1,2,1,,0.1", "package_charge"),
    ("Instruments", "own,equity,,,,,,0.1", "own,equity,,,,,,0.2", "package_value"),
    ("Instruments", "0.1,2,,0.5,0.1", "0.1,2,,0.6,0.1", "package_contingent"),
    ("Instruments", "0.1,2,,0.5,0.1", "0.1,2,,0.5,0.2", "outlay_by_project"),
    ("Instruments", "0.1,2,,0.5,0.1", "0.1,4,3,0.5,0.1", "liability_crash"),
    ("Instruments", "m,5,2", "m,6,2", "outlay_by_project"),
    ("Instruments", "m,5,2", "m,5,1", "package_charge"),
    ("Instruments", "m,5,2", "m,5,3", "outlay_by_project"),  # The third year is charged in the last of the plan.
    ("Instruments", "m,5,2", "n,5,2", "package_value"),
    ("Instruments", "G,0.7", "G,0.6", "amount_in_range"),
    ("Instruments", "m,110,,0.3", "m,111,,0.3", "liability_planning"),
    ("Instruments", "m,110,,0.3", "m,110,,0.4", "package_receipts"),
    ("Instruments", "m,110,,0.3", "m,110,2,0.3", "public_outlay"),
    ("Instruments", "m,110,,0.3", "m,110,20,0.3", None),  # No longer than the plant operates.
    ("Instruments", "m,115", "m,116", "liability_crash"),
    ("Prices", "base,m,2030,80", "base,m,2030,84", "cashflow_revenue"),
    ("Prices", "base,m,2033,90", "base,m,2033,91", "npv_unaided"),
    ("Prices", "base,m,2033,90", "base,m,2034,90", "cashflow_revenue"),  # Half way, 105.
    ("Prices", "base,o,2032,20", "base,o,2032,21", "cashflow_inputs"),
    ("Prices", "base,o,2032,20", "base,o,2032,36", "cashflow_recipe"),
    ("Prices", "base,o,2030,100", "base,o,2030,110", None),  # r1 takes no oxide in 2031.
    ("Prices", "crash,m,2030,60", "crash,m,2030,61", "package_contingent"),
    ("Settings", "utilization,0.5", "utilization,0.51", "planned_utilization"),
    ("Settings", "utilization,0.5", "utilization,0.51", "cashflow_activity"),
    ("Settings", "contingent_musd,6", "contingent_musd,5.6", "contingent_in_limit"),
    ("Settings", "contingent_musd,6", "contingent_musd,6\npublic_rate,0.05", "package_charge"),
    ("Settings", "contingent_musd,6", "contingent_musd,6\nplanning_deck,crash", "known_name"),
    ("Settings", "contingent_musd,6", "contingent_musd,6\ncrash_deck,base", "known_name"),
    ("Settings", "contingent_musd,6", "contingent_musd,6\nplanning_deck,base\ncrash_deck,crash", None),
    ("Projects", "50,0.25,3,0.3", "50,0.3,3,0.3", "firm_is_viable"),
    ("Projects", "50,0.25,3,0.3", "50,0.26,3,0.3", "hurdle_rate"),
    ("Projects", "50,0.25,3,0.3", "50,0.25,4,0.3", "cashflow_row"),
    ("Projects", "50,0.25,3,0.3", "50,0.25,3,0.31", "cashflow_tax"),
    ("Projects", "50,0.25,3,0.3", "60,0.25,3,0.3", "burden_jobs"),
    ("Projects", "0.2,,2,0.3", "0.2,0.5,2,0.3", None),  # public_share is not read.
    ("Projects", "0.2,,2,0.3", "0.2,,3,0.3", "cashflow_opex"),
    ("Projects", "0.2,,2,0.3", "0.2,,2,0.4", "cashflow_opex"),
    ("Projects", "100,50,10,0.2", "100,50,7,0.2", "capital_in_capex"),
    ("Projects", "1,0.4;0.6,r", "1,0.6;0.4,r", "cashflow_capex"),
    ("Recipes", "make,r2,press,n,output,0.5", "make,r2,press,n,output,0.6", "cashflow_revenue"),
    ("Budgets", "give,A,0.8,1", "give,A,0.7,1", "project_share"),
    ("Budgets", "hold;buy,B,,", "hold;buy,B,,0.1", "domestic_share"),
    ("Budgets", "hold;buy,B,,", "hold;buy,A,,1", "funder_home"),
    ("Budgets", "hold;buy,B,,", "hold,B,,", "outlay_in_pots"),
    ("Budgets", "hold;buy,B,,", ",B,,", None),
    ("Budgets", "F,2,give", "F,2,lend", "outlay_in_pots"),
    ("Budgets", "F,2,give", "F,2.1,give", "funder_budget"),
]


@pytest.mark.parametrize(("sheet", "old", "new", "check"), CHANGED_CELLS)
def test_reads_the_cells_itself(sheet: str, old: str, new: str, check: str | None, tmp_path: Path) -> None:
    found = checks(run(with_cells(sheet, old, new), tmp_path))
    assert check in found if check else not found


STRANGE_ROWS = [
    ("packages", "q,A,press,2030,give,grant,0,0,0,0,0,0,", "package_of_funded"),
    ("packages", "p,A,press,2030,gift,grant,0,0,0,0,0,0,", "known_name"),
    ("packages", "p,A,press,2031,give,grant,0,0,0,0,0,0,", "package_of_funded"),
    ("viability", "q,A,press,2030,0,0,0.25,0,0,0,0,0,0,0,,,0.5,0", "viability_of_funded"),
    ("cashflows", "q,base,2030,0,,0,0,0,0,0,0,0", "cashflow_of_funded"),
    ("cashflows", "p,low,2030,0,,0,0,0,0,0,0,0", "known_name"),
    ("cashflows", "p,base,2034,0,,0,0,0,0,0,1,1", "cashflow_support"),
    ("liability", "q,hold,2031,0.1,0", "liability_planning"),
    ("liability", "p,give,2031,0,0.1", "liability_crash"),
    ("outlays", "F,p,2031,0.1,gift", "known_name"),
    ("outlays", "F,p,2031,0.1,", "known_name"),
    ("outlays", "G,p,2031,0.1,give", "funder_of_instrument"),
    ("outlays", "F,q,2031,0.1,give", "outlay_by_project"),
    ("funders", "H,A,0,0,0,0,0", "known_name"),
    ("burden", "C,0,0,0,0,0,0,", "known_name"),
]


@pytest.mark.parametrize(("table", "line", "check"), STRANGE_ROWS)
def test_refuses_rows_that_no_plan_may_have(table: str, line: str, check: str, tmp_path: Path) -> None:
    assert check in checks(run(PACKAGE, tmp_path, {table: [*PACKAGE.rows(table), line.split(",")]}))


FALSE_ROWS = [
    # table, row, cells, the check that notices
    ("packages", 0, {"amount": "2.01"}, "package_charge"),
    ("packages", 0, {"amount": "-2"}, "amount_in_range"),
    ("packages", 1, {"share": "0.239"}, "package_share"),
    ("packages", 1, {"value_musd": "0.3556"}, "package_value"),
    ("packages", 1, {"receipts_musd": "1.834"}, "package_receipts"),
    ("packages", 3, {"contingent_musd": "0.51"}, "package_contingent"),
    ("packages", 4, {"charge_musd": "0.49"}, "package_charge"),
    ("packages", 6, {"amount": "56"}, "cover_in_size"),
    ("packages", 6, {"funders": "F"}, "package_funders"),
    ("packages", 6, {"funders": ""}, "package_funders"),
    ("packages", 7, {"kind": "floor"}, "package_words"),
    ("viability", 0, {"npv_unaided_musd": "-2.85"}, "npv_unaided"),
    ("viability", 0, {"npv_musd": "0.09"}, "npv_with_package"),
    ("viability", 0, {"npv_crash_musd": ""}, "npv_with_package"),
    ("viability", 0, {"npv_crash_no_promise_musd": "-2.7"}, "npv_no_promise"),
    ("viability", 0, {"npv_crash_no_promise_musd": ""}, "npv_no_promise"),
    ("viability", 0, {"charge_musd": "4.99"}, "viability_charge"),
    ("viability", 0, {"public_capital_musd": "6.5"}, "public_capital"),
    ("viability", 0, {"private_musd": "1.9"}, "private_capital"),
    ("viability", 0, {"leverage": "0.582"}, "leverage"),
    ("viability", 0, {"leverage": ""}, "leverage"),
    ("viability", 0, {"least_utilization": "0.83333333"}, "least_utilization"),
    ("cashflows", 1, {"recipe": "r2"}, "cashflow_recipe"),
    ("cashflows", 0, {"recipe": "r1"}, "cashflow_recipe"),
    ("cashflows", 3, {"tax_musd": "0"}, "cashflow_tax"),
    ("cashflows", 3, {"net_musd": "1.7"}, "cashflow_net"),
    ("liability", 1, {"crash_musd": "1.26"}, "liability_crash"),
    ("liability", 6, {"year": "2033"}, "liability_crash"),
    ("outlays", 12, {"year": "2030"}, "outlay_by_project"),
    ("outlays", 12, {"funder": "F"}, "outlay_in_pots"),
    ("funders", 0, {"domestic_share": "0.9"}, "funder_domestic_share"),
    ("funders", 1, {"largest_project_share": "0.3"}, "funder_largest_share"),
    ("burden", 0, {"received_musd": "3.876"}, "burden_received_musd"),
    ("burden", 0, {"coverage": ""}, "burden_coverage"),
    ("portfolio", 0, {"public_outlay_musd": "8.4"}, "public_outlay"),
]


@pytest.mark.parametrize(("table", "number", "cells", "check"), FALSE_ROWS)
def test_tells_what_is_false(table: str, number: int, cells: dict[str, str], check: str, tmp_path: Path) -> None:
    assert check in checks(run(PACKAGE, tmp_path, with_rows(table, number, **cells)))


def test_tells_the_place_the_rule_and_both_figures(tmp_path: Path) -> None:
    result = run(PACKAGE, tmp_path, with_rows("packages", 1, receipts_musd="1.9"))
    assert [str(violation) for violation in result.violations] == [
        "packages.csv p, 2030, lend: What comes back adds up over the years. Expected 1.824, found 1.9."
    ]


# ---------------------------------------------------------------- less of everything


def test_without_a_crash_deck_only_guarantees_may_fall_due(tmp_path: Path) -> None:
    prices = "\n".join(line for line in PACKAGE.sheets["Prices"].splitlines() if "crash" not in line)
    toy = replace(PACKAGE, sheets={**PACKAGE.sheets, "Prices": prices})
    packages = PACKAGE.rows("packages")
    for row in packages[6:]:
        row[10] = "0"
    liability = [[*row[:4], "" if row[1] != "back" else row[4]] for row in PACKAGE.rows("liability")]
    tables = {
        "packages": packages,
        "cashflows": [row for row in PACKAGE.rows("cashflows") if row[1] == "base"],
        "liability": liability,
        **with_rows("viability", 0, npv_crash_unaided_musd="", npv_crash_musd="", npv_crash_no_promise_musd=""),
    }
    assert not run(toy, tmp_path, tables).violations


def test_without_budgets_the_funder_is_all_and_has_no_table(tmp_path: Path) -> None:
    sheets = {name: text for name, text in PACKAGE.sheets.items() if name != "Budgets"}
    toy = replace(
        PACKAGE, sheets={**sheets, "Instruments": sheets["Instruments"].replace(",G,", ",,").replace(",F,", ",,")}
    )
    burden = PACKAGE.rows("burden")
    for row in burden:
        row[1] = "0"
    tables = {
        "packages": [[*row[:-1], "all"] for row in PACKAGE.rows("packages")],
        "outlays": [["all", *row[1:]] for row in PACKAGE.rows("outlays")],
        "burden": burden,
        "funders": [["anything", "", "", "", "", "", ""]],
    }
    assert not run(toy, tmp_path, tables).violations


def test_a_chain_that_nobody_spends_on_has_empty_tables(tmp_path: Path) -> None:
    empty = dict.fromkeys(("portfolio", "capacity", "costs", "outlays", "runs", *OF_INSTRUMENTS), "")
    coverage = "\n".join(f"base,all,A,m,no,{year},100,0,0,100,0,1" for year in (2030, 2031, 2032))
    funders = "F,A,3.9,0,0,0,0 G,B,1.2,0,0,0,0"
    burden = "A,0,0,0,0,300,0,0"
    tables = {**PACKAGE.tables, **empty, "coverage": coverage, "funders": funders, "burden": burden}
    amounts = {"weighted_shortfall_t": 300, "base_shortfall_t": 300, "cost_musd": 0, "outlay_musd": 0}
    toy = replace(UNSHARED, tables=tables, manifest={**PACKAGE.manifest, **amounts})
    assert not run(toy, tmp_path).violations


def test_half_a_plant_of_a_relaxation_has_half_a_package(tmp_path: Path) -> None:
    """Half funded and half as large: capex 10 x (0.2 x 0.5 + 0.8 x 0.4) = 4.2 MUSD, and half of every amount."""
    whole = {
        "year", "funded_year", "first_output_year", "full_output_year", "nameplate_t_per_year", "demand_t", "budget_musd",
        "hurdle_rate", "leverage", "coverage", "priority",
    }  # fmt: skip
    tables = {}
    for table in PACKAGE.tables:
        columns, rows = PACKAGE.headers[table].split(","), PACKAGE.rows(table)
        for row in rows:
            for index, (column, cell) in enumerate(zip(columns, row, strict=True)):
                is_ratio = column in whole or column.endswith("utilization")
                is_ratio |= column.endswith("share") and column != "funded_share"
                if not is_ratio and cell.lstrip("-").replace(".", "").isdigit():
                    row[index] = f"{float(cell) / 2:.12g}"
        tables[table] = rows
    tables["coverage"] = [
        [
            "base",
            "all",
            "A",
            "m",
            "no",
            str(2030 + n),
            "100",
            *(str(x) for x in (served, served, 100 - served, served / 100)),
            "1",
        ]
        for n, served in enumerate((0, 20, 30))
    ]
    tables["burden"][0][-1] = f"{50 / 300:.9f}"
    figures = {"weighted_shortfall_t": 250, "base_shortfall_t": 250, "cost_musd": 6.54, "outlay_musd": 2.49425}
    toy = replace(UNSHARED, manifest={**PACKAGE.manifest, **figures, "relaxed": True})
    assert [str(x) for x in run(toy, tmp_path, tables).violations] == []


def test_parts_of_a_relaxation_add_up_by_year(tmp_path: Path) -> None:
    """The two years of funding of a project have rows of their own: one of 40 % and one of 60 % add up to the row."""
    rows = []
    for row in PACKAGE.rows("cashflows"):
        for share in (0.4, 0.6):
            rows.append(
                [
                    *row[:3],
                    *(f"{float(cell) * share:.12g}" if index != 1 else cell for index, cell in enumerate(row[3:])),
                ]
            )
    relaxed = replace(PACKAGE, manifest={**PACKAGE.manifest, "relaxed": True})
    for name, toy, found in (("whole", PACKAGE, {"row_once"}), ("parts", relaxed, set())):
        (tmp_path / name).mkdir()
        assert checks(run(toy, tmp_path / name, {"cashflows": rows})) == found
    rows[3] = [*rows[3][:4], "r2", *rows[3][5:]]
    assert checks(run(relaxed, tmp_path, {"cashflows": rows})) == {"cashflow_recipe"}


@pytest.mark.parametrize("absent", [True, False])
def test_the_tables_must_be_there_with_instruments_alone(absent: bool, tmp_path: Path) -> None:
    toy = PACKAGE if absent else INVESTMENT
    tables = {name: "" for name in OF_INSTRUMENTS}
    result = run(replace(toy, tables={**toy.tables, **tables}), tmp_path)
    assert result.passed is not absent


@pytest.mark.parametrize(
    ("terms", "check"),
    [
        ("A,0.5,", "project_share"),
        ("A,1,1", None),
        ("B,,0.1", "domestic_share"),
        ("B,,", None),
    ],
)
def test_limits_of_funders_hold_without_instruments_too(terms: str, check: str | None, tmp_path: Path) -> None:
    """F pays the whole public outlay of p in A; what one of its rows says holds for both."""
    pots = "funder,budget_musd,year,carry_over,home,max_project_share,min_domestic_share\n"
    toy = replace(INVESTMENT, sheets={**INVESTMENT.sheets, "Budgets": f"{pots}F,2,2030,yes,,,\nF,2.2,2031,,{terms}"})
    assert checks(run(toy, tmp_path)) == ({check} if check else set())
