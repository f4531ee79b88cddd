"""The network as it is drawn: arcs in tonnes, and what is marked, on a chain that is known by hand (see ``diagnoses``)."""

from __future__ import annotations

import pytest
from diagnoses import METAL
from toys import Sheets, workbook

from optimizer.diagnosis import Payload, Stand
from optimizer.report.diagnosis import Diagnosis, Found
from optimizer.report.network_flows import DEMAND, Drawn, Node, drawn
from optimizer.variants import Variant

HEAVY, MET, MAG, CARS = (
    Node("separation", "B"),
    Node("metallization", "A"),
    Node("magnet", "A"),
    Node(DEMAND, "A"),
)


def network(sheets: Sheets, stream: str) -> Drawn:
    book = workbook(sheets)
    case = Payload("", book).opened()
    stood = {Variant.AS_IS: Stand(Variant.AS_IS).run(case)}
    found = Found(case.instance, case.choice, case.streams, stood, (), (), ())
    return drawn(Diagnosis(book, found, 2030, {"audit": {}}, ()), stream, 2030, 13)


def routed(most: float) -> Sheets:
    """The chain with one way from B to A, for so many t of heavy oxide a year."""
    return METAL | {
        "Routes": f"""
            material, from, to, cost_usd_per_kg, max_t_per_year, allowed
            hox, B, A, 1, {most},
            hox, B, *, , , no
        """
    }


def test_plants_that_bind_are_marked():
    """70 t of metal make 100 t of magnets with 10 t of heavy oxide; metal binds the light stream, and no route is full."""
    found = network(METAL, "light")
    assert found.marked == {MET}
    assert found.routes == ()
    assert found.arcs[MET, MAG] == pytest.approx(70)
    assert found.arcs[MAG, CARS] == pytest.approx(100)
    assert found.capacity_t["magnet"] == pytest.approx(200)


def test_a_full_route_is_marked_while_demand_is_short():
    """8 t of heavy oxide may come from B: 80 t of magnets of 120, and no plant binds. 10 t are as many as metal has use for."""
    found = network(routed(8), "heavy")
    assert found.routes == (("hox", "B", "A"),)
    assert found.full == {(HEAVY, MAG)}
    assert found.arcs[HEAVY, MAG] == pytest.approx(8)
    assert found.marked == set()
    assert network(routed(11), "heavy").full == set()


def test_a_full_route_is_nothing_to_mark_while_all_is_served():
    """12 t of heavy oxide and 84 of metal are enough for the 120 t wanted."""
    enough = routed(12) | {"Projects": METAL["Projects"].replace("existing, 70,", "existing, 84,")}
    assert network(enough, "heavy").full == set()
