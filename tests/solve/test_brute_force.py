"""Random tiny cases with every feature on: the plan against all fundings, enumerated on a model written without ours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

import pytest
from random_cases import random_case
from reference import Answer, Reference
from toys import EXACT, instance, solved

from models.build import build_model
from models.instance import Goal, Instance, Measure
from models.options import Layout, Options
from models.solution import Operation
from optimizer.solve.dispatch import dispatch_all
from optimizer.solve.highs import Session, Status
from optimizer.solve.plan import PlanOutcome, Targets

SEEDS = range(14)
LOOSE = Targets(coverage_gap_points=1.0, coverage_slack_points=0.5, cost_gap=0.02)
KT, MUSD = 1e-7, 1e-5


@dataclass(frozen=True)
class Case:
    instance: Instance
    reference: Reference
    best: Answer

    @property
    def asks_coverage(self) -> bool:
        return self.instance.goal is Goal.COVERAGE


@cache
def case(seed: int) -> Case:
    made = instance(random_case(seed))
    reference = Reference(made)
    asks_coverage = made.goal is Goal.COVERAGE
    return Case(made, reference, reference.least_shortfall() if asks_coverage else reference.least_cost())


def allowed_kt(case: Case, shortfall_kt: float, targets: Targets) -> float | None:
    """Shortfall allowed in the second step: at least a kilogram and a millionth are given back, and the slack."""
    if not case.asks_coverage or math.isinf(shortfall_kt):
        return None
    points = targets.coverage_slack_points * case.instance.weighted_demand_kt / 100.0
    return shortfall_kt + max(1e-6, 1e-6 * shortfall_kt, points)


def rounded(musd: float) -> float:
    return MUSD * (1.0 + abs(musd))


def test_the_seeds_hold_both_goals_both_measures_and_both_outcomes():
    drawn = [instance(random_case(seed)) for seed in SEEDS]
    feasible = [x for x in drawn if (outcome := solved(x)).investment and outcome.investment.fundings]
    assert {x.goal for x in feasible} == set(Goal)
    assert {x.measure for x in feasible if x.goal is Goal.COVERAGE} == set(Measure)
    assert len(drawn) / 2 <= len(feasible) < len(drawn)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_plan_is_the_best_of_all_fundings(seed: int):
    one = case(seed)
    for targets in (EXACT, Targets(), LOOSE):
        outcome = solved(one.instance, targets)
        if one.best.plan is None:
            assert outcome.status is Status.INFEASIBLE
        else:
            check_gaps(one, outcome, targets)
    if one.best.plan is not None:
        check_printed_flows(one)
    check_layouts(one)


def check_gaps(one: Case, outcome: PlanOutcome, targets: Targets) -> None:
    """Each step is within its gap of the best of all fundings, and its bound not above it."""
    assert outcome.status is Status.OPTIMAL
    assert outcome.cost is not None
    least = one.best
    if outcome.coverage is not None:
        gap = targets.coverage_gap_points * one.instance.weighted_demand_kt / 100.0
        assert one.best.value - KT <= outcome.coverage.value <= one.best.value + gap + KT
        assert outcome.coverage.bound <= one.best.value + KT
        least = one.reference.least_cost(allowed_kt(one, outcome.coverage.value, targets))
    near = rounded(least.value)
    assert outcome.cost.bound <= min(outcome.cost.value, least.value + near)
    assert least.value - near <= outcome.cost.value
    assert outcome.cost.value <= least.value + targets.cost_gap * abs(outcome.cost.value) + near


def check_printed_flows(one: Case) -> None:
    """The flows decided scenario by scenario add up to the cost and the shortfall that the steps proved."""
    outcome = solved(one.instance)
    assert outcome.investment is not None
    assert outcome.cost is not None
    operations = dispatch_all(one.instance, outcome.investment, lambda _: None)
    assert set(operations) == set(one.instance.scenarios)
    printed = [outcome.investment.cost_musd, operations["base"].cost_musd]
    cost = sum(one.instance.discount[t] * musd for terms in printed for (_, t), musd in terms.items())
    assert cost == pytest.approx(outcome.cost.value, rel=1e-6, abs=1e-6)
    if outcome.coverage is not None:
        limit = allowed_kt(one, outcome.coverage.value, EXACT)
        assert limit is not None
        assert one.best.value - KT <= printed_total_kt(one.instance, operations) <= limit + KT


def printed_total_kt(case: Instance, operations: Mapping[str, Operation]) -> float:
    """Base and measure, from the contract's words: average by weight, or the worst of those with a weight."""
    counted = [x for x in case.disruptions if x.weight > 0.0 and x.years]
    short = {x.name: operations[x.name].weighted_shortfall_kt for x in counted}
    base = operations["base"].weighted_shortfall_kt
    if not counted:
        return base
    if case.measure is Measure.WORST:
        return base + case.resilience_weight * max(short.values())
    return base + case.resilience_weight * sum(x.weight * short[x.name] for x in counted) / sum(
        x.weight for x in counted
    )


def check_layouts(one: Case) -> None:
    """Every layout gives the same tonnes; the cost by countries is the true one, and without freight never above it."""
    for base, loss in product(Layout, (Layout.POOLED, Layout.COUNTRIES)):
        if one.asks_coverage:
            value = solved_layout(one.instance, Options(Goal.COVERAGE, base, loss))
            assert value == pytest.approx(one.best.value, abs=KT)
        if base.is_priced:
            limit = allowed_kt(one, one.best.value, EXACT)
            true = one.reference.least_cost(limit).value if one.asks_coverage else one.best.value
            value = solved_layout(one.instance, Options(Goal.COST, base, loss, shortfall_limit_kt=limit))
            assert value <= true + rounded(true)
            if base is Layout.COUNTRIES:
                assert value == pytest.approx(true, abs=rounded(true))


def solved_layout(case: Instance, options: Options) -> float:
    """Return the least value, infinite where there is no plan."""
    objective = Session(build_model(case, options)).solve().objective
    return math.inf if objective is None else objective
