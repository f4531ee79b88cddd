"""How matters stand at one budget: what each step of a search takes and gives, what it aims at, and what ties a plan."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from optimizer.solve.highs import Status
from optimizer.solve.master import Master, Money, Ties
from optimizer.solve.split import Cut
from optimizer.solve.work import EXACT_KT

Keys = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Aim:
    """When a search ends: the gap in kt that is asked for; the clock time by which it must stop (None: never)."""

    gap_kt: float
    until: float | None = None

    @property
    def left(self) -> float | None:
        """Seconds left."""
        return None if self.until is None else max(0.0, self.until - time.perf_counter())

    @property
    def is_over(self) -> bool:
        """Whether the time is used up."""
        return self.left == 0.0


@dataclass(frozen=True)
class Standing:
    """How matters stand at one budget.

    ``funded``: (p, v) of the best plan, with its exact shortfall ``value_kt``; ``bound_kt``: proven for every plan;
    ``support``: fundings worth a look; ``cuts``: what the loosened master knows, ``more``: what the full one knows beside it;
    ``reproducible``: never cut by the clock; ``feasible``: False where no plan exists at all.
    """

    money: Money
    bound_kt: float = 0.0
    value_kt: float = float("inf")
    funded: Keys | None = None
    plan: np.ndarray | None = None
    support: Keys = frozenset()
    cuts: tuple[Cut, ...] = ()
    more: tuple[Cut, ...] = ()
    shares_matter: bool = False
    feasible: bool = True
    reproducible: bool = True

    @property
    def gap_kt(self) -> float:
        """Plan less bound; infinite without a plan."""
        return max(0.0, self.value_kt - self.bound_kt)

    def is_proven(self, aim: Aim) -> bool:
        """Whether nothing is left to do."""
        return not self.feasible or self.gap_kt <= aim.gap_kt + EXACT_KT

    def status(self, aim: Aim) -> Status:
        """How the search ended."""
        if not self.feasible:
            return Status.INFEASIBLE
        if self.funded is None:
            return Status.NO_PLAN
        return Status.OPTIMAL if self.is_proven(aim) else Status.FEASIBLE


class Tie(Protocol):
    """What a plan must keep to beside the case itself."""

    def ties(self, master: Master, with_years: bool) -> Ties:
        """As bounds of the master's columns; years are said only where the master has all of them."""


@dataclass(frozen=True)
class Nesting:
    """What ties a plan to the list at the next budget.

    Of a smaller one (``grows``) everything listed stays funded, and no later; of a larger one only what is listed may be
    funded, and no sooner. Sizes are free.
    """

    listed: Keys
    grows: bool

    def ties(self, master: Master, with_years: bool) -> Ties:
        """As bounds of the master's columns; years are said only where the master has all of them."""
        year = dict(self.listed)
        ties = Ties()
        if self.grows:
            kept = np.array([master.ever[p] for p in year if p in master.ever], dtype=int)
            ties = ties.fixed(kept, np.ones(len(kept)), np.ones(len(kept)))
        else:
            ties = ties.closed(np.array([column for p, column in master.ever.items() if p not in year], dtype=int))
        wrong = [with_years and p in year and (v > year[p] if self.grows else v < year[p]) for p, v in master.fundings]
        return ties.closed(master.fund[np.array(wrong, dtype=bool)])

    def holds(self, funded: Keys) -> bool:
        """Whether a plan keeps to it."""
        smaller, larger = (dict(self.listed), dict(funded)) if self.grows else (dict(funded), dict(self.listed))
        return all(p in larger and larger[p] <= v for p, v in smaller.items())
