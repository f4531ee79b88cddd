"""Sentences on strategies: what each reaches and what it leaves undone, all computed from what was solved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from optimizer.report.bottlenecks import main_bottleneck, tonnes, when_in_words
from optimizer.report.facts import ALL
from optimizer.report.side_by_side import FULL, NEARLY, Side, SideBySide
from optimizer.report.strategies_money import beside_plants, closing, money_sentences, price, treasury
from optimizer.strategy_jobs import Idle, Want
from optimizer.wording import joined, percent, plural, year_list

_SEEN_T, _SEEN_SHARE, _ALIKE_POINTS = 0.5, 0.05, 0.05
_NEARLY, _TOLD_POINTS = 0.9, 1.0
NOT_TAKEN = "plant that nobody takes from"
_MOST_RULES = 3
REACHES, GAP, SECTOR, IDLE, LOSS, RULES, NO_PLAN = (
    "what it reaches", "the gap", "the sector served least", "idle plant", "worst loss", "rules", "no plan",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A sentence, and what it is about."""

    about: str
    text: str


def sentences(told: SideBySide, side: Side) -> list[Said]:
    """Return what is said of a strategy, what it reaches first."""
    if not side.has_plan:
        why = " ".join(side.reached.reasons) or "No plan was found."
        return [Said(NO_PLAN, f"There is no plan ({side.status.replace('_', ' ')}). {why}")]
    parts = (_binds, _idle, _not_taken, _loss, _sector, _rules)
    first = [*_reaches(told, side), *_gap(told, side), *(Said(*x) for x in money_sentences(side))]
    return [*first, *(x for part in parts for x in part(side))]


def key_sentences(told: SideBySide) -> list[str]:
    """Return what a planner should take away of all strategies together."""
    if not told.held:
        return ["No strategy has a plan."]
    parts = (_best, _nothing, closing, treasury, _idlest, _untaken, _lossy, _fair_weather, _without)
    return [sentence for part in parts for sentence in part(told)]


# ---------------------------------------------------------------- one strategy


def _reaches(told: SideBySide, side: Side) -> Iterator[Said]:
    years = side.by_year
    if years.empty:
        yield Said(REACHES, "There is no demand in the years of the plan.")
        return
    last = years.iloc[-1]
    spent = f"{side.outlay_musd:,.0f} MUSD of public money{beside_plants(side)} and {plural(side.projects, 'project')}"
    text = (
        f"{spent}: {_share(side.coverage)} of all demand of all years is served with nothing lost,"
        f" {percent(float(last['coverage']))} in {int(last['year'])}{_against(told, side)}."
    )
    yield Said(REACHES, text[:1].upper() + text[1:])


def _against(told: SideBySide, side: Side) -> str:
    """The first strategy of the sheet is what the others are held against."""
    first = told.held[0]
    if side is first:
        return ""
    more = 100.0 * (side.coverage - first.coverage)
    if abs(more) < _ALIKE_POINTS:
        return f", no more than “{first.name}” ({percent(first.coverage)})"
    word = "more" if more > 0.0 else "less"
    return f", {abs(more):.1f} points {word} than “{first.name}”"


def _gap(told: SideBySide, side: Side) -> Iterator[Said]:
    years = side.by_year
    short = years[years["coverage"] < FULL]
    if short.empty:
        return
    if side.closes is not None:
        yield Said(
            GAP, f"The gap closes in {side.closes}; before that demand is short in {_years(short)}.{price(told, side)}"
        )
        return
    last, left = int(years.iloc[-1]["year"]), float((years["demand_t"] - years["served_t"]).iloc[-1])
    nearly = side.serves_from(NEARLY)
    almost = "" if nearly is None else f", and {NEARLY:.0%} or more is served from {nearly} on".replace("%", " %")
    text = f"The gap does not close by {last}: {tonnes(left)} t are short in that year{almost}.{price(told, side)}"
    yield Said(GAP, text)


def _years(rows: pd.DataFrame) -> str:
    return year_list([int(t) for t in rows["year"]])


def _idle(side: Side) -> Iterator[Said]:
    """What of each stage stands idle for want of which material, the largest share of a stage first."""
    found = [x for x in side.reached.wants if x.idle.no_feed_t >= max(_SEEN_T, _SEEN_SHARE * x.idle.capacity_t)]
    for n, want in enumerate(sorted(found, key=lambda x: -x.idle.no_feed_t / x.idle.capacity_t)):
        yield Said(IDLE if n == 0 else "other idle plant", f"{stands_idle(want)}.")


def _binds(side: Side) -> Iterator[Said]:
    """The stage that holds back most, as the search for bottlenecks found it."""
    main = main_bottleneck(side.facts)
    if main is None:
        return
    stage, when, worst = main
    alone = "" if dict(worst.stages)[stage] == "alone" else " together with others"
    short = f"at worst {tonnes(worst.shortfall_t)} priority-weighted t short, {worst.year}"
    yield Said(
        "what holds back",
        f"What holds back most is {stage}, binding{alone} {when_in_words(side.facts, when)} ({short}).",
    )


def _not_taken(side: Side) -> Iterator[Said]:
    """The stage of which most stands idle with feed at hand while demand is short: what comes after it takes no more."""
    worst = _least_taken(side)
    if worst is not None:
        yield Said(NOT_TAKEN, f"{_stands_untaken(worst)}.")


def _least_taken(side: Side) -> Idle | None:
    short = {int(t) for t, x in zip(side.by_year["year"], side.by_year["coverage"], strict=True) if x < FULL}
    found = [x for x in side.reached.idle if x.year in short and x.capacity_t > 0.0]
    worst = max(found, key=lambda x: (round(x.not_needed_t / x.capacity_t, 6), -x.year), default=None)
    if worst is None or worst.not_needed_t < max(_SEEN_T, 2.0 * _SEEN_SHARE * worst.capacity_t):
        return None
    return worst


def _stands_untaken(x: Idle) -> str:
    amount = f"{tonnes(x.not_needed_t)} of {tonnes(x.capacity_t)} t/yr ({percent(x.not_needed_t / x.capacity_t)})"
    return (
        f"{amount} of stage {x.stage} stand idle in {x.year} though feed is there and demand is short: the stages after it"
        " take no more"
    )


def stands_idle(want: Want) -> str:
    """The idle plant of a stage, t and %, in its worst year, and for want of what."""
    x = want.idle
    amount = f"{tonnes(x.no_feed_t)} of {tonnes(x.capacity_t)} t/yr ({percent(x.no_feed_t / x.capacity_t)})"
    return f"{amount} of stage {x.stage} stand idle in {x.year} {_for_want(want)}"


def _for_want(want: Want) -> str:
    """The material farthest up the chain that would nearly end it; what lies above it and would end a part."""
    if not want.freed_t:
        return "for want of several materials at once: no single one would let more run"
    most = max(x for _, x in want.freed_t)
    places = [n for n, (_, x) in enumerate(want.freed_t) if x >= _NEARLY * most]
    name, freed = want.freed_t[places[-1]]
    enough = "" if freed >= _NEARLY * want.idle.no_feed_t else f" (with it {tonnes(freed)} t more could run)"
    above = want.freed_t[places[-1] + 1 :]
    part = f"; more {above[0][0]} alone would let {tonnes(above[0][1])} t run" if above else ""
    return f"for want of {name}{enough}{part}"


def _loss(side: Side) -> Iterator[Said]:
    if side.worst_loss is None:
        return
    scenario, year, share = side.worst_loss
    if share >= FULL:
        yield Said(LOSS, "All demand is still served in every loss that was tried.")
    else:
        what = side.facts.loss(scenario)
        yield Said(LOSS, f"Worst loss: “{what}” leaves {percent(share)} of all demand served in {year}.")


def _sector(side: Side) -> Iterator[Said]:
    """The sector that is served least in the last year."""
    if side.served.empty or len(side.facts.sectors) < 2:
        return
    last = int(side.by_year.iloc[-1]["year"])
    rows = side.served[(side.served["year"] == last) & (side.served["sector"] != ALL)]
    worst = rows.sort_values(["coverage", "sector"]).iloc[0]
    if float(worst["coverage"]) < FULL:
        share = percent(float(worst["coverage"]))
        yield Said(SECTOR, f"Served least in {last} is {worst['sector']}, {share} of its demand.")


def _rules(side: Side) -> Iterator[Said]:
    missed = side.reached.missed
    if not missed:
        return
    rules = list(dict.fromkeys(x.rule for x in missed if x.measure != "min_coverage"))
    minima = list(dict.fromkeys(x.rule for x in missed if x.measure == "min_coverage"))
    parts = [_named(rules, "redundancy rule"), _named(minima, "minimum in a loss", "minima in losses")]
    yield Said(RULES, f"Of the workbook as it is, it misses {joined([x for x in parts if x])}.")


def _named(names: list[str], one: str, many: str = "") -> str:
    if not names:
        return ""
    shown = joined([f"“{x}”" for x in names[:_MOST_RULES]])
    rest = " among them" if len(names) > _MOST_RULES else ""
    return f"{plural(len(names), one, many or one + 's')} ({shown}{rest})"


# ---------------------------------------------------------------- all of them


def _best(told: SideBySide) -> Iterator[str]:
    best = max(told.held, key=lambda x: (round(x.coverage, 6), -round(x.outlay_musd, 1)))
    worst = min(told.held, key=lambda x: round(x.coverage, 6))
    if len(told.held) > 1 and 100.0 * (best.coverage - worst.coverage) < _ALIKE_POINTS:
        yield f"All strategies serve alike: {_share(best.coverage)} of all demand of all years with nothing lost."
    elif len(told.held) > 1:
        yield (
            f"Most is served by “{best.name}”: {_share(best.coverage)} of all demand of all years with nothing lost, for"
            f" {best.outlay_musd:,.0f} MUSD of public money; least by “{worst.name}”, {percent(worst.coverage)} for"
            f" {worst.outlay_musd:,.0f} MUSD."
        )


def _nothing(told: SideBySide) -> Iterator[str]:
    """Strategies that spend and serve next to nothing more than the first one."""
    first = told.held[0]
    found = [
        x
        for x in told.held[1:]
        if x.outlay_musd > first.outlay_musd + 1.0 and 100.0 * (x.coverage - first.coverage) < _TOLD_POINTS
    ]
    if found:
        named = joined([f"“{x.name}” ({x.outlay_musd:,.0f} MUSD)" for x in found])
        most = max(100.0 * (x.coverage - first.coverage) for x in found)
        yield (
            f"Money that serves next to nothing more than “{first.name}” with nothing lost, at most {max(0.0, most):.1f}"
            f" points{_more_in_the_worst_loss(first, found)}: {named}."
        )


def _more_in_the_worst_loss(first: Side, found: Sequence[Side]) -> str:
    """How much more they serve in their worst loss: what is spent on stocks is meant for it."""
    if first.worst_loss is None:
        return ""
    more = [(100.0 * (x.worst_loss[2] - first.worst_loss[2]), x.name) for x in found if x.worst_loss is not None]
    most, name = max(more, default=(0.0, ""))
    return f", and {most:.1f} in the worst loss (“{name}”)" if most >= _ALIKE_POINTS else ", and none in the worst loss"


def _idlest(told: SideBySide) -> Iterator[str]:
    """The strategy and stage with the largest share of plant idle for want of feed."""
    every = [(x, want) for x in told.held for want in x.reached.wants if want.idle.capacity_t >= _SEEN_T]
    if every:
        side, want = max(every, key=lambda pair: pair[1].idle.no_feed_t / pair[1].idle.capacity_t)
        yield f"Idle plant: with “{side.name}” {stands_idle(want)}."


def _untaken(told: SideBySide) -> Iterator[str]:
    """The strategy that leaves most of a stage without takers, where it is more than the first one leaves."""
    every = [(x, idle) for x in told.held if (idle := _least_taken(x)) is not None]
    if every:
        side, idle = max(every, key=lambda pair: pair[1].not_needed_t / pair[1].capacity_t)
        if side is not told.held[0]:
            yield f"Nobody takes it: with “{side.name}” {_stands_untaken(idle)}."


def _lossy(told: SideBySide) -> Iterator[str]:
    found = [(x, x.worst_loss) for x in told.held if x.worst_loss is not None]
    if len(found) < 2:
        return
    low, high = min(found, key=lambda pair: pair[1][2]), max(found, key=lambda pair: pair[1][2])
    if high[1][2] - low[1][2] < _ALIKE_POINTS / 100.0:
        left = f"{percent(low[1][2])} of all demand still served ({_where(low[0])})"
        yield f"The worst loss is alike in all of them: {left}."
        return
    yield (
        f"Worst loss: from {percent(low[1][2])} of all demand still served (“{low[0].name}”: {_where(low[0])}) to"
        f" {percent(high[1][2])} (“{high[0].name}”: {_where(high[0])})."
    )


def _where(side: Side) -> str:
    """The worst loss in words, and its worst year."""
    if side.worst_loss is None:
        return ""
    scenario, year, _ = side.worst_loss
    return f"{side.facts.loss(scenario)}, in {year}"


def _fair_weather(told: SideBySide) -> Iterator[str]:
    """Strategies that serve more than the first one with nothing lost, and in the worst loss no more."""
    first = told.held[0]
    if first.worst_loss is None:
        return
    found = [
        x
        for x in told.held[1:]
        if x.worst_loss is not None
        and 100.0 * (x.coverage - first.coverage) >= _TOLD_POINTS
        and 100.0 * (x.worst_loss[2] - first.worst_loss[2]) < _TOLD_POINTS
    ]
    for x in found:
        yield (
            f"“{x.name}” serves {100.0 * (x.coverage - first.coverage):.1f} points more than “{first.name}” as long as nothing is"
            f" lost, and no more than it in the worst loss ({_share(x.worst_loss[2] if x.worst_loss else 0.0)} of all demand)."
        )


def _share(share: float) -> str:
    """A share in a sentence; one that is nearly all is not told as all."""
    return f"{share:.2%}".replace("%", " %") if FULL <= share < 1.0 - 5e-5 else percent(share)


def _without(told: SideBySide) -> Iterator[str]:
    found = [x.name for x in told.sides if not x.has_plan]
    if found:
        yield f"Without a plan: {joined([f'“{x}”' for x in found])}; the reasons stand in the sheet Left undone."
