"""Shipments on allowed routes within their limits, imports within their offers, stocks within their levels."""

from __future__ import annotations

from optimizer.audit.facts import MUSD_PER_KUSD, Case
from optimizer.audit.ledger import MUSD, TONNES, Ledger
from optimizer.audit.market import ANY, StockKey, Stockpile
from optimizer.audit.scenarios import BASE, Scenario
from optimizer.audit.written import Stock, key, place, place_of


def audit_flows(case: Case, ledger: Ledger) -> None:
    """Check every leg and, both origins together, the limit of its route."""
    legs: dict[tuple[str, str, str, str, int], float] = {}
    for row in case.written.flows:
        route = case.facts.routes.between(row.material, row.sender, row.receiver)
        where, moves = place(row), row.t > TONNES
        message = "Material moves on allowed routes."
        ledger.holds("route_allowed", where, route.allowed or not moves, "no flow", row.t, message)
        abroad = row.sender != row.receiver
        ledger.holds("leg_abroad", where, abroad, "two countries", row.sender, "A leg joins two countries.")
        sealed = case.facts.scenarios[row.scenario].closes(row.sender) and moves
        ledger.holds("nothing_leaves", where, not sealed, "no flow", row.t, "Nothing leaves a lost country.")
        leg = row.scenario, row.material, row.sender, row.receiver, row.year
        legs[leg] = legs.get(leg, 0.0) + row.t
    for leg, moved in legs.items():
        limit = case.facts.routes.between(leg[1], leg[2], leg[3]).max_t
        if limit is not None:
            message = "A route carries no more than its limit, both origins together."
            ledger.at_most("route_limit", place_of("flows", *leg), limit, moved, message, TONNES)


def audit_imports(case: Case, ledger: Ledger) -> None:
    """Check landing and price of every purchase, and what is left of every offer."""
    bought: dict[tuple[str, str, str, str, int], float] = {}
    for row in case.written.imports:
        price = case.facts.offers[row.supplier, row.material, row.offer][row.year].price_usd_per_kg
        cost, message = row.t * price * MUSD_PER_KUSD, "An import costs its interpolated price."
        ledger.same("import_price", place(row), cost, row.musd, message, MUSD)
        lands = row.country != row.supplier if row.offer == ANY else row.country == row.offer
        message = "An import lands where its offer allows, and not at the supplier."
        ledger.holds("import_landing", place(row), lands, row.offer, row.country, message)
        offer = row.scenario, row.supplier, row.material, row.offer, row.year
        bought[offer] = bought.get(offer, 0.0) + row.t
    for (scenario, supplier, material, landing, year), amount in bought.items():
        most = case.facts.offers[supplier, material, landing][year].max_t
        left = most * case.facts.scenarios[scenario].kept_of_supplier(supplier)
        where = place_of("imports", scenario, supplier, material, landing, year)
        message = "Imports stay within what is left of the offer, all landings together."
        ledger.at_most("import_in_offer", where, left, amount, message, TONNES)


def audit_stocks(case: Case, ledger: Ledger) -> None:
    """Check the base level of every stockpile year by year, then the draws of every loss against it."""
    written = {key(row): row for row in case.written.stocks}
    for pile, stockpile in case.facts.stockpiles.items():
        levels = _base_levels(case, pile, stockpile, written, ledger)
        for scenario in case.facts.scenarios.values():
            if not scenario.is_base:
                _draws_of_a_loss(scenario, pile, levels.get(scenario.from_year - 1), stockpile, written, ledger)


def _base_levels(
    case: Case, pile: StockKey, stockpile: Stockpile, written: dict[tuple[object, ...], Stock], ledger: Ledger
) -> dict[int, float]:
    """Follow a stockpile through the years of the base; return the written levels."""
    levels: dict[int, float] = {}
    before = stockpile.opening_t
    for year in case.facts.settings.years:
        row = written.get((BASE, *pile, year))
        where = place_of("stocks", BASE, *pile, year)
        message = "Every stockpile has a row for each year of the base."
        if not ledger.holds("stock_row", where, row is not None, "a row", None, message) or row is None:
            continue
        level, message = before + row.bought_t - row.drawn_t, "The level is what was there, plus bought, less drawn."
        ledger.same("stock_level", where, level, row.level_t, message, TONNES)
        ledger.at_most("stock_in_max", where, stockpile.max_t, row.level_t, "The stock holds its max_t.", TONNES)
        most = 0.0 if stockpile.price_usd_per_kg is None else stockpile.max_purchase_t
        message = "Purchases need a price and stay within max_purchase_t_per_year."
        ledger.at_most("stock_purchase", where, most, row.bought_t, message, TONNES)
        free = before if stockpile.base_draw else 0.0
        message = "The base draws only with base_draw, from the closing level of the year before."
        ledger.at_most("stock_base_draw", where, free, row.drawn_t, message, TONNES)
        levels[year] = before = row.level_t
    return levels


def _draws_of_a_loss(
    scenario: Scenario,
    pile: StockKey,
    level: float | None,
    stockpile: Stockpile,
    written: dict[tuple[object, ...], Stock],
    ledger: Ledger,
) -> None:
    """Hold the draws of a loss, each for the years it stands for, against what was there before it."""
    rows = [row for year in scenario.years if (row := written.get((scenario.name, *pile, year)))]
    drawn = sum(row.drawn_t for row in rows) * scenario.stands_for
    held, message = stockpile.opening_t if level is None else level, "A loss draws only what was held before it began."
    where = place_of("stocks", scenario.name, *pile)
    ledger.at_most("stock_draw_in_loss", where, held, drawn, message, TONNES * max(1.0, scenario.stands_for))
    for row in rows:
        message = "Purchases are one plan for all scenarios, written in the base."
        ledger.same("stock_bought_in_base", place(row), 0.0, row.bought_t, message, TONNES)
