"""Recipes and projects as the cells give them, and the arithmetic of size, ramp, spending and capital cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.cells import Record, records
from optimizer.workbook import Workbook


@dataclass(frozen=True)
class Recipe:
    """What one tonne of activity takes and gives."""

    stage: str
    inputs: Mapping[str, float]
    outputs: Mapping[str, float]
    opex_usd_per_kg: float


@dataclass(frozen=True)
class Project:
    """One row of Projects with the defaults of the contract."""

    name: str
    country: str
    process: str
    stage: str
    status: str
    nameplate_t: float
    smallest_t: float
    capex_musd: float
    fixed_capex_share: float
    public_share: float
    opex_usd_per_kg: float
    fixed_opex_musd: float
    life_years: int | None
    first_funding_year: int
    lead_years: int
    spend_profile: tuple[float, ...]
    ramp: tuple[tuple[int, float], ...]
    min_utilization: float
    first_year: int | None
    last_year: int | None
    site: str
    group: str
    requires: tuple[str, ...]
    workforce: float
    hurdle_rate: float
    operating_life_years: int
    tax_rate: float

    @property
    def is_candidate(self) -> bool:
        """Tell whether it stands only if funded."""
        return self.status == "candidate"

    def fraction(self, operating_year: int) -> float:
        """Return the ramp's value in an operating year, counted from 1; before that, nothing."""
        if operating_year < 1:
            return 0.0
        if not self.ramp:
            return 1.0
        return next((value for start, value in reversed(self.ramp) if start <= operating_year), 0.0)

    def first_operating_year(self, funded: int) -> int:
        """Return the first operating year of a candidate."""
        return funded + self.lead_years

    def output_year(self, funded: int, full: bool) -> int | None:
        """Return the first year with output, or with the largest share of the ramp; None where there is none."""
        largest = max((value for _, value in self.ramp), default=1.0)
        steps = self.ramp or ((1, 1.0),)
        start = next((start for start, value in steps if value >= largest or (value > 0 and not full)), None)
        return None if start is None or largest <= 0 else self.first_operating_year(funded) + start - 1

    def stands(self, year: int) -> bool:
        """Tell whether an existing or committed plant operates in a year."""
        starts, ends = self.first_year, self.last_year
        return (starts is None or year >= starts) and (ends is None or year <= ends)

    def standing_capacity_t(self, year: int) -> float:
        """Return the capacity of an existing or committed plant: full where no first year tells its age."""
        if not self.stands(year):
            return 0.0
        return self.nameplate_t * (1.0 if self.first_year is None else self.fraction(year - self.first_year + 1))

    def share_of_nameplate(self, size_t: float, funded_share: float) -> float:
        """Return size / nameplate; a plant without a nameplate is as large as its funding is whole."""
        return size_t / self.nameplate_t if self.nameplate_t else funded_share

    def capex_at(self, size_t: float, funded_share: float) -> float:
        """Return the capital cost of a size: the fixed share once it is funded, and the rest in proportion."""
        fixed = self.fixed_capex_share
        return self.capex_musd * (fixed * funded_share + (1 - fixed) * self.share_of_nameplate(size_t, funded_share))

    def spending(self, funded: int, last_year: int) -> dict[int, float]:
        """Return the fraction of capex spent in each year; what lies beyond the last year falls in it."""
        spent: dict[int, float] = {}
        for offset, share in enumerate(self.spend_profile or (1.0,)):
            year = min(funded + offset, last_year)
            spent[year] = spent.get(year, 0.0) + share
        return spent


def read_recipes(workbook: Workbook) -> dict[tuple[str, str], Recipe]:
    """Gather the rows of Recipes by process and recipe."""
    gathered: dict[tuple[str, str], list[Record]] = {}
    for record in records(workbook, "Recipes"):
        gathered.setdefault((record.text("process"), record.text("recipe")), []).append(record)
    return {name: _recipe(rows) for name, rows in gathered.items()}


def _recipe(rows: list[Record]) -> Recipe:
    amounts: dict[str, dict[str, float]] = {"input": {}, "output": {}}
    for row in rows:
        amounts[row.text("direction")][row.text("material")] = row.number_or("t_per_t", 0.0)
    opex = next((value for row in rows if (value := row.number("opex_usd_per_kg")) is not None), 0.0)
    return Recipe(rows[0].text("stage"), amounts["input"], amounts["output"], opex)


def read_projects(workbook: Workbook, stages: Mapping[str, str], first_year: int) -> dict[str, Project]:
    """Read Projects and their ramps; ``stages`` gives the stage of each process."""
    ramps: dict[str, list[tuple[int, float]]] = {}
    for record in records(workbook, "Ramps"):
        step = (record.year("operating_year") or 1, record.number_or("fraction", 0.0))
        ramps.setdefault(record.text("ramp"), []).append(step)
    steps = {name: tuple(sorted(ramp)) for name, ramp in ramps.items()}
    projects = (_project(record, stages, steps, first_year) for record in records(workbook, "Projects"))
    return {project.name: project for project in projects}


def _project(
    record: Record, stages: Mapping[str, str], ramps: Mapping[str, tuple[tuple[int, float], ...]], first_year: int
) -> Project:
    name, nameplate = record.text("project"), record.number_or("capacity_t_per_year", 0.0)
    return Project(
        name=name,
        country=record.text("country"),
        process=record.text("process"),
        stage=stages.get(record.text("process"), ""),
        status=record.text("status"),
        nameplate_t=nameplate,
        smallest_t=record.number_or("min_capacity_t_per_year", nameplate),
        capex_musd=record.number_or("capex_musd", 0.0),
        fixed_capex_share=record.number_or("fixed_capex_share", 0.0),
        public_share=record.number_or("public_share", 1.0),
        opex_usd_per_kg=record.number_or("opex_usd_per_kg", 0.0),
        fixed_opex_musd=record.number_or("fixed_opex_musd_per_year", 0.0),
        life_years=record.year("life_years"),
        first_funding_year=max(record.year("first_funding_year") or first_year, first_year),
        lead_years=record.year("lead_years") or 0,
        spend_profile=record.items("spend_profile"),
        ramp=ramps.get(record.text("ramp"), ()),
        min_utilization=record.number_or("min_utilization", 0.0),
        first_year=record.year("first_year"),
        last_year=record.year("last_year"),
        site=record.text("site", name),
        group=record.text("group"),
        requires=record.items("requires"),
        workforce=record.number_or("workforce", 0.0),
        hurdle_rate=record.number_or("hurdle_rate", 0.1),
        operating_life_years=record.year("operating_life_years") or 20,
        tax_rate=record.number_or("tax_rate", 0.0),
    )
