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
from models.reading import Reader
from models.reductions import loosened, without_dominated_years
from optimizer.solve.highs import Interrupt, Limits, Outcome, Session, Status
from optimizer.solve.program import Program
from optimizer.solve.split import Answer, Cut, Split

# How far master and blocks may differ at the end, and what share of that a cut must say more than the master knows.
_NEWS = 1e-2
_AGREED_POINTS = 1e-4
_AGREED_KT = 2e-7  # Where the shortfall is a limit: a fifth of the least slack that it has.
# Cuts that lie further below a relaxation's shortfall say nothing near it, in points.
_NEAR_POINTS = 0.05
_MOST_ROUNDS = 200
_GUARD_PRICE = 100.0
_HARD_KT = 1e-8  # Least that a guard must be missed by, as a cut says, to be worth a row.
_WHOLE = _USED = 1e-6


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
    """What a plan must keep: bounds of master columns."""

    columns: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))
    lower: np.ndarray = field(default_factory=lambda: np.zeros(0))
    upper: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def closed(self, columns: np.ndarray) -> Ties:
        """The same with these columns at 0."""
        zeros = np.zeros(len(columns))
        return self.fixed(columns, zeros, zeros)

    def fixed(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Ties:
        """The same with bounds of more columns."""
        return Ties(np.r_[self.columns, columns], np.r_[self.lower, lower], np.r_[self.upper, upper])


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


def outlay_master(instance: Instance, interrupt: Interrupt) -> Master:
    """Least public money with the shortfall kept: blocks as in the coverage step."""
    options = Options(
        Goal.COVERAGE, base_layout=Layout.POOLED, shortfall_limit_kt=0.0, least_outlay=True, tightened=True
    )
    return Master(without_dominated_years(instance), options, tuple(instance.scenarios), interrupt)


class Master:
    """One step of one case, compiled, and with the scenarios ``apart`` taken out as blocks.

    ``iterations``: of the simplex method in all searches so far: a measure of work that is the same on every machine.
    """

    def __init__(self, instance: Instance, options: Options, apart: Sequence[str], interrupt: Interrupt) -> None:
        self.instance, self.interrupt = instance, interrupt
        self.iterations = 0
        self.session = Session(build_model(instance, options), interrupt)
        self.split = Split(self.session, apart, _GUARD_PRICE)
        self.has_costs = options.minimize is Goal.COST or options.least_outlay
        self.agreed_kt = _AGREED_KT if self.has_costs else _AGREED_POINTS * instance.weighted_demand_kt / 100.0
        self.point_kt = max(instance.weighted_demand_kt / 100.0, 1e-9)
        self.place = {key: n for n, key in enumerate(self.split.keys)}
        self.fundings: list[tuple[str, int]] = list(self.session.model.Fund)
        self.fund = np.array([self.place["Fund", key] for key in self.fundings], dtype=int)
        self.ever = {p: self.place["Ever", p] for p in self.session.model.FUNDABLE}
        families = [row.parent_component().local_name for row in self.session.constraints]
        self._all_families = np.array(families, dtype=object)
        self._row_families = self._all_families[self.split.rows]

    @property
    def size(self) -> dict[str, int]:
        """Size of the model before it was taken apart."""
        one = self.session
        return {"rows": one.rows, "columns": one.columns, "nonzeros": one.nonzeros, "binaries": one.binaries}

    def _rows(self, *families: str) -> np.ndarray:
        """Master rows of some families."""
        return np.flatnonzero(np.isin(self._row_families, families))

    def program(self, money: Money, ties: Ties = Ties()) -> Program:
        """The master's program with this money and these bounds."""
        master = _with_money(self.split.master, self._row_families, money)
        lower, upper = master.lower.copy(), master.upper.copy()
        lower[ties.columns], upper[ties.columns] = ties.lower, ties.upper
        return replace(master, lower=lower, upper=upper)

    def undivided(self, money: Money, through: int) -> Program:
        """The program before it was taken apart, with this money; only fundings of the years ``through`` are whole."""
        program = _with_money(self.session.program, self._all_families, money)
        later = self.fund[np.array([v > through for _, v in self.fundings], dtype=bool)]
        integer = program.integer.copy()
        integer[self.split.columns[later]] = False
        return replace(program, integer=integer)

    def vector(self, funded: Collection[tuple[str, int]]) -> np.ndarray:
        """Values of the fundings where these (p, v) are funded."""
        return np.array([float(key in funded) for key in self.fundings])

    def chosen(self, plan: np.ndarray) -> frozenset[tuple[str, int]]:
        """The (p, v) that a plan funds."""
        return frozenset(key for key, share in zip(self.fundings, plan[self.fund], strict=True) if share > 0.5)

    def used(self, values: np.ndarray) -> frozenset[tuple[str, int]]:
        """The (p, v) that a solution uses, in whole or in part."""
        return frozenset(key for key, share in zip(self.fundings, values[self.fund], strict=True) if share > _USED)

    def begin(self) -> None:
        """Forget every warm start: what follows depends on what it is given alone."""
        self.split.begin()

    def read(self, plan: np.ndarray) -> Reader:
        """The plan as values of the Pyomo model's variables; those of the blocks are 0."""
        values = np.zeros(self.session.columns)
        values[self.split.columns] = plan[: len(self.split.columns)]
        return self.session.reader.at(values)

    # ------------------------------------------------------------ what is asked

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
        program = self.program(money, fixed)
        return self._best_of(self.session_of(program, pool), pool, limits)

    def search(
        self,
        money: Money,
        ties: Ties,
        cuts: Iterable[Cut],
        limits: Limits,
        whole: np.ndarray | None = None,
        start: np.ndarray | None = None,
        for_plans: bool = False,
    ) -> Outcome:
        """Search among whole fundings (``whole``: columns kept whole; None: all that should be), knowing these cuts.

        ``for_plans``: with the solver's heuristics, which find good plans among few fundings; among many they take the time
        that the bound needs.
        """
        program = self.program(money, ties)
        if whole is not None:
            integer = np.zeros(len(program.integer), dtype=bool)
            integer[whole] = True
            program = replace(program, integer=integer)
        session = self.session_of(program, cuts)
        if not for_plans:
            session.branch_only()
        if start is not None:
            session.start_from(start)
        outcome = session.solve(limits)
        self.iterations += outcome.iterations
        return outcome

    # ------------------------------------------------------------ how they are answered

    def set_money(self, session: Session, money: Money) -> None:
        """Change what may be spent in a session of the master."""
        uppers = self.program(money).row_upper
        rows = self._rows("outlay_within_budget", "payments_within_purse", "affordable_together", "shortfall_is_kept")
        session.set_row_uppers(rows, uppers[rows])

    def session_of(self, program: Program, cuts: Iterable[Cut]) -> Session:
        """A solver with this program and the cuts."""
        session = Session(None, self.interrupt, program)
        for cut in cuts:
            self.add(session, cut)
        return session

    def add(self, session: Session, cut: Cut, first: int = 0) -> None:
        """Put a cut into a session of the master, whose columns begin at ``first``."""
        columns = cut.columns + first
        if cut.hard:
            session.add_row(columns, -cut.slope, cut.constant)
            return
        shortfall = self.split.shortfalls.start + cut.block + first
        session.add_row(np.r_[shortfall, columns], np.r_[1.0, -cut.slope], cut.constant)

    def news(self, cuts: Sequence[Cut], plan: np.ndarray) -> list[Cut]:
        """Cuts that say more than the master knows under the plan, of blocks that count."""
        known = plan[self.split.shortfalls]
        least = _NEWS * self.agreed_kt
        counts = [block.share > 0.0 for block in self.split.blocks]
        return [
            cut
            for cut in cuts
            if (cut.hard or counts[cut.block]) and cut.at(plan) > (_HARD_KT if cut.hard else known[cut.block] + least)
        ]

    def agrees(self, plan: np.ndarray, answer: Answer, agreed_kt: float) -> bool:
        """Whether the blocks say what the master knows of the plan, and miss no guard."""
        return answer.missed_kt == 0.0 and self.split.missing(plan, answer) < agreed_kt

    def _best_of(self, session: Session, pool: list[Cut], limits: Limits) -> Priced | None:
        """The best plan met on the way to agreement, at its exact shortfall; ``pool``, all in the session, takes the new cuts."""
        best: Priced | None = None
        for _ in range(_MOST_ROUNDS):
            outcome = session.solve(limits)
            if outcome.values is None or outcome.objective is None:
                break
            answer = self.split.ask(outcome.values)
            true = self.split.total(outcome.values, answer.shortfall)
            agreed = self.agrees(outcome.values, answer, self.agreed_kt)
            worth = answer.missed_kt == 0.0 and (agreed or not self.has_costs)
            if worth and (best is None or true < best.value):
                plan = outcome.values.copy()
                plan[self.split.shortfalls] = answer.shortfall
                best = Priced(true, plan, answer)
            news = self.news(answer.cuts, outcome.values)
            pool += news
            if agreed or not news:
                break
            for cut in news:
                self.add(session, cut)
        return best


def _with_money(program: Program, families: np.ndarray, money: Money) -> Program:
    """A program, the families of its rows given, with this money."""
    uppers = program.row_upper.copy()
    uppers[families == "outlay_within_budget"] = np.inf if money.budget_musd is None else money.budget_musd
    uppers[np.isin(families, ("payments_within_purse", "affordable_together"))] *= money.pots_factor
    if money.shortfall_limit_kt is not None:
        uppers[families == "shortfall_is_kept"] += money.shortfall_limit_kt
    return replace(program, row_upper=uppers)


class Relaxation:
    """The linear relaxation of a master, solved for one budget after the other: what was learned stays, and the start is warm.

    Its value is a lower bound for every plan.
    """

    def __init__(
        self, master: Master, ties: Ties = Ties(), known: Iterable[Cut] = (), agreed_kt: float | None = None
    ) -> None:
        """Take a master; ``agreed_kt``: how far master and blocks may differ at the end (a bound may well stop early)."""
        self.master, self.ties = master, ties
        self._agreed_kt = master.agreed_kt if agreed_kt is None else agreed_kt
        self._pool, self._inside = list(known), 0
        self._session: Session | None = None

    def learn(self, cuts: Iterable[Cut]) -> None:
        """Take cuts from elsewhere."""
        self._pool += cuts

    def solve(self, money: Money, limits: Limits) -> tuple[Outcome, list[Cut]]:
        """Solve with ever more cuts until the blocks have nothing new to say; return it with the cuts that bind or nearly do."""
        session = self._begun(money)
        outcome = Outcome(Status.NO_PLAN, None, None, None, 0.0)
        for _ in range(_MOST_ROUNDS):
            outcome = session.solve(limits)
            if outcome.values is None:
                return outcome, []
            news = self.master.news(self._pool[self._inside :], outcome.values)
            if not news:
                answer = self.master.split.ask(outcome.values)
                if self.master.agrees(outcome.values, answer, self._agreed_kt):
                    break
                news = self.master.news(answer.cuts, outcome.values)
            if not news:
                break
            self._take(session, news)
        assert outcome.values is not None
        return outcome, self._near(outcome.values)

    def _begun(self, money: Money) -> Session:
        if self._session is None:
            program = self.master.program(money, self.ties)
            relaxed = replace(program, integer=np.zeros(len(program.integer), dtype=bool))
            self._session = self.master.session_of(relaxed, self._pool)
            self._inside = len(self._pool)
        else:
            self.master.set_money(self._session, money)
        return self._session

    def _take(self, session: Session, news: list[Cut]) -> None:
        """Put cuts in; the pool keeps those inside first."""
        taken = set(news)
        waiting = [cut for cut in self._pool[self._inside :] if cut not in taken]
        for cut in news:
            self.master.add(session, cut)
        self._pool = [*self._pool[: self._inside], *news, *waiting]
        self._inside += len(news)

    def _near(self, plan: np.ndarray) -> list[Cut]:
        """Cuts that hold the plan's shortfalls up, or would soon."""
        known, least = plan[self.master.split.shortfalls], _NEAR_POINTS * self.master.point_kt
        return [cut for cut in self._pool[: self._inside] if cut.hard or cut.at(plan) > known[cut.block] - least]
