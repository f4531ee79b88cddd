"""Tables of instruments and funders against calculations by hand.

The plant P makes 100 t/yr of m for 10 MUSD, is a year in building and runs 4 years, of which the plan sees 2031 and 2032. A kg
sells at 60 USD and takes 30 USD: 3 MUSD a year. At a hurdle rate of 25 % the four years are worth 0.8 + 0.64 + 0.512 + 0.4096 =
2.3616, so that it lacks 10 - 3 x 2.3616 = 2.9152 MUSD. A grant gives 2 MUSD; the rest, 0.9152 MUSD, is a floor of 90 USD, which
pays 30 USD a kg: 3 MUSD a year on all of the output, so that 0.9152 / (3 x 2.3616) of it are covered. In the crash a kg sells at
40 USD. What the plan makes may be a kilogram less than it could: the cost step gives back so much.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from toys import Sheets, instance, settings, solved, workbook

from models.cash_flow import cash_flow
from models.instance import Instance
from models.solution import Funding, Solution
from models.viability import ventures
from optimizer.report.money_tables import COLUMNS
from optimizer.report.money_totals import money_totals
from optimizer.report.tables import as_csv, make_tables
from optimizer.solve.dispatch import dispatch_all

LASTING = 0.8 + 0.64 + 0.512 + 0.4096
LACK = 10 - 3 * LASTING
PART = (LACK - 2) / (3 * LASTING)
PLANT = "project, country, process, status, capacity_t_per_year, capex_musd, lead_years, opex_usd_per_kg, \
hurdle_rate, operating_life_years, workforce"
INSTRUMENTS = "instrument, kind, funders, max_share, rate, tenor_years, grace_years, coverage, default_probability, \
material, usd_per_kg, years, upside_share"
GRANT, FLOOR = "grant, grant, F, 0.2, , , , , , , , ,", "floor, floor, , , , , , , , m, 90, , 0.5"
SHEETS: Sheets = {
    "Projects": f"{PLANT}\nP, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 50",
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 60\ncars, B, m, 2030, 60",
    "Instruments": f"{INSTRUMENTS}\n{GRANT}\n{FLOOR}",
    "Prices": "deck, material, year, usd_per_kg\nbase, m, 2030, 60\ncrash, m, 2030, 40",
    "Budgets": "funder, budget_musd, home, instruments\nF, 2, A,\nG, 50, B, floor",
    "Settings": settings(2030, 2032, utilization=1, public_rate=0.1),
}


@cache
def tables(**changed: str) -> dict[str, pd.DataFrame]:
    sheets = {**SHEETS, **changed}
    case = instance({name: text for name, text in sheets.items() if text})
    investment = solved(case).investment
    assert investment is not None
    solution = Solution(investment, dispatch_all(case, investment, lambda _: None))
    return make_tables(workbook({name: text for name, text in sheets.items() if text}), case, solution)


def rows(table: str, **changed: str) -> list[dict[str, object]]:
    return [{str(k): x for k, x in row.items()} for row in tables(**changed)[table].to_dict("records")]


def close(**values: object) -> dict[str, object]:
    """Figures as they stand in a table, others as they are."""
    return {k: pytest.approx(x, abs=2e-6) if isinstance(x, (int, float)) else x for k, x in values.items()}


def test_packages():
    """The floor is charged 3 MUSD a year for four years, all of it; in the crash 5 MUSD a year."""
    place = {"project": "P", "country": "A", "stage": "magnet", "funded_year": 2030}
    grant, floor = rows("packages")
    assert grant == close(
        **place, instrument="grant", kind="grant", share=0.2, amount=2, charge_musd=2, value_musd=2,
        contingent_musd=0, receipts_musd=0, funders="F",
    )  # fmt: skip
    assert floor == close(
        **place, instrument="floor", kind="floor", share=PART, amount=100 * PART, charge_musd=12 * PART,
        value_musd=LACK - 2, contingent_musd=20 * PART, receipts_musd=0, funders="G",
    )  # fmt: skip


def test_viability():
    """In the crash it earns 1 MUSD a year; the covered part still sells at 90 USD, 5 MUSD a year on all of the output."""
    (row,) = rows("viability")
    assert row == close(
        project="P", country="A", stage="magnet", funded_year=2030, size_t_per_year=100, capex_musd=10, hurdle_rate=0.25,
        npv_unaided_musd=-LACK, npv_musd=0, npv_crash_unaided_musd=LASTING - 10,
        npv_crash_musd=LASTING - 10 + 2 + 5 * PART * LASTING, charge_musd=2 + 12 * PART, public_capital_musd=2,
        private_musd=8, leverage=8 / (2 + 12 * PART), least_utilization=pytest.approx(1, abs=2e-5), planned_utilization=1,
        npv_crash_no_promise_musd=LASTING - 10 + 2,
    )  # fmt: skip


def test_least_utilization_is_that_of_the_plan():
    """60 t are wanted of 100 t."""
    demand = "sector, country, material, year, demand_t\ncars, A, m, 2030, 60"
    assert rows("viability", Demand=demand)[0]["least_utilization"] == pytest.approx(0.6, abs=2e-5)


def test_cash_flows():
    """Years in which nothing is spent or run are there too; both decks; the net brought to 2030 is the net present value."""
    found = rows("cashflows")
    planned = [row for row in found if row["deck"] == "base"]
    first = {"project": "P", "deck": "base", "year": 2030, "recipe": ""}
    none = dict.fromkeys(("activity_t", "revenue_musd", "inputs_musd", "opex_musd", "tax_musd"), 0)
    assert planned[0] == close(**first, **none, capex_musd=10, support_musd=2, net_musd=-8)
    run = {"project": "P", "deck": "base", "recipe": "r", "activity_t": 100, "revenue_musd": 6, "inputs_musd": 0}
    support = {"support_musd": 3 * PART, "net_musd": 3 + 3 * PART}
    assert planned[1] == close(**run, year=2031, opex_musd=3, capex_musd=0, tax_musd=0, **support)
    assert [row["year"] for row in planned] == list(range(2030, 2035))
    worth = sum(float(str(row["net_musd"])) * 0.8**n for n, row in enumerate(planned))
    assert worth == pytest.approx(0, abs=1e-6)
    assert [row["deck"] for row in found] == ["base"] * 5 + ["crash"] * 5


def test_each_part_of_a_relaxation_has_the_outlay_of_its_own_package():
    """A quarter of the plant in 2030 by a grant of 0.6 MUSD, half of it in 2031 by one of 0.2 MUSD."""
    case = instance(dict(SHEETS))
    whole = solved(case).investment
    assert whole is not None
    parts = (Funding("P", 2030, 0.25, 0.025, 2.5), Funding("P", 2031, 0.5, 0.05, 5.0))
    package = {("P", 2030, "grant"): 0.6, ("P", 2031, "grant"): 0.2}
    investment = replace(whole, fundings=parts, package=package)
    solution = Solution(investment, dispatch_all(case, whole, lambda _: None))
    found = make_tables(workbook(dict(SHEETS)), case, solution)
    assert list(found["portfolio"]["public_outlay_musd"]) == pytest.approx([0.6, 0.2])


def test_liability():
    """Four years of the floor: 3 MUSD a year as planned, 5 in the crash, also after the plan."""
    due = {"project": "P", "instrument": "floor", "planning_musd": 3 * PART, "crash_musd": 5 * PART}
    assert rows("liability") == [close(**due, year=t) for t in range(2031, 2035)]


def test_a_guarantee_falls_due_with_its_loan():
    """It lends 2.9152 / 0.28 = 10.41 MUSD at no interest by halves, more than there is of capital: 6 of 8 MUSD are enough."""
    plant = f"{PLANT}\nP, A, make, candidate, 100, 8, 1, 30, 0.25, 4, 50"
    guarantee = f"{INSTRUMENTS}\nbank, guarantee, , , 0, 2, , 0.75, 0.1, , , ,"
    lent = (8 - 3 * LASTING) / 0.28
    (row,) = rows("liability", Projects=plant, Instruments=guarantee, Budgets="")
    assert row == close(project="P", instrument="bank", year=2032, planning_musd=0, crash_musd=0.75 * lent)


def test_a_guarantee_falls_due_no_sooner_than_all_is_drawn():
    """Spent in 2030, 2031 and 2032, so that a loan of one year is given back in 2033."""
    plant = f"{PLANT}, spend_profile\nP, A, make, candidate, 100, 9, 1, 30, 0.25, 4, 50, 0.5;0.3;0.2"
    guarantee = f"{INSTRUMENTS}\nbank, guarantee, , , 0, 1, , 0.75, 0.1, , , ,"
    (row,) = rows("liability", Projects=plant, Instruments=guarantee, Budgets="")
    assert row["year"] == 2033


def test_funders():
    """F pays the grant at home, G the floor abroad."""
    charge = 12 * PART
    whole = 2 + charge
    first, second = rows("funders")
    assert first == close(
        funder="F",
        home="A",
        budget_musd=2,
        paid_musd=2,
        domestic_musd=2,
        domestic_share=1,
        largest_project_share=2 / whole,
    )
    assert second == close(
        funder="G", home="B", budget_musd=50, paid_musd=charge, domestic_musd=0, domestic_share=0,
        largest_project_share=charge / whole,
    )  # fmt: skip
    assert "funders" not in tables(Budgets="", Instruments=f"{INSTRUMENTS}\ngrant, grant, , , , , , , , , , ,")


def test_burden():
    """100 t a year in 2031 and 2032 for 120 t in each of three years."""
    by_country = {row["country"]: row for row in rows("burden")}
    a, b = by_country["A"], by_country["B"]
    assert {**a, **dict.fromkeys(("served_t", "coverage"))} == close(
        country="A", paid_musd=2, received_musd=2 + 12 * PART, capacity_t_per_year=100, jobs=50, demand_t=180,
        served_t=None, coverage=None,
    )  # fmt: skip
    assert (b["paid_musd"], b["received_musd"], b["jobs"]) == (pytest.approx(12 * PART), 0, 0)
    assert float(str(a["served_t"])) + float(str(b["served_t"])) == pytest.approx(200, abs=0.0015)
    assert list(by_country) == ["A", "B", "C", "N"]


def test_portfolio_has_what_the_package_charges():
    assert rows("portfolio")[0]["public_outlay_musd"] == pytest.approx(2 + 12 * PART)
    outlays = rows("outlays")
    assert sum(float(str(row["musd"])) for row in outlays) == pytest.approx(2 + 12 * PART)
    assert [row["instrument"] for row in outlays] == ["grant", "floor", "floor"]


def test_totals():
    """2 + 12 x 0.1292 MUSD of public money for 200 t that the plant makes in two years."""
    charge = 12 * PART
    case = instance(SHEETS)
    found = money_totals(case, tables())["money"]
    assert isinstance(found, dict)
    assert found.pop("worst_liability") == {"year": 2031, "crash_musd": pytest.approx(5 * PART)}
    assert found.pop("charge_by_kind_musd") == close(grant=2, floor=charge)
    assert found.pop("public_usd_per_kg") == pytest.approx((2 + charge) / 0.2, rel=1e-4)
    assert found.pop("magnets_t") == pytest.approx(200, abs=0.0015)
    assert found == close(
        funded=1,
        supported=1,
        planning_deck="base",
        crash_deck="crash",
        charge_musd=2 + charge,
        face_musd={},
        receipts_musd=0,
        contingent_musd=20 * PART,
        max_contingent_musd=None,
        planned_liability_musd=charge,
        lent_to_failing_musd=0,
        public_capital_musd=2,
        private_musd=8,
        leverage=8 / (2 + charge),
    )


def test_without_instruments_there_is_none_of_it():
    found = tables(Instruments="", Budgets="")
    assert not set(COLUMNS) & set(found)
    assert list(found["outlays"].columns) == ["funder", "project", "year", "musd"]
    assert set(COLUMNS) <= set(as_csv(tables()))


EVERY = """grant, grant, , , , , , , , , , ,
loan, loan, , , 0.05, 5, 1, , 0.1, , , ,
share, equity, , , 0.04, , , , , , , ,
bank, guarantee, , , 0.06, 1, 0, 0.8, 0.1, , , ,
credit, investment_credit, , , , , , , , , , ,
kilos, production_credit, , , , , , , , m, 4, 2,
floor, floor, , , , , , , , m, 55, 3, 0.3
low, floor, , , , , , , , m, 50, , 0.3
offtake, offtake, , , , , , , , m, 58, ,"""


def taxed() -> Instance:
    plant = f"{PLANT}, tax_rate, spend_profile, ramp\nP, A, make, candidate, 100, 10, 2, 30, 0.25, 6, 50, 0.3, 0.4;0.6, slow"
    prices = "base, m, 2030, 60\nbase, m, 2036, 40\ncrash, m, 2030, 45"
    return instance(
        {
            **SHEETS,
            "Projects": plant,
            "Ramps": "ramp, operating_year, fraction\nslow, 1, 0.5\nslow, 2, 1",
            "Instruments": f"{INSTRUMENTS}\n{EVERY}",
            "Prices": f"deck, material, year, usd_per_kg\n{prices}",
            "Budgets": "funder, budget_musd\nF, 2",
        }
    )


def test_cash_of_a_firm_is_worth_its_value():
    """With tax, ramp and spend profile, a loan that outlives its first years, and at a size below the nameplate."""
    case = taxed()
    funding = Funding("P", 2030, 1.0, 0.08, 9.0)
    one = case.instruments["loan"]
    for firm in ventures(case, case.projects["P"], 2030):
        assert firm is not None
        flows = cash_flow(firm, funding, [(one, 3.0)])
        worth = sum(cash.net * firm.worth(t) for t, cash in flows.items())
        assert worth == pytest.approx(firm.unaided(9.0, 0.08, 0.8) + 3.0 * firm.support(one, None).value_musd)
