"""The material balance: nothing is used that was not made, bought, drawn or received, allied or in all."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.audit.facts import ALLIED, OPEN, Case
from optimizer.audit.ledger import TONNES, Ledger
from optimizer.audit.written import place_of

# (scenario, year, country, material): where and when a balance is kept.
Place = tuple[str, int, str, str]
# A place, an origin, and tonnes: positive where they come in, negative where they are used.
Entry = tuple[Place, str, float]


def audit_balance(case: Case, ledger: Ledger) -> None:
    """Check every place for allied material alone, and for allied and open together (allied may serve as open)."""
    supply: dict[tuple[Place, str], float] = {}
    use: dict[tuple[Place, str], float] = {}
    for where, origin, tonnes in _entries(case):
        side = supply if tonnes > 0 else use
        side[where, origin] = side.get((where, origin), 0.0) + abs(tonnes)
    for where in sorted({where for where, _ in use}):
        allied = supply.get((where, ALLIED), 0.0), use.get((where, ALLIED), 0.0)
        both = allied[0] + supply.get((where, OPEN), 0.0), allied[1] + use.get((where, OPEN), 0.0)
        scenario, year, country, material = where
        for name, (supplied, used) in (("allied material", allied), ("all material", both)):
            place = f"balance {scenario}, {country}, {material}, {year}, {name}"
            message = "What is used is within what is made, imported, drawn and received."
            ledger.at_most("material_balance", place, supplied, used, message, TONNES, supplied + used)


def _entries(case: Case) -> Iterator[Entry]:
    yield from _from_runs(case)
    for flow in case.written.flows:
        yield (flow.scenario, flow.year, flow.sender, flow.material), flow.origin, -flow.t
        yield (flow.scenario, flow.year, flow.receiver, flow.material), flow.origin, flow.t
    for bought in case.written.imports:
        origin = case.facts.origin_of(bought.supplier)
        yield (bought.scenario, bought.year, bought.country, bought.material), origin, bought.t
    for stock in case.written.stocks:
        origin = ALLIED if stock.allied else OPEN
        yield (stock.scenario, stock.year, stock.country, stock.material), origin, stock.drawn_t
    for row in case.written.coverage:
        where = row.scenario, row.year, row.country, row.material
        yield where, ALLIED, -row.served_allied_t
        yield where, OPEN, row.served_allied_t - row.served_t


def _from_runs(case: Case) -> Iterator[Entry]:
    for run in case.written.runs:
        project = case.facts.projects[run.project]
        recipe = case.facts.recipes[project.process, run.recipe]
        for material, amount in recipe.inputs.items():
            yield (run.scenario, run.year, project.country, material), run.origin, -run.run_t * amount
        for material, amount in recipe.outputs.items():
            yield (run.scenario, run.year, project.country, material), run.origin, run.run_t * amount


# Tables of cash, in which costs may be earnings and values losses; all of them are recomputed.
_OF_CASH = ("costs", "packages", "viability", "cashflows")


def audit_signs(case: Case, ledger: Ledger) -> None:
    """No amount in any table is negative, those of cash apart."""
    tables = vars(case.written)
    for name, rows in tables.items():
        if name in _OF_CASH:
            continue
        for row in rows:
            least = min((cell for cell in row if isinstance(cell, float)), default=0.0)
            if least < 0:
                where = place_of(name, *row[:6])
                ledger.at_least("not_negative", where, 0.0, least, "No amount is negative.", TONNES)
        ledger.checks += len(rows)
