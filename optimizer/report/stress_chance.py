"""What the draws of the uncertain say: how coverage spreads, how likely the target is, what matters most. Pure tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from optimizer.report.rounding import Rows, musd, tonnes, yes_no
from optimizer.report.stressed import Stressed
from optimizer.stress_jobs import DrawResult

WHOLE = "all years"
_SHARES = (("p05", 5), ("p25", 25), ("p50", 50), ("p75", 75), ("p95", 95))
_DIGITS = 7
_MONEY = "capex_musd"


def covered(stressed: Stressed, draw: DrawResult, sector: str, years: Sequence[int]) -> float | None:
    """Share of a sector's demand of some years that a draw serves; None without demand."""
    demand = sum(draw.demand_kt[sector, t] for t in years)
    short = sum(draw.short_kt[sector, t] for t in years)
    return None if demand <= 0.0 else min(1.0, max(0.0, 1.0 - short / demand))


def planned(stressed: Stressed, sector: str, years: Sequence[int]) -> float | None:
    """The same with every figure as the workbook has it."""
    demand = sum(stressed.demand_kt[sector, t] for t in years)
    short = sum(stressed.base[t].short_kt[sector] for t in years)
    return None if demand <= 0.0 else min(1.0, max(0.0, 1.0 - short / demand))


def chance_rows(stressed: Stressed) -> Rows:
    """By sector: every year, then all years together, whose probability is that the target is met in every one of them."""
    rows: Rows = []
    for sector in stressed.sectors if stressed.draws else ():
        met = np.ones(len(stressed.draws), dtype=bool)
        for t in stressed.years:
            values = [x for draw in stressed.draws if (x := covered(stressed, draw, sector, (t,))) is not None]
            if len(values) < len(stressed.draws):
                continue  # Nothing is demanded in that year.
            hit = np.array(values) >= stressed.target - 1e-9
            met &= hit
            rows.append(_spread(stressed, sector, t, values, planned(stressed, sector, (t,)), float(hit.mean())))
        whole = [x for draw in stressed.draws if (x := covered(stressed, draw, sector, stressed.years)) is not None]
        if whole:
            rows.append(
                _spread(stressed, sector, WHOLE, whole, planned(stressed, sector, stressed.years), float(met.mean()))
            )
    return rows


def _spread(
    stressed: Stressed, sector: str, year: object, values: Sequence[float], as_planned: float | None, probability: float
) -> dict[str, object]:
    return {
        "sector": stressed.sector(sector),
        "year": year,
        "planned": None if as_planned is None else round(as_planned, _DIGITS),
        "mean": round(float(np.mean(values)), _DIGITS),
        "lowest": round(min(values), _DIGITS),
        **{name: round(float(np.percentile(values, at)), _DIGITS) for name, at in _SHARES},
        "highest": round(max(values), _DIGITS),
        "target": stressed.target,
        "probability": round(probability, _DIGITS),
    }


def money_rows(stressed: Stressed) -> Rows:
    """Capital, public outlay, and what pots and budget cannot pay."""
    if not stressed.draws:
        return []
    overrun = stressed.overrun
    outlay = sum(overrun.planned_musd.values())
    budget = overrun.budget_musd
    measures = {
        "capex_musd": (overrun.capex_musd, [draw.capex_musd for draw in stressed.draws]),
        "outlay_musd": (outlay, [draw.outlay_musd for draw in stressed.draws]),
        "unpaid_by_pots_musd": (
            sum(overrun.unpaid_planned_musd.values()),
            [draw.unpaid_musd for draw in stressed.draws],
        ),
    }
    if budget is not None:
        over = [max(0.0, draw.outlay_musd - budget) for draw in stressed.draws]
        measures["over_total_budget_musd"] = (max(0.0, outlay - budget), over)
    return [
        {
            "measure": name,
            "planned": musd(as_planned),
            "mean": musd(float(np.mean(values))),
            "lowest": musd(min(values)),
            **{x: musd(float(np.percentile(values, at))) for x, at in (("p05", 5), ("p50", 50), ("p95", 95))},
            "highest": musd(max(values)),
        }
        for name, (as_planned, values) in measures.items()
    ]


def ranking_rows(stressed: Stressed) -> Rows:
    """Spearman's rank correlation of every variable with the share served of each sector in all years, the largest first.

    ``clear``: larger than chance alone gives in 19 of 20 cases, 1.96 / sqrt(draws - 1).
    """
    rows: Rows = []
    count = len(stressed.draws)
    for sector in stressed.sectors if count > 2 else ():
        served = [covered(stressed, draw, sector, stressed.years) for draw in stressed.draws]
        if any(x is None for x in served):
            continue
        # Less than a millionth of a share is noise of the solver: equal.
        outcome = np.round(np.array(served, dtype=float), 6)
        found = [
            (variable.name, _rank_correlation([draw.values[n] for draw in stressed.draws], outcome))
            for n, variable in enumerate(stressed.variables)
            if variable.column != _MONEY  # What capital costs moves no flow of a plan that is held.
        ]
        for name, value in sorted(found, key=lambda x: (-abs(x[1]), x[0])):
            clear = abs(value) > 1.96 / (count - 1) ** 0.5
            rows.append(
                {"variable": name, "sector": stressed.sector(sector), "rank_correlation": value, "clear": yes_no(clear)}
            )
    return rows


def _rank_correlation(values: Sequence[float], outcome: np.ndarray) -> float:
    """0 where one of the two does not vary."""
    if len(set(values)) < 2 or outcome.min() == outcome.max():
        return 0.0
    return round(float(np.corrcoef(rankdata(values), rankdata(outcome))[0, 1]), 6) + 0.0


def draw_rows(stressed: Stressed) -> Rows:
    """Every draw: share served in all years by sector, and money."""
    return [
        {
            "draw": n,
            "sector": stressed.sector(sector),
            "coverage": None if (x := covered(stressed, draw, sector, stressed.years)) is None else round(x, _DIGITS),
            "weighted_short_t": tonnes(draw.weighted_kt),
            "capex_musd": musd(draw.capex_musd),
            "outlay_musd": musd(draw.outlay_musd),
            "unpaid_musd": musd(draw.unpaid_musd),
        }
        for n, draw in enumerate(stressed.draws, start=1)
        for sector in stressed.sectors
    ]


def value_rows(stressed: Stressed) -> Rows:
    """What was drawn."""
    return [
        {"draw": n, "variable": variable.name, "value": round(value, 9)}
        for n, draw in enumerate(stressed.draws, start=1)
        for variable, value in zip(stressed.variables, draw.values, strict=True)
    ]
