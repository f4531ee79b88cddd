"""Totals of public support, as the manifest has them: added up from the tables of a plan."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from models.instance import BASE, Instance
from models.instruments import Kind
from optimizer.report.rounding import LEAST_MUSD, musd
from optimizer.units import T_PER_KT

# Below that a present value is nothing: a table shows it so.
NOTHING_MUSD = 0.05
_DIGITS = 6


def money_totals(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> dict[str, object]:
    """Return the block ``money`` of the manifest; nothing without instruments.

    ``magnets_t``: tonnes of materials that are demanded, made by funded plants in the base, all years; ``public_usd_per_kg``: the
    public money for plants by that. ``lent_to_failing_musd``: face of public loans to firms that miss their hurdle rate in the
    crash, which are no part of ``contingent_musd``; None without a crash deck.
    """
    finance = instance.finance
    if finance is None:
        return {}
    packages, firms, liability = tables["packages"], tables["viability"], tables["liability"]
    charge, private = float(packages["charge_musd"].sum()), float(firms["private_musd"].sum())
    outlay, made_t = float(tables["portfolio"]["public_outlay_musd"].sum()), _made_t(instance, tables["runs"])
    totals: dict[str, object] = {
        "funded": len(firms),
        "supported": int(packages["project"].nunique()),
        "planning_deck": finance.planning_deck,
        "crash_deck": finance.crash_deck,
        "charge_musd": musd(charge),
        "charge_by_kind_musd": _by_kind(packages, "charge_musd", list(Kind)),
        "face_musd": _by_kind(packages, "amount", [Kind.LOAN, Kind.GUARANTEE]),
        "receipts_musd": musd(float(packages["receipts_musd"].sum())),
        "contingent_musd": musd(float(packages["contingent_musd"].sum())),
        "max_contingent_musd": finance.max_contingent_musd,
        "planned_liability_musd": musd(float(liability["planning_musd"].sum())),
        "worst_liability": _worst(liability),
        "lent_to_failing_musd": None if finance.crash_deck is None else musd(_lent(packages, failing(firms))),
        "public_capital_musd": musd(float(firms["public_capital_musd"].sum())),
        "private_musd": musd(private),
        "leverage": round(_beside(firms) / charge, _DIGITS) if charge > LEAST_MUSD else None,
        "magnets_t": round(made_t, 4) + 0.0,
        "public_usd_per_kg": round(outlay / (made_t / T_PER_KT), _DIGITS) if made_t > 0.0 else None,
    }
    return {"money": totals}


def failing(firms: pd.DataFrame) -> pd.DataFrame:
    """Firms that miss their hurdle rate in the crash, whatever their package; there must be a crash deck."""
    return firms[firms["npv_crash_musd"] < -NOTHING_MUSD]


def _lent(packages: pd.DataFrame, firms: pd.DataFrame) -> float:
    """Public loans to some firms."""
    loans = packages[packages["kind"] == Kind.LOAN]
    return float(loans.loc[loans["project"].isin(firms["project"]), "amount"].sum())


def _beside(firms: pd.DataFrame) -> float:
    """Private capital beside public money: of projects that are charged for; others need none of it."""
    return float(firms.loc[firms["charge_musd"] > 0.0, "private_musd"].sum())


def _by_kind(packages: pd.DataFrame, column: str, kinds: list[Kind]) -> dict[str, float]:
    """Sums by kind of instrument; kinds that no package has are left out."""
    sums = packages.groupby("kind")[column].sum()
    return {str(kind): musd(float(sums[str(kind)])) for kind in kinds if str(kind) in sums.index}


def _worst(liability: pd.DataFrame) -> dict[str, object] | None:
    """The year in which most has to be paid if prices crash: the first of equal ones."""
    due = liability.groupby("year")["crash_musd"].sum()
    if due.empty or not due.max() > 0.0:
        return None
    return {"year": int(str(due.idxmax())), "crash_musd": musd(float(due.max()))}


def _made_t(instance: Instance, runs: pd.DataFrame) -> float:
    """Tonnes of demanded materials that funded plants make in the base, all years."""
    final = {demand.material for demand in instance.demands.values()}
    yields = {
        (p, recipe.name): sum(x for k, x in recipe.outputs.items() if k in final)
        for p, project in instance.candidates.items()
        for recipe in instance.recipes_of.get(project.process, ())
    }
    base = runs[runs["scenario"] == BASE]
    made = (yields.get((p, q), 0.0) * x for p, q, x in zip(base["project"], base["recipe"], base["run_t"], strict=True))
    return float(sum(made))
