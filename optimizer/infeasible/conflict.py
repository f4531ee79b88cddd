"""The cells that cannot hold together: a smallest set, any member of which could be taken away to make the rest possible.

First among the limits of the planner, every fact being as it is; then among the facts, so that it shows which of them matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.infeasible.facts import Fact, restricting_facts
from optimizer.infeasible.trial import Clock, Trial
from optimizer.solve.elastic import Key


@dataclass(frozen=True)
class Conflict:
    """Limits and facts; ``facts`` None: not known in time. ``minimal``: every member was tried."""

    limits: tuple[Key, ...]
    facts: tuple[Fact, ...] | None = None
    minimal: bool = False


class _TimeIsOverError(Exception):
    """A trial did not end in time."""


def conflicting_limits(trial: Trial, clock: Clock) -> Conflict:
    """Return a smallest set of limits that cannot hold together: collected, then each tried without."""
    suspects = _collected(trial, clock)
    kept, minimal = list(suspects), True
    for key in suspects:
        if len(kept) == 1:
            break
        rest = [other for other in kept if other != key]
        answer = trial.has_plan(clock, open=trial.without(rest))
        if answer is False:
            kept = rest
        minimal &= answer is not None
    return Conflict(tuple(kept), None, minimal)


def _collected(trial: Trial, clock: Clock) -> list[Key]:
    """Limits that cannot hold together, found by letting those give that give cheapest until nothing can."""
    held: list[Key] = []
    while not clock.is_over:
        prices = {key: 1.0 / limit.whole for key, limit in trial.limits.items() if key not in held}
        answer = trial.elastic.least(prices, (), clock.left)
        if answer is None or not answer.giving:
            break
        held += answer.giving
    if trial.has_plan(clock, open=trial.without(held)) is False:
        return [key for key in trial.limits if key in held]
    return list(trial.limits)


def with_facts(trial: Trial, conflict: Conflict, clock: Clock) -> Conflict:
    """Add the facts without which the limits could hold: a smallest set too."""
    facts = restricting_facts(trial.workbook)
    search = _Search(trial, conflict.limits, facts, clock)
    try:
        if search.is_infeasible([]):
            return Conflict(conflict.limits, (), conflict.minimal)
        needed = search.smallest([], False, facts)
    except _TimeIsOverError:
        return conflict
    return Conflict(conflict.limits, tuple(fact for fact in facts if fact in needed), conflict.minimal)


@dataclass(frozen=True)
class _Search:
    """Halves the facts again and again (QuickXplain): few trials where few facts matter."""

    trial: Trial
    limits: tuple[Key, ...]
    facts: Sequence[Fact]
    clock: Clock

    def is_infeasible(self, kept: Sequence[Fact]) -> bool:
        """Whether the limits cannot hold although all facts but these are loosened."""
        edits = [edit for fact in self.facts if fact not in kept for edit in fact.edits]
        changed = self.trial.with_edits(edits)
        answer = None if self.clock.is_over else changed.has_plan(self.clock, open=changed.without(self.limits))
        if answer is None:
            raise _TimeIsOverError
        return not answer

    def smallest(self, background: list[Fact], is_new: bool, facts: Sequence[Fact]) -> list[Fact]:
        """Return a smallest part of the facts that, with the background, is too much; ``is_new``: the background has grown."""
        if is_new and self.is_infeasible(background):
            return []
        if len(facts) == 1:
            return list(facts)
        half = len(facts) // 2
        first, second = facts[:half], facts[half:]
        of_second = self.smallest([*background, *first], bool(first), second)
        of_first = self.smallest([*background, *of_second], bool(of_second), first)
        return [*of_first, *of_second]
