"""When the candidates of a workbook could produce at the earliest, in plain arithmetic on its cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.cells import Record, records
from optimizer.report.facts import Facts


@dataclass(frozen=True)
class Candidate:
    """A project that may be funded: its earliest year of funding, of any output, and of full output.

    ``people``: that its smallest size needs, at full output.
    """

    project: str
    stage: str
    process: str
    group: str
    funding_year: int
    output_year: int
    full_year: int
    country: str
    people: float


def read_candidates(facts: Facts) -> dict[str, Candidate]:
    """Candidates by name; those that can never be funded (a standing plant fills their group) are left out."""
    rows = facts.projects
    ramps = _ramps(facts)
    filled = {row.text("group") for row in rows.values() if row.text("status") != "candidate"} - {""}
    found = {}
    for name, row in rows.items():
        if row.text("status") == "candidate" and row.text("group") not in filled:
            funding = _funding_year(facts, row, frozenset())
            runs = funding + int(row.number_or("lead_years", 0.0))
            first, full = ramps.get(row.text("ramp"), (1, 1))
            found[name] = Candidate(
                *(name, facts.stage_of[name], row.text("process"), row.text("group")),
                *(funding, runs + first - 1, runs + full - 1),
                *(row.text("country"), _least_people(row)),
            )
    return found


def _least_people(row: Record) -> float:
    nameplate = row.number_or("capacity_t_per_year", 0.0)
    smallest = row.number_or("min_capacity_t_per_year", nameplate)
    return row.number_or("workforce", 0.0) * (smallest / nameplate if nameplate > 0.0 else 1.0)


def _funding_year(facts: Facts, row: Record, seen: frozenset[str]) -> int:
    """The first year in which it may be funded: not before the projects that it requires."""
    name = row.text("project")
    own = max(facts.years[0], row.year("first_funding_year") or facts.years[0])
    needed = (facts.projects.get(x) for x in row.items("requires") if x not in seen)
    after = [
        _funding_year(facts, other, seen | {name})
        for other in needed
        if other is not None and other.text("status") == "candidate"
    ]
    return max([own, *after])


def _ramps(facts: Facts) -> Mapping[str, tuple[int, int]]:
    """Ramp -> first operating year with output, first operating year at its largest fraction."""
    steps: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in records(facts.workbook, "Ramps"):
        steps[row.text("ramp")].append((row.year("operating_year") or 1, row.number_or("fraction", 0.0)))
    found = {}
    for name, ramp in steps.items():
        most = max(fraction for _, fraction in ramp)
        some = [n for n, fraction in ramp if fraction > 0.0] or [1]
        found[name] = (min(some), min(n for n, fraction in ramp if fraction == most))
    return found
