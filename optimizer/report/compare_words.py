"""The sentences of ``compare``: every one computed from the points and tables, none there where there is nothing to say."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.report.bottlenecks import tonnes
from optimizer.report.compare_proof import between, points, slack
from optimizer.report.comparison import COVERAGE, FROM_ANCHOR, ONE_MODEL, Comparison, Held
from optimizer.report.curve_tables import FALLS, NO_HELP, OPEN, Step, bends, money_steps
from optimizer.report.facts import BASE
from optimizer.report.limits import IN_LOSSES, NOT_TOLD, Limit, Plateau, limits, plateau
from optimizer.report.list_tables import COSTS, FREE, insisting, price_rows
from optimizer.report.matrix_tables import ALWAYS, BETWEEN, FROM, NEVER, Judged
from optimizer.wording import joined, money, names, percent, plural, year_list

_MOST_LIMITS = 3
_MOST_NAMED = 6  # Budgets named one by one in a sentence.


def key_sentences(comparison: Comparison, judged: Sequence[Judged]) -> list[str]:
    """What a planner should take away, most important first: up to six."""
    if not comparison.held:
        return ["No budget has a plan: there is nothing to compare."]
    found = [
        curve(comparison),
        " ".join(filter(None, (next_money(comparison), bend(comparison)))),
        no_more_help(comparison),
        choices(judged),
        list_price(comparison),
        slack(comparison),
    ]
    return [sentence for sentence in found if sentence]


# ---------------------------------------------------------------- curve


def curve(comparison: Comparison) -> str:
    """What the smallest and the largest budget reach."""
    first, last = comparison.held[0], comparison.held[-1]
    if first is last:
        reach = f"At {money(first.budget_musd)} MUSD {percent(_base(first))} of demand is served with nothing lost"
    else:
        reach = (
            f"From {money(first.budget_musd)} to {money(last.budget_musd)} MUSD the share of demand served with nothing lost"
            f" goes from {percent(_base(first))} to {percent(_base(last))}"
        )
    return f"{reach} (all years together){_worst(first, last)}{_ends(comparison, first, last)}."


def _base(held: Held) -> float:
    rows = held.plan.tables["coverage"]
    rows = rows[rows["scenario"] == BASE]
    demand = float(rows["demand_t"].sum())
    return float(rows["served_t"].sum()) / demand if demand > 0.0 else 1.0


def _worst(first: Held, last: Held) -> str:
    worst = [x.plan.manifest.get("worst_loss") for x in ((first,) if first is last else (first, last))]
    shares = [percent(x["coverage"]) for x in worst if x]
    return f"; in the worst year of the worst loss it is {' and '.join(shares)}" if len(shares) == len(worst) else ""


def _ends(comparison: Comparison, first: Held, last: Held) -> str:
    """Points short, or cost, at both ends."""
    ends = (first,) if first is last else (first, last)
    if comparison.goal != COVERAGE:
        costs = [f"{money(x.plan.value)}" for x in ends]
        return f"; the cost is {' and '.join(costs)} MUSD (discounted)"
    if comparison.demand_t <= 0.0:
        return ""
    short = [points(comparison.points_of(x.plan.value) or 0.0) for x in ends]
    least = [points(comparison.points_of(x.plan.least) or 0.0) for x in ends]
    return f"; the plans are short by {' and '.join(short)} points, and no plan can be short by less than {' and '.join(least)}"


def next_money(comparison: Comparison) -> str:
    """Where the next 100 MUSD are worth most and least."""
    steps = money_steps(comparison)
    if not steps:
        return ""
    best = max(steps, key=lambda step: step.per_step(step.gain) or 0.0)
    worst = min(steps, key=lambda step: step.per_step(step.gain) or 0.0)
    most = f"100 MUSD more are worth most {_where(best)}: {worth(comparison, best)}"
    if best is worst:
        return most.replace("worth most", "worth") + "."
    return f"{most}; least {_where(worst)}: {worth(comparison, worst)}."


def _where(step: Step) -> str:
    return f"from {money(step.start.budget_musd)} to {money(step.end.budget_musd)} MUSD"


def worth(comparison: Comparison, step: Step) -> str:
    """What 100 MUSD are worth on a step, with the band."""
    gain, low, high = (step.per_step(x) for x in (step.gain, step.low, step.high))
    if comparison.goal != COVERAGE:
        band = f"proven: {money(low or 0.0)} to {money(high)}" if high is not None else "not proven"
        return f"{money(gain or 0.0)} MUSD of cost saved ({band}){_verdict(step)}"
    shown = [points(comparison.points_of(x) or 0.0) for x in (gain, low, high)]
    served = (step.start.plan.figure("base_shortfall_t") or 0.0) - (step.end.plan.figure("base_shortfall_t") or 0.0)
    each = step.per_step(served) or 0.0
    change = f"{tonnes(abs(each))} t {'more' if each >= 0.0 else 'less'} served with nothing lost, all years"
    return f"{shown[0]} points (proven: {between(shown[1], shown[2])}), {change}{_verdict(step)}"


def _verdict(step: Step) -> str:
    return {OPEN: "; the proof leaves open whether they help at all", NO_HELP: "; proven not to help"}.get(
        step.verdict, ""
    )


def bend(comparison: Comparison) -> str:
    """Where the curve bends most, and whether that is proven."""
    found = bends(comparison)
    steps = money_steps(comparison)
    if len(steps) < 2:
        return ""
    if not found:
        return "The curve does not bend: at no budget is the next money worth less than the money before it."
    falls = {
        after.start.budget_musd: (before.per_step(before.gain) or 0.0) - (after.per_step(after.gain) or 0.0)
        for before, after in zip(steps, steps[1:], strict=False)
    }
    proven = [b for b, word in found.items() if word == FALLS]
    at = max(proven or found, key=lambda b: falls[b])
    others = [money(b) for b in proven if b != at]
    also = f" (also proven: at {joined(others)})" if others else ""
    if proven:
        return f"The curve bends most at {money(at)} MUSD{also}: beyond it money is worth less than before it; proven."
    return f"By the plans the curve bends at {money(at)} MUSD, but the proven bands leave open whether it does."


# ---------------------------------------------------------------- no more help


def no_more_help(comparison: Comparison) -> str:
    """Beyond which budget money no longer helps, and what holds back then."""
    if not comparison.held:
        return ""
    where = _no_more_where(comparison)
    what = _what_holds(comparison)
    return f"{where} {what}".strip()


def _no_more_where(comparison: Comparison) -> str:
    found = plateau(comparison, against_ceiling=True)
    if found is not None:
        return (
            f"Beyond {money(found.held.budget_musd)} MUSD no amount of money adds more than {_most(comparison, found)};"
            f" proven.{_certain(found)}"
        )
    kept = plateau(comparison, against_ceiling=False)
    last = comparison.held[-1]
    top = comparison.ceiling
    if kept is not None and kept.beyond is not None:
        tied = _tied(comparison, last)
        return (
            f"From {money(kept.held.budget_musd)} up to {money(kept.beyond)} MUSD more money adds at most"
            f" {_most(comparison, kept)}; proven.{_certain(kept)}{tied}"
        )
    if top is None or top.least is None:
        return _last_step(comparison)
    low = 0.0 if last.plan.least is None else max(0.0, last.plan.least - top.value)
    low_shown, high_shown = (_amount(comparison, x) for x in (low, max(0.0, last.plan.value - top.least)))
    at, more = f"at {money(last.budget_musd)} MUSD", f"{_unit(comparison)} more"
    tied = _tied(comparison, last)
    if low_shown == "0":
        return f"The proof leaves open whether money still helps {at}: without any limit on it at most {high_shown} {more}.{tied}"
    return f"Money still helps {at}: without any limit on it {between(low_shown, high_shown)} {more}; proven.{tied}"


def _last_step(comparison: Comparison) -> str:
    """What the last step tells, where there is no plan without a limit to hold it against."""
    steps = money_steps(comparison)
    if not steps:
        return ""
    helped = "was proven to help" if steps[-1].low > 0.0 else "may or may not have helped: the proof leaves it open"
    last = money(steps[-1].end.budget_musd)
    return f"The money of the last step, {_where(steps[-1])}, {helped}; beyond {last} MUSD nothing was computed."


def _tied(comparison: Comparison, last: Held) -> str:
    """Say that the pots hold back, whatever the total, where they stay as they are and hold no more than it."""
    pots = last.point.pots_musd
    if comparison.pots != "keep" or pots is None or pots > last.budget_musd:
        return ""
    return f" All pots together hold {money(pots)} MUSD: a larger total alone cannot help."


def _amount(comparison: Comparison, value: float) -> str:
    return points(comparison.points_of(value) or 0.0) if comparison.goal == COVERAGE else money(value)


def _unit(comparison: Comparison) -> str:
    return "points" if comparison.goal == COVERAGE else "MUSD of cost saved"


def _most(comparison: Comparison, found: Plateau) -> str:
    return f"{_amount(comparison, found.most)} {_unit(comparison)}"


def _certain(found: Plateau) -> str:
    if found.certain or found.before is None:
        return ""
    return f" The proof leaves open whether the same holds from {money(found.before)} MUSD on."


def _what_holds(comparison: Comparison) -> str:
    found = limits(comparison)
    told = [x for x in found if x.cause != NOT_TOLD] or found
    if not told:
        return ""
    plan = "without a limit on money" if comparison.ceiling is not None else "at the largest budget"
    parts = [_limit(comparison, x) for x in told[:_MOST_LIMITS]]
    rest = " (all on sheet Next money)" if len(found) > len(parts) else ""
    return f"What holds back {plan}: {'; '.join(parts)}{rest}."


def _limit(comparison: Comparison, limit: Limit) -> str:
    """One thing that holds back, its cause first: ``lead times of separation for heavy, 2028 to 2029``."""
    if limit.cause == IN_LOSSES:
        return limit.detail.rstrip(".")
    facts = comparison.facts
    stage = f" of {limit.stage}" if limit.stage else " or imports"
    stream = f" for {facts.stream(limit.stream)}" if facts.has_streams else ""
    return f"{limit.cause}{stage}{stream}, {year_list(limit.years)}"


# ---------------------------------------------------------------- choices


def choices(judged: Sequence[Judged]) -> str:
    """How many projects are of which class."""
    if not judged:
        return "The workbook has no candidate projects."
    by_kind = {kind: [x.project for x in judged if x.kind == kind] for kind in (ALWAYS, FROM, BETWEEN, NEVER)}
    always = by_kind[ALWAYS]
    one = len(judged[0].budgets) == 1
    first = (
        f"No-regret, funded at every budget: {names(always, 4)}" if always else "No project is funded at every budget"
    )
    if one:
        return f"Funded: {names(always, 4)}." if always else "No project is funded."
    parts = [
        f"{len(by_kind[FROM])} of {plural(len(judged), 'candidate')} enter at some budget and stay",
        f"{len(by_kind[BETWEEN])} come and go",
        f"{len(by_kind[NEVER])} are never funded",
    ]
    return f"{first}. {', '.join(parts[:-1])}, {parts[-1]}."


def how_listed(comparison: Comparison) -> str:
    """How the priority list was made."""
    match comparison.list_method:
        case x if x == ONE_MODEL:
            short = sum(held.plan.value for held in comparison.listed)
            least = max(0.0, short - (comparison.list_gap_t or 0.0))
            return (
                "All budgets were solved as one model, in which what is funded at a smaller budget stays at a larger one, and is"
                f" funded no later: added up over {plural(len(comparison.listed), 'budget')} this list is short by"
                f" {tonnes(short)} weighted t, and no list by less than {tonnes(least)}."
            )
        case x if x == FROM_ANCHOR:
            at = f"{money(comparison.anchor_musd)} MUSD" if comparison.anchor_musd is not None else "an anchor"
            return (
                f"Built budget by budget from the anchor, {at}: its best plan is the list there; larger budgets keep all of"
                " it and add, smaller ones choose from it. Another anchor gives another list."
            )
        case _:
            return "No priority list was made."


def _least_most(low: str, high: str) -> str:
    return f"at most {high}" if low == "0" else f"at least {low} and at most {high}"


def list_price(comparison: Comparison) -> str:
    """What insisting on the list costs where it costs most, and where that is open."""
    rows = price_rows(comparison)
    if not rows:
        return ""
    pairs = [(x, y.plan) for x in comparison.held for y in comparison.listed if x.budget_musd == y.budget_musd]
    at, listed = max(pairs, key=lambda pair: insisting(pair[0].plan, pair[1])[1])
    low, plan, high = insisting(at.plan, listed)
    shown = [_amount(comparison, x) for x in (plan, low)] + (["?"] if high is None else [_amount(comparison, high)])
    words = "points" if comparison.goal == COVERAGE else "MUSD"
    first = (
        f"A priority list funded from the top down costs most at {money(at.budget_musd)} MUSD: its plan is"
        f" {shown[0]} {words} worse than the best one; insisting costs {_least_most(shown[1], shown[2])}, proven."
    )
    if all(row["verdict"] == FREE for row in rows):
        return (
            f"A priority list funded from the top down costs nothing at any of {plural(len(rows), 'budget')}; proven."
        )
    opened = [money(float(str(row["budget_musd"]))) for row in rows if row["verdict"] not in (COSTS, FREE)]
    if not opened:
        return first
    where = f"{joined(opened)} MUSD" if len(opened) <= _MOST_NAMED else f"{len(opened)} of {len(rows)} budgets"
    return f"{first} Whether it costs anything is open at {where}."
