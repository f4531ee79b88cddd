"""What of a workbook's redundancy has a price: its rules, its minimum coverages in losses, and the losses that count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.instance import Goal, Instance
from models.variants import Waiver
from optimizer.cells import Record, records
from optimizer.workbook import Workbook

RULES, RULE, MINIMA, MINIMUM, MEASURE, LOSS, TARGET = "rules", "rule", "minima", "minimum", "measure", "loss", "target"
COUNTRY = "lose_country"


@dataclass(frozen=True)
class Question:
    """What something costs: ``kind`` and ``name`` say what; ``group`` is the question that it is a part of.

    ``lost``: for a loss, the kind of the row of Disruptions; ``target``: what is lost, for one target of a row for each.
    """

    kind: str
    name: str
    waiver: Waiver
    group: str = ""
    lost: str = ""
    target: str = ""

    @property
    def key(self) -> str:
        """What its parts name as their group."""
        return f"{self.kind} {self.name}" if self.group else self.kind


def questions(workbook: Workbook, instance: Instance) -> list[Question]:
    """Everything that can be waived, groups before their members."""
    found: list[Question] = []
    if instance.rules:
        found.append(Question(RULES, "all redundancy rules", Waiver(rules=frozenset(instance.rules))))
        found += [Question(RULE, name, Waiver(rules=frozenset([name])), RULES) for name in instance.rules]
    guarded = frozenset(x.name for x in instance.disruptions if x.min_coverage is not None)
    weighed = frozenset(x.name for x in instance.disruptions if x.weight > 0.0 and x.years)
    if guarded:
        found.append(Question(MINIMA, "all minimum coverages in losses", Waiver(minima=guarded)))
        found += _by_row(workbook, guarded, MINIMUM, MINIMA)
    if weighed and instance.resilience_weight > 0.0 and instance.goal is Goal.COVERAGE:
        found.append(Question(MEASURE, "all losses, weighed beside the base", Waiver(resilience=True)))
        if len(weighed) > 1:
            found += _by_row(workbook, weighed, LOSS, MEASURE)
    return found


def _by_row(workbook: Workbook, losses: frozenset[str], kind: str, group: str) -> list[Question]:
    """One question for each row of Disruptions, and for each target where a row stands for each."""
    found = []
    for row in records(workbook, "Disruptions"):
        name = row.text("scenario")
        members = sorted(s for s in losses if s == name or s.startswith(f"{name}:"))
        if members:
            whole = Question(kind, name, _of(kind, members), group, row.text("kind"), _only(row))
            found += [whole, *(_target(whole, s) for s in members if len(members) > 1)]
    return found


def _target(row: Question, loss: str) -> Question:
    target = loss.removeprefix(f"{row.name}:")
    return Question(TARGET, loss, _of(row.kind, [loss]), row.key, row.lost, target)


def _only(row: Record) -> str:
    target = row.text("target")
    return "" if target == "each" else target


def _of(kind: str, losses: Sequence[str]) -> Waiver:
    return Waiver(minima=frozenset(losses)) if kind == MINIMUM else Waiver(losses=frozenset(losses))
