"""The case of ``explain`` as every process knows it: the workbook, the plan of the run, the best plan found without a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from models.instance import Instance
from models.solution import Investment
from optimizer.assemble import assemble
from optimizer.points import Payload, PointCase
from optimizer.solve.choice import ChoiceCase
from optimizer.solve.highs import Interrupt
from optimizer.solve.master import Money
from optimizer.solve.plan import Targets
from optimizer.solve.standings import Keys, Standing
from optimizer.solve.wish import Wish
from optimizer.workbook import Workbook


@dataclass(frozen=True)
class PlanNow:
    """The plan of the run in model units: ``value`` and ``bound`` of what was minimized, and what is short by year, weighted."""

    funded: Keys
    value: float
    bound: float
    sizes_t: Mapping[str, float]
    standing: Investment
    short_kt: Mapping[int, float]
    short_years: tuple[int, ...]


@dataclass(frozen=True)
class ExplainPayload:
    """What every process needs to know."""

    key: str
    workbook: Workbook
    targets: Targets
    money: Money
    plan: PlanNow

    def opened(self) -> ExplainCase:
        """The case, in the process that calls."""
        return ExplainCase(self)


class ExplainCase:
    """The case of an explanation in one process."""

    def __init__(self, payload: ExplainPayload) -> None:
        self.payload, self.plan = payload, payload.plan
        self.interrupt = Interrupt()
        self.kept: dict[Wish, Standing] = {}
        self.met: dict[str, list[tuple[float, Keys]]] = {}

    @cached_property
    def instance(self) -> Instance:
        """The case as the run solved it, the funders' pots unscaled."""
        instance = assemble(self.payload.workbook, self.payload.money.budget_musd)
        return replace(instance, budget_musd=self.payload.money.budget_musd)

    @cached_property
    def choice(self) -> ChoiceCase:
        """The case, ready for wishes."""
        return self.at(self.instance)

    def at(self, instance: Instance) -> ChoiceCase:
        """The same with other figures."""
        return ChoiceCase(instance, self.payload.money, self.payload.targets, self.interrupt)

    @cached_property
    def point(self) -> PointCase:
        """What prints a plan."""
        payload = self.payload
        return PointCase(Payload(payload.key, payload.workbook, payload.targets, payload.money.budget_musd or 0.0))

    def turned_wish(self, project: str) -> Wish:
        """The plan turned round at a project."""
        alone = frozenset([project])
        return Wish(unfunded=alone) if self.has(project) else Wish(funded=alone)

    def has(self, project: str) -> bool:
        """Whether the plan funds it."""
        return any(p == project for p, _ in self.plan.funded)


@dataclass(frozen=True)
class Reference:
    """The best plan found without turning anything round: that of the run, or one that its gap left.

    ``value``, ``bound`` in kt or MUSD; ``funded`` by the years of the coverage step where coverage is sought; ``standing``:
    with what was learned on the way (None with objective cost).
    """

    value: float
    bound: float
    funded: Keys
    standing: Standing | None = None

    @property
    def projects(self) -> frozenset[str]:
        """What it funds."""
        return frozenset(p for p, _ in self.funded)
