"""Sheet Tools of the report of ``compare``, with instruments: the cheapest mix of tools behind the coverage of each budget."""

from __future__ import annotations

from openpyxl import Workbook as Book

from models.instance import BASE
from optimizer.report.charts import Data, stacked_chart
from optimizer.report.compare_charts import hatch
from optimizer.report.compare_curve import Tables, budget_label
from optimizer.report.comparison import Comparison, Held, PlanAt
from optimizer.report.curve_tables import budgets_and_ceiling, sums
from optimizer.report.money_words import KINDS, money
from optimizer.report.page import Column, Line, Page, note, open_page, rows_cm, width_cm
from optimizer.report.rounding import Rows
from optimizer.report.style import Painter
from optimizer.wording import percent

COLUMNS = ("budget_musd", "kind", "charge_musd", "face_musd")
_CHARGE, _FACE = "charge_by_kind_musd", "face_musd"
_CHART_ROWS = 18
_NOTES = (
    "Charged to budgets, undiscounted: grants and equity in full, loans and guarantees by what they are expected to lose,"
    " credits, floors and offtakes by what they pay at the planning deck. The mix of a plan is the cheapest that lets each of"
    " its firms earn the hurdle rate, within the instruments' limits and the funders' pots.",
    "Purchases for stockpiles and training are in the outlay, but are no tool of support. Per kg: public money for plants by the"
    " demanded material that funded plants make in all years, nothing lost.",
)


def tool_rows(comparison: Comparison) -> Rows:
    """Budget x kind: what is charged, and the face of loans; the plan without a limit on money has a blank budget."""
    return [
        {"budget_musd": budget, "kind": kind, "charge_musd": charge, "face_musd": _part(plan, _FACE).get(kind)}
        for budget, plan in budgets_and_ceiling(comparison)
        for kind, charge in _part(plan, _CHARGE).items()
    ]


def write_tools(book: Book, comparison: Comparison, tables: Tables, painter: Painter) -> None:
    """Write the sheet, where projects are supported by instruments."""
    if not comparison.has_money:
        return
    plans = budgets_and_ceiling(comparison)
    kinds = [kind for kind in KINDS if kind in set(tables["tools"]["kind"])]
    columns = [Column("Budget, MUSD", 30), *(Column(str(budget_label(b)), 11, "musd") for b, _ in plans)]
    title = "Tools: the cheapest mix of support behind each budget, MUSD"
    page = open_page(book, comparison.facts, painter, "Tools", title, [c.width for c in columns])
    page.sentences(mix_sentences(comparison))
    header = page.header(columns)
    page.freeze(columns=1)
    charged = [Line((KINDS[kind], *(_part(plan, _CHARGE).get(kind, 0.0) for _, plan in plans))) for kind in kinds]
    first, _ = page.table(columns, [*charged, *_totals(plans)], with_header=False)
    note(page, _NOTES)
    _chart(page, header, range(first, first + len(kinds)), 1 + len(comparison.held))
    page.end()


def _totals(plans: list[tuple[float | None, PlanAt]]) -> list[Line]:
    """What the rows by tool add up to, and what it makes possible."""

    def of(name: str) -> list[object]:
        return [plan.money.get(name) for _, plan in plans]

    return [
        Line(("charged in all", *(sum(_part(plan, _CHARGE).values()) for _, plan in plans)), total=True),
        Line(("lent in all", *(sum(_part(plan, _FACE).values()) for _, plan in plans))),
        Line(("private capital", *of("private_musd"))),
        Line(("private per public MUSD", *of("leverage")), kind="points"),
        Line(("may be owed in a crash", *of("contingent_musd"))),
        Line(("public money per kg, USD", *of("public_usd_per_kg")), kind="points"),
        Line(("served, nothing lost", *(served(plan) for _, plan in plans)), kind="pct"),
    ]


def served(plan: PlanAt) -> float | None:
    """Share of the demand of all years that is served with nothing lost."""
    demand, reached = sums(plan.tables["coverage"], BASE)
    return reached / demand if demand > 0.0 else None


def mix_sentences(comparison: Comparison) -> list[str]:
    """What the smallest and the largest budget buy, and by which tools."""
    held = comparison.held
    return [_mix(held[n]) for n in dict.fromkeys((0, len(held) - 1)) if held]


def _mix(one: Held) -> str:
    charges, at = _part(one.plan, _CHARGE), f"At {budget_label(one.budget_musd):,} MUSD"
    every, share = sum(charges.values()), served(one.plan)
    if not every:
        return f"{at} no project is supported."
    parts = ", ".join(
        f"{KINDS[k]} {percent(x / every)}" for k, x in sorted(charges.items(), key=lambda e: (-e[1], e[0]))
    )
    reached = f" for {percent(share)} of demand served" if share is not None else ""
    return (
        f"{at} {money(every)} MUSD are charged{reached}: {parts}. {money(sum(_part(one.plan, _FACE).values()))} MUSD are lent,"
        f" {money(float(one.plan.money['private_musd']))} MUSD of capital are private."
    )


def _part(plan: PlanAt, name: str) -> dict[str, float]:
    found = plan.money.get(name)
    return {str(kind): float(x) for kind, x in found.items()} if isinstance(found, dict) else {}


def _chart(page: Page, header: int, rows: range, last: int) -> None:
    page.break_page()
    page.heading("Charged by tool against the budget (columns in the order of the budgets, not to scale), MUSD")
    size = (width_cm(min(sum(page.widths), 150.0)), rows_cm(_CHART_ROWS))
    chart = stacked_chart(Data(page.sheet, header, rows, 2, last), "Charged to budgets, by tool", "MUSD", size)
    hatch(chart)
    page.chart(chart, page.row, 0.0)
    page.row += _CHART_ROWS + 1
