"""What a solved model says, in plain records and model units: the only reader of ``.value``.

Dust of the solver (below a gram in a kilotonne) is cleaned here, once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyomo.environ as pyo

from models.instance import ANY_FUNDER, BASE, STOCKPILE_STAGE, Instance, Origin
from models.network import HUB

_DUST = 1e-9
_WHOLE = 1e-6
_DUST_SHARE = 1e-6


@dataclass(frozen=True)
class Funding:
    """Project p funded in year v: ``share`` is 1 but in a relaxation; size in kt/year, capex at that size in MUSD."""

    project: str
    year: int
    share: float
    size_ktpy: float
    capex_musd: float


@dataclass(frozen=True)
class Investment:
    """The decisions that are the same in every scenario.

    ``capacity_ktpy`` by (p, t); ``bought_kt``, ``level_kt`` by (g, t); ``outlay_musd`` by (p or g, t); ``paid_musd`` by
    (funder, p or g, t); ``cost_musd`` by (term, t), undiscounted, of the terms capex, fixed_opex and stockpile.
    ``base_shortfall_kt`` (weighted) and ``base_running_musd`` (undiscounted), by year, are what the printed flows keep; without
    values of the second the flows settle the running cost themselves.
    """

    fundings: tuple[Funding, ...]
    capacity_ktpy: Mapping[tuple[str, int], float]
    bought_kt: Mapping[tuple[str, int], float]
    level_kt: Mapping[tuple[str, int], float]
    base_draw_kt: Mapping[tuple[str, int], float]
    outlay_musd: Mapping[tuple[str, int], float]
    paid_musd: Mapping[tuple[str, str, int], float]
    cost_musd: Mapping[tuple[str, int], float]
    base_shortfall_kt: Mapping[int, float]
    base_running_musd: Mapping[int, float]

    @property
    def total_outlay_musd(self) -> float:
        """Public money of all years, undiscounted."""
        return sum(self.outlay_musd.values())


@dataclass(frozen=True)
class Operation:
    """How one scenario runs, in kt (a year); ``cost_musd`` by (term, t), undiscounted, of the terms that running causes.

    ``runs`` by (p, q, o, t), ``ships`` by (k, o, i, j, t) from country to country, ``imports`` by (offer, country, t),
    ``draws`` by (g, t), ``served`` by (d, o, t), ``shortfall`` by (d, t).
    """

    scenario: str
    runs: Mapping[tuple[str, str, Origin, int], float]
    ships: Mapping[tuple[str, Origin, str, str, int], float]
    imports: Mapping[tuple[str, str, int], float]
    draws: Mapping[tuple[str, int], float]
    served: Mapping[tuple[str, Origin, int], float]
    shortfall: Mapping[tuple[str, int], float]
    weighted_shortfall_kt: float
    cost_musd: Mapping[tuple[str, int], float]


@dataclass(frozen=True)
class Solution:
    """A whole plan: what is funded, and how each scenario runs."""

    investment: Investment
    operations: Mapping[str, Operation]


def _clean(value: float | None) -> float:
    """Without dust and without -0.0."""
    return 0.0 if value is None or abs(value) < _DUST else float(value)


def _short(value: float | None, demand: float) -> float:
    """Shortfall without what is left by goals that are kept within the solver's tolerance: a millionth of the demand."""
    short = _clean(value)
    return 0.0 if short < _DUST_SHARE * demand else short


def _filled(values: Mapping[Any, float]) -> dict[Any, float]:
    return {key: value for key, value in values.items() if value != 0.0}


def extract_investment(m: Any, instance: Instance) -> Investment:
    """Read the first decisions from a solved plan model whose objective is cost."""
    outlay = {(p, t): _clean(pyo.value(e)) for (p, t), e in m.Outlay_musd.items()}
    purchases = {(g, t): _clean(pyo.value(e)) for (g, t), e in m.Purchase_musd.items()}
    terms = ("capex", "fixed_opex", "stockpile")
    running = ("opex", "transport", "imports", "shortfall")
    paid = _paid(m, instance, outlay, purchases)
    return Investment(
        fundings=_fundings(m),
        capacity_ktpy=_filled({key: _clean(v.value) for key, v in m.Capacity_ktpy.items()}),
        bought_kt=_filled({key: _clean(v.value) for key, v in m.Buy_kt.items()}),
        level_kt={key: _clean(v.value) for key, v in m.Level_kt.items()},
        base_draw_kt={(g, t): _clean(m.Draw_kt[g, t, s].value) for g, t, s in m.BASE_DRAWS},
        outlay_musd=_filled(outlay | purchases),
        paid_musd=_filled(paid),
        cost_musd={(x, t): _clean(pyo.value(m.TermCost_musd[x, t])) for x in terms for t in instance.years},
        base_shortfall_kt={
            t: sum(m.priority[d, t, BASE] * _clean(m.Shortfall_ktpy[d, t, BASE].value) for d in m.networks[BASE].groups)
            for t in instance.years
        },
        base_running_musd={t: sum(pyo.value(m.TermCost_musd[x, t]) for x in running) for t in instance.years},
    )


def _fundings(m: Any) -> tuple[Funding, ...]:
    found = []
    for (p, v), fund in m.Fund.items():
        if (share := _clean(fund.value)) > _WHOLE:
            share = 1.0 if abs(share - 1.0) < _WHOLE else share
            size, capex = pyo.value(m.Size_ktpy[p, v]), pyo.value(m.Capex_musd[p, v])
            found.append(Funding(p, v, share, _clean(size), _clean(capex)))
    return tuple(sorted(found, key=lambda f: (f.year, f.project)))


def _paid(
    m: Any, instance: Instance, outlay: dict[tuple[str, int], float], purchases: dict[tuple[str, int], float]
) -> dict[tuple[str, str, int], float]:
    """Share what each purse paid for a claim out among its projects, in proportion to their outlays."""
    if not instance.pots:
        return {(ANY_FUNDER, what, t): musd for (what, t), musd in (outlay | purchases).items()}
    claimed: dict[tuple[str, str, int], list[tuple[str, float]]] = defaultdict(list)
    for (p, t), musd in outlay.items():
        project = instance.projects[p]
        if musd:
            claimed[*m.claim_of[project.country, project.stage], t].append((p, musd))
    for (g, t), musd in purchases.items():
        if musd:
            claimed[*m.claim_of[instance.stockpiles[g].country, STOCKPILE_STAGE], t].append((g, musd))
    paid: dict[tuple[str, str, int], float] = defaultdict(float)
    for (b, c, h, t), payment in m.Pay_musd.items():
        total = sum(musd for _, musd in claimed[c, h, t])
        for what, musd in claimed[c, h, t]:
            paid[m.purses[b].funder, what, t] += _clean(payment.value) * musd / total
    return dict(paid)


def extract_operation(m: Any, s: str) -> Operation:
    """Read how scenario s runs from a solved dispatch model (laid out by countries)."""
    years = m.networks[s].scenario.years
    costs = {
        (term, t): _clean(pyo.value(by_year[s][t]))
        for term, by_year in (("opex", m.running_cost), ("transport", m.freight_cost), ("imports", m.import_cost))
        for t in years
    }
    costs |= {("shortfall", t): _clean(pyo.value(e)) for t, e in m.cost_terms["shortfall"].items()} if s == BASE else {}
    return Operation(
        scenario=s,
        runs=_values(m.Run_ktpy),
        ships=_country_flows(_values(m.Ship_ktpy)),
        imports=_values(m.Import_ktpy),
        draws=_values(m.Draw_kt),
        served=_values(m.Served_ktpy),
        shortfall={(d, t): _short(v.value, m.demand_kt[d, t, s]) for (d, t, _), v in m.Shortfall_ktpy.items()},
        weighted_shortfall_kt=float(pyo.value(m.WeightedShortfall_kt[s])),
        cost_musd=costs,
    )


def join(parts: Sequence[Operation]) -> Operation:
    """Put the years of one scenario together."""
    first = parts[0]
    mappings = ("runs", "ships", "imports", "draws", "served", "shortfall", "cost_musd")
    joined: dict[str, Any] = {
        name: {k: v for part in parts for k, v in getattr(part, name).items()} for name in mappings
    }
    return replace(first, weighted_shortfall_kt=sum(part.weighted_shortfall_kt for part in parts), **joined)


def _values(variable: Any) -> dict[Any, float]:
    """Values that are not zero, by index without the scenario."""
    return _filled({index[:-1]: _clean(v.value) for index, v in variable.items()})


def _country_flows(ships: Mapping[Any, float]) -> dict[tuple[str, Origin, str, str, int], float]:
    """Turn what passes a hub into flows from country to country, split pro rata; nothing goes back to where it came from."""
    flows: dict[tuple[str, Origin, str, str, int], float] = defaultdict(float)
    into: dict[Any, dict[str, float]] = defaultdict(dict)
    out: dict[Any, dict[str, float]] = defaultdict(dict)
    for (k, o, i, j, t), amount in ships.items():
        if j == HUB:
            into[k, o, t][i] = amount
        elif i == HUB:
            out[k, o, t][j] = amount
        else:
            flows[k, o, i, j, t] += amount
    for key, sent in into.items():
        received = out[key]
        for c in sent.keys() & received.keys():
            back = min(sent[c], received[c])
            sent[c], received[c] = sent[c] - back, received[c] - back
        total = sum(received.values())
        for i, x in sent.items():
            for j, y in received.items():
                if (part := x * y / total if total else 0.0) > _DUST:
                    flows[key[0], key[1], i, j, key[2]] += part
    return dict(flows)
