"""Goals sought one after the other on one program: each among the best answers to those before."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.solve.highs import Outcome, Session
from optimizer.solve.program import Program

# Reduced costs below are noise of the solver.
_REDUCED = 1e-7
_DUAL_SIMPLEX, _PRIMAL_SIMPLEX = 1, 4


class Ladder(Session):
    """One program on which goals are sought one after the other, each among the best answers to those before."""

    def __init__(self, program: Program) -> None:
        super().__init__(None, program=program)
        self._bounds = [program.lower.copy(), program.upper.copy()]
        self._limits = [program.row_lower.copy(), program.row_upper.copy()]

    def basis(self) -> Any:
        """The basis of the last solve."""
        return self._highs.getBasis()

    def minimize_costs(self, costs: np.ndarray, start: Any = None) -> Outcome:
        """Solve for a goal, from a basis or from the last answer."""
        if start is not None:
            self._highs.setBasis(start)
        self._highs.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), costs)
        outcome = self.solve(interruptible=False)
        # What is best for one goal is feasible for the next: the primal simplex goes on from there.
        self._highs.setOptionValue("simplex_strategy", _PRIMAL_SIMPLEX)
        return outcome

    def keep_what_is_best(self) -> None:
        """Leave only the answers that are as good as the last one: what has a reduced cost stays at its bound."""
        solution, highs = self._highs.getSolution(), self._highs
        for duals, bounds, change in (
            (solution.col_dual, self._bounds, highs.changeColsBounds),
            (solution.row_dual, self._limits, highs.changeRowsBounds),
        ):
            reduced, (lower, upper) = np.array(duals), bounds
            at = np.where(reduced > 0.0, lower, upper)
            (tight,) = np.nonzero((np.abs(reduced) > _REDUCED) & (lower < upper) & np.isfinite(at))
            lower[tight] = upper[tight] = at[tight]
            if len(tight):
                change(len(tight), tight.astype(np.int32), at[tight], at[tight])

    def begin(self, bounds: tuple[np.ndarray, np.ndarray], limits: tuple[np.ndarray, np.ndarray], basis: Any) -> None:
        """Take other bounds of columns and limits of rows, and begin anew from a basis: nothing of earlier solves is left.

        What was solved before therefore makes no difference to the next answer.
        """
        self._bounds, self._limits = [bounds[0].copy(), bounds[1].copy()], [limits[0].copy(), limits[1].copy()]
        self._highs.clearSolver()
        self._highs.changeColsBounds(self.columns, np.arange(self.columns, dtype=np.int32), *self._bounds)
        self._highs.changeRowsBounds(self.rows, np.arange(self.rows, dtype=np.int32), *self._limits)
        self._highs.setOptionValue("simplex_strategy", _DUAL_SIMPLEX)
        if basis is not None:
            self._highs.setBasis(basis)
