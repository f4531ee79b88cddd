"""The cells that cannot hold together: a smallest set, any member of which could be taken away to make the rest possible.

First among the limits of the planner, every fact being as it is; then among the facts, so that it shows which of them matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from optimizer.infeasible.facts import Fact, restricting_facts
from optimizer.infeasible.trial import Clock, Trial
from optimizer.solve.elastic import Key, NotKnownError


@dataclass(frozen=True)
class Conflict:
    """Limits and facts; ``facts`` None: not known in time. ``minimal``: every member was tried.

    ``many_facts``: more facts matter than were asked for, so that none is told.
    """

    limits: tuple[Key, ...]
    facts: tuple[Fact, ...] | None = None
    minimal: bool = False
    many_facts: bool = False


class _TooManyError(Exception):
    """More facts matter than were asked for."""


def conflicting_limits(trial: Trial, clock: Clock) -> Conflict:
    """Return a smallest set of limits that cannot hold together: collected, then each tried without.

    Where the linear relaxation already is impossible, most limits fall away there. No limits: none was found.
    """
    kept, minimal = list(trial.limits), False
    try:
        if trial.elastic.is_large and not trial.has_plan(clock, relaxed=True):
            kept = _reduced(trial, _collected(trial, clock, relaxed=True), clock, relaxed=True)
        elif not (kept := _collected(trial, clock, relaxed=False)):
            return Conflict((), None, minimal=True)
        kept = _reduced(trial, kept, clock, relaxed=False)
        minimal = True
    except NotKnownError:
        pass
    return Conflict(tuple(kept), None, minimal)


def _collected(trial: Trial, clock: Clock, relaxed: bool) -> list[Key]:
    """Limits that cannot hold together, found by letting those give that give cheapest until nothing can; none: they can."""
    held: set[Key] = set()
    while len(held) < len(trial.limits):
        prices = {key: 1.0 / limit.whole for key, limit in trial.limits.items() if key not in held}
        answer = trial.elastic.least(prices, (), clock.slice(), relaxed)
        if answer is None:
            break
        if not answer.giving:
            return []
        held |= answer.giving.keys()
    return [key for key in trial.limits if key in held]


def _reduced(trial: Trial, limits: list[Key], clock: Clock, relaxed: bool) -> list[Key]:
    """Leave out, one after the other, every limit without which the others cannot hold either."""
    kept = list(limits)
    for key in limits:
        rest = [other for other in kept if other != key]
        if rest and not trial.has_plan(clock, trial.without(rest), relaxed):
            kept = rest
    return kept


def with_facts(trial: Trial, conflict: Conflict, clock: Clock, most: int) -> Conflict:
    """Add the facts without which the limits could hold: a smallest set too, if it has at most so many members."""
    facts = restricting_facts(trial.workbook)
    search = _Search(trial, conflict.limits, facts, clock, most)
    try:
        needed = search.smallest([], False, facts) if facts and not search.is_infeasible([]) else []
    except NotKnownError:
        return conflict
    except _TooManyError:
        return replace(conflict, facts=(), many_facts=True)
    return Conflict(conflict.limits, tuple(fact for fact in facts if fact in needed), conflict.minimal)


@dataclass(frozen=True)
class _Search:
    """Halves the facts again and again (QuickXplain): few trials where few facts matter."""

    trial: Trial
    limits: tuple[Key, ...]
    facts: Sequence[Fact]
    clock: Clock
    most: int
    found: list[Fact] = field(default_factory=list)

    def is_infeasible(self, kept: Sequence[Fact]) -> bool:
        """Whether the limits cannot hold although all facts but these are loosened."""
        edits = [edit for fact in self.facts if fact not in kept for edit in fact.edits]
        changed = self.trial.with_edits(edits).only(self.limits)
        return not changed.has_plan(self.clock, open=changed.without(self.limits))

    def smallest(self, background: list[Fact], is_new: bool, facts: Sequence[Fact]) -> list[Fact]:
        """Return a smallest part of the facts that, with the background, is too much; ``is_new``: the background has grown."""
        if is_new and self.is_infeasible(background):
            return []
        if len(facts) == 1:
            self.found.extend(facts)
            if len(self.found) > self.most:
                raise _TooManyError
            return list(facts)
        half = len(facts) // 2
        first, second = facts[:half], facts[half:]
        of_second = self.smallest([*background, *first], bool(first), second)
        of_first = self.smallest([*background, *of_second], bool(of_second), first)
        return [*of_first, *of_second]
