"""Where a project would be chosen: the plan with it against the plan without it, at one price after the other.

Each answer has three values, because plans are found within gaps: with it is no worse, without it is better, or the bands
overlap. A search takes the interval between the last price at which the best plan found has the project and the first at
which it does not; what is proven beside is kept with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from models.instance import Instance
from optimizer.solve.choice import NOTHING, Band, ChoiceCase
from optimizer.solve.standings import Standing
from optimizer.solve.wish import Wish
from optimizer.solve.work import EXACT_MUSD

_SAME_COST = 1e-7  # Relative: what two solves of the same cost may differ by.
_FIRST_STEP, _MOST = 2.0, 8.0


class Side(StrEnum):
    """What is proven: the best plan has the project, or does not, or it cannot be told apart at this gap."""

    IN = "in"
    OUT = "out"
    UNTOLD = "cannot be told apart at this gap"


@dataclass(frozen=True)
class Judged:
    """What is proven, and whether the best plan found has the project (it has where both are as good)."""

    side: Side
    found_in: bool


@dataclass(frozen=True)
class Candidate:
    """One of two plans that are compared: its case, what it keeps to, and where its shortfall stands."""

    case: ChoiceCase
    wish: Wish
    standing: Standing | None


@dataclass(frozen=True)
class Trial:
    """One solve of a search."""

    factor: float
    judged: Judged


@dataclass(frozen=True)
class BreakEven:
    """What a search found: factors on a figure as it is now.

    ``in_up_to``: the largest at which the best plan found has the project; ``out_from``: the smallest from which on it does
    not (None: there was none in the range searched). ``proven_in``, ``proven_out``: the same where it is proven.
    """

    in_up_to: float | None
    out_from: float | None
    proven_in: float | None
    proven_out: float | None
    trials: tuple[Trial, ...]
    low: float
    high: float

    @property
    def is_verified(self) -> bool:
        """Whether a solve on each side proves it."""
        return self.in_up_to == self.proven_in and self.out_from == self.proven_out and bool(self.trials)


def judge(with_it: Candidate, without: Candidate) -> Judged:
    """Compare the best plan with a project and the best one without it."""
    limit, case = None, with_it.case
    if case.covers:
        a, b = _band(with_it.standing), _band(without.standing)
        if a.value == b.value == float("inf"):
            return Judged(Side.UNTOLD, False)
        slack = case.slack_kt(min(a.value, b.value))
        if a.bound > b.value + slack:
            return Judged(Side.OUT, False)
        if b.bound > a.value + slack:
            return Judged(Side.IN, True)
        if not case.settles_cost or abs(a.value - b.value) > slack:
            return Judged(Side.UNTOLD, a.value <= b.value + slack)
        limit = min(a.value, b.value) + slack
        proven = a.is_proven and b.is_proven
    else:
        proven = True
    judged = _cheaper(_cost(with_it, limit), _cost(without, limit))
    return judged if proven else replace(judged, side=Side.UNTOLD)


def _band(standing: Standing | None) -> Band:
    if standing is None or not standing.feasible:
        return NOTHING
    return Band(standing.value_kt, min(standing.bound_kt, standing.value_kt))


def _cost(one: Candidate, limit: float | None) -> Band:
    costed = one.case.cheapest(one.wish, limit)
    return NOTHING if costed is None else costed.cost


def _cheaper(a: Band, b: Band) -> Judged:
    """Compare costs: as good counts as in."""
    if a.value == b.value == float("inf"):
        return Judged(Side.UNTOLD, False)
    same = max(EXACT_MUSD, _SAME_COST * min(abs(a.value), abs(b.value)))
    found_in = a.value <= b.value + same
    if a.bound > b.value + same:
        return Judged(Side.OUT, False)
    return Judged(Side.IN if a.value <= b.bound + same else Side.UNTOLD, found_in)


def scaled(instance: Instance, projects: Iterable[str], figure: str, factor: float) -> Instance:
    """The case with one figure of some projects multiplied: capex, public_share or opex (what it costs to have and run)."""
    changed = dict(instance.projects)
    for p in projects:
        one = changed[p]
        changed[p] = {
            "capex": replace(one, capex_musd=one.capex_musd * factor),
            "public_share": replace(one, public_share=one.public_share * factor),
            "opex": replace(
                one,
                opex_musd_per_kt=max(one.opex_musd_per_kt, 0.0) * factor + min(one.opex_musd_per_kt, 0.0),
                fixed_opex_musd_per_year=max(one.fixed_opex_musd_per_year, 0.0) * factor
                + min(one.fixed_opex_musd_per_year, 0.0),
            ),
        }[figure]
    return replace(instance, projects=changed)


def find_break_even(ask: Callable[[float], Judged], low: float, high: float, steps: int) -> BreakEven:
    """Search the factor up to which a project is chosen: it is chosen at a factor if it is at a larger one.

    Parameters
    ----------
    ask
        Solves at a factor.
    low, high
        The range; the ends are asked first.
    steps
        How often the interval is halved.
    """
    trials: dict[float, Judged] = {}

    def found_in(factor: float) -> bool:
        trials[factor] = ask(factor)
        return trials[factor].found_in

    if found_in(high):
        inside: float | None = high
        outside: float | None = None
    elif not found_in(low):
        inside, outside = None, low
    else:
        inside, outside = low, high
        for _ in range(steps):
            middle = (inside + outside) / 2.0
            if found_in(middle):
                inside = middle
            else:
                outside = middle
    proven_in = [f for f, x in trials.items() if x.side is Side.IN]
    proven_out = [f for f, x in trials.items() if x.side is Side.OUT]
    return BreakEven(
        in_up_to=inside,
        out_from=outside,
        proven_in=max(proven_in, default=None),
        proven_out=min(proven_out, default=None),
        trials=tuple(Trial(f, trials[f]) for f in sorted(trials)),
        low=low,
        high=high,
    )
