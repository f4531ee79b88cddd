"""Flows that are printed: one scenario after the other, its goals in their order, under a fixed plan."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from models.dispatch import build_dispatch
from models.instance import Goal, Instance, Scenario
from models.solution import Investment, Operation, extract_operation, join
from optimizer.solve.highs import Session, SolverError

# What a goal may give back when the next one is sought: far below what is printed, above what the solver can tell apart.
_SLACK = 1e-8
_BASE_ORDER = ("uneven", "moved", "open")
# Projects x scenario years from which a second process pays for its start of about two seconds.
_WORTH_PROCESSES = 2000
_LOSS_ORDER = ("shortfall", "uneven", "cost", "moved")


def dispatch_all(instance: Instance, investment: Investment, tell: Callable[[str], None]) -> dict[str, Operation]:
    """Decide the printed flows of every scenario, on all cores where that is worth the start of more processes."""
    jobs = [
        (scenario, years)
        for scenario in instance.scenarios.values()
        for years in ([(t,) for t in scenario.years] if scenario.is_base else [scenario.years])
    ]
    total = len(instance.scenarios)
    size = len(instance.projects) * sum(len(years) for _, years in jobs)
    workers = min(os.cpu_count() or 1, len(jobs)) if size >= _WORTH_PROCESSES else 1
    tell(f"flows of {total} scenario{'s' if total > 1 else ''}, the plan fixed")
    parts: dict[str, list[Operation]] = {}
    for done in _each(instance, investment, jobs, workers):
        parts.setdefault(done.scenario, []).append(done)
    return {s: join(parts[s]) for s in instance.scenarios if s in parts}


def _each(
    instance: Instance, investment: Investment, jobs: list[tuple[Scenario, tuple[int, ...]]], workers: int
) -> Iterator[Operation]:
    if workers == 1:
        yield from (dispatch(instance, investment, scenario, years) for scenario, years in jobs)
        return
    # Fresh processes: the solver's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(instance, investment)) as pool:
        with _started_deaf():
            results = pool.map(_job, jobs)
        yield from results


@contextmanager
def _started_deaf() -> Iterator[None]:
    """Processes started in the block ignore Ctrl-C from their first moment: it reaches every process of a terminal."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_case: list[tuple[Instance, Investment]] = []


def _begin(instance: Instance, investment: Investment) -> None:
    """Keep the case in a worker process; Ctrl-C is the parent's to take."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _case.append((instance, investment))


def _job(job: tuple[Scenario, tuple[int, ...]]) -> Operation:
    instance, investment = _case[0]
    return dispatch(instance, investment, *job)


def dispatch(instance: Instance, investment: Investment, scenario: Scenario, years: tuple[int, ...]) -> Operation:
    """Decide the printed flows of a scenario: in the base one year at a time, in a loss all its evaluated years.

    In the base, shortfall and cost of each year stay as the plan's own solve left them; its stock draws being fixed, the
    years do not depend on each other.

    Raises
    ------
    SolverError
        If the plan cannot be run as solved, which would be a fault of the program.
    """
    if not scenario.is_base:
        return _dispatch(instance, investment, scenario, _LOSS_ORDER, {})
    (t,) = years
    keep = {"cost": investment.base_running_musd[t]}
    if instance.goal is Goal.COVERAGE:
        keep["shortfall"] = investment.base_shortfall_kt[t]
    return _dispatch(instance, investment, replace(scenario, span=(t,), years=(t,)), _BASE_ORDER, keep)


def _dispatch(
    instance: Instance, investment: Investment, scenario: Scenario, order: tuple[str, ...], keep: dict[str, float]
) -> Operation:
    model = build_dispatch(instance, investment, scenario)
    session = Session(model)
    column = {goal: session.column[id(model.Goal[goal])] for goal in model.GOALS}
    for goal, value in keep.items():
        _keep(session, column[goal], value)
    values = None
    for goal in order:
        session.minimize({column[goal]: 1.0})
        outcome = session.solve()
        if outcome.values is None or outcome.objective is None:
            if values is None:
                raise SolverError(f"the plan cannot be run in scenario {scenario.name} ({outcome.status})")
            break  # Lost to rounding between goals: what the earlier goals decided stands.
        values = outcome.values
        _keep(session, column[goal], outcome.objective)
    assert values is not None
    session.load(values)
    return extract_operation(model, scenario.name)


def _keep(session: Session, column: int, value: float) -> None:
    limit = value + _SLACK * max(1.0, abs(value))
    session.set_bounds(np.array([column]), np.array([-np.inf]), np.array([limit]))
