"""Redundancy: every rule counted again, in every year, and compared with the table."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.audit.facts import Case, Facts, Rule
from optimizer.audit.ledger import SHARE, TONNES, Ledger
from optimizer.audit.plants import Project
from optimizer.audit.written import Redundancy, key, place, place_of


def audit_redundancy(case: Case, ledger: Ledger) -> None:
    """Check the measures of each rule from its first year on."""
    written = {key(row): row for row in case.written.redundancy}
    expected = set()
    for rule in case.facts.rules:
        for year in case.facts.settings.years:
            if year < rule.from_year:
                continue
            for measure, required, low, high in _measures(case, rule, year):
                expected.add((rule.name, measure, year))
                _one_measure(case, rule, (measure, year), (required, low, high), written, ledger)
    for row in case.written.redundancy:
        ok = key(row) in expected
        ledger.holds("redundancy_asked", place(row), ok, "a measure of the rule", row.measure, "The rule asks for it.")


def _measures(case: Case, rule: Rule, year: int) -> Iterator[tuple[str, float, float, float]]:
    """Yield each measure that a rule sets: its name, what it requires, and what is achieved, from low to high.

    A count depends on a threshold, and a capacity may stand at the threshold to the solver's last digit: low counts
    only what is clearly above it, high what is not clearly below. A share is known to the tolerance of its tonnes.
    """
    by_project = {project: _counted_t(case, rule, project, year) for project in _plants(case.facts, rule)}
    by_country: dict[str, float] = {}
    for project, tonnes in by_project.items():
        by_country[project.country] = by_country.get(project.country, 0.0) + tonnes
    strict, lenient = rule.min_capacity_t + TONNES, rule.min_capacity_t - TONNES
    for measure, least, amounts in (
        ("min_countries", rule.min_countries, list(by_country.values())),
        ("min_projects", rule.min_projects, list(by_project.values())),
    ):
        if least is not None:
            low, high = (sum(amount >= limit and amount > 0 for amount in amounts) for limit in (strict, lenient))
            yield measure, least, low, high
    if rule.max_country_share is not None:
        total = sum(by_country.values())
        share = max(by_country.values()) / total if total > 0 else 0.0
        unit = SHARE + TONNES / total if total > 0 else 0.0
        yield "max_country_share", rule.max_country_share, share - unit, share + unit


def _plants(facts: Facts, rule: Rule) -> Iterator[Project]:
    """Yield the allied projects of the rule's stage, or those with a recipe that makes its material."""
    for project in facts.projects.values():
        makes = any(rule.material in recipe.outputs for recipe in facts.recipes_of(project.process))
        counts = project.stage == rule.stage if rule.stage else makes
        if counts and facts.countries[project.country].ally:
            yield project


def _counted_t(case: Case, rule: Rule, project: Project, year: int) -> float:
    """Return a project's capacity in the unit of the rule: activity for a stage, the material for a material."""
    capacity = case.capacity_t.get((project.name, year), 0.0)
    if rule.stage:
        return capacity
    return capacity * max(r.outputs.get(rule.material, 0.0) for r in case.facts.recipes_of(project.process))


def _one_measure(
    case: Case,
    rule: Rule,
    at: tuple[str, int],
    recount: tuple[float, float, float],
    written: dict[tuple[object, ...], Redundancy],
    ledger: Ledger,
) -> None:
    """Compare one row with the recount, and the recount with what the rule requires."""
    (measure, year), (required, low, high) = at, recount
    where = place_of("redundancy", rule.name, measure, year)
    row = written.get((rule.name, measure, year))
    message = "Every measure of a rule has a row in each year."
    if not ledger.holds("redundancy_row", where, row is not None, "a row", None, message) or row is None:
        return
    message = "The table repeats the rule's cells."
    ledger.agrees("redundancy_words", where, f"{rule.stage} {rule.material}", f"{row.stage} {row.material}", message)
    ledger.same("redundancy_required", where, required, row.required, message, SHARE)
    if case.relaxed and measure != "max_country_share":
        return  # Fractions of plants cannot be counted.
    achieved = 0.0 if row.achieved is None else row.achieved
    within = low - SHARE <= achieved <= high + SHARE
    ledger.holds("redundancy_achieved", where, within, high, achieved, "Countries, projects and shares are recounted.")
    at_best, at_worst = high >= required, low >= required
    if measure == "max_country_share":
        at_best, at_worst = low <= required + SHARE, high <= required
    if case.rules_bind:
        ledger.holds("redundancy_kept", where, at_best, required, achieved, "The rule holds in each year.")
    message = "The last column tells whether the rule holds."
    ledger.holds("redundancy_ok", where, row.ok in (at_best, at_worst), at_best, row.ok, message)
