"""Runs with everything that a report is written from, and the report as it is read again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from optimizer.findings import Finding
from optimizer.progress import Progress
from optimizer.report.excel import write_report
from optimizer.report.tables import COLUMNS
from optimizer.run import SolveOptions, run_solve
from optimizer.workbook import Workbook, read_workbook

CONFORMANCE = Path(__file__).resolve().parents[1] / "conformance" / "cases"
SHEETS = [
    *("Summary", "Portfolio", "Timeline", "Capacity", "Coverage", "Losses", "Redundancy", "Bottlenecks", "Flows"),
    *("Costs", "Sources", "Defaults", "Run"),
]


@dataclass(frozen=True)
class Reported:
    """One run: its input, the tables it left behind as CSV, its manifest, its report."""

    workbook: Workbook
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, Any]
    book: openpyxl.Workbook

    def again(self, path: Path, warnings: tuple[Finding, ...] = (), **changed: object) -> openpyxl.Workbook:
        """Write the report once more from the CSV tables, with other entries in the manifest."""
        write_report(path, self.workbook, self.tables, {**self.manifest, **changed}, warnings)
        return openpyxl.load_workbook(path)


def solve(folder: Path, out: Path) -> Reported:
    """Solve a case and read again what it leaves behind."""
    run = run_solve(folder, out, SolveOptions(), Progress(quiet=True))
    assert not run.reasons
    tables = {name: pd.read_csv(out / "tables" / f"{name}.csv") for name in COLUMNS}
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return Reported(read_workbook(folder), tables, manifest, openpyxl.load_workbook(out / "report.xlsx"))


def cells(book: openpyxl.Workbook) -> Iterator[Cell]:
    """Every filled cell of a report."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if cell.value is not None)  # type: ignore[misc]


def texts(sheet: Worksheet) -> list[str]:
    """Every text of a sheet."""
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def find(sheet: Worksheet, text: str, column: int = 1) -> int:
    """The first row whose cell in a column is that text."""
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, column).value == text)


def rows(sheet: Worksheet, header: int) -> list[dict[str, Any]]:
    """The rows of a table under its header, up to the first row without a first cell."""
    names = [str(cell.value) for cell in sheet[header] if cell.value is not None]
    found = []
    for row in range(header + 1, sheet.max_row + 1):
        if sheet.cell(row, 1).value is None:
            break
        found.append({name: sheet.cell(row, n).value for n, name in enumerate(names, 1)})
    return found


def fill(cell: Any) -> str:
    """Colour of a cell, blank without."""
    return cell.fill.fgColor.rgb[-6:] if cell.fill.fill_type else ""
