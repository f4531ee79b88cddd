"""Viability: the value of every funded candidate to its firm, unaided, with its package and in a crash."""

from __future__ import annotations

from optimizer.audit.capacity import base_runs
from optimizer.audit.deals import WRITTEN_T, Deal
from optimizer.audit.facts import Case
from optimizer.audit.ledger import MUSD, SHARE, TONNES, Ledger
from optimizer.audit.support import ByYear
from optimizer.audit.tools import HOLD_A_PRICE, PUBLIC_CAPITAL
from optimizer.audit.written import Viability, key, place, place_of


def audit_viability(case: Case, ledger: Ledger) -> None:
    """Hold viability.csv against the firms' cash, the packages and the base runs."""
    written, runs = {key(row): row for row in case.written.viability}, base_runs(case)
    funded = {(deal.row.project, deal.row.funded_year) for deal in case.deals}
    for at, row in written.items():
        message = "Only what is funded stands in the table."
        ledger.holds("viability_of_funded", place(row), at in funded, "a row of portfolio.csv", None, message)
    for deal in case.deals:
        at = deal.row.project, deal.row.funded_year
        found, message = written.get(at), "Every funded candidate has a row."
        where = place_of("viability", *at)
        if ledger.holds("viability_row", where, found is not None, "a row", None, message) and found is not None:
            _words(case, found, deal, ledger)
            _values(case, found, deal, ledger)
            _money(case, found, deal, ledger)
            _least_utilization(case, found, deal, runs, ledger)


def _words(case: Case, row: Viability, deal: Deal, ledger: Ledger) -> None:
    project, where, message = deal.firm.project, place(row), "The table repeats cells and portfolio."
    ledger.agrees("viability_words", where, project.country, row.country, message)
    ledger.agrees("viability_words", where, project.stage, row.stage, message)
    ledger.same("viability_size", where, deal.row.size_t_per_year, row.size_t_per_year, message, TONNES)
    capex = deal.firm.capex_musd
    ledger.same("viability_capex", where, capex, row.capex_musd, message, deal.unit(capex))
    ledger.same("hurdle_rate", where, project.hurdle_rate, row.hurdle_rate, message, SHARE)
    planned = case.facts.money.terms.utilization
    ledger.same("planned_utilization", where, planned, row.planned_utilization, message, SHARE)


def _values(case: Case, row: Viability, deal: Deal, ledger: Ledger) -> None:
    """Recompute every present value; with its package the firm loses nothing in the planning deck."""
    decks = case.facts.money.decks
    _value(row, deal, decks.planning, row.npv_unaided_musd, row.npv_musd, ledger)
    if decks.crash is not None:
        _value(row, deal, decks.crash, row.npv_crash_unaided_musd, row.npv_crash_musd, ledger)
        _without_promises(row, deal, decks.crash, ledger)
    else:
        message = "Without a crash deck there is no value in a crash."
        for found in (row.npv_crash_unaided_musd, row.npv_crash_musd, row.npv_crash_no_promise_musd):
            ledger.agrees("npv_crash", place(row), None, found, message)


def _value(
    row: Viability, deal: Deal, deck: str, found_alone: float | None, found_aided: float | None, ledger: Ledger
) -> None:
    own, package = deal.unaided(deck), deal.support(deck)
    alone, size = deal.firm.value(own), _size(own, package)
    aided, where = alone + deal.firm.value(package), place(row)
    for check, expected, found in (("npv_unaided", alone, found_alone), ("npv_with_package", aided, found_aided)):
        message = f"The value of the firm's cash in deck {deck} at the hurdle rate."
        if ledger.holds(check, where, found is not None, expected, found, message) and found is not None:
            ledger.same(check, where, expected, found, message, deal.unit(size), size)
    if deck == next(iter(deal.years)):
        message = "With its package the firm earns its hurdle rate at least."
        ledger.at_least("firm_is_viable", where, 0.0, aided, message, deal.unit(size), size)


def _without_promises(row: Viability, deal: Deal, deck: str, ledger: Ledger) -> None:
    """Recompute the value in a crash of a firm to which promises on prices are not kept."""
    own, package = deal.unaided(deck), deal.support(deck, without=HOLD_A_PRICE)
    expected, size = deal.firm.value(own) + deal.firm.value(package), _size(own, package)
    found, where = row.npv_crash_no_promise_musd, place(row)
    message = f"The value in deck {deck} without floors and offtakes."
    if ledger.holds("npv_no_promise", where, found is not None, expected, found, message) and found is not None:
        ledger.same("npv_no_promise", where, expected, found, message, deal.unit(size), size)


def _size(*flows: ByYear) -> float:
    return sum(abs(musd) for flow in flows for musd in flow.values())


def _money(case: Case, row: Viability, deal: Deal, ledger: Ledger) -> None:
    """Recompute who pays the capital cost, and the private money for each dollar of charge."""
    where, unit = place(row), deal.unit(deal.firm.capex_musd)
    charge = sum(deal.charge(case.facts.settings.last_year).values())
    message = "The charge is that of the whole package."
    ledger.same("viability_charge", where, charge, row.charge_musd, message, deal.unit(charge), charge)
    public = sum(part.row.amount for part in deal.parts if part.tool.kind in PUBLIC_CAPITAL)
    message = "Public capital is grants, loans, equity and investment credits."
    ledger.same("public_capital", where, public, row.public_capital_musd, message, MUSD)
    private, message = deal.firm.capex_musd - public, "Private is the capital that is not public."
    ledger.same("private_capital", where, private, row.private_musd, message, unit)
    message = "Leverage x charge is the private capital; blank without a charge."
    if charge <= MUSD:
        ok = row.leverage is None or abs(row.leverage * charge - private) <= unit
        ledger.holds("leverage", where, ok, None, row.leverage, message)
    elif ledger.holds("leverage", where, row.leverage is not None, private / charge, row.leverage, message):
        ledger.same("leverage", where, private, (row.leverage or 0.0) * charge, message, unit, private)


def _least_utilization(
    case: Case, row: Viability, deal: Deal, runs: dict[tuple[str, int], float], ledger: Ledger
) -> None:
    """Find the year of least base run for the capacity that stands, within the plan and the firm's operating life."""
    years = [year for year in case.facts.settings.years if year in deal.firm.operating_years]
    capacities = {year: t for year in years if (t := case.capacity_t.get((row.project, year), 0.0))}
    where, message = place(row), "The least of base run / ramped capacity over operating years; blank if there is none."
    if not capacities:
        ledger.agrees("least_utilization", where, None, row.least_utilization, message)
        return
    shares = {year: runs.get((row.project, year), 0.0) / capacity for year, capacity in capacities.items()}
    year = min(shares, key=lambda year: shares[year])
    found = -1.0 if row.least_utilization is None else row.least_utilization
    unit = SHARE + TONNES / 100 / capacities[year] + WRITTEN_T / capacities[year]
    ledger.same("least_utilization", where, shares[year], found, message, unit)
