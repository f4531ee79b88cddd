"""Instruments: what each kind must state and what it has not, whom it could serve, who could pay it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from optimizer.cells import Record
from optimizer.checks.content import Content, grouped
from optimizer.findings import Finding, Level
from optimizer.sheets.money import NEEDED_BY, OPERATING_LIFE_YEARS, READ_BY

_LISTS = {"stages": ("Recipes", "stage"), "countries": ("Countries", "country"), "funders": ("Budgets", "funder")}


class _Candidate(NamedTuple):
    """A candidate as an instrument sees it."""

    country: str
    stage: str
    makes: frozenset[str]


def instrument_findings(content: Content) -> Iterator[Finding]:
    """Yield what is missing, too much or idle in Instruments; nothing where it has no rows."""
    rows = content.rows("Instruments")
    if not rows:
        return
    yield from _needed(content)
    yield from _names(content)
    candidates = _candidates(content)
    for row in rows:
        yield from _not_read(content, row)
        yield from _grace(content, row)
        if candidates and _lists_are_known(content, row):
            yield from _idle(content, row, candidates)
    yield from _public_share(content)
    yield from _ended_lives(content)


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _needed(content: Content) -> Iterator[Finding]:
    """Yield each blank; where the column itself is missing, once for all rows."""
    letters = content.workbook.table("Instruments").letters
    for column, kinds in NEEDED_BY.items():
        rows = [row for row in content.rows("Instruments") if row.text("kind") in kinds]
        blank = [row for row in rows if column not in row.row.cells]
        if blank and column not in letters:
            problem = f"{_a(blank[0].text('kind'))} needs its {column}, and the column is missing"
            yield Finding(Level.FAULT, "instrument_needs", "Instruments", "", "", None, problem, "Add it.")
            continue
        for row in blank:
            problem = f"{_a(row.text('kind'))} needs its {column}"
            yield content.fault(row, column, "instrument_needs", problem, "Write it, 0 too if 0 is meant.")


def _names(content: Content) -> Iterator[Finding]:
    """Yield names that no list could name."""
    for sheet, column in (("Instruments", "instrument"), ("Budgets", "funder")):
        for row in content.rows(sheet):
            if ";" in row.text(column):
                problem = "in lists a ; stands between two names"
                yield content.fault(row, column, "semicolon_in_name", problem, "Write the name without it.")


def _not_read(content: Content, row: Record) -> Iterator[Finding]:
    """Yield what the kind does not read: it would seem to hold and would not."""
    kind = row.text("kind")
    for column, kinds in READ_BY.items():
        if kind and kind not in kinds and row.values.get(column) is not None:
            problem = f"{_a(kind)} has no {column}"
            yield content.fault(row, column, "not_of_this_kind", problem, "Leave it blank.")


def _grace(content: Content, row: Record) -> Iterator[Finding]:
    grace, tenor = row.year("grace_years"), row.year("tenor_years")
    if row.text("kind") in READ_BY["grace_years"] and grace is not None and tenor is not None and grace >= tenor:
        problem = f"not less than tenor_years = {tenor}, so that nothing could be paid back"
        remedy = f"Write {tenor - 1} or less, or a longer tenor."
        yield content.fault(row, "grace_years", "grace_without_end", problem, remedy)


# ---------------------------------------------------------------- whom it serves, who pays


def _candidates(content: Content) -> list[_Candidate]:
    stages = {row.text("process"): row.text("stage") for row in content.rows("Recipes")}
    makes = {
        process: frozenset(row.text("material") for row in rows if row.number_or("t_per_t", 0.0) > 0.0)
        for (process, direction), rows in grouped(content.rows("Recipes"), "process", "direction").items()
        if direction == "output"
    }
    return [
        _Candidate(row.text("country"), stages.get(process, ""), makes.get(process, frozenset()))
        for row in content.rows("Projects")
        if row.text("status") == "candidate" and (process := row.text("process"))
    ]


def _lists_are_known(content: Content, row: Record) -> bool:
    """Whether all that the lists and the material name exists; else that is told, and not what follows from it."""
    known = {column: content.words(*place) for column, place in _LISTS.items()}
    lists = all(set(row.items(column)) <= set(words) for column, words in known.items())
    return lists and row.text("material") in ("", *content.words("Materials", "material"))


def _idle(content: Content, row: Record, candidates: list[_Candidate]) -> Iterator[Finding]:
    """Yield an instrument that no candidate could have, or that nobody could pay."""
    served = [x for x in candidates if _holds(row, "countries", x.country) and _holds(row, "stages", x.stage)]
    if not served:
        problem = "no candidate has one of its stages in one of its countries"
        yield content.warning(row, "instrument", "serves_nobody", problem, "Widen stages or countries, or delete it.")
        return
    material = row.text("material")
    if material and row.text("kind") in READ_BY["material"]:
        served = [x for x in served if material in x.makes]
        if not served:
            problem = "no candidate of its stages and countries makes it"
            yield content.warning(row, "material", "serves_nobody", problem, "Write what they make, or delete the row.")
            return
    pots = [pot for pot in content.rows("Budgets") if _pays(pot, row)]
    reached = any(
        _holds(pot, "countries", x.country) and _holds(pot, "stages", x.stage) for pot in pots for x in served
    )
    if content.rows("Budgets") and not reached:
        problem = "no pot of Budgets may pay for it, so that it serves only where it costs nothing"
        remedy = "Look at funders here, and at instruments, countries and stages in Budgets."
        yield content.warning(row, "instrument", "nobody_pays", problem, remedy)


def _holds(row: Record, column: str, word: str) -> bool:
    return not row.items(column) or word in row.items(column)


def _pays(pot: Record, row: Record) -> bool:
    return _holds(row, "funders", pot.text("funder")) and _holds(pot, "instruments", row.text("instrument"))


def _public_share(content: Content) -> Iterator[Finding]:
    """Yield, once, that the public part comes from the instruments now."""
    filled = [
        row
        for row in content.rows("Projects")
        if row.text("status") == "candidate" and row.values.get("public_share") is not None
    ]
    if filled:
        more = f" (and {len(filled) - 1} more in this column)" if len(filled) > 1 else ""
        problem = f"not read{more}: with rows in Instruments they say what the public pays"
        remedy = "Leave it blank, or empty the sheet Instruments."
        yield content.warning(filled[0], "public_share", "public_share_not_read", problem, remedy)


def _ended_lives(content: Content) -> Iterator[Finding]:
    """Yield, once, that firms reckon to the end of a life that falls within the plan, in which their plants stand on."""
    years = content.years()
    ended = [row for row in content.rows("Projects") if row.text("status") == "candidate" and _ends(row, years)]
    if ended:
        more = f" (and {len(ended) - 1} more in this column)" if len(ended) > 1 else ""
        end = _end(ended[0], years[0])
        problem = f"its firm reckons to {end} at the earliest, and its plant stands to {years[-1]}: candidates never close{more}"
        remedy = (
            "Write a longer life if it runs on; else what it serves in the plan after its life has no firm behind it."
        )
        yield content.warning(ended[0], "operating_life_years", "life_ends_within_plan", problem, remedy)


def _ends(row: Record, years: range) -> bool:
    return bool(years) and row.values.get("lead_years") is not None and _end(row, years[0]) < years[-1]


def _end(row: Record, first_year: int) -> int:
    """The last year of its life if it is funded as early as it can be."""
    start = max(row.year("first_funding_year") or first_year, first_year) + (row.year("lead_years") or 0)
    return start + (row.year("operating_life_years") or OPERATING_LIFE_YEARS) - 1
