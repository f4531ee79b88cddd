"""Each kind of instrument against sums by hand and a finance library."""

from __future__ import annotations

import numpy_financial as npf
import pytest
from firm_toys import flat, separator, tool

from optimizer.audit.firms import Firm, FirmYear, years_of
from optimizer.audit.support import Support, support

ANNUITY_10_10 = 6.14456710570468  # 1 a year for ten years at 10 %, a year from now.


def given(
    kind: str, amount: float, firm: Firm, price: float = 60.0, public_rate: float = 0.03, **terms: object
) -> Support:
    years: list[FirmYear] = years_of(firm, flat(oxide=price), "base")
    return support(tool(kind, **terms), amount, firm, years, public_rate)


@pytest.mark.parametrize(
    ("price", "charge", "receipts", "cash"),
    [
        # 800 t x (110 - 60) = 40 MUSD a year from the budget.
        (60.0, 40.0, 0.0, 40.0),
        # 800 t x 30 % of (150 - 110) = 9.6 MUSD a year back.
        (150.0, 0.0, 9.6, -9.6),
        (110.0, 0.0, 0.0, 0.0),
    ],
)
def test_a_floor_of_110_for_ten_years_with_30_percent_upside(
    price: float, charge: float, receipts: float, cash: float
) -> None:
    firm = separator()
    found = given("floor", 1000.0, firm, price, usd_per_kg=110.0, years=10, upside_share=0.3)
    assert found.charge == pytest.approx(dict.fromkeys(range(2031, 2041), charge))
    assert found.promised == found.charge
    assert found.receipts == pytest.approx(10 * receipts)
    assert firm.value(found.cash) == pytest.approx(cash * ANNUITY_10_10)
    assert firm.value(found.cash) == pytest.approx(-float(npf.pv(0.1, 10, cash)))


def test_a_floor_counts_as_revenue_and_is_taxed_and_lasts_its_years() -> None:
    """Half the plant, four years: 400 t x 50 = 20 MUSD, 15 after a tax of 25 %."""
    found = given("floor", 500.0, separator(tax_rate=0.25), usd_per_kg=110.0, years=4)
    assert found.charge == pytest.approx(dict.fromkeys(range(2031, 2035), 20.0))
    assert found.cash == pytest.approx(dict.fromkeys(range(2031, 2035), 15.0))


def test_an_offtake_pays_the_difference_both_ways() -> None:
    """At 110: 40 MUSD a year to the firm where the market is at 60; where it is at 150, 32 from it, 24 after tax."""
    low = given("offtake", 1000.0, separator(), usd_per_kg=110.0)
    high = given("offtake", 1000.0, separator(tax_rate=0.25), 150.0, usd_per_kg=110.0)
    assert (low.charge[2031], low.cash[2031], low.receipts) == pytest.approx((40.0, 40.0, 0.0))
    assert (high.charge[2031], high.cash[2031], high.receipts) == pytest.approx((0.0, -24.0, 320.0))


def test_a_production_credit_is_untaxed_and_follows_the_ramp() -> None:
    """5 USD/kg on 1,000 t: 400 t in the first year, then 800 t."""
    found = given(
        "production_credit", 1000.0, separator(ramp=((1, 0.5), (2, 1.0)), tax_rate=0.3), usd_per_kg=5.0, years=3
    )
    assert found.cash == found.charge == pytest.approx({2031: 2.0, 2032: 4.0, 2033: 4.0})
    assert not found.promised


def test_nothing_is_paid_on_what_the_plant_does_not_make() -> None:
    found = given("floor", 1000.0, separator(), material="metal", usd_per_kg=110.0)
    assert not any(found.cash.values())
    assert not any(found.charge.values())


def test_a_grant_lowers_what_is_depreciated() -> None:
    """50 of 100 MUSD, half in each year; tax 20 % on 5 a year that is no longer depreciated: 1 a year for ten years."""
    firm = separator(spend_profile=(0.5, 0.5), tax_rate=0.2)
    found = given("grant", 50.0, firm)
    assert found.charge == {2030: 25.0, 2031: 25.0}
    assert firm.value(found.cash) == pytest.approx(npf.npv(0.1, [25.0, 25.0]) + float(npf.pv(0.1, 10, 1.0)))


def test_equity_earns_its_return_and_is_given_back_in_the_last_year() -> None:
    """20 MUSD at 8 %: 1.6 a year for ten years, 20 in 2040; 36 in all come back."""
    firm = separator()
    found = given("equity", 20.0, firm, rate=0.08)
    assert found.receipts == pytest.approx(36.0)
    assert found.cash[2040] == pytest.approx(-21.6)
    assert firm.value(found.cash) == pytest.approx(npf.npv(0.1, [20.0, *[-1.6] * 9, -21.6]))
    assert npf.irr([found.cash[year] for year in range(2030, 2041)]) == pytest.approx(0.08)


def test_an_investment_credit_comes_in_the_first_operating_year() -> None:
    firm = separator(lead_years=3)
    found = given("investment_credit", 10.0, firm)
    assert found.cash == found.charge == {2033: 10.0}
    assert firm.value(found.cash) == pytest.approx(10 / 1.331)


def test_a_loan_is_worth_the_spread_and_the_tax_on_interest() -> None:
    """100 MUSD at 4 % over eight years, two of grace: interest 4, 4, then six payments of 19.0762."""
    firm = separator(tax_rate=0.25)
    found = given("loan", 100.0, firm, rate=0.04, tenor_years=8, grace_years=2, default_probability=0.1)
    level = -float(npf.pmt(0.04, 6, 100.0))
    payments = [0.0, 4.0, 4.0, *[level] * 6]
    interest = [0.0, 4.0, 4.0, *(-float(npf.ipmt(0.04, n, 6, 100.0)) for n in range(1, 7))]
    assert level == pytest.approx(19.0762, abs=1e-4)
    value = 100.0 - npf.npv(0.1, payments) + 0.25 * npf.npv(0.1, interest)
    assert firm.value(found.cash) == pytest.approx(value)
    assert found.receipts == pytest.approx(0.9 * sum(payments))
    assert found.charge[2030] == pytest.approx(100.0 - 0.9 * npf.npv(0.03, payments))
    assert not found.promised


def test_a_loan_above_the_public_rate_that_is_sure_costs_nothing() -> None:
    assert given("loan", 100.0, separator(), rate=0.05, tenor_years=5).charge == {2030: 0.0}


def test_a_guarantee_leaves_the_loan_to_a_bank() -> None:
    """The firm has the same as by a loan; of 100 MUSD 80 % are covered, 5 % of that is charged, nothing comes back."""
    firm = separator(tax_rate=0.25)
    terms = {"rate": 0.04, "tenor_years": 8, "grace_years": 2}
    found = given("guarantee", 100.0, firm, coverage=0.8, default_probability=0.05, **terms)
    assert found.cash == given("loan", 100.0, firm, **terms).cash
    assert found.charge == pytest.approx({2030: 4.0})
    assert found.promised == {2038: 80.0}
    assert found.receipts == 0.0


def test_value_is_in_proportion_to_the_amount() -> None:
    firm = separator(tax_rate=0.2, spend_profile=(0.3, 0.7))
    for kind, terms in (
        ("grant", {}),
        ("loan", {"rate": 0.05, "tenor_years": 9}),
        ("floor", {"usd_per_kg": 90.0, "upside_share": 0.5}),
    ):
        one, seven = (firm.value(given(kind, amount, firm, **terms).cash) for amount in (1.0, 7.0))
        assert seven == pytest.approx(7 * one)
