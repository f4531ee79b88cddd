"""The cheapest repair of a plan under a loss: for each year by which it must have recovered, the least extra public money.

Undiscounted money first, since that is what is asked for; among sets of projects that cost as much, the one of least
discounted cost. Searches end by gap or nodes, never by the clock, so that they give the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyomo.environ as pyo

from models.build import build_model
from models.instance import Goal, Instance, Scenario
from models.options import Layout, Options
from models.reductions import without_dominated_years
from models.repair import HeldPlan, Wish, loss_years, repair_case
from models.solution import Funding, extract_investment
from optimizer.solve.fundings import fund_columns, fundings, solve_fixed, vector_of
from optimizer.solve.highs import Interrupt, Limits, Outcome, Session, Status
from optimizer.solve.packages import least_outlays
from optimizer.solve.program import SolverError
from optimizer.solve.repair_target import (
    LIMIT,
    allow_missing,
    ask_from,
    asked_share,
    demand_kt,
    reliefs,
    served_shares,
    share_of_demand,
)
from optimizer.solve.work import EXACT_KT, EXACT_MUSD

_HALF = 0.5
_NEAR, _LEAST = 1e-6, 1e-6
_ROOM_MUSD = 1e-3  # What the timing may spend beyond the least money: a thousand dollars, above the solver's tolerance.
_TIMING_GAP = 0.002  # Of the discounted cost: when to fund what is known already is a tie-break, not the answer.


@dataclass(frozen=True)
class Effort:
    """When a search ends: nodes, and the gap in MUSD (or as a share of the money) that is near enough."""

    nodes: int = 400
    gap_musd: float = EXACT_MUSD
    relative_gap: float = 0.0


AS_BEFORE, USUAL = Wish(), Effort()


@dataclass(frozen=True)
class Recovery:
    """A repair that serves again what is asked for from ``year`` on.

    ``outlay_musd`` and ``bound_musd``: public money, and what no repair could cost less than (None without a plan);
    ``outlay_of``: the first by project; ``capex_musd`` is the whole capital, whoever pays; ``served`` the share of all demand
    served by year; ``missing_kt`` what is short of the target in the last year of the loss, weighted by priority, where nothing
    reaches it, ``missing_of`` the same by sector and material, kt as they are.
    """

    year: int
    status: Status
    outlay_musd: float | None = None
    bound_musd: float = 0.0
    capex_musd: float = 0.0
    fundings: tuple[Funding, ...] = ()
    outlay_of: Mapping[str, float] = field(default_factory=dict)
    served: Mapping[int, float] | None = None
    missing_kt: float = 0.0
    missing_of: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True)
class Repair:
    """All repairs of one loss.

    ``years`` of the loss; shares of all demand by year: ``nothing_lost`` (the plan), ``asked`` (the target) and ``unrepaired``
    (the loss, with nothing done), ``possible`` (the loss, with all that helps in that year funded at once, priorities first).
    ``recoveries``: by the year to recover by; where none reaches the target, one with what is missing at least.
    """

    loss: str
    years: tuple[int, ...]
    wish: Wish
    nothing_lost: Mapping[int, float]
    asked: Mapping[int, float]
    unrepaired: Mapping[int, float]
    possible: Mapping[int, float]
    recoveries: tuple[Recovery, ...]

    @property
    def is_hurt(self) -> bool:
        """Whether the loss leaves less served than is asked for."""
        return any(self.unrepaired[t] < self.asked[t] - _NEAR for t in self.years)

    @property
    def reached(self) -> tuple[Recovery, ...]:
        """Those that reach the target."""
        return tuple(x for x in self.recoveries if x.outlay_musd is not None and x.missing_kt <= EXACT_KT)


def cheapest_repair(
    instance: Instance,
    plan: HeldPlan,
    loss: Scenario,
    wish: Wish = AS_BEFORE,
    effort: Effort = USUAL,
    interrupt: Interrupt | None = None,
) -> Repair:
    """Find the least money that brings coverage back, for every year of the loss by which it can be back.

    Parameters
    ----------
    instance, plan
        The case, and the plan that is held fixed.
    loss
        What is lost, and when.
    wish, effort
        What must be reached, and how far to search.
    interrupt
        Where Ctrl-C is watched.
    """
    case, span = repair_case(instance, plan, loss, wish), loss_years(instance, loss, wish)
    unrepaired = served_shares(case, ())
    asked = {t: asked_share(case, t) for t in span}
    if any(unrepaired[t] < asked[t] - _NEAR for t in span):
        search = _Search(case, span, effort, interrupt or Interrupt())
        possible = {t: search.mostserved_shares(t) for t in span}
        found = search.recoveries()
    else:
        possible = unrepaired
        found = (Recovery(span[0], Status.OPTIMAL, 0.0, served=unrepaired),) if span else ()
    return Repair(
        loss=loss.name,
        years=span,
        wish=wish,
        nothing_lost={
            t: share_of_demand(case, sum(plan.served_kt.get((d, t), 0.0) for d in case.demands), t) for t in span
        },
        asked=asked,
        unrepaired={t: unrepaired[t] for t in span},
        possible={t: max(possible[t], unrepaired[t]) for t in span},
        recoveries=found,
    )


class _Search:
    """One loss: a model of the least money, and one of the least cost of what was chosen, each changed in place by year."""

    def __init__(self, case: Instance, span: Sequence[int], effort: Effort, interrupt: Interrupt) -> None:
        self.case, self.span, self.effort = case, span, effort
        # Earlier funding costs no more public money and gives no less capacity: for the money the first year will do.
        options = Options(Goal.COVERAGE, base_layout=Layout.POOLED, least_outlay=True)
        self.money = Session(build_model(without_dominated_years(case), options), interrupt)
        timing = Options(Goal.COST, base_layout=Layout.FREIGHT_FREE)
        self.timing = Session(build_model(replace(case, budget_musd=0.0), timing), interrupt)

    def mostserved_shares(self, year: int) -> float:
        """Share of all demand that could be served in a year if all that helps were funded at once, priorities first."""
        session = self.money
        ask_from(session, self.case.years[-1] + 1)
        short = {session.column[id(x)]: key for key, x in session.model.Shortfall_ktpy.items() if key[1] == year}
        session.minimize({column: max(session.model.priority[key], _LEAST) for column, key in short.items()})
        outcome = session.solve(Limits(EXACT_KT, nodes=self.effort.nodes))
        self._mind_money()
        if outcome.values is None:
            return 0.0
        missing = sum(outcome.values[column] for column in short)
        return share_of_demand(self.case, demand_kt(self.case, year) - missing, year)

    def _mind_money(self) -> None:
        """Make the money the goal again."""
        costs = self.money.program.cost.tolist()
        self.money.minimize({n: cost for n, cost in enumerate(costs) if cost})

    def recoveries(self) -> tuple[Recovery, ...]:
        """From the first year on, each with the repair of the year before to start from: more time never costs more."""
        found: list[Recovery] = []
        before: np.ndarray | None = None
        for year in self.span:
            ask_from(self.money, year)
            outcome = self._least_money(before)
            if outcome.status is Status.INFEASIBLE:
                continue
            if outcome.values is None:
                found.append(Recovery(year, Status.NO_PLAN, None, max(0.0, outcome.bound or 0.0)))
                continue
            before = outcome.values
            found.append(self._timed(year, outcome))
        return _bounds_backward(found) if found else (self._as_far_as_possible(),)

    def _least_money(self, start: np.ndarray | None = None) -> Outcome:
        """Search the least public money; what is decided beside the fundings is solved again at the end."""
        session, effort = self.money, self.effort
        if start is not None:
            session.start_from(start)
        outcome = session.solve(Limits(effort.gap_musd, effort.relative_gap, nodes=effort.nodes))
        if outcome.values is None or session.binaries == 0:
            return outcome
        exact = solve_fixed(session, fundings(session, outcome.values))
        return outcome if exact.values is None else replace(exact, status=outcome.status, bound=outcome.bound)

    def _as_far_as_possible(self) -> Recovery:
        """Nothing reaches the target: the least that is short of it in the last year of the loss, and the money for that."""
        session, year = self.money, self.span[-1]
        ask_from(session, year + 1)
        session.minimize(reliefs(session, year))
        least = session.solve(Limits(EXACT_KT, nodes=self.effort.nodes))
        if least.values is None or least.objective is None:
            return Recovery(year, Status.NO_PLAN)
        allow_missing(session, year, least.objective)
        self._mind_money()
        outcome = self._least_money(least.values)
        return self._timed(year, outcome if outcome.values is not None else least, least.objective)

    def _timed(self, year: int, outcome: Outcome, missing_kt: float | None = None) -> Recovery:
        """Fund what was chosen when it costs least; projects that ask for no public money may replace each other."""
        assert outcome.values is not None
        self.money.load(outcome.values)
        money = max(0.0, float(pyo.value(self.money.model.TotalOutlay_musd)))
        chosen = frozenset(key for key, fund in self.money.model.Fund.items() if fund.value > _HALF)
        missing_of = {} if missing_kt is None else self._missing_of(year)
        self._ask(year, missing_kt)
        for row in _rows(self.timing, "outlay_within_budget"):
            self.timing.set_row_upper(row, money + _ROOM_MUSD)
        values = self._least_cost(chosen)
        funded = extract_investment(self.timing.reader.at(values), self.case).fundings
        return Recovery(
            year=year,
            status=outcome.status,
            outlay_musd=money,
            bound_musd=min(money, max(0.0, outcome.bound or 0.0)),
            capex_musd=sum(funding.capex_musd for funding in funded),
            fundings=funded,
            outlay_of=least_outlays(self.case, funded),
            served=served_shares(self.case, funded, year),
            missing_kt=missing_kt or 0.0,
            missing_of=missing_of,
        )

    def _missing_of(self, year: int) -> dict[tuple[str, str], float]:
        """What is short of the target in a year in the repair just loaded, the most first."""
        relief, _ = self.money.model.reliefs[LIMIT]
        short: dict[tuple[str, str], float] = {}
        for (d, t, _), variable in relief.items():
            if t == year and variable.value and variable.value > EXACT_KT:
                of = self.case.demands[d].sector, self.case.demands[d].material
                short[of] = short.get(of, 0.0) + variable.value
        return dict(sorted(short.items(), key=lambda item: (-item[1], item[0])))

    def _ask(self, year: int, missing_kt: float | None) -> None:
        """Ask the model of the cost for the same as that of the money."""
        if missing_kt is None:
            ask_from(self.timing, year)
        else:
            allow_missing(self.timing, year, missing_kt)

    def _least_cost(self, chosen: frozenset[tuple[str, int]]) -> np.ndarray:
        """Search the years of what was chosen; the plan of the least money is one answer, and the one to start from."""
        session, columns = self.timing, fund_columns(self.timing)
        keys = list(session.model.Fund)
        first = solve_fixed(session, vector_of(session, chosen))
        names = {p for p, _ in chosen}
        shut = columns[np.array([p not in names and _asks_for_money(self.case, p) for p, _ in keys], dtype=bool)]
        session.set_bounds(shut, np.zeros(len(shut)), np.zeros(len(shut)))
        if first.values is not None:
            session.start_from(first.values)
        best = session.solve(Limits(EXACT_MUSD, _TIMING_GAP, nodes=self.effort.nodes))
        session.free(shut)
        values = first.values if best.values is None else best.values
        if values is None:
            raise SolverError("the repair of least money cannot be timed")
        exact = solve_fixed(session, fundings(session, values))
        return values if exact.values is None else exact.values


def _asks_for_money(case: Instance, p: str) -> bool:
    """Whether funding a project may draw public money: with instruments any candidate may."""
    project = case.projects[p]
    return case.finance is not None or project.capex_musd * project.public_share > 0.0


def _rows(session: Session, name: str) -> list[int]:
    """Rows of a family."""
    return [n for n, row in enumerate(session.constraints) if row.parent_component().local_name == name]


def _bounds_backward(found: Sequence[Recovery]) -> tuple[Recovery, ...]:
    """What no later recovery can cost less than, no sooner one can."""
    told, bound = list[Recovery](), 0.0
    for recovery in reversed(found):
        bound = max(bound, recovery.bound_musd)
        told.append(replace(recovery, bound_musd=min(bound, recovery.outlay_musd or bound)))
    return tuple(reversed(told))
