"""Public money: what each project draws in each year, whose pots can pay it, and the total against the budget."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.audit.facts import MUSD_PER_KUSD, Case, Pot
from optimizer.audit.ledger import MUSD, Ledger
from optimizer.audit.names import STOCKPILE, TRAINING
from optimizer.audit.pots import payable
from optimizer.audit.support import within
from optimizer.audit.written import place_of

# (country, stage, year, instrument): all that matters to a pot.
Purpose = tuple[str, str, int, str]
# (project, instrument, year): what is charged; the instrument is blank for purchases and training, and without any.
Item = tuple[str, str, int]


def audit_outlays(case: Case, ledger: Ledger) -> None:
    """Check outlays by project and year, the pots of each funder, and the budget."""
    _by_project(case, ledger)
    _by_funder(case, ledger)
    total = sum(row.musd for row in case.written.outlays)
    stated, message = float(str(case.manifest["outlay_musd"])), "The outlays add up to the manifest's figure."
    ledger.same("outlay_total", "manifest outlay_musd", total, stated, message, MUSD, total)
    limit = case.manifest["budget_musd"]
    stated_limit = None if limit is None else float(str(limit))
    message = "The manifest states the budget that was asked for."
    ledger.agrees("budget_stated", "manifest budget_musd", case.budget_musd, stated_limit, message)
    if case.budget_musd is not None:
        message = "All outlays stay within the budget."
        ledger.at_most("outlay_in_budget", "outlays.csv", case.budget_musd, total, message, MUSD, total)


def _by_project(case: Case, ledger: Ledger) -> None:
    """Hold projects to spend profiles or packages, stockpiles to purchases, training to who begins; nothing else draws."""
    found: dict[Item, float] = {}
    for row in case.written.outlays:
        at = (row.project, row.instrument, row.year)
        found[at] = found.get(at, 0.0) + row.musd
    expected = _stock_purchases(case) | _training(case)
    units: dict[str, float] = {}
    for item, musd, unit in _charges(case) if case.facts.money.is_on else _shares(case):
        expected[item] = expected.get(item, 0.0) + musd
        units[item[0]] = unit
    rule = "the packages" if case.facts.money.is_on else "the share, the size and the spend profile"
    message = f"The public outlay follows {rule}, or the purchases or training of the year."
    for at in sorted(found.keys() | expected.keys()):
        where, musd = place_of("outlays", *at), found.get(at, 0.0)
        ledger.same("outlay_by_project", where, expected.get(at, 0.0), musd, message, units.get(at[0], MUSD))


def _shares(case: Case) -> Iterator[tuple[Item, float, float]]:
    """Yield the public share of every funded candidate as it is spent, and its tolerance."""
    for plan in case.written.portfolio:
        project = case.facts.projects[plan.project]
        outlay = project.public_share * project.capex_at(plan.size_t_per_year, plan.funded_share)
        for year, share in project.spending(plan.funded_year, case.facts.settings.last_year).items():
            yield (plan.project, "", year), share * outlay, MUSD


def _charges(case: Case) -> Iterator[tuple[Item, float, float]]:
    """Yield the charge of every instrument of every package by year of the plan, and its tolerance."""
    last = case.facts.settings.last_year
    for deal in case.deals:
        for part in deal.parts:
            for year, musd in within(part.planned.charge, last).items():
                yield (deal.row.project, part.tool.name, year), musd, deal.unit(musd)


def _stock_purchases(case: Case) -> dict[Item, float]:
    bought: dict[Item, float] = {}
    for row in case.written.stocks:
        if case.facts.scenarios[row.scenario].is_base and row.bought_t:
            pile = case.facts.stockpiles[row.country, row.material, row.allied]
            at = (f"{STOCKPILE}:{row.material}:{row.country}", "", row.year)
            bought[at] = bought.get(at, 0.0) + row.bought_t * (pile.price_usd_per_kg or 0.0) * MUSD_PER_KUSD
    return bought


def _training(case: Case) -> dict[Item, float]:
    """Who begins training in a country, at the price of the year."""
    people = case.facts.workforce
    return {
        (f"{TRAINING}:{row.country}", "", row.year): row.begin_training
        * people[row.country][row.year].cost_musd_per_person
        for row in case.written.workforce
        if row.begin_training
    }


def _by_funder(case: Case, ledger: Ledger) -> None:
    """Pay all that a funder pays in full, in its year, from pots that allow it."""
    if not case.facts.pots:
        return
    pots: dict[str, list[Pot]] = {}
    for pot in case.facts.pots:
        pots.setdefault(pot.funder, []).append(pot)
    due: dict[str, dict[Purpose, float]] = {}
    for row in case.written.outlays:
        purpose = (*_country_and_stage(case, row.project), row.year, row.instrument)
        by_purpose = due.setdefault(row.funder, {})
        by_purpose[purpose] = by_purpose.get(purpose, 0.0) + row.musd
    for funder, by_purpose in due.items():
        total, paid = sum(by_purpose.values()), _payable(by_purpose, pots[funder])
        message = "The pots that allow it can pay all that the funder pays."
        ledger.at_most("outlay_in_pots", f"outlays.csv {funder}", paid, total, message, MUSD, total)


def _country_and_stage(case: Case, name: str) -> tuple[str, str]:
    if name in case.facts.projects:
        project = case.facts.projects[name]
        return project.country, project.stage
    kind, country = name.split(":", 1)[0], name.rsplit(":", 1)[1]
    return country, TRAINING if kind == TRAINING else STOCKPILE


def _payable(due: dict[Purpose, float], pots: list[Pot]) -> float:
    purposes = sorted(due)
    allowed = [[index for index, pot in enumerate(pots) if pot.pays_for(*purpose)] for purpose in purposes]
    return payable([due[purpose] for purpose in purposes], [pot.musd for pot in pots], allowed)
