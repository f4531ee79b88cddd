"""Least shortfall at one budget, step by step: each step takes how matters stand and gives how they stand then.

Lumpy plants and yearly money make the last points expensive, so a search goes from cheap to dear and ends as soon as plan
and bound are as near as asked:

1. ``relax``: the linear relaxation, which gives a bound and the fundings that it uses;
2. ``improve``: whole fundings among those that are worth a look: of the relaxation, of plans at hand, of nearby budgets;
3. ``bound``: projects whole and their years in fractions, which gives a better bound much faster than whole years do, and
   more fundings worth a look;
4. ``vary``: some of the fundings whole, the others as the best plan has them, for better plans;
5. ``finish``: everything whole.

A step depends on what it is given alone, and ends by gap or nodes unless the clock cuts it. So the same steps may be taken in
any process, for many budgets side by side, and give the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from models.instance import BASE, Instance
from optimizer.solve.highs import Interrupt, Limits, Outcome, Status
from optimizer.solve.master import Master, Relaxation, Ties, bound_master, coverage_master
from optimizer.solve.split import Cut, Translation
from optimizer.solve.standings import Aim, Keys, Standing, Tie
from optimizer.solve.work import EXACT_KT

_INNER = 0.4  # Of the gap asked for: what the search for plans may leave open.
_MOST_PRICED = 2
_MOST_ROUNDS = 200
# Of the gap asked for: what rules on shares may add to the bound before they are worth their rows.
_SHARES_MATTER = 0.2


@dataclass
class CoverageCase:
    """A case compiled for the search: in full, and loosened."""

    instance: Instance
    interrupt: Interrupt = field(default_factory=Interrupt)

    def __post_init__(self) -> None:
        self.full: Master = coverage_master(self.instance, self.interrupt)
        self.loose: Master = bound_master(self.instance, self.interrupt)
        self._in_full = Translation(self.loose.split, self.full.split)

    @property
    def has_timing(self) -> bool:
        """Whether a project may be worth funding in more than one year."""
        return len(self.full.fundings) > len({p for p, _ in self.full.fundings})

    @property
    def point_kt(self) -> float:
        """One coverage point, kt."""
        return self.full.point_kt

    # ------------------------------------------------------------ the steps

    def relax(
        self, standings: Iterable[Standing], aim: Aim, nesting: Tie | None = None, loosely: bool = False
    ) -> list[Standing]:
        """Take the bounds of the relaxations and the fundings that they use, point after point.

        Of the loosened case and in full, or ``loosely`` of the loosened case alone.
        """
        self.loose.begin()
        self.full.begin()
        loose = Relaxation(self.loose, self._ties(self.loose, nesting))
        full = None if loosely else Relaxation(self.full, self._ties(self.full, nesting))
        return [self._relaxed(standing, loose, full, aim) for standing in standings]

    def _relaxed(self, standing: Standing, loose: Relaxation, full: Relaxation | None, aim: Aim) -> Standing:
        outcome, used = loose.solve(standing.money, Limits(seconds=aim.left))
        if outcome.values is None or outcome.objective is None:
            return replace(standing, feasible=outcome.status is not Status.INFEASIBLE, reproducible=not aim.is_over)
        standing = replace(
            standing,
            bound_kt=max(standing.bound_kt, outcome.objective),
            support=standing.support | self.loose.used(outcome.values),
            cuts=tuple(dict.fromkeys([*standing.cuts, *used])),
            reproducible=standing.reproducible and not aim.is_over,
        )
        if full is None:
            return standing
        full.learn(self._in_full.cuts(used))
        whole, more = full.solve(standing.money, Limits(seconds=aim.left))
        if whole.values is None or whole.objective is None:
            return replace(standing, feasible=whole.status is not Status.INFEASIBLE, reproducible=not aim.is_over)
        return replace(
            standing,
            bound_kt=max(standing.bound_kt, whole.objective),
            support=standing.support | self.full.used(whole.values),
            more=(*standing.more, *more),
            shares_matter=whole.objective - outcome.objective > _SHARES_MATTER * aim.gap_kt,
            reproducible=standing.reproducible and not aim.is_over,
        )

    def tied(self, standing: Standing, nesting: Tie, aim: Aim) -> Standing:
        """Take the bound of the relaxation that keeps to a tie, and the fundings that it uses, from the cuts at hand."""
        master = self.full if standing.shares_matter else self.loose
        known = self.known_cuts(standing) if master is self.full else standing.cuts
        master.begin()
        relaxation = Relaxation(master, self._ties(master, nesting), known)
        outcome, used = relaxation.solve(standing.money, Limits(seconds=aim.left))
        if outcome.values is None or outcome.objective is None:
            return replace(standing, feasible=outcome.status is not Status.INFEASIBLE, reproducible=not aim.is_over)
        found = replace(
            standing,
            bound_kt=max(standing.bound_kt, outcome.objective),
            support=master.used(outcome.values),
            reproducible=standing.reproducible and not aim.is_over,
        )
        if master is self.full:
            return replace(found, more=tuple(dict.fromkeys([*standing.more, *used])))
        return replace(found, cuts=tuple(dict.fromkeys([*standing.cuts, *used])))

    def improve(
        self,
        standing: Standing,
        worth: Keys,
        nodes: int | None,
        aim: Aim,
        nesting: Tie | None = None,
        searches: int = 1,
    ) -> Standing:
        """Search whole fundings among those that are worth a look.

        More than one of the ``searches`` is made where the blocks think less of a plan than the master did, and have told why.
        """
        if standing.is_proven(aim) or aim.is_over:
            return standing
        self.full.begin()
        worth |= standing.support | (standing.funded or frozenset())
        idle = self.full.vector(worth) == 0.0
        inner = max(EXACT_KT, _INNER * aim.gap_kt)
        # A plan that near to the bound needs no better one, though the blocks may think a little less of it.
        limits = Limits(inner, seconds=aim.left, nodes=nodes, target=standing.bound_kt + aim.gap_kt - inner)
        ties = self._ties(self.full, nesting).closed(self.full.fund[idle])
        for _ in range(searches):
            outcome = self._search(self.full, standing, ties, limits, None, for_plans=True)
            standing = self._plans(standing, outcome, nesting, aim)
            claimed = outcome.objective
            if claimed is None or claimed >= standing.value_kt - aim.gap_kt or aim.is_over:
                break
        return standing

    def bound(self, standing: Standing, nodes: int | None, aim: Aim, nesting: Tie | None = None) -> Standing:
        """Search whole projects with their years in fractions: raise the bound, and find fundings worth a look.

        The search is told what it is to prove, for what cannot be better need not be looked at.
        """
        if standing.is_proven(aim) or aim.is_over:
            return standing
        enough = standing.value_kt - aim.gap_kt if standing.funded is not None else float("inf")
        master = self.full if standing.shares_matter else self.loose
        master.begin()
        whole = np.array(list(master.ever.values()), dtype=int)
        wanted = enough if np.isfinite(enough) else None
        limits = Limits(max(EXACT_KT, 0.1 * aim.gap_kt), seconds=aim.left, nodes=nodes, bound=wanted)
        outcome = self._search(master, standing, self._ties(master, nesting), limits, whole)
        if outcome.status is Status.INFEASIBLE:
            return replace(standing, feasible=False)
        standing = replace(
            standing,
            bound_kt=max(standing.bound_kt, outcome.bound or 0.0),
            reproducible=standing.reproducible and not aim.is_over,
        )
        if outcome.values is None or outcome.objective is None or outcome.objective >= enough:
            return standing
        answer = master.split.ask(outcome.values)
        news = master.news(answer.cuts, outcome.values)
        known = standing.more if standing.shares_matter else standing.cuts
        learned = tuple(dict.fromkeys([*known, *news]))
        standing = replace(standing, support=standing.support | master.used(outcome.values))
        return replace(standing, more=learned) if standing.shares_matter else replace(standing, cuts=learned)

    def finish(self, standing: Standing, nodes: int | None, aim: Aim, nesting: Tie | None = None) -> Standing:
        """Search everything whole, round after round with the cuts that its plans were short of."""
        for _ in range(_MOST_ROUNDS):
            if standing.is_proven(aim) or aim.is_over:
                break
            self.full.begin()
            before = standing.value_kt, standing.bound_kt
            enough = standing.value_kt - aim.gap_kt if standing.funded is not None else None
            limits = Limits(max(EXACT_KT, _INNER * aim.gap_kt), seconds=aim.left, nodes=nodes, bound=enough)
            outcome = self._search(self.full, standing, self._ties(self.full, nesting), limits, None)
            if outcome.status is Status.INFEASIBLE:
                return replace(standing, feasible=False)
            standing = replace(standing, bound_kt=max(standing.bound_kt, outcome.bound or 0.0))
            standing = self._plans(standing, outcome, nesting, aim, all_cuts=True)
            claimed = float("inf") if outcome.objective is None else outcome.objective
            stands = (standing.value_kt, standing.bound_kt) == before
            if nodes is not None or (stands and claimed >= standing.value_kt - self.full.agreed_kt):
                break  # Beyond this only what cannot be told apart is left: the next round would be the same.
        return standing

    def vary(
        self, standing: Standing, free: Keys, nodes: int | None, aim: Aim, for_plans: bool = False
    ) -> tuple[Standing, bool]:
        """Search whole fundings among those that are ``free``, all others as the plan at hand has them.

        Returns
        -------
        tuple[Standing, bool]
            And whether the search ended by itself, so that more might have been free.
        """
        if standing.funded is None or standing.is_proven(aim) or aim.is_over:
            return standing, True
        self.full.begin()
        kept = np.array([key not in free for key in self.full.fundings], dtype=bool)
        values = self.full.vector(standing.funded)[kept]
        ties = Ties().fixed(self.full.fund[kept], values, values)
        limits = Limits(_INNER * aim.gap_kt, seconds=aim.left, nodes=nodes)
        outcome = self._search(self.full, standing, ties, limits, None, for_plans=for_plans)
        return self._plans(standing, outcome, None, aim), outcome.status in (Status.OPTIMAL, Status.INFEASIBLE)

    def known_cuts(self, standing: Standing) -> list[Cut]:
        """All cuts of a standing as the full master takes them."""
        return [*self._in_full.cuts(standing.cuts), *standing.more]

    def take(self, standing: Standing, funded: Keys) -> Standing:
        """Take a plan from elsewhere where it is better: of another budget, or of a case like this one."""
        vector = self.full.vector(matching(self.full.fundings, funded))
        return self.priced(standing, vector, None)

    def value_kt(self, plan: np.ndarray) -> float:
        """What this case thinks of a plan priced in a case that is this one but for what it counts, kt."""
        split = self.full.split
        return split.total(plan, plan[split.shortfalls])

    def base_kt(self, plan: np.ndarray | None) -> float:
        """Weighted shortfall of a plan with nothing lost, kt."""
        split = self.full.split
        if plan is None:
            return float("inf")
        shares = split.master.cost[split.shortfalls]
        base = np.array([block.name[0] == BASE for block in split.blocks], dtype=bool)
        return float(shares[base] @ plan[split.shortfalls][base])

    # ------------------------------------------------------------ what they share

    def _ties(self, master: Master, nesting: Tie | None) -> Ties:
        return Ties() if nesting is None else nesting.ties(master, with_years=master is self.full)

    def _search(
        self,
        master: Master,
        standing: Standing,
        ties: Ties,
        limits: Limits,
        whole: np.ndarray | None,
        for_plans: bool = False,
    ) -> Outcome:
        full = master is self.full
        cuts = self.known_cuts(standing) if full else standing.cuts
        start = standing.plan if full else None
        return master.search(standing.money, ties, cuts, limits, whole, start, for_plans)

    def _plans(
        self, standing: Standing, outcome: Outcome, nesting: Tie | None, aim: Aim, all_cuts: bool = False
    ) -> Standing:
        """Price the last plans of a search; one that ends before it begins tells its answer alone."""
        plans = outcome.plans or (() if outcome.values is None else (outcome.values,))
        for plan in reversed(plans[-_MOST_PRICED:]):
            if all_cuts or self.full.chosen(plan) != standing.funded:  # The plan at hand has its price, and its cuts.
                standing = self.priced(standing, np.round(plan[self.full.fund]), nesting, all_cuts)
        return replace(standing, reproducible=standing.reproducible and not aim.is_over and not outcome.interrupted)

    def priced(
        self, standing: Standing, funded: np.ndarray, nesting: Tie | None = None, all_cuts: bool = False
    ) -> Standing:
        """Take these fundings (values by funding) where their exact shortfall is less than that of the plan at hand.

        ``all_cuts``: what the blocks said on the way to the price is kept too, so that the master, whatever sizes it takes, will
        think no more of these fundings than they are worth.
        """
        known = self.known_cuts(standing)
        before = len(known)
        priced = self.full.price(standing.money, self._ties(self.full, nesting), known, funded, Limits(EXACT_KT))
        # What the blocks say of the plan itself, and which plans miss a guard: cuts met on the way to it say little beside.
        learned = [cut for cut in known[before:] if all_cuts or priced is None or cut.hard]
        final = [] if priced is None else priced.answer.cuts
        standing = replace(standing, more=tuple(dict.fromkeys([*standing.more, *learned, *final])))
        if priced is None:
            return standing
        if priced.value >= standing.value_kt - EXACT_KT:
            return standing
        keys = self.full.chosen(priced.plan)
        return replace(standing, value_kt=priced.value, funded=keys, plan=priced.plan)


def matching(fundings: Iterable[tuple[str, int]], funded: Keys) -> Keys:
    """Fundings of a plan in a case that leaves out years which an earlier one dominates: that earlier one instead."""
    years: dict[str, list[int]] = {}
    for p, v in fundings:
        years.setdefault(p, []).append(v)
    found = {p: max((y for y in years.get(p, ()) if y <= v), default=None) for p, v in funded}
    return frozenset((p, v) for p, v in found.items() if v is not None)
