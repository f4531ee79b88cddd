"""The least public money with which no more than a given shortfall is left, and a plan that needs no more."""

from __future__ import annotations

import time
from dataclasses import dataclass

from models.instance import Instance
from optimizer.solve.highs import Interrupt
from optimizer.solve.master import Money
from optimizer.solve.outlay import OutlayCase
from optimizer.solve.prove import prove
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Keys, Standing
from optimizer.solve.work import EXACT_KT, EXACT_MUSD, Tell, is_small

_GAP = 0.005  # Of the money: what the search may leave open in a large case.
_PLAN_NODES, _BOUND_NODES = (100, 300), (600,)


@dataclass(frozen=True)
class LeastMoney:
    """Least public money, MUSD, with its bound, and the fundings that it pays for.

    Without fundings there is no such plan at any money: ``reached_kt`` is the least shortfall found, ``bound_kt`` what none
    can be below.
    """

    musd: float
    bound_musd: float
    funded: Keys | None
    reached_kt: float
    bound_kt: float


def least_money(
    instance: Instance, limit_kt: float, seconds: float | None, tell: Tell, interrupt: Interrupt
) -> LeastMoney:
    """Find the least money with which the weighted shortfall is at most ``limit_kt``.

    Parameters
    ----------
    instance
        A case whose goal is coverage; its pots hold, its budget does not.
    seconds
        Time for the search of what can be reached at all; None: no limit.
    """
    case = CoverageCase(instance, interrupt)
    small = is_small(instance)
    until = None if seconds is None else time.perf_counter() + seconds
    rich = _reach(case, limit_kt, until)
    if rich.funded is None or rich.value_kt > limit_kt + EXACT_KT:
        return LeastMoney(float("inf"), float("inf"), None, rich.value_kt, rich.bound_kt)
    tell("least money: plans that are good enough are at hand, the cheapest is searched")
    outlay = OutlayCase(case)
    first = outlay.least(rich, limit_kt, (rich.funded,), EXACT_MUSD, (), (), False)
    gap = EXACT_MUSD if small else _GAP * first.value_musd
    starts = (rich.funded,) if first.funded is None else (first.funded, rich.funded)
    found = outlay.least(rich, limit_kt, starts, gap, _PLAN_NODES, _BOUND_NODES, small)
    if found.funded is None:
        return LeastMoney(float("inf"), found.bound_musd, None, rich.value_kt, rich.bound_kt)
    return LeastMoney(found.value_musd, found.bound_musd, found.funded, rich.value_kt, rich.bound_kt)


def _reach(case: CoverageCase, limit_kt: float, until: float | None) -> Standing:
    """A plan without any limit on the total that is good enough, or the proof that there is none."""
    standing = Standing(Money(None))
    for gap_kt in (max(EXACT_KT, 0.1 * limit_kt), EXACT_KT):
        standing = prove(case, standing, Aim(gap_kt, until))
        if not standing.feasible or standing.value_kt <= limit_kt or standing.bound_kt > limit_kt:
            break
    return standing
