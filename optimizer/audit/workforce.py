"""People: who is needed by the capacities, who is there and trained in time, and what training costs."""

from __future__ import annotations

from optimizer.audit.facts import Case, Facts
from optimizer.audit.ledger import MUSD, Ledger
from optimizer.audit.names import TRAINING
from optimizer.audit.people import People
from optimizer.audit.written import Workforce, place, place_of

# People are compared to a hundredth: the tolerance of capacities, 0.01 t, is less than that of any plant.
PEOPLE = 0.01


def audit_workforce(case: Case, ledger: Ledger) -> None:
    """Hold every row of workforce.csv against the cells, the capacities and the years of training before."""
    rows = {(row.country, row.year): row for row in case.written.workforce}
    needed = _needed(case)
    for country, by_year in case.facts.workforce.items():
        for year, people in by_year.items():
            row = rows.get((country, year))
            where, message = (
                place_of("workforce", country, year),
                "Every country of Workforce stands there in every year.",
            )
            if ledger.holds("people_row", where, row is not None, "a row", None, message) and row is not None:
                trained = _trained(case, rows, country, year)
                _row(case, row, people, trained, needed.get((country, year), 0.0), ledger)
                _tightness(row, people.available + _trainable(case.facts, country, year), ledger)


def _needed(case: Case) -> dict[tuple[str, int], float]:
    """People of candidates, in proportion to the capacity that stands."""
    needed: dict[tuple[str, int], float] = {}
    for (name, year), capacity in case.capacity_t.items():
        project = case.facts.projects[name]
        if project.is_candidate and project.nameplate_t > 0.0:
            at = project.country, year
            needed[at] = needed.get(at, 0.0) + project.workforce * capacity / project.nameplate_t
    return needed


def _trained(case: Case, rows: dict[tuple[str, int], Workforce], country: str, year: int) -> float:
    """Those of the years before whose training is over by then."""
    return sum(
        rows[country, begun].begin_training
        for begun, people in case.facts.workforce[country].items()
        if begun + people.training_years <= year and (country, begun) in rows
    )


def _trainable(facts: Facts, country: str, year: int) -> float:
    """Those who may be trained by then, in years in which some money may pay for it."""
    return sum(
        people.max_trained
        for begun, people in facts.workforce[country].items()
        if begun + people.training_years <= year and _has_a_payer(facts, country, begun, people)
    )


def _has_a_payer(facts: Facts, country: str, year: int, people: People) -> bool:
    is_free = people.cost_musd_per_person == 0.0 or not facts.pots
    return is_free or any(pot.musd > 0.0 and pot.pays_for(country, TRAINING, year, "") for pot in facts.pots)


def _row(case: Case, row: Workforce, people: People, trained: float, needed: float, ledger: Ledger) -> None:
    where = place(row)
    ledger.same("people_available", where, people.available, row.available, "The cells say who is there.", PEOPLE)
    message = "No more begin training than may."
    ledger.at_most("people_trained_at_most", where, people.max_trained, row.begin_training, message, PEOPLE)
    message = "Nobody begins a training that ends after the plan."
    in_time = row.year + people.training_years <= case.facts.settings.last_year
    ledger.holds(
        "people_trained_in_time", where, in_time or row.begin_training <= PEOPLE, 0.0, row.begin_training, message
    )
    message = "Who has begun early enough is trained."
    ledger.same("people_trained", where, trained, row.trained, message, PEOPLE)
    message = "People are needed by the ramped capacity of funded candidates."
    ledger.same("people_needed", where, needed, row.needed, message, PEOPLE)
    spare = row.available + row.trained - row.needed
    ledger.same("people_spare", where, spare, row.spare, "To spare is who is there and not needed.", PEOPLE)
    message = "Plants need no more people than are there and trained."
    ledger.at_least("people_enough", where, 0.0, row.spare, message, PEOPLE, row.needed)
    message = "Training costs its price for everyone who begins."
    cost = row.begin_training * people.cost_musd_per_person
    ledger.same("training_cost", where, cost, row.training_musd, message, MUSD)


def _tightness(row: Workforce, most: float, ledger: Ledger) -> None:
    where = place(row)
    message = "The most who could be there are those available, and all who may be trained in time and be paid for."
    ledger.same("people_most", where, most, row.most, message, PEOPLE)
    message = "People are tight where all are needed who could be there, but for a thousandth."
    left = row.most - max(0.05, 0.001 * row.most) - row.needed
    ledger.holds("people_tight", where, left <= PEOPLE or not row.tight, "no", "yes", message)
    loose = left > -PEOPLE or row.needed <= PEOPLE
    ledger.holds("people_tight", where, row.tight or loose, "yes", "no", message)
