"""The sheets of instruments and funders, read again: their figures against the tables, their sentences against calculations.

The toy is that of test_money_tables: of the 2.9152 MUSD that P lacks, F of A grants 2, and a floor that G of B pays gives the
rest, on 0.9152 / (3 x 2.3616) = 12.92 % of the output. It pays 3 MUSD a year on all of it as planned, 5 MUSD in the crash.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from reported import SHEETS as PLAIN
from reported import cells, fill, find, rows, texts
from test_money_tables import LACK, LASTING, PART, SHEETS
from toys import EXACT, Sheets, instance, solved, workbook

from models.solution import Solution
from optimizer.manifest import of_coverage, of_input, of_solution, of_solve
from optimizer.report.excel import make_book
from optimizer.report.facts import Facts
from optimizer.report.money_totals import money_totals
from optimizer.report.money_words import money_sentences
from optimizer.report.tables import as_csv, frame, make_tables
from optimizer.solve.dispatch import dispatch_all

CHARGE = 12 * PART
COLUMNS = SHEETS["Instruments"].splitlines()[0]
HELD = {
    "Instruments": f"{COLUMNS}\nfloor, floor, , , , , , , , m, 62, ,\nshare, equity, , , 0.05, , , , , , , ,",
    "Prices": "deck, material, year, usd_per_kg\nbase, m, 2030, 60\ncrash, m, 2030, 50",
    "Budgets": "",
}
MONEY = ["Packages", "Viability", "Liability", "Who pays"]


@dataclass(frozen=True)
class Printed:
    facts: Facts
    book: openpyxl.Workbook

    def sheet(self, name: str) -> Worksheet:
        return self.book[name]


def printed(sheets: Sheets) -> Printed:
    """Solve a toy; its tables as they are read from files, and its report."""
    book, case = workbook(sheets), instance(sheets)
    outcome = solved(case, EXACT)
    assert outcome.investment is not None
    solution = Solution(outcome.investment, dispatch_all(case, outcome.investment, lambda _: None))
    tables = {**make_tables(book, case, solution), "bottlenecks": frame("bottlenecks", [])}
    manifest: dict[str, Any] = {
        **of_solve(case, outcome, relaxed=False),
        **of_solution(case, solution),
        **of_input(book),
    }
    manifest |= of_coverage(tables["losses"]) | money_totals(case, tables) | {"options": {}, "seconds": {}}
    read = {name: pd.read_csv(io.StringIO(text)) for name, text in as_csv(tables).items()}
    facts = Facts(book, read, manifest, ())
    stream = io.BytesIO()
    make_book(facts).save(stream)
    return Printed(facts, openpyxl.load_workbook(stream))


@pytest.fixture(scope="module")
def toy() -> Printed:
    return printed(SHEETS)


def table(sheet: Worksheet, first: str) -> list[dict[str, Any]]:
    return rows(sheet, find(sheet, first))


def test_the_sheets_stand_after_the_costs(toy: Printed):
    at = PLAIN.index("Costs") + 1
    expected = [*PLAIN[:at], *MONEY, *PLAIN[at:]]
    assert toy.book.sheetnames == [name for name in expected if name != "Losses"]


def test_no_cell_is_a_formula_an_error_or_dust(toy: Printed):
    for cell in cells(toy.book):
        assert cell.data_type in ("s", "n"), cell
        if isinstance(cell.value, str):
            assert "nan" not in cell.value.lower().split(), cell
        elif cell.parent.title in MONEY:
            assert cell.number_format != "General" or isinstance(cell.value, int), cell


def test_packages(toy: Printed):
    project, total = table(toy.sheet("Packages"), "Stage")
    assert project["Lacks without support, MUSD"] == pytest.approx(LACK, abs=1e-6)
    assert (
        project["Its package, and how much of its capital or output"] == "grant 2 MUSD (20 %); floor 12.9 t/yr (13 %)"
    )
    assert project["Charged to budgets, MUSD"] == pytest.approx(2 + CHARGE, abs=1e-6)
    assert project["Private per public MUSD"] == pytest.approx(8 / (2 + CHARGE), abs=1e-6)
    assert project["Charged per kg, USD"] == pytest.approx((2 + CHARGE) / 0.4, abs=1e-6)  # 100 t in each of four years
    assert project["Who pays (most first)"] == "F; G"
    assert total["Charged to budgets, MUSD"] == project["Charged to budgets, MUSD"]
    by_kind = {row["Instrument"]: row for row in table(toy.sheet("Packages"), "Kind") if row["Instrument"] != "all"}
    assert (by_kind["grant"]["Face, MUSD"], by_kind["floor"]["Face, MUSD"]) == (2, None)
    assert by_kind["floor"]["May have to be paid, MUSD"] == pytest.approx(20 * PART, abs=1e-6)


def test_who_gets_more_than_it_lacks_is_told(toy: Printed):
    """Q of B costs 7 MUSD and earns 3 x 2.3616, so it lacks nothing at its full size; at its smallest, whose cost is nearly the
    same, it would. With at least half of the money for B it gets as much as P, which lacks 2.9152."""
    plants = SHEETS["Projects"].replace("capex_musd,", "min_capacity_t_per_year, fixed_capex_share, capex_musd,")
    plants = (
        plants.replace("100, 10,", "100, 100, , 10,") + "\nQ, B, make, candidate, 100, 10, 0.9, 7, 1, 30, 0.25, 4, 50"
    )
    share = "rule, country, measure, min_share\nhalf for B, B, money, 0.5"
    grants = f"{COLUMNS}\ngrant, grant, , , , , , , , , , ,"
    demand = "sector, country, material, year, demand_t\ncars, A, m, 2030, 200"
    sheets = {**SHEETS, "Projects": plants, "Fairness": share, "Instruments": grants, "Demand": demand, "Budgets": ""}
    found = printed({name: text for name, text in sheets.items() if text})
    said = " ".join(texts(found.sheet("Packages")))
    assert "1 of 2 funded projects gets more than it lacks, by 2.9 MUSD of present value in all: Q." in said
    assert "more than it lacks" not in " ".join(texts(toy.sheet("Packages")))


def test_viability_flags_who_fails_in_the_crash_and_who_runs_less_than_planned():
    """60 t of 100 t are wanted. The crash takes 2 MUSD a year as planned and what the floor gives; it gives back 5 MUSD a year on
    12.92 % of the output."""
    demand = "sector, country, material, year, demand_t\ncars, A, m, 2030, 60"
    found = printed({**SHEETS, "Demand": demand}).sheet("Viability")
    (row,) = table(found, "Stage")
    assert row["NPV without support, MUSD"] == pytest.approx(-LACK, abs=1e-6)
    assert row["NPV with package, MUSD"] == 0
    assert row["Crash: NPV with package, MUSD"] == pytest.approx(LASTING - 8 + 5 * PART * LASTING, abs=1e-6)
    assert row["In the crash"] == "misses its hurdle rate"
    assert (row["Use as planned, %"], row["Use"]) == (1, "below plan")
    assert row["Least use in the plan, %"] == pytest.approx(0.6, abs=2e-5)
    at = find(found, "Stage") + 1
    assert {fill(found.cell(at, n)) for n in (12, 16)} == {"F8D7AE"}
    said = " ".join(texts(found))
    assert (
        "1 of 1 funded project is used less in some year of the plan than the 100 % that firms reckon with, 1 of them over all"
        " its years together: P." in said
    )
    lost, back = 10 - LASTING - 2, 5 * PART * LASTING
    assert f"Of the {lost:.1f} MUSD of present value that the crash takes" in said
    assert f"give back {back:.1f} ({back / lost:.1%}).".replace("%", " %") in said


def test_a_life_that_ends_within_the_plan_is_told():
    """P costs 2 MUSD and runs from 2031 on: with a life of a year its firm reckons to 2031, and P stands to 2032, the last year.
    A life of two years ends with the plan."""
    said = []
    for life in (1, 2):
        plant = SHEETS["Projects"].replace("100, 10, 1, 30, 0.25, 4,", f"100, 2, 1, 30, 0.25, {life},")
        said.append(" ".join(texts(printed({**SHEETS, "Projects": plant}).sheet("Viability"))))
    told = "1 of 1 funded project reaches the end of the life that firms reckon with before 2032, the first in 2031: P."
    assert [told in x for x in said] == [True, False]


def test_liability(toy: Printed):
    sheet = toy.sheet("Liability")
    at = find(sheet, "in the crash")
    assert [sheet.cell(at, n).value for n in range(2, 7)] == [
        pytest.approx(x * PART, abs=1e-6) for x in (20, 5, 5, 5, 5)
    ]
    assert find(sheet, "price floor: floor, in the crash")
    assert find(sheet, "P, as planned")
    assert len(sheet._charts) == 1  # type: ignore[attr-defined]


def test_public_loans_stand_beside_the_liability():
    """At 8.5 MUSD P lacks 8.5 - 3 x 2.3616. A dollar lent for four years without interest is worth 1 - 2.3616 / 4 to it, and
    costs 1 - 3.16987 / 4 at a public rate of 10 %. In the crash P earns 1 MUSD a year and misses its hurdle rate."""
    plant = SHEETS["Projects"].replace("100, 10, 1,", "100, 8.5, 1,")
    loan = f"{COLUMNS}\nlent, loan, , , 0, 4, , , , , , ,"
    found = printed({**SHEETS, "Projects": plant, "Instruments": loan, "Budgets": "funder, budget_musd\nF, 5"})
    face = (8.5 - 3 * LASTING) / (1 - LASTING / 4)
    charge = face * (1 - sum(1.1**-n for n in range(1, 5)) / 4)
    assert found.facts.money["lent_to_failing_musd"] == pytest.approx(face)
    (row,) = table(found.sheet("Viability"), "Stage")
    assert row["Public loans, MUSD"] == pytest.approx(face, abs=1e-5)
    assert row["Crash: NPV with package, MUSD"] == pytest.approx(LASTING - 3 * LASTING, abs=1e-5)
    sheet = found.sheet("Liability")
    said = " ".join(texts(sheet))
    assert f"{face:.1f} MUSD are lent, of which budgets carry {charge:.1f} as not expected to come back" in said
    assert f"{face:.1f} MUSD of it to 1 firm that misses its hurdle rate in the crash (each" in said
    assert "Public loans" not in " ".join(texts(printed(SHEETS).sheet("Liability")))


def test_who_pays(toy: Printed):
    sheet = toy.sheet("Who pays")
    countries = {row["Country"]: row for row in table(sheet, "Country")}
    assert countries["A"]["Gets more than it pays"] == pytest.approx(CHARGE, abs=1e-6)
    header = [cell.value for cell in sheet[find(sheet, "Country")]]
    assert header[header.index("Jobs") + 1] == "Of all, %"
    assert sheet.cell(find(sheet, "Country") + 1, header.index("Jobs") + 2).value == 1
    assert countries["B"]["Pays, MUSD"] == pytest.approx(CHARGE, abs=1e-6)
    funders = {row["Funder"]: row for row in table(sheet, "Funder")}
    assert funders["F"]["Left, MUSD"] == 0
    assert funders["G"]["At home, %"] == 0
    assert len(sheet._charts) == 2  # type: ignore[attr-defined]
    costs = toy.sheet("Costs")
    at = find(costs, "Public outlay by instrument, not discounted")
    assert [costs.cell(at + n, 1).value for n in (1, 2, 3)] == ["grant", "floor", "All"]


def test_training_is_spent_in_a_country_too_and_no_column_is_cut_in_a_short_plan():
    """30 of the 50 people whom P needs are trained for 0.1 MUSD each: A gets 3 MUSD beside what P gets. F of A has 2 MUSD."""
    header = "country, year, available, training_cost_usd_per_person, max_trained_per_year, training_years"
    people = f"{header}\nA, 2030, 20, 100000, 30, 1"
    found = printed({**SHEETS, "Workforce": people})
    sheet = found.sheet("Who pays")
    countries = {row["Country"]: row for row in table(sheet, "Country")}
    assert countries["A"]["For stocks, training"] == pytest.approx(3, abs=1e-4)
    paid = countries["A"]["Pays, MUSD"]
    assert countries["A"]["Gets more than it pays"] == pytest.approx(2 + CHARGE + 3 - paid, abs=1e-4)
    assert sum(
        row["Gets more than it pays"] for row in countries.values() if row is not countries["All"]
    ) == pytest.approx(0)
    assert f"A gains most: {5 + CHARGE:.1f} MUSD are spent there" in " ".join(texts(sheet))
    assert {sheet.column_dimensions[letter].width for letter in "FGHIJKLM"} == {sheet.column_dimensions["C"].width}


def test_sentences_of_the_summary(toy: Printed):
    """The most is paid by F; A gets 2 + 1.55 MUSD. 200 t are made for 3.55 MUSD."""
    support, payers, crash = money_sentences(toy.facts)
    assert support == (
        "1 of 1 funded project misses its hurdle rate without support, by 2.9 MUSD of present value in all; the cheapest"
        " packages charge 3.6 MUSD: grants 2.0, price floors 1.6; each public MUSD there comes with 2.3"
        " MUSD of private capital."
    )
    assert payers == (
        "F pays most, 2.0 of 3.6 MUSD (56.3 %); A gains most: 3.6 MUSD are spent there, its funders pay 2.0 MUSD, and 50 jobs are"
        " there."
    )
    assert crash == (
        "If prices are those of deck “crash”, price floors may cost 2.6 MUSD in all, against 1.6 expected and charged,"
        " most in 2031 (0.6 MUSD); 1 of 1 funded project then misses its hurdle rate."
    )
    said = texts(toy.sheet("Summary"))
    assert all(f"• {sentence}" in said for sentence in (support, payers, crash))


def test_who_is_held_by_its_floor_alone_is_named():
    """A floor of 62 USD is worth 0.2 x 2.3616 for 0.8 MUSD, equity at 5 % 0.4723 for 1: the floor on all of the output comes
    first. At 50 USD the firm then sells at 62 as before; without the floor it would lack 1.2 MUSD a year. The last dollar's
    millionth of outlay is given for less liability."""
    found = printed({k: x for k, x in {**SHEETS, **HELD}.items() if x})
    (row,) = table(found.sheet("Viability"), "Stage")
    assert row["Crash: NPV with package, MUSD"] == pytest.approx(0, abs=1e-4)
    assert row["Crash: with package but its floors and offtakes, MUSD"] == pytest.approx(-1.2 * LASTING, abs=1e-4)
    assert row["In the crash"] == "only by its floor or offtake"
    assert money_sentences(found.facts)[-1].endswith(
        "all funded projects then keep their hurdle rate, 1 of them by its floors and offtakes alone: P."
    )


def test_without_instruments_nothing_is_told():
    found = printed({k: x for k, x in SHEETS.items() if k not in ("Instruments", "Budgets")})
    assert money_sentences(found.facts) == []
    assert not set(MONEY) & set(found.book.sheetnames)
    assert not any(
        "Packages" in text for name in ("Portfolio", "Costs", "Summary") for text in texts(found.sheet(name))
    )
