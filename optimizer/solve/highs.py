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
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import highspy
import numpy as np
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

_THREADS = 2
_SEED = 0


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"


class SolverError(RuntimeError):
    """The solver ended in a way that no plan can be read from, or that it should never reach."""


@dataclass(frozen=True)
class Outcome:
    """What a solve gave.

    ``objective``, ``bound`` in the units of the goal; ``values`` by column, None without a plan; ``gap`` is
    objective - bound. ``interrupted``: ended by Ctrl-C.
    """

    status: Status
    objective: float | None
    bound: float | None
    values: np.ndarray | None
    seconds: float
    nodes: int = 0
    interrupted: bool = False

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
    """When a solve may stop: gaps (absolute and relative), seconds, an objective that is good enough."""

    absolute_gap: float = 0.0
    relative_gap: float = 0.0
    seconds: float | None = None
    target: float | None = None


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
    """One compiled model in the solver.

    ``column`` maps a variable's Pyomo name-and-index key (``id``) to its column; ``rows`` maps constraint names to rows.
    """

    def __init__(self, model: Any, interrupt: Interrupt | None = None) -> None:
        form = LinearStandardFormCompiler().write(model, mixed_form=True)
        self.model = model
        self.variables = form.columns
        self.column = {id(variable): n for n, variable in enumerate(form.columns)}
        self.constraints = [row.constraint for row in form.rows]
        self.interrupt = interrupt or Interrupt()
        self._highs = highspy.Highs()
        self._pass(form)

    def _pass(self, form: Any) -> None:
        matrix = form.A.tocsc()
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        kinds = np.array([row.bound_type for row in form.rows], dtype=int)
        rhs = np.asarray(form.rhs, dtype=float)
        lp.row_lower_ = np.where(kinds > 0, -np.inf, rhs)
        lp.row_upper_ = np.where(kinds < 0, np.inf, rhs)
        lp.col_lower_ = np.array([-np.inf if v.lb is None else v.lb for v in form.columns], dtype=float)
        lp.col_upper_ = np.array([np.inf if v.ub is None else v.ub for v in form.columns], dtype=float)
        lp.col_cost_ = np.asarray(form.c.todense(), dtype=float).ravel()
        lp.offset_ = float(form.c_offset[0])
        self.integer = np.array([v.is_integer() or v.is_binary() for v in form.columns], dtype=bool)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = matrix.indptr
        lp.a_matrix_.index_ = matrix.indices
        lp.a_matrix_.value_ = matrix.data
        if self.integer.any():
            kind = highspy.HighsVarType
            lp.integrality_ = [kind.kInteger if whole else kind.kContinuous for whole in self.integer]
        highs = self._highs
        highs.setOptionValue("log_to_console", False)  # Not silent(): a silent solver does not report progress either.
        for option, value in {
            "threads": _THREADS,
            "random_seed": _SEED,
            "mip_feasibility_tolerance": 1e-7,
            "primal_feasibility_tolerance": 1e-8,
        }.items():
            highs.setOptionValue(option, value)
        if highs.passModel(lp) == highspy.HighsStatus.kError:
            raise SolverError("the solver refused the model")
        self.rows, self.columns, self.nonzeros = lp.num_row_, lp.num_col_, matrix.nnz
        self.binaries = int(self.integer.sum())
        self._lower, self._upper = np.array(lp.col_lower_), np.array(lp.col_upper_)

    # ------------------------------------------------------------ changes in place

    def set_bounds(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Set the bounds of columns."""
        if len(columns):
            self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def free(self, columns: np.ndarray) -> None:
        """Give columns their first bounds back."""
        self.set_bounds(columns, self._lower[columns], self._upper[columns])

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
        highs.setOptionValue("objective_target", -float("inf") if limits.target is None else limits.target)
        highs.setOptionValue("time_limit", float("inf") if limits.seconds is None else max(limits.seconds, 0.01))
        started = time.perf_counter()
        with self._callbacks(progress, interruptible):
            highs.run()
            if highs.getModelStatus() in (highspy.HighsModelStatus.kUnknown, highspy.HighsModelStatus.kSolveError):
                highs.clearSolver()  # A warm start can end in numerical trouble; from nothing the same problem solves.
                highs.run()
        return self._outcome(time.perf_counter() - started)

    @contextmanager
    def _callbacks(self, progress: Progress | None, interruptible: bool) -> Iterator[None]:
        def stop(event: Any) -> None:
            if self.interrupt.pressed:
                event.interrupt()

        def tell(event: Any) -> None:
            out = event.data_out
            if progress is not None:
                progress(out.mip_primal_bound, out.mip_dual_bound, out.running_time)

        highs = self._highs
        stops = [highs.cbMipInterrupt, highs.cbSimplexInterrupt] if interruptible else []
        for callback in stops:
            callback += stop
        if progress is not None:
            highs.cbMipLogging += tell
        try:
            yield
        finally:
            for callback in stops:
                callback -= stop
            if progress is not None:
                highs.cbMipLogging -= tell

    def _outcome(self, seconds: float) -> Outcome:
        highs, kind = self._highs, highspy.HighsModelStatus
        ended, info = highs.getModelStatus(), highs.getInfo()
        nodes = max(0, int(info.mip_node_count))
        if ended in (kind.kInfeasible,):
            return Outcome(Status.INFEASIBLE, None, None, None, seconds, nodes)
        if ended in (kind.kUnbounded, kind.kUnboundedOrInfeasible):
            return self._infeasible_or_unbounded(seconds)
        solved = ended in (kind.kOptimal, kind.kModelEmpty)
        limited = ended in (kind.kTimeLimit, kind.kInterrupt, kind.kObjectiveTarget)
        if not solved and not limited:
            raise SolverError(f"the solver ended with: {highs.modelStatusToString(ended)}")
        is_mip = bool(self.integer.any()) and info.mip_node_count >= 0
        has_values = info.primal_solution_status == 2 and (is_mip or solved)
        bound = float(info.mip_dual_bound) if is_mip else (float(info.objective_function_value) if solved else -np.inf)
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

    def load(self, values: np.ndarray) -> None:
        """Write a plan into the Pyomo model's variables."""
        for variable, value in zip(self.variables, values.tolist(), strict=True):
            variable.set_value(value, skip_validation=True)
