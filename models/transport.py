"""Shipments and routes.

Needs SHIPS, LIMITED_LEGS. Adds Ship_ktpy and the cost term transport.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo

from models.instance import BASE
from models.network import Network


def add_transport(m: Any, networks: Mapping[str, Network]) -> None:
    """Add Ship_ktpy, its limits leg by leg, and the cost term transport."""
    m.Ship_ktpy = pyo.Var(m.SHIPS, domain=pyo.NonNegativeReals, doc="material k of origin o moved from i to j, kt/year")
    legs = {(s, leg.material, leg.start, leg.end): leg for s, network in networks.items() for leg in network.legs}
    carried = defaultdict(list)
    shipped = defaultdict(list)
    for k, o, i, j, t, s in m.SHIPS:
        carried[k, i, j, t, s].append(o)
        shipped[t, s].append((k, o, i, j))

    @m.Constraint(m.LIMITED_LEGS, doc="both origins together stay within the limit of the leg, kt/year")
    def shipment_within_limit(m, k, i, j, t, s):
        return sum(m.Ship_ktpy[k, o, i, j, t, s] for o in carried[k, i, j, t, s]) <= legs[s, k, i, j].max_ktpy

    m.freight_cost = {
        s: {
            t: sum(
                legs[s, k, i, j].cost_musd_per_kt * m.Ship_ktpy[k, o, i, j, t, s]
                for k, o, i, j in shipped[t, s]
                if legs[s, k, i, j].cost_musd_per_kt
            )
            for t in network.scenario.years
        }
        for s, network in networks.items()
        if network.layout.is_priced
    }
    m.cost_terms["transport"] = m.freight_cost.get(BASE, {})
