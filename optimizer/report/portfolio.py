"""Sheet Portfolio: what is funded, when, how large, who pays, and which demand it serves."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.facts import NOT_STATED, Facts, each, number, text
from optimizer.report.page import Column, Line, Page, fit, note, open_page
from optimizer.report.style import Painter
from optimizer.report.trace import NOT_USED, Trace
from optimizer.wording import plural

_FIXED = (
    Column("Stage", 12.5),
    Column("Project", 22),
    Column("Country", 13.5),
    Column("Funded, year", 7.5, "year"),
    Column("First output, year", 7.5, "year"),
    Column("Full output, year", 7.5, "year"),
    Column("Size, t/yr", 8, "t"),
    Column("Share of full size, %", 8, "pct"),
    Column("Capital cost, MUSD", 9, "musd"),
    Column("Public outlay, MUSD", 9, "musd"),
    Column("Mean use of capacity, %", 9.5, "pct"),
    Column("Who pays (most first)", 25, "wrap"),
    Column("Confidence", 12),
    Column("Source (in full on sheet Sources)", 24, "wrap"),
)
_CAPEX, _OUTLAY = 8, 9
_MOST_SECTORS = 8
OTHER = "other sectors"


def write_portfolio(book: Book, facts: Facts, trace: Trace, painter: Painter) -> None:
    """Write the sheet."""
    title = f"Portfolio: what is funded, {facts.span}"
    columns = [*_FIXED, *(Column(f"Output to {name} %", fit(name, 7.5), "pct") for name in ends(facts))]
    page = open_page(book, facts, painter, "Portfolio", title, [column.width for column in columns])
    if facts.funded.empty:
        page.sentence(_nothing(facts))
    else:
        page.sentence(_lead(facts))
        header = page.header(columns)
        page.freeze(columns=2)
        _, last = page.table(columns, [_project(facts, trace, row) for row in _rows(facts)], with_header=False)
        page.filter(header, last)
        page.table(columns, [_total(facts.funded)], with_header=False)
        note(page, _notes(facts))
        _by_place(page, columns)
    _stocks(page, columns)
    page.end()


def _notes(facts: Facts) -> list[str]:
    public = "Public outlay is undiscounted; the rest of the capital cost is private."
    if facts.has_instruments:
        public = "Public outlay is what the project's package charges in all years, undiscounted (Packages)."
    return [
        f"First and full output are blank where they lie beyond the last year. {public} Mean use: tonnes run over capacity,"
        " all years with capacity, nothing lost.",
        "Output to: the tonnes that a plant makes in all years are followed through shipments, plants and recycling until a"
        " sector has them or nobody uses them; by-products, as scrap, are left out. Material of one origin in one country counts"
        " as well mixed: whatever leaves it carries it on in proportion to tonnes, and so does every output of a plant that takes"
        " it.",
    ]


def ends(facts: Facts) -> list[str]:
    """Where output may end up, as columns: the sectors, those with little demand together, and not used."""
    if len(facts.sectors) <= _MOST_SECTORS:
        return [*facts.sectors, NOT_USED]
    return [*_large_sectors(facts), OTHER, NOT_USED]


def _large_sectors(facts: Facts) -> list[str]:
    demand = facts.base("coverage").groupby("sector")["demand_t"].sum()
    large = sorted(facts.sectors, key=lambda s: (-float(demand.get(s, 0.0)), s))[: _MOST_SECTORS - 1]
    return [sector for sector in facts.sectors if sector in large]


def reach(facts: Facts, trace: Trace, project: str) -> list[float | None]:
    """Shares of a plant's output by where it ends up, in the order of ``ends``; blank where it runs in no year."""
    shares = trace.reaches.get(project)
    names = ends(facts)
    if not shares:
        return [None for _ in names]
    rest = sum(share for name, share in shares.items() if name not in names)
    return [rest if name == OTHER else shares.get(name, 0.0) for name in names]


def _nothing(facts: Facts) -> str:
    if any(row.text("status") == "candidate" for row in facts.projects.values()):
        return "The plan funds no project: none of the candidates improves on what stands or is committed."
    return "The workbook has no candidate projects, so nothing could be funded."


def _lead(facts: Facts) -> str:
    table = facts.funded
    beside = "for plants of" if facts.has_instruments else "out of"
    return (
        f"{plural(len(table), 'project')} in {plural(table['country'].nunique(), 'country', 'countries')}, "
        f"{table['public_outlay_musd'].sum():,.1f} MUSD of public outlay {beside} {table['capex_musd'].sum():,.1f} MUSD of"
        f" capital cost, in constant {facts.price_year} prices."
    )


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
            number(row["mean_utilization"]),
            text(row["funders"]),
            text(row["confidence"]) or NOT_STATED,
            short_source(text(row["source"])),
            *reach(facts, trace, str(row["project"])),
        )
    )


def _total(table: pd.DataFrame) -> Line:
    values: list[object] = [""] * len(_FIXED)
    values[0] = f"All {len(table)}"
    values[_CAPEX], values[_OUTLAY] = table["capex_musd"].sum(), table["public_outlay_musd"].sum()
    return Line(values, total=True)


def short_source(source: str, most: int = 56) -> str:
    """A citation that fits a table: the sites of the addresses, the words of the rest."""
    parts = []
    for part in (piece.strip() for piece in re.split(r";|\s\|\s", source)):
        site = re.match(r"https?://(?:www\.)?([^/\s]+)", part)
        parts.append(site[1] if site else part)
    short = "; ".join(dict.fromkeys(part for part in parts if part and not re.fullmatch(r"[\d-]{4,10}", part)))
    return short if len(short) <= most else short[: most - 1].rstrip(" ;,") + "…"


# ---------------------------------------------------------------- by stage and country


def _by_place(page: Page, columns: Sequence[Column]) -> None:
    """Write sums by stage and country under the columns of the list."""
    page.heading("By stage and country")
    facts, table = page.facts, page.facts.funded
    lines = []
    for stage in sorted(table["stage"].unique(), key=facts.stage_rank):
        of_stage = table[table["stage"] == stage]
        lines.append(_place(stage, "all countries", of_stage, total=True))
        paid = of_stage.groupby("country")["public_outlay_musd"].sum()
        for country in sorted(paid.index, key=lambda c: (-float(paid[c]), str(c))):
            lines.append(_place(stage, facts.country(str(country)), of_stage[of_stage["country"] == country]))
    page.table(columns, lines, with_header=False)


def _place(stage: str, country: str, rows: pd.DataFrame, total: bool = False) -> Line:
    sums = [rows[name].sum() for name in ("size_t_per_year", "capex_musd", "public_outlay_musd")]
    values = (stage, plural(len(rows), "project"), country, "", "", "", sums[0], "", sums[1], sums[2])
    return Line(values, total=total)


# ---------------------------------------------------------------- stocks


def _stocks(page: Page, columns: Sequence[Column]) -> None:
    """Write what is bought for the stocks, under the columns of the list: year, tonnes, public outlay."""
    facts, table = page.facts, page.facts.base("stocks")
    if table.empty:
        return
    page.heading("Bought for the stocks: material, country, year, t, and public outlay in MUSD")
    bought = table[table["bought_t"] > 0].sort_values(["year", "material", "country"], kind="stable")
    if bought.empty:
        page.sentence("The plan buys nothing for the stocks.")
        return
    paid = facts.tables["outlays"].groupby(["project", "year"])["musd"].sum()
    lines = []
    for row in each(bought):
        musd = paid.get((f"stockpile:{row.material}:{row.country}", row.year), 0.0)
        name, place = facts.material(row.material), facts.country(row.country)
        lines.append(Line(("stockpile", name, place, row.year, "", "", row.bought_t, "", "", float(musd))))
    page.table(columns, lines, with_header=False)
