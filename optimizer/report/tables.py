"""Instance and plan -> the named tables, in tonnes and million dollars: pure, nothing is solved or written here.

The names of tables and columns are a contract with programs that read them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

from models.instance import ANY_FUNDER, BASE, Instance, Origin, Project, Stockpile
from models.objective import terms_of
from models.solution import Funding, Operation, Solution
from optimizer.cells import records
from optimizer.report.fairness_table import fairness_rows
from optimizer.report.money_tables import COLUMNS as MONEY
from optimizer.report.money_tables import charge, money_rows
from optimizer.report.rounding import Rows, musd, share, tonnes, yes_no
from optimizer.report.rules import redundancy_rows
from optimizer.report.workforce_table import workforce_rows
from optimizer.solve.bottlenecks import Bottleneck
from optimizer.workbook import Workbook

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "portfolio": (
        "project", "country", "site", "process", "stage", "funded_year", "first_output_year", "full_output_year",
        "size_t_per_year", "nameplate_t_per_year", "funded_share", "capex_musd", "public_outlay_musd", "funders",
        "mean_utilization", "group", "owner", "note", "source", "confidence",
    ),
    "coverage": (
        "scenario", "sector", "country", "material", "allied_only", "year", "demand_t", "served_t", "served_allied_t",
        "shortfall_t", "coverage", "priority",
    ),
    "capacity": ("project", "country", "stage", "process", "status", "year", "capacity_t", "run_t"),
    "flows": ("scenario", "material", "origin", "from", "to", "year", "t"),
    "costs": ("term", "year", "musd", "musd_undiscounted"),
    "outlays": ("funder", "project", "year", "musd"),
    "redundancy": ("rule", "measure", "stage", "material", "year", "required", "achieved", "ok"),
    "bottlenecks": (
        "year", "stream", "stage", "shortfall_t", "capacity_t", "run_t", "raised_t", "gain_alone_t", "gain_together_t",
        "binds", "together_with",
    ),
    "losses": ("scenario", "sector", "year", "demand_t", "served_t", "coverage"),
    "runs": ("scenario", "project", "recipe", "origin", "year", "run_t"),
    "imports": ("scenario", "supplier", "country", "material", "year", "t", "musd", "offer"),
    "stocks": ("scenario", "country", "material", "allied", "year", "bought_t", "drawn_t", "level_t"),
}  # fmt: skip
# Tables that stand there only with the sheet of the same name; those of money only with Instruments.
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "workforce": (
        "country", "year", "available", "begin_training", "trained", "needed", "spare", "most", "tight", "training_musd",
    ),
    "fairness": (
        "rule", "country", "measure", "stage", "year", "amount", "total", "share", "min_share", "max_share", "ok",
    ),
    **MONEY,
}  # fmt: skip


def make_tables(workbook: Workbook, instance: Instance, solution: Solution) -> dict[str, pd.DataFrame]:
    """Return every table but ``bottlenecks`` by name, sorted, with the columns of ``COLUMNS`` and ``OPTIONAL``."""
    operations = list(solution.operations.values())
    rows: dict[str, Rows] = {
        "portfolio": _portfolio(workbook, instance, solution),
        "coverage": [row for operation in operations for row in _coverage(instance, operation)],
        "capacity": _capacity(workbook, instance, solution),
        "flows": [row for operation in operations for row in _flows(operation)],
        "costs": _costs(instance, solution),
        "outlays": _outlays(instance, solution),
        "redundancy": redundancy_rows(instance, solution),
        "losses": [row for operation in operations for row in _losses(instance, operation)],
        "runs": [row for operation in operations for row in _runs(operation)],
        "imports": [row for operation in operations for row in _imports(instance, operation)],
        "stocks": [row for operation in operations for row in _stocks(instance, solution, operation)],
    }
    if instance.workforce:
        rows["workforce"] = workforce_rows(instance, solution.investment)
    if instance.fairness:
        rows["fairness"] = fairness_rows(instance, solution)
    rows |= money_rows(instance, solution)
    tables = {name: frame(name, found) for name, found in rows.items()}
    if instance.instruments:
        tables["outlays"]["instrument"] = [str(row["instrument"]) for row in rows["outlays"]]
    return tables


def bottleneck_table(found: Iterable[Bottleneck]) -> pd.DataFrame:
    """Make the table ``bottlenecks``."""
    rows: Rows = [
        {
            "year": x.year,
            "stream": x.stream,
            "stage": x.stage,
            "shortfall_t": tonnes(x.shortfall_kt),
            "capacity_t": tonnes(x.capacity_kt),
            "run_t": tonnes(x.run_kt),
            "raised_t": tonnes(x.raised_kt),
            "gain_alone_t": tonnes(x.gain_alone_kt),
            "gain_together_t": tonnes(x.gain_together_kt),
            "binds": x.binds,
            "together_with": "; ".join(x.together_with) if x.binds == "together" else "",
        }
        for x in found
    ]
    return frame("bottlenecks", rows)


def as_csv(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """The tables of a plan as the text of their files."""
    names = [name for name in (*COLUMNS, *OPTIONAL) if name in tables]
    return {name: tables[name].to_csv(index=False, lineterminator="\n") for name in names}


def frame(name: str, rows: Rows) -> pd.DataFrame:
    """Make a table with its contracted columns, empty ones too."""
    return pd.DataFrame(rows, columns=list({**COLUMNS, **OPTIONAL}[name]))


# ---------------------------------------------------------------- what is funded


def _portfolio(workbook: Workbook, instance: Instance, solution: Solution) -> Rows:
    cells = {row.text("project"): row for row in records(workbook, "Projects")}
    run: dict[str, float] = defaultdict(float)
    for (p, _, _, _), amount in solution.operations[BASE].runs.items():
        run[p] += amount
    paid = solution.investment.paid_musd
    rows: Rows = []
    for funding in solution.investment.fundings:
        p, project, cell = funding.project, instance.projects[funding.project], cells[funding.project]
        capacity = sum(tonnes(solution.investment.capacity_ktpy.get((p, t), 0.0)) for t in instance.years)
        funders = {f: sum(x for (g, q, *_), x in paid.items() if (g, q) == (f, p)) for f, q, *_ in paid if q == p}
        outputs = _output_years(instance, project, funding)
        rows.append(
            {
                "project": p,
                "country": project.country,
                "site": project.site,
                "process": project.process,
                "stage": project.stage,
                "funded_year": funding.year,
                "first_output_year": outputs[0],
                "full_output_year": outputs[1],
                "size_t_per_year": tonnes(funding.size_ktpy),
                "nameplate_t_per_year": tonnes(project.nameplate_ktpy),
                "funded_share": round(funding.share, 9),
                "capex_musd": musd(funding.capex_musd),
                "public_outlay_musd": musd(_public(instance, solution, funding)),
                "funders": "; ".join(
                    f for f, x in sorted(funders.items(), key=lambda item: (-item[1], item[0])) if x > 0
                ),
                "mean_utilization": share(tonnes(run[p]), capacity) if capacity else None,
                "group": project.group,
                **{name: cell.text(name) for name in ("owner", "note", "source", "confidence")},
            }
        )
    return rows


def _public(instance: Instance, solution: Solution, funding: Funding) -> float:
    """Public money of a funding, all years: what its package charges, or without instruments its public share of capex."""
    if not instance.instruments:
        return instance.projects[funding.project].public_share * funding.capex_musd
    return charge(instance, solution, funding)


def _output_years(instance: Instance, project: Project, funding: Funding) -> tuple[int | None, int | None]:
    """First year with output, and first year at the largest share of the ramp; None beyond the horizon."""
    by_year = {t: project.fraction(funding.year, t) for t in instance.years}
    full = max(project.output_fraction)
    first = next((t for t, share in by_year.items() if share > 0.0), None)
    return first, next((t for t, share in by_year.items() if share >= full > 0.0), None)


def _capacity(workbook: Workbook, instance: Instance, solution: Solution) -> Rows:
    run: dict[tuple[str, int], float] = defaultdict(float)
    for (p, _, _, t), amount in solution.operations[BASE].runs.items():
        run[p, t] += amount
    status = {row.text("project"): row.text("status") for row in records(workbook, "Projects")}
    return [
        {
            "project": p,
            "country": instance.projects[p].country,
            "stage": instance.projects[p].stage,
            "process": instance.projects[p].process,
            "status": status[p],
            "year": t,
            "capacity_t": tonnes(capacity),
            "run_t": tonnes(run[p, t]),
        }
        for (p, t), capacity in sorted(solution.investment.capacity_ktpy.items())
    ]


# ---------------------------------------------------------------- how it runs


def _coverage(instance: Instance, operation: Operation) -> Rows:
    rows: Rows = []
    for (d, t), short in operation.shortfall.items():
        demand = instance.demands[d]
        wanted = demand.demand_kt[t]
        served = max(0.0, wanted - short)
        allied = operation.served.get((d, Origin.ALLIED, t), 0.0)
        rows.append(
            {
                "scenario": operation.scenario,
                "sector": demand.sector,
                "country": demand.country,
                "material": demand.material,
                "allied_only": yes_no(demand.allied_only),
                "year": t,
                "demand_t": tonnes(wanted),
                "served_t": tonnes(served),
                "served_allied_t": tonnes(min(allied, served)),
                "shortfall_t": tonnes(short),
                "coverage": share(tonnes(served), tonnes(wanted)),
                "priority": demand.priority[t],
            }
        )
    return sorted(
        rows, key=lambda r: tuple(str(r[c]) for c in ("sector", "country", "material", "allied_only", "year"))
    )


def _losses(instance: Instance, operation: Operation) -> Rows:
    wanted: dict[tuple[str, int], float] = defaultdict(float)
    short: dict[tuple[str, int], float] = defaultdict(float)
    for (d, t), amount in operation.shortfall.items():
        wanted[instance.demands[d].sector, t] += instance.demands[d].demand_kt[t]
        short[instance.demands[d].sector, t] += amount
    return [
        {
            "scenario": operation.scenario,
            "sector": sector,
            "year": t,
            "demand_t": tonnes(total),
            "served_t": tonnes(max(0.0, total - short[sector, t])),
            "coverage": share(tonnes(max(0.0, total - short[sector, t])), tonnes(total)),
        }
        for (sector, t), total in sorted(wanted.items())
    ]


def _flows(operation: Operation) -> Rows:
    return [
        {"scenario": operation.scenario, "material": k, "origin": str(o), "from": i, "to": j, "year": t, "t": tonnes(x)}
        for (k, o, i, j, t), x in sorted(operation.ships.items())
        if tonnes(x) != 0.0
    ]


def _runs(operation: Operation) -> Rows:
    return [
        {"scenario": operation.scenario, "project": p, "recipe": q, "origin": str(o), "year": t, "run_t": tonnes(x)}
        for (p, q, o, t), x in sorted(operation.runs.items())
        if tonnes(x) != 0.0
    ]


def _imports(instance: Instance, operation: Operation) -> Rows:
    rows: Rows = []
    for (n, c, t), x in sorted(operation.imports.items()):
        offer = instance.offers[n]
        if tonnes(x) == 0.0:
            continue
        rows.append(
            {
                "scenario": operation.scenario,
                "supplier": offer.supplier,
                "country": c,
                "material": offer.material,
                "year": t,
                "t": tonnes(x),
                "musd": musd(x * offer.price_musd_per_kt[t]),
                "offer": offer.country or "any",
            }
        )
    return rows


def _stocks(instance: Instance, solution: Solution, operation: Operation) -> Rows:
    """Base: what is bought, drawn and left at the end of the year. Loss: what it draws, and what it leaves of its share."""
    scenario = instance.scenarios[operation.scenario]
    rows: Rows = []
    for g, stock in instance.stockpiles.items():
        left = _level_before(instance, solution, g, stock, scenario.span[0]) if scenario.span else 0.0
        for t in scenario.years:
            drawn = operation.draws.get((g, t), 0.0)
            left -= scenario.scale * drawn
            level = solution.investment.level_kt[g, t] if scenario.is_base else left
            rows.append(
                {
                    "scenario": operation.scenario,
                    "country": stock.country,
                    "material": stock.material,
                    "allied": yes_no(stock.origin is Origin.ALLIED),
                    "year": t,
                    "bought_t": tonnes(solution.investment.bought_kt.get((g, t), 0.0) if scenario.is_base else 0.0),
                    "drawn_t": tonnes(drawn),
                    "level_t": tonnes(max(0.0, level)),
                }
            )
    return rows


def _level_before(instance: Instance, solution: Solution, g: str, stock: Stockpile, start: int) -> float:
    return solution.investment.level_kt[g, start - 1] if start > instance.years[0] else stock.opening_kt


# ---------------------------------------------------------------- money


def _costs(instance: Instance, solution: Solution) -> Rows:
    found = {**solution.investment.cost_musd, **solution.operations[BASE].cost_musd}
    return [
        {
            "term": term,
            "year": t,
            "musd": musd(instance.discount[t] * found.get((term, t), 0.0)),
            "musd_undiscounted": musd(found.get((term, t), 0.0)),
        }
        for term in terms_of(instance)
        for t in instance.years
    ]


def _outlays(instance: Instance, solution: Solution) -> Rows:
    def title(what: str) -> str:
        stock = instance.stockpiles.get(what)
        return what if stock is None else f"stockpile:{stock.material}:{stock.country}"

    merged: dict[tuple[str, str, int, str], float] = defaultdict(float)
    for (funder, what, instrument, t), amount in solution.investment.paid_musd.items():
        merged[funder or ANY_FUNDER, title(what), t, instrument] += amount
    return [
        {"funder": funder, "project": what, "year": t, "musd": musd(amount)}
        | ({"instrument": instrument} if instance.instruments else {})
        for (funder, what, t, instrument), amount in sorted(merged.items())
        if musd(amount) != 0.0
    ]
