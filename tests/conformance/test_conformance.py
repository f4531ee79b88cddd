"""Every conformance case through the command line: exit code, manifest fields, sums over the written tables."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from optimizer.cli import main

CASES = Path(__file__).parent / "cases"
NAMES = sorted(folder.name for folder in CASES.iterdir() if (folder / "expected.json").is_file())
SLOW = {"orlib_cap101"}
EXIT_CODE = {"optimal": 0, "infeasible": 4, "fault": 3}


def test_all_cases_are_here():
    assert len(NAMES) == 80


@pytest.mark.parametrize("name", [pytest.param(x, marks=pytest.mark.slow) if x in SLOW else x for x in NAMES])
def test_case(name: str, tmp_path: Path):
    expected = json.loads((CASES / name / "expected.json").read_text(encoding="utf-8"))
    budget = expected["budget_option"]
    arguments = ["solve", str(CASES / name), "--out", str(tmp_path / "out"), "--quiet"]
    arguments += [] if budget is None else ["--budget", str(budget)]

    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == EXIT_CODE[expected["status"]], result.output
    manifest = tmp_path / "out" / "manifest.json"
    if expected["status"] == "fault":
        assert not manifest.exists()
        return
    written = json.loads(manifest.read_text(encoding="utf-8"))
    assert written["status"] == expected["status"]
    failed = [text for check in expected["checks"] if (text := _failure(check, manifest.parent, written))]
    assert not failed, f"{expected['note']}: {failed}"


def _failure(check: dict[str, Any], folder: Path, manifest: dict[str, Any]) -> str:
    """Say how a check fails; blank where it holds."""
    if "field" in check:
        found = manifest[check["field"]]
    else:
        assert check["file"].startswith("tables/"), check
        found = _sum(folder / check["file"], check["sum"], check.get("where", {}))
    holds = found is not None and abs(found - check["value"]) <= check["tol"]
    return "" if holds else f"{check} gave {found}"


def _sum(table: Path, column: str, where: dict[str, Any]) -> float:
    with table.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    chosen = [row for row in rows if all(row[name] == str(value) for name, value in where.items())]
    assert chosen or not where, f"{table.name} has no row with {where}"
    return sum(float(row[column]) for row in chosen)
