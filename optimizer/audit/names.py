"""Every name and year in the tables stands in the workbook; rows that name something else are set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from optimizer.audit.facts import ALLIED, OPEN, Facts
from optimizer.audit.ledger import Ledger
from optimizer.audit.market import ANY
from optimizer.audit.written import (
    Burden,
    Capacity,
    Cashflow,
    Cost,
    Coverage,
    Fairness,
    Flow,
    Funder,
    Import,
    Liability,
    Loss,
    Outlay,
    Package,
    Portfolio,
    Redundancy,
    Run,
    Stock,
    Viability,
    Workforce,
    Written,
    place,
)

TRAINING = "training"
TERMS = ("capex", "fixed_opex", "opex", "transport", "imports", "stockpile", "shortfall")
STOCKPILE = "stockpile"

# A strange name: what it should be one of, and what stands there.
Strange = tuple[str, str]


def keep_known(written: Written, facts: Facts, ledger: Ledger) -> Written:
    """Return the tables without the rows whose names the workbook does not know; each of these is a violation.

    All later recounts may then look names up without asking.
    """

    def known(rows: list[Any], strange: Callable[[Facts, Any], Iterator[Strange]]) -> list[Any]:
        return [row for row in rows if _is_known(row, list(strange(facts, row)), ledger)]

    return replace(
        written,
        portfolio=known(written.portfolio, _in_portfolio),
        coverage=known(written.coverage, _in_coverage),
        capacity=known(written.capacity, _in_capacity),
        flows=known(written.flows, _in_flows),
        costs=known(written.costs, _in_costs),
        outlays=known(written.outlays, _in_outlays),
        redundancy=known(written.redundancy, _in_redundancy),
        losses=known(written.losses, _in_losses),
        runs=known(written.runs, _in_runs),
        imports=known(written.imports, _in_imports),
        stocks=known(written.stocks, _in_stocks),
        workforce=known(written.workforce, _in_workforce),
        packages=known(written.packages, _in_packages),
        viability=known(written.viability, _in_portfolio),
        cashflows=known(written.cashflows, _in_cashflows),
        liability=known(written.liability, _in_packages),
        funders=known(written.funders, _in_funders),
        burden=known(written.burden, _in_burden),
        fairness=known(written.fairness, _in_fairness),
    )


def _is_known(row: Any, strange: list[Strange], ledger: Ledger) -> bool:
    expected, found = strange[0] if strange else ("", "")
    message = "The row names something that the workbook does not know there."
    return ledger.holds("known_name", place(row), not strange, expected, found, message)


def _unless(ok: bool, expected: str, found: object) -> Iterator[Strange]:
    if not ok:
        yield expected, str(found)


def _year(facts: Facts, year: int) -> Iterator[Strange]:
    yield from _unless(year in facts.settings.years, "a year of the plan", year)


def _scenario(facts: Facts, row: Any) -> Iterator[Strange]:
    scenario = facts.scenarios.get(row.scenario)
    yield from _unless(scenario is not None, "a scenario", row.scenario)
    if scenario is not None:
        yield from _unless(row.year in scenario.years, f"an evaluated year of {scenario.name}", row.year)


def _places(facts: Facts, material: str, *countries: str) -> Iterator[Strange]:
    yield from _unless(material in facts.materials, "a material", material)
    for country in countries:
        yield from _unless(country in facts.countries, "a country", country)


def _in_portfolio(facts: Facts, row: Portfolio | Viability | Package | Liability | Cashflow) -> Iterator[Strange]:
    project = facts.projects.get(row.project)
    yield from _unless(project is not None and project.is_candidate, "a candidate", row.project)


def _in_coverage(facts: Facts, row: Coverage) -> Iterator[Strange]:
    yield from _scenario(facts, row)
    series = row.sector, row.country, row.material, row.allied_only
    yield from _unless(series in facts.demand, "a row of Demand", " ".join(map(str, series)))


def _in_capacity(facts: Facts, row: Capacity) -> Iterator[Strange]:
    yield from _year(facts, row.year)
    yield from _unless(row.project in facts.projects, "a project", row.project)


def _in_flows(facts: Facts, row: Flow) -> Iterator[Strange]:
    yield from _scenario(facts, row)
    yield from _places(facts, row.material, row.sender, row.receiver)
    yield from _unless(row.origin in (ALLIED, OPEN), "allied or open", row.origin)


def _in_costs(facts: Facts, row: Cost) -> Iterator[Strange]:
    yield from _year(facts, row.year)
    yield from _unless(
        row.term in TERMS or (row.term == TRAINING and bool(facts.workforce)), "a term of the cost", row.term
    )


def _in_outlays(facts: Facts, row: Outlay) -> Iterator[Strange]:
    yield from _year(facts, row.year)
    project = facts.projects.get(row.project)
    candidate = project is not None and project.is_candidate
    piles = {f"{STOCKPILE}:{material}:{country}" for country, material, _ in facts.stockpiles}
    trainers = {f"{TRAINING}:{country}" for country in facts.workforce}
    yield from _unless(candidate or row.project in piles | trainers, "a candidate, stockpile or training", row.project)
    yield from _unless(row.funder in _funders(facts), "a funder", row.funder)
    tools = facts.money.tools.keys() if candidate and facts.money.is_on else {""}
    yield from _unless(row.instrument in tools, "an instrument of a project's package, or blank", row.instrument)


def _funders(facts: Facts) -> set[str]:
    return {pot.funder for pot in facts.pots} or {"all"}


def _in_redundancy(facts: Facts, row: Redundancy) -> Iterator[Strange]:
    yield from _year(facts, row.year)
    yield from _unless(row.rule in {rule.name for rule in facts.rules}, "a rule", row.rule)


def _in_losses(facts: Facts, row: Loss) -> Iterator[Strange]:
    yield from _scenario(facts, row)
    yield from _unless(row.sector in {sector for sector, *_ in facts.demand}, "a sector", row.sector)


def _in_runs(facts: Facts, row: Run) -> Iterator[Strange]:
    yield from _scenario(facts, row)
    yield from _unless(row.origin in (ALLIED, OPEN), "allied or open", row.origin)
    project = facts.projects.get(row.project)
    yield from _unless(project is not None, "a project", row.project)
    if project is not None:
        recipe = project.process, row.recipe
        yield from _unless(recipe in facts.recipes, f"a recipe of {project.process}", row.recipe)


def _in_imports(facts: Facts, row: Import) -> Iterator[Strange]:
    yield from _scenario(facts, row)
    yield from _places(facts, row.material, row.country)
    offer = row.supplier, row.material, row.offer
    yield from _unless(offer in facts.offers, f"a row of Imports (a country, or {ANY})", " ".join(offer))


def _in_stocks(facts: Facts, row: Stock) -> Iterator[Strange]:
    yield from _scenario(facts, row)
    pile = row.country, row.material, row.allied
    yield from _unless(pile in facts.stockpiles, "a stockpile", " ".join(map(str, pile)))


def _in_workforce(facts: Facts, row: Workforce) -> Iterator[Strange]:
    yield from _year(facts, row.year)
    yield from _unless(row.country in facts.workforce, "a country of Workforce", row.country)


def _in_packages(facts: Facts, row: Package | Liability) -> Iterator[Strange]:
    yield from _in_portfolio(facts, row)
    yield from _unless(row.instrument in facts.money.tools, "an instrument", row.instrument)


def _in_cashflows(facts: Facts, row: Cashflow) -> Iterator[Strange]:
    yield from _in_portfolio(facts, row)
    decks = facts.money.decks.used
    yield from _unless(row.deck in decks, f"a deck: {' or '.join(decks)}", row.deck)


def _in_funders(facts: Facts, row: Funder) -> Iterator[Strange]:
    yield from _unless(row.funder in _funders(facts), "a funder", row.funder)


def _in_burden(facts: Facts, row: Burden) -> Iterator[Strange]:
    yield from _unless(row.country in facts.countries, "a country", row.country)


def _in_fairness(facts: Facts, row: Fairness) -> Iterator[Strange]:
    yield from _unless(row.rule in {rule.name for rule in facts.share_rules}, "a rule of Fairness", row.rule)
