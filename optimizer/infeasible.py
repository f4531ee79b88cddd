"""The elastic answer to an infeasible case, in the planner's words: which limit, which year, by how much, which cell."""

from __future__ import annotations

from collections import defaultdict

from models.instance import Instance
from optimizer.cells import Record, records
from optimizer.solve.relief import Relief
from optimizer.workbook import Workbook

T_PER_KT = 1000.0


def explain_infeasible(workbook: Workbook, instance: Instance, reliefs: list[Relief]) -> list[str]:
    """Return sentences: the limits of one cheapest repair, each with its amount, year and the cells to edit."""
    if not reliefs:
        return ["The case is infeasible, and no repair was found in time. Run check for the limits that cannot be met."]
    sentences = ["No plan meets all limits. One way out with the least change: loosen all of these."]
    return sentences + [_sentence(workbook, instance, relief) for relief in _merged(reliefs)]


def _merged(reliefs: list[Relief]) -> list[Relief]:
    """Outlays that no pot pays come by country, stage and year: said once per country and stage, summed over the years."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    rest = []
    for relief in reliefs:
        if relief.limit == "outlay_is_paid":
            sums[relief.index[0], relief.index[1]] += relief.amount
        else:
            rest.append(relief)
    return rest + [Relief("outlay_is_paid", (c, h, None), amount, "MUSD") for (c, h), amount in sums.items()]


def _sentence(workbook: Workbook, instance: Instance, relief: Relief) -> str:
    match relief.limit:
        case "minimum_coverage_is_served":
            return _base_minimum(workbook, instance, relief)
        case "minimum_coverage_survives":
            return _loss_minimum(workbook, instance, relief)
        case "enough_countries" | "enough_projects":
            what = "countries" if relief.limit == "enough_countries" else "projects"
            rule, t = relief.index
            cell = _cell(workbook, "Redundancy", "rule", rule, f"min_{what}")
            return f"{cell}: rule {rule} lacks {_number(relief.amount)} {what} from {t}. Lower min_{what}, or start it later."
        case "country_share_within_limit":
            rule, country, t = relief.index
            cell = _cell(workbook, "Redundancy", "rule", rule, "max_country_share")
            return f"{cell}: rule {rule}: {country} has {_tonnes(relief.amount)} too much capacity in {t}. Raise the share."
        case "outlay_within_budget":
            limit = f"{instance.budget_musd:,.0f}" if instance.budget_musd is not None else "none"
            cell = _cell(workbook, "Settings", "setting", "budget_musd", "value")
            return f"{cell}: the budget of {limit} MUSD is short by {relief.amount:,.1f} MUSD. Raise budget_musd."
        case _:
            country, stage, _ = relief.index
            return f"Budgets: {relief.amount:,.1f} MUSD for {stage} in {country} find no pot. Raise a pot that may pay for it."


def _base_minimum(workbook: Workbook, instance: Instance, relief: Relief) -> str:
    d, t, _ = relief.index
    demand = instance.demands[d]
    short = f"{demand.sector} in {demand.country}: {demand.material} in {t} is short by {_tonnes(relief.amount)}"
    key = (demand.sector, demand.country, demand.material, demand.allied_only)
    rows = [
        row
        for row in records(workbook, "Demand")
        if (row.text("sector"), row.text("country"), row.text("material"), row.flag("allied_only", False)) == key
        and (row.year("year") or 0) <= t
    ]
    if not rows:
        return f"Demand: {short}."
    row = max(rows, key=lambda found: found.year("year") or 0)
    column = "min_coverage" if row.number("min_coverage") else "shortfall_usd_per_kg"
    remedy = "Lower min_coverage." if column == "min_coverage" else "Give a tonne short a price, or lower the demand."
    return f"{_address(workbook, row, column)}: {short} of what must be served. {remedy}"


def _loss_minimum(workbook: Workbook, instance: Instance, relief: Relief) -> str:
    t, s = relief.index
    scenario = instance.scenarios[s]
    cell = _cell(workbook, "Disruptions", "scenario", s.split(":")[0] if ":" in s else s, "min_coverage")
    sector = scenario.sector or "all sectors"
    return (
        f"{cell}: in {s}, {t}, {sector} lack {_tonnes(relief.amount)} of what must still be served "
        f"({scenario.min_coverage:.0%}). Lower min_coverage."
    )


def _cell(workbook: Workbook, sheet: str, key: str, name: str, column: str) -> str:
    row = next((row for row in records(workbook, sheet) if row.text(key) == name), None)
    return sheet if row is None else _address(workbook, row, column)


def _address(workbook: Workbook, row: Record, column: str) -> str:
    return f"{row.sheet}!{workbook.table(row.sheet).cell(row.row.number, column)}"


def _tonnes(kt: float) -> str:
    return f"{kt * T_PER_KT:,.1f} t"


def _number(amount: float) -> str:
    return f"{amount:.0f}" if abs(amount - round(amount)) < 1e-6 else f"{amount:.2f}"
