"""Comparisons made by hand: a workbook of one stage, and plans as manifest and tables, nothing solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from toys import Sheets, settings, workbook

from optimizer.report.comparison import Comparison, PlanAt, Point
from optimizer.report.tables import COLUMNS

# Two years, 100 t a year wanted in A by one sector: 200 weighted t, so that 1 point is 2 t. R comes after the last year.
TOY: Sheets = {
    "Settings": settings(2030, 2031, budget_musd=20),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 20, ,
        P, B, make, candidate, 40, 8, 0
        Q, C, make, candidate, 30, 6, 0
        R, A, make, candidate, 20, 2, 5
        S, A, make, candidate, 10, 4, 1
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 100
    """,
    "Budgets": """
        funder, budget_musd
        F, 15
    """,
}
# project -> country, capacity t/yr, capex MUSD
PLANTS = {"P": ("B", 40.0, 8.0), "Q": ("C", 30.0, 6.0), "R": ("A", 20.0, 2.0), "S": ("A", 10.0, 4.0)}
DEMAND_T = 100.0


def table(name: str, rows: Sequence[Mapping[str, object]] = ()) -> pd.DataFrame:
    """A table of ``solve`` with some columns filled."""
    return pd.DataFrame(list(rows), columns=list(COLUMNS[name]))


def plan(value: float, bound: float, funded: Mapping[str, int], outlay: float, **more: Any) -> PlanAt:
    """A plan whose weighted shortfall is that of the base, half of it in each year."""
    cost = more.pop("goal", "coverage") == "cost"
    short = 0.0 if cost else value / 2
    manifest = {
        "status": "optimal",
        "objective": "cost" if cost else "coverage",
        "weighted_shortfall_t": None if cost else value,
        "bounds": {"weighted_shortfall_t": None if cost else bound, "cost_musd": bound if cost else 90.0},
        "weighted_demand_t": 2 * DEMAND_T,
        "coverage_gap_points": None if cost else 100.0 * (value - bound) / (2 * DEMAND_T),
        "base_shortfall_t": 2 * short,
        "cost_musd": value if cost else 100.0,
        "cost_gap": 0.1,
        "outlay_musd": outlay,
        "worst_base_year": {"scenario": "base", "year": 2030, "coverage": 1 - short / DEMAND_T},
        "worst_loss": None,
        "audit": {"passed": True, "checks": 10},
        "options": {"coverage_gap_points": 1.0, "cost_gap": 0.01},
        "reproducible": True,
    } | more
    return PlanAt(manifest, _tables(short, funded, outlay))


def _tables(short: float, funded: Mapping[str, int], outlay: float) -> dict[str, pd.DataFrame]:
    years = (2030, 2031)
    served = {"scenario": "base", "sector": "cars", "demand_t": DEMAND_T, "served_t": DEMAND_T - short}
    covered = served | {"country": "A", "material": "m", "shortfall_t": short, "priority": 1.0}
    binds = {
        "stream": "all",
        "stage": "magnet",
        "shortfall_t": short,
        "capacity_t": 20.0,
        "run_t": 20.0,
        "raised_t": 10.0,
    }
    gains = {"gain_alone_t": 10.0, "gain_together_t": 10.0, "binds": "alone" if short else "no"}
    stands = {"X": ("A", 20.0, "existing"), **{p: (*PLANTS[p][:2], "candidate") for p in funded}}
    found = {
        "portfolio": [_funded(p, year) for p, year in funded.items()],
        "coverage": [covered | {"year": t} for t in years],
        "losses": [served | {"year": t} for t in years],
        "bottlenecks": [binds | gains | {"year": t} for t in years],
        "capacity": [
            {"project": p, "country": c, "stage": "magnet", "status": status, "year": t, "capacity_t": size}
            for p, (c, size, status) in stands.items()
            for t in years
        ],
        "outlays": [{"funder": "F", "project": "P", "year": 2030, "musd": outlay}],
    }
    return {name: table(name, found.get(name, ())) for name in COLUMNS}


def _funded(project: str, year: int) -> dict[str, object]:
    country, size, capex = PLANTS[project]
    return {
        **{"project": project, "country": country, "stage": "magnet", "funded_year": year, "size_t_per_year": size},
        **{"nameplate_t_per_year": size, "funded_share": 1.0, "capex_musd": capex, "public_outlay_musd": capex},
    }


def comparison(points: Sequence[Point], sheets: Sheets = TOY, **more: Any) -> Comparison:
    """A comparison without a ceiling, its list from an anchor, the pots kept, unless told otherwise."""
    given: dict[str, Any] = {"ceiling": None, "anchor_musd": 20.0, "list_gap_t": None, "pots": "keep"}
    return Comparison(workbook(sheets), tuple(points), manifest={"seconds": {"solve": 1.0}}, **(given | more))


def three() -> Comparison:
    """Infeasible at 5; 120, 60 and 50 weighted t short at 10, 20 and 40 MUSD; with unlimited money 46, at least 44."""
    best = {
        10.0: plan(120.0, 100.0, {"Q": 2030, "S": 2030}, 10.0),
        20.0: plan(60.0, 50.0, {"P": 2030, "Q": 2030}, 15.0),
        40.0: plan(50.0, 45.0, {"P": 2030, "Q": 2031}, 14.0, status="feasible", reproducible=False),
    }
    listed = {10.0: plan(130.0, 125.0, {"P": 2030}, 8.0), 20.0: best[20.0], 40.0: best[40.0]}
    points = [Point(b, str(x.manifest["status"]), (), x, listed[b], 15.0) for b, x in best.items()]
    nothing = Point(5.0, "infeasible", ("Raise it to 6.",), None, None, 15.0)
    return comparison([nothing, *points], ceiling=plan(46.0, 44.0, {"P": 2030, "Q": 2030, "S": 2030}, 18.0))
