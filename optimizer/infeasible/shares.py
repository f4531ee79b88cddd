"""Limits on shares: of countries in burden and benefit, and of funders in what they pay; and what may fall due in a crash."""

from __future__ import annotations

from collections.abc import Iterator

from models.fairness import counted_capacity, demand_kt
from models.instance import FairMeasure, FairnessRule, Instance
from optimizer.cells import Record, records
from optimizer.infeasible.kinds import Kind, Limit
from optimizer.solve import elastic
from optimizer.solve.elastic import Give, RowKey
from optimizer.workbook import Workbook

_LEAST_WHOLE = 1e-6


def fair_limits(workbook: Workbook, instance: Instance) -> Iterator[Limit]:
    """The shares of the sheet Fairness."""
    for row in records(workbook, "Fairness"):
        rule = instance.fairness[row.text("rule")]
        if rule.measure is FairMeasure.COVERAGE:
            yield from _coverage(row, rule, instance)
            continue
        whole = max(_whole(instance, rule), _LEAST_WHOLE)
        limits = ((Kind.REACHED, elastic.REACHED, "min_share"), (Kind.KEPT_DOWN, elastic.KEPT_DOWN, "max_share"))
        for kind, family, column in limits:
            share = row.number(column)
            if share is not None:
                give = Give({(family, (rule.name,)): 1.0}, float("inf"))
                yield Limit(kind, "Fairness", row, column, share, give, whole)


def _coverage(row: Record, rule: FairnessRule, instance: Instance) -> Iterator[Limit]:
    demand = sum(demand_kt(instance, rule.country, t) for t in instance.years)
    share = rule.min_share or 0.0
    if demand > 0.0 and share > 0.0:
        give = Give({(elastic.SPARED, (rule.name,)): demand}, share)
        yield Limit(Kind.SERVED, "Fairness", row, "min_share", share, give, 1.0)


def _whole(instance: Instance, rule: FairnessRule) -> float:
    """What could be had at most, in the unit of the measure: makes amounts comparable."""
    candidates = instance.candidates.values()
    match rule.measure:
        case FairMeasure.CAPACITY:
            return sum(instance.projects[p].nameplate_ktpy for p in counted_capacity(instance, rule))
        case FairMeasure.MONEY:
            return sum(project.capex_musd for project in candidates)
        case _:
            return sum(project.workforce for project in candidates)


def payer_limits(workbook: Workbook, instance: Instance) -> Iterator[Limit]:
    """What may fall due in a crash, a funder's largest part of one project, and its least share at home."""
    if instance.finance is not None and instance.finance.max_contingent_musd is not None:
        row = next(r for r in records(workbook, "Settings") if r.text("setting") == "max_contingent_musd")
        limit = instance.finance.max_contingent_musd
        give = Give({(elastic.LIABLE, (0,)): 1.0}, float("inf"))
        yield Limit(Kind.LIABLE, "Settings", row, "value", limit, give, max(limit, 1.0))
    named: set[tuple[Kind, str]] = set()
    for row in records(workbook, "Budgets"):
        for kind, column in ((Kind.PART, "max_project_share"), (Kind.HOME, "min_domestic_share")):
            share = row.number(column)
            if share is not None and (kind, row.text("funder")) not in named:
                named.add((kind, row.text("funder")))
                yield _of_funder(kind, row, column, share, instance)


def _of_funder(kind: Kind, row: Record, column: str, share: float, instance: Instance) -> Limit:
    """A share that the funder keeps, told at its first row that states it."""
    funder = row.text("funder")
    rows: dict[RowKey, float] = {(elastic.HOME, (funder,)): 1.0}
    if kind is Kind.PART:
        rows = {(elastic.PART, (funder, p)): 1.0 for p in instance.candidates}
    whole = max(sum(pot.budget_musd for pot in instance.pots.values()), 1.0)
    return Limit(kind, "Budgets", row, column, share, Give(rows, float("inf"), row_by_row=kind is Kind.PART), whole)
