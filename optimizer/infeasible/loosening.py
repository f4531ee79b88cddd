"""Facts of a large case any one of which, loosened, lets a plan exist: found by halving, the likely ones first.

Every question builds the changed case anew, so few are asked: of all facts, then of the plants that come too late, or else of
each block of facts, halved for as long as a half is enough. They are asked of the linear relaxation: what is not enough there
never is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from optimizer.infeasible.facts import Fact, restricting_facts
from optimizer.infeasible.trial import Clock, Trial

_TOO_LATE = "lead times and ramp-ups"
_ORDER = (
    *("routes", "groups and requirements", "allied origin", _TOO_LATE),
    *("stockpiles", "what instruments give", "what pots may pay for", "least use"),
)


@dataclass
class Loosening:
    """The search. ``nothing_helps``: there is no plan with all facts loosened; ``together``: blocks of which only several do."""

    trial: Trial
    nothing_helps: bool = False
    together: list[str] = field(default_factory=list)

    def single_facts(self, late: Collection[str], clock: Clock) -> Iterator[Fact]:
        """Yield facts that are enough alone; ``late``: plants that come too late for what is short.

        Raises
        ------
        NotKnownError
            Where the time is over before all were looked at.
        """
        facts = restricting_facts(self.trial.workbook)
        self.nothing_helps = not facts or not self._is_enough(facts, clock)
        for block, members in () if self.nothing_helps else _blocks(facts, late):
            alone = 0
            for alone, fact in enumerate(self._enough_of(members, clock), start=1):  # noqa: B007
                yield fact
            if alone and members[0].of in late:
                return  # What is short is a quantity, and of that these plants make more.
            if not alone and self._is_enough(members, clock, relaxed=False):
                self.together.append(block)

    def _enough_of(self, facts: Sequence[Fact], clock: Clock) -> Iterator[Fact]:
        """Those of some facts that are enough alone; none if they are not even together."""
        if not self._is_enough(facts, clock):
            return
        if len(facts) == 1:
            yield facts[0]
            return
        half = len(facts) // 2
        yield from self._enough_of(facts[:half], clock)
        yield from self._enough_of(facts[half:], clock)

    def _is_enough(self, facts: Sequence[Fact], clock: Clock, relaxed: bool = True) -> bool:
        edits = [edit for fact in facts for edit in fact.edits]
        return self.trial.with_edits(edits).has_plan(clock, relaxed=relaxed)


def _blocks(facts: Sequence[Fact], late: Collection[str]) -> Iterator[tuple[str, list[Fact]]]:
    """Facts by block, those of plants that come too late before all others."""
    likely = [fact for fact in facts if fact.block == _TOO_LATE and fact.of in late]
    if likely:
        yield _TOO_LATE, likely
    for block in _ORDER:
        if members := [fact for fact in facts if fact.block == block and fact not in likely]:
            yield block, members
