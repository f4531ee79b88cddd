"""The one door to HiGHS: a Pyomo model in, an Outcome in our own words out.

The model is compiled once to sparse matrices and passed whole; afterwards bounds and goals are changed in place, so that a
series of solves starts warm.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import highspy
import numpy as np
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from models.reading import Reader
from optimizer.solve.program import Program, SolverError, compiled, new_solver

_MOST_NODES = 2**31 - 1
_BRANCH_ONLY: dict[str, object] = {
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_pscost_minreliable": 1,
}


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"


@dataclass(frozen=True)
class Outcome:
    """What a solve gave.

    ``objective``, ``bound`` in the units of the goal; ``values`` by column, None without a plan; ``gap`` is
    objective - bound. ``interrupted``: ended by Ctrl-C. ``plans``: values of the plans that the search found, the best last.
    """

    status: Status
    objective: float | None
    bound: float | None
    values: np.ndarray | None
    seconds: float
    nodes: int = 0
    interrupted: bool = False
    iterations: int = 0
    plans: tuple[np.ndarray, ...] = ()

    @property
    def has_plan(self) -> bool:
        """Whether there are values to read."""
        return self.values is not None

    @property
    def gap(self) -> float:
        """Objective less bound, never negative; infinite without a plan or a bound."""
        if self.objective is None or self.bound is None:
            return float("inf")
        return max(0.0, self.objective - self.bound)


@dataclass(frozen=True)
class Limits:
    """When a solve may stop: gaps (absolute and relative), seconds, nodes, an objective or a bound that is good enough.

    What cannot be better than ``bound`` is not looked at, so that no more than that bound is proven.
    A search that ends by its gap or its nodes ends alike on every machine; one that is cut by the clock does not.
    """

    absolute_gap: float = 0.0
    relative_gap: float = 0.0
    seconds: float | None = None
    target: float | None = None
    nodes: int | None = None
    bound: float | None = None


class Interrupt:
    """Whether Ctrl-C was pressed: then the running solve ends as if its time were over."""

    def __init__(self) -> None:
        self.pressed = False

    def _press(self, *_: object) -> None:
        """Take Ctrl-C; pressed again, it breaks off at once."""
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True

    @contextmanager
    def watch(self) -> Iterator[Interrupt]:
        """Take Ctrl-C while the block runs (in the main thread only; elsewhere nothing is changed)."""
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        before = signal.signal(signal.SIGINT, self._press)
        try:
            yield self
        finally:
            signal.signal(signal.SIGINT, before)


Progress = Callable[[float, float, float], None]


class Session:
    """One model, or one bare program, in the solver.

    ``column`` maps a variable's Pyomo name-and-index key (``id``) to its column; ``constraints`` are in the order of rows.
    """

    def __init__(self, model: Any, interrupt: Interrupt | None = None, program: Program | None = None) -> None:
        self.model, self.variables, self.constraints = model, [], []
        self.interrupt = interrupt or Interrupt()
        if program is None:
            form = LinearStandardFormCompiler().write(model, mixed_form=True)
            self.variables = form.columns
            self.constraints = [row.constraint for row in form.rows]
            program = compiled(form)
        self.column = {id(variable): n for n, variable in enumerate(self.variables)}
        self.program = program
        self.integer = self.program.integer
        (self.rows, self.columns), self.nonzeros = self.program.matrix.shape, self.program.matrix.nnz
        self.binaries = int(self.integer.sum())

    @cached_property
    def _highs(self) -> highspy.Highs:
        """The solver: what is compiled only to be taken apart never needs one."""
        return new_solver(self.program)

    # ------------------------------------------------------------ changes in place

    def set_bounds(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Set the bounds of columns."""
        if len(columns):
            self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def free(self, columns: np.ndarray) -> None:
        """Give columns their first bounds back."""
        self.set_bounds(columns, self.program.lower[columns], self.program.upper[columns])

    def minimize(self, costs: Mapping[int, float]) -> None:
        """Replace the objective by a sum of columns."""
        every = np.zeros(self.columns)
        for column, cost in costs.items():
            every[column] = cost
        self._highs.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), every)
        self._highs.changeObjectiveOffset(0.0)

    def set_row_upper(self, row: int, upper: float) -> None:
        """Set the upper bound of a row whose lower bound is free."""
        self._highs.changeRowBounds(row, -np.inf, upper)

    def set_row_lower(self, row: int, lower: float) -> None:
        """Set the lower bound of a row whose upper bound is free."""
        self._highs.changeRowBounds(row, lower, np.inf)

    def add_row(self, columns: np.ndarray, factors: np.ndarray, lower: float) -> None:
        """Add a row: sum of factors x columns >= lower."""
        self._highs.addRow(lower, np.inf, len(columns), columns.astype(np.int32), factors)

    def add_column(self, rows: np.ndarray, factors: np.ndarray) -> int:
        """Add a column that stands in rows, closed (between 0 and 0) and without a cost; return its number."""
        self._highs.addCol(0.0, 0.0, 0.0, len(rows), rows.astype(np.int32), factors)
        self.columns += 1
        return self.columns - 1

    def set_row_uppers(self, rows: np.ndarray, uppers: np.ndarray) -> None:
        """Set the upper bounds of rows whose lower bound is free."""
        for row, upper in zip(rows.tolist(), uppers.tolist(), strict=True):
            self._highs.changeRowBounds(row, -np.inf, upper)

    def branch_only(self) -> None:
        """Search without the solver's own heuristics, and trust estimates of branches early: for models that have their own."""
        for option, value in _BRANCH_ONLY.items():
            self._highs.setOptionValue(option, value)

    def relax(self, relaxed: bool) -> None:
        """Treat whole-number columns as continuous, or as whole again."""
        columns = np.flatnonzero(self.integer).astype(np.int32)
        kind = highspy.HighsVarType.kContinuous if relaxed else highspy.HighsVarType.kInteger
        if len(columns):
            self._highs.changeColsIntegrality(len(columns), columns, np.array([kind] * len(columns)))

    def use_interior_point(self, on: bool) -> None:
        """Solve linear problems by the interior-point method (faster from nothing), or as the solver chooses."""
        self._highs.setOptionValue("solver", "ipm" if on else "choose")

    def start_from(self, values: np.ndarray) -> None:
        """Offer a plan to start from."""
        solution = highspy.HighsSolution()
        solution.col_value = list(values)
        self._highs.setSolution(solution)

    # ------------------------------------------------------------ solve

    def solve(self, limits: Limits = Limits(), progress: Progress | None = None, interruptible: bool = True) -> Outcome:
        """Solve what stands; see ``Outcome``. What is not interruptible runs to its end in spite of Ctrl-C.

        Raises
        ------
        SolverError
            On an unbounded problem, or a status that should never be reached.
        """
        highs = self._highs
        highs.setOptionValue("mip_abs_gap", limits.absolute_gap)
        highs.setOptionValue("mip_rel_gap", limits.relative_gap)
        highs.setOptionValue("mip_max_nodes", _MOST_NODES if limits.nodes is None else limits.nodes)
        highs.setOptionValue("objective_bound", float("inf") if limits.bound is None else limits.bound)
        highs.setOptionValue("objective_target", -float("inf") if limits.target is None else limits.target)
        highs.setOptionValue("time_limit", float("inf") if limits.seconds is None else max(limits.seconds, 0.01))
        started, plans = time.perf_counter(), list[np.ndarray]()
        with self._callbacks(progress, interruptible, plans, limits.bound):
            highs.run()
            if highs.getModelStatus() in (highspy.HighsModelStatus.kUnknown, highspy.HighsModelStatus.kSolveError):
                highs.clearSolver()  # A warm start can end in numerical trouble; from nothing the same problem solves.
                highs.run()
        outcome = self._outcome(time.perf_counter() - started, limits.bound)
        return replace(outcome, plans=tuple(plans), iterations=max(0, int(highs.getInfo().simplex_iteration_count)))

    @contextmanager
    def _callbacks(
        self, progress: Progress | None, interruptible: bool, plans: list[np.ndarray], enough: float | None
    ) -> Iterator[None]:
        def stop(event: Any) -> None:
            if self.interrupt.pressed and interruptible:
                event.interrupt()

        def stop_search(event: Any) -> None:
            stop(event)
            if enough is not None and event.data_out.mip_dual_bound >= enough:
                event.interrupt()

        def tell(event: Any) -> None:
            out = event.data_out
            if progress is not None:
                progress(out.mip_primal_bound, out.mip_dual_bound, out.running_time)

        def keep(event: Any) -> None:
            plans.append(np.array(event.data_out.mip_solution))

        highs = self._highs
        stops = [(highs.cbMipInterrupt, stop_search), (highs.cbSimplexInterrupt, stop)]
        for callback, take in stops:
            callback += take
        if progress is not None:
            highs.cbMipLogging += tell
        highs.cbMipImprovingSolution += keep
        try:
            yield
        finally:
            for callback, take in stops:
                callback -= take
            if progress is not None:
                highs.cbMipLogging -= tell
            highs.cbMipImprovingSolution -= keep

    def _outcome(self, seconds: float, enough: float | None) -> Outcome:
        """The answer; where nothing was looked at that is not better than ``enough``, no more than that is proven."""
        highs, kind = self._highs, highspy.HighsModelStatus
        ended, info = highs.getModelStatus(), highs.getInfo()
        nodes = max(0, int(info.mip_node_count))
        if enough is not None and ended in (kind.kInfeasible, kind.kUnboundedOrInfeasible):
            return Outcome(Status.NO_PLAN, None, enough, None, seconds, nodes, self.interrupt.pressed)
        if ended in (kind.kInfeasible,):
            return Outcome(Status.INFEASIBLE, None, None, None, seconds, nodes)
        if ended in (kind.kUnbounded, kind.kUnboundedOrInfeasible):
            return self._infeasible_or_unbounded(seconds)
        solved = ended in (kind.kOptimal, kind.kModelEmpty)
        limited = ended in (kind.kTimeLimit, kind.kInterrupt, kind.kObjectiveTarget, kind.kSolutionLimit)
        if not solved and not limited:
            raise SolverError(f"the solver ended with: {highs.modelStatusToString(ended)}")
        is_mip = bool(self.integer.any()) and info.mip_node_count >= 0
        has_values = info.primal_solution_status == 2 and (is_mip or solved)
        bound = float(info.mip_dual_bound) if is_mip else (float(info.objective_function_value) if solved else -np.inf)
        bound = bound if enough is None else min(bound, enough)
        if not has_values:
            return Outcome(Status.NO_PLAN, None, bound, None, seconds, nodes, self.interrupt.pressed)
        values = np.array(highs.getSolution().col_value)
        status = Status.OPTIMAL if solved else Status.FEASIBLE
        objective = float(info.objective_function_value)
        return Outcome(status, objective, min(bound, objective), values, seconds, nodes, self.interrupt.pressed)

    def _infeasible_or_unbounded(self, seconds: float) -> Outcome:
        """Presolve could not tell the two apart: without costs nothing is unbounded, so what remains is infeasible."""
        highs = self._highs
        costs, columns = np.array(highs.getLp().col_cost_), np.arange(self.columns, dtype=np.int32)
        highs.changeColsCost(self.columns, columns, np.zeros(self.columns))
        highs.run()
        ended = highs.getModelStatus()
        highs.changeColsCost(self.columns, columns, costs)
        if ended == highspy.HighsModelStatus.kInfeasible:
            return Outcome(Status.INFEASIBLE, None, None, None, seconds)
        raise SolverError("the problem is unbounded: look for a negative cost without a limit (opex below 0)")

    @cached_property
    def reader(self) -> Reader:
        """Reads the model's variables from the values of an outcome."""
        return Reader(self.model, self.column)

    def load(self, values: np.ndarray) -> None:
        """Write a plan into the Pyomo model's variables."""
        for variable, value in zip(self.variables, values.tolist(), strict=True):
            variable.set_value(value, skip_validation=True)
