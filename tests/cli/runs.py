"""Runs of the command line as a user makes them, and what they leave behind."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from toys import Sheets, settings, write

from optimizer.cli import main


@dataclass(frozen=True)
class Answer:
    """Exit code, what was printed, and the folder of the results."""

    code: int
    stdout: str
    stderr: str
    out: Path

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.out / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))


def magnetgrid(*arguments: object, out: Path = Path("nowhere")) -> Answer:
    """Run a command."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return Answer(result.exit_code, result.stdout, result.stderr, out)


def solve(case: Path, out: Path, *options: object) -> Answer:
    """Run ``solve`` with its results in ``out``."""
    return magnetgrid("solve", case, "--out", out, *options, out=out)


def solve_sheets(folder: Path, sheets: Sheets, *options: object) -> Answer:
    """Write a toy and solve it, quietly."""
    return solve(write(folder / "case", sheets), folder / "out", "--quiet", *options)


def content(folder: Path) -> dict[str, bytes]:
    """Return every file under a folder by its path."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


# One plant of 60 t a year in A and a candidate of 40 t for 8 MUSD in B; 100 t are wanted in A.
SMALL: Sheets = {
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 60, ,
        P, B, make, candidate, 40, 8, 0
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 100
    """,
}

# The same with 200 t that must be served in full: 100 t are missing, whatever is funded.
IMPOSSIBLE: Sheets = SMALL | {
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 60, ,
        P, B, make, candidate, 140, 800, 0
    """,
    "Settings": settings(budget_musd=5),
    "Demand": """
        sector, country, material, year, demand_t, min_coverage
        cars, A, m, 2030, 100, 1
    """,
}
