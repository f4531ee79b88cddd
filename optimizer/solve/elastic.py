"""The case as a question of what is possible: every limit that a planner set may be opened, or give for a price.

Nothing but the limits matters here: with objective cost a row without a price simply is one that must be served in full, and
losses that leave nothing to be kept are left out. The model is compiled once; questions only change bounds and costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo

from models.build import build_model
from models.instance import BASE, Goal, Instance
from models.options import Layout, Options
from models.purses import Claimant, purse_kind
from optimizer.solve.highs import Interrupt, Limits, Outcome, Session, Status

Key = tuple[str, int]
RowKey = tuple[str, tuple[Any, ...]]

SERVED, SURVIVES = "minimum_coverage_is_served", "minimum_coverage_survives"
COUNTRIES, PROJECTS, SHARE = "enough_countries", "enough_projects", "country_share_within_limit"
PEOPLE = "people_are_enough"
REACHED, KEPT_DOWN, SPARED = "share_is_reached", "share_is_kept_down", "spared_within_share"
LIABLE, PART, HOME = "contingent_within_limit", "part_of_a_project", "spent_at_home"
BUDGET, PURSE, PAID = "outlay_within_budget", "payments_within_purse", "outlay_is_paid"
# Outlays that no pot pays: opened or priced like a limit.
UNPAID = ("UNPAID", 0)
_GAP, _GAP_OF_LARGE = 1e-4, 1e-2
_LARGE = 200  # Yes/no decisions from which relaxations are asked first, and a percent is near enough.
_LEAST = 1e-7


class NotKnownError(Exception):
    """A question was not answered in the time given."""


@dataclass(frozen=True)
class Give:
    """How one limit may give.

    ``rows``: (constraint family, index) -> what one unit of the limit gives in that row, in the row's unit; rows of base
    coverage are named (d, t). ``most``: how far it can give. ``row_by_row``: each row gives for itself (rules on shares).
    """

    rows: Mapping[RowKey, float]
    most: float
    row_by_row: bool = False


@dataclass(frozen=True)
class Answer:
    """By how much each priced limit gives, and the values of all columns."""

    amounts: Mapping[Key, float]
    values: np.ndarray
    proven: bool

    @property
    def giving(self) -> dict[Key, float]:
        """The limits that do give."""
        return {key: amount for key, amount in self.amounts.items() if amount > _LEAST}


class Elastic:
    """The compiled case with a way to give for every limit.

    Every question takes ``open``, limits that do not hold at all; ``relaxed`` asks it of the linear relaxation, which is
    much faster and never misses a plan: what is impossible there, or short, is so in the case too.

    Raises
    ------
    NotKnownError
        By every question that is not answered in time.
    """

    def __init__(self, instance: Instance, gives: Mapping[Key, Give], interrupt: Interrupt | None = None) -> None:
        self.instance = as_feasibility(instance)
        options = Options(Goal.COVERAGE, base_layout=Layout.POOLED)
        self.model = build_model(self.instance, options)
        self.session = Session(self.model, interrupt)
        self._width = self.session.columns
        self._row = {(c.parent_component().name, _tuple(c.index())): n for n, c in enumerate(self.session.constraints)}
        groups = self.model.networks[BASE].groups
        self._group = {d: name for name, group in groups.items() for d in group.members}
        self._most: dict[Key, float] = {}
        self._columns: dict[Key, np.ndarray] = {}
        for key, give in gives.items():
            self._add(key, give)
        self._columns[UNPAID] = np.array(list(self._reliefs(PAID).values()), dtype=int)
        self._most[UNPAID] = float("inf")
        self.session.minimize({})
        self.is_large = self.session.binaries >= _LARGE

    # ------------------------------------------------------------ columns

    def _add(self, key: Key, give: Give) -> None:
        rows = [
            (n, factor * self._sign(row)) for row, factor in give.rows.items() if (n := self._find(row)) is not None
        ]
        parts = [[part] for part in rows] if give.row_by_row else [rows] if rows else []
        columns = [
            self.session.add_column(np.array([n for n, _ in part]), np.array([x for _, x in part])) for part in parts
        ]
        self._columns[key] = np.array(columns, dtype=int)
        self._most[key] = give.most

    def _find(self, row: RowKey) -> int | None:
        family, index = row
        if family == SERVED:
            d, t = index
            return self._row.get((family, (self._group[d], t, BASE)))
        return self._row.get(row)

    @staticmethod
    def _sign(row: RowKey) -> float:
        """Counts, and what is spent at home, must be at least something, all else at most."""
        return 1.0 if row[0] in (COUNTRIES, PROJECTS, HOME) else -1.0

    def _reliefs(self, family: str) -> dict[tuple[Any, ...], int]:
        """Columns of the model's own reliefs of a family, by index."""
        relief, _ = self.model.reliefs[family]
        return {
            _tuple(index): self.session.column[id(variable)]
            for index, variable in relief.items()
            if id(variable) in self.session.column
        }

    # ------------------------------------------------------------ questions

    def is_feasible(
        self, open: Collection[Key], seconds: float, relaxed: bool = False, beside: Collection[RowKey] = ()
    ) -> bool:
        """Tell whether some plan keeps all limits but those that are open, and but for some rows beside."""
        free = {n: 0.0 for row in beside if (n := self._relief(row)) is not None}
        return self._solve({}, open, free, seconds, relaxed).values is not None

    def least(
        self, prices: Mapping[Key, float], open: Collection[Key], seconds: float, relaxed: bool = False
    ) -> Answer | None:
        """Let the priced limits give as little as possible; None where that is not enough."""
        outcome = self._solve(prices, open, {}, seconds, relaxed)
        if outcome.values is None:
            return None
        amounts = {key: float(outcome.values[self._columns[key]].sum()) for key in prices}
        return Answer(amounts, outcome.values, outcome.status is Status.OPTIMAL)

    def least_short(
        self,
        rows: Collection[RowKey],
        beside: Collection[RowKey],
        open: Collection[Key],
        seconds: float,
        relaxed: bool = False,
    ) -> tuple[float, dict[RowKey, float]]:
        """Tell by how much rows must give in sum where all that is open, and the rows beside, give freely.

        Returns
        -------
        tuple
            A bound below which no plan can be, and by how much each row gives in the best plan, in the unit of the rows.
        """
        numbers = {row: n for row in rows if (n := self._relief(row)) is not None}
        free = {n: 0.0 for row in beside if (n := self._relief(row)) is not None}
        outcome = self._solve({}, open, free | dict.fromkeys(numbers.values(), 1.0), seconds, relaxed)
        if outcome.values is None or outcome.bound is None:
            return 0.0, {}  # What is open could not hold before either: of this row nothing is told.
        gives = {row: float(outcome.values[n]) for row, n in numbers.items()}
        return max(0.0, outcome.bound), {row: x for row, x in gives.items() if x > _LEAST}

    def unpaid(self, answer: Answer) -> dict[tuple[str, str, int], float]:
        """What stays unpaid in an answer in which ``UNPAID`` gives, by (country, stage, year), MUSD."""
        self.session.load(answer.values[: self._width])
        sums: dict[tuple[str, str, int], float] = {}
        for claim, number in self._reliefs(PAID).items():
            if answer.values[number] > _LEAST:
                for place, musd in self._by_claimant(claim, float(answer.values[number])).items():
                    sums[place] = sums.get(place, 0.0) + musd
        return sums

    def share_needed(self, rule: str, answer: Answer) -> float:
        """The largest share of one country that an answer has in a year of a rule."""
        m, conversion = self.model, self.instance.rules[rule].conversion
        by_place: dict[tuple[str, int], float] = {}
        for p, t in m.CAPACITIES:
            if p in conversion and t >= self.instance.rules[rule].from_year:
                place = self.instance.projects[p].country, t
                column = self.session.column.get(id(m.Capacity_ktpy[p, t]))
                capacity = 0.0 if column is None else float(answer.values[column])
                by_place[place] = by_place.get(place, 0.0) + conversion[p] * capacity
        every: dict[int, float] = {}
        for (_, t), capacity in by_place.items():
            every[t] = every.get(t, 0.0) + capacity
        return max((x / every[t] for (_, t), x in by_place.items() if every[t] > _LEAST), default=0.0)

    def part_needed(self, rule: str, answer: Answer) -> float | None:
        """The share that the country of a fairness rule has in an answer; None of nothing."""
        m = self.model
        sums = self._sums(f"fair {rule}", {"part": m.Part[rule], "whole": m.Whole[rule]}, answer)
        return sums["part"] / sums["whole"] if sums["whole"] > _LEAST else None

    def project_share_needed(self, funder: str, answer: Answer) -> float:
        """The largest part of one project's public money that a funder pays in an answer."""
        m = self.model
        paid = {p: sum(x for key, x in self._payments(funder) if key[4] == p) for f, p in m.PARTS if f == funder}
        whole = {p: sum(m.Outlay_musd[p, t] for t in m.YEARS) for p in paid}
        parts, wholes = self._sums(f"part {funder}", paid, answer), self._sums(f"whole {funder}", whole, answer)
        return max((parts[p] / x for p, x in wholes.items() if x > _LEAST), default=0.0)

    def domestic_share_needed(self, funder: str, home: str, answer: Answer) -> float | None:
        """The share of what a funder pays that it pays at home in an answer; None of nothing."""
        paid = self._payments(funder)
        split = {"home": sum(x for key, x in paid if key[1] == home), "all": sum(x for _, x in paid)}
        sums = self._sums(f"home {funder}", split, answer)
        return sums["home"] / sums["all"] if sums["all"] > _LEAST else None

    def _payments(self, funder: str) -> list[tuple[tuple[Any, ...], Any]]:
        m = self.model
        return [(key, x) for key, x in m.Pay_musd.items() if m.purses[key[0]].funder == funder]

    def _sums(self, name: str, expressions: Mapping[str, Any], answer: Answer) -> dict[str, float]:
        return self.session.reader.at(answer.values[: self._width]).sums(name, expressions)

    # ------------------------------------------------------------ solve

    def _solve(
        self,
        prices: Mapping[Key, float],
        open: Collection[Key],
        reliefs: Mapping[int, float],
        seconds: float,
        relaxed: bool,
    ) -> Outcome:
        """Solve with some limits open, some for a price, and some of the model's reliefs for a price."""
        costs: dict[int, float] = dict(reliefs)
        free = {key for key in (*open, *prices) if key in self._columns}
        for key, columns in self._columns.items():
            upper = np.full(len(columns), self._most[key] if key in free else 0.0)
            self.session.set_bounds(columns, np.zeros(len(columns)), upper)
            if key in prices:
                costs |= {int(column): prices[key] for column in columns}
        numbers = np.array(list(reliefs), dtype=int)
        self.session.set_bounds(numbers, np.zeros(len(numbers)), np.full(len(numbers), np.inf))
        self.session.minimize(costs)
        self.session.relax(relaxed)
        outcome = self.session.solve(Limits(_LEAST, _GAP_OF_LARGE if self.is_large else _GAP, seconds))
        self.session.set_bounds(numbers, np.zeros(len(numbers)), np.zeros(len(numbers)))
        if outcome.values is None and outcome.status is not Status.INFEASIBLE:
            raise NotKnownError
        return outcome

    def _relief(self, row: RowKey) -> int | None:
        """Column of the model's own relief of a row."""
        family, index = row
        return self._reliefs(family).get((self._group[index[0]], index[1], BASE) if family == SERVED else index)

    def _by_claimant(self, index: tuple[Any, ...], unpaid: float) -> dict[tuple[str, str, int], float]:
        """What of a claim is not paid, for each country and stage in proportion to what it takes."""
        claim, t = Claimant(*index[:-1]), int(index[-1])
        takes: dict[tuple[str, str, int], float] = defaultdict(float)
        for claimant, outlays in self.model.asked.items():
            if self.model.claim_of[claimant] == claim:
                takes[claimant.country, claimant.stage, t] += sum(pyo.value(x[t]) for x in outlays if t in x)
        every = sum(takes.values())
        if every <= _LEAST:
            return {(claim.country, claim.stage, t): unpaid}
        return {place: unpaid * musd / every for place, musd in takes.items() if musd > _LEAST}


def must_share(instance: Instance, d: str, t: int) -> float:
    """Share of a row that must be served in the base: all of it where objective cost gives a tonne short no price."""
    unpriced = instance.goal is Goal.COST and instance.demands[d].shortfall_musd_per_kt[t] is None
    return 1.0 if unpriced else instance.demands[d].min_coverage[t]


def as_feasibility(instance: Instance) -> Instance:
    """The same limits without a goal: one kind of minimum, one priority, only losses that ask for something."""
    demands = {
        d: replace(
            demand,
            min_coverage={t: must_share(instance, d, t) for t in instance.years},
            priority=dict.fromkeys(instance.years, 1.0),
        )
        for d, demand in instance.demands.items()
    }
    return replace(instance, goal=Goal.COVERAGE, demands=demands, resilience_weight=0.0)


def purse_rows(instance: Instance, pot: str) -> tuple[RowKey, ...]:
    """The rows in which a pot's money counts: those of its purse, from its year on."""
    chosen = instance.pots[pot]
    alike = [name for name, x in instance.pots.items() if purse_kind(x) == purse_kind(chosen)]
    later = chosen.carry_over or chosen.year is None
    ends = [t for t in instance.years if chosen.year is None or t == chosen.year or (later and t > chosen.year)]
    return tuple((PURSE, (alike[0], t)) for t in ends)


def _tuple(index: Any) -> tuple[Any, ...]:
    return index if isinstance(index, tuple) else (index,)
