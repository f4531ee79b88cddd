"""The cash of a firm against sums by hand and a finance library."""

from __future__ import annotations

import doctest
from dataclasses import replace
from types import ModuleType

import numpy_financial as npf
import pytest
from firm_toys import flat, separator

from optimizer.audit import firms, loans, support
from optimizer.audit.decks import Decks
from optimizer.audit.firms import present_value, unaided, years_of
from optimizer.audit.plants import Recipe


def series(cash: dict[int, float], first: int) -> list[float]:
    return [cash.get(year, 0.0) for year in range(first, max(cash) + 1)]


@pytest.mark.parametrize("module", [firms, loans, support])
def test_docstrings(module: ModuleType) -> None:
    tried = doctest.testmod(module)
    assert tried.attempted >= 1
    assert tried.failed == 0


@pytest.mark.parametrize("rate", [0.0, 0.07, 0.25])
def test_present_value_is_that_of_the_library(rate: float) -> None:
    cash = {2030: -100.0, 2031: 40.0, 2033: 90.0}
    assert present_value(cash, 2030, rate) == pytest.approx(npf.npv(rate, series(cash, 2030)))


def test_a_separator_at_60_usd_per_kg() -> None:
    """800 t a year x (60 - 20) = 32 MUSD less 5: 27 a year for ten years on 100: 100 x 27 / 100 is worth 65.9033 above cost."""
    firm = separator()
    years = years_of(firm, flat(oxide=60.0), "base")
    assert {(x.activity_t, x.revenue_musd, x.opex_musd, x.tax_musd) for x in years} == {(800.0, 48.0, 21.0, 0.0)}
    cash = unaided(firm, years)
    assert series(cash, 2030) == pytest.approx([-100.0, *[27.0] * 10])
    assert firm.value(cash) == pytest.approx(27 * 6.14456711 - 100)
    assert firm.value(cash) == pytest.approx(-float(npf.pv(0.1, 10, 27.0)) - 100)


def test_a_firm_whose_hurdle_is_its_own_return_is_worth_nothing() -> None:
    firm = separator(spend_profile=(0.5, 0.5), lead_years=2, ramp=((1, 0.5), (3, 1.0)), tax_rate=0.2)
    cash = unaided(firm, years_of(firm, flat(oxide=60.0), "base"))
    own = npf.irr(series(cash, 2030))
    hurdle = replace(firm, project=replace(firm.project, hurdle_rate=float(own)))
    assert hurdle.value(cash) == pytest.approx(0.0, abs=1e-6)


def test_size_ramp_and_spending() -> None:
    """500 of 1,000 t: 100 x (0.3 + 0.7 / 2) = 65 MUSD, spent beyond the plan too; fixed cost 2.5, not ramped."""
    firm = separator(
        500.0, 2039, spend_profile=(0.4, 0.6), lead_years=2, ramp=((1, 0.5), (2, 1.0)), operating_life_years=3
    )
    years = years_of(firm, flat(oxide=60.0), "base")
    assert [(x.year, x.activity_t, x.opex_musd) for x in years] == [
        (2041, 200, 6.5),
        (2042, 400, 10.5),
        (2043, 400, 10.5),
    ]
    cash = unaided(firm, years)
    assert series(cash, 2039) == pytest.approx([-26.0, -39.0, 5.5, 13.5, 13.5])


def test_losses_are_set_off_against_tax() -> None:
    """At 30 USD/kg 8 MUSD of margin, less 5 fixed and 10 of depreciation: 25 % of -7 comes back."""
    years = years_of(separator(tax_rate=0.25), flat(oxide=30.0), "base")
    assert {x.tax_musd for x in years} == {-1.75}
    assert {x.net_musd for x in years} == {4.75}


def test_each_year_runs_the_recipe_of_best_margin_and_the_first_of_equal_ones() -> None:
    """Ore falls from 50 to 10 USD/kg by 2034. 1.5 t of it make 1 t for 5 USD/kg: cheaper than 35 from scrap below 20 USD/kg."""
    recipes = {
        "scrap": Recipe("separation", {}, {"oxide": 1.0}, 35.0),
        "ore": Recipe("separation", {"ore": 1.5}, {"oxide": 1.0}, 5.0),
    }
    decks = Decks("base", None, {("base", "oxide"): {2030: 60.0}, ("base", "ore"): {2030: 50.0, 2034: 10.0}})
    years = years_of(separator(recipes=recipes, operating_life_years=5), decks, "base")
    assert [x.recipe for x in years] == ["scrap", "scrap", "scrap", "ore", "ore"]  # In 2033 both cost 35.
    assert [x.inputs_musd for x in years] == pytest.approx([0, 0, 0, 12, 12])
