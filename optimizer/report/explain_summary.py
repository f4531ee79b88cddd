"""What an explanation says of all its projects together, and what stands behind its figures."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.report.bottlenecks import tonnes
from optimizer.report.compare_proof import points
from optimizer.report.explain_limits import held_by
from optimizer.report.explain_words import NOT_TOLD, verdict
from optimizer.report.explained import Card, Explanation
from optimizer.wording import money, names


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
            f"{kind}, {len(found_)} ({names(found_)})"
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
        most = f"; most of all {worst.project}" if len(told) > 1 else ""
        found.append(f"Proven worse with the decision turned round: {who}{most}, at least {much}.")
    if untold:
        found.append(f"{NOT_TOLD[:1].upper()}{NOT_TOLD[1:]}: {names([card.project for card in untold])}.")
    if better:
        who = names([card.project for card in better])
        found.append(
            f"A better plan than that of the run, whose gap allowed it, was found with the decision turned round at {who}."
        )
    if e.run_can_be_improved:
        found.append(improved(e))
    late = [card.project for card in cards if not card.reached]
    if late:
        found.append(f"Not reached in the time given: {names(late)}.")
    return [line for line in found if line]


def behind(e: Explanation) -> list[str]:
    """What the figures mean and what stands behind them."""
    found = [
        "Turned round: the best plan found without a project that is in the plan, or with one that is out of it. Against the best"
        " found: against the best plan found that is not turned round there, be it better than that of the run. Proven, of these"
        " two: no plans at all can make the difference smaller than at least, nor larger than at most; where at least is 0 they"
        f" {NOT_TOLD}."
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


def improved(e: Explanation) -> str:
    """That a better plan than that of the run was found."""
    less = e.value - e.best_value
    much = f"covers {points(e.points(less) or 0.0)} points more" if e.covers else f"costs {money(less)} MUSD less"
    return (
        f"The searches found a plan that {much} than that of the run, within its gap. What a project loses is told against the"
        " plan of the run, what is proven of it for the best plans with it and without it. Solve with a smaller gap or more"
        " time to have the better plan."
    )
