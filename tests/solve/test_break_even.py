"""The search of a break-even, apart from what it asks; and the comparison of two plans with bands."""

import pytest
from toys import instance, settings

from optimizer.solve.break_even import Candidate, Judged, Side, find_break_even, judge, scaled
from optimizer.solve.choice import ChoiceCase
from optimizer.solve.highs import Interrupt
from optimizer.solve.master import Money
from optimizer.solve.plan import Targets
from optimizer.solve.standings import Standing
from optimizer.solve.wish import Wish


def _turns_at(price, gap=0.0):
    """Chosen up to a price; within the gap of it nothing is proven."""

    def ask(factor):
        if abs(factor - price) < gap:
            return Judged(Side.UNTOLD, factor <= price)
        return Judged(Side.IN, True) if factor <= price else Judged(Side.OUT, False)

    return ask


def test_interval_holds_the_price_and_halves_with_every_step():
    found = find_break_even(_turns_at(0.3), 0.0, 1.0, 10)
    assert found.in_up_to <= 0.3 < found.out_from
    assert found.out_from - found.in_up_to == pytest.approx(1 / 1024)
    assert found.is_verified
    assert len(found.trials) == 12


def test_what_is_proven_stays_apart_from_what_is_found():
    found = find_break_even(_turns_at(0.5, gap=0.2), 0.0, 1.0, 8)
    assert found.in_up_to <= 0.5 < found.out_from
    assert found.proven_in <= 0.3
    assert found.proven_out >= 0.7
    assert not found.is_verified


@pytest.mark.parametrize(("price", "inside", "outside"), [(2.0, 1.0, None), (-1.0, None, 0.0)])
def test_ends_of_the_range_are_told(price, inside, outside):
    found = find_break_even(_turns_at(price), 0.0, 1.0, 5)
    assert (found.in_up_to, found.out_from) == (inside, outside)


# ---------------------------------------------------------------- bands

CASE = {
    "Settings": settings(2030, 2030, discount_rate=0, budget_musd=10),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        P, B, make, candidate, 40, 8, 0
        Q, C, make, candidate, 40, 9, 0
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 100
    """,
}


@pytest.fixture(scope="module")
def case():
    return ChoiceCase(instance(CASE), Money(10.0), Targets(0.0, 0.0, 0.0), Interrupt())


@pytest.mark.parametrize(
    ("with_it", "without", "side", "found_in"),
    [
        ((0.03, 0.03), (0.05, 0.05), Side.IN, True),
        ((0.05, 0.05), (0.03, 0.03), Side.OUT, False),
        ((0.03, 0.01), (0.05, 0.02), Side.UNTOLD, True),
        ((0.05, 0.01), (0.03, 0.02), Side.UNTOLD, False),
        ((float("inf"), float("inf")), (0.03, 0.01), Side.OUT, False),
    ],
)
def test_bands_tell_or_do_not(case, with_it, without, side, found_in):
    p, q = Wish(frozenset("P")), Wish(frozenset(), frozenset("P"))
    a, b = (Standing(case.money, bound_kt=bound, value_kt=value) for value, bound in (with_it, without))
    assert judge(Candidate(case, p, a), Candidate(case, q, b)) == Judged(side, found_in)


def test_equal_coverage_leaves_it_to_the_cost(case):
    """60 t are short with either plant; P costs 8 and Q 9 MUSD."""
    known = case.again(case.stand(frozenset({("P", 2030)}), 0.06, 0.0))
    for project, side in (("P", Side.IN), ("Q", Side.OUT)):
        sides = []
        for wish in (Wish(frozenset(project)), Wish(frozenset(), frozenset(project))):
            standing = case.covering(wish, known)
            assert standing.value_kt == pytest.approx(0.06)
            sides.append(Candidate(case, wish, standing))
        assert judge(*sides).side is side


def test_scaled_changes_one_figure_of_the_projects_named():
    before = instance(CASE)
    after = scaled(before, ["Q"], "capex", 0.5)
    assert after.projects["Q"].capex_musd == 4.5
    assert after.projects["P"] == before.projects["P"]
    assert scaled(before, ["Q"], "public_share", 0.5).projects["Q"].public_share == 0.5
    assert after.projects["Q"].public_share == 1.0


def test_wish_binds_in_every_master(case):
    for master in (case.coverage.full, case.coverage.loose, case.whole):
        ties = Wish(frozenset("P"), frozenset("Q")).ties(master)
        assert dict(zip(ties.columns.tolist(), ties.lower.tolist(), strict=True)) == {
            master.ever["P"]: 1.0,
            master.ever["Q"]: 0.0,
        }
        assert (ties.lower == ties.upper).all()
    assert not Wish(frozenset(["nobody"])).is_possible(case.coverage.full)
