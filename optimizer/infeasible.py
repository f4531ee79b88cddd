"""The elastic answer to an infeasible case, in the planner's words: which limit, which year, by how much, which cell."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.instance import Instance, Pot
from optimizer.cells import Record, records
from optimizer.solve.relief import Relief, must_share
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook

_MOST_NAMED = 6
_DUST = 1e-6  # in tonnes, MUSD or shares: below what is printed

Amounts = Mapping[Any, float]


def explain_infeasible(
    workbook: Workbook, instance: Instance, reliefs: Sequence[Relief], budget_option: float | None = None
) -> list[str]:
    """Return sentences: the limits of one cheapest repair, each with its amount, years and the cell to edit.

    Parameters
    ----------
    workbook, instance
        The case, as cells and as the model took it.
    reliefs
        By how much each limit would have to give.
    budget_option
        The budget of the command line, if one was given: then no cell holds it.
    """
    if not reliefs:
        return ["The case is infeasible, and no repair was found in time. Run check for the limits that cannot be met."]
    by_limit: dict[str, list[Relief]] = defaultdict(list)
    for relief in reliefs:
        by_limit[relief.limit].append(relief)
    sentences: list[str] = []
    for limit, found in by_limit.items():
        match limit:
            case "minimum_coverage_is_served":
                sentences += _base_minima(workbook, instance, found)
            case "minimum_coverage_survives":
                sentences += _loss_minima(workbook, instance, found)
            case "enough_countries" | "enough_projects":
                sentences += _counts(workbook, found, "country" if limit == "enough_countries" else "project")
            case "country_share_within_limit":
                sentences += _shares(workbook, found)
            case "outlay_within_budget":
                sentences += _budget(workbook, instance, found, budget_option)
            case _:
                sentences += _pots(workbook, instance, found)
    several = "One way out with the least change: loosen all of these limits."
    return [
        f"No plan meets all limits. {several if len(sentences) > 1 else 'The way out with the least change:'}",
        *sentences,
    ]


# ---------------------------------------------------------------- what must be served


def _base_minima(workbook: Workbook, instance: Instance, reliefs: Sequence[Relief]) -> list[str]:
    """One sentence for each row of Demand, with the years in which it holds."""
    short: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    rows: dict[int, Record] = {}
    for relief in reliefs:
        d, t, _ = relief.index
        row = _row_in_force(workbook, instance, d, t)
        rows[row.row.number] = row
        short[d, row.row.number][t] = relief.amount
    return [_base_minimum(workbook, instance, d, rows[number], years) for (d, number), years in short.items()]


def _base_minimum(workbook: Workbook, instance: Instance, d: str, row: Record, years: dict[int, float]) -> str:
    demand = instance.demands[d]
    whose, origin = f"{demand.sector} in {demand.country}", " of allied origin" if demand.allied_only else ""
    too_much = f"{_listed(years, lambda kt: f'{_tonnes(kt)} of {demand.material}{origin} too much')}"
    wholly = all(must_share(instance, d, t) > demand.min_coverage[t] for t in years)
    if wholly:
        column = "shortfall_usd_per_kg" if "shortfall_usd_per_kg" in workbook.table("Demand").letters else "demand_t"
        remedy = "Give tonnes short a price (shortfall_usd_per_kg), or lower demand_t."
        return (
            f"{_address(workbook, row, column)}: {whose} must be served in full, having no price: {too_much}. {remedy}"
        )
    least = min(demand.min_coverage[t] - amount / demand.demand_kt[t] for t, amount in years.items())
    place = _address(workbook, row, "min_coverage")
    asked = row.number_or("min_coverage", 0.0)
    return f"{place}: min_coverage {asked:g} of {whose} asks for {too_much}. Lower it to {_down(least)}."


def _row_in_force(workbook: Workbook, instance: Instance, d: str, t: int) -> Record:
    """The row of Demand whose minimum and price hold in a year."""
    demand = instance.demands[d]
    key = (demand.sector, demand.country, demand.material, demand.allied_only)
    rows = [
        row
        for row in records(workbook, "Demand")
        if (row.text("sector"), row.text("country"), row.text("material"), row.flag("allied_only", False)) == key
        and (row.year("year") or 0) <= t
    ]
    return max(rows, key=lambda row: row.year("year") or 0)


def _loss_minima(workbook: Workbook, instance: Instance, reliefs: Sequence[Relief]) -> list[str]:
    """One sentence for each row of Disruptions, with the losses and years in which it cannot hold."""
    short: dict[int, dict[object, float]] = defaultdict(dict)
    share: dict[int, float] = defaultdict(lambda: 1.0)
    rows: dict[int, Record] = {}
    for relief in reliefs:
        t, s = relief.index
        scenario = instance.scenarios[s]
        row = _loss_row(workbook, s)
        counted = [x for x in instance.demands.values() if scenario.sector in (None, x.sector)]
        demand = sum(x.demand_kt[t] for x in counted)
        number = row.row.number
        rows[number] = row
        short[number][t if s == row.text("scenario") else f"{t} ({s})"] = relief.amount
        share[number] = min(share[number], (scenario.min_coverage or 0.0) - relief.amount / demand)
    sentences = []
    for number, row in rows.items():
        whose = f"{row.text('scenario')} ({row.text('sector') or 'all sectors'})"
        asked = f"min_coverage {row.number_or('min_coverage', 0.0):g} of {whose}"
        too_much = _listed(short[number], lambda kt: f"{_tonnes(kt)} too much")
        remedy = f"Lower it to {_down(share[number])}, or add plants or stocks."
        sentences.append(f"{_address(workbook, row, 'min_coverage')}: {asked} asks for {too_much}. {remedy}")
    return sentences


def _loss_row(workbook: Workbook, scenario: str) -> Record:
    """The row that made a scenario: by its name, or by ``name:target`` where the row stands for each."""
    rows = list(records(workbook, "Disruptions"))
    exact = [row for row in rows if row.text("scenario") == scenario and row.text("target") != "each"]
    starts = [row for row in rows if row.text("target") == "each" and scenario.startswith(row.text("scenario") + ":")]
    return max(exact or starts, key=lambda row: len(row.text("scenario")))


# ---------------------------------------------------------------- redundancy


def _counts(workbook: Workbook, reliefs: Sequence[Relief], what: str) -> list[str]:
    plural = {"country": "countries", "project": "projects"}[what]
    missing: dict[str, dict[int, float]] = defaultdict(dict)
    for relief in reliefs:
        rule, t = relief.index
        missing[rule][t] = relief.amount
    sentences = []
    for rule, years in missing.items():
        row = _rule_row(workbook, rule)
        column = f"min_{plural}"
        lacks = " and ".join(
            f"{_number(amount)} {what if amount == 1 else plural} from {t}"
            for t, amount in sorted(_steps(years).items())
        )
        lower = f"Lower it to {_number((row.number(column) or 0.0) - max(years.values()))}"
        remedy = f"{lower}, start the rule later (from_year), or let smaller plants count (min_capacity_t_per_year)."
        place = _address(workbook, row, column)
        sentences.append(f"{place}: rule {rule} asks for {row.number(column):g} {plural} and lacks {lacks}. {remedy}")
    return sentences


def _steps(years: Mapping[int, float]) -> dict[int, float]:
    """Keep the years in which an amount changes."""
    steps: dict[int, float] = {}
    before = 0.0
    for t in sorted(years):
        if abs(years[t] - before) > _DUST:
            steps[t] = round(years[t], 6)
        before = years[t]
    return steps


def _shares(workbook: Workbook, reliefs: Sequence[Relief]) -> list[str]:
    excess: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    needed: dict[str, float] = defaultdict(float)
    for relief in reliefs:
        rule, country, t = relief.index
        excess[rule, country][t] = relief.amount
        share = _rule_row(workbook, rule).number_or("max_country_share", 1.0)
        needed[rule] = max(needed[rule], share + relief.amount / (relief.whole or relief.amount))
    sentences = []
    for (rule, country), years in excess.items():
        row = _rule_row(workbook, rule)
        place, share = _address(workbook, row, "max_country_share"), row.number_or("max_country_share", 1.0)
        what = f"rule {rule} allows a country {share:.0%} of the capacity, and {country} has"
        too_much = _listed(years, lambda kt: f"{_tonnes(kt)} too much")
        sentences.append(
            f"{place}: {what} {too_much}. Raise it to {_up(min(1.0, needed[rule]))}, or add projects elsewhere."
        )
    return sentences


def _rule_row(workbook: Workbook, rule: str) -> Record:
    return next(row for row in records(workbook, "Redundancy") if row.text("rule") == rule)


# ---------------------------------------------------------------- money


def _budget(
    workbook: Workbook, instance: Instance, reliefs: Sequence[Relief], budget_option: float | None
) -> list[str]:
    more = sum(relief.amount for relief in reliefs)
    budget = instance.budget_musd or 0.0
    short = f"{_musd(more)} too little to keep the other limits. Raise it to {_up(budget + more)}"
    if budget_option is not None:
        return [f"--budget {budget:g} is {short}."]
    row = next((row for row in records(workbook, "Settings") if row.text("setting") == "budget_musd"), None)
    place = "Settings" if row is None else _address(workbook, row, "value")
    return [f"{place}: budget_musd {budget:,.12g} is {short}."]


def _pots(workbook: Workbook, instance: Instance, reliefs: Sequence[Relief]) -> list[str]:
    """Outlays that no pot pays come by country, stage and year: said once per country and stage."""
    unpaid: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for relief in reliefs:
        country, stage, t = relief.index
        unpaid[country, stage][t] = relief.amount
    pots = list(zip(instance.pots.values(), records(workbook, "Budgets"), strict=True))
    return [_unpaid(workbook, pots, country, stage, years) for (country, stage), years in unpaid.items()]


def _unpaid(
    workbook: Workbook, pots: Sequence[tuple[Pot, Record]], country: str, stage: str, years: dict[int, float]
) -> str:
    able = [row for pot, row in pots if any(pot.pays(country, stage, t) for t in years)]
    outlay = f"{_listed(years, _musd)} for {stage} in {country}"
    if not able:
        return f"Budgets: no pot may pay {outlay}. Widen the countries, stages or year of a pot, or add one."
    cells = ", ".join(_address(workbook, row, "budget_musd") for row in able)
    return f"{cells}: {outlay} cannot be paid. Raise {'this pot' if len(able) == 1 else 'one of these pots'}."


# ---------------------------------------------------------------- words


def _address(workbook: Workbook, row: Record, column: str) -> str:
    return f"{row.sheet}!{workbook.table(row.sheet).cell(row.row.number, column)}"


def _tonnes(kt: float) -> str:
    tonnes = kt * T_PER_KT
    return f"{tonnes:,.1f} t" if tonnes >= 0.05 else f"{tonnes:.3g} t"


def _listed(amounts: Amounts, word: Callable[[float], str]) -> str:
    """Write ``12.5 t in 2030-2032 and 17.0 t in 2033``; of many the largest, and how many more there are."""
    items = _joined([(when, word(amount)) for when, amount in amounts.items()])
    if len(items) > _MOST_NAMED:
        largest, most = max(amounts.items(), key=lambda item: item[1])
        return f"{word(sum(amounts.values()))} in all, most in {largest} ({word(most)})"
    words = [f"{told} in {when}" for when, told in items]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _joined(items: Sequence[tuple[Any, str]]) -> list[tuple[str, str]]:
    """Join years that follow each other with the same words into a span."""
    spans: list[tuple[Any, Any, str]] = []
    for when, told in items:
        if spans and isinstance(when, int) and spans[-1][1:] == (when - 1, told):
            spans[-1] = (spans[-1][0], when, told)
        else:
            spans.append((when, when, told))
    return [(str(first) if first == last else f"{first}-{last}", told) for first, last, told in spans]


def _musd(amount: float) -> str:
    return f"{amount:,.1f} MUSD" if amount >= 0.05 else f"{amount:.3g} MUSD"


def _number(amount: float) -> str:
    return f"{amount:.0f}" if abs(amount - round(amount)) < _DUST else f"{amount:.2f}"


def _down(share: float) -> str:
    """A share that surely can be kept: rounded down to a thousandth."""
    return f"{max(0.0, math.floor(share * 1000 + 1e-4) / 1000):g}"


def _up(amount: float) -> str:
    """An amount or share that surely is enough: rounded up to a thousandth."""
    return f"{math.ceil(amount * 1000 - 1e-4) / 1000:,.12g}"
