"""Tables of the portfolio matrix: which project is funded at which budget, and what kind of choice that makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from optimizer.cells import Record, records
from optimizer.report.comparison import Comparison
from optimizer.report.facts import each
from optimizer.report.rounding import Rows, musd

ALWAYS, FROM, BETWEEN, NEVER = "at every budget", "from a budget on", "only between", "never"
CLASSES = (ALWAYS, FROM, BETWEEN, NEVER)
_SHARE_DIGITS = 6


@dataclass(frozen=True)
class Chosen:
    """How a project is funded at one budget: year, size in t of activity a year, and share of the full size."""

    year: int
    size_t: float
    share: float


Portfolio = dict[str, Chosen]


@dataclass(frozen=True)
class Judged:
    """A candidate over the budgets that have plans; ``chosen`` by budget, None where it is not funded."""

    project: str
    country: str
    stage: str
    row: Record
    budgets: tuple[float, ...]
    chosen: Mapping[float, Chosen | None]
    reason: str = ""

    @cached_property
    def funded_at(self) -> tuple[float, ...]:
        """Budgets at which it is funded, MUSD."""
        return tuple(b for b in self.budgets if self.chosen[b])

    @property
    def share(self) -> float:
        """Share of the budgets at which it is funded."""
        return len(self.funded_at) / len(self.budgets) if self.budgets else 0.0

    @property
    def kind(self) -> str:
        """One of ``CLASSES``."""
        found = self.funded_at
        if not found:
            return NEVER
        if len(found) == len(self.budgets):
            return ALWAYS
        return FROM if found == self.budgets[-len(found) :] else BETWEEN

    @property
    def choices(self) -> list[Chosen]:
        """How it is funded where it is."""
        return [x for b in self.funded_at if (x := self.chosen[b])]

    def known(self) -> dict[str, object]:
        """Return what every table says of it."""
        return {"project": self.project, "country": self.country, "stage": self.stage, "class": self.kind}


def portfolio_of(table: pd.DataFrame) -> Portfolio:
    """How each project of a plan is funded."""
    return {
        str(row.project): Chosen(int(row.funded_year), float(row.size_t_per_year), _of_full(row)) for row in each(table)
    }


def _of_full(row: Any) -> float:
    full = float(row.nameplate_t_per_year)
    return round(float(row.size_t_per_year) / full, _SHARE_DIGITS) if full > 0.0 else 1.0


def candidates(comparison: Comparison) -> list[Judged]:
    """Every candidate of the workbook over the budgets, its reason not yet told; no-regret ones first, then by stage."""
    facts = comparison.facts
    plans = {x.budget_musd: portfolio_of(x.plan.tables["portfolio"]) for x in comparison.held}
    found = [
        Judged(
            row.text("project"),
            row.text("country"),
            facts.stage_of.get(row.text("project"), ""),
            row,
            tuple(plans),
            {budget: plan.get(row.text("project")) for budget, plan in plans.items()},
        )
        for row in records(comparison.workbook, "Projects")
        if row.text("status") == "candidate"
    ]
    return sorted(
        found, key=lambda x: (CLASSES.index(x.kind), -x.share, facts.stage_rank(x.stage), x.country, x.project)
    )


def matrix_rows(judged: Sequence[Judged]) -> Rows:
    """One row per candidate and budget that has a plan."""
    return [
        x.known()
        | {
            "share_of_budgets": round(x.share, _SHARE_DIGITS),
            "reason": x.reason,
            "budget_musd": musd(budget),
            "funded_year": chosen.year if chosen else None,
            "size_t_per_year": chosen.size_t if chosen else 0.0,
            "share_of_full_size": chosen.share if chosen else 0.0,
        }
        for x in judged
        for budget, chosen in x.chosen.items()
    ]


def class_rows(judged: Sequence[Judged]) -> Rows:
    """One row per candidate."""
    return [
        x.known()
        | {
            "budgets_funded": len(x.funded_at),
            "budgets": len(x.budgets),
            "share_of_budgets": round(x.share, _SHARE_DIGITS),
            "first_musd": musd(x.funded_at[0]) if x.funded_at else None,
            "last_musd": musd(x.funded_at[-1]) if x.funded_at else None,
            "earliest_year": min((c.year for c in x.choices), default=None),
            "latest_year": max((c.year for c in x.choices), default=None),
            "smallest_t_per_year": min((c.size_t for c in x.choices), default=None),
            "largest_t_per_year": max((c.size_t for c in x.choices), default=None),
            "reason": x.reason,
        }
        for x in judged
    ]
