"""Sheet Flows: who supplies whom, and how far everyone depends on one country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from openpyxl import Workbook as Book

from optimizer.report.facts import Facts, each
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import Painter
from optimizer.report.trace import Trace

SHIPPED, BOUGHT, HOME = "shipped", "bought outside", "used at home"
OTHERS = "several, small"
_SMALL = 0.01
_DUST_T = 5e-4
_MOST_COLUMNS = 22


@dataclass
class Link:
    """What moves from one country to another in one year: tonnes, and how many of them are of allied origin."""

    t: float = 0.0
    allied_t: float = 0.0


Key = tuple[str, str, str, str]  # material, from, to, kind


def write_flows(book: Book, facts: Facts, trace: Trace, painter: Painter) -> None:
    """Write the sheet."""
    years = chosen_years(facts)
    labels = (Column("Material", 36, "wrap"), Column("From", 18), Column("To", 18), Column("How", 14))
    tonnes = [Column(f"{t}, t", 9.5, "t") for t in years] + [
        Column(f"{t}, allied origin, %", 9.5, "pct") for t in years
    ]
    columns = (*labels, *tonnes)
    receivers = _receivers(facts, years, links := _links(facts, trace, years))
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
    page.heading(f"Flows of {_SMALL:.0%} of a material and more, t; smaller ones together")
    shown = _gather(links)
    first, last = page.table(columns, [_line(facts, key, shown, years) for key in _sorted(facts, shown, years[-1])])
    page.filter(first - 1, last)
    page.repeat(first - 1)
    note(page, _NOTES)
    page.end()


_NOTES = (
    "Shipped: from country to country. Bought outside: landed from a supplier. Used at home: made and used in the same"
    " country. Allied origin: made by plants of allied or trusted countries from allied material only.",
)


def chosen_years(facts: Facts) -> list[int]:
    """First, middle and last year."""
    years = facts.years
    return sorted({years[0], years[len(years) // 2], years[-1]})


def _links(facts: Facts, trace: Trace, years: list[int]) -> dict[Key, dict[int, Link]]:
    links: dict[Key, dict[int, Link]] = defaultdict(lambda: defaultdict(Link))
    for row in each(facts.base("flows")):
        if row.year in years and row.t > _DUST_T:
            _add(links[row.material, row[3], row.to, SHIPPED][row.year], row.t, row.origin == "allied")
    for row in each(facts.base("imports")):
        if row.year in years and row.t > _DUST_T:
            trusted = facts.makes_allied(row.supplier)
            _add(links[row.material, row.supplier, row.country, BOUGHT][row.year], row.t, trusted)
    for (k, c, t), amount in trace.home_t.items():
        if t in years and amount > _DUST_T:
            links[k, c, c, HOME][t].t += amount
    return links


def _add(link: Link, amount: float, allied: bool) -> None:
    link.t += amount
    link.allied_t += amount if allied else 0.0


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
    shares = [x.allied_t / x.t if x.t > 0.0 and how != HOME else None for x in found]
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
        if total > _DUST_T:
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
        *(Column("Stage of the material", 36), Column("Largest source", 18), Column("Second source", 18)),
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


def _receivers(facts: Facts, years: list[int], links: Mapping[Key, Mapping[int, Link]]) -> list[str]:
    """Countries that receive demanded material, the largest first."""
    amounts: dict[str, float] = defaultdict(float)
    for (k, _, j, _), by_year in links.items():
        if k in facts.demanded:
            amounts[j] += sum(link.t for link in by_year.values())
    return sorted(amounts, key=lambda c: (-amounts[c], c))[:_MOST_COLUMNS]


def _matrix(page: Page, links: Mapping[Key, Mapping[int, Link]], receivers: list[str], year: int) -> None:
    """Write who delivers demanded materials to whom in one year."""
    facts, demanded = page.facts, page.facts.demanded
    amounts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (k, i, j, _), by_year in links.items():
        if k in demanded and j in receivers and year in by_year:
            amounts[i][j] += by_year[year].t
    page.heading(f"Materials in demand, {year}: from (rows) to (columns), t")
    if not amounts:
        page.sentence("Nothing is delivered in this year.")
        return
    labels = (
        Column("From", 36),
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
