"""What a case reaches with and without some of its redundancy: at the same budget in coverage, at the same coverage in money.

Every answer is an interval: the best plan found, and what is proven of every plan. All searches end by gap or nodes, so that
the same question has the same answer everywhere.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest

from models.instance import Goal, Instance
from models.variants import Waiver, waive
from optimizer.solve.eased import eased_case, still_true
from optimizer.solve.highs import Interrupt, Status
from optimizer.solve.master import Money
from optimizer.solve.outlay import Least, OutlayCase
from optimizer.solve.plan import Targets, solve_plan
from optimizer.solve.program import SolverError
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Keys, Standing
from optimizer.solve.wish import Wish
from optimizer.solve.work import EXACT_MUSD, is_small

_ROOM_MUSD = 1e-3  # What the plan with everything may spend beyond what its cheapest sizes do: a thousand dollars.


@dataclass(frozen=True)
class Effort:
    """How far a case is searched: nodes of one round after the other; ``gap`` in points and MUSD that are near enough.

    Without ``bound_nodes`` the bound is that of the relaxation.
    """

    plan_nodes: tuple[int, ...] = (100, 100)
    bound_nodes: tuple[int, ...] = (300, 600)
    gap_points: float = 0.05
    gap_musd: float = 5.0


@dataclass(frozen=True)
class Reach:
    """What a case reaches at its budget: weighted shortfall of the best plan, and what none goes below, kt.

    ``base_kt``: what of it is short with nothing lost. ``worth``: fundings worth a look. With objective cost the amounts are
    discounted MUSD instead.
    """

    value: float
    bound: float
    base_kt: float = float("inf")
    funded: Keys | None = None
    worth: Keys = frozenset()
    feasible: bool = True


class PriceCase:
    """A case in one process, compiled once; its variants share what is compiled."""

    def __init__(self, instance: Instance, interrupt: Interrupt, targets: Targets) -> None:
        self.instance, self.interrupt, self.targets = instance, interrupt, targets
        self._eased: tuple[Waiver, CoverageCase] | None = None

    @cached_property
    def whole(self) -> CoverageCase:
        """The coverage step of the case with everything."""
        return CoverageCase(self.instance, self.interrupt)

    @cached_property
    def outlay(self) -> OutlayCase:
        """The case with everything, compiled for its outlay."""
        return OutlayCase(self.whole)

    @cached_property
    def known(self) -> Standing:
        """The case relaxed: what its blocks say of it holds without rules too."""
        aim = Aim(USUAL.gap_points * self.whole.point_kt)
        (standing,) = self.whole.relax([Standing(Money(self.instance.budget_musd))], aim)
        return standing

    def coverage(self, waiver: Waiver) -> CoverageCase:
        """The coverage step of a variant."""
        if waiver == Waiver():
            return self.whole
        if self._eased is None or self._eased[0] != waiver:
            self._eased = waiver, eased_case(self.whole, waiver)
        return self._eased[1]

    def searched(self, waiver: Waiver, starts: Iterable[Keys], worth: Keys, effort: Effort) -> Standing:
        """Search the least shortfall of a variant at the budget of the case."""
        case = self.coverage(waiver)
        aim = Aim(effort.gap_points * case.point_kt)
        standing = self._relaxed(waiver, case, aim)
        for keys in starts:
            standing = case.take(standing, keys) if standing.feasible else standing
        for plan_nodes, bound_nodes in zip_longest(effort.plan_nodes, effort.bound_nodes):
            if bound_nodes is not None:
                standing = case.bound(standing, bound_nodes, aim)
            if plan_nodes is not None:
                standing = case.improve(standing, worth, plan_nodes, aim)
        return case.finish(standing, None, replace(aim, gap_kt=0.0)) if is_small(self.instance) else standing

    def _relaxed(self, waiver: Waiver, case: CoverageCase, aim: Aim) -> Standing:
        """The bound of the relaxation, from what is known of the case with everything."""
        known = self.known
        if waiver == Waiver() or not known.feasible:
            return known
        start = replace(still_true(self.whole, known, waiver), shares_matter=True)
        tied = case.tied(start, Wish(), aim)
        return replace(tied, support=tied.support | known.support, shares_matter=known.shares_matter)

    def reach(self, waiver: Waiver, standing: Standing) -> Reach:
        """What a search gave, in few words."""
        bound = min(standing.bound_kt, standing.value_kt)
        base = self.coverage(waiver).base_kt(standing.plan)
        return Reach(standing.value_kt, bound, base, standing.funded, standing.support, standing.feasible)

    def held(self, waiver: Waiver, cheapest: Least) -> Found:
        """The cheapest plan with everything, at sizes that serve most for its money, by what a variant counts: known exactly."""
        money = None if cheapest.value_musd == float("inf") else cheapest.value_musd + _ROOM_MUSD
        start = replace(self.known, money=replace(self.known.money, budget_musd=money))
        plan = self.whole.take(start, cheapest.funded or frozenset()).plan
        if plan is None:
            raise SolverError("the plan with everything cannot be priced again")
        value = self.coverage(waiver).value_kt(plan)
        return Found(waiver, Reach(value, value, self.whole.base_kt(plan), cheapest.funded), cheapest)

    def least(
        self, waiver: Waiver, standing: Standing, limit_kt: float, starts: Iterable[Keys], effort: Effort
    ) -> Least:
        """Search the least money with which a variant covers as much."""
        case = self.outlay.eased(waiver)
        small = is_small(self.instance)
        gap, nodes = EXACT_MUSD if small else effort.gap_musd, (effort.plan_nodes, effort.bound_nodes)
        return case.least(standing, limit_kt, tuple(starts), gap, *nodes, small)

    def cost(self, waiver: Waiver) -> Reach:
        """Least cost of a variant, for a case whose objective is cost."""
        plan = solve_plan(waive(self.instance, waiver), self.targets, lambda _: None, self.interrupt)
        if plan.cost is None:
            return Reach(float("inf"), 0.0, feasible=plan.status is not Status.INFEASIBLE)
        return Reach(plan.cost.value, plan.cost.bound)


USUAL = Effort()

# ---------------------------------------------------------------- jobs


@dataclass(frozen=True)
class Found:
    """What was found of a variant; ``least`` is None where no money was asked for.

    ``held``: where the variant counts something else, the plan with everything that it is held against, by what it counts.
    """

    waiver: Waiver
    reach: Reach
    least: Least | None = None
    held: Found | None = None


@dataclass(frozen=True)
class NotReached:
    """A variant whose turn came after the time was over."""

    waiver: Waiver


@dataclass(frozen=True)
class Variant:
    """A variant to be searched. ``limit_kt``: the shortfall to be reached with the least money (None: that which is found).

    ``cheapest``: the plan with everything that a variant is held against if it counts something else; its shortfall is the
    limit then. ``until``: time of day by which to begin (None: whenever).
    """

    waiver: Waiver
    starts: tuple[Keys, ...] = ()
    worth: Keys = frozenset()
    limit_kt: float | None = None
    cheapest: Least | None = None
    effort: Effort = USUAL
    until: float | None = None

    def run(self, case: PriceCase) -> Found | NotReached:
        """Return what the variant reaches, and the least money for what is asked."""
        if self.until is not None and time.time() > self.until:
            return NotReached(self.waiver)
        if case.instance.goal is Goal.COST:
            return Found(self.waiver, case.cost(self.waiver))
        held = None if self.cheapest is None else case.held(self.waiver, self.cheapest)
        standing = case.searched(self.waiver, self.starts, self.worth, self.effort)
        reach = case.reach(self.waiver, standing)
        limit_kt = held.reach.value if held else reach.value if self.limit_kt is None else self.limit_kt
        if not standing.feasible or limit_kt == float("inf"):
            return Found(self.waiver, reach, held=held)
        starts = tuple(dict.fromkeys((*self.starts, *([standing.funded] if standing.funded else []))))
        return Found(self.waiver, reach, case.least(self.waiver, standing, limit_kt, starts, self.effort), held)


@dataclass(frozen=True)
class Recheck:
    """Plans of variants, tried in the case itself: what keeps everything there is a plan of the case too."""

    starts: tuple[Keys, ...]
    limit_kt: float

    def run(self, case: PriceCase) -> Found:
        """Return the best of them, in shortfall and in money, with the bounds of the relaxation alone."""
        whole = Waiver()
        coverage = case.coverage(whole)
        standing = case.known
        for keys in self.starts:
            standing = coverage.take(standing, keys)
        least = case.outlay.least(standing, self.limit_kt, self.starts, EXACT_MUSD, (), (), False)
        return Found(whole, case.reach(whole, standing), least)
