"""A clean plan: no funded project could be dropped, or delayed by a year, at no loss of coverage and no more cost.

A plan proven within a gap may still fund what it does not need. Every funded project is tried without, and a year later;
what is no worse is taken, until a whole round changes nothing or the time is over. The pooled coverage model, solved in
hundredths of a second, turns most trials away; the full model decides the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from optimizer.solve.fundings import fix_fundings, fund_columns
from optimizer.solve.highs import Limits, Outcome, Session, Status

_RELATIVE = 1e-8
_ABSOLUTE_MUSD = 1e-6
_SHORT_KT = 1e-7
_WHOLE = 1e-7
_MOST_SECONDS = 10.0
_MOST_ROUNDINGS = 4


@dataclass(frozen=True)
class Tidiness:
    """What the trials showed: how many were made, what was taken, and whether a whole round found nothing more."""

    trials: int
    dropped: tuple[str, ...]
    delayed: tuple[str, ...]
    complete: bool
    seconds: float


@dataclass(frozen=True)
class Tidied:
    """The tidied plan: the solve with its fundings, and what was done."""

    best: Outcome
    tidiness: Tidiness | None


@dataclass
class _Search:
    """The plan as it stands while trials go on.

    ``short``: trials that lost coverage. As a plan gets smaller they will lose it again (but for rare turns of minimum
    utilization and share rules), so they are left out until a last round tries everything once more.
    """

    session: Session
    screen: Session | None
    limit: float | None
    funded: np.ndarray
    best: Outcome
    trials: int = 0
    dropped: list[str] = field(default_factory=list)
    delayed: list[str] = field(default_factory=list)
    short: set[tuple[str, str, int]] = field(default_factory=set)


def tidy(
    session: Session,
    screen: Session | None,
    limit: float | None,
    funded: np.ndarray,
    best: Outcome,
    seconds: float | None,
    tell: Callable[[str], None],
) -> Tidied:
    """Drop and delay what the plan does not need.

    Parameters
    ----------
    session, screen
        The full cost model, and the pooled coverage model (None with objective cost), of the same case.
    limit
        What the weighted shortfall may be, kt (None with objective cost).
    funded, best
        Values of Fund in the order of FUNDINGS, and the solve with them.
    seconds
        Time left (None: no limit).
    """
    started = time.perf_counter()
    search = _Search(session, screen, limit, funded.copy(), best)
    models = [one for one in (session, screen) if one is not None]
    for one in models:
        one.relax(True)
    complete = _rounds(search, lambda: _out_of_time(session, started, seconds), tell)
    for one in models:
        one.relax(False)
        one.free(fund_columns(one))
    spent = time.perf_counter() - started
    return Tidied(search.best, Tidiness(search.trials, tuple(search.dropped), tuple(search.delayed), complete, spent))


def _rounds(search: _Search, is_over: Callable[[], bool], tell: Callable[[str], None]) -> bool:
    """Try round after round; True when a round with every trial found nothing."""
    while True:
        skipped, taken = bool(search.short), 0
        for trial, kind, key in _trials(search):
            if is_over():
                return False
            if (kind, *key) not in search.short and _accepts(search, trial, kind, key):
                getattr(search, kind).append(key[0])
                tell(f"tidying the plan: {key[0]} {kind}")
                taken += 1
        if taken == 0 and not skipped:
            return True
        if taken == 0:
            search.short.clear()


def _trials(search: _Search) -> Iterator[tuple[np.ndarray, str, tuple[str, int]]]:
    """Yield the plan without each funded project, dearest first, then with each a year later, as long as that is taken."""
    model = search.session.model
    place = {key: n for n, key in enumerate(model.Fund)}
    funded = [key for key, n in place.items() if search.funded[n] > 0.5]
    dearest = sorted(funded, key=lambda key: (-model.nameplate_capex_musd[key[0]], key))
    for key in dearest:
        yield _changed(search.funded, place[key], None), "dropped", key
    for project, year in dearest:
        while search.funded[place[project, year]] > 0.5 and (project, year + 1) in place:
            yield _changed(search.funded, place[project, year], place[project, year + 1]), "delayed", (project, year)
            if search.funded[place[project, year]] > 0.5:
                break
            year += 1


def _changed(funded: np.ndarray, off: int, on: int | None) -> np.ndarray:
    """Return the fundings with one taken out and, where given, another put in."""
    trial = funded.copy()
    trial[off] = 0.0
    if on is not None:
        trial[on] = 1.0
    return trial


def _out_of_time(session: Session, started: float, seconds: float | None) -> bool:
    return session.interrupt.pressed or (seconds is not None and time.perf_counter() - started > seconds)


def _accepts(search: _Search, trial: np.ndarray, kind: str, key: tuple[str, int]) -> bool:
    """Whether the trial keeps coverage and costs no more; if so it becomes the plan."""
    search.trials += 1
    if search.screen is not None and search.limit is not None:
        fix_fundings(search.screen, trial)
        short = search.screen.solve()
        if short.objective is None or short.objective > search.limit + _SHORT_KT:
            search.short.add((kind, *key))
            return False
    outcome = _priced(search, trial)
    if outcome is None:
        return False
    search.funded, search.best = trial, outcome
    return True


def _priced(search: _Search, trial: np.ndarray) -> Outcome | None:
    """Solve the full model with the trial's fundings; None where it costs more.

    The fundings being whole, only counts of redundancy rules may come out as fractions. What does not count whole is left
    uncounted; where that is of no avail, the search for whole numbers decides.
    """
    assert search.best.objective is not None
    most = search.best.objective + max(_ABSOLUTE_MUSD, _RELATIVE * abs(search.best.objective))
    session = search.session
    fix_fundings(session, trial)
    relaxed = session.solve()
    if relaxed.values is None or relaxed.objective is None or relaxed.objective > most:
        return None
    whole = _whole_counts(session, relaxed)
    if whole.objective is None or whole.objective > most:
        session.relax(False)
        whole = session.solve(Limits(seconds=_MOST_SECONDS))
        session.relax(True)
    return whole if whole.objective is not None and whole.objective <= most else None


def _whole_counts(session: Session, relaxed: Outcome) -> Outcome:
    """Solve again, a few times over, with the counts at 0 that came out as fractions; the others may take their place."""
    outcome, closed = relaxed, np.array([], dtype=int)
    counts = np.setdiff1d(np.flatnonzero(session.integer), fund_columns(session))
    for _ in range(_MOST_ROUNDINGS):
        if outcome.values is None:
            break
        values = outcome.values[counts]
        fractions = counts[np.abs(values - np.round(values)) > _WHOLE]
        if len(fractions) == 0:
            break
        closed = np.append(closed, fractions)
        session.set_bounds(fractions, np.zeros(len(fractions)), np.zeros(len(fractions)))
        outcome = session.solve()
    else:
        outcome = Outcome(Status.NO_PLAN, None, None, None, 0.0)
    session.free(closed)
    return outcome
