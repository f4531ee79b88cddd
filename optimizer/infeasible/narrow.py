"""Where the chain to a material is narrow in a year: the material whose plants and supplies, not whose feeds, set the most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.checks.reach import Kept, Reach

_ENOUGH = 1.0 - 1e-6


@dataclass(frozen=True)
class NarrowPlace:
    """``projects``: all plants that could ever make the material, candidates that come too late among them."""

    material: str
    words: str
    projects: tuple[str, ...]


def narrow_place(
    reach: Reach, names: Mapping[str, str], material: str, year: int, allied: bool, kept: Kept
) -> NarrowPlace:
    """Walk up the chain from a material: while a feed keeps its plants from running in full, go on with that feed.

    Parameters
    ----------
    reach
        What could exist, from the sheets.
    names
        Of materials, by code.
    material, year, allied
        What is wanted, when, and whether of allied origin only.
    kept
        What a loss leaves.
    """
    capacity, supply = reach.amounts_t(year, allied, kept)
    available = reach.available_t(year, allied, kept)
    trace = [material]
    while feed := _scarce_feed(reach, trace[-1], capacity, available):
        if feed in trace:
            break
        trace.append(feed)
    last = trace[-1]
    makers = {r.process: max(r.outputs[last], 0.0) for r in reach.recipes if r.outputs.get(last, 0.0) > 0.0}
    made = sum(capacity.get(process, 0.0) * share for process, share in makers.items())
    projects = tuple(plant.project for plant in reach.plants if plant.process in makers)
    origin = " of allied origin" if allied else ""
    told, name = [names.get(material, material) for material in trace], names.get(last, last)
    needs = f"{' needs '.join(told)}; " if len(told) > 1 else ""
    if not any(plant.process in makers for plant in reach.plants):
        plants = f"no project makes {name}"
    else:
        plants = f"plants could make {made:,.0f} t of {name}{origin} in {year}"
    bought = supply.get(last, 0.0)
    return NarrowPlace(last, f"The narrow place: {needs}{plants}, imports and stocks bring {bought:,.0f} t.", projects)


def _scarce_feed(reach: Reach, material: str, capacity: dict[str, float], available: dict[str, float]) -> str | None:
    """The feed that keeps the plants of a material furthest below their capacity."""
    scarce: dict[str, float] = {}
    for recipe in reach.recipes:
        running = capacity.get(recipe.process, 0.0)
        if recipe.outputs.get(material, 0.0) <= 0.0 or running <= 0.0:
            continue
        for feed, share in recipe.inputs.items():
            part = available.get(feed, 0.0) / (share * running) if share > 0.0 else 1.0
            if part < _ENOUGH:
                scarce[feed] = min(part, scarce.get(feed, 1.0))
    return min(scarce, key=lambda feed: scarce[feed]) if scarce else None
