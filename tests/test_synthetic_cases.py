"""The synthetic cases of the benchmarks: as large as declared, without a fault, and the same bytes from the same seed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent / "benchmarks"))

from synthetic import SIZES, budgets, write_case

from optimizer.assemble import assemble
from optimizer.checks import check
from optimizer.findings import Level
from optimizer.workbook import read_workbook


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("size", SIZES)
def test_a_case_is_as_declared_and_has_no_fault(tmp_path, size, seed):
    write_case(tmp_path, size, seed)
    workbook = read_workbook(tmp_path)
    assert not [str(finding) for finding in check(workbook) if finding.level is Level.FAULT]
    case, shape = assemble(workbook), SIZES[size]
    counted = (len(case.candidates), len(case.countries), len(case.years), len(case.scenarios))
    assert counted == (shape.candidates, shape.countries, shape.years, shape.scenarios)
    assert all(len(scenario.years) == 3 for scenario in case.disruptions)
    assert bool(case.pots) is (seed % 2 == 1)
    assert any(project.min_utilization for project in case.candidates.values()) is (seed % 2 == 1)
    assert len({project.group for project in case.candidates.values() if project.group}) == shape.groups


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_bytes(tmp_path, seed):
    write_case(tmp_path / "one", "S", seed)
    write_case(tmp_path / "two", "S", seed + 1)  # What another seed wrote there before leaves no trace.
    write_case(tmp_path / "two", "S", seed)
    write_case(tmp_path / "other", "S", seed + 2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert contents(tmp_path / "one") != contents(tmp_path / "other")


def test_the_budgets_are_shares_of_the_middle_one():
    tight, middle, loose = budgets("S", 1).values()
    assert (tight / middle, loose / middle) == (pytest.approx(0.4, abs=0.001), pytest.approx(1.8, abs=0.001))
