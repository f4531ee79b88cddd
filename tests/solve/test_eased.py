"""A compiled case that lets rules go, or counts fewer losses, against the plain model built without them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from random_cases import random_case
from toys import EXACT, instance

from models.build import build_model
from models.disruption import weighed
from models.instance import Goal, Instance, Measure
from models.options import Layout, Options
from models.variants import Waiver, waive
from optimizer.solve.highs import Interrupt, Session
from optimizer.solve.price import Effort, PriceCase

SEEDS = (
    2,
    9,
    23,
)  # With a plan and losses that count: by the worst, by the average with a rule, by the worst with a rule.
NEAR_KT, NEAR_MUSD = 1e-5, 1e-3


def case_of(seed: int) -> Instance:
    return replace(instance(random_case(seed)), goal=Goal.COVERAGE)


def waivers(case: Instance) -> list[Waiver]:
    first, *rest = weighed(case)
    return [
        Waiver(rules=frozenset(case.rules)),
        Waiver(minima=frozenset(x.name for x in case.disruptions if x.min_coverage is not None)),
        Waiver(losses=frozenset([first])),
        Waiver(losses=frozenset([first, *rest[1:]])),
        Waiver(losses=frozenset([first, *rest])),
        Waiver(resilience=True),
    ]


def least_kt(case: Instance) -> float:
    found = Session(build_model(case, Options(Goal.COVERAGE, base_layout=Layout.POOLED))).solve().objective
    assert found is not None
    return found


def least_musd(case: Instance, limit_kt: float) -> float:
    options = Options(Goal.COVERAGE, base_layout=Layout.POOLED, shortfall_limit_kt=limit_kt, least_outlay=True)
    found = Session(build_model(replace(case, budget_musd=None), options)).solve().objective
    assert found is not None
    return found


def test_the_seeds_hold_both_measures():
    measures = [case_of(seed).measure for seed in SEEDS if weighed(case_of(seed))]
    assert len(measures) == len(SEEDS)
    assert {*measures} == {Measure.AVERAGE, Measure.WORST}


@pytest.mark.parametrize("seed", SEEDS)
def test_least_shortfall_and_least_money_are_those_of_the_case_built_without_it(seed: int):
    """For each waiver: least weighted shortfall at the budget, and least public money for a tenth more of it."""
    case = case_of(seed)
    compiled = PriceCase(case, Interrupt(), EXACT)
    for waiver in waivers(case):
        plain = waive(case, waiver)
        expected = least_kt(plain)
        standing = compiled.searched(waiver, (), frozenset(), Effort())
        assert standing.value_kt == pytest.approx(expected, abs=NEAR_KT), waiver
        assert standing.bound_kt <= expected + NEAR_KT, waiver
        limit = 1.1 * expected + 1e-3
        least = compiled.least(waiver, standing, limit, (), Effort())
        assert least.value_musd == pytest.approx(least_musd(plain, limit), abs=NEAR_MUSD), waiver
        assert least.bound_musd <= least.value_musd + NEAR_MUSD, waiver


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_is_worth_what_is_left_to_count(seed: int):
    """The plan with everything by what a variant counts: base and the losses left, each of them counted alone."""
    case = case_of(seed)
    compiled = PriceCase(case, Interrupt(), EXACT)
    standing = compiled.searched(Waiver(), (), frozenset(), Effort())
    assert standing.plan is not None
    whole = compiled.whole.value_kt(standing.plan)
    assert whole == pytest.approx(standing.value_kt, abs=NEAR_KT)
    base = compiled.whole.base_kt(standing.plan)
    weights = weighed(case)
    alone = {
        s: (compiled.coverage(Waiver(losses=frozenset(weights) - {s})).value_kt(standing.plan) - base) for s in weights
    }
    worst = case.measure is Measure.WORST
    assert whole - base == pytest.approx(max(alone.values()) if worst else sum(alone.values()), abs=NEAR_KT)
    for waiver in waivers(case)[2:-1]:
        left = [alone[s] for s in weights if s not in waiver.losses]
        measure = max(left, default=0.0) if worst else sum(left)
        assert compiled.coverage(waiver).value_kt(standing.plan) == pytest.approx(base + measure, abs=NEAR_KT)
    assert compiled.coverage(Waiver(resilience=True)).value_kt(standing.plan) == pytest.approx(base, abs=NEAR_KT)
