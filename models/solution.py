"""What a solved model says, in plain records and model units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.instance import ANY_FUNDER, BASE, Instance, Origin
from models.network import HUB
from models.purses import Claimant, places_of
from models.reading import Reader

_DUST = 1e-9  # kt
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

    ``capacity_ktpy`` by (p, t); ``bought_kt``, ``level_kt`` by (g, t); ``outlay_musd`` by (p, g or training, t);
    ``paid_musd`` by (funder, the same, instrument or "", t); ``cost_musd`` by (term, t), undiscounted, of the terms capex,
    fixed_opex, stockpile and, where people are limited, training. ``trained``: people who begin training by (country, t).
    ``package``: by (p, v, instrument) what supports a funded project, MUSD of capital or kt/year of covered size.
    ``base_shortfall_kt`` (weighted) and ``base_running_musd`` (undiscounted), by year, are what the printed flows keep; without
    values of the second the flows settle the running cost themselves. ``spared_kt``: by (fairness rule on coverage, t) what a
    country may be short in the base.
    """

    fundings: tuple[Funding, ...]
    capacity_ktpy: Mapping[tuple[str, int], float]
    bought_kt: Mapping[tuple[str, int], float]
    level_kt: Mapping[tuple[str, int], float]
    base_draw_kt: Mapping[tuple[str, int], float]
    outlay_musd: Mapping[tuple[str, int], float]
    paid_musd: Mapping[tuple[str, str, str, int], float]
    cost_musd: Mapping[tuple[str, int], float]
    base_shortfall_kt: Mapping[int, float]
    base_running_musd: Mapping[int, float]
    trained: Mapping[tuple[str, int], float] = field(default_factory=dict)
    package: Mapping[tuple[str, int, str], float] = field(default_factory=dict)
    spared_kt: Mapping[tuple[str, int], float] = field(default_factory=dict)

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


def _short(short: float, demand: float) -> float:
    """Shortfall without what is left by goals that are kept within the solver's tolerance: a millionth of the demand."""
    return 0.0 if short < _DUST_SHARE * demand else short


def _filled(values: Mapping[Any, float]) -> dict[Any, float]:
    return {key: value for key, value in values.items() if value != 0.0}


def extract_investment(read: Reader, instance: Instance) -> Investment:
    """Read the first decisions from a solved plan model whose objective is cost."""
    m = read.m
    terms = ("capex", "fixed_opex", "stockpile", *(("training",) if instance.workforce else ()))
    costs = read.sums("cost", {key: m.TermCost_musd[key] for key in m.TermCost_musd})
    short, level = read.amounts(m.Shortfall_ktpy), read.every(m.Level_kt)
    draws = read.amounts(m.Draw_kt)
    return Investment(
        fundings=_fundings(read),
        capacity_ktpy=read.amounts(m.Capacity_ktpy),
        bought_kt=read.amounts(m.Buy_kt),
        level_kt=level,
        base_draw_kt={(g, t): draws.get((g, t, s), 0.0) for g, t, s in m.BASE_DRAWS},
        cost_musd={(x, t): costs[x, t] for x in terms for t in instance.years},
        base_shortfall_kt={
            t: sum(m.priority[d, t, BASE] * short.get((d, t, BASE), 0.0) for d in m.networks[BASE].groups)
            for t in instance.years
        },
        base_running_musd={
            t: sum(costs[x, t] for x in ("opex", "transport", "imports", "shortfall")) for t in instance.years
        },
        trained=read.amounts(m.Train_people),
        spared_kt=read.every(m.Spared_kt),
        **extract_money(read, instance),
    )


def extract_money(read: Reader, instance: Instance) -> dict[str, Any]:
    """Read ``outlay_musd``, ``paid_musd`` and ``package`` of an Investment from a solved model."""
    m = read.m
    outlay, purchases = read.sums("outlay", m.Outlay_musd), read.sums("purchase", m.Purchase_musd)
    training = {
        (instance.workforce[c].name, t): musd for (c, t), musd in read.sums("training", m.Training_musd).items()
    }
    return {
        "outlay_musd": _filled(outlay | purchases | training),
        "paid_musd": _filled(_paid(read, instance, outlay, purchases, training)),
        "package": read.amounts(m.Support) if instance.instruments else {},
    }


def _fundings(read: Reader) -> tuple[Funding, ...]:
    sizes, capex = read.sums("size", read.m.Size_ktpy), read.sums("capex", read.m.Capex_musd)
    found = []
    for (p, v), share in read.amounts(read.m.Fund).items():
        if share > _WHOLE:
            whole = 1.0 if abs(share - 1.0) < _WHOLE else share
            found.append(Funding(p, v, whole, sizes[p, v], capex[p, v]))
    return tuple(sorted(found, key=lambda f: (f.year, f.project)))


def _paid(
    read: Reader,
    instance: Instance,
    outlay: dict[tuple[str, int], float],
    purchases: dict[tuple[str, int], float],
    training: dict[tuple[str, int], float],
) -> dict[tuple[str, str, str, int], float]:
    """Share what each purse paid for a claim out among its projects, in proportion to their outlays."""
    m = read.m
    drawn = _drawn(read, instance, outlay) | {(g, "", t): x for (g, t), x in (purchases | training).items() if x}
    if not instance.pots:
        return {(ANY_FUNDER, what, i, t): musd for (what, i, t), musd in drawn.items()}
    claimed = defaultdict[tuple[Any, ...], list[tuple[str, str, float]]](list)
    places = places_of(instance)
    for (what, i, t), musd in drawn.items():
        alike = (Claimant(*places[what], i, what), Claimant(*places[what], i))
        claim = next(m.claim_of[claimant] for claimant in alike if claimant in m.claim_of)
        claimed[*claim, t].append((what, i, musd))
    paid: dict[tuple[str, str, str, int], float] = defaultdict(float)
    for (b, *claim), payment in read.amounts(m.Pay_musd).items():
        total = sum(musd for *_, musd in claimed[*claim,])
        for what, i, musd in claimed[*claim,]:
            paid[m.purses[b].funder, what, i, claim[-1]] += payment * musd / total
    return dict(paid)


def _drawn(read: Reader, instance: Instance, outlay: dict[tuple[str, int], float]) -> dict[tuple[str, str, int], float]:
    """What candidates draw by (p, instrument, t); without instruments under no name."""
    if instance.finance is None:
        return {(p, "", t): musd for (p, t), musd in outlay.items() if musd}
    charged = {(p, i, t): sums for (p, i), by_year in read.m.charged.items() for t, sums in by_year.items()}
    return {key: musd for key, musd in read.sums("charged", charged).items() if musd}


def extract_operation(read: Reader, s: str) -> Operation:
    """Read how scenario s runs from a solved dispatch model (laid out by countries)."""
    m = read.m
    years = m.networks[s].scenario.years
    terms = {"opex": m.running_cost, "transport": m.freight_cost, "imports": m.import_cost}
    costs = {(term, t): by_year[s][t] for term, by_year in terms.items() for t in years}
    costs |= {("shortfall", t): e for t, e in m.cost_terms["shortfall"].items()} if s == BASE else {}
    return Operation(
        scenario=s,
        runs=_of(read, m.Run_ktpy),
        ships=_country_flows(_of(read, m.Ship_ktpy)),
        imports=_of(read, m.Import_ktpy),
        draws=_of(read, m.Draw_kt),
        served=_of(read, m.Served_ktpy),
        shortfall={
            (d, t): _short(short, m.demand_kt[d, t, s]) for (d, t, _), short in read.every(m.Shortfall_ktpy).items()
        },
        weighted_shortfall_kt=read.sums("shortfall", {s: m.WeightedShortfall_kt[s]})[s],
        cost_musd=read.sums("costs", costs),
    )


def join(parts: Sequence[Operation]) -> Operation:
    """Put the years of one scenario together."""
    first = parts[0]
    mappings = ("runs", "ships", "imports", "draws", "served", "shortfall", "cost_musd")
    joined: dict[str, Any] = {
        name: {k: v for part in parts for k, v in getattr(part, name).items()} for name in mappings
    }
    return replace(first, weighted_shortfall_kt=sum(part.weighted_shortfall_kt for part in parts), **joined)


def _of(read: Reader, variable: Any) -> dict[Any, float]:
    """Values that are not zero, by index without the scenario."""
    return {index[:-1]: amount for index, amount in read.amounts(variable).items()}


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
