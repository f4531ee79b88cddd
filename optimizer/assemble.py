"""Workbook -> Instance: the only place with defaults and unit conversion.

Call it on a workbook without faults. Tonnes become kt, USD per kg stay as they are (they are MUSD per kt), years are filled
in, ``each`` becomes one scenario per target.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from models.finance import discount_factor
from models.instance import (
    CapexCharge,
    Country,
    Demand,
    FairMeasure,
    FairnessRule,
    Goal,
    Instance,
    Measure,
    Offer,
    Origin,
    Project,
    Recipe,
    Route,
    Rule,
    Stockpile,
    Workforce,
)
from optimizer.assemble_money import finance, firm, pots
from optimizer.cells import Record, records, settings
from optimizer.disruptions import expand_scenarios
from optimizer.series import by_series, held, linear
from optimizer.units import T_PER_KT, USD_PER_MUSD
from optimizer.workbook import Workbook

_LEAST_COUNTED_T = 1.0
_YEARS_TO_FILL_A_STOCK = 5.0


def assemble(workbook: Workbook, budget_musd: float | None = None) -> Instance:
    """Make the instance.

    Parameters
    ----------
    workbook
        An input without faults.
    budget_musd
        Replaces the setting ``budget_musd`` where given.
    """
    given = settings(workbook)
    years = tuple(range(int(given["first_year"]), int(given["last_year"]) + 1))  # type: ignore[call-overload]
    rate = _setting(given, "discount_rate", 0.0)
    countries = _countries(workbook)
    recipes = _recipes(workbook)
    stages = {r.text("process"): r.text("stage") for r in records(workbook, "Recipes")}
    projects = _projects(workbook, years, stages)
    suppliers = tuple(dict.fromkeys(r.text("supplier") for r in records(workbook, "Imports")))
    limit = given.get("budget_musd") if budget_musd is None else budget_musd
    return Instance(
        years=years,
        goal=Goal(str(given.get("objective", Goal.COVERAGE))),
        discount={t: discount_factor(rate, t - years[0]) for t in years},
        discount_rate=rate,
        countries=countries,
        materials=tuple(r.text("material") for r in records(workbook, "Materials")),
        recipes=recipes,
        projects=projects,
        demands=_demands(workbook, years),
        offers=_offers(workbook, years, countries),
        routes=_routes(workbook, _setting(given, "default_transport_usd_per_kg", 0.0)),
        default_route=Route(_setting(given, "default_transport_usd_per_kg", 0.0)),
        stockpiles=_stockpiles(workbook),
        pots=pots(workbook),
        rules=_rules(workbook, years, countries, projects, recipes),
        scenarios=expand_scenarios(workbook, years, projects, suppliers),
        budget_musd=None if limit is None else float(limit),  # type: ignore[arg-type]
        measure=Measure(str(given.get("resilience_measure", Measure.AVERAGE))),
        resilience_weight=_setting(given, "resilience_weight", 1.0),
        capex_charge=CapexCharge(str(given.get("capex_charge", CapexCharge.FULL))),
        workforce=_workforce(workbook, years),
        finance=finance(workbook, years, given),
        fairness=_fairness(workbook, years),
    )


def _setting(given: dict[str, object], name: str, default: float) -> float:
    return float(given.get(name, default))  # type: ignore[arg-type]


def _countries(workbook: Workbook) -> dict[str, Country]:
    countries = {}
    for row in records(workbook, "Countries"):
        ally = row.flag("ally", False)
        countries[row.text("country")] = Country(row.text("country"), ally, row.flag("trusted", ally) or ally)
    return countries


def _recipes(workbook: Workbook) -> tuple[Recipe, ...]:
    rows: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for row in records(workbook, "Recipes"):
        rows[row.text("process"), row.text("recipe")].append(row)
    return tuple(
        Recipe(
            process=process,
            name=recipe,
            inputs=_sides(group, "input"),
            outputs=_sides(group, "output"),
            opex_musd_per_kt=next((o for r in group if (o := r.number("opex_usd_per_kg")) is not None), 0.0),
        )
        for (process, recipe), group in rows.items()
    )


def _sides(rows: list[Record], direction: str) -> dict[str, float]:
    return {r.text("material"): r.number_or("t_per_t", 0.0) for r in rows if r.text("direction") == direction}


# ---------------------------------------------------------------- projects


def _projects(workbook: Workbook, years: tuple[int, ...], stages: dict[str, str]) -> dict[str, Project]:
    ramps = _ramps(workbook)
    projects = {}
    for row in records(workbook, "Projects"):
        nameplate = row.number_or("capacity_t_per_year", 0.0) / T_PER_KT
        ramp = ramps.get(row.text("ramp"), (1.0,))
        project = Project(
            name=row.text("project"),
            country=row.text("country"),
            process=row.text("process"),
            stage=stages.get(row.text("process"), ""),
            site=row.text("site", row.text("project")),
            is_candidate=row.text("status") == "candidate",
            nameplate_ktpy=nameplate,
            opex_musd_per_kt=row.number_or("opex_usd_per_kg", 0.0),
            fixed_opex_musd_per_year=row.number_or("fixed_opex_musd_per_year", 0.0),
            group=row.text("group"),
            workforce=row.number_or("workforce", 0.0),
        )
        fill = _candidate if project.is_candidate else _standing
        projects[project.name] = fill(project, row, ramp, years)
    return projects


def _ramps(workbook: Workbook) -> dict[str, tuple[float, ...]]:
    """Fractions of operating years 1, 2, ...: a value holds until the next given one."""
    given: dict[str, dict[int, float]] = defaultdict(dict)
    for row in records(workbook, "Ramps"):
        given[row.text("ramp")][row.year("operating_year") or 1] = row.number_or("fraction", 1.0)
    return {
        name: tuple(steps[max(n for n in steps if n <= year)] for year in range(1, max(steps) + 1))
        for name, steps in given.items()
    }


def _candidate(project: Project, row: Record, ramp: tuple[float, ...], years: tuple[int, ...]) -> Project:
    smallest = row.number("min_capacity_t_per_year")
    start = max(row.year("first_funding_year") or years[0], years[0])
    return replace(
        project,
        funding_years=tuple(t for t in years if t >= start),
        min_size_ktpy=project.nameplate_ktpy if smallest is None else smallest / T_PER_KT,
        capex_musd=row.number_or("capex_musd", 0.0),
        fixed_capex_share=row.number_or("fixed_capex_share", 0.0),
        public_share=row.number_or("public_share", 1.0),
        life_years=row.year("life_years"),
        lead_years=row.year("lead_years") or 0,
        output_fraction=ramp,
        spend=row.items("spend_profile") or (1.0,),
        min_utilization=row.number_or("min_utilization", 0.0),
        requires=row.items("requires"),
        **firm(row),  # type: ignore[arg-type]
    )


def _standing(project: Project, row: Record, ramp: tuple[float, ...], years: tuple[int, ...]) -> Project:
    """An existing or committed plant; without a first year it stands at full capacity from the start."""
    first, last = row.year("first_year"), row.year("last_year")
    running = [t for t in years if (first is None or t >= first) and (last is None or t <= last)]
    fraction = {t: 1.0 if first is None else ramp[min(t - first, len(ramp) - 1)] for t in running}
    return replace(project, fixed_fraction=fraction)


# ---------------------------------------------------------------- series


def _demands(workbook: Workbook, years: tuple[int, ...]) -> dict[str, Demand]:
    def key(row: Record) -> tuple[object, ...]:
        return row.text("sector"), row.text("country"), row.text("material"), row.flag("allied_only", False)

    demands = {}
    for (sector, country, material, allied_only), rows in by_series(records(workbook, "Demand"), key).items():
        name = "|".join(map(str, (sector, country, material, "allied" if allied_only else "any")))
        demands[name] = Demand(
            name=name,
            sector=str(sector),
            country=str(country),
            material=str(material),
            allied_only=bool(allied_only),
            demand_kt={t: x / T_PER_KT for t, x in linear(rows, "demand_t", years).items()},
            priority={t: 1.0 if x is None else x for t, x in held(rows, "priority", years).items()},
            min_coverage={t: x or 0.0 for t, x in held(rows, "min_coverage", years).items()},
            shortfall_musd_per_kt=held(rows, "shortfall_usd_per_kg", years),
        )
    return demands


def _offers(workbook: Workbook, years: tuple[int, ...], countries: dict[str, Country]) -> dict[str, Offer]:
    def key(row: Record) -> tuple[object, ...]:
        return row.text("supplier"), row.text("material"), row.text("country")

    offers = {}
    for (supplier, material, country), rows in by_series(records(workbook, "Imports"), key).items():
        name = "|".join(map(str, (supplier, material, country or "any")))
        offers[name] = Offer(
            name=name,
            supplier=str(supplier),
            material=str(material),
            country=str(country) or None,
            origin=Origin.ALLIED if countries[str(supplier)].makes_allied else Origin.OPEN,
            max_kt={t: x / T_PER_KT for t, x in linear(rows, "max_t", years).items()},
            price_musd_per_kt=linear(rows, "price_usd_per_kg", years),
        )
    return offers


# ---------------------------------------------------------------- routes, stocks, people, rules


def _routes(workbook: Workbook, default_cost: float) -> dict[tuple[str, str, str], Route]:
    routes = {}
    for row in records(workbook, "Routes"):
        limit = row.number("max_t_per_year")
        routes[row.text("material"), row.text("from"), row.text("to")] = Route(
            cost_musd_per_kt=row.number_or("cost_usd_per_kg", default_cost),
            max_ktpy=None if limit is None else limit / T_PER_KT,
            allowed=row.flag("allowed", True),
        )
    return routes


def _stockpiles(workbook: Workbook) -> dict[str, Stockpile]:
    stocks = {}
    for row in records(workbook, "Stockpiles"):
        opening = row.number_or("opening_t", 0.0)
        most = row.number_or("max_t", opening)
        allied = row.flag("allied", False)
        name = "|".join((row.text("material"), row.text("country"), "allied" if allied else "open"))
        stocks[name] = Stockpile(
            name=name,
            material=row.text("material"),
            country=row.text("country"),
            origin=Origin.ALLIED if allied else Origin.OPEN,
            opening_kt=opening / T_PER_KT,
            max_kt=most / T_PER_KT,
            purchase_musd_per_kt=row.number("purchase_usd_per_kg"),
            max_purchase_ktpy=row.number_or("max_purchase_t_per_year", most / _YEARS_TO_FILL_A_STOCK) / T_PER_KT,
            holding_musd_per_kt=row.number_or("holding_usd_per_kg_year", 0.0),
            base_draw=row.flag("base_draw", False),
        )
    return stocks


def _workforce(workbook: Workbook, years: tuple[int, ...]) -> dict[str, Workforce]:
    def filled(rows: list[Record], column: str, unit: float = 1.0) -> dict[int, float]:
        return {t: (x or 0.0) / unit for t, x in held(rows, column, years).items()}

    return {
        str(country): Workforce(
            country=str(country),
            available=linear(rows, "available", years),
            max_trained=filled(rows, "max_trained_per_year"),
            cost_musd_per_person=filled(rows, "training_cost_usd_per_person", USD_PER_MUSD),
            training_years={t: int(x) for t, x in filled(rows, "training_years").items()},
        )
        for (country,), rows in by_series(records(workbook, "Workforce"), lambda row: (row.text("country"),)).items()
    }


def _rules(
    workbook: Workbook,
    years: tuple[int, ...],
    countries: dict[str, Country],
    projects: dict[str, Project],
    recipes: tuple[Recipe, ...],
) -> dict[str, Rule]:
    rules = {}
    for row in records(workbook, "Redundancy"):
        stage, material = row.text("stage") or None, row.text("material") or None
        converted = {
            p.name: _conversion(p, stage, material, recipes) for p in projects.values() if countries[p.country].ally
        }
        rules[row.text("rule")] = Rule(
            name=row.text("rule"),
            stage=stage,
            material=material,
            from_year=row.year("from_year") or years[0],
            conversion={p: factor for p, factor in converted.items() if factor > 0.0},
            min_countries=row.year("min_countries"),
            min_projects=row.year("min_projects"),
            min_capacity_ktpy=row.number_or("min_capacity_t_per_year", _LEAST_COUNTED_T) / T_PER_KT,
            max_country_share=row.number("max_country_share"),
        )
    return rules


def _conversion(project: Project, stage: str | None, material: str | None, recipes: tuple[Recipe, ...]) -> float:
    """Count in kt per kt of activity: 1 for a stage, the largest output of the material for a material."""
    if stage is not None:
        return 1.0 if project.stage == stage else 0.0
    return max((r.outputs.get(material or "", 0.0) for r in recipes if r.process == project.process), default=0.0)


def _fairness(workbook: Workbook, years: tuple[int, ...]) -> dict[str, FairnessRule]:
    return {
        row.text("rule"): FairnessRule(
            name=row.text("rule"),
            country=row.text("country"),
            measure=(measure := FairMeasure(row.text("measure"))),
            stage=row.text("stage"),
            year=(row.year("year") or years[-1]) if measure is FairMeasure.CAPACITY else None,
            min_share=row.number("min_share"),
            max_share=row.number("max_share"),
        )
        for row in records(workbook, "Fairness")
    }
