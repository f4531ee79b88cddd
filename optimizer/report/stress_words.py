"""The sentences of ``stress``: every one computed, none there where there is nothing to say."""

from __future__ import annotations

from optimizer.report.price_words import not_priced, price_sentences
from optimizer.report.repair_words import repair_sentences
from optimizer.report.rounding import tonnes
from optimizer.report.stress_chance import clear_from, meets, ranking_rows
from optimizer.report.stressed import Stressed
from optimizer.solve.stress import Breaking
from optimizer.stress_cases import DELAY, PAIR
from optimizer.stress_jobs import LossResult
from optimizer.wording import joined, money, names, percent, plural

_MOST_VARIABLES = 3
_LEAST_OVERRUN = 0.0005
_NOTHING_KT = 1e-6


def key_sentences(stressed: Stressed) -> list[str]:
    """What a planner should take away, most important first."""
    found = [
        nothing_lost(stressed),
        worst_loss(stressed),
        worst_pair(stressed),
        worst_delay(stressed),
        holding_out(stressed),
        *repairs(stressed),
        *prices(stressed),
        overrun(stressed),
        chance(stressed),
    ]
    return [sentence for sentence in found if sentence]


def nothing_lost(stressed: Stressed) -> str:
    """What the plan serves as it is."""
    every = stressed.sectors[0]
    shares = [(x, t) for t, a in stressed.base.items() if (x := stressed.coverage(a, every, t)) is not None]
    if not shares:
        return "Nothing is demanded, so nothing can fall short."
    lowest, year = min(shares)
    count = plural(len(stressed.plan.sizes), "project")
    return (
        f"The plan ({stressed.plan.source}, {count} funded) serves {percent(lowest)} of demand in its lowest year, {year},"
        " with nothing lost."
    )


def worst_loss(stressed: Stressed) -> str:
    """The single loss that costs most."""
    hurting = [x for x in stressed.singles if x.first_short is not None]
    if not stressed.singles:
        return ""
    if not hurting:
        return f"None of {plural(len(stressed.singles), 'single loss', 'single losses')} makes any sector short."
    worst = hurting[0]
    breaks = worst.worst_breaking
    stage = f"; in {breaks.year}, which costs most, {_binds(breaks)}" if breaks and breaks.binds else ""
    return (
        f"Of {plural(len(stressed.singles), 'single loss', 'single losses')} {len(hurting)} make some sector short; costliest"
        f" over all years is {stressed.title(worst.loss)}: {_lowest(stressed, worst)}, first short in {worst.first_short}{stage}."
    )


def _binds(breaking: Breaking) -> str:
    return f"{joined(breaking.binds)} {'binds' if len(breaking.binds) == 1 else 'bind together'}"


def worst_pair(stressed: Stressed) -> str:
    """The pair that costs most, against the worse of its two."""
    pairs = stressed.of(PAIR)
    if not pairs or pairs[0].first_short is None:
        return ""
    worst = pairs[0]
    alone = {x.loss.name: stressed.cost_kt(x) for x in stressed.singles}
    parts = sum(alone.get(part.name, 0.0) for part in worst.loss.parts)
    more = stressed.cost_kt(worst) - parts
    beyond = f", {tonnes(more):,.0f} t more than the two losses one by one add up to" if tonnes(more) >= 1.0 else ""
    return (
        f"Of {plural(len(pairs), 'pair')} the costliest over all years is {stressed.title(worst.loss)}:"
        f" {_lowest(stressed, worst)};"
        f" {tonnes(stressed.cost_kt(worst)):,.0f} t priority-weighted over all years{beyond}."
    )


def worst_delay(stressed: Stressed) -> str:
    """The delay that costs most."""
    late = [x for x in stressed.of(DELAY) if x.first_short is not None]
    every = stressed.of(DELAY)
    if not every:
        return ""
    if not late:
        return f"No delay of a single project by up to two years makes any sector short ({len(every)} delays)."
    worst = late[0]
    return (
        f"Of {plural(len(every), 'delay')} {len(late)} make some sector short; costliest is {stressed.title(worst.loss)}:"
        f" {tonnes(stressed.cost_kt(worst)):,.0f} t priority-weighted over all years."
    )


def holding_out(stressed: Stressed) -> str:
    """How long stocks last in the worst loss that begins when it first hurts, and when fresh starts make up for it."""
    hurting = [x for x in stressed.singles if x.first_short is not None]
    if not hurting:
        return ""
    worst, every = hurting[0], stressed.sectors[0]
    start = worst.first_short
    back, alone = worst.recovery.get(every), _as_before(stressed, worst, start)
    again = f"served as before again in {back}" if back else f"not served as before again by {stressed.years[-1]}"
    if alone and back and alone[0] <= back:  # What was funded already is enough for a while.
        until = alone[-1]
        left = "" if until == stressed.years[-1] else f", and short again from {until + 1} on without fresh starts"
        return (
            f"If {stressed.title(worst.loss)} is lost from {start} on,{_kept(worst, every, start)} demand is served as before"
            f" again in {alone[0]} by what the plan funds{left}."
        )
    return (
        f"If {stressed.title(worst.loss)} is lost from {start} on,{_kept(worst, every, start)} with every free candidate started"
        f" the year after, demand is {again}."
    )


def _kept(worst: LossResult, sector: str, start: int | None) -> str:
    kept = next((s.years.get(sector) for s in worst.survivals if s.start == start), None)
    return "" if kept is None else f" the stocks close {12.0 * kept:.1f} months of the gap of all sectors;"


def _as_before(stressed: Stressed, worst: LossResult, start: int | None) -> list[int]:
    """The first years in a row after the start in which every sector is served as with nothing lost, the plan held."""
    found: list[int] = []
    for t in [t for t in stressed.years if start is not None and t > start]:
        answer, base = worst.answers.get(t, stressed.base[t]), stressed.base[t]
        if all(answer.short_kt[s] <= base.short_kt[s] + _NOTHING_KT for s in stressed.sectors):
            found.append(t)
        elif found:
            break
    return found


def repairs(stressed: Stressed) -> list[str]:
    """The cheapest repair of each loss that was asked for, a paragraph each."""
    return [" ".join(repair_sentences(stressed.facts, stressed.repair_title(x), x)) for x in stressed.repairs]


def prices(stressed: Stressed) -> list[str]:
    """What redundancy costs, or how to find it."""
    if stressed.prices is None:
        return [not_priced(stressed.priceable)]
    return price_sentences(stressed.facts, stressed.prices, brief=True) if stressed.prices.prices else []


def overrun(stressed: Stressed) -> str:
    """What dearer capital does to budget and pots."""
    found = stressed.overrun
    if found.most is None:
        return ""
    stands = (
        f"Capital may become {percent(found.most)} dearer before money runs out"
        if found.most >= _LEAST_OVERRUN
        else "No dearer capital can be paid: some of the money is spent to the last"
    )
    parts = []
    if found.budget_gone is not None:
        parts.append(f"{money(found.over_budget_musd)} MUSD of the total budget (gone in {found.budget_gone})")
    if found.unpaid_musd:
        first = min(t for _, _, t in found.unpaid_musd)
        parts.append(f"{money(sum(found.unpaid_musd.values()))} MUSD of the pots (first in {first})")
    paid = f"{joined(parts)} are missing" if parts else "everything is paid"
    return f"{stands}; at an overrun of {percent(found.share)} {paid}.{_earning(stressed)}"


def _earning(stressed: Stressed) -> str:
    """What firms would ask for to earn their hurdle rates with dearer capital; blank without instruments."""
    found = stressed.overrun.earning
    if found is None:
        return ""
    more = (
        " That is with packages at their shares of capital, with which firms earn less than their hurdle rates. To earn them,"
        f" plants would need {money(found.dearer_musd)} MUSD of public money at least, {money(found.planned_musd)} as planned"
    )
    if not found.unable:
        return f"{more}."
    return f"{more}; no package does for {names(found.unable)}, which {'is' if len(found.unable) == 1 else 'are'} not in it."


def chance(stressed: Stressed) -> str:
    """How likely the target is, and what matters most."""
    if not stressed.draws:
        return ""
    every = stressed.sectors[0]
    met = sum(meets(stressed, draw, every) for draw in stressed.draws)
    rows = [r for r in ranking_rows(stressed) if r["sector"] == stressed.sector(every)]
    top = [f"{r['variable']} ({r['rank_correlation']:+.2f})" for r in rows if r["clear"] == "yes"][:_MOST_VARIABLES]
    matters = f"; what moves coverage most: {joined(top)}" if top else _nothing_clear(stressed, len(rows))
    return (
        f"With nothing lost, {percent(stressed.target)} of demand is served in every year in"
        f" {percent(met / len(stressed.draws))} of {len(stressed.draws)} draws{matters}."
    )


def _nothing_clear(stressed: Stressed, figures: int) -> str:
    """That no figure can be told from chance; blank where nothing was ranked."""
    least = clear_from(stressed)
    if least is None or not figures:
        return ""
    needed = f"a rank correlation of {least:.2f} would be needed" if least <= 1.0 else "so few draws cannot tell any"
    return (
        f"; which of the {figures} figures moves coverage most is not clear in {len(stressed.draws)} draws ({needed})"
    )


def _lowest(stressed: Stressed, result: LossResult) -> str:
    found = stressed.worst(result, stressed.sectors[0])
    return "no demand" if found is None else f"{percent(found[0])} of demand served in {found[1]}"
