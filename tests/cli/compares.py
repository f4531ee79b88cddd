"""Small cases for ``magnetgrid compare``, and runs of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from runs import Answer, content, magnetgrid
from toys import Sheets, settings, write

# 100 t a year are wanted in 2030 and 2031, so 200 weighted t in all; X makes 20. P (40 t, 8 MUSD, in B) and Q (20 t, 6 MUSD, in
# C) can be funded. B is lost in 2031, and counts as much as the base. What is short, in t:
#
#     funded     2030  2031  lost 2031   in all
#     nothing      80    80         80      240
#     Q            60    60         60      180
#     P            40    40         80      160
#     P and Q      20    20         60      100
TWO: Sheets = {
    "Settings": settings(2030, 2031, discount_rate=0),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 20, ,
        P, B, make, candidate, 40, 8, 0
        Q, C, make, candidate, 20, 6, 0
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 100
    """,
    "Disruptions": """
        scenario, kind, target, from_year, years, weight
        loss, lose_country, B, 2031, 1, 1
    """,
}
BUDGETS = ("--budgets", "0,6,8,14")
SHORT_T = {0.0: 240.0, 6.0: 180.0, 8.0: 160.0, 14.0: 100.0}

# Three years, six candidates with sizes, lead times and a choice between two, losses, and pots of several years.
RICH: Sheets = {
    "Settings": settings(2030, 2032, discount_rate=0, default_transport_usd_per_kg=0.5),
    "Projects": """
        project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, fixed_capex_share, \
lead_years, group
        X, A, make, existing, 20, , , , ,
        P, B, make, candidate, 40, , 8, , 0,
        Q, C, make, candidate, 20, 5, 6, 0.5, 0,
        R, A, make, candidate, 30, , 10, , 1, g
        S, A, make, candidate, 35, , 9, , 0, g
        T, C, make, candidate, 15, , 2, , 2,
        U, B, make, candidate, 10, , 1, , 0,
    """,
    "Demand": """
        sector, country, material, year, demand_t, priority, allied_only
        defense, A, m, 2030, 40, 2, yes
        cars, B, m, 2030, 60, ,
        cars, B, m, 2032, 80, ,
    """,
    "Imports": """
        supplier, material, country, year, max_t, price_usd_per_kg
        N, m, , 2030, 10, 5
    """,
    "Disruptions": """
        scenario, kind, target, from_year, years, weight
        country, lose_country, each, 2031, 1, 1
        seller, lose_supplier, N, 2032, , 1
    """,
    "Budgets": """
        funder, budget_musd, year, carry_over, countries
        F, 9, 2030, yes,
        G, 7, 2031, yes, B;C
        H, 8, , , A
    """,
}
RICH_BUDGETS = ("--budgets", "3,9,12,16,26")


def compare(case: Path, out: Path, *options: object) -> Answer:
    """Run ``compare`` quietly in this process, its results in ``out``."""
    given = ("--coverage-gap-points", 0, "--quiet", *options)
    workers = () if "--workers" in given or "--cluster" in given else ("--workers", 1)
    return magnetgrid("compare", case, "--out", out, *given, *workers, out=out)


def compare_sheets(folder: Path, sheets: Sheets, *options: object) -> Answer:
    """Write a toy and compare budgets of it."""
    return compare(write(folder / "case", sheets), folder / "out", *options)


def curve(answer: Answer) -> dict[float | None, dict[str, str]]:
    """The rows of the curve by budget; the one without a limit is None."""
    return {float(row["budget_musd"]) if row["budget_musd"] else None: row for row in answer.table("curve")}


def figures(answer: Answer, name: str) -> dict[float, float]:
    """One column of the curve by budget, where it is filled."""
    return {budget: float(row[name]) for budget, row in curve(answer).items() if budget is not None and row[name]}


def manifest(answer: Answer, place: str) -> dict[str, Any]:
    """The manifest of one plan."""
    return json.loads((answer.out / "points" / place / "manifest.json").read_text(encoding="utf-8"))


def table_of(answer: Answer, place: str, name: str) -> list[dict[str, str]]:
    """A table of one plan."""
    with (answer.out / "points" / place / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def funded(answer: Answer, place: str) -> dict[str, int]:
    """The projects of one plan with their years."""
    return {row["project"]: int(row["funded_year"]) for row in table_of(answer, place, "portfolio")}


def places(answer: Answer) -> list[str]:
    """The plans that were left behind, by their folders."""
    found = (answer.out / "points").rglob("manifest.json")
    return sorted(file.parent.relative_to(answer.out / "points").as_posix() for file in found)


def results(out: Path) -> dict[str, object]:
    """All that must be the same whoever computes it: the tables to the byte, and manifests but for how long it took."""
    found: dict[str, object] = {name: data for name, data in content(out).items() if name.endswith(".csv")}
    for name, data in content(out).items():
        if name.startswith("points") and name.endswith("manifest.json"):
            plan = json.loads(data)
            del plan["seconds"]
            for step in plan["steps"].values():
                del step["seconds"]
            found[name] = plan
    return found
