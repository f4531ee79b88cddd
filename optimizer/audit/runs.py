"""What runs: within what is left of the capacity, allied only where it may be, and at least as much as promised."""

from __future__ import annotations

from optimizer.audit.facts import ALLIED, Case
from optimizer.audit.ledger import TONNES, Ledger
from optimizer.audit.scenarios import BASE
from optimizer.audit.written import place, place_of


def audit_runs(case: Case, ledger: Ledger) -> None:
    """Check origin, capacity and least use of every plant."""
    facts, totals = case.facts, dict[tuple[str, str, int], float]()
    for row in case.written.runs:
        plant = row.scenario, row.project, row.year
        totals[plant] = totals.get(plant, 0.0) + row.run_t
        allied = facts.countries[facts.projects[row.project].country].makes_allied
        ok = allied or row.origin != ALLIED or row.run_t <= TONNES
        message = "Only plants in allied or trusted countries make allied material."
        ledger.holds("allied_plant", place(row), ok, "open", row.origin, message)
    for (scenario, project, year), run in totals.items():
        kept = facts.scenarios[scenario].kept_of_plant(facts.projects[project])
        left = kept * case.capacity_t.get((project, year), 0.0)
        message = "What runs stays within what is left of the capacity."
        ledger.at_most("run_in_capacity", place_of("runs", scenario, project, year), left, run, message, TONNES)
    _least_use(case, totals, ledger)


def _least_use(case: Case, totals: dict[tuple[str, str, int], float], ledger: Ledger) -> None:
    """Funded candidates run their share of the ramped capacity in the base."""
    for (name, year), capacity in case.capacity_t.items():
        project = case.facts.projects[name]
        if project.is_candidate and project.min_utilization > 0:
            least, ran = project.min_utilization * capacity, totals.get((BASE, name, year), 0.0)
            message = "A funded candidate runs at least its min_utilization in the base."
            ledger.at_least("least_use", place_of("runs", BASE, name, year), least, ran, message, TONNES)
