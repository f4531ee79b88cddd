"""Projects and recipes: what each must state, groups, and who requires whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from optimizer.cells import Record
from optimizer.checks.content import Content, grouped
from optimizer.findings import Finding, Level

# What a project of a status must state: the column, why, what to write, and the code of the finding.
_NEEDS = {
    "candidate": (
        ("capex_musd", "a candidate needs its capital cost", "Write 0 if meant.", "candidate_needs"),
        ("lead_years", "a candidate needs its years of construction", "Write 0 if meant.", "candidate_needs"),
    ),
    "committed": (
        (
            "first_year",
            "a committed plant needs its first year of operation",
            "Write it.",
            "committed_needs_first_year",
        ),
    ),
}
_ANNUITY_NEEDS = (
    (
        "life_years",
        "with capex_charge = annuity a candidate needs its life",
        "Write it, or set capex_charge to full.",
        "annuity_needs_life",
    ),
)


def project_findings(content: Content) -> Iterator[Finding]:
    """Yield faults and warnings of single projects, of their groups and prerequisites, and of recipes."""
    for status, needs in _NEEDS.items():
        annuity = status == "candidate" and content.setting("capex_charge") == "annuity"
        yield from _blanks(content, status, needs + _ANNUITY_NEEDS if annuity else needs)
    for row in content.rows("Projects"):
        if row.text("status") == "candidate":
            yield from _candidate(content, row)
        elif row.text("status"):
            yield from _standing(content, row)
    yield from _circles(content)
    yield from _never_funded(content)
    yield from _recipes(content)


def _blanks(content: Content, status: str, needs: tuple[tuple[str, str, str, str], ...]) -> Iterator[Finding]:
    """Yield each blank; where the column itself is missing, once for all rows."""
    rows = [row for row in content.rows("Projects") if row.text("status") == status]
    for column, problem, remedy, code in needs:
        if rows and column not in content.workbook.table("Projects").letters:
            missing = f"{problem}, and the column {column} is missing"
            yield Finding(Level.FAULT, code, "Projects", "", "", None, missing, "Add it.")
            continue
        for row in rows:
            if column not in row.row.cells:
                yield content.fault(row, column, code, problem, remedy)


def _candidate(content: Content, row: Record) -> Iterator[Finding]:
    least, nameplate = row.number("min_capacity_t_per_year"), row.number("capacity_t_per_year")
    if least is not None and nameplate is not None and least > nameplate:
        problem = f"more than the nameplate of {nameplate:g} t/yr"
        remedy = "Write at most that, or leave it blank for all or nothing."
        yield content.fault(row, "min_capacity_t_per_year", "minimum_above_nameplate", problem, remedy)
    if row.number("capex_musd") == 0:
        yield content.warning(row, "capex_musd", "free_candidate", "a candidate that costs nothing", "")
    yield from _too_late(content, row)


def _too_late(content: Content, row: Record) -> Iterator[Finding]:
    years = content.years()
    if not years or row.year("lead_years") is None:
        return
    funded = max(row.year("first_funding_year") or years[0], years[0])
    output = funded + (row.year("lead_years") or 0)
    if output > years[-1]:
        column = "first_funding_year" if funded > years[-1] else "lead_years"
        problem = f"funded in {funded} it makes nothing before {output}, and the plan ends in {years[-1]}"
        yield content.warning(row, column, "output_after_horizon", problem, "It cannot help within the plan.")


def _standing(content: Content, row: Record) -> Iterator[Finding]:
    first, last = row.year("first_year"), row.year("last_year")
    if first is not None and last is not None and last < first:
        problem = f"before its first year {first}"
        yield content.fault(row, "last_year", "years_reversed", problem, f"Write {first} or later, or leave it blank.")


# ---------------------------------------------------------------- who requires whom


def _circles(content: Content) -> Iterator[Finding]:
    """Yield one fault per circle, at the project of the circle that stands first."""
    rows = {row.text("project"): row for row in reversed(content.rows("Projects"))}
    order = {row.text("project"): row.row.number for row in rows.values()}
    graph = {name: [need for need in row.items("requires") if need in rows] for name, row in rows.items()}
    for circle in _find_circles(graph):
        first = min(circle, key=order.__getitem__)
        turned = circle[circle.index(first) :] + circle[: circle.index(first)]
        named = " -> ".join([*turned, first])
        problem = f"the projects require each other in a circle: {named}"
        yield content.fault(rows[first], "requires", "circular_requires", problem, "Delete one of these.")


def _find_circles(graph: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Walk along the prerequisites without recursion and yield each circle as it closes."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                on_path.discard(path.pop())
                done.add(name)
            elif name in on_path:
                yield path[path.index(name) :]
            elif name not in done:
                path.append(name)
                on_path.add(name)
                stack.append((name, True))
                stack.extend((need, False) for need in graph[name])


def _never_funded(content: Content) -> Iterator[Finding]:
    """Yield candidates that their group keeps out of every plan."""
    rows = {row.text("project"): row for row in content.rows("Projects")}
    for (group,), members in grouped(content.rows("Projects"), "group").items():
        candidates = [row for row in members if row.text("status") == "candidate"]
        names = {row.text("project") for row in candidates}
        filled = [row.text("project") for row in members if row.text("status") in ("existing", "committed")]
        for row in candidates if group else ():
            needed = [need for need in row.items("requires") if need in names and need in rows]
            if filled:
                problem = f"can never be funded: {filled[0]} stands already and fills the group"
                yield content.warning(row, "group", "never_funded", problem, "Delete the group if both may stand.")
            elif needed and needed[0] != row.text("project"):
                problem = f"can never be met: {needed[0]} is in the same group {group}, of which one at most is funded"
                yield content.warning(row, "requires", "never_funded", problem, "Delete the group or the requirement.")


# ---------------------------------------------------------------- recipes


def _recipes(content: Content) -> Iterator[Finding]:
    for (process,), rows in grouped(content.rows("Recipes"), "process").items():
        staged = [row for row in rows if process and row.text("stage")]
        for row in staged[1:]:
            stage = staged[0].text("stage")
            if row.text("stage") != stage:
                problem = f"a process has one stage, and {process} is {stage} in {content.address(staged[0], 'stage')}"
                yield content.fault(row, "stage", "two_stages", problem, f"Write {stage}, or name another process.")
    for (process, recipe), rows in grouped(content.rows("Recipes"), "process", "recipe").items():
        if process and recipe:
            yield from _recipe(content, rows)


def _recipe(content: Content, rows: list[Record]) -> Iterator[Finding]:
    priced = [row for row in rows if row.number("opex_usd_per_kg") is not None]
    for row in priced[1:]:
        if row.number("opex_usd_per_kg") != priced[0].number("opex_usd_per_kg"):
            place = content.address(priced[0], "opex_usd_per_kg")
            problem = f"the recipe has another opex in {place}"
            yield content.fault(row, "opex_usd_per_kg", "two_opex", problem, "Write it on one row of the recipe.")
    if all(row.text("direction") == "input" for row in rows):
        problem = f"the recipe {rows[0].text('recipe')} makes nothing"
        yield content.fault(rows[0], "direction", "no_output", problem, "Add a row with direction = output.")
    for row in rows:
        if row.number("t_per_t") == 0:
            yield content.warning(row, "t_per_t", "zero_share", "takes or gives nothing", "Delete the row if meant.")
