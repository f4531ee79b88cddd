"""Every workbook in ``inputs/`` solves through the command line, and its plan passes the audit."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from optimizer.cli import main

INPUTS = Path(__file__).parents[2] / "inputs"
CASES = sorted(folder.name for folder in INPUTS.iterdir() if (folder / "Projects.csv").is_file())
# The reference case is asked for less than its settings ask, so that a busy machine keeps within the time.
LOOSER = {"allied_magnets": ["--time-limit", "40", "--coverage-gap-points", "1", "--cost-gap", "0.05"]}
# Words of the reference case's industry: none may reach the report of another one.
RARE_EARTH = re.compile(r"rare.?earth|magnet(?!grid)|ndpr|neodym|dyspros|samari|mine.to", re.IGNORECASE)


def solve(name: str, out: Path) -> dict[str, object]:
    arguments = ["solve", str(INPUTS / name), "--out", str(out), "--quiet", *LOOSER.get(name, [])]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    manifest: dict[str, object] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def texts(report: Path) -> list[str]:
    book = load_workbook(report, read_only=True)
    cells = [str(v) for sheet in book for row in sheet.iter_rows(values_only=True) for v in row if isinstance(v, str)]
    book.close()
    return cells


def test_both_cases_are_here():
    assert CASES == ["allied_magnets", "batteries"]


@pytest.mark.parametrize("name", CASES)
def test_check_finds_no_fault(name: str):
    result = CliRunner().invoke(main, ["check", str(INPUTS / name)])
    assert result.exit_code == 0, result.output
    assert "0 faults" in result.output


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_case_solves_and_passes_its_audit(name: str, tmp_path: Path):
    manifest = solve(name, tmp_path / "out")
    assert manifest["status"] in ("optimal", "feasible")
    assert manifest["audit"]["passed"]  # type: ignore[index]
    assert manifest["audit"]["checks"] > 10_000  # type: ignore[index]
    assert manifest["outlay_musd"] <= manifest["budget_musd"] + 1e-6  # type: ignore[operator]
    with (tmp_path / "out" / "tables" / "portfolio.csv").open(newline="", encoding="utf-8") as stream:
        assert sum(1 for _ in csv.DictReader(stream)) >= 10
    if name != "allied_magnets":
        foreign = [text for text in texts(tmp_path / "out" / "report.xlsx") if RARE_EARTH.search(text)]
        assert not foreign, foreign[:10]
