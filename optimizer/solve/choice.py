"""The best plan with a project and the best without it: what tells whether it is worth choosing.

As in ``solve`` the shortfall decides first. Where it does not tell two plans apart, the cost at that shortfall does; with
objective cost it alone does. What is found is a band: the value of the best plan found, and what no plan is below. A case
with few fundings is solved to the gap, a tiny one exactly; a large one by the steps of ``search`` with a fixed number of nodes.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from models.instance import Goal, Instance
from models.options import Layout, Options
from models.solution import Investment, extract_investment
from optimizer.solve.alike import Hunch, brought_near
from optimizer.solve.cheapest import CostCase
from optimizer.solve.coverage import least_slack
from optimizer.solve.highs import Interrupt, Limits
from optimizer.solve.master import Master, Money
from optimizer.solve.packages import settle
from optimizer.solve.search import CoverageCase
from optimizer.solve.split import Translation
from optimizer.solve.standings import Aim, Keys, Standing
from optimizer.solve.wish import Wish
from optimizer.solve.work import EXACT_KT, EXACT_MUSD, Targets, is_small, possible_fundings

_TINY = 60  # Fundings up to which no gap is left.
_FINE_POINTS = 0.05  # Gap that a search in a large case aims at: single projects matter little beside the gap of a run.
_GLANCE_POINTS = (
    0.2  # The same where many projects are asked about, a few seconds each: it finds the same plans nearly always.
)
_IMPROVE_NODES, _DEEP_NODES, _FINISH_NODES, _COST_NODES = 100, 300, 2000, 20_000
_AGAIN = 2
_SAME_COST = 1e-8  # Relative: costs that cannot be told apart.
_RICH = 1e4  # Times the pots: more than anything could cost.


@dataclass(frozen=True)
class Band:
    """``value`` of the best plan found, infinite without one; ``bound``: no plan is below it."""

    value: float
    bound: float

    @property
    def is_proven(self) -> bool:
        """Whether no better plan exists."""
        return self.value - self.bound <= max(EXACT_KT, _SAME_COST * abs(self.value))


NOTHING = Band(float("inf"), float("inf"))


@dataclass(frozen=True)
class Costed:
    """The cheapest plan found: its cost in MUSD, what is funded, and the plan made ready for its flows."""

    cost: Band
    funded: Keys
    investment: Investment


class ChoiceCase:
    """A case about which many wishes can be asked; what is compiled is compiled when it is first needed."""

    def __init__(self, instance: Instance, money: Money, targets: Targets, interrupt: Interrupt) -> None:
        self.instance, self.money, self.targets, self.interrupt = instance, money, targets, interrupt
        self.is_small, is_tiny = is_small(instance), possible_fundings(instance) <= _TINY
        # A tiny case is searched to the end; a small one may have to leave a gap.
        self.nodes = None if is_tiny else _FINISH_NODES
        self.covers = instance.goal is Goal.COVERAGE
        self.settles_cost = self.is_small or not self.covers
        gap = targets.coverage_gap_points if self.is_small else min(targets.coverage_gap_points, _FINE_POINTS)
        self.gap_points = 0.0 if is_tiny else gap
        self.cost_gap = 0.0 if is_tiny else targets.cost_gap

    @cached_property
    def coverage(self) -> CoverageCase:
        """Models of the coverage step."""
        return CoverageCase(self.instance, self.interrupt)

    @cached_property
    def freight_free(self) -> CostCase:
        """Model of the cost of fundings that were chosen for their coverage."""
        return CostCase(self.coverage)

    @cached_property
    def whole(self) -> Master:
        """The cost step in one piece: nothing is taken out as blocks."""
        limit = 0.0 if self.covers else None
        options = Options(Goal.COST, base_layout=Layout.COUNTRIES, shortfall_limit_kt=limit, tightened=True)
        return Master(self.instance, options, (), self.interrupt)

    @property
    def master(self) -> Master:
        """Any master of the case: it knows which fundings there are."""
        return self.coverage.full if self.covers else self.whole

    @property
    def without_limit(self) -> Money:
        """Money without any limit."""
        return Money(None, _RICH)

    @property
    def aim(self) -> Aim:
        """What a search aims at, its clock started now."""
        limit = self.targets.time_limit_s
        until = None if limit is None else time.perf_counter() + limit
        return Aim(self.gap_points * self.instance.weighted_demand_kt / 100.0, until)

    def slack_kt(self, value_kt: float) -> float:
        """What the cost step may give back of a shortfall, kt."""
        asked = self.targets.coverage_slack_points * self.instance.weighted_demand_kt / 100.0
        return least_slack(value_kt, asked)

    # ------------------------------------------------------------ coverage

    def stand(self, funded: Keys, value_kt: float, bound_kt: float) -> Standing:
        """Take the plan of a run: its fundings, its shortfall, and what was proven of it."""
        aim = Aim(0.0)
        (standing,) = self.coverage.relax([Standing(self.money)], aim)
        keys = self.in_master(funded)
        standing = self.coverage.priced(standing, self.coverage.full.vector(keys))
        value = min(value_kt, standing.value_kt)
        return replace(standing, value_kt=value, funded=keys, bound_kt=min(value, max(bound_kt, standing.bound_kt)))

    def adopted(self, known: Standing, other: ChoiceCase) -> Standing:
        """What was learned of the same case at other prices: its cuts hold here, its bound need not."""
        loose = Translation(other.coverage.loose.split, self.coverage.loose.split)
        full = Translation(other.coverage.full.split, self.coverage.full.split)
        cuts, more = tuple(loose.cuts(known.cuts)), tuple(full.cuts(known.more))
        return replace(known, bound_kt=0.0, plan=None, cuts=cuts, more=more)

    def in_master(self, funded: Iterable[tuple[str, int]]) -> Keys:
        """Fundings by years that the coverage step looks at: a year that an earlier one dominates stands for that one."""
        years: dict[str, list[int]] = {}
        for p, v in self.master.fundings:
            years.setdefault(p, []).append(v)
        return frozenset(
            (p, max((y for y in years[p] if y <= v), default=min(years[p]))) for p, v in funded if p in years
        )

    def again(self, standing: Standing) -> Standing:
        """The plan of the run, searched once more as closely as its rivals will be: a gap may have left something."""
        aim = self.aim
        for _ in range(_AGAIN):
            standing = self.coverage.improve(standing, standing.funded or frozenset(), _IMPROVE_NODES, aim)
        return self.coverage.finish(standing, self.nodes, aim) if self.is_small else standing

    def covering(
        self,
        wish: Wish,
        known: Standing,
        money: Money | None = None,
        deep: bool = False,
        glance: bool = False,
        hints: Iterable[Keys] = (),
        near: Keys | None = None,
    ) -> Standing:
        """Find the plan with the least shortfall that keeps to a wish.

        Parameters
        ----------
        wish, known
            What is wished, and the best plan known without it, with what was learned from it.
        money
            Where it is not that of the case.
        deep, glance
            Whether a large case is searched longer, or until a wider gap only.
        hints
            Fundings that keep to the wish and may be possible.
        near
            Fundings of a plan that the one found is brought near to, at no less coverage.
        """
        search, aim, money = self.coverage, self.aim, money or self.money
        if glance and not self.is_small:
            aim = replace(aim, gap_kt=max(aim.gap_kt, _GLANCE_POINTS * self.instance.weighted_demand_kt / 100.0))
        free = known.bound_kt if money == self.money else 0.0
        start = replace(known, money=money, bound_kt=free, value_kt=float("inf"), funded=None, plan=None)
        if not wish.is_possible(search.full):
            return replace(start, feasible=False)
        found = search.tied(start, wish, aim)
        if not found.feasible:
            return found
        worth = (known.funded or frozenset()) | self._worth(wish)
        for keys in hints:
            found = search.priced(found, search.full.vector(keys), wish)
        found = search.improve(found, worth, _IMPROVE_NODES, aim, wish)
        if self.is_small or found.funded is None:
            found = search.finish(found, self.nodes if self.is_small else _DEEP_NODES, aim, wish)
        elif deep:
            found = search.bound(found, _DEEP_NODES, aim, wish)
            found = search.improve(found, worth, _IMPROVE_NODES, aim, wish)
        return found if near is None or found.funded is None else self._near(found, wish, near)

    def first_of(self, wish: Wish) -> Keys:
        """What is wished for and what that requires, each in its first year."""
        years: dict[str, int] = {}
        for p, v in sorted(self._worth(wish)):
            years.setdefault(p, v)
        latest = max(years.values(), default=0)
        return frozenset((p, latest if p in wish.funded and len(years) > 1 else v) for p, v in years.items())

    def _worth(self, wish: Wish) -> Keys:
        """All fundings of what is wished for and of what that requires."""
        needed, added = set(wish.funded), set(wish.funded)
        while added:
            added = {q for p in added for q in self.instance.projects[p].requires} - needed
            needed |= added
        return frozenset(key for key in self.master.fundings if key[0] in needed)

    def _near(self, standing: Standing, wish: Wish, near: Keys) -> Standing:
        """Bring a plan as near to another one as its coverage and the money allow."""
        hunch = Hunch(self.coverage.full, standing, self.coverage.known_cuts(standing))
        return brought_near(
            standing, near, wish.funded, wish.unfunded, hunch, lambda keys: self.shortfall(keys, standing)
        )

    def shortfall(
        self, funded: Collection[tuple[str, int]], known: Standing, money: Money | None = None
    ) -> float | None:
        """Exact least shortfall with these fundings, kt; None where they are not possible."""
        master = self.coverage.full
        master.begin()
        pool = self.coverage.known_cuts(known)
        money = money or known.money
        priced = master.price(money, Wish().ties(master), pool, master.vector(funded), Limits(EXACT_KT))
        return None if priced is None else priced.value

    # ------------------------------------------------------------ cost

    def cheapest(self, wish: Wish, limit_kt: float | None, money: Money | None = None) -> Costed | None:
        """Find the plan with the least cost that keeps to a wish, and to a shortfall in kt; None where there is none."""
        master = self.whole
        if not wish.is_possible(master):
            return None
        master.begin()
        money = replace(money or self.money, shortfall_limit_kt=limit_kt)
        limits = Limits(EXACT_MUSD, self.cost_gap, self.aim.left, nodes=_COST_NODES)
        outcome = master.search(money, wish.ties(master), (), limits, for_plans=True)
        if outcome.values is None:
            return None
        funded = np.round(outcome.values[master.fund])
        return self._costed(funded, money, outcome.bound or -float("inf"))

    def cost_of(self, funded: Keys, limit_kt: float | None, money: Money | None = None) -> Costed | None:
        """Find sizes and flows at least cost for given fundings; None where they are not possible."""
        money = replace(money or self.money, shortfall_limit_kt=limit_kt)
        return self._costed(self.whole.vector(funded), money, -float("inf"))

    def _costed(self, funded: np.ndarray, money: Money, bound: float) -> Costed | None:
        master = self.whole
        priced = master.price(money, Wish().ties(master), [], funded, Limits(EXACT_MUSD))
        if priced is None:
            return None
        found = extract_investment(master.read(priced.plan), self.instance)
        investment = settle(replace(self.instance, budget_musd=money.budget_musd), found, money.pots_factor)
        if self.covers:  # As in compare: the flows settle the running cost.
            investment = replace(investment, base_running_musd={})
        return Costed(Band(priced.value, min(bound, priced.value)), master.chosen(priced.plan), investment)

    def ready(self, standing: Standing) -> Investment | None:
        """Sizes and purchases of a plan that was chosen for its coverage, in a large case."""
        return self.freight_free.cheapest(standing, self.targets.coverage_slack_points)
