"""The search of one budget: bounds in one piece, plans near the best one, both side by side, against the plain model."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from random_cases import random_case
from toys import instance

from models.build import build_model
from models.instance import Goal, Instance
from models.options import Layout, Options
from optimizer.solve.highs import Session
from optimizer.solve.master import Money
from optimizer.solve.program import use_threads
from optimizer.solve.prove import Near, prove
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Standing
from optimizer.solve.undivided import Ended, raise_bound

POINTS, KT = 1e-4, 1e-7
SEEDS = (0, 2, 6, 8, 9, 12, 16, 17, 19, 23, 65, 123, 130)  # With a plan.
NODES = 10_000


def case(seed: int) -> Instance:
    return replace(instance(random_case(seed)), goal=Goal.COVERAGE)


def optimum_kt(one: Instance) -> float:
    found = Session(build_model(one, Options(Goal.COVERAGE, base_layout=Layout.POOLED))).solve().objective
    assert found is not None
    return found


def near_kt(one: Instance) -> float:
    return POINTS * one.weighted_demand_kt / 100.0 + KT


def first_plan(compiled: CoverageCase, aim: Aim) -> Standing:
    """Return a plan that a single search finds, and the bound of the relaxation."""
    (standing,) = compiled.relax([Standing(Money(compiled.instance.budget_musd))], aim)
    return compiled.improve(standing, frozenset(), 1, aim)


@pytest.fixture
def threads() -> Iterator[None]:
    before = use_threads(2)
    yield
    use_threads(before)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_search_ends_at_the_optimum_whatever_the_threads(seed: int, threads: None):
    one = case(seed)
    found = []
    for count in (1, 2):
        use_threads(count)
        found.append(prove(CoverageCase(one), Standing(Money(one.budget_musd)), Aim(0.0)))
    assert found[0].value_kt == pytest.approx(optimum_kt(one), abs=near_kt(one))
    assert found[0].gap_kt <= near_kt(one)
    assert found[0].reproducible
    for other in found[1:]:
        assert (other.value_kt, other.bound_kt, other.funded) == (
            found[0].value_kt,
            found[0].bound_kt,
            found[0].funded,
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bound_in_one_piece_is_never_above_the_optimum(seed: int):
    one = case(seed)
    compiled, best = CoverageCase(one), optimum_kt(one)
    start = Standing(Money(one.budget_musd))
    bounds = []
    for through in (one.years[0] - 1, *one.years):
        for enough in (0.5 * best, 2.0 * best + 1.0):
            raised, _ = raise_bound(compiled.loose, start, enough, through, NODES, Aim(KT))
            assert raised.bound_kt <= min(best, enough) + near_kt(one)
        bounds.append(raised.bound_kt)
    assert all(b >= a - near_kt(one) for a, b in zip(bounds, bounds[1:], strict=False))  # More years whole say no less.


def test_how_a_search_in_one_piece_ends():
    one = case(2)
    compiled, last = CoverageCase(one), one.years[-1]
    least, answered = raise_bound(compiled.loose, Standing(Money(one.budget_musd)), 1e6, last, NODES, Aim(KT))
    assert answered is Ended.ANSWERED
    assert least.support
    half = 0.5 * least.bound_kt
    raised, proven = raise_bound(compiled.loose, Standing(Money(one.budget_musd)), half, last, NODES, Aim(KT))
    assert (raised.bound_kt, proven) == (pytest.approx(half), Ended.PROVEN)


def test_only_the_first_years_are_whole_in_one_piece():
    one = case(2)
    compiled = CoverageCase(one)
    master, middle = compiled.full, one.years[len(one.years) // 2]
    program = master.undivided(Money(7.0, 1.0), middle)
    column, fund = master.session.column, master.session.model.Fund
    whole = {v for (_, v), x in fund.items() if program.integer[column[id(x)]]}
    assert whole
    assert max(whole) <= middle
    assert any(v > middle for _, v in fund)
    changed = np.flatnonzero(program.row_upper != master.session.program.row_upper)
    assert {master.session.constraints[n].parent_component().local_name for n in changed} <= {"outlay_within_budget"}


@pytest.mark.parametrize("seed", SEEDS)
def test_plans_near_the_best_one_change_nothing_but_what_is_free(seed: int):
    one, dice = case(seed), random.Random(seed)
    compiled, aim = CoverageCase(one), Aim(0.0)
    begun = first_plan(compiled, aim)
    assert begun.funded is not None
    free = set(dice.sample(sorted(one.candidates), len(one.candidates) // 2))
    found = compiled.vary(begun, free, None, aim)
    assert found.value_kt <= begun.value_kt
    assert found.value_kt >= optimum_kt(one) - near_kt(one)
    assert found.funded is not None
    assert all(p in free for p, _ in begun.funded ^ found.funded)


def test_what_was_searched_beyond_the_work_of_the_bound_is_forgotten():
    """Whether the limit is known from the beginning or only after more searches, the next ones are the same."""
    one = case(6)
    answers = []
    for known_after in (0, 4):
        compiled = CoverageCase(one)
        near, begun, asked = Near(compiled), first_plan(compiled, Aim(0.0)), 0

        def enough(known_after: int = known_after) -> tuple[int, float] | None:
            nonlocal asked
            asked += 1
            return (1500, 0.0) if asked > known_after else None

        found = near.improve(begun, enough, Aim(0.0))
        answers.append((found.value_kt, found.funded, near._made, near._dice.getstate()))
    assert answers[0] == answers[1]
