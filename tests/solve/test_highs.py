"""The door to the solver: how a solve ends, in our own words."""

from __future__ import annotations

import random
import signal
import threading
import time
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from optimizer.solve.highs import Interrupt, Limits, Session, Status
from optimizer.solve.program import SolverError


def knapsack() -> Any:
    """Return max 5 a + 4 b + 3 c, 2 a + 3 b + c <= 5, whole: a + b gives 9 (weight 5), a + c 8."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(["a", "b", "c"], domain=pyo.Binary)
    m.worth = pyo.Objective(expr=-(5 * m.x["a"] + 4 * m.x["b"] + 3 * m.x["c"]))
    m.weight = pyo.Constraint(expr=2 * m.x["a"] + 3 * m.x["b"] + m.x["c"] <= 5)
    return m


def line(low: float = 0.0, high: float = 3.0, cost: float = 1.0) -> Any:
    """Return min cost x + 2, low <= x, 2 x <= 2 high: a linear problem with a constant in its goal."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(bounds=(low, None))
    m.goal = pyo.Objective(expr=cost * m.x + 2.0)
    m.limit = pyo.Constraint(expr=2 * m.x <= 2 * high)
    return m


def market_split(with_rest: bool) -> Any:
    """Return a market split problem: no solver finds or refutes a perfect split of 30 by 4 in a second.

    With a rest any choice is a plan, and the least rest is sought; without one a plan must be perfect.
    """
    dice = random.Random(1)
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(30), domain=pyo.Binary)
    m.rest = pyo.Var(range(4), ["over", "under"], domain=pyo.NonNegativeReals)
    m.splits = pyo.ConstraintList()
    for n in range(4):
        sizes = [dice.randrange(100) for _ in m.x]
        rest = m.rest[n, "under"] - m.rest[n, "over"] if with_rest else 0.0
        m.splits.add(sum(size * m.x[i] for i, size in enumerate(sizes)) + rest == sum(sizes) // 2)
    m.goal = pyo.Objective(expr=sum(m.rest.values()) if with_rest else sum(m.x.values()))
    return m


def column(session: Session, variable: Any) -> np.ndarray:
    return np.array([session.column[id(variable)]])


def test_optimal_with_whole_numbers():
    m = knapsack()
    session = Session(m)
    outcome = session.solve()
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == pytest.approx(-9.0)
    assert outcome.bound == pytest.approx(-9.0)
    assert outcome.gap == pytest.approx(0.0)
    session.load(outcome.values)
    assert [round(x.value) for x in m.x.values()] == [1, 1, 0]
    assert (session.rows, session.columns, session.nonzeros, session.binaries) == (1, 3, 3, 3)


def test_optimal_linear_with_a_constant():
    """Min x + 2 with x from 0.5: 2.5; the bound of a linear problem is its value."""
    outcome = Session(line(low=0.5)).solve()
    assert (outcome.status, outcome.objective, outcome.bound) == (Status.OPTIMAL, 2.5, 2.5)


def test_relaxed_and_whole_again():
    """The relaxed knapsack takes a, c and 2/3 of b: 5 + 3 + 8/3."""
    session = Session(knapsack())
    session.relax(True)
    assert session.solve().objective == pytest.approx(-(8.0 + 8.0 / 3.0))
    session.use_interior_point(True)
    assert session.solve().objective == pytest.approx(-(8.0 + 8.0 / 3.0))
    session.use_interior_point(False)
    session.relax(False)
    assert session.solve().objective == pytest.approx(-9.0)


def test_bounds_are_set_and_freed():
    """Without a: b + c is 7; freed: 9 again."""
    m = knapsack()
    session = Session(m)
    a = column(session, m.x["a"])
    session.set_bounds(a, np.zeros(1), np.zeros(1))
    assert session.solve().objective == pytest.approx(-7.0)
    session.free(a)
    assert session.solve().objective == pytest.approx(-9.0)


def test_another_goal_has_no_constant():
    m = line(low=0.5)
    session = Session(m)
    session.minimize({int(column(session, m.x)[0]): 3.0})
    assert session.solve().objective == pytest.approx(1.5)


def test_row_bound_is_changed():
    """Max x (min -x + 2) up to 3, then up to 5."""
    m = line(cost=-1.0)
    session = Session(m)
    assert session.solve().objective == pytest.approx(-1.0)
    session.set_row_upper(0, 10.0)
    assert session.solve().objective == pytest.approx(-3.0)


@pytest.mark.parametrize("make", [lambda: line(low=4.0), lambda: _too_heavy()], ids=["linear", "whole"])
def test_infeasible(make: Any):
    outcome = Session(make()).solve()
    assert outcome.status is Status.INFEASIBLE
    assert outcome.objective is None
    assert not outcome.has_plan
    assert outcome.gap == float("inf")


def _too_heavy() -> Any:
    m = knapsack()
    m.all = pyo.Constraint(expr=sum(m.x.values()) >= 3)
    return m


def test_infeasible_where_the_goal_is_unbounded_too():
    """Min -y, y free, but x cannot be: the solver may say "unbounded or infeasible", the door says infeasible."""
    m = line(low=4.0)
    m.y = pyo.Var(domain=pyo.NonNegativeReals)
    m.goal.expr = -m.y
    m.tie = pyo.Constraint(expr=m.y >= m.x)
    assert Session(m).solve().status is Status.INFEASIBLE


@pytest.mark.parametrize("whole", [False, True])
def test_unbounded_raises(whole: bool):
    m = knapsack() if whole else pyo.ConcreteModel()
    m.y = pyo.Var(domain=pyo.NonNegativeReals)
    m.floor = pyo.Constraint(expr=m.y >= 1)
    if whole:
        m.worth.expr = m.worth.expr - m.y
    else:
        m.goal = pyo.Objective(expr=-m.y)
    with pytest.raises(SolverError, match="unbounded"):
        Session(m).solve()


def test_time_limit_with_a_plan():
    outcome = Session(market_split(with_rest=True)).solve(Limits(seconds=0.3))
    assert outcome.status is Status.FEASIBLE
    assert outcome.values is not None
    assert outcome.objective > outcome.bound >= 0.0
    assert not outcome.interrupted


def test_time_limit_without_a_plan():
    outcome = Session(market_split(with_rest=False)).solve(Limits(seconds=0.3))
    assert outcome.status is Status.NO_PLAN
    assert outcome.values is None
    assert outcome.objective is None
    assert outcome.gap == float("inf")


def test_each_solve_has_its_own_time():
    """The solver's clock must not run on from solve to solve."""
    session = Session(market_split(with_rest=True))
    seconds = [session.solve(Limits(seconds=limit)).seconds for limit in (0.6, 0.3)]
    assert seconds[1] >= 0.2


def test_time_limit_of_a_linear_problem_gives_no_plan():
    """Half-way through a linear solve there is no plan to read."""
    m = pyo.ConcreteModel()
    size, dice = range(220), random.Random(2)
    m.x = pyo.Var(size, size, domain=pyo.NonNegativeReals)
    m.from_each = pyo.Constraint(size, rule=lambda m, i: sum(m.x[i, j] for j in size) == 1)
    m.to_each = pyo.Constraint(size, rule=lambda m, j: sum(m.x[i, j] for i in size) == 1)
    m.goal = pyo.Objective(expr=sum(dice.random() * x for x in m.x.values()))
    session = Session(m)
    outcome = session.solve(Limits(seconds=0.01))
    assert outcome.status is Status.NO_PLAN
    assert outcome.bound == -np.inf
    assert session.solve().status is Status.OPTIMAL


def test_gap_asked_for_ends_the_solve():
    """A rest of 10 000 is as good as any: the first plan ends the solve, and its gap is told."""
    outcome = Session(market_split(with_rest=True)).solve(Limits(absolute_gap=1e4, seconds=60.0))
    assert outcome.status is Status.OPTIMAL
    assert outcome.seconds < 30.0
    assert outcome.bound <= outcome.objective


def test_target_ends_the_solve_without_proof():
    outcome = Session(market_split(with_rest=True)).solve(Limits(seconds=60.0, target=1000.0))
    assert outcome.status is Status.FEASIBLE
    assert outcome.objective <= 1000.0
    assert outcome.seconds < 30.0


def test_interrupt_pressed_before_the_solve():
    interrupt = Interrupt()
    interrupt.pressed = True
    outcome = Session(market_split(with_rest=False), interrupt).solve()
    assert outcome.status is Status.NO_PLAN
    assert outcome.interrupted


def test_interrupt_pressed_during_the_solve_keeps_the_plan():
    interrupt = Interrupt()
    session = Session(market_split(with_rest=True), interrupt)
    timer = threading.Timer(0.3, lambda: setattr(interrupt, "pressed", True))
    timer.start()
    outcome = session.solve(Limits(seconds=60.0))
    timer.join()
    assert outcome.status is Status.FEASIBLE
    assert outcome.interrupted
    assert outcome.seconds < 30.0
    assert outcome.values is not None


def test_what_is_not_interruptible_runs_to_its_end():
    interrupt = Interrupt()
    interrupt.pressed = True
    outcome = Session(knapsack(), interrupt).solve(interruptible=False)
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == pytest.approx(-9.0)


def test_no_old_plan_is_read_after_a_change():
    """Interrupted before it begins, a solve with other bounds must not give the plan of the solve before."""
    m = market_split(with_rest=True)
    interrupt = Interrupt()
    session = Session(m, interrupt)
    first = session.solve(Limits(seconds=0.2))
    assert first.values is not None
    ones = np.flatnonzero(first.values[session.integer] > 0.5)
    session.set_bounds(np.flatnonzero(session.integer)[ones], np.zeros(len(ones)), np.zeros(len(ones)))
    interrupt.pressed = True
    second = session.solve()
    if second.values is not None:
        assert np.all(second.values[np.flatnonzero(session.integer)[ones]] < 0.5)


def test_start_from_a_plan():
    m = knapsack()
    session = Session(m)
    session.start_from(np.zeros(3))
    assert session.solve().objective == pytest.approx(-9.0)


def test_progress_is_told():
    told: list[tuple[float, float, float]] = []
    Session(market_split(with_rest=True)).solve(Limits(seconds=0.5), lambda *numbers: told.append(numbers))
    assert told
    assert all(primal >= dual - 1e-9 for primal, dual, _ in told if abs(primal) < 1e20)


def test_ctrl_c_is_watched_and_given_back():
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals come to the main thread only")
    before = signal.getsignal(signal.SIGINT)
    interrupt = Interrupt()
    with interrupt.watch():
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.01)
    assert interrupt.pressed
    assert signal.getsignal(signal.SIGINT) is before


def test_watch_in_another_thread_changes_nothing():
    before = signal.getsignal(signal.SIGINT)
    found: list[Any] = []

    def work() -> None:
        with Interrupt().watch() as interrupt:
            found.append((interrupt.pressed, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(False, before)]


def test_the_same_solve_gives_the_same_plan():
    first, second = (Session(market_split(with_rest=True)).solve(Limits(absolute_gap=300.0)) for _ in range(2))
    assert np.array_equal(first.values, second.values)


@pytest.mark.parametrize("offset", [0.0, 100.0])
def test_what_cannot_be_better_than_the_bound_asked_for_is_not_looked_at(offset: float):
    """The optimum is offset - 9: it cannot be below offset - 9.5, which is what is proven; offset - 8 is found to be beaten."""
    m = knapsack()
    m.worth.expr += offset
    session = Session(m)
    proven = session.solve(Limits(bound=offset - 9.5))
    assert (proven.status, proven.values, proven.bound) == (Status.NO_PLAN, None, offset - 9.5)
    beaten = session.solve(Limits(bound=offset - 8.0))
    assert beaten.objective == pytest.approx(offset - 9.0)
    assert beaten.bound is not None
    assert beaten.bound <= offset - 8.0
    assert session.solve().objective == pytest.approx(offset - 9.0), "the next search looks at everything again"
