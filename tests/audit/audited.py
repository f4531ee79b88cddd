"""A plan to be audited: sheets and tables as text, and the audit of what is written of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from optimizer.audit import AuditResult, audit
from optimizer.workbook import read_workbook

HEADERS = {
    "portfolio": "project,country,site,process,stage,funded_year,first_output_year,full_output_year,size_t_per_year,"
    "nameplate_t_per_year,funded_share,capex_musd,public_outlay_musd,mean_utilization",
    "coverage": "scenario,sector,country,material,allied_only,year,demand_t,served_t,served_allied_t,shortfall_t,"
    "coverage,priority",
    "capacity": "project,country,stage,process,status,year,capacity_t,run_t",
    "flows": "scenario,material,origin,from,to,year,t",
    "costs": "term,year,musd,musd_undiscounted",
    "outlays": "funder,project,year,musd",
    "redundancy": "rule,measure,stage,material,year,required,achieved,ok",
    "losses": "scenario,sector,year,demand_t,served_t,coverage",
    "runs": "scenario,project,recipe,origin,year,run_t",
    "imports": "scenario,supplier,country,material,year,t,musd,offer",
    "stocks": "scenario,country,material,allied,year,bought_t,drawn_t,level_t",
    "workforce": "country,year,available,begin_training,trained,needed,spare,most,tight,training_musd",
    "fairness": "rule,country,measure,stage,year,amount,total,share,min_share,max_share,ok",
    "packages": "project,country,stage,funded_year,instrument,kind,share,amount,charge_musd,value_musd,contingent_musd,"
    "receipts_musd,funders",
    "viability": "project,country,stage,funded_year,size_t_per_year,capex_musd,hurdle_rate,npv_unaided_musd,npv_musd,"
    "npv_crash_unaided_musd,npv_crash_musd,charge_musd,public_capital_musd,private_musd,leverage,least_utilization,"
    "planned_utilization,npv_crash_no_promise_musd",
    "cashflows": "project,deck,year,activity_t,recipe,revenue_musd,inputs_musd,opex_musd,capex_musd,tax_musd,support_musd,"
    "net_musd",
    "liability": "project,instrument,year,planning_musd,crash_musd",
    "funders": "funder,home,budget_musd,paid_musd,domestic_musd,domestic_share,largest_project_share",
    "burden": "country,paid_musd,received_musd,capacity_t_per_year,jobs,demand_t,served_t,coverage",
}
# Tables that are there with instruments alone; outlays then tell by which one.
OF_INSTRUMENTS = ("packages", "viability", "cashflows", "liability", "funders", "burden")


@dataclass(frozen=True)
class Toy:
    """Sheets with header, tables without (``HEADERS`` has theirs), and the manifest."""

    sheets: Mapping[str, str]
    tables: Mapping[str, str]
    manifest: Mapping[str, object]

    @property
    def headers(self) -> dict[str, str]:
        """The headers of its tables: those of instruments only where it has some."""
        if "Instruments" in self.sheets:
            return {**HEADERS, "outlays": f"{HEADERS['outlays']},instrument"}
        return {name: header for name, header in HEADERS.items() if name not in OF_INSTRUMENTS}

    def rows(self, table: str) -> list[list[str]]:
        return [line.split(",") for line in self.tables.get(table, "").split()]

    def write(self, folder: Path, tables: Mapping[str, list[list[str]]] | None = None) -> tuple[Path, Path]:
        """Write the workbook's folder and the tables' folder, some tables replaced."""
        workbook, written = folder / "case", folder / "tables"
        workbook.mkdir()
        written.mkdir()
        for name, text in self.sheets.items():
            lines = [line.strip() for line in text.strip().splitlines()]
            (workbook / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for name, header in self.headers.items():
            rows = (tables or {}).get(name, self.rows(name))
            lines = [header, *(",".join(row) for row in rows)]
            (written / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return workbook, written


def manifest(objective: str, weighted: float | None, short: float, cost: float, outlay: float) -> dict[str, object]:
    return {
        "objective": objective,
        "weighted_shortfall_t": weighted,
        "base_shortfall_t": short,
        "cost_musd": cost,
        "outlay_musd": outlay,
        "budget_musd": None,
        "relaxed": False,
    }


def settings(first: int, last: int, rate: float, *more: str) -> str:
    lines = ("setting,value", f"first_year,{first}", f"last_year,{last}", "price_year,2025", f"discount_rate,{rate}")
    return "\n".join((*lines, *more))


def run(toy: Toy, folder: Path, tables: dict[str, list[list[str]]] | None = None) -> AuditResult:
    """Write the toy, some tables replaced, and audit it."""
    workbook, written = toy.write(folder, tables)
    budget = toy.manifest["budget_musd"]
    return audit(read_workbook(workbook), written, None if budget is None else float(str(budget)), toy.manifest)


def checks(result: AuditResult) -> set[str]:
    """The names of the rules that are broken."""
    return {violation.check for violation in result.violations}
