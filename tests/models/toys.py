"""Small cases as text: sheets in, Instance out, through the same reader and assembler as any workbook.

``settings`` and ``PLAIN`` give what every case needs, so that a toy shows only what it is about: one material ``m``, made of
nothing by the process ``make`` (stage ``magnet``), allies A, B, C and the outsider N.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from pathlib import Path

from models.instance import Instance
from optimizer.assemble import assemble
from optimizer.checks import check
from optimizer.findings import Level
from optimizer.solve.highs import Interrupt
from optimizer.solve.plan import PlanOutcome, Targets, solve_plan
from optimizer.workbook import Workbook, read_workbook

Sheets = Mapping[str, str]
EXACT = Targets(coverage_gap_points=0.0, cost_gap=0.0)

PLAIN: Sheets = {
    "Countries": """
        country, name, ally, may_be_lost
        A, A, yes, yes
        B, B, yes, yes
        C, C, yes, no
        N, N, no, no
    """,
    "Materials": """
        material, name, stage
        m, m, magnet
    """,
    "Recipes": """
        process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
        make, r, magnet, m, output, 1,
    """,
    "Projects": """
        project, country, process, status, capacity_t_per_year
    """,
}


def settings(first: int = 2030, last: int = 2030, **more: object) -> str:
    """Return the sheet Settings with the years and whatever else is named."""
    given = {"first_year": first, "last_year": last, "price_year": 2025} | more
    return "\n".join(["setting, value", *(f"{name}, {value}" for name, value in given.items())])


def rows(text: str) -> list[list[str]]:
    """Return the cells of a sheet written as text, one line per row."""
    return [[cell.strip() for cell in line.split(",")] for line in text.strip().splitlines()]


def write(folder: Path, sheets: Sheets) -> Path:
    """Write the sheets as a CSV folder; what is not named is taken from ``PLAIN``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ({**PLAIN, "Settings": settings()} | dict(sheets)).items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows(text))
    return folder


def workbook(sheets: Sheets) -> Workbook:
    """Return the sheets as read from files, refused if the program itself would find a fault in them."""
    with tempfile.TemporaryDirectory() as folder:
        book = read_workbook(write(Path(folder), sheets))
    faults = [str(finding) for finding in check(book) if finding.level is Level.FAULT]
    if faults:
        raise ValueError("\n".join(faults))
    return book


def instance(sheets: Sheets, budget_musd: float | None = None) -> Instance:
    """Return the case as the model takes it."""
    return assemble(workbook(sheets), budget_musd)


def solved(case: Instance, targets: Targets = EXACT, interrupt: Interrupt | None = None) -> PlanOutcome:
    """Return the plan, proven optimal unless other targets are given."""
    return solve_plan(case, targets, lambda _: None, interrupt)
