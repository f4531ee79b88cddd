"""Packages: who may have which instrument, how much of it, and what it is worth, costs and may come to cost."""

from __future__ import annotations

from optimizer.audit.deals import WRITTEN_T, Deal, Part
from optimizer.audit.facts import Case
from optimizer.audit.ledger import MUSD, SHARE, TONNES, Ledger
from optimizer.audit.tools import HOLD_A_PRICE
from optimizer.audit.written import Package, place, place_of


def audit_packages(case: Case, ledger: Ledger) -> None:
    """Hold every row of packages.csv, what the rows share, and the sum of what may fall due, against the cells."""
    funded = {(row.project, row.funded_year) for row in case.written.portfolio}
    for row in case.written.packages:
        message = "Only what is funded has a package."
        is_funded = (row.project, row.funded_year) in funded
        ledger.holds("package_of_funded", place(row), is_funded, "a row of portfolio.csv", None, message)
    for deal in case.deals:
        for part in deal.parts:
            _words(part.row, deal, part, ledger)
            _amount(part.row, deal, part, ledger)
            _worth(part.row, deal, part, ledger)
            _funders(case, part, ledger)
        _together(deal, ledger)
    _contingent_in_limit(case, ledger)


def _words(row: Package, deal: Deal, part: Part, ledger: Ledger) -> None:
    project, tool = deal.firm.project, part.tool
    for wanted, found in (
        (project.country, row.country),
        (project.stage, row.stage),
        (tool.kind, row.kind),
    ):
        ledger.agrees("package_words", place(row), wanted, found, "The package repeats the cells.")
    message = "The instrument serves the project's country and stage."
    serves = tool.serves(project.country, project.stage)
    ledger.holds("instrument_serves", place(row), serves, "an instrument for it", tool.name, message)


def _amount(row: Package, deal: Deal, part: Part, ledger: Ledger) -> None:
    """Hold the amount within the share of capex or size, and within the face per project."""
    tool, where = part.tool, place(row)
    whole, unit = (deal.firm.capex_musd, MUSD) if tool.is_capital else (deal.row.size_t_per_year, TONNES)
    ledger.at_least("amount_in_range", where, 0.0, row.amount, "No amount is negative.", unit)
    message = f"The amount is within max_share of the {'capital cost' if tool.is_capital else 'size'}."
    ledger.at_most("amount_in_range", where, tool.max_share * whole, row.amount, message, unit)
    if tool.max_musd is not None:
        message = "The amount is within max_musd_per_project."
        ledger.at_most("amount_per_project", where, tool.max_musd, row.amount, message, unit)
    message, rounding = "The share is the amount of the whole.", SHARE + _relative(deal)
    ledger.same("package_share", where, row.amount / whole if whole > 0 else 0.0, row.share, message, rounding)


def _relative(deal: Deal) -> float:
    size = deal.row.size_t_per_year
    return WRITTEN_T / size if size > 0 else 0.0


def _worth(row: Package, deal: Deal, part: Part, ledger: Ledger) -> None:
    """Recompute value, charge, receipts and contingent sum; a loan is followed until nothing is owed."""
    where, planned = place(row), part.planned
    for check, message, expected, found in (
        ("package_value", "The value is that of the yearly cash at the hurdle rate.", planned.cash, row.value_musd),
        ("package_charge", "The charge is what the budgets pay in all years.", planned.charge, row.charge_musd),
        ("package_contingent", "What it may cost adds up over the years.", part.contingent, row.contingent_musd),
    ):
        scale = sum(map(abs, expected.values()))
        total = deal.firm.value(expected) if check == "package_value" else sum(expected.values())
        ledger.same(check, where, total, found, message, deal.unit(scale), scale)
    message, receipts = "What comes back adds up over the years.", planned.receipts
    ledger.same("package_receipts", where, receipts, row.receipts_musd, message, deal.unit(receipts), receipts)
    if planned.loan:
        message = "After the last payment nothing is owed."
        ledger.same("loan_repaid", where, 0.0, planned.loan[-1].owed, message, MUSD, row.amount)


def _funders(case: Case, part: Part, ledger: Ledger) -> None:
    """Compare the funders named with those who pay; an instrument without a charge may name whom it likes of its own."""
    row, named = part.row, {name.strip() for name in part.row.funders.split(";") if name.strip()}
    paying = {
        outlay.funder
        for outlay in case.written.outlays
        if (outlay.project, outlay.instrument) == (row.project, row.instrument)
    }
    message = "The package names the funders who pay it."
    ok = named == paying or (part.row.charge_musd <= MUSD and not paying) or (case.relaxed and named <= paying)
    ledger.holds("package_funders", place(row), ok, ";".join(sorted(paying)), row.funders, message)


def _together(deal: Deal, ledger: Ledger) -> None:
    """Hold capital kinds together to the capital cost, and promises on the price of a material to the size."""
    where = place_of("packages", deal.row.project, deal.row.funded_year)
    capital = sum(part.row.amount for part in deal.parts if part.tool.is_capital)
    message = "All capital together is no more than the capital cost."
    ledger.at_most("capital_in_capex", where, deal.firm.capex_musd, capital, message, MUSD)
    held: dict[str, float] = {}
    for part in deal.parts:
        if part.tool.kind in HOLD_A_PRICE:
            held[part.tool.material] = held.get(part.tool.material, 0.0) + part.row.amount
    for material, amount in held.items():
        message = f"Floors and offtakes of {material} together cover no more than the size."
        ledger.at_most("cover_in_size", where, deal.row.size_t_per_year, amount, message, TONNES)


def _contingent_in_limit(case: Case, ledger: Ledger) -> None:
    limit = case.facts.money.terms.max_contingent_musd
    if case.facts.money.is_on and limit is not None:
        total = sum(sum(part.contingent.values()) for deal in case.deals for part in deal.parts)
        message = "All that may fall due is within max_contingent_musd."
        ledger.at_most("contingent_in_limit", "packages.csv", limit, total, message, MUSD, total)
