"""Limits on burden and benefit: what a rule needs for its measure, and shares that no plan could have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from optimizer.cells import Record
from optimizer.checks.content import Content
from optimizer.findings import Finding
from optimizer.sheets.fairness import SHARE_OF

_OF_CAPACITY = ("stage", "year")
_ROUNDING = 1e-9


def fairness_findings(content: Content) -> Iterator[Finding]:
    """Yield rules that say too little, too much, or what cannot be."""
    for row in content.rows("Fairness"):
        if row.text("measure") in SHARE_OF:
            yield from _shares(content, row)
            yield from _of_capacity(content, row)
            yield from _country(content, row)
    yield from _together(content)


def _shares(content: Content, row: Record) -> Iterator[Finding]:
    least, most = row.number("min_share"), row.number("max_share")
    given = [name for name in ("min_share", "max_share") if row.row.cells.get(name) not in (None, "")]
    if row.text("measure") == "coverage" and "max_share" in given:
        remedy = "Leave it blank: a country may be served in full."
        yield content.fault(row, "max_share", "not_of_measure", "a rule on coverage has no max_share", remedy)
    elif not given:
        yield content.fault(row, "min_share", "no_share", "the rule sets no share", "Fill min_share or max_share.")
    if row.text("measure") == "coverage" and given == ["max_share"]:
        yield content.fault(row, "min_share", "no_share", "the rule sets no least share", "Fill min_share.")
    if least is not None and most is not None and least > most:
        problem = f"is above max_share {most:g}, so that no share fits"
        yield content.fault(row, "min_share", "shares_crossed", problem, f"Write {most:g} or less.")


def _of_capacity(content: Content, row: Record) -> Iterator[Finding]:
    """Stage and year belong to capacity alone; the year must be one of the plan."""
    if row.text("measure") != "capacity":
        for column in _OF_CAPACITY:
            if row.row.cells.get(column) not in (None, ""):
                problem = f"a rule on {row.text('measure')} has no {column}"
                yield content.fault(row, column, "not_of_measure", problem, "Leave it blank.")
        return
    if row.row.cells.get("stage") in (None, ""):
        problem = "a rule on capacity needs a stage"
        yield content.fault(row, "stage", "stage_missing", problem, "Write a stage of Recipes.")
    chosen, years = row.year("year"), content.years()
    if chosen is not None and years and chosen not in years:
        remedy = f"Write one from {years[0]} to {years[-1]}, or leave it blank for {years[-1]}."
        yield content.fault(row, "year", "year_outside_plan", "not a year of the plan", remedy)


def _country(content: Content, row: Record) -> Iterator[Finding]:
    """Capacity is that of allies; a country must have what it is to have a share of."""
    country, measure = row.text("country"), row.text("measure")
    if country not in content.words("Countries", "country"):
        return
    allies = {other.text("country") for other in content.rows("Countries") if other.flag("ally", False)}
    if measure == "capacity" and country not in allies:
        problem = "not an ally: a share of capacity is one of allied capacity"
        yield content.fault(row, "country", "not_an_ally", problem, "Write an ally.")
    elif measure == "coverage" and country not in content.words("Demand", "country"):
        problem = "has no row in Demand, so that nothing can be served"
        yield content.fault(row, "country", "no_demand", problem, "Write a country with demand.")
    elif measure != "coverage" and row.number_or("min_share", 0.0) > 0.0 and not _may_have(content, row):
        problem = f"has no {_plants(row)}: {_then(row)}"
        yield content.warning(row, "country", "cannot_have_a_share", problem, "Lower min_share to 0, or add a project.")


def _may_have(content: Content, row: Record) -> bool:
    """Whether some project of the country counts for the measure of a rule."""
    stages = {recipe.text("process"): recipe.text("stage") for recipe in content.rows("Recipes")}
    for project in content.rows("Projects"):
        if project.text("country") != row.text("country"):
            continue
        candidate = project.text("status") == "candidate"
        match row.text("measure"):
            case "capacity":
                # A blank stage is a fault told already.
                counts = row.text("stage") in ("", stages.get(project.text("process")))
            case "jobs":
                counts = candidate and project.number_or("workforce", 0.0) > 0.0
            case _:
                counts = candidate
        if counts:
            return True
    return False


def _plants(row: Record) -> str:
    words = {"capacity": f"project of stage {row.text('stage')}", "jobs": "candidate with a workforce"}
    return words.get(row.text("measure"), "candidate")


def _then(row: Record) -> str:
    """What its least share of nothing means."""
    match row.text("measure"):
        case "capacity":
            return "it can have a share only if no ally has any capacity"
        case "jobs":
            return "it can have a share only if nothing with jobs is funded"
        case _:
            return "it can have a share only if no plant is paid for"


def _together(content: Content) -> Iterator[Finding]:
    """Yield least shares of one whole that are more than the whole together: each country's largest counts."""
    wholes: dict[tuple[str, str, int | None], dict[str, Record]] = defaultdict(dict)
    last = content.years()[-1] if content.years() else None
    for row in content.rows("Fairness"):
        if row.text("measure") not in ("money", "capacity", "jobs"):
            continue
        held = wholes[row.text("measure"), row.text("stage"), row.year("year") or last]
        before = held.get(row.text("country"))
        if before is None or row.number_or("min_share", 0.0) > before.number_or("min_share", 0.0):
            held[row.text("country")] = row
    for (measure, _, _), held in wholes.items():
        shares = [row.number_or("min_share", 0.0) for row in held.values()]
        if sum(shares) > 1.0 + _ROUNDING:
            first = next(row for row in held.values() if row.number_or("min_share", 0.0) > 0.0)
            total = f"the least shares of all countries add up to {sum(shares):g} of the {SHARE_OF[measure]}"
            problem = f"{total}: only nothing at all can be shared so"
            yield content.warning(first, "min_share", "shares_above_whole", problem, "Lower some of them.")
