"""The burden by country: what it pays, and what stands, works and is served in it."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.audit.facts import Case
from optimizer.audit.funders import funders_of
from optimizer.audit.ledger import MUSD, SHARE, TONNES, Ledger
from optimizer.audit.scenarios import BASE
from optimizer.audit.workforce import PEOPLE
from optimizer.audit.written import Burden, place, place_of


def audit_burden(case: Case, ledger: Ledger) -> None:
    """Compare burden.csv with outlays, portfolio and the base's coverage, country by country."""
    if not case.facts.money.is_on:
        return
    written = {row.country: row for row in case.written.burden}
    homes = {name: terms.home for name, terms in funders_of(case.facts.pots).items()}
    for country in case.facts.countries:
        wanted, row = _recount(case, country, homes), written.get(country)
        message = "Every country that pays, receives or is served has a row."
        needed = any(value for value in wanted[1:] if isinstance(value, float))
        if not ledger.holds("burden_row", place_of("burden", country), bool(row) or not needed, "a row", None, message):
            continue
        if row is not None:
            _row(row, wanted, ledger)


def _recount(case: Case, country: str, homes: Mapping[str, str]) -> Burden:
    facts, written = case.facts, case.written
    there = [row for row in written.portfolio if facts.projects[row.project].country == country]
    served = [row for row in written.coverage if row.scenario == BASE and row.country == country]
    plants = (row for row in written.outlays if row.project in facts.projects)
    demand, met = sum(row.demand_t for row in served), sum(row.served_t for row in served)
    return Burden(
        country,
        sum(row.musd for row in written.outlays if homes.get(row.funder) == country),
        sum(row.musd for row in plants if facts.projects[row.project].country == country),
        sum(row.size_t_per_year for row in there),
        sum(_jobs(case, row.project, row.size_t_per_year, row.funded_share) for row in there),
        demand,
        met,
        met / demand if demand > 0 else None,
    )


def _jobs(case: Case, name: str, size_t: float, part: float) -> float:
    project = case.facts.projects[name]
    return project.workforce * project.share_of_nameplate(size_t, part)


def _row(row: Burden, wanted: Burden, ledger: Ledger) -> None:
    where = place(row)
    for column, unit, message in (
        ("paid_musd", MUSD, "A country pays what its funders pay."),
        ("received_musd", MUSD, "A country receives what is paid for plants in it."),
        ("capacity_t_per_year", TONNES, "The sizes funded there add up."),
        ("jobs", PEOPLE, "Jobs are those at nameplate, in proportion to size."),
        ("demand_t", TONNES, "The demand of the base adds up."),
        ("served_t", TONNES, "What is served in the base adds up."),
    ):
        expected = getattr(wanted, column)
        ledger.same(f"burden_{column}", where, expected, getattr(row, column), message, unit, expected)
    message = "Coverage is served / demand."
    if wanted.coverage is None:
        ledger.holds("burden_coverage", where, row.coverage in (None, 1.0), "blank or 1", row.coverage, message)
    else:
        found = -1.0 if row.coverage is None else row.coverage
        ledger.same("burden_coverage", where, wanted.coverage, found, message, SHARE)
