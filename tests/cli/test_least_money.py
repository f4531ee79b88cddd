"""solve --points-short: the least money for a coverage, by hand, against trying every budget, and out of reach.

The plant P lacks 10 - 3 x 2.3616 = 2.9152 MUSD, Q is as large and lacks as much and a MUSD more; each serves 100 of 200 t a year
in 2031 and 2032. With nothing 600 t are short, with one of them 400, with both 200: 100, 66.67 and 33.33 points.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from runs import Answer, solve
from toys import settings, write

LACK = 10 - 3 * 2.3616
SHEETS = {
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, opex_usd_per_kg, hurdle_rate, \
operating_life_years
        P, A, make, candidate, 100, 10, 1, 30, 0.25, 4
        Q, B, make, candidate, 100, 11, 1, 30, 0.25, 4
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 200",
    "Instruments": "instrument, kind, max_share\ngrant, grant, 0.9",
    "Prices": "deck, material, year, usd_per_kg\nbase, m, 2030, 60",
    "Settings": settings(2030, 2032, utilization=1, coverage_gap_points=0, cost_gap=0),
}


def asked(points: float, folder: Path, *more: object) -> Answer:
    return solve(write(folder / "case", SHEETS), folder / "out", "--quiet", "--points-short", points, *more)


@pytest.mark.parametrize(
    ("points", "musd", "funded"), [(100, 0.0, set()), (70, LACK, {"P"}), (34, 2 * LACK + 1, {"P", "Q"})]
)
def test_the_least_money_for_a_coverage(points: float, musd: float, funded: set[str], tmp_path: Path):
    answer = asked(points, tmp_path)
    assert answer.code == 0
    least = answer.manifest["least_money"]
    assert least["musd"] == pytest.approx(musd, abs=2e-3)
    assert least["bound_musd"] == pytest.approx(musd, abs=2e-3)
    assert {row["project"] for row in answer.table("portfolio")} == funded
    assert answer.manifest["audit"]["passed"]
    assert "Least:" in answer.stdout


def test_a_coverage_that_no_money_buys(tmp_path: Path):
    answer = asked(20, tmp_path)
    assert answer.code == 4
    assert "none can be short by less than 33.33 points: asked for are at most 20" in answer.manifest["reasons"][0]


def test_it_takes_the_place_of_a_budget(tmp_path: Path):
    assert asked(50, tmp_path, "--budget", 3).code == 2
