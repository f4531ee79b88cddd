"""What a diagnosis found, as its tables and its report read it: pure, nothing is solved or written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from models.everything import Choice
from models.instance import Instance
from optimizer.diagnosis import ALL_STREAMS, Could, Lost, Stood
from optimizer.findings import Finding
from optimizer.report.facts import Facts
from optimizer.report.pools import Year, fill
from optimizer.report.trace import Trace, follow
from optimizer.variants import Target, Variant, as_it_is
from optimizer.workbook import Workbook


@dataclass(frozen=True)
class Found:
    """What the jobs of a diagnosis found: the case as it is, its variants, what it could do, what it may lose.

    ``outlays_musd``: with instruments, what the cheapest package of each candidate charges if all are built.
    """

    instance: Instance
    choice: Choice
    streams: Mapping[str, frozenset[str]]
    stood: Mapping[Variant, Stood]
    could: Sequence[Could]
    lost: Sequence[Lost]
    targets: tuple[Target, ...]
    outlays_musd: Mapping[str, float] = field(default_factory=dict)

    @property
    def violations(self) -> tuple[str, ...]:
        """What the audits found wrong."""
        of_variants = (f"{variant}: {line}" for variant, x in self.stood.items() for line in x.violations)
        return (*of_variants, *(line for x in self.lost for line in x.violations))

    @property
    def checks(self) -> int:
        """Comparisons that the audits made."""
        return sum(x.checks for x in self.stood.values()) + sum(x.checks for x in self.lost)


@dataclass(frozen=True)
class Diagnosis:
    """What the report reads: the workbook, what was found, the year of the picture."""

    workbook: Workbook
    found: Found
    year: int
    manifest: Mapping[str, object]
    warnings: Sequence[Finding]

    @cached_property
    def facts(self) -> Facts:
        """The chain as it is, as the sheets of a plan read it."""
        now = self.found.stood[Variant.AS_IS]
        tables = self.frames[Variant.AS_IS]
        if self.has_streams:
            bound = tables["bottlenecks"]
            tables = {**tables, "bottlenecks": bound[bound["stream"] != ALL_STREAMS].reset_index(drop=True)}
        manifest = {**now.manifest, "audit": self.manifest["audit"]}
        return Facts(as_it_is(self.workbook), tables, manifest, self.warnings)

    @cached_property
    def frames(self) -> Mapping[Variant, Mapping[str, pd.DataFrame]]:
        """Tables of every variant."""
        return {variant: stood.frames() for variant, stood in self.found.stood.items()}

    @cached_property
    def trace(self) -> Trace:
        """Where material comes from and ends in the chain as it is."""
        return follow(self.facts)

    @cached_property
    def pools(self) -> Mapping[int, Year]:
        """Pools of material of the chain as it is, by year."""
        return fill(self.facts)

    @property
    def streams(self) -> Mapping[str, frozenset[str]]:
        """Stream -> materials, all together first."""
        return self.found.streams

    @property
    def has_streams(self) -> bool:
        """Whether the workbook tells more than one stream apart."""
        return len(self.streams) > 1

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the horizon."""
        return self.facts.years

    def stream(self, stream: str) -> str:
        """A stream in words."""
        return "all materials" if stream == ALL_STREAMS else stream

    @cached_property
    def countries_of_sites(self) -> Mapping[str, str]:
        """Country of each site."""
        return {project.site: project.country for project in self.found.instance.projects.values()}
