"""A clean plan: what a plan does not need is dropped, and what may come later is delayed."""

from __future__ import annotations

import numpy as np
import pytest
from toys import Sheets, instance, settings

from models.build import build_model
from models.instance import Goal
from models.options import Layout, Options
from optimizer.solve.fundings import fund_columns, solve_fixed
from optimizer.solve.highs import Interrupt, Session
from optimizer.solve.tidy import Tidied, tidy

PLANTS = "project, country, process, status, capacity_t_per_year, capex_musd, lead_years, fixed_opex_musd_per_year"


def case(objective: str, *plants: str, rule: str = "") -> Sheets:
    """Demand of 100 t in 2032 alone, and the plants named; money has no discount, so that waiting is free, not a gain."""
    more = {"Redundancy": rule} if rule else {}
    return {
        "Settings": settings(2030, 2032, objective=objective),
        "Demand": "sector, country, material, year, demand_t\nd, A, m, 2030, 0\nd, A, m, 2031, 0\nd, A, m, 2032, 100",
        "Projects": "\n".join([PLANTS, *plants]),
    } | more


def tidied(
    sheets: Sheets, plan: dict[str, int], seconds: float | None = None, interrupt: Interrupt | None = None
) -> tuple[dict[str, int], Tidied]:
    """Tidy a plan made up by hand; return the plan that is left."""
    made = instance(sheets)
    limit = 0.0 if made.goal is Goal.COVERAGE else None
    options = Options(Goal.COST, shortfall_limit_kt=limit)
    session = Session(build_model(made, options), interrupt)
    screen = None
    if made.goal is Goal.COVERAGE:
        screen = Session(build_model(made, Options(Goal.COVERAGE, base_layout=Layout.POOLED)), interrupt)
    keys = list(session.model.Fund)
    funded = np.array([float(plan.get(p) == v) for p, v in keys])
    best = solve_fixed(session, funded)
    assert best.objective is not None
    found = tidy(session, screen, limit, funded, best, seconds, lambda _: None)
    assert found.best.values is not None
    left = found.best.values[fund_columns(session)]
    return {p: v for (p, v), share in zip(keys, left, strict=True) if share > 0.5}, found


BOTH = pytest.mark.parametrize("objective", ["cost", "coverage"])


@BOTH
def test_the_dearest_is_dropped_first_and_the_rest_delayed(objective: str):
    """Either plant would do: q, dearer, goes; p is not needed before 2032."""
    plan, found = tidied(
        case(objective, "p, A, make, candidate, 100, 5, 0,", "q, A, make, candidate, 100, 8, 0,"),
        {"p": 2030, "q": 2030},
    )
    assert plan == {"p": 2032}
    assert found.best.objective == pytest.approx(5.0)
    assert found.tidiness is not None
    assert found.tidiness.dropped == ("q",)
    assert found.tidiness.delayed == ("p", "p")
    assert found.tidiness.complete


@BOTH
def test_what_is_needed_stays(objective: str):
    """50 t each are both needed in 2032, and lead 1 asks for 2031."""
    plan, found = tidied(
        case(objective, "p, A, make, candidate, 50, 5, 1,", "q, A, make, candidate, 50, 8, 0,"), {"p": 2031, "q": 2032}
    )
    assert plan == {"p": 2031, "q": 2032}
    assert found.tidiness is not None
    assert (found.tidiness.dropped, found.tidiness.delayed, found.tidiness.complete) == ((), (), True)


@BOTH
def test_what_would_cost_more_is_not_taken(objective: str):
    """P brings 1 MUSD in every year that it stands, and stays from 2030."""
    plan, found = tidied(case(objective, "p, A, make, candidate, 100, 5, 0, -1"), {"p": 2030})
    assert plan == {"p": 2030}
    assert found.best.objective == pytest.approx(2.0)


@BOTH
def test_rules_are_kept(objective: str):
    """Two projects must count in 2032: none may go, both may wait; the third goes."""
    rule = "rule, stage, from_year, min_projects, min_capacity_t_per_year\nr, magnet, 2032, 2, 60"
    plants = [
        f"{p}, {c}, make, candidate, 100, {musd}, 0," for p, c, musd in (("p", "A", 5), ("q", "B", 6), ("o", "C", 7))
    ]
    plan, found = tidied(case(objective, *plants, rule=rule), {"p": 2030, "q": 2031, "o": 2030})
    assert plan == {"p": 2032, "q": 2032}
    assert found.tidiness is not None
    assert found.tidiness.dropped == ("o",)


def test_no_time_leaves_the_plan_as_it_is():
    sheets = case("cost", "p, A, make, candidate, 100, 5, 0,", "q, A, make, candidate, 100, 8, 0,")
    plan, found = tidied(sheets, {"p": 2030, "q": 2030}, seconds=0.0)
    assert plan == {"p": 2030, "q": 2030}
    assert found.tidiness is not None
    assert not found.tidiness.complete


def test_ctrl_c_leaves_the_plan_as_it_is():
    interrupt = Interrupt()
    interrupt.pressed = True
    sheets = case("cost", "p, A, make, candidate, 100, 5, 0,")
    plan, found = tidied(sheets, {"p": 2030}, interrupt=interrupt)
    assert plan == {"p": 2030}
    assert found.tidiness is not None
    assert (found.tidiness.trials, found.tidiness.complete) == (0, False)
