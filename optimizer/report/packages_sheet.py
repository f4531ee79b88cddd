"""Sheet Packages: what each funded project lacks, by which instruments it gets it, and what that costs the public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.facts import Facts, each, number, text
from optimizer.report.money_words import BY_KG, instruments_of, packages_lead
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import Painter
from optimizer.units import USD_PER_MUSD

KG_PER_T = 1000.0
KINDS = {
    "grant": "grant",
    "loan": "loan",
    "equity": "equity",
    "guarantee": "guarantee",
    "investment_credit": "investment credit",
    "production_credit": "production credit",
    "floor": "price floor",
    "offtake": "offtake",
}
_COLUMNS = (
    Column("Stage", 16),
    Column("Project", 22),
    Column("Country", 13.5),
    Column("Funded, year", 8, "year"),
    Column("Capital cost, MUSD", 9, "musd"),
    Column("Lacks without support, MUSD", 9.5, "musd"),
    Column("Its package, and how much of its capital or output", 54, "wrap"),
    Column("Charged to budgets, MUSD", 9.5, "musd"),
    Column("Public capital, MUSD", 9, "musd"),
    Column("Private capital, MUSD", 9, "musd"),
    Column("Private per public MUSD", 10, "points"),
    Column("Charged per kg, USD", 10, "points"),
    Column("Who pays (most first)", 30, "wrap"),
)
_SUMS = {"capex_musd": 4, "lacks_musd": 5, "charge_musd": 7, "public_capital_musd": 8, "private_musd": 9}
_NOTES = (
    "Lacks: how far the firm's net present value falls short of nothing at its hurdle rate and the prices of the planning deck,"
    " without support; blank: it needs none. Capital kinds are a share of capital cost, the others of the yearly output.",
    "Charged: what the package takes from the budgets in all years, not discounted: grants, equity and credits in full, loans"
    " and guarantees by their expected loss, floors and offtakes by what they pay at the planning deck.",
    "Public capital: grants, loans, equity and investment credits; what a guaranteed bank lends is private. Private per public"
    f" MUSD: private capital by what is charged; of all, where something is charged. {BY_KG}",
)


def write_packages(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    title = f"Packages: what supports the funded projects, MUSD of {facts.price_year}"
    page = open_page(book, facts, painter, "Packages", title, [column.width for column in _COLUMNS])
    firms = in_order(facts, facts.tables["viability"])
    if firms.empty:
        page.sentence("The plan funds no project, so there are no packages.")
    else:
        page.freeze(columns=2)
        page.sentences(packages_lead(facts))
        _by_instrument(page)
        page.heading("Project by project")
        first, last = page.table(_COLUMNS, [_project(facts, row) for row in each(firms)])
        page.filter(first - 1, last)
        page.repeat(first - 1)
        page.table(_COLUMNS, [_total(facts, firms)], with_header=False)
        note(page, _NOTES)
    page.end()


def in_order(facts: Facts, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of funded projects by stage in the order of the flow, funding year, country, project."""
    ranked = table.assign(rank=[facts.stage_rank(stage) for stage in table["stage"]])
    found = ranked.sort_values(["rank", "funded_year", "country", "project"], kind="stable")
    return found.reset_index(drop=True)


def lacks_musd(row: Any) -> float | None:
    """What a firm lacks without support; None where it earns its hurdle rate."""
    short = -float(row.npv_unaided_musd)
    return short if short > 0.0 else None


def _project(facts: Facts, row: Any) -> Line:
    package = instruments_of(facts, row.project)
    return Line(
        (
            *(row.stage, row.project, facts.country(row.country), int(row.funded_year)),
            *(row.capex_musd, lacks_musd(row)),
            "; ".join(_told(one) for one in each(package)) or "none needed",
            *(row.charge_musd, row.public_capital_musd, row.private_musd, number(row.leverage)),
            _per_kg(facts, row),
            "; ".join(_payers(package)),
        )
    )


def _told(one: Any) -> str:
    """An instrument with its amount: ``US loan 310.0 MUSD (62 %)``, ``floor 1,200 t/yr (40 %)``."""
    unit = "t/yr" if one.kind in BY_OUTPUT else "MUSD"
    amount = f"{one.amount:,.0f}" if one.amount >= 99.5 else f"{one.amount:.3g}"
    return f"{one.instrument} {amount} {unit} ({one.share:.0%})".replace("%", " %")


BY_OUTPUT = ("production_credit", "floor", "offtake")


def _payers(package: pd.DataFrame) -> Iterable[str]:
    names = [name for one in each(package) for name in text(one.funders).split("; ") if name]
    return dict.fromkeys(names)


def _per_kg(facts: Facts, row: Any) -> float | None:
    """What is charged by kg of activity over the firm's life as planned."""
    flows, deck = facts.tables["cashflows"], planning_deck(facts)
    mine = flows[(flows["project"] == row.project) & (flows["deck"] == deck)]
    made = float(mine["activity_t"].sum())
    return row.charge_musd * USD_PER_MUSD / (made * KG_PER_T) if made and row.charge_musd else None


def planning_deck(facts: Facts) -> str:
    """The deck that firms plan with."""
    return str(facts.money["planning_deck"])


def _total(facts: Facts, firms: pd.DataFrame) -> Line:
    values: list[object] = [""] * len(_COLUMNS)
    values[0] = f"All {len(firms)}"
    sums = firms.assign(lacks_musd=(-firms["npv_unaided_musd"]).clip(lower=0.0))
    for name, place in _SUMS.items():
        values[place] = float(sums[name].sum())
    values[10] = facts.money["leverage"]
    return Line(values, total=True)


# ---------------------------------------------------------------- by instrument


def _by_instrument(page: Page) -> None:
    """Write sums by kind and instrument."""
    table = page.facts.tables["packages"]
    page.heading("By kind and instrument")
    if table.empty:
        page.sentence("No funded project needs support.")
        return
    columns = (
        *(Column("Kind", 16), Column("Instrument", 22), Column("Projects", 13.5, "int")),
        *(Column("Face, MUSD", 8, "musd"), Column("Output, t/yr", 9, "t"), Column("Charged, MUSD", 9.5, "musd")),
        Column("Whose projects (by what is charged)", 54, "wrap"),
        *(Column("Worth to firms, MUSD", 9.5, "musd"), Column("Worth per MUSD charged", 9, "points")),
        *(Column("May have to be paid, MUSD", 9, "musd"), Column("Comes back, MUSD", 9, "musd")),
    )
    lines = []
    for kind in (kind for kind in KINDS if kind in set(table["kind"])):
        of_kind = table[table["kind"] == kind]
        lines.append(_sum(page.facts, of_kind, KINDS[kind], "all", total=True))
        for name, rows in of_kind.groupby("instrument", sort=False):
            lines.append(_sum(page.facts, rows, KINDS[kind], str(name)))
    page.table(columns, lines)
    note(page, _MORE_NOTES)
    page.row += 1


_MORE_NOTES = (
    "Worth: what an instrument adds to the firms' net present value. May have to be paid: floors and offtakes at the prices of"
    " the crash deck in all their years, and all that guarantees stand for. Comes back: dividends and equity, payments of loans"
    " that are not expected to fail, and what firms give back where prices are above a floor or an offtake; it is not netted. All"
    " is valued at the firms' hurdle rates, public loans too: capital that costs less than the hurdle is worth much to them.",
)


def _sum(facts: Facts, rows: pd.DataFrame, kind: str, name: str, total: bool = False) -> Line:
    by_output = rows["kind"].iloc[0] in BY_OUTPUT
    amount, charge, worth = (float(rows[column].sum()) for column in ("amount", "charge_musd", "value_musd"))
    values: Sequence[object] = (
        *(kind, name, rows["project"].nunique()),
        *(None if by_output else amount, amount if by_output else None, charge),
        _countries(facts, rows),
        *(worth, worth / charge if charge > 0.0 else None),
        *(float(rows["contingent_musd"].sum()), float(rows["receipts_musd"].sum())),
    )
    return Line(values, total=total)


def _countries(facts: Facts, rows: pd.DataFrame) -> str:
    sums = rows.groupby("country", sort=True)["charge_musd"].sum().sort_values(ascending=False, kind="stable")
    return "; ".join(facts.country(str(c)) for c in sums.index)
