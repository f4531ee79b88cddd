"""Small chains for ``magnetgrid diagnose`` whose answers are known by hand, and runs of it."""

from __future__ import annotations

from pathlib import Path

from runs import Answer, magnetgrid
from toys import Sheets, settings, write

# Magnets take 0.7 t of metal and 0.1 t of heavy oxide per t. Metal is made from oxide, t for t, and oxides from nothing.
#
#   separation of light oxide LIGHT (A) 300, of heavy oxide HEAVY (B) 50; metal MET (A) 70; magnets MAG (A) 200, t a year.
#   120 t of magnets are wanted in A in 2030 and 2031.
#
# Metal for 70 / 0.7 = 100 magnets: 20 are short, and metal binds alone. 10 t more of metal would serve 14.29 t more (20 t at
# most). 100 magnets take 10 t of heavy oxide: 40 t could be made beyond it and are not, because metal binds; likewise 230 t of
# light oxide. Of the magnet plants 200 stand, 100 could run given their feed, 100 run. Of LIGHT 300 could run, 70 run.
# Losing A or any of LIGHT, HEAVY (B), MET, MAG costs all 100 t in both years: 200 t.
# The candidate M2 (metal, 14 t, 1 year to build, half in its first year) would be funded in 2030: 7 t in 2031, which serve
# 10 t more. At once it would serve 20 t more: of the 20 t short in 2030 all are lost to lead time, in 2031 10 t to ramp-up.
METAL: Sheets = {
    "Settings": settings(2030, 2031, discount_rate=0, budget_musd=50),
    "Materials": """
        material, name, stage, stream
        lox, light oxide, oxide, light
        hox, heavy oxide, oxide, heavy
        met, metal, metal, light
        mag, magnet, magnet, light;heavy
    """,
    "Recipes": """
        process, recipe, stage, material, direction, t_per_t
        light, r, separation, lox, output, 1
        heavy, r, separation, hox, output, 1
        melt, r, metallization, lox, input, 1
        melt, r, metallization, met, output, 1
        sinter, r, magnet, met, input, 0.7
        sinter, r, magnet, hox, input, 0.1
        sinter, r, magnet, mag, output, 1
    """,
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, ramp
        LIGHT, A, light, existing, 300, , ,
        HEAVY, B, heavy, existing, 50, , ,
        MET, A, melt, existing, 70, , ,
        MAG, A, sinter, existing, 200, , ,
        M2, A, melt, candidate, 14, 8, 1, slow
    """,
    "Ramps": """
        ramp, operating_year, fraction
        slow, 1, 0.5
        slow, 2, 1
    """,
    "Demand": """
        sector, country, material, year, demand_t, min_coverage
        cars, A, mag, 2030, 120, 0.9
    """,
    "Redundancy": """
        rule, stage, material, from_year, min_countries, min_projects, min_capacity_t_per_year
        metal twice, metallization, , 2031, , 2, 5
    """,
}

# One material and no streams, the objective cost, a sector without a price, nothing allied asked for: X makes 60 t in A, N
# sells 25 t, 100 t are wanted. 85 t are served, 60 t without N. The group g has two candidates: Q (30 t) is the larger, P
# requires R, which cannot be funded before 2031, when there is no more year; T requires P, so it goes with it.
PLAIN_COST: Sheets = {
    "Settings": settings(objective="cost", discount_rate=0),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, group, requires, first_funding_year
        X, A, make, existing, 60, , , , ,
        P, B, make, candidate, 50, 8, 0, g, R,
        Q, B, make, candidate, 30, 8, 0, g, ,
        R, C, make, candidate, 5, 1, 0, , , 2031
        S, C, make, candidate, 2, 1, 0, h, ,
        S2, C, make, candidate, 4, 1, 0, h, ,
        T, C, make, candidate, 1, 1, 0, , P,
    """,
    "Demand": """
        sector, country, material, year, demand_t, priority
        cars, A, m, 2030, 100, 3
    """,
    "Imports": """
        supplier, material, country, year, max_t, price_usd_per_kg
        N, m, , 2030, 25, 5
    """,
}


def diagnose(case: Path, out: Path, *options: object) -> Answer:
    """Run ``diagnose`` quietly in this process, its results in ``out``."""
    workers = () if "--workers" in options else ("--workers", 1)
    return magnetgrid("diagnose", case, "--out", out, "--quiet", *options, *workers, out=out)


def diagnose_sheets(folder: Path, sheets: Sheets, *options: object) -> Answer:
    """Write a toy and diagnose it."""
    return diagnose(write(folder / "case", sheets), folder / "out", *options)


def only(rows: list[dict[str, str]], **wanted: object) -> dict[str, str]:
    """The one row of a table with these values."""
    found = [row for row in rows if all(row[name] == str(value) for name, value in wanted.items())]
    assert len(found) == 1, f"{len(found)} rows with {wanted}"
    return found[0]
