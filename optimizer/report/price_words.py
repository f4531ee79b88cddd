"""What the prices of redundancy say, as sentences computed from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from models.instance import Goal
from optimizer.priceable import COUNTRY, LOSS, MEASURE, MINIMA, MINIMUM, RULE, RULES, TARGET, Question
from optimizer.redundancy_price import Price, Prices
from optimizer.report.facts import Facts
from optimizer.report.price_tables import COSTS, TOLD_MUSD, TOLD_POINTS, verdict
from optimizer.wording import joined, musd, names, percent, plural

NOTHING_TO_PRICE = "The workbook has no redundancy rules and no losses that count: there is nothing to price."
_OF = {MEASURE: " with nothing lost", LOSS: " of all else"}  # What keeps its coverage.
_LOST = {"lose_country": "country", "lose_project": "site", "lose_supplier": "outside supplier"}


def price_sentences(facts: Facts, prices: Prices, brief: bool = False) -> list[str]:
    """What a memo can say: the loss of any one country first, then rules, minima and the measure.

    ``brief``: without single losses for which nothing is proven to be paid.
    """
    if not prices.prices:
        return [NOTHING_TO_PRICE]
    if not prices.feasible:
        return ["No plan was found that keeps everything: there is no price of it. Solve tells why."]
    rows = sorted(_of(prices, MINIMUM, LOSS), key=lambda price: price.question.lost != COUNTRY)
    groups = [x for x in _of(prices, RULES, MINIMA, MEASURE) if len(_members(prices, x)) != 1]
    told = [*rows, *(x for x in _of(prices, RULE) if len(_of(prices, RULE)) == 1), *groups]
    asked = [price for price in told if price.musd is not None or price.points is not None]
    if brief:
        asked = [x for x in asked if x.question.kind != LOSS or x.question.lost == COUNTRY or _is_proven(x)]
    found = _sentences([_parts(facts, prices, price) for price in _levelled(prices, asked)])
    if late := [label(facts, price).removeprefix("… ") for price in prices.prices if price.late]:
        found.append(f"Not reached in the time given (--price-time): {names(late)}.")
    return found


def not_priced(asked: Sequence[Question]) -> str:
    """How to get prices that were not asked for; blank where there is nothing to price."""
    if not asked:
        return ""
    count = {kind: sum(x.kind == kind for x in asked) for kind in (RULE, MINIMUM, MEASURE)}
    parts = [
        *([plural(count[RULE], "redundancy rule")] if count[RULE] else []),
        *([plural(count[MINIMUM], "minimum coverage") + " in losses"] if count[MINIMUM] else []),
        *(["the weight of losses"] if count[MEASURE] else []),
    ]
    return f"Not priced here: {joined(parts)}. --price searches what they cost, by new plans (some ten minutes on a large case)."


def label(facts: Facts, price: Price) -> str:
    """What is priced, for a row of a table."""
    question = price.question
    match question.kind:
        case "rules" | "minima" | "measure":
            return question.name[:1].upper() + question.name[1:]
        case "rule":
            return f"Rule “{question.name}”"
        case "target":
            return f"… loss of {_target(facts, price)} alone"
        case _:
            return _loss(facts, price)


def short_label(facts: Facts, price: Price) -> str:
    """The same for the axis of a chart."""
    question = price.question
    return f"{_target(facts, price)} alone" if question.kind == TARGET else question.name.split(",")[0]


def _is_proven(price: Price) -> bool:
    """Whether it is proven to cost money or coverage."""
    points = verdict(price.points, price.points_low, price.points_high, TOLD_POINTS)
    return COSTS in (points, verdict(price.musd, price.musd_low, price.musd_high, TOLD_MUSD))


def _levelled(prices: Prices, asked: list[Price]) -> list[Price]:
    """What costs nothing by the plans found, with the most that is open of any like it, so that it is said together."""
    found = []
    for price in asked:
        alike = [x for x in asked if _OF.get(x.question.kind) == _OF.get(price.question.kind) and _is_free(prices, x)]
        if price in alike:
            money, points = (max(x.musd_high or 0.0 for x in alike), max(x.points_high or 0.0 for x in alike))
            price = replace(price, musd_high=money, points_high=points)
        found.append(price)
    return found


def _is_free(prices: Prices, price: Price) -> bool:
    """Whether it costs nothing by the plans found, but that is not proven."""
    if prices.goal is Goal.COST or price.musd_high is None or price.points_high is None:
        return False
    proven = price.musd_high <= TOLD_MUSD and price.points_high <= TOLD_POINTS
    return not proven and (price.musd or 0.0) <= TOLD_MUSD and (price.points or 0.0) <= TOLD_POINTS


def _parts(facts: Facts, prices: Prices, price: Price) -> tuple[str, str]:
    """What is priced, and what it costs and which of its parts makes it expensive."""
    members = _members(prices, price)
    return _what(facts, price, len(members)), costs(prices, price) + _tail(facts, price, members)


def _sentences(parts: Sequence[tuple[str, str]]) -> list[str]:
    """A sentence for each cost; what costs the same, in the same words, is said together."""
    same: dict[str, list[str]] = {}
    for what, cost in parts:
        same.setdefault(cost, []).append(what)
    return [f"{_together(whats)} {cost if len(whats) == 1 else f'each {cost}'}." for cost, whats in same.items()]


def _together(whats: list[str]) -> str:
    return joined([whats[0], *(f"{what[:1].lower()}{what[1:]}" for what in whats[1:])])


def _what(facts: Facts, price: Price, members: int) -> str:
    """What is priced, as a sentence begins."""
    match price.question.kind:
        case "rules":
            return f"Keeping all {members} redundancy rules"
        case "rule":
            return f"Keeping the rule “{price.question.name}”"
        case "minima":
            return f"Keeping all {members} minimum coverages in losses"
        case "measure":
            return "Preparing for losses, by weighing them beside the base,"
        case _:
            return _loss(facts, price)


def _tail(facts: Facts, price: Price, members: list[Price]) -> str:
    dear = _dearest(members)
    kind = _LOST.get(price.question.lost, "loss")
    if dear is None:
        apart = price.question.kind in (MINIMUM, LOSS) and any(x.searched for x in members)
        return (
            f"; no single {kind} makes it expensive: leaving any one out saves nothing by the plans found"
            if apart
            else ""
        )
    saved = f"({_alone(dear)} less without it)"
    match price.question.kind:
        case "rules":
            return f"; the dearest is “{dear.question.name}” {saved}"
        case "minima" | "measure":
            return f"; the dearest is the loss of {_of_what(facts, dear)} {saved}"
        case _:
            return f"; the {kind} that makes it expensive is {_target(facts, dear)} {saved}"


def costs(prices: Prices, price: Price) -> str:
    """What it costs, each amount with what is proven of it."""
    if prices.goal is Goal.COST:
        return f"costs {_amount(price.musd, price.musd_low, price.musd_high, TOLD_MUSD, musd)} of discounted cost"
    of = _OF.get(price.question.kind, "")
    points = (price.points, price.points_low, price.points_high, TOLD_POINTS)
    if price.musd_high is None or price.points_high is None:
        return f"costs {_amount(*points, _points)} of coverage{of} at the same budget"
    if price.musd_high <= TOLD_MUSD and price.points_high <= TOLD_POINTS:
        return f"costs nothing (proven), neither money nor coverage{of}"
    if _is_free(prices, price):
        most = f"{musd(price.musd_high)} at the same coverage{of}, and {_points(price.points_high)} of it at the same budget"
        return f"costs nothing by the plans found (at most {most})"
    money = _amount(price.musd, price.musd_low, price.musd_high, TOLD_MUSD, musd)
    return f"costs {money} at the same coverage{of}, or {_amount(*points, _points)} of it at the same budget"


def _of(prices: Prices, *kinds: str) -> list[Price]:
    return [price for price in prices.prices if price.question.kind in kinds]


def _members(prices: Prices, price: Price) -> list[Price]:
    return [x for x in prices.prices if x.question.group == price.question.key]


def _loss(facts: Facts, price: Price) -> str:
    """What is done about a row of Disruptions: it is survived, or only prepared for."""
    question = price.question
    row, _ = facts.loss_row(question.name if question.target else f"{question.name}:")
    what = _of_what(facts, price)
    if question.kind == LOSS:
        return f"Preparing for the loss of {what} ({question.name})"
    least = row.number("min_coverage") if row is not None else None
    sector = row.text("sector") if row is not None else ""
    kept = "" if least is None else f", {percent(least)} of {sector or 'all demand'} served"
    return f"Surviving the loss of {what} ({question.name}{kept})"


def _of_what(facts: Facts, price: Price) -> str:
    question = price.question
    row, _ = facts.loss_row(question.name if question.target else f"{question.name}:")
    severity = 1.0 if row is None else row.number_or("severity", 1.0)
    part = "" if severity >= 1.0 else f"{percent(severity)} of "
    supply = "supply from " if question.lost == "lose_supplier" and question.target else ""
    return part + supply + (_target(facts, price) if question.target else f"any one {_LOST.get(question.lost, 'loss')}")


def _target(facts: Facts, price: Price) -> str:
    question = price.question
    return question.target if question.lost == "lose_project" else facts.country(question.target)


def _dearest(members: list[Price]) -> Price | None:
    """The member whose waiving saves most by the plans found: in money where it was asked for, else in points."""
    worth = [x for x in members if (x.musd or 0.0) > TOLD_MUSD or (x.points or 0.0) > TOLD_POINTS]
    return max(worth, key=lambda x: (x.musd or 0.0, x.points or 0.0), default=None)


def _alone(price: Price) -> str:
    if (price.musd or 0.0) > TOLD_MUSD:
        return musd(price.musd or 0.0)
    return _points(price.points or 0.0)


def _amount(found: float | None, low: float, high: float | None, told: float, word: Callable[[float], str]) -> str:
    """An amount with its interval; where it may be nothing, that it cannot be told apart."""
    if high is None or found is None:
        return "what was not searched"
    if high <= told:
        return "nothing (proven)"
    if found <= told:
        return f"nothing by the plans found (at most {word(high)})"
    if high - low <= told:
        return f"{word(found)} (proven)"
    between = f"between {word(low)} and {word(high)}"
    return (
        f"{word(found)} ({between})" if low > told else f"{word(found)} by the plans found ({between}: not told apart)"
    )


def _points(value: float) -> str:
    return f"{value:.2f} points"
