"""The steps to a plan: what they report when time is short, on Ctrl-C, and for the linear relaxation."""

from __future__ import annotations

import random
import threading

import pytest
from toys import EXACT, Sheets, full, instance, settings, solved

from models.instance import Instance
from optimizer.solve.dispatch import dispatch_all
from optimizer.solve.highs import Interrupt, Status
from optimizer.solve.plan import PlanOutcome, Targets, solve_plan

GOODS = 5
PLANTS = 90


def hard(objective: str, budget: object = "") -> Instance:
    """90 plants that each make five goods in other proportions, half of which are needed: no solver proves that at once.

    With objective coverage the budget is too small for all; with objective cost every tonne short costs 1 MUSD.
    """
    dice = random.Random(3)
    goods = [f"g{k}" for k in range(GOODS)]
    sizes = [[dice.randint(10, 1000) for _ in goods] for _ in range(PLANTS)]
    recipes = ["process, recipe, stage, material, direction, t_per_t"]
    plants = ["project, country, process, status, capacity_t_per_year, capex_musd, lead_years"]
    for p, made in enumerate(sizes):
        recipes += [f"x{p}, r, make, {k}, output, {x / 1000}" for k, x in zip(goods, made, strict=True)]
        plants.append(f"p{p}, A, x{p}, candidate, 1000, {sum(made) / 100 + dice.randint(0, 5)}, 0")
    needed = [sum(made[k] for made in sizes) // 2 for k in range(GOODS)]
    return instance(
        {
            "Settings": settings(objective=objective, budget_musd=budget),
            "Materials": "\n".join(["material, name, stage", *(f"{k}, {k}, good" for k in goods)]),
            "Recipes": "\n".join(recipes),
            "Projects": "\n".join(plants),
            "Demand": "\n".join(
                ["sector, country, material, year, demand_t, shortfall_usd_per_kg"]
                + [f"d, A, {k}, 2030, {t}, 1000" for k, t in zip(goods, needed, strict=True)]
            ),
        }
    )


def short_of_time(case: Instance, seconds: float) -> PlanOutcome:
    return solved(case, Targets(0.0, 0.0, 0.0, time_limit_s=seconds))


def test_time_limit_with_a_plan_of_both_steps():
    """The coverage step ends at 70 % of the time with a gap; the cost step still gives a plan; status feasible."""
    outcome = short_of_time(hard("coverage", budget=1220), 1.0)
    assert outcome.status is Status.FEASIBLE
    assert outcome.coverage is not None
    assert outcome.coverage.status is Status.FEASIBLE
    assert outcome.coverage.gap > 0.0
    assert outcome.coverage.seconds < 1.0
    assert outcome.cost is not None
    assert outcome.cost.bound <= outcome.cost.value
    assert outcome.investment is not None
    assert outcome.investment.total_outlay_musd <= 1220 + 1e-6
    assert not outcome.interrupted


def test_time_limit_with_a_plan_of_the_cost_step():
    outcome = short_of_time(hard("cost"), 1.0)
    assert outcome.status is Status.FEASIBLE
    assert outcome.coverage is None
    assert outcome.cost is not None
    assert outcome.cost.gap > 0.0
    assert outcome.investment is not None


@pytest.mark.parametrize(("objective", "budget"), [("coverage", 1220), ("cost", "")])
def test_ctrl_c_before_any_plan(objective: str, budget: object):
    """Pressed before the solver has found a plan: nothing is reported but the status and the size."""
    case = hard(objective, budget)
    interrupt = Interrupt()
    interrupt.pressed = True
    outcome = solve_plan(case, EXACT, lambda _: None, interrupt)
    assert outcome.status is Status.NO_PLAN
    assert outcome.investment is None
    assert outcome.cost is None
    assert outcome.interrupted
    assert outcome.size["binaries"] == PLANTS


def test_ctrl_c_keeps_the_plan_so_far():
    """Pressed in the coverage step: its best fundings are priced, in spite of Ctrl-C, and reported."""
    interrupt = Interrupt()
    timer = threading.Timer(1.0, lambda: setattr(interrupt, "pressed", True))
    timer.start()
    outcome = solved(hard("coverage", budget=1220), EXACT, interrupt)
    timer.join()
    assert outcome.status is Status.FEASIBLE
    assert outcome.interrupted
    assert outcome.coverage is not None
    assert outcome.cost is not None
    assert outcome.investment is not None
    assert outcome.investment.fundings


def test_gaps_asked_for_are_enough():
    """With gaps wide open the first plan will do, and is called optimal: proven within the gaps asked for."""
    outcome = solved(hard("coverage", budget=1220), Targets(50.0, 0.0, 0.5))
    assert outcome.status is Status.OPTIMAL


def test_relaxation_is_a_bound_in_fractions():
    """100 t for 10 MUSD, 6 MUSD to spend: 0.6 of the plant, 40 t short; whole, nothing."""
    sheets: Sheets = {
        "Settings": settings(budget_musd=6),
        "Projects": "project, country, process, status, capacity_t_per_year, capex_musd, lead_years\n"
        "p, A, make, candidate, 100, 10, 0",
        "Demand": "sector, country, material, year, demand_t\nd, A, m, 2030, 100",
    }
    relaxed, whole = (solved(instance(sheets), Targets(0.0, 0.0, 0.0, relaxed=flag)) for flag in (True, False))
    assert relaxed.coverage is not None
    assert whole.coverage is not None
    assert relaxed.coverage.value == pytest.approx(0.04)
    assert whole.coverage.value == pytest.approx(0.1)
    assert relaxed.investment is not None
    (funding,) = relaxed.investment.fundings
    assert (funding.share, funding.size_ktpy, funding.capex_musd) == pytest.approx((0.6, 0.06, 6.0), rel=1e-4)
    assert relaxed.size["binaries"] == 0
    assert relaxed.tidiness is None


def test_slack_is_given_back_for_cost():
    """100 t of demand are 100 points; 10 points of slack save the dear plant for the last 10 t."""
    sheets: Sheets = {
        "Projects": "project, country, process, status, capacity_t_per_year, capex_musd, lead_years\n"
        "p, A, make, candidate, 90, 1, 0\nq, A, make, candidate, 10, 50, 0",
        "Demand": "sector, country, material, year, demand_t\nd, A, m, 2030, 100",
    }
    for slack, cost in ((0.0, 51.0), (9.9, 51.0), (10.0, 1.0)):
        outcome = solved(instance(sheets), Targets(0.0, slack, 0.0))
        assert outcome.coverage is not None
        assert outcome.coverage.value == pytest.approx(0.0, abs=1e-9)
        assert outcome.cost is not None
        assert outcome.cost.value == pytest.approx(cost)


def test_progress_is_told_in_lines():
    told: list[str] = []
    solve_plan(full(), Targets(), told.append)
    assert any(line.startswith("coverage step: ") for line in told)
    assert any(line.startswith("cost step: ") for line in told)


def test_seconds_are_counted():
    outcome = solved(full())
    assert outcome.solve_seconds > 0.0
    assert outcome.build_seconds > 0.0
    assert outcome.coverage is not None
    assert outcome.cost is not None
    assert outcome.coverage.seconds + outcome.cost.seconds <= outcome.solve_seconds + 1e-9


def test_a_zero_capacity_port_is_funded_and_costs_its_fixed_opex():
    """A port of 0 t that p requires: 5 + 3 of capex, fixed opex 1 + 0.5 a year for two years."""
    case = instance(
        {
            "Settings": settings(2030, 2031),
            "Projects": "project, country, process, status, capacity_t_per_year, capex_musd, lead_years,"
            "fixed_opex_musd_per_year, requires\n"
            "p, A, make, candidate, 100, 5, 0, 1, port\nport, B, make, candidate, 0, 3, 0, 0.5,",
            "Demand": "sector, country, material, year, demand_t\nd, A, m, 2030, 100",
        }
    )
    outcome = solved(case)
    assert outcome.cost is not None
    assert outcome.cost.value == pytest.approx(8 + 2 + 1)
    assert outcome.investment is not None
    assert [(f.project, f.year) for f in outcome.investment.fundings] == [("p", 2030), ("port", 2030)]
    assert dispatch_all(case, outcome.investment, lambda _: None)["base"].shortfall == {
        ("d|A|m|any", 2030): 0.0,
        ("d|A|m|any", 2031): 0.0,
    }


def test_a_funding_that_only_brings_fixed_revenue_is_not_left_out():
    """A plant without output in the plan that is paid 1 MUSD a year to stand: 2 x (1) from 2030."""
    case = instance(
        {
            "Settings": settings(2030, 2031, objective="cost"),
            "Projects": "project, country, process, status, capacity_t_per_year, capex_musd, lead_years,"
            "fixed_opex_musd_per_year, ramp\np, A, make, candidate, 100, 0.5, 0, -1, late",
            "Ramps": "ramp, operating_year, fraction\nlate, 1, 0\nlate, 9, 1",
            "Demand": "sector, country, material, year, demand_t, shortfall_usd_per_kg\nd, A, m, 2030, 10, 50",
        }
    )
    outcome = solved(case)
    assert outcome.cost is not None
    assert outcome.cost.value == pytest.approx(0.5 - 2.0 + 2 * 0.5)
