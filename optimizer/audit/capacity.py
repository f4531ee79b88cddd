"""The capacity of every plant in every year, by size, lead time and ramp, and what it runs in the base."""

from __future__ import annotations

from optimizer.audit.facts import Case, Facts
from optimizer.audit.ledger import TONNES, Ledger
from optimizer.audit.scenarios import BASE
from optimizer.audit.written import Written, key, place, place_of


def capacities(facts: Facts, written: Written) -> dict[tuple[str, int], float]:
    """Return the base capacity of every project and year in which it has any: standing plants, then the portfolio."""
    found = {
        (project.name, year): project.standing_capacity_t(year)
        for project in facts.projects.values()
        if not project.is_candidate
        for year in facts.settings.years
    }
    for row in written.portfolio:
        project = facts.projects[row.project]
        first = project.first_operating_year(row.funded_year)
        for year in facts.settings.years:
            capacity = project.fraction(year - first + 1) * row.size_t_per_year
            found[row.project, year] = found.get((row.project, year), 0.0) + capacity
    return {at: capacity for at, capacity in found.items() if capacity > 0}


def base_runs(case: Case) -> dict[tuple[str, int], float]:
    """Sum the base runs of every project and year over recipes and origins."""
    runs: dict[tuple[str, int], float] = {}
    for run in case.written.runs:
        if run.scenario == BASE:
            runs[run.project, run.year] = runs.get((run.project, run.year), 0.0) + run.run_t
    return runs


def audit_capacity(case: Case, ledger: Ledger) -> None:
    """Compare capacity.csv with lead times and ramps, and its run with the base runs."""
    written, runs = {key(row) for row in case.written.capacity}, base_runs(case)
    for at in case.capacity_t:
        message = "Every project has a row in each year with capacity."
        ledger.holds("capacity_row", place_of("capacity", *at), at in written, "a row", None, message)
    for row in case.written.capacity:
        project, where = case.facts.projects[row.project], place(row)
        expected = project.country, project.stage, project.process, project.status
        for wanted, found in zip(expected, (row.country, row.stage, row.process, row.status), strict=True):
            ledger.agrees("capacity_words", where, wanted, found, "The table repeats the project's cells.")
        capacity = case.capacity_t.get(key(row), 0.0)
        message = "The capacity follows from size, lead time and ramp."
        ledger.same("capacity_by_ramp", where, capacity, row.capacity_t, message, TONNES)
        ran, message = runs.get((row.project, row.year), 0.0), "The run is the sum of the base runs."
        ledger.same("run_in_base", where, ran, row.run_t, message, TONNES)
