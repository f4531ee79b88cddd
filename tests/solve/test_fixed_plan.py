"""A plan held fixed: every answer against the same loss built from scratch, and cases that are known by hand."""

from __future__ import annotations

import pytest
from random_cases import random_case
from scratch import weighted_kt
from toys import EXACT, instance, settings, solved, workbook

from models.instance import BASE
from optimizer.assemble import assemble
from optimizer.fixed_plan import FixedPlan, investment_of
from optimizer.solve.dispatch import dispatch_all
from optimizer.solve.pattern import ALL
from optimizer.solve.spans import Spans
from optimizer.solve.stress import Stress, loss_of
from optimizer.stress_cases import every_loss, lose_country

SEEDS = (0, 2, 6, 8)  # Cases that have a plan.


@pytest.mark.parametrize("seed", SEEDS)
def test_every_loss_equals_one_built_from_scratch(seed):
    """Weighted shortfall within a gram of every single loss, pair and delay of a random case, year by year."""
    book = workbook(random_case(seed))
    case = assemble(book)
    plan = solved(case, EXACT).investment
    assert plan is not None
    stress = Stress(case, plan)
    every = list(every_loss(book, case, plan, with_pairs=True))
    losses = [loss for n, loss in enumerate(every) if not loss.parts or n % 3 == seed % 3]  # Of the pairs a third.
    assert {loss.kind for loss in losses} >= {"country", "site", "supplier", "pair"}
    for loss in losses:
        for t, answer in stress.serve(loss).items():
            assert answer.weighted_kt == pytest.approx(weighted_kt(case, plan, loss, t), abs=1e-6), (loss.name, t)


@pytest.mark.parametrize("seed", SEEDS)
def test_disruptions_of_the_workbook_equal_what_solve_prints(seed):
    """Weighted shortfall and what every sector is short, with the stocks shared among the evaluated years."""
    case = instance(random_case(seed))
    plan = solved(case, EXACT).investment
    assert plan is not None
    printed = dispatch_all(case, plan, lambda _: None)
    spans = Spans(Stress(case, plan))
    for name, scenario in case.scenarios.items():
        if name == BASE or not scenario.years:
            continue
        found = spans.serve(scenario)
        assert found.guard_kept
        assert found.weighted_kt == pytest.approx(printed[name].weighted_shortfall_kt, abs=1e-6), name


def test_answers_do_not_depend_on_what_was_asked_before():
    """The same answers to the last bit, asked for forwards and backwards."""
    book = workbook(random_case(2))
    case = assemble(book)
    plan = solved(case, EXACT).investment
    assert plan is not None
    losses = list(every_loss(book, case, plan, with_pairs=True))
    forwards, backwards = Stress(case, plan), Stress(case, plan)
    found = [forwards.serve(loss) for loss in losses]
    assert [backwards.serve(loss) for loss in reversed(losses)] == found[::-1]


def test_loss_of_scenario_is_the_same_loss():
    case = instance(random_case(3))
    for scenario in case.disruptions:
        loss = loss_of(scenario)
        assert loss.closed == ({scenario.closed_country} if scenario.closed_country else set())
        assert (loss.project_left, loss.supplier_left) == (scenario.project_left, scenario.supplier_left)


@pytest.mark.parametrize(("required", "year"), [("", 2031), ("R", None), ("S", 2032)])
def test_fresh_starts_wait_for_what_they_require(required: str, year: int | None):
    """X in A makes all 100 t. If A is lost in 2030, Q in C does from 2031 on; not without R, which stands in A; S is late."""
    case = instance(
        {
            "Settings": settings(2030, 2033),
            "Projects": f"""
                project, country, process, status, capacity_t_per_year, capex_musd, lead_years, requires, first_funding_year
                X, A, make, existing, 100, , , ,
                Q, C, make, candidate, 100, 1, 0, {required},
                R, A, make, candidate, 1, 1, 0, ,
                S, B, make, candidate, 1, 1, 0, , 2032
            """,
            "Demand": "sector, country, material, year, demand_t\ncars, B, m, 2030, 100",
        }
    )
    stress = Stress(case, investment_of(case, FixedPlan({}, "none")))
    loss = lose_country(case, "A")
    assert stress.recover(loss, stress.serve(loss), 2030)[ALL] == year
