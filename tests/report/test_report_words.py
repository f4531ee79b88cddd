"""Numbers and words as planners write them, and the sentences on what was proven."""

from __future__ import annotations

import pytest
from toys import settings, workbook

from optimizer.report.bottlenecks import tonnes
from optimizer.report.facts import Facts
from optimizer.report.portfolio import short_source
from optimizer.report.style import clean, tonnes_format
from optimizer.report.tables import COLUMNS, frame
from optimizer.report.words import proof
from optimizer.wording import joined, percent, year_list

DEMAND = "sector, country, material, year, demand_t\nx, A, m, 2030, 1"


def facts(**manifest: object) -> Facts:
    tables = {name: frame(name, []) for name in COLUMNS}
    book = workbook(
        {
            "Settings": settings(),
            "Demand": DEMAND,
            "Projects": "project, country, process, status, capacity_t_per_year\np, A, make, existing, 1",
        }
    )
    return Facts(book, tables, manifest, ())


@pytest.mark.parametrize(
    ("values", "shown"),
    [((12345.6, 3.2), "#,##0"), ((99.9,), "#,##0.0"), ((5.0, 0.1), "#,##0.00"), ((0.5,), "#,##0.000"), ((), "#,##0")],
)
def test_tonnes_keep_three_digits_of_the_largest(values: tuple[float, ...], shown: str):
    assert tonnes_format(values).split(";")[0] == shown


def test_cells_hold_no_dust_and_no_control_signs():
    assert clean(1e-9, "t") == 0
    assert clean(-1e-12, "musd") == 0
    assert clean(float("nan")) is None
    assert clean("a\x07b") == "a b"
    assert clean("") is None
    assert clean(2030.0, "year") == 2030


def test_words():
    assert percent(1.0) == "100 %"
    assert percent(0.9994) == "99.9 %"
    assert percent(0.9321) == "93.2 %"
    assert tonnes(1234.5) == "1,234"
    assert tonnes(50.0) == "50"
    assert tonnes(7.236) == "7.24"
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert year_list([2029, 2027, 2028, 2033]) == "2027 to 2029, 2033"
    assert short_source("https://www.x.org/a/b?c=1; Report | 2024-05; rule 3") == "x.org; Report; rule 3"


PASSED = {"passed": True, "checks": 1234, "violations": 0}


def test_a_proven_plan():
    said = proof(
        facts(coverage_gap_points=0.39, coverage_gap_t=7871.1, cost_gap=0.0071, audit=PASSED, bounds={"cost_musd": 1.0})
    )
    assert said == [
        "Coverage: no plan can cover more than 0.39 points better (7,871 priority-weighted t, all years together); proven.",
        "Cost: no plan of this coverage is cheaper by more than 0.71 %; proven.",
        "Audit passed, 1,234 checks: everything was recomputed from the workbook's cells and the written tables.",
    ]


def test_a_plan_proven_less_closely_than_asked_for():
    options = {"coverage_gap_points": 0.1, "cost_gap": 0.001}
    bounds = {"cost_musd": None}
    said = proof(facts(coverage_gap_points=2.5, coverage_gap_t=100.0, cost_gap=0.5, bounds=bounds, options=options))
    assert said[0].endswith("proven, but not within the 0.1 points asked for.")
    assert said[1] == "Cost: how much cheaper another plan could be was not proven in the time given."


def test_an_exact_answer_of_least_cost():
    said = proof(facts(objective="cost", coverage_gap_points=None, cost_gap=0.0, bounds={"cost_musd": 5.0}))
    assert said == ["Cost: no plan costs less; proven."]
