"""The audit: a workbook's cells and the written tables -> violations, in plain arithmetic.

No model, no solver and no data of the model's own: what the cells say is read a second time, and every table that a
plan leaves behind is recomputed from it. A plan that fails is not reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from optimizer.audit.balance import audit_balance, audit_signs
from optimizer.audit.burden import audit_burden
from optimizer.audit.capacity import audit_capacity, capacities
from optimizer.audit.cashflows import audit_cashflows
from optimizer.audit.costs import audit_costs
from optimizer.audit.coverage import audit_coverage, audit_losses, audit_shortfall
from optimizer.audit.deals import read_deals
from optimizer.audit.facts import Case, Facts, read_facts
from optimizer.audit.fairness import audit_fairness
from optimizer.audit.funders import audit_funders
from optimizer.audit.funding import audit_funding
from optimizer.audit.ledger import AuditResult, Ledger, Violation, write_violations
from optimizer.audit.liability import audit_liability
from optimizer.audit.names import keep_known
from optimizer.audit.outlays import audit_outlays
from optimizer.audit.packages import audit_packages
from optimizer.audit.redundancy import audit_redundancy
from optimizer.audit.runs import audit_runs
from optimizer.audit.trade import audit_flows, audit_imports, audit_stocks
from optimizer.audit.viability import audit_viability
from optimizer.audit.workforce import audit_workforce
from optimizer.audit.written import read_written
from optimizer.workbook import Workbook

__all__ = ["AuditResult", "Violation", "audit", "write_violations"]

_RECOUNTS = (
    audit_signs,
    audit_funding,
    audit_capacity,
    audit_runs,
    audit_flows,
    audit_imports,
    audit_stocks,
    audit_balance,
    audit_coverage,
    audit_losses,
    audit_shortfall,
    audit_redundancy,
    audit_workforce,
    audit_outlays,
    audit_packages,
    audit_viability,
    audit_cashflows,
    audit_liability,
    audit_funders,
    audit_burden,
    audit_fairness,
    audit_costs,
)

# Tables without the year of funding: in a linear relaxation a project may be funded in parts, in several years.
_IN_PARTS = ("cashflows", "liability")


def audit(
    workbook: Workbook,
    tables: Path,
    budget_musd: float | None,
    manifest: Mapping[str, object],
    rules_bind: bool = True,
) -> AuditResult:
    """Recompute a plan from the cells and hold the written tables against it.

    Parameters
    ----------
    workbook
        The input, after its checks.
    tables
        The folder of the written tables.
    budget_musd
        The budget in force; None for no limit.
    manifest
        ``objective``, ``weighted_shortfall_t``, ``base_shortfall_t``, ``cost_musd``, ``outlay_musd``, ``budget_musd``
        and ``relaxed`` of the plan; ``plan_weighted_shortfall_t`` is held against the tables where it is given.
    rules_bind
        Whether the plan has to keep the rules of Redundancy and Fairness. A chain that nobody spends money on need not: its
        rules are counted again, and whether each is kept must be written truly, but one that is missed is no violation.
    """
    ledger = Ledger()
    facts = read_facts(workbook)
    message = "The manifest states the objective of the workbook."
    ledger.agrees("objective", "manifest objective", facts.settings.objective, str(manifest["objective"]), message)
    relaxed = bool(manifest.get("relaxed", False))
    written = read_written(tables, ledger, _unasked(facts), _IN_PARTS if relaxed else ())
    if written is not None:
        known = keep_known(written, facts, ledger)
        support = read_deals(facts.money, facts.projects, facts.recipes, known)
        case = Case(facts, known, manifest, budget_musd, relaxed, capacities(facts, known), support, rules_bind)
        for recount in _RECOUNTS:
            recount(case, ledger)
    return AuditResult(ledger.checks, ledger.violations)


def _unasked(facts: Facts) -> tuple[str, ...]:
    """Name the tables, and the column, of which no part of the workbook speaks."""
    absent = (() if facts.workforce else ("workforce",)) + (() if facts.share_rules else ("fairness",))
    if facts.money.is_on:
        return absent + (() if facts.pots else ("funders",))
    return *absent, "packages", "viability", "cashflows", "liability", "funders", "burden", "outlays.instrument"
