"""A plan held fixed: every answer against the same loss built from scratch, and cases that are known by hand."""

from __future__ import annotations

import pytest
from random_cases import random_case
from scratch import weighted_kt
from toys import EXACT, instance, solved, workbook

from models.instance import BASE
from optimizer.assemble import assemble
from optimizer.solve.dispatch import dispatch_all
from optimizer.solve.spans import Spans
from optimizer.solve.stress import Stress, loss_of
from optimizer.stress_cases import every_loss

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_loss_equals_one_built_from_scratch(seed):
    """Weighted shortfall within a gram of every single loss, pair and delay of a random case, year by year."""
    book = workbook(random_case(seed))
    case = assemble(book)
    plan = solved(case, EXACT).investment
    if plan is None:
        pytest.skip("this case has no plan")
    stress = Stress(case, plan)
    losses = list(every_loss(book, case, plan, with_pairs=True))
    assert {loss.kind for loss in losses} >= {"country", "site", "supplier", "pair"}
    for loss in losses:
        for t, answer in stress.serve(loss).items():
            assert answer.weighted_kt == pytest.approx(weighted_kt(case, plan, loss, t), abs=1e-6), (loss.name, t)


@pytest.mark.parametrize("seed", SEEDS)
def test_disruptions_of_the_workbook_equal_what_solve_prints(seed):
    """Weighted shortfall and what every sector is short, with the stocks shared among the evaluated years."""
    case = instance(random_case(seed))
    plan = solved(case, EXACT).investment
    if plan is None:
        pytest.skip("this case has no plan")
    printed = dispatch_all(case, plan, lambda _: None)
    spans = Spans(Stress(case, plan))
    for name, scenario in case.scenarios.items():
        if name == BASE or not scenario.years:
            continue
        found = spans.serve(scenario)
        assert found.guard_kept
        assert found.weighted_kt == pytest.approx(printed[name].weighted_shortfall_kt, abs=1e-6), name


def test_loss_of_scenario_is_the_same_loss():
    case = instance(random_case(3))
    for scenario in case.disruptions:
        loss = loss_of(scenario)
        assert loss.closed == ({scenario.closed_country} if scenario.closed_country else set())
        assert (loss.project_left, loss.supplier_left) == (scenario.project_left, scenario.supplier_left)
