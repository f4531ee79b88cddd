"""Limits on burden and benefit: every share counted again from the written tables, held to its rule and to fairness.csv."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.audit.facts import Case
from optimizer.audit.ledger import MUSD, SHARE, TONNES, Ledger, tolerance
from optimizer.audit.scenarios import BASE
from optimizer.audit.shares import ShareRule
from optimizer.audit.workforce import PEOPLE
from optimizer.audit.written import Fairness, place, place_of

_UNITS = {"money": MUSD, "capacity": TONNES, "jobs": PEOPLE, "coverage": TONNES}
_MESSAGES = {
    "money": "Money is the outlay for plants in the country, of that for all plants.",
    "capacity": "Capacity is that of the stage in the country in the year, of that of all allies.",
    "jobs": "Jobs are those at nameplate, in proportion to size, of what is funded.",
    "coverage": "Coverage is what is served of the country's demand in the base, over all years.",
}


def audit_fairness(case: Case, ledger: Ledger) -> None:
    """Recount each rule; whether it is kept must be written truly, and where rules bind it must be kept."""
    written = {row.rule: row for row in case.written.fairness}
    for rule in case.facts.share_rules:
        where, row = place_of("fairness", rule.name), written.get(rule.name)
        message = "Every rule of Fairness has a row."
        if ledger.holds("fairness_row", where, row is not None, "a row", None, message) and row is not None:
            _one_rule(case, rule, row, ledger)


def _one_rule(case: Case, rule: ShareRule, row: Fairness, ledger: Ledger) -> None:
    where, message = place(row), "The table repeats the rule's cells."
    ledger.agrees("fairness_words", where, _words(rule), _words(row), message)
    held = list(_held(case, rule))
    amount, total = sum(x for c, x in held if c == rule.country), sum(x for _, x in held)
    unit, message = _UNITS[rule.measure], _MESSAGES[rule.measure]
    ledger.same("fairness_amount", where, amount, row.amount, message, unit, total)
    ledger.same("fairness_total", where, total, row.total, message, unit, total)
    if row.total > unit:
        share, near = row.amount / row.total, SHARE + unit / row.total
        found = -1.0 if row.share is None else row.share
        ledger.same("fairness_share", where, share, found, "The share is amount / total.", near)
    _kept(case, rule, row, (amount, total), ledger)


def _kept(case: Case, rule: ShareRule, row: Fairness, held: tuple[float, float], ledger: Ledger) -> None:
    """Hold the recount to the limits; at a limit to the last digit either word is true."""
    amount, total = held
    near = tolerance(_UNITS[rule.measure], total)
    most = float("inf") if rule.max_share is None else rule.max_share * total
    spare = min(amount - (rule.min_share or 0.0) * total, most - amount)
    if case.rules_bind:
        message = f"{rule.country} has its share of {rule.measure}: at least min_share, at most max_share."
        wanted = " to ".join("" if x is None else f"{x:g}" for x in (rule.min_share, rule.max_share))
        found = amount / total if total else None
        ledger.holds("fairness_kept", place(row), spare >= -near, wanted, found, message)
    message = "The last column tells whether the rule is kept."
    ledger.holds(
        "fairness_ok", place(row), row.ok == (spare >= 0.0) or abs(spare) <= near, spare >= 0.0, row.ok, message
    )


def _words(rule: ShareRule | Fairness) -> str:
    limits = ("" if x is None else f"{x:.9g}" for x in (rule.min_share, rule.max_share))
    return " ".join((rule.country, rule.measure, rule.stage, str(rule.year or ""), *limits))


def _held(case: Case, rule: ShareRule) -> Iterator[tuple[str, float]]:
    """Yield (country, what it has) of all that make up the whole of a rule."""
    projects = case.facts.projects
    match rule.measure:
        case "money":
            plants = (row for row in case.written.outlays if row.project in projects)
            yield from ((projects[row.project].country, row.musd) for row in plants)
        case "capacity":
            for (name, year), capacity in case.capacity_t.items():
                project = projects[name]
                if year == rule.year and project.stage == rule.stage and case.facts.countries[project.country].ally:
                    yield project.country, capacity
        case "jobs":
            for funded in case.written.portfolio:
                project = projects[funded.project]
                part = project.share_of_nameplate(funded.size_t_per_year, funded.funded_share)
                yield project.country, project.workforce * part
        case _:
            for served in case.written.coverage:
                if served.scenario == BASE and served.country == rule.country:
                    yield rule.country, served.served_t
                    yield "", served.demand_t - served.served_t
