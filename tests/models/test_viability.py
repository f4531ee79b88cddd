"""What a firm reckons with, and each instrument, against calculations by hand.

The plant P makes 100 t/yr of m for 10 MUSD, is a year in building and runs 4 years. A kg sells at 60 USD and takes 30 USD: 3 MUSD
a year. At a hurdle rate of 25 % a dollar of the n-th year is worth 0.8^n; the four operating years 0.8 + 0.64 + 0.512 + 0.4096
= 2.3616. Nothing is taxed unless a test says so.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from toys import instance, settings

from models.instance import Instance
from models.viability import Support, Venture, offered, ventures, within

LASTING = 0.8 + 0.64 + 0.512 + 0.4096
PLANT = "project, country, process, status, capacity_t_per_year, capex_musd, lead_years, opex_usd_per_kg, \
hurdle_rate, operating_life_years, tax_rate, fixed_opex_musd_per_year, spend_profile, ramp"
INSTRUMENTS = "instrument, kind, max_share, rate, tenor_years, grace_years, coverage, default_probability, material, \
usd_per_kg, years, upside_share"


def case(
    plant: str = "", instruments: str = "grant, grant", prices: str = "60", crash: str = "", **more: object
) -> Instance:
    """One plant, some instruments, a planning deck and, where given, a crash deck: prices of 2030, 2031, ... with ``;``."""
    decks = ["deck, material, year, usd_per_kg"]
    for deck, series in (("base", prices), ("crash", crash)):
        decks += [f"{deck}, m, {2030 + n}, {usd}" for n, usd in enumerate(series.split(";")) if usd]
    return instance(
        {
            "Projects": PLANT + "\n" + (plant or "P, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 0, 0, ,"),
            "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 100",
            "Ramps": "ramp, operating_year, fraction\nslow, 1, 0.5\nslow, 2, 1",
            "Instruments": INSTRUMENTS + "\n" + instruments,
            "Prices": "\n".join(decks),
            "Settings": settings(2030, 2033, utilization=1, public_rate=0, **more),
        }
    )


def firm(one: Instance) -> Venture:
    return ventures(one, one.projects["P"], 2030)[0]


def support(one: Instance, v: int = 2030) -> Support:
    """The one instrument of the case for P funded in v."""
    ((_, instrument),) = offered(one, one.projects["P"]).items()
    planned, crash = ventures(one, one.projects["P"], v)
    return planned.support(instrument, crash)


def unaided(one: Instance) -> float:
    return firm(one).unaided(10.0, 0.1, 1.0)


# ---------------------------------------------------------------- the firm alone


def test_net_present_value():
    assert unaided(case()) == pytest.approx(-10 + 3 * LASTING)


def test_ramp_and_utilization():
    """1.5 MUSD in the first year; and of all that three quarters."""
    one = case("P, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 0, 0, , slow")
    assert unaided(one) == pytest.approx(-10 + 1.5 * 0.8 + 3 * (LASTING - 0.8))


def test_fixed_opex_and_spend_profile():
    """A MUSD a year less, and half of the capital a year later."""
    one = case("P, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 0, 1, 0.5;0.5,")
    assert unaided(one) == pytest.approx(-5 - 5 * 0.8 + 2 * LASTING)


def test_tax_on_profit_after_straight_line_depreciation():
    """2.5 MUSD a year are written off: 0.5 MUSD of profit, 0.2 MUSD of tax at 40 %."""
    one = case("P, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 0.4, 0, ,")
    assert unaided(one) == pytest.approx(-10 + (3 - 0.4 * 0.5) * LASTING)


def test_prices_beyond_the_plan_count():
    """The plan ends in 2033, the plant in 2034, at 160 USD: 13 MUSD in the last year."""
    assert unaided(case(prices="60;60;60;60;160")) == pytest.approx(-10 + 3 * LASTING + 10 * 0.4096)


def test_the_recipe_of_best_margin_is_run_year_by_year():
    """At 20 USD for x the recipe with x earns 60 - 0.5 x 20 = 50; at 80 USD for x only 20, less than the 30 without it."""
    sheets = {
        "Materials": "material, name, stage\nm, m, magnet\nx, x, oxide",
        "Recipes": """
            process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
            make, plain, magnet, m, output, 1, 30
            make, fed, magnet, m, output, 1,
            make, fed, magnet, x, input, 0.5,
        """,
        "Projects": PLANT + "\nP, A, make, candidate, 100, 10, 1, 0, 0.25, 4, 0, 0, ,",
        "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 100",
        "Instruments": "instrument, kind\ngrant, grant",
        "Prices": """
            deck, material, year, usd_per_kg
            base, m, 2030, 60
            base, x, 2030, 20
            base, x, 2031, 20
            base, x, 2032, 80
        """,
        "Settings": settings(2030, 2033, utilization=1),
    }
    venture = firm(instance(sheets))
    assert [venture.years[t].recipe.name for t in (2031, 2032)] == ["fed", "plain"]
    assert venture.running_value * 0.1 == pytest.approx(5 * 0.8 + 3 * (LASTING - 0.8))


# ---------------------------------------------------------------- capital


def test_a_grant_is_worth_what_it_is_but_for_lost_depreciation():
    assert support(case()).value_musd == pytest.approx(1.0)
    taxed = support(case("P, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 0.4, 0, ,"))
    assert taxed.value_musd == pytest.approx(1 - 0.4 * 0.25 * LASTING)
    assert taxed.charge_musd == {2030: 1.0}


def test_a_loan():
    """At 10 % over 2 years 1 MUSD is paid back by 0.1 / (1 - 1.1^-2) = 0.57619 twice; at a public rate of 0 all 1.15238 comes
    back, so that nothing is charged. To the firm it is worth 1 - 0.57619 (0.8 + 0.64)."""
    one = support(case(instruments="loan, loan, 1, 0.1, 2, , , , , , ,"))
    payment = 0.1 / (1 - 1.1**-2)
    assert payment == pytest.approx(0.57619, abs=1e-5)
    assert one.value_musd == pytest.approx(1 - payment * 1.44)
    assert sum(one.charge_musd.values()) == 0.0
    assert one.receipts_musd == pytest.approx(2 * payment)


def test_the_subsidy_of_a_loan_below_the_public_rate():
    """Without interest, paid back by halves; at a public rate of 25 % that is worth 0.5 x 1.44 = 0.72: 0.28 is given."""
    one = case(instruments="loan, loan, 1, 0, 2, , , , , , ,")
    dear = Venture(one, one.projects["P"], 2030, "base")
    assert dear.schedule(one.instruments["loan"]) == {2031: (0.0, 0.5), 2032: (0.0, 0.5)}
    given = support(_public_rate(one, 0.25))
    assert given.charge_musd == {2030: pytest.approx(0.28)}


def test_expected_default_is_part_of_the_subsidy():
    """A tenth of all that should come back is lost: 1 - 0.9 at a public rate of 0."""
    assert support(case(instruments="loan, loan, 1, 0, 2, , , 0.1, , , ,")).charge_musd == {2030: pytest.approx(0.1)}


def test_interest_alone_in_the_years_of_grace():
    """0.1 in 2031 and 2032, then 1 MUSD in one payment of 1.1."""
    one = case(instruments="loan, loan, 1, 0.1, 3, 2, , , , , ,")
    plan = firm(one).schedule(one.instruments["loan"])
    assert {t: paid for t, (_, paid) in plan.items()} == {2031: 0.1, 2032: 0.1, 2033: pytest.approx(1.1)}


def test_grace_lasts_until_all_is_drawn():
    """Half in 2030, half in 2031: 0.05 of interest in 2031, then 1 MUSD by 1.1 in 2032."""
    one = case("P, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 0, 0, 0.5;0.5,", "loan, loan, 1, 0.1, 2, , , , , , ,")
    plan = firm(one).schedule(one.instruments["loan"])
    assert {t: paid for t, (_, paid) in plan.items()} == {2031: pytest.approx(0.05), 2032: pytest.approx(1.1)}


def test_interest_saves_tax():
    taxed = "P, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 0.4, 0, ,"
    with_tax, without = (support(case(plant, "loan, loan, 1, 0.1, 1, , , , , , ,")) for plant in (taxed, ""))
    assert with_tax.value_musd - without.value_musd == pytest.approx(0.4 * 0.1 * 0.8)


def test_a_guarantee_is_a_bank_loan_with_its_expected_loss_charged():
    """As the loan to the firm; charged are 80 % x 5 %; 0.8 MUSD may have to be paid."""
    loan = support(case(instruments="loan, loan, 1, 0.1, 2, , , , , , ,"))
    one = support(case(instruments="guarantee, guarantee, 1, 0.1, 2, , 0.8, 0.05, , , ,"))
    assert one.value_musd == pytest.approx(loan.value_musd)
    assert one.charge_musd == {2030: pytest.approx(0.04)}
    assert one.contingent_musd == pytest.approx(0.8)


def test_equity_has_its_return_and_comes_back_in_the_last_year():
    one = support(case(instruments="share, equity, 1, 0.05, , , , , , , ,"))
    assert one.value_musd == pytest.approx(1 - 0.05 * LASTING - 0.4096)
    assert (one.charge_musd, one.receipts_musd) == ({2030: 1.0}, pytest.approx(1.2))


def test_an_investment_credit_falls_due_with_the_first_operating_year():
    one = support(case(instruments="credit, investment_credit, 1, , , , , , , , ,"))
    assert (one.value_musd, one.charge_musd) == (pytest.approx(0.8), {2031: 1.0})


# ---------------------------------------------------------------- output


def test_a_floor_pays_what_is_missing():
    """50 USD a kg on 0.1 kt: 5 MUSD a year, all four years; in a crash to 30 USD it is 8."""
    one = support(case(instruments="floor, floor, 1, , , , , , m, 110, , 0.3", crash="30"))
    assert one.value_musd * 0.1 == pytest.approx(5 * LASTING)
    assert {t: x * 0.1 for t, x in one.charge_musd.items()} == {t: pytest.approx(5) for t in range(2031, 2035)}
    assert one.contingent_musd * 0.1 == pytest.approx(32)


@pytest.mark.parametrize(("price", "paid"), [(60, 5.0), (110, 0.0), (150, -1.2)])
def test_the_floor_of_mountain_pass(price: int, paid: float):
    """110 USD per kg of NdPr for ten years, 30 % of what is above it returned: at 150 USD 12 USD a kg."""
    one = support(case(instruments="floor, floor, 1, , , , , , m, 110, 10, 0.3", prices=str(price)))
    assert one.value_musd * 0.1 == pytest.approx(paid * LASTING)
    assert sum(one.charge_musd.values()) * 0.1 == pytest.approx(max(0.0, paid) * 4)
    assert one.receipts_musd * 0.1 == pytest.approx(max(0.0, -paid) * 4)


def test_a_floor_ends_with_its_years_and_is_taxed():
    taxed = "P, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 0.4, 0, ,"
    one = support(case(taxed, "floor, floor, 1, , , , , , m, 110, 2, 0.3"))
    assert one.value_musd * 0.1 == pytest.approx(0.6 * 5 * (0.8 + 0.64))
    assert list(one.charge_musd) == [2031, 2032]


def test_an_offtake_pays_its_price_both_ways():
    """100 USD when the market pays 60, then 140: 4 MUSD, then -4; only the first is charged, the second comes back."""
    one = support(case(instruments="offtake, offtake, 1, , , , , , m, 100, 2,", prices="60;60;140"))
    assert one.value_musd * 0.1 == pytest.approx(4 * 0.8 - 4 * 0.64)
    assert {t: x * 0.1 for t, x in one.charge_musd.items()} == {2031: pytest.approx(4)}
    assert one.receipts_musd * 0.1 == pytest.approx(4)


def test_a_production_credit_pays_by_the_kilogram_untaxed():
    taxed = "P, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 0.4, 0, ,"
    one = support(case(taxed, "credit, production_credit, 1, , , , , , m, 2, 3,"))
    assert one.value_musd * 0.1 == pytest.approx(0.2 * (0.8 + 0.64 + 0.512))


def test_what_falls_due_after_the_plan_falls_in_its_last_year():
    assert within({2031: 1.0, 2033: 2.0, 2034: 3.0, 2040: 4.0}, 2033) == {2031: 1.0, 2033: 9.0}


def _public_rate(one: Instance, rate: float) -> Instance:
    assert one.finance is not None
    return replace(one, finance=replace(one.finance, public_rate=rate))
