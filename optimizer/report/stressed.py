"""What ``stress`` found, as its report reads it: nothing is solved or written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from models.instance import Instance
from optimizer.fixed_plan import FixedPlan
from optimizer.priceable import Question, questions
from optimizer.redundancy_price import Prices
from optimizer.report.facts import ALL, Facts
from optimizer.solve.pattern import ALL as EVERY
from optimizer.solve.payments import Claim
from optimizer.solve.repair import Repair
from optimizer.solve.spans import SpanAnswer
from optimizer.solve.stress import Loss
from optimizer.solve.year import Answer
from optimizer.stress_cases import COUNTRY, DELAY, PAIR, SINGLES, SITE
from optimizer.stress_jobs import DrawResult, LossResult
from optimizer.uncertainty import Variable
from optimizer.wording import year_span
from optimizer.workbook import Workbook

_DUST_MUSD = 1e-3  # A thousand dollars: a plan of a run keeps its money within the tolerance of a solver.
_SUPPLY = "supply from"
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Earning:
    """Public money of the cheapest packages that let all firms earn their hurdle rates, MUSD, as planned and with dearer capital.

    ``unable``: projects that no package lets do so with dearer capital; they are not in it.
    """

    planned_musd: float
    dearer_musd: float
    unable: tuple[str, ...]


@dataclass(frozen=True)
class Overrun:
    """The plan with capital dearer by ``share``: public money by country, stage and year, MUSD.

    ``most``: by how much capital may become dearer and still be paid; None: nothing limits it. ``unpaid_planned_musd``: what
    the pots cannot pay of the plan as it is. ``earning``: with instruments alone.
    """

    share: float
    budget_musd: float | None
    planned_musd: Mapping[Claim, float]
    dearer_musd: Mapping[Claim, float]
    unpaid_planned_musd: Mapping[Claim, float]
    unpaid_musd: Mapping[Claim, float]
    most: float | None
    capex_musd: float
    has_pots: bool
    earning: Earning | None = None

    @property
    def over_budget_musd(self) -> float:
        """What is missing of the total budget."""
        return 0.0 if self.budget_musd is None else missing_musd(sum(self.dearer_musd.values()) - self.budget_musd)

    @property
    def budget_gone(self) -> int | None:
        """Year by which the dearer outlays are more than the total budget; None: never."""
        if not self.over_budget_musd or self.budget_musd is None:
            return None
        years = sorted({t for _, _, t in self.dearer_musd})
        spent = {y: sum(x for (_, _, t), x in self.dearer_musd.items() if t <= y) for y in years}
        return next(y for y in years if spent[y] > self.budget_musd)


def missing_musd(value: float) -> float:
    """Money that is missing; dust and what is left over are nothing."""
    return value if value > _DUST_MUSD else 0.0


@dataclass(frozen=True)
class Stressed:
    """A plan and all that was asked of it. ``demand_kt`` by sector and year; the sector of all is the first.

    ``prices``: None where they were not asked for.
    """

    workbook: Workbook
    instance: Instance
    plan: FixedPlan
    base: Mapping[int, Answer]
    demand_kt: Mapping[tuple[str, int], float]
    results: tuple[LossResult, ...]
    own: Mapping[str, SpanAnswer]
    overrun: Overrun
    variables: tuple[Variable, ...]
    draws: tuple[DrawResult, ...]
    asked_repairs: tuple[str, ...]
    repairs: tuple[Repair, ...]
    target: float
    seed: int
    warnings: tuple[str, ...]
    manifest: dict[str, object]
    prices: Prices | None = None

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the plan."""
        return self.instance.years

    @cached_property
    def facts(self) -> Facts:
        """The workbook, for names, order and print set-up; without tables of a plan."""
        return Facts(
            self.workbook, {"coverage": pd.DataFrame(columns=["scenario", "sector", "priority"])}, self.manifest, ()
        )

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """Sectors by their largest priority, after all of them; where there is one sector, it alone."""
        weight: dict[str, float] = {}
        for row in self.instance.demands.values():
            weight[row.sector] = max(weight.get(row.sector, 0.0), *row.priority.values())
        apart = sorted(weight, key=lambda s: -weight[s])
        return tuple(apart) if len(apart) == 1 else (EVERY, *apart)

    def sector(self, sector: str) -> str:
        """A sector as it is called in tables."""
        return sector or ALL

    def coverage(self, answer: Answer, sector: str, t: int) -> float | None:
        """Share of a sector's demand served; None without demand."""
        demand = self.demand_kt[sector, t]
        return None if demand <= 0.0 else min(1.0, max(0.0, 1.0 - answer.short_kt[sector] / demand))

    def of(self, *kinds: str) -> list[LossResult]:
        """Losses of some kinds, the one that costs most first: by priority-weighted tonnes over all years."""
        found = [result for result in self.results if result.loss.kind in kinds]
        return sorted(found, key=lambda result: (-round(self.cost_kt(result), 7), result.loss.name))

    @property
    def singles(self) -> list[LossResult]:
        """Countries, sites and suppliers, worst first."""
        return self.of(*SINGLES)

    def cost_kt(self, result: LossResult) -> float:
        """Priority-weighted kt short more than with nothing lost, the loss in force in every year."""
        return result.weighted_kt

    def worst(self, result: LossResult, sector: str) -> tuple[float, int] | None:
        """Lowest share served of a sector in any year, and the year; None without demand."""
        found = [(x, t) for t, a in result.answers.items() if (x := self.coverage(a, sector, t)) is not None]
        return min(found, default=None)

    @cached_property
    def priceable(self) -> list[Question]:
        """What of the workbook's redundancy has a price."""
        return questions(self.workbook, self.instance)

    # ------------------------------------------------------------ words

    def repair_title(self, repair: Repair) -> str:
        """The loss that is repaired, and when it begins, in words."""
        if repair.loss in self.instance.scenarios:
            begins = repair.wish.first_year
            when = f", taken to begin in {begins}" if begins is not None and repair.years else ""
            return f"“{self.facts.loss(repair.loss)}” ({repair.loss}{when})"
        loss = next(x.loss for x in self.results if x.loss.name == repair.loss)
        return f"“{self.label(loss)} lost, from {repair.years[0]} on” ({repair.loss})"

    def title(self, loss: Loss) -> str:
        """What is lost, in words."""
        if loss.kind == PAIR:
            return " and ".join(self.title(part) for part in loss.parts)
        (target,) = loss.targets
        if loss.kind == COUNTRY:
            return self.facts.country(target)
        if loss.kind == SITE:
            return self._site(target)
        if loss.kind == DELAY:
            (years,) = loss.delays.values()
            return f"{target}, {years} year{'' if years == 1 else 's'} late"
        return f"{_SUPPLY} {self.facts.country(target)}"

    def label(self, loss: Loss) -> str:
        """What is lost, as a line of a table begins."""
        title = self.title(loss)
        return f"{title[:1].upper()}{title[1:]}" if title.startswith(_SUPPLY) else title

    def _site(self, site: str) -> str:
        here = [p for p in self.instance.projects.values() if p.site == site]
        stages = dict.fromkeys(p.stage for p in sorted(here, key=lambda p: self.facts.stage_rank(p.stage)))
        places = dict.fromkeys(p.country for p in here)
        return f"{site} ({', '.join(stages)}; {', '.join(places)})"

    @property
    def span(self) -> str:
        """First to last year in words."""
        return year_span(self.years)
