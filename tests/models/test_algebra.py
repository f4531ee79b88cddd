"""The algebra of every constraint family and expression, read row by row and held against what was written by hand.

The hand calculation stands beside each row. A family that no row here reads fails ``test_every_family_is_read``.
"""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import pyomo.environ as pyo
import pytest
from algebra import expression, name, read, row
from toys import full, instance, settings

from models.build import build_model
from models.dispatch import build_dispatch, build_potential, planned
from models.instance import Goal, Instance
from models.options import Layout, Options
from models.solution import Investment

# Two places and one way: p in A makes m (2 USD/kg), shipped to B at 0.5 USD/kg; N sells to B. Money at 25 %: 0.8 after a year.
SMALL = {
    "Countries": """
        country, name, ally
        A, A, yes
        B, B, yes
        N, N, no
    """,
    "Projects": """
        project, country, process, status, capacity_t_per_year, opex_usd_per_kg, fixed_opex_musd_per_year
        p, A, make, existing, 100, 2, 0.4
    """,
    "Demand": """
        sector, country, material, year, demand_t, priority, shortfall_usd_per_kg
        d, B, m, 2030, 80, 2, 50
        e, B, m, 2030, 20, 2, 60
        e, A, m, 2030, 0, 2, 60
    """,
    "Imports": "supplier, material, country, year, max_t, price_usd_per_kg\nN, m, B, 2030, 30, 7",
    "Routes": """
        material, from, to, cost_usd_per_kg, allowed
        *, *, *, , no
        m, A, B, 0.5, yes
    """,
    "Disruptions": """
        scenario, kind, target, from_year, years, severity, check_years, weight
        seller, lose_supplier, N, 2030, , 0.5, 2031, 1
        plant, lose_project, p, 2030, 1, 0.25, , 3
    """,
}


def small(**more: object) -> Instance:
    return instance({**SMALL, "Settings": settings(2030, 2031, discount_rate=0.25, **more)})


# Two funders, each with money by the year: F carries over, G does not. F pays for everything in A and B, G only mines in C.
PURSES = {
    "Recipes": """
        process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
        make, r, magnet, m, output, 1,
        dig, d, mining, m, output, 1,
    """,
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, spend_profile
        a, A, make, candidate, 10, 8, 0, 0.5;0.5
        b, B, dig, candidate, 10, 7, 0,
        c, C, dig, candidate, 10, 6, 0,
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 30",
    "Budgets": """
        funder, budget_musd, year, carry_over, countries, stages
        F, 5, 2030, yes, A;B,
        G, 3, 2030, , C, mining
        F, 4, 2032, yes, A;B,
        F, 1, 2029, yes, A;B,
        F, 2, 2032, yes, A;B,
        G, 4, 2031, , C, mining
        F, 2, , , , mining
    """,
}


# p needs 50 people at 100 t and may be half that size; q, all or nothing, needs 8 at 40 t and ramps up; x works already, with
# people of its own. 20 people are there in A, and 10 fewer each year; training takes a year, and two if begun from 2031 on.
PEOPLED = {
    "Ramps": "ramp, operating_year, fraction\nslow, 1, 0.5\nslow, 2, 1",
    "Projects": """
        project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, lead_years, ramp, \
workforce
        p, A, make, candidate, 100, 50, 8, 1, , 50
        q, A, make, candidate, 40, , 7, 0, slow, 8
        r, B, make, candidate, 40, , 7, 0, , 9
        x, A, make, existing, 40, , , , , 30
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 30",
    "Budgets": "funder, budget_musd, stages\nF, 20, magnet\nG, 5, training",
    "Workforce": """
        country, year, available, training_cost_usd_per_person, max_trained_per_year, training_years
        A, 2030, 20, 40000, 30, 1
        A, 2031, 10, 50000, 20, 2
        A, 2033, 0, 50000, 20, 2
    """,
}


# P earns 30 USD a kg at 60, half or full size for 6 or 10 MUSD, runs 2031 to 2034, at 25 %: 0.8 + 0.64 + 0.512 + 0.4096 = 2.3616.
# Q is all or nothing. Both lack something. What is promised after 2031 is paid in 2031.
SUPPORTED = {
    "Projects": """
        project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, fixed_capex_share, \
lead_years, opex_usd_per_kg, hurdle_rate, operating_life_years
        P, A, make, candidate, 100, 50, 10, 0.2, 1, 30, 0.25, 4
        Q, B, make, candidate, 100, , 10, , 1, 30, 0.25, 4
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 200",
    "Prices": "deck, material, year, usd_per_kg\nbase, m, 2030, 60\ncrash, m, 2030, 40",
    "Instruments": """
        instrument, kind, countries, max_share, rate, tenor_years, material, usd_per_kg
        grant, grant, , 0.5, , , ,
        loan, loan, A, 0.6, 0, 2, ,
        floor, floor, A, , , , m, 90
        offtake, offtake, A, 0.5, , , m, 80
    """,
}


# p, of which half is public, may be half its size and runs a year after it is funded; q runs at once, x always did. The demand of
# A is 40 t a year in two rows of equal priority.
SHARED = {
    "Projects": """
        project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, fixed_capex_share, \
public_share, lead_years, workforce
        p, A, make, candidate, 100, 50, 10, 0.2, 0.5, 1, 50
        q, B, make, candidate, 40, , 8, , , 0, 20
        x, B, make, existing, 40, , , , , , 30
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 30
        cars, B, m, 2030, 50
        wind, A, m, 2030, 10
    """,
    "Fairness": """
        rule, country, measure, stage, year, min_share, max_share
        cash, A, money, , , 0.25, 0.6
        half, B, capacity, magnet, , , 0.5
        work, A, jobs, , , 0.4,
        fed, A, coverage, , , 0.9,
    """,
}


def shared() -> Instance:
    return instance({**SHARED, "Settings": settings(2030, 2031)})


def supported(at_home: str = "") -> Instance:
    """G has to spend a share at home, or not; if so, what gives no output may be spent on too."""
    given = {"budget_musd": 30, "utilization": 1, "public_rate": 0.25, "max_contingent_musd": 7}
    budgets = f"funder, budget_musd, home, max_project_share, min_domestic_share\nF, 50, A, 0.6,\nG, 50, B, , {at_home}"
    return instance({**SUPPORTED, "Budgets": budgets, "Settings": settings(2030, 2031, **given)})


def peopled() -> Instance:
    return instance({**PEOPLED, "Settings": settings(2030, 2033, budget_musd=30)})


def purses() -> Instance:
    return instance({**PURSES, "Settings": settings(2030, 2032)})


def plan_of(case: Instance) -> Investment:
    """Return a plan made up by hand: P at 60 t, funded in 2030, with Q; 25 t in store from the first year on."""
    years = case.years
    capacity = {("S", t): 0.2 for t in years} | {("M", t): 0.05 for t in years} | {("Q", t): 0.08 for t in years}
    capacity |= {("W", 2030): 0.01, ("W", 2031): 0.01, ("P", 2031): 0.03, ("P", 2032): 0.06}
    capacity |= {("p", t): 0.1 for t in years}
    stock = "oxide|B|allied"
    return Investment(
        fundings=(),
        capacity_ktpy={(p, t): x for (p, t), x in capacity.items() if p in case.projects},
        bought_kt={},
        level_kt={(stock, t): 0.025 for t in years},
        base_draw_kt={(stock, t): 0.004 for t in years},
        outlay_musd={},
        paid_musd={},
        cost_musd={},
        base_shortfall_kt={},
        base_running_musd={},
    )


def _dispatch(case: Instance, s: str) -> Any:
    return build_dispatch(case, case.scenarios[s])


def _potential(case: Instance) -> Any:
    return build_potential(case, plan_of(case), case.scenarios["country:B"], ["defense|A|magnet|allied"])


COST_STEP = Options(Goal.COST, shortfall_limit_kt=0.01)
COVERAGE_STEP = Options(Goal.COVERAGE, base_layout=Layout.POOLED)
MODELS = {
    "cost step": lambda: build_model(full(resilience_measure="worst", resilience_weight=0.5), COST_STEP),
    "coverage step": lambda: build_model(full(), COVERAGE_STEP),
    "least outlay": lambda: build_model(full(), replace(COVERAGE_STEP, shortfall_limit_kt=0.01, least_outlay=True)),
    "annuity": lambda: build_model(full(capex_charge="annuity"), COST_STEP),
    "people": lambda: build_model(peopled(), COST_STEP),
    "support": lambda: build_model(supported(), COST_STEP),
    "home": lambda: build_model(supported("0.5"), COST_STEP),
    "shares": lambda: build_model(shared(), COVERAGE_STEP),
    "tightened": lambda: build_model(purses(), replace(COVERAGE_STEP, tightened=True)),
    "small cost": lambda: build_model(small(objective="cost"), Options(Goal.COST)),
    "small coverage": lambda: build_model(small(resilience_weight=2), Options(Goal.COVERAGE)),
    "small worst": lambda: build_model(small(resilience_measure="worst"), Options(Goal.COVERAGE)),
    "base flows": lambda: _dispatch(full(), "base"),
    "loss flows": lambda: _dispatch(full(), "country:B"),
    "small flows": lambda: _dispatch(small(), "seller"),
    "small base flows": lambda: _dispatch(small(objective="cost"), "base"),
    "potential": lambda: _potential(full()),
}


@cache
def model(which: str) -> Any:
    return MODELS[which]()


class Row(NamedTuple):
    """One row of one model: its name, its algebra, and why it must be so."""

    model: str
    component: str
    algebra: str
    why: str


_SMALL_COST = (
    "2 Run_ktpy[p,r,allied,2030,base] + 2 Run_ktpy[p,r,allied,2031,base]"
    " + 0.5 Ship_ktpy[m,allied,A,B,2030,base] + 0.5 Ship_ktpy[m,allied,A,B,2031,base]"
    " + 7 Import_ktpy[N|m|B,B,2030,base] + 7 Import_ktpy[N|m|B,B,2031,base]"
    " + 50 Shortfall_ktpy[d|B|m|any,2030,base] + 50 Shortfall_ktpy[d|B|m|any,2031,base]"
    " + 60 Shortfall_ktpy[e|B|m|any,2030,base] + 60 Shortfall_ktpy[e|B|m|any,2031,base]"
    " + 60 Shortfall_ktpy[e|A|m|any,2030,base] + 60 Shortfall_ktpy[e|A|m|any,2031,base] == 0"
)

# Quantities in kt (100 t = 0.1), money in MUSD.
CONSTRAINTS = [
    Row(
        "cost step",
        "funded_at_most_once[P]",
        "Fund[P,2030] + Fund[P,2031] <= 1",
        "lead 1: funded in 2032 it would give nothing before 2033, and is left out",
    ),
    Row(
        "cost step",
        "funded_at_most_once[R]",
        "Fund[R,2031] + Fund[R,2032] <= 1",
        "first_funding_year 2031",
    ),
    Row(
        "cost step",
        "size_is_at_most_the_nameplate[P,2031]",
        "SizeAboveSmallest_ktpy[P,2031] <= 0.06 Fund[P,2031]",
        "nameplate 100 t, smallest 40 t",
    ),
    Row("cost step", "capacity_stands[W,2031]", "Capacity_ktpy[W,2031] == 0.01", "existing, 10 t until 2031"),
    Row(
        "cost step",
        "capacity_stands[P,2032]",
        "Capacity_ktpy[P,2032] == 0.04 Fund[P,2030] + SizeAboveSmallest_ktpy[P,2030]"
        " + 0.02 Fund[P,2031] + 0.5 SizeAboveSmallest_ktpy[P,2031]",
        "2032 is operating year 2 of a funding in 2030 (ramp 1), and 1 of one in 2031 (ramp 0.5)",
    ),
    Row(
        "cost step",
        "capacity_stands[Q,2031]",
        "Capacity_ktpy[Q,2031] == 0.08 Fund[Q,2030] + 0.08 Fund[Q,2031]",
        "all or nothing, lead 0, no ramp: 80 t from the funding year",
    ),
    Row(
        "cost step",
        "at_most_one_of_a_group[g]",
        "Fund[P,2030] + Fund[P,2031] + Fund[R,2031] + Fund[R,2032] <= 1",
        "P and R, whenever",
    ),
    Row(
        "cost step",
        "prerequisite_is_funded_before[P,Q,2031]",
        "Fund[P,2030] + Fund[P,2031] <= Fund[Q,2030] + Fund[Q,2031]",
        "P by 2031 needs Q by 2031",
    ),
    Row(
        "cost step",
        "run_within_capacity[W,2030,base]",
        "Run_ktpy[W,plain,allied,2030,base] + Run_ktpy[W,plain,open,2030,base] + Run_ktpy[W,lean,allied,2030,base]"
        " + Run_ktpy[W,lean,open,2030,base] <= Capacity_ktpy[W,2030]",
        "two recipes and two origins share one capacity",
    ),
    Row(
        "coverage step",
        "run_within_capacity[M,2031,base]",
        "Run_ktpy[M,plain,allied,2031,base] + Run_ktpy[M,plain,open,2031,base] + Run_ktpy[M,lean,allied,2031,base]"
        " + Run_ktpy[M,lean,open,2031,base]"
        " <= Capacity_ktpy[M,2031] + Capacity_ktpy[W,2031] + Capacity_ktpy[P,2031] + Capacity_ktpy[R,2031]",
        "pooled: oxide moves freely among the allies and magnets too, so all sinter plants are one unit",
    ),
    Row(
        "cost step",
        "run_within_capacity[P,2032,country:B]",
        "Run_ktpy[P,plain,allied,2032,country:B] + Run_ktpy[P,plain,open,2032,country:B]"
        " + Run_ktpy[P,lean,allied,2032,country:B] + Run_ktpy[P,lean,open,2032,country:B]"
        " <= Capacity_ktpy[P,2032] + Capacity_ktpy[R,2032]",
        "M and W stand in the lost country",
    ),
    Row(
        "small coverage",
        "run_within_capacity[p,2030,plant]",
        "Run_ktpy[p,r,allied,2030,plant] <= 0.75 Capacity_ktpy[p,2030]",
        "a quarter of p is lost",
    ),
    Row(
        "base flows",
        "run_within_capacity[Q,2030,base]",
        "Run_ktpy[Q,dig,allied,2030,base] <= Capacity_ktpy[Q,2030]",
        "the plan's capacity, fixed by its bounds",
    ),
    Row(
        "cost step",
        "run_at_least_the_minimum[P,2031,base]",
        "Run_ktpy[P,plain,allied,2031,base] + Run_ktpy[P,plain,open,2031,base] + Run_ktpy[P,lean,allied,2031,base]"
        " + Run_ktpy[P,lean,open,2031,base] >= 0.3 Capacity_ktpy[P,2031]",
        "min_utilization 0.3 of the ramped capacity",
    ),
    Row(
        "coverage step",
        "run_at_least_the_minimum[M,2031,base]",
        "Run_ktpy[M,plain,allied,2031,base] + Run_ktpy[M,plain,open,2031,base] + Run_ktpy[M,lean,allied,2031,base]"
        " + Run_ktpy[M,lean,open,2031,base] >= 0.3 Capacity_ktpy[P,2031]",
        "pooled: the minima add up; only P has one",
    ),
    Row(
        "cost step",
        "shipment_within_limit[magnet,A,B,2031,base]",
        "Ship_ktpy[magnet,allied,A,B,2031,base] + Ship_ktpy[magnet,open,A,B,2031,base] <= 0.03",
        "30 t, both origins together",
    ),
    Row(
        "cost step",
        "imports_within_offer[N|oxide|any,2030,base]",
        "Import_ktpy[N|oxide|any,A,2030,base] + Import_ktpy[N|oxide|any,B,2030,base]"
        " + Import_ktpy[N|oxide|any,C,2030,base] <= 0.1",
        "100 t, wherever sintering plants may stand",
    ),
    Row(
        "cost step",
        "imports_within_offer[N|magnet|C,2032,seller]",
        "Import_ktpy[N|magnet|C,A,2032,seller] <= 0.015",
        "half of 30 t is left; magnets move freely between all countries (A to B by way of C): one place, named A",
    ),
    Row(
        "people",
        "people_are_enough[A,2031]",
        "500 Capacity_ktpy[p,2031] + 200 Capacity_ktpy[q,2031] <= 10 + Train_people[A,2030]"
        " + Relief_people_are_enough[A,2031]",
        "50 people for 0.1 kt, 8 for 0.04 kt; x has its people, r stands in B, which no row names",
    ),
    Row(
        "people",
        "people_are_enough[A,2033]",
        "500 Capacity_ktpy[p,2033] + 200 Capacity_ktpy[q,2033] <= Train_people[A,2030] + Train_people[A,2031]"
        " + Relief_people_are_enough[A,2033]",
        "those who begin in 2031 are ready in 2033, the last year; 2033 has nobody free",
    ),
    Row(
        "people",
        "people_are_enough[A,2032]",
        "500 Capacity_ktpy[p,2032] + 200 Capacity_ktpy[q,2032] <= 5 + Train_people[A,2030]"
        " + Relief_people_are_enough[A,2032]",
        "half way from 10 people in 2031 to 0 in 2033",
    ),
    Row(
        "support",
        "firm_earns_its_hurdle[P,2030]",
        "-2.4576 Fund[P,2030] - 9.152 SizeAboveSmallest_ktpy[P,2030] + Support[P,2030,grant] + 0.28 Support[P,2030,loan]"
        " + 70.848 Support[P,2030,floor] + 47.232 Support[P,2030,offtake] >= 0",
        "6 Fund + 80 above of capex; 30 x 2.3616 per kt of size; a loan is worth 1 - 0.5 (0.8 + 0.64)",
    ),
    Row(
        "support",
        "support_within_share[P,2030,grant]",
        "Support[P,2030,grant] <= 3 Fund[P,2030] + 40 SizeAboveSmallest_ktpy[P,2030]",
        "half of capex",
    ),
    Row(
        "support",
        "support_within_share[P,2030,offtake]",
        "Support[P,2030,offtake] <= 0.025 Fund[P,2030] + 0.5 SizeAboveSmallest_ktpy[P,2030]",
        "half of the size",
    ),
    Row(
        "support",
        "capital_is_given_once[P,2030]",
        "Support[P,2030,grant] + Support[P,2030,loan] <= 6 Fund[P,2030] + 80 SizeAboveSmallest_ktpy[P,2030]",
        "",
    ),
    Row(
        "support",
        "price_is_held_once[P,2030,m]",
        "Support[P,2030,floor] + Support[P,2030,offtake] <= 0.05 Fund[P,2030] + SizeAboveSmallest_ktpy[P,2030]",
        "",
    ),
    Row(
        "support",
        "contingent_within_limit[0]",
        "200 Support[P,2030,floor] + 160 Support[P,2030,offtake] <= 7",
        "50 and 40 USD a kg at 40, in four years",
    ),
    Row(
        "shares",
        "share_is_reached[cash]",
        "2 Fund[q,2030] + 2 Fund[q,2031] <= 2.25 Fund[p,2030] + 30 SizeAboveSmallest_ktpy[p,2030] + 2.25 Fund[p,2031]"
        " + 30 SizeAboveSmallest_ktpy[p,2031] + Relief_share_is_reached[cash]",
        "p takes 3 + 40 above, q 8: a quarter of all is p's; p in 2031 gives nothing, yet takes money",
    ),
    Row(
        "shares",
        "share_is_kept_down[cash]",
        "1.2 Fund[p,2030] + 16 SizeAboveSmallest_ktpy[p,2030] + 1.2 Fund[p,2031] + 16 SizeAboveSmallest_ktpy[p,2031]"
        " <= 4.8 Fund[q,2030] + 4.8 Fund[q,2031] + Relief_share_is_kept_down[cash]",
        "0.4 of p's, 0.6 of q's",
    ),
    Row(
        "shares",
        "share_is_kept_down[half]",
        "0.5 Capacity_ktpy[q,2031] + 0.5 Capacity_ktpy[x,2031] <= 0.5 Capacity_ktpy[p,2031]"
        " + Relief_share_is_kept_down[half]",
        "in the last year, what stands already too",
    ),
    Row(
        "shares",
        "share_is_reached[work]",
        "8 Fund[q,2030] + 8 Fund[q,2031] <= 15 Fund[p,2030] + 300 SizeAboveSmallest_ktpy[p,2030] + 15 Fund[p,2031]"
        " + 300 SizeAboveSmallest_ktpy[p,2031] + Relief_share_is_reached[work]",
        "p has 25 jobs and 500 for each kt above, of which 0.6 are left; q has 20; x has had its people",
    ),
    Row(
        "shares",
        "spared_within_share[fed]",
        "Spared_kt[fed,2030] + Spared_kt[fed,2031] <= 0.008 + Relief_spared_within_share[fed]",
        "a tenth of two times 40 t",
    ),
    Row(
        "shares",
        "country_is_served[fed,2031]",
        "Shortfall_ktpy[cars|A|m|any,2031,base] <= Spared_kt[fed,2031]",
        "both rows of A are one group, that of B is not in it",
    ),
    Row(
        "support",
        "part_of_a_project[F,P]",
        "Pay_musd[F#1,A,magnet,grant,P,2030] + Pay_musd[F#1,A,magnet,grant,P,2031] <= 0.6 Support[P,2030,grant]"
        " + 0.168 Support[P,2030,loan] + 72 Support[P,2030,floor] + 48 Support[P,2030,offtake]",
        "60 % of the grant, 0.28 of the loan, and of four years of 30 and 20 USD a kg",
    ),
    Row(
        "home",
        "spent_at_home[G]",
        "0.5 Pay_musd[G#2,B,magnet,grant,Q,2030] + 0.5 Pay_musd[G#2,B,magnet,grant,Q,2031]"
        " - 0.5 Pay_musd[G#2,A,magnet,grant,P,2030] - 0.5 Pay_musd[G#2,A,magnet,grant,P,2031] >= 0",
        "",
    ),
    Row(
        "support",
        "outlay_is_paid[A,magnet,grant,P,2031]",
        "Pay_musd[F#1,A,magnet,grant,P,2031] + Pay_musd[G#2,A,magnet,grant,P,2031]"
        " + Relief_outlay_is_paid[A,magnet,grant,P,2031] == 120 Support[P,2030,floor] + 80 Support[P,2030,offtake]",
        "what is promised to 2034 is paid by 2031",
    ),
    Row(
        "people",
        "outlay_is_paid[A,training,,,2031]",
        "Pay_musd[G#2,A,training,,,2031] + Relief_outlay_is_paid[A,training,,,2031] == 0.05 Train_people[A,2031]",
        "50 000 USD each, and only G pays for training",
    ),
    Row(
        "cost step",
        "stock_is_kept[oxide|B|allied,2030]",
        "Level_kt[oxide|B|allied,2030] == 0.01 + Buy_kt[oxide|B|allied,2030] - Draw_kt[oxide|B|allied,2030,base]",
        "opening 10 t",
    ),
    Row(
        "cost step",
        "stock_is_kept[oxide|B|allied,2031]",
        "Level_kt[oxide|B|allied,2031]"
        " == Level_kt[oxide|B|allied,2030] + Buy_kt[oxide|B|allied,2031] - Draw_kt[oxide|B|allied,2031,base]",
        "",
    ),
    Row(
        "cost step",
        "base_draw_within_level[oxide|B|allied,2030,base]",
        "Draw_kt[oxide|B|allied,2030,base] <= 0.01",
        "from the opening: what is bought in 2030 is there at its end",
    ),
    Row(
        "cost step",
        "base_draw_within_level[oxide|B|allied,2032,base]",
        "Draw_kt[oxide|B|allied,2032,base] <= Level_kt[oxide|B|allied,2031]",
        "",
    ),
    Row(
        "cost step",
        "loss_draws_within_level[oxide|B|allied,country:A]",
        "2 Draw_kt[oxide|B|allied,2032,country:A] <= Level_kt[oxide|B|allied,2030]",
        "lost 2031 and 2032, looked at in 2032 alone: counted twice, from the level before 2031",
    ),
    Row(
        "cost step",
        "loss_draws_within_level[oxide|B|allied,seller]",
        "Draw_kt[oxide|B|allied,2032,seller] <= Level_kt[oxide|B|allied,2031]",
        "lost in 2032",
    ),
    Row(
        "loss flows",
        "loss_draws_within_level[oxide|B|allied,country:B]",
        "2 Draw_kt[oxide|B|allied,2032,country:B] <= Level_kt[oxide|B|allied,2030]",
        "the plan's level, fixed by its bounds",
    ),
    Row(
        "cost step",
        "demand_is_accounted_for[defense|A|magnet|allied,2030,base]",
        "Served_ktpy[defense|A|magnet|allied,allied,2030,base] + Shortfall_ktpy[defense|A|magnet|allied,2030,base]"
        " == 0.04",
        "40 t, from allied material only",
    ),
    Row(
        "cost step",
        "demand_is_accounted_for[cars|C|magnet|any,2030,base]",
        "Served_ktpy[cars|C|magnet|any,allied,2030,base] + Served_ktpy[cars|C|magnet|any,open,2030,base]"
        " + Shortfall_ktpy[cars|C|magnet|any,2030,base] == 0.02",
        "20 t, from either",
    ),
    Row(
        "coverage step",
        "demand_is_accounted_for[cars|B|magnet|any,2030,base]",
        "Served_ktpy[cars|B|magnet|any,open,2030,base] + Shortfall_ktpy[cars|B|magnet|any,2030,base] == 0.07",
        "pooled: cars in B and C are one row of 50 + 20 t, served from open material, to which allied may be turned",
    ),
    Row(
        "cost step",
        "minimum_coverage_is_served[defense|A|magnet|allied,2031,base]",
        "Shortfall_ktpy[defense|A|magnet|allied,2031,base]"
        " <= 0.02 + Relief_minimum_coverage_is_served[defense|A|magnet|allied,2031,base]",
        "at least half of 40 t",
    ),
    Row(
        "cost step",
        "material_balance[oxide,open,B,2030,base]",
        "Import_ktpy[N|oxide|any,B,2030,base] + Downgrade_ktpy[oxide,B,2030,base] + Ship_ktpy[oxide,open,#hub,B,2030,base]"
        " - Ship_ktpy[oxide,open,B,#hub,2030,base] - Ship_ktpy[oxide,open,B,N,2030,base]"
        " - 1.25 Run_ktpy[M,plain,open,2030,base] - 1.5 Run_ktpy[M,lean,open,2030,base]"
        " - 1.25 Run_ktpy[W,plain,open,2030,base] - 1.5 Run_ktpy[W,lean,open,2030,base] >= 0",
        "oxide of open origin in B: bought, allied used as open, shipped by the hub of A B C D T (N may not ship)",
    ),
    Row(
        "cost step",
        "material_balance[oxide,allied,B,2030,base]",
        "Run_ktpy[S,dig,allied,2030,base] + Draw_kt[oxide|B|allied,2030,base] - Downgrade_ktpy[oxide,B,2030,base]"
        " + Ship_ktpy[oxide,allied,#hub,B,2030,base] - Ship_ktpy[oxide,allied,B,#hub,2030,base]"
        " - Ship_ktpy[oxide,allied,B,N,2030,base]"
        " - 1.25 Run_ktpy[M,plain,allied,2030,base] - 1.5 Run_ktpy[M,lean,allied,2030,base]"
        " - 1.25 Run_ktpy[W,plain,allied,2030,base] - 1.5 Run_ktpy[W,lean,allied,2030,base] >= 0",
        "oxide of allied origin in B: mined by S, drawn from the stock",
    ),
    Row(
        "small coverage",
        "material_balance[m,allied,B,2031,base]",
        "Ship_ktpy[m,allied,A,B,2031,base] - Served_ktpy[d|B|m|any,allied,2031,base]"
        " - Served_ktpy[e|B|m|any,allied,2031,base] >= 0",
        "what arrives covers what is served; what is over is let go",
    ),
    Row(
        "cost step",
        "project_counts_with_capacity[two,P,2031]",
        "0.04 CountProject[two,P,2031] <= Capacity_ktpy[P,2031]",
        "40 t are needed to count",
    ),
    Row(
        "cost step",
        "country_counts_with_capacity[two,B,2031]",
        "0.04 CountCountry[two,B,2031] <= Capacity_ktpy[M,2031] + Capacity_ktpy[W,2031]",
        "a country by its plants' sum",
    ),
    Row(
        "cost step",
        "project_counts_if_funded[two,P,2032]",
        "CountProject[two,P,2032] <= Fund[P,2030] + Fund[P,2031]",
        "100 t, or 50 t in the first operating year: both above 40 t",
    ),
    Row(
        "cost step",
        "project_counts_if_funded[two,W,2031]",
        "CountProject[two,W,2031] <= 0",
        "10 t of the 40 t needed, and it cannot grow: alone it never counts",
    ),
    Row(
        "cost step",
        "country_counts_if_funded[two,B,2031]",
        "CountCountry[two,B,2031] <= 1.25",
        "M 50 t: 1, W 10 t: 0.25",
    ),
    Row(
        "cost step",
        "enough_projects[two,2031]",
        "CountProject[two,M,2031] + CountProject[two,W,2031] + CountProject[two,P,2031] + CountProject[two,R,2031]"
        " + Relief_enough_projects[two,2031] >= 2",
        "",
    ),
    Row(
        "cost step",
        "enough_countries[two,2032]",
        "CountCountry[two,A,2032] + CountCountry[two,B,2032] + CountCountry[two,C,2032]"
        " + Relief_enough_countries[two,2032] >= 1",
        "asked for again in 2032, since W closes",
    ),
    Row(
        "cost step",
        "country_share_within_limit[two,B,2031]",
        "0.3 Capacity_ktpy[M,2031] + 0.3 Capacity_ktpy[W,2031] <= 0.7 Capacity_ktpy[P,2031] + 0.7 Capacity_ktpy[R,2031]"
        " + Relief_country_share_within_limit[two,B,2031]",
        "M + W <= 0.7 (M + W + P + R)",
    ),
    Row(
        "cost step",
        "minimum_coverage_survives[2032,country:A]",
        "Shortfall_ktpy[defense|A|magnet|allied,2032,country:A]"
        " <= 0.032 + Relief_minimum_coverage_survives[2032,country:A]",
        "20 % of the 40 t of defense is still served: 32 t may fall short",
    ),
    Row(
        "cost step",
        "worst_is_at_least_each[country:B]",
        "WorstShortfall_kt[worst] >= 6 Shortfall_ktpy[defense|A|magnet|allied,2032,country:B]"
        " + 2 Shortfall_ktpy[cars|B|magnet|any,2032,country:B] + 2 Shortfall_ktpy[cars|C|magnet|any,2032,country:B]",
        "one year looked at stands for two; priority 3 and 1; in the lost country cars are a row of their own",
    ),
    Row(
        "small worst",
        "worst_is_at_least_each[plant]",
        "WorstShortfall_kt[worst] >= 2 Shortfall_ktpy[d|B|m|any,2030,plant] + 2 Shortfall_ktpy[e|A|m|any,2030,plant]",
        "the worst is not weighted; d and e in B are one row",
    ),
    Row(
        "cost step",
        "outlay_within_budget[0]",
        "2.6 Fund[P,2030] + 40 SizeAboveSmallest_ktpy[P,2030] + 2.6 Fund[P,2031] + 40 SizeAboveSmallest_ktpy[P,2031]"
        " + 8 Fund[Q,2030] + 8 Fund[Q,2031] + 8 Fund[Q,2032] + 9 Fund[R,2031] + 9 Fund[R,2032]"
        " + 20 Buy_kt[oxide|B|allied,2030] + 20 Buy_kt[oxide|B|allied,2031] + 20 Buy_kt[oxide|B|allied,2032]"
        " <= 30 + Relief_outlay_within_budget[0]",
        "P: half of 10 x (0.2 + 0.8 x size / 0.1) = 1 + 40 x size; purchases at 20 MUSD/kt",
    ),
    Row(
        "cost step",
        "outlay_is_paid[A,magnet,,,2031]",
        "Pay_musd[F#1,A,magnet,,,2031] + Pay_musd[G#2,A,magnet,,,2031] + Relief_outlay_is_paid[A,magnet,,,2031]"
        " == 1.56 Fund[P,2030] + 24 SizeAboveSmallest_ktpy[P,2030] + 1.04 Fund[P,2031] + 16 SizeAboveSmallest_ktpy[P,2031]"
        " + 8 Fund[Q,2031]",
        "60 % of a funding of P in 2030, 40 % of one in 2031; F and G pay for Q, the mine in A, as well: one claim",
    ),
    Row(
        "cost step",
        "outlay_is_paid[B,stockpile,,,2031]",
        "Pay_musd[F#1,B,stockpile,,,2031] + Pay_musd[H#3,B,stockpile,,,2031] + Relief_outlay_is_paid[B,stockpile,,,2031]"
        " == 20 Buy_kt[oxide|B|allied,2031]",
        "G pays for magnets and mining only",
    ),
    Row(
        "cost step",
        "outlay_is_paid[C,magnet,,,2032]",
        "Pay_musd[G#2,C,magnet,,,2032] + Relief_outlay_is_paid[C,magnet,,,2032] == 9 Fund[R,2032]",
        "F pays in A and B only",
    ),
    Row(
        "tightened",
        "outlay_is_paid[C,mining,,,2032]",
        "Pay_musd[F#7,C,mining,,,2032] + Relief_outlay_is_paid[C,mining,,,2032] == 6 Fund[c,2032]",
        "the yearly money of G is over; F has 2 MUSD for mining anywhere",
    ),
    Row(
        "cost step",
        "payments_within_purse[H#3,2031]",
        "Pay_musd[H#3,B,stockpile,,,2031] <= 3",
        "2031 only, nothing carried over",
    ),
    Row(
        "tightened",
        "payments_within_purse[F#1,2031]",
        "Pay_musd[F#1,A,magnet,,,2030] + Pay_musd[F#1,B,mining,,,2030]"
        " + Pay_musd[F#1,A,magnet,,,2031] + Pay_musd[F#1,B,mining,,,2031] <= 6",
        "5 MUSD of 2030 and 1 of 2029; nothing is given in 2031, so that 2030 needs no row of its own",
    ),
    Row(
        "tightened",
        "payments_within_purse[F#1,2032]",
        "Pay_musd[F#1,A,magnet,,,2030] + Pay_musd[F#1,B,mining,,,2030] + Pay_musd[F#1,A,magnet,,,2031]"
        " + Pay_musd[F#1,B,mining,,,2031] + Pay_musd[F#1,A,magnet,,,2032] + Pay_musd[F#1,B,mining,,,2032] <= 12",
        "4 and 2 MUSD more in 2032",
    ),
    Row(
        "tightened",
        "payments_within_purse[G#2,2031]",
        "Pay_musd[G#2,C,mining,,,2031] <= 4",
        "nothing is left of 2030",
    ),
    Row(
        "tightened",
        "payments_within_purse[F#7,2032]",
        "Pay_musd[F#7,B,mining,,,2030] + Pay_musd[F#7,C,mining,,,2030] + Pay_musd[F#7,B,mining,,,2031]"
        " + Pay_musd[F#7,C,mining,,,2031] + Pay_musd[F#7,B,mining,,,2032] + Pay_musd[F#7,C,mining,,,2032] <= 2",
        "of any year",
    ),
    Row(
        "tightened",
        "ever_is_any_year[b]",
        "Ever[b] == Fund[b,2030] + Fund[b,2031] + Fund[b,2032]",
        "",
    ),
    Row(
        "tightened",
        "affordable_together[0,2031]",
        "8 Fund[a,2030] + 4 Fund[a,2031] <= 6",
        "F alone pays for a, in two halves, and has 5 + 1 MUSD by 2031",
    ),
    Row(
        "tightened",
        "affordable_together[1,2031]",
        "8 Fund[a,2030] + 4 Fund[a,2031] + 7 Fund[b,2030] + 7 Fund[b,2031] <= 8",
        "a and b are paid by F alone: 5 + 1 MUSD, and the 2 for mining",
    ),
    Row(
        "tightened",
        "affordable_together[2,2030]",
        "6 Fund[c,2030] <= 5",
        "c by the 3 MUSD that G has in 2030, and the 2 for mining",
    ),
    Row(
        "tightened",
        "affordable_together[3,2030]",
        "4 Fund[a,2030] + 7 Fund[b,2030] + 6 Fund[c,2030] <= 11",
        "mining (b and c) can draw on all money, so a is asked too: 5 + 1, 3, 2 MUSD",
    ),
    Row(
        "cost step",
        "shortfall_is_kept[0]",
        "3 Shortfall_ktpy[defense|A|magnet|allied,2030,base] + Shortfall_ktpy[cars|B|magnet|any,2030,base]"
        " + Shortfall_ktpy[cars|C|magnet|any,2030,base] + 3 Shortfall_ktpy[defense|A|magnet|allied,2031,base]"
        " + Shortfall_ktpy[cars|B|magnet|any,2031,base] + Shortfall_ktpy[cars|C|magnet|any,2031,base]"
        " + 3 Shortfall_ktpy[defense|A|magnet|allied,2032,base] + Shortfall_ktpy[cars|B|magnet|any,2032,base]"
        " + Shortfall_ktpy[cars|C|magnet|any,2032,base] + 0.5 WorstShortfall_kt[worst] <= 0.01",
        "base, and half the worst",
    ),
    Row(
        "small flows",
        "uncovered_share_is_at_most_the_largest[2.0,e|B|m|any,2031]",
        "Shortfall_ktpy[e|B|m|any,2031,seller] <= 0.02 LargestUncovered[2.0,2031]",
        "20 t; the row without demand has no share",
    ),
    Row(
        "small base flows",
        "goal_stays_as_settled[cost]",
        _SMALL_COST.replace("== 0", "<= GoalLimit[cost]"),
        "with objective cost the plan settles the cost alone",
    ),
]

EXPRESSIONS = [
    Row(
        "shares",
        "Part[work]",
        "25 Fund[p,2030] + 500 SizeAboveSmallest_ktpy[p,2030] + 25 Fund[p,2031] + 500 SizeAboveSmallest_ktpy[p,2031] == 0",
        "50 people at 100 t",
    ),
    Row(
        "shares",
        "Whole[half]",
        "Capacity_ktpy[p,2031] + Capacity_ktpy[q,2031] + Capacity_ktpy[x,2031] == 0",
        "",
    ),
    Row("people", "Training_musd[A,2030]", "0.04 Train_people[A,2030] == 0", "40 000 USD each"),
    Row(
        "people",
        "TermCost_musd[training,2031]",
        "0.05 Train_people[A,2031] == 0",
        "50 000 USD each",
    ),
    Row("cost step", "Size_ktpy[P,2030]", "0.04 Fund[P,2030] + SizeAboveSmallest_ktpy[P,2030] == 0", "from 40 t to 100 t"),
    Row("cost step", "Size_ktpy[Q,2030]", "0.08 Fund[Q,2030] == 0", "all or nothing: nameplate"),
    Row(
        "cost step",
        "Capex_musd[P,2031]",
        "5.2 Fund[P,2031] + 80 SizeAboveSmallest_ktpy[P,2031] == 0",
        "10 x (0.2 + 0.8 x size / 0.1)",
    ),
    Row("cost step", "Capex_musd[R,2031]", "9 Fund[R,2031] == 0", "9 / 0.06 x 0.06"),
    Row(
        "cost step",
        "CapexSpent_musd[P,2031]",
        "3.12 Fund[P,2030] + 48 SizeAboveSmallest_ktpy[P,2030] + 2.08 Fund[P,2031] + 32 SizeAboveSmallest_ktpy[P,2031] == 0",
        "0.6 of a funding in 2030, 0.4 of one in 2031",
    ),
    Row(
        "cost step",
        "Outlay_musd[P,2032]",
        "1.56 Fund[P,2031] + 24 SizeAboveSmallest_ktpy[P,2031] == 0",
        "public half of the last 60 % of a funding in 2031",
    ),
    Row(
        "cost step",
        "TotalOutlay_musd",
        "2.6 Fund[P,2030] + 40 SizeAboveSmallest_ktpy[P,2030] + 2.6 Fund[P,2031] + 40 SizeAboveSmallest_ktpy[P,2031]"
        " + 8 Fund[Q,2030] + 8 Fund[Q,2031] + 8 Fund[Q,2032] + 9 Fund[R,2031] + 9 Fund[R,2032]"
        " + 20 Buy_kt[oxide|B|allied,2030] + 20 Buy_kt[oxide|B|allied,2031] + 20 Buy_kt[oxide|B|allied,2032] == 0",
        "all years, undiscounted",
    ),
    Row("cost step", "Purchase_musd[oxide|B|allied,2031]", "20 Buy_kt[oxide|B|allied,2031] == 0", "20 USD/kg"),
    Row(
        "cost step",
        "TermCost_musd[capex,2030]",
        "2.08 Fund[P,2030] + 32 SizeAboveSmallest_ktpy[P,2030] + 8 Fund[Q,2030] == 0",
        "40 % of P, whoever pays; undiscounted",
    ),
    Row(
        "annuity",
        "TermCost_musd[capex,2032]",
        "3.611111111111111 Fund[P,2031] + 55.55555555555556 SizeAboveSmallest_ktpy[P,2031]"
        " + 5.555555555555555 Fund[Q,2031] + 5.555555555555555 Fund[Q,2032]"
        " + 6.25 Fund[R,2031] + 6.25 Fund[R,2032] == 0",
        "two payments of 0.25 / (1 - 1 / 1.25^2) = 0.25 / 0.36 = 0.69444 of the capex, the last for 2030 paid in 2031",
    ),
    Row(
        "cost step",
        "TermCost_musd[fixed_opex,2032]",
        "0.24 Fund[P,2030] + 6 SizeAboveSmallest_ktpy[P,2030] + 0.24 Fund[P,2031] + 6 SizeAboveSmallest_ktpy[P,2031] + 0.3 == 0",
        "M 0.3; P 0.6 / 0.1 kt from the first operating year, without the ramp",
    ),
    Row(
        "cost step",
        "TermCost_musd[opex,2030]",
        "5 Run_ktpy[S,dig,allied,2030,base] + 5 Run_ktpy[Q,dig,allied,2030,base]"
        " + 2 Run_ktpy[M,plain,allied,2030,base] + 2 Run_ktpy[M,plain,open,2030,base]"
        " + Run_ktpy[M,lean,allied,2030,base] + Run_ktpy[M,lean,open,2030,base]"
        " + 2 Run_ktpy[W,plain,allied,2030,base] + 2 Run_ktpy[W,plain,open,2030,base]"
        " + Run_ktpy[W,lean,allied,2030,base] + Run_ktpy[W,lean,open,2030,base] == 0",
        "recipe's opex and the plant's (none of these has one); P runs from 2031",
    ),
    Row("small cost", "TermCost_musd[transport,2031]", "0.5 Ship_ktpy[m,allied,A,B,2031,base] == 0", ""),
    Row("small cost", "TermCost_musd[imports,2031]", "7 Import_ktpy[N|m|B,B,2031,base] == 0", ""),
    Row(
        "cost step",
        "TermCost_musd[stockpile,2031]",
        "20 Buy_kt[oxide|B|allied,2031] + Level_kt[oxide|B|allied,2031] == 0",
        "purchase, and holding at 1 USD/kg on the level at the end of the year",
    ),
    Row(
        "small cost",
        "TermCost_musd[shortfall,2030]",
        "50 Shortfall_ktpy[d|B|m|any,2030,base] + 60 Shortfall_ktpy[e|B|m|any,2030,base]"
        " + 60 Shortfall_ktpy[e|A|m|any,2030,base] == 0",
        "row by row",
    ),
    Row(
        "support",
        "Unaided_musd[P,2030]",
        "-2.4576 Fund[P,2030] - 9.152 SizeAboveSmallest_ktpy[P,2030] == 0",
        "70.848 x 0.05 - 6; 70.848 - 80",
    ),
    Row(
        "support",
        "Contingent_musd",
        "200 Support[P,2030,floor] + 160 Support[P,2030,offtake] == 0",
        "50 and 40 USD a kg, four years",
    ),
    Row("cost step", "TermCost_musd[shortfall,2030]", "0 == 0", "with objective coverage a tonne short has no price"),
    Row(
        "small cost",
        "TotalCost_musd",
        "2 Run_ktpy[p,r,allied,2030,base] + 1.6 Run_ktpy[p,r,allied,2031,base]"
        " + 0.5 Ship_ktpy[m,allied,A,B,2030,base] + 0.4 Ship_ktpy[m,allied,A,B,2031,base]"
        " + 7 Import_ktpy[N|m|B,B,2030,base] + 5.6 Import_ktpy[N|m|B,B,2031,base]"
        " + 50 Shortfall_ktpy[d|B|m|any,2030,base] + 40 Shortfall_ktpy[d|B|m|any,2031,base]"
        " + 60 Shortfall_ktpy[e|B|m|any,2030,base] + 48 Shortfall_ktpy[e|B|m|any,2031,base]"
        " + 60 Shortfall_ktpy[e|A|m|any,2030,base] + 48 Shortfall_ktpy[e|A|m|any,2031,base] + 0.72 == 0",
        "2031 counts 1 / 1.25 = 0.8; fixed opex 0.4 + 0.32",
    ),
    Row(
        "cost step",
        "WeightedShortfall_kt[seller]",
        "3 Shortfall_ktpy[defense|A|magnet|allied,2032,seller] + Shortfall_ktpy[cars|B|magnet|any,2032,seller] == 0",
        "pooled: cars in B and C are one row",
    ),
    Row(
        "small coverage",
        "TotalShortfall_kt",
        "2 Shortfall_ktpy[d|B|m|any,2030,base] + 2 Shortfall_ktpy[d|B|m|any,2031,base]"
        " + 2 Shortfall_ktpy[e|B|m|any,2030,base] + 2 Shortfall_ktpy[e|B|m|any,2031,base]"
        " + 2 Shortfall_ktpy[e|A|m|any,2030,base] + 2 Shortfall_ktpy[e|A|m|any,2031,base]"
        " + 2 Shortfall_ktpy[d|B|m|any,2031,seller] + 2 Shortfall_ktpy[e|A|m|any,2031,seller]"
        " + 3 Shortfall_ktpy[d|B|m|any,2030,plant] + 3 Shortfall_ktpy[e|A|m|any,2030,plant] == 0",
        "priority 2; measure x 2 of (1 x 2 x seller, its year standing for two, + 3 x plant) / 4",
    ),
    Row("small cost", "TotalShortfall_kt", _ALL_BASE := (
        "2 Shortfall_ktpy[d|B|m|any,2030,base] + 2 Shortfall_ktpy[d|B|m|any,2031,base]"
        " + 2 Shortfall_ktpy[e|B|m|any,2030,base] + 2 Shortfall_ktpy[e|B|m|any,2031,base]"
        " + 2 Shortfall_ktpy[e|A|m|any,2030,base] + 2 Shortfall_ktpy[e|A|m|any,2031,base] == 0"
    ), "with objective cost no loss is measured"),
    Row(
        "small flows",
        "Goal[shortfall]",
        "4 Shortfall_ktpy[d|B|m|any,2031,seller] + 4 Shortfall_ktpy[e|B|m|any,2031,seller]"
        " + 4 Shortfall_ktpy[e|A|m|any,2031,seller] == 0",
        "priority 2, and 2031 stands for two years",
    ),
    Row("small flows", "Goal[uneven]", "LargestUncovered[2.0,2031] == 0", ""),
    Row(
        "small flows",
        "Goal[cost]",
        "2 Run_ktpy[p,r,allied,2031,seller] + 0.5 Ship_ktpy[m,allied,A,B,2031,seller]"
        " + 7 Import_ktpy[N|m|B,B,2031,seller] == 0",
        "of running only; a loss has no shortfall cost",
    ),
    Row("small base flows", "Goal[cost]", _SMALL_COST, "with objective cost the base has shortfall cost too"),
    Row("small flows", "Goal[moved]", "Ship_ktpy[m,allied,A,B,2031,seller] == 0", ""),
    Row(
        "small flows",
        "Goal[open]",
        "Served_ktpy[d|B|m|any,open,2031,seller] + Served_ktpy[e|B|m|any,open,2031,seller] == 0",
        "",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CONSTRAINTS, ids=lambda case: f"{case.model}: {case.component}")
def test_row(case: Row):
    rows = {name(c): c for c in model(case.model).component_data_objects(pyo.Constraint, active=True)}
    assert row(rows[case.component]) == read(case.algebra), case.why


@pytest.mark.parametrize("case", EXPRESSIONS, ids=lambda case: f"{case.model}: {case.component}")
def test_expression(case: Row):
    values = {name(e): e for e in model(case.model).component_data_objects(pyo.Expression)}
    assert expression(values[case.component]) == read(case.algebra), case.why


def families(kind: Any) -> set[str]:
    return {c.local_name for which in MODELS for c in model(which).component_objects(kind) if len(c)}


@pytest.mark.parametrize(("kind", "table"), [(pyo.Constraint, CONSTRAINTS), (pyo.Expression, EXPRESSIONS)])
def test_every_family_is_read(kind: Any, table: list[Row]):
    """A family of constraints or expressions that exists in any model here has a row above, and the other way round."""
    assert families(kind) == {case.component.split("[")[0] for case in table}


@pytest.mark.parametrize("kind", [pyo.Constraint, pyo.Expression, pyo.Var, pyo.Set])
def test_the_models_here_have_every_component_filled(kind: Any):
    """What is declared but empty in all of them would escape the tests here."""
    declared = {c.local_name for which in MODELS for c in model(which).component_objects(kind)}
    assert declared == families(kind)


@pytest.mark.parametrize(
    ("which", "goal"),
    [
        ("cost step", "TotalCost_musd"),
        ("coverage step", "TotalShortfall_kt"),
        ("least outlay", "TotalOutlay_musd"),
        ("potential", "WeightedShortfall_kt[country:B]"),
        ("loss flows", "Goal[shortfall]"),
    ],
)
def test_objective(which: str, goal: str):
    one = model(which)
    assert one.objective.sense == pyo.minimize
    assert expression(one.objective.expr) == expression(one.find_component(goal))


def test_tonnes_through_a_hub_are_counted_as_they_leave_it():
    """Into the hub is half of a move: 1 t from B to C by the hub is one tonne moved; A has legs of its own."""
    moved = expression(model("base flows").Goal["moved"]).coefficients
    assert moved["Ship_ktpy[magnet,allied,#hub,C,2030,base]"] == 1.0
    assert moved["Ship_ktpy[magnet,allied,A,C,2030,base]"] == 1.0
    assert "Ship_ktpy[magnet,allied,B,#hub,2030,base]" not in moved


SIZES = [
    # FUNDINGS: P 2030 and 2031 (lead 1), Q all years, R from 2031.
    ("cost step", "FUNDINGS", 7),
    ("cost step", "SIZABLE_FUNDINGS", 2),
    # CAPACITIES: S 3, M 3, W 2, P 2 (from 2031), Q 3, R 2.
    ("cost step", "CAPACITIES", 15),
    # Base, each of A and B, the seller.
    ("cost step", "SCENARIOS", 4),
    # Base: the capacities. Pooled, in 2032: without A the unit of M and R, and S; without B the unit of P and R, and Q;
    # seller: one of all sinter plants, one of both mines.
    ("cost step", "RUNNING_UNITS", 15 + 2 + 2 + 2),
    # Pooled base: mines; sinter plants.
    ("coverage step", "RUNNING_UNITS", 3 * 2 + 2 + 2 + 2),
    # A to B in the base. In the losses, pooled, magnets get from A to B by way of others, so the limit is void; A lost
    # ships nothing.
    ("cost step", "LIMITED_LEGS", 3),
    # 2 offers: oxide to A, B or C, magnets to C, in 3 years of the base; in a loss one or two regions.
    ("cost step", "OFFERED", 2 * 6),
    ("cost step", "MUST_SERVE", 3),
    ("cost step", "PRESSED_UNITS", 2),
    # Rule two: 2031 and, because W closes, 2032.
    ("cost step", "PROJECT_RULES", 2),
    ("cost step", "COUNTRY_RULES", 2),
    # 2031: M W P R; 2032: M P R.
    ("cost step", "COUNTED_PROJECTS", 7),
    ("cost step", "COUNTED_COUNTRIES", 6),
    # Sinter and mine in A, for which F and G pay, as one; sinter in C; stock in B; in 3 years.
    ("cost step", "CLAIMS", 9),
    # F: A magnet, B stockpile; G: A magnet, C magnet; in 3 years. H: 2031.
    ("cost step", "PAYMENTS", 13),
    # F and G by 2032, H in 2031.
    ("cost step", "PURSES", 3),
    # F by 2031 and 2032, G in 2030 and in 2031, F for mining by 2032.
    ("tightened", "PURSES", 5),
    # Magnet in A, mining in B, mining in C, in 3 years.
    ("tightened", "CLAIMS", 9),
    # F: A and B in 3 years; G: C in 2; F for mining: B and C in 3.
    ("tightened", "PAYMENTS", 6 + 2 + 6),
    # A and A with B by 2031 (8 and 15 MUSD asked of 6 and 8), the latter by 2032 (of 14); C in 2030 (6 of 5), later 9; all by
    # 2030 and 2031 (21 of 11 and 15), later 21.
    ("tightened", "TOGETHER", 6),
    # p and q in two years each: p in 2031 runs after the plan, but counts for money and jobs.
    ("shares", "FUNDINGS", 4),
    ("shares", "DEMANDS", 2 * 2),
    ("shares", "SPARED", 2),
    # P and Q in 2030; four instruments for P, one for Q.
    ("support", "UNABLE", 2),
    ("support", "OFFERS", 5),
    ("support", "CLAIMS", 2 * 2),
    ("small worst", "WORST_OF", 2),
    ("small cost", "WORST_OF", 0),
    # With objective cost a loss that asks for nothing has no part in the plan.
    ("small cost", "SCENARIOS", 1),
]


@pytest.mark.parametrize(("which", "component", "size"), SIZES)
def test_set_size(which: str, component: str, size: int):
    assert len(model(which).find_component(component)) == size


def test_domains_and_bounds():
    one = model("cost step")
    assert all(x.is_binary() for c in (one.Fund, one.CountProject, one.CountCountry) for x in c.values())
    assert {(x.lb, x.ub) for x in one.Buy_kt.values()} == {(0, 0.015)}
    assert {(x.lb, x.ub) for x in one.Level_kt.values()} == {(0, 0.04)}
    reliefs = [x for relief, _ in one.reliefs.values() for x in relief.values()]
    assert reliefs
    assert {(x.lb, x.ub) for x in reliefs} == {(0.0, 0.0)}
    others = [x for x in one.component_data_objects(pyo.Var) if not x.is_binary()]
    assert all(x.lb == 0 and x.is_continuous() for x in others)


def test_relaxed_has_no_whole_numbers():
    one = build_model(full(), Options(Goal.COST, relaxed=True))
    assert not any(x.is_binary() or x.is_integer() for x in one.component_data_objects(pyo.Var))
    assert {(x.lb, x.ub) for x in one.Fund.values()} == {(0, 1)}


@pytest.mark.parametrize(
    ("which", "known"),
    [
        ("base flows", {"Draw_kt[oxide|B|allied,2031,base]": 0.004, "Capacity_ktpy[P,2031]": 0.03}),
        ("loss flows", {"Level_kt[oxide|B|allied,2030]": 0.025, "Capacity_ktpy[P,2032]": 0.06}),
        ("small base flows", {"GoalLimit[cost]": 2.4, "Capacity_ktpy[p,2030]": 0.1}),
    ],
)
def test_what_a_plan_fixes_in_the_flows(which: str, known: dict[str, float]):
    """Cost 0.9 and 1.1 in two years, and a fifth of that more; every capacity, also what does not stand (0)."""
    one = model(which)
    plan = replace(
        plan_of(full() if which != "small base flows" else small(objective="cost")),
        base_running_musd={2030: 0.9, 2031: 1.1, 2032: 0.0},
        base_shortfall_kt=dict.fromkeys((2030, 2031, 2032), 0.0),
    )
    fixed = {name(variable): value for variable, value in planned(one, plan, 0.2)}
    assert known.items() <= {x: pytest.approx(value) for x, value in fixed.items()}.items()
    assert len([x for x in fixed if x.startswith("Capacity_ktpy")]) == len(one.CAPACITIES)


def test_a_standing_member_fills_its_group():
    case = instance(
        {
            "Projects": """
                project, country, process, status, capacity_t_per_year, capex_musd, lead_years, group
                old, A, make, existing, 10, , , g
                new, A, make, candidate, 10, 5, 0, g
            """,
            "Demand": "sector, country, material, year, demand_t\nd, A, m, 2030, 20",
        }
    )
    one = build_model(case, Options(Goal.COVERAGE))
    assert row(one.at_most_one_of_a_group["g"]) == read("Fund[new,2030] <= 0")


@pytest.mark.parametrize("which", MODELS)
def test_building_logs_nothing(which: str, caplog: pytest.LogCaptureFixture):
    """A component assigned twice, or a set without order, is only a line on the logger."""
    with caplog.at_level(logging.INFO, logger="pyomo"):
        MODELS[which]()
    assert not caplog.records


def test_nobody_begins_what_would_end_after_the_plan():
    """Two years from 2032 on: ready in 2034, after 2033."""
    trained = model("people").Train_people
    assert {t: trained["A", t].ub for t in (2030, 2031, 2032, 2033)} == {2030: 30, 2031: 20, 2032: 0, 2033: 0}


def test_a_country_that_no_row_names_is_not_limited():
    assert {c for c, _ in model("people").PEOPLE} == {"A"}


def test_total_outlay_counts_training():
    linear = expression(model("people").TotalOutlay_musd).coefficients
    assert (linear["Train_people[A,2030]"], linear["Train_people[A,2031]"]) == (0.04, 0.05)


def test_without_the_sheet_there_is_no_term_for_training():
    assert "training" not in model("cost step").TERMS


def test_reader_of_algebra():
    """2 x + 1 >= y + 3 is y - 2 x <= -2."""
    linear = read("2 x[1] + 1 >= y + 3")
    assert linear.coefficients == {"x[1]": -2.0, "y": 1.0}
    assert (linear.low, linear.high) == (-math.inf, -2.0)
    assert read("- x + y == 2") == read("x == y - 2")
    assert read("x <= 1") != read("x <= 2")
    assert read("x <= 1") != read("2 x <= 1")
    assert read("x <= 1") != read("x >= 1")
