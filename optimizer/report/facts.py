"""What every sheet of the report needs to know: names, years, order, and the tables of the plan, nothing written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from optimizer.cells import Record, records, settings
from optimizer.chain import material_names, stage_order, streams
from optimizer.findings import Finding
from optimizer.wording import year_span
from optimizer.workbook import Workbook

BASE = "base"
ALL = "all sectors"
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Recipe:
    """Tonnes taken and given per tonne of activity."""

    inputs: Mapping[str, float]
    outputs: Mapping[str, float]


@dataclass(frozen=True)
class Facts:
    """A case and its plan, as the report reads them."""

    workbook: Workbook
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, object]
    warnings: Sequence[Finding]

    @property
    def name(self) -> str:
        """Name of the case."""
        return self.workbook.name

    @cached_property
    def settings(self) -> Mapping[str, object]:
        """The settings that are filled."""
        return settings(self.workbook)

    @property
    def mark(self) -> str:
        """How the report is to be handled; blank: no mark."""
        return str(self.settings.get("handling_mark") or "")

    @property
    def relaxed(self) -> bool:
        """Whether plants may be funded in fractions: then it is no plan."""
        return bool(self.manifest.get("relaxed"))

    @cached_property
    def has_instruments(self) -> bool:
        """Whether projects are supported by instruments, and not by a public share of their capital."""
        return any(True for _ in records(self.workbook, "Instruments"))

    @property
    def money(self) -> Mapping[str, Any]:
        """Totals of public support in the manifest; empty without instruments."""
        found = self.manifest.get("money")
        return found if isinstance(found, Mapping) else {}

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years of the plan."""
        first, last = (int(str(self.settings[name])) for name in ("first_year", "last_year"))
        return tuple(range(first, last + 1))

    @property
    def span(self) -> str:
        """First to last year in words."""
        return year_span(self.years)

    @property
    def price_year(self) -> str:
        """Year whose constant prices all money is in."""
        return str(self.settings.get("price_year", ""))

    # ------------------------------------------------------------ names

    @cached_property
    def _countries(self) -> Mapping[str, Record]:
        return {row.text("country"): row for row in records(self.workbook, "Countries")}

    @cached_property
    def _materials(self) -> Mapping[str, Record]:
        return {row.text("material"): row for row in records(self.workbook, "Materials")}

    def country(self, code: str) -> str:
        """Name of a country."""
        row = self._countries.get(code)
        return row.text("name", code) if row else code

    def material(self, code: str) -> str:
        """Name of a material, without remarks in brackets where it is clear without them."""
        return self._material_names.get(code, code)

    @cached_property
    def _material_names(self) -> Mapping[str, str]:
        return material_names(self.workbook)

    def material_stage(self, code: str) -> str:
        """The stage that the workbook writes at a material."""
        row = self._materials.get(code)
        return row.text("stage") if row else ""

    def price(self, code: str) -> float | None:
        """Price of a material that the workbook writes at it, USD per kg; None where there is none."""
        row = self._materials.get(code)
        return row.number("price_usd_per_kg") if row else None

    def is_ally(self, code: str) -> bool:
        """Whether a country is an ally."""
        row = self._countries.get(code)
        return bool(row and row.flag("ally", False))

    def makes_allied(self, code: str) -> bool:
        """Whether what comes from there counts as allied: an ally, or trusted."""
        row = self._countries.get(code)
        return bool(row and (row.flag("ally", False) or row.flag("trusted", False)))

    @cached_property
    def materials(self) -> tuple[str, ...]:
        """Materials in the order of the workbook."""
        return tuple(self._materials)

    # ------------------------------------------------------------ chain

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """Stages of the plants in the order of the flow."""
        return stage_order(self.workbook)

    def stage_rank(self, stage: str) -> int:
        """Place of a stage; unknown ones last."""
        return self.stages.index(stage) if stage in self.stages else len(self.stages)

    @cached_property
    def streams(self) -> Mapping[str, frozenset[str]]:
        """Stream -> materials that carry it."""
        return streams(self.workbook)

    @property
    def has_streams(self) -> bool:
        """Whether the workbook tells more than one stream apart."""
        return len(self.streams) > 1

    def stream(self, stream: str) -> str:
        """A stream as it is called in the report."""
        return "all materials" if stream == "all" and not self.has_streams else stream

    @cached_property
    def recipes(self) -> Mapping[tuple[str, str], Recipe]:
        """(process, recipe) -> what it takes and gives."""
        sides: dict[tuple[str, str], Recipe] = {}
        for row in records(self.workbook, "Recipes"):
            recipe = sides.setdefault((row.text("process"), row.text("recipe")), Recipe({}, {}))
            side = recipe.outputs if row.text("direction") == "output" else recipe.inputs
            side[row.text("material")] = row.number_or("t_per_t", 0.0)  # type: ignore[index]
        return sides

    @cached_property
    def products(self) -> Mapping[str, frozenset[str]]:
        """What each process is run for: of each recipe the largest output and those of its stage, by-products left out."""
        found: dict[str, set[str]] = {}
        for (process, _), recipe in self.recipes.items():
            made = {k: share for k, share in recipe.outputs.items() if share > 0.0}
            largest = max(made, key=lambda k: made[k], default="")
            stage = self.material_stage(largest)
            found.setdefault(process, set()).update(k for k in made if k == largest or self.material_stage(k) == stage)
        return {process: frozenset(materials) for process, materials in found.items()}

    def is_product(self, project: str, material: str) -> bool:
        """Whether a project is run for a material: not for scrap, or what else comes beside."""
        return material in self.products.get(self.projects[project].text("process"), frozenset())

    @cached_property
    def projects(self) -> Mapping[str, Record]:
        """Rows of Projects by code."""
        return {row.text("project"): row for row in records(self.workbook, "Projects")}

    @cached_property
    def stage_of_process(self) -> Mapping[str, str]:
        """Stage of every process."""
        return {row.text("process"): row.text("stage") for row in records(self.workbook, "Recipes")}

    @cached_property
    def stage_of(self) -> Mapping[str, str]:
        """Stage of every project."""
        return {name: self.stage_of_process.get(row.text("process"), "") for name, row in self.projects.items()}

    def carries(self, process: str, stream: str) -> bool:
        """Whether a plant of the process makes a material of the stream."""
        carried = self.streams[stream]
        return any(k in carried for (q, _), recipe in self.recipes.items() if q == process for k in recipe.outputs)

    # ------------------------------------------------------------ plan

    def base(self, table: str) -> pd.DataFrame:
        """Rows of a table in the base case."""
        return self.scenario(table, BASE)

    def scenario(self, table: str, scenario: str) -> pd.DataFrame:
        """Rows of a table in one scenario."""
        if table not in self._by_scenario:
            self._by_scenario[table] = {str(s): rows for s, rows in self.tables[table].groupby("scenario", sort=False)}
        return self._by_scenario[table].get(scenario, self.tables[table].iloc[:0])

    @cached_property
    def _by_scenario(self) -> dict[str, dict[str, pd.DataFrame]]:
        return {}

    @cached_property
    def funded(self) -> pd.DataFrame:
        """The portfolio by stage, funding year, country, project."""
        table = self.tables["portfolio"].copy()
        table["rank"] = [self.stage_rank(stage) for stage in table["stage"]]
        return table.sort_values(["rank", "funded_year", "country", "project"], kind="stable").reset_index(drop=True)

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """Sectors, the one whose tonnes weigh most first, then as the workbook names them."""
        order = list(dict.fromkeys(row.text("sector") for row in records(self.workbook, "Demand")))
        weight = self.base("coverage").groupby("sector")["priority"].max()
        return tuple(sorted(order, key=lambda sector: -float(weight.get(sector, 0.0))))

    def served(self, scenario: str, sector: str = ALL) -> list[float | None]:
        """Share of a sector's demand served by year of the plan; None without demand, or where not evaluated."""
        by_year = self._served.get((scenario, sector), {})
        return [by_year.get(year) for year in self.years]

    @cached_property
    def _served(self) -> Mapping[tuple[str, str], Mapping[int, float]]:
        sums: dict[tuple[str, str, int], list[float]] = {}
        for row in each(self.tables["losses"]):
            for sector in dict.fromkeys((row.sector, ALL)):
                found = sums.setdefault((row.scenario, sector, int(row.year)), [0.0, 0.0])
                found[0], found[1] = found[0] + row.demand_t, found[1] + row.served_t
        shares: dict[tuple[str, str], dict[int, float]] = {}
        for (scenario, sector, year), (demand, served) in sums.items():
            if demand > 0.0:
                shares.setdefault((scenario, sector), {})[year] = float(served / demand)
        return shares

    @cached_property
    def losses(self) -> tuple[str, ...]:
        """The disruptions in the order of the tables."""
        return tuple(s for s in dict.fromkeys(self.tables["losses"]["scenario"]) if s != BASE)

    @cached_property
    def _disruptions(self) -> list[Record]:
        return list(records(self.workbook, "Disruptions"))

    def loss_row(self, scenario: str) -> tuple[Record | None, str]:
        """Row of Disruptions that a scenario comes from, and its target."""
        for row in self._disruptions:
            name, target = row.text("scenario"), row.text("target")
            if target.lower() == "each" and scenario.startswith(f"{name}:"):
                return row, scenario[len(name) + 1 :]
            if target.lower() != "each" and scenario == name:
                return row, target
        return None, ""

    def loss(self, scenario: str) -> str:
        """What is lost, in words: ``United States lost from 2030``."""
        row, target = self.loss_row(scenario)
        if row is None:
            return scenario
        severity = row.number_or("severity", 1.0)
        part = "" if severity >= 1.0 else f"{severity:.0%}".replace("%", " % of ")
        match row.text("kind"):
            case "lose_supplier":
                what = f"supply from {self.country(target)}"
            case "lose_country":
                what = self.country(target)
            case _:
                what = target
        named = f"{part}{what} lost, {self._loss_years(row)}"
        return named[:1].upper() + named[1:] if what.startswith("supply") else named

    def _loss_years(self, row: Record) -> str:
        start = row.year("from_year") or self.years[0]
        lasting = row.year("years")
        if lasting is None or start + lasting - 1 >= self.years[-1]:
            return f"from {start} on"
        return year_span((start, start + lasting - 1))


def each(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of a table, their cells by column name."""
    return table.itertuples(index=False)


def text(value: object) -> str:
    """A cell of a table as text: blanks of every kind are the empty text."""
    return "" if value is None or value != value else str(value)


def number(value: object) -> float | None:
    """A cell of a table as a number; None where it is blank."""
    return None if value is None or value != value else float(str(value))
