"""The search of a comparison: plans and bounds of every budget, and the list that can be funded from the top down.

Rounds of jobs, never in the order of their completion: plans are handed upward and bounds downward after each, so that the
answer does not depend on how many processes work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from models.instance import Instance
from optimizer.crew import Job
from optimizer.points import Bound, Finish, Improve, Relax, Tie, TieAll
from optimizer.progress import Progress
from optimizer.rounds import Rounds
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
        waiting = self._open(points)
        listed, anchor, points = self._list(points, waiting)
        points = in_line([*map(better, points, [*listed, None])])
        left = [n for n in self._open(points) if n in waiting]
        points = self._bound("bounds 1", points, _BOUND_NODES[0], left)
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
            return Improve(point, _worth(around), nodes)

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
        """One round over some of the points; then plans go upward and bounds downward."""
        results = self.rounds.run(name, [job(n, points[n]) for n in numbers])
        for n, result in zip(numbers, results, strict=True):
            points = [*points[:n], result, *points[n + 1 :]]
        points = in_line(points)
        gaps = [point.gap_kt for point in points if point.funded is not None]
        if gaps and self.instance.weighted_demand_kt:
            widest = 100.0 * max(gaps) / self.instance.weighted_demand_kt
            left = len(self._open(points))
            self.progress.tell(f"{name}: {left} of {len(points)} points open, widest gap {widest:.2f} points")
        return points

    # ------------------------------------------------------------ the list

    def _list(
        self, points: list[Standing], waiting: list[int]
    ) -> tuple[list[Standing | None], float | None, list[Standing]]:
        """From the anchor upward everything listed stays, downward nothing else comes in.

        The anchor is the middle of the budgets at which money still helps: beyond them the list is soon made, so that both ways
        take about as long. With each step the bound of one more point is searched, taken from ``waiting``; returned are the
        list, its anchor and the points with their bounds.
        """
        budgets, bounded = points[:-1], list(points)
        held = [n for n, point in enumerate(budgets) if point.funded is not None]
        listed: list[Standing | None] = [None] * len(budgets)
        if len(held) < 2:
            return listed, None, bounded
        helped = [
            n for place, n in enumerate(held) if place == 0 or points[n].value_kt < points[held[place - 1]].value_kt
        ]
        anchor = helped[len(helped) // 2]
        listed[anchor] = points[anchor]
        ways = [[n for n in held if n > anchor], [n for n in reversed(held) if n < anchor]]
        for step in range(max(len(way) for way in ways)):
            numbers = [way[step] for way in ways if step < len(way)]
            beside = [waiting.pop(0)] if waiting else []
            jobs: list[Job] = [self._tie(budgets, listed, held, n, anchor) for n in numbers]
            jobs += [Bound(points[n], _BOUND_NODES[0]) for n in beside]
            found = self.rounds.run(f"list, step {step + 1}", jobs)
            for n, tied in zip(numbers, found, strict=False):
                listed[n] = tied if tied.funded is not None else None
            for n in beside:
                bounded[n] = found[-1]
        return listed, _budget(points[anchor]), bounded

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

    @staticmethod
    def _tie(points: list[Standing], listed: list[Standing | None], held: list[int], n: int, anchor: int) -> Tie:
        grows = n > anchor
        place = held.index(n)
        before = listed[held[place - 1] if grows else held[place + 1]]
        kept = before.funded if before is not None else None
        return Tie(points[n], Nesting(kept or frozenset(), grows), before or points[n], _TIE_NODES)


def _worth(points: Sequence[Standing]) -> Keys:
    """What neighbours fund, in whole or in part."""
    return frozenset(key for point in points for key in (*(point.funded or ()), *point.support))


def _budget(point: Standing) -> float:
    return point.money.budget_musd or 0.0


def better(point: Standing, other: Standing | None) -> Standing:
    """A point with the plan of another search of the same budget, where that one is better."""
    if other is None or other.funded is None or other.value_kt >= point.value_kt:
        return point
    return replace(point, value_kt=other.value_kt, funded=other.funded, plan=other.plan)


def in_line(points: Sequence[Standing]) -> list[Standing]:
    """Hand plans upward and bounds downward, so that more money never covers less, by plan or by bound."""
    found = list(points)
    for n in range(1, len(found)):
        less = found[n - 1]
        if less.funded is not None and less.value_kt < found[n].value_kt:
            found[n] = replace(
                found[n],
                value_kt=less.value_kt,
                funded=less.funded,
                plan=less.plan,
                feasible=True,
                reproducible=found[n].reproducible and less.reproducible,
            )
    for n in range(len(found) - 2, -1, -1):
        if found[n].feasible and found[n + 1].feasible:
            found[n] = replace(found[n], bound_kt=max(found[n].bound_kt, found[n + 1].bound_kt))
    return found
