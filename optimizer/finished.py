"""What finished commands left behind, read again: the plan of a run in model units, and the classes of a comparison."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from models.instance import BASE
from models.solution import Investment
from optimizer.assemble import assemble
from optimizer.explain_case import PlanNow
from optimizer.findings import InputError
from optimizer.output import MANIFEST, TABLES
from optimizer.report.explained import COST, Budgeted
from optimizer.report.facts import each
from optimizer.report.tables import COLUMNS
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook

_SHORT_T = 1e-3


@dataclass(frozen=True)
class FinishedRun:
    """What a run left behind."""

    folder: Path
    manifest: dict[str, Any]
    tables: dict[str, pd.DataFrame]


def finished_run(workbook: Workbook, folder: Path, path: Path) -> FinishedRun:
    """Read what a run left behind.

    Raises
    ------
    InputError
        Where there is no plan, or it is of another workbook; the message says what to do.
    """
    remedy = f"Solve first: magnetgrid solve {path} --out {folder}"
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        status = manifest["status"]
        digest = manifest["input"]["sha256"]
    except FileNotFoundError:
        raise InputError(f"{folder}: holds no finished run (no {MANIFEST}). {remedy}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / MANIFEST}: is not the manifest of a run ({error}). {remedy}") from None
    if status not in ("optimal", "feasible"):
        raise InputError(f"{folder}: the run has no plan (status {status}), so there is nothing to explain.")
    if manifest.get("relaxed"):
        raise InputError(f"{folder}: is a linear relaxation, a bound and not a plan. Solve without --relax.")
    if digest != workbook.sha256():
        raise InputError(f"{folder}: its plan is of other cells than {path} has now (the digests differ). {remedy}")
    try:
        tables = {
            name: pd.read_csv(folder / TABLES / f"{name}.csv", keep_default_na=False, na_values=[""])
            for name in COLUMNS
        }
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / TABLES}: a table of the plan cannot be read ({error}). {remedy}") from None
    return FinishedRun(folder, manifest, tables)


def plan_of(workbook: Workbook, run: FinishedRun) -> PlanNow:
    """The plan in model units."""
    manifest, tables = run.manifest, run.tables
    by_cost = manifest["objective"] == COST
    name = "cost_musd" if by_cost else "weighted_shortfall_t"
    bound = manifest["bounds"][name]
    scale = 1.0 if by_cost else T_PER_KT
    coverage = tables["coverage"]
    base = coverage[coverage["scenario"] == BASE]
    short = (base["priority"] * base["shortfall_t"]).groupby(base["year"]).sum() / T_PER_KT
    short_years = coverage.loc[coverage["shortfall_t"] > _SHORT_T, "year"].unique()
    return PlanNow(
        funded=frozenset((str(x.project), int(x.funded_year)) for x in each(tables["portfolio"])),
        value=float(manifest[name]) / scale,
        bound=-float("inf") if bound is None else float(bound) / scale,
        sizes_t={str(x.project): float(x.size_t_per_year) for x in each(tables["portfolio"])},
        standing=_standing(workbook, run),
        short_kt={int(t): float(x) for t, x in short.items()},  # type: ignore[call-overload]
        short_years=tuple(sorted(int(t) for t in short_years)),
    )


def _standing(workbook: Workbook, run: FinishedRun) -> Investment:
    """Capacities and draws of the plan, as the base runs with them."""
    instance = assemble(workbook, None)
    drawn = {
        (f"{x.material}|{x.country}|{'allied' if x.allied == 'yes' else 'open'}", int(x.year)): x.drawn_t / T_PER_KT
        for x in each(run.tables["stocks"])
        if x.scenario == BASE
    }
    return Investment(
        fundings=(),
        capacity_ktpy={(str(x.project), int(x.year)): x.capacity_t / T_PER_KT for x in each(run.tables["capacity"])},
        bought_kt={},
        level_kt={},
        base_draw_kt={(g, t): drawn.get((g, t), 0.0) for g in instance.stockpiles for t in instance.years},
        outlay_musd={},
        paid_musd={},
        cost_musd={},
        base_shortfall_kt={},
        base_running_musd={},
    )


def compared(workbook: Workbook, folder: Path | None) -> tuple[dict[str, Budgeted], str]:
    """What a comparison of the same workbook says of every candidate; nothing where there is none."""
    place = folder or Path("outputs") / f"{workbook.name}-compare"
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        same = manifest["input"]["sha256"] == workbook.sha256()
        table = pd.read_csv(place / TABLES / "classes.csv", keep_default_na=False, na_values=[""])
        found = {
            str(x.project): Budgeted(
                str(x[3]),
                None if x.first_musd != x.first_musd else float(x.first_musd),
                int(x.budgets_funded),
                int(x.budgets),
            )
            for x in each(table)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if folder is None:
            return {}, ""
        raise InputError(f"{place}: is not the folder of a finished comparison ({error}).") from None
    if not same and folder is not None:
        raise InputError(f"{place}: compares other cells than the workbook has now. Compare again, or leave it out.")
    return (found, str(place)) if same else ({}, "")
