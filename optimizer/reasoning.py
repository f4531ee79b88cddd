"""What is done for one project of ``explain``, in whatever process: its plan turned round, what keeps it out, its break-evens.

Every job is a function of the case and of what it is given, so that it may run anywhere and be run again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from models.instance import Instance
from models.solution import Investment
from optimizer.assemble import assemble
from optimizer.points import Payload, PointCase
from optimizer.prints import Printed, print_plan
from optimizer.report.explained import Hold
from optimizer.solve.choice import ChoiceCase
from optimizer.solve.highs import Interrupt, Status
from optimizer.solve.hold_back import on_top, without_feed
from optimizer.solve.master import Money
from optimizer.solve.plan import PlanOutcome, Step, Targets
from optimizer.solve.standings import Keys, Standing
from optimizer.solve.wish import Wish
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook

_GAIN_KT, _GAIN_MUSD = 1e-6, 1e-3


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
        self.kept: dict[Wish, Standing] = {}
        self.met: dict[str, list[tuple[float, Keys]]] = {}

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


# ---------------------------------------------------------------- plans


@dataclass(frozen=True)
class Reference:
    """The best plan found without turning anything round: that of the run, or one that its gap left.

    ``value``, ``bound`` in kt or MUSD; ``funded`` by the years of the coverage step where coverage is sought; ``standing``:
    with what was learned on the way (None with objective cost).
    """

    value: float
    bound: float
    funded: Keys
    standing: Standing | None = None

    @property
    def projects(self) -> frozenset[str]:
        """What it funds."""
        return frozenset(p for p, _ in self.funded)


@dataclass(frozen=True)
class Again:
    """The plan of the run, searched once more as closely as those that it will be compared with."""

    def run(self, case: ExplainCase) -> Reference:
        """Return the better one."""
        choice, plan = case.choice, case.plan
        if not choice.covers:
            found = choice.cheapest(Wish(), None)
            if found is None or found.cost.value >= plan.value - _GAIN_MUSD:
                bound = plan.bound if found is None else max(plan.bound, found.cost.bound)
                return Reference(plan.value, min(bound, plan.value), plan.funded)
            return Reference(found.cost.value, max(found.cost.bound, plan.bound), found.funded)
        standing = choice.again(choice.stand(plan.funded, plan.value, plan.bound))
        bound = min(standing.bound_kt, standing.value_kt)
        return Reference(standing.value_kt, bound, standing.funded or frozenset(), standing)


@dataclass(frozen=True)
class Found:
    """The best plan found with the decision on a project turned round; values in kt or MUSD, ``funded`` None without one.

    ``cost``: MUSD at least cost, where the case is small enough to be settled to it.
    """

    project: str
    possible: bool
    value: float = float("inf")
    bound: float = -float("inf")
    funded: Keys | None = None
    cost: float | None = None
    reproducible: bool = True
    hold: Hold | None = None

    @property
    def projects(self) -> frozenset[str]:
        """What it funds."""
        return frozenset(p for p, _ in self.funded or ())


@dataclass(frozen=True)
class NotReached:
    """A job whose turn came after the time was over."""


@dataclass(frozen=True)
class Turn:
    """One project; ``deep``: searched longer; ``until``: time of day by which to begin."""

    project: str
    reference: Reference
    deep: bool
    until: float | None = None

    def run(self, case: ExplainCase) -> Found | NotReached:
        """Return the plan turned round and, of a project that is out, the tests of what keeps it out."""
        if self.until is not None and time.time() > self.until:
            return NotReached()
        wish = case.turned_wish(self.project)
        found = self._by_coverage(case, wish) if case.choice.covers else self._by_cost(case, wish)
        if case.has(self.project):
            return found
        return replace(found, hold=_hold(case, self.project, self.reference, found.possible))

    def _by_coverage(self, case: ExplainCase, wish: Wish) -> Found:
        choice, known = case.choice, self.reference.standing
        assert known is not None
        hints = (known.funded | choice.first_of(wish),) if known.funded is not None and wish.funded else ()
        near = choice.in_master(case.plan.funded)
        standing = choice.covering(wish, known, deep=self.deep, glance=not self.deep, hints=hints, near=near)
        if not standing.feasible:
            return Found(self.project, False)
        bound = min(standing.bound_kt, standing.value_kt)
        found = Found(self.project, True, standing.value_kt, bound, standing.funded, reproducible=standing.reproducible)
        if standing.funded is None or not choice.settles_cost:
            return found
        costed = choice.cheapest(wish, standing.value_kt + choice.slack_kt(standing.value_kt))
        return found if costed is None else replace(found, funded=costed.funded, cost=costed.cost.value)

    def _by_cost(self, case: ExplainCase, wish: Wish) -> Found:
        costed = case.choice.cheapest(wish, None)
        if costed is None:
            return Found(self.project, False)
        return Found(self.project, True, costed.cost.value, costed.cost.bound, costed.funded, costed.cost.value)


@dataclass(frozen=True)
class Show:
    """A plan turned round, its flows decided, its tables made and audited."""

    found: Found
    reference: Reference

    def run(self, case: ExplainCase) -> Printed | None:
        """Return the plan as ``solve`` would print it; None where the cost step cannot keep its coverage."""
        choice, found, investment = case.choice, self.found, None
        assert found.funded is not None
        if choice.settles_cost:
            limit = found.value + choice.slack_kt(found.value) if choice.covers else None
            costed = choice.cost_of(found.funded, limit)
            investment = None if costed is None else costed.investment
        elif self.reference.standing is not None:
            standing = replace(
                self.reference.standing, money=case.payload.money, value_kt=found.value, funded=found.funded, plan=None
            )
            investment = choice.ready(standing)
        if investment is None:
            return None
        step = Step(Status.FEASIBLE, found.value, found.bound, 0.0)
        outcome = PlanOutcome(
            status=Status.FEASIBLE,
            coverage=step if choice.covers else None,
            cost=None if choice.covers else step,
            investment=investment,
            tidiness=None,
            size=choice.master.size,
            build_seconds=0.0,
            solve_seconds=0.0,
            interrupted=False,
            out_of_time=False,
        )
        bound = None if choice.covers else found.bound
        return print_plan(case.point, case.payload.money, outcome, found.reproducible).held_against(bound)


# ---------------------------------------------------------------- what keeps it out


def _hold(case: ExplainCase, project: str, reference: Reference, possible: bool) -> Hold:
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
    if not possible:
        return replace(hold, possible_without=_possible_without(case, project))
    added = on_top(choice, reference.standing, reference.funded - {*_keys_of(reference, project)}, project)
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


def _keys_of(reference: Reference, project: str) -> Keys:
    return frozenset(key for key in reference.funded if key[0] == project)


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
    return tuple(
        name
        for name, changed in _without_rules(case.instance, each=choice.is_small)
        if _is_possible(case.at(changed), wish, case.payload.money)
    )


def _without_rules(instance: Instance, each: bool) -> Iterator[tuple[str, Instance]]:
    """The case without its rules of redundancy, and without those on burden and benefit: each of them alone, or all at once."""
    rules, fair = instance.rules, instance.fairness
    if each:
        for rule in rules:
            others = {name: x for name, x in rules.items() if name != rule}
            yield f"rule “{rule}”", replace(instance, rules=others)
        for rule in fair:
            left = {name: x for name, x in fair.items() if name != rule}
            yield f"rule “{rule}”", replace(instance, fairness=left)
        return
    if rules:
        yield "redundancy rules", replace(instance, rules={})
    if fair:
        yield "rules on burden and benefit", replace(instance, fairness={})


def _is_possible(choice: ChoiceCase, wish: Wish, money: Money) -> bool:
    if not choice.covers:
        return choice.cheapest(wish, None, money) is not None
    return choice.covering(wish, Standing(money), money).funded is not None
