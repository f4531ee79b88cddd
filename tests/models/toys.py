"""Small cases as text: sheets in, Instance out, through the same reader and assembler as any workbook.

``settings`` and ``PLAIN`` give what every case needs, so that a toy shows only what it is about: one material ``m``, made of
nothing by the process ``make`` (stage ``magnet``), allies A, B, C and the outsider N.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from pathlib import Path

from models.instance import Instance
from optimizer.assemble import assemble
from optimizer.checks import check
from optimizer.findings import Level
from optimizer.solve.highs import Interrupt
from optimizer.solve.plan import PlanOutcome, Targets, solve_plan
from optimizer.workbook import Workbook, read_workbook

Sheets = Mapping[str, str]
EXACT = Targets(coverage_gap_points=0.0, cost_gap=0.0)

PLAIN: Sheets = {
    "Countries": """
        country, name, ally, may_be_lost
        A, A, yes, yes
        B, B, yes, yes
        C, C, yes, no
        N, N, no, no
    """,
    "Materials": """
        material, name, stage
        m, m, magnet
    """,
    "Recipes": """
        process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
        make, r, magnet, m, output, 1,
    """,
    "Projects": """
        project, country, process, status, capacity_t_per_year
    """,
}


def settings(first: int = 2030, last: int = 2030, **more: object) -> str:
    """Return the sheet Settings with the years and whatever else is named."""
    given = {"first_year": first, "last_year": last, "price_year": 2025} | more
    return "\n".join(["setting, value", *(f"{name}, {value}" for name, value in given.items())])


def rows(text: str) -> list[list[str]]:
    """Return the cells of a sheet written as text, one line per row."""
    return [[cell.strip() for cell in line.split(",")] for line in text.strip().splitlines()]


def write(folder: Path, sheets: Sheets) -> Path:
    """Write the sheets as a CSV folder; what is not named is taken from ``PLAIN``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ({**PLAIN, "Settings": settings()} | dict(sheets)).items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows(text))
    return folder


def workbook(sheets: Sheets) -> Workbook:
    """Return the sheets as read from files, refused if the program itself would find a fault in them."""
    with tempfile.TemporaryDirectory() as folder:
        book = read_workbook(write(Path(folder), sheets))
    faults = [str(finding) for finding in check(book) if finding.level is Level.FAULT]
    if faults:
        raise ValueError("\n".join(faults))
    return book


def instance(sheets: Sheets, budget_musd: float | None = None) -> Instance:
    """Return the case as the model takes it."""
    return assemble(workbook(sheets), budget_musd)


def solved(case: Instance, targets: Targets = EXACT, interrupt: Interrupt | None = None) -> PlanOutcome:
    """Return the plan, proven optimal unless other targets are given."""
    return solve_plan(case, targets, lambda _: None, interrupt)


# Every feature at once, with numbers that are easy to follow. Oxide is mined (S in B, candidate Q in A) or bought from N;
# magnets are sintered (M and, until 2031, W in B, candidates P in A and R in C) from 1.25 t of oxide, or 1.5 t by the lean
# recipe.
FULL: Sheets = {
    "Settings": settings(2030, 2032, discount_rate=0.25, budget_musd=30, default_transport_usd_per_kg=0.5),
    "Countries": """
        country, name, ally, trusted, may_be_lost
        A, A, yes, , yes
        B, B, yes, , yes
        C, C, yes, , no
        D, D, yes, , no
        T, T, no, yes, no
        N, N, no, , no
    """,
    "Materials": """
        material, name, stage
        oxide, oxide, oxide
        magnet, magnet, magnet
    """,
    "Recipes": """
        process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
        mine, dig, mining, oxide, output, 1, 5
        sinter, plain, magnet, oxide, input, 1.25, 2
        sinter, plain, magnet, magnet, output, 1,
        sinter, lean, magnet, oxide, input, 1.5, 1
        sinter, lean, magnet, magnet, output, 1,
    """,
    "Ramps": """
        ramp, operating_year, fraction
        slow, 1, 0.5
        slow, 2, 1
    """,
    "Projects": """
        project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, fixed_capex_share, \
public_share, opex_usd_per_kg, fixed_opex_musd_per_year, life_years, first_funding_year, lead_years, spend_profile, ramp, \
min_utilization, last_year, group, requires
        S, B, mine, existing, 200, , , , , , , , , , , , , , ,
        M, B, sinter, existing, 50, , , , , , 0.3, , , , , , , , ,
        W, B, sinter, existing, 10, , , , , , , , , , , , , 2031, ,
        P, A, sinter, candidate, 100, 40, 10, 0.2, 0.5, 1, 0.6, 2, , 1, 0.4;0.6, slow, 0.3, , g, Q
        Q, A, mine, candidate, 80, , 8, , , , , 2, , 0, , , , , ,
        R, C, sinter, candidate, 60, , 9, , , , , 2, 2031, 0, , , , , g,
    """,
    "Demand": """
        sector, country, material, year, demand_t, priority, min_coverage, allied_only, shortfall_usd_per_kg
        defense, A, magnet, 2030, 40, 3, 0.5, yes, 100
        cars, B, magnet, 2030, 50, , , , 60
        cars, C, magnet, 2030, 20, , , , 60
    """,
    "Imports": """
        supplier, material, country, year, max_t, price_usd_per_kg
        N, oxide, , 2030, 100, 10
        N, magnet, C, 2030, 30, 80
    """,
    "Routes": """
        material, from, to, cost_usd_per_kg, max_t_per_year, allowed
        magnet, A, B, 0.7, 30,
        magnet, T, N, 0.9, ,
        oxide, N, *, , , no
    """,
    "Budgets": """
        funder, budget_musd, year, carry_over, countries, stages
        F, 6, 2030, yes, A;B,
        G, 20, , , , magnet;mining
        H, 3, 2031, , , stockpile
    """,
    "Redundancy": """
        rule, stage, material, from_year, min_countries, min_projects, min_capacity_t_per_year, max_country_share
        two, magnet, , 2031, 1, 2, 40, 0.7
    """,
    "Disruptions": """
        scenario, kind, target, from_year, years, severity, check_years, weight, sector, min_coverage
        country, lose_country, each, 2031, , , 2032, 2, defense, 0.2
        seller, lose_supplier, N, 2032, , 0.5, , , ,
    """,
    "Stockpiles": """
        material, country, opening_t, max_t, purchase_usd_per_kg, max_purchase_t_per_year, holding_usd_per_kg_year, \
base_draw, allied
        oxide, B, 10, 40, 20, 15, 1, yes, yes
    """,
}


def full(**changed: object) -> Instance:
    """Return the feature-complete case with settings changed."""
    given = {"discount_rate": 0.25, "budget_musd": 30, "default_transport_usd_per_kg": 0.5} | changed
    return instance({**FULL, "Settings": settings(2030, 2032, **given)})
