"""The one material balance where the features meet.

Needs Run_ktpy, Ship_ktpy, Import_ktpy, Draw_kt, Served_ktpy. Adds Downgrade_ktpy: allied material used as open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo

from models.instance import Instance, Origin
from models.network import Network


def add_balance(m: Any, instance: Instance, networks: Mapping[str, Network]) -> None:
    """Add material_balance: what arrives of a material and origin at a place covers what is used; disposal is free."""
    m.Downgrade_ktpy = pyo.Var(m.DOWNGRADES, domain=pyo.NonNegativeReals, doc="allied material k used as open, kt/year")
    terms = _terms(m, instance, networks)
    m.BALANCES = pyo.Set(initialize=list(terms), dimen=5)

    @m.Constraint(m.BALANCES, doc="made, landed, drawn and shipped in covers used, shipped out and served, kt/year")
    def material_balance(m, k, o, i, t, s):
        return sum(factor * variable for factor, variable in terms[k, o, i, t, s]) >= 0.0


def _terms(m: Any, instance: Instance, networks: Mapping[str, Network]) -> Mapping[tuple[Any, ...], list[Any]]:
    """(k, o, i, t, s) -> (factor, variable): positive what comes in, negative what goes out."""
    terms: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for (u, q, o, t, s), run in m.Run_ktpy.items():
        unit = networks[s].units[u]
        recipe = next(r for r in unit.recipes if r.name == q)
        for k, factor in recipe.outputs.items():
            terms[k, o, unit.place[k], t, s].append((factor, run))
        for k, factor in recipe.inputs.items():
            terms[k, o, unit.place[k], t, s].append((-factor, run))
    for (k, o, i, j, t, s), ship in m.Ship_ktpy.items():
        terms[k, o, i, t, s].append((-1.0, ship))
        terms[k, o, j, t, s].append((1.0, ship))
    for (n, i, t, s), landed in m.Import_ktpy.items():
        offer = instance.offers[n]
        terms[offer.material, offer.origin, i, t, s].append((1.0, landed))
    for (g, t, s), draw in m.Draw_kt.items():
        stock = instance.stockpiles[g]
        terms[stock.material, stock.origin, networks[s].stock_place[g], t, s].append((1.0, draw))
    for (d, o, t, s), served in m.Served_ktpy.items():
        group = networks[s].groups[d]
        terms[group.material, o, group.place, t, s].append((-1.0, served))
    for (k, i, t, s), moved in m.Downgrade_ktpy.items():
        terms[k, Origin.ALLIED, i, t, s].append((-1.0, moved))
        terms[k, Origin.OPEN, i, t, s].append((1.0, moved))
    return terms
