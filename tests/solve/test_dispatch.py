"""The printed flows: their goals in order, the hub split among pairs, and each loss at its own least shortfall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from toys import Sheets, instance, settings, solved, workbook

from models.instance import Instance, Origin
from models.solution import Investment, Operation, Solution
from optimizer.report.tables import make_tables
from optimizer.solve import dispatch as dispatch_module
from optimizer.solve.dispatch import Dispatcher, dispatch_all
from optimizer.solve.program import SolverError

ALLIED, OPEN = Origin.ALLIED, Origin.OPEN
LOSS = "scenario, kind, target, from_year, years, severity, check_years, weight, min_coverage"


def flows(sheets: Sheets) -> tuple[Instance, dict[str, Operation]]:
    case = instance(sheets)
    outcome = solved(case)
    assert outcome.investment is not None
    return case, dispatch_all(case, outcome.investment, lambda _: None)


def tonnes(values: Mapping[object, float]) -> object:
    """Compare in tonnes; the base may be short of the kilogram that the second step gives back."""
    return pytest.approx({key: 1000.0 * x for key, x in values.items()}, abs=0.0015)


def sold(*rows: str) -> str:
    return "\n".join(["sector, country, material, year, demand_t, priority, allied_only", *rows])


def made(*rows: str) -> str:
    return "\n".join(["project, country, process, status, capacity_t_per_year, opex_usd_per_kg", *rows])


def test_what_falls_short_is_shared_among_rows_of_equal_priority():
    """60 t for 100 + 20 t: half of each is short; the row of priority 2 is served first."""
    _, found = flows(
        {
            "Demand": sold("d, A, m, 2030, 100, 1,", "e, A, m, 2030, 20, 1,", "f, A, m, 2030, 5, 2,"),
            "Projects": made("p, A, make, existing, 65,"),
        }
    )
    assert tonnes(found["base"].shortfall) == {
        ("d|A|m|any", 2030): 50.0,
        ("e|A|m|any", 2030): 10.0,
        ("f|A|m|any", 2030): 0.0,
    }


def test_a_loss_is_printed_at_its_own_least_shortfall_then_at_least_cost():
    """The loss has no weight: still, without the dear plant q the cheap one serves 40 of 50 t; with half of p gone q helps."""
    _, found = flows(
        {
            "Demand": sold("d, A, m, 2030, 50, ,"),
            "Projects": made("p, A, make, existing, 40, 1", "q, A, make, existing, 40, 3"),
            "Disruptions": f"{LOSS}\nx, lose_project, q, , , , , 0,\ny, lose_project, p, , , 0.5, , 0,",
        }
    )
    assert found["x"].weighted_shortfall_kt == pytest.approx(0.01)
    assert tonnes(found["x"].runs) == {("p", "r", ALLIED, 2030): 40.0}
    assert tonnes(found["y"].runs) == {("p", "r", ALLIED, 2030): 20.0, ("q", "r", ALLIED, 2030): 30.0}
    assert found["y"].cost_musd["opex", 2030] == pytest.approx(0.02 + 0.09)
    assert tonnes(found["base"].runs) == {("p", "r", ALLIED, 2030): 40.0, ("q", "r", ALLIED, 2030): 10.0}


def test_no_loops_and_fewest_tonnes_moved():
    """All moves are free: what A makes is used in A, and only 30 t go to B."""
    _, found = flows(
        {
            "Demand": sold("d, A, m, 2030, 70, ,", "d, B, m, 2030, 30, ,"),
            "Projects": made("p, A, make, existing, 100,"),
        }
    )
    assert tonnes(found["base"].ships) == {("m", ALLIED, "A", "B", 2030): 30.0}


def test_a_loss_goes_the_cheap_way_not_the_short_one():
    """A to C costs 5, A to B and B to C 1 each: 10 t go 20 tonne-legs for 0.02 MUSD."""
    _, found = flows(
        {
            "Settings": settings(default_transport_usd_per_kg=1),
            "Demand": sold("d, C, m, 2030, 10, ,"),
            "Projects": made("p, A, make, existing, 10,", "q, C, make, existing, 10,"),
            "Routes": "material, from, to, cost_usd_per_kg\nm, A, C, 5",
            "Disruptions": f"{LOSS}\nx, lose_project, q, , , , , 0,",
        }
    )
    assert {(i, j) for (_, _, i, j, _) in found["x"].ships} == {("A", "B"), ("B", "C")}
    assert sum(found["x"].ships.values()) == pytest.approx(0.02, rel=1e-9)
    assert found["x"].cost_musd["transport", 2030] == pytest.approx(0.02, rel=1e-9)


def test_flows_through_a_hub_are_split_pro_rata():
    """A and B send 60 and 40 t, C and D take 75 and 25 t: 45, 15, 30, 10."""
    _, found = flows(
        {
            "Countries": "country, name, ally\nA, A, yes\nB, B, yes\nC, C, yes\nD, D, yes",
            "Demand": sold("d, C, m, 2030, 75, ,", "d, D, m, 2030, 25, ,"),
            "Projects": made("p, A, make, existing, 60,", "q, B, make, existing, 40,"),
        }
    )
    assert tonnes(found["base"].ships) == {
        ("m", ALLIED, "A", "C", 2030): 45.0,
        ("m", ALLIED, "A", "D", 2030): 15.0,
        ("m", ALLIED, "B", "C", 2030): 30.0,
        ("m", ALLIED, "B", "D", 2030): 10.0,
    }


def test_allied_material_serves_first_where_it_costs_nothing():
    """Allied and open are both at hand at the same cost; what is over is the open one."""
    _, found = flows(
        {
            "Countries": "country, name, ally\nA, A, yes\nN, N, no",
            "Demand": sold("d, A, m, 2030, 50, ,"),
            "Projects": made("p, A, make, existing, 30, 2", "n, N, make, existing, 40, 2"),
        }
    )
    assert tonnes(found["base"].served) == {("d|A|m|any", ALLIED, 2030): 30.0, ("d|A|m|any", OPEN, 2030): 20.0}


def test_cost_comes_before_origin():
    """The open one is cheaper: it serves, and the allied one stands still."""
    _, found = flows(
        {
            "Countries": "country, name, ally\nA, A, yes\nN, N, no",
            "Demand": sold("d, A, m, 2030, 40, ,"),
            "Projects": made("p, A, make, existing, 30, 2", "n, N, make, existing, 40, 1"),
        }
    )
    assert tonnes(found["base"].served) == {("d|A|m|any", OPEN, 2030): 40.0}


def test_stock_is_shared_by_the_years_of_a_loss():
    """10 t for two years of 20 t each: 30 t short."""
    _, found = flows(
        {
            "Settings": settings(2030, 2032),
            "Demand": sold("d, A, m, 2030, 20, ,"),
            "Projects": made("p, A, make, existing, 20,"),
            "Stockpiles": "material, country, opening_t\nm, A, 10",
            "Disruptions": f"{LOSS}\nx, lose_project, p, 2031, , , , ,",
        }
    )
    assert sum(found["x"].draws.values()) == pytest.approx(0.01)
    assert found["x"].weighted_shortfall_kt == pytest.approx(0.03)


def test_a_year_that_stands_for_more_weighs_more():
    """One of three years is looked at; the draws count three times: 10 / 3 t drawn, 3 x (20 - 3.3333) short."""
    _, found = flows(
        {
            "Settings": settings(2030, 2032),
            "Demand": sold("d, A, m, 2030, 20, 2,"),
            "Projects": made("p, A, make, existing, 20,"),
            "Stockpiles": "material, country, opening_t\nm, A, 10",
            "Disruptions": f"{LOSS}\nx, lose_project, p, , , , 2031, ,",
        }
    )
    assert tonnes(found["x"].draws) == {("m|A|open", 2031): 3.333333}
    assert found["x"].weighted_shortfall_kt == pytest.approx(2 * 3 * (0.02 - 0.01 / 3))


def test_the_minimum_of_a_loss_is_kept_in_print():
    """Without p 20 t are left; e must keep 15 of 30 t though d has the higher priority."""
    _, found = flows(
        {
            "Demand": sold("d, A, m, 2030, 30, 5,", "e, A, m, 2030, 30, 1,"),
            "Projects": made("p, A, make, existing, 60,", "q, A, make, existing, 20,"),
            "Disruptions": "scenario, kind, target, sector, min_coverage\nx, lose_project, p, e, 0.5",
        }
    )
    assert tonnes(found["x"].shortfall) == {("d|A|m|any", 2030): 25.0, ("e|A|m|any", 2030): 15.0}


def test_base_draws_are_as_planned():
    """A draw of 2030 for 5 t at most: 5 t, then nothing is left."""
    case, found = flows(
        {
            "Settings": settings(2030, 2031),
            "Demand": sold("d, A, m, 2030, 5, ,"),
            "Stockpiles": "material, country, opening_t, base_draw, holding_usd_per_kg_year\nm, A, 5, yes, 1",
        }
    )
    assert case.years == (2030, 2031)
    assert tonnes(found["base"].draws) == {("m|A|open", 2030): 5.0}
    assert tonnes(found["base"].shortfall) == {("d|A|m|any", 2030): 0.0, ("d|A|m|any", 2031): 5.0}


def empty_plan(case: Instance) -> Investment:
    return Investment((), {}, {}, {}, {}, {}, {}, {}, dict.fromkeys(case.years, 0.0), dict.fromkeys(case.years, 0.0))


def test_a_plan_that_cannot_be_run_is_a_fault_of_the_program():
    """No capacity at all, and yet nothing may be short."""
    case = instance({"Demand": sold("d, A, m, 2030, 5, ,"), "Projects": made("p, A, make, existing, 5,")})
    with pytest.raises(SolverError, match="cannot be run in scenario base"):
        dispatch_all(case, empty_plan(case), lambda _: None)


def test_a_goal_is_kept_exactly():
    """70 t from p in A (60 t at 1 USD/kg) and q in B (20 t at a millionth more), used in B: p runs full.

    Ten tonnes less would be moved for a cent; it is not given.
    """
    _, found = flows(
        {
            "Demand": sold("d, B, m, 2030, 70, ,"),
            "Projects": made(
                "p, A, make, existing, 60, 1",
                "q, B, make, existing, 20, 1.000001",
                "x, B, make, existing, 9, 9",
            ),
            "Disruptions": f"{LOSS}\nx, lose_project, x, , , , , 0,",
        }
    )
    assert found["x"].runs == pytest.approx({("p", "r", ALLIED, 2030): 0.06, ("q", "r", ALLIED, 2030): 0.01}, rel=1e-9)


def test_a_plan_far_from_the_usual_is_run_all_the_same():
    """Half of the candidate would not serve what must be served: then nothing is known to start from."""
    case, found = flows(
        {
            "Demand": "sector, country, material, year, demand_t, min_coverage\nd, A, m, 2030, 10, 1",
            "Projects": """
                project, country, process, status, capacity_t_per_year, capex_musd, lead_years
                p, A, make, candidate, 10, 5, 0
            """,
        }
    )
    assert Dispatcher(case)._parts[0].start is None
    assert tonnes(found["base"].runs) == {("p", "r", ALLIED, 2030): 10.0}


# 20 t from p, and stocks, which the base draws from too: 9 MUSD also fund a plant of 12 t, 4 MUSD buy stocks alone. Without p
# two years share what is in store then.
PLANS: Sheets = {
    "Settings": settings(2030, 2032, default_transport_usd_per_kg=0.5, budget_musd=9),
    "Demand": sold("d, A, m, 2030, 25, ,", "e, B, m, 2030, 10, ,", "f, B, m, 2030, 3, 2,"),
    "Projects": """
        project, country, process, status, capacity_t_per_year, opex_usd_per_kg, capex_musd, lead_years
        p, A, make, existing, 20, 1, ,
        q, B, make, candidate, 12, 2, 5, 1
        x, C, make, candidate, 12, 2, 5, 1
    """,
    "Stockpiles": """
        material, country, opening_t, base_draw, purchase_usd_per_kg, max_purchase_t_per_year, max_t
        m, A, 10, yes, 100, 8, 30
        m, B, , , 200, 5, 20
    """,
    "Disruptions": f"{LOSS}\nx, lose_project, p, 2031, , , , ,\ny, lose_country, B, 2032, , , , ,",
}


def printed(case: Instance, investment: Investment, operations: dict[str, Operation]) -> dict[str, str]:
    tables = make_tables(workbook(PLANS), case, Solution(investment, operations))
    return {name: table.to_csv() for name, table in tables.items()}


def test_plan_after_plan_gives_what_each_gives_alone():
    """Stocks, draws of the base and losses of several years among them; in either order, byte for byte."""
    case = instance(PLANS)
    plans = [solved(replace(case, budget_musd=budget)).investment for budget in (9.0, 4.0)]
    (rich, poor) = (plan for plan in plans if plan is not None)
    assert rich.level_kt != poor.level_kt
    assert rich.base_draw_kt != poor.base_draw_kt or rich.capacity_ktpy != poor.capacity_ktpy
    alone = {id(plan): printed(case, plan, dispatch_all(case, plan, lambda _: None)) for plan in (rich, poor)}
    assert alone[id(rich)] != alone[id(poor)]
    for order in ((rich, poor, rich), (poor, rich)):
        dispatcher = Dispatcher(case)
        for plan in order:
            assert printed(case, plan, dispatcher.run(plan)) == alone[id(plan)]


@pytest.mark.slow
def test_processes_give_the_same_flows(monkeypatch: pytest.MonkeyPatch):
    """A case worth more processes is decided alike in one and in several."""
    case = instance(
        {
            "Settings": settings(2030, 2033),
            "Demand": sold("d, A, m, 2030, 50, ,", "e, B, m, 2030, 20, ,"),
            "Projects": made("p, A, make, existing, 40, 1", "q, B, make, existing, 40, 3"),
            "Disruptions": f"{LOSS}\nx, lose_project, each, , , , , ,",
        }
    )
    outcome = solved(case)
    assert outcome.investment is not None
    alone = dispatch_all(case, outcome.investment, lambda _: None)
    monkeypatch.setattr(dispatch_module, "_WORTH_PROCESSES", 1)
    assert dispatch_all(case, outcome.investment, lambda _: None) == alone
