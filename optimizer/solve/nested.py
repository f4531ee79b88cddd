"""The list that can be funded from the top down, as one model: the masters of all budgets side by side, tied to each other.

What is funded at a budget stays funded at every larger one, and no later. The sum over the budgets of what is short is made
as small as it can be. A cut tells what operation makes of a plan and says nothing of money, so each serves all budgets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import block_diag, csr_matrix, vstack

from models.instance import Instance
from optimizer.solve.highs import Limits, Outcome, Session, Status
from optimizer.solve.program import Program
from optimizer.solve.search import CoverageCase
from optimizer.solve.split import Cut
from optimizer.solve.standings import Aim, Standing
from optimizer.solve.work import EXACT_KT, possible_fundings

_MOST_FUNDINGS = 400  # Of all budgets together: more are not searched as one.
_MOST_ROUNDS = 100
_INNER = 0.4  # Of the gap asked for: what a search may leave open.


def is_tractable(instance: Instance, budgets: int) -> bool:
    """Whether the list of so many budgets may be searched as one model."""
    return budgets > 1 and 0 < budgets * possible_fundings(instance) <= _MOST_FUNDINGS


@dataclass(frozen=True)
class Listed:
    """The list at each budget, by ascending money; ``gap_kt``: by how much the sum of what is short could be less."""

    standings: tuple[Standing, ...]
    gap_kt: float


class NestedList:
    """The masters of some budgets of a case as one program.

    ``points``: the budgets, by ascending money, with the best plans and the cuts that are known of each.
    """

    def __init__(self, case: CoverageCase, points: Sequence[Standing]) -> None:
        self.case, self.master, self.points = case, case.full, points
        self._programs = [self.master.program(point.money) for point in points]
        self._columns = len(self._programs[0].cost)

    def search(self, start: Sequence[Standing], nodes: int, aim: Aim) -> Listed:
        """Find the list whose plans are together the least short.

        Parameters
        ----------
        start
            A list at hand, one plan for each budget.
        nodes
            At most so many, in all.
        aim
            The gap that the sum over all budgets may have.

        Returns
        -------
        Listed
            The best list met, at worst ``start``. The bound of each plan holds for every plan that keeps to the rest of the list:
            were one less short by more than the gap of the sum, the list with it would beat the bound of the sum.
        """
        self.case.full.begin()
        session = Session(None, self.case.interrupt, self._program())
        self._add(session, dict.fromkeys(cut for x in (*self.points, *start) for cut in self.case.known_cuts(x)))
        best, bound = list(start), sum(point.bound_kt for point in self.points)
        steady = all(one.reproducible for one in (*self.points, *start))
        for _ in range(_MOST_ROUNDS):
            value = _sum(best)
            if value - bound <= aim.gap_kt + EXACT_KT or nodes <= 0 or aim.is_over:
                break
            session.start_from(np.concatenate([_plan(one) for one in best]))
            limits = Limits(max(EXACT_KT, _INNER * aim.gap_kt), seconds=aim.left, nodes=nodes)
            outcome = session.solve(limits)
            nodes -= max(1, outcome.nodes)
            steady &= not outcome.interrupted
            if outcome.values is None or outcome.status is Status.INFEASIBLE:
                break
            bound = max(bound, outcome.bound or 0.0)
            found, news = self._priced(outcome)
            best = found if _sum(found) < value - EXACT_KT else best
            if not news:
                break  # The blocks say of the answer what the masters knew: only the solver's gap is left.
            self._add(session, news)
        gap = max(0.0, _sum(best) - bound)
        steady &= not aim.is_over or gap <= aim.gap_kt + EXACT_KT
        proven = (replace(x, bound_kt=max(0.0, x.value_kt - gap), reproducible=steady) for x in best)
        return Listed(tuple(proven), gap)

    def _program(self) -> Program:
        """All masters, one after the other, and the ties between neighbours."""
        one, ties = self._programs, self._ties()
        return Program(
            matrix=vstack([block_diag([program.matrix for program in one]), ties]).tocsr(),
            row_lower=np.r_[*(program.row_lower for program in one), np.full(ties.shape[0], -np.inf)],
            row_upper=np.r_[*(program.row_upper for program in one), np.zeros(ties.shape[0])],
            lower=np.concatenate([program.lower for program in one]),
            upper=np.concatenate([program.upper for program in one]),
            cost=np.concatenate([program.cost for program in one]),
            offset=sum(program.offset for program in one),
            integer=np.concatenate([program.integer for program in one]),
        )

    def _ties(self) -> csr_matrix:
        """Rows: of a project's fundings up to a year no more at a budget than at the next, which is <= 0."""
        years: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for (p, v), column in zip(self.master.fundings, self.master.fund.tolist(), strict=True):
            years[p].append((v, column))
        rows = []
        for n in range(len(self.points) - 1):
            for found in years.values():
                sooner = [column for _, column in sorted(found)]
                for last in range(1, len(sooner) + 1):
                    less, more = np.array(sooner[:last]) + n * self._columns, np.array(sooner[:last])
                    rows.append((less, more + (n + 1) * self._columns))
        places = np.concatenate([np.r_[less, more] for less, more in rows]) if rows else np.zeros(0, dtype=int)
        signs = np.concatenate([np.r_[np.ones(len(a)), -np.ones(len(b))] for a, b in rows]) if rows else np.zeros(0)
        starts = np.cumsum([0, *(len(less) + len(more) for less, more in rows)])
        return csr_matrix((signs, places, starts), shape=(len(rows), len(self.points) * self._columns))

    def _add(self, session: Session, cuts: Iterable[Cut]) -> None:
        """Put cuts into every budget's part."""
        for cut in cuts:
            for n in range(len(self.points)):
                self.master.add(session, cut, n * self._columns)

    def _priced(self, outcome: Outcome) -> tuple[list[Standing], list[Cut]]:
        """The plans of an answer at their exact shortfall, and what the blocks say of it that the masters did not know."""
        assert outcome.values is not None
        found, news = [], list[Cut]()
        for point, values in zip(self.points, np.split(outcome.values, len(self.points)), strict=True):
            blank = replace(point, value_kt=float("inf"), funded=None, plan=None)
            one = self.case.priced(blank, np.round(values[self.master.fund]), all_cuts=True)
            told = self.master.news(self.master.split.ask(values).cuts, values)
            news += [*told, *one.more[len(point.more) :]] if told else []
            found.append(one)
        return found, news


def _plan(standing: Standing) -> np.ndarray:
    assert standing.plan is not None
    return standing.plan


def _sum(standings: Sequence[Standing]) -> float:
    return sum(one.value_kt for one in standings)
