"""What was found of a project in model units, made into its card: in tonnes, with who moves, and what it serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from optimizer.explain_case import PlanNow, Reference
from optimizer.prints import Printed
from optimizer.reasoning import Found
from optimizer.report.explained import COST, Card, Move, Turned
from optimizer.report.facts import Facts
from optimizer.report.trace import reached
from optimizer.solve.standings import Keys
from optimizer.units import T_PER_KT

_SAME, _HANDED = 1e-6, 1e-7  # Relative; kt or MUSD: below it two plans are as good.

Pool = Sequence[tuple[float, Keys]]


@dataclass(frozen=True)
class CardMaker:
    """The plan of the run, its tables, and the projects that were named."""

    plan: PlanNow
    facts: Facts
    named: tuple[str, ...]

    def is_funded(self, project: str) -> bool:
        """Whether the plan of the run funds a project."""
        return any(p == project for p, _ in self.plan.funded)

    def card(self, found: Found, pool: Pool, reference: Reference, plan: Printed | None) -> Card:
        """What was found of a project, in tonnes."""
        p, funded, covers = found.project, self.is_funded(found.project), self.covers
        scale = T_PER_KT if covers else 1.0
        tables = None if plan is None else plan.frames_of("portfolio", "capacity")
        against = [value for value, keys in pool if any(q == p for q, _ in keys) == funded]
        turned = Turned(
            possible=found.possible,
            value=scale * found.value if found.funded is not None else None,
            bound=scale * found.bound if found.possible else None,
            against=scale * min(against, default=float("inf")),
            against_bound=scale * reference.bound,
            cost_musd=found.cost if plan is None else float(str(plan.manifest["cost_musd"])),
            moves=self._moves(found, reference, tables),
            reproducible=found.reproducible,
            audited_checks=None if plan is None else _checks(plan),
            utilization=None if tables is None or funded else _utilization(tables["capacity"], p),
        )
        serves = {}
        if p in self.named:
            serves = reached(self.facts if funded or plan is None else self._facts(plan), p)
        return Card(p, funded, turned, found.hold, serves=serves)

    @property
    def covers(self) -> bool:
        """Whether coverage is sought first."""
        return self.facts.manifest.get("objective") != COST

    def _facts(self, plan: Printed) -> Facts:
        return Facts(self.facts.workbook, plan.frames_of(*plan.tables), plan.manifest, ())

    def _moves(self, found: Found, reference: Reference, tables: dict[str, pd.DataFrame] | None) -> tuple[Move, ...]:
        """Who comes in and goes, against the plan of the run; who moves or changes size, where that is no mere improvement."""
        plan = self.plan
        improved = reference.value < plan.value - _SAME * max(1.0, abs(plan.value))
        now = dict(plan.funded)
        then = dict(found.funded or ())
        sizes: dict[str, float] = {}
        if tables is not None:
            sizes = dict(zip(tables["portfolio"]["project"], tables["portfolio"]["size_t_per_year"], strict=True))
        moves = []
        for p in sorted({*now, *then}, key=lambda p: (p in now and p in then, p in now, p)) if then else []:
            one = Move(p, "", now.get(p), then.get(p), plan.sizes_t.get(p), sizes.get(p))
            change = _change(one, found.cost is not None and not improved, not improved)
            if change:
                moves.append(replace(one, change=change))
        return tuple(moves)


def handed(found: Found, pool: Pool, was_funded: bool) -> Found:
    """Take the best plan of all that were found on the same side of the decision."""
    if not found.possible:
        return found
    for value, keys in pool:
        if any(p == found.project for p, _ in keys) != was_funded and value < found.value - _HANDED:
            found = replace(found, value=value, bound=min(found.bound, value), funded=keys, cost=None)
    return found


def _change(one: Move, settled: bool, sized: bool) -> str:
    if one.year_now is None:
        return "in"
    if one.year_then is None:
        return "out"
    if settled and one.year_then != one.year_now:
        return "later" if one.year_then > one.year_now else "earlier"
    a, b = one.size_now_t, one.size_then_t
    if sized and a is not None and b is not None and abs(a - b) > max(0.01, 1e-4 * a):
        return "larger" if b > a else "smaller"
    return ""


def _checks(plan: Printed) -> int | None:
    audit = plan.manifest["audit"]
    return int(audit["checks"]) if isinstance(audit, dict) and audit["passed"] else None


def _utilization(capacity: pd.DataFrame, project: str) -> float | None:
    rows = capacity[capacity["project"] == project]
    stands = float(rows["capacity_t"].sum())
    return float(rows["run_t"].sum()) / stands if stands else None
