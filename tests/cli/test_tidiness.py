"""Plans made worse on purpose are tidied: what is not needed is dropped, what comes too early is delayed.

X makes 60 t a year. Demand is 60 t until 2031 and 100 t in 2032. P (40 t, 8 MUSD) is needed in 2032 alone, U (30 t, 5 MUSD)
never. Both run in the year of their funding; a year of delay divides the cost by 1.1.
"""

from __future__ import annotations

import numpy as np
import pytest
from toys import instance, settings

from models.build import build_model
from models.instance import Goal
from models.options import Layout, Options
from optimizer.solve.fundings import solve_fixed
from optimizer.solve.highs import Session
from optimizer.solve.tidy import Tidied, tidy

SHEETS = {
    "Settings": settings(2030, 2032, discount_rate=0.1),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 60, ,
        P, B, make, candidate, 40, 8, 0
        U, B, make, candidate, 30, 5, 0
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 60
        cars, A, m, 2031, 60
        cars, A, m, 2032, 100
    """,
}
LIMIT_KT = 1e-6


def tidied(*fundings: tuple[str, int], seconds: float | None = None, **more: str) -> tuple[Tidied, dict[str, int]]:
    """Tidy a plan; return what was done and the years of the fundings that are left."""
    case = instance(SHEETS | more)
    session = Session(build_model(case, Options(Goal.COST, shortfall_limit_kt=LIMIT_KT)))
    screen = Session(build_model(case, Options(Goal.COVERAGE, base_layout=Layout.POOLED)))
    keys = list(session.model.Fund)
    funded = np.array([1.0 if key in fundings else 0.0 for key in keys])
    best = solve_fixed(session, funded)
    assert best.objective is not None, "the plan to be tidied keeps all limits"
    found = tidy(session, screen, LIMIT_KT, funded, best, seconds, lambda _: None)
    assert found.best.values is not None
    session.load(found.best.values)
    return found, {p: t for (p, t), variable in session.model.Fund.items() if variable.value > 0.5}


def test_a_useless_project_is_dropped_and_an_early_one_delayed():
    """Left is P in 2032: 8 / 1.1^2 = 6.6116 MUSD, of 13 MUSD before."""
    found, left = tidied(("P", 2030), ("U", 2030))
    assert left == {"P": 2032}
    assert found.best.objective == pytest.approx(8 / 1.21)
    assert found.tidiness is not None
    assert found.tidiness.dropped == ("U",)
    assert found.tidiness.delayed == ("P", "P")
    assert found.tidiness.complete


def test_a_clean_plan_stays():
    found, left = tidied(("P", 2032))
    assert left == {"P": 2032}
    assert found.tidiness is not None
    assert (found.tidiness.dropped, found.tidiness.delayed, found.tidiness.complete) == ((), (), True)


def test_what_a_redundancy_rule_needs_is_kept_though_it_never_runs():
    """Three plants must stand from 2031: U stays, delayed to 2031, and so does P."""
    rule = "rule, stage, from_year, min_projects, min_capacity_t_per_year\nthree, magnet, 2031, 3, 20"
    _, left = tidied(("P", 2030), ("U", 2030), Redundancy=rule)
    assert left == {"P": 2031, "U": 2031}


def test_a_required_project_is_not_dropped_or_delayed_alone():
    """P takes U: both wait until 2032, U before or with P."""
    projects = SHEETS["Projects"].replace("lead_years", "lead_years, requires").replace("40, 8, 0", "40, 8, 0, U")
    _, left = tidied(("P", 2030), ("U", 2030), Projects=projects)
    assert left == {"P": 2032, "U": 2032}


def test_out_of_time_it_says_that_it_is_not_complete():
    found, left = tidied(("P", 2030), ("U", 2030), seconds=0.0)
    assert left == {"P": 2030, "U": 2030}
    assert found.tidiness is not None
    assert not found.tidiness.complete
