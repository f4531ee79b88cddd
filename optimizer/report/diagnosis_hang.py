"""Tables of a diagnosis: where demand is met from, how concentrated supply is, and what the loss of any one source costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

from optimizer.report.diagnosis import Diagnosis
from optimizer.report.facts import each
from optimizer.report.pools import BOUGHT, STOCK, Year
from optimizer.report.rounding import Rows, share
from optimizer.report.trace import make_up_of
from optimizer.single_losses import COUNTRY, SITE, SUPPLIER
from optimizer.variants import Target

NOT_SERVED = "not served"
KINDS = {COUNTRY: "country", SITE: "site", SUPPLIER: "outside supplier"}
_MOST_HHI = 10_000.0  # One source for everything.
_DUST_T = 1e-3


def met_rows(diagnosis: Diagnosis) -> Rows:
    """Return where what each sector gets was made or bought, year by year, and what it does not get."""
    wanted: dict[tuple[str, str, int], float] = defaultdict(float)
    found: dict[tuple[str, str, int, str, str], float] = defaultdict(float)
    for row in each(diagnosis.facts.base("coverage")):
        wanted[row.sector, row.material, row.year] += row.demand_t
        found[row.sector, row.material, row.year, "", NOT_SERVED] += row.shortfall_t
    for t, year in diagnosis.pools.items():
        for k in sorted({pool[0] for pool, _ in year.served}):
            make_up = make_up_of(year, k)
            for (pool, sector), amount in year.served.items():
                for (country, how, _), part in make_up.get(pool, ()) if pool[0] == k else ():
                    found[sector, k, t, country, how] += part * amount
    return [
        {
            "year": t,
            "sector": sector,
            "material": k,
            "source": source,
            "how": how,
            "t": round(amount, 4) + 0.0,
            "share": share(amount, wanted[sector, k, t]),
        }
        for (sector, k, t, source, how), amount in sorted(found.items())
        if amount > _DUST_T
    ]


# ---------------------------------------------------------------- concentration


def dependence_rows(diagnosis: Diagnosis) -> Rows:
    """Return how concentrated the supply of each stage of material is, by year and stream."""
    facts = diagnosis.facts
    stages = dict.fromkeys(facts.material_stage(k) for k in facts.materials)
    rows: Rows = []
    for stream, materials in diagnosis.streams.items():
        for stage in stages:
            inside = {k for k in materials if facts.material_stage(k) == stage}
            for t in facts.years:
                if found := _concentration(diagnosis.pools[t], inside):
                    rows.append({"year": t, "stage": stage, "stream": stream, **found})
    return rows


def _concentration(year: Year, materials: Iterable[str]) -> dict[str, object]:
    """Shares of countries and of plants in all that is made or bought of some materials; empty where there is nothing."""
    inside = set(materials)
    countries: dict[str, float] = defaultdict(float)
    plants: dict[str, float] = defaultdict(float)
    outside = 0.0
    for ((k, _, _), (country, how, _)), amount in year.entered.items():
        if k in inside and how != STOCK:
            countries[country] += amount
        if k in inside and how == BOUGHT:
            outside += amount
            plants[f"bought from {country}"] += amount
    for (project, (k, _, _)), amount in year.made.items():
        plants[project] += amount if k in inside else 0.0
    total = sum(countries.values())
    if total <= _DUST_T:
        return {}
    country, plant = _largest(countries), _largest(plants)
    return {
        "supply_t": round(total, 4),
        "outside_t": round(outside, 4),
        "outside_share": share(outside, total),
        "hhi_countries": herfindahl(countries),
        "largest_country": country,
        "largest_country_share": share(countries[country], total),
        "hhi_plants": herfindahl(plants),
        "largest_plant": plant,
        "largest_plant_share": share(plants[plant], total),
    }


def herfindahl(amounts: Mapping[str, float]) -> float:
    """Return the Herfindahl index of some amounts: the sum of squared shares, 10,000 for one source of everything.

    >>> herfindahl({"a": 3.0, "b": 1.0})
    6250.0
    """
    total = sum(amounts.values())
    return round(_MOST_HHI * sum((x / total) ** 2 for x in amounts.values()), 3) if total > 0.0 else 0.0


def _largest(amounts: Mapping[str, float]) -> str:
    return min(amounts, key=lambda name: (-round(amounts[name], 6), name))


# ---------------------------------------------------------------- single points of failure


def single_rows(diagnosis: Diagnosis) -> tuple[Rows, Rows]:
    """Return the losses ranked by demand lost, and each of them by sector and year."""
    base = _by_sector(diagnosis.facts.base("coverage"))
    weighted = _weighted(diagnosis.facts.base("coverage"))
    lost: dict[str, pd.DataFrame] = {}
    for part in diagnosis.found.lost:
        lost |= {str(name): rows for name, rows in part.coverage.groupby("scenario", sort=False)}
    points, years = [], list[dict[str, object]]()
    for target in diagnosis.found.targets:
        rows = lost[target.scenario]
        by_sector = _by_sector(rows)
        points.append(_point(diagnosis, target, base, by_sector, _weighted(rows) - weighted))
        years += [
            {
                "kind": KINDS[target.kind],
                "target": target.name,
                "sector": sector,
                "year": t,
                "demand_t": round(base[sector, t][0], 4),
                "served_t": round(served, 4) + 0.0,
                "lost_t": round(base[sector, t][1] - served, 4) + 0.0,
            }
            for (sector, t), (_, served) in sorted(by_sector.items())
        ]
    points.sort(key=lambda row: (-round(float(str(row["lost_weighted_t"])), 2), -float(str(row["lost_t"]))))
    return [{"rank": n, **row} for n, row in enumerate(points, start=1)], years


Served = dict[tuple[str, int], tuple[float, float]]  # (sector, year) -> tonnes wanted, served


def _by_sector(coverage: pd.DataFrame) -> Served:
    sums = coverage.groupby(["sector", "year"])[["demand_t", "served_t"]].sum()
    return {(str(s), int(t)): (float(x), float(y)) for (s, t), x, y in sums.itertuples()}


def _weighted(coverage: pd.DataFrame) -> float:
    return float((coverage["priority"] * coverage["shortfall_t"]).sum())


def _point(
    diagnosis: Diagnosis, target: Target, base: Served, left: Served, lost_weighted_t: float
) -> dict[str, object]:
    lost = {key: base[key][1] - served for key, (_, served) in left.items()}
    by_year: dict[int, float] = defaultdict(float)
    for (_, t), amount in lost.items():
        by_year[t] += amount
    worst = min(by_year, key=lambda t: (-round(by_year[t], 3), t))
    hit = min(lost, key=lambda key: (-round(lost[key] / base[key][0], 6) if base[key][0] else 0.0, key))
    wanted = sum(x for x, _ in base.values())
    return {
        "kind": KINDS[target.kind],
        "target": target.name,
        "name": name_of(diagnosis, target.kind, target.name),
        "lost_weighted_t": round(lost_weighted_t, 3) + 0.0,
        "lost_t": round(sum(lost.values()), 3) + 0.0,
        "lost_share": round(sum(lost.values()) / wanted, 7) + 0.0 if wanted else 0.0,
        "worst_year": worst,
        "worst_year_lost_t": round(by_year[worst], 3) + 0.0,
        "worst_year_served": share(
            sum(y for (_, t), (_, y) in left.items() if t == worst),
            sum(x for (_, t), (x, _) in base.items() if t == worst),
        ),
        "hardest_sector": hit[0],
        "hardest_year": hit[1],
        "hardest_lost_t": round(lost[hit], 3) + 0.0,
        "hardest_before": share(base[hit][1], base[hit][0]),
        "hardest_served": share(left[hit][1], base[hit][0]),
    }


def name_of(diagnosis: Diagnosis, kind: str, target: str) -> str:
    """What is lost, in words."""
    facts = diagnosis.facts
    if kind == SITE:
        country = diagnosis.countries_of_sites.get(target, "")
        return f"{target} ({facts.country(country)})"
    return facts.country(target) if kind == COUNTRY else f"supply from {facts.country(target)}"
