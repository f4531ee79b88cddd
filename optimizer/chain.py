"""The chain as the recipes draw it: stages in the order of the flow, and the streams that materials carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from optimizer.cells import records
from optimizer.workbook import Workbook


def stage_order(workbook: Workbook) -> tuple[str, ...]:
    """Return the stages of the recipes, a stage after those whose materials it takes; loops (recycling) are cut.

    A stage's place is the length of the longest way to it from a material that no recipe makes, not going round.
    """
    makers: dict[str, set[str]] = {}
    takes: dict[str, dict[str, None]] = {}
    for row in records(workbook, "Recipes"):
        stage, material = row.text("stage"), row.text("material")
        takes.setdefault(stage, {})
        if row.text("direction") == "output":
            makers.setdefault(material, set()).add(stage)
        else:
            takes[stage][material] = None

    def depth(stage: str, before: tuple[str, ...]) -> int:
        feeding = {x for material in takes[stage] for x in makers.get(material, ()) if x not in (*before, stage)}
        return 1 + max((depth(x, (*before, stage)) for x in feeding), default=0)

    return tuple(sorted(takes, key=lambda stage: (depth(stage, ()), list(takes).index(stage))))


def streams(workbook: Workbook) -> Mapping[str, frozenset[str]]:
    """Return stream -> materials that carry it: as written, and where blank the union of the inputs' streams.

    Without any stream in the workbook, all materials are one stream called ``all``.
    """
    written = {row.text("material"): frozenset(row.items("stream")) for row in records(workbook, "Materials")}
    carried = dict(written)
    recipes = _recipes(workbook)
    for _ in carried:
        for inputs, outputs in recipes:
            union = frozenset().union(*(carried.get(k, frozenset()) for k in inputs))
            for k in outputs:
                if k in written and not written[k]:
                    carried[k] = carried[k] | union
    names = list(dict.fromkeys(stream for row in written.values() for stream in sorted(row)))
    if not names:
        return {"all": frozenset(carried)}
    order = _first_seen(workbook, names)
    return {stream: frozenset(k for k, found in carried.items() if stream in found) for stream in order}


def _recipes(workbook: Workbook) -> list[tuple[list[str], list[str]]]:
    sides: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for row in records(workbook, "Recipes"):
        inputs, outputs = sides.setdefault((row.text("process"), row.text("recipe")), ([], []))
        (outputs if row.text("direction") == "output" else inputs).append(row.text("material"))
    return list(sides.values())


def _first_seen(workbook: Workbook, names: Iterable[str]) -> list[str]:
    """Streams in the order in which the sheet names them."""
    seen = dict.fromkeys(stream for row in records(workbook, "Materials") for stream in row.items("stream"))
    return [stream for stream in seen if stream in set(names)]
