"""Where more money no longer helps, and what holds back then: lead times, feed, people, or no plants left to fund.

Plain arithmetic: the stages that bind by year come from the plan's own table of bottlenecks, when a candidate could produce at
the earliest from the workbook's cells.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from optimizer.cells import records
from optimizer.report.bottlenecks import Binding, bindings
from optimizer.report.candidates import Candidate, read_candidates
from optimizer.report.comparison import Comparison, Held, PlanAt
from optimizer.report.facts import BASE, Facts
from optimizer.report.matrix_tables import Chosen, portfolio_of
from optimizer.report.rounding import Rows, musd
from optimizer.wording import year_list

LEAD, FEED, PEOPLE, USED_UP, NOT_TOLD = "lead times", "feed", "people", "no plants left to fund", "not told apart"
IN_LOSSES = "short in the losses only"
_FULL = 1.0 - 1e-5
_MOST_NAMES = 4
_SHORT_T = 0.05
_PERSON = 0.5  # Fewer to spare are none.


# ---------------------------------------------------------------- where


@dataclass(frozen=True)
class Plateau:
    """The smallest budget beyond which more money adds next to nothing.

    ``most`` is the most that it could still add (t weighted, or MUSD); ``beyond`` says what the budget is held against: no
    limit on money (None), or the largest budget. ``certain``: at the budget before it money is proven to help still more than
    the tolerance; ``before`` is that budget.
    """

    held: Held
    most: float
    beyond: float | None
    certain: bool
    before: float | None


def plateau(comparison: Comparison, against_ceiling: bool) -> Plateau | None:
    """Find it; None where money still helps at every budget, or nothing is proven."""
    budgets = comparison.held
    top = comparison.ceiling if against_ceiling else (budgets[-1].plan if budgets else None)
    if top is None or top.least is None or not budgets:
        return None
    # What the search left open of the top itself cannot be told from an effect of money.
    within = max(comparison.tolerance, top.value - top.least)
    compared = budgets if against_ceiling else budgets[:-1]
    for n, held in enumerate(compared):
        if held.plan.value - top.least <= within + 1e-9:
            before = budgets[n - 1] if n else None
            least = before.plan.least if before else None
            certain = before is None or (least is not None and least - top.value > within)
            beyond = None if against_ceiling else budgets[-1].budget_musd
            most = max(0.0, held.plan.value - top.least)
            return Plateau(held, most, beyond, certain, before.budget_musd if before else None)
    return None


# ---------------------------------------------------------------- why


@dataclass(frozen=True)
class Limit:
    """What holds back one stage of a stream in some years, for one cause."""

    stream: str
    stage: str
    cause: str
    years: tuple[int, ...]
    worst_year: int
    shortfall_t: float
    whole_t: float
    detail: str


def limit_rows(comparison: Comparison) -> Rows:
    """What binds the plan of unlimited money, or without one that of the largest budget."""
    top = top_plan(comparison)
    if top is None:
        return []
    budget = None if comparison.ceiling is not None else musd(comparison.held[-1].budget_musd)
    return [
        {
            "plan_musd": budget,
            "stream": x.stream,
            "stage": x.stage,
            "cause": x.cause,
            "years": year_list(x.years),
            "worst_year": x.worst_year,
            "shortfall_t": round(x.shortfall_t, 4),
            "detail": x.detail,
        }
        for x in limits(comparison)
    ]


def top_plan(comparison: Comparison) -> PlanAt | None:
    """The plan with the most money: without a limit, else at the largest budget."""
    return comparison.ceiling or (comparison.held[-1].plan if comparison.held else None)


def limits(comparison: Comparison) -> list[Limit]:
    """What binds when there is most money, what holds back most tonnes first."""
    top = top_plan(comparison)
    if top is None or "bottlenecks" not in top.tables:
        return []
    facts = comparison.facts_of(top)
    funded, first = portfolio_of(top.tables["portfolio"]), _first_stages(facts)
    case = _Case(facts, read_candidates(facts), funded, first, _people_to_spare(top))
    grouped: dict[tuple[str, str, str], list[tuple[Binding, str]]] = defaultdict(list)
    for binding in bindings(facts):
        for stage, cause, detail in _causes(case, binding):
            grouped[binding.stream, stage, cause].append((binding, detail))
    found = [_limit(key, cases) for key, cases in grouped.items()]
    if not found:
        return _losses_only(facts, top)
    return sorted(found, key=lambda x: (-x.whole_t, x.stream, facts.stage_rank(x.stage), x.cause))


def _losses_only(facts: Facts, top: PlanAt) -> list[Limit]:
    """What the losses leave short where with nothing lost all demand could be served."""
    rows = top.tables["losses"]
    rows = rows[(rows["scenario"] != BASE)].assign(short=lambda x: x["demand_t"] - x["served_t"])
    short = rows.groupby("scenario", sort=False)["short"].sum()
    worst = str(short.idxmax()) if len(short) else ""
    if not worst or short[worst] <= _SHORT_T:
        return []
    by_year = rows[rows["scenario"] == worst].groupby("year")["short"].sum()
    by_year = by_year[by_year > _SHORT_T]
    year, years = int(str(by_year.idxmax())), tuple(int(str(t)) for t in by_year.index)
    detail = (
        f"With nothing lost the plants could serve all demand. What is left is short in losses, most of it in"
        f" “{facts.loss(worst)}” ({worst})."
    )
    return [Limit("", "", IN_LOSSES, years, year, float(by_year.max()), float(by_year.sum()), detail)]


def _limit(key: tuple[str, str, str], cases: Sequence[tuple[Binding, str]]) -> Limit:
    worst, detail = max(cases, key=lambda case: case[0].shortfall_t)
    return Limit(
        *key,
        years=tuple(sorted({binding.year for binding, _ in cases})),
        worst_year=worst.year,
        shortfall_t=worst.shortfall_t,
        whole_t=sum(binding.shortfall_t for binding, _ in cases),
        detail=detail,
    )


@dataclass(frozen=True)
class _Case:
    """The plan with the most money, and what could be funded.

    ``spare``: people by country and year, for whom there is no plant yet, if all are trained who may be.
    """

    facts: Facts
    possible: Mapping[str, Candidate]
    funded: Mapping[str, Chosen]
    first: frozenset[str]
    spare: Mapping[tuple[str, int], float]


def _people_to_spare(plan: PlanAt) -> dict[tuple[str, int], float]:
    rows = plan.tables["workforce"].to_dict("records") if "workforce" in plan.tables else []
    return {(str(x["country"]), int(x["year"])): float(x["most"]) - float(x["needed"]) for x in rows}


def _causes(case: _Case, binding: Binding) -> Iterator[tuple[str, str, str]]:
    """Stage, cause and detail; of stages that bind together those with room left are held back by the others."""
    if not binding.stages:
        yield (
            "",
            FEED,
            "No stage of plants binds: material, imports, routes or the origin asked for are what is missing.",
        )
        return
    found = [(stage, *_cause(case, binding, stage)) for stage, _ in binding.stages]
    told = [x for x in found if x[1] != NOT_TOLD]
    yield from told or found


def _cause(case: _Case, binding: Binding, stage: str) -> tuple[str, str]:
    year = binding.year
    able = [c for c in case.possible.values() if c.stage == stage and case.facts.carries(c.process, binding.stream)]
    in_time = [c for c in able if c.output_year <= year]
    later = [c for c in able if c.full_year > year]
    open_ = [c for c in in_time if not _exhausted(case, c, year)]
    if manned := sorted(c.project for c in open_ if not _lacks_people(case, c, year)):
        return NOT_TOLD, _room(stage, manned)
    if open_:
        return PEOPLE, _unmanned(case, stage, open_)
    if later:
        return LEAD, _late(case, stage, year, in_time, later)
    cause = FEED if stage in case.first and len(case.facts.stages) > 1 else USED_UP
    return cause, _used_up(stage, len(able), cause == FEED)


def _exhausted(case: _Case, candidate: Candidate, year: int) -> bool:
    """Whether no more can be had of a candidate by then: it is funded at full size in time, or another of its group is."""
    chosen = case.funded.get(candidate.project)
    if chosen is not None:
        delay = chosen.year - candidate.funding_year
        return chosen.share >= _FULL and candidate.output_year + delay <= year
    rivals = (p for p, c in case.possible.items() if c.group and c.group == candidate.group)
    return any(p in case.funded for p in rivals)


def _lacks_people(case: _Case, candidate: Candidate, year: int) -> bool:
    """Whether more of a candidate would, in some year from then on, need more people than could be there."""
    chosen = case.funded.get(candidate.project)
    least = _PERSON if chosen is not None else candidate.people  # More of what is funded, or its smallest size.
    later = (t for t in case.facts.years if t >= max(year, candidate.full_year))
    spare = (case.spare.get((candidate.country, t), math.inf) for t in later)
    return candidate.people > 0.0 and min(spare, default=math.inf) < least


def _unmanned(case: _Case, stage: str, candidates: Sequence[Candidate]) -> str:
    named = sorted(c.project for c in candidates)
    where = sorted({case.facts.country(c.country) for c in candidates})
    return (
        f"{stage}: what could still be funded by then ({_some(named)}) needs more people than there are, trained ones"
        f" included, in {', '.join(where)}."
    )


def _some(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + rest


def _room(stage: str, names: Sequence[str]) -> str:
    return (
        f"{stage}: there is room left ({_some(names)} not funded at full size by then). Other stages, rules of the workbook, or"
        " what the proof leaves open hold back."
    )


def _late(case: _Case, stage: str, year: int, in_time: Sequence[Candidate], later: Sequence[Candidate]) -> str:
    first = min(c.output_year for c in [*in_time, *later])
    if not in_time:
        return (
            f"{stage}: funded in {case.facts.years[0]} or as soon as allowed, no candidate can produce before {first}."
        )
    coming = [c for c in later if c.output_year > year]
    ramping = len(later) - len(coming)
    parts = [f"{ramping} that could produce by {year} can only be ramping up then"] if ramping else []
    parts += [f"{len(coming)} cannot produce before {min(c.output_year for c in coming)}"] if coming else []
    return f"{stage}: of {len(in_time) + len(coming)} candidates, {' and '.join(parts)}."


def _used_up(stage: str, count: int, is_feed: bool) -> str:
    first = ", the first stage of the chain" if is_feed else ""
    if not count:
        return f"{stage}{first}: the workbook has no candidate that could be funded."
    whole = "the one candidate of the workbook is" if count == 1 else f"all {count} candidates of the workbook are"
    return f"{stage}{first}: {whole} funded at full size."


def _first_stages(facts: Facts) -> frozenset[str]:
    """Stages that a recipe without plants before it begins: none of its inputs is made by any process."""
    made = {k for recipe in facts.recipes.values() for k in recipe.outputs}
    stages = {row.text("process"): row.text("stage") for row in records(facts.workbook, "Recipes")}
    return frozenset(
        stages[process] for (process, _), recipe in facts.recipes.items() if not made & recipe.inputs.keys()
    )
