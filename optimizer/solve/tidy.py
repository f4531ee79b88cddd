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

from optimizer.solve.highs import Outcome, Session

_RELATIVE = 1e-8
_ABSOLUTE_MUSD = 1e-6
_SHORT_KT = 1e-7


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
    tidiness: Tidiness


@dataclass
class _Search:
    """The plan as it stands while trials go on."""

    session: Session
    screen: Session | None
    limit: float | None
    columns: np.ndarray
    screen_columns: np.ndarray
    funded: np.ndarray
    best: Outcome
    trials: int = 0
    dropped: list[str] = field(default_factory=list)
    delayed: list[str] = field(default_factory=list)


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
    search = _Search(session, screen, limit, _columns(session), np.array([]), funded.copy(), best)
    for one in (session, screen):
        if one is not None:
            one.relax(True)
    if screen is not None:
        search.screen_columns = _columns(screen)
    complete = False
    while not complete:
        taken = len(search.dropped) + len(search.delayed)
        for trial, kind, project in _trials(search):
            if _out_of_time(session, started, seconds):
                break
            if np.array_equal(trial, search.funded):
                continue
            if _accepts(search, trial):
                getattr(search, kind).append(project)
                tell(f"tidying the plan: {project} {kind}")
        else:
            complete = taken == len(search.dropped) + len(search.delayed)
            continue
        break
    for one in (session, screen):
        if one is not None:
            one.relax(False)
            one.free(_columns(one))
    spent = time.perf_counter() - started
    return Tidied(search.best, Tidiness(search.trials, tuple(search.dropped), tuple(search.delayed), complete, spent))


def _columns(session: Session) -> np.ndarray:
    return np.array([session.column[id(v)] for v in session.model.Fund.values()], dtype=int)


def _trials(search: _Search) -> Iterator[tuple[np.ndarray, str, str]]:
    """Yield the plan without each funded project, dearest first, then with each a year later."""
    keys = list(search.session.model.Fund)
    place = {key: n for n, key in enumerate(keys)}
    in_plan = sorted(
        np.flatnonzero(search.funded > 0.5),
        key=lambda n: (-search.session.model.nameplate_capex_musd[keys[n][0]], keys[n]),
    )
    for kind in ("dropped", "delayed"):
        for n in in_plan:
            if search.funded[n] < 0.5:
                continue
            project, year = keys[n]
            later = place.get((project, year + 1))
            if kind == "delayed" and later is None:
                continue
            trial = search.funded.copy()
            trial[n] = 0.0
            if kind == "delayed":
                trial[later] = 1.0
            yield trial, kind, project


def _out_of_time(session: Session, started: float, seconds: float | None) -> bool:
    return session.interrupt.pressed or (seconds is not None and time.perf_counter() - started > seconds)


def _accepts(search: _Search, trial: np.ndarray) -> bool:
    """Whether the trial keeps coverage and costs no more; if so it becomes the plan."""
    search.trials += 1
    if search.screen is not None and search.limit is not None:
        search.screen.set_bounds(search.screen_columns, trial, trial)
        short = search.screen.solve()
        if short.objective is None or short.objective > search.limit + _SHORT_KT:
            return False
    outcome = _priced(search, trial)
    if outcome is None:
        return False
    search.funded, search.best = trial, outcome
    return True


def _priced(search: _Search, trial: np.ndarray) -> Outcome | None:
    """Solve the full model with the trial's fundings: relaxed first, then with whole counts if there is hope."""
    assert search.best.objective is not None
    most = search.best.objective + max(_ABSOLUTE_MUSD, _RELATIVE * abs(search.best.objective))
    session = search.session
    session.set_bounds(search.columns, trial, trial)
    relaxed = session.solve()
    if relaxed.objective is None or relaxed.objective > most:
        return None
    session.relax(False)
    whole = session.solve()
    session.relax(True)
    return whole if whole.objective is not None and whole.objective <= most else None
