"""What a diagnosis finds out, job by job, in whatever process: the chain in its variants, what it could do, what it may lose.

Every job is a function of the case and of what it is given, so that it may run anywhere and be run again.
"""

from __future__ import annotations

import io
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from models.everything import Choice, everything_built
from models.instance import BASE, Instance
from models.solution import Investment, Operation, Solution
from optimizer.assemble import assemble
from optimizer.audit import AuditResult, audit
from optimizer.chain import streams
from optimizer.manifest import of_input, of_solution
from optimizer.report.tables import as_csv, bottleneck_table, make_tables
from optimizer.solve.bottlenecks import Bottleneck, find_bottlenecks, makes
from optimizer.solve.dispatch import Dispatcher, WholeLosses
from optimizer.solve.highs import Interrupt
from optimizer.solve.potentials import Binding, Potential, Spare
from optimizer.solve.standing import standing_plan
from optimizer.units import T_PER_KT
from optimizer.variants import (
    Target,
    Variant,
    as_it_is,
    with_built,
    with_built_at_once,
    with_losses,
    without_outside_supply,
)
from optimizer.workbook import Workbook

ALL_STREAMS = "all"
EVERYWHERE = "all"


@dataclass(frozen=True)
class Payload:
    """What every process needs to know of a diagnosis."""

    key: str
    workbook: Workbook

    def opened(self) -> DiagnosisCase:
        """The case, in the process that calls."""
        return DiagnosisCase(self)


class DiagnosisCase:
    """The case of a diagnosis in one process: what is compiled is compiled when it is first needed."""

    def __init__(self, payload: Payload) -> None:
        self.payload = payload
        self.interrupt = Interrupt()

    @cached_property
    def workbook(self) -> Workbook:
        """The chain as it is, as cells."""
        return as_it_is(self.payload.workbook)

    @cached_property
    def instance(self) -> Instance:
        """The chain as it is, assembled, candidates among its projects."""
        return assemble(self.workbook)

    @cached_property
    def choice(self) -> Choice:
        """What is built if everything is."""
        return everything_built(self.instance)

    @cached_property
    def streams(self) -> Mapping[str, frozenset[str]]:
        """Stream -> materials; first all of them together."""
        found = streams(self.workbook)
        return found if list(found) == [ALL_STREAMS] else {ALL_STREAMS: frozenset(self.instance.materials), **found}

    @cached_property
    def losing(self) -> WholeLosses:
        """Models of the flows with something lost."""
        return WholeLosses(standing_only(self.instance))

    def variant(self, variant: Variant) -> Workbook:
        """The cells of a variant."""
        book = self.workbook
        if variant in (Variant.BUILT, Variant.BUILT_ALONE):
            book = with_built(book, self.instance, self.choice)
        if variant in (Variant.AT_ONCE, Variant.AT_ONCE_ALONE):
            book = with_built_at_once(book, self.choice)
        return without_outside_supply(book) if variant.is_alone else book


def standing_only(instance: Instance) -> Instance:
    """The case without what nobody funds."""
    return replace(instance, projects={p: x for p, x in instance.projects.items() if not x.is_candidate})


# ---------------------------------------------------------------- a variant of the chain


@dataclass(frozen=True)
class Stood:
    """A variant as it runs at best: its plan, its tables as CSV text, what binds, its audit."""

    investment: Investment
    base: Operation
    bottlenecks: tuple[Bottleneck, ...]
    tables: Mapping[str, str]
    manifest: Mapping[str, object]
    checks: int
    violations: tuple[str, ...]

    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables."""
        return {name: read_table(text) for name, text in self.tables.items()}


def read_table(text: str) -> pd.DataFrame:
    """A table from CSV text, as it stands in its file."""
    return pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""])


@dataclass(frozen=True)
class Stand:
    """A variant of the chain."""

    variant: Variant

    def run(self, case: DiagnosisCase) -> Stood:
        """Return how it runs at best, audited."""
        workbook = case.variant(self.variant)
        instance = assemble(workbook)
        investment = standing_plan(instance)
        operations = Dispatcher(standing_only(instance), settles_cost=True, least_active=True).run(investment)
        found = tuple(find_bottlenecks(instance, investment, operations[BASE], case.streams))
        texts, manifest = _written(workbook, instance, Solution(investment, operations), found)
        result = _audited(workbook, texts, manifest)
        return Stood(
            investment, operations[BASE], found, texts, manifest, result.checks, tuple(map(str, result.violations))
        )


def _written(
    workbook: Workbook, instance: Instance, solution: Solution, bottlenecks: Iterable[Bottleneck]
) -> tuple[dict[str, str], dict[str, object]]:
    """The tables as CSV text, and the manifest."""
    tables = make_tables(workbook, instance, solution)
    tables["bottlenecks"] = bottleneck_table(bottlenecks)
    texts = as_csv(tables)
    found = of_solution(instance, solution)
    manifest: dict[str, object] = {
        "objective": str(instance.goal),
        "relaxed": False,
        "budget_musd": instance.budget_musd,
        "weighted_shortfall_t": found["plan_weighted_shortfall_t"],
        **found,
        **of_input(workbook),
    }
    return texts, manifest


def _audited(workbook: Workbook, texts: Mapping[str, str], manifest: Mapping[str, object]) -> AuditResult:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            (Path(folder) / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        return audit(workbook, Path(folder), None, manifest, rules_bind=False)


# ---------------------------------------------------------------- what it could do


@dataclass(frozen=True)
class Feed:
    """What the plants of a stage have and could run, kt a year; ``country``: one, or all."""

    year: int
    stage: str
    stream: str
    country: str
    capacity_kt: float
    can_run_kt: float
    run_kt: float


@dataclass(frozen=True)
class Could:
    """What the chain could do in some years."""

    feeds: tuple[Feed, ...]
    spares: tuple[tuple[int, Spare], ...]


@dataclass(frozen=True)
class LookAt:
    """Some years of the chain as it is."""

    years: tuple[int, ...]
    investment: Investment
    base: Operation
    bottlenecks: tuple[Bottleneck, ...]

    def run(self, case: DiagnosisCase) -> Could:
        """Return what plants could run given their feed, and what could be made beyond its use."""
        feeds: list[Feed] = []
        spares: list[tuple[int, Spare]] = []
        network = None
        for year in self.years:
            potential = Potential(case.instance, self.investment, year, case.streams, network)
            network = potential.network
            feeds += self._feeds(case, potential, year)
            spares += [(year, spare) for spare in potential.spares(self._bindings(case, year))]
        return Could(tuple(feeds), tuple(spares))

    def _feeds(self, case: DiagnosisCase, potential: Potential, year: int) -> list[Feed]:
        capacity = {p: x for (p, t), x in self.investment.capacity_ktpy.items() if t == year}
        run: dict[str, float] = defaultdict(float)
        for (p, _, _, t), amount in self.base.runs.items():
            if t == year:
                run[p] += amount
        return [
            Feed(
                *(year, *group),
                capacity_kt=sum(capacity[p] for p in members),
                can_run_kt=potential.can_run(members),
                run_kt=sum(run[p] for p in members),
            )
            for group, members in _groups(case, capacity).items()
        ]

    def _bindings(self, case: DiagnosisCase, year: int) -> Sequence[Binding]:
        """What binds each stream in a year; not all streams together, unless there is but one."""
        names = [stream for stream in case.streams if stream != ALL_STREAMS] or [ALL_STREAMS]
        bound = {
            stream: tuple(x.stage for x in self.bottlenecks if (x.year, x.stream) == (year, stream) and x.binds != "no")
            for stream in names
        }
        return [Binding(stream, stages) for stream, stages in bound.items() if stages]


def _groups(case: DiagnosisCase, standing: Iterable[str]) -> dict[tuple[str, str, str], list[str]]:
    """(stage, stream, country or all of them) -> plants."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for p in standing:
        project = case.instance.projects[p]
        for stream, materials in case.streams.items():
            if stream == ALL_STREAMS or makes(case.instance.recipes_of.get(project.process, ()), materials):
                groups[project.stage, stream, EVERYWHERE].append(p)
                groups[project.stage, stream, project.country].append(p)
    return groups


# ---------------------------------------------------------------- what it may lose


@dataclass(frozen=True)
class Lost:
    """Rows of coverage of some losses, their weighted shortfall, and how their audit ended."""

    coverage: pd.DataFrame
    weighted_t: Mapping[str, float]
    checks: int
    violations: tuple[str, ...]


@dataclass(frozen=True)
class Lose:
    """Some things, each lost alone."""

    targets: tuple[Target, ...]
    investment: Investment
    base: Operation

    def run(self, case: DiagnosisCase) -> Lost:
        """Return what is still served, audited together with the base."""
        workbook = with_losses(case.workbook, self.targets)
        instance = assemble(workbook)
        operations = {BASE: self.base}
        for target in self.targets:
            operations[target.scenario] = case.losing.run(self.investment, instance.scenarios[target.scenario])
        texts, manifest = _written(workbook, instance, Solution(self.investment, operations), ())
        result = _audited(workbook, texts, manifest)
        coverage = read_table(texts["coverage"])
        weighted = {s: x.weighted_shortfall_kt * T_PER_KT for s, x in operations.items() if s != BASE}
        violations = tuple(map(str, result.violations))
        return Lost(coverage[coverage["scenario"] != BASE], weighted, result.checks, violations)
