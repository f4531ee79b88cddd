"""Demand: complete, served and short as written, minimum coverages, sums by sector, the measure of shortfall."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.audit.facts import Case, Facts
from optimizer.audit.ledger import SHARE, TONNES, Ledger, Place
from optimizer.audit.market import DemandKey, Wanted
from optimizer.audit.scenarios import BASE, Scenario
from optimizer.audit.written import Coverage, key, place, place_of


def audit_coverage(case: Case, ledger: Ledger) -> None:
    """Check every series in every evaluated year of every scenario."""
    written = {key(row): row for row in case.written.coverage}
    for scenario, series, year in _expected_rows(case.facts):
        where = place_of("coverage", scenario.name, *series, year)
        row = written.get((scenario.name, *series, year))
        message = "Every series has a row in each evaluated year of each scenario."
        if ledger.holds("coverage_row", where, row is not None, "a row", None, message) and row is not None:
            wanted = case.facts.demand[series][year]
            _amounts(row, wanted, ledger)
            if scenario.is_base:
                _least_in_base(case.facts, row, wanted, ledger)


def _expected_rows(facts: Facts) -> Iterator[tuple[Scenario, DemandKey, int]]:
    for scenario in facts.scenarios.values():
        for series in facts.demand:
            for year in scenario.years:
                yield scenario, series, year


def _amounts(row: Coverage, wanted: Wanted, ledger: Ledger) -> None:
    where = place(row)
    ledger.same("demand", where, wanted.demand_t, row.demand_t, "Demand is interpolated from its rows.", TONNES)
    ledger.same("priority", where, wanted.priority, row.priority, "Priority holds until the next row.", SHARE)
    split, message = row.served_t + row.shortfall_t, "What is served and what is short make up the demand."
    ledger.same("served_and_short", where, row.demand_t, split, message, TONNES)
    message = "Allied material served is part of what is served."
    ledger.at_most("served_allied", where, row.served_t, row.served_allied_t, message, TONNES)
    if row.allied_only:
        message = "Only allied material serves this row."
        ledger.same("allied_only", where, row.served_t, row.served_allied_t, message, TONNES)
    _share(where, row.demand_t, row.served_t, row.coverage, ledger)


def _share(where: Place, demand: float, served: float, found: float | None, ledger: Ledger) -> None:
    """Check a written coverage; where nothing is demanded a blank and full coverage are both true."""
    if demand <= 0:
        ledger.holds("coverage_share", where, found in (None, 1.0), "blank or 1", found, "Nothing is demanded.")
    else:
        message = "Coverage is served / demand."
        ledger.same("coverage_share", where, served / demand, -1.0 if found is None else found, message, SHARE)


def _least_in_base(facts: Facts, row: Coverage, wanted: Wanted, ledger: Ledger) -> None:
    least, message = wanted.min_coverage * wanted.demand_t, "The base serves min_coverage of each row in each year."
    ledger.at_least("min_coverage", place(row), least, row.served_t, message, TONNES)
    if facts.settings.objective == "cost" and wanted.shortfall_usd_per_kg is None:
        message = "A row without a shortfall price is served in the base."
        ledger.at_most("unpriced_row", place(row), 0.0, row.shortfall_t, message, TONNES)


def audit_losses(case: Case, ledger: Ledger) -> None:
    """Compare losses.csv with the sums of coverage.csv, and hold the minimum coverages of losses."""
    sums: dict[tuple[str, str, int], tuple[float, float]] = {}
    for row in case.written.coverage:
        at = row.scenario, row.sector, row.year
        demand, served = sums.get(at, (0.0, 0.0))
        sums[at] = demand + row.demand_t, served + row.served_t
    written = {key(row): row for row in case.written.losses}
    for at, (demand, served) in sums.items():
        loss = written.get(at)
        if at[0] == BASE and loss is None:
            continue  # The base may stand in the table for comparison; only losses must.
        where, message = place_of("losses", *at), "Every sector has a row in each evaluated year of each loss."
        if ledger.holds("loss_row", where, loss is not None, "a row", None, message) and loss is not None:
            message = "The table sums coverage.csv by sector."
            ledger.same("loss_demand", where, demand, loss.demand_t, message, TONNES)
            ledger.same("loss_served", where, served, loss.served_t, message, TONNES)
            _share(where, loss.demand_t, loss.served_t, loss.coverage, ledger)
    for scenario in case.facts.scenarios.values():
        _least_in_loss(scenario, sums, ledger)


def _least_in_loss(scenario: Scenario, sums: dict[tuple[str, str, int], tuple[float, float]], ledger: Ledger) -> None:
    """Hold served tonnes, summed over the sector's rows (blank: all), against the share in each evaluated year."""
    if scenario.min_coverage is None:
        return
    for year in scenario.years:
        chosen = [
            amounts
            for (name, sector, when), amounts in sums.items()
            if name == scenario.name and when == year and scenario.sector in ("", sector)
        ]
        least = scenario.min_coverage * sum(demand for demand, _ in chosen)
        served, message = sum(served for _, served in chosen), "The loss leaves at least its min_coverage."
        where = place_of("coverage", scenario.name, scenario.sector or "all sectors", year)
        ledger.at_least("min_coverage_in_loss", where, least, served, message, TONNES)


def audit_shortfall(case: Case, ledger: Ledger) -> None:
    """Recount the measure of shortfall and hold it against the first step's value and what may be given back."""
    short = sum(row.shortfall_t for row in case.written.coverage if row.scenario == BASE)
    found, message = float(str(case.manifest["base_shortfall_t"])), "The tonnes short in the base add up."
    ledger.same("base_shortfall", "manifest base_shortfall_t", short, found, message, TONNES)
    stated, where = case.manifest["weighted_shortfall_t"], "manifest weighted_shortfall_t"
    by_cost = case.facts.settings.objective == "cost"
    message = "The first step's value is stated with objective coverage, and only then."
    ledger.agrees("first_step", where, by_cost, stated is None, message)
    if stated is None or by_cost:
        return
    best = float(str(stated))
    possible = sum(row.priority * row.demand_t for row in case.written.coverage if row.scenario == BASE)
    slack = max(0.001, 1e-6 * best, case.facts.settings.slack_points / 100 * possible)
    message = "The plan gives back no more of the first step's coverage than the slack."
    measured = weighted_shortfall(case)
    ledger.at_most("weighted_shortfall", where, best + slack, measured, message, TONNES, best)
    if "plan_weighted_shortfall_t" in case.manifest:
        found, where = float(str(case.manifest["plan_weighted_shortfall_t"])), "manifest plan_weighted_shortfall_t"
        message = "The manifest states the weighted shortfall of the printed rows."
        ledger.same("plan_shortfall", where, measured, found, message, TONNES)


def weighted_shortfall(case: Case) -> float:
    """Return S(base) + resilience_weight x the average or worst S of the losses."""
    settings, scenarios = case.facts.settings, case.facts.scenarios
    totals = dict.fromkeys(scenarios, 0.0)
    for row in case.written.coverage:
        totals[row.scenario] += row.priority * row.shortfall_t * scenarios[row.scenario].stands_for
    weights = {name: scenario.weight for name, scenario in scenarios.items() if scenario.weight > 0}
    if not weights:
        measure = 0.0
    elif settings.measure == "worst":
        measure = max(totals[name] for name in weights)
    else:
        measure = sum(weight * totals[name] for name, weight in weights.items()) / sum(weights.values())
    return totals[BASE] + settings.resilience_weight * measure
