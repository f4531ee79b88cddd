"""The flows of a loss from one model for all losses are those of a model of that loss alone."""

from __future__ import annotations

from toys import FULL, instance, workbook

from models.instance import BASE
from optimizer.assemble import assemble
from optimizer.diagnosis import standing_only
from optimizer.solve.dispatch import Dispatcher, WholeLosses
from optimizer.solve.standing import standing_plan
from optimizer.variants import Target, as_it_is, with_losses

TARGETS = [
    *(Target("lose_country", c) for c in ("A", "B", "C")),
    *(Target("lose_project", p) for p in ("S", "M", "W")),
    Target("lose_supplier", "N"),
]


def test_every_loss_is_as_from_its_own_model():
    case = standing_only(assemble(with_losses(as_it_is(workbook(FULL)), TARGETS)))
    plan = standing_plan(case)
    alone = Dispatcher(case, settles_cost=True).run(plan)
    losing = WholeLosses(case)
    for target in TARGETS:
        one = losing.run(plan, case.scenarios[target.scenario])
        other = alone[target.scenario]
        assert one.scenario == target.scenario
        assert abs(one.weighted_shortfall_kt - other.weighted_shortfall_kt) < 1e-7, target
        assert abs(sum(one.cost_musd.values()) - sum(other.cost_musd.values())) < 1e-4, target


def test_nothing_is_funded_or_bought_and_the_shortfall_is_the_least():
    case = assemble(as_it_is(workbook(FULL)))
    plan = standing_plan(case)
    assert plan.fundings == ()
    assert plan.outlay_musd == {}
    assert all(x == 0.0 for x in plan.bought_kt.values())
    assert {p for p, _ in plan.capacity_ktpy} <= {p for p, x in case.projects.items() if not x.is_candidate}
    flows = Dispatcher(standing_only(case), settles_cost=True).run(plan)[BASE]
    assert abs(flows.weighted_shortfall_kt - sum(plan.base_shortfall_kt.values())) < 1e-6


def test_the_case_itself_is_not_changed():
    before = instance(FULL)
    as_it_is(workbook(FULL))
    assert instance(FULL) == before
