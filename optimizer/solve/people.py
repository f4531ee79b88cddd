"""Where people, not money, bind: the case solved again with more people in one country, and once with more money.

A country is asked about where the plan needs, in some year, everyone who could be there by then. All years are raised at
once, since a plant needs its people for good. Cases that are too large to be searched again are asked as linear relaxations,
and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.build import build_model
from models.instance import Goal, Instance
from models.options import Layout, Options
from models.solution import Investment
from models.standing import tight_years
from optimizer.solve.highs import Interrupt, Limits, Outcome, Session
from optimizer.solve.work import EXACT_KT, EXACT_MUSD

MONEY = "money"
_RAISE_SHARE, _RAISE_PEOPLE, _RAISE_MUSD = 0.01, 10.0, 10.0
_LARGE = 400  # Yes/no decisions from which the relaxation is asked.
_NODES = 500
_ROWS, _MONEY_ROWS = "people_are_enough", ("outlay_within_budget", "payments_within_purse")
_TOLERANCE = 10.0


@dataclass(frozen=True)
class Raised:
    """What more of something would give: people of a country (``more`` in each year, the least of them), or ``money`` (MUSD).

    ``gain``: of weighted shortfall in kt, or of cost in MUSD with objective cost; None: not found in time. ``binds``: yes, no,
    or open where the search could not tell the two cases apart.
    """

    who: str
    more: float
    gain: float | None
    binds: str


@dataclass(frozen=True)
class Pinch:
    """All that was raised; ``relaxed``: in the linear relaxation, which funds plants in fractions."""

    raised: tuple[Raised, ...]
    relaxed: bool


def find_pinch(instance: Instance, investment: Investment, interrupt: Interrupt | None = None) -> Pinch:
    """Solve the case again with more people in every country that is tight, and with more money.

    Parameters
    ----------
    instance, investment
        The case and its plan.
    interrupt
        Where Ctrl-C is watched: what is left then is not asked.
    """
    tight = [c for c, years in tight_years(instance, investment.capacity_ktpy).items() if years]
    if not tight:
        return Pinch((), False)
    return _Search(instance, interrupt or Interrupt()).run(tight)


class _Search:
    """The compiled case; questions change the upper bounds of its rows alone."""

    def __init__(self, instance: Instance, interrupt: Interrupt) -> None:
        self.instance, self.interrupt = instance, interrupt
        coverage = Options(Goal.COVERAGE, base_layout=Layout.POOLED)
        by_coverage = instance.goal is Goal.COVERAGE
        self.session = Session(build_model(instance, coverage if by_coverage else Options(Goal.COST)), interrupt)
        self.least = _TOLERANCE * (EXACT_KT if by_coverage else EXACT_MUSD)
        self.relaxed = self.session.binaries >= _LARGE
        self.session.relax(self.relaxed)

    def run(self, countries: list[str]) -> Pinch:
        """Ask about each country, then about money."""
        before = self._solve()
        raised = [self._raised(before, c, self._people(c)) for c in countries]
        if money := self._money():
            raised.append(self._raised(before, MONEY, money))
        return Pinch(tuple(raised), self.relaxed)

    def _people(self, country: str) -> dict[int, float]:
        """Rows of a country, and how many people more in each."""
        available = self.instance.workforce[country].available
        return {
            n: max(_RAISE_SHARE * available[index[1]], _RAISE_PEOPLE)
            for n, (family, index) in self._named()
            if family == _ROWS and index[0] == country
        }

    def _money(self) -> dict[int, float]:
        """Rows of the budget and of purses, each with more money by the same share: at least 10 MUSD of the largest."""
        rows = [n for n, (family, _) in self._named() if family in _MONEY_ROWS]
        uppers = self.session.program.row_upper
        largest = max((float(uppers[n]) for n in rows), default=0.0)
        share = max(_RAISE_SHARE, _RAISE_MUSD / largest) if largest > 0.0 else 0.0
        return {n: share * float(uppers[n]) for n in rows} if share else {}

    def _named(self) -> list[tuple[int, tuple[str, Any]]]:
        return [(n, (c.parent_component().local_name, c.index())) for n, c in enumerate(self.session.constraints)]

    def _raised(self, before: Outcome, who: str, more: Mapping[int, float]) -> Raised:
        rows = np.array(list(more), dtype=int)
        uppers = self.session.program.row_upper[rows]
        self.session.set_row_uppers(rows, uppers + np.array(list(more.values())))
        after = self._solve()
        self.session.set_row_uppers(rows, uppers)
        amount = max(more.values()) if who == MONEY else min(more.values())
        if before.objective is None or after.objective is None:
            return Raised(who, amount, None, "open")
        gain = max(0.0, before.objective - after.objective)
        return Raised(who, amount, gain if gain > self.least else 0.0, self._verdict(before, after))

    def _verdict(self, before: Outcome, after: Outcome) -> str:
        """Whether the gain is certain: what is found after is below what can be before, or the other way round there is none."""
        assert before.objective is not None
        assert after.objective is not None
        lowest = before.objective if self.relaxed or before.bound is None else min(before.objective, before.bound)
        if after.objective < lowest - self.least:
            return "yes"
        reachable = after.objective if self.relaxed or after.bound is None else min(after.objective, after.bound)
        return "no" if reachable >= before.objective - self.least else "open"

    def _solve(self) -> Outcome:
        return self.session.solve(Limits(self.least / _TOLERANCE, nodes=_NODES))
