"""Sheet Portfolio: what is funded, when, how large, who pays, and which demand it serves."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.facts import Facts, each, number, text
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import Painter
from optimizer.report.trace import NOT_USED, Trace

_COLUMNS = (
    Column("Stage", 12),
    Column("Project", 23),
    Column("Country", 13),
    Column("Funded, year", 7.5, "year"),
    Column("First output, year", 7.5, "year"),
    Column("Full output, year", 7.5, "year"),
    Column("Size, t/yr", 9, "t"),
    Column("Share of nameplate, %", 10, "pct"),
    Column("Capital cost, MUSD", 9, "musd"),
    Column("Public outlay, MUSD", 9, "musd"),
    Column("Who pays (most first)", 26, "wrap"),
    Column("Mean use of capacity, %", 9.5, "pct"),
    Column("Where its output ends up (largest shares)", 34, "wrap"),
    Column("Confidence", 10.5),
    Column("Source (in full on sheet Sources)", 28, "wrap"),
)
_MOST_SECTORS = 3


def write_portfolio(book: Book, facts: Facts, trace: Trace, painter: Painter) -> None:
    """Write the sheet."""
    title = f"Portfolio: what is funded, {facts.span}"
    page = open_page(book, facts, painter, "Portfolio", title, [column.width for column in _COLUMNS])
    if facts.funded.empty:
        page.sentence(_nothing(facts))
        _stocks(page)
        page.end()
        return
    page.sentence(_lead(facts))
    header = page.header(_COLUMNS)
    page.freeze(columns=2)
    _, last = page.table(_COLUMNS, [_project(facts, trace, row) for row in _rows(facts)], with_header=False)
    page.filter(header, last)
    page.table(_COLUMNS, [_total(facts.funded)], with_header=False)
    note(page, _NOTES)
    _by_place(page)
    _ends(page, trace)
    _stocks(page)
    page.end()


_NOTES = (
    "First and full output are blank where they lie beyond the last year. Public outlay is undiscounted; the rest of the"
    " capital cost is private. Mean use: tonnes run over capacity, all years with capacity, nothing lost.",
    "Where its output ends up: the tonnes that a plant makes are followed through shipments, plants and recycling to the"
    " sectors. Material of one origin in one country counts as well mixed: whatever leaves it, and every output of a plant"
    " that takes it, carries it on in proportion to tonnes.",
)


def _nothing(facts: Facts) -> str:
    if any(row.text("status") == "candidate" for row in facts.projects.values()):
        return "The plan funds no project: none of the candidates improves on what stands or is committed."
    return "The workbook has no candidate projects, so nothing could be funded."


def _lead(facts: Facts) -> str:
    table = facts.funded
    return (
        f"{plural(len(table), 'project')} in {plural(table['country'].nunique(), 'country', 'countries')}, "
        f"{table['public_outlay_musd'].sum():,.1f} MUSD of public outlay out of {table['capex_musd'].sum():,.1f} MUSD of"
        f" capital cost, in constant {facts.price_year} prices."
    )


def plural(count: int, word: str, many: str = "") -> str:
    """``1 project``, ``2 projects``."""
    return f"{count:,} {word if count == 1 else many or word + 's'}"


def _rows(facts: Facts) -> list[dict[str, object]]:
    return [{str(key): value for key, value in row.items()} for row in facts.funded.to_dict("records")]


def _project(facts: Facts, trace: Trace, row: dict[str, object]) -> Line:
    size, nameplate = number(row["size_t_per_year"]) or 0.0, number(row["nameplate_t_per_year"]) or 0.0
    return Line(
        (
            row["stage"],
            row["project"],
            facts.country(str(row["country"])),
            number(row["funded_year"]),
            number(row["first_output_year"]),
            number(row["full_output_year"]),
            size,
            size / nameplate if nameplate else None,
            row["capex_musd"],
            row["public_outlay_musd"],
            text(row["funders"]),
            number(row["mean_utilization"]),
            served(trace, str(row["project"])),
            text(row["confidence"]) or "not stated",
            short_source(text(row["source"])),
        )
    )


def _total(table: pd.DataFrame) -> Line:
    values: list[object] = [""] * len(_COLUMNS)
    values[0] = f"All {len(table)}"
    values[8], values[9] = table["capex_musd"].sum(), table["public_outlay_musd"].sum()
    return Line(values, total=True)


def served(trace: Trace, project: str) -> str:
    """The sectors that a plant's output ends up in: the three largest shares, and what is not used."""
    shares = trace.reaches.get(project)
    if not shares:
        return "runs in no year"
    found = sorted(((s, x) for s, x in shares.items() if s != NOT_USED and x >= 0.005), key=lambda item: -item[1])
    parts = [f"{sector} {share:.0%}" for sector, share in found[:_MOST_SECTORS]]
    rest = sum(share for _, share in found[_MOST_SECTORS:])
    parts += [f"other sectors {rest:.0%}"] if rest >= 0.005 else []
    parts += [f"not used {shares[NOT_USED]:.0%}"] if shares[NOT_USED] >= 0.005 else []
    return ", ".join(parts)


def short_source(source: str, most: int = 56) -> str:
    """A citation that fits a table: the sites of the addresses, the words of the rest."""
    parts = []
    for part in (piece.strip() for piece in re.split(r";|\s\|\s", source)):
        site = re.match(r"https?://(?:www\.)?([^/\s]+)", part)
        parts.append(site[1] if site else part)
    short = "; ".join(dict.fromkeys(part for part in parts if part and not re.fullmatch(r"[\d-]{4,10}", part)))
    return short if len(short) <= most else short[: most - 1].rstrip(" ;,") + "…"


# ---------------------------------------------------------------- by stage and country


def _by_place(page: Page) -> None:
    page.heading("By stage and country")
    facts, table = page.facts, page.facts.funded
    columns = (
        *(Column("Stage", 12), Column("Country", 23), Column("Projects", 13, "int")),
        *(Column("", 7.5), Column("", 7.5), Column("", 7.5)),
        *(Column("Size, t/yr", 9, "t"), Column("", 10), Column("Capital cost, MUSD", 9, "musd")),
        Column("Public outlay, MUSD", 9, "musd"),
    )
    lines = []
    for stage in sorted(table["stage"].unique(), key=facts.stage_rank):
        of_stage = table[table["stage"] == stage]
        lines.append(_place((stage, "all countries"), of_stage, total=True))
        for country, found in sorted(
            of_stage.groupby("country"), key=lambda item: -item[1]["public_outlay_musd"].sum()
        ):
            lines.append(_place(("", facts.country(str(country))), found))
    page.table(columns, lines)


def _place(names: tuple[str, str], rows: pd.DataFrame, total: bool = False) -> Line:
    sums = {name: rows[name].sum() for name in ("size_t_per_year", "capex_musd", "public_outlay_musd")}
    values = (
        *names,
        len(rows),
        "",
        "",
        "",
        sums["size_t_per_year"],
        "",
        sums["capex_musd"],
        sums["public_outlay_musd"],
    )
    return Line(values, total=total)


# ---------------------------------------------------------------- where the output ends up


def _ends(page: Page, trace: Trace) -> None:
    facts = page.facts
    sectors = facts.sectors[: len(_COLUMNS) - 4]
    page.heading(f"Where the output of each funded project ends up, share of its tonnes, {facts.span}")
    columns = [Column("Stage", 12), Column("Project", 23), Column("Output, t in all years", 13, "t")]
    columns += [Column(sector, 8, "pct") for sector in (*sectors, NOT_USED)]
    lines = [_end(trace, row, sectors) for row in _rows(facts)]
    page.table(columns, lines)


def _end(trace: Trace, row: dict[str, object], sectors: Sequence[str]) -> Line:
    project = str(row["project"])
    shares = trace.reaches.get(project, {})
    made = sum(trace.output_t.get(project, {}).values())
    return Line((row["stage"], project, made, *(shares.get(sector) for sector in (*sectors, NOT_USED))))


# ---------------------------------------------------------------- stocks


def _stocks(page: Page) -> None:
    facts = page.facts
    table = facts.base("stocks")
    bought = table[table["bought_t"] > 0]
    if table.empty:
        return
    page.heading("Stocks bought")
    if bought.empty:
        page.sentence("The plan buys nothing for the stocks.")
        return
    columns = (
        *(Column("Year", 12, "year"), Column("Material", 23), Column("Country", 13)),
        *(Column("Bought, t", 7.5, "t"), Column("In store, t", 7.5, "t")),
    )
    rows = bought.sort_values(["year", "material", "country"], kind="stable")
    lines = [
        Line((row.year, facts.material(row.material), facts.country(row.country), row.bought_t, row.level_t))
        for row in each(rows)
    ]
    page.table(columns, lines)
