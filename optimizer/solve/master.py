"""A step of the plan as master and blocks: one compiled model that answers for any budget.

The master knows what operates only through cuts. Its linear relaxation is solved with ever more cuts until the blocks agree;
fundings are priced exactly by the blocks; a search among whole fundings starts from the cuts at hand. Each of these depends on
what it is given alone, never on what was solved before, so that answers do not depend on who solves which budget, or when.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.build import build_model
from models.instance import BASE, Goal, Instance
from models.options import Layout, Options
from models.reductions import loosened, without_dominated_years
from optimizer.solve.highs import Interrupt, Limits, Outcome, Program, Session, Status
from optimizer.solve.split import Answer, Cut, Split

# How far master and blocks may differ at the end, and what share of that a cut must say more than the master knows.
_NEWS = 1e-2
_AGREED_POINTS = 1e-4
_AGREED_KT = 2e-7  # Where the shortfall is a limit: a fifth of the least slack that it has.
_MOST_ROUNDS = 200
_GUARD_PRICE = 100.0
_WHOLE = 1e-6


@dataclass(frozen=True)
class Money:
    """What may be spent: the budget (None: no limit), and by how much the pots of the instance are multiplied.

    ``shortfall_limit_kt``: what the weighted shortfall may be where cost is minimized.
    """

    budget_musd: float | None
    pots_factor: float = 1.0
    shortfall_limit_kt: float | None = None


@dataclass(frozen=True)
class Ties:
    """What a plan must keep: bounds of master columns, and rows ``columns x factors >= lower``."""

    columns: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))
    lower: np.ndarray = field(default_factory=lambda: np.zeros(0))
    upper: np.ndarray = field(default_factory=lambda: np.zeros(0))
    rows: tuple[tuple[np.ndarray, np.ndarray, float], ...] = ()

    def closed(self, columns: np.ndarray) -> Ties:
        """The same with these columns at 0."""
        zeros = np.zeros(len(columns))
        return self.fixed(columns, zeros, zeros)

    def fixed(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Ties:
        """The same with bounds of more columns."""
        return Ties(np.r_[self.columns, columns], np.r_[self.lower, lower], np.r_[self.upper, upper], self.rows)


@dataclass(frozen=True)
class Priced:
    """A plan with its exact value (weighted shortfall in kt, or cost in MUSD), by master column, and what the blocks say."""

    value: float
    plan: np.ndarray
    answer: Answer


def coverage_master(instance: Instance, interrupt: Interrupt) -> Master:
    """Least shortfall: every year of the base and every loss is a block."""
    options = Options(Goal.COVERAGE, base_layout=Layout.POOLED, tightened=True)
    return Master(without_dominated_years(instance), options, tuple(instance.scenarios), interrupt)


def bound_master(instance: Instance, interrupt: Interrupt) -> Master:
    """Least shortfall of the loosened case: much smaller; its bounds and its cuts hold for the case itself."""
    options = Options(Goal.COVERAGE, base_layout=Layout.POOLED, tightened=True)
    return Master(loosened(instance), options, tuple(instance.scenarios), interrupt)


def cost_master(instance: Instance, layout: Layout, interrupt: Interrupt) -> Master:
    """Least cost with the shortfall kept: the losses, which have no costs, are blocks; the base stays in the master."""
    options = Options(Goal.COST, base_layout=layout, shortfall_limit_kt=0.0, tightened=True)
    losses = tuple(s for s in instance.scenarios if s != BASE)
    return Master(instance, options, losses, interrupt)


class Master:
    """One step of one case, compiled, and with the scenarios ``apart`` taken out as blocks."""

    def __init__(self, instance: Instance, options: Options, apart: Sequence[str], interrupt: Interrupt) -> None:
        self.instance, self.interrupt = instance, interrupt
        self.session = Session(build_model(instance, options), interrupt)
        self.split = Split(self.session, apart, _GUARD_PRICE)
        self.has_costs = options.minimize is Goal.COST
        self.agreed_kt = _AGREED_KT if self.has_costs else _AGREED_POINTS * instance.weighted_demand_kt / 100.0
        self.point_kt = max(instance.weighted_demand_kt / 100.0, 1e-9)
        self.place = {key: n for n, key in enumerate(self.split.keys)}
        self.fundings: list[tuple[str, int]] = list(self.session.model.Fund)
        self.fund = np.array([self.place["Fund", key] for key in self.fundings], dtype=int)
        self.ever = {p: self.place["Ever", p] for p in self.session.model.FUNDABLE}

    @property
    def size(self) -> dict[str, int]:
        """Size of the model before it was taken apart."""
        one = self.session
        return {"rows": one.rows, "columns": one.columns, "nonzeros": one.nonzeros, "binaries": one.binaries}

    def _rows(self, *families: str) -> np.ndarray:
        """Master rows of some families."""
        names = [self.session.constraints[n].parent_component().local_name for n in self.split.rows]
        return np.array([n for n, name in enumerate(names) if name in families], dtype=int)

    def program(self, money: Money, ties: Ties = Ties()) -> Program:
        """The master's program with this money and these bounds (rows of ties are added by whoever solves it)."""
        master = self.split.master
        uppers, lower, upper = master.row_upper.copy(), master.lower.copy(), master.upper.copy()
        uppers[self._rows("outlay_within_budget")] = np.inf if money.budget_musd is None else money.budget_musd
        uppers[self._rows("payments_within_purse", "affordable_together")] *= money.pots_factor
        if money.shortfall_limit_kt is not None:
            uppers[self._rows("shortfall_is_kept")] += money.shortfall_limit_kt
        lower[ties.columns], upper[ties.columns] = ties.lower, ties.upper
        return replace(master, row_upper=uppers, lower=lower, upper=upper)

    def vector(self, funded: Collection[tuple[str, int]]) -> np.ndarray:
        """Values of the fundings where these (p, v) are funded."""
        return np.array([float(key in funded) for key in self.fundings])

    def chosen(self, plan: np.ndarray) -> frozenset[tuple[str, int]]:
        """The (p, v) that a plan funds."""
        return frozenset(key for key, share in zip(self.fundings, plan[self.fund], strict=True) if share > 0.5)

    def begin(self) -> None:
        """Forget every warm start: what follows depends on what it is given alone."""
        self.split.begin()

    def load(self, plan: np.ndarray) -> None:
        """Write a plan into the variables of the Pyomo model; those of the blocks keep what they have."""
        for column, value in zip(self.split.columns.tolist(), plan[: len(self.split.columns)].tolist(), strict=True):
            self.session.variables[column].set_value(value, skip_validation=True)

    # ------------------------------------------------------------ three questions

    def relax(
        self, money: Money, ties: Ties, pool: list[Cut], limits: Limits, known: Iterable[Cut] = ()
    ) -> tuple[Outcome, list[Cut]]:
        """Solve the linear relaxation; return it (its bound is valid for every plan), and the cuts it needed.

        It starts with the cuts ``known``; ``pool`` is looked through first, and grows by what the blocks had to say anew.
        """
        program = self.program(money, ties)
        session = self._session(replace(program, integer=np.zeros(len(program.integer), dtype=bool)), ties, known)
        return self._agree(session, pool, limits)

    def price(self, money: Money, ties: Ties, pool: list[Cut], funded: np.ndarray, limits: Limits) -> Priced | None:
        """Find the best sizes and purchases with these fundings, and their exact shortfall; None if the money does not do."""
        ever = {p: 0.0 for p in self.ever}
        for (p, _), share in zip(self.fundings, funded, strict=True):
            ever[p] += share
        columns = np.r_[self.fund, np.array(list(self.ever.values()), dtype=int)]
        values = np.r_[funded, np.array(list(ever.values()))]
        fixed = ties.fixed(columns, values, values)
        bound = self.program(money, ties)
        if (values < bound.lower[columns] - _WHOLE).any() or (values > bound.upper[columns] + _WHOLE).any():
            return None
        session = self._session(self.program(money, fixed), ties, ())
        return self._best_of(session, pool, limits)

    def search(
        self,
        money: Money,
        ties: Ties,
        cuts: Iterable[Cut],
        limits: Limits,
        whole: np.ndarray | None = None,
        start: np.ndarray | None = None,
        own_heuristics: bool = True,
    ) -> Outcome:
        """Search among whole fundings (``whole``: columns kept whole; None: all that should be), knowing these cuts."""
        program = self.program(money, ties)
        if whole is not None:
            integer = np.zeros(len(program.integer), dtype=bool)
            integer[whole] = True
            program = replace(program, integer=integer)
        session = self._session(program, ties, cuts)
        if own_heuristics:
            session.branch_only()
        if start is not None:
            session.start_from(start)
        return session.solve(limits)

    # ------------------------------------------------------------ how they are answered

    def _session(self, program: Program, ties: Ties, cuts: Iterable[Cut]) -> Session:
        session = Session(None, self.interrupt, program)
        for columns, factors, lower in ties.rows:
            session.add_row(columns, factors, lower)
        for cut in cuts:
            self._add(session, cut)
        return session

    def _add(self, session: Session, cut: Cut) -> None:
        shortfall = self.split.shortfalls.start + cut.block
        session.add_row(np.r_[shortfall, cut.columns], np.r_[1.0, -cut.slope], cut.constant)

    def _news(self, cuts: Sequence[Cut], plan: np.ndarray) -> list[Cut]:
        """Cuts that say more than the master's shortfalls under the plan."""
        known, least = plan[self.split.shortfalls], _NEWS * self.agreed_kt
        return [cut for cut in cuts if cut.at(plan) > known[cut.block] + least]

    def _agree(self, session: Session, pool: list[Cut], limits: Limits) -> tuple[Outcome, list[Cut]]:
        """Solve with ever more cuts, first of those at hand, until the blocks have nothing new to say."""
        used: list[Cut] = []
        outcome = Outcome(Status.NO_PLAN, None, None, None, 0.0)
        for _ in range(_MOST_ROUNDS):
            outcome = session.solve(limits)
            if outcome.values is None:
                break
            news = self._news(pool, outcome.values)
            if not news:
                answer = self.split.ask(outcome.values)
                if self.split.missing(outcome.values, answer) < self.agreed_kt:
                    break
                news = self._news(answer.cuts, outcome.values)
                pool += news
            if not news:
                break
            for cut in news:
                self._add(session, cut)
            used += news
        return outcome, used

    def _best_of(self, session: Session, pool: list[Cut], limits: Limits) -> Priced | None:
        """The best plan met on the way to agreement, at its exact shortfall."""
        best: Priced | None = None
        for _ in range(_MOST_ROUNDS):
            outcome = session.solve(limits)
            if outcome.values is None or outcome.objective is None:
                break
            news = self._news(pool, outcome.values)
            if not news:
                answer = self.split.ask(outcome.values)
                true = self.split.total(outcome.values, answer)
                agreed = self.split.missing(outcome.values, answer) < self.agreed_kt
                worth = answer.missed_kt == 0.0 and (agreed or not self.has_costs)
                if worth and (best is None or true < best.value):
                    plan = outcome.values.copy()
                    plan[self.split.shortfalls] = answer.shortfall
                    best = Priced(true, plan, answer)
                news = self._news(answer.cuts, outcome.values)
                pool += news
                if agreed:
                    break
            if not news:
                break
            for cut in news:
                self._add(session, cut)
        return best
