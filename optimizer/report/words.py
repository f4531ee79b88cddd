"""The sentences of the Summary: every one computed from the tables, none there where there is nothing to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from optimizer.report.bottlenecks import main_bottleneck, tonnes, when_in_words
from optimizer.report.facts import BASE, Facts
from optimizer.report.fairness_sheet import fairness
from optimizer.report.flows import largest_dependence
from optimizer.report.losses import Loss, judge
from optimizer.report.money_words import money_sentences
from optimizer.report.people import binding_people
from optimizer.report.redundancy import Ruling, rulings
from optimizer.report.sources import ESTIMATE, confidence, resting
from optimizer.report.trace import Trace
from optimizer.wording import percent, plural, year_list

FULL = 0.9995


def key_sentences(facts: Facts, trace: Trace) -> list[str]:
    """What a planner should take away, most important first: up to six, and three on public support."""
    found = [
        _coverage(facts),
        _worst_loss(facts),
        _binding(facts),
        _people(facts),
        *money_sentences(facts),
        _dependence(facts, trace),
        _tightest(facts),
        fairness(facts),
    ]
    return [sentence for sentence in found if sentence]


def _coverage(facts: Facts) -> str:
    found = [(t, x) for t, x in zip(facts.years, facts.served(BASE), strict=True) if x is not None]
    if not found:
        return "There is no demand in the years of the plan."
    (first, now), (last, end) = found[0], found[-1]
    worst_year, worst = min(found, key=lambda item: item[1])
    worst_year = next((t for t, x in ((first, now), (last, end)) if x - worst < 5e-5), worst_year)
    if worst >= FULL:
        when = f"in every year from {first} to {last}" if last > first else f"in {first}"
        return f"With nothing lost, all demand is served {when}."
    least = f"{percent(worst)}{_shortest_sector(facts, worst_year)}"
    if max(x for _, x in found) - worst < 5e-5:
        when = f"in every year from {first} to {last}" if last > first else f"in {first}"
        return f"With nothing lost, {least} of all demand is served {when}."
    if worst_year == first:
        return f"With nothing lost, {least} of all demand is served in {first}, the lowest year, and {percent(end)} in {last}."
    if worst_year == last:
        return f"With nothing lost, {percent(now)} of all demand is served in {first} and {least} in {last}, the lowest year."
    return (
        f"With nothing lost, {percent(now)} of all demand is served in {first} and {percent(end)} in {last}; the lowest"
        f" year is {worst_year} with {least}."
    )


def _shortest_sector(facts: Facts, year: int) -> str:
    """The sector that is served least in a year, unless there is but one."""
    at = facts.years.index(year)
    found = [(x, n) for n, s in enumerate(facts.sectors) if (x := facts.served(BASE, s)[at]) is not None]
    share, place = min(found)
    return f" ({facts.sectors[place]} {percent(share)})" if len(found) > 1 else ""


def _worst_loss(facts: Facts) -> str:
    losses = [loss for loss in judge(facts) if loss.worst is not None]
    if not losses:
        return ""
    worst, left = losses[0], losses[0].worst or 0.0
    if left >= FULL:
        tried = "in the one loss" if len(losses) == 1 else f"in each of the {len(losses)} losses"
        return f"All demand is still served {tried} that the plan was tried against."
    unhurt = sum((loss.worst or 0.0) >= FULL for loss in losses)
    leaving = {0: "none leaves", 1: "one leaves"}.get(unhurt, f"{unhurt} leave")
    rest = f" Of {len(losses)} losses, {leaving} everything served." if len(losses) > 1 else ""
    return (
        f"Worst loss: “{facts.loss(worst.scenario)}” ({worst.scenario}) leaves {percent(left)} of all demand served in"
        f" {worst.worst_year}{_hardest_hit(facts, worst)}.{rest}"
    )


def _hardest_hit(facts: Facts, loss: Loss) -> str:
    if len(facts.sectors) < 2:
        return ""
    return f"; {loss.sector} falls to {percent(loss.sector_worst or 0.0)} in {loss.sector_year}"


def _binding(facts: Facts) -> str:
    main = main_bottleneck(facts)
    if main is None:
        return ""
    stage, when, worst = main
    last = max(year for years in when.values() for year in years)
    after = f"; after {last} it no longer binds" if last < facts.years[-1] else ""
    how = dict(worst.stages)[stage]
    alone = "" if how == "alone" else " together with others"
    return (
        f"The stage that holds back most is {stage}, binding{alone} {when_in_words(facts, when)} (at worst"
        f" {tonnes(worst.shortfall_t)} priority-weighted t short, {worst.year}){after}."
    )


def _people(facts: Facts) -> str:
    """Where people bind; nothing in a case that does not limit them, or where they are enough."""
    return next(iter(binding_people(facts)), "")


def _dependence(facts: Facts, trace: Trace) -> str:
    found = largest_dependence(facts, trace)
    if found is None:
        return ""
    home = "" if facts.is_ally(found.country) else ", which is no ally"
    return (
        f"Largest dependence on one country: {percent(found.share)} of all material of stage “{found.stage}” in"
        f" {found.year} comes from {facts.country(found.country)}{home}."
    )


def _tightest(facts: Facts) -> str:
    found = sorted(rulings(facts), key=lambda ruling: ruling.tightness)
    if not found:
        return ""
    first = found[0]
    exact = sum(ruling.least_slack <= 1e-6 for ruling in found)
    more = f"; {exact} of {len(found)} measures have nothing to spare" if exact > 1 else ""
    when = year_list(first.tightest)
    return f"Tightest redundancy rule: “{first.rule}”, {_standing(first)} in {when}{more}."


def _standing(ruling: Ruling) -> str:
    year = ruling.tightest[0]
    if ruling.is_share:
        return f"{percent(ruling.achieved[year])} against at most {percent(ruling.required)}"
    one, many = ("country", "countries") if ruling.measure == "min_countries" else ("project", "projects")
    return f"{plural(round(ruling.achieved[year]), one, many)} against at least {round(ruling.required)}"


def _estimates(facts: Facts) -> str:
    count = sum(confidence(facts.projects.get(p)) == ESTIMATE for p in facts.funded["project"])
    outlay = next((x for x in resting(facts) if x.kind == "musd"), None)
    if not count or outlay is None:
        return ""
    whole = plural(len(facts.funded), "funded project")
    return f"Data: {count} of the {whole} and {percent(outlay.estimated)} of the public outlay rest on rows marked “{ESTIMATE}”."


# ---------------------------------------------------------------- what stands behind it


def proof(facts: Facts) -> list[str]:
    """The lines on gap, audit, need and data, in plain words."""
    lines = (_coverage_gap(facts), _cost_gap(facts), _audit(facts), _tidiness(facts), _estimates(facts))
    return [line for line in lines if line]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _points(value: float) -> str:
    return f"{value:.2g}" if value < 1 else f"{value:.1f}"


def _coverage_gap(facts: Facts) -> str:
    gap, short = (_number(facts.manifest.get(name)) for name in ("coverage_gap_points", "coverage_gap_t"))
    if gap is None:
        return ""
    counted = "nothing lost and the losses together" if facts.losses else "all years together"
    if gap < 0.005:
        return f"Coverage: no plan can cover more ({counted}); proven."
    weighted = f"{tonnes(short)} priority-weighted t, " if short is not None else ""
    asked = _asked(facts, gap, "coverage_gap_points", "{:g} points".format)
    return f"Coverage: no plan can cover more than {_points(gap)} points better ({weighted}{counted}); proven{asked}."


def _asked(facts: Facts, gap: float, option: str, form: Callable[[float], str]) -> str:
    options = facts.manifest.get("options")
    wanted = _number(options.get(option)) if isinstance(options, Mapping) else None
    if wanted is None or gap <= wanted * (1 + 1e-9):
        return ""
    return f", but not within the {form(wanted)} asked for"


def _two_digits(share: float) -> str:
    return f"{100.0 * share:.2f} %"


def _cost_gap(facts: Facts) -> str:
    gap, bounds = _number(facts.manifest.get("cost_gap")), facts.manifest.get("bounds")
    if gap is None:
        return ""
    alike = "no plan" if facts.manifest.get("objective") == "cost" else "no plan of this coverage"
    if not isinstance(bounds, Mapping) or bounds.get("cost_musd") is None:
        return "Cost: how much cheaper another plan could be was not proven in the time given."
    if gap < 5e-6:
        return f"Cost: {alike} costs less; proven."
    return f"Cost: {alike} is cheaper by more than {_two_digits(gap)}; proven{_asked(facts, gap, 'cost_gap', _two_digits)}."


def _audit(facts: Facts) -> str:
    audit = facts.manifest.get("audit")
    if not isinstance(audit, Mapping):
        return ""
    if not audit.get("passed"):
        return f"AUDIT FAILED: {audit.get('violations')} violations in {audit.get('checks'):,} checks."
    how = "everything was recomputed from the workbook's cells and the written tables"
    return f"Audit passed, {audit.get('checks'):,} checks: {how}."


def _tidiness(facts: Facts) -> str:
    if facts.funded.empty or facts.relaxed:
        return ""
    tidy = facts.manifest.get("tidiness")
    if not isinstance(tidy, Mapping) or not tidy.get("trials"):
        return "Need: whether every funded project is needed was not tried (no time was left)."
    trials = plural(int(tidy["trials"]), "trial")
    done = [f"{plural(len(tidy[key]), 'project')} {key}" for key in ("dropped", "delayed") if tidy.get(key)]
    found = f"; {' and '.join(done)} on the way" if done else ""
    if tidy.get("complete"):
        shown = "every funded project was shown to be needed, and none can be a year later"
        return f"Need: {shown}, without losing coverage or raising cost ({trials}{found})."
    return (
        "Need: not every funded project was shown to be needed: the time ended after"
        f" {trials} of leaving one out or funding it a year later{found}."
    )
