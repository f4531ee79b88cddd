"""Cells that restrict a plan without being a limit of the planner: lead times, groups, routes, what a pot may pay for.

Each can be loosened as far as its cell goes. What cannot be loosened by a cell, plants and suppliers that do not exist, is what
every plan has to live with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.cells import Record, records, settings
from optimizer.infeasible.limits import demand_series
from optimizer.scenario import Edit
from optimizer.workbook import Workbook

# By column, else by sheet; those first that are quickest to search through.
_BLOCKS = {
    "Routes": "routes",
    "group": "groups and requirements",
    "requires": "groups and requirements",
    "Demand": "allied origin",
    "min_utilization": "least use",
    "Budgets": "what pots may pay for",
    "Instruments": "what instruments give",
    "Stockpiles": "stockpiles",
}
_LARGER = (1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0)  # Times as much, for what could be any amount.


@dataclass(frozen=True)
class Fact:
    """One cell that restricts: what it says in a planner's words, and the edits that take the restriction away.

    ``values``: values to try instead, the one nearest to the present first; the last one is that of ``edits``. Empty: there is
    nothing between. ``of``: the project, where it is one's.
    """

    sheet: str
    row: int
    column: str
    words: str
    edits: tuple[Edit, ...]
    values: tuple[object, ...] = ()
    of: str = ""

    @property
    def key(self) -> tuple[str, int, str]:
        """Sheet, row and column."""
        return self.sheet, self.row, self.column

    @property
    def block(self) -> str:
        """What it belongs to, in a planner's words."""
        return _BLOCKS.get(self.column, _BLOCKS.get(self.sheet, "lead times and ramp-ups"))


def restricting_facts(workbook: Workbook) -> list[Fact]:
    """Return the facts of a case, those first that a planner can change most easily."""
    return [
        *_pots(workbook), *_instruments(workbook), *_routes(workbook), *_stockpiles(workbook), *_projects(workbook),
        *_origins(workbook),
    ]  # fmt: skip


def _fact(row: Record, column: str, words: str, new: object = None, values: tuple[object, ...] = ()) -> Fact:
    number = row.row.number
    return Fact(row.sheet, number, column, words, (Edit(row.sheet, number, column, new),), values, row.text("project"))


def _pots(workbook: Workbook) -> Iterator[Fact]:
    projects = list(records(workbook, "Projects"))
    stages = list(dict.fromkeys(r.text("stage") for r in records(workbook, "Recipes")))
    countries = list(dict.fromkeys(p.text("country") for p in projects if p.text("status") == "candidate"))
    for row in records(workbook, "Budgets"):
        funder = row.text("funder")
        if row.year("year") is not None:
            yield _fact(row, "year", f"the pot of {funder} pays in {row.year('year')} only")
        for column, known in (("countries", countries), ("stages", [*stages, "stockpile", *_training(workbook)])):
            if listed := row.items(column):
                wider = tuple(";".join((*listed, other)) for other in known if other not in listed)
                words = f"the pot of {funder} pays for {', '.join(listed)} only"
                yield _fact(row, column, words, None, (*wider, None))


def _training(workbook: Workbook) -> list[str]:
    """The stage of training, where people are limited."""
    return ["training"] if any(True for _ in records(workbook, "Workforce")) else []


def _instruments(workbook: Workbook) -> Iterator[Fact]:
    """What keeps an instrument from making a plant worth its while for the firm."""
    for row in records(workbook, "Instruments"):
        name = row.text("instrument")
        share, most = row.number("max_share"), row.number("max_musd_per_project")
        if share is not None and share < 1.0:
            of = "the size" if row.text("material") else "capex"
            yield _fact(row, "max_share", f"the instrument {name} gives at most {share:g} of {of}")
        if most is not None:
            yield _fact(row, "max_musd_per_project", f"the instrument {name} gives a project at most {most:g} MUSD")
        for column in ("stages", "countries"):
            if listed := row.items(column):
                yield _fact(row, column, f"the instrument {name} is for {', '.join(listed)} only")


def _routes(workbook: Workbook) -> Iterator[Fact]:
    for row in records(workbook, "Routes"):
        way = f"{row.text('material')} from {row.text('from')} to {row.text('to')}".replace("*", "any")
        if not row.flag("allowed", True):
            yield _fact(row, "allowed", f"the route of {way} is forbidden", "yes")
        if (most := row.number("max_t_per_year")) is not None:
            yield _fact(row, "max_t_per_year", f"the route of {way} takes at most {most:g} t a year")


def _stockpiles(workbook: Workbook) -> Iterator[Fact]:
    for row in records(workbook, "Stockpiles"):
        whose = f"the stockpile of {row.text('material')} in {row.text('country')}"
        says = {"max_t": f"{whose} holds at most", "max_purchase_t_per_year": f"{whose} buys a year at most"}
        for column, words in says.items():
            if most := row.number_or(column, row.number_or("opening_t", 0.0) if column == "max_t" else 0.0):
                larger = tuple(float(f"{times * most:.12g}") for times in _LARGER)
                yield _fact(row, column, f"{words} {most:g} t", larger[-1], larger)


def _projects(workbook: Workbook) -> Iterator[Fact]:
    first, last = (int(str(settings(workbook)[name])) for name in ("first_year", "last_year"))
    for row in records(workbook, "Projects"):
        yield from _candidate(row, first) if row.text("status") == "candidate" else _standing(row, first, last)


def _candidate(row: Record, first: int) -> Iterator[Fact]:
    name = row.text("project")
    if lead := row.year("lead_years") or 0:
        years = "year" if lead == 1 else "years"
        shorter = tuple(range(lead - 1, -1, -1))
        yield _fact(row, "lead_years", f"{name} takes {lead} {years} to build", 0, shorter)
    if (start := row.year("first_funding_year") or first) > first:
        sooner = tuple(range(start - 1, first - 1, -1))
        yield _fact(row, "first_funding_year", f"{name} cannot be funded before {start}", first, sooner)
    if ramp := row.text("ramp"):
        yield _fact(row, "ramp", f"{name} ramps up slowly (ramp {ramp})")
    if group := row.text("group"):
        yield _fact(row, "group", f"at most one project of the group {group} is funded")
    if required := row.items("requires"):
        yield _fact(row, "requires", f"{name} requires {', '.join(required)}")
    if least := row.number_or("min_utilization", 0.0):
        steps = tuple(n / 20 for n in range(20, -1, -1) if n / 20 < least)
        yield _fact(row, "min_utilization", f"{name} must run at {least:.0%} or more", 0, steps)


def _standing(row: Record, first: int, last: int) -> Iterator[Fact]:
    name = row.text("project")
    if (start := row.year("first_year") or first) > first:
        sooner = tuple(range(start - 1, first - 1, -1))
        yield _fact(row, "first_year", f"{name} starts in {start}", first, sooner)
    if (end := row.year("last_year") or last) < last:
        yield _fact(row, "last_year", f"{name} ends in {end}", last, tuple(range(end + 1, last + 1)))


def _origins(workbook: Workbook) -> Iterator[Fact]:
    """Rows that only allied material may serve: a whole series changes at once, unless there is one without the demand."""
    series = list(demand_series(workbook).values())
    open_places = {_place(rows[0]) for rows in series if not rows[0].flag("allied_only", False)}
    for rows in series:
        first = rows[0]
        if first.flag("allied_only", False) and _place(first) not in open_places:
            edits = tuple(Edit("Demand", row.row.number, "allied_only", "no") for row in rows)
            words = f"{first.text('sector')} in {first.text('country')} takes {first.text('material')} of allied origin only"
            yield Fact("Demand", first.row.number, "allied_only", words, edits)


def _place(row: Record) -> tuple[str, str, str]:
    return row.text("sector"), row.text("country"), row.text("material")
