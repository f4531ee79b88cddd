"""Tiny random cases with every feature on, from a seed: workbooks as text, so that reading and assembling are on the way."""

from __future__ import annotations

import random
from dataclasses import replace

from toys import Sheets, settings

from models.instance import FairMeasure, FairnessRule

COUNTRIES = ("A", "B", "C", "T", "N")
PROCESSES = ("separate", "reduce", "sinter", "recycle")
STAGE = {"separate": "separation", "reduce": "metallization", "sinter": "magnet", "recycle": "recycling"}


def random_case(seed: int) -> Sheets:
    """Return a case of 3 candidates, 3 years, 5 countries, 3 materials and about 6 losses."""
    dice = random.Random(seed)
    objective = dice.choice(("coverage", "coverage", "cost"))
    return {
        "Settings": _settings(dice, objective),
        "Countries": """
            country, name, ally, trusted, may_be_lost
            A, A, yes, , yes
            B, B, yes, , yes
            C, C, yes, , no
            T, T, no, yes, no
            N, N, no, , no
        """,
        "Materials": """
            material, name, stage
            oxide, oxide, oxide
            metal, metal, metal
            magnet, magnet, magnet
        """,
        "Recipes": f"""
            process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
            separate, dig, separation, oxide, output, 1, {dice.randint(1, 9)}
            reduce, plain, metallization, oxide, input, 1.2, 2
            reduce, plain, metallization, metal, output, 1,
            sinter, new, magnet, metal, input, 1.1, {dice.randint(1, 9)}
            sinter, new, magnet, magnet, output, 1,
            sinter, oxide, magnet, oxide, input, 1.5, -0.5
            sinter, oxide, magnet, magnet, output, 0.9,
            sinter, oxide, magnet, metal, output, 0.1,
            recycle, scrap, recycling, metal, output, 0.6, 3
            recycle, scrap, recycling, oxide, output, 0.2,
        """,
        "Ramps": """
            ramp, operating_year, fraction
            slow, 1, 0.4
            slow, 2, 1
            dip, 1, 1
            dip, 2, 0.7
        """,
        "Projects": _projects(dice),
        "Demand": _demand(dice),
        "Imports": f"""
            supplier, material, country, year, max_t, price_usd_per_kg
            N, oxide, , 2030, {dice.randint(20, 90)}, {dice.randint(5, 20)}
            N, oxide, , 2032, {dice.randint(0, 90)}, {dice.randint(5, 20)}
            N, metal, {dice.choice("ABCT")}, 2030, {dice.randint(0, 60)}, {dice.randint(10, 30)}
            T, metal, , 2030, {dice.randint(0, 40)}, {dice.randint(15, 35)}
        """,
        "Routes": _routes(dice),
        "Redundancy": _redundancy(dice),
        "Disruptions": _disruptions(dice),
        "Stockpiles": f"""
            material, country, opening_t, max_t, purchase_usd_per_kg, max_purchase_t_per_year, holding_usd_per_kg_year, \
base_draw, allied
            oxide, B, {dice.randint(0, 20)}, 40, {dice.randint(8, 25)}, , 0.2, {dice.choice(("yes", "no"))}, yes
            magnet, {dice.choice("AC")}, {dice.randint(0, 9)}, 25, 60, 10, 0.1, {dice.choice(("yes", "no"))}, no
        """,
    } | ({"Budgets": _budgets(dice)} if dice.random() < 0.5 else {})


def with_people(seed: int) -> Sheets:
    """Return the same case where people are scarce in two or three countries: half the candidates or more need some."""
    sheets, dice = dict(random_case(seed)), random.Random(f"people {seed}")
    lines = [line.strip() for line in sheets["Projects"].strip().splitlines()]
    counts = (f", {dice.choice((0, 20, 40, 60))}" if ", candidate," in line else "," for line in lines[1:])
    projects = [f"{lines[0]}, workforce", *(line + count for line, count in zip(lines[1:], counts, strict=True))]
    rows = ["country, year, available, training_cost_usd_per_person, max_trained_per_year, training_years"]
    for country in dice.sample("ABCT", dice.choice((2, 3, 4))):
        for year in dice.choice(((2030,), (2029, 2031), (2030, 2032))):
            trained = f"{dice.choice((0, 10, 25, 40))}, {dice.choice((0, 1, 1, 2))}"
            rows.append(
                f"{country}, {year}, {dice.choice((0, 0, 10, 30))}, {dice.choice((0, 50000, 200000))}, {trained}"
            )
    return sheets | {"Projects": "\n".join(projects), "Workforce": "\n".join(rows)}


def _settings(dice: random.Random, objective: str) -> str:
    return settings(
        2030,
        2032,
        objective=objective,
        discount_rate=dice.choice((0, 0.07)),
        budget_musd=dice.choice(("", 40, 80)),
        resilience_measure=dice.choice(("average", "worst")),
        resilience_weight=dice.choice((0, 0.5, 1, 2)),
        default_transport_usd_per_kg=dice.choice((0, 0.4)),
        capex_charge=dice.choice(("full", "annuity")),
    )


def _projects(dice: random.Random) -> str:
    lines = [
        "project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, fixed_capex_share,"
        "public_share, opex_usd_per_kg, fixed_opex_musd_per_year, life_years, first_funding_year, lead_years,"
        "spend_profile, ramp, min_utilization, first_year, last_year, site, group, requires"
    ]
    standing = (("X1", "separate", "A"), ("X2", "reduce", "B"), ("X3", "sinter", dice.choice("ABCT")))
    for name, process, country in standing:
        first, last = dice.choice((("", ""), (2029, ""), ("", 2031)))
        lines.append(
            f"{name}, {country}, {process}, existing, {dice.randint(30, 120)}, , , , , {dice.randint(0, 3)}, 0.2, , , , ,"
            f"{dice.choice(('', 'slow')) if first else ''}, , {first}, {last}, , {dice.choice(('', '', '', 'h'))},"
        )
    for n, process in enumerate(dice.sample(PROCESSES, 3), start=1):
        size = dice.randint(40, 140)
        smallest = dice.choice(("", "", 0, size // 2))
        lines.append(
            f"P{n}, {dice.choice('ABCT')}, {process}, candidate, {size}, {smallest}, {dice.randint(5, 45)},"
            f"{dice.choice(('', 0.3))}, {dice.choice(('', 0.5))}, {dice.randint(0, 4)}, {dice.choice((0, 0.5))}, 15,"
            f"{dice.choice(('', 2031))}, {dice.choice((0, 1))}, {dice.choice(('', '0.5;0.3;0.2'))},"
            f"{dice.choice(('', 'slow', 'dip'))}, {dice.choice(('', 0.3))}, , , {dice.choice(('', 'site'))},"
            f"{dice.choice(('', '', '', 'g', 'h'))}, {dice.choice(('', '', 'P1', 'X1')) if n > 1 else ''}"
        )
    return "\n".join(lines)


def _demand(dice: random.Random) -> str:
    least = dice.choice(("", "", "", 0.1))
    price = dice.choice(("", 90, 90, 250, 250, 250))
    return f"""
        sector, country, material, year, demand_t, priority, min_coverage, allied_only, shortfall_usd_per_kg
        defense, A, magnet, 2030, {dice.randint(10, 60)}, 3, {least}, yes, 400
        defense, A, magnet, 2032, {dice.randint(10, 90)}, 4, , yes, 500
        cars, B, magnet, 2030, {dice.randint(10, 60)}, , , , {price}
        cars, C, magnet, 2030, {dice.randint(10, 60)}, , {dice.choice(("", 0.05))}, , 150
        cars, N, magnet, 2030, {dice.randint(0, 20)}, 0.5, , , 60
        motors, C, metal, 2031, {dice.randint(5, 30)}, 2, , , 120
        motors, C, metal, 2029, {dice.randint(5, 30)}, 1, , , 100
    """


def _routes(dice: random.Random) -> str:
    lines = ["material, from, to, cost_usd_per_kg, max_t_per_year, allowed", "oxide, N, *, , , no"]
    pairs = [(k, i, j) for k in ("*", "metal", "magnet") for i in (*COUNTRIES, "*") for j in COUNTRIES if i != j]
    for k, i, j in dice.sample(pairs, 7):
        cost, limit, allowed = dice.choice((("", "", "no"), ("", 15, ""), (1.5, "", ""), (0.2, 30, ""), ("", 0, "")))
        lines.append(f"{k}, {i}, {j}, {cost}, {limit}, {allowed}")
    return "\n".join(lines)


def _redundancy(dice: random.Random) -> str:
    lines = [
        "rule, stage, material, from_year, min_countries, min_projects, min_capacity_t_per_year, max_country_share"
    ]
    kind = dice.choice(("", "", "makers", "makers", "metal", "spread"))
    if kind == "makers":
        lines.append(
            f"makers, , magnet, {dice.choice((2031, 2032))}, , {dice.choice((1, 1, 2))}, {dice.choice((1, 30))},"
        )
    if kind == "metal":
        lines.append(f"metal, metallization, , 2032, {dice.choice((1, 1, 2))}, , 25,")
    if kind == "spread":
        lines.append("spread, , metal, 2032, , , , 0.9")
    return "\n".join(lines)


def _disruptions(dice: random.Random) -> str:
    checked = dice.choice(("", "2031", "2031-2032"))
    guard = dice.choice(("", "", 0.05))
    return f"""
        scenario, kind, target, from_year, years, severity, check_years, weight, sector, min_coverage
        country, lose_country, each, 2031, , , {checked}, 2, {dice.choice(("", "defense"))}, {guard}
        part, lose_country, {dice.choice("ABT")}, , 2, 0.6, 2031, , cars, {guard}
        seller, lose_supplier, N, 2030, , {dice.choice(("", 0.5))}, {dice.choice(("", "2032"))}, , ,
        plant, lose_project, {dice.choice(("P1", "P2", "X3"))}, 2031, 1, , , {dice.choice((0, 1))}, ,
    """


def _budgets(dice: random.Random) -> str:
    return f"""
        funder, budget_musd, year, carry_over, countries, stages
        F, {dice.randint(5, 40)}, , , A;B, separation;metallization
        F, {dice.randint(5, 40)}, 2030, yes, , magnet;recycling;stockpile
        G, {dice.randint(5, 40)}, 2031, , ,
        G, {dice.randint(0, 20)}, 2032, , A;B;C;T,
        H, {dice.randint(0, 5)}, , , B, stockpile
    """


def fair_rules(seed: int) -> dict[str, FairnessRule]:
    """Return one or two rules on burden and benefit, to be put into the instance of any of these cases."""
    dice, rules = random.Random(f"fair {seed}"), {}
    for name in ("one", "two")[: dice.choice((1, 2))]:
        measure = dice.choice(tuple(FairMeasure))
        least, most = dice.choice(((0.2, None), (None, 0.7), (0.1, 0.6), (0.4, None)))
        rule = FairnessRule(name, dice.choice("ABC"), measure, min_share=least, max_share=most)
        if measure is FairMeasure.CAPACITY:
            rule = replace(rule, stage=dice.choice(tuple(STAGE.values())), year=dice.choice((2031, 2032)))
        if measure is FairMeasure.COVERAGE:
            rule = replace(rule, min_share=dice.choice((0.05, 0.2, 0.5)), max_share=None)
        rules[name] = rule
    return rules
