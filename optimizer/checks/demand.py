"""Demand that no project or import could ever make, and coverage above what all of them together could serve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from optimizer.cells import Record
from optimizer.checks.content import Content, joined, tonnes, year_spans
from optimizer.checks.reach import NOTHING_T, Reach, Recipe, read_reach
from optimizer.checks.series import Series, all_series
from optimizer.findings import Finding

_ROUNDING = 1e-6


def demand_findings(content: Content) -> Iterator[Finding]:
    """Yield demand that cannot be served, by material, origin and year.

    All of these are warnings: a demand may be short, and where it may not the solve ends with an explanation.
    """
    reach = read_reach(content)
    if reach is None:
        return
    by_material: dict[tuple[str, bool], list[Series]] = defaultdict(list)
    for series in all_series(content.rows("Demand")):
        row = series.rows[0]
        by_material[row.text("material"), row.flag("allied_only", False)].append(series)
    available = {
        (year, allied): reach.available_t(year, allied)
        for allied in sorted({allied for _, allied in by_material})
        for year in reach.years
    }
    for (material, allied), group in by_material.items():
        if material in content.words("Materials", "material"):
            most = {year: available[year, allied].get(material, 0.0) for year in reach.years}
            never = _never(content, reach, group, most, material, allied)
            yield from never or _too_much(content, reach, group, most, allied)


def _never(
    content: Content, reach: Reach, group: list[Series], most: dict[int, float], material: str, allied: bool
) -> list[Finding]:
    """Return a finding where nothing of a material can exist in years in which it is demanded."""
    demanded = {year: sum(series.value("demand_t", year) for series in group) for year in reach.years}
    dry = [year for year in reach.years if demanded[year] > 0 and most[year] <= NOTHING_T]
    if not dry:
        return []
    short = tonnes(sum(demanded[year] for year in dry))
    origin = " of allied origin" if allied else ""
    if len(dry) == sum(amount > 0 for amount in demanded.values()):
        why = _why(reach, material, allied)
        problem = f"no project, import or stock can ever make {material}{origin}, so {short} t are short: {why}"
        remedy = "Add what is missing, or check the recipes."
    else:
        problem = f"nothing can make {material}{origin} in {year_spans(dry)}, so {short} t are short in every plan"
        remedy = "Right if so meant; earlier projects, imports or stock would change it."
    return [content.warning(group[0].rows[0], "material", "cannot_be_made", problem, remedy)]


def _why(reach: Reach, material: str, allied: bool) -> str:
    """Trace a material up the chain to what is missing first."""
    exist = set().union(
        *({k for k, amount in reach.available_t(year, allied).items() if amount > NOTHING_T} for year in reach.years)
    )
    running = {plant.process for plant in reach.plants if not allied or plant.country in reach.trusted}
    trace, seen = [material], {material}
    while True:
        makers = [recipe for recipe in reach.recipes if recipe.outputs.get(trace[-1], 0.0) > 0]
        run = [recipe for recipe in makers if recipe.process in running]
        lacking = _first_lacking(run, exist, seen)
        if lacking is None:
            break
        trace.append(lacking)
        seen.add(lacking)
    origin = " of allied origin" if allied else ""
    path = f"{' needs '.join(trace)}, and " if len(trace) > 1 else ""
    if not makers:
        return f"{path}no recipe makes {trace[-1]} and none{origin} is on offer"
    if not run:
        processes = joined(dict.fromkeys(recipe.process for recipe in makers))
        return f"{path}no {'allied ' if allied else ''}project runs {processes}"
    return f"{path}what makes {trace[-1]} starts after the plan or feeds on itself"


def _first_lacking(recipes: list[Recipe], exist: set[str], seen: set[str]) -> str | None:
    for recipe in recipes:
        for material, share in recipe.inputs.items():
            if share > 0 and material not in exist and material not in seen:
                return material
    return None


def _too_much(
    content: Content, reach: Reach, group: list[Series], most: dict[int, float], allied: bool
) -> Iterator[Finding]:
    """Yield a finding where the tonnes that must be served are more than could exist."""
    needed = {year: sum(_must_t(content, series, year) for series in group) for year in reach.years}
    years = [year for year in reach.years if needed[year] > most[year] * (1 + _ROUNDING) + NOTHING_T]
    if not years:
        return
    worst = max(years, key=lambda year: needed[year] - most[year])
    series = max(group, key=lambda series: _must_t(content, series, worst))
    row, origin = series.row(worst), " of allied origin" if allied else ""
    column = "min_coverage" if row.number("min_coverage") else "demand_t"
    problem = (
        f"{tonnes(needed[worst])} t of {row.text('material')}{origin} must be served in {worst}, and all plants,"
        f" candidates, imports and stocks together make at most {tonnes(most[worst])} t"
    )
    if len(years) > 1:
        problem += f" (the same in {year_spans(years)})"
    yield content.warning(
        row, column, "cannot_be_met", problem, "Lower what must be served, or add projects or imports."
    )


def _must_t(content: Content, series: Series, year: int) -> float:
    """Return the tonnes of a series that every plan has to serve in a year."""
    row: Record = series.row(year)
    unpriced = content.setting("objective") == "cost" and "shortfall_usd_per_kg" not in row.row.cells
    share = 1.0 if unpriced else row.number_or("min_coverage", 0.0)
    return share * series.value("demand_t", year)
