"""Sheets Portfolio and Priority list: which project at which budget, and the list that can be funded from the top down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.compare_charts import Block, worth_chart
from optimizer.report.compare_curve import Tables, budget_label
from optimizer.report.compare_proof import points
from optimizer.report.compare_words import choices, how_listed, list_price
from optimizer.report.comparison import COVERAGE, Comparison, Held
from optimizer.report.facts import each, number, text
from optimizer.report.list_tables import entries
from optimizer.report.matrix_tables import CLASSES, Judged
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.reasons import FULL_SIZE
from optimizer.report.style import BODY, INK, MIST, SKY, WHITE, Painter, tonnes_format
from optimizer.wording import money, percent, plural

_CHART_ROWS = 17
_FULL = replace(BODY, fill=INK, colour=WHITE, bold=True, align="center", size=8.5, line="box", format="0")
_PART = replace(BODY, fill=SKY, align="center", size=8.5, line="box", format="0")
_OUT = replace(BODY, align="center", size=8.5, line="box")
_CUT = replace(BODY, bold=True, fill=MIST, line="above")
_LABELS = (
    Column("Class", 14),
    Column("Project", 23),
    Column("Stage", 12.5),
    Column("Country", 13),
    Column("Share of budgets, %", 8, "share"),
)


# ---------------------------------------------------------------- Portfolio


def write_matrix(book: Book, comparison: Comparison, judged: Sequence[Judged], painter: Painter) -> None:
    """Write the sheet."""
    budgets = [x.budget_musd for x in comparison.held]
    columns = [*_LABELS, *(Column("", 7) for _ in budgets), *(Column("", 8.5) for _ in budgets), Column("Why", 78)]
    title = "Portfolio: which project is funded at which budget"
    page = open_page(book, comparison.facts, painter, "Portfolio", title, [c.width for c in columns])
    if not judged or not budgets:
        page.sentence("The workbook has no candidate projects." if budgets else "No budget has a plan.")
        page.end()
        return
    page.sentence(choices(judged))
    page.sentence(
        "Left: funding year at each budget, MUSD; dark: at full size, light: smaller, dot: not funded. Right: size, t/yr."
    )
    _matrix_header(page, budgets)
    header = page.row - 1
    page.freeze(columns=2)
    sizes = tonnes_format(c.size_t for x in judged for c in x.choices)
    for kind in CLASSES:
        found = [x for x in judged if x.kind == kind]
        for x in found:
            _matrix_row(page, x, sizes)
    page.table_width = len(columns)
    page.filter(header, page.row - 1)
    note(page, [*_MATRIX_NOTES, _INTENSITY[comparison.has_money]])
    page.end()


_MATRIX_NOTES = (
    "At every budget: no-regret, within the budgets compared. From a budget on: never out again at a larger one. Only between:"
    " funded at some budget and out at a larger one. Share: budgets with it, of the budgets that have a plan.",
    "Each budget was solved on its own and is proven only within its band: where plans are nearly as good as each other, a"
    " project may come and go without much changing. The priority list does not have that.",
)
_INTENSITY = {
    False: "Public money per t/yr: public share of the capital cost over yearly tonnes of activity, both at full size.",
    True: "Capital per t/yr: capital cost over yearly tonnes of activity, both at full size.",
}


def _matrix_header(page: Page, budgets: Sequence[float]) -> None:
    shown = [f"{budget_label(b):,}" for b in budgets]
    columns = [*_LABELS, *(Column(x, 7, "year") for x in shown), *(Column(f"{x}: t/yr", 8.5, "t") for x in shown)]
    page.header([*columns, Column("Why", 78)])


def _matrix_row(page: Page, x: Judged, sizes: str) -> None:
    facts = page.facts
    line = Line((x.kind, x.project, x.stage, facts.country(x.country), x.share))
    page.table(_LABELS, [line], with_header=False)
    row, at = page.row - 1, len(_LABELS) + 1
    for n, budget in enumerate(x.budgets):
        chosen = x.chosen[budget]
        look = _OUT if chosen is None else _FULL if chosen.share >= FULL_SIZE else _PART
        page.put(row, at + n, "·" if chosen is None else chosen.year, look)
        size = replace(BODY, format=sizes, align="right")
        page.put(row, at + len(x.budgets) + n, None if chosen is None else chosen.size_t, size)
    last = at + 2 * len(x.budgets)
    page.put(row, last, x.reason, replace(BODY, wrap=True, indent=1))
    page.height(row, page.lines_needed(x.reason, last, last))


# ---------------------------------------------------------------- Priority list

_LIST = (
    Column("Rank", 11, "int"),
    Column("Project", 25),
    Column("Stage", 14),
    Column("Country", 15),
    Column("Enters at, MUSD", 11, "int"),
    Column("Funded, year", 10, "year"),
    Column("Size, t/yr", 11, "t"),
    Column("Largest size at any budget, t/yr", 12, "t"),
    Column("Capital cost, MUSD", 11, "musd"),
    Column("Public outlay, MUSD", 11, "musd"),
    Column("Public outlay so far, MUSD", 11, "musd"),
    Column("", 20),
)


def write_list(book: Book, comparison: Comparison, tables: Tables, painter: Painter) -> None:
    """Write the sheet."""
    title = "Priority list: fund from the top down to the cut line of the budget"
    page = open_page(book, comparison.facts, painter, "Priority list", title, [c.width for c in _LIST])
    page.sentence(how_listed(comparison))
    if not comparison.listed:
        page.end()
        return
    page.sentences(x for x in (_nested(tables["priority_list"]), list_price(comparison)) if x)
    page.heading("The list")
    page.header(_LIST[:-1])
    table = tables["priority_list"]
    rows = {row.project: row for row in each(table)}
    for held, entering in entries(comparison):
        lines = [_entry(page, rows[row.project]) for row in entering]
        page.table(_LIST, lines, with_header=False)
        _cut(page, comparison, held, len(entering))
    note(page, _LIST_NOTES)
    _price(page, comparison, tables["list_price"])
    page.end()


_LIST_NOTES = (
    "Between two cut lines the order says nothing: all of it is funded at that budget. Size and money are those at the budget"
    " at which a project enters; it may be built larger at a larger one, so outlay so far can be less than the outlay of the"
    " plan at the cut line, which also has what is bought for stocks.",
)


def _nested(table: pd.DataFrame) -> str:
    left = [str(row.project) for row in each(table) if text(row.left_at_musd)]
    if left:
        return f"NOT A LIST: {', '.join(left)} left out again at a larger budget."
    return "Checked: whatever is funded at a budget stays funded at every larger one." if len(table) else ""


def _entry(page: Page, row: object) -> Line:
    r: dict[str, object] = row._asdict()  # type: ignore[attr-defined]
    return Line(
        (
            *(r["rank"], r["project"], r["stage"], page.facts.country(str(r["country"]))),
            *(budget_label(r["entered_at_musd"]), r["funded_year"], r["size_t_per_year"], r["largest_size_t_per_year"]),
            *(r["capex_musd"], r["public_outlay_musd"], r["cumulative_public_outlay_musd"]),
        )
    )


def _cut(page: Page, comparison: Comparison, held: Held, entering: int) -> None:
    """The cut line of a budget: what the list reaches there."""
    count = len(held.plan.tables["portfolio"])
    new = f"{entering} new" if entering else "nothing new"
    reach = f"{plural(count, 'project')} ({new}), public outlay {money(held.plan.outlay_musd)} MUSD"
    if comparison.goal == COVERAGE:
        short = comparison.points_of(held.plan.value)
        reach += f", {points(short)} points short" if short is not None else ""
    else:
        reach += f", cost {money(held.plan.value)} MUSD"
    worst = held.plan.manifest.get("worst_base_year")
    reach += f", {percent(worst['coverage'])} served in {worst['year']}, the lowest year" if worst else ""
    mark = "" if held.plan.reproducible else " · not reproducible: cut by time"
    page.spread(page.row, 1, len(_LIST) - 1, f"▲ Cut line {money(held.budget_musd)} MUSD: {reach}{mark}", _CUT)
    page.row += 1


def _price(page: Page, comparison: Comparison, table: pd.DataFrame) -> None:
    page.heading("What insisting on the list costs, against the best plan at each budget")
    covers = comparison.goal == COVERAGE
    kind, unit = ("points", "points") if covers else ("musd", "MUSD")
    heads = [f"List: {'points short' if covers else 'cost, MUSD'}", f"Keeping to the list, none below, {unit}"]
    heads += [f"Best plan, {unit}", f"No plan below, {unit}"]
    heads += [
        f"Costs at least, {unit}",
        f"By the plans, {unit}",
        f"Costs at most, {unit}",
        "Proven band: at least to at most",
    ]
    columns = [Column("Budget, MUSD", 11, "int"), *(Column(h, 11, kind) for h in heads)]
    columns += [Column("Served by the list, nothing lost, %", 11, "pct"), Column("By the best plan, %", 11, "pct")]
    columns += [Column("Does insisting cost?", 20)]
    if table.empty:
        page.sentence("No budget has both a plan of the list and a best plan.")
        return
    header = page.header(columns)
    first, last = page.table(columns, [_price_line(comparison, row) for row in each(table)], with_header=False)
    note(page, _PRICE_NOTES)
    block = Block(page.sheet, header, first, last, [])
    size = (width_cm(min(sum(page.widths), 130.0)), rows_cm(_CHART_ROWS))
    title = f"What insisting on the list costs at each budget, {unit}"
    page.break_page()
    page.row += 1
    page.chart(worth_chart(block, (7, 6, 9), title, unit, size), page.row, 0.0)
    page.row += _CHART_ROWS + 1


_PRICE_NOTES = (
    "Costs at least: what no plan that keeps to the list so far can be below, less the best plan found. Costs at most: the"
    " list's plan less what no plan at all can be below. By the plans: the list's plan less the best plan found.",
)


def _price_line(comparison: Comparison, row: object) -> Line:
    r: dict[str, object] = row._asdict()  # type: ignore[attr-defined]
    if comparison.goal == COVERAGE:
        names = ("list_shortfall_t", "list_bound_t", "best_shortfall_t", "best_bound_t")
        values: list[object] = [comparison.points_of(float(str(r[name]))) for name in names]
        costs = [r["insisting_low_points"], r["insisting_points"], r["insisting_high_points"]]
    else:
        both = next(p for p in comparison.points if p.budget_musd == float(str(r["budget_musd"])))
        plans = [plan for plan in (both.listed, both.best) if plan is not None]
        values = [x for plan in plans for x in (plan.value, plan.least)]
        costs = [r["insisting_low_musd"], r["insisting_musd"], r["insisting_high_musd"]]
    low, high = number(costs[0]), number(costs[2])
    costs.append(None if low is None or high is None else high - low)
    shares = (r["list_base_coverage"], r["best_base_coverage"])
    return Line((budget_label(r["budget_musd"]), *values, *costs, *shares, r["verdict"]))
