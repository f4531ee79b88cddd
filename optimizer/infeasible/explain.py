"""The explanation of a case without a plan: arithmetic, the cells in conflict, ways out; as much as the time allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from models.instance import Instance
from optimizer.cells import Record
from optimizer.infeasible.arithmetic import Arithmetic, by_hand
from optimizer.infeasible.conflict import Conflict, conflicting_limits, with_facts
from optimizer.infeasible.explanation import Conflicting, Explanation, Way, WayOut
from optimizer.infeasible.kinds import Kind, Limit
from optimizer.infeasible.loosening import Loosening
from optimizer.infeasible.repairs import share_of, whose
from optimizer.infeasible.trial import Clock, Trial
from optimizer.infeasible.ways import WaysOut
from optimizer.infeasible.words import named_cell
from optimizer.solve.highs import Interrupt
from optimizer.workbook import Workbook

SECONDS = 100.0
_MOST_IN_CONFLICT, _MOST_FACTS = 6, 3
_ARITHMETIC, _CONFLICT, _WAYS = 0.3, 0.35, 0.7
_HOLDS = "Yet all limits can be kept at once within the rounding of the solver: loosen one of them a little."
_ORDER = (Way.MONEY, Way.PEOPLE, Way.LATER, Way.LESS, Way.DROPPED, Way.FACT, Way.SEVERAL)


def explain_infeasibility(
    workbook: Workbook,
    instance: Instance,
    budget_option: float | None = None,
    seconds: float | None = None,
    interrupt: Interrupt | None = None,
) -> Explanation:
    """Explain why a case has no plan.

    Parameters
    ----------
    workbook, instance
        The case, as cells and as the model took it.
    budget_option
        The budget of the command line, if one was given: then no cell holds it.
    seconds
        What the whole explanation may take; at most a hundred.
    interrupt
        Where Ctrl-C is watched: what is known by then is told.

    Returns
    -------
    Explanation
        Its ``unfinished`` names what the time did not suffice for.
    """
    clock = Clock(min(seconds or SECONDS, SECONDS), interrupt or Interrupt())
    trial = Trial(workbook, budget_option, clock.interrupt, instance)
    arithmetic = Arithmetic(trial, clock.part(_ARITHMETIC))
    arithmetic.run()
    conflict = conflicting_limits(trial, clock.part(_CONFLICT))
    if not conflict.limits:
        return Explanation(workbook, closed=(_HOLDS,))
    ways = WaysOut(trial, conflict, clock.part(_WAYS))
    ways.by_limits()
    ways.clock = clock
    conflict = _with_facts(ways, arithmetic.late)
    unfinished = ["need against the most that could exist"] if arithmetic.unfinished else []
    return Explanation(
        workbook=workbook,
        shortfalls=tuple(arithmetic.found),
        by_hand=by_hand(trial, arithmetic.found),
        ways=_in_order(ways.found),
        closed=tuple(ways.closed),
        conflict=_cells(trial, conflict),
        conflict_is_minimal=conflict.minimal,  # Of the limits; which facts matter is told where it is known.
        conflict_is_all=conflict.facts is not None,
        unfinished=(*unfinished, *ways.unfinished),
    )


def _with_facts(ways: WaysOut, late: Sequence[str]) -> Conflict:
    """Loosen facts: in a small case those in the conflict, in a large one any that is found to be enough alone."""
    trial, conflict, clock = ways.trial, ways.conflict, ways.clock
    if trial.elastic.is_large:
        search = Loosening(trial)
        ways.by_facts(islice(search.single_facts(late, clock), _MOST_FACTS))
        ways.closed += [
            f"Of {block} no single cell is a way out, but several together are." for block in search.together
        ]
        return replace(conflict, facts=() if search.nothing_helps else None)
    if len(conflict.limits) > _MOST_IN_CONFLICT:
        return conflict
    conflict = with_facts(trial, conflict, clock.part(_WAYS), _MOST_IN_CONFLICT - len(conflict.limits))
    if conflict.facts is None:
        ways.unfinished.append("which lead times, routes and other facts matter")
    ways.by_facts(conflict.facts or ())
    return conflict


def _in_order(ways: Sequence[WayOut]) -> tuple[WayOut, ...]:
    """By kind; of the same edits only the first."""
    once = {(way.edits, way.budget_musd): way for way in reversed(ways)}
    kept = [way for way in ways if once[way.edits, way.budget_musd] is way]
    return tuple(sorted(kept, key=lambda way: _ORDER.index(way.way)))


def _cells(trial: Trial, conflict: Conflict) -> tuple[Conflicting, ...]:
    """The cells in conflict, if they are few enough to be read."""
    facts = conflict.facts or ()
    if len(conflict.limits) + len(facts) > _MOST_IN_CONFLICT:
        return ()
    limits = [trial.limits[key] for key in conflict.limits]
    return (
        *(
            Conflicting(x.sheet, 0 if x.row is None else x.row.row.number, x.column, _cell(trial, x), _says(x))
            for x in limits
        ),
        *(
            Conflicting(x.sheet, x.row, x.column, named_cell(trial.workbook, x.sheet, x.row, x.column), x.words)
            for x in facts
        ),
    )


def _cell(trial: Trial, limit: Limit) -> str:
    if limit.row is None:
        return "--budget"
    return named_cell(trial.workbook, limit.sheet, limit.row.row.number, limit.column)


def _says(limit: Limit) -> str:
    row = limit.row
    if row and (limit.kind.is_fair or limit.kind.is_of_payers):
        return _says_of_shares(limit, row)
    match limit.kind:
        case Kind.BUDGET:
            return f"{limit.value:,.12g} MUSD in all"
        case Kind.POT:
            return f"{limit.value:,.12g} MUSD of {row.text('funder')}" if row else ""
        case Kind.PEOPLE:
            return f"{limit.value:,.12g} people free in {row.text('country')}" if row else ""
        case Kind.COVERAGE:
            return f"{limit.value:g} of {whose(limit)}"
        case Kind.UNPRICED:
            return f"all of {whose(limit)}, having no price"
        case Kind.LOSS:
            return f"{limit.value:g} must survive {row.text('scenario')}" if row else ""
        case Kind.SHARE:
            return f"at most {limit.value:.0%} in one country, rule “{row.text('rule')}”" if row else ""
        case _:
            return f"{limit.value:g} {limit.kind}, rule “{row.text('rule')}”" if row else ""


def _says_of_shares(limit: Limit, row: Record) -> str:
    rule = f"rule “{row.text('rule')}”"
    match limit.kind:
        case Kind.SERVED:
            return f"at least {limit.value:g} of the {share_of(limit)}, {rule}"
        case Kind.REACHED:
            return f"at least {limit.value:g} of the {share_of(limit)} for {row.text('country')}, {rule}"
        case Kind.KEPT_DOWN:
            return f"at most {limit.value:g} of the {share_of(limit)} for {row.text('country')}, {rule}"
        case Kind.LIABLE:
            return f"{limit.value:,.12g} MUSD may fall due in a crash"
        case Kind.PART:
            return f"{row.text('funder')} pays at most {limit.value:g} of one project"
        case _:
            return f"at least {limit.value:g} of what {row.text('funder')} pays stays at home"
