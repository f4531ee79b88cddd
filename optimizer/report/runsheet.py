"""Sheet Run: how the answer came about: status, gaps, options, versions, times, warnings of the check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openpyxl import Workbook as Book

from optimizer.report.facts import Facts
from optimizer.report.page import Column, Line, Page, open_page
from optimizer.report.style import Painter

STATUS = {
    "optimal": "proven: no plan is better by more than the gaps asked for",
    "feasible": "a plan that keeps every limit, but not proven to be within the gaps asked for (time limit, or stopped)",
    "infeasible": "no plan can keep every limit at once",
    "no_plan": "no plan was found within the time limit",
}
_COLUMNS = (Column("What", 34), Column("Value", 46, "wrap"), Column("Meaning", 90, "wrap"))
_MEANINGS = {
    "coverage_gap_points": "how close to the best coverage was to be proven, points of 100",
    "coverage_slack_points": "coverage that the cost step may give back, points of 100",
    "cost_gap": "how close to the least cost was to be proven, share of the cost",
    "time_limit_s": "solver time of all steps together, s",
    "budget_musd": "budget given on the command line; blank: the workbook's",
    "relaxed": "whether plants may be funded in fractions",
}
_STEPS = {
    "read": "reading the workbook",
    "check": "checking it",
    "assemble": "applying defaults, converting units",
    "build": "writing the equations",
    "solve": "solver",
    "dispatch": "flows of every loss, the plan fixed",
    "audit": "recomputing everything from the workbook's cells and the written tables",
    "report": "tables, bottlenecks and this report",
}


def write_run(book: Book, facts: Facts, painter: Painter) -> None:
    """Write the sheet."""
    page = open_page(book, facts, painter, "Run", "Run: how the answer came about", [c.width for c in _COLUMNS])
    manifest = facts.manifest
    page.header(_COLUMNS)
    page.freeze()
    _section(page, "Answer", _answer(manifest))
    _section(page, "Options", _pairs(manifest.get("options"), _MEANINGS))
    _section(page, "Input", [("name", _get(manifest, "input", "name"), ""), _hash(manifest)])
    _section(page, "Versions", _pairs(manifest.get("versions"), {}))
    _section(page, "Seconds of each step", _seconds(manifest))
    _section(page, "Size of the model", _pairs(manifest.get("model"), {"binaries": "yes/no decisions"}))
    _warnings(page)
    page.end()


Row = tuple[str, object, str]


def _section(page: Page, title: str, rows: Iterable[Row]) -> None:
    page.heading(title)
    page.table(_COLUMNS, [Line(tuple(_shown(x) for x in row)) for row in rows], with_header=False)


def _shown(value: object) -> object:
    """A value as people read it: words, or a number of six digits."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return float(f"{value:.6g}") if abs(value) >= 1e-9 else 0
    return value


def _get(manifest: Mapping[str, object], group: str, name: str) -> object:
    found = manifest.get(group)
    return found.get(name) if isinstance(found, Mapping) else None


def _hash(manifest: Mapping[str, object]) -> Row:
    return (
        "sha256 of the cells",
        _get(manifest, "input", "sha256"),
        "the same for a workbook and a folder with the same content",
    )


def _pairs(found: object, meanings: Mapping[str, str]) -> list[Row]:
    return [(str(k), v, meanings.get(str(k), "")) for k, v in found.items()] if isinstance(found, Mapping) else []


def _answer(manifest: Mapping[str, object]) -> list[Row]:
    status = str(manifest.get("status"))
    rows: list[Row] = [("status", status, STATUS.get(status, ""))]
    if isinstance(steps := manifest.get("steps"), Mapping):
        for name, step in steps.items():
            rows.append(
                (f"{name} step", f"{step['status']}, {step['seconds']:.1f} s", STATUS.get(str(step["status"]), ""))
            )
    rows += [
        (
            "objective",
            manifest.get("objective"),
            "coverage: least weighted shortfall, then least cost; cost: least cost",
        ),
        (
            "weighted_shortfall_t",
            manifest.get("weighted_shortfall_t"),
            "value of the coverage step: base, and losses by their weights",
        ),
        (
            "plan_weighted_shortfall_t",
            manifest.get("plan_weighted_shortfall_t"),
            "the same of the plan reported, added up from its flows",
        ),
        ("its bound, t", _get(manifest, "bounds", "weighted_shortfall_t"), "no plan can have less"),
        ("coverage_gap_points", manifest.get("coverage_gap_points"), "what is left between the two, points of 100"),
        ("base_shortfall_t", manifest.get("base_shortfall_t"), "tonnes short with nothing lost, all years"),
        ("cost_musd", manifest.get("cost_musd"), "discounted cost of the base case"),
        ("its bound, MUSD", _get(manifest, "bounds", "cost_musd"), "no plan of that coverage can cost less"),
        ("cost_gap", manifest.get("cost_gap"), "what is left between the two, share of the cost"),
        ("outlay_musd", manifest.get("outlay_musd"), "public outlay, undiscounted"),
        ("budget_musd", manifest.get("budget_musd"), "limit on it; none: no limit"),
        ("interrupted", manifest.get("interrupted"), "whether it was stopped by hand"),
    ]
    if isinstance(least := manifest.get("least_money"), Mapping):
        rows += [
            (
                "points short asked for",
                least["points_short"],
                "at most, losses included: it takes the place of a budget",
            ),
            ("least money, MUSD", least["musd"], "public money that leaves no more short; the budget is this amount"),
            ("its bound, MUSD", least["bound_musd"], "no plan that leaves no more short needs less"),
        ]
    return rows


def _seconds(manifest: Mapping[str, object]) -> list[Row]:
    found = manifest.get("seconds")
    if not isinstance(found, Mapping):
        return []
    return [(str(step), round(float(seconds), 2), _STEPS.get(str(step), "")) for step, seconds in found.items()]


def _warnings(page: Page) -> None:
    page.heading("Warnings of the check")
    warnings = page.facts.warnings
    if not warnings:
        page.sentence("None.")
        return
    columns = (Column("Where", 34), Column("Read", 46, "wrap"), Column("What, and what to do", 90, "wrap"))
    lines = [
        Line((f"{w.address} {w.column}".strip(), w.read or "", f"{w.problem}. {w.remedy}".strip())) for w in warnings
    ]
    page.table(columns, lines)
