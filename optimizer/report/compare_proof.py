"""What stands behind a comparison, in words: the unit, the bands, which money is slack, what was cut by time, the audit."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.report.bottlenecks import tonnes
from optimizer.report.comparison import COVERAGE, Comparison, Held
from optimizer.report.facts import BASE
from optimizer.wording import joined, money, plural


def behind(comparison: Comparison) -> list[str]:
    """What the figures mean and what stands behind them."""
    found = [unit(comparison), proof(comparison), without_plan(comparison), cut_by_time(comparison), audit(comparison)]
    return [sentence for sentence in found if sentence]


def points(value: float) -> str:
    """Points in a sentence: two digits that count."""
    if abs(value) < 5e-4:
        return "0"
    return f"{value:.1f}" if abs(value) >= 1.0 else f"{value:.2g}"


def between(low: str, high: str) -> str:
    """A band in a sentence."""
    return low if low == high else f"{low} to {high}"


def budget_list(comparison: Comparison, found: Sequence[Held]) -> str:
    """Budgets in a sentence, more than two in a row as a span."""
    order = [x.budget_musd for x in comparison.held]
    runs: list[list[float]] = []
    for budget in sorted(x.budget_musd for x in found):
        if runs and budget in order and order.index(budget) == order.index(runs[-1][-1]) + 1:
            runs[-1].append(budget)
        else:
            runs.append([budget])
    shown = [f"{money(r[0])} to {money(r[-1])}" if len(r) > 2 else " and ".join(map(money, r)) for r in runs]
    return ", ".join(shown)


def unit(comparison: Comparison) -> str:
    """What a point is."""
    if comparison.goal != COVERAGE or comparison.demand_t <= 0.0:
        return ""
    losses = " plus, by their weight, what is short in the losses" if _has_losses(comparison) else ""
    return (
        f"1 point = 1 % of all demand of all years, weighted by priority ({tonnes(comparison.demand_t / 100.0)} weighted t)."
        f" Points short: what is short with nothing lost{losses}."
    )


def _has_losses(comparison: Comparison) -> bool:
    return any(bool((x.plan.tables["losses"]["scenario"] != BASE).any()) for x in comparison.held)


# ---------------------------------------------------------------- money


def slack(comparison: Comparison) -> str:
    """Which of total and pots is slack, where, and by how much."""
    groups: dict[str, list[Held]] = {}
    for held in comparison.held:
        groups.setdefault(held.slack, []).append(held)
    parts = [_slack_of(comparison, word, found) for word, found in groups.items()]
    hint = ""
    if "both" in groups and any(x.point.pots_musd is not None for x in groups["both"]):
        hint = " Where neither sum holds back, single pots may: by their years, countries and stages."
    return f"Money: {'; '.join(parts)}.{hint}"


def _slack_of(comparison: Comparison, word: str, found: Sequence[Held]) -> str:
    at = f"at {budget_list(comparison, found)} MUSD"
    total = _unspent([x.total_slack_musd for x in found])
    pots = _unspent([x.pots_slack_musd or 0.0 for x in found])
    if all(x.point.pots_musd is None for x in found):
        return f"{at} the total is spent in full" if word == "neither" else f"{at} the total is slack ({total})"
    match word:
        case "neither":
            return f"{at} total and pots are both spent in full"
        case "pots":
            return f"{at} the total is spent in full and the pots together are slack ({pots})"
        case "total":
            return f"{at} the pots are spent in full and the total is slack ({total})"
        case _:
            return f"{at} both are slack (total {total}, pots {pots})"


def _unspent(amounts: Sequence[float]) -> str:
    low, high = money(min(amounts)), money(max(amounts))
    return f"{between(low, high)} MUSD unspent"


# ---------------------------------------------------------------- proof


def proof(comparison: Comparison) -> str:
    """How the bands are to be read."""
    if not comparison.held:
        return ""
    what = "shortfall" if comparison.goal == COVERAGE else "cost"
    line = (
        f"Band: the least {what} of any plan at a budget lies between the bound and the best plan found. It is proven at the"
        " budgets computed; between them the lines only join the points."
    )
    if comparison.goal == COVERAGE and (given := _given_back(comparison)):
        line += f" The plans may give back up to {given:g} points of it for lower cost."
    return line


def _given_back(comparison: Comparison) -> float:
    options = comparison.held[-1].plan.manifest.get("options")
    return float(options.get("coverage_slack_points") or 0.0) if isinstance(options, dict) else 0.0


def without_plan(comparison: Comparison) -> str:
    """Name the budgets without a plan."""
    missing = [p for p in comparison.points if p.best is None]
    if not missing:
        return ""
    said = {"infeasible": "cannot keep every limit (infeasible)", "no_plan": "no plan was found in the time given"}
    parts = [f"{money(p.budget_musd)} MUSD: {said.get(p.status, p.status)}" for p in missing]
    return f"Without a plan: {'; '.join(parts)}. Why is on sheet Curve; the other budgets stand."


def cut_by_time(comparison: Comparison) -> str:
    """Name the budgets whose plans are not reproducible."""
    best = [x for x in comparison.held if not x.plan.reproducible]
    listed = [x for x in comparison.listed if not x.plan.reproducible]
    parts = [f"the best plans at {budget_list(comparison, best)} MUSD"] if best else []
    parts += [f"the list's plans at {budget_list(comparison, listed)} MUSD"] if listed else []
    parts += ["the plan without a limit"] if comparison.ceiling and not comparison.ceiling.reproducible else []
    if not parts:
        return ""
    return (
        f"Not reproducible, because time cut the search: {joined(parts)}. Another run may find other plans there; what is"
        " proven stays true."
    )


def audit(comparison: Comparison) -> str:
    """How many checks the plans passed."""
    plans = [x.plan for x in (*comparison.held, *comparison.listed)] + (
        [comparison.ceiling] if comparison.ceiling else []
    )
    found = [a for plan in plans if isinstance(a := plan.manifest.get("audit"), dict)]
    if not found:
        return ""
    failed = sum(not a.get("passed") for a in found)
    checks = sum(int(a.get("checks") or 0) for a in found)
    if failed:
        return f"AUDIT FAILED at {failed} of {len(found)} plans."
    return f"Audit passed for {plural(len(found), 'plan')}, {checks:,} checks."
