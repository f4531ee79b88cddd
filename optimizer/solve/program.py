"""A linear program as matrices, and the solver that takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csr_matrix

_SEED = 0
_OPTIONS: dict[str, object] = {
    "log_to_console": False,  # Not silent(): a silent solver does not report progress either.
    "threads": 2,
    "random_seed": _SEED,
    "mip_feasibility_tolerance": 1e-7,
    "primal_feasibility_tolerance": 1e-8,
}


class SolverError(RuntimeError):
    """The solver ended in a way that no plan can be read from, or that it should never reach."""


@dataclass(frozen=True)
class Program:
    """A linear program with whole-number columns, as matrices: minimize cost x + offset within rows and bounds."""

    matrix: csr_matrix
    row_lower: np.ndarray
    row_upper: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    cost: np.ndarray
    offset: float
    integer: np.ndarray


def use_threads(count: int) -> int:
    """Let each solver of this process use so many threads (one where several processes share the cores).

    Returns
    -------
    int
        How many they used before.
    """
    before = threads_in_use()
    if count != before:
        highspy.Highs.resetGlobalScheduler(True)  # The solver keeps the number of its first solve.
        _OPTIONS["threads"] = count
    return before


def threads_in_use() -> int:
    """Threads that each solver of this process may use."""
    return int(str(_OPTIONS["threads"]))


def new_solver(program: Program) -> highspy.Highs:
    """Pass a program to a fresh solver.

    Raises
    ------
    SolverError
        If the solver refuses it.
    """
    matrix, lp = program.matrix.tocsc(), highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.col_lower_, lp.col_upper_ = program.lower, program.upper
    lp.col_cost_, lp.offset_ = program.cost, program.offset
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if program.integer.any():
        kind = highspy.HighsVarType
        lp.integrality_ = [kind.kInteger if whole else kind.kContinuous for whole in program.integer]
    highs = highspy.Highs()
    for option, value in _OPTIONS.items():
        highs.setOptionValue(option, value)
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        raise SolverError("the solver refused the model")
    return highs


def compiled(form: Any) -> Program:
    """The compiled form as matrices."""
    kinds, rhs = np.array([row.bound_type for row in form.rows], dtype=int), np.asarray(form.rhs, dtype=float)
    return Program(
        matrix=form.A.tocsr(),
        row_lower=np.where(kinds > 0, -np.inf, rhs),
        row_upper=np.where(kinds < 0, np.inf, rhs),
        lower=np.array([-np.inf if v.lb is None else v.lb for v in form.columns], dtype=float),
        upper=np.array([np.inf if v.ub is None else v.ub for v in form.columns], dtype=float),
        cost=np.asarray(form.c.todense(), dtype=float).ravel(),
        offset=float(form.c_offset[0]),
        integer=np.array([v.is_integer() or v.is_binary() for v in form.columns], dtype=bool),
    )
