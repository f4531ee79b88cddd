"""Flows that are printed: one scenario after the other, its goals in their order, under a fixed plan.

A goal that is reached is kept exactly: of its optimum every best answer is known by the columns and rows with a reduced
cost, which stay at their bounds from then on. So that this takes little time, all goals are first sought at once, each
far heavier than the next: that answer as a rule is best for each of them in turn, and the solves one after the other,
which decide, only confirm it.

Every solve begins in a fresh solver from a start that belongs to the instance, not to the plans before it: the same plan
gets the same flows, whichever plans were dispatched before and in how many processes.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from pyomo.repn import generate_standard_repn

from models.dispatch import build_dispatch, halfway, planned
from models.instance import Instance, Scenario
from models.network import Network
from models.solution import Investment, Operation, extract_operation, join
from optimizer.process import serve, started_deaf
from optimizer.solve.highs import Session
from optimizer.solve.ladder import Ladder
from optimizer.solve.program import SolverError

# What a goal that the plan's own solve has settled may be above its value there: far below what is printed, above what the
# solver can tell apart.
_SLACK = 1e-8
_BASE_ORDER = ("uneven", "moved", "open")
_SETTLING_ORDER = ("cost", "uneven", "moved", "open")
_LOSS_ORDER = ("shortfall", "uneven", "cost", "moved")
# Weights with which all goals are sought at once, the largest coefficient of each goal being 1.
_WEIGHTS = {"shortfall": 1e4, "uneven": 1e2, "cost": 5.0, "moved": 1e-3, "open": 1e-4, "active": 1e-5}
# Projects x scenario years from which a second process pays for its start of about two seconds.
_WORTH_PROCESSES = 2000
_LOST = "lost"

Job = tuple[Scenario, tuple[int, ...]]


def dispatch_all(instance: Instance, investment: Investment, tell: Callable[[str], None]) -> dict[str, Operation]:
    """Decide the printed flows of every scenario, on all cores where that is worth the start of more processes."""
    jobs = _jobs(instance)
    total = len(instance.scenarios)
    size = len(instance.projects) * sum(len(years) for _, years in jobs)
    workers = min(os.cpu_count() or 1, len(jobs)) if size >= _WORTH_PROCESSES else 1
    tell(f"flows of {total} scenario{'s' if total > 1 else ''}, the plan fixed")
    return _joined(instance, _each(instance, investment, jobs, workers))


def _jobs(instance: Instance) -> list[Job]:
    """What is decided at once: a year of the base, the evaluated years of a loss."""
    return [
        (scenario, years)
        for scenario in instance.scenarios.values()
        for years in ([(t,) for t in scenario.years] if scenario.is_base else [scenario.years])
    ]


def _joined(instance: Instance, done: Iterable[Operation]) -> dict[str, Operation]:
    parts: dict[str, list[Operation]] = {}
    for part in done:
        parts.setdefault(part.scenario, []).append(part)
    return {s: join(parts[s]) for s in instance.scenarios if s in parts}


def _each(instance: Instance, investment: Investment, jobs: list[Job], workers: int) -> Iterator[Operation]:
    if workers == 1:
        networks: dict[str, Network] = {}
        yield from (_Part(instance, networks, *job).run(investment) for job in jobs)
        return
    # Fresh processes: the solver's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(instance, investment)) as pool:
        with started_deaf():
            results = pool.map(_job, jobs)
        yield from results


_case: list[tuple[Instance, Investment, dict[str, Network]]] = []


def _begin(instance: Instance, investment: Investment) -> None:
    """Keep the case in a worker process; Ctrl-C is the parent's to take."""
    serve()
    _case.append((instance, investment, {}))


def _job(job: Job) -> Operation:
    instance, investment, networks = _case[0]
    return _Part(instance, networks, *job).run(investment)


class Dispatcher:
    """Decides the printed flows of one plan after the other, in this process: what plans have in common is built once."""

    def __init__(self, instance: Instance, settles_cost: bool = False, least_active: bool = False) -> None:
        """Build all parts.

        ``settles_cost``: the plans leave the running cost of the base to the flows. ``least_active``: last of all, no plant
        runs more in the base than it must, also where running costs nothing.
        """
        self.instance = instance
        networks: dict[str, Network] = {}
        self._parts = [_Part(instance, networks, *job, settles_cost, least_active) for job in _jobs(instance)]

    def run(self, investment: Investment) -> dict[str, Operation]:
        """Decide the flows of every scenario; see ``dispatch_all``, which gives the same.

        Raises
        ------
        SolverError
            If the plan cannot be run as solved, which would be a fault of the program.
        """
        return _joined(self.instance, (part.run(investment) for part in self._parts))


class WholeLosses:
    """Decides the flows of one loss after the other over the whole horizon: one model, from which each takes what is lost."""

    def __init__(self, instance: Instance) -> None:
        """Build the flows of a loss in which nothing is lost yet."""
        nothing = Scenario(_LOST, span=instance.years, years=instance.years)
        self._part = _Part(instance, {}, nothing, instance.years)

    def run(self, investment: Investment, lost: Scenario) -> Operation:
        """Decide the flows under a plan with whatever ``lost`` takes away; what a supplier loses, it loses whole.

        Raises
        ------
        SolverError
            If nothing at all can be run, which would be a fault of the program.
        """
        left = lost.project_left
        capacity = {(p, t): x * left.get(p, 1.0) for (p, t), x in investment.capacity_ktpy.items()}
        found = self._part.run(replace(investment, capacity_ktpy=capacity), self._closed(lost))
        return replace(found, scenario=lost.name)

    def _closed(self, lost: Scenario) -> list[tuple[Any, float]]:
        """What no longer leaves the closed country, and what lost suppliers no longer sell."""
        m, offers = self._part.model, self._part.instance.offers
        ships = [(ship, 0.0) for (_, _, i, _, _, _), ship in m.Ship_ktpy.items() if i == lost.closed_country]
        sold_out = {n for n, offer in offers.items() if lost.supplier_left.get(offer.supplier, 1.0) <= 0.0}
        return [*ships, *((landed, 0.0) for (n, _, _, _), landed in m.Import_ktpy.items() if n in sold_out)]


class _Part:
    """The flows of a scenario in some of its years: in the base one year at a time, in a loss all that are evaluated.

    In the base, shortfall and cost of each year stay as the plan's own solve left them; its stock draws being fixed, the
    years do not depend on each other.
    """

    def __init__(
        self,
        instance: Instance,
        networks: dict[str, Network],
        scenario: Scenario,
        years: tuple[int, ...],
        settles_cost: bool = False,
        least_active: bool = False,
    ) -> None:
        """Build the part; ``networks`` are those of the scenarios so far, which it adds its own to."""
        self.instance = instance
        self.scenario = replace(scenario, span=years, years=years) if scenario.is_base else scenario
        base_order = _SETTLING_ORDER if settles_cost else _BASE_ORDER
        base_order = (*base_order, "active") if least_active else base_order
        self.order = base_order if scenario.is_base else _LOSS_ORDER
        self.model = build_dispatch(instance, self.scenario, networks.get(scenario.name))
        networks |= self.model.networks
        self.session = Session(self.model)
        self.goals = {goal: self._costs(self.model.Goal[goal]) for goal in self.model.GOALS}
        self.start = self._start()

    def _costs(self, goal: Any) -> np.ndarray:
        """A goal as a cost per column."""
        costs, linear = np.zeros(self.session.columns), generate_standard_repn(goal.expr)
        for variable, factor in zip(linear.linear_vars, linear.linear_coefs, strict=True):
            costs[self.session.column[id(variable)]] += factor
        return costs

    def _ladder(self, fixed: list[tuple[Any, float]]) -> Ladder:
        """A fresh solver with some variables fixed."""
        lower, upper = self.session.program.lower.copy(), self.session.program.upper.copy()
        for variable, value in fixed:
            if (column := self.session.column.get(id(variable))) is not None:
                lower[column] = upper[column] = value
        return Ladder(replace(self.session.program, lower=lower, upper=upper))

    def _start(self) -> Any:
        """The basis that is best for a plan that is like most plans; None if that one cannot be run."""
        fixed = halfway(self.model, self.instance)
        limits = self.model.GoalLimit
        if len(limits):
            ladder = self._ladder(fixed)
            outcome = ladder.minimize_costs(self._weighed(_LOSS_ORDER))
            if outcome.values is None:
                return None
            # Just what this plan needs, as the limits of a solved plan are.
            settled = [goal for goal in limits if goal not in self.order]
            fixed += [(limits[goal], float(self.goals[goal] @ outcome.values)) for goal in settled]
        ladder = self._ladder(fixed)
        outcome = ladder.minimize_costs(self._weighed(self.order))
        return None if outcome.values is None else ladder.basis()

    def _weighed(self, order: tuple[str, ...]) -> np.ndarray:
        """All goals at once, each far heavier than the next."""
        largest = {goal: float(np.abs(self.goals[goal]).max()) or 1.0 for goal in order}
        weights = _WEIGHTS | ({"cost": _WEIGHTS["shortfall"]} if order[0] == "cost" else {})
        return sum((weights[g] / largest[g] * self.goals[g] for g in order), np.zeros(self.session.columns))

    def run(self, investment: Investment, closed: Sequence[tuple[Any, float]] = ()) -> Operation:
        """Decide the flows under a plan; ``closed``: further variables with the values that they must have."""
        ladder = self._ladder([*planned(self.model, investment, _SLACK), *closed])
        outcome = ladder.minimize_costs(self._weighed(self.order), self.start)
        if outcome.values is None:
            raise SolverError(f"the plan cannot be run in scenario {self.scenario.name} ({outcome.status})")
        values = outcome.values
        for goal in self.order:
            outcome = ladder.minimize_costs(self.goals[goal])
            if outcome.values is None:
                break  # Lost to rounding between goals: what the earlier goals decided stands.
            values = outcome.values
            ladder.keep_what_is_best()
        return extract_operation(self.session.reader.at(values), self.scenario.name)
