"""A compiled plan model taken apart: the fundings in a master problem, each year and each loss in a small block of its own.

Nothing is formulated here: the rows and columns are those of the Pyomo model, sorted by whether they speak of operation.
Once fundings, sizes, capacities and stocks are given, what operates falls into blocks that do not see each other. A block
answers with its least shortfall and, by its reduced costs, with a cut: a linear lower bound of that shortfall, valid for
every plan and, since operation does not contain the budget, for every budget (L-shaped method: Van Slyke and Wets, 1969).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csc_matrix, hstack
from scipy.sparse.csgraph import connected_components

from models.instance import BASE
from optimizer.solve.highs import Session
from optimizer.solve.program import Program, SolverError, new_solver

# Variables that are decided anew in each scenario, the last of their index; all others are decided once. Draws in the base
# are part of the plan: they empty the stock of later years.
_OPERATION = (
    "Run_ktpy", "Ship_ktpy", "Import_ktpy", "Draw_kt", "Served_ktpy", "Shortfall_ktpy", "Downgrade_ktpy",
    "Relief_minimum_coverage_is_served", "Relief_minimum_coverage_survives",
)  # fmt: skip
# Rows that may be impossible to keep, whatever operates: how far they are missed is measured, at a price, in the block.
_GUARDS = (
    "minimum_coverage_is_served", "minimum_coverage_survives", "run_at_least_the_minimum", "country_is_served",
)  # fmt: skip
# Rows that add up the shortfalls of several blocks.
_COUNTING = ("worst_is_at_least_each", "shortfall_is_kept")
_NOTHING = 1e-9
_MISSED_KT = 1e-6


@dataclass(frozen=True, eq=False)
class Cut:
    """Least shortfall of block ``block`` >= ``constant`` + ``slope`` x (master columns ``columns``), kt.

    ``hard``: it speaks of the kt by which guards are missed, which must be 0: 0 >= ``constant`` + ``slope`` x columns.
    """

    block: int
    columns: np.ndarray
    slope: np.ndarray
    constant: float
    hard: bool = False

    def at(self, plan: np.ndarray) -> float:
        """What the cut says of a plan, kt."""
        return self.constant + float(self.slope @ plan[self.columns])


@dataclass(frozen=True)
class Answer:
    """What the blocks say of a plan: shortfall by block (kt), a cut from each, and the kt by which guards are missed."""

    shortfall: np.ndarray
    cuts: tuple[Cut, ...]
    missed_kt: float


class Block:
    """One year of the base, or one loss: its own columns, and copies of the master's columns that it depends on.

    ``name``: the same in every model of the case. ``share``: how often its shortfall counts, at most.
    """

    def __init__(
        self, name: tuple[object, ...], program: Program, own: int, links: np.ndarray, guards: int, share: float
    ) -> None:
        self.name, self.share = name, share
        self.own, self.links = own, links
        self._program, self._guard_count = program, guards
        self._highs = new_solver(program)
        self._link_columns = np.arange(own, own + len(links), dtype=np.int32)
        self._guards = np.arange(own - guards, own, dtype=np.int32)
        self._cost = program.cost
        self._missed_only = np.zeros(len(program.cost))
        self._missed_only[self._guards] = 1.0

    def unguarded(self) -> Block:
        """The same block, which may miss its guards for nothing; its cuts are other ones."""
        cost = self._program.cost.copy()
        cost[self.own - self._guard_count : self.own] = 0.0
        return Block(self.name, replace(self._program, cost=cost), self.own, self.links, 0, self.share)

    def begin(self) -> None:
        """Forget the warm start."""
        self._highs.clearSolver()

    def solve(self, plan: np.ndarray, number: int) -> tuple[float, list[Cut], float]:
        """Least shortfall under the plan's values of the master columns, cuts, and the kt by which guards are missed.

        A guard may be missed at a price, which gives a valid cut whatever the price. Where that happens the least that must
        be missed is asked for: if it is nothing, the shortfall is that without missing any.
        """
        given = plan[self.links]
        self._highs.changeColsBounds(len(self.links), self._link_columns, given, given)
        value, cut = self._least(given, number)
        missed = self._missed()
        if missed <= _MISSED_KT:
            return value, [cut], 0.0
        self._change_costs(self._missed_only)
        missed, hard = self._least(given, number)
        self._change_costs(self._cost)
        if missed > _MISSED_KT:
            return value, [cut, replace(hard, hard=True)], missed
        count, zeros = len(self._guards), np.zeros(len(self._guards))
        self._highs.changeColsBounds(count, self._guards, zeros, np.full(count, _MISSED_KT))
        value, cut = self._least(given, number)
        self._highs.changeColsBounds(count, self._guards, zeros, np.full(count, np.inf))
        return value, [cut], 0.0

    def _missed(self) -> float:
        values = self._highs.getSolution().col_value
        return float(sum(values[n] for n in self._guards))

    def _change_costs(self, costs: np.ndarray) -> None:
        self._highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)

    def _least(self, given: np.ndarray, number: int) -> tuple[float, Cut]:
        """Solve; the reduced costs of the copies of the master's columns are the slopes of a cut."""
        highs, solved = self._highs, highspy.HighsModelStatus.kOptimal
        highs.run()
        if highs.getModelStatus() != solved:
            highs.clearSolver()  # A warm start can end in numerical trouble; from nothing the same problem solves.
            highs.run()
        if highs.getModelStatus() != solved:
            raise SolverError(f"a block ended with: {highs.modelStatusToString(highs.getModelStatus())}")
        value, slope = highs.getInfo().objective_function_value, np.array(highs.getSolution().col_dual)[self.own :]
        kept = np.abs(slope) > _NOTHING
        return value, Cut(number, self.links[kept], slope[kept], float(value - slope[kept] @ given[kept]))


class Split:
    """A compiled model as master and blocks: the operation of the scenarios ``apart`` is taken out.

    ``master``: its program; columns are the model's own that are decided once, then one shortfall per block. ``columns``:
    the model's column of each master column. ``guard_price``: shortfall that a kt by which a guard is missed stands for.
    """

    def __init__(self, session: Session, apart: Collection[str], guard_price: float) -> None:
        program = session.program
        operates = np.array([_is_operation(variable, apart) for variable in session.variables], dtype=bool)
        rows = program.matrix.tocsr()
        speaks = np.asarray((abs(rows[:, operates]) > 0).sum(axis=1)).ravel() > 0
        counting = np.array([_family(row) in _COUNTING for row in session.constraints], dtype=bool) & speaks
        guards = np.array([_family(row) in _GUARDS for row in session.constraints], dtype=bool)
        inside = speaks & ~counting
        self.columns = np.flatnonzero(~operates)
        self.keys = [_key(session.variables[j]) for j in self.columns]
        labels = _labels(rows[inside][:, operates])
        of_row, of_column = labels[: inside.sum()], labels[inside.sum() :]
        row_numbers, column_numbers = np.flatnonzero(inside), np.flatnonzero(operates)
        self.blocks: list[Block] = []
        shares: list[np.ndarray] = []
        measures = [np.array(program.cost), *(rows[n].toarray().ravel() for n in np.flatnonzero(counting))]
        for label in range(labels.max(initial=-1) + 1):
            mine, own = row_numbers[of_row == label], column_numbers[of_column == label]
            if len(mine):
                weight, share = _measure([measure[own] for measure in measures])
                name = _name([session.variables[j] for j in own])
                cut = self._block(program, mine, own, weight, guards[mine], guard_price)
                self.blocks.append(Block(name, *cut, float(np.abs(share).max())))
                shares.append(share)
        self.rows = np.r_[np.flatnonzero(~speaks), np.flatnonzero(counting)]
        self._counting = int(counting.sum())
        worst = [n for n, j in enumerate(self.columns) if _family(session.variables[j]) == "WorstShortfall_kt"]
        self._worst = worst[0] if worst else None
        self.master = self._master(
            program, np.flatnonzero(counting), np.array(shares).reshape(len(shares), len(measures))
        )

    def _block(
        self, program: Program, rows: np.ndarray, own: np.ndarray, weight: np.ndarray, guarded: np.ndarray, price: float
    ) -> tuple[Program, int, np.ndarray, int]:
        """Cut a block out; a guard gets a column of its own by which it may be missed."""
        part = program.matrix[rows][:, np.r_[own, self.columns]].tocsc()
        links = np.flatnonzero(np.diff(part[:, len(own) :].indptr) > 0)
        places = np.flatnonzero(guarded)
        direction = np.where(np.isfinite(program.row_lower[rows[places]]), 1.0, -1.0)
        missing = csc_matrix((direction, (places, np.arange(len(places)))), shape=(len(rows), len(places)))
        matrix = hstack([part[:, : len(own)], missing, part[:, len(own) + links]]).tocsc()
        zeros, free = np.zeros(len(links)), np.full(len(places), np.inf)
        scale = max(1.0, float(np.max(weight, initial=0.0)))
        block = Program(
            matrix=matrix.tocsr(),
            row_lower=program.row_lower[rows],
            row_upper=program.row_upper[rows],
            lower=np.r_[program.lower[own], np.zeros(len(places)), zeros],
            upper=np.r_[program.upper[own], free, zeros],
            cost=np.r_[weight, np.full(len(places), price * scale), zeros],
            offset=0.0,
            integer=np.zeros(matrix.shape[1], dtype=bool),
        )
        return block, len(own) + len(places), links, len(places)

    def _master(self, program: Program, counting: np.ndarray, shares: np.ndarray) -> Program:
        """Rows that do not speak of operation, and those that add shortfalls up, in which blocks stand for their columns."""
        count = len(self.blocks)
        kept = self.rows
        own = program.matrix[kept][:, self.columns]
        adding = csc_matrix((len(kept), count)).tolil()
        if count and len(counting):
            adding[len(kept) - len(counting) :, :] = shares[:, 1:].T
        return Program(
            matrix=hstack([own, adding.tocsr()]).tocsr(),
            row_lower=program.row_lower[kept],
            row_upper=program.row_upper[kept],
            lower=np.r_[program.lower[self.columns], np.zeros(count)],
            upper=np.r_[program.upper[self.columns], np.full(count, np.inf)],
            cost=np.r_[program.cost[self.columns], shares[:, 0] if count else np.zeros(0)],
            offset=program.offset,
            integer=np.r_[program.integer[self.columns], np.zeros(count, dtype=bool)],
        )

    def missing(self, plan: np.ndarray, answer: Answer) -> float:
        """Shortfall that the master does not know of, at most, kt."""
        shares = np.array([block.share for block in self.blocks])
        return float(shares @ np.maximum(0.0, answer.shortfall - plan[self.shortfalls]))

    def total(self, plan: np.ndarray, shortfall: np.ndarray) -> float:
        """The objective of a plan at what the blocks answer: the worst loss is added up anew, kt."""
        apart, count, master = len(self.columns), len(self.blocks), self.master
        total = master.offset + master.cost[:apart] @ plan[:apart] + master.cost[apart:] @ shortfall
        if self._worst is not None and self._counting:  # Without blocks the master knows it.
            first = len(self.rows) - self._counting
            rows, of_worst = master.matrix[first:], master.matrix[first:, self._worst].toarray().ravel()
            held = np.isfinite(master.row_lower[first:]) | np.isfinite(master.row_upper[first:])
            told = held & (of_worst != 0.0)
            each = -rows[told][:, apart : apart + count] @ shortfall / of_worst[told]
            worst = max(each, default=0.0)
            total += master.cost[self._worst] * (worst - plan[self._worst])
        return float(total)

    @property
    def shortfalls(self) -> slice:
        """Master columns of the blocks' shortfalls."""
        return slice(len(self.columns), len(self.columns) + len(self.blocks))

    def begin(self) -> None:
        """Forget every warm start."""
        for block in self.blocks:
            block.begin()

    def ask(self, plan: np.ndarray) -> Answer:
        """Solve every block under the plan (values of the master's columns)."""
        values, cuts, missed = np.zeros(len(self.blocks)), list[Cut](), 0.0
        for n, block in enumerate(self.blocks):
            values[n], found, short = block.solve(plan, n)
            cuts += found
            missed += short
        return Answer(values, tuple(cuts), missed)


def _is_operation(variable: Any, apart: Collection[str]) -> bool:
    """Whether a column is decided anew in one of the scenarios; draws of the base are not."""
    name, index = _family(variable), variable.index()
    return name in _OPERATION and index[-1] in apart and not (name == "Draw_kt" and index[-1] == BASE)


def _name(variables: Sequence[Any]) -> tuple[object, ...]:
    """Scenario, first year, first variable and size: chains that do not meet are blocks of their own in the same year."""
    year = min(variable.index()[-2] for variable in variables)
    return variables[0].index()[-1], year, min(variable.name for variable in variables), len(variables)


def _key(variable: Any) -> tuple[str, Any]:
    """What a variable is called in every model of the case."""
    return _family(variable), variable.index()


class Translation:
    """From the cuts of one taken-apart model to those of another one of the same case, where both have the block."""

    def __init__(self, source: Split, target: Split) -> None:
        place = {key: n for n, key in enumerate(target.keys)}
        block = {one.name: n for n, one in enumerate(target.blocks)}
        self._columns = np.array([place.get(key, -1) for key in source.keys], dtype=int)
        self._blocks = [block.get(one.name) for one in source.blocks]

    def cuts(self, cuts: Iterable[Cut]) -> list[Cut]:
        """Translate what can be translated."""
        found = []
        for cut in cuts:
            number, columns = self._blocks[cut.block], self._columns[cut.columns]
            if number is not None and (columns >= 0).all():
                found.append(Cut(number, columns, cut.slope, cut.constant, cut.hard))
        return found


def _family(component: Any) -> str:
    return str(component.parent_component().local_name)


def _labels(part: csc_matrix) -> np.ndarray:
    """Number of the block of each row, then of each column: rows and columns that meet belong together."""
    met = part.tocoo()
    count = part.shape[0] + part.shape[1]
    graph = csc_matrix((np.ones(met.nnz), (met.row, met.col + part.shape[0])), shape=(count, count))
    return connected_components(graph, directed=False)[1]


def _measure(measures: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The weights of a block's shortfall, and how many times they stand in the objective and in each counting row.

    All of them count the same tonnes with the same priorities, so that each is a multiple of the largest.
    """
    sizes = np.array([np.abs(measure).max(initial=0.0) for measure in measures])
    largest = measures[int(sizes.argmax())]
    if not sizes.any():
        return np.zeros(len(largest)), np.zeros(len(measures))
    weight = np.abs(largest)
    place = int(weight.argmax())
    shares = np.array([measure[place] / weight[place] for measure in measures])
    for measure, share in zip(measures, shares, strict=True):
        if not np.allclose(measure, share * weight, atol=1e-9 * sizes.max()):
            raise SolverError("the shortfall of a block is counted in two ways")
    return weight, shares
