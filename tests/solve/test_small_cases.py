"""Every conformance case by the search of large cases, against the model as it stands: the same least shortfall."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from models.build import build_model
from models.instance import Goal, Instance
from models.options import Layout, Options
from optimizer.assemble import assemble
from optimizer.solve.highs import Session, Status
from optimizer.solve.master import Money
from optimizer.solve.prove import prove
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Standing
from optimizer.workbook import read_workbook

CONFORMANCE = Path(__file__).parents[1] / "conformance" / "cases"
POINTS, KT = 2e-4, 1e-6
SLOW = {"orlib_cap101"}


def expected(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((CONFORMANCE / name / "expected.json").read_text(encoding="utf-8"))
    return found


NAMES = sorted(
    x.parent.name for x in CONFORMANCE.glob("*/expected.json") if expected(x.parent.name)["status"] != "fault"
)


def case(name: str) -> Instance:
    budget = expected(name)["budget_option"]
    assert budget is None or isinstance(budget, (int, float))
    return replace(assemble(read_workbook(CONFORMANCE / name), budget), goal=Goal.COVERAGE)


@pytest.mark.parametrize("name", [pytest.param(x, marks=pytest.mark.slow) if x in SLOW else x for x in NAMES])
def test_master_and_blocks_find_the_least_shortfall_of_the_plain_model(name: str):
    one = case(name)
    plain = Session(
        build_model(one, Options(Goal.COVERAGE, base_layout=Layout.COUNTRIES, loss_layout=Layout.COUNTRIES))
    ).solve()
    found = prove(CoverageCase(one), Standing(Money(one.budget_musd)), Aim(0.0))
    if plain.objective is None:
        assert plain.status is Status.INFEASIBLE
        assert found.funded is None
        return
    near = POINTS * one.weighted_demand_kt / 100.0 + KT
    assert found.value_kt == pytest.approx(plain.objective, abs=near)
    assert found.value_kt - found.bound_kt <= near
    assert found.bound_kt <= plain.objective + near
