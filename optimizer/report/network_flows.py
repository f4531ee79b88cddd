"""What the picture of the network shows: nodes (a stage in a country) and arcs between them, in tonnes of one year; pure.

Material of one origin in one country is well mixed, as everywhere in the report: who takes from the pool takes from all who
fill it, in proportion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from optimizer.report.diagnosis import Diagnosis
from optimizer.report.facts import Facts, each
from optimizer.report.pools import BOUGHT, STOCK, Pool, Year
from optimizer.report.trace import make_up_of
from optimizer.variants import Variant

Leg = tuple[str, str, str]  # material, from, to
DEMAND, FEED = "demand", "from outside"
OTHERS = "others"
_DUST_T = 1e-3
_FULL = 0.999


@dataclass(frozen=True)
class Node:
    """A stage in a country; ``bought``: an outside supplier in the place of the stage that makes what it sells."""

    stage: str
    country: str
    bought: bool = False


@dataclass
class Drawn:
    """The network of one year and stream.

    ``arcs``: tonnes from node to node. ``marked``: nodes whose plants bind, and suppliers that sell all that they offer while
    demand is short; ``full``: arcs on a route that carries all it may then, and ``routes``: these, as (material, from, to).
    ``run_t``, ``capacity_t``: activity by stage. ``wanted_t``: demand by country.
    """

    year: int
    stream: str
    stages: tuple[str, ...]
    countries: tuple[str, ...]
    arcs: dict[tuple[Node, Node], float]
    marked: set[Node] = field(default_factory=set)
    full: set[tuple[Node, Node]] = field(default_factory=set)
    routes: tuple[Leg, ...] = ()
    binding: dict[str, str] = field(default_factory=dict)
    run_t: dict[str, float] = field(default_factory=dict)
    capacity_t: dict[str, float] = field(default_factory=dict)
    wanted_t: dict[str, float] = field(default_factory=dict)
    served_t: float = 0.0

    def through(self, node: Node) -> float:
        """Tonnes that the node takes or gives, whichever is more."""
        into = sum(t for (_, b), t in self.arcs.items() if b == node)
        out = sum(t for (a, _), t in self.arcs.items() if a == node)
        return max(into, out)

    def nodes(self) -> list[Node]:
        """Every node, in the order of the arcs."""
        return list(dict.fromkeys(node for arc in self.arcs for node in arc))


def drawn(diagnosis: Diagnosis, stream: str, year: int, most_countries: int) -> Drawn:
    """Return the network of a stream in a year, the smallest countries taken together as others."""
    facts, materials = diagnosis.facts, diagnosis.streams[stream]
    parts = _arcs(facts, diagnosis.pools[year], materials, year)
    found = Drawn(year, stream, (FEED, *facts.stages), (), _added(parts))
    _bind(diagnosis, found)
    found.full = {(a, b) for k, a, b in parts if (k, a.country, b.country) in found.routes}
    _amounts(diagnosis, found, materials)
    _gather(found, _largest(found, most_countries))
    return found


# ---------------------------------------------------------------- arcs


def _arcs(facts: Facts, year: Year, materials: Collection[str], t: int) -> dict[tuple[str, Node, Node], float]:
    """Tonnes of some materials from who makes or sells to who uses."""
    arcs: dict[tuple[str, Node, Node], float] = defaultdict(float)
    users = _users(facts, year, t)
    makers = _makers(facts, year)
    for k in (k for k in facts.materials if k in materials):
        for pool, make_up in make_up_of(year, k).items():
            for (country, how, origin), part in make_up:
                sources = _sources(facts, makers, k, origin, country, how)
                for user, amount in users.get(pool, {}).items():
                    for source, share in sources.items():
                        if part * amount * share > _DUST_T:
                            arcs[k, source, user] += part * amount * share
    return arcs


def _added(parts: Mapping[tuple[str, Node, Node], float]) -> dict[tuple[Node, Node], float]:
    """All materials together."""
    arcs: dict[tuple[Node, Node], float] = defaultdict(float)
    for (_, a, b), t in parts.items():
        arcs[a, b] += t
    return dict(arcs)


def _users(facts: Facts, year: Year, t: int) -> dict[Pool, dict[Node, float]]:
    """Who uses a pool: sectors, and the plants that run."""
    users: dict[Pool, dict[Node, float]] = defaultdict(lambda: defaultdict(float))
    for (pool, _), amount in year.served.items():
        users[pool][Node(DEMAND, pool[2])] += amount
    for row in each(facts.base("runs")):
        if row.year == t:
            cells = facts.projects[row.project]
            country, stage = cells.text("country"), facts.stage_of[row.project]
            for k, per_t in facts.recipes[cells.text("process"), row.recipe].inputs.items():
                users[k, row.origin, country][Node(stage, country)] += per_t * row.run_t
    return users


def _makers(facts: Facts, year: Year) -> dict[Pool, dict[Node, float]]:
    makers: dict[Pool, dict[Node, float]] = defaultdict(lambda: defaultdict(float))
    for (project, pool), amount in year.made.items():
        makers[pool][Node(facts.stage_of[project], pool[2])] += amount
    return makers


def _sources(
    facts: Facts, makers: Mapping[Pool, Mapping[Node, float]], material: str, origin: str, country: str, how: str
) -> dict[Node, float]:
    """Shares of the nodes behind a source: the plants of the country that make it, or the supplier."""
    if how in (BOUGHT, STOCK):
        return {Node(_stage_of_material(facts, material), country, bought=True): 1.0}
    found = makers.get((material, origin, country), {})
    total = sum(found.values())
    return {node: amount / total for node, amount in found.items()} if total > 0.0 else {}


def _stage_of_material(facts: Facts, material: str) -> str:
    """The first stage that makes a material; what no plant can make stands before all stages."""
    making = {facts.stage_of_process[q] for (q, _), recipe in facts.recipes.items() if material in recipe.outputs}
    return min(making, key=facts.stage_rank, default=FEED)


# ---------------------------------------------------------------- marks and amounts


def _bind(diagnosis: Diagnosis, found: Drawn) -> None:
    """Mark the plants of stages that bind, and the suppliers sold out and routes full while demand is short."""
    for x in diagnosis.found.stood[Variant.AS_IS].bottlenecks:
        if (x.year, x.stream) == (found.year, found.stream) and x.binds != "no":
            found.binding[x.stage] = x.binds
    short = diagnosis.facts.base("coverage")
    short = short[(short["year"] == found.year) & short["material"].isin(diagnosis.streams[found.stream])]
    is_short = float(short["shortfall_t"].sum()) > _DUST_T
    sold_out = _sold_out(diagnosis, found) if is_short else set()
    found.routes = _full_routes(diagnosis, found) if is_short else ()
    for node in found.nodes():
        if (node.stage in found.binding and not node.bought) or (node.bought and node in sold_out):
            found.marked.add(node)


def _sold_out(diagnosis: Diagnosis, found: Drawn) -> set[Node]:
    """Suppliers that sell all that they offer at one place of the chain."""
    offered: dict[Node, float] = defaultdict(float)
    sold: dict[Node, float] = defaultdict(float)
    facts, materials = diagnosis.facts, diagnosis.streams[found.stream]
    for offer in diagnosis.found.instance.offers.values():
        if offer.material in materials:
            node = Node(_stage_of_material(facts, offer.material), offer.supplier, bought=True)
            offered[node] += 1000.0 * offer.max_kt[found.year]
    for row in each(facts.base("imports")):
        if row.year == found.year and row.material in materials:
            sold[Node(_stage_of_material(facts, row.material), row.supplier, bought=True)] += row.t
    return {node for node, most in offered.items() if 0.0 < _FULL * most <= sold[node]}


def _full_routes(diagnosis: Diagnosis, found: Drawn) -> tuple[Leg, ...]:
    """Routes that carry all that they may, both origins together."""
    carried: dict[Leg, float] = defaultdict(float)
    for ((k, _, i), (_, _, j)), t in diagnosis.pools[found.year].shipped.items():
        if k in diagnosis.streams[found.stream]:
            carried[k, i, j] += t
    most = {leg: diagnosis.found.instance.route(*leg).max_ktpy for leg in carried}
    full = [leg for leg, kt in most.items() if kt is not None and carried[leg] >= _FULL * 1000.0 * kt > 0.0]
    return tuple(sorted(full, key=lambda leg: (-round(carried[leg], 3), leg)))


def _amounts(diagnosis: Diagnosis, found: Drawn, materials: Collection[str]) -> None:
    facts = diagnosis.facts
    run: dict[str, float] = defaultdict(float)
    capacity: dict[str, float] = defaultdict(float)
    for row in each(facts.tables["capacity"]):
        if row.year == found.year and _makes(facts, row.process, materials):
            run[row.stage] += row.run_t
            capacity[row.stage] += row.capacity_t
    wanted: dict[str, float] = defaultdict(float)
    for row in each(facts.base("coverage")):
        if row.year == found.year and row.material in materials:
            wanted[row.country] += row.demand_t
            found.served_t += row.served_t
    found.run_t, found.capacity_t, found.wanted_t = dict(run), dict(capacity), dict(wanted)


def _makes(facts: Facts, process: str, materials: Collection[str]) -> bool:
    return any(k in materials for (q, _), recipe in facts.recipes.items() if q == process for k in recipe.outputs)


# ---------------------------------------------------------------- countries


def _largest(found: Drawn, most: int) -> dict[str, str]:
    """Country -> itself, or others where it is small; suppliers last, then the others."""
    size: dict[str, float] = defaultdict(float)
    for node in found.nodes():
        size[node.country] += found.through(node)
    for country, amount in found.wanted_t.items():
        size[country] += amount
    ranked = sorted(size, key=lambda c: (-round(size[c], 3), c))
    kept = ranked if len(ranked) <= most else ranked[: most - 1]
    sellers = {node.country for node in found.nodes() if node.bought}
    order = [c for c in kept if c not in sellers] + [c for c in kept if c in sellers]
    found.countries = (*order, *([OTHERS] if len(kept) < len(ranked) else []))
    return {c: c if c in kept else OTHERS for c in ranked}


def _gather(found: Drawn, named: Mapping[str, str]) -> None:
    """Take the small countries together."""

    def renamed(node: Node) -> Node:
        return Node(node.stage, named[node.country], node.bought)

    arcs: dict[tuple[Node, Node], float] = defaultdict(float)
    for (a, b), t in found.arcs.items():
        arcs[renamed(a), renamed(b)] += t
    wanted: dict[str, float] = defaultdict(float)
    for country, amount in found.wanted_t.items():
        wanted[named[country]] += amount
    found.arcs, found.wanted_t = dict(arcs), dict(wanted)
    found.marked = {renamed(node) for node in found.marked}
    found.full = {(renamed(a), renamed(b)) for a, b in found.full}
