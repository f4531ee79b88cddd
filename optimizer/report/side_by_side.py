"""Strategies side by side, as their report reads them: nothing is solved or written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from optimizer.cells import Record
from optimizer.overlay import Change, Strategy
from optimizer.report.facts import ALL, Facts, number
from optimizer.strategy_jobs import Idle, Reached
from optimizer.workbook import Workbook

FULL, NEARLY = 0.9995, 0.99
STANDING = ("existing", "committed")
_MONEY = ("packages", "viability", "liability", "funders", "burden")
_NOT_STANDING = "candidate"
_SEEN_T = 0.5
_USD_PER_KG = 1000.0  # In a MUSD per t.


@dataclass(frozen=True)
class Side:
    """One strategy: what it changes, the workbook as it has it, the workbook as it is, and what it reaches."""

    strategy: Strategy
    changes: tuple[Change, ...]
    workbook: Workbook
    base: Workbook
    reached: Reached

    @property
    def name(self) -> str:
        """Name of the strategy."""
        return self.strategy.name

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan to be told of."""
        return self.reached.printed is not None and bool(self.reached.printed.tables)

    @property
    def status(self) -> str:
        """How the search ended."""
        if self.reached.printed is None:
            return "infeasible" if self.reached.reasons else "no_plan"
        return str(self.reached.printed.manifest["status"])

    @cached_property
    def facts(self) -> Facts:
        """The plan as reports read it; only where there is one."""
        printed = self.reached.printed
        assert printed is not None
        money = printed.frames_of(*(name for name in _MONEY if name in printed.tables))
        return Facts(self.workbook, printed.frames() | money, printed.manifest, ())

    @property
    def manifest(self) -> Mapping[str, object]:
        """Manifest of the plan; empty without one."""
        return self.reached.printed.manifest if self.reached.printed is not None else {}

    # ------------------------------------------------------------ money

    @cached_property
    def decreed(self) -> pd.DataFrame:
        """Candidates that the strategy has built whatever the plan decides: project, country, stage, year, MUSD."""
        asked = {x.row for x in self.changes if (x.sheet, x.column) == ("Projects", "status") and x.after in STANDING}
        rows = []
        base = Facts(self.base, {}, {}, ())
        for name, row in base.projects.items():
            if row.row.number in asked and row.text("status") == _NOT_STANDING:
                mine = self._projects[name]
                public = mine.number_or("public_share", 1.0) * mine.number_or("capex_musd", 0.0)
                rows.append(
                    {
                        "project": name,
                        "country": row.text("country"),
                        "stage": base.stage_of[name],
                        "first_year": mine.year("first_year"),
                        "size_t_per_year": mine.number_or("capacity_t_per_year", 0.0),
                        "public_outlay_musd": round(public, 6),
                    }
                )
        columns = ["project", "country", "stage", "first_year", "size_t_per_year", "public_outlay_musd"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def has_instruments(self) -> bool:
        """Whether the strategy supports projects by instruments."""
        return Facts(self.workbook, {}, {}, ()).has_instruments

    @property
    def money(self) -> Mapping[str, object]:
        """Totals of public support of its plan; empty without instruments."""
        found = self.manifest.get("money")
        return found if isinstance(found, Mapping) else {}

    @cached_property
    def _projects(self) -> Mapping[str, Record]:
        return Facts(self.workbook, {}, {}, ()).projects

    @property
    def decreed_musd(self) -> float:
        """Public outlay of what the strategy has built."""
        return float(self.decreed["public_outlay_musd"].sum())

    @property
    def outlay_musd(self) -> float:
        """Public outlay of the plan and of what the strategy has built."""
        return (number(self.manifest.get("outlay_musd")) or 0.0) + self.decreed_musd

    @property
    def projects(self) -> int:
        """Projects funded by the plan or built by the strategy."""
        return len(self.decreed) + (len(self.facts.tables["portfolio"]) if self.has_plan else 0)

    # ------------------------------------------------------------ coverage

    @cached_property
    def served(self) -> pd.DataFrame:
        """With nothing lost: sector (and all), year, demand_t, served_t, coverage."""
        rows = self.facts.base("losses")[["sector", "year", "demand_t", "served_t"]]
        every = rows.groupby("year", as_index=False)[["demand_t", "served_t"]].sum().assign(sector=ALL)
        whole = pd.concat([every, rows], ignore_index=True)[["sector", "year", "demand_t", "served_t"]]
        whole = whole[whole["demand_t"] > 0.0]
        return whole.assign(coverage=(whole["served_t"] / whole["demand_t"]).round(9))

    @cached_property
    def by_year(self) -> pd.DataFrame:
        """All demand by year, years without demand left out."""
        return self.served[self.served["sector"] == ALL].sort_values("year")

    @property
    def coverage(self) -> float:
        """Share of all demand of all years that is served with nothing lost."""
        demand = float(self.by_year["demand_t"].sum())
        return float(self.by_year["served_t"].sum()) / demand if demand else 1.0

    @property
    def closes(self) -> int | None:
        """First year from which on all demand is served with nothing lost; None: never."""
        return self.serves_from(FULL)

    def serves_from(self, least: float) -> int | None:
        """First year from which on at least that share of all demand is served with nothing lost; None: never."""
        found = None
        for year, share in zip(self.by_year["year"], self.by_year["coverage"], strict=True):
            found = None if share < least else (found if found is not None else int(year))
        return found

    @property
    def short_t(self) -> float:
        """Demand of all years that is not served with nothing lost."""
        return float((self.by_year["demand_t"] - self.by_year["served_t"]).sum())

    @property
    def worst_loss(self) -> tuple[str, int, float] | None:
        """Scenario, year and share of all demand served in the worst loss."""
        found = self.manifest.get("worst_loss")
        if not isinstance(found, Mapping):
            return None
        return str(found["scenario"]), int(str(found["year"])), float(str(found["coverage"]))

    @property
    def points(self) -> tuple[float, float] | None:
        """Weighted shortfall as found, and the least that is proven, in coverage points; None with objective cost."""
        short, bounds = self.manifest.get("weighted_shortfall_t"), self.manifest.get("bounds")
        whole = float(str(self.manifest.get("weighted_demand_t") or 0.0))
        if short is None or not isinstance(bounds, Mapping) or not whole:
            return None
        return 100.0 * float(str(short)) / whole, 100.0 * float(str(bounds["weighted_shortfall_t"])) / whole

    # ------------------------------------------------------------ idle plants

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """Stages in the order of the flow."""
        return self.facts.stages

    def idle(self, stage: str, year: int) -> Idle | None:
        """A stage in a year; None where nothing stands."""
        return next((x for x in self.reached.idle if (x.stage, x.year) == (stage, year)), None)


@dataclass(frozen=True)
class SideBySide:
    """All strategies asked for, in the order of the sheet."""

    workbook: Workbook
    sides: tuple[Side, ...]
    manifest: dict[str, object]

    @cached_property
    def facts(self) -> Facts:
        """Names and years of the workbook; no plan."""
        return Facts(self.workbook, {}, {}, ())

    @property
    def has_instruments(self) -> bool:
        """Whether any strategy supports projects by instruments."""
        return any(side.has_instruments for side in self.sides)

    @cached_property
    def held(self) -> tuple[Side, ...]:
        """Those that have a plan."""
        return tuple(side for side in self.sides if side.has_plan)

    def closed(self, side: Side) -> float | None:
        """Share of what the first strategy leaves short, in all years, that another does not; None where that is nothing."""
        whole = self.held[0].short_t
        return None if side is self.held[0] or whole < _SEEN_T else 1.0 - side.short_t / whole

    def usd_per_kg(self, side: Side) -> float | None:
        """Public money beyond that of the first strategy, for each kg that is short no more; None where there is none."""
        first = self.held[0]
        gained_t, more_musd = first.short_t - side.short_t, side.outlay_musd - first.outlay_musd
        return _USD_PER_KG * more_musd / gained_t if gained_t > _SEEN_T and more_musd > 0.0 else None

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years of the plan."""
        return self.facts.years

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """Stages of plants in the order of the flow."""
        return self.facts.stages

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """Sectors, those that weigh most first."""
        return self.held[0].facts.sectors if self.held else ()
