"""One year of a plan held fixed: least shortfall whatever is lost in it, by changing limits of one program in the solver.

Every answer begins from the basis of the year with nothing lost, in a cleared solver, so that it does not depend on what was
asked before. First the least priority-weighted shortfall; then, among the best answers, the largest uncovered share among
rows of equal priority as small as possible, or the fewest tonnes drawn from stocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.instance import Instance
from optimizer.solve.ladder import Ladder
from optimizer.solve.pattern import Pattern, program_of
from optimizer.solve.program import SolverError

SHORTFALL, UNEVEN, DRAWN = "shortfall", "uneven", "drawn"
PRINTED = (SHORTFALL, UNEVEN)
_TOLERANCE = 1e-10
_DUST = 1e-9


@dataclass(frozen=True)
class Change:
    """What is different in the year from the plan with nothing lost.

    ``capacity``: project -> kt/year that stand instead. ``supplier_left``: supplier -> share that it still sells. ``closed``:
    countries that nothing leaves. ``store``: stock -> kt that may be drawn. ``floors``: sector -> kt that it is short at least.
    """

    capacity: Mapping[str, float] = field(default_factory=dict)
    supplier_left: Mapping[str, float] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    store: Mapping[str, float] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """Weighted shortfall, kt; by sector (the first is all of them) what is short, kt; by stock what is drawn, kt."""

    weighted_kt: float
    short_kt: Mapping[str, float]
    drawn_kt: Mapping[str, float]


class Year:
    """A year under a plan. ``base`` is the answer with nothing lost."""

    def __init__(
        self,
        pattern: Pattern,
        instance: Instance,
        t: int,
        standing: Mapping[tuple[str, int], float],
        base_draw: Mapping[tuple[str, int], float],
        basis: Any = None,
    ) -> None:
        """Fill the pattern in and solve it; ``basis``: one to begin from, of the same pattern."""
        self.pattern, self.instance, self.t = pattern, instance, t
        self.program = program_of(pattern, instance, t)
        for p, row in pattern.capacity.items():
            self.program.row_upper[row] = standing[p, t]
        for g, (column, row) in pattern.stock.items():
            self.program.upper[column] = self.program.row_upper[row] = base_draw.get((g, t), 0.0)
        self._short = np.array([pattern.short[d] for d in pattern.demand], dtype=int)
        self.first_sector = len(self.program.row_upper) - len(pattern.sectors)
        self._member = {
            s: np.array([s in ("", instance.demands[d].sector) for d in pattern.demand]) for s in pattern.sectors
        }
        self.demand_kt = {
            s: sum(
                instance.demands[d].demand_kt[t]
                for d, inside in zip(pattern.demand, self._member[s], strict=True)
                if inside
            )
            for s in pattern.sectors
        }
        self.solves = 0
        self._ladder = Ladder(self.program)
        self.basis = self._begin(basis)
        self._values: np.ndarray | None = None
        self._values = self._solve(self.program.upper, self.program.row_lower, self.program.row_upper, PRINTED)
        self._activity = self.program.matrix @ self._values
        self.base = self.read(self._values)

    def answer(self, change: Change, goals: Sequence[str] = PRINTED, basis: Any = None) -> Answer:
        """Solve the year with something changed; ``basis``: of a change that is more like it than none (see ``basis_under``).

        Raises
        ------
        SolverError
            If there is no answer, which would be a fault of the program: everything may fall short.
        """
        upper, row_lower, row_upper = self.limits(change)
        if self._base_stands(upper, row_lower, row_upper):
            return self.base
        return self.read(self._solve(upper, row_lower, row_upper, goals, basis))

    def basis_under(self, change: Change) -> Any:
        """The basis of the least shortfall under a change."""
        self._solve(*self.limits(change), (SHORTFALL,))
        return self._ladder.basis()

    @property
    def base_short_kt(self) -> Mapping[str, float]:
        """By demand row what is short with nothing lost, kt."""
        assert self._values is not None
        return {d: _clean(float(self._values[column])) for d, column in self.pattern.short.items()}

    # ------------------------------------------------------------ limits

    def limits(self, change: Change) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Upper bounds of columns, lower and upper limits of rows under a change."""
        pattern, upper = self.pattern, self.program.upper.copy()
        row_lower, row_upper = self.program.row_lower.copy(), self.program.row_upper.copy()
        for p, kt in change.capacity.items():
            if p in pattern.capacity:
                row_upper[pattern.capacity[p]] = kt
        for n, row in pattern.offer.items():
            row_upper[row] *= change.supplier_left.get(self.instance.offers[n].supplier, 1.0)
        for c in change.closed:
            upper[pattern.leaving[c]] = 0.0
        for g, kt in change.store.items():
            column, row = pattern.stock[g]
            upper[column] = row_upper[row] = kt
        for s, kt in change.floors.items():
            row_lower[self.first_sector + pattern.sectors.index(s)] = kt
        return upper, row_lower, row_upper

    def _base_stands(self, upper: np.ndarray, row_lower: np.ndarray, row_upper: np.ndarray) -> bool:
        """Whether the limits are only tighter, and not so that the answer with nothing lost breaks them: then it is best."""
        assert self._values is not None
        program = self.program
        if (
            (upper > program.upper).any()
            or (row_upper > program.row_upper).any()
            or (row_lower < program.row_lower).any()
        ):
            return False
        columns, above, below = upper < program.upper, row_upper < program.row_upper, row_lower > program.row_lower
        return bool(
            (self._values[columns] <= upper[columns] + _TOLERANCE).all()
            and (self._activity[above] <= row_upper[above] + _TOLERANCE).all()
            and (self._activity[below] >= row_lower[below] - _TOLERANCE).all()
        )

    # ------------------------------------------------------------ solves

    def _begin(self, basis: Any) -> Any:
        """The basis of the least shortfall with nothing lost."""
        outcome = self._ladder.minimize_costs(self.program.cost, basis)
        if outcome.values is None:
            raise SolverError(f"the year {self.t} cannot be run ({outcome.status})")
        return self._ladder.basis()

    def _solve(
        self, upper: np.ndarray, row_lower: np.ndarray, row_upper: np.ndarray, goals: Sequence[str], basis: Any = None
    ) -> np.ndarray:
        self.solves += 1
        ladder = self._ladder
        ladder.begin((self.program.lower, upper), (row_lower, row_upper), self.basis if basis is None else basis)
        values: np.ndarray | None = None
        for goal in goals:
            if values is not None:
                ladder.keep_what_is_best()
            outcome = ladder.minimize_costs(self._costs(goal))
            if outcome.values is None:
                break  # Lost to rounding between goals: what the earlier goals decided stands.
            values = outcome.values
        if values is None:
            raise SolverError(f"the year {self.t} has no answer ({outcome.status})")
        return values

    def _costs(self, goal: str) -> np.ndarray:
        if goal == SHORTFALL:
            return self.program.cost
        costs = np.zeros(len(self.program.cost))
        if goal == UNEVEN:
            costs[len(self.pattern.program.cost) :] = 1.0
        else:
            costs[[column for column, _ in self.pattern.stock.values()]] = 1.0
        return costs

    def read(self, values: np.ndarray) -> Answer:
        """What values of the columns say."""
        short = values[self._short]
        return Answer(
            weighted_kt=float(self.program.cost @ values),
            short_kt={s: _clean(float(short[inside].sum())) for s, inside in self._member.items()},
            drawn_kt={g: _clean(float(values[column])) for g, (column, _) in self.pattern.stock.items()},
        )


def _clean(value: float) -> float:
    return 0.0 if abs(value) < _DUST else value
