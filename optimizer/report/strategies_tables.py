"""Strategies side by side -> tables in tonnes and million dollars: pure, nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from optimizer.report.facts import each
from optimizer.report.money_words import spent_beside_plants
from optimizer.report.rounding import Rows, share, yes_no
from optimizer.report.side_by_side import NEARLY, Side, SideBySide
from optimizer.report.strategies_words import sentences

COLUMNS: Mapping[str, tuple[str, ...]] = {
    # decreed_musd: public outlay of candidates that the strategy itself has built; part of outlay_musd. Points: 100 x weighted
    # tonnes short / weighted demand, as found and as proven at least. gap_closes, serves_99_from: first year from which on all is
    # served, or 99 %. short_t: of all years. gap_closed: of what the first strategy leaves short; public_usd_per_kg: money beyond
    # that of the first one, for what is short no more.
    "strategies": (
        "strategy", "status", "changed_cells", "projects_funded", "outlay_musd", "decreed_musd", "coverage",
        "first_year_coverage", "last_year_coverage", "gap_closes", "short_last_year_t", "worst_loss", "worst_loss_year",
        "worst_loss_coverage", "shortfall_points", "bound_points", "rules_missed", "audit_checks", "reproducible", "reasons",
        "serves_99_from", "short_t", "gap_closed", "public_usd_per_kg",
    ),
    "strategy_coverage": ("strategy", "sector", "year", "demand_t", "served_t", "coverage"),
    "strategy_losses": ("strategy", "scenario", "sector", "year", "demand_t", "served_t", "coverage"),
    "idle": (
        "strategy", "stage", "year", "capacity_t", "can_run_t", "run_t", "idle_no_feed_t", "idle_not_needed_t",
        "idle_no_feed_share",
    ),
    # The year in which most of a stage has no feed, and what could run more if one stage of material were there for the taking.
    "wants": ("strategy", "stage", "year", "capacity_t", "idle_no_feed_t", "material_stage", "freed_t"),
    "funded": (
        "strategy", "project", "country", "stage", "how", "year", "size_t_per_year", "public_outlay_musd", "funders",
    ),
    "strategy_outlays": ("strategy", "funder", "year", "musd"),
    "strategy_spent": ("strategy", "country", "musd"),
    # What floors, offtakes and guarantees pay as planned and in the crash, by calendar year; blank without instruments.
    "strategy_liability": ("strategy", "year", "planning_musd", "crash_musd"),
    "missed": ("strategy", "rule", "measure", "required", "achieved", "worst_year", "years"),
    "changed_cells": ("strategy", "told_in_row", "sheet", "cell", "column", "before", "after"),
    "left_undone": ("strategy", "about", "sentence"),
}  # fmt: skip

# Further columns of ``strategies`` where there are instruments: capital of others, what may be owed if prices crash, and what is
# lent to firms that then miss their hurdle rate.
MONEY = ("private_musd", "contingent_musd", "lent_to_failing_musd")


def strategy_tables(told: SideBySide) -> dict[str, pd.DataFrame]:
    """Return every table of ``COLUMNS`` by name, strategies in the order of the sheet."""
    rows: dict[str, Rows] = {name: [] for name in COLUMNS}
    for side in told.sides:
        rows["strategies"].append(_row(told, side))
        rows["changed_cells"] += _changed(side)
        rows["left_undone"] += [
            {"strategy": side.name, "about": x.about, "sentence": x.text} for x in sentences(told, side)
        ]
        if side.has_plan:
            rows["strategy_coverage"] += _coverage(side)
            rows["strategy_losses"] += _losses(side)
            rows["idle"] += _idle(side)
            rows["wants"] += _wants(side)
            rows["funded"] += _funded(side)
            rows["strategy_outlays"] += _outlays(side)
            rows["strategy_spent"] += _spent(side)
            rows["strategy_liability"] += _liability(side)
            rows["missed"] += _missed(side)
    tables = {name: pd.DataFrame(found, columns=list(COLUMNS[name])) for name, found in rows.items()}
    if told.has_instruments:
        for name in MONEY:
            tables["strategies"][name] = pd.Series([side.money.get(name) for side in told.sides], dtype=float)
    return tables


def _row(told: SideBySide, side: Side) -> dict[str, object]:
    found: dict[str, object] = {
        "strategy": side.name,
        "status": side.status,
        "changed_cells": len(side.changes),
        "reasons": " ".join(side.reached.reasons),
    }
    if not side.has_plan:
        return found
    worst, points, years = side.worst_loss, side.points, side.by_year
    audit = side.manifest["audit"]
    assert isinstance(audit, Mapping)
    return found | {
        "projects_funded": side.projects,
        "outlay_musd": round(side.outlay_musd, 6),
        "decreed_musd": round(side.decreed_musd, 6),
        "coverage": round(side.coverage, 9),
        "first_year_coverage": None if years.empty else float(years.iloc[0]["coverage"]),
        "last_year_coverage": None if years.empty else float(years.iloc[-1]["coverage"]),
        "gap_closes": side.closes,
        "short_last_year_t": 0.0 if years.empty else round(float((years["demand_t"] - years["served_t"]).iloc[-1]), 4),
        "worst_loss": worst[0] if worst else "",
        "worst_loss_year": worst[1] if worst else None,
        "worst_loss_coverage": worst[2] if worst else None,
        "shortfall_points": None if points is None else round(points[0], 6),
        "bound_points": None if points is None else round(points[1], 6),
        "rules_missed": len(side.reached.missed),
        "audit_checks": audit["checks"],
        "reproducible": yes_no(bool(side.manifest.get("reproducible"))),
        "serves_99_from": side.serves_from(NEARLY),
        "short_t": round(side.short_t, 4),
        "gap_closed": _rounded(told.closed(side)),
        "public_usd_per_kg": _rounded(told.usd_per_kg(side)),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _coverage(side: Side) -> Rows:
    return [
        {
            "strategy": side.name,
            "sector": row.sector,
            "year": row.year,
            "demand_t": round(row.demand_t, 4),
            "served_t": round(row.served_t, 4),
            "coverage": row.coverage,
        }
        for row in each(side.served)
    ]


def _losses(side: Side) -> Rows:
    names = [x for x in COLUMNS["strategy_losses"] if x != "strategy"]
    table = side.facts.tables["losses"]
    return [
        {"strategy": side.name, **dict(zip(names, row, strict=True))} for row in table[names].itertuples(index=False)
    ]


def _idle(side: Side) -> Rows:
    order = {stage: n for n, stage in enumerate(side.stages)}
    return [
        {
            "strategy": side.name,
            "stage": x.stage,
            "year": x.year,
            "capacity_t": round(x.capacity_t, 4),
            "can_run_t": x.can_run_t,
            "run_t": round(x.run_t, 4),
            "idle_no_feed_t": round(x.no_feed_t, 4),
            "idle_not_needed_t": round(x.not_needed_t, 4),
            "idle_no_feed_share": share(x.no_feed_t, x.capacity_t) if x.capacity_t else 0.0,
        }
        for x in sorted(side.reached.idle, key=lambda x: (order.get(x.stage, len(order)), x.year))
    ]


def _wants(side: Side) -> Rows:
    return [
        {
            "strategy": side.name,
            "stage": want.idle.stage,
            "year": want.idle.year,
            "capacity_t": round(want.idle.capacity_t, 4),
            "idle_no_feed_t": round(want.idle.no_feed_t, 4),
            "material_stage": material,
            "freed_t": freed,
        }
        for want in side.reached.wants
        for material, freed in (want.freed_t or (("", 0.0),))
    ]


def _funded(side: Side) -> Rows:
    plan = [
        {
            "strategy": side.name,
            "how": "funded",
            "year": row.funded_year,
            **{
                name: getattr(row, name)
                for name in ("project", "country", "stage", "size_t_per_year", "public_outlay_musd", "funders")
            },
        }
        for row in each(side.facts.funded)
    ]
    decreed = [
        {
            "strategy": side.name,
            "how": "built by the strategy",
            "year": row.first_year,
            "funders": "",
            **{
                name: getattr(row, name)
                for name in ("project", "country", "stage", "size_t_per_year", "public_outlay_musd")
            },
        }
        for row in each(side.decreed)
    ]
    return [*plan, *decreed]


def _outlays(side: Side) -> Rows:
    table = side.facts.tables["outlays"]
    sums = table.groupby(["funder", "year"], sort=True, as_index=False)[["musd"]].sum()
    return [
        {"strategy": side.name, "funder": row.funder, "year": row.year, "musd": round(row.musd, 6)}
        for row in each(sums)
    ]


def _spent(side: Side) -> Rows:
    """Public money by the country in which it is spent; what the strategy has built too."""
    sums = spent_beside_plants(side.facts)
    for table in (side.facts.funded, side.decreed):
        for country, x in zip(table["country"], table["public_outlay_musd"], strict=True):
            sums[country] = sums.get(country, 0.0) + float(x)
    return [{"strategy": side.name, "country": c, "musd": round(x, 6)} for c, x in sorted(sums.items()) if round(x, 6)]


def _liability(side: Side) -> Rows:
    if "liability" not in side.facts.tables:
        return []
    sums = side.facts.tables["liability"].groupby("year", as_index=False)[["planning_musd", "crash_musd"]].sum()
    return [
        {
            "strategy": side.name,
            "year": row.year,
            "planning_musd": round(row.planning_musd, 6),
            "crash_musd": round(row.crash_musd, 6),
        }
        for row in each(sums)
    ]


def _missed(side: Side) -> Rows:
    return [
        {
            "strategy": side.name,
            "rule": x.rule,
            "measure": x.measure,
            "required": x.required,
            "achieved": x.achieved,
            "worst_year": x.year,
            "years": "; ".join(map(str, x.years)),
        }
        for x in side.reached.missed
    ]


def _changed(side: Side) -> Rows:
    return list(_cells(side))


def _cells(side: Side) -> Iterator[dict[str, object]]:
    for x in side.changes:
        table = side.base.table(x.sheet)
        yield {
            "strategy": side.name,
            "told_in_row": x.told,
            "sheet": x.sheet,
            "cell": table.cell(x.row, x.column) if x.column else f"row {x.row}",
            "column": x.column,
            "before": shown(x.before),
            "after": ("taken away" if not x.column else "blank") if x.after is None else shown(x.after),
        }


def shown(value: object) -> str:
    """A cell as text; numbers without zeros behind the point."""
    try:
        return f"{float(str(value)):.12g}" if value is not None else "blank"
    except ValueError:
        return str(value)
