"""The chain as the recipes draw it: stages in the order of the flow, and the streams that materials carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import permutations

from optimizer.cells import records
from optimizer.workbook import Workbook

# Stages in one loop up to which every order is tried.
_MOST_TRIED = 7


def stage_order(workbook: Workbook) -> tuple[str, ...]:
    """Return the stages of the recipes, a stage after those whose materials it takes.

    Stages that feed each other in a loop (recycling) stand together: first those that are fed from outside the loop, then
    so that little goes back.
    """
    feeders = _feeders(workbook)
    sheet = list(feeders)
    before = {stage: _upstream(feeders, stage) for stage in sheet}
    loops = {
        stage: tuple(x for x in sheet if x == stage or (x in before[stage] and stage in before[x])) for stage in sheet
    }

    def depth(loop: tuple[str, ...]) -> int:
        outside = {x for stage in loop for x in feeders[stage]} - set(loop)
        return 1 + max((depth(loops[x]) for x in outside), default=0)

    groups = sorted(dict.fromkeys(loops.values()), key=lambda loop: (depth(loop), sheet.index(loop[0])))
    return tuple(stage for loop in groups for stage in _unrolled(loop, feeders))


def _feeders(workbook: Workbook) -> dict[str, set[str]]:
    """Stage -> other stages that make what it takes, in the order of the sheet."""
    makers: dict[str, set[str]] = {}
    takes: dict[str, set[str]] = {}
    for row in records(workbook, "Recipes"):
        stage, material = row.text("stage"), row.text("material")
        takes.setdefault(stage, set())
        if row.text("direction") == "output":
            makers.setdefault(material, set()).add(stage)
        else:
            takes[stage].add(material)
    return {stage: {x for k in taken for x in makers.get(k, ())} - {stage} for stage, taken in takes.items()}


def _upstream(feeders: Mapping[str, set[str]], stage: str) -> set[str]:
    """All stages from which a stage is fed, directly or through others."""
    found: set[str] = set()
    ahead = [stage]
    while ahead:
        new = feeders[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def _unrolled(loop: tuple[str, ...], feeders: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The stages of a loop from its beginning to its end."""
    if len(loop) > _MOST_TRIED:
        return loop
    within = {stage: feeders[stage] & set(loop) for stage in loop}
    entries = [stage for stage in loop if feeders[stage] - set(loop)]
    steps = _steps(entries or [loop[0]], within)

    def disorder(order: tuple[str, ...]) -> tuple[int, int, int]:
        place = {stage: n for n, stage in enumerate(order)}
        back = sum(place[x] > place[stage] for stage in loop for x in within[stage])
        nearer_later = sum(steps[x] < steps[stage] and place[x] > place[stage] for stage in loop for x in loop)
        return sum(place[stage] for stage in entries), back, nearer_later

    return min(permutations(loop), key=disorder)


def _steps(entries: list[str], feeders: Mapping[str, set[str]]) -> dict[str, int]:
    """Stage of a loop -> how many steps it is from where the loop is fed."""
    steps = dict.fromkeys(entries, 0)
    while len(steps) < len(feeders):
        steps |= {x: max(steps.values()) + 1 for x in feeders if x not in steps and feeders[x] & steps.keys()}
    return steps


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


def material_names(workbook: Workbook) -> Mapping[str, str]:
    """Return the names of materials by code, without remarks in brackets where they are clear without them."""
    whole = {row.text("material"): row.text("name", row.text("material")) for row in records(workbook, "Materials")}
    short = {code: name.partition(" (")[0].strip() or name for code, name in whole.items()}
    counts = Counter(short.values())
    return {code: name if counts[name] == 1 else whole[code] for code, name in short.items()}


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
