"""The commands repair and redundancy as a user runs them: sentences, tables, sheets, exit codes, and the same bytes again."""

from __future__ import annotations

import sys
from pathlib import Path

import openpyxl
import pytest
from runs import Answer, content, magnetgrid, solve
from toys import write

sys.path.append(str(Path(__file__).parent.parent / "solve"))
from test_price import SURVIVE
from test_repair import TOY


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case and its plan, in the folders ``case`` and ``plan``."""
    place = tmp_path_factory.mktemp("repair")
    assert solve(write(place / "case", TOY), place / "plan", "--quiet").code == 0
    return place


def repaired(place: Path, out: Path, *options: object) -> Answer:
    return magnetgrid(
        "repair", place / "case", "--plan", place / "plan", "--out", out, "--workers", 1, "--quiet", *options, out=out
    )


def cells(report: Path, sheet: str) -> list[str]:
    rows = openpyxl.load_workbook(report)[sheet].iter_rows(values_only=True)
    return [str(value) for row in rows for value in row if value is not None]


def test_repair_of_the_worst_loss(plan: Path, tmp_path: Path):
    answer = repaired(plan, tmp_path / "out")
    assert answer.code == 0
    assert "The earliest year by which it can be back is 2032" in answer.stdout
    assert "8.0 MUSD of extra public money, proven least, 1 project." in answer.stdout
    assert "Who can wait until 2033 pays 5.0 MUSD, proven least." in answer.stdout
    told = [(x["recover_by"], x["extra_musd"], x["at_least_musd"], x["reached"]) for x in answer.table("repairs")]
    assert told == [("2032", "8.0", "8.0", "yes"), ("2033", "5.0", "5.0", "yes"), ("2034", "5.0", "5.0", "yes")]
    projects = [
        (x["recover_by"], x["project"], x["funded_year"], x["first_output_year"])
        for x in answer.table("repair_projects")
    ]
    assert projects[:3] == [("2032", "P", "2031", "2032"), ("2033", "Q", "2031", "2033"), ("2033", "S", "2031", "2033")]
    coverage = {x["year"]: (x["unrepaired"], x["repaired"], x["possible"]) for x in answer.table("repair_coverage")}
    assert coverage["2031"] == ("0.6", "0.6", "0.6")
    assert coverage["2032"] == ("0.6", "1.0", "1.0")
    found = cells(answer.out / "repair.xlsx", "Repair")
    assert any(text.startswith("“B lost, from 2031 on” (lost): without a repair 60 % of all demand") for text in found)
    assert "Projects to be back by 2032" in found


def test_repair_gives_the_same_tables_again(plan: Path, tmp_path: Path):
    first, again = (repaired(plan, tmp_path / name) for name in ("one", "two"))
    assert content(first.out / "tables") == content(again.out / "tables")


def test_a_loss_that_is_not_there_and_a_plan_that_is_not(plan: Path, tmp_path: Path):
    answer = repaired(plan, tmp_path / "out", "--loss", "COUNTRY:X")
    assert (answer.code, "--loss COUNTRY:X: the workbook has no such loss. It has: lost." in answer.stderr) == (2, True)
    answer = magnetgrid("repair", plan / "case", "--plan", plan / "case", "--out", tmp_path / "out")
    assert answer.code == 2
    assert "portfolio.csv: not found. Give the folder of a run that made a plan." in answer.stderr


def test_price_of_surviving_the_loss_of_any_one_country(tmp_path: Path):
    case, out = write(tmp_path / "case", SURVIVE), tmp_path / "out"
    answer = magnetgrid("redundancy", case, "--out", out, "--workers", 1, "--quiet", out=out)
    assert answer.code == 0
    sentence = (
        "Surviving the loss of any one country (country, 50 % of all demand served) costs 6.0 MUSD (proven) at the same"
        " coverage, or nothing (proven) at the same budget; the country that makes it expensive is A (6.0 MUSD less without it)."
    )
    assert sentence in answer.stdout
    told = {x["name"]: (x["musd"], x["musd_verdict"], x["points_verdict"]) for x in answer.table("redundancy_prices")}
    assert told["country"] == ("6.0", "costs", "nothing")
    assert told["country:B"] == ("0.0", "nothing", "nothing")
    found = cells(out / "redundancy.xlsx", "Price of redundancy")
    assert sentence in found
    assert "… loss of A alone" in found
