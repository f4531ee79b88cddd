"""One case, complete and in model units: kt, kt per year, MUSD, MUSD per kt (the same number as USD per kg), years.

Frozen dataclasses without Pyomo or pandas. Defaults are already applied and sparse years filled in; what cannot be is
refused on construction with a ValueError, so that the features need not look again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from models.instruments import Finance, Instrument
from models.margins import Margins

BASE = "base"
ANY_FUNDER = "all"
STOCKPILE_STAGE = "stockpile"
TRAINING_STAGE = "training"


class Origin(StrEnum):
    """Allied: the whole chain up to here is allied. Open: everything else."""

    ALLIED = "allied"
    OPEN = "open"


class Goal(StrEnum):
    """What the case asks for."""

    COVERAGE = "coverage"
    COST = "cost"


class Measure(StrEnum):
    """How the losses are weighed together."""

    AVERAGE = "average"
    WORST = "worst"


class FairMeasure(StrEnum):
    """Of what a country's share is limited: outlay for plants, capacity of a stage, jobs, or its own demand served."""

    MONEY = "money"
    CAPACITY = "capacity"
    JOBS = "jobs"
    COVERAGE = "coverage"


class CapexCharge(StrEnum):
    """Full: capital is charged as it is spent. Annuity: by equal yearly payments over the life."""

    FULL = "full"
    ANNUITY = "annuity"


@dataclass(frozen=True)
class Country:
    """A place. ``makes_allied``: what its plants make of allied inputs is allied (an ally or trusted)."""

    name: str
    ally: bool
    makes_allied: bool


@dataclass(frozen=True)
class Recipe:
    """What a process takes and gives per kt of activity (kt/kt); opex in MUSD/kt of activity."""

    process: str
    name: str
    inputs: Mapping[str, float]
    outputs: Mapping[str, float]
    opex_musd_per_kt: float


@dataclass(frozen=True)
class Project:
    """A plant.

    ``fixed_fraction`` (existing and committed): share of the nameplate that stands in each operating year.
    ``output_fraction`` (candidates): share of the size that stands in the n-th operating year, n = 1, 2, ...; the last
    value holds on. ``spend`` are the shares of the outlay by year from the funding year. ``workforce``: people at nameplate.
    ``hurdle_rate``, ``operating_life_years`` and ``tax_rate`` are those of the firm that would build it.
    """

    name: str
    country: str
    process: str
    stage: str
    site: str
    is_candidate: bool
    nameplate_ktpy: float
    opex_musd_per_kt: float
    fixed_opex_musd_per_year: float
    fixed_fraction: Mapping[int, float] = field(default_factory=dict)
    funding_years: tuple[int, ...] = ()
    min_size_ktpy: float = 0.0
    capex_musd: float = 0.0
    fixed_capex_share: float = 0.0
    public_share: float = 1.0
    life_years: int | None = None
    lead_years: int = 0
    output_fraction: tuple[float, ...] = (1.0,)
    spend: tuple[float, ...] = (1.0,)
    min_utilization: float = 0.0
    group: str = ""
    requires: tuple[str, ...] = ()
    workforce: float = 0.0
    hurdle_rate: float = 0.1
    operating_life_years: int = 20
    tax_rate: float = 0.0

    def __post_init__(self) -> None:
        if self.min_size_ktpy > self.nameplate_ktpy:
            raise ValueError(f"{self.name}: the smallest size is above the nameplate")
        if abs(sum(self.spend) - 1.0) > 1e-6:
            raise ValueError(f"{self.name}: the spend profile does not add to 1")

    @property
    def is_sizable(self) -> bool:
        """Whether a size below the nameplate may be funded."""
        return self.is_candidate and self.min_size_ktpy < self.nameplate_ktpy

    def fraction(self, v: int, t: int) -> float:
        """Share of the size that stands in year t if funded in year v: ramp(t - v - lead + 1), 0 before it."""
        n = t - v - self.lead_years + 1
        return self.output_fraction[min(n, len(self.output_fraction)) - 1] if n >= 1 else 0.0

    @property
    def people_per_ktpy(self) -> float:
        """People for a kt per year of capacity that stands; a plant without capacity needs nobody."""
        return self.workforce / self.nameplate_ktpy if self.nameplate_ktpy else 0.0

    def operates(self, v: int, t: int) -> bool:
        """Whether year t is an operating year if funded in year v."""
        return t - v - self.lead_years + 1 >= 1


@dataclass(frozen=True)
class Demand:
    """One series: a sector's demand for a material in a country, by year."""

    name: str
    sector: str
    country: str
    material: str
    allied_only: bool
    demand_kt: Mapping[int, float]
    priority: Mapping[int, float]
    min_coverage: Mapping[int, float]
    shortfall_musd_per_kt: Mapping[int, float | None]


@dataclass(frozen=True)
class Offer:
    """What a supplier sells of a material, landed in one country or anywhere (None), by year."""

    name: str
    supplier: str
    material: str
    country: str | None
    origin: Origin
    max_kt: Mapping[int, float]
    price_musd_per_kt: Mapping[int, float]


@dataclass(frozen=True)
class Route:
    """One leg from country to country. ``max_ktpy`` None: no limit."""

    cost_musd_per_kt: float
    max_ktpy: float | None = None
    allowed: bool = True


@dataclass(frozen=True)
class Stockpile:
    """A stock of one origin. ``purchase_musd_per_kt`` None: nothing can be bought."""

    name: str
    material: str
    country: str
    origin: Origin
    opening_kt: float
    max_kt: float
    purchase_musd_per_kt: float | None
    max_purchase_ktpy: float
    holding_musd_per_kt: float
    base_draw: bool


@dataclass(frozen=True)
class Pot:
    """Public money of a funder. ``year`` None: any year. None in countries, stages or instruments: all.

    ``home``: the country whose money it is. ``max_project_share``: of what all funders pay for one project, this one's part
    at most; ``min_domestic_share``: of what this funder pays, the part that goes to its home at least; both are the funder's.
    """

    name: str
    funder: str
    budget_musd: float
    year: int | None
    carry_over: bool
    countries: frozenset[str] | None
    stages: frozenset[str] | None
    instruments: frozenset[str] | None = None
    home: str = ""
    max_project_share: float | None = None
    min_domestic_share: float | None = None

    def pays(self, country: str, stage: str, t: int, instrument: Instrument | None = None) -> bool:
        """Whether it may pay an outlay of that country, stage and year, given by an instrument or (None) without one."""
        in_time = self.year is None or t == self.year or (self.carry_over and t > self.year)
        here = self.countries is None or country in self.countries
        return in_time and here and (self.stages is None or stage in self.stages) and self._gives(instrument)

    def _gives(self, instrument: Instrument | None) -> bool:
        if instrument is None:
            return True
        wanted = self.instruments is None or instrument.name in self.instruments
        return wanted and (instrument.funders is None or self.funder in instrument.funders)


@dataclass(frozen=True)
class Workforce:
    """People of a country for the plants that are funded, by year; plants that stand already have theirs.

    ``available``: free for new plants without training. Those who begin training in a year, at most ``max_trained``, cost
    ``cost_musd_per_person`` in that year, are ready ``training_years`` later and stay.
    """

    country: str
    available: Mapping[int, float]
    max_trained: Mapping[int, float]
    cost_musd_per_person: Mapping[int, float]
    training_years: Mapping[int, int]

    @property
    def name(self) -> str:
        """What its outlays are called."""
        return f"{TRAINING_STAGE}:{self.country}"

    def begun(self, t: int) -> tuple[int, ...]:
        """Years of which the trained are ready by year t."""
        return tuple(y for y, lasts in self.training_years.items() if y + lasts <= t)


@dataclass(frozen=True)
class Rule:
    """A redundancy rule over a stage's plants or over the plants that can make a material.

    ``conversion``: project -> kt counted per kt of activity; only allied projects in the rule's scope are named.
    """

    name: str
    stage: str | None
    material: str | None
    from_year: int
    conversion: Mapping[str, float]
    min_countries: int | None
    min_projects: int | None
    min_capacity_ktpy: float
    max_country_share: float | None


@dataclass(frozen=True)
class FairnessRule:
    """Limits on the share of one country. ``stage`` and ``year``: of the capacity that is looked at, else blank and None."""

    name: str
    country: str
    measure: FairMeasure
    stage: str = ""
    year: int | None = None
    min_share: float | None = None
    max_share: float | None = None


@dataclass(frozen=True)
class Scenario:
    """The base case or one disruption, ready expanded.

    ``project_left`` and ``supplier_left``: the share that is left where it is not 1. ``closed_country``: nothing
    leaves it. ``span`` are the years it lasts, ``years`` those evaluated.
    """

    name: str
    span: tuple[int, ...]
    years: tuple[int, ...]
    weight: float = 0.0
    project_left: Mapping[str, float] = field(default_factory=dict)
    supplier_left: Mapping[str, float] = field(default_factory=dict)
    closed_country: str | None = None
    sector: str | None = None
    min_coverage: float | None = None

    @property
    def is_base(self) -> bool:
        """Whether nothing is lost."""
        return self.name == BASE

    @property
    def scale(self) -> float:
        """Years of the span per evaluated year."""
        return len(self.span) / len(self.years) if self.years else 0.0


@dataclass(frozen=True)
class Instance:
    """A whole case. Every mapping is ordered as the report should be."""

    years: tuple[int, ...]
    goal: Goal
    discount: Mapping[int, float]
    discount_rate: float
    countries: Mapping[str, Country]
    materials: tuple[str, ...]
    recipes: tuple[Recipe, ...]
    projects: Mapping[str, Project]
    demands: Mapping[str, Demand]
    offers: Mapping[str, Offer]
    routes: Mapping[tuple[str, str, str], Route]
    default_route: Route
    stockpiles: Mapping[str, Stockpile]
    pots: Mapping[str, Pot]
    rules: Mapping[str, Rule]
    scenarios: Mapping[str, Scenario]
    budget_musd: float | None
    measure: Measure
    resilience_weight: float
    capex_charge: CapexCharge
    workforce: Mapping[str, Workforce] = field(default_factory=dict)
    finance: Finance | None = None
    fairness: Mapping[str, FairnessRule] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if list(self.years) != list(range(self.years[0], self.years[-1] + 1)):
            raise ValueError("years must be consecutive")
        if BASE not in self.scenarios or self.scenarios[BASE].years != self.years:
            raise ValueError("the base scenario must be evaluated in every year")
        if self.capex_charge is CapexCharge.ANNUITY and any(p.life_years is None for p in self.candidates.values()):
            raise ValueError("an annuity needs life_years for every candidate")

    @cached_property
    def candidates(self) -> Mapping[str, Project]:
        """The projects that stand only if funded."""
        return {name: project for name, project in self.projects.items() if project.is_candidate}

    @cached_property
    def recipes_of(self) -> Mapping[str, tuple[Recipe, ...]]:
        """Recipes by process."""
        processes = dict.fromkeys(recipe.process for recipe in self.recipes)
        return {process: tuple(r for r in self.recipes if r.process == process) for process in processes}

    @cached_property
    def margins(self) -> Margins:
        """What firms earn by their recipes; only where there are instruments."""
        assert self.finance is not None
        return Margins(self.finance, self.recipes_of)

    @cached_property
    def disruptions(self) -> tuple[Scenario, ...]:
        """The scenarios in which something is lost."""
        return tuple(scenario for scenario in self.scenarios.values() if not scenario.is_base)

    @cached_property
    def weighted_demand_kt(self) -> float:
        """Sum over base rows and years of priority x demand: 100 coverage points."""
        return sum(d.priority[t] * d.demand_kt[t] for d in self.demands.values() for t in self.years)

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """The tools of public support; none where each project draws its public share."""
        return {} if self.finance is None else self.finance.instruments

    def needs_people(self, project: Project) -> bool:
        """Whether a candidate needs people in a country whose people are limited."""
        return project.is_candidate and project.people_per_ktpy > 0.0 and project.country in self.workforce

    def route(self, material: str, start: str, end: str) -> Route:
        """Return the leg's route: the most specific of the named ones holds, and holds whole."""
        for key in (
            (material, start, end), (material, start, "*"), (material, "*", end), (material, "*", "*"),
            ("*", start, end), ("*", start, "*"), ("*", "*", end), ("*", "*", "*"),
        ):  # fmt: skip
            if key in self.routes:
                return self.routes[key]
        return self.default_route
