"""The cash of every funded candidate's firm by year of its life, in the planning and the crash deck."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.audit.deals import Deal
from optimizer.audit.facts import Case
from optimizer.audit.ledger import TONNES, Ledger
from optimizer.audit.written import Cashflow, place, place_of

# Columns of money, in the order in which they make the net: earned, then paid.
_COLUMNS = ("revenue_musd", "inputs_musd", "opex_musd", "capex_musd", "tax_musd", "support_musd")
_PAID = ("inputs_musd", "opex_musd", "capex_musd", "tax_musd")
_RULES = {
    "revenue_musd": "What is made is sold at the deck's prices.",
    "inputs_musd": "What is taken in is bought at the deck's prices.",
    "opex_musd": "Operating cost is that of recipe and project, and the fixed one.",
    "capex_musd": "The capital cost is spent by the spend profile.",
    "tax_musd": "Tax is on the margin less straight-line depreciation, negative too.",
    "support_musd": "Support is the cash of the whole package, tax effects included.",
}

# (project, deck, year)
Place = tuple[str, str, int]


def audit_cashflows(case: Case, ledger: Ledger) -> None:
    """Compare cashflows.csv year by year; parts of a project in a linear relaxation add up."""
    expected: dict[Place, dict[str, float]] = {}
    recipes: dict[Place, str] = {}
    lives: set[Place] = set()
    owners: dict[str, Deal] = {}
    for deal in case.deals:
        owners[deal.row.project] = deal
        for deck in deal.years:
            lives |= {(deal.row.project, deck, year) for year in deal.firm.life}
            recipes |= {(deal.row.project, deck, row.year): row.recipe for row in deal.years[deck]}
            for year, column, musd in _entries(deal, deck):
                cells = expected.setdefault((deal.row.project, deck, year), {})
                cells[column] = cells.get(column, 0.0) + musd
    written = _added(case.written.cashflows)
    for at in sorted(lives | {at for at, cells in expected.items() if any(cells.values())}):
        message = "Every year of a funded firm's life has a row in each deck."
        ledger.holds("cashflow_row", place_of("cashflows", *at), at in written, "a row", None, message)
    for at, row in written.items():
        message = "Only what is funded has a firm."
        if ledger.holds("cashflow_of_funded", place(row), row.project in owners, "a funded project", None, message):
            _row(row, expected.get(at, {}), recipes.get(at), owners[row.project], ledger)


def _added(rows: list[Cashflow]) -> dict[Place, Cashflow]:
    """Add the rows of a project, deck and year; but in a relaxation there is one. Recipes that differ are told together."""
    found: dict[Place, Cashflow] = {}
    for row in rows:
        at = row.project, row.deck, row.year
        before = found.get(at)
        if before is not None:
            sums = {name: getattr(before, name) + getattr(row, name) for name in ("activity_t", "net_musd", *_COLUMNS)}
            recipes = dict.fromkeys(recipe for recipe in (before.recipe, row.recipe) if recipe)
            row = row._replace(recipe=";".join(recipes), **sums)
        found[at] = row
    return found


def _entries(deal: Deal, deck: str) -> Iterator[tuple[int, str, float]]:
    """Yield year, column and amount of all cash of a firm, and its activity."""
    for year, share in deal.firm.spending.items():
        yield year, "capex_musd", share * deal.firm.capex_musd
    for row in deal.years[deck]:
        yield row.year, "activity_t", row.activity_t
        for column in ("revenue_musd", "inputs_musd", "opex_musd", "tax_musd"):
            yield row.year, column, getattr(row, column)
    for year, musd in deal.support(deck).items():
        yield year, "support_musd", musd


def _row(row: Cashflow, cells: dict[str, float], recipe: str | None, deal: Deal, ledger: Ledger) -> None:
    where, activity = place(row), cells.get("activity_t", 0.0)
    scale = sum(abs(musd) for column, musd in cells.items() if column != "activity_t")
    message = "Activity is utilization x ramp x size."
    ledger.same("cashflow_activity", where, activity, row.activity_t, message, TONNES)
    message = "The recipe of best margin is run, the first of equal ones."
    allowed = (recipe,) if activity > 0 else (recipe, "", None)
    ledger.holds("cashflow_recipe", where, (row.recipe or None) in allowed, recipe, row.recipe, message)
    for column in _COLUMNS:
        wanted, found = cells.get(column, 0.0), getattr(row, column)
        ledger.same(f"cashflow_{column[:-5]}", where, wanted, found, _RULES[column], deal.unit(scale), scale)
    net = sum(-getattr(row, column) if column in _PAID else getattr(row, column) for column in _COLUMNS)
    message = "The net is revenue and support less inputs, operating cost, capital cost and tax."
    ledger.same("cashflow_net", where, net, row.net_musd, message, deal.unit(scale), scale)
