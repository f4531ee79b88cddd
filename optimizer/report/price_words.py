"""What the prices of redundancy say, as sentences computed from them."""

from __future__ import annotations

from collections.abc import Sequence

from models.instance import Goal
from optimizer.redundancy_price import (
    COUNTRY,
    LOSS,
    MEASURE,
    MINIMA,
    MINIMUM,
    RULE,
    RULES,
    TARGET,
    Price,
    Prices,
    Question,
)
from optimizer.report.bottlenecks import joined
from optimizer.report.facts import Facts, percent
from optimizer.report.portfolio import plural
from optimizer.report.price_tables import TOLD_MUSD, TOLD_POINTS
from optimizer.report.reasons import names

NOTHING_TO_PRICE = "The workbook has no redundancy rules and no losses that count: there is nothing to price."
_LOST = {"lose_country": "country", "lose_project": "site", "lose_supplier": "outside supplier"}


def price_sentences(facts: Facts, prices: Prices) -> list[str]:
    """What a memo can say: the loss of any one country first, then rules, minima and the measure."""
    if not prices.prices:
        return [NOTHING_TO_PRICE]
    if not prices.feasible:
        return ["No plan was found that keeps everything: there is no price of it. Solve tells why."]
    rows = sorted(_of(prices, MINIMUM, LOSS), key=lambda price: price.question.lost != COUNTRY)
    found = [_row(facts, prices, price) for price in rows if not price.late]
    found += [_rules(prices, price) for price in _of(prices, RULES)]
    if len(_of(prices, MINIMUM)) > 1:
        found += [
            f"All minimum coverages in losses together {costs(prices, price).replace('costs', 'cost', 1)}."
            for price in _of(prices, MINIMA)
        ]
    found += [_measure(price) for price in _of(prices, MEASURE)]
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
            return _survive(facts, price)


def costs(prices: Prices, price: Price) -> str:
    """What it costs, each amount with what is proven of it."""
    if prices.goal is Goal.COST:
        return f"{_amount(price.musd, price.musd_low, price.musd_high, TOLD_MUSD, _musd)} of discounted cost"
    parts = [_amount(price.points, price.points_low, price.points_high, TOLD_POINTS, _points) + " at the same budget"]
    if price.musd_high is not None:
        money = _amount(price.musd, price.musd_low, price.musd_high, TOLD_MUSD, _musd) + " at the same coverage"
        parts = [money, parts[0].replace("costs ", "", 1)]
    return ", or ".join(parts)


def _of(prices: Prices, *kinds: str) -> list[Price]:
    return [price for price in prices.prices if price.question.kind in kinds]


def _row(facts: Facts, prices: Prices, price: Price) -> str:
    members = [x for x in _of(prices, TARGET) if x.question.group == f"{price.question.kind} {price.question.name}"]
    dear = _dearest(members)
    kind = _LOST.get(price.question.lost, "loss")
    tail = ""
    if dear is not None:
        tail = f"; the {kind} that makes it expensive is {_target(facts, dear)} ({_alone(dear)} less without it)"
    elif any(x.searched for x in members):
        tail = f"; no single {kind} makes it expensive: leaving any one out saves nothing by the plans found"
    return f"{_survive(facts, price)} {costs(prices, price)}{tail}."


def _rules(prices: Prices, price: Price) -> str:
    members = _of(prices, RULE)
    what = (
        f"The {len(members)} redundancy rules together"
        if len(members) > 1
        else f"The rule “{members[0].question.name}”"
    )
    dear = _dearest(members) if len(members) > 1 else None
    tail = "" if dear is None else f"; the dearest is “{dear.question.name}” ({_alone(dear)} less without it alone)"
    verb = costs(prices, price)
    return f"{what} {verb.replace('costs', 'cost', 1) if len(members) > 1 else verb}{tail}."


def _measure(price: Price) -> str:
    amount = _amount(price.points, price.points_low, price.points_high, TOLD_POINTS, _points)
    money = ""
    if price.musd_high is not None:
        money = f"; the same with nothing lost {_amount(price.musd, price.musd_low, price.musd_high, TOLD_MUSD, _musd)}"
        money = money.replace("costs ", "would cost ", 1) + " less" if "costs nothing" not in money else ""
    return f"Weighing the losses beside the base {amount} of what this plan could serve with nothing lost{money}."


def _survive(facts: Facts, price: Price) -> str:
    question = price.question
    row, _ = facts.loss_row(question.name if question.target else f"{question.name}:")
    what = f"any one {_LOST.get(question.lost, 'loss')}" if not question.target else _target(facts, price)
    if question.kind == LOSS:
        return f"Counting the loss of {what} ({question.name})"
    least = row.number("min_coverage") if row is not None else None
    sector = row.text("sector") if row is not None else ""
    kept = "" if least is None else f", {percent(least)} of {sector or 'all demand'} served"
    return f"Surviving the loss of {what} ({question.name}{kept})"


def _target(facts: Facts, price: Price) -> str:
    question = price.question
    return question.target if question.lost == "lose_project" else facts.country(question.target)


def _dearest(members: list[Price]) -> Price | None:
    """The member whose waiving saves most by the plans found: in money where it was asked for, else in points."""
    worth = [x for x in members if (x.musd or 0.0) > TOLD_MUSD or (x.points or 0.0) > TOLD_POINTS]
    return max(worth, key=lambda x: (x.musd or 0.0, x.points or 0.0), default=None)


def _alone(price: Price) -> str:
    if (price.musd or 0.0) > TOLD_MUSD:
        return _musd(price.musd or 0.0)
    return _points(price.points or 0.0)


def _amount(found: float | None, low: float, high: float | None, told: float, word: object) -> str:
    """An amount with its interval; where it may be nothing, that it cannot be told apart."""
    assert callable(word)
    if high is None:
        return "was not searched"
    if high <= told:
        return "costs nothing (proven)"
    if found is None:
        return f"costs at most {word(high)}"
    if found <= told:
        return f"costs nothing by the plans found (at most {word(high)})"
    if high - low <= told:
        return f"costs {word(found)} (proven)"
    between = f"between {word(low)} and {word(high)}"
    return (
        f"costs {word(found)} ({between})"
        if low > told
        else f"costs {word(found)} by the plans found ({between}: not told apart)"
    )


def _musd(value: float) -> str:
    return f"{value:,.0f} MUSD" if value >= 99.95 or value == 0.0 else f"{value:,.1f} MUSD"


def _points(value: float) -> str:
    return f"{value:.2f} points"
