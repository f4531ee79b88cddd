"""What a candidate lacks with all that it may be given, against calculations by hand and against the search for a package.

The plant P as in ``test_viability``: without support it lacks 10 - 3 x 2.3616 = 2.9152 MUSD.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from test_viability import LASTING, case

from models.instance import Instance, Pot, Project
from models.lacking import Lack, lack_of
from models.solution import Funding
from optimizer.solve.packages import least_packages


def lacking(one: Instance) -> Lack:
    found = lack_of(one, one.projects["P"])
    assert found is not None
    return found


def pot(*instruments: str, year: int | None = None, stages: frozenset[str] | None = None) -> Pot:
    return Pot("pot", "G", 1.0, year, False, None, stages, frozenset(instruments))


def test_what_is_missing_with_a_grant_and_a_floor():
    """A fifth of 10 MUSD as a grant, and 1 USD/kg of 100 t over the life: 2.9152 - 2 - 0.23616 = 0.67904 MUSD."""
    found = lacking(case(instruments="grant, grant, 0.2\nfloor, floor, 1, , , , , , m, 61"))
    assert found.unaided_musd == pytest.approx(-2.9152)
    assert found.given_musd == pytest.approx(2 + 0.1 * LASTING)
    assert found.missing_musd == pytest.approx(0.67904)
    assert found.tools == ("grant", "floor")
    assert found.per_year_musd == pytest.approx(0.67904 / LASTING)
    assert found.grant_musd == pytest.approx(0.67904)
    assert found.material == "m"
    assert found.usd_per_kg == pytest.approx(0.67904 / (0.1 * LASTING))


def test_nothing_is_lacking_where_a_package_is_enough():
    """0.3 x 10 MUSD are more than the 2.9152 that are lacking, 0.29 x 10 are not."""
    assert lack_of(*_of(case(instruments="grant, grant, 0.3"))) is None
    assert lacking(case(instruments="grant, grant, 0.29")).missing_musd == pytest.approx(0.0152)


def test_the_price_that_is_missing_is_enough_and_no_less():
    short = case(instruments="grant, grant, 0.2", prices="60")
    more = lacking(short).usd_per_kg
    assert more is not None
    assert lack_of(*_of(case(instruments="grant, grant, 0.2", prices=str(60 + 1.001 * more)))) is None
    assert lack_of(*_of(case(instruments="grant, grant, 0.2", prices=str(60 + 0.999 * more)))) is not None


def test_what_no_pot_may_pay_for_gives_nothing():
    one = case(instruments="grant, grant, 0.2\nsecond, grant, 0.2")
    closed = replace(one, pots={"pot": pot("second")})
    assert lacking(closed).tools == ("second",)
    assert lacking(closed).unpaid_tools == ("grant",)
    assert lacking(closed).missing_musd == pytest.approx(0.9152)
    assert lack_of(*_of(one)) is None


def test_a_pot_must_pay_in_the_year_in_which_it_is_due():
    """A grant is due when the plant is funded: of the years 2030 to 2033 the pot of 2032 leaves one."""
    one = case(instruments="grant, grant, 1")
    assert lack_of(*_of(replace(one, pots={"pot": pot("grant", year=2032)}))) is None
    assert lacking(replace(one, pots={"pot": pot("grant", stages=frozenset({"mining"}))})).tools == ()


@pytest.mark.parametrize("seed", range(12))
def test_what_is_lacking_is_what_the_search_for_a_package_says(seed: int):
    rng = random.Random(seed)
    kinds = ["loan, loan, {s}, 0.05, 3, 1", "equity, equity, {s}, 0.1", "grant, grant, {s}", "grant2, grant, {s}"]
    kinds += ["floor, floor, {s}, , , , , , m, {p}", "credit, production_credit, {s}, , , , , , m, {c}"]
    kinds += ["offtake, offtake, {s}, , , , , , m, {p}, 2"]
    chosen = rng.sample(kinds, 3)
    rows = [k.format(s=round(rng.uniform(0.1, 0.6), 2), p=rng.randint(61, 68), c=rng.randint(1, 3)) for k in chosen]
    plant = f"P, A, make, candidate, 100, {rng.randint(9, 16)}, 1, 30, 0.25, 4, {rng.choice([0, 0.3])}, 0, ,"
    one = case(plant, "\n".join(rows))
    project = one.projects["P"]
    whole = [Funding("P", v, 1.0, project.nameplate_ktpy, project.capex_musd) for v in project.funding_years]
    assert (lack_of(one, project) is not None) == all(least_packages(one, [funding])[1] for funding in whole)


def _of(one: Instance) -> tuple[Instance, Project]:
    return one, one.projects["P"]
