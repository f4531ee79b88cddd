"""What a comparison prints: every plan once, audited, and held against what no plan could be cheaper than."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimizer.budget_search import NEIGHBOURS, Found
from optimizer.crew import Job
from optimizer.prints import CostBounds, Print, Printed
from optimizer.rounds import Rounds
from optimizer.solve.standings import Standing


@dataclass(frozen=True)
class Prints:
    """The best plan and the plan of the list at each budget, None where there is none, and that with unlimited money."""

    best: list[Printed | None]
    listed: list[Printed | None]
    ceiling: Printed | None


def print_found(rounds: Rounds, found: Found) -> Prints:
    """Print what a search found.

    Where the list has the best plan it is the same print, unless the best plan was printed without what it does not need: a list
    is no list when something is left out of it.
    """
    count = len(found.points)
    best = {n: point for n, point in enumerate([*found.points, found.ceiling]) if point.funded is not None}
    listed = {n: one for n, one in enumerate(found.listed) if one is not None}
    own = {n: one for n, one in listed.items() if one.funded != best[n].funded}
    runs, lists = _alike(best), _alike(own)
    ends = [best[run[-1]] for run in runs]
    bounds: list[Job] = [CostBounds(tuple(ends[n : n + NEIGHBOURS])) for n in range(0, len(ends), NEIGHBOURS)]
    jobs = [*_prints(best, runs, True), *_prints(own, lists, False)]
    results = rounds.run("flows, tables, audit, bounds of the cost", [*bounds, *jobs])
    # With the most money of a run; what holds there holds with less.
    proofs = {n: proof for run, proof in zip(runs, _joined(results[: len(bounds)]), strict=True) for n in run}
    prints = results[len(bounds) :]
    shown = {n: one.held_against(proofs[n]) for n, one in _placed(runs, prints[: len(runs)]).items()}
    kept = _placed(lists, prints[len(runs) :])
    whole = {n: one for n, one in listed.items() if n not in own and shown[n].leaner}
    again = _alike(whole)
    kept |= _placed(again, rounds.run("plans of the list as they are", _prints(whole, again, False)))
    return Prints(
        best=[shown.get(n) for n in range(count)],
        listed=[kept.get(n, shown[n]) if n in listed else None for n in range(count)],
        ceiling=shown.get(count),
    )


def _prints(standings: Mapping[int, Standing], runs: Sequence[Sequence[int]], lean: bool) -> list[Job]:
    return [Print(tuple(standings[n] for n in run), lean) for run in runs]


def _placed(runs: Sequence[Sequence[int]], prints: Sequence[Sequence[Printed]]) -> dict[int, Printed]:
    return {n: one for run, plans in zip(runs, prints, strict=True) for n, one in zip(run, plans, strict=True)}


def _joined(chunks: Sequence[Sequence[float | None]]) -> list[float | None]:
    return [one for chunk in chunks for one in chunk]


def _alike(standings: Mapping[int, Standing]) -> list[list[int]]:
    """Neighbours that have the same plan; one by one where pots grow with the budget."""
    runs: list[list[int]] = []
    for n, one in standings.items():
        if runs and _is_same_plan(standings[runs[-1][-1]], one):
            runs[-1].append(n)
        else:
            runs.append([n])
    return runs


def _is_same_plan(one: Standing, other: Standing) -> bool:
    """Whether two points fund the same, are as short, and have the same pots."""
    same = one.funded == other.funded and one.value_kt == other.value_kt
    return same and one.money.pots_factor == other.money.pots_factor
