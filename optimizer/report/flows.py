"""Sheet Flows: who supplies whom, and how far everyone depends on one country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from openpyxl import Workbook as Book

from optimizer.report.facts import Facts
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import Painter
from optimizer.report.trace import Link, Trace

OTHERS = "several, small"
_SMALL = 0.01
_DUST = 1e-5
_MOST_COLUMNS = 22


Key = tuple[str, str, str, str]  # material, from, to, kind


def write_flows(book: Book, facts: Facts, trace: Trace, painter: Painter) -> None:
    """Write the sheet."""
    years = chosen_years(facts)
    labels = (Column("Material", 50, "wrap"), Column("From", 18), Column("To", 18), Column("How", 14))
    tonnes = [Column(f"{t}, t", 9.5, "t") for t in years] + [
        Column(f"{t}, allied origin, %", 9.5, "pct") for t in years
    ]
    columns = (*labels, *tonnes)
    receivers = _receivers(links := _chosen(trace, years))
    width = [column.width for column in columns] + [9.5] * max(0, len(receivers) + 2 - len(tonnes))
    page = open_page(book, facts, painter, "Flows", "Flows: who supplies whom", width)
    if not links:
        page.sentence("Nothing is made, bought or shipped in the years shown.")
        page.end()
        return
    page.sentence(f"The base case, nothing lost, in {', '.join(str(t) for t in years)}: first, middle and last year.")
    page.freeze()
    _dependence(page, trace, years)
    for t in years:
        _matrix(page, links, receivers, t)
    page.heading(
        f"Who supplies whom, by material: {_SMALL * 100:.0f} % of its use and more, t; smaller amounts together"
    )
    shown = _gather(links)
    first, last = page.table(columns, [_line(facts, key, shown, years) for key in _sorted(facts, shown, years[-1])])
    page.filter(first - 1, last)
    page.repeat(first - 1)
    note(page, _NOTES)
    page.end()


_NOTES = (
    "Who made or sold what is used where, across countries that material only passes through. Material of one origin in"
    " one country counts as well mixed, so that whatever leaves it has its make-up. Used: by plants and by sectors.",
    "Allied origin: made by plants of allied or trusted countries from allied material only.",
)


def chosen_years(facts: Facts) -> list[int]:
    """First, middle and last year."""
    years = facts.years
    return sorted({years[0], years[len(years) // 2], years[-1]})


def _chosen(trace: Trace, years: list[int]) -> dict[Key, dict[int, Link]]:
    """The links of some years, without what is too little to see."""
    total: dict[tuple[str, int], float] = defaultdict(float)
    for (k, _, _, _, t), link in trace.links.items():
        total[k, t] += link.t
    links: dict[Key, dict[int, Link]] = defaultdict(dict)
    for (k, i, how, j, t), link in trace.links.items():
        if t in years and link.t > _DUST * total[k, t]:
            links[k, i, j, how][t] = link
    return links


def _gather(links: Mapping[Key, Mapping[int, Link]]) -> dict[Key, dict[int, Link]]:
    """Take the flows together that are a small part of their material in every year shown."""
    total: dict[tuple[str, int], float] = defaultdict(float)
    for (k, _, _, _), by_year in links.items():
        for t, link in by_year.items():
            total[k, t] += link.t
    shown: dict[Key, dict[int, Link]] = defaultdict(lambda: defaultdict(Link))
    for key, by_year in links.items():
        large = any(link.t >= _SMALL * total[key[0], t] for t, link in by_year.items())
        for t, link in by_year.items():
            target = shown[key if large else (key[0], OTHERS, OTHERS, key[3])][t]
            target.t, target.allied_t = target.t + link.t, target.allied_t + link.allied_t
    return shown


def _sorted(facts: Facts, links: Mapping[Key, Mapping[int, Link]], last: int) -> list[Key]:
    def rank(key: Key) -> tuple[object, ...]:
        amount = links[key][last].t if last in links[key] else 0.0
        return (facts.materials.index(key[0]) if key[0] in facts.materials else 0, -round(amount, 3), *key)

    return sorted(links, key=rank)


def _line(facts: Facts, key: Key, links: Mapping[Key, Mapping[int, Link]], years: list[int]) -> Line:
    k, i, j, how = key
    found = [links[key].get(t, Link()) for t in years]
    shares = [x.allied_t / x.t if x.t > 0.0 else None for x in found]
    return Line((facts.material(k), facts.country(i), facts.country(j), how, *(x.t for x in found), *shares))


# ---------------------------------------------------------------- dependence


@dataclass(frozen=True)
class Dependence:
    """The country that supplies most of the material of one stage in one year."""

    stage: str
    year: int
    country: str
    share: float
    t: float
    second: str
    second_share: float


def dependences(facts: Facts, trace: Trace, year: int) -> list[Dependence]:
    """The largest supplier of each stage of material, in the order of the workbook."""
    by_stage: dict[str, dict[str, float]] = {}
    for k in facts.materials:
        supply = by_stage.setdefault(facts.material_stage(k), defaultdict(float))
        for country, amount in trace.supply_t.get((k, year), {}).items():
            supply[country] += amount
    found = []
    for stage, supply in by_stage.items():
        total = sum(supply.values())
        ranked = sorted(supply.items(), key=lambda item: (-item[1], item[0]))
        if total > 0.0:
            (country, amount), (second, other) = ranked[0], (ranked[1] if len(ranked) > 1 else ("", 0.0))
            found.append(Dependence(stage, year, country, amount / total, amount, second, other / total))
    return found


def largest_dependence(facts: Facts, trace: Trace) -> Dependence | None:
    """The largest share of one country in the supply of any stage, in the last year."""
    return max(dependences(facts, trace, facts.years[-1]), key=lambda x: x.share, default=None)


def _dependence(page: Page, trace: Trace, years: list[int]) -> None:
    page.heading(
        "Dependence on one country: largest and second share of all material of a stage, made there or bought from it"
    )
    columns = (
        *(Column("Stage of the material", 50), Column("Largest source", 18), Column("Second source", 18)),
        *(Column("Year", 14, "year"), Column("Largest, t", 9.5, "t"), Column("Largest, %", 9.5, "pct")),
        Column("Second, %", 9.5, "pct"),
    )
    facts = page.facts
    found = [x for t in years for x in dependences(facts, trace, t)]
    order = list(dict.fromkeys(facts.material_stage(k) for k in facts.materials))
    lines = [
        Line(
            (x.stage, facts.country(x.country), _outside(facts, x.second), x.year, x.t, x.share, x.second_share or None)
        )
        for x in sorted(found, key=lambda x: (order.index(x.stage), x.year))
    ]
    page.table(columns, lines)


def _outside(facts: Facts, country: str) -> str:
    return facts.country(country) if country else "none"


# ---------------------------------------------------------------- who serves whom


def _receivers(links: Mapping[Key, Mapping[int, Link]]) -> list[str]:
    """Countries whose sectors get material, the largest first."""
    amounts: dict[str, float] = defaultdict(float)
    for (_, _, j, _), by_year in links.items():
        amounts[j] += sum(link.served_t for link in by_year.values())
    return sorted((c for c in amounts if amounts[c] > 0.0), key=lambda c: (-amounts[c], c))[:_MOST_COLUMNS]


def _matrix(page: Page, links: Mapping[Key, Mapping[int, Link]], receivers: list[str], year: int) -> None:
    """Write whose material the sectors of each country get in one year."""
    facts = page.facts
    amounts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (_, i, j, _), by_year in links.items():
        if j in receivers and year in by_year and by_year[year].served_t > 0.0:
            amounts[i][j] += by_year[year].served_t
    page.heading(f"What the sectors get, {year}: made in or bought from (rows), used in (columns), t")
    if not amounts:
        page.sentence("The sectors get nothing in this year.")
        return
    labels = (
        Column("From", 50),
        Column("Name", 18),
        Column("To all, t", 18, "t"),
        Column("Share of all, %", 14, "pct"),
    )
    columns = (*labels, *(Column(f"{c}, t", 9.5, "t") for c in receivers))
    total = sum(sum(row.values()) for row in amounts.values())
    ranked = sorted(amounts, key=lambda c: (-sum(amounts[c].values()), c))
    lines = [_giver(facts, c, amounts[c], receivers, total) for c in ranked]
    sums = [sum(amounts[i].get(j, 0.0) for i in amounts) for j in receivers]
    lines.append(replace(Line(("All", "", total, 1.0, *sums)), total=True))
    page.table(columns, lines)


def _giver(facts: Facts, country: str, row: Mapping[str, float], receivers: list[str], total: float) -> Line:
    whole = sum(row.values())
    return Line((country, facts.country(country), whole, whole / total, *(row.get(j, 0.0) for j in receivers)))
