"""The picture of the network as PNG: stages from left to right, countries as bands, widths to scale; it reads in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from optimizer.diagnosis import ALL_STREAMS
from optimizer.report.bottlenecks import tonnes
from optimizer.report.diagnosis_tables import Tabled
from optimizer.report.facts import Facts
from optimizer.report.network_flows import DEMAND, FEED, OTHERS, Drawn, Node, drawn
from optimizer.report.network_layout import BOTTOM, LEFT, NODE, RIGHT, TOP, Box, Layout, Ribbon, lay_out
from optimizer.wording import percent

_SIZE_IN, _DPI = (13.0, 7.6), 160
_MOST_COUNTRIES = 13
_INK, _GREY, _BAND, _ARC, _OUTSIDE, _ALERT = "#1F3864", "#595959", "#F1F4F8", "#9DC3E6", "#F3D9B8", "#111111"
_FONT = "DejaVu Sans"  # It comes with the library: the same picture on every machine.
_READABLE = 0.0135  # Height of a node that holds a figure.
_THINNEST = 0.0011  # Height of the thinnest arc that is drawn.
_OVER = 0.004  # How far a figure may stand over the edge of its band.
_TWO_LINES = 0.045  # Height of a band that holds two lines.


@dataclass(frozen=True)
class Picture:
    """A written picture."""

    stream: str
    year: int
    path: Path


def write_pictures(told: Tabled, folder: Path) -> list[Picture]:
    """Write one PNG of all materials, and one per stream where there are several; the same input gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    for stream in told.diagnosis.streams:
        network = drawn(told.diagnosis, stream, told.diagnosis.year, _MOST_COUNTRIES)
        path = folder / f"network_{_plain(stream)}_{told.diagnosis.year}.png"
        figure = _figure(told, network)
        figure.savefig(path, dpi=_DPI, metadata={"Software": None})
        pictures.append(Picture(stream, told.diagnosis.year, path))
    return pictures


def _plain(stream: str) -> str:
    """A name that any file system takes."""
    return "".join(c if c.isalnum() else "_" for c in stream)


def _figure(told: Tabled, network: Drawn) -> Figure:
    figure = Figure(figsize=_SIZE_IN)
    FigureCanvasAgg(figure)
    axes: Any = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
    axes.axis("off")
    layout = lay_out(network)
    _draw_bands(axes, told.facts, network, layout)
    for ribbon in layout.ribbons:
        marked = ribbon.source in network.marked or (ribbon.source, ribbon.target) in network.full
        if ribbon.t * layout.per_t >= _THINNEST or marked or ribbon.target in network.marked:
            _draw_ribbon(axes, ribbon, marked)
    _draw_nodes(axes, network, layout)
    _draw_heads(axes, network, layout)
    _draw_title(axes, told, network)
    _draw_legend(axes, layout, network)
    return figure


def _text(axes: Any, x: float, y: float, text: str, size: float, **more: Any) -> None:
    axes.text(x, y, text, fontsize=size, fontfamily=_FONT, zorder=6, **({"va": "center", "color": _INK} | more))


def _box(axes: Any, box: Box, **look: Any) -> None:
    axes.add_patch(Rectangle((box.x, box.y), box.width, box.height, **look))


# ---------------------------------------------------------------- bands, arcs, nodes


def _draw_bands(axes: Any, facts: Facts, network: Drawn, layout: Layout) -> None:
    sellers = {node.country for node in network.nodes() if node.bought}
    for country, band in layout.bands.items():
        whole = Box(0.008, band.y, RIGHT - 0.008 + 0.008, band.height)
        _box(axes, whole, facecolor=_BAND, edgecolor="none", zorder=0)
        name = "Others" if country == OTHERS else _short(facts.country(country))
        outside = country in sellers and not facts.is_ally(country)
        label = f"{name}{chr(10) if band.height > _TWO_LINES else ' '}(outside)" if outside else name
        size = 8.0 if len(label) <= 16 or band.height > _TWO_LINES else 6.5
        _text(axes, 0.012, band.y + band.height / 2.0, label, size, ha="left", weight="bold")


def _short(name: str) -> str:
    """A name that fits the margin."""
    return name if len(name) <= 16 else f"{name[:15]}…"


def _draw_ribbon(axes: Any, ribbon: Ribbon, marked: bool) -> None:
    look: dict[str, Any] = {"facecolor": _ARC, "edgecolor": "#7F9FBF", "linewidth": 0.25, "alpha": 0.62, "zorder": 2}
    if ribbon.source.bought:
        look |= {"facecolor": _OUTSIDE, "edgecolor": "#9C7A4E", "hatch": "////", "alpha": 0.75}
    if ribbon.kind != "forward":
        look |= {"facecolor": "#D9D9D9", "edgecolor": "#7F7F7F", "hatch": "...."}
    if marked:
        look |= {"edgecolor": _ALERT, "linewidth": 0.9, "zorder": 3}
    axes.add_patch(PathPatch(_outline(ribbon), **look))


def _outline(ribbon: Ribbon) -> Outline:
    """The ribbon as a closed curve; a loop leaves and returns on the right."""
    (x0, low0, high0), (x1, low1, high1) = ribbon.start, ribbon.end
    if ribbon.kind == "loop":
        bend0 = bend1 = max(x0, x1) + 0.75 * NODE
    else:
        bend0 = bend1 = (x0 + x1) / 2.0
    points = [
        *((x0, high0), (bend0, high0), (bend1, high1), (x1, high1)),
        *((x1, low1), (bend1, low1), (bend0, low0), (x0, low0), (x0, high0)),
    ]
    curve, line = Outline.CURVE4, Outline.LINETO
    return Outline(points, [Outline.MOVETO, curve, curve, curve, line, curve, curve, curve, Outline.CLOSEPOLY])


def _draw_nodes(axes: Any, network: Drawn, layout: Layout) -> None:
    for box in layout.wanted.values():
        _box(axes, box, facecolor="white", edgecolor=_GREY, linewidth=0.8, linestyle=(0, (2, 1.5)), zorder=3.5)
    for node, box in layout.nodes.items():
        marked = node in network.marked
        look: dict[str, Any] = {"facecolor": _INK, "edgecolor": _INK, "linewidth": 0.5}
        if node.bought:
            look = {"facecolor": "white", "edgecolor": "#6B4E1F", "linewidth": 0.8, "hatch": "//////"}
        elif node.stage == DEMAND:
            look = {"facecolor": "#8497B0", "edgecolor": _INK, "linewidth": 0.5}
        if marked:
            look |= {"edgecolor": _ALERT, "linewidth": 2.2}
        _box(axes, box, zorder=4, **look)
        if box.height >= _READABLE:
            _figure_in(axes, node, box, network.through(node))
        elif _has_room(node, box, layout):
            middle, back = box.x + box.width / 2.0, {"facecolor": _BAND, "edgecolor": "none", "pad": 0.4, "alpha": 0.85}
            _text(axes, middle, box.top + 0.0078, tonnes(network.through(node)), 6.3, ha="center", bbox=back)


def _has_room(node: Node, box: Box, layout: Layout) -> bool:
    """Whether a figure fits between the node and the upper edge of its band, with no other box there."""
    above = [b for n, b in layout.nodes.items() if (n.stage, n.country) == (node.stage, node.country) and b.y > box.y]
    top = max(box.top, layout.wanted[node.country].top) if node.stage == DEMAND else box.top
    return not above and top == box.top and box.top + 0.0145 <= layout.bands[node.country].top + _OVER


def _figure_in(axes: Any, node: Node, box: Box, amount: float) -> None:
    colour, back = (
        ("black", {"facecolor": "white", "edgecolor": "none", "pad": 0.8}) if node.bought else ("white", None)
    )
    middle = (box.x + box.width / 2.0, box.y + box.height / 2.0)
    _text(axes, *middle, tonnes(amount), 7.0, ha="center", color=colour, bbox=back)


# ---------------------------------------------------------------- words


def _draw_heads(axes: Any, network: Drawn, layout: Layout) -> None:
    for stage, x in layout.columns.items():
        middle, align = (RIGHT, "right") if stage == DEMAND else (x + NODE / 2.0, "center")
        first, second = _head(network, stage)
        binds = network.binding.get(stage)
        _text(axes, middle, TOP + 0.055, first, 9.5, ha=align, weight="bold")
        _text(axes, middle, TOP + 0.033, second, 7.0, ha=align, color=_GREY)
        if binds:
            badge = {"facecolor": _ALERT, "edgecolor": _ALERT, "pad": 1.6}
            words = "BINDS" if binds == "alone" else "BINDS WITH OTHERS"
            _text(axes, middle, TOP + 0.0125, words, 6.5, ha="center", color="white", weight="bold", bbox=badge)


def _head(network: Drawn, stage: str) -> tuple[str, str]:
    """Name of a column, and how much of its plants runs."""
    if stage == DEMAND:
        wanted = sum(network.wanted_t.values())
        served = f"{percent(network.served_t / wanted)} of {tonnes(wanted)} t served" if wanted else "no demand"
        return "demand", served
    if stage == FEED:
        return stage, "no plant can make it"
    capacity, run = network.capacity_t.get(stage, 0.0), network.run_t.get(stage, 0.0)
    if capacity <= 0.0:
        return stage, "no plant stands"
    return stage, f"{tonnes(run)} of {tonnes(capacity)} t/yr run"


def _draw_title(axes: Any, told: Tabled, network: Drawn) -> None:
    stream = told.diagnosis.stream(network.stream)
    title = f"The chain as it is, {network.year}: {stream if network.stream == ALL_STREAMS else f'stream {stream}'}"
    _text(axes, 0.012, 0.967, title, 14.0, ha="left", weight="bold")
    mark = told.facts.mark
    if mark:
        _text(axes, RIGHT, 0.967, mark, 8.0, ha="right", color=_GREY)
    _text(axes, 0.012, 0.937, _subtitle(told.facts, network), 8.5, ha="left", color=_GREY)


def _subtitle(facts: Facts, network: Drawn) -> str:
    outside = sum(t for (a, _), t in network.arcs.items() if a.bought)
    short = max(0.0, sum(network.wanted_t.values()) - network.served_t)
    parts = [f"{tonnes(short)} t of demand not served" if short >= 0.5 else "all demand served"]
    if outside >= 0.5:
        parts.append(f"{tonnes(outside)} t bought from outside or drawn from stock, at whatever stage")
    binding = [stage for stage in network.stages if stage in network.binding]
    if binding:
        parts.append(f"what binds: {', '.join(binding)}")
    if network.routes:
        k, i, j = network.routes[0]
        more = f" and {len(network.routes) - 1} more" if len(network.routes) > 1 else ""
        parts.append(f"full: the route of {facts.material(k)} from {facts.country(i)} to {facts.country(j)}{more}")
    return "No money spent, nothing lost: " + "; ".join(parts) + "."


def _draw_legend(axes: Any, layout: Layout, network: Drawn) -> None:
    y, height = 0.036, 0.018
    entries: Sequence[tuple[str, dict[str, Any]]] = (
        ("plants: t in or out, whichever is more", {"facecolor": _INK}),
        ("bought outside or from stock", {"facecolor": "white", "edgecolor": "#6B4E1F", "hatch": "//////"}),
        ("demand served", {"facecolor": "#8497B0"}),
        ("not served", {"facecolor": "white", "edgecolor": _GREY, "linestyle": (0, (2, 1.5))}),
        ("binds, sold out, or full", {"facecolor": _ARC, "edgecolor": _ALERT, "linewidth": 2.2}),
        ("flows back", {"facecolor": "#D9D9D9", "edgecolor": "#7F7F7F", "hatch": "...."}),
    )
    x = LEFT + 0.015
    for words, look in entries:
        _box(axes, Box(x, y, 0.02, height), zorder=4, **({"edgecolor": _INK, "linewidth": 0.7} | look))
        _text(axes, x + 0.025, y + height / 2.0, words, 7.2, ha="left", color=_GREY)
        x += 0.036 + 0.0046 * len(words)
    if layout.per_t > 0.0 and any(r.t * layout.per_t < _THINNEST for r in layout.ribbons):
        _text(
            axes, 0.012, y + height / 2.0, f"from {tonnes(_THINNEST / layout.per_t)} t on", 7.2, ha="left", color=_GREY
        )
    key = _round_below(0.055 / layout.per_t) if layout.per_t > 0.0 and network.arcs else 0.0
    if key:
        _box(axes, Box(RIGHT - 0.012, BOTTOM - 0.068, 0.006, key * layout.per_t), facecolor=_GREY, zorder=4)
        _text(axes, RIGHT - 0.017, BOTTOM - 0.068 + key * layout.per_t / 2.0, f"{tonnes(key)} t", 7.2, ha="right")


def _round_below(value: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above the value.

    >>> _round_below(7300.0)
    5000.0
    """
    power = 1.0
    while power * 10.0 <= value:
        power *= 10.0
    while power > value:
        power /= 10.0
    return max(x * power for x in (1.0, 2.0, 5.0) if x * power <= value)
