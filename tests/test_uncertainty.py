"""Draws of the uncertain: quantiles, ranks, filters and changes of cells, known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from toys import settings, workbook

from optimizer.cells import records
from optimizer.uncertainty import SpreadError, Variable, changed, read_filter, read_parameters, sample, variables

PLANTS = """
    project, country, process, status, capacity_t_per_year, capex_musd, lead_years, first_year
    X, A, make, existing, 50, , , 2020
    Y, A, make, committed, 10, , , 2031
    P, B, make, candidate, 40, 10, 1,
    Q, C, make, candidate, 30, 8, 0,
"""
BASE = {
    "Settings": settings(2030, 2034),
    "Projects": PLANTS,
    "Demand": "sector, country, material, year, demand_t\nd, A, m, 2030, 10\nd, A, m, 2032, 20",
}


def variable(
    distribution: str, text: str, column: str = "demand_t", group: str = "", against: bool = False
) -> Variable:
    return Variable("x", "Demand", column, (2,), distribution, read_parameters(distribution, text), group, against)


@pytest.mark.parametrize(
    ("distribution", "text", "ranks", "values"),
    [
        ("uniform", "low=0.8; high=1.2", (0, 0.25, 1), (0.8, 0.9, 1.2)),
        # Half of the mass of a triangle with its peak at an end lies below 1 - sqrt(1/2).
        ("triangular", "low=0; mode=0; high=1", (0.5, 0.75), (1 - 0.5**0.5, 0.5)),
        ("triangular", "low=1; mode=1; high=1", (0.1, 0.9), (1, 1)),
        ("lognormal", "median=2; sigma=0.5", (0.5, 0.8413447460685429), (2, 2 * np.exp(0.5))),
        ("lognormal", "median=1; sigma=0.5; high=1.1", (0.99,), (1.1,)),
        ("discrete", "1=0.25; 0=0.5; 3=0.25", (0.1, 0.49, 0.51, 0.8, 0.9999), (0, 0, 1, 3, 3)),
    ],
)
def test_quantiles(distribution, text, ranks, values):
    assert variable(distribution, text).value(np.array(ranks)) == pytest.approx(values)


def test_years_of_delay_are_whole():
    late = variable("uniform", "low=0; high=3", "lead_years")
    assert list(late.value(np.array([0.0, 0.1, 0.4, 0.99]))) == [0, 0, 1, 3]


def test_hypercube_takes_each_part_once_and_groups_share_their_rank():
    """Ten draws: each tenth of a variable once; one of a group follows the other, one against it mirrors it."""
    spread = "low=0; high=1"
    drawn = [
        variable("uniform", spread),
        variable("uniform", spread, group="g"),
        variable("uniform", "low=0; high=2", group="g"),
        variable("uniform", spread, group="g", against=True),
    ]
    found = sample(drawn, 10, 7)
    assert all(sorted(np.floor(10 * found[:, n])) == list(range(10)) for n in (0, 1, 3))
    assert found[:, 2] == pytest.approx(2 * found[:, 1])
    assert found[:, 3] == pytest.approx(1 - found[:, 1])
    assert (sample(drawn, 10, 7) == found).all()
    assert (sample(drawn, 10, 8) != found).any()


def test_each_draws_for_every_thing_and_a_series_is_one_thing():
    rows = """
        table, filter, column, distribution, parameters, correlation, name
        Projects, status=candidate, lead_years, uniform, low=0; high=2, each, late
        Demand, , demand_t, uniform, low=0.9; high=1.1, each,
        Projects, country=A; project=*, capacity_t_per_year, uniform, low=0.9; high=1.1, , sizes
    """
    found = variables(workbook(BASE | {"Uncertainty": rows}))
    assert [(v.name, len(v.rows)) for v in found] == [
        ("late: P", 1),
        ("late: Q", 1),
        ("Demand demand_t: d A m", 2),
        ("sizes", 2),
    ]


def test_changed_cells():
    """P: two years on; Y, still to come, begins two years later; X, which runs, is not late. Demand times 1.1, twice."""
    rows = """
        table, filter, column, distribution, parameters
        Projects, , lead_years, discrete, 2=1
        Demand, , demand_t, uniform, low=1.1; high=1.1
        Demand, year=2032, demand_t, uniform, low=1.1; high=1.1
    """
    book = workbook(BASE | {"Uncertainty": rows})
    drawn = variables(book)
    after = changed(book, drawn, sample(drawn, 1, 1)[0].tolist())
    plants = {r.text("project"): (r.year("lead_years"), r.year("first_year")) for r in records(after, "Projects")}
    assert plants == {"X": (None, 2020), "Y": (None, 2033), "P": (3, None), "Q": (2, None)}
    assert [r.number("demand_t") for r in records(after, "Demand")] == pytest.approx([11, 24.2])


def test_filters_and_parameters_that_cannot_be_read():
    assert read_filter("country = USA ;process=sep_*") == (("country", "USA"), ("process", "sep_*"))
    assert read_filter("") == ()
    with pytest.raises(SpreadError, match="no column=value"):
        read_filter("USA")
    with pytest.raises(SpreadError, match="mode missing"):
        read_parameters("triangular", "low=1; high=2")
    with pytest.raises(SpreadError, match="no parameter"):
        read_parameters("uniform", "low=1; high=2; mode=1")
    with pytest.raises(SpreadError, match="low, mode, high are not in this order"):
        read_parameters("triangular", "low=2; mode=1; high=3")
    with pytest.raises(SpreadError, match="the median above 0"):
        read_parameters("lognormal", "median=-1; sigma=0.2")
