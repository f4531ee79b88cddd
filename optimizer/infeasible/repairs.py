"""How a limit gives, as edits of cells: by an amount, from a later year, or wholly."""

from __future__ import annotations

import math
from dataclasses import dataclass

from optimizer.infeasible.kinds import Kind, Limit
from optimizer.infeasible.limits import demand_series
from optimizer.infeasible.trial import Trial
from optimizer.infeasible.words import money_up, musd, share_down, share_up, tonnes_down
from optimizer.scenario import Edit
from optimizer.sheets.fairness import SHARE_OF
from optimizer.solve.elastic import Answer
from optimizer.units import T_PER_KT

_WHOLE = 1e-6


@dataclass(frozen=True)
class Repair:
    """Edits, or another budget on the command line, and what they mean."""

    edits: tuple[Edit, ...]
    what: str
    budget_musd: float | None = None


def loosened(trial: Trial, limit: Limit, answer: Answer, notches: int) -> Repair:
    """Loosen a limit by what it gives in an answer, rounded so that it is enough; ``notches`` loosen it further."""
    amount = answer.amounts[limit.key]
    match limit.kind:
        case Kind.BUDGET | Kind.POT:
            return _more_money(limit, amount, notches)
        case Kind.PEOPLE:
            raised = math.ceil(limit.value + amount - _WHOLE) + notches
            country = "" if limit.row is None else limit.row.text("country")
            return Repair((_edit(limit, raised),), f"{raised - limit.value:,.12g} more people free in {country}")
        case Kind.COUNTRIES | Kind.PROJECTS:
            lower = int(limit.value - math.ceil(amount - _WHOLE)) - notches
            word = "min_countries" if limit.kind is Kind.COUNTRIES else "min_projects"
            return Repair((_edit(limit, max(0, lower)),), f"{word} of rule “{_name(limit)}” lowered")
        case Kind.SHARE:
            needed = max(limit.value, trial.elastic.share_needed(_name(limit), answer))
            return with_share(limit, share_up(needed, notches))
        case Kind.REACHED | Kind.KEPT_DOWN | Kind.SERVED:
            return _fair(trial, limit, answer, notches)
        case Kind.LIABLE | Kind.PART | Kind.HOME:
            return _of_payers(trial, limit, answer, notches)
        case Kind.LOSS:
            share = share_down(limit.value - amount, notches)
            return Repair((_edit(limit, share),), f"{share:.1%} still served in {_name(limit)}")
        case Kind.UNPRICED:
            return _less_demand(trial, limit, share_down(1.0 - amount, notches))
        case _:
            share = share_down(limit.value - amount, notches)
            return Repair((_edit(limit, share),), f"{share:.1%} of {whose(limit)} served at least")


def _fair(trial: Trial, limit: Limit, answer: Answer, notches: int) -> Repair:
    """A share of a country that the answer keeps: the nearest to what is asked."""
    assert limit.row is not None
    if limit.kind is Kind.SERVED:
        share = share_down(limit.value - answer.amounts[limit.key], notches)
        return Repair((_edit(limit, share),), f"{share:.1%} of the {share_of(limit)} served at least")
    has = trial.elastic.part_needed(_name(limit), answer)
    if limit.kind is Kind.REACHED:
        return with_share(limit, share_down(limit.value if has is None else min(limit.value, has), notches))
    return with_share(limit, share_up(limit.value if has is None else max(limit.value, has), notches))


def _of_payers(trial: Trial, limit: Limit, answer: Answer, notches: int) -> Repair:
    """What funders may do, as far as the answer does it."""
    assert limit.row is not None
    funder = limit.row.text("funder")
    if limit.kind is Kind.LIABLE:
        raised = money_up(limit.value + answer.amounts[limit.key], notches)
        return Repair((_edit(limit, raised),), f"{musd(raised - limit.value)} more may fall due in a crash")
    if limit.kind is Kind.PART:
        needed = trial.elastic.project_share_needed(funder, answer)
        return with_share(limit, share_up(max(limit.value, needed), notches))
    home = next(pot.home for pot in trial.instance.pots.values() if pot.funder == funder)
    has = trial.elastic.domestic_share_needed(funder, home, answer)
    return with_share(limit, share_down(limit.value if has is None else min(limit.value, has), notches))


def with_share(limit: Limit, share: float) -> Repair:
    """Let a limit on a share be another one."""
    assert limit.row is not None
    country, funder = limit.row.text("country"), limit.row.text("funder")
    match limit.kind:
        case Kind.SHARE:
            what = f"rule “{_name(limit)}” lets a country have {share:.1%}"
        case Kind.REACHED:
            what = f"{country} has {share:.1%} of the {share_of(limit)} at least"
        case Kind.KEPT_DOWN:
            what = f"{country} has {share:.1%} of the {share_of(limit)} at most"
        case Kind.PART:
            what = f"{funder} pays up to {share:.1%} of one project"
        case _:
            what = f"{share:.1%} of what {funder} pays stays at home at least"
    return Repair((_edit(limit, share),), what)


def _more_money(limit: Limit, amount: float, notches: int) -> Repair:
    raised = money_up(limit.value + amount, notches)
    what = f"{musd(raised - limit.value)} more"
    return Repair((), what, raised) if limit.row is None else Repair((_edit(limit, raised),), what)


def _less_demand(trial: Trial, limit: Limit, share: float) -> Repair:
    """Scale the demand of the row, and of the next one where the years between depend on it."""
    assert limit.row is not None
    rows = demand_series(trial.workbook)[limit.demand]
    n = next(n for n, row in enumerate(rows) if row.row.number == limit.row.row.number)
    changed = rows[n : n + 2] if len(limit.years) > 1 else rows[n : n + 1]
    edits = tuple(
        Edit("Demand", row.row.number, "demand_t", tonnes_down(share * row.number_or("demand_t", 0.0)))
        for row in changed
    )
    return Repair(edits, f"{1.0 - share:.1%} less demand of {whose(limit)}")


def dropped(limit: Limit) -> Repair:
    """Take a limit away."""
    assert limit.row is not None
    if limit.kind is Kind.UNPRICED:
        price = 1000
        what = f"a tonne short of {whose(limit)} has a price, any price: then it may stay short"
        return Repair((_edit(limit, price),), what)
    if limit.kind is Kind.LOSS:
        return Repair((_edit(limit, None),), f"{_name(limit)} asks for no minimum")
    if limit.kind.is_of_payers:
        return Repair((_edit(limit, None),), _without_limit(limit))
    return Repair((_edit(limit, None),), f"{limit.column} of rule “{_name(limit)}” no longer asked for")


def later_years(limit: Limit, last: int) -> list[int]:
    """Years from which a limit could hold instead, the nearest first; none where a year has no part in it."""
    if limit.kind is Kind.COVERAGE:
        return list(limit.years[1:])
    if limit.kind.is_rule or limit.kind is Kind.LOSS:
        years = [year_of(index) for _, index in limit.rows]
        latest = max(years, default=last) if limit.kind is Kind.LOSS else last
        return list(range(min(years, default=last) + 1, latest + 1))
    return []


def year_of(index: tuple[object, ...]) -> int:
    """The year that a row of the model speaks of."""
    return next(part for part in index if isinstance(part, int))


def later(trial: Trial, limit: Limit, year: int) -> Repair:
    """Let a limit hold from a later year on."""
    assert limit.row is not None
    number = limit.row.row.number
    if limit.kind is not Kind.COVERAGE:
        return Repair((Edit(limit.sheet, number, "from_year", year),), f"{_name(limit)} holds from {year} on")
    demand = trial.instance.demands[limit.demand].demand_kt[year] * T_PER_KT
    new_row = max(row.number for row in trial.workbook.table("Demand").rows) + 1
    cells = dict(limit.row.row.cells) | {"year": year, "demand_t": round(demand, 6)}
    added = tuple(Edit("Demand", new_row, column, value) for column, value in cells.items())
    what = f"min_coverage of {whose(limit)} holds from {year} on"
    return Repair((Edit("Demand", number, "min_coverage", None), *added), what)


def _edit(limit: Limit, new: object) -> Edit:
    assert limit.row is not None
    return Edit(limit.sheet, limit.row.row.number, limit.column, new)


def _name(limit: Limit) -> str:
    return "" if limit.row is None else limit.row.text("rule") or limit.row.text("scenario")


def _without_limit(limit: Limit) -> str:
    funder = "" if limit.row is None else limit.row.text("funder")
    words = {Kind.PART: f"{funder} may pay all of a project", Kind.HOME: f"{funder} need pay nothing at home"}
    return words.get(limit.kind, "any amount may fall due in a crash")


def share_of(limit: Limit) -> str:
    """What a rule of Fairness gives a country a share of."""
    assert limit.row is not None
    measure, country = limit.row.text("measure"), limit.row.text("country")
    if measure == "coverage":
        return f"demand of {country}"
    return f"allied capacity of {limit.row.text('stage')}" if measure == "capacity" else SHARE_OF[measure]


def whose(limit: Limit) -> str:
    """The demand that a row speaks of."""
    assert limit.row is not None
    row = limit.row
    origin = " of allied origin" if row.flag("allied_only", False) else ""
    return f"{row.text('material')}{origin} for {row.text('sector')} in {row.text('country')}"
