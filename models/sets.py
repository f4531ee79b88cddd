"""Index sets, above all the sparse tuple sets that decide what exists.

Index letters, in the order what, where, when, scenario: t year, c country, k material, q recipe, p project, u unit,
d demand group, g stockpile, n offer, b pot, r rule, v funding year, o origin, (i, j) ends of a leg, s scenario.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pyomo.environ as pyo

from models.instance import FairMeasure, Instance, Origin
from models.network import Leg, Network


def add_investment_sets(m: Any, instance: Instance) -> None:
    """Declare YEARS, CANDIDATES, SIZABLE, FUNDINGS (p, v) and CAPACITIES (p, t).

    A funding that gives no output within the horizon only costs, and is left out, unless another project requires it, its
    fixed opex is a revenue, or its money or jobs count for a share, be it one that a funder has to spend at home.
    """
    shared = any(x.measure in (FairMeasure.MONEY, FairMeasure.JOBS) for x in instance.fairness.values())
    shared |= any(pot.min_domestic_share is not None for pot in instance.pots.values())
    required = {name for project in instance.candidates.values() for name in project.requires}
    fundings = [
        (p, v)
        for p, project in instance.candidates.items()
        for v in project.funding_years
        if shared
        or p in required
        or project.fixed_opex_musd_per_year < 0.0
        or any(project.fraction(v, t) > 0.0 for t in instance.years)
    ]
    m.YEARS = pyo.Set(initialize=instance.years)
    m.CANDIDATES = pyo.Set(initialize=list(instance.candidates))
    m.FUNDINGS = pyo.Set(initialize=fundings, dimen=2)
    sizable = {p for p, project in instance.candidates.items() if project.is_sizable}
    m.SIZABLE_FUNDINGS = pyo.Set(initialize=[(p, v) for p, v in fundings if p in sizable], dimen=2)
    m.fundings_of = _grouped((p, v) for p, v in fundings)
    m.CAPACITIES = pyo.Set(initialize=_capacities(instance, m.fundings_of), dimen=2)


def _capacities(instance: Instance, fundings_of: Mapping[str, list[int]]) -> list[tuple[str, int]]:
    """(p, t) in which something may stand."""
    return [
        (p, t)
        for p, project in instance.projects.items()
        for t in instance.years
        if project.fixed_fraction.get(t, 0.0) > 0.0 or any(project.fraction(v, t) > 0.0 for v in fundings_of.get(p, ()))
    ]


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for what, when in pairs:
        groups[what].append(when)
    return groups


def add_operation_sets(m: Any, instance: Instance, networks: Mapping[str, Network]) -> None:
    """Declare what may happen in the scenarios of ``networks``; needs CAPACITIES.

    Adds SCENARIOS, RUNNING_UNITS (u, t, s), RUNS (u, q, o, t, s), SHIPS (k, o, i, j, t, s), LIMITED_LEGS (k, i, j, t, s),
    LANDINGS (n, i, t, s), DRAWS (g, t, s), DOWNGRADES (k, i, t, s), DEMANDS (d, t, s) and SERVINGS (d, o, t, s).
    """
    blocks = [(s, network, t) for s, network in networks.items() for t in network.scenario.years]
    stands = set(m.CAPACITIES)
    running = {
        (u, t, s): None
        for s, network, t in blocks
        for u, unit in network.units.items()
        if any((p, t) in stands for p in unit.members)
    }
    stocks = instance.stockpiles
    downgrades = {s: _downgrades(network) for s, network in networks.items()}
    sets: dict[str, tuple[int, list[Any]]] = {
        "RUNNING_UNITS": (3, list(running)),
        "RUNS": (5, [(u, q, o, t, s) for s, x, t in blocks for u, q, o in x.runs if (u, t, s) in running]),
        "SHIPS": (6, [(g.material, o, g.start, g.end, t, s) for s, x, t in blocks for g, o in _carried(x)]),
        "LIMITED_LEGS": (
            5,
            [(g.material, g.start, g.end, t, s) for s, x, t in blocks for g in x.legs if g.max_ktpy is not None],
        ),
        "LANDINGS": (4, [(n, i, t, s) for s, x, t in blocks for n, i in x.landings]),
        "DRAWS": (
            3,
            [(g, t, s) for s, x, t in blocks for g in stocks if stocks[g].base_draw or not x.scenario.is_base],
        ),
        "DOWNGRADES": (4, [(k, i, t, s) for s, _, t in blocks for k, i in downgrades[s]]),
        "DEMANDS": (3, [(d, t, s) for s, x, t in blocks for d in x.groups]),
        "SERVINGS": (4, [(d, o, t, s) for s, x, t in blocks for d in x.groups for o in _origins_served(x, d)]),
    }
    m.SCENARIOS = pyo.Set(initialize=list(networks))
    for name, (dimen, members) in sets.items():
        setattr(m, name, pyo.Set(initialize=members, dimen=dimen))


def _carried(network: Network) -> list[tuple[Leg, Origin]]:
    """Legs and the origins of their material that can be at the leg's start."""
    return [(leg, o) for leg in network.legs for o in Origin if (leg.material, o, leg.start) in network.reach]


def _origins_served(network: Network, d: str) -> tuple[Origin, ...]:
    """Origins from which a demand group may be served."""
    group = network.groups[d]
    arrives = tuple(o for o in Origin if (group.material, o, group.place) in network.reach)
    if group.allied_only:
        return tuple(o for o in arrives if o is Origin.ALLIED)
    return arrives if network.layout.is_priced or not arrives else (Origin.OPEN,)


def _downgrades(network: Network) -> list[tuple[str, str]]:
    """(material, place) where allied material is at hand and may be asked for as open: by open runs and other demand."""
    recipes = {(unit.name, recipe.name): recipe for unit in network.units.values() for recipe in unit.recipes}
    asked = {
        (k, network.units[u].place[k]) for u, q, o in network.runs if o is Origin.OPEN for k in recipes[u, q].inputs
    }
    if not network.layout.is_priced:
        asked |= {(group.material, group.place) for group in network.groups.values() if not group.allied_only}
    # Sorted, since a set has no order that is the same from run to run.
    return sorted((k, i) for k, o, i in network.reach if o is Origin.ALLIED and (k, i) in asked)
