"""What ``explain`` found of a project, in sentences: each drawn from the figures of its card."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.report.bottlenecks import joined, tonnes
from optimizer.report.compare_proof import points
from optimizer.report.explained import (
    BUDGET,
    CAPEX,
    DEMAND,
    FEED,
    LEAD,
    OPEX,
    PRICE,
    RIVALS,
    RULE,
    SHARE,
    UNTOLD,
    Card,
    Explanation,
    Hold,
    Losses,
    Price,
)
from optimizer.report.facts import each, percent, year_span
from optimizer.report.matrix_tables import FROM
from optimizer.report.reasons import money, names
from optimizer.report.trace import NOT_USED

_LEAST_T, _LEAST_MUSD, _LEAST_SHARE = 1e-3, 1e-3, 5e-4
NOT_TOLD = "cannot be told apart at this gap"


def sentences(e: Explanation, card: Card) -> list[str]:
    """Two to four sentences on a project."""
    if not card.reached:
        return ["Not reached in the time given."]
    parts = [_since(e, card), _cost(e, card), "" if card.funded else _held(e, card), _displaced(card), *_prices(card)]
    return [part for part in parts if part]


def verdict(e: Explanation, card: Card) -> str:
    """A project in a few words."""
    if not card.reached:
        return "not reached"
    lost = e.losses(card)
    if card.turned is not None and not card.turned.possible:
        return "must be in: no plan is possible without it" if card.funded else "cannot be funded"
    if lost is None:
        return "no plan found in the search"
    turned = "without it" if card.funded else "with it"
    if lost.is_better:
        return f"a better plan was found {turned}"
    if lost.is_told:
        return f"worse {turned}, proven"
    if lost.is_equal and e.covers:
        dearer = lost.dearer_musd
        if dearer is None or abs(dearer) < _LEAST_MUSD:
            return f"as good {turned}"
        return f"covers as much {turned}, {'dearer' if dearer > 0 else 'cheaper'}"
    return NOT_TOLD


# ---------------------------------------------------------------- in or out


def _since(e: Explanation, card: Card) -> str:
    budgeted, place = e.budgeted.get(card.project), e.places.get(card.project)
    if place is not None:
        head = (
            f"In: funded in {int(place.funded_year)} with {tonnes(place.size_t_per_year)} t/yr, for"
            f" {money(place.public_outlay_musd)} of {money(place.capex_musd)} MUSD from public money"
        )
    else:
        head = "Out"
    if budgeted is None:
        return f"{head}." if place is not None else ""
    when = f"; in the comparison {budgeted.kind}" if budgeted.kind != FROM else ""
    if budgeted.kind == FROM and budgeted.first_musd is not None:
        when = f"; in the comparison from {money(budgeted.first_musd)} MUSD on"
    return f"{head}{when} ({budgeted.funded_at} of {budgeted.budgets} budgets)."


def _cost(e: Explanation, card: Card) -> str:
    """What turning the plan round costs."""
    turned, lost = card.turned, e.losses(card)
    what = "Without it" if card.funded else "Forced in"
    if turned is None:
        return ""
    if not turned.possible:
        return "Without it no plan keeps every limit." if card.funded else "It cannot be forced in: no plan has it."
    if lost is None:
        return f"{what}: the search found no plan, and proved that there is none only below the bound."
    if not e.covers:
        return f"{what} the best plan found costs {_more(lost.found, 'MUSD')}{_band(e, lost)}."
    beside = _beside(lost)
    if lost.is_equal:
        return f"{what} the best plan found covers as much{beside}{_band(e, lost)}."
    less = "less" if lost.found > 0 else "more"
    much = f"{points(abs(e.points(lost.found) or 0.0))} points {less} ({tonnes(abs(lost.found))} weighted t)"
    better = ": the gap of the run allowed a better plan" if lost.is_better else ""
    return f"{what} the best plan found covers {much}{beside}{better}{_band(e, lost)}."


def improved(e: Explanation) -> str:
    """That a better plan than that of the run was found."""
    less = e.value - e.best_value
    much = f"covers {points(e.points(less) or 0.0)} points more" if e.covers else f"costs {money(less)} MUSD less"
    return (
        f"The search found a plan that {much} than that of the run, within its gap; projects are weighed against that one."
        " Solve with a smaller gap to have it."
    )


def _more(value: float, unit: str) -> str:
    return f"{money(abs(value))} {unit} {'more' if value >= 0 else 'less'}"


def _beside(lost: Losses) -> str:
    dearer = lost.dearer_musd
    if dearer is None:
        return ""
    return " at the same cost" if abs(dearer) < _LEAST_MUSD else f" and costs {_more(dearer, 'MUSD')}"


def _band(e: Explanation, lost: Losses) -> str:
    """What is proven of the loss."""
    if lost.most - lost.least <= 2 * lost.same:
        return "; proven"
    if not e.covers:
        least, most = money(lost.least), money(lost.most)
        unit = "MUSD"
    else:
        least, most = (points(e.points(x) or 0.0) for x in (lost.least, lost.most))
        unit = "points"
    told = "" if lost.is_told else f"; {NOT_TOLD}"
    return f" (proven: at least {least}, at most {most} {unit}{told})"


# ---------------------------------------------------------------- what keeps it out


def held_by(e: Explanation, card: Card) -> str:
    """The limit that keeps a project out, as the tests tell it."""
    hold, turned = card.hold, card.turned
    if hold is None or turned is None:
        return UNTOLD
    if hold.group_filled_by:
        return RULE
    if hold.first_output is None:
        return LEAD
    if not turned.possible:
        return _impossible(hold)
    if e.covers and hold.short_years and max(hold.short_years) < hold.first_output:
        return LEAD
    if hold.on_top_gain is None:
        return UNTOLD
    if hold.on_top_gain > (_LEAST_T if e.covers else _LEAST_MUSD):
        return BUDGET
    if hold.in_place_of:
        return RULE
    if not e.covers:
        return PRICE
    return FEED if hold.fed_gain_t is not None and hold.fed_gain_t > _LEAST_T else DEMAND


def _impossible(hold: Hold) -> str:
    if not hold.possible_without:
        return UNTOLD
    return BUDGET if "money" in hold.possible_without else RULE


def _held(e: Explanation, card: Card) -> str:
    hold = card.hold
    if hold is None:
        return ""
    kind = held_by(e, card)
    says = {RULE: _rule, LEAD: _lead, BUDGET: _budget, FEED: _feed, DEMAND: _demand, PRICE: _price}
    if kind not in says:
        return "No single limit that was tested keeps it out."
    return says[kind](e, card, hold)


def _rule(e: Explanation, card: Card, hold: Hold) -> str:
    group = e.facts.projects[card.project].text("group")
    if hold.group_filled_by:
        return f"A rule keeps it out: its group “{group}” is filled by {hold.group_filled_by}, which stands."
    if hold.possible_without:
        return f"A rule keeps it out: without {joined(list(hold.possible_without))} it could be forced in."
    rest = "serves no more" if e.covers else f"costs {money(-(hold.on_top_gain or 0.0))} MUSD more"
    return (
        f"A rule keeps it out: one of its group “{group}” may be funded, and in place of {joined(list(hold.in_place_of))} it"
        f" {rest}, even with no limit on money."
    )


def _lead(e: Explanation, card: Card, hold: Hold) -> str:
    if hold.first_output is None:
        return f"Its lead time keeps it out: no output by {e.facts.years[-1]}, the last year."
    last = max(hold.short_years)
    return f"Its lead time keeps it out: first output in {hold.first_output}, and nothing is short after {last}."


def _budget(e: Explanation, card: Card, hold: Hold) -> str:
    if hold.on_top_gain is None:
        return "The budget keeps it out: it needs more public money than its limits allow."
    gain = (
        f"cover {points(e.points(hold.on_top_gain) or 0.0)} points ({tonnes(hold.on_top_gain)} weighted t) more"
        if e.covers
        else f"cost {money(hold.on_top_gain)} MUSD less"
    )
    place = f" in place of {joined(list(hold.in_place_of))}" if hold.in_place_of else ""
    others = f", {joined(list(hold.with_required))} which it requires included" if hold.with_required else ""
    return (
        f"The budget keeps it out: were money no limit, the plan with it added{place} ({money(hold.on_top_outlay_musd or 0.0)}"
        f" MUSD of public money{others}) would {gain}."
    )


def _feed(e: Explanation, card: Card, hold: Hold) -> str:
    scarce = [k for k, x in hold.by_input.items() if x > _LEAST_T]
    inputs = [e.facts.material(k) for k in scarce] or ["feed"]
    what = " or ".join(inputs) if scarce else "feed"
    return (
        f"Its feed keeps it out: added to the plan it serves nothing more, but as if it needed no {what} it would serve"
        f" {tonnes(hold.fed_gain_t or 0.0)} weighted t more in {hold.fed_year} (base)."
    )


def _demand(e: Explanation, card: Card, hold: Hold) -> str:
    if not hold.short_years:
        return "It is not needed: nothing is short in the plan, nor in any loss that is evaluated."
    head = "It is not needed: with no limit on money, and losses counted, the plan with it added serves nothing more"
    if hold.fed_year is None:
        return f"{head}."
    binding = e.run["bottlenecks"]
    stages = [str(x.stage) for x in each(binding) if x.year == hold.fed_year and x.binds != "no"]
    others = [s for s in dict.fromkeys(stages) if s != e.facts.stage_of[card.project]]
    where = f"; what binds then is {joined(others)}" if others else ""
    short = f"{tonnes(hold.fed_short_t or 0.0)} weighted t short"
    return f"{head}, and in {hold.fed_year} ({short}) not even if it needed no feed{where}."


def _price(e: Explanation, card: Card, hold: Hold) -> str:
    more = money(-(hold.on_top_gain or 0.0))
    return f"Its price keeps it out: even with no limit on money the plan with it added costs {more} MUSD more."


# ---------------------------------------------------------------- what moves


def _displaced(card: Card) -> str:
    moves = () if card.turned is None else card.turned.moves
    others = [move for move in moves if move.project != card.project]
    if card.turned is None or not card.turned.possible or card.turned.value is None:
        return ""
    by_change = {change: [move.project for move in others if move.change == change] for change in _CHANGES}
    parts = [_moved(change, found) for change, found in by_change.items() if found]
    if card.funded:
        return f"In its place {'; '.join(parts)}." if parts else "Nobody takes its place."
    if not by_change["out"]:
        return f"It displaces nobody; {'; '.join(parts)}." if parts else "It displaces nobody."
    rest = [_moved(change, found) for change, found in by_change.items() if found and change != "out"]
    return "; ".join([f"It displaces {names(by_change['out'])}", *rest]) + "."


# One, many: what a project does when the plan is turned round at another one.
_CHANGES = {
    "in": ("comes in", "come in"),
    "out": ("goes out", "go out"),
    "later": ("is funded later", "are funded later"),
    "earlier": ("is funded earlier", "are funded earlier"),
    "larger": ("is built larger", "are built larger"),
    "smaller": ("is built smaller", "are built smaller"),
}


def _moved(change: str, found: Sequence[str]) -> str:
    return f"{names(found)} {_CHANGES[change][len(found) > 1]}"


# ---------------------------------------------------------------- what would change it


def _prices(card: Card) -> list[str]:
    return [line for price in card.prices if (line := price_sentence(card, price))]


def price_sentence(card: Card, price: Price) -> str:
    """A break-even in words; blank where nothing was searched."""
    if price.skipped:
        return ""
    if price.lever == RIVALS:
        return _rival_sentence(price)
    word = {CAPEX: "capital cost", SHARE: "public share", OPEX: "cost of running it"}[price.lever]
    sure = _sure(price)
    if card.funded:
        if price.out_from is None:
            return f"It stays in even at {price.high:g} times its {word}{sure}."
        if price.in_up_to is None:
            return f"Already at its {word} of now a plan without it is as good or better{sure}."
        up_to, out = _figure(price, price.in_up_to), _figure(price, price.out_from)
        return f"It stays in up to {up_to} of {word} (now {_figure(price, 1.0)}), and is out from {out}{sure}."
    if price.in_up_to is None:
        return f"No {word}, not even 0, would bring it in{sure}."
    if price.out_from is None:
        return f"Already at its {word} of now a plan with it is as good or better{sure}."
    up_to, out = _figure(price, price.in_up_to), _figure(price, price.out_from)
    return f"It would be chosen at a {word} of up to {up_to} (now {_figure(price, 1.0)}), not from {out}{sure}."


def _figure(price: Price, factor: float | None) -> str:
    value = (factor or 0.0) * (price.now or 0.0)
    if price.lever == SHARE:
        return f"{100.0 * value:.4g} %"
    if price.lever == OPEX and not price.now:
        return percent(factor or 0.0)
    return f"{value:,.4g} {price.unit}" if value < 1000 else f"{value:,.0f} {price.unit}"


def _sure(price: Price) -> str:
    count = len(price.trials)
    if price.is_verified:
        return (
            f" (verified on both sides, {count} solves)"
            if price.in_up_to is not None and price.out_from
            else f" (proven, {count} solves)"
        )
    proven_in = "" if price.proven_in is None else f"in up to {price.proven_in:.2g} of it"
    proven_out = "" if price.proven_out is None else f"out from {price.proven_out:.2g} of it on"
    proven = joined([x for x in (proven_in, proven_out) if x])
    return (
        f" (by the best plans found, {count} solves; proven {proven})"
        if proven
        else (f" (by the best plans found, {count} solves; {NOT_TOLD})")
    )


def _rival_sentence(price: Price) -> str:
    who, sure = names(list(price.rivals)), _sure(price)
    if price.in_up_to is None:
        return f"Not even for nothing would {who} make up for it{sure}."
    if price.out_from is None:
        return f"At the prices of now {who} already make up for it{sure}."
    most, less = percent(price.in_up_to), percent(1.0 - price.in_up_to)
    return f"{who} would have to cost at most {most} of their capital cost, {less} less, to make up for it{sure}."


# ---------------------------------------------------------------- what it serves


def serving(e: Explanation, card: Card) -> str:
    """Where its output ends, all years together."""
    if not card.serves:
        return ""
    total = sum(card.serves.values())
    by_sector: dict[str, float] = {}
    for (sector, _), t in card.serves.items():
        by_sector[sector] = by_sector.get(sector, 0.0) + t
    order = sorted((s for s in by_sector if s != NOT_USED), key=lambda s: (-by_sector[s], s))
    parts = [f"{percent(by_sector[s] / total)} {s}" for s in order if by_sector[s] / total >= _LEAST_SHARE]
    if by_sector.get(NOT_USED, 0.0) / total >= _LEAST_SHARE:
        parts.append(f"{percent(by_sector[NOT_USED] / total)} not used")
    when = year_span(sorted({year for _, year in card.serves}))
    plan = "" if card.funded else " Forced in"
    head = f"{plan.strip() + ', of' if plan else 'Of'} its output of {tonnes(total)} t, {when}"
    return f"{head}: {joined(parts)}." if parts else ""


def key_sentences(e: Explanation, cards: Sequence[Card]) -> list[str]:
    """What the overview says first."""
    reached = [card for card in cards if card.reached]
    out = [card for card in reached if not card.funded]
    found = []
    counts: dict[str, list[str]] = {}
    for card in out:
        counts.setdefault(held_by(e, card), []).append(card.project)
    if out:
        parts = [
            f"{kind}: {len(found_)} ({names(found_)})"
            for kind, found_ in sorted(counts.items(), key=lambda x: -len(x[1]))
        ]
        found.append(f"What keeps the {len(out)} unfunded projects out: {'; '.join(parts)}." if len(out) > 1 else "")
    told = [card for card in reached if (lost := e.losses(card)) is not None and lost.is_told]
    untold = [card for card in reached if verdict(e, card) == NOT_TOLD]
    better = [card for card in reached if (lost := e.losses(card)) is not None and lost.is_better]
    if told:
        worst = max(told, key=lambda card: getattr(e.losses(card), "least", 0.0))
        lost = e.losses(worst)
        assert lost is not None
        much = f"{points(e.points(lost.least) or 0.0)} points" if e.covers else f"{money(lost.least)} MUSD"
        who = names([card.project for card in told])
        found.append(f"Proven worse if turned round: {who}; most of all {worst.project}, at least {much}.")
    if untold:
        found.append(f"{NOT_TOLD[:1].upper()}{NOT_TOLD[1:]}: {names([card.project for card in untold])}.")
    if better:
        who = names([card.project for card in better])
        found.append(f"The best plan found is on the other side than the plan of the run at {who}: its gap allowed it.")
    if e.run_can_be_improved:
        found.append(improved(e))
    late = [card.project for card in cards if not card.reached]
    if late:
        found.append(f"Not reached in the time given: {names(late)}.")
    return [line for line in found if line]


def behind(e: Explanation) -> list[str]:
    """What the figures mean and what stands behind them."""
    found = [
        "Turned round: the best plan found without a project that is in the plan, or with one that is out of it, against the best"
        " plan found that is not turned round there. Proven: no plans at all can make the difference smaller than at least, nor"
        f" larger than at most; where at least is 0 they {NOT_TOLD}."
    ]
    if e.covers and e.demand_t:
        found.append(
            f"1 point = 1 % of all demand of all years, weighted by priority ({tonnes(e.demand_t / 100.0)} weighted t), losses"
            " counted by their weight."
        )
    gap = e.value - e.bound
    if gap < float("inf"):
        much = f"{points(e.points(gap) or 0.0)} points" if e.covers else f"{money(gap)} MUSD"
        found.append(f"Of the plan of the run it was proven that no plan is better by more than {much}.")
    checks = [card.turned.audited_checks for card in e.cards if card.turned and card.turned.audited_checks]
    if checks:
        found.append(
            f"Audit passed for {len(checks)} of the plans turned round, those of the projects named: {sum(checks):,} checks; the"
            " others were priced by the models alone."
        )
    if e.comparison:
        found.append(f"Since which budget: from the comparison in {e.comparison}.")
    cut = [card.project for card in e.cards if card.turned and not card.turned.reproducible]
    if cut:
        found.append(f"Not reproducible, because time cut the search: {names(cut)}.")
    return found
