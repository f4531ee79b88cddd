"""What the draws of the uncertain say: how coverage spreads, how likely the target is, what matters most. Pure tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, rankdata

from optimizer.report.rounding import Rows, musd, tonnes, yes_no
from optimizer.report.stressed import Stressed, missing_musd
from optimizer.stress_jobs import DrawResult

WHOLE = "all years"
_SHARES = (("p05", 5), ("p25", 25), ("p50", 50), ("p75", 75), ("p95", 95))
_DIGITS = 7
_EPS = 1e-9  # Of a share: rounding.
_MONEY = "capex_musd"
_BY_CHANCE = 0.05  # How often chance alone may make any figure of the ranking clear.


def covered(stressed: Stressed, draw: DrawResult, sector: str, years: Sequence[int]) -> float | None:
    """Share of a sector's demand of some years that a draw serves; None without demand."""
    demand = sum(draw.demand_kt[sector, t] for t in years)
    short = sum(draw.short_kt[sector, t] for t in years)
    return None if demand <= 0.0 else min(1.0, max(0.0, 1.0 - short / demand))


def lowest(stressed: Stressed, draw: DrawResult, sector: str) -> tuple[float, int] | None:
    """The lowest such share of a year, and the first year that has it; None without demand."""
    shares = [(x, t) for t in stressed.years if (x := covered(stressed, draw, sector, (t,))) is not None]
    return min(shares, default=None)


def meets(stressed: Stressed, draw: DrawResult, sector: str) -> bool:
    """Whether a draw meets the target in every year."""
    least = lowest(stressed, draw, sector)
    return least is None or least[0] >= stressed.target - _EPS


def planned(stressed: Stressed, sector: str, years: Sequence[int]) -> float | None:
    """The same with every figure as the workbook has it."""
    demand = sum(stressed.demand_kt[sector, t] for t in years)
    short = sum(stressed.base[t].short_kt[sector] for t in years)
    return None if demand <= 0.0 else min(1.0, max(0.0, 1.0 - short / demand))


def chance_rows(stressed: Stressed) -> Rows:
    """By sector: every year, then all years together, whose probability is that the target is met in every one of them."""
    rows: Rows = []
    for sector in stressed.sectors if stressed.draws else ():
        for t in stressed.years:
            values = [x for draw in stressed.draws if (x := covered(stressed, draw, sector, (t,))) is not None]
            if len(values) < len(stressed.draws):
                continue  # Nothing is demanded in that year.
            hit = np.array(values) >= stressed.target - _EPS
            rows.append(_spread(stressed, sector, t, values, planned(stressed, sector, (t,)), float(hit.mean())))
        whole = [x for draw in stressed.draws if (x := covered(stressed, draw, sector, stressed.years)) is not None]
        if whole:
            met = float(np.mean([meets(stressed, draw, sector) for draw in stressed.draws]))
            rows.append(_spread(stressed, sector, WHOLE, whole, planned(stressed, sector, stressed.years), met))
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
            missing_musd(sum(overrun.unpaid_planned_musd.values())),
            [missing_musd(draw.unpaid_musd) for draw in stressed.draws],
        ),
    }
    if budget is not None:
        over = [missing_musd(draw.outlay_musd - budget) for draw in stressed.draws]
        measures["over_total_budget_musd"] = (missing_musd(outlay - budget), over)
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
    """Spearman's rank correlation of every figure with the share served of each sector in all years, the largest first.

    Figures of a group rise and fall together, so that they are one. ``clear``: at least ``clear_from``.
    """
    rows: Rows = []
    least, ranked = clear_from(stressed), _ranked(stressed)
    for sector in stressed.sectors if least is not None else ():
        served = [covered(stressed, draw, sector, stressed.years) for draw in stressed.draws]
        if any(x is None for x in served):
            continue
        # Less than a millionth of a share is noise of the solver: equal.
        outcome = np.round(np.array(served, dtype=float), 6)
        found = [
            (figure, _rank_correlation([draw.values[figure.place] for draw in stressed.draws], outcome))
            for figure in ranked
        ]
        for figure, value in sorted(found, key=lambda x: (-abs(x[1]), x[0].name)):
            rows.append(
                {
                    "variable": figure.name,
                    "members": "; ".join(figure.members),
                    "sector": stressed.sector(sector),
                    "rank_correlation": value,
                    "clear": yes_no(abs(value) >= (least or 0.0)),
                }
            )
    return rows


@dataclass(frozen=True)
class Ranked:
    """A figure of the ranking: a variable, at its ``place`` among them, or a group with its ``members``."""

    name: str
    place: int
    members: tuple[str, ...] = ()


def _ranked(stressed: Stressed) -> list[Ranked]:
    """The figures that may move flows, of a group its first; what capital costs moves none of a plan that is held."""
    groups: dict[object, list[int]] = {}
    for n, variable in enumerate(stressed.variables):
        if variable.column != _MONEY:
            groups.setdefault(variable.group or n, []).append(n)
    found = []
    for group, places in groups.items():
        first = next((n for n in places if not stressed.variables[n].against), places[0])
        names = tuple(
            f"{stressed.variables[n].name}{' (against)' if stressed.variables[n].against else ''}" for n in places
        )
        alone = len(places) == 1
        found.append(
            Ranked(stressed.variables[first].name if alone else f"group {group}", first, () if alone else names)
        )
    return found


def figures_ranked(stressed: Stressed) -> int:
    """How many figures are looked at side by side: those that differ among the draws."""
    return sum(len({draw.values[figure.place] for draw in stressed.draws}) > 1 for figure in _ranked(stressed))


def clear_from(stressed: Stressed) -> float | None:
    """The rank correlation from which a figure is clear; None with too few draws.

    With n draws chance alone gives a figure about 1 / sqrt(n - 1). Of many figures looked at some will be larger by chance, so
    that each is asked for so much that in 19 of 20 cases none of them is (Bonferroni).
    """
    count, figures = len(stressed.draws), figures_ranked(stressed)
    if count <= 2 or not figures:
        return None
    return float(norm.ppf(1.0 - _BY_CHANCE / (2.0 * figures))) / (count - 1) ** 0.5


def _rank_correlation(values: Sequence[float], outcome: np.ndarray) -> float:
    """0 where one of the two does not vary."""
    if len(set(values)) < 2 or outcome.min() == outcome.max():
        return 0.0
    return round(float(np.corrcoef(rankdata(values), rankdata(outcome))[0, 1]), 6) + 0.0


def draw_rows(stressed: Stressed) -> Rows:
    """Every draw: share served by sector, in all years and in the lowest one, and money."""
    return [
        _draw_row(stressed, n, draw, sector)
        for n, draw in enumerate(stressed.draws, start=1)
        for sector in stressed.sectors
    ]


def _draw_row(stressed: Stressed, n: int, draw: DrawResult, sector: str) -> dict[str, object]:
    whole, least = covered(stressed, draw, sector, stressed.years), lowest(stressed, draw, sector)
    return {
        "draw": n,
        "sector": stressed.sector(sector),
        "coverage": None if whole is None else round(whole, _DIGITS),
        "lowest_coverage": None if least is None else round(least[0], _DIGITS),
        "lowest_year": None if least is None else least[1],
        "weighted_short_t": tonnes(draw.weighted_kt),
        "capex_musd": musd(draw.capex_musd),
        "outlay_musd": musd(draw.outlay_musd),
        "unpaid_musd": musd(draw.unpaid_musd),
    }


def value_rows(stressed: Stressed) -> Rows:
    """What was drawn."""
    return [
        {"draw": n, "variable": variable.name, "value": round(value, 9)}
        for n, draw in enumerate(stressed.draws, start=1)
        for variable, value in zip(stressed.variables, draw.values, strict=True)
    ]
