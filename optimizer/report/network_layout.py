"""Where the picture of the network puts things: columns for stages, bands for countries, heights to one scale; pure geometry.

The picture is one unit wide and one unit high; y grows upwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.report.network_flows import DEMAND, Drawn, Node

LEFT, RIGHT, TOP, BOTTOM = 0.115, 0.985, 0.845, 0.085
NODE = 0.048
_GAP, _LEAST_BAND, _LEAST_NODE, _PAD = 0.007, 0.034, 0.0015, 0.003


@dataclass(frozen=True)
class Box:
    """A rectangle: left, bottom, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.y + self.height


@dataclass(frozen=True)
class Ribbon:
    """An arc of the network: the two ends, each an x and the span of y, and which way it bends."""

    source: Node
    target: Node
    t: float
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    kind: str  # "forward", "back" or "loop"


@dataclass(frozen=True)
class Layout:
    """Boxes of bands and nodes, ribbons, and the height of a tonne."""

    bands: dict[str, Box]
    columns: dict[str, float]
    nodes: dict[Node, Box]
    wanted: dict[str, Box]
    ribbons: list[Ribbon]
    per_t: float


def lay_out(network: Drawn) -> Layout:
    """Lay out the network."""
    used = {node.stage for node in network.nodes()} | set(network.capacity_t)
    stages = [stage for stage in network.stages if stage in used] + [DEMAND]
    step = (RIGHT - LEFT - NODE) / max(1, len(stages) - 1)
    columns = {stage: LEFT + n * step for n, stage in enumerate(stages)}
    tonnes = _band_tonnes(network)
    per_t = _scale([tonnes[c] for c in network.countries])
    bands = _bands(network.countries, tonnes, per_t)
    nodes, wanted = _nodes(network, columns, bands, per_t)
    return Layout(bands, columns, nodes, wanted, _ribbons(network, columns, nodes, per_t), per_t)


def _band_tonnes(network: Drawn) -> dict[str, float]:
    """The tallest column of each country, t."""
    columns: dict[tuple[str, str], float] = defaultdict(float)
    for node in network.nodes():
        if node.stage != DEMAND:
            columns[node.country, node.stage] += network.through(node)
    for country, amount in network.wanted_t.items():
        columns[country, DEMAND] += amount
    return {c: max((t for (x, _), t in columns.items() if x == c), default=0.0) for c in network.countries}


def _height(tonnes: float, per_t: float) -> float:
    return max(_LEAST_BAND, tonnes * per_t + 2 * _PAD)


def _scale(tonnes: Sequence[float]) -> float:
    """The height of a tonne with which all bands together fill the height."""
    room = TOP - BOTTOM - _GAP * max(0, len(tonnes) - 1)
    low, high = 0.0, room / max(sum(tonnes), 1e-9)
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if sum(_height(t, middle) for t in tonnes) <= room else (low, middle)
    return low


def _bands(countries: Sequence[str], tonnes: dict[str, float], per_t: float) -> dict[str, Box]:
    bands, y = {}, TOP
    for country in countries:
        height = _height(tonnes[country], per_t)
        bands[country] = Box(LEFT, y - height, RIGHT - LEFT, height)
        y -= height + _GAP
    return bands


def _nodes(
    network: Drawn, columns: dict[str, float], bands: dict[str, Box], per_t: float
) -> tuple[dict[Node, Box], dict[str, Box]]:
    """Boxes of the nodes, those of one stage and country on top of each other; and of what is wanted by country."""
    cells: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in sorted(network.nodes(), key=lambda n: n.bought):
        cells[node.country, node.stage].append(node)
    nodes: dict[Node, Box] = {}
    wanted: dict[str, Box] = {}
    for (country, stage), members in cells.items():
        heights = [max(_LEAST_NODE, per_t * network.through(node)) for node in members]
        asked = per_t * network.wanted_t.get(country, 0.0) if stage == DEMAND else 0.0
        band = bands[country]
        y = band.y + band.height / 2.0 + max(sum(heights), asked) / 2.0
        if stage == DEMAND:
            wanted[country] = Box(columns[stage], y - asked, NODE, asked)
        for node, height in zip(members, heights, strict=True):
            nodes[node] = Box(columns[stage], y - height, NODE, height)
            y -= height
    for country, amount in network.wanted_t.items():
        if country not in wanted and country in bands:
            band = bands[country]
            wanted[country] = Box(columns[DEMAND], band.y + (band.height - per_t * amount) / 2.0, NODE, per_t * amount)
    return nodes, wanted


def _ribbons(network: Drawn, columns: dict[str, float], nodes: dict[Node, Box], per_t: float) -> list[Ribbon]:
    """The arcs with their ends stacked on the edges of the nodes, in the order of the other ends."""

    def kind(a: Node, b: Node) -> str:
        if columns[a.stage] == columns[b.stage]:
            return "loop"
        return "forward" if columns[a.stage] < columns[b.stage] else "back"

    # (node, is right edge) -> arcs that touch it there.
    edges: dict[tuple[Node, bool], list[tuple[Node, Node]]] = defaultdict(list)
    for a, b in network.arcs:
        way = kind(a, b)
        edges[a, way != "back"].append((a, b))
        edges[b, way != "forward"].append((a, b))
    ends: dict[tuple[tuple[Node, Node], bool], tuple[float, float, float]] = {}
    for (node, right), arcs in edges.items():
        box = nodes[node]
        y = box.top

        def other(arc: tuple[Node, Node], node: Node = node) -> tuple[float, float, str]:
            far = arc[1] if arc[0] == node else arc[0]
            return -nodes[far].top, columns[far.stage], far.country

        for arc in sorted(arcs, key=other):
            height = per_t * network.arcs[arc]
            ends[arc, arc[0] == node] = (box.x + (box.width if right else 0.0), y - height, y)
            y -= height
    return [
        Ribbon(a, b, t, ends[(a, b), True], ends[(a, b), False], kind(a, b))
        for (a, b), t in sorted(network.arcs.items(), key=lambda item: -item[1])
        if a != b
    ]
