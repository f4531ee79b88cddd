"""Liability: what promises on prices cost by real year in both decks, and guarantees if they are called."""

from __future__ import annotations

from optimizer.audit.deals import Deal
from optimizer.audit.facts import Case
from optimizer.audit.ledger import MUSD, Ledger
from optimizer.audit.tools import HOLD_A_PRICE
from optimizer.audit.written import place_of

# (project, instrument, year)
Place = tuple[str, str, int]


def audit_liability(case: Case, ledger: Ledger) -> None:
    """Compare liability.csv with the packages: by year, not cut at the end of the plan."""
    planning: dict[Place, float] = {}
    crash: dict[Place, float] = {}
    owners: dict[str, Deal] = {}
    for deal in case.deals:
        owners[deal.row.project] = deal
        for part in deal.parts:
            promised = part.planned.promised if part.tool.kind in HOLD_A_PRICE else {}
            for amounts, found in ((promised, planning), (part.contingent, crash)):
                for year, musd in amounts.items():
                    at = deal.row.project, part.tool.name, year
                    found[at] = found.get(at, 0.0) + musd
    written: dict[Place, tuple[float, float]] = {}
    for row in case.written.liability:
        at = row.project, row.instrument, row.year
        before = written.get(at, (0.0, 0.0))
        written[at] = before[0] + row.planning_musd, before[1] + (row.crash_musd or 0.0)
    for at in sorted(planning.keys() | crash.keys() | written.keys()):
        stated, where = written.get(at, (0.0, 0.0)), place_of("liability", *at)
        message = "A promise costs what the market is below it, a guarantee its cover after the last payment."
        for check, expected, musd in (
            ("liability_planning", planning.get(at, 0.0), stated[0]),
            ("liability_crash", crash.get(at, 0.0), stated[1]),
        ):
            unit = owners[at[0]].unit(expected) if at[0] in owners else MUSD
            ledger.same(check, where, expected, musd, message, unit, expected)
