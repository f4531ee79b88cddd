"""Repairs -> tables in tonnes and million dollars: pure, nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from models.instance import Instance, Project
from models.solution import Funding
from optimizer.report.rounding import Rows, share, tonnes, yes_no
from optimizer.solve.repair import Recovery, Repair

COLUMNS: Mapping[str, tuple[str, ...]] = {
    # One row per loss and year to recover by; where nothing reaches the target, one row with what is missing at least.
    "repairs": (
        "scenario", "recover_by", "status", "reached", "extra_musd", "at_least_musd", "capex_musd", "projects",
        "missing_weighted_t",
    ),
    "repair_projects": (
        "scenario", "recover_by", "project", "country", "stage", "funded_year", "first_output_year", "full_output_year",
        "size_t_per_year", "capex_musd", "public_outlay_musd",
    ),
    # Where nothing reaches the target: what is short of it in the nearest repair, in the last year.
    "repair_missing": ("scenario", "year", "sector", "material", "missing_t"),
    # Shares of all demand. repaired: by the repair that recovers first.
    "repair_coverage": ("scenario", "year", "nothing_lost", "asked", "unrepaired", "repaired", "possible"),
}  # fmt: skip
_MUSD_DIGITS = 3  # A thousand dollars: what a repair is solved to.


def repair_tables(instance: Instance, repairs: Sequence[Repair]) -> dict[str, pd.DataFrame]:
    """Return every table of ``COLUMNS`` by name, losses in the order given."""
    rows: dict[str, Rows] = {
        "repairs": [_recovery(repair, x) for repair in repairs for x in repair.recoveries],
        "repair_projects": [
            _project(instance, repair, x, funding)
            for repair in repairs
            for x in repair.recoveries
            for funding in x.fundings
        ],
        "repair_missing": [
            {
                "scenario": repair.loss,
                "year": x.year,
                "sector": sector,
                "material": k,
                "missing_t": round(tonnes(kt), 3),
            }
            for repair in repairs
            for x in repair.recoveries
            for (sector, k), kt in x.missing_of.items()
        ],
        "repair_coverage": [_coverage(repair, t) for repair in repairs for t in repair.years],
    }
    return {name: pd.DataFrame(found, columns=list(COLUMNS[name])) for name, found in rows.items()}


def money(musd: float | None) -> float | None:
    """Money to a thousand dollars."""
    return None if musd is None else round(musd, _MUSD_DIGITS) + 0.0


def _recovery(repair: Repair, x: Recovery) -> dict[str, object]:
    return {
        "scenario": repair.loss,
        "recover_by": x.year,
        "status": str(x.status),
        "reached": yes_no(x in repair.reached),
        "extra_musd": money(x.outlay_musd),
        "at_least_musd": money(x.bound_musd),
        "capex_musd": money(x.capex_musd),
        "projects": len(x.fundings),
        "missing_weighted_t": tonnes(x.missing_kt),
    }


def _project(instance: Instance, repair: Repair, x: Recovery, funding: Funding) -> dict[str, object]:
    project = instance.projects[funding.project]
    first, full = output_years(instance, project, funding.year)
    return {
        "scenario": repair.loss,
        "recover_by": x.year,
        "project": funding.project,
        "country": project.country,
        "stage": project.stage,
        "funded_year": funding.year,
        "first_output_year": first,
        "full_output_year": full,
        "size_t_per_year": tonnes(funding.size_ktpy),
        "capex_musd": money(funding.capex_musd),
        "public_outlay_musd": money(x.outlay_of.get(project.name)),
    }


def output_years(instance: Instance, project: Project, funded: int) -> tuple[int | None, int | None]:
    """First year with output, and first year with all that its ramp ever gives within the plan; None: not within it."""
    shares = {t: project.fraction(funded, t) for t in instance.years}
    first = next((t for t, x in shares.items() if x > 0.0), None)
    full = next((t for t, x in shares.items() if x >= max(project.output_fraction) - 1e-9), None)
    return first, full


def _coverage(repair: Repair, t: int) -> dict[str, object]:
    repaired = next((x.served[t] for x in repair.recoveries if x.served is not None), repair.unrepaired[t])
    values = (repair.nothing_lost[t], repair.asked[t], repair.unrepaired[t], repaired, repair.possible[t])
    names = ("nothing_lost", "asked", "unrepaired", "repaired", "possible")
    return {"scenario": repair.loss, "year": t, **{name: share(x, 1.0) for name, x in zip(names, values, strict=True)}}
