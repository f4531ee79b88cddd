"""What is done for one project of ``explain``, in whatever process: its plan turned round, what keeps it out, its break-evens.

Every job is a function of the case and of what it is given, so that it may run anywhere and be run again.
"""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from models.instance import Instance
from models.solution import Investment
from optimizer.assemble import assemble
from optimizer.points import Payload, PointCase, Printed, print_plan
from optimizer.report.explained import CAPEX, OPEX, RIVALS, SHARE, Card, Hold, Move, Price, Trial, Turned
from optimizer.report.facts import Facts
from optimizer.report.trace import reached
from optimizer.solve.break_even import BreakEven, Candidate, Judged, find_break_even, judge, scaled
from optimizer.solve.choice import ChoiceCase, Costed
from optimizer.solve.highs import Interrupt, Status
from optimizer.solve.hold_back import on_top, without_feed
from optimizer.solve.master import Money
from optimizer.solve.plan import PlanOutcome, Step, Targets
from optimizer.solve.search import Keys, Standing
from optimizer.solve.wish import Wish
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook

_GAIN_KT, _GAIN_MUSD = 1e-6, 1e-3
_SMALL_STEPS, _LARGE_STEPS = 12, 4
_DEAREST = 8.0  # Times its capex, up to which a funded project is tried.


@dataclass(frozen=True)
class PlanNow:
    """The plan of the run in model units: ``value`` and ``bound`` of what was minimized, and what is short by year, weighted."""

    funded: Keys
    value: float
    bound: float
    sizes_t: Mapping[str, float]
    standing: Investment
    short_kt: Mapping[int, float]
    short_years: tuple[int, ...]


@dataclass(frozen=True)
class ExplainPayload:
    """What every process needs to know."""

    key: str
    workbook: Workbook
    targets: Targets
    money: Money
    plan: PlanNow

    def opened(self) -> ExplainCase:
        """The case, in the process that calls."""
        return ExplainCase(self)


class ExplainCase:
    """The case of an explanation in one process."""

    def __init__(self, payload: ExplainPayload) -> None:
        self.payload, self.plan = payload, payload.plan
        self.interrupt = Interrupt()

    @cached_property
    def instance(self) -> Instance:
        """The case as the run solved it, the funders' pots unscaled."""
        instance = assemble(self.payload.workbook, self.payload.money.budget_musd)
        return replace(instance, budget_musd=self.payload.money.budget_musd)

    @cached_property
    def choice(self) -> ChoiceCase:
        """The case, ready for wishes."""
        return self.at(self.instance)

    def at(self, instance: Instance) -> ChoiceCase:
        """The same with other figures."""
        return ChoiceCase(instance, self.payload.money, self.payload.targets, self.interrupt)

    @cached_property
    def known(self) -> Standing | None:
        """The plan of the run, with what its relaxation teaches; None with objective cost."""
        if not self.choice.covers:
            return None
        return self.choice.stand(self.plan.funded, self.plan.value, self.plan.bound)

    @cached_property
    def point(self) -> PointCase:
        """What prints a plan."""
        payload = self.payload
        return PointCase(Payload(payload.key, payload.workbook, payload.targets, payload.money.budget_musd or 0.0))

    def turned_wish(self, project: str) -> Wish:
        """The plan turned round at a project."""
        alone = frozenset([project])
        return Wish(unfunded=alone) if self.has(project) else Wish(funded=alone)

    def has(self, project: str) -> bool:
        """Whether the plan funds it."""
        return any(p == project for p, _ in self.plan.funded)


# ---------------------------------------------------------------- the plan turned round


@dataclass(frozen=True)
class NotReached:
    """A job whose turn came after the time was over."""


@dataclass(frozen=True)
class Turn:
    """One project; ``deep``: searched longer, its flows decided and audited; ``until``: time of day by which to begin."""

    project: str
    deep: bool
    until: float | None = None

    def run(self, case: ExplainCase) -> tuple[Card, Printed | None] | NotReached:
        """Return its card, without break-evens, and the plan turned round where it is printed."""
        if self.until is not None and time.time() > self.until:
            return NotReached()
        wish = case.turned_wish(self.project)
        standing, costed = self._best(case, wish)
        printed = self._printed(case, standing, costed) if self.deep else None
        turned = _turned(case, standing, costed, printed)
        hold = None if case.has(self.project) else _hold(case, self.project, turned)
        facts = None if printed is None else Facts(case.payload.workbook, _frames(printed), printed.manifest, ())
        serves = {} if facts is None or case.has(self.project) else reached(facts, self.project)
        if printed is not None and not case.has(self.project):
            turned = replace(turned, utilization=_utilization(_frames(printed)["capacity"], self.project))
        return Card(self.project, case.has(self.project), turned, hold, serves=serves), printed

    def _best(self, case: ExplainCase, wish: Wish) -> tuple[Standing | None, Costed | None]:
        choice = case.choice
        if not choice.covers:
            return None, choice.cheapest(wish, None)
        assert case.known is not None
        standing = choice.covering(wish, case.known, deep=self.deep)
        if standing.funded is None or not choice.settles_cost:
            return standing, None
        return standing, choice.cheapest(wish, standing.value_kt + choice.slack_kt(standing.value_kt))

    def _printed(self, case: ExplainCase, standing: Standing | None, costed: Costed | None) -> Printed | None:
        """The plan turned round with its flows, tables and audit."""
        investment = costed.investment if costed is not None else None
        if investment is None and standing is not None and standing.funded is not None:
            investment = case.choice.ready(standing)
        if investment is None:
            return None
        outcome = PlanOutcome(
            status=Status.FEASIBLE,
            coverage=None
            if standing is None
            else Step(Status.FEASIBLE, standing.value_kt, min(standing.bound_kt, standing.value_kt), 0.0),
            cost=None,
            investment=investment,
            tidiness=None,
            size=case.choice.master.size,
            build_seconds=0.0,
            solve_seconds=0.0,
            interrupted=False,
            out_of_time=False,
        )
        bound = costed.cost.bound if costed is not None else None
        return print_plan(case.point, case.payload.money, outcome, bound, True, False)


def _turned(case: ExplainCase, standing: Standing | None, costed: Costed | None, printed: Printed | None) -> Turned:
    choice = case.choice
    if standing is None and costed is None:
        return Turned(False)
    if standing is not None and not standing.feasible:
        return Turned(False)
    if standing is not None and standing.funded is None:
        return Turned(True, None, T_PER_KT * standing.bound_kt, reproducible=standing.reproducible)
    value, bound = (
        (T_PER_KT * standing.value_kt, T_PER_KT * min(standing.bound_kt, standing.value_kt))
        if standing is not None
        else (costed.cost.value, costed.cost.bound)  # type: ignore[union-attr]
    )
    cost = costed.cost.value if costed is not None else None
    checks = None
    if printed is not None:
        cost = float(str(printed.manifest["cost_musd"]))
        audit = printed.manifest["audit"]
        checks = audit["checks"] if isinstance(audit, dict) and audit["passed"] else None
    return Turned(
        possible=True,
        value=value,
        bound=bound,
        cost_musd=cost,
        moves=_moves(case, standing, costed, printed),
        reproducible=standing is None or standing.reproducible,
        audited_checks=checks,
        searched="to the gap" if choice.settles_cost else "by the steps of a large case",
    )


def _moves(
    case: ExplainCase, standing: Standing | None, costed: Costed | None, printed: Printed | None
) -> tuple[Move, ...]:
    """Who comes in, who goes, and, where the plan was settled to its cost, who moves or changes size."""
    now = dict(case.plan.funded)
    if costed is not None:
        then: Mapping[str, int] = dict(costed.funded)
        sizes: Mapping[str, float] = {f.project: T_PER_KT * f.size_ktpy for f in costed.investment.fundings}
    else:
        assert standing is not None
        then, sizes = dict(standing.funded or ()), {}
        if printed is not None:
            portfolio = _frames(printed)["portfolio"]
            sizes = dict(zip(portfolio["project"], portfolio["size_t_per_year"], strict=True))
    settled, before = costed is not None, case.plan.sizes_t
    moves = []
    for p in sorted({*now, *then}, key=lambda p: (p in now and p in then, p in now, p)):
        one = Move(p, "", now.get(p), then.get(p), before.get(p), sizes.get(p))
        change = _change(one, settled)
        if change:
            moves.append(replace(one, change=change) if settled else replace(one, change=change, year_then=None))
    return tuple(moves)


def _change(one: Move, settled: bool) -> str:
    if one.year_now is None:
        return "in"
    if one.year_then is None:
        return "out"
    if settled and one.year_then != one.year_now:
        return "later" if one.year_then > one.year_now else "earlier"
    a, b = one.size_now_t, one.size_then_t
    if a is not None and b is not None and abs(a - b) > max(0.01, 1e-4 * a):
        return "larger" if b > a else "smaller"
    return ""


def _frames(printed: Printed) -> dict[str, pd.DataFrame]:
    return {
        name: pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""])
        for name, text in printed.tables.items()
    }


def _utilization(capacity: pd.DataFrame, project: str) -> float | None:
    rows = capacity[capacity["project"] == project]
    stands = float(rows["capacity_t"].sum())
    return float(rows["run_t"].sum()) / stands if stands else None


# ---------------------------------------------------------------- what keeps it out


def _hold(case: ExplainCase, project: str, turned: Turned) -> Hold:
    instance, choice, plan = case.instance, case.choice, case.plan
    one = instance.projects[project]
    outputs = [t for v in one.funding_years for t in instance.years if one.fraction(v, t) > 0.0]
    standing = [q.name for q in instance.projects.values() if one.group and q.group == one.group and not q.is_candidate]
    hold = Hold(
        group_filled_by=standing[0] if standing else "",
        first_output=min(outputs, default=None),
        short_years=plan.short_years,
    )
    if hold.group_filled_by or hold.first_output is None:
        return hold
    if not turned.possible:
        return replace(hold, possible_without=_possible_without(case, project))
    added = on_top(choice, case.known, _funded(case), project)
    if added is None:
        return hold
    gain = added.gain * T_PER_KT if choice.covers else added.gain
    hold = replace(
        hold,
        on_top_year=added.year,
        on_top_gain=gain,
        on_top_outlay_musd=added.outlay_musd,
        with_required=added.with_required,
        in_place_of=added.in_place_of,
    )
    least = _GAIN_KT * T_PER_KT if choice.covers else _GAIN_MUSD
    return hold if gain > least or not choice.covers else _fed(case, project, hold, added.year)


def _funded(case: ExplainCase) -> Keys:
    if case.known is not None and case.known.funded is not None:
        return case.known.funded
    return case.plan.funded


def _fed(case: ExplainCase, project: str, hold: Hold, funded: int) -> Hold:
    """Test its feed in the year of the largest shortfall from its first output on."""
    one, plan = case.instance.projects[project], case.plan
    runs = [t for t in case.instance.years if one.fraction(funded, t) > 0.0]
    short = {t: x for t, x in plan.short_kt.items() if t in runs and x > _GAIN_KT}
    if not short or hold.in_place_of:
        return hold
    year = max(short, key=lambda t: (short[t], -t))
    fed = without_feed(case.instance, plan.standing, project, funded, year)
    return replace(
        hold,
        fed_year=year,
        fed_short_t=T_PER_KT * fed.short_kt,
        fed_as_is_t=T_PER_KT * fed.gain_kt,
        fed_gain_t=T_PER_KT * fed.gain_fed_kt,
        by_input={k: T_PER_KT * x for k, x in fed.by_input.items()},
    )


def _possible_without(case: ExplainCase, project: str) -> tuple[str, ...]:
    """Limits without which it can be forced in, each alone."""
    wish, choice = Wish(funded=frozenset([project])), case.choice
    if _is_possible(choice, wish, choice.without_limit):
        return ("money",)
    names = [("redundancy rules", replace(case.instance, rules={}))]
    if case.instance.rules and not choice.is_small:
        return tuple(name for name, changed in names if _is_possible(case.at(changed), wish, case.payload.money))
    found = []
    for rule in case.instance.rules:
        others = {name: x for name, x in case.instance.rules.items() if name != rule}
        if _is_possible(case.at(replace(case.instance, rules=others)), wish, case.payload.money):
            found.append(f"rule “{rule}”")
    return tuple(found)


def _is_possible(choice: ChoiceCase, wish: Wish, money: Money) -> bool:
    if not choice.covers:
        return choice.cheapest(wish, None, money) is not None
    return choice.covering(wish, Standing(money), money).funded is not None


# ---------------------------------------------------------------- break-evens


@dataclass(frozen=True)
class BreakEvenOf:
    """A project and the figure that is searched; ``rivals``: who takes its place in the plan without it."""

    project: str
    lever: str
    rivals: tuple[str, ...] = ()

    def run(self, case: ExplainCase) -> Price:
        """Return what the search found."""
        price = self._now(case)
        if price.skipped:
            return price
        is_in = case.has(self.project)
        searched = self._rivals if self.lever == RIVALS else self._own
        low, high = (1.0, _DEAREST) if is_in and self.lever != RIVALS else (0.0, 1.0)
        steps = _SMALL_STEPS if case.choice.settles_cost else _LARGE_STEPS
        return _priced(price, find_break_even(lambda factor: searched(case, factor), low, high, steps))

    def _now(self, case: ExplainCase) -> Price:
        one, choice = case.instance.projects[self.project], case.choice
        figures = {
            CAPEX: (one.capex_musd, "MUSD"),
            SHARE: (one.public_share, "fraction of capex"),
            OPEX: (one.opex_musd_per_kt, "USD/kg"),
        }
        now, unit = figures.get(self.lever, (None, "of the rivals' capex"))
        price = Price(self.lever, now, unit, rivals=self.rivals)
        if self.lever == RIVALS and not self.rivals:
            return replace(price, skipped="nobody takes its place, and no other candidate of its stage is out")
        if self.lever in (CAPEX, SHARE) and not one.capex_musd * one.public_share and not choice.settles_cost:
            return replace(price, skipped="it costs the public nothing, so its price does not keep it out")
        if now == 0.0 and not (self.lever == OPEX and one.fixed_opex_musd_per_year > 0.0):
            return replace(price, skipped="it is 0 already")
        if self.lever == OPEX and not choice.settles_cost:
            return replace(
                price, skipped="what it costs to run does not enter coverage, which decides first, and was not searched"
            )
        return price

    def _own(self, case: ExplainCase, factor: float) -> Judged:
        """At its own figure times a factor: the plan with it against the plan without it, which does not change."""
        choice = case.at(scaled(case.instance, [self.project], self.lever, factor))
        alone = frozenset([self.project])
        with_it = Candidate(choice, Wish(funded=alone), _standing(case, choice, Wish(funded=alone)))
        return judge(with_it, self._without(case))

    def _without(self, case: ExplainCase) -> Candidate:
        wish = Wish(unfunded=frozenset([self.project]))
        standing = case.known
        if case.choice.covers and (case.choice.is_small or case.has(self.project)):
            standing = _kept(case, wish)
        return Candidate(case.choice, wish, standing)

    def _rivals(self, case: ExplainCase, factor: float) -> Judged:
        """With cheaper rivals: the plan without the project against the plan with it at the prices of now."""
        choice = case.at(scaled(case.instance, self.rivals, CAPEX, factor))
        alone = frozenset([self.project])
        without = Candidate(choice, Wish(unfunded=alone), _standing(case, choice, Wish(unfunded=alone)))
        standing = case.known
        if case.choice.covers and case.choice.is_small:
            standing = _kept(case, Wish(funded=alone))
        return judge(without, Candidate(case.choice, Wish(funded=alone), standing))


def _standing(case: ExplainCase, choice: ChoiceCase, wish: Wish) -> Standing | None:
    """The best coverage under a wish at other figures."""
    if case.known is None:
        return None
    return choice.covering(wish, choice.adopted(case.known, case.choice))


def _kept(case: ExplainCase, wish: Wish) -> Standing | None:
    """The best coverage under a wish at the figures of now; found once for a whole search."""
    if case.known is None:
        return None
    cache = case.__dict__.setdefault("_answers", {})
    if wish not in cache:
        cache.clear()
        cache[wish] = case.choice.covering(wish, case.known)
    return cache[wish]  # type: ignore[no-any-return]


def _priced(price: Price, found: BreakEven) -> Price:
    return replace(
        price,
        in_up_to=found.in_up_to,
        out_from=found.out_from,
        proven_in=found.proven_in,
        proven_out=found.proven_out,
        low=found.low,
        high=found.high,
        trials=tuple(Trial(x.factor, str(x.judged.side), x.judged.found_in) for x in found.trials),
    )
