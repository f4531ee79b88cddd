"""Bringing a plan near another one, as its coverage and the money allow: so that only what must move does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

import numpy as np

from optimizer.solve.highs import Limits
from optimizer.solve.master import Master
from optimizer.solve.split import Cut
from optimizer.solve.standings import Keys, Standing
from optimizer.solve.work import EXACT_KT

_NEAR_KT = 1e-4  # What the cuts may leave unsaid of a trial that is worth its exact shortfall.


class Hunch:
    """The master with all cuts known, in one solver: what fundings cover at most, trial after trial from a warm start."""

    def __init__(self, master: Master, standing: Standing, cuts: Iterable[Cut]) -> None:
        program = master.program(standing.money)
        self._master = master
        self._lower, self._upper = program.lower, program.upper
        self._columns = np.r_[master.fund, np.array(list(master.ever.values()), dtype=int)]
        self._place = {p: len(master.fund) + n for n, p in enumerate(master.ever)}
        relaxed = replace(program, integer=np.zeros(len(program.integer), dtype=bool))
        self._session = master.session_of(relaxed, cuts)

    def shortfall_kt(self, funded: Collection[tuple[str, int]]) -> float:
        """A bound below the shortfall of these fundings, kt; infinite where the money does not do."""
        values = np.r_[self._master.vector(funded), np.zeros(len(self._place))]
        for p, _ in funded:
            values[self._place[p]] += 1.0
        if (values < self._lower[self._columns]).any() or (values > self._upper[self._columns]).any():
            return float("inf")
        self._session.set_bounds(self._columns, values, values)
        found = self._session.solve(Limits()).objective
        return float("inf") if found is None else found


def brought_near(
    standing: Standing,
    kept: Keys,
    wanted: Collection[str],
    unwanted: Collection[str],
    hunch: Hunch,
    exactly: Callable[[Keys], float | None],
) -> Standing:
    """Put back what the other plan funds where that can be; then take out what only this one funds.

    Parameters
    ----------
    standing
        The plan, with its fundings.
    kept
        Fundings of the other plan.
    wanted, unwanted
        Projects that the plan must have, and must not have.
    hunch
        Tells quickly which trials are in vain.
    exactly
        Tells the shortfall of fundings, kt; None where they are not possible.
    """
    assert standing.funded is not None
    mine, others = {p for p, _ in standing.funded}, {p for p, _ in kept}
    back = [key for key in sorted(kept) if key[0] not in mine and key[0] not in unwanted]
    more = [key for key in sorted(standing.funded) if key[0] not in others and key[0] not in wanted]
    for funded_of, keys in ((frozenset.union, back), (frozenset.difference, more)):
        for key in keys:
            funded = funded_of(standing.funded, {key})
            if hunch.shortfall_kt(funded) > standing.value_kt + _NEAR_KT:
                continue
            value = exactly(funded)
            if value is not None and value <= standing.value_kt + EXACT_KT:
                standing = replace(standing, value_kt=min(value, standing.value_kt), funded=funded, plan=None)
    return standing
