"""The plants of the synthetic cases: what stands, and candidates of unlike size with designs to choose from and ties."""

from __future__ import annotations

import random
from dataclasses import dataclass

from synthetic_chain import ALLIES, FIRST_YEAR, PROCESSES, SECTORS, SPEND, TRUSTED, Process

Row = dict[str, object]
STANDING = 0.5  # of the first year's need: a third of what is needed halfway
OVERBUILD = 1.6  # what could be built, over what the last year lacks


@dataclass(frozen=True)
class Size:
    """How large a case is. ``demand_t``: magnets in the first year; ``standing``: plants of each process."""

    candidates: int
    countries: int
    years: int
    scenarios: int
    demand_t: float
    standing: int
    groups: int
    ties: int

    @property
    def last_year(self) -> int:
        return FIRST_YEAR + self.years - 1

    @property
    def mid_year(self) -> int:
        return FIRST_YEAR + self.years // 2

    @property
    def allies(self) -> tuple[str, ...]:
        return tuple(code for code, _ in ALLIES[: self.countries - 2])


SIZES = {
    "S": Size(60, 8, 12, 14, 24_000, 2, 3, 6),
    "M": Size(100, 10, 15, 18, 45_000, 3, 5, 10),
    "L": Size(150, 12, 15, 26, 80_000, 4, 8, 15),
}


def standing_plants(dice: random.Random, shape: Size) -> list[Row]:
    """Existing plants, the last of each process committed; those of one process stand in different countries."""
    rows = []
    for process in PROCESSES:
        homes = dice.sample(_homes(process, shape)[: shape.standing + 3], shape.standing)
        for n, (country, tonnes) in enumerate(shares(dice, homes, STANDING * process.need * shape.demand_t), start=1):
            committed = n == shape.standing
            rows.append({
                "project": f"{country}-{process.name.upper()}-OLD{n}",
                "country": country,
                "process": process.name,
                "status": "committed" if committed else "existing",
                "capacity_t_per_year": tonnes,
                "opex_usd_per_kg": round(dice.uniform(*process.opex), 1),
                "fixed_opex_musd_per_year": round(_capex(process, tonnes) * 0.02, 2),
                "ramp": process.ramp if committed else "",
                "first_year": FIRST_YEAR + 1 if committed else "",
                "site": _site(dice, country),
            })  # fmt: skip
    return rows


def candidates(dice: random.Random, shape: Size, must_run: bool) -> list[Row]:
    """Candidates of every process: together more than what the last year lacks, so that there is a choice.

    Only those that ``must_run`` have a minimum utilization.
    """
    rows = []
    growth = sum(share * more for _, _, share, more, _ in SECTORS.values())
    lack = shape.demand_t * (growth - STANDING)
    for process, count in _counts(shape).items():
        homes = [dice.choice(_homes(process, shape)) for _ in range(count)]
        for n, (country, tonnes) in enumerate(shares(dice, homes, OVERBUILD * process.need * lack), start=1):
            rows.append(_candidate(dice, shape, process, f"{country}-{process.name.upper()}-{n}", country, tonnes))
    _add_groups(rows, shape, dice)
    _add_ties(rows, shape, dice)
    return rows if must_run else [row | {"min_utilization": ""} for row in rows]


def _counts(shape: Size) -> dict[Process, int]:
    """Candidates by process: the shares rounded down, the rest to the largest remainders."""
    wanted = {process: process.share * shape.candidates for process in PROCESSES}
    counts = {process: int(number) for process, number in wanted.items()}
    largest = sorted(PROCESSES, key=lambda process: counts[process] - wanted[process])
    for process in largest[: shape.candidates - sum(counts.values())]:
        counts[process] += 1
    return counts


def _homes(process: Process, shape: Size) -> list[str]:
    """Where plants may stand: ore lies in every second ally and with the trusted miner."""
    return [*shape.allies[::2], TRUSTED[0]] if process.mines else list(shape.allies)


def shares(dice: random.Random, homes: list[str], total_t: float) -> list[tuple[str, float]]:
    """Split an amount into lumps of unlike size."""
    lumps = [dice.lognormvariate(0.0, 0.55) for _ in homes]
    return [(home, two_digits(total_t * lump / sum(lumps))) for home, lump in zip(homes, lumps, strict=True)]


def _capex(process: Process, tonnes: float) -> float:
    """Twice the plant costs 1.7 times as much."""
    return process.capex * tonnes / 1000.0 * (tonnes / process.usual_t) ** -0.23


def _site(dice: random.Random, country: str) -> str:
    return f"{country}-PARK" if dice.random() < 0.3 else ""


def _candidate(dice: random.Random, shape: Size, process: Process, name: str, country: str, tonnes: float) -> Row:
    lead = dice.choice(process.leads)
    capex = _capex(process, tonnes) * dice.uniform(0.8, 1.3)
    sizable = dice.random() < 0.35
    return {
        "project": name,
        "country": country,
        "process": process.name,
        "status": "candidate",
        "capacity_t_per_year": tonnes,
        "min_capacity_t_per_year": two_digits(tonnes * dice.choice((0.3, 0.4, 0.5, 0.6))) if sizable else "",
        "capex_musd": round(capex, 1),
        "fixed_capex_share": dice.choice((0, 0.1, 0.2, 0.3, 0.4)) if sizable else "",
        "public_share": process.public_share,
        "opex_usd_per_kg": round(dice.uniform(*process.opex), 1),
        "fixed_opex_musd_per_year": round(capex * 0.02, 2),
        "life_years": 20,
        "first_funding_year": FIRST_YEAR + dice.choice((0, 0, 0, 1, 1, 2, 3)),
        "lead_years": lead,
        "spend_profile": SPEND[lead],
        "ramp": process.ramp,
        "min_utilization": dice.choice((0.3, 0.4)),
        "site": _site(dice, country),
    }


def _add_groups(rows: list[Row], shape: Size, dice: random.Random) -> None:
    """Make pairs of neighbours a small and a large design of one plant."""
    pairs = [n for n in range(len(rows) - 1) if rows[n]["process"] == rows[n + 1]["process"]]
    taken: set[int] = set()
    for n in dice.sample(pairs, len(pairs)):
        if len(taken) == 2 * shape.groups:
            return
        if taken & {n, n + 1}:
            continue
        taken |= {n, n + 1}
        small, large = rows[n], rows[n + 1]
        tonnes = two_digits(1.8 * float(str(small["capacity_t_per_year"])))
        capex = round(1.55 * float(str(small["capex_musd"])), 1)
        large |= {"capacity_t_per_year": tonnes, "capex_musd": capex, "min_capacity_t_per_year": ""}
        large |= {"fixed_capex_share": "", "fixed_opex_musd_per_year": round(0.02 * capex, 2)}
        large["country"], large["site"] = small["country"], small["site"]
        large["project"] = f"{small['project']}-LARGE"
        small["group"] = large["group"] = str(small["project"])


def _add_ties(rows: list[Row], shape: Size, dice: random.Random) -> None:
    """Let second phases wait for first ones, and plants for the stage before them in their country."""
    tied = 0
    for n in dice.sample(range(len(rows)), len(rows)):
        row = rows[n]
        order = [process.name for process in PROCESSES]
        near = range(order.index(str(row["process"])) - 2, order.index(str(row["process"])) + 1)
        first = [
            other["project"]
            for other in rows[:n]
            if other["country"] == row["country"]
            and order.index(str(other["process"])) in near
            and "group" not in other
        ]
        if tied < shape.ties and first and "group" not in row:
            row["requires"], tied = dice.choice(first), tied + 1


def two_digits(value: float) -> float:
    """Round to two digits, as announced capacities are."""
    return float(f"{value:.2g}")
