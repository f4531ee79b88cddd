"""The search of a comparison: plans and bounds of every budget, and the list that can be funded from the top down.

Rounds of jobs, never in the order of their completion: plans are handed upward and bounds downward after each, so that the
answer does not depend on how many processes work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from models.instance import Instance
from optimizer.crew import Job
from optimizer.points import Bound, Finish, Improve, Relax, Tie, TieAll
from optimizer.progress import Progress
from optimizer.rounds import Link, Rounds, only
from optimizer.solve.master import Money
from optimizer.solve.nested import is_tractable
from optimizer.solve.standings import Aim, Keys, Nesting, Standing
from optimizer.solve.work import EXACT_KT, is_small

NEIGHBOURS = 5  # Points whose relaxations are solved one after the other.
_FINISH_NODES, _TIE_NODES = 2000, 60
_PLAN_NODES = (100, 200, 400)  # Of one round after the other, as those of bounds.
_BOUND_NODES = (300, 500, 800)  # Of one round after the other.
_LIST_NODES = 5000


@dataclass(frozen=True)
class Found:
    """The budgets, the plans of the list at each, and the plan with unlimited money.

    ``anchor_musd``: of the list, None where there is none or where it was searched as one model. That left ``list_gap_kt``: by
    how much what is short, summed over the budgets, could be less.
    """

    points: list[Standing]
    listed: list[Standing | None]
    ceiling: Standing
    anchor_musd: float | None = None
    list_gap_kt: float | None = None


class BudgetSearch:
    """A case at several budgets; ``aim``: the gap that is asked for at each."""

    def __init__(self, rounds: Rounds, instance: Instance, aim: Aim, progress: Progress) -> None:
        self.rounds, self.instance, self.aim, self.progress = rounds, instance, aim, progress

    def run(self, moneys: list[Money]) -> Found:
        """Search every budget, by ascending money, the last one of them without a list: unlimited money."""
        points = [Standing(money) for money in moneys]
        chunks = [tuple(points[n : n + NEIGHBOURS]) for n in range(0, len(points), NEIGHBOURS)]
        relaxed = self.rounds.run("relaxations", [Relax(chunk) for chunk in chunks])
        points = [point for chunk in relaxed for point in chunk]
        points = self._improve("plans", points, _PLAN_NODES[0], self._helped(points), with_neighbours=False)
        # The list comes early: its plans are plans, and often better than what was found without it. It goes budget by budget
        # and leaves processes idle: the first bounds are searched beside it.
        listed, anchor, points = self._list_and_bounds("list, bounds 1", points)
        points = self._improve("better plans 1", points, _PLAN_NODES[0])
        for n, (bound_nodes, plan_nodes) in enumerate(zip(_BOUND_NODES[1:], _PLAN_NODES[1:], strict=True), start=2):
            points = self._bound(f"bounds {n}", points, bound_nodes, self._open(points))
            points = self._improve(f"better plans {n}", points, plan_nodes)
        points = self._step("all whole", points, self._unfinished(points), lambda _, p: Finish(p, _FINISH_NODES))
        return self._as_one_model(points, Found(points[:-1], listed, points[-1], anchor))

    def _improve(
        self,
        name: str,
        points: list[Standing],
        nodes: int,
        numbers: list[int] | None = None,
        with_neighbours: bool = True,
    ) -> list[Standing]:
        def job(n: int, point: Standing) -> Job:
            around = points[max(0, n - 1) : n + 2] if with_neighbours else ()
            # What the clock left of a neighbour is searched here too.
            steady = point.reproducible and all(one.reproducible for one in around)
            return Improve(replace(point, reproducible=steady), _worth(around), nodes)

        return self._step(name, points, self._open(points) if numbers is None else numbers, job)

    def _helped(self, points: Sequence[Standing]) -> list[int]:
        """Points at which the relaxation needs the money that was added: the others may well take the plan before."""
        return [n for n in self._open(points) if n == 0 or points[n].bound_kt < points[n - 1].bound_kt - EXACT_KT]

    def _bound(self, name: str, points: list[Standing], nodes: int, numbers: list[int]) -> list[Standing]:
        return self._step(name, points, numbers, lambda n, point: Bound(point, nodes))

    def _unfinished(self, points: Sequence[Standing]) -> list[int]:
        """Points that a search of everything is for: without a plan; in a case small enough for it, all that are open."""
        small = is_small(self.instance)
        return [n for n in self._open(points) if small or points[n].funded is None]

    def _open(self, points: Sequence[Standing]) -> list[int]:
        return [n for n, point in enumerate(points) if not point.is_proven(self.aim)]

    def _step(
        self, name: str, points: list[Standing], numbers: list[int], job: Callable[[int, Standing], Job]
    ) -> list[Standing]:
        """One round over some of the points."""
        return self._told(name, points, numbers, self.rounds.run(name, [job(n, points[n]) for n in numbers]))

    def _told(
        self, name: str, points: Sequence[Standing], numbers: Sequence[int], results: Iterable[Standing]
    ) -> list[Standing]:
        """The points after a round, in which some were searched: plans go upward and bounds downward."""
        searched = dict(zip(numbers, results, strict=True))
        found = in_line([searched.get(n, point) for n, point in enumerate(points)])
        gaps = [point.gap_kt for point in found if point.funded is not None]
        if gaps and self.instance.weighted_demand_kt:
            widest = 100.0 * max(gaps) / self.instance.weighted_demand_kt
            proven = len(found) - len(self._open(found))
            self.rounds.state = f"{proven} of {len(found)} budgets proven, widest gap {widest:.2f} points"
            self.progress.tell(f"{name}: {self.rounds.state}")
        return found

    # ------------------------------------------------------------ the list

    def _list_and_bounds(
        self, name: str, points: list[Standing]
    ) -> tuple[list[Standing | None], float | None, list[Standing]]:
        """Search the list, budget by budget, and beside it the first bounds; return it, its anchor, and the points.

        From the anchor upward everything listed stays, downward nothing else comes in. The anchor is the middle of the budgets
        at which money still helps: beyond them the list is soon made, so that both ways take about as long.
        """
        anchor, ways = _ways(points[:-1])
        ties = [[_tie(points[n], points[anchor]) for n in way] for way in ways]
        bounded = self._open(points)
        bounds = [[only(Bound(points[n], _BOUND_NODES[0]))] for n in bounded]
        found = self.rounds.run_chains(name, [*ties, *bounds])
        listed: list[Standing | None] = [None] * (len(points) - 1)
        for way, tied in zip(ways, found, strict=False):
            for n, one in zip(way, tied, strict=True):
                listed[n] = one if one.funded is not None else None
        if ways:
            listed[anchor] = points[anchor]
        points = self._told(name, points, bounded, [bound for (bound,) in found[len(ways) :]])
        return listed, _budget(points[anchor]) if ways else None, in_line([*map(better, points, [*listed, None])])

    def _as_one_model(self, points: list[Standing], found: Found) -> Found:
        """Search the list of all budgets at once where that can be done; the one at hand is where it starts."""
        held = [n for n, one in enumerate(found.listed) if one is not None]
        if found.anchor_musd is None or not is_tractable(self.instance, len(held)):
            return found
        start = tuple(one for one in found.listed if one is not None)
        job = TieAll(tuple(points[n] for n in held), start, _LIST_NODES)
        (tied,) = self.rounds.run("list, as one model", [job])
        listed = list[Standing | None](found.listed)
        for n, one in zip(held, tied.standings, strict=True):
            listed[n] = one
        *budgets, ceiling = in_line([*map(better, points, [*listed, None])])
        return Found(budgets, listed, ceiling, None, tied.gap_kt)


def _ways(points: Sequence[Standing]) -> tuple[int, list[list[int]]]:
    """The anchor of the list, and the budgets above and below it that have plans; without two of them there is no list."""
    held = [n for n, point in enumerate(points) if point.funded is not None]
    if len(held) < 2:
        return 0, []
    helped = [
        n
        for before, n in zip([None, *held], held, strict=False)
        if before is None or points[n].value_kt < points[before].value_kt
    ]
    anchor = helped[len(helped) // 2]
    return anchor, [[n for n in held if n > anchor], [n for n in reversed(held) if n < anchor]]


def _tie(point: Standing, anchor: Standing) -> Link:
    """A budget of the list, given the one before it on the way from the anchor."""

    def link(before: Standing | None) -> Job:
        held = anchor if before is None else before
        grows = _budget(point) > _budget(anchor)
        return Tie(
            point, Nesting(held.funded or frozenset(), grows), held if held.funded is not None else point, _TIE_NODES
        )

    return link


def _worth(points: Sequence[Standing]) -> Keys:
    """What neighbours fund, in whole or in part."""
    return frozenset(key for point in points for key in (*(point.funded or ()), *point.support))


def _budget(point: Standing) -> float:
    return point.money.budget_musd or 0.0


def better(point: Standing, other: Standing | None) -> Standing:
    """A point with the plan of another search, of the same budget or a smaller one, where that one is better."""
    if other is None or other.funded is None or other.value_kt >= point.value_kt:
        return point
    steady = point.reproducible and other.reproducible
    return replace(
        point, value_kt=other.value_kt, funded=other.funded, plan=other.plan, feasible=True, reproducible=steady
    )


def in_line(points: Sequence[Standing]) -> list[Standing]:
    """Hand plans upward and bounds downward, so that more money never covers less, by plan or by bound."""
    found = list(points)
    for n in range(1, len(found)):
        found[n] = better(found[n], found[n - 1])
    for n in range(len(found) - 2, -1, -1):
        more = found[n + 1]
        if found[n].feasible and more.feasible and more.bound_kt > found[n].bound_kt:
            steady = found[n].reproducible and more.reproducible
            found[n] = replace(found[n], bound_kt=more.bound_kt, reproducible=steady)
    return found
