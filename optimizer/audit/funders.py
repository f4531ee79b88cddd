"""Funders: what each may pay for, its part of a project, what must stay at home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.audit.facts import Case, Pot
from optimizer.audit.ledger import MUSD, SHARE, Ledger
from optimizer.audit.written import Funder, Outlay, place, place_of


@dataclass(frozen=True)
class Terms:
    """The limits of a funder, gathered from its pots: the first that states one, blank rows take it."""

    home: str
    max_project_share: float | None
    min_domestic_share: float | None
    budget_musd: float


def funders_of(pots: tuple[Pot, ...]) -> dict[str, Terms]:
    """Gather the funders in the order of the sheet."""
    found: dict[str, list[Pot]] = {}
    for pot in pots:
        found.setdefault(pot.funder, []).append(pot)
    return {name: _terms(own) for name, own in found.items()}


def _terms(pots: list[Pot]) -> Terms:
    return Terms(
        next((pot.home for pot in pots if pot.home), ""),
        next((pot.max_project_share for pot in pots if pot.max_project_share is not None), None),
        next((pot.min_domestic_share for pot in pots if pot.min_domestic_share is not None), None),
        sum(pot.musd for pot in pots),
    )


@dataclass(frozen=True)
class Paid:
    """What a funder pays in all, at home, and of the project of which it pays most."""

    musd: float
    domestic_musd: float
    shares: Mapping[
        str, float
    ]  # candidate -> its part of all public money for it, where that is more than a thousand dollars


def paid_by(case: Case, name: str, home: str) -> Paid:
    """Add up what a funder pays."""
    own = [row for row in case.written.outlays if row.funder == name]
    parts: dict[str, float] = {}
    for row in own:
        if row.project in case.facts.projects:
            parts[row.project] = parts.get(row.project, 0.0) + row.musd
    totals = {project: sum(x.musd for x in case.written.outlays if x.project == project) for project in parts}
    shares = {project: musd / totals[project] for project, musd in parts.items() if totals[project] > MUSD}
    domestic = sum(row.musd for row in own if home and country_of(case, row) == home)
    return Paid(sum(row.musd for row in own), domestic, shares)


def country_of(case: Case, row: Outlay) -> str:
    """Return the country that an outlay is for: of the plant, the stock or the people."""
    project = case.facts.projects.get(row.project)
    return row.project.rsplit(":", 1)[1] if project is None else project.country


def audit_funders(case: Case, ledger: Ledger) -> None:
    """Hold each funder to its limits, its instruments to its money, and funders.csv to its outlays."""
    for row in case.written.outlays:
        tool = case.facts.money.tools.get(row.instrument)
        if tool is not None and tool.funders:
            message = "Only a funder of the instrument pays it."
            ok, wanted = row.funder in tool.funders, ";".join(tool.funders)
            ledger.holds("funder_of_instrument", place(row), ok, wanted, row.funder, message)
    written = {row.funder: row for row in case.written.funders}
    for name, terms in funders_of(case.facts.pots).items():
        paid = paid_by(case, name, terms.home)
        _limits(case, name, terms, paid, ledger)
        if case.facts.money.is_on:
            found, message = written.get(name), "Every funder of Budgets has a row."
            where = place_of("funders", name)
            if ledger.holds("funder_row", where, found is not None, "a row", None, message) and found is not None:
                _row(found, terms, paid, ledger)


def _limits(case: Case, name: str, terms: Terms, paid: Paid, ledger: Ledger) -> None:
    if terms.max_project_share is not None:
        for project, share in paid.shares.items():
            total = sum(row.musd for row in case.written.outlays if row.project == project)
            where = place_of("outlays", name, project)
            message = "A funder pays its max_project_share of a project's public money at most."
            ledger.at_most("project_share", where, terms.max_project_share * total, share * total, message, MUSD)
    if terms.min_domestic_share is not None:
        message = "A funder pays its min_domestic_share for its home at least."
        where, least = place_of("outlays", name), terms.min_domestic_share * paid.musd
        ledger.at_least("domestic_share", where, least, paid.domestic_musd, message, MUSD)


def _row(row: Funder, terms: Terms, paid: Paid, ledger: Ledger) -> None:
    where = place(row)
    ledger.agrees("funder_home", where, terms.home, row.home, "The home is that of Budgets.")
    ledger.same("funder_budget", where, terms.budget_musd, row.budget_musd, "The pots add up.", MUSD)
    message = "What a funder pays adds up from outlays.csv."
    ledger.same("funder_paid", where, paid.musd, row.paid_musd, message, MUSD, paid.musd)
    ledger.same("funder_domestic", where, paid.domestic_musd, row.domestic_musd or 0.0, message, MUSD, paid.musd)
    share = paid.domestic_musd / paid.musd if paid.musd > MUSD else 0.0
    message = "The domestic share is what is paid for the home, of all."
    ledger.same("funder_domestic_share", where, share, row.domestic_share or 0.0, message, SHARE)
    largest, message = max(paid.shares.values(), default=0.0), "The largest part that it pays of a project."
    ledger.same("funder_largest_share", where, largest, row.largest_project_share or 0.0, message, SHARE)
