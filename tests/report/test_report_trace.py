"""Following material through the flows, on a year worked out by hand.

Ore: the mine P in A makes 100 t (allied), N sells 60 t to A (open). Parts: the plant Q in A takes 2 t of ore per t and gives
1 t of parts and 0.25 t of waste. Its allied run makes 40 t of parts (80 t of allied ore), its open run 40 t (60 t of open
ore and the 20 t of allied ore that are left). Sector x in A gets 10 t allied and 40 t open, sector y in B 30 t allied. Nobody
wants the 20 t of waste.

Allied parts: x 10/40, y 30/40. Open parts: x. An ore pool goes by 1 / 1.25 into parts and by 0.25 / 1.25 into waste:
open ore x 0.8, waste 0.2. Allied ore: 80 of 100 t into the allied run, 20 t into the open one:
x 0.8 x 0.8 x 0.25 + 0.2 x 0.8 = 0.32, y 0.8 x 0.8 x 0.75 = 0.48, not used 0.2.
Q's output are its 80 t of parts, waste being none: x (10 + 40) / 80, y 30 / 80.
"""

from __future__ import annotations

import pandas as pd
import pytest
from toys import workbook

from optimizer.report.facts import Facts
from optimizer.report.flows import largest_dependence
from optimizer.report.pools import BOUGHT, MADE
from optimizer.report.tables import COLUMNS
from optimizer.report.trace import NOT_USED, Trace, follow

CASE = {
    "Materials": """
        material, name, stage
        ore, Ore (t contained), ore
        part, Part, part
        waste, Waste, waste
    """,
    "Recipes": """
        process, recipe, stage, material, direction, t_per_t
        mine, r, mining, ore, output, 1
        work, r, making, ore, input, 2
        work, r, making, part, output, 1
        work, r, making, waste, output, 0.25
    """,
    "Projects": """
        project, country, process, status, capacity_t_per_year
        P, A, mine, existing, 100
        Q, A, work, existing, 80
    """,
    "Demand": """
        sector, country, material, year, demand_t
        x, A, part, 2030, 50
        y, B, part, 2030, 30
    """,
    "Imports": """
        supplier, material, country, year, max_t, price_usd_per_kg
        N, ore, A, 2030, 60, 1
    """,
}


def traced(*legs: tuple[str, str, float]) -> tuple[Facts, Trace]:
    """Follow the year with the legs by which the allied parts for y travel."""
    rows: dict[str, list[tuple]] = {
        "runs": [
            ("base", "P", "r", "allied", 2030, 100.0),
            ("base", "Q", "r", "allied", 2030, 40.0),
            ("base", "Q", "r", "open", 2030, 40.0),
        ],
        "imports": [("base", "N", "A", "ore", 2030, 60.0, 0.06, "A")],
        "flows": [("base", "part", "allied", i, j, 2030, t) for i, j, t in legs],
        "coverage": [
            ("base", "x", "A", "part", "no", 2030, 50.0, 50.0, 10.0, 0.0, 1.0, 1.0),
            ("base", "y", "B", "part", "no", 2030, 30.0, 30.0, 30.0, 0.0, 1.0, 1.0),
        ],
    }
    tables = {name: pd.DataFrame(rows.get(name, []), columns=list(columns)) for name, columns in COLUMNS.items()}
    facts = Facts(workbook(CASE), tables, {}, ())
    return facts, follow(facts)


DIRECT = (("A", "B", 30.0),)
BY_TWO_WAYS = (("A", "B", 10.0), ("A", "C", 20.0), ("C", "B", 20.0))


@pytest.mark.parametrize("legs", [DIRECT, BY_TWO_WAYS])
def test_output_is_followed_to_the_sectors(legs: tuple[tuple[str, str, float], ...]):
    _, trace = traced(*legs)
    assert trace.reaches["P"] == pytest.approx({"x": 0.32, "y": 0.48, NOT_USED: 0.2})
    assert trace.reaches["Q"] == pytest.approx({"x": 0.625, "y": 0.375, NOT_USED: 0.0})
    assert trace.output_t["Q"][2030] == pytest.approx(80.0)
    assert trace.unused_t == pytest.approx({("waste", 2030): 20.0})


@pytest.mark.parametrize("legs", [DIRECT, BY_TWO_WAYS])
def test_use_is_followed_to_who_made_or_sold_it(legs: tuple[tuple[str, str, float], ...]):
    _, trace = traced(*legs)
    found = {key: (link.t, link.allied_t, link.served_t) for key, link in trace.links.items()}
    assert found.keys() == {
        *(("ore", "A", MADE, "A", 2030), ("ore", "N", BOUGHT, "A", 2030)),
        *(("part", "A", MADE, "A", 2030), ("part", "A", MADE, "B", 2030)),
    }
    assert found["ore", "A", MADE, "A", 2030] == pytest.approx((100.0, 100.0, 0.0))
    assert found["ore", "N", BOUGHT, "A", 2030] == pytest.approx((60.0, 0.0, 0.0))
    assert found["part", "A", MADE, "A", 2030] == pytest.approx((50.0, 10.0, 50.0))
    assert found["part", "A", MADE, "B", 2030] == pytest.approx((30.0, 30.0, 30.0))


def test_the_largest_dependence_is_the_largest_share_at_any_stage():
    facts, trace = traced(*DIRECT)
    assert trace.supply_t["ore", 2030] == pytest.approx({"A": 100.0, "N": 60.0})
    found = largest_dependence(facts, trace)
    assert found is not None
    assert (found.stage, found.country, found.share) == ("part", "A", pytest.approx(1.0))
