"""Repairs of a plan that an earlier run left behind: the plan read from its tables, and the jobs that mend it loss by loss."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from models.instance import BASE, Instance
from models.repair import HeldPlan, Wish
from models.solution import Funding
from optimizer.assemble import assemble
from optimizer.fixed_plan import trained_in
from optimizer.output import TABLES, OutputError
from optimizer.solve.highs import Interrupt
from optimizer.solve.repair import AS_BEFORE, USUAL, Effort, Repair, cheapest_repair
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook


def held_in(run: Path, instance: Instance) -> HeldPlan:
    """Read the plan that a run of ``solve``, or a point of ``compare``, left in its tables.

    Raises
    ------
    OutputError
        Where the tables are missing, or are of another case.
    """
    fundings = tuple(
        Funding(
            project=row["project"],
            year=int(row["funded_year"]),
            share=float(row["funded_share"]),
            size_ktpy=float(row["size_t_per_year"]) / T_PER_KT,
            capex_musd=float(row["capex_musd"]),
        )
        for row in _rows(run, "portfolio")
    )
    unknown = sorted({f.project for f in fundings} - set(instance.candidates))
    if unknown:
        raise OutputError(f"{run}: the plan funds {', '.join(unknown)}, which the input does not have as candidates.")
    levels = {
        (
            "|".join((row["material"], row["country"], "allied" if row["allied"] == "yes" else "open")),
            int(row["year"]),
        ): float(row["level_t"]) / T_PER_KT
        for row in _rows(run, "stocks")
        if row["scenario"] == BASE
    }
    served = {
        (
            "|".join(
                (row["sector"], row["country"], row["material"], "allied" if row["allied_only"] == "yes" else "any")
            ),
            int(row["year"]),
        ): float(row["served_t"]) / T_PER_KT
        for row in _rows(run, "coverage")
        if row["scenario"] == BASE
    }
    return HeldPlan(fundings, levels, served, trained_in(run))


def _rows(run: Path, table: str) -> Iterator[dict[str, str]]:
    path = run / TABLES / f"{table}.csv"
    if not path.is_file():
        raise OutputError(f"{path}: not found. Give the folder of a run that made a plan.")
    with path.open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def worst_loss(run: Path) -> str | None:
    """The loss that leaves the least of all demand served in one of its evaluated years; None where none hurts."""
    wanted: dict[tuple[str, str], list[float]] = {}
    for row in _rows(run, "losses"):
        if row["scenario"] != BASE:
            sums = wanted.setdefault((row["scenario"], row["year"]), [0.0, 0.0])
            sums[0] += float(row["demand_t"])
            sums[1] += float(row["served_t"])
    shares = [(served / demand, scenario) for (scenario, _), (demand, served) in wanted.items() if demand > 0.0]
    worst = min(shares, default=(1.0, ""))
    return worst[1] if worst[0] < 1.0 else None


# ---------------------------------------------------------------- jobs


class Held(Protocol):
    """A case in one process with the plan that is held fixed."""

    interrupt: Interrupt

    @property
    def instance(self) -> Instance:
        """The case."""

    @property
    def plan(self) -> HeldPlan:
        """The plan."""


@dataclass(frozen=True)
class Mend:
    """The cheapest repair of one loss."""

    loss: str
    wish: Wish = AS_BEFORE
    effort: Effort = USUAL

    def run(self, case: Held) -> Repair:
        """Return the repairs by the year to recover by."""
        return cheapest_repair(case.instance, case.plan, self.loss, self.wish, self.effort, case.interrupt)


@dataclass(frozen=True)
class HeldPayload:
    """What every process needs to know to mend a plan."""

    key: str
    workbook: Workbook
    budget_musd: float | None
    held: HeldPlan

    def opened(self) -> HeldCase:
        """The case, in the process that calls."""
        return HeldCase(self)


class HeldCase:
    """A plan and its case in one process."""

    def __init__(self, payload: HeldPayload) -> None:
        self.payload, self.plan = payload, payload.held
        self.interrupt = Interrupt()

    @cached_property
    def instance(self) -> Instance:
        """The case, assembled when it is first needed."""
        return assemble(self.payload.workbook, self.payload.budget_musd)
