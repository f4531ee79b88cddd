"""Packages in the plan: by hand, against every combination of fundings, and settled at the least outlay.

The plant is that of test_viability: it lacks 10 - 3 x 2.3616 = 2.9152 MUSD if built in 2030 to run from 2031 to 2034.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog
from toys import Sheets, instance, settings, solved

from models.build import build_model
from models.instance import Goal, Instance
from models.options import Options
from models.reductions import without_dominated_years
from models.viability import offered, ventures, within
from optimizer.solve.packages import settle
from optimizer.solve.plan import PlanOutcome

LACK = 10 - 3 * 2.3616
PLANT = "project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, lead_years, \
opex_usd_per_kg, hurdle_rate, operating_life_years"
P = "P, A, make, candidate, 100, , 10, 1, 30, 0.25, 4"
INSTRUMENTS = "instrument, kind, stages, countries, funders, max_share, rate, tenor_years, coverage, \
default_probability, material, usd_per_kg, years"
GRANT = "grant, grant, , , , 0.5, , , , , , ,"
FLOOR = "floor, floor, , , , , , , , , m, 90,"
LOAN = "loan, loan, , , , 0.6, 0, 2, , , , ,"
DEMAND = "sector, country, material, year, demand_t\ncars, A, m, 2030, 100"


def toy(
    instruments: str = GRANT, plants: str = P, budget_musd: object = 20, demand: str = DEMAND, **more: str
) -> Instance:
    given = {"utilization": 1, "public_rate": 0.1} | {k: v for k, v in more.items() if not k[0].isupper()}
    sheets: Sheets = {k: v for k, v in more.items() if k[0].isupper()}
    return instance(
        {
            "Projects": PLANT + "\n" + plants,
            "Demand": demand,
            "Instruments": INSTRUMENTS + "\n" + instruments,
            "Prices": "deck, material, year, usd_per_kg\nbase, m, 2030, 60\ncrash, m, 2030, 40",
            **sheets,
            "Settings": settings(2030, 2032, budget_musd=budget_musd, **given),
        }
    )


def found(case: Instance) -> PlanOutcome:
    outcome = solved(case)
    assert outcome.investment is not None
    return outcome


def package(case: Instance) -> dict[str, float]:
    """Support by instrument, of the one project."""
    investment = found(case).investment
    assert investment is not None
    return {i: x for (_, _, i), x in investment.package.items()}


def outlay(case: Instance) -> float:
    investment = found(case).investment
    assert investment is not None
    return investment.total_outlay_musd


def short_t(case: Instance) -> float:
    outcome = found(case)
    assert outcome.coverage is not None
    return outcome.coverage.value * 1000.0


# ---------------------------------------------------------------- by hand


def test_the_firm_gets_what_it_lacks_and_no_more():
    case = toy()
    assert package(case) == {"grant": pytest.approx(LACK)}
    assert outlay(case) == pytest.approx(LACK)
    assert short_t(case) == pytest.approx(100)


@pytest.mark.parametrize(("budget", "short"), [(LACK + 0.001, 100), (LACK - 0.001, 300)])
def test_the_least_budget_is_what_it_lacks(budget: float, short: float):
    assert short_t(toy(budget_musd=budget)) == pytest.approx(short)


def test_a_plant_that_earns_its_hurdle_draws_nothing():
    """At 0.1 the four years are worth 3.1699: 3 of them less 8 is above nothing."""
    case = toy(plants="P, A, make, candidate, 100, , 8, 1, 30, 0.1, 4", budget_musd=0)
    assert (package(case), outlay(case), short_t(case)) == ({}, 0.0, pytest.approx(100))


def test_public_share_is_not_read():
    case = toy()
    dear = replace(case, projects={p: replace(x, public_share=0.1) for p, x in case.projects.items()})
    assert outlay(dear) == pytest.approx(LACK)


def test_what_the_limits_of_its_instruments_leave_short_is_not_built():
    """A fifth of capex is 2 MUSD, less than it lacks."""
    assert short_t(toy("grant, grant, , , , 0.2, , , , , , ,")) == pytest.approx(300)


def test_the_cheapest_instrument_first():
    """A loan of 6 MUSD without interest is worth 6 (1 - 0.5 x 1.44) = 1.68 and charged 6 (1 - 0.5 (1/1.1 + 1/1.21)) = 0.7934: 2.1
    a dollar, a grant 1. A floor of 30 USD a kg is worth 3 x 2.3616 and charged 12: 0.59. The grant gives the rest."""
    charge = 6 * (1 - 0.5 * (1 / 1.1 + 1 / 1.21))
    case = toy("\n".join((GRANT, FLOOR, LOAN)))
    assert package(case) == {"loan": pytest.approx(6), "grant": pytest.approx(LACK - 1.68)}
    assert outlay(case) == pytest.approx(charge + LACK - 1.68)


def test_what_a_floor_pays_after_the_plan_is_charged_in_its_last_year():
    """3 MUSD a year by all of it, 2031 to 2034; the part that is needed 2.9152 / (3 x 2.3616)."""
    investment = found(toy(FLOOR)).investment
    part = LACK / (3 * 2.3616)
    assert investment is not None
    assert investment.outlay_musd == {("P", 2031): pytest.approx(3 * part), ("P", 2032): pytest.approx(9 * part)}
    assert investment.package == {("P", 2030, "floor"): pytest.approx(0.1 * part)}


def test_a_crash_that_may_not_cost_so_much():
    """In a crash to 40 USD the needed part of the floor pays 5 a year, 4 x 5 x 0.4115 = 8.23 MUSD: with 8 nothing is built,
    unless a grant gives the rest."""
    liable = 20 * LACK / (3 * 2.3616)
    assert short_t(toy(FLOOR, max_contingent_musd=str(liable + 0.01))) == pytest.approx(100)
    assert short_t(toy(FLOOR, max_contingent_musd="8")) == pytest.approx(300)
    both = package(toy(f"{FLOOR}\n{GRANT}", budget_musd=100, max_contingent_musd="8"))
    assert both == {"grant": pytest.approx(LACK)}


def test_the_tolerance_of_the_outlay_buys_no_dust():
    """A dollar of the floor is worth 0.59, one of equity at 8 % only 1 - 0.08 x 2.3616 - 0.4096 = 0.40, but nobody is liable for
    it: what the last millionth of outlay could buy of it is left."""
    equity = "share, equity, , , , , 0.08, , , , , ,"
    assert package(toy(f"{FLOOR}\n{equity}")) == {"floor": pytest.approx(0.1 * LACK / (3 * 2.3616), abs=1e-6)}


def test_of_equal_outlays_the_one_with_the_least_liability():
    """Two guarantees that charge the same for the same: one stands for half, the other for all."""
    half = "half, guarantee, , , , 1, 0, 2, 0.5, 0.1, , ,"
    whole = "whole, guarantee, , , , 1, 0, 2, 1, 0.05, , ,"
    cheap = "P, A, make, candidate, 100, , 8, 1, 30, 0.25, 4"
    assert set(package(toy(f"{whole}\n{half}", cheap))) == {"half"}


def test_packages_are_settled_whatever_the_budget_that_the_case_was_built_with():
    case = toy(budget_musd=20)
    plan = found(case).investment
    assert plan is not None
    dear = replace(plan, outlay_musd={key: 2.0 * x for key, x in plan.outlay_musd.items()})
    assert settle(replace(case, budget_musd=1.0), dear).total_outlay_musd == pytest.approx(LACK)


def test_promises_of_a_price_cover_a_tonne_once():
    """A floor of 70 USD gives 1 x 2.3616 a year at most, and one of 71 no more beside it: 2.3616 x 1.1 is less than it lacks."""
    two = "low, floor, , , , , , , , , m, 70,\nhigh, floor, , , , , , , , , m, 71,"
    assert short_t(toy(two, budget_musd=1000)) == pytest.approx(300)


def test_capital_is_given_once():
    """Two loans of all the capital are worth 0.28 x 10 each: with both it would be enough."""
    two = "one, loan, , , , 1, 0, 2, , , , ,\ntwo, loan, , , , 1, 0, 2, , , , ,"
    assert short_t(toy(two, budget_musd=1000)) == pytest.approx(300)


# ---------------------------------------------------------------- funders

TWO = "P, A, make, candidate, 100, , 10, 1, 30, 0.25, 4\nQ, B, make, candidate, 100, , 10, 1, 30, 0.25, 4"
FOR_TWO = "sector, country, material, year, demand_t\ncars, A, m, 2030, 200"


def pots(*rows: str) -> str:
    return "\n".join(
        ["funder, budget_musd, countries, instruments, home, max_project_share, min_domestic_share", *rows]
    )


def test_an_instrument_is_paid_by_its_funders():
    """Only F gives grants, and has 2 MUSD; the rest of G serves nothing."""
    only = GRANT.replace(", , , , 0.5", ", , , F, 0.5")
    assert short_t(toy(only, Budgets=pots("F, 2, , , , ,", "G, 50, , , , ,"))) == pytest.approx(300)
    assert short_t(toy(only, Budgets=pots("F, 3, , , , ,", "G, 50, , , , ,"))) == pytest.approx(100)


def test_a_pot_has_an_appetite_for_instruments():
    case = toy(f"{GRANT}\n{LOAN}", Budgets=pots("F, 50, , loan, , ,", "G, 2, , grant, , ,"))
    assert found(case).investment.paid_musd[("G", "P", "grant", 2030)] == pytest.approx(LACK - 1.68)  # type: ignore[union-attr]


def test_a_part_of_a_single_project():
    """F pays 60 % of the grant at most, so that G has to have the other 1.16608."""
    part = 0.4 * LACK
    for has, short in ((part + 0.001, 100), (part - 0.001, 300)):
        case = toy(Budgets=pots("F, 50, , , , 0.6,", f"G, {has}, , , , ,"))
        assert short_t(case) == pytest.approx(short)


def test_pots_of_years_in_which_no_promise_pays_yet():
    """The floor pays from 2031 on, what it pays after the plan in 2032; the pot of 2030 is carried over. The rows that help the
    search say nothing of 2030."""
    case = toy(FLOOR, Budgets="funder, budget_musd, year, carry_over\nF, 1, 2030, yes\nF, 50, 2031, yes")
    assert short_t(case) == pytest.approx(100)
    model = build_model(case, Options(Goal.COVERAGE, tightened=True))
    assert [t for _, t in model.TOGETHER] == [2032]


def test_a_share_at_home():
    """F of A pays all of P, and of Q in B at most two thirds, if three fifths are to stay at home: G has to have the rest.

    The grant is limited to what P lacks: else F could give more than that at home to be free to give abroad.
    """
    for has, short in ((LACK / 3 + 0.001, 200), (LACK / 3 - 0.001, 400)):
        money = pots("F, 50, , , A, , 0.6", f"G, {has}, B, , , ,")
        case = toy(GRANT.replace("0.5", "0.29152"), TWO, demand=FOR_TWO, Budgets=money)
        assert short_t(case) == pytest.approx(short)


def test_limits_of_funders_without_instruments():
    """A public share of 10 MUSD; F pays 60 % at most."""
    sheets = {
        "Projects": "project, country, process, status, capacity_t_per_year, capex_musd, lead_years\n"
        "P, A, make, candidate, 100, 10, 1",
        "Demand": DEMAND,
        "Settings": settings(2030, 2032),
    }
    for has, short in ((4, 100), (3.9, 300)):
        budgets = f"funder, budget_musd, max_project_share\nF, 50, 0.6\nG, {has},"
        assert short_t(instance({**sheets, "Budgets": budgets})) == pytest.approx(short)


# ---------------------------------------------------------------- every combination


def _random(seed: int) -> Instance:
    draw = random.Random(seed)
    plants = "\n".join(
        f"{name}, {country}, make, candidate, {draw.choice((60, 100, 140))}, , {draw.choice((6, 9, 12))}, {draw.choice((0, 1))},"
        f" {draw.choice((25, 35, 45))}, {draw.choice((0.1, 0.15, 0.25))}, {draw.choice((2, 4, 7))}"
        for name, country in (("P", "A"), ("Q", "B"), ("R", "A"))
    )
    pool = [
        f"grant, grant, , , , {draw.choice((0.2, 0.5, 1))}, , , , , , ,",
        f"loan, loan, , A, , 0.5, {draw.choice((0, 0.03))}, {draw.choice((2, 5))}, , {draw.choice((0, 0.1))}, , ,",
        f"floor, floor, , , , {draw.choice((0.5, 1))}, , , , , m, {draw.choice((65, 80, 100))}, {draw.choice((2, 5))}",
        f"offtake, offtake, , B, , 0.6, , , , , m, {draw.choice((70, 90))}, 3",
        "guarantee, guarantee, , , , 0.6, 0.02, 4, 0.8, 0.1, , ,",
        "credit, investment_credit, , A, , 0.3, , , , , , ,",
        f"kilos, production_credit, , , , , , , , , m, {draw.choice((2, 6))}, 3",
        "share, equity, , , , 0.4, 0.03, , , , , ,",
    ]
    chosen = draw.sample(pool, 4)
    demand = f"sector, country, material, year, demand_t\ncars, A, m, 2030, {draw.choice((120, 200, 260))}"
    more = {"max_contingent_musd": str(draw.choice((5, 15, 40)))} if draw.random() < 0.5 else {}
    more["Prices"] = "deck, material, year, usd_per_kg\nbase, m, 2030, 60\ncrash, m, 2030, 40" + draw.choice(
        ("", "\nbase, m, 2033, 75", "\nbase, m, 2032, 50", "\ncrash, m, 2032, 30")
    )
    return toy("\n".join(chosen), plants, demand=demand, budget_musd=draw.choice((1, 3, 6, 10)), **more)


def _least(case: Instance, chosen: dict[str, int]) -> float | None:
    """Least outlay of fundings, by a linear program over the amounts of all instruments; None where they do not suffice."""
    assert case.finance is not None
    value: list[dict[int, float]] = []
    charge: list[float] = []
    contingent: list[float] = []
    rows: list[tuple[dict[int, float], float]] = []
    for p, v in chosen.items():
        project = case.projects[p]
        firm, crash = ventures(case, project, v)
        helped, capital, held = {}, {}, {}
        for _, instrument in offered(case, project).items():
            one, n = firm.support(instrument, crash), len(charge)
            charge.append(sum(within(one.charge_musd, case.years[-1]).values()))
            contingent.append(one.contingent_musd)
            helped[n] = -one.value_musd
            base = project.capex_musd if instrument.kind.is_capital else project.nameplate_ktpy
            rows.append(({n: 1.0}, instrument.max_share * base))
            (capital if instrument.kind.is_capital else held if instrument.kind.holds_a_price else {})[n] = 1.0
        value.append(helped)
        rows += [(capital, project.capex_musd), (held, project.nameplate_ktpy)]
        rows.append((helped, firm.unaided(project.capex_musd, project.nameplate_ktpy, 1.0)))
    if case.finance.max_contingent_musd is not None:
        rows.append((dict(enumerate(contingent)), case.finance.max_contingent_musd))
    matrix = np.zeros((len(rows), len(charge)))
    for r, (factors, _) in enumerate(rows):
        for n, x in factors.items():
            matrix[r, n] = x
    answer = linprog(charge, A_ub=matrix, b_ub=[limit for _, limit in rows])
    return float(answer.fun) if answer.success else None


@pytest.mark.parametrize("seed", range(24))
def test_the_best_plan_of_all_fundings_and_packages(seed: int):
    """Of all fundings that the budget can make bankable the one that is least short, and at it the least outlay of the plan's own
    fundings."""
    case = _random(seed)
    choices = [[None, *case.projects[p].funding_years] for p in case.candidates]
    best = float("inf")
    for years in itertools.product(*choices):
        chosen = {p: v for p, v in zip(case.candidates, years, strict=True) if v is not None}
        least = _least(case, chosen) if chosen else 0.0
        if least is not None and case.budget_musd is not None and least <= case.budget_musd + 1e-7:
            best = min(best, sum(max(0.0, _demanded(case, t) - _made(case, chosen, t)) for t in case.years))
    outcome = found(case)
    assert outcome.coverage is not None
    assert outcome.coverage.value == pytest.approx(best, abs=1e-6)
    investment = outcome.investment
    assert investment is not None
    chosen = {f.project: f.year for f in investment.fundings}
    assert investment.total_outlay_musd == pytest.approx(_least(case, chosen) if chosen else 0.0, abs=1e-5)


def _demanded(case: Instance, t: int) -> float:
    return sum(d.demand_kt[t] for d in case.demands.values())


def _made(case: Instance, chosen: dict[str, int], t: int) -> float:
    return sum(case.projects[p].nameplate_ktpy * case.projects[p].fraction(v, t) for p, v in chosen.items())


# ---------------------------------------------------------------- where shares matter


def test_no_year_is_dominated_where_shares_of_money_matter():
    """A firm that pays for itself draws nothing, and is then no spending at home: later it may be."""
    free, held = (toy(Budgets=pots(f"F, 50, , , A, , {share}", "G, 5, , , , ,")) for share in ("", "0.5"))
    assert [len(one.projects["P"].funding_years) for one in (free, held)] == [3, 3]
    assert without_dominated_years(free).projects["P"].funding_years == (2030,)
    assert without_dominated_years(held).projects["P"].funding_years == (2030, 2031, 2032)


def test_what_gives_no_output_may_still_be_spent_at_home():
    """Lead a year: funded in 2032 it never runs within the plan, but it is paid for in F's home."""
    for share, years in (("", [2030, 2031]), ("0.5", [2030, 2031, 2032])):
        model = build_model(toy(Budgets=pots(f"F, 50, , , A, , {share}", "G, 5, , , , ,")), Options(Goal.COVERAGE))
        assert [v for _, v in model.Fund] == years


def test_the_outlay_is_never_above_the_budget():
    assert outlay(toy(budget_musd=LACK + 1e-7)) <= LACK + 1e-7
