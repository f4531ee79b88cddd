"""Everything the audit takes from the workbook's cells: an independent second reading of the input contract.

Nothing here comes from the model's own data, so that a slip between cells and model shows as a violation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from optimizer.audit.deals import Deal
from optimizer.audit.decks import read_decks
from optimizer.audit.market import (
    DemandKey,
    Offer,
    OfferKey,
    Routes,
    StockKey,
    Stockpile,
    Wanted,
    read_demand,
    read_offers,
    read_stockpiles,
)
from optimizer.audit.people import People, read_workforce
from optimizer.audit.plants import Project, Recipe, read_projects, read_recipes
from optimizer.audit.scenarios import Scenario, Targets, read_scenarios
from optimizer.audit.shares import ShareRule, read_share_rules
from optimizer.audit.tools import Money, read_terms, read_tools
from optimizer.audit.written import Written
from optimizer.cells import records, settings
from optimizer.workbook import Workbook

ALLIED, OPEN = "allied", "open"
MUSD_PER_KUSD = 1e-3  # t x USD/kg is thousands of USD.


@dataclass(frozen=True)
class Settings:
    """The settings that a recount needs."""

    first_year: int
    last_year: int
    discount_rate: float
    objective: str
    measure: str
    resilience_weight: float
    default_transport_usd_per_kg: float
    annuity: bool
    slack_points: float

    @property
    def years(self) -> range:
        """The years of the plan."""
        return range(self.first_year, self.last_year + 1)

    def discount(self, year: int) -> float:
        """Return the weight of a year's money."""
        return (1.0 + self.discount_rate) ** -(year - self.first_year)


@dataclass(frozen=True)
class Country:
    """Who it is to the allies."""

    ally: bool
    trusted: bool
    may_be_lost: bool

    @property
    def makes_allied(self) -> bool:
        """Tell whether its material may be of allied origin."""
        return self.ally or self.trusted


@dataclass(frozen=True)
class Pot:
    """One row of Budgets; an empty tuple means all. ``home`` and the two shares are the funder's, blank in some of its rows."""

    funder: str
    musd: float
    year: int | None
    carry_over: bool
    countries: tuple[str, ...]
    stages: tuple[str, ...]
    instruments: tuple[str, ...]
    home: str
    max_project_share: float | None
    min_domestic_share: float | None

    def pays_for(self, country: str, stage: str, year: int, instrument: str) -> bool:
        """Tell whether it may pay there, for that stage, in that year; a blank instrument is a purchase or training."""
        in_time = self.year is None or year == self.year or (self.carry_over and year > self.year)
        here = country in self.countries or not self.countries
        so = instrument in self.instruments or not self.instruments or not instrument
        return in_time and here and so and (stage in self.stages or not self.stages)


@dataclass(frozen=True)
class Rule:
    """One row of Redundancy."""

    name: str
    stage: str
    material: str
    from_year: int
    min_countries: int | None
    min_projects: int | None
    min_capacity_t: float
    max_country_share: float | None


@dataclass(frozen=True)
class Facts:
    """The workbook with every default taken, by the names that the tables use."""

    settings: Settings
    countries: Mapping[str, Country]
    materials: frozenset[str]
    recipes: Mapping[tuple[str, str], Recipe]
    projects: Mapping[str, Project]
    demand: Mapping[DemandKey, Mapping[int, Wanted]]
    offers: Mapping[OfferKey, Mapping[int, Offer]]
    routes: Routes
    stockpiles: Mapping[StockKey, Stockpile]
    pots: tuple[Pot, ...]
    rules: tuple[Rule, ...]
    scenarios: Mapping[str, Scenario]
    workforce: Mapping[str, Mapping[int, People]]
    money: Money
    share_rules: tuple[ShareRule, ...]

    def origin_of(self, supplier: str) -> str:
        """Return the origin of what a supplier sells."""
        return ALLIED if self.countries[supplier].makes_allied else OPEN

    def recipes_of(self, process: str) -> list[Recipe]:
        """Return the recipes among which a process chooses."""
        return self._recipes_by_process.get(process, [])

    @cached_property
    def _recipes_by_process(self) -> dict[str, list[Recipe]]:
        found: dict[str, list[Recipe]] = {}
        for (owner, _), recipe in self.recipes.items():
            found.setdefault(owner, []).append(recipe)
        return found


@dataclass(frozen=True)
class Case:
    """What one audit compares: cells, tables, manifest, the capacities and the support that follow from the tables.

    ``relaxed``: the plan is a linear relaxation, in which plants are funded and counted in fractions. ``rules_bind``: the plan
    has to keep the rules of Redundancy and Fairness.
    """

    facts: Facts
    written: Written
    manifest: Mapping[str, object]
    budget_musd: float | None
    relaxed: bool
    capacity_t: Mapping[tuple[str, int], float]
    deals: tuple[Deal, ...]
    rules_bind: bool = True


def read_facts(workbook: Workbook) -> Facts:
    """Read a workbook that has passed its checks."""
    chosen = _settings(workbook)
    countries = _countries(workbook)
    recipes = read_recipes(workbook)
    stages = {process: recipe.stage for (process, _), recipe in recipes.items()}
    projects = read_projects(workbook, stages, chosen.first_year)
    offers = read_offers(workbook, chosen.years)
    targets = Targets(
        [name for name, country in countries.items() if country.may_be_lost],
        [project.site for project in projects.values()],
        [supplier for supplier, _, _ in offers],
        {project.name: project.site for project in projects.values()},
    )
    return Facts(
        settings=chosen,
        countries=countries,
        materials=frozenset(record.text("material") for record in records(workbook, "Materials")),
        recipes=recipes,
        projects=projects,
        demand=read_demand(workbook, chosen.years),
        offers=offers,
        routes=Routes(workbook, chosen.default_transport_usd_per_kg),
        stockpiles=read_stockpiles(workbook),
        pots=_pots(workbook),
        rules=_rules(workbook, chosen.first_year),
        scenarios=read_scenarios(workbook, chosen.years, targets),
        workforce=read_workforce(workbook, chosen.years),
        money=_money(workbook, chosen),
        share_rules=read_share_rules(workbook, chosen.last_year),
    )


def _money(workbook: Workbook, chosen: Settings) -> Money:
    given = settings(workbook)
    return Money(read_tools(workbook), read_decks(workbook, given), read_terms(given, chosen.discount_rate))


def _settings(workbook: Workbook) -> Settings:
    given = settings(workbook)

    def number(name: str, default: float) -> float:
        return float(str(given.get(name, default)))

    return Settings(
        first_year=int(number("first_year", 0)),
        last_year=int(number("last_year", 0)),
        discount_rate=number("discount_rate", 0.0),
        objective=str(given.get("objective", "coverage")),
        measure=str(given.get("resilience_measure", "average")),
        resilience_weight=number("resilience_weight", 1.0),
        default_transport_usd_per_kg=number("default_transport_usd_per_kg", 0.0),
        annuity=given.get("capex_charge", "full") == "annuity",
        slack_points=number("coverage_slack_points", 0.0),
    )


def _countries(workbook: Workbook) -> dict[str, Country]:
    countries = {}
    for record in records(workbook, "Countries"):
        ally = record.flag("ally", False)
        countries[record.text("country")] = Country(
            ally, record.flag("trusted", ally), record.flag("may_be_lost", ally)
        )
    return countries


def _pots(workbook: Workbook) -> tuple[Pot, ...]:
    return tuple(
        Pot(
            record.text("funder"),
            record.number_or("budget_musd", 0.0),
            record.year("year"),
            record.flag("carry_over", False),
            record.items("countries"),
            record.items("stages"),
            record.items("instruments"),
            record.text("home"),
            record.number("max_project_share"),
            record.number("min_domestic_share"),
        )
        for record in records(workbook, "Budgets")
    )


def _rules(workbook: Workbook, first_year: int) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            record.text("rule"),
            record.text("stage"),
            record.text("material"),
            record.year("from_year") or first_year,
            record.year("min_countries"),
            record.year("min_projects"),
            record.number_or("min_capacity_t_per_year", 1.0),
            record.number("max_country_share"),
        )
        for record in records(workbook, "Redundancy")
    )
