"""The cheapest repair of a plan, on toys whose answer is known by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import pytest
from toys import Sheets, instance, settings, solved

from models.instance import Instance
from models.repair import HeldPlan, Wish, repair_case
from models.solution import Funding
from optimizer.solve.dispatch import dispatch_all
from optimizer.solve.highs import Status
from optimizer.solve.repair import AS_BEFORE, Repair, cheapest_repair
from optimizer.solve.stress import Stress

# 100 t a year are wanted in A, 60 of them made in A by X and 40 in B by Y; B is lost from 2031 on. There is no budget for the
# plan. P makes up for all a year after it is funded; Q and S together for less, after two years.
TOY: Sheets = {
    "Settings": settings(2030, 2034, budget_musd=0, discount_rate=0.25),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 60, ,
        Y, B, make, existing, 40, ,
        P, A, make, candidate, 40, 8, 1
        Q, C, make, candidate, 30, 3, 2
        S, A, make, candidate, 20, 2, 2
        Z, B, make, candidate, 90, 1, 0
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 100
    """,
    "Disruptions": """
        scenario, kind, target, from_year
        lost, lose_country, B, 2031
    """,
}


def plan_of(case: Instance) -> HeldPlan:
    outcome = solved(case)
    assert outcome.investment is not None
    year = Stress(case, outcome.investment).year
    served = {
        (d, t): row.demand_kt[t] - year(t).base_short_kt[d] for d, row in case.demands.items() for t in case.years
    }
    return HeldPlan(outcome.investment.fundings, outcome.investment.level_kt, served)


def repaired(sheets: Sheets, wish: Wish = AS_BEFORE, loss: str = "lost") -> Repair:
    case = instance(sheets)
    return cheapest_repair(case, plan_of(case), case.scenarios[loss], wish)


def told(repair: Repair) -> list[tuple[int, float | None, list[tuple[str, int]]]]:
    """Recovery year, money, what is funded and when."""
    return [
        (x.year, None if x.outlay_musd is None else round(x.outlay_musd, 6), [(f.project, f.year) for f in x.fundings])
        for x in repair.recoveries
    ]


def test_more_time_is_cheaper():
    """Nothing is back in 2031; P funded in 2031 gives 40 t from 2032 for 8 MUSD; Q and S give 50 t from 2033 for 5.

    Z is cheaper than all, but stands in the lost country. By 2034 Q and S need not be funded before 2032.
    """
    repair = repaired(TOY)
    assert told(repair) == [
        (2032, 8.0, [("P", 2031)]),
        (2033, 5.0, [("Q", 2031), ("S", 2031)]),
        (2034, 5.0, [("Q", 2032), ("S", 2032)]),
    ]
    assert repair.years == (2031, 2032, 2033, 2034)
    assert repair.unrepaired == pytest.approx(dict.fromkeys(repair.years, 0.6))
    assert repair.recoveries[0].served == pytest.approx({2030: 0.6, 2031: 0.6, 2032: 1.0, 2033: 1.0, 2034: 1.0})
    assert all(x.status is Status.OPTIMAL and x.bound_musd == pytest.approx(x.outlay_musd) for x in repair.recoveries)


def test_an_insurance_is_funded_before_the_loss():
    """Funded in 2030, P gives from 2031, the first year of the loss; Q and S from 2032."""
    assert told(repaired(TOY, Wish(before=True))) == [
        (2031, 8.0, [("P", 2030)]),
        (2032, 5.0, [("Q", 2030), ("S", 2030)]),
        (2033, 5.0, [("Q", 2031), ("S", 2031)]),
        (2034, 5.0, [("Q", 2032), ("S", 2032)]),
    ]


def test_a_smaller_share_costs_less():
    """80 of 100 t: S alone gives the 20 t that X does not make."""
    repair = repaired(TOY, Wish(share=0.8))
    assert told(repair)[:2] == [(2032, 8.0, [("P", 2031)]), (2033, 2.0, [("S", 2031)])]
    assert repair.asked == pytest.approx(dict.fromkeys(repair.years, 0.8))


def test_a_loss_that_begins_later():
    """From 2033 on nothing is back in 2033, and P is in 2034."""
    repair = repaired(TOY, Wish(first_year=2033))
    assert repair.years == (2033, 2034)
    assert told(repair) == [(2034, 8.0, [("P", 2033)])]


def test_what_nothing_reaches_is_told_as_near_as_can_be():
    """S is the only candidate that is not lost: 80 of 100 t in 2034, 20 t missing, for 2 MUSD."""
    lines = [line for line in TOY["Projects"].splitlines() if not line.strip().startswith(("P,", "Q,"))]
    repair = repaired(TOY | {"Projects": "\n".join(lines)})
    (nearest,) = repair.recoveries
    assert repair.reached == ()
    assert (nearest.year, nearest.outlay_musd, nearest.missing_kt) == pytest.approx((2034, 2.0, 0.02), abs=1e-5)
    assert nearest.missing_of == pytest.approx({("cars", "m"): 0.02}, abs=1e-5)
    assert nearest.served is not None
    assert nearest.served[2034] == pytest.approx(0.8)
    assert repair.possible == pytest.approx({2031: 0.6, 2032: 0.6, 2033: 0.8, 2034: 0.8})


def test_without_candidates_nothing_is_back():
    """X alone makes 60 of 100 t, whatever money there is."""
    repair = repaired(TOY | {"Projects": "\n".join(TOY["Projects"].splitlines()[:4])})
    (nearest,) = repair.recoveries
    assert (nearest.outlay_musd, nearest.missing_kt, nearest.fundings) == (0.0, pytest.approx(0.04, abs=1e-5), ())


def test_a_loss_that_does_not_hurt_needs_no_repair():
    """C has no plant: its loss takes nothing."""
    disruptions = "scenario, kind, target, from_year\nlost, lose_country, C, 2031"
    repair = repaired(TOY | {"Disruptions": disruptions})
    assert not repair.is_hurt
    assert told(repair) == [(2031, 0.0, [])]


def test_a_stock_gives_an_even_share_of_every_year():
    """80 t in store for four years: 20 t a year, so that S is enough from 2033 on."""
    stock = "material, country, opening_t, allied\nm, A, 80, yes"
    repair = repaired(TOY | {"Stockpiles": stock})
    assert repair.unrepaired == pytest.approx(dict.fromkeys(repair.years, 0.8))
    assert told(repair)[:2] == [(2032, 8.0, [("P", 2031)]), (2033, 2.0, [("S", 2031)])]


@pytest.mark.parametrize("seed", [1, 2])
def test_against_every_set_of_projects(seed: int):
    """Brute force: the cheapest set whose plants that are ready by then make up for the 40 t lost; more time is never dearer."""
    dice = random.Random(seed)
    plants = [(f"p{n}", dice.randint(5, 30), dice.randint(1, 9), dice.randint(0, 2)) for n in range(5)]
    lines = TOY["Projects"].splitlines()[:4]
    lines += [f"{p}, A, make, candidate, {size}, {capex}, {lead}" for p, size, capex, lead in plants]
    repair = repaired(TOY | {"Projects": "\n".join(lines)})
    found = {x.year: x.outlay_musd for x in repair.reached}
    sets = [c for n in range(6) for c in combinations(plants, n)]
    for year in repair.years:
        able = [sum(c[2] for c in s) for s in sets if sum(c[1] for c in s if 2031 + c[3] <= year) >= 40]
        assert (year in found) == bool(able)
        if able:
            assert found[year] == pytest.approx(min(able))
    money = [found[year] for year in sorted(found)]
    assert money == sorted(money, reverse=True)


def test_what_the_plan_funds_stands_and_fills_its_group():
    """Funded in 2030 at half its size, P stands at 20 t from 2031; Q, which requires P, waits for the year of P."""
    projects = """
        project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, lead_years, requires
        P, A, make, candidate, 40, 10, 8, 1,
        Q, C, make, candidate, 30, , 3, 0, P
        S, A, make, candidate, 20, , 2, 0,
    """
    case = instance(TOY | {"Projects": projects})
    plan = HeldPlan((Funding("P", 2033, 1.0, 0.02, 4.0),))
    mended = repair_case(case, plan, case.scenarios["lost"], AS_BEFORE)
    assert not mended.projects["P"].is_candidate
    assert mended.projects["P"].nameplate_ktpy == pytest.approx(0.02)
    assert mended.projects["P"].fixed_fraction == {2034: 1.0}
    assert mended.projects["Q"].funding_years == (2033, 2034)
    assert mended.projects["S"].funding_years == (2031, 2032, 2033, 2034)
    assert mended.scenarios["base"].closed_country == "B"
    assert mended.budget_musd is None


def test_the_printed_flows_of_the_loss_agree():
    """The flows of another model, with P standing from 2032 beside X and Y: 40 t short in 2031, and nothing after it."""
    case = instance(TOY)
    outcome = solved(case)
    assert outcome.investment is not None
    (first, *_) = cheapest_repair(case, plan_of(case), case.scenarios["lost"], AS_BEFORE).recoveries
    (funding,) = first.fundings
    extra = {(funding.project, t): funding.size_ktpy for t in case.years if t > funding.year}
    mended = replace(outcome.investment, capacity_ktpy={**outcome.investment.capacity_ktpy, **extra})
    short = dispatch_all(case, mended, lambda _: None)["lost"].shortfall
    assert {t: round(kt, 9) for (_, t), kt in short.items()} == {2031: 0.04, 2032: 0.0, 2033: 0.0, 2034: 0.0}
