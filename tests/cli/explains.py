"""Small cases for ``magnetgrid explain``, solved and explained as a user does."""

from __future__ import annotations

from pathlib import Path

from runs import Answer, magnetgrid, solve
from toys import Sheets, settings, write

# 100 t are wanted in A, X makes 20. With 10 MUSD P (40 t, 8 MUSD) is funded and Q (20 t, 6 MUSD) is not: both cost 14. So Q
# comes in when both cost no more than 10, at 2 MUSD; P stays in as long as it can be paid alone, up to 10. Without P, Q
# leaves 60 t short instead of 40, whatever Q costs.
TWO: Sheets = {
    "Settings": settings(2030, 2030, discount_rate=0, budget_musd=10),
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
}

# Served for money alone: 100 t are bought at 50 USD/kg (5 MUSD), or made by P for 4 MUSD and 20 USD/kg (6 MUSD in all).
PRICED: Sheets = {
    "Settings": settings(2030, 2030, discount_rate=0, objective="cost"),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, opex_usd_per_kg, lead_years
        P, B, make, candidate, 100, 4, 20, 0
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 100
    """,
    "Imports": """
        supplier, material, country, year, max_t, price_usd_per_kg
        N, m, , 2030, 1000, 50
    """,
}


def explained(folder: Path, sheets: Sheets, *options: object) -> Answer:
    """Write a toy, solve it, and explain it quietly in this process."""
    case, run = write(folder / "case", sheets), folder / "run"
    if not run.exists():
        assert solve(case, run, "--quiet").code == 0
    return explain(case, run, folder / "out", *options)


def explain(case: Path, run: Path, out: Path, *options: object) -> Answer:
    """Explain a run."""
    workers = () if "--workers" in options else ("--workers", 1)
    return magnetgrid("explain", case, "--run", run, "--out", out, "--quiet", *workers, *options, out=out)


def row(answer: Answer, table: str, project: str, **more: str) -> dict[str, str]:
    """The one row of a table with these cells."""
    wanted = {"project": project} | more
    (found,) = [x for x in answer.table(table) if all(x[name] == value for name, value in wanted.items())]
    return found


def figure(answer: Answer, project: str, test: str) -> float:
    """The figure of a test."""
    return float(row(answer, "tests", project, test=test)["figure"])
