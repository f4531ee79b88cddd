"""Workbook -> Instance, the money side: price decks, instruments, firms, funders."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toys import Sheets, instance, settings

from models.instance import Instance
from models.instruments import Instrument, Kind

PROJECTS = """
    project, country, process, status, capacity_t_per_year, capex_musd, lead_years, hurdle_rate, operating_life_years, tax_rate
    p, A, make, candidate, 100, 10, 0, 0.12, 15, 0.25
    q, B, make, candidate, 100, 10, 0, , ,
    s, A, make, existing, 100, , , , ,
"""
PRICES = """
    deck, material, year, usd_per_kg
    base, m, 2028, 40
    base, m, 2032, 60
    base, m, 2036, 80
    crash, m, 2030, 10
"""
BUDGETS = """
    funder, budget_musd, stages, instruments, home, max_project_share, min_domestic_share
    one, 50, , gift; cheap, , , 0.3
    one, 20, magnet, , A, 0.6,
    two, 10, , , , ,
"""
KINDS = "instrument, kind, stages, countries, funders, max_share, max_musd_per_project, rate, tenor_years, grace_years"
INSTRUMENTS = f"""
    {KINDS}, coverage, default_probability, material, usd_per_kg, years, upside_share
    gift, grant, magnet, A;B, one;two, 0.4, 5, , , , , , , , ,
    cheap, loan, , , , 0.5, , 0.02, 12, 3, , 0.1, , , ,
    lent, loan, , , , , , 0, 5, , , , , , ,
    stake, equity, , , , , , 0.08, , , , , , , ,
    pledge, guarantee, , , , , , 0.05, 10, , 0.8, 0.04, , , ,
    credit, investment_credit, , , , 0.25, , , , , , , , , ,
    per kg, production_credit, , , , , , , , , , , m, 3, 10,
    least, floor, , , , , , , , , , , m, 45, , 0.5
    agreed, offtake, , A, , 0.7, , , , , , , m, 55, 7,
"""


def case(years: tuple[int, int] = (2030, 2034), more: Sheets | None = None, **given: object) -> Instance:
    """The case with every instrument; ``given`` are settings, ``more`` replaces sheets."""
    sheets = {
        "Settings": settings(*years, **given),
        "Projects": PROJECTS,
        "Demand": "sector, country, material, year, demand_t\nd, A, m, 2030, 100",
        "Prices": PRICES,
        "Budgets": BUDGETS,
        "Instruments": INSTRUMENTS,
    }
    return instance(sheets | dict(more or {}))


def test_each_kind_of_instrument_with_what_it_reads():
    finance = case().finance
    assert finance is not None
    assert list(finance.instruments.values()) == [
        Instrument(
            "gift",
            Kind.GRANT,
            frozenset({"magnet"}),
            frozenset({"A", "B"}),
            frozenset({"one", "two"}),
            max_share=0.4,
            max_musd_per_project=5.0,
        ),
        Instrument(
            "cheap", Kind.LOAN, max_share=0.5, rate=0.02, tenor_years=12, grace_years=3, default_probability=0.1
        ),
        Instrument("lent", Kind.LOAN, tenor_years=5),
        Instrument("stake", Kind.EQUITY, rate=0.08),
        Instrument("pledge", Kind.GUARANTEE, rate=0.05, tenor_years=10, coverage=0.8, default_probability=0.04),
        Instrument("credit", Kind.INVESTMENT_CREDIT, max_share=0.25),
        Instrument("per kg", Kind.PRODUCTION_CREDIT, material="m", price_musd_per_kt=3.0, years=10),
        Instrument("least", Kind.FLOOR, material="m", price_musd_per_kt=45.0, upside_share=0.5),
        Instrument(
            "agreed",
            Kind.OFFTAKE,
            countries=frozenset({"A"}),
            max_share=0.7,
            material="m",
            price_musd_per_kt=55.0,
            years=7,
        ),
    ]
    assert list(finance.instruments) == [x.name for x in finance.instruments.values()]


def test_prices_are_filled_from_the_first_year_of_the_plan_to_the_last_given_one():
    """40 in 2028 and 60 in 2032 are 50 in 2030 and 55 in 2031; the crash deck has one row and ends with the plan."""
    finance = case().finance
    assert finance is not None
    assert finance.prices["base"]["m"] == {2030: 50, 2031: 55, 2032: 60, 2033: 65, 2034: 70, 2035: 75, 2036: 80}
    assert finance.prices["crash"]["m"] == dict.fromkeys(range(2030, 2035), 10)
    assert finance.price("base", "m", 2050) == 80


def test_what_firms_and_governments_reckon_with_has_defaults():
    finance = case(discount_rate=0.04).finance
    assert finance is not None
    assert (finance.planning_deck, finance.crash_deck) == ("base", "crash")
    assert (finance.utilization, finance.public_rate, finance.max_contingent_musd) == (0.85, 0.04, None)


def test_what_firms_and_governments_reckon_with_is_read():
    given = {"planning_deck": "crash", "crash_deck": "base", "utilization": 0.9}
    finance = case(discount_rate=0.04, public_rate=0.01, max_contingent_musd=70, **given).finance
    assert finance is not None
    assert (finance.planning_deck, finance.crash_deck) == ("crash", "base")
    assert (finance.utilization, finance.public_rate, finance.max_contingent_musd) == (0.9, 0.01, 70.0)


def test_the_only_deck_is_the_planning_deck_and_no_crash_deck():
    finance = case(more={"Prices": "deck, material, year, usd_per_kg\nmid, m, 2030, 50"}).finance
    assert finance is not None
    assert (finance.planning_deck, finance.crash_deck) == ("mid", None)


def test_firms_have_their_own_rates_or_the_defaults():
    projects = case().projects
    assert [(p.hurdle_rate, p.operating_life_years, p.tax_rate) for p in projects.values()] == [
        (0.12, 15, 0.25),
        (0.1, 20, 0.0),
        (0.1, 20, 0.0),
    ]


def test_what_a_funder_says_stands_on_each_of_its_pots():
    pots = case().pots
    assert [(p.home, p.max_project_share, p.min_domestic_share) for p in pots.values()] == [
        ("A", 0.6, 0.3),
        ("A", 0.6, 0.3),
        ("", None, None),
    ]
    assert [p.instruments for p in pots.values()] == [frozenset({"gift", "cheap"}), None, None]


@pytest.mark.parametrize("instruments", ["instrument, kind", "instrument, kind, rate\n# a remark, , "])
def test_without_rows_of_instruments_nothing_is_reckoned(instruments: str):
    """Prices may stand by themselves; what a funder asks holds all the same, but no pot is tied to instruments."""
    made = case(more={"Instruments": instruments})
    assert made.finance is None
    assert {p.instruments for p in made.pots.values()} == {None}
    assert [p.max_project_share for p in made.pots.values()] == [0.6, 0.6, None]


def test_a_case_without_the_sheets_is_that_with_them_less_their_feature():
    blank = {"Prices": "deck, material, year, usd_per_kg", "Instruments": "instrument, kind"}
    plain = {"Budgets": "funder, budget_musd, stages\none, 50,\none, 20, magnet\ntwo, 10,"}
    assert case(more=blank | plain) == replace(case(more=plain), finance=None)
