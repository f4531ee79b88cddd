"""The price of redundancy: what each rule and each loss that must be survived costs, in coverage and in money.

The case is searched with everything, then without one thing after the other, groups first. A group that costs nothing is not
looked into further: none of its members can cost more than all of them together.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

from models.instance import Goal, Instance
from models.variants import Waiver
from optimizer.assemble import assemble
from optimizer.priceable import LOSS, MINIMUM, RULE, TARGET, Question, questions
from optimizer.rounds import Rounds
from optimizer.solve.highs import Interrupt
from optimizer.solve.outlay import Least
from optimizer.solve.plan import Targets
from optimizer.solve.price import Effort, Found, NotReached, PriceCase, Recheck, Variant
from optimizer.solve.standings import Keys
from optimizer.workbook import Workbook

DEFAULT_SECONDS = 600.0
# The case itself and the groups are searched well; their members by one short search each, their bounds those of relaxations.
_FIRST = Effort()
_THEN = Effort(plan_nodes=(60,), bound_nodes=(200,), gap_points=0.1, gap_musd=20.0)
_LAST = Effort(plan_nodes=(30,), bound_nodes=(), gap_points=0.2, gap_musd=40.0)
_MOST_RECHECKED = 6
_TOLD_POINTS, _TOLD_MUSD = 0.005, 0.5  # Less is not told apart in any table.


@dataclass(frozen=True)
class Price:
    """What something costs; every amount by the plans found, and at least and at most by what is proven.

    ``points``: coverage given up at the same budget; ``base_points``: what of it is given up with nothing lost, by the plans
    found. ``musd``: money added at the same coverage (with objective cost: discounted cost added). None: not asked.
    ``searched``: False where the price of the group says enough, or (``late``) the time was over.
    """

    question: Question
    searched: bool
    points: float | None = None
    points_low: float = 0.0
    points_high: float | None = None
    base_points: float | None = None
    musd: float | None = None
    musd_low: float = 0.0
    musd_high: float | None = None
    late: bool = False


@dataclass(frozen=True)
class Prices:
    """All prices of a case, groups before their members; ``reference``: the case with everything. Units: points, MUSD.

    ``limit_kt``: weighted shortfall of the coverage that money is asked for, that of the first plan found with everything.
    """

    goal: Goal
    budget_musd: float | None
    reference: Found
    point_kt: float
    limit_kt: float
    prices: tuple[Price, ...]

    @property
    def feasible(self) -> bool:
        """Whether there is any plan with everything."""
        return self.reference.reach.feasible and self.reference.reach.value < float("inf")


@dataclass(frozen=True)
class PricePayload:
    """What every process needs to know."""

    key: str
    workbook: Workbook
    budget_musd: float | None
    targets: Targets

    def opened(self) -> PriceCase:
        """The case, in the process that calls."""
        return PriceCase(assemble(self.workbook, self.budget_musd), Interrupt(), self.targets)


# ---------------------------------------------------------------- the rounds


def find_prices(
    workbook: Workbook,
    instance: Instance,
    rounds: Rounds,
    start: Keys | None = None,
    efforts: tuple[Effort, Effort, Effort] = (_FIRST, _THEN, _LAST),
    seconds: float | None = None,
) -> Prices:
    """Search the case with everything and without one thing after the other.

    Parameters
    ----------
    workbook, instance
        The case, as cells and as the model takes it.
    rounds
        Does the jobs of ``optimizer.solve.price``.
    start
        Fundings of a plan at hand, if any.
    efforts
        How far the case itself, the groups and their members are searched.
    seconds
        How long searches of members are begun, from the first of them on; None: without end.
    """
    return _Work(workbook, instance, rounds, start, efforts, seconds).prices()


class _Work:
    """The rounds under way."""

    def __init__(
        self,
        workbook: Workbook,
        instance: Instance,
        rounds: Rounds,
        start: Keys | None,
        efforts: tuple[Effort, Effort, Effort],
        seconds: float | None,
    ) -> None:
        self.instance, self.rounds, self.efforts, self.seconds = instance, rounds, efforts, seconds
        self.asked = questions(workbook, instance)
        self.start = () if start is None else (start,)
        self.found: dict[Waiver, Found] = {}
        self.late: set[Waiver] = set()

    @cached_property
    def point_kt(self) -> float:
        """One coverage point, kt."""
        return max(self.instance.weighted_demand_kt / 100.0, 1e-9)

    @cached_property
    def until(self) -> float | None:
        """Time of day until which members are begun: it runs from when this is first asked."""
        return None if self.seconds is None else time.time() + self.seconds

    def prices(self) -> Prices:
        """All rounds: the case, the groups, their members, and the plans of all of them in the case itself."""
        whole = Waiver()
        (case,) = self.rounds.run("the case with everything", [Variant(whole, self.start, effort=self.efforts[0])])
        self.reference: Found = case
        self.limit_kt = case.reach.value
        if case.reach.feasible and case.reach.value < float("inf"):
            self._search("groups", [x for x in self.asked if not x.group], self.efforts[1])
            self._recheck("plans of the groups in the case itself")  # Then a group may cost nothing.
            for name, kinds in (("rules and losses", (RULE, MINIMUM, LOSS)), ("targets of losses", (TARGET,))):
                members = [x for x in self.asked if x.kind in kinds and self._is_worth_it(x)]
                self._search(name, members, self.efforts[2], self.until)
            self._recheck("plans of the variants in the case itself")
        return Prices(
            goal=self.instance.goal,
            budget_musd=self.instance.budget_musd,
            reference=self.reference,
            point_kt=self.point_kt,
            limit_kt=self.limit_kt,
            prices=self._told(),
        )

    def _search(self, name: str, asked: Sequence[Question], effort: Effort, until: float | None = None) -> None:
        """One round: the variants that no round before has searched."""
        waivers = [x.waiver for x in asked if x.waiver not in self.found]
        jobs = [replace(self._variant(waiver, effort), until=until) for waiver in dict.fromkeys(waivers)]
        for result in self.rounds.run(name, jobs, lambda found: not isinstance(found, NotReached)):
            if isinstance(result, NotReached):
                self.late.add(result.waiver)
            else:
                self.found[result.waiver] = result

    def _variant(self, waiver: Waiver, effort: Effort) -> Variant:
        reach, least = self.reference.reach, self.reference.least
        if self.instance.goal is Goal.COST:
            return Variant(waiver)
        cheapest = least if least and least.funded else Least(self.instance.budget_musd or inf, 0.0, reach.funded)
        starts = tuple(dict.fromkeys(keys for keys in (reach.funded, cheapest.funded) if keys))
        held = cheapest if waiver.of_measure else None
        return Variant(waiver, starts, reach.worth, self.limit_kt, held, effort)

    def _is_worth_it(self, question: Question) -> bool:
        """Whether a member of a group is searched: where all of them together cost something by the plans found."""
        group = self._group(question)
        if group is None or group.waiver not in self.found:
            return False
        price = self._price(group)
        return (price.points or 0.0) > _TOLD_POINTS or (price.musd or 0.0) > _TOLD_MUSD

    def _group(self, question: Question) -> Question | None:
        return next((x for x in self.asked if x.key == question.group), None)

    def _recheck(self, name: str) -> None:
        """Try the plans of the variants in the case: a plan that keeps everything all the same may be better than its own."""
        if self.instance.goal is Goal.COST or not self.found:
            return
        cheapest = float("inf") if self.reference.least is None else self.reference.least.value_musd
        worth = [(x.reach.value, x.reach.funded) for x in self.found.values() if x.reach.funded]
        plans = [keys for value, keys in sorted(worth, key=lambda x: -x[0]) if value < self.reference.reach.value]
        saving = [x.least for x in self.found.values() if x.least and x.least.funded]
        plans = [*plans[:_MOST_RECHECKED], *_dearest_first(saving, cheapest)[:_MOST_RECHECKED]]
        jobs = [Recheck(tuple(dict.fromkeys(plans)), self.limit_kt)]
        for result in self.rounds.run(name, jobs):
            self.reference = _better(self.reference, result)

    # ------------------------------------------------------------ prices

    def _told(self) -> tuple[Price, ...]:
        self._agree()
        told: dict[Question, Price] = {}
        for question in self.asked:
            group = self._group(question)
            told[question] = self._within(self._of(question), told[group] if group else None)
        return tuple(told.values())

    def _of(self, question: Question) -> Price:
        found = question.waiver in self.found
        return self._price(question) if found else Price(question, False, late=question.waiver in self.late)

    def _within(self, price: Price, group: Price | None) -> Price:
        """A part of a group costs no more than all of it: also by the plans found, where that is nothing."""
        if group is None or price.question.waiver.of_measure:
            return price
        if not price.searched and not price.late and group.points is not None:
            price = replace(price, points=0.0, base_points=0.0)
        if not price.searched and not price.late and group.musd is not None:
            price = replace(price, musd=0.0)
        return replace(
            price,
            points_high=_least(price.points_high, group.points_high),
            musd_high=_least(price.musd_high, group.musd_high),
        )

    def _agree(self) -> None:
        """Who waives more reaches at least as much: plans go to those who waive more, bounds to those who waive less."""
        alike = [Waiver(), *(waiver for waiver in self.found if not waiver.of_measure)]
        known = {**self.found, Waiver(): self.reference}
        for less in alike:
            for more in alike:
                if less != more and more.includes(less) and less in known and more in known:
                    known[more], known[less] = _in_line(known[more], known[less])
        self.reference = known.pop(Waiver())
        self.found = known

    def _price(self, question: Question) -> Price:
        """With and without: the difference of the best plans, and of what is proven; or of the plan held against it."""
        without = self.found[question.waiver]
        with_it = without.held or self.reference
        if self.instance.goal is Goal.COST:
            found, low, high = _difference(
                with_it.reach.value, with_it.reach.bound, without.reach.value, without.reach.bound
            )
            return Price(question, True, musd=found, musd_low=low, musd_high=high)
        both = (with_it.reach.value, with_it.reach.bound, without.reach.value, without.reach.bound)
        points = [x / self.point_kt for x in _difference(*both)]
        price = Price(question, True, points[0], points[1], points[2])
        base = (with_it.reach.base_kt - without.reach.base_kt) / self.point_kt
        price = replace(price, base_points=base)
        if with_it.least is None or without.least is None:
            return price
        musd = _money(with_it.least, without.least)
        return replace(price, musd=musd[0], musd_low=musd[1], musd_high=musd[2])


def _money(with_it: Least, without: Least) -> tuple[float, float, float]:
    return _difference(with_it.value_musd, with_it.bound_musd, without.value_musd, without.bound_musd)


def _difference(value: float, bound: float, less: float, less_bound: float) -> tuple[float, float, float]:
    """What is gained by waiving: by the plans found, at least, at most; never negative, since waiving never hurts."""
    return max(0.0, value - less), max(0.0, bound - less), max(0.0, value - less_bound)


def _dearest_first(found: Sequence[Least], below: float) -> list[Keys]:
    """Fundings of plans that cost less than that, the dearest first: they leave least out."""
    chosen = sorted((x for x in found if x.funded and x.value_musd < below), key=lambda x: -x.value_musd)
    return [x.funded for x in chosen if x.funded]


def _least(one: float | None, other: float | None) -> float | None:
    known = [x for x in (one, other) if x is not None]
    return min(known, default=None)


def _better(one: Found, other: Found) -> Found:
    """Two answers of the same case: the better plan and the better bound of each."""
    best = min((one.reach, other.reach), key=lambda reach: reach.value)
    bound, worth = max(one.reach.bound, other.reach.bound), one.reach.worth | other.reach.worth
    reach = replace(best, bound=bound, worth=worth)
    money = [x for x in (one.least, other.least) if x is not None]
    if not money:
        return Found(one.waiver, reach)
    cheapest = min(money, key=lambda least: least.value_musd)
    return Found(one.waiver, reach, replace(cheapest, bound_musd=max(x.bound_musd for x in money)))


def _in_line(more: Found, less: Found) -> tuple[Found, Found]:
    """Hand the plan of the one that waives less to the one that waives more, and the bound the other way."""
    more_reach = replace(more.reach, value=min(more.reach.value, less.reach.value))
    less_reach = replace(less.reach, bound=max(less.reach.bound, more.reach.bound))
    more, less = replace(more, reach=more_reach), replace(less, reach=less_reach)
    if more.least is None or less.least is None:
        return more, less
    return (
        replace(more, least=replace(more.least, value_musd=min(more.least.value_musd, less.least.value_musd))),
        replace(less, least=replace(less.least, bound_musd=max(less.least.bound_musd, more.least.bound_musd))),
    )
