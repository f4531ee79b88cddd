"""Redundancy rules that start before the plants then standing and the earliest candidates could meet them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from optimizer.cells import Record
from optimizer.checks.content import Content, tonnes, year_spans
from optimizer.checks.reach import Plant, Reach, read_reach, sum_by
from optimizer.findings import Finding

_ROUNDING = 1e-6


def redundancy_findings(content: Content) -> Iterator[Finding]:
    """Yield rules that no plan can meet in some of their years, with the count and the tonnes."""
    reach = read_reach(content) if content.rows("Redundancy") else None
    if reach is None:
        return
    for row in content.rows("Redundancy"):
        per_t = _tonnes_counted(content, reach, row)
        plants = [
            plant for plant in reach.plants if plant.country in reach.allies and per_t.get(plant.process, 0.0) > 0
        ]
        years = [year for year in reach.years if year >= (row.year("from_year") or reach.years[0])]
        yield from _counts(content, row, plants, years, per_t)
        yield from _shares(content, row, plants, years, per_t)


def _tonnes_counted(content: Content, reach: Reach, row: Record) -> dict[str, float]:
    """Return what a tonne of activity of each process counts under a rule."""
    stage, material = row.text("stage"), row.text("material")
    if stage:
        return {r.text("process"): 1.0 for r in content.rows("Recipes") if r.text("stage") == stage}
    largest: dict[str, float] = defaultdict(float)
    for recipe in reach.recipes:
        largest[recipe.process] = max(largest[recipe.process], recipe.outputs.get(material, 0.0))
    return largest


def _counts(
    content: Content, row: Record, plants: list[Plant], years: list[int], per_t: dict[str, float]
) -> Iterator[Finding]:
    least = row.number_or("min_capacity_t_per_year", 1.0)
    keys: dict[str, tuple[str, Callable[[Plant], str]]] = {
        "min_countries": ("allied countries", lambda plant: plant.country),
        "min_projects": ("allied projects", _exclusive_name),
    }
    for column, (what, key) in keys.items():
        wanted = row.year(column) or 0
        found = {year: _count(sum_by(_counted_t(plants, year, per_t), key), least) for year in years}
        early = [year for year in years if found[year] < wanted]
        if not early:
            continue
        met = next((year for year in years if year > early[-1]), None)
        problem = (
            f"in {year_spans(early)} at most {found[early[0]]} of the {what} can have {tonnes(least)} t a year, counting the"
            f" plants then standing and all candidates at their earliest; the rule asks for {wanted}"
        )
        remedy = f"Begin the rule in {met}, or ask for less." if met else "Ask for less, or add candidates."
        place = "from_year" if met and "from_year" in row.row.cells else column
        yield content.warning(row, place, "rule_starts_too_early" if met else "cannot_be_met", problem, remedy)


def _exclusive_name(plant: Plant) -> str:
    """Name what counts as one project: the candidates of a group are one, since one at most is funded."""
    return f"group {plant.group}" if plant.group and not plant.standing else f"project {plant.project}"


def _counted_t(plants: list[Plant], year: int, per_t: dict[str, float]) -> list[tuple[Plant, float]]:
    return [(plant, plant.capacity_t(year) * per_t[plant.process]) for plant in plants]


def _count(capacity: dict[str, float], least: float) -> int:
    return sum(1 for amount in capacity.values() if amount >= least * (1 - _ROUNDING))


def _shares(
    content: Content, row: Record, plants: list[Plant], years: list[int], per_t: dict[str, float]
) -> Iterator[Finding]:
    """Yield a country whose standing plants are too large for all that could stand elsewhere."""
    share = row.number("max_country_share")
    if share is None:
        return
    for year in years:
        counted = _counted_t(plants, year, per_t)
        most = sum_by(counted, lambda plant: plant.country)
        for country in sorted(most):
            stands = sum(amount for plant, amount in counted if plant.standing and plant.country == country)
            others = sum(amount for other, amount in most.items() if other != country)
            if stands > share * (stands + others) * (1 + _ROUNDING):
                problem = (
                    f"in {year} the plants standing in {country} have {tonnes(stands)} t a year, and all that could"
                    f" stand elsewhere {tonnes(others)} t: a share of at least {stands / (stands + others):.0%}"
                )
                remedy = "Raise the share, begin the rule later, or add candidates elsewhere."
                yield content.warning(row, "max_country_share", "cannot_be_met", problem, remedy)
                return
