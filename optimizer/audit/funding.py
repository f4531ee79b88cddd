"""The portfolio: who may be funded, when, how large and at what capital cost, and the capacities that follow."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.audit.facts import Case, Facts
from optimizer.audit.ledger import MUSD, SHARE, TONNES, Ledger
from optimizer.audit.plants import Project
from optimizer.audit.scenarios import BASE
from optimizer.audit.written import Portfolio, Written, key, place, place_of


def capacities(facts: Facts, written: Written, relaxed: bool) -> dict[tuple[str, int], float]:
    """Return the base capacity of every project and year in which it has any.

    Candidates follow from the portfolio; in a relaxed plan, whose years are no years, they are taken as written.
    """
    years = facts.settings.years
    standing = {
        (project.name, year): project.standing_capacity_t(year)
        for project in facts.projects.values()
        if not project.is_candidate
        for year in years
    }
    if relaxed:
        funded = {key(row): row.capacity_t for row in written.capacity if facts.projects[row.project].is_candidate}
    else:
        funded = {
            (row.project, year): facts.projects[row.project].fraction(
                year - facts.projects[row.project].first_operating_year(int(row.funded_year)) + 1
            )
            * row.size_t_per_year
            for row in written.portfolio
            for year in years
        }
    return {place: capacity for place, capacity in (standing | funded).items() if capacity > 0}


def audit_funding(case: Case, ledger: Ledger) -> None:
    """Hold every row of the portfolio, and what the rows promise each other, against the cells."""
    runs = _base_runs(case)
    for row in case.written.portfolio:
        project = case.facts.projects[row.project]
        _same_words(row, project, ledger)
        _use(case, row, runs, ledger)
        _public_money(row, project, ledger)
        if not case.relaxed:
            _size_and_year(case.facts, row, project, ledger)
    if not case.relaxed:
        _groups(case.facts, case.written.portfolio, ledger)
        _required(case.facts, case.written.portfolio, ledger)


def _same_words(row: Portfolio, project: Project, ledger: Ledger) -> None:
    message = "The portfolio repeats the project's cells."
    expected = project.country, project.site, project.process, project.stage
    for wanted, found in zip(expected, (row.country, row.site, row.process, row.stage), strict=True):
        ledger.agrees("portfolio_words", place(row), wanted, found, message)
    nameplate = row.nameplate_t_per_year
    ledger.same("portfolio_nameplate", place(row), project.nameplate_t, nameplate, message, TONNES)


def _use(case: Case, row: Portfolio, runs: Mapping[tuple[str, int], float], ledger: Ledger) -> None:
    """Check the mean utilization: all that runs in the base against all the capacity of the years."""
    years = case.facts.settings.years
    capacity = sum(case.capacity_t.get((row.project, year), 0.0) for year in years)
    ran, found = sum(runs.get((row.project, year), 0.0) for year in years), row.mean_utilization
    where, message = place(row), "The mean utilization is base runs / capacity, over all years."
    if capacity <= 0:
        ledger.holds("mean_utilization", where, found is None, None, found, "Without capacity there is no utilization.")
    else:
        # Rounding of small capacities weighs more than that of a share.
        unit = SHARE + TONNES / 100 / capacity
        ledger.same("mean_utilization", where, ran / capacity, -1.0 if found is None else found, message, unit)


def _public_money(row: Portfolio, project: Project, ledger: Ledger) -> None:
    message = "The public outlay is the public share of the capital cost."
    outlay = project.public_share * row.capex_musd
    ledger.same("public_outlay", place(row), outlay, row.public_outlay_musd, message, MUSD)


def _size_and_year(facts: Facts, row: Portfolio, project: Project, ledger: Ledger) -> None:
    """Check size, capital cost and years of a candidate that is funded whole."""
    where, size, last = place(row), row.size_t_per_year, facts.settings.last_year
    ledger.same("funded_share", where, 1.0, row.funded_share, "A candidate is funded whole.", SHARE)
    message = "The size lies between the smallest size and nameplate."
    ledger.at_least("size_in_range", where, project.smallest_t, size, message, TONNES)
    ledger.at_most("size_in_range", where, project.nameplate_t, size, message, TONNES)
    message = "The capital cost is capex_musd x (f + (1 - f) x size / nameplate)."
    ledger.same("capex_by_formula", where, project.capex_at(size), row.capex_musd, message, MUSD)
    allowed = range(project.first_funding_year, last + 1)
    span = f"{project.first_funding_year} to {last}"
    message = "A candidate is funded in a year in which it may be."
    ledger.holds("funding_year", where, row.funded_year in allowed, span, row.funded_year, message)
    funded = int(row.funded_year)
    for name, year, found in (
        ("first_output_year", project.output_year(funded, full=False), row.first_output_year),
        ("full_output_year", project.output_year(funded, full=True), row.full_output_year),
    ):
        # What lies beyond the horizon may be left blank.
        ok = found == year or (found is None and year is not None and year > last)
        ledger.holds(name, where, ok, year, found, "Output follows funding by lead time and ramp-up.")


def _groups(facts: Facts, portfolio: list[Portfolio], ledger: Ledger) -> None:
    """Allow one of a group; an existing or committed member fills it."""
    filled = {project.group: project.name for project in facts.projects.values() if not project.is_candidate}
    for row in portfolio:
        group = facts.projects[row.project].group
        if group:
            ok = filled.setdefault(group, row.project) == row.project
            message = f"At most one project of the group {group} is funded."
            ledger.holds("one_of_a_group", place(row), ok, filled[group], row.project, message)


def _required(facts: Facts, portfolio: list[Portfolio], ledger: Ledger) -> None:
    """Hold every required candidate to the same year or before."""
    funded: Mapping[str, float] = {row.project: row.funded_year for row in portfolio}
    for row in portfolio:
        for other in facts.projects[row.project].requires:
            if facts.projects[other].is_candidate:
                ok = other in funded and funded[other] <= row.funded_year
                message = f"{row.project} requires {other} to be funded no later."
                found = funded.get(other)
                ledger.holds("requires", place(row), ok, f"{row.funded_year:g} or before", found, message)


def audit_capacity(case: Case, ledger: Ledger) -> None:
    """Compare capacity.csv with lead times and ramps, and its run with the base runs."""
    written = {key(row): row for row in case.written.capacity}
    for at in case.capacity_t:
        where = place_of("capacity", *at)
        message = "Every project has a row in each year with capacity."
        ledger.holds("capacity_row", where, at in written, "a row", None, message)
    runs = _base_runs(case)
    for row in case.written.capacity:
        project, where = case.facts.projects[row.project], place(row)
        expected = project.country, project.stage, project.process, project.status
        for wanted, found in zip(expected, (row.country, row.stage, row.process, row.status), strict=True):
            ledger.agrees("capacity_words", where, wanted, found, "The table repeats the project's cells.")
        capacity = case.capacity_t.get(key(row), 0.0)
        message = "The capacity follows from size, lead time and ramp."
        ledger.same("capacity_by_ramp", where, capacity, row.capacity_t, message, TONNES)
        message = "A plant is no larger than its nameplate."
        ledger.at_most("capacity_in_nameplate", where, project.nameplate_t, row.capacity_t, message, TONNES)
        ran, message = runs.get((row.project, row.year), 0.0), "The run is the sum of the base runs."
        ledger.same("run_in_base", where, ran, row.run_t, message, TONNES)


def _base_runs(case: Case) -> dict[tuple[str, int], float]:
    """Sum the base runs of every project and year over recipes and origins."""
    runs: dict[tuple[str, int], float] = {}
    for run in case.written.runs:
        if run.scenario == BASE:
            runs[run.project, run.year] = runs.get((run.project, run.year), 0.0) + run.run_t
    return runs
