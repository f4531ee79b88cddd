"""Sheet Run of ``compare``: how every point came about: status, gaps, audit, options, versions, times."""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl import Workbook as Book

from optimizer.report.compare_curve import NO_LIMIT, budget_label
from optimizer.report.comparison import COVERAGE, Comparison, PlanAt
from optimizer.report.page import Column, Line, Page, open_page
from optimizer.report.runsheet import STATUS
from optimizer.report.style import BODY, Painter

_POINTS = (
    Column("Budget, MUSD", 14, "int"),
    Column("Plan", 14),
    Column("Status", 12),
    Column("Meaning", 66, "wrap"),
    Column("Gap, points", 10, "points"),
    Column("Gap, weighted t", 11, "t"),
    Column("Gap of the cost, %", 10, "pct"),
    Column("No plan that covers as much is cheaper than, MUSD", 14, "musd"),
    Column("Audit", 10),
    Column("Checks", 10, "int"),
    Column("Solver, s", 10, "musd"),
    Column("Reproducible", 13),
)
# The cost of plans that are compared is that of their own fundings: its gap is told as it comes.
_COVERED = {
    "optimal": "proven: no plan covers more by more than the gap asked for; the gap of the cost is as shown",
    "feasible": "keeps every limit; no plan covers more by more than the gap shown, which is wider than asked for",
}
_GROUPS = ("options", "input", "versions", "seconds", "model")


def write_comparison_run(book: Book, comparison: Comparison, painter: Painter) -> None:
    """Write the sheet."""
    title = "Run: how the answer came about"
    page = open_page(book, comparison.facts, painter, "Run", title, [c.width for c in _POINTS])
    page.heading("Points")
    page.table(_POINTS, _points(comparison))
    page.heading("Comparison")
    anchor = budget_label(comparison.anchor_musd) if comparison.anchor_musd is not None else "none"
    rows = [("priority list", comparison.list_method), ("anchor, MUSD", anchor), ("pots", comparison.pots)]
    _pairs(page, rows)
    for name in _GROUPS:
        found = comparison.manifest.get(name)
        if isinstance(found, Mapping) and found:
            page.heading(name.capitalize())
            _pairs(page, [(str(k), v) for k, v in found.items()])
    page.end()


def _pairs(page: Page, rows: list[tuple[str, object]]) -> None:
    for name, value in rows:
        page.spread(page.row, 1, 2, name, BODY)
        page.spread(page.row, 3, 4, _shown(value), BODY)
        page.row += 1


def _shown(value: object) -> object:
    """A value as people read it: words, or a number of six digits."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return "; ".join(f"{_shown(x)}" for x in value)
    return float(f"{value:.6g}") if isinstance(value, float) else value if isinstance(value, int) else str(value)


def _points(comparison: Comparison) -> list[Line]:
    lines = []
    for point in comparison.points:
        budget = budget_label(point.budget_musd)
        lines.append(_point(budget, "best", point.status, point.best))
        if point.listed is not None:
            lines.append(_point(budget, "priority list", str(point.listed.manifest.get("status")), point.listed))
    if comparison.ceiling is not None:
        lines.append(_point(NO_LIMIT, "best", str(comparison.ceiling.manifest.get("status")), comparison.ceiling))
    return lines


def _point(budget: object, kind: str, status: str, plan: PlanAt | None) -> Line:
    meaning = STATUS if plan is None or plan.goal != COVERAGE else STATUS | _COVERED
    head = (budget, kind, status, meaning.get(status, ""))
    if plan is None:
        return Line(head)
    audit, seconds = plan.manifest.get("audit"), plan.manifest.get("seconds")
    audit = audit if isinstance(audit, Mapping) else {}
    passed = {True: "passed", False: "FAILED"}.get(audit.get("passed"), "–")  # type: ignore[arg-type]
    solver = seconds.get("solve") if isinstance(seconds, Mapping) else None
    gaps = (plan.figure("coverage_gap_points"), plan.gap_t, plan.figure("cost_gap"), plan.bound("cost_musd"))
    return Line((*head, *gaps, passed, audit.get("checks"), solver, "yes" if plan.reproducible else "no: cut by time"))
