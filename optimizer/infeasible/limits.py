"""The limits that a planner sets, each with its cell: what must be served, what must be redundant, what may be spent.

Beside them a case holds facts (lead times, routes, groups): see ``facts``. Without limits there always is a plan, the one
that funds nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from models.instance import Instance
from optimizer.cells import Record, records
from optimizer.infeasible.kinds import Kind, Limit
from optimizer.infeasible.shares import fair_limits, payer_limits
from optimizer.series import by_series, interpolated
from optimizer.solve import elastic
from optimizer.solve.elastic import Give, Key, RowKey, must_share
from optimizer.workbook import Workbook


def planner_limits(workbook: Workbook, instance: Instance, budget_option: float | None) -> dict[Key, Limit]:
    """Return every limit of a case, by key, in the order of the sheets.

    Parameters
    ----------
    workbook, instance
        The case, as cells and as the model took it.
    budget_option
        The budget of the command line, if one was given: then no cell holds it.
    """
    found = [
        *_budget(workbook, instance, budget_option),
        *_pots(workbook, instance),
        *_people(workbook, instance),
        *_coverage(workbook, instance),
        *_rules(workbook, instance),
        *_losses(workbook, instance),
        *fair_limits(workbook, instance),
        *payer_limits(workbook, instance),
    ]
    return {limit.key: limit for limit in found if limit.rows}


def _budget(workbook: Workbook, instance: Instance, budget_option: float | None) -> Iterator[Limit]:
    if instance.budget_musd is None:
        return
    row = next((row for row in records(workbook, "Settings") if row.text("setting") == "budget_musd"), None)
    give = Give({(elastic.BUDGET, (0,)): 1.0}, _spendable(instance))
    row = None if budget_option is not None else row
    whole = max(instance.budget_musd, _least_whole(instance))
    yield Limit(Kind.BUDGET, "Settings", row, "value", instance.budget_musd, give, whole)


def _pots(workbook: Workbook, instance: Instance) -> Iterator[Limit]:
    rows = list(records(workbook, "Budgets"))
    if not rows:
        return
    whole = max(sum(pot.budget_musd for pot in instance.pots.values()), _least_whole(instance))
    for row, pot in zip(rows, instance.pots.values(), strict=True):
        give = Give(dict.fromkeys(elastic.purse_rows(instance, pot.name), 1.0), _spendable(instance))
        yield Limit(Kind.POT, "Budgets", row, "budget_musd", pot.budget_musd, give, whole)


def _spendable(instance: Instance) -> float:
    """More than could ever be spent: every candidate, and every purchase and all training of every year.

    What promises on prices cost has no such end.
    """
    if instance.finance is not None:
        return float("inf")
    stocks = sum(
        (stock.purchase_musd_per_kt or 0.0) * stock.max_purchase_ktpy for stock in instance.stockpiles.values()
    )
    training = sum(
        force.cost_musd_per_person[t] * most
        for force in instance.workforce.values()
        for t, most in force.max_trained.items()
    )
    return _every_capex(instance) + stocks * len(instance.years) + training + 1.0


def _every_capex(instance: Instance) -> float:
    return sum(project.capex_musd for project in instance.candidates.values())


def _least_whole(instance: Instance) -> float:
    return max(0.01 * _every_capex(instance), 1.0)


def _people(workbook: Workbook, instance: Instance) -> Iterator[Limit]:
    """People that are free in a country: a row gives in its year, and by less in the years up to its neighbours."""
    series = by_series(records(workbook, "Workforce"), lambda row: (row.text("country"),))
    for (name,), rows in series.items():
        country = str(name)
        everyone = sum(p.workforce for p in instance.candidates.values() if p.country == country)
        for row in rows:
            points = [(other.year("year") or 0, float(other is row)) for other in rows]
            weights = {(elastic.PEOPLE, (country, t)): interpolated(points, t) for t in instance.years}
            give = Give({key: weight for key, weight in weights.items() if weight > 0.0}, everyone + 1.0)
            free = row.number_or("available", 0.0)
            yield Limit(Kind.PEOPLE, "Workforce", row, "available", free, give, max(everyone, 1.0))


# ---------------------------------------------------------------- what must be served


def _coverage(workbook: Workbook, instance: Instance) -> Iterator[Limit]:
    series = demand_series(workbook)
    for row in sorted((row for rows in series.values() for row in rows), key=lambda row: row.row.number):
        d = demand_name(row)
        years = _years_in_force(series[d], instance, row)
        asked = [t for t in years if must_share(instance, d, t) > 0.0 and instance.demands[d].demand_kt[t] > 0.0]
        if not asked:
            continue
        unpriced = must_share(instance, d, asked[0]) > instance.demands[d].min_coverage[asked[0]]
        share = must_share(instance, d, asked[0])
        rows: dict[RowKey, float] = {(elastic.SERVED, (d, t)): instance.demands[d].demand_kt[t] for t in asked}
        yield Limit(
            Kind.UNPRICED if unpriced else Kind.COVERAGE,
            "Demand",
            row,
            "shortfall_usd_per_kg" if unpriced else "min_coverage",
            share,
            Give(rows, share),
            1.0,
            d,
            tuple(asked),
        )


def demand_name(row: Record) -> str:
    """The series that a row of Demand belongs to, as the instance calls it."""
    origin = "allied" if row.flag("allied_only", False) else "any"
    return "|".join((row.text("sector"), row.text("country"), row.text("material"), origin))


def demand_series(workbook: Workbook) -> dict[str, list[Record]]:
    """The rows of Demand by series, each by year."""
    series: dict[str, list[Record]] = defaultdict(list)
    for row in records(workbook, "Demand"):
        series[demand_name(row)].append(row)
    return {name: sorted(rows, key=lambda row: row.year("year") or 0) for name, rows in series.items()}


def _years_in_force(series: Sequence[Record], instance: Instance, row: Record) -> tuple[int, ...]:
    """Years of the plan from the row's year until the next row of its series."""
    start = row.year("year") or 0
    end = min((y for other in series if (y := other.year("year") or 0) > start), default=instance.years[-1] + 1)
    return tuple(t for t in instance.years if start <= t < end)


def _losses(workbook: Workbook, instance: Instance) -> Iterator[Limit]:
    maker = loss_rows(workbook, instance)
    for row in records(workbook, "Disruptions"):
        asked = row.number_or("min_coverage", 0.0)
        if asked <= 0.0:
            continue
        rows: dict[RowKey, float] = {
            (elastic.SURVIVES, (t, s)): _demand_in(instance, scenario.sector, t)
            for s, scenario in instance.scenarios.items()
            if maker.get(s) == row.row.number
            for t in scenario.years
        }
        kept = {key: kt for key, kt in rows.items() if kt > 0.0}
        yield Limit(Kind.LOSS, "Disruptions", row, "min_coverage", asked, Give(kept, asked), 1.0)


def _demand_in(instance: Instance, sector: str | None, t: int) -> float:
    return sum(x.demand_kt[t] for x in instance.demands.values() if sector in (None, x.sector))


def loss_rows(workbook: Workbook, instance: Instance) -> dict[str, int]:
    """Sheet row that made each scenario: by its name, or by ``name:target`` where the row stands for each."""
    rows = list(records(workbook, "Disruptions"))
    exact = {row.text("scenario"): row.row.number for row in rows if row.text("target") != "each"}
    each = sorted((row for row in rows if row.text("target") == "each"), key=lambda row: len(row.text("scenario")))
    found = {s: row.row.number for row in each for s in instance.scenarios if s.startswith(row.text("scenario") + ":")}
    return found | {s: number for s, number in exact.items() if s in instance.scenarios}


# ---------------------------------------------------------------- redundancy


def _rules(workbook: Workbook, instance: Instance) -> Iterator[Limit]:
    for row in records(workbook, "Redundancy"):
        rule = instance.rules[row.text("rule")]
        years = [t for t in instance.years if t >= rule.from_year]
        counts = (
            (Kind.COUNTRIES, elastic.COUNTRIES, "min_countries"),
            (Kind.PROJECTS, elastic.PROJECTS, "min_projects"),
        )
        for kind, family, column in counts:
            number = row.number_or(column, 0.0)
            if number > 0.0 and years:
                give = Give({(family, (rule.name, t)): 1.0 for t in years}, number)
                yield Limit(kind, "Redundancy", row, column, number, give, 1.0)
        if rule.max_country_share is not None:
            give = Give(_shares(instance, rule.conversion, rule.name, years), float("inf"), row_by_row=True)
            whole = max(sum(instance.projects[p].nameplate_ktpy for p in rule.conversion), 1e-6)
            yield Limit(Kind.SHARE, "Redundancy", row, "max_country_share", rule.max_country_share, give, whole)


def _shares(instance: Instance, conversion: Mapping[str, float], rule: str, years: list[int]) -> dict[RowKey, float]:
    countries = dict.fromkeys(instance.projects[p].country for p in conversion)
    return {(elastic.SHARE, (rule, c, t)): 1.0 for c in countries for t in years}
