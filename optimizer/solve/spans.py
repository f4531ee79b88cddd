"""The disruptions of the workbook under a plan held fixed: all their evaluated years at once, for they share the stocks.

The years of one pattern stand side by side, joined by one row per stock; disruptions of the same years are one program, solved
again with other limits. The answer is what ``solve`` prints for the disruption.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import block_diag, csr_matrix, vstack

from models.instance import Scenario
from optimizer.solve.highs import Status
from optimizer.solve.ladder import Ladder
from optimizer.solve.program import Program, SolverError
from optimizer.solve.stress import Stress, loss_of
from optimizer.solve.year import Answer


@dataclass(frozen=True)
class SpanAnswer:
    """``years``: the answer of each evaluated year; ``guard_kept``: whether the minimum of the disruption can be served."""

    years: Mapping[int, Answer]
    weighted_kt: float
    guard_kept: bool


class Spans:
    """Programs by span and evaluated years, made when first asked for."""

    def __init__(self, stress: Stress) -> None:
        self.stress = stress
        self._spans: dict[tuple[tuple[int, ...], tuple[int, ...]], _Span] = {}

    def serve(self, scenario: Scenario) -> SpanAnswer:
        """What is short in the evaluated years of a disruption; none of them: nothing."""
        if not scenario.years:
            return SpanAnswer({}, 0.0, True)
        key = (scenario.span, scenario.years)
        if key not in self._spans:
            self._spans[key] = _Span(self.stress, scenario)
        return self._spans[key].serve(scenario)


class _Span:
    """Some years, each as in ``Year``, with draws that together stay within the level before the span."""

    def __init__(self, stress: Stress, scenario: Scenario) -> None:
        self.stress, self.scale = stress, scenario.scale
        self.years = [stress.year(t) for t in scenario.years]
        self.level = {g: stress.level_kt(g, scenario.span[0]) for g in stress.pattern.stock}
        self.ladder = Ladder(self._joined())
        self.basis: Any = None
        self.uneven = np.zeros(self.ladder.columns)
        for n, year in enumerate(self.years):
            own = len(stress.pattern.program.cost)
            start = n * len(year.program.cost)
            self.uneven[start + own : start + len(year.program.cost)] = 1.0
        self.ladder.minimize_costs(self.ladder.program.cost)
        self.basis = self.ladder.basis()

    def _joined(self) -> Program:
        first = self.years[0].program
        width, stocks = first.matrix.shape[1], list(self.stress.pattern.stock.items())
        joint = np.zeros((len(stocks), width * len(self.years)))
        for row, (_, (column, _)) in enumerate(stocks):
            joint[row, column::width] = self.scale
        parts = [self._drawing(year.program) for year in self.years]
        every = block_diag([part.matrix for part in parts], format="csr")
        names = ("row_lower", "row_upper", "lower", "upper", "cost", "integer")
        arrays: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        arrays["row_lower"] = np.concatenate([arrays["row_lower"], np.full(len(stocks), -np.inf)])
        arrays["row_upper"] = np.concatenate([arrays["row_upper"], [self.level[g] for g, _ in stocks]])
        return replace(first, matrix=vstack([every, csr_matrix(joint)], format="csr"), **arrays)

    def _drawing(self, program: Program) -> Program:
        """A year in which the whole level may be drawn, and a tonne short weighs for all years that it stands for."""
        upper, row_upper = program.upper.copy(), program.row_upper.copy()
        for g, (column, row) in self.stress.pattern.stock.items():
            upper[column] = row_upper[row] = self.level[g]
        return replace(program, upper=upper, row_upper=row_upper, cost=self.scale * program.cost)

    def serve(self, scenario: Scenario) -> SpanAnswer:
        if (values := self._solve(scenario, guarded=True)) is not None:
            return self._read(values, True)
        values = self._solve(scenario, guarded=False)
        if values is None:
            raise SolverError(f"the plan cannot be run in scenario {scenario.name}")
        return self._read(values, False)

    def _solve(self, scenario: Scenario, guarded: bool) -> np.ndarray | None:
        upper, row_upper = self.ladder.program.upper.copy(), self.ladder.program.row_upper.copy()
        loss = loss_of(scenario)
        for n, year in enumerate(self.years):
            columns, rows = len(year.program.cost), len(year.program.row_upper)
            here, there = slice(n * columns, (n + 1) * columns), slice(n * rows, (n + 1) * rows)
            store = dict(self.level)
            changed = year.limits(self.stress.change(loss, year.t, store=store))
            upper[here], row_upper[there] = changed[0], changed[2]
            if guarded and scenario.min_coverage is not None:
                sector = scenario.sector or ""
                spared = (1.0 - scenario.min_coverage) * year.demand_kt[sector]
                row_upper[there.start + year.first_sector + self.stress.pattern.sectors.index(sector)] = spared
        program = self.ladder.program
        self.ladder.begin((program.lower, upper), (program.row_lower, row_upper), self.basis)
        outcome = self.ladder.minimize_costs(program.cost)
        if outcome.values is None:
            if outcome.status is Status.INFEASIBLE and guarded and scenario.min_coverage is not None:
                return None
            raise SolverError(f"scenario {scenario.name} ended with {outcome.status}")
        self.ladder.keep_what_is_best()
        even = self.ladder.minimize_costs(self.uneven)
        return outcome.values if even.values is None else even.values

    def _read(self, values: np.ndarray, guard_kept: bool) -> SpanAnswer:
        parts = np.split(values[: len(self.years) * len(self.years[0].program.cost)], len(self.years))
        answers = {year.t: year.read(part) for year, part in zip(self.years, parts, strict=True)}
        weighted = self.scale * sum(answer.weighted_kt for answer in answers.values())
        return SpanAnswer(answers, weighted, guard_kept)
