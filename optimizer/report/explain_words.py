"""What ``explain`` found of a project, in sentences: each drawn from the figures of its card."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.report.bottlenecks import joined, tonnes
from optimizer.report.compare_proof import points
from optimizer.report.explain_limits import held_sentence
from optimizer.report.explained import (
    CAPEX,
    OPEX,
    RIVALS,
    SHARE,
    Card,
    Explanation,
    Losses,
    Price,
)
from optimizer.report.facts import percent, year_span
from optimizer.report.matrix_tables import FROM
from optimizer.report.reasons import money, names
from optimizer.report.trace import NOT_USED

_LEAST_MUSD, _LEAST_SHARE = 1e-3, 5e-4
NOT_TOLD = "cannot be told apart at this gap"


def sentences(e: Explanation, card: Card) -> list[str]:
    """Two to four sentences on a project."""
    if not card.reached:
        return ["Not reached in the time given."]
    parts = [
        _since(e, card),
        _cost(e, card),
        "" if card.funded else held_sentence(e, card),
        _displaced(card),
        *_prices(card),
    ]
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
        public, capex = money(place.public_outlay_musd), money(place.capex_musd)
        paid = f"{public} of {capex} MUSD from public money"
        if e.facts.has_instruments:
            paid = f"{public} MUSD of public money (capital cost {capex} MUSD)"
        head = f"In: funded in {int(place.funded_year)} with {tonnes(place.size_t_per_year)} t/yr, for {paid}"
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
        return f"{what} the search found no plan; that there is none was not proven."
    if not e.covers:
        return f"{what} the best plan found costs {_more(lost.found, 'MUSD')}{_band(e, lost)}."
    beside = _beside(lost)
    if lost.is_equal:
        return f"{what} the best plan found covers as much{beside}{_band(e, lost)}."
    less = "less" if lost.found > 0 else "more"
    much = f"{points(abs(e.points(lost.found) or 0.0))} points {less} ({tonnes(abs(lost.found))} weighted t)"
    better = ": the gap of the run allowed a better plan" if lost.is_better else ""
    return f"{what} the best plan found covers {much}{beside}{better}{_band(e, lost)}."


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
        least, most = money(lost.least), "" if lost.most == float("inf") else money(lost.most)
        unit = "MUSD"
    else:
        least, most = (points(e.points(x) or 0.0) for x in (lost.least, lost.most))
        unit = "points"
    told = "" if lost.is_told else f"; {NOT_TOLD}"
    at_most = f", at most {most}" if most else ""
    beside = "against the best plan that there can be, " if lost.found < -lost.same else ""
    return f" (proven: {beside}at least {least}{at_most} {unit}{' less' if beside else ''}{told})"


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
    proven_in = "" if price.proven_in is None else f"in up to {price.proven_in:.2g} times that"
    proven_out = "" if price.proven_out is None else f"out from {price.proven_out:.2g} times that on"
    proven = " and ".join(x for x in (proven_in, proven_out) if x)
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
