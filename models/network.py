"""The network on which one scenario runs: places, units, legs, landings, demand groups.

A place is where material moves free; a unit is what runs within one capacity. In the layout COUNTRIES a place is a
country and a unit a project. In the layout POOLED the countries between which every leg is open and unlimited (directly
or in several legs) are one place, and the plants of one process with the same places are one unit: exact where costs
are not asked for. Only what can exist is listed: a recipe whose feed can never arrive has no run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse.csgraph import connected_components

from models.instance import Demand, FairMeasure, Instance, Origin, Project, Recipe, Route, Scenario
from models.options import Layout

HUB = "#hub"  # No country is called so: a row that starts with # is a remark.
# A hub saves legs only where it joins more than a handful of countries.
_SMALLEST_HUB = 4


@dataclass(frozen=True)
class Unit:
    """Plants that share one capacity: a project, or all of one process in one place.

    ``place``: where it takes and leaves each material of its recipes.
    """

    name: str
    members: tuple[str, ...]
    recipes: tuple[Recipe, ...]
    makes_allied: bool
    place: Mapping[str, str]


@dataclass(frozen=True)
class Leg:
    """A shipment from place to place; ``max_ktpy`` None: no limit."""

    material: str
    start: str
    end: str
    cost_musd_per_kt: float
    max_ktpy: float | None


@dataclass(frozen=True)
class DemandGroup:
    """Demand rows that are served from one place with one priority, and may as well be one row."""

    name: str
    members: tuple[str, ...]
    material: str
    place: str
    allied_only: bool


@dataclass(frozen=True)
class Network:
    """One scenario's network."""

    scenario: Scenario
    units: Mapping[str, Unit]
    legs: tuple[Leg, ...]
    landings: tuple[tuple[str, str], ...]
    groups: Mapping[str, DemandGroup]
    stock_place: Mapping[str, str]
    reach: frozenset[tuple[str, Origin, str]]
    layout: Layout

    @cached_property
    def runs(self) -> tuple[tuple[str, str, Origin], ...]:
        """(unit, recipe, origin) for which every input can arrive."""
        return tuple(
            (unit.name, recipe.name, origin)
            for unit in self.units.values()
            for recipe in unit.recipes
            for origin in Origin
            if _can_run(unit, recipe, origin, self.reach)
        )


def build_network(instance: Instance, scenario: Scenario, layout: Layout) -> Network:
    """Lay out the network of ``scenario``.

    Parameters
    ----------
    instance, scenario
        The case and one of its scenarios.
    layout
        COUNTRIES or POOLED; POOLED must not be used where costs are asked for.
    """
    place_of = _places(instance, scenario, layout.joins_places)
    units = _units(instance, scenario, place_of, joined=not layout.is_priced)
    groups = _groups(instance, scenario, place_of, joined=not layout.is_priced)
    stock_place = {g.name: place_of[g.material, g.country] for g in instance.stockpiles.values()}
    used = {(k, unit.place[k]) for unit in units.values() for r in unit.recipes for k in r.inputs}
    used |= {(group.material, group.place) for group in groups.values()}
    legs = _pooled_legs(instance, scenario, place_of) if layout.joins_places else _country_legs(instance, scenario)
    landings = _landings(instance, place_of, used)
    reach = _reach(instance, units.values(), legs, landings, stock_place)
    legs = tuple(leg for leg in legs if any((leg.material, o, leg.start) in reach for o in Origin))
    return Network(
        scenario=scenario,
        units=units,
        legs=_useful(legs, used),
        landings=landings,
        groups=groups,
        stock_place=stock_place,
        reach=reach,
        layout=layout,
    )


# ---------------------------------------------------------------- places


def _places(instance: Instance, scenario: Scenario, joined: bool) -> dict[tuple[str, str], str]:
    """Place of each (material, country)."""
    if not joined:
        return {(k, c): c for k in instance.materials for c in instance.countries}
    return {
        (k, c): place
        for k in instance.materials
        for c, place in _free_regions(instance, k, scenario.closed_country).items()
    }


def _free_regions(instance: Instance, material: str, closed: str | None) -> dict[str, str]:
    """Country -> region: countries that reach each other by unlimited open legs (strongly connected components)."""
    names = list(instance.countries)
    free = np.array([[_is_free(instance, material, i, j, closed) for j in names] for i in names])
    count, label = connected_components(free, directed=True, connection="strong")
    first = [next(name for name, n in zip(names, label, strict=True) if n == region) for region in range(count)]
    return {name: first[n] for name, n in zip(names, label, strict=True)}


def _is_free(instance: Instance, material: str, i: str, j: str, closed: str | None) -> bool:
    if i in (j, closed):
        return False
    route = instance.route(material, i, j)
    return route.allowed and route.max_ktpy is None


# ---------------------------------------------------------------- units and demand groups


def _units(
    instance: Instance, scenario: Scenario, place_of: Mapping[tuple[str, str], str], joined: bool
) -> dict[str, Unit]:
    """Join the projects that something is left of into units."""
    alike: dict[tuple[object, ...], list[Project]] = defaultdict(list)
    for project in instance.projects.values():
        if scenario.project_left.get(project.name, 1.0) > 0.0:
            place = _unit_place(instance, project, place_of)
            allied = instance.countries[project.country].makes_allied
            key = (project.process, allied, tuple(place.items())) if joined else (project.name,)
            alike[key].append(project)
    return {
        members[0].name: Unit(
            name=members[0].name,
            members=tuple(member.name for member in members),
            recipes=instance.recipes_of.get(members[0].process, ()),
            makes_allied=instance.countries[members[0].country].makes_allied,
            place=_unit_place(instance, members[0], place_of),
        )
        for members in alike.values()
    }


def _unit_place(instance: Instance, project: Project, place_of: Mapping[tuple[str, str], str]) -> dict[str, str]:
    recipes = instance.recipes_of.get(project.process, ())
    return {k: place_of[k, project.country] for recipe in recipes for k in (*recipe.inputs, *recipe.outputs)}


def _groups(
    instance: Instance, scenario: Scenario, place_of: Mapping[tuple[str, str], str], joined: bool
) -> dict[str, DemandGroup]:
    """Join demand rows of one material, place, origin rule and priority (and sector, where a minimum names one).

    In the base rows of a country whose coverage is limited by a fairness rule are joined with each other alone.
    """
    apart = {x.country for x in instance.fairness.values() if x.measure is FairMeasure.COVERAGE and scenario.is_base}
    alike: dict[tuple[object, ...], list[Demand]] = defaultdict(list)
    for demand in instance.demands.values():
        place = place_of[demand.material, demand.country]
        checked = scenario.sector is not None and demand.sector == scenario.sector
        country = demand.country if demand.country in apart else ""
        key = (demand.material, place, demand.allied_only, tuple(demand.priority.items()), checked, country)
        alike[key if joined else (demand.name,)].append(demand)
    return {
        rows[0].name: DemandGroup(
            name=rows[0].name,
            members=tuple(row.name for row in rows),
            material=rows[0].material,
            place=place_of[rows[0].material, rows[0].country],
            allied_only=rows[0].allied_only,
        )
        for rows in alike.values()
    }


# ---------------------------------------------------------------- legs


def _pooled_legs(instance: Instance, scenario: Scenario, place_of: Mapping[tuple[str, str], str]) -> tuple[Leg, ...]:
    """One leg between two regions: without a limit if any country leg has none, else with the sum of the limits."""
    limits: dict[tuple[str, str, str], float | None] = {}
    for k in instance.materials:
        regions = {place_of[k, c] for c in instance.countries}
        if len(regions) == 1:
            continue
        for i, j, route in _open_routes(instance, k, instance.countries, scenario.closed_country):
            key = (k, place_of[k, i], place_of[k, j])
            if key[1] != key[2]:
                before = limits.get(key, 0.0)
                limits[key] = None if before is None or route.max_ktpy is None else before + route.max_ktpy
    return tuple(Leg(k, i, j, 0.0, limit) for (k, i, j), limit in limits.items())


def _country_legs(instance: Instance, scenario: Scenario) -> tuple[Leg, ...]:
    """Every open leg; those of one cost and without limit pass a hub: two legs per country instead of n - 1."""
    legs: list[Leg] = []
    for k in instance.materials:
        hub, cost = _hub(instance, k)
        legs += [Leg(k, c, HUB, cost, None) for c in hub if c != scenario.closed_country]
        legs += [Leg(k, HUB, c, 0.0, None) for c in hub]
        legs += [
            Leg(k, i, j, route.cost_musd_per_kt, route.max_ktpy)
            for i, j, route in _open_routes(instance, k, instance.countries, scenario.closed_country)
            if i not in hub or j not in hub
        ]
    return tuple(legs)


def _open_routes(
    instance: Instance, material: str, countries: Iterable[str], closed: str | None
) -> Iterable[tuple[str, str, Route]]:
    names = tuple(countries)
    for i in names:
        for j in names:
            if i not in (j, closed) and (route := instance.route(material, i, j)).allowed:
                yield i, j, route


def _hub(instance: Instance, material: str) -> tuple[tuple[str, ...], float]:
    """Return countries of which every leg to every other has one cost and no limit, and that cost.

    Found by taking away, while legs differ from the most frequent kind, the country with most such legs.
    """
    names = list(instance.countries)
    routes = {(i, j): instance.route(material, i, j) for i in names for j in names if i != j}
    kinds: dict[Route, int] = defaultdict(int)
    for route in routes.values():
        kinds[route] += route.allowed and route.max_ktpy is None
    usual = max(kinds, key=lambda route: kinds[route], default=instance.default_route)
    odd = {pair for pair, route in routes.items() if route != usual}
    if not kinds.get(usual):
        return (), 0.0
    while odd:
        worst = max(names, key=lambda name: sum(name in pair for pair in odd))
        names.remove(worst)
        odd = {pair for pair in odd if worst not in pair}
    return (tuple(names), usual.cost_musd_per_kt) if len(names) >= _SMALLEST_HUB else ((), 0.0)


def _useful(legs: tuple[Leg, ...], used: set[tuple[str, str]]) -> tuple[Leg, ...]:
    """Leave out legs from a hub to where the material is not used: past a hub no third country is needed."""
    onward = {(leg.material, leg.start) for leg in legs if leg.end != HUB}
    return tuple(leg for leg in legs if leg.start != HUB or (leg.material, leg.end) in used | onward)


def _landings(
    instance: Instance, place_of: Mapping[tuple[str, str], str], used: set[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """(offer, place) where imports may land.

    The price is delivered, so landing where the material is used is never dearer than shipping it on; only a use at the
    supplier's own, where it may not land, is reached by way of others.
    """
    landings: dict[tuple[str, str], None] = {}
    for offer in instance.offers.values():
        k = offer.material
        if offer.country is not None:
            landings[offer.name, place_of[k, offer.country]] = None
            continue
        at_home = (k, place_of[k, offer.supplier]) in used
        for c in instance.countries:
            if c != offer.supplier and (at_home or (k, place_of[k, c]) in used):
                landings[offer.name, place_of[k, c]] = None
    return tuple(landings)


# ---------------------------------------------------------------- what can arrive where


def _reach(
    instance: Instance,
    units: Iterable[Unit],
    legs: tuple[Leg, ...],
    landings: tuple[tuple[str, str], ...],
    stock_place: Mapping[str, str],
) -> frozenset[tuple[str, Origin, str]]:
    """(material, origin, place) that supply can reach: the closure of imports and stocks under runs and legs."""
    offers, stocks = instance.offers, instance.stockpiles
    reach = {(offers[n].material, offers[n].origin, place) for n, place in landings}
    reach |= {(stocks[g].material, stocks[g].origin, place) for g, place in stock_place.items()}
    before = -1
    unit_list = tuple(units)
    while before != len(reach):
        before = len(reach)
        for unit in unit_list:
            for recipe in unit.recipes:
                for origin in Origin:
                    if _can_run(unit, recipe, origin, reach):
                        reach |= {(k, origin, unit.place[k]) for k in recipe.outputs}
        for leg in legs:
            reach |= {(leg.material, o, leg.end) for o in Origin if (leg.material, o, leg.start) in reach}
    return frozenset(reach)


def _can_run(unit: Unit, recipe: Recipe, origin: Origin, reach: Iterable[tuple[str, Origin, str]]) -> bool:
    """Tell whether the run makes sense: allied runs take allied inputs, open runs any (allied may be used as open).

    A plant of allied origin without any open input to take needs no open run: what it makes allied may be used as open.
    """
    if origin is Origin.ALLIED:
        return unit.makes_allied and all((k, origin, unit.place[k]) in reach for k in recipe.inputs)
    arrives = all(any((k, o, unit.place[k]) in reach for o in Origin) for k in recipe.inputs)
    some_open = any((k, Origin.OPEN, unit.place[k]) in reach for k in recipe.inputs)
    return arrives and (some_open or not unit.makes_allied)
