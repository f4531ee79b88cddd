"""Synthetic cases of three sizes, from a seed: input folders of the contract that look like a real chain.

    python tests/benchmarks/synthetic.py S --seed 1 --out FOLDER

The same size and seed give the same bytes. The setting ``budget_musd`` is the middle budget; ``budgets`` gives the tight and
the loose one too. Even seeds have only that budget of the whole horizon and no minimum utilization; odd seeds have the yearly
pots of three funders and a minimum utilization besides.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from pathlib import Path

from synthetic_chain import (
    ALLIES,
    BY_NAME,
    FIRST_YEAR,
    IMPORTS,
    MATERIALS,
    RAMPS,
    RECIPES,
    SECTORS,
    SUPPLIER,
    TRUSTED,
)
from synthetic_plants import OVERBUILD, SIZES, Row, Size, candidates, shares, standing_plants

MIDDLE_SHARE = 0.40  # of the public money that the last year's lack would take
BUDGETS = {"tight": 0.4, "middle": 1.0, "loose": 1.8}
POTS_OVER_BUDGET = 1.9  # all pots together: the total binds over the horizon, the pots in their years


def main() -> None:
    """Write one case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    write_case(asked.out, asked.size, asked.seed)
    print(", ".join(f"{name} {musd:,.0f} MUSD" for name, musd in budgets(asked.size, asked.seed).items()))


def write_case(folder: Path, size: str, seed: int, all_years: bool = False) -> None:
    """Write the case as a folder of CSV files; ``all_years``: losses are checked in every year that they last."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Budgets.csv").unlink(missing_ok=True)  # Of an odd seed that was written here before.
    left_out = {"check_years"} if all_years else set()
    for sheet, rows in make_case(size, seed).items():
        columns = [name for name in dict.fromkeys(name for row in rows for name in row) if name not in left_out]
        with (folder / f"{sheet}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def budgets(size: str, seed: int) -> dict[str, float]:
    """Return the tight, the middle and the loose budget, MUSD."""
    value = {row["setting"]: row["value"] for row in make_case(size, seed)["Settings"]}
    return {name: float(round(share * float(str(value["budget_musd"])))) for name, share in BUDGETS.items()}


def make_case(size: str, seed: int) -> dict[str, list[Row]]:
    """Return the sheets as rows."""
    dice, shape = random.Random(f"{size}-{seed}"), SIZES[size]
    plants, choice = standing_plants(dice, shape), candidates(dice, shape, must_run=seed % 2 == 1)
    middle = _middle_musd(choice)
    case = {
        "Settings": _settings(shape, middle),
        "Countries": _countries(shape),
        "Materials": _table(MATERIALS),
        "Recipes": _table(RECIPES),
        "Ramps": _table(RAMPS),
        "Projects": plants + choice,
        "Demand": _demand(dice, shape),
        "Imports": _imports(shape),
        "Routes": _routes(shape),
        "Stockpiles": _stockpiles(shape),
        "Redundancy": _redundancy(shape),
        "Disruptions": _disruptions(shape, plants + choice),
    }
    return case | ({"Budgets": _pots(shape, middle)} if seed % 2 else {})


def _table(text: str) -> list[Row]:
    header, *lines = [line.strip().split(",") for line in text.strip().splitlines()]
    return [dict(zip(header, line, strict=True)) for line in lines]


# ---------------------------------------------------------------- places and money


def _settings(shape: Size, middle: float) -> list[Row]:
    values = {
        "first_year": FIRST_YEAR,
        "last_year": shape.last_year,
        "price_year": FIRST_YEAR - 1,
        "discount_rate": 0.05,
        "objective": "coverage",
        "budget_musd": middle,
        "resilience_measure": "average",
        "resilience_weight": 1,
        "default_transport_usd_per_kg": 0.6,
        "capex_charge": "full",
        "coverage_gap_points": 0.1,
        "cost_gap": 0.01,
        "time_limit_s": 60,
        "handling_mark": "Invented case - no real country, company or plant",
    }
    return [{"setting": name, "value": value} for name, value in values.items()]


def _countries(shape: Size) -> list[Row]:
    allies = [{"country": code, "name": name, "ally": "yes"} for code, name in ALLIES[: shape.countries - 2]]
    others = [
        {"country": TRUSTED[0], "name": TRUSTED[1], "ally": "no", "trusted": "yes"},
        {"country": SUPPLIER[0], "name": SUPPLIER[1], "ally": "no", "trusted": "no"},
    ]
    return allies + others


def _middle_musd(choice: list[Row]) -> float:
    """Part of the public money that the last year's lack would take, at the average cost of the candidates."""
    public = sum(float(str(row["capex_musd"])) * float(str(row["public_share"])) for row in choice)
    return float(round(MIDDLE_SHARE * public / OVERBUILD, -1))


def _pots(shape: Size, middle: float) -> list[Row]:
    """Yearly pots of three funders, released in the first two thirds of the horizon; what is left carries over."""
    half = len(shape.allies) // 2
    funders = {
        "Western fund": (0.40, shape.allies[: half + 1], ()),
        "Eastern fund": (0.32, shape.allies[half - 1 :], ()),
        "Common facility": (0.28, (*shape.allies, TRUSTED[0]), ("mining", "separation", "metallization", "stockpile")),
    }
    years = range(FIRST_YEAR, FIRST_YEAR + 2 * shape.years // 3)
    return [
        {
            "funder": funder,
            "budget_musd": round(POTS_OVER_BUDGET * middle * share / len(years)),
            "year": year,
            "carry_over": "yes",
            "countries": ";".join(countries),
            "stages": ";".join(stages),
        }
        for funder, (share, countries, stages) in funders.items()
        for year in years
    ]


# ---------------------------------------------------------------- demand, imports, routes, stocks


def _demand(dice: random.Random, shape: Size) -> list[Row]:
    """Sectors in three to six countries each, in both grades; it grows faster in the second half."""
    rows = []
    for sector, (priority, allied, share, growth, high) in SECTORS.items():
        homes = dice.sample(shape.allies, min(len(shape.allies), 3 if allied else 4 + shape.countries // 6))
        for country, tonnes in shares(dice, homes, share * shape.demand_t):
            for material, part in (("mag_std", 1 - high), ("mag_high", high)):
                for year, factor in (
                    (FIRST_YEAR, 1.0),
                    (shape.mid_year, (1 + growth) / 2.1),
                    (shape.last_year, growth),
                ):
                    rows.append({
                        "sector": sector,
                        "country": country,
                        "material": material,
                        "year": year,
                        "demand_t": round(tonnes * part * factor),
                        "priority": priority,
                        "allied_only": "yes" if allied else "no",
                    })  # fmt: skip
    return rows


def _imports(shape: Size) -> list[Row]:
    """The supplier sells less every year; the trusted miner sells a little concentrate."""
    rows = [
        {"supplier": SUPPLIER[0], "material": material, "year": year, "max_t": round(share * shape.demand_t),
         "price_usd_per_kg": price}
        for material, (early, late, price) in IMPORTS.items()
        for year, share in ((FIRST_YEAR, early), (shape.last_year, late))
    ]  # fmt: skip
    own = {"supplier": TRUSTED[0], "material": "conc_light", "year": FIRST_YEAR, "price_usd_per_kg": 7}
    return [*rows, own | {"max_t": round(0.15 * shape.demand_t)}]


def _routes(shape: Size) -> list[Row]:
    allies = shape.allies
    return [
        {"material": "conc_light", "from": "*", "to": "*", "cost_usd_per_kg": 0.2, "allowed": "yes"},
        {"material": "conc_clay", "from": "*", "to": "*", "cost_usd_per_kg": 0.3, "allowed": "yes"},
        {"material": "mag_high", "from": allies[0], "to": allies[1], "cost_usd_per_kg": 0.3, "allowed": "yes"},
        {"material": "ndpr_met", "from": allies[2], "to": allies[3], "cost_usd_per_kg": 1.5, "allowed": "yes"},
        {"material": "scrap", "from": allies[1], "to": "*", "allowed": "no"},
    ]


def _stockpiles(shape: Size) -> list[Row]:
    size = shape.demand_t
    return [
        {"material": "dy_ox", "country": shape.allies[0], "opening_t": round(0.002 * size), "max_t": round(0.01 * size),
         "purchase_usd_per_kg": 300, "holding_usd_per_kg_year": 3, "base_draw": "no", "allied": "no"},
        {"material": "mag_high", "country": shape.allies[1], "opening_t": round(0.005 * size), "max_t": round(0.03 * size),
         "purchase_usd_per_kg": 95, "holding_usd_per_kg_year": 1, "base_draw": "no", "allied": "yes"},
    ]  # fmt: skip


# ---------------------------------------------------------------- redundancy and losses


def _redundancy(shape: Size) -> list[Row]:
    """Ask for one country more than the standing plants have; a fifth of the usual size counts."""
    wanted = shape.standing + 1
    magnet, metal = BY_NAME["magnet"], BY_NAME["metal_light"]
    return [
        {"rule": f"Magnets: {wanted} countries", "stage": "magnet", "from_year": shape.mid_year,
         "min_countries": wanted, "min_projects": wanted + 1, "min_capacity_t_per_year": magnet.usual_t / 5},
        {"rule": f"NdPr metal: {wanted} countries", "material": "ndpr_met", "from_year": shape.mid_year,
         "min_countries": wanted, "min_projects": wanted, "min_capacity_t_per_year": metal.usual_t / 5},
    ]  # fmt: skip


def _disruptions(shape: Size, projects: list[Row]) -> list[Row]:
    """Lose the supplier, for good and for a time; each ally; the largest parks and standing plants."""
    start, last = FIRST_YEAR + 4, shape.last_year
    sampled = f"{start};{(start + last) // 2};{last}"
    rows = [
        {"scenario": "EMBARGO", "kind": "lose_supplier", "target": SUPPLIER[0], "from_year": start,
         "check_years": sampled, "weight": 1},
        {"scenario": "EMBARGO-EARLY", "kind": "lose_supplier", "target": SUPPLIER[0], "from_year": start - 2, "years": 3,
         "severity": 0.7, "check_years": f"{start - 2}-{start}", "weight": 1},
        {"scenario": "COUNTRY", "kind": "lose_country", "target": "each", "from_year": start, "check_years": sampled,
         "weight": 1},
    ]  # fmt: skip
    sites = _largest_sites(projects)[: shape.scenarios - 1 - 2 - len(shape.allies)]
    return rows + [
        {"scenario": f"SITE-{site}", "kind": "lose_project", "target": site, "from_year": start, "check_years": sampled,
         "weight": 1}
        for site in sites
    ]  # fmt: skip


def _largest_sites(projects: list[Row]) -> list[str]:
    """Sites with something of the chain standing, by the magnets that it could serve at its stages together."""
    weight: dict[str, float] = defaultdict(float)
    for row in projects:
        process = BY_NAME[str(row["process"])]
        if row["status"] != "candidate" and process.stage != "recycling":
            weight[str(row["site"] or row["project"])] += float(str(row["capacity_t_per_year"])) / process.need
    return sorted(weight, key=lambda site: (-weight[site], site))


if __name__ == "__main__":
    main()
