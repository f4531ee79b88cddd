"""Sheets Steps and Capacity: who gains and who loses a plant from budget to budget, and what stands at each budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.charts import Data, stacked_chart
from optimizer.report.compare_charts import MOST_HATCHES, hatch
from optimizer.report.compare_curve import Tables, budget_label
from optimizer.report.comparison import Comparison
from optimizer.report.curve_tables import budgets_and_ceiling
from optimizer.report.facts import Facts, each
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.style import BODY, HEADER_LEFT, Painter
from optimizer.wording import plural

_CHART_ROWS, _CHARTS_A_ROW = 16, 2
OTHER = "other countries"


# ---------------------------------------------------------------- Steps


def write_steps(book: Book, comparison: Comparison, tables: Tables, painter: Painter) -> None:
    """Write the sheet."""
    steps = [(x.budget_musd, y.budget_musd) for x, y in zip(comparison.held, comparison.held[1:], strict=False)]
    widths = [20, *([13] * max(8, len(steps)))]
    title = "Steps: who gains a plant and who loses one"
    page = open_page(book, comparison.facts, painter, "Steps", title, widths)
    if not steps:
        page.sentence("Fewer than two budgets have a plan: there is no step to look at.")
        page.end()
        return
    table = tables["steps"]
    page.sentence(_lead(comparison.facts, table))
    _by_country(page, table, steps)
    _changes(page, table)
    page.end()


def _lead(facts: Facts, table: pd.DataFrame) -> str:
    sums = table.groupby("country")[["gains", "loses"]].sum()
    losing = sums[sums["loses"] > 0].sort_values("loses", ascending=False, kind="stable")
    whole = (
        f"Over all steps {plural(int(sums['gains'].sum()), 'plant')} come in and {int(sums['loses'].sum())} drop out"
    )
    if losing.empty:
        return f"{whole}: no country loses a plant when the budget grows."
    most = ", ".join(f"{facts.country(str(c))} {int(n)}" for c, n in losing["loses"].head(4).items())
    return f"{whole}; countries that lose plants on the way: {most}."


def _name(start: object, end: object) -> str:
    return f"{budget_label(start):,} to {budget_label(end):,}"


def _by_country(page: Page, table: pd.DataFrame, steps: Sequence[tuple[float, float]]) -> None:
    """Countries by step: plants in and out; below it the sums, for the chart."""
    facts = page.facts
    columns = [Column("Country", 20), *(Column(_name(*step), 13) for step in steps)]
    counts = {
        (str(c), s): rows[["gains", "loses"]].sum()
        for (c, s, _), rows in table.groupby(["country", "from_musd", "to_musd"])
    }

    def cell(country: str, start: float) -> str:
        found = counts.get((country, start))
        parts = (
            []
            if found is None
            else [f"+{found['gains']}"] * bool(found["gains"]) + [f"−{found['loses']}"] * bool(found["loses"])
        )
        return " ".join(parts) or "·"

    page.heading("Plants gained (+) and lost (−) by country and step, MUSD")
    header = page.header(columns)
    countries = sorted(set(table.loc[(table["gains"] > 0) | (table["loses"] > 0), "country"]), key=facts.country)
    page.table(
        columns, [Line((facts.country(c), *(cell(c, s) for s, _ in steps))) for c in countries], with_header=False
    )
    sums = [(name, sign, table.groupby("from_musd")[name].sum()) for name, sign in (("gains", 1), ("loses", -1))]
    labels = {"gains": "plants gained", "loses": "plants lost"}
    numbers = [columns[0], *(Column(c.header, 13, "int") for c in columns[1:])]
    lines = [
        Line((labels[n], *(sign * int(found.get(s, 0)) for s, _ in steps)), total=n == "gains")
        for n, sign, found in sums
    ]
    first, last = page.table(numbers, lines, with_header=False)
    data = Data(page.sheet, header, range(first, last + 1), 2, 1 + len(steps))
    chart = stacked_chart(
        data, "Plants gained and lost at each step", "plants", (width_cm(125), rows_cm(_CHART_ROWS)), "0"
    )
    chart.x_axis.title = None
    hatch(chart)
    page.row += 1
    page.chart(chart, page.row, 0.0)
    page.row += _CHART_ROWS


_STEP = (
    Column("Step, MUSD", 20),
    Column("Country", 13),
    Column("Stage", 13),
    Column("Gains, plants", 13, "int"),
    Column("Loses, plants", 13, "int"),
    Column("Funded size, change, t/yr", 13, "t"),
)


def _changes(page: Page, table: pd.DataFrame) -> None:
    page.heading("The plants, step by step")
    from_, middle = len(_STEP) + 1, (len(_STEP) + 1 + page.span) // 2
    row = page.header(_STEP)
    page.spread(row, from_, middle, "In", replace(HEADER_LEFT, indent=1))
    page.spread(row, middle + 1, page.span, "Out", replace(HEADER_LEFT, indent=1))
    for change in each(table):
        where = (_name(change.from_musd, change.to_musd), page.facts.country(change.country), change.stage)
        line = Line((*where, change.gains, change.loses, change.size_change_t_per_year))
        page.table(_STEP, [line], with_header=False)
        _names(page, change, (from_, middle, page.span))
    note(
        page,
        ("Size changes also where a plant stays and is built larger or smaller. A change of year alone is not shown.",),
    )


def _names(page: Page, row: object, columns: tuple[int, int, int]) -> None:
    start, middle, end = columns
    look = replace(BODY, wrap=True, indent=1)
    gained, lost = row.gained_projects, row.lost_projects  # type: ignore[attr-defined]
    page.spread(page.row - 1, start, middle, gained, look)
    page.spread(page.row - 1, middle + 1, end, lost, look)
    lines = max(page.lines_needed(gained, start, middle), page.lines_needed(lost, middle + 1, end))
    page.height(page.row - 1, lines)


# ---------------------------------------------------------------- Capacity


def write_capacity_by_budget(book: Book, comparison: Comparison, tables: Tables, painter: Painter) -> None:
    """Write the sheet."""
    facts, table = comparison.facts, tables["capacity_by_budget"]
    plans = budgets_and_ceiling(comparison)
    columns = [Column("Stage", 15), Column("Country", 22), *(Column(_head(b), 11, "t") for b, _ in plans)]
    title = f"Capacity in {facts.years[-1]} by stage and country, against the budget, t/yr"
    page = open_page(book, facts, painter, "Capacity", title, [c.width for c in columns])
    if table.empty:
        page.sentence("No plant stands in the last year." if plans else "No budget has a plan.")
        page.end()
        return
    page.sentence(
        "All plants that stand then, existing, committed and funded. Columns: budgets, MUSD. Charts stand below the table."
    )
    header = page.header(columns)
    page.freeze(columns=2)
    stages = sorted(set(table["stage"]), key=facts.stage_rank)
    places = {}
    for stage in stages:
        lines = _stage(facts, table[table["stage"] == stage], stage, [b for b, _ in plans])
        first, last = page.table(columns, lines, with_header=False)
        # Neither the sum nor its funded part goes into the stack.
        places[stage] = (first, last - 2)
    note(page, _CAPACITY_NOTES)
    page.break_page()
    _charts(page, header, places, 2 + len(comparison.held))
    page.end()


_CAPACITY_NOTES = (
    "Tonnes of activity of the plants, as their recipes count them: stages are not to be added to each other. In each stage the"
    " countries with most capacity stand alone, the others together; every country is in capacity_by_budget.csv.",
)


def _head(budget: float | None) -> str:
    return str(budget_label(budget))


def _stage(facts: Facts, rows: pd.DataFrame, stage: str, budgets: Sequence[float | None]) -> list[Line]:
    """Countries, the smaller ones together, all countries, and what of it is funded."""
    most = rows.groupby("country")["capacity_t"].max().sort_values(ascending=False, kind="stable")
    shown = list(most.index) if len(most) <= MOST_HATCHES else list(most.index[: MOST_HATCHES - 1])
    rest = [c for c in most.index if c not in shown]

    def values(found: pd.DataFrame, column: str = "capacity_t") -> list[float]:
        blank = found["budget_musd"].isna()
        sums = found[~blank].groupby("budget_musd")[column].sum()
        return [float(found.loc[blank, column].sum()) if b is None else float(sums.get(b, 0.0)) for b in budgets]

    lines = [Line((stage, facts.country(str(c)), *values(rows[rows["country"] == c]))) for c in shown]
    if rest:
        lines.append(Line((stage, OTHER, *values(rows[rows["country"].isin(rest)]))))
    lines.append(Line((stage, "all countries", *values(rows)), total=True))
    return [*lines, Line((stage, "of it funded by the plan", *values(rows, "funded_t")))]


def _charts(page: Page, header: int, places: dict[str, tuple[int, int]], last: int) -> None:
    page.heading("Capacity by country against the budget (columns in the order of the budgets, not to scale), t/yr")
    width = min(sum(page.widths), 190.0) / _CHARTS_A_ROW
    for n, (stage, (first, end)) in enumerate(places.items()):
        data = Data(page.sheet, header, range(first, end + 1), 3, last, label=2)
        chart = stacked_chart(data, stage, "t/yr", (width_cm(width * 0.97), rows_cm(_CHART_ROWS)))
        hatch(chart)
        if n and n % _CHARTS_A_ROW == 0:
            page.break_page()
        page.chart(chart, page.row, n % _CHARTS_A_ROW * width)
        if n % _CHARTS_A_ROW == _CHARTS_A_ROW - 1 or n == len(places) - 1:
            page.row += _CHART_ROWS + 1
