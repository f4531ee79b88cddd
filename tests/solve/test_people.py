"""People in the plan: trained in time, too late, too dear; random cases against all fundings; what more people would give."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import pytest
from random_cases import with_people
from reference import Reference
from test_brute_force import Case, check_gaps, check_printed_flows
from test_split import search, solve_plain
from toys import EXACT, Sheets, instance, settings, solved

from models.build import build_model
from models.instance import Goal, Instance
from models.options import Layout, Options
from models.reductions import loosened, without_dominated_years
from models.repair import HeldPlan, Wish, repair_case
from models.solution import Funding
from models.standing import people_at_most
from optimizer.solve.highs import Session, Status
from optimizer.solve.master import Money
from optimizer.solve.people import MONEY, find_pinch
from optimizer.solve.search import CoverageCase

# P makes 100 t a year from the year after its funding, for 10 MUSD, with 50 people. 20 are free in A, and 30 a year may be
# trained for 0.1 MUSD each. 100 t are wanted in each of 2030 to 2033.
PLANT = "project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, lead_years, workforce, ramp"
PEOPLE = "country, year, available, training_cost_usd_per_person, max_trained_per_year, training_years"
TOY: Sheets = {
    "Projects": PLANT + "\nP, A, make, candidate, 100, , 10, 1, 50,",
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 100",
    "Ramps": "ramp, operating_year, fraction\nslow, 1, 0.5\nslow, 2, 1",
    "Workforce": PEOPLE + "\nA, 2030, 20, 100000, 30, 1",
}
SIZABLE = PLANT + "\nP, A, make, candidate, 100, 0, 10, 1, 50,"


def toy(budget_musd: float | str = 20, **sheets: str) -> Instance:
    return instance({**TOY, **sheets, "Settings": settings(2030, 2033, budget_musd=budget_musd)})


def short_t(case: Instance) -> float:
    outcome = solved(case)
    assert outcome.coverage is not None
    return outcome.coverage.value * 1000.0


def trained(case: Instance) -> dict[tuple[str, int], float]:
    outcome = solved(case)
    assert outcome.investment is not None
    return {key: round(people, 1) for key, people in outcome.investment.trained.items()}


# ---------------------------------------------------------------- by hand


def test_people_are_trained_in_time():
    """The other 30 begin in 2030 and are ready in 2031, when P begins to run: short in 2030 alone, 10 + 30 x 0.1 MUSD."""
    case = toy()
    outcome = solved(case)
    assert outcome.investment is not None
    assert outcome.cost is not None
    assert short_t(case) == pytest.approx(100)
    assert trained(case) == {("A", 2030): 30}
    assert outcome.cost.value == pytest.approx(13)
    assert outcome.investment.total_outlay_musd == pytest.approx(13)
    assert outcome.investment.outlay_musd["training:A", 2030] == pytest.approx(3)
    assert outcome.investment.paid_musd["all", "training:A", "", 2030] == pytest.approx(3)


def test_training_that_ends_too_late_delays_the_plant():
    """Ready in 2032: short in 2030 and 2031."""
    assert short_t(toy(Workforce=PEOPLE + "\nA, 2030, 20, 100000, 30, 2")) == pytest.approx(200)


def test_training_that_ends_after_the_plan_is_of_no_use():
    """Ready in 2034: nothing runs, and nobody is trained."""
    case = toy(Workforce=PEOPLE + "\nA, 2030, 20, 100000, 30, 4")
    assert short_t(case) == pytest.approx(400)
    assert trained(case) == {}


def test_training_that_is_too_dear_leaves_the_plant_out():
    """10 MUSD for P and 3 for 30 people are more than 12."""
    assert short_t(toy(12)) == pytest.approx(400)


def test_a_plant_is_as_large_as_money_for_plant_and_people_allows():
    """A share s of P costs 10 s, and 0.1 x (50 s - 20) for people: 15 s - 2 = 12 is s = 14 / 15, 93.3 t in three years."""
    assert short_t(toy(12, Projects=SIZABLE)) == pytest.approx(400 - 3 * 100 * 14 / 15, abs=1e-3)


def test_a_plant_is_no_larger_than_its_people_in_the_first_year():
    """With 10 trained a year 30 people are there in 2031 for 60 t; later sizes cannot grow. Begun in 2033 it runs no more."""
    limited = toy(Projects=SIZABLE, Workforce=PEOPLE + "\nA, 2030, 20, 100000, 10, 1")
    # Funded in 2031 instead: 40 people in 2032, 80 t in two years, 160 t; in 2030: 60 t in three, 180 t.
    assert short_t(limited) == pytest.approx(400 - 180, abs=1e-3)


def test_a_plant_half_ramped_up_needs_half_its_people():
    """25 in 2031, all 50 in 2032: with 15 trained a year 35 and 50 are there. Without the ramp P would have to wait for 2032."""
    rows = PEOPLE + "\nA, 2030, 20, 100000, 15, 1"
    ramped = toy(Projects=PLANT + "\nP, A, make, candidate, 100, , 10, 1, 50, slow", Workforce=rows)
    assert short_t(ramped) == pytest.approx(100 + 50)
    assert short_t(toy(Workforce=rows)) == pytest.approx(200)


def test_only_pots_that_may_pay_for_training_do():
    """F pays for magnets alone; 2 MUSD of G train 20: 40 people run 80 t in three years."""
    pots = "funder, budget_musd, stages\nF, 20, magnet\nG, 2, training"
    assert short_t(toy(Projects=SIZABLE, Budgets=pots)) == pytest.approx(400 - 240, abs=1e-3)
    assert short_t(toy(Budgets="funder, budget_musd, stages\nF, 20, magnet")) == pytest.approx(400)


def test_a_country_without_a_row_has_no_limit_and_standing_plants_have_their_people():
    """All of the 20 who are free in A are for new plants, though the standing X has 500; P in B is not limited."""
    rows = PLANT + "\nX, A, make, existing, 10, , , , 500,\nP, B, make, candidate, 100, , 10, 1, 50,"
    assert short_t(toy(Projects=rows)) == pytest.approx(90)
    own = PLANT + "\nX, A, make, existing, 10, , , , 500,\nP, A, make, candidate, 40, , 10, 1, 20,"
    assert short_t(toy(Projects=own)) == pytest.approx(90 + 3 * 50)


def test_figures_hold_until_the_next_row_and_those_who_are_free_are_linear():
    """20 free in 2030, 40 in 2032: 30 in 2031. The price of 2030 holds in 2031, that of 2032 from then on."""
    case = toy(Workforce=PEOPLE + "\nA, 2030, 20, 100000, 30, 1\nA, 2032, 40, 50000, 10, 2")
    people = case.workforce["A"]
    assert dict(people.available) == {2030: 20, 2031: 30, 2032: 40, 2033: 40}
    assert dict(people.cost_musd_per_person) == {2030: 0.1, 2031: 0.1, 2032: 0.05, 2033: 0.05}
    assert dict(people.max_trained) == {2030: 30, 2031: 30, 2032: 10, 2033: 10}
    assert people.begun(2032) == (2030, 2031)


# ---------------------------------------------------------------- random cases

BINDING = (2, 9, 16, 19, 29)
ENOUGH = (0, 6, 8, 14)
IMPOSSIBLE = (20,)
SEEDS = (*BINDING, *ENOUGH, *IMPOSSIBLE)


@cache
def coverage(seed: int) -> Instance:
    return replace(instance(with_people(seed)), goal=Goal.COVERAGE)


def least(case: Instance, tightened: bool = False) -> float:
    options = Options(Goal.COVERAGE, base_layout=Layout.POOLED, tightened=tightened)
    objective = Session(build_model(case, options)).solve().objective
    return math.inf if objective is None else objective


def test_the_seeds_hold_people_who_bind_and_people_who_do_not():
    for seed in SEEDS:
        case = coverage(seed)
        free, held = least(replace(case, workforce={})), least(case)
        assert (held > free + 1e-6) == (seed in BINDING)
        assert math.isinf(held) == (seed in IMPOSSIBLE)


@pytest.mark.parametrize("seed", SEEDS)
def test_least_shortfall_is_that_of_all_fundings(seed: int):
    case = coverage(seed)
    assert least(case) == pytest.approx(Reference(case).least_shortfall().value, abs=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_smaller_instances_are_right_with_people(seed: int):
    case = coverage(seed)
    assert least(without_dominated_years(case), tightened=True) == pytest.approx(least(case), abs=1e-7)
    assert least(loosened(case), tightened=True) <= least(case) + 1e-7


@pytest.mark.parametrize("seed", SEEDS)
def test_master_and_blocks_prove_what_the_plain_model_proves(seed: int):
    case = coverage(seed)
    whole = solve_plain(case)
    standing = search(CoverageCase(case), Money(case.budget_musd))
    assert standing.feasible == whole.has_plan
    if whole.objective is not None:
        near = 1e-6 * case.weighted_demand_kt + 1e-7
        assert standing.value_kt == pytest.approx(whole.objective, abs=near)
        assert standing.bound_kt == pytest.approx(whole.objective, abs=near)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*BINDING, 0, 8])
def test_plan_is_the_best_of_all_fundings(seed: int):
    made = instance(with_people(seed))
    reference = Reference(made)
    best = reference.least_shortfall() if made.goal is Goal.COVERAGE else reference.least_cost()
    one = Case(made, reference, best)
    outcome = solved(made, EXACT)
    if best.plan is None:
        assert outcome.status is Status.INFEASIBLE
    else:
        check_gaps(one, outcome, EXACT)
        check_printed_flows(one)


@pytest.mark.parametrize("seed", BINDING)
def test_more_people_never_hurt(seed: int):
    case = coverage(seed)
    more = {
        c: replace(force, available={t: x + 5.0 for t, x in force.available.items()})
        for c, force in case.workforce.items()
    }
    assert least(replace(case, workforce=more)) <= least(case) + 1e-7


def test_years_of_a_plant_that_needs_people_are_kept():
    """Without people funding P in 2030 dominates all later years; with them it would need 50 before they are trained."""
    late = toy(Workforce=PEOPLE + "\nA, 2030, 20, 100000, 30, 2")
    assert without_dominated_years(late).projects["P"].funding_years == (2030, 2031, 2032, 2033)
    free = toy(Workforce=PEOPLE + "\nB, 2030, 20, 100000, 30, 2")
    assert without_dominated_years(free).projects["P"].funding_years == (2030,)
    early = replace(late, projects={"P": replace(late.projects["P"], funding_years=(2030,))})
    assert least(early) == pytest.approx(0.4)
    assert least(late) == pytest.approx(0.2)


# ---------------------------------------------------------------- where people bind


def test_what_ten_people_more_would_give():
    """15 trained in 2030: 35 people run 70 t in 2031; 45 would run 90 t, 20 more in each of 3 years; money gives nothing."""
    case = toy(Projects=SIZABLE, Workforce=PEOPLE + "\nA, 2030, 20, 100000, 15, 1")
    outcome = solved(case)
    assert outcome.investment is not None
    pinch = find_pinch(case, outcome.investment)
    assert not pinch.relaxed
    told = {x.who: (x.more, round(1000.0 * (x.gain or 0.0), 2), x.binds) for x in pinch.raised}
    assert told == {"A": (10.0, 60.0, "yes"), MONEY: (10.0, 0.0, "no")}


def test_where_money_could_train_more_people_do_not_bind():
    """12 MUSD buy 93 t with 47 people; 50 could be there."""
    case = toy(12, Projects=SIZABLE)
    outcome = solved(case)
    assert outcome.investment is not None
    assert find_pinch(case, outcome.investment).raised == ()


def test_where_nobody_may_pay_for_training_those_who_are_free_are_all_there_can_be():
    """F pays for magnets alone, an empty pot for training: 20 people run 40 t, 10 more 20 t more in each of 3 years."""
    case = toy(Projects=SIZABLE, Budgets="funder, budget_musd, stages\nF, 20, magnet\nG, 0, training")
    outcome = solved(case)
    assert outcome.investment is not None
    assert set(people_at_most(case).values()) == {20.0}
    told = {x.who: (round(1000.0 * (x.gain or 0.0), 2), x.binds) for x in find_pinch(case, outcome.investment).raised}
    assert told == {"A": (60.0, "yes"), MONEY: (0.0, "no")}


def test_with_objective_cost_the_gain_is_money():
    """A tonne short costs 100 USD/kg, 0.1 MUSD: 60 t more are 6 MUSD, less 2 MUSD for 20 t of plant; people cost no more."""
    rows = "sector, country, material, year, demand_t, shortfall_usd_per_kg\ncars, A, m, 2030, 100, 100"
    sheets = {**TOY, "Projects": SIZABLE, "Demand": rows, "Workforce": PEOPLE + "\nA, 2030, 20, 100000, 15, 1"}
    case = instance({**sheets, "Settings": settings(2030, 2033, objective="cost")})
    outcome = solved(case)
    assert outcome.investment is not None
    (raised,) = find_pinch(case, outcome.investment).raised
    assert (raised.who, raised.binds) == ("A", "yes")
    assert raised.gain == pytest.approx(4)


# ---------------------------------------------------------------- after a loss


def test_a_repair_has_the_people_whom_the_plan_leaves():
    """P at 100 t keeps 50 of 20 and 40 trained: 10 are left from 2032 on. In 2031 20 may still be trained beside its 10."""
    rows = PLANT + "\nP, A, make, candidate, 100, , 10, 1, 50,\nQ, A, make, candidate, 100, , 10, 1, 50,"
    loss = "scenario, kind, target, from_year\nlost, lose_project, P, 2031"
    case = toy(Projects=rows, Disruptions=loss)
    plan = HeldPlan((Funding("P", 2031, 1.0, 0.1, 10.0),), trained={("A", 2030): 30.0, ("A", 2031): 10.0})
    people = repair_case(case, plan, case.scenarios["lost"], Wish()).workforce["A"]
    assert dict(people.available) == {2030: 20, 2031: 50, 2032: 10, 2033: 10}
    assert dict(people.max_trained) == {2030: 0, 2031: 20, 2032: 30, 2033: 30}
