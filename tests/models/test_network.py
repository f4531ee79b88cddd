"""The networks that scenarios run on: places, units, groups, legs, hub, landings, and what can arrive where."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from toys import Sheets, full, instance, settings

from models.instance import BASE, Instance, Origin
from models.network import HUB, Leg, Network, build_network
from models.options import Layout

ROUTES = "material, from, to, cost_usd_per_kg, max_t_per_year, allowed"
LETTERS = "country, name, ally\n" + "\n".join(f"{c}, {c}, yes" for c in "ABCDEF") + "\nN, N, no"


def world(*routes: str, **more: str) -> Instance:
    """Six allies and a supplier, a plant in A, demand in F; material moves at 1 USD/kg but for the routes named."""
    sheets: Sheets = {
        "Settings": settings(default_transport_usd_per_kg=1),
        "Countries": LETTERS,
        "Projects": "project, country, process, status, capacity_t_per_year\np, A, make, existing, 10",
        "Demand": "sector, country, material, year, demand_t\nd, F, m, 2030, 10",
        "Routes": "\n".join([ROUTES, *routes]),
    }
    return instance({**sheets, **more})


def network(case: Instance, layout: Layout, s: str = BASE) -> Network:
    return build_network(case, case.scenarios[s], layout)


def legs(found: Network) -> set[tuple[str, str, float, float | None]]:
    """Legs as (start, end, cost, limit in t)."""
    return {
        (g.start, g.end, g.cost_musd_per_kt, None if g.max_ktpy is None else round(g.max_ktpy * 1000.0, 9))
        for g in found.legs
    }


def ends(found: Iterable[Leg]) -> set[tuple[str, str]]:
    return {(leg.start, leg.end) for leg in found}


# ---------------------------------------------------------------- hub


def test_uniform_legs_pass_a_hub():
    """All of seven countries: each sends into the hub at the cost of a leg; out of it only to where m is used."""
    expected = {(c, HUB, 1.0, None) for c in "ABCDEFN"} | {(HUB, "F", 0.0, None)}
    assert legs(network(world(), Layout.COUNTRIES)) == expected


def test_a_country_with_odd_legs_stands_beside_the_hub():
    """A to F differs: A (the first of the two) leaves the hub, and has legs of its own to and from everyone."""
    found = network(world("m, A, F, 5, ,"), Layout.COUNTRIES)
    hub = {(c, HUB, 1.0, None) for c in "BCDEFN"}
    out = {(HUB, c, 0.0, None) for c in "BCDEFN"}  # Each may ship on to A.
    mine = {("A", c, 5.0 if c == "F" else 1.0, None) for c in "BCDEFN"} | {(c, "A", 1.0, None) for c in "BCDEFN"}
    assert legs(found) == hub | out | mine


def test_hub_needs_four_countries():
    """Of three countries every pair has its leg: six."""
    case = world(Countries="country, name, ally\nA, A, yes\nB, B, yes\nF, F, yes")
    assert legs(network(case, Layout.COUNTRIES)) == {(i, j, 1.0, None) for i in "ABF" for j in "ABF" if i != j}


def test_no_hub_where_all_legs_are_limited_or_shut():
    case = world("m, A, F, 1, 7,", "*, *, *, , , no")
    assert legs(network(case, Layout.COUNTRIES)) == {("A", "F", 1.0, 7.0)}


def test_a_lost_country_sends_nothing_into_the_hub():
    """Without A's plant nothing is made; what N sells lands in B, and passes the hub from anywhere but A."""
    lost = "scenario, kind, target\nx, lose_country, A"
    offer = "supplier, material, country, year, max_t, price_usd_per_kg\nN, m, B, 2030, 5, 1"
    assert network(world(Disruptions=lost), Layout.COUNTRIES, "x").legs == ()
    found = network(world(Disruptions=lost, Imports=offer), Layout.COUNTRIES, "x")
    assert {start for start, _ in ends(found.legs)} == set("BCDEFN") | {HUB}


# ---------------------------------------------------------------- places


def test_all_is_one_place_where_all_legs_are_free():
    found = network(world(), Layout.POOLED)
    assert found.legs == ()
    assert found.groups["d|F|m|any"].place == found.units["p"].place["m"] == "A"


def test_places_are_joined_by_way_of_others():
    """A to F is limited, but A to B and B to F are free, and back: one place all the same."""
    assert network(world("m, A, F, , 5,"), Layout.POOLED).legs == ()


def test_one_way_does_not_join():
    """Nothing leaves F: two places, and one leg between them without a limit."""
    found = network(world("*, F, *, , , no"), Layout.POOLED)
    assert legs(found) == {("A", "F", 0.0, None)}


def test_a_ring_of_one_way_legs_is_one_place():
    """A to B to C to A, then C to F: A, B, C are one place, F another."""
    found = network(
        world("*, *, *, , , no", "m, A, B, , ,", "m, B, C, , ,", "m, C, A, , ,", "m, C, F, 9, ,"), Layout.POOLED
    )
    assert legs(found) == {("A", "F", 0.0, None)}


def test_limits_between_places_add_up():
    """A and B are one place; 5 t from A and 7 t from B go to F."""
    found = network(
        world("*, *, *, , , no", "m, A, B, , ,", "m, B, A, , ,", "m, A, F, , 5,", "m, B, F, , 7,"), Layout.POOLED
    )
    assert legs(found) == {("A", "F", 0.0, 12.0)}


def test_one_unlimited_leg_lifts_the_limit():
    found = network(
        world("*, *, *, , , no", "m, A, B, , ,", "m, B, A, , ,", "m, A, F, , 5,", "m, B, F, , ,"), Layout.POOLED
    )
    assert legs(found) == {("A", "F", 0.0, None)}


def test_a_closed_leg_adds_nothing():
    found = network(
        world("*, *, *, , , no", "m, A, B, , ,", "m, B, A, , ,", "m, A, F, , 5,", "m, B, F, , 7, no"), Layout.POOLED
    )
    assert legs(found) == {("A", "F", 0.0, 5.0)}


def test_a_lost_country_only_receives():
    """B lost: it is a place of its own, reached from the others without limit; its plant is gone at severity 1."""
    case = world(
        Disruptions="scenario, kind, target\nx, lose_country, B",
        Projects="project, country, process, status, capacity_t_per_year\np, A, make, existing, 10\nq, B, make, existing, 10",
        Demand="sector, country, material, year, demand_t\nd, F, m, 2030, 10\nd, B, m, 2030, 10",
    )
    found = network(case, Layout.POOLED, "x")
    assert legs(found) == {("A", "B", 0.0, None)}
    assert set(found.units) == {"p"}
    assert {g.place for g in found.groups.values()} == {"A", "B"}


def test_half_a_country_lost_still_sends():
    case = world(Disruptions="scenario, kind, target, severity\nx, lose_country, A, 0.5")
    assert case.scenarios["x"].closed_country is None
    assert network(case, Layout.POOLED, "x").legs == ()
    assert set(network(case, Layout.POOLED, "x").units) == {"p"}


def test_places_are_by_material():
    """Ore may not move, m may: the plants of A and B share m's place and not ore's, and are two units."""
    case = world(
        "ore, *, *, , , no",
        Materials="material, name, stage\nore, ore, oxide\nm, m, magnet",
        Recipes="process, recipe, stage, material, direction, t_per_t\nmake, r, magnet, ore, input, 1\n"
        "make, r, magnet, m, output, 1\ndig, r, mining, ore, output, 1",
        Projects="project, country, process, status, capacity_t_per_year\np, A, make, existing, 10\nq, B, make, existing, 10\n"
        "x, A, dig, existing, 10\ny, B, dig, existing, 10",
    )
    found = network(case, Layout.POOLED)
    assert {u: (unit.place["ore"], unit.members) for u, unit in found.units.items()} == {
        "p": ("A", ("p",)),
        "q": ("B", ("q",)),
        "x": ("A", ("x",)),
        "y": ("B", ("y",)),
    }
    assert found.units["q"].place["m"] == "A"


# ---------------------------------------------------------------- units and groups


def test_units_are_plants_alike():
    """Sinter plants of A, B (twice) and C are one, in a pooled layout only; the mines of A and B another."""
    pooled, apart = network(full(), Layout.POOLED), network(full(), Layout.FREIGHT_FREE)
    assert {unit.members for unit in pooled.units.values()} == {("S", "Q"), ("M", "W", "P", "R")}
    assert {unit.members for unit in apart.units.values()} == {("S",), ("M",), ("W",), ("P",), ("Q",), ("R",)}


def test_plants_of_different_origin_are_not_alike():
    case = world(
        Projects="project, country, process, status, capacity_t_per_year\np, A, make, existing, 10\nn, N, make, existing, 10"
    )
    found = network(case, Layout.POOLED)
    assert {(unit.members, unit.makes_allied) for unit in found.units.values()} == {(("p",), True), (("n",), False)}


GROUPS = [
    # Rows (sector, country, priority, allied_only), the sector of a minimum under loss, and the groups expected.
    ("alike", ("d, F, 1,", "d, B, 1,", "e, A, 1,"), "", [3]),
    ("priority", ("d, F, 1,", "d, B, 2,"), "", [1, 1]),
    ("allied only", ("d, F, 1, yes", "d, B, 1,"), "", [1, 1]),
    ("sector of a minimum", ("d, F, 1,", "e, B, 1,", "e, A, 1,", "f, A, 1,"), "e", [2, 2]),
]


@pytest.mark.parametrize(("rows", "sector", "sizes"), [g[1:] for g in GROUPS], ids=[g[0] for g in GROUPS])
def test_groups_are_rows_alike(rows: tuple[str, ...], sector: str, sizes: list[int]):
    lines = [f"{x.split(', ')[0]}, {x.split(', ')[1]}, m, 2030, 10, {x.split(', ', 2)[2]}" for x in rows]
    case = world(
        Demand="\n".join(["sector, country, material, year, demand_t, priority, allied_only", *lines]),
        Disruptions=f"scenario, kind, target, severity, sector, min_coverage\nx, lose_project, p, 0.5, {sector}, 0.1",
    )
    found = network(case, Layout.POOLED, "x")
    assert sorted(len(g.members) for g in found.groups.values()) == sizes
    apart = network(case, Layout.FREIGHT_FREE, "x")
    assert all(len(g.members) == 1 for g in apart.groups.values())


def test_priority_that_differs_in_one_year_parts_rows():
    case = world(
        Settings=settings(2030, 2031),
        Demand="sector, country, material, year, demand_t, priority\nd, F, m, 2030, 10, 1\ne, F, m, 2030, 10, 1\n"
        "e, F, m, 2031, 10, 2",
    )
    assert len(network(case, Layout.POOLED).groups) == 2


# ---------------------------------------------------------------- landings


def landings(case: Instance, layout: Layout) -> set[str]:
    return {place for _, place in network(case, layout).landings}


OFFER = "supplier, material, country, year, max_t, price_usd_per_kg\nN, m, {}, 2030, 5, 1"


def test_offers_land_where_they_are_used():
    assert landings(world(Imports=OFFER.format("")), Layout.COUNTRIES) == {"F"}


def test_an_offer_for_one_country_lands_there():
    assert landings(world(Imports=OFFER.format("B")), Layout.COUNTRIES) == {"B"}


def test_used_at_the_supplier_it_lands_anywhere_but_there():
    case = world(Imports=OFFER.format(""), Demand="sector, country, material, year, demand_t\nd, N, m, 2030, 10")
    assert landings(case, Layout.COUNTRIES) == set("ABCDEF")


def test_it_lands_as_an_input_too():
    """FULL: oxide is used by the plants of A, B and C; magnets are offered in C only."""
    found = network(full(), Layout.COUNTRIES)
    assert set(found.landings) == {("N|oxide|any", c) for c in "ABC"} | {("N|magnet|C", "C")}


def test_pooled_it_lands_in_the_place():
    assert landings(world("*, F, *, , , no", Imports=OFFER.format("B")), Layout.POOLED) == {"A"}


# ---------------------------------------------------------------- reach


def reached(found: Network, material: str) -> dict[Origin, set[str]]:
    return {o: {place for k, origin, place in found.reach if (k, origin) == (material, o)} for o in Origin}


def test_reach_follows_legs_and_origins():
    """Allied m from A goes everywhere; what N makes is open."""
    case = world(
        "m, N, *, , , no",
        Projects="project, country, process, status, capacity_t_per_year\np, A, make, existing, 10\nn, N, make, existing, 10",
    )
    found = reached(network(case, Layout.COUNTRIES), "m")
    assert found[Origin.ALLIED] == set("ABCDEFN") | {HUB}
    assert found[Origin.OPEN] == {"N"}


CHAIN = {
    "Materials": "material, name, stage\nore, ore, oxide\nm, m, magnet",
    "Recipes": "process, recipe, stage, material, direction, t_per_t\nmake, r, magnet, ore, input, 1\n"
    "make, r, magnet, m, output, 1",
}


@pytest.mark.parametrize(
    ("stock", "offer", "runs"),
    [
        ("", "", set()),
        ("A, yes", "", {Origin.ALLIED}),
        ("A, no", "", {Origin.OPEN}),
        ("B, yes", "", set()),
        ("A, yes", "A", {Origin.ALLIED, Origin.OPEN}),
    ],
    ids=["no feed", "allied feed", "open feed", "feed elsewhere", "both"],
)
def test_what_is_never_fed_never_runs(stock: str, offer: str, runs: set[Origin]):
    """The ore does not move: the plant in A runs on what is in A, in the origins that can come of it."""
    more = dict(CHAIN)
    if stock:
        country, allied = stock.split(", ")
        more["Stockpiles"] = f"material, country, opening_t, allied\nore, {country}, 5, {allied}"
    if offer:
        more["Imports"] = f"supplier, material, country, year, max_t, price_usd_per_kg\nN, ore, {offer}, 2030, 5, 1"
    found = network(world("ore, *, *, , , no", **more), Layout.COUNTRIES)
    assert {o for _, _, o in found.runs} == runs


def test_a_plant_outside_the_allies_runs_open_on_allied_feed():
    more = CHAIN | {
        "Projects": "project, country, process, status, capacity_t_per_year\nn, N, make, existing, 10",
        "Stockpiles": "material, country, opening_t, allied\nore, N, 5, yes",
    }
    assert network(world(**more), Layout.COUNTRIES).runs == (("n", "r", Origin.OPEN),)


def test_one_open_input_is_enough_for_open_output():
    more = CHAIN | {
        "Materials": "material, name, stage\nore, ore, oxide\nacid, acid, other\nm, m, magnet",
        "Recipes": CHAIN["Recipes"] + "\nmake, r, magnet, acid, input, 0.1",
        "Stockpiles": "material, country, opening_t, allied\nore, A, 5, yes\nacid, A, 5, no",
    }
    assert {o for _, _, o in network(world(**more), Layout.COUNTRIES).runs} == {Origin.OPEN}


def test_trusted_country_makes_allied():
    more = {
        "Countries": "country, name, ally, trusted\nA, A, no, yes\nF, F, yes,\nN, N, no,",
    }
    assert network(world(**more), Layout.COUNTRIES).runs == (("p", "r", Origin.ALLIED),)
