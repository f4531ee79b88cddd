"""A plan that is given and not sought: the folder of a finished run, or the sheet Plan of the workbook."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.instance import BASE, Instance
from models.instruments import Kind
from models.solution import Funding, Investment
from models.standing import capex_musd, outlays_musd, standing_ktpy
from optimizer.cells import records
from optimizer.findings import InputError
from optimizer.output import MANIFEST, TABLES
from optimizer.solve.packages import least_packages, settle
from optimizer.units import T_PER_KT
from optimizer.wording import names
from optimizer.workbook import Workbook

_PORTFOLIO, _STOCKS, _WORKFORCE, _PACKAGES = "portfolio.csv", "stocks.csv", "workforce.csv", "packages.csv"
_LEAST_SHARE = 1.0 - 1e-6


@dataclass(frozen=True)
class FixedPlan:
    """What is funded, with sizes in kt/year, and what the plan buys, draws and keeps of stocks (kt by stock and year).

    ``trained``: people who begin training, by country and year.

    ``package``: by (project, year, instrument) MUSD of capital or kt/year of covered size; None: to be settled.
    ``source`` says in words where it comes from; ``sha256`` is the digest of the cells that it was found for, ``budget_musd``
    the budget in force then; both None with a sheet Plan.
    """

    sizes: Mapping[str, tuple[int, float]]
    source: str
    bought_kt: Mapping[tuple[str, int], float] = field(default_factory=dict)
    drawn_kt: Mapping[tuple[str, int], float] = field(default_factory=dict)
    level_kt: Mapping[tuple[str, int], float] = field(default_factory=dict)
    sha256: str | None = None
    budget_musd: float | None = None
    trained: Mapping[tuple[str, int], float] = field(default_factory=dict)
    package: Mapping[tuple[str, int, str], float] | None = None


def plan_of_run(folder: Path) -> FixedPlan:
    """Read the plan that ``solve`` left behind, or one point of ``compare``.

    Raises
    ------
    InputError
        If there is no plan in the folder; the message says what is missing.
    """
    manifest = _manifest(folder)
    if manifest.get("relaxed"):
        raise InputError(
            f"{folder}: a linear relaxation is a bound and no plan. Give the folder of a run without --relax."
        )
    if not (folder / TABLES / _PORTFOLIO).is_file():
        status = manifest.get("status", "unknown")
        raise InputError(f"{folder}: the run left no plan behind (status {status}): {TABLES}/{_PORTFOLIO} is missing.")
    try:
        funded = _rows(folder / TABLES / _PORTFOLIO)
        stocks = [row for row in _rows(folder / TABLES / _STOCKS) if row["scenario"] == BASE]
        sizes = {r["project"]: (int(r["funded_year"]), float(r["size_t_per_year"]) / T_PER_KT) for r in funded}
        whole = all(float(row["funded_share"] or 1.0) >= _LEAST_SHARE for row in funded)
        trained, package = trained_in(folder), _package_in(folder)
        kept = {name: _by_stock(stocks, name) for name in ("bought_t", "drawn_t", "level_t")}
    except (OSError, KeyError, ValueError) as error:
        problem = f"the tables cannot be read ({type(error).__name__}: {error})"
        raise InputError(f"{folder}: {problem}. Give a folder that solve or compare wrote, unchanged.") from error
    if not whole:
        raise InputError(f"{folder}: projects are funded in part: a bound and no plan. Give a run without --relax.")
    given, budget = manifest.get("input"), manifest.get("budget_musd")
    return FixedPlan(
        sizes=sizes,
        source=f"run {folder.name}",
        bought_kt=kept["bought_t"],
        drawn_kt=kept["drawn_t"],
        level_kt=kept["level_t"],
        sha256=str(given["sha256"]) if isinstance(given, dict) and "sha256" in given else None,
        budget_musd=float(budget) if isinstance(budget, (int, float)) else None,
        trained=trained,
        package=package,
    )


def plan_of_sheet(workbook: Workbook) -> FixedPlan:
    """Return the plan of the sheet Plan; a blank size means the nameplate.

    Raises
    ------
    InputError
        If the workbook has no such sheet.
    """
    if "Plan" not in workbook.tables:
        raise InputError(
            f"{workbook.path}: which plan? Give the folder of a finished run with --run, or add a sheet Plan with the columns"
            " project, funded_year, size_t_per_year."
        )
    nameplate = {
        row.text("project"): row.number_or("capacity_t_per_year", 0.0) for row in records(workbook, "Projects")
    }
    sizes = {
        row.text("project"): (
            row.year("funded_year") or 0,
            row.number_or("size_t_per_year", nameplate.get(row.text("project"), 0.0)) / T_PER_KT,
        )
        for row in records(workbook, "Plan")
    }
    return FixedPlan(sizes, "sheet Plan")


def investment_of(instance: Instance, plan: FixedPlan) -> Investment:
    """The plan as a solve would have decided it: what stands, is kept in store and paid in total; not who pays.

    The plan must fit the case, see ``refuse_unfit``. Where there are instruments and the plan does not tell its packages, they
    are settled at the least outlay, within budget and pots if these suffice.

    Raises
    ------
    InputError
        If no package lets the firm of a project earn its hurdle rate; the message names all of them.
    """
    fundings = tuple(
        Funding(p, year, 1.0, size, capex_musd(instance.projects[p], size))
        for p, (year, size) in sorted(plan.sizes.items(), key=lambda item: (item[1][0], item[0]))
    )
    levels = {
        (g, t): plan.level_kt.get((g, t), stock.opening_kt)
        for g, stock in instance.stockpiles.items()
        for t in instance.years
    }
    investment = Investment(
        fundings=fundings,
        capacity_ktpy=standing_ktpy(instance, fundings),
        bought_kt=plan.bought_kt,
        level_kt=levels,
        base_draw_kt={
            (g, t): plan.drawn_kt.get((g, t), 0.0)
            for g, stock in instance.stockpiles.items()
            if stock.base_draw
            for t in instance.years
        },
        outlay_musd={},
        paid_musd={},
        cost_musd={},
        base_shortfall_kt={},
        base_running_musd={},
        trained=plan.trained,
    )
    package = _settled(instance, investment) if plan.package is None else plan.package
    outlay = outlays_musd(instance, fundings, plan.bought_kt, plan.trained, package)
    return replace(investment, package=package, outlay_musd=outlay)


def _settled(instance: Instance, investment: Investment) -> Mapping[tuple[str, int, str], float]:
    """Packages of a plan that does not tell them; none where there are no instruments."""
    settled = settle(instance, investment)
    if settled is not investment or instance.finance is None:
        return settled.package
    package, unable = least_packages(instance, investment.fundings)
    if unable:
        faults = [f"{p}: no package of its instruments lets its firm earn its hurdle rate." for p in sorted(unable)]
        raise InputError("\n  ".join(["The plan cannot be paid for:", *faults]))
    return package


def refuse_unfit(instance: Instance, plan: FixedPlan) -> None:
    """Refuse a plan that does not fit the case.

    Raises
    ------
    InputError
        If the plan names projects, years or stocks that the case does not have; the message names all of them.
    """
    if faults := _unfit(instance, plan):
        count = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
        raise InputError("\n  ".join([f"The {plan.source} does not fit the workbook: {count}", *faults]))


def _unfit(instance: Instance, plan: FixedPlan) -> list[str]:
    """What the plan speaks of that is not in the case, a sentence each."""
    faults = []
    if unknown := [p for p in plan.sizes if p not in instance.projects]:
        are = "is" if len(unknown) == 1 else "are"
        faults.append(
            f"{names(unknown)} {are} not in the sheet Projects. Give the workbook that the plan was made for."
        )
    for p, (year, size) in plan.sizes.items():
        if p in unknown:
            continue
        if p not in instance.candidates:
            faults.append(f"{p}: stands already and is no candidate. Give the workbook that the plan was made for.")
        elif year not in instance.candidates[p].funding_years:
            years = instance.candidates[p].funding_years
            span = f"{years[0]} to {years[-1]}" if years else "no year of the plan"
            faults.append(f"{p}: funded in {year}, but it may be funded in {span}.")
        elif size <= 0.0:
            faults.append(f"{p}: its size is 0. Leave it out, or write its size.")
    known = set(instance.stockpiles)
    for g in dict.fromkeys(g for g, _ in plan.level_kt):
        if g not in known:
            faults.append(f"stock {g}: not in the sheet Stockpiles.")
    for c in dict.fromkeys(c for c, _ in plan.trained):
        if c not in instance.workforce:
            faults.append(f"people trained in {c}: not in the sheet Workforce.")
    return faults


# ---------------------------------------------------------------- files


def _manifest(folder: Path) -> dict[str, object]:
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder. Give the folder that solve left its results in.")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            f"{folder}: no {MANIFEST} in it. Give the folder of a finished run, or points/<budget> of a comparison."
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / MANIFEST}: cannot be read ({error}).") from error
    return manifest if isinstance(manifest, dict) else {}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def trained_in(folder: Path) -> dict[tuple[str, int], float]:
    """People who begin training in the plan of a run, by country and year; none where its case has no sheet Workforce."""
    path = folder / TABLES / _WORKFORCE
    if not path.is_file():
        return {}
    begun = {(row["country"], int(row["year"])): float(row["begin_training"]) for row in _rows(path)}
    return {key: people for key, people in begun.items() if people > 0.0}


def _package_in(folder: Path) -> dict[tuple[str, int, str], float] | None:
    """Packages of a run; None where its case has no instruments."""
    path = folder / TABLES / _PACKAGES
    if not path.is_file():
        return None
    return {
        (row["project"], int(row["funded_year"]), row["instrument"]): float(row["amount"])
        / (1.0 if Kind(row["kind"]).is_capital else T_PER_KT)
        for row in _rows(path)
    }


def _by_stock(rows: list[dict[str, str]], name: str) -> dict[tuple[str, int], float]:
    """Kilotonnes by stock and year."""
    return {
        ("|".join((r["material"], r["country"], "allied" if r["allied"] == "yes" else "open")), int(r["year"])): float(
            r[name] or 0.0
        )
        / T_PER_KT
        for r in rows
    }
