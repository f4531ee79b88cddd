"""The cost: every term of every year recomputed from cells and tables, discounted, and added up."""

from __future__ import annotations

from optimizer.audit.facts import MUSD_PER_KUSD, Case
from optimizer.audit.ledger import MUSD, Ledger
from optimizer.audit.plants import Project
from optimizer.audit.scenarios import BASE
from optimizer.audit.written import key, place_of

# (term, year) -> MUSD, undiscounted
Terms = dict[tuple[str, int], float]


def audit_costs(case: Case, ledger: Ledger) -> None:
    """Compare costs.csv with the recount term by term, and its sum with the manifest."""
    expected, sizes = _recount(case)
    written = {key(row): row for row in case.written.costs}
    for at in sorted(expected.keys() | written.keys()):
        row = written.get(at)
        real, discounted = (row.musd_undiscounted, row.musd) if row else (0.0, 0.0)
        where, scale = place_of("costs", *at), sizes.get(at, 0.0)
        message = "The term follows from the cells and the tables of the base."
        ledger.same("cost_term", where, expected.get(at, 0.0), real, message, MUSD, scale)
        weighted = real * case.facts.settings.discount(at[1])
        ledger.same("cost_discounted", where, weighted, discounted, "Money is discounted to first_year.", MUSD, scale)
    total, stated = sum(row.musd for row in case.written.costs), float(str(case.manifest["cost_musd"]))
    size = sum(abs(row.musd) for row in case.written.costs)
    message = "The terms add up to the manifest's cost."
    ledger.same("cost_total", "manifest cost_musd", total, stated, message, MUSD, size)


def _recount(case: Case) -> tuple[Terms, Terms]:
    """Return every term by year, and the sum of the absolute amounts behind it."""
    terms: Terms = {}
    sizes: Terms = {}
    for term, year, musd in (
        *_capital(case),
        *_fixed_opex(case),
        *_operation(case),
        *_stockpiles(case),
        *_training(case),
        *_shortfall(case),
    ):
        terms[term, year] = terms.get((term, year), 0.0) + musd
        sizes[term, year] = sizes.get((term, year), 0.0) + abs(musd)
    return terms, sizes


Entries = list[tuple[str, int, float]]


def _capital(case: Case) -> Entries:
    """List capital cost as spent, or by annuity."""
    settings, entries = case.facts.settings, Entries()
    for row in case.written.portfolio:
        project, funded = case.facts.projects[row.project], row.funded_year
        capex = project.capex_at(row.size_t_per_year, row.funded_share)
        if settings.annuity:
            years, yearly = _annuity(project, capex, settings.discount_rate)
            entries += [("capex", funded + i, yearly) for i in range(years) if funded + i <= settings.last_year]
        else:
            spending = project.spending(funded, settings.last_year)
            entries += [("capex", year, share * capex) for year, share in spending.items()]
    return entries


def _annuity(project: Project, capex: float, rate: float) -> tuple[int, float]:
    """Return the life and the yearly payment that repays the capital cost over it."""
    life = project.life_years or 1
    return life, capex * (rate / (1.0 - (1.0 + rate) ** -life) if rate > 0 else 1.0 / life)


def _fixed_opex(case: Case) -> Entries:
    """List the fixed cost of every plant that operates, run or not, in proportion to size but not to ramp."""
    years, entries = case.facts.settings.years, Entries()
    for project in case.facts.projects.values():
        if not project.is_candidate:
            entries += [("fixed_opex", year, project.fixed_opex_musd) for year in years if project.stands(year)]
    for row in case.written.portfolio:
        project = case.facts.projects[row.project]
        first = project.first_operating_year(row.funded_year)
        yearly = project.fixed_opex_musd * project.share_of_nameplate(row.size_t_per_year, row.funded_share)
        entries += [("fixed_opex", year, yearly) for year in years if year >= first]
    return entries


def _operation(case: Case) -> Entries:
    """List what runs, moves and is bought in the base."""
    facts, entries = case.facts, Entries()
    for run in case.written.runs:
        if run.scenario == BASE:
            project = facts.projects[run.project]
            opex = project.opex_usd_per_kg + facts.recipes[project.process, run.recipe].opex_usd_per_kg
            entries.append(("opex", run.year, run.run_t * opex * MUSD_PER_KUSD))
    for flow in case.written.flows:
        if flow.scenario == BASE:
            cost = facts.routes.between(flow.material, flow.sender, flow.receiver).cost_usd_per_kg
            entries.append(("transport", flow.year, flow.t * cost * MUSD_PER_KUSD))
    for bought in case.written.imports:
        if bought.scenario == BASE:
            price = facts.offers[bought.supplier, bought.material, bought.offer][bought.year].price_usd_per_kg
            entries.append(("imports", bought.year, bought.t * price * MUSD_PER_KUSD))
    return entries


def _stockpiles(case: Case) -> Entries:
    """List purchases, and holding on the level at the end of the year."""
    entries = Entries()
    for row in case.written.stocks:
        if row.scenario == BASE:
            pile = case.facts.stockpiles[row.country, row.material, row.allied]
            musd = row.bought_t * (pile.price_usd_per_kg or 0.0) + row.level_t * pile.holding_usd_per_kg
            entries.append(("stockpile", row.year, musd * MUSD_PER_KUSD))
    return entries


def _training(case: Case) -> Entries:
    """List what training costs."""
    people = case.facts.workforce
    return [
        ("training", row.year, row.begin_training * people[row.country][row.year].cost_musd_per_person)
        for row in case.written.workforce
    ]


def _shortfall(case: Case) -> Entries:
    """List shortfall at its price, with objective cost only."""
    if case.facts.settings.objective != "cost":
        return []
    entries = Entries()
    for row in case.written.coverage:
        if row.scenario == BASE:
            wanted = case.facts.demand[row.sector, row.country, row.material, row.allied_only][row.year]
            price = wanted.shortfall_usd_per_kg or 0.0
            entries.append(("shortfall", row.year, row.shortfall_t * price * MUSD_PER_KUSD))
    return entries
