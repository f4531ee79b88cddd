"""The portfolio: what may be funded, when, how large and at what capital cost.

Every row has a share: 1 in a plan, a fraction in a linear relaxation, where a project may be funded in parts. All limits
are written for shares, so that one recount serves both.
"""

from __future__ import annotations

from optimizer.audit.capacity import base_runs
from optimizer.audit.deals import Deal
from optimizer.audit.facts import Case
from optimizer.audit.ledger import MUSD, SHARE, TONNES, Ledger
from optimizer.audit.plants import Project
from optimizer.audit.written import Portfolio, place, place_of


def audit_funding(case: Case, ledger: Ledger) -> None:
    """Hold every row of the portfolio, and what the rows promise each other, against the cells."""
    runs = base_runs(case)
    by_row = {(deal.row.project, deal.row.funded_year): deal for deal in case.deals}
    for row in case.written.portfolio:
        project = case.facts.projects[row.project]
        _same_words(row, project, ledger)
        _year(case, row, project, ledger)
        _size(row, project, ledger)
        _outlay(case, row, by_row.get((row.project, row.funded_year)), ledger)
        _mean_utilization(case, row, runs, ledger)
        if not case.relaxed:
            message = "A candidate is funded whole."
            ledger.same("funded_whole", place(row), 1.0, row.funded_share, message, SHARE)
    _at_most_once(case, ledger)
    _required(case, ledger)


def _same_words(row: Portfolio, project: Project, ledger: Ledger) -> None:
    message = "The portfolio repeats the project's cells."
    expected = project.country, project.site, project.process, project.stage
    for wanted, found in zip(expected, (row.country, row.site, row.process, row.stage), strict=True):
        ledger.agrees("portfolio_words", place(row), wanted, found, message)
    nameplate = row.nameplate_t_per_year
    ledger.same("portfolio_nameplate", place(row), project.nameplate_t, nameplate, message, TONNES)


def _year(case: Case, row: Portfolio, project: Project, ledger: Ledger) -> None:
    last, where = case.facts.settings.last_year, place(row)
    span, ok = f"{project.first_funding_year} to {last}", project.first_funding_year <= row.funded_year <= last
    message = "A candidate is funded in a year in which it may be."
    ledger.holds("funding_year", where, ok, span, row.funded_year, message)
    for name, full, found in (
        ("first_output_year", False, row.first_output_year),
        ("full_output_year", True, row.full_output_year),
    ):
        year = project.output_year(row.funded_year, full)
        # What lies beyond the horizon may be left blank.
        ok = found == year or (found is None and year is not None and year > last)
        ledger.holds(name, where, ok, year, found, "Output follows funding by lead time and ramp-up.")


def _size(row: Portfolio, project: Project, ledger: Ledger) -> None:
    """Check size and capital cost."""
    where, size, share = place(row), row.size_t_per_year, row.funded_share
    message = "The size lies between the smallest size and nameplate."
    ledger.at_least("size_in_range", where, project.smallest_t * share, size, message, TONNES)
    ledger.at_most("size_in_range", where, project.nameplate_t * share, size, message, TONNES)
    message = "The capital cost is capex_musd x (f + (1 - f) x size / nameplate)."
    ledger.same("capex_by_formula", where, project.capex_at(size, share), row.capex_musd, message, MUSD)


def _outlay(case: Case, row: Portfolio, deal: Deal | None, ledger: Ledger) -> None:
    """Check the public outlay: with instruments what the package costs, else the public share of the capital cost."""
    if deal is None:
        outlay, unit = case.facts.projects[row.project].public_share * row.capex_musd, MUSD
        message = "The public outlay is the public share of the capital cost."
    else:
        outlay = sum(deal.charge(case.facts.settings.last_year).values())
        message, unit = "The public outlay is the charge of the package.", deal.unit(outlay)
    ledger.same("public_outlay", place(row), outlay, row.public_outlay_musd, message, unit)


def _mean_utilization(case: Case, row: Portfolio, runs: dict[tuple[str, int], float], ledger: Ledger) -> None:
    """Check all that the project runs in the base against all its capacity."""
    years = case.facts.settings.years
    capacity = sum(case.capacity_t.get((row.project, year), 0.0) for year in years)
    ran, found = sum(runs.get((row.project, year), 0.0) for year in years), row.mean_utilization
    where, message = place(row), "The mean utilization is base runs / capacity, over all years."
    if capacity <= 0:
        ledger.holds("mean_utilization", where, found is None, None, found, "Without capacity there is no utilization.")
    else:
        # The rounding of what is written, year by year, weighs more on small plants.
        unit = SHARE + len(years) * TONNES / 100 / capacity
        ledger.same("mean_utilization", where, ran / capacity, -1.0 if found is None else found, message, unit)


def _at_most_once(case: Case, ledger: Ledger) -> None:
    """Allow one funding of a project and one project of a group; an existing or committed member fills its group."""
    projects = case.facts.projects
    by_project: dict[str, float] = {}
    by_group = {project.group: 1.0 for project in projects.values() if project.group and not project.is_candidate}
    for row in case.written.portfolio:
        group = projects[row.project].group
        by_project[row.project] = by_project.get(row.project, 0.0) + row.funded_share
        if group:
            by_group[group] = by_group.get(group, 0.0) + row.funded_share
    for name, share in by_project.items():
        message = "A project is funded once."
        ledger.at_most("funded_once", place_of("portfolio", name), 1.0, share, message, SHARE)
    for name, share in by_group.items():
        # Standing members may be several; only candidates that join them are too many.
        message = "At most one project of a group is funded, none where one stands."
        ledger.at_most("one_of_a_group", place_of("portfolio", "group", name), 1.0, share, message, SHARE)


def _required(case: Case, ledger: Ledger) -> None:
    """Hold every required candidate to the same year or before."""

    def funded_by(name: str, year: int) -> float:
        rows = case.written.portfolio
        return sum(row.funded_share for row in rows if row.project == name and row.funded_year <= year)

    for row in case.written.portfolio:
        for other in case.facts.projects[row.project].requires:
            if case.facts.projects[other].is_candidate:
                share, found = funded_by(row.project, row.funded_year), funded_by(other, row.funded_year)
                message = f"What it requires, {other}, is funded no later."
                ledger.at_least("requires", place(row), share, found, message, SHARE)
