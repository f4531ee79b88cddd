"""Sheet Curve of the report of ``compare``: what each budget reaches, and what is proven of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.compare_charts import MOST_LINES, Block, band_chart, line_chart
from optimizer.report.compare_proof import behind, slack
from optimizer.report.compare_words import bend, curve
from optimizer.report.comparison import COVERAGE, Comparison
from optimizer.report.curve_tables import MONEY
from optimizer.report.facts import ALL, BASE, each, number, text
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.runsheet import STATUS
from optimizer.report.style import Painter

NO_LIMIT = "no limit"
_CHART_ROWS = 17
_BUDGET = Column("Budget, MUSD", 10, "int")
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class CurvePlace:
    """Where charts find the curve: its rows, and the columns of best plan, bound and width of the band."""

    block: Block | None
    columns: tuple[int, int, int]
    title: str
    unit: str

    def chart(self, size: tuple[float, float]) -> object:
        """The curve with its band, ``size`` in cm; None with fewer than two budgets."""
        if self.block is None or len(self.block.budgets) < 2:
            return None
        return band_chart(self.block, self.columns, self.title, self.unit, size)


def budget_label(musd: object) -> object:
    """A budget in a cell: whole where it is; ``no limit`` where there is none."""
    found = number(musd)
    if found is None:
        return NO_LIMIT
    return int(found) if found.is_integer() else found


# ---------------------------------------------------------------- Curve


def write_curve(book: Book, comparison: Comparison, tables: Tables, painter: Painter) -> CurvePlace:
    """Write the sheet; tell where the curve stands."""
    columns = _columns(comparison)
    # The columns of the groups stand under those of the curve.
    page = open_page(
        book, comparison.facts, painter, "Curve", "Curve: what each budget reaches", [c.width for c in columns]
    )
    if not comparison.held:
        page.sentence("No budget has a plan.")
        _without(page, tables["curve"])
        page.end()
        return CurvePlace(None, (0, 0, 0), "", "")
    page.sentences(
        [curve(comparison), bend(comparison), slack(comparison)] if len(comparison.held) > 1 else [curve(comparison)]
    )
    page.heading("Budgets side by side")
    rows = tables["curve"]
    held = rows[rows["projects_funded"].notna() & rows["budget_musd"].notna()]
    header = page.header(columns)
    first, last = page.table(columns, [_line(comparison, row) for row in each(held)], with_header=False)
    for row in each(rows[rows["budget_musd"].isna()]):
        page.table(columns, [Line(_line(comparison, row).values, total=True)], with_header=False)
    budgets = [x.budget_musd for x in comparison.held]
    place = _place(comparison, Block(page.sheet, header, first, last, budgets))
    note(page, behind(comparison))
    _without(page, rows)
    groups = _groups(page, comparison, tables["curve_groups"])
    _charts(page, comparison, place, groups, columns)
    page.end()
    return place


def _columns(comparison: Comparison) -> list[Column]:
    if comparison.goal == COVERAGE:
        band = [Column("Best plan, points short", 10, "points"), Column("No plan below, points", 10, "points")]
        band += [Column("Proven band, points", 10, "points")]
        cost = [Column("Cost, MUSD (discounted)", 11, "musd")]
    else:
        band = [
            Column("Best plan: cost, MUSD (discounted)", 11, "musd"),
            Column("No plan cheaper than, MUSD", 11, "musd"),
        ]
        band += [Column("Proven band, MUSD", 9.5, "musd")]
        cost = []
    return [
        _BUDGET,
        *band,
        Column("Served, nothing lost, all years, %", 10, "pct"),
        Column("Lowest year, %", 8.5, "pct"),
        Column("Which year", 8, "year"),
        Column("Served in the worst loss, %", 9.5, "pct"),
        Column("Worst loss, year", 24, "wrap"),
        *cost,
        Column("Public outlay, MUSD", 10, "musd"),
        *(_SUPPORT if comparison.has_money else ()),
        Column("Unspent of the total, MUSD", 10, "musd"),
        Column("Unspent of the pots, MUSD", 10, "musd"),
        Column("Slack: total, pots", 8, "text"),
        Column("Funders with nothing left", 24, "wrap"),
        Column("Projects funded", 9, "int"),
        Column("Next money worth less beyond", 15, "wrap"),
        Column("Proven as asked", 9, "text"),
        Column("Reproducible", 15, "text"),
    ]


_SUPPORT = (
    Column("Private capital, MUSD", 10, "musd"),
    Column("May be owed in the crash, MUSD", 10, "musd"),
    Column("Floors and offtakes as planned, MUSD", 10, "musd"),
)


def _line(comparison: Comparison, row: object) -> Line:
    r: dict[str, object] = row._asdict()  # type: ignore[attr-defined]
    loss = text(r["worst_loss"])
    if comparison.goal == COVERAGE:
        band, cost = [r["shortfall_points"], r["bound_points"], r["gap_points"]], [r["cost_musd"]]
    else:
        value, bound = number(r["cost_musd"]), number(r["cost_bound_musd"])
        band, cost = [value, bound, None if value is None or bound is None else max(0.0, value - bound)], []
    return Line(
        [
            budget_label(r["budget_musd"]),
            *band,
            *(r["base_coverage"], r["worst_base_coverage"], r["worst_base_year"], r["worst_loss_coverage"]),
            f"{loss}, {int(str(r['worst_loss_year']))}" if loss else "–",
            *cost,
            *(
                r["outlay_musd"],
                *(r[name] for name in MONEY if name in r),
                r["total_slack_musd"],
                r["pots_slack_musd"],
                text(r["slack"]) or "–",
            ),
            *(text(r["funders_spent"]), r["projects_funded"], text(r["value_falls"])),
            "yes" if r["status"] == "optimal" else "no",
            "yes" if r["reproducible"] == "yes" else "no: cut by time",
        ],
        kinds={0: "int"},
    )


def _place(comparison: Comparison, block: Block) -> CurvePlace:
    if comparison.goal == COVERAGE:
        return CurvePlace(
            block, (2, 3, 4), "Points short against budget: best plan, bound, and the proven band", "points short"
        )
    return CurvePlace(block, (2, 3, 4), "Cost against budget: best plan, bound, and the proven band", "MUSD")


def _without(page: Page, rows: pd.DataFrame) -> None:
    missing = rows[rows["projects_funded"].isna() & rows["budget_musd"].notna()]
    if missing.empty:
        return
    page.heading("Budgets without a plan")
    for row in each(missing):
        why = f" {row.reasons}" if text(row.reasons) else ""
        page.sentence(f"{budget_label(row.budget_musd):,} MUSD: {STATUS.get(str(row.status), str(row.status))}.{why}")


def _groups(page: Page, comparison: Comparison, table: pd.DataFrame) -> list[tuple[str, Block, list[int]]]:
    """Coverage of all, sectors and streams by budget, nothing lost and in the worst loss; where charts find them."""
    found = []
    for scenario, title in (
        (BASE, "nothing lost, all years together"),
        ("worst loss", "in the worst year of the worst loss"),
    ):
        for kind, label in (("sector", "sector"), ("stream", "stream")):
            rows = table[(table["scenario"] == scenario) & table["kind"].isin([kind, "all"])]
            names = list(dict.fromkeys(rows["name"]))
            if kind not in set(rows["kind"]) or (kind == "sector" and len(names) < 2):
                continue
            # A single sector is all demand.
            shown = [n for n in names if n != ALL or len(names) > 2 or kind == "stream"]
            page.heading(f"Share served by {label}, {title}, %")
            block = _group_table(page, comparison, rows, shown)
            columns = list(range(2, 2 + len(shown)))[:MOST_LINES]
            found.append((f"Share served by {label}, {title}", block, columns))
    return found


def _group_table(page: Page, comparison: Comparison, rows: pd.DataFrame, names: Sequence[str]) -> Block:
    several = bool((rows["kind"] == "sector").any())
    columns = [_BUDGET, *(Column(name if name != ALL or several else "all demand", 9, "pct") for name in names)]
    header = page.header(columns)
    shares = {(number(r.budget_musd), r.name): float(r.coverage) for r in each(rows)}

    def line(budget: float | None) -> Line:
        values = [budget_label(budget), *(shares.get((budget, name)) for name in names)]
        return Line(values, heat=True, heat_from=1, kinds={0: "int"})

    budgets = [x.budget_musd for x in comparison.held]
    first, last = page.table(columns, [line(b) for b in budgets], with_header=False)
    if comparison.ceiling is not None:
        page.table(columns, [line(None)], with_header=False)
    return Block(page.sheet, header, first, last, budgets)


def _charts(
    page: Page,
    comparison: Comparison,
    place: CurvePlace,
    groups: Sequence[tuple[str, Block, list[int]]],
    columns: Sequence[Column],
) -> None:
    if place.block is None or len(place.block.budgets) < 2:
        return
    page.break_page()
    page.heading("Charts")
    total = min(sum(page.widths), 200.0)
    size = (width_cm(total / 2 * 0.98), rows_cm(_CHART_ROWS))
    charts = [place.chart(size)]
    charts += [line_chart(block, found, title, "share served", "0%", size) for title, block, found in groups]
    for n, column in enumerate(columns, 1):
        if column.header in ("Cost, MUSD (discounted)", "Public outlay, MUSD"):
            title = f"{column.header.partition(',')[0]} against budget"
            charts.append(line_chart(place.block, [n], title, "MUSD", "#,##0", size))
    for n, chart in enumerate(charts):
        if n and n % 4 == 0:
            page.break_page()
        page.chart(chart, page.row, n % 2 * total / 2)
        if n % 2 or n == len(charts) - 1:
            page.row += _CHART_ROWS + 1
