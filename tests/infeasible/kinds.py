"""Infeasible workbooks, one for each kind of reason, with what must be said of them: worked by hand.

Every toy begins from ``SMALL``: the plant X makes 60 t of m a year in A, and P would make 40 t in B for 8 MUSD.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from toys import Sheets, settings

SMALL: Sheets = {
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 60, ,
        P, B, make, candidate, 40, 8, 0
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 100",
}
DEMAND = "sector, country, material, year, demand_t, min_coverage\n"
ALL = (
    "project, country, process, status, capacity_t_per_year, capex_musd, lead_years, first_funding_year, group, requires,"
    " min_utilization\n"
)
PEOPLE = "project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, lead_years, workforce\n"
X = ALL + "X, A, make, existing, 60, , , , , ,\n"
RULE = "rule, stage, from_year, min_countries, min_projects, min_capacity_t_per_year, max_country_share\n"
TWO = RULE + "spread, magnet, 2030, 2, , 10,"
LOSS = "scenario, kind, target, min_coverage\n"
POT = "funder, budget_musd, year, carry_over, countries, stages\n"
CHAIN: Sheets = {
    "Materials": "material, name, stage\nm, m, magnet\nmet, met, metal",
    "Recipes": """
        process, recipe, stage, material, direction, t_per_t
        make, r, magnet, met, input, 1
        make, r, magnet, m, output, 1
        melt, r, metallization, met, output, 1
    """,
}

FAIR = "rule, country, measure, stage, year, min_share, max_share\n"
TOOL = "instrument, kind, max_share, material, usd_per_kg\n"
LIABLE = {"utilization": 1, "public_rate": 0.1, "max_contingent_musd": 8}
FIRM: Sheets = {
    "Settings": settings(2030, 2032, utilization=1, public_rate=0.1),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, opex_usd_per_kg, hurdle_rate, \
operating_life_years
        P, B, make, candidate, 100, 10, 1, 30, 0.25, 4
    """,
    "Demand": DEMAND + "cars, A, m, 2030, 100,\ncars, A, m, 2031, 100, 0.9",
    "Prices": "deck, material, year, usd_per_kg\nbase, m, 2030, 60\ncrash, m, 2030, 40",
}


@dataclass(frozen=True)
class Kind:
    """A workbook and what must be said: ``why`` is the calculation.

    ``conflict``: the cells that cannot hold together. ``ways``: value by cell of every way out that is one cell ("" to clear
    it). ``short``: cell -> (year, need, most) of what falls short with all the money there is.
    """

    why: str
    sheets: Sheets
    conflict: frozenset[str]
    ways: Mapping[str, str]
    short: Mapping[str, tuple[int, float, float]] = field(default_factory=dict)
    told: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "a budget too small": Kind(
        "0.9 x 100 t need P for 8 MUSD; without it 60 of 100 t",
        {"Settings": settings(budget_musd=7.5), "Demand": DEMAND + "cars, A, m, 2030, 100, 0.9"},
        frozenset({"Settings!B5", "Demand!F2"}),
        {"Settings!B5": "8", "Demand!F2": "0.6"},
    ),
    "too few people": Kind(
        "0.9 x 100 t need 30 of the 40 t of P, and 30 of its 40 people; 25 are free",
        {
            "Projects": PEOPLE + "X, A, make, existing, 60, , , , 90\nP, B, make, candidate, 40, 0, 8, 0, 40",
            "Demand": DEMAND + "cars, A, m, 2030, 100, 0.9",
            "Workforce": "country, year, available\nB, 2030, 25",
        },
        frozenset({"Workforce!C2", "Demand!F2"}),
        {"Workforce!C2": "30", "Demand!F2": "0.85"},
    ),
    "people trained too late": Kind(
        "two makers from 2031 on need all 40 people of P: 25 are free then; in 2032 30, and 10 more are trained",
        {
            "Settings": settings(2030, 2032),
            "Projects": PEOPLE + "X, A, make, existing, 60, , , , 90\nP, B, make, candidate, 40, , 8, 0, 40",
            "Redundancy": RULE + "spread, magnet, 2031, 2, , 10,",
            "Workforce": "country, year, available, training_cost_usd_per_person, max_trained_per_year, training_years\n"
            "B, 2030, 40, 0, 10, 2\nB, 2031, 25, 0, 10, 2\nB, 2032, 30, 0, 10, 2",
        },
        frozenset({"Workforce!C3", "Redundancy!D2"}),
        {"Workforce!C3": "40", "Redundancy!D2": "1", "Redundancy!C2": "2032"},
    ),
    "a pot of a later year": Kind(
        "the rule needs P in 2030, the pot pays in 2031",
        {"Settings": settings(2030, 2031), "Redundancy": TWO, "Budgets": POT + "G, 20, 2031, , ,"},
        frozenset({"Redundancy!D2", "Budgets!C2"}),
        {"Redundancy!C2": "2031", "Redundancy!D2": "1", "Budgets!C2": ""},
    ),
    "a pot for another stage": Kind(
        "the rule needs P of the stage magnet",
        {"Redundancy": TWO, "Budgets": POT + "G, 20, , , , stockpile"},
        frozenset({"Redundancy!D2", "Budgets!F2"}),
        {"Redundancy!D2": "1", "Budgets!F2": "stockpile;magnet"},
    ),
    "a pot for another country": Kind(
        "the rule needs P in B",
        {"Redundancy": TWO, "Budgets": POT + "G, 20, , , A,"},
        frozenset({"Redundancy!D2", "Budgets!E2"}),
        {"Redundancy!D2": "1", "Budgets!E2": "A;B"},
    ),
    "a pot too small": Kind(
        "P costs 8 MUSD, the pot for B holds 6; the pot for A would do, were it wider",
        {"Redundancy": TWO, "Budgets": POT + "G, 20, , , A,\nH, 6, , , B,"},
        frozenset({"Redundancy!D2", "Budgets!B3", "Budgets!E2"}),
        {"Redundancy!D2": "1", "Budgets!B3": "8", "Budgets!E2": "A;B"},
    ),
    "a lead time too long": Kind(
        "90 t are wanted from 2032, P runs from 2030 + 3; with 2 years it runs in time",
        {
            "Settings": settings(2030, 2033),
            "Projects": X + "P, B, make, candidate, 40, 8, 3, , , ,",
            "Demand": DEMAND + "cars, A, m, 2030, 100, 0.5\ncars, A, m, 2032, 100, 0.9",
        },
        frozenset({"Demand!F3", "Projects!G3"}),
        {"Demand!F3": "0.6", "Projects!G3": "2"},
        {"Demand!F3": (2032, 90, 60)},
        ("P cannot run before 2033 (Projects!G3 lead_years)",),
    ),
    "a first funding year too late": Kind(
        "90 t are wanted from 2030, P may be funded from 2032",
        {
            "Settings": settings(2030, 2033),
            "Projects": X + "P, B, make, candidate, 40, 8, 0, 2032, , ,",
            "Demand": DEMAND + "cars, A, m, 2030, 100, 0.9",
        },
        frozenset({"Demand!F2", "Projects!H3"}),
        {"Demand!F2": "0.6", "Projects!H3": "2030"},
        {"Demand!F2": (2030, 90, 60)},
        ("It falls short in 2030-2031.", "P cannot run before 2032 (Projects!H3 first_funding_year)"),
    ),
    "a rule that begins too early": Kind(
        "B has a plant from 2032 at the earliest",
        {
            "Settings": settings(2030, 2033),
            "Projects": X + "P, B, make, candidate, 40, 8, 2, , , ,",
            "Redundancy": TWO,
        },
        frozenset({"Redundancy!D2", "Projects!G3"}),
        {"Redundancy!C2": "2032", "Redundancy!D2": "1", "Projects!G3": "0"},
        {"Redundancy!D2": (2030, 2, 1)},
    ),
    "more countries than there are": Kind(
        "A and B can have plants, a third country cannot",
        {"Redundancy": TWO.replace("2, , 10", "3, , 10")},
        frozenset({"Redundancy!D2"}),
        {"Redundancy!D2": "2"},
        {"Redundancy!D2": (2030, 3, 2)},
    ),
    "more projects than there are": Kind(
        "only X has 50 t",
        {"Redundancy": RULE + "big, magnet, 2030, , 2, 50,"},
        frozenset({"Redundancy!E2"}),
        {"Redundancy!E2": "1"},
        {"Redundancy!E2": (2030, 2, 1)},
    ),
    "a share with one country": Kind(
        "A alone has plants: all 60 t, half of which are 30 t too much; no share below 1 can be kept",
        {"Projects": X, "Redundancy": RULE + "spread, magnet, 2030, , , , 0.5"},
        frozenset({"Redundancy!G2"}),
        {"Redundancy!G2": ""},
        {"Redundancy!G2": (2030, 0, -30)},
    ),
    "a share just too small": Kind(
        "with P, A has 60 of 100 t, 10 t more than a half",
        {"Redundancy": RULE + "spread, magnet, 2030, , , , 0.5"},
        frozenset({"Redundancy!G2"}),
        {"Redundancy!G2": "0.6"},
        {"Redundancy!G2": (2030, 0, -10)},
    ),
    "a share of which the nearest plan in tonnes is not the nearest in shares": Kind(
        "A is 60 - 0.3 x (60 + q) t above its share, and B, from q = 25.714 on, 0.7 x q - 18: fewest together at 25.714,"
        " 34.286 t, and there A has 0.7; with all of Q A has only 60 of 115 = 0.5217",
        {
            "Projects": PEOPLE + "X, A, make, existing, 60, , , ,\nQ, B, make, candidate, 55, 20, 8, 0,",
            "Redundancy": RULE + "spread, magnet, 2030, , , , 0.3",
        },
        frozenset({"Redundancy!G2"}),
        {"Redundancy!G2": "0.522"},
        {"Redundancy!G2": (2030, 0, -34.286)},
    ),
    "the loss of the only country": Kind(
        "without A nothing is made, and 0.5 x 50 t must be served",
        {"Projects": X, "Demand": DEMAND + "cars, B, m, 2030, 50,", "Disruptions": LOSS + "no A, lose_country, A, 0.5"},
        frozenset({"Disruptions!D2"}),
        {"Disruptions!D2": ""},
        {"Disruptions!D2": (2030, 25, 0)},
    ),
    "the loss of each site": Kind(
        "without X 20 t are left of 0.5 x 60; 20 / 60 = 0.3333",
        {
            "Projects": X + "P, B, make, candidate, 20, 8, 0, , , ,",
            "Demand": DEMAND + "cars, B, m, 2030, 60,",
            "Disruptions": LOSS + "sites, lose_project, each, 0.5",
        },
        frozenset({"Disruptions!D2"}),
        {"Disruptions!D2": "0.333"},
        {"Disruptions!D2": (2030, 30, 20)},
        ("in the loss sites:X",),
    ),
    "the loss of a supplier": Kind(
        "without N X's 20 t are left of 0.5 x 50 t; 20 / 50 = 0.4",
        {
            "Projects": X.replace("60", "20"),
            "Imports": "supplier, material, year, max_t, price_usd_per_kg\nN, m, 2030, 50, 1",
            "Demand": DEMAND + "cars, B, m, 2030, 50,",
            "Disruptions": LOSS + "embargo, lose_supplier, N, 0.5",
        },
        frozenset({"Disruptions!D2"}),
        {"Disruptions!D2": "0.4"},
        {"Disruptions!D2": (2030, 25, 20)},
        ("in the loss embargo",),
    ),
    "a stockpile too small": Kind(
        "without N X's 20 t and the 2 t of the stock, bought a year before, are left of 0.5 x 50 t; 22 / 50 = 0.44; three times"
        " the stock, 6 t, is enough, twice is not",
        {
            "Settings": settings(2030, 2031),
            "Projects": X.replace("60", "20"),
            "Imports": "supplier, material, year, max_t, price_usd_per_kg\nN, m, 2030, 60, 1",
            "Demand": DEMAND + "cars, B, m, 2030, 50,",
            "Stockpiles": "material, country, opening_t, max_t, max_purchase_t_per_year, purchase_usd_per_kg\nm, B, 0, 2, 100, 1",
            "Disruptions": "scenario, kind, target, min_coverage, from_year\nembargo, lose_supplier, N, 0.5, 2031",
        },
        frozenset({"Disruptions!D2", "Stockpiles!D2"}),
        {"Disruptions!D2": "0.44", "Stockpiles!D2": "6"},
        {"Disruptions!D2": (2031, 25, 22)},
    ),
    "a feed that nobody makes": Kind(
        "no plant melts met, so there is no m at all",
        {**CHAIN, "Demand": DEMAND + "cars, A, m, 2030, 50, 0.5"},
        frozenset({"Demand!F2"}),
        {"Demand!F2": "0"},
        {"Demand!F2": (2030, 25, 0)},
        ("m needs met; no project makes met",),
    ),
    "allied material without an allied chain": Kind(
        "X stands in N: what it makes is of open origin",
        {
            "Projects": X.replace("X, A", "X, N"),
            "Demand": "sector, country, material, year, demand_t, min_coverage, allied_only\narms, A, m, 2030, 50, 0.5, yes",
        },
        frozenset({"Demand!F2", "Demand!G2"}),
        {"Demand!F2": "0", "Demand!G2": "no"},
        {"Demand!F2": (2030, 25, 0)},
    ),
    "a demand without a price": Kind(
        "all 125 t must be served, 100 can be",
        {
            "Settings": settings(objective="cost"),
            "Demand": DEMAND.replace("min_cov", "shortfall_usd_per_kg, min_cov") + "cars, A, m, 2030, 125, ,",
        },
        frozenset({"Demand!F2"}),
        {"Demand!E2": "100", "Demand!F2": "1000"},
        {"Demand!F2": (2030, 125, 100)},
    ),
    "a group that allows one of two": Kind(
        "126 t need P and Q; one of them gives 100 of 140 t = 0.7142",
        {
            "Projects": X + "P, B, make, candidate, 40, 8, 0, , g, ,\nQ, B, make, candidate, 40, 8, 0, , g, ,",
            "Demand": DEMAND + "cars, A, m, 2030, 140, 0.9",
        },
        frozenset({"Demand!F2", "Projects!I3", "Projects!I4"}),
        {"Demand!F2": "0.714", "Projects!I3": "", "Projects!I4": ""},
        {"Demand!F2": (2030, 126, 100)},
    ),
    "a required project that can never be funded": Kind(
        "90 t need P, P requires Q, and Q may be funded from 2032 only, after the last year",
        {
            "Settings": settings(2030, 2031),
            "Projects": X + "P, B, make, candidate, 40, 8, 0, , , Q,\nQ, C, make, candidate, 0, 8, 0, 2032, , ,",
            "Demand": DEMAND + "cars, A, m, 2030, 100, 0.9",
        },
        frozenset({"Demand!F2", "Projects!J3", "Projects!H4"}),
        {"Demand!F2": "0.6", "Projects!J3": "", "Projects!H4": "2030"},
        {"Demand!F2": (2030, 90, 60)},
        ("By quantity 100 t of m could exist in 2030",),
    ),
    "a forbidden route": Kind(
        "X's 60 t cannot leave A, and B has P's 40 t of the 90 t",
        {
            "Demand": DEMAND + "cars, B, m, 2030, 100, 0.9",
            "Routes": "material, from, to, cost_usd_per_kg, max_t_per_year, allowed\nm, A, *, , , no",
        },
        frozenset({"Demand!F2", "Routes!F2"}),
        {"Demand!F2": "0.4", "Routes!F2": "yes"},
        {"Demand!F2": (2030, 90, 40)},
        ("By quantity 100 t of m could exist in 2030",),
    ),
    "a minimum utilization without the feed": Kind(
        "the second country needs P of 400 t, which must run at 0.9 with 100 t of met: 0.25 is what can be run",
        {
            **CHAIN,
            "Projects": X + "P, B, make, candidate, 400, 8, 0, , , , 0.9\nS, A, melt, existing, 100, , , , , ,",
            "Redundancy": TWO,
        },
        frozenset({"Redundancy!D2", "Projects!K3"}),
        {"Redundancy!D2": "1", "Projects!K3": "0.25"},
        {"Redundancy!D2": (2030, 2, 1)},
    ),
    "two demands that one plant cannot serve both": Kind(
        "each 70 t can be served from 100 t, both cannot: 70 + 30 = 100, and 30 / 70 = 0.4285",
        {"Demand": DEMAND + "cars, A, m, 2030, 70, 1\nvans, B, m, 2030, 70, 1"},
        frozenset({"Demand!F2", "Demand!F3"}),
        {"Demand!F2": "0.428", "Demand!F3": "0.428"},
        {},
        ("140 t of m must be served in 2030",),
    ),
    "too small a share of capacity": Kind(
        "B has P's 40 of 100 t, 10 t less than a half",
        {"Fairness": FAIR + "half, B, capacity, magnet, , 0.5,"},
        frozenset({"Fairness!F2"}),
        {"Fairness!F2": "0.4"},
        {"Fairness!F2": (2030, 0, -10)},
        ("rule “half” gives B at least 0.5 of the allied capacity of magnet in 2030", "10.0 t are missing"),
    ),
    "too large a share of capacity": Kind(
        "with P, A has 60 of 100 t, 10 t more than a half",
        {"Fairness": FAIR + "half, A, capacity, magnet, , , 0.5"},
        frozenset({"Fairness!G2"}),
        {"Fairness!G2": "0.6"},
        {"Fairness!G2": (2030, 0, -10)},
        ("rule “half” gives A at most 0.5", "10.0 t are too much"),
    ),
    "a country that cannot be served so well": Kind(
        "60 t in 2030 and with P 100 t; B wants 150 t, of which 0.8 are 120 t",
        {"Demand": DEMAND + "cars, B, m, 2030, 150,", "Fairness": FAIR + "fed, B, coverage, , , 0.8,"},
        frozenset({"Fairness!F2"}),
        {"Fairness!F2": "0.666"},
        {"Fairness!F2": (2030, 120, 100)},
        ("120.0 t of the demand of B must be served over all years (0.8 of 150.0 t)",),
    ),
    "two countries that cannot both be served": Kind(
        "100 t for 100 t in A and in B: 0.6 for one leaves 0.4",
        {
            "Demand": DEMAND + "cars, A, m, 2030, 100,\ncars, B, m, 2030, 100,",
            "Fairness": FAIR + "here, A, coverage, , , 0.6,\nthere, B, coverage, , , 0.6,",
        },
        frozenset({"Fairness!F2", "Fairness!F3"}),
        {"Fairness!F2": "0.4", "Fairness!F3": "0.4"},
    ),
    "too much money for one country": Kind(
        "0.9 x 100 t need P, the one candidate, which takes all the money",
        {"Demand": DEMAND + "cars, A, m, 2030, 100, 0.9", "Fairness": FAIR + "purse, B, money, , , , 0.5"},
        frozenset({"Demand!F2", "Fairness!G2"}),
        {"Demand!F2": "0.6", "Fairness!G2": "1"},
    ),
    "too few jobs for one country": Kind(
        "0.9 x 100 t need P in B with its 40 jobs; A has no candidate",
        {
            "Projects": PEOPLE + "X, A, make, existing, 60, , , , 90\nP, B, make, candidate, 40, , 8, 0, 40",
            "Demand": DEMAND + "cars, A, m, 2030, 100, 0.9",
            "Fairness": FAIR + "work, A, jobs, , , 0.5,",
        },
        frozenset({"Demand!F2", "Fairness!F2"}),
        {"Demand!F2": "0.6", "Fairness!F2": "0"},
    ),
    "too small a part of one project": Kind(
        "P costs 8 MUSD: F pays half of it, G has 3; with 5 of 8 = 0.625 of F, or 4 of G, it can be paid",
        {"Redundancy": TWO, "Budgets": "funder, budget_musd, max_project_share\nF, 20, 0.5\nG, 3,"},
        frozenset({"Redundancy!D2", "Budgets!B3", "Budgets!C2"}),
        {"Redundancy!D2": "1", "Budgets!B3": "4", "Budgets!C2": "0.625"},
    ),
    "money that stays at home": Kind(
        "P stands in B, and half of what F pays is for A, where there is nothing to pay for",
        {"Redundancy": TWO, "Budgets": "funder, budget_musd, home, min_domestic_share\nF, 20, A, 0.5"},
        frozenset({"Redundancy!D2", "Budgets!D2"}),
        {"Redundancy!D2": "1", "Budgets!D2": ""},
    ),
    "a crash that would cost too much": Kind(
        "P lacks 10 - 3 x 2.3616 = 2.9152 MUSD; 0.41147 of a floor of 90 USD give it, 20 x 0.41147 = 8.2295 in a crash; without a"
        " lead time it lacks 10 - 3 x 2.952 = 1.144, and 0.1292 of the floor is enough",
        FIRM | {"Instruments": TOOL + "floor, floor, , m, 90", "Settings": settings(2030, 2032, **LIABLE)},
        frozenset({"Settings!B7", "Demand!F3", "Projects!G2"}),
        {"Settings!B7": "8.23", "Demand!F3": "0", "Projects!G2": "0"},
    ),
    "a package that is not enough": Kind(
        "P lacks 2.9152 MUSD, and a grant of a fifth is 2: enough without a lead time, when it lacks 1.144",
        FIRM | {"Instruments": TOOL + "gift, grant, 0.2, ,"},
        frozenset({"Instruments!C2", "Demand!F3", "Projects!G2"}),
        {"Instruments!C2": "", "Demand!F3": "0", "Projects!G2": "0"},
        {"Demand!F3": (2031, 90, 0)},
        ("the instrument gift gives at most 0.2 of capex", "or packages that firms can live on stand in the way"),
    ),
}
