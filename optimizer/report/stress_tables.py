"""The tables of ``stress``, in tonnes and million dollars: pure, the names of tables and columns are a contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from optimizer.report.price_tables import COLUMNS as PRICE_COLUMNS
from optimizer.report.price_tables import price_tables
from optimizer.report.repair_tables import COLUMNS as REPAIR_COLUMNS
from optimizer.report.repair_tables import repair_tables
from optimizer.report.rounding import Rows, musd, share, tonnes, yes_no
from optimizer.report.stress_chance import chance_rows, draw_rows, money_rows, ranking_rows, value_rows
from optimizer.report.stressed import Stressed, missing_musd
from optimizer.solve.stress import Breaking
from optimizer.stress_jobs import LossResult
from optimizer.wording import joined

BASE = "nothing lost"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "cases": (
        "case", "kind", "what", "lost_weighted_t", "worst_coverage", "worst_coverage_year", "worst_year", "first_short_year",
        "breaks_first", "breaks_alone", "breaks_gain_t", "gain_nothing_lost_t", "breaks_in_worst_year", "recovery_year",
    ),
    "loss_table": ("case", "kind", "sector", "year", "demand_t", "served_t", "coverage", "coverage_nothing_lost"),
    "disruptions": ("scenario", "sector", "year", "demand_t", "served_t", "coverage", "minimum_kept"),
    "stages": ("case", "year", "stage", "gain_t", "binds"),
    "survival": ("case", "start_year", "sector", "years", "months", "to_the_end"),
    "recovery": ("case", "sector", "lost_in", "served_again_in", "years"),
    "overrun": (
        "limit", "country", "stage", "year", "planned_musd", "dearer_musd", "unpaid_as_planned_musd", "unpaid_musd",
    ),
    "uncertainty": (
        "sector", "year", "planned", "mean", "lowest", "p05", "p25", "p50", "p75", "p95", "highest", "target", "probability",
    ),
    "uncertain_money": ("measure", "planned", "mean", "lowest", "p05", "p50", "p95", "highest"),
    "ranking": ("variable", "members", "sector", "rank_correlation", "clear"),
    "draws": (
        "draw",
        "sector",
        "coverage",
        "lowest_coverage",
        "lowest_year",
        "weighted_short_t",
        "capex_musd",
        "outlay_musd",
        "unpaid_musd",
    ),
    "draw_values": ("draw", "variable", "value"),
    **REPAIR_COLUMNS,
    **PRICE_COLUMNS,
}  # fmt: skip
_WHOLE = {
    "cases": ("worst_coverage_year", "worst_year", "first_short_year", "recovery_year"),
    "recovery": ("lost_in", "served_again_in", "years"),
    "overrun": ("year",),
}


def stress_tables(stressed: Stressed) -> dict[str, pd.DataFrame]:
    """Return every table by name, with the columns of ``COLUMNS``."""
    rows: dict[str, Rows] = {
        "cases": [_case(stressed, result) for result in stressed.results],
        "loss_table": [
            *_nothing_lost(stressed),
            *(row for result in stressed.results for row in _lost(stressed, result)),
        ],
        "disruptions": list(_disruptions(stressed)),
        "stages": [row for result in stressed.results for row in _stages(result)],
        "survival": [row for result in stressed.results for row in _survival(stressed, result)],
        "recovery": [row for result in stressed.results for row in _recovery(stressed, result)],
        "overrun": list(_overrun(stressed)),
        "uncertainty": chance_rows(stressed),
        "uncertain_money": money_rows(stressed),
        "ranking": ranking_rows(stressed),
        "draws": draw_rows(stressed),
        "draw_values": value_rows(stressed),
    }
    return {
        **{name: _frame(name, found) for name, found in rows.items()},
        **repair_tables(stressed.instance, stressed.repairs),
        **price_tables(stressed.prices),
    }


def _frame(name: str, rows: Rows) -> pd.DataFrame:
    """A table with its columns; whole numbers stay whole beside blanks."""
    table = pd.DataFrame(rows, columns=list(COLUMNS[name]))
    whole = {column: "Int64" for column in _WHOLE.get(name, ())}
    return table.astype(whole)


def _case(stressed: Stressed, result: LossResult) -> dict[str, object]:
    first, worst = result.first_breaking, result.worst_breaking
    lowest = stressed.worst(result, stressed.sectors[0])
    every = stressed.sectors[0]
    return {
        "case": result.loss.name,
        "kind": result.loss.kind,
        "what": stressed.title(result.loss),
        "lost_weighted_t": tonnes(stressed.cost_kt(result)),
        "worst_coverage": None if lowest is None else round(lowest[0], 7),
        "worst_coverage_year": None if lowest is None else lowest[1],
        "worst_year": result.worst,
        "first_short_year": result.first_short,
        "breaks_first": binding(first),
        "breaks_alone": None if first is None or not first.binds else yes_no(first.alone),
        "breaks_gain_t": None if first is None or not first.binds else tonnes(first.gains_kt[first.binds[0]]),
        "gain_nothing_lost_t": None if first is None or not first.binds else tonnes(first.base_gain_kt),
        "breaks_in_worst_year": binding(worst),
        "recovery_year": result.recovery.get(every),
    }


def binding(breaking: Breaking | None) -> str:
    """The stages that bind, in words; blank where none was asked for or none does."""
    return "" if breaking is None else joined(breaking.binds)


def _nothing_lost(stressed: Stressed) -> Iterator[dict[str, object]]:
    for sector in stressed.sectors:
        for t, answer in stressed.base.items():
            demand = stressed.demand_kt[sector, t]
            served = demand - answer.short_kt[sector]
            yield {
                "case": BASE,
                "kind": BASE,
                "sector": stressed.sector(sector),
                "year": t,
                "demand_t": tonnes(demand),
                "served_t": tonnes(served),
                "coverage": share(served, demand),
                "coverage_nothing_lost": share(served, demand),
            }


def _lost(stressed: Stressed, result: LossResult) -> Iterator[dict[str, object]]:
    for sector in stressed.sectors:
        for t, answer in result.answers.items():
            demand = stressed.demand_kt[sector, t]
            yield {
                "case": result.loss.name,
                "kind": result.loss.kind,
                "sector": stressed.sector(sector),
                "year": t,
                "demand_t": tonnes(demand),
                "served_t": tonnes(demand - answer.short_kt[sector]),
                "coverage": share(demand - answer.short_kt[sector], demand),
                "coverage_nothing_lost": share(demand - stressed.base[t].short_kt[sector], demand),
            }


def _disruptions(stressed: Stressed) -> Iterator[dict[str, object]]:
    for scenario, found in stressed.own.items():
        for sector in stressed.sectors:
            for t, answer in found.years.items():
                demand = stressed.demand_kt[sector, t]
                yield {
                    "scenario": scenario,
                    "sector": stressed.sector(sector),
                    "year": t,
                    "demand_t": tonnes(demand),
                    "served_t": tonnes(demand - answer.short_kt[sector]),
                    "coverage": share(demand - answer.short_kt[sector], demand),
                    "minimum_kept": yes_no(found.guard_kept),
                }


def _stages(result: LossResult) -> Iterator[dict[str, object]]:
    found = {x.year: x for x in (result.first_breaking, result.worst_breaking) if x is not None}
    for t, breaking in sorted(found.items()):
        for stage, gain in breaking.gains_kt.items():
            word = ("alone" if breaking.alone else "together") if stage in breaking.binds else "no"
            yield {"case": result.loss.name, "year": t, "stage": stage, "gain_t": tonnes(gain), "binds": word}


def _survival(stressed: Stressed, result: LossResult) -> Iterator[dict[str, object]]:
    for survival in result.survivals:
        for sector in stressed.sectors:
            if sector in survival.years:
                years = round(survival.years[sector], 6)
                yield {
                    "case": result.loss.name,
                    "start_year": survival.start,
                    "sector": stressed.sector(sector),
                    "years": years,
                    "months": round(12.0 * years, 4),
                    "to_the_end": yes_no(sector in survival.lasts),
                }


def _recovery(stressed: Stressed, result: LossResult) -> Iterator[dict[str, object]]:
    for sector in stressed.sectors:
        if sector in result.recovery and result.first_short is not None:
            year = result.recovery[sector]
            yield {
                "case": result.loss.name,
                "sector": stressed.sector(sector),
                "lost_in": result.first_short,
                "served_again_in": year,
                "years": None if year is None else year - result.first_short,
            }


def _overrun(stressed: Stressed) -> Iterator[dict[str, object]]:
    """The total budget, then what pots pay for by country, stage and year."""
    found = stressed.overrun
    planned, dearer = sum(found.planned_musd.values()), sum(found.dearer_musd.values())
    if found.budget_musd is not None:
        yield {
            "limit": "total budget",
            "year": found.budget_gone,
            "planned_musd": musd(planned),
            "dearer_musd": musd(dearer),
            "unpaid_as_planned_musd": musd(missing_musd(planned - found.budget_musd)),
            "unpaid_musd": musd(found.over_budget_musd),
        }
    if (earning := found.earning) is not None:
        yield {
            "limit": "hurdle rates",
            "planned_musd": musd(earning.planned_musd),
            "dearer_musd": musd(earning.dearer_musd),
        }
    for claim in sorted(found.dearer_musd, key=lambda c: (c[2], c[0], c[1])):
        country, stage, t = claim
        yield {
            "limit": "pots" if found.has_pots else "no pots",
            "country": country,
            "stage": stage,
            "year": t,
            "planned_musd": musd(found.planned_musd.get(claim, 0.0)),
            "dearer_musd": musd(found.dearer_musd[claim]),
            "unpaid_as_planned_musd": musd(missing_musd(found.unpaid_planned_musd.get(claim, 0.0))),
            "unpaid_musd": musd(found.unpaid_musd.get(claim, 0.0)),
        }
