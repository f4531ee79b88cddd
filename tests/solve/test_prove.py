"""The search of one budget: bounds in one piece, plans near the best one, both side by side, against the plain model."""

from __future__ import annotations

import random
import time
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
from optimizer.solve.near import LateYears, Near
from optimizer.solve.program import use_threads
from optimizer.solve.prove import prove
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Keys, Standing
from optimizer.solve.undivided import Ended, Rising, middle_year, raise_bound
from optimizer.solve.year_by_year import year_by_year

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


def test_a_search_that_the_clock_ends_between_two_steps_is_marked(monkeypatch: pytest.MonkeyPatch):
    def until_it_is_over(_: CoverageCase, standing: Standing, *given: object, **options: object) -> Standing:
        time.sleep(aim.left or 0.0)
        return standing

    one = case(2)
    compiled, aim = CoverageCase(one), Aim(0.0, time.perf_counter() + 2.0)
    monkeypatch.setattr(CoverageCase, "improve", until_it_is_over)
    found = prove(compiled, Standing(Money(one.budget_musd)), aim)
    assert not found.is_proven(aim)
    assert not found.reproducible


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
    free = frozenset(dice.sample(compiled.full.fundings, len(compiled.full.fundings) // 2))
    found, ended = compiled.vary(begun, free, None, aim)
    assert ended
    assert found.value_kt <= begun.value_kt
    assert found.value_kt >= optimum_kt(one) - near_kt(one)
    assert found.funded is not None
    assert begun.funded ^ found.funded <= free


def test_plans_do_not_depend_on_when_their_work_is_known():
    """Whether the limit is known from the beginning or only after more searches, the plan is the same, and so are later ones."""
    one = case(6)
    answers = []
    for known_after in (0, 4):
        compiled = CoverageCase(one)
        begun, asked = first_plan(compiled, Aim(0.0)), 0
        near = Near(compiled, begun, one.years[-1])

        def enough(known_after: int = known_after) -> tuple[int, float] | None:
            nonlocal asked
            asked += 1
            return (1500, 0.0) if asked > known_after else None

        found = [near.best(enough, Aim(0.0)), near.best(lambda: (5000, 0.0), Aim(0.0))]
        answers.append([(plan.value_kt, plan.funded) for plan in found])
    assert answers[0] == answers[1]


def test_late_years_are_decided_anew_only_where_there_is_something_new():
    late, plan, better = LateYears(2030), Standing(Money(1.0), value_kt=2.0), Standing(Money(1.0), value_kt=1.0)
    assert late.after(plan) == 2031
    late.searched(plan, 2031, ended=True)
    assert late.after(plan) == 2030  # One year more, for there was time.
    late.searched(plan, 2030, ended=True)
    assert late.after(plan) is None  # The early years are left to other searches.
    assert late.after(better) == 2030
    late.searched(better, 2030, ended=False)
    assert late.after(better) is None
    assert late.after(plan) == 2031  # One year less, for there was no time.


@pytest.mark.parametrize("seed", SEEDS)
def test_a_series_changes_late_years_and_keeps_the_early_ones(seed: int, monkeypatch: pytest.MonkeyPatch):
    one = case(seed)
    compiled = CoverageCase(one)
    begun = replace(first_plan(compiled, Aim(0.0)), bound_kt=0.0)  # So that the series goes on.
    searches, vary = list[tuple[Standing, Keys, Standing]](), compiled.vary

    def watched(standing: Standing, free: Keys, *how: object, **more: object) -> tuple[Standing, bool]:
        found, ended = vary(standing, free, *how, **more)  # type: ignore[arg-type]
        searches.append((standing, free, found))
        return found, ended

    monkeypatch.setattr(compiled, "vary", watched)
    through = middle_year(compiled.loose, begun.money)
    best = Near(compiled, begun, through).best(lambda: (10_000, 0.0), Aim(0.0))
    assert optimum_kt(one) - near_kt(one) <= best.value_kt <= begun.value_kt
    late = 0
    for before, free, found in searches:
        assert (before.funded or frozenset()) ^ (found.funded or frozenset()) <= free
        held = {p for p, v in before.funded or () if v <= through}
        late += free == {(p, v) for p, v in compiled.full.fundings if v > through and p not in held} != set()
    funded = {p for p, v in best.funded or () if v <= through}
    assert late or not compiled.has_timing or {p for p, v in compiled.full.fundings if v > through} <= funded


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_made_year_by_year_is_a_plan_of_the_case_and_no_worse_than_the_one_at_hand(seed: int):
    one = case(seed)
    compiled, aim = CoverageCase(one), Aim(0.0)
    begun = first_plan(compiled, aim)
    for through in (one.years[0], one.years[-1]):
        made = year_by_year(compiled, begun, through, aim)
        assert optimum_kt(one) - near_kt(one) <= made.value_kt <= begun.value_kt
        assert made.funded is not None
        priced = compiled.take(Standing(begun.money), made.funded)
        assert priced.value_kt == pytest.approx(made.value_kt, abs=near_kt(one))


def test_where_nothing_is_funded_years_decided_one_by_one_fund_something():
    tried = 0
    for seed in SEEDS:
        one = case(seed)
        compiled = CoverageCase(one)
        poor = compiled.take(Standing(Money(one.budget_musd)), frozenset())
        if poor.funded is None or poor.value_kt <= optimum_kt(one) + near_kt(one):
            continue  # Nothing funded is no plan of this case, or the best one.
        made = year_by_year(compiled, poor, one.years[-1], Aim(0.0))
        assert made.value_kt < poor.value_kt
        assert made.bound_kt == poor.bound_kt
        tried += 1
    assert tried


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_rise_and_stay_below_the_optimum(seed: int):
    one = case(seed)
    compiled, aim, best = CoverageCase(one), Aim(1e-4), optimum_kt(one)
    begun = first_plan(compiled, aim)
    through = middle_year(compiled.loose, begun.money)
    assert through in one.years
    rising, bounds = Rising(compiled.loose, through, begun.bound_kt), [begun.bound_kt]
    for _ in range(3):
        found, _ = rising.raised(replace(begun, bound_kt=bounds[-1]), aim)
        bounds.append(found.bound_kt)
    assert bounds == sorted(bounds)
    assert bounds[-1] <= best + near_kt(one)


def test_half_of_what_the_relaxation_funds_is_funded_by_the_middle_year():
    one = case(2)
    compiled = CoverageCase(one)
    (relaxed,) = compiled.relax([Standing(Money(one.budget_musd))], Aim(0.0))
    years = sorted(v for _, v in relaxed.support)
    assert years[0] <= middle_year(compiled.loose, relaxed.money) <= years[-1]
    assert middle_year(compiled.loose, Money(0.0, 0.0)) in one.years
