"""The limit that keeps a project out, read off the tests that were made, and a sentence that names their figures."""

from __future__ import annotations

from optimizer.report.bottlenecks import tonnes
from optimizer.report.compare_proof import points
from optimizer.report.explained import (
    BUDGET,
    DEMAND,
    FEED,
    LEAD,
    MONEY,
    PEOPLE,
    POTS,
    PRICE,
    RETURN,
    RULE,
    UNTOLD,
    USE,
    Card,
    Explanation,
    Hold,
)
from optimizer.report.facts import each
from optimizer.wording import joined, money, percent

_LEAST_T, _LEAST_MUSD = 1e-3, 1e-3
_LEAST_SHARE = 1e-6  # Of all demand: what serves no more is hardly needed, however much money there is.


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
    if hold.on_top_gain > (max(_LEAST_T, _LEAST_SHARE * e.demand_t) if e.covers else _LEAST_MUSD):
        return _limit_on_money(e, hold)
    if hold.in_place_of:
        return RULE
    if not e.covers:
        return PRICE
    return FEED if hold.fed_gain_t is not None and hold.fed_gain_t > _LEAST_T else DEMAND


def held_short(e: Explanation, card: Card) -> str:
    """The limit in a few words: which rule, which material, how much money."""
    kind, hold = held_by(e, card), card.hold
    if hold is None:
        return kind
    about = ""
    if kind == FEED:
        about = joined(_scarce(e, hold))
    elif kind == RULE:
        about = e.facts.projects[card.project].text("group") if not hold.possible_without else hold.possible_without[0]
        about = about if hold.possible_without else f"group {about}"
    elif kind == BUDGET and hold.on_top_outlay_musd is not None:
        about = f"{money(hold.on_top_outlay_musd)} MUSD"
    elif kind == RETURN and hold.lack is not None:
        about = f"{money(hold.lack.missing_musd)} MUSD missing"
    elif kind == LEAD:
        about = f"first output {hold.first_output or 'after the last year'}"
    return f"{kind}: {about}" if about else kind


def _left_musd(e: Explanation) -> float | None:
    """What the plan leaves of the budget; None without one."""
    budget, outlay = e.run_manifest.get("budget_musd"), e.run_manifest.get("outlay_musd")
    return None if budget is None else float(budget) - float(outlay or 0.0)


def _limit_on_money(e: Explanation, hold: Hold) -> str:
    """The budget, or where that would do the pots, if there are any."""
    left = _left_musd(e)
    if left is not None and (hold.on_top_outlay_musd or 0.0) > left + _LEAST_MUSD:
        return BUDGET
    return POTS if e.workbook.table("Budgets").rows else UNTOLD


def coverage(e: Explanation, weighted_t: float) -> str:
    """An amount of coverage: in points and weighted tonnes, or in tonnes alone where they are next to no points."""
    much, t = points(e.points(weighted_t) or 0.0), f"{tonnes(weighted_t)} weighted t"
    return t if much == "0" else f"{much} points ({t})"


def _scarce(e: Explanation, hold: Hold) -> list[str]:
    """Inputs of which more alone would do."""
    return [e.facts.material(k) for k, x in hold.by_input.items() if x > _LEAST_T]


def _impossible(hold: Hold) -> str:
    if hold.lack is not None:
        return RETURN
    if not hold.possible_without:
        return UNTOLD
    first = hold.possible_without[0]
    return {MONEY: BUDGET, POTS: POTS, PEOPLE: PEOPLE, USE: USE}.get(first, RULE)


def held_sentence(e: Explanation, card: Card) -> str:
    """What keeps a project out, in a sentence with its figures."""
    hold = card.hold
    if hold is None:
        return ""
    kind = held_by(e, card)
    says = {RULE: _rule, LEAD: _lead, BUDGET: _budget, FEED: _feed, DEMAND: _demand, PRICE: _price, RETURN: _return}
    says |= {POTS: _pots, PEOPLE: _people, USE: _use}
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
    return f"The budget keeps it out: {_with_money(e, hold)}."


def _with_money(e: Explanation, hold: Hold) -> str:
    """What the project added to the plan would do, were money no limit."""
    assert hold.on_top_gain is not None
    gain = f"cover {coverage(e, hold.on_top_gain)} more" if e.covers else f"cost {money(hold.on_top_gain)} MUSD less"
    place = f" in place of {joined(list(hold.in_place_of))}" if hold.in_place_of else ""
    others = f", {joined(list(hold.with_required))} which it requires included" if hold.with_required else ""
    return (
        f"were money no limit, the plan with it added{place} ({money(hold.on_top_outlay_musd or 0.0)}"
        f" MUSD of public money{others}) would {gain}"
    )


def _feed(e: Explanation, card: Card, hold: Hold) -> str:
    scarce = _scarce(e, hold)
    what = " or ".join(scarce) if scarce else joined([e.facts.material(k) for k in hold.by_input]) or "feed"
    return (
        f"Its feed keeps it out: added to the plan it serves nothing more, but as if it needed no {what} it would serve"
        f" {tonnes(hold.fed_gain_t or 0.0)} weighted t more in {hold.fed_year} (base)."
    )


def _demand(e: Explanation, card: Card, hold: Hold) -> str:
    if not hold.short_years:
        return "It is not needed: nothing is short in the plan, nor in any loss that is evaluated."
    gain = hold.on_top_gain or 0.0
    needed, more = "not", "nothing more"
    if gain > _LEAST_T:
        needed, more = "hardly", f"no more than {tonnes(gain)} weighted t more"
    head = f"It is {needed} needed: with no limit on money, and losses counted, the plan with it added serves {more}"
    if hold.fed_year is None:
        return f"{head}."
    binding = e.run["bottlenecks"]
    stages = [str(x.stage) for x in each(binding) if x.year == hold.fed_year and x.binds != "no"]
    others = [s for s in dict.fromkeys(stages) if s != e.facts.stage_of[card.project]]
    short = f"in {hold.fed_year} ({tonnes(hold.fed_short_t or 0.0)} weighted t short)"
    if hold.by_input:
        head = f"{head}, and {short} not even if it needed no feed"
        short = "then"
    return f"{head}; what binds {short} is {joined(others)}." if others else f"{head}."


def _price(e: Explanation, card: Card, hold: Hold) -> str:
    more = money(-(hold.on_top_gain or 0.0))
    return f"Its price keeps it out: even with no limit on money the plan with it added costs {more} MUSD more."


def _return(e: Explanation, card: Card, hold: Hold) -> str:
    """What its firm lacks, what it may be given, and what is missing then."""
    lack = hold.lack
    assert lack is not None
    whose = "its firm" if lack.project == card.project else f"the firm of {lack.project}, which it requires,"
    given = "no instrument is open to it"
    if lack.tools:
        given = f"all that it may be given ({joined(list(lack.tools))}) is worth {money(lack.given_musd)} MUSD to it at most"
    missing = [f"{money(lack.per_year_musd)} MUSD a year before tax"]
    missing += [] if lack.grant_musd is None else [f"a grant of {money(lack.grant_musd)} MUSD"]
    if lack.usd_per_kg is not None:
        missing.append(f"{lack.usd_per_kg:,.3g} USD/kg more for its {e.facts.material(lack.material)}")
    unpaid = ""
    if lack.unpaid_tools:
        unpaid = f" {joined(list(lack.unpaid_tools))} would be open to it, but no pot may pay for that there."
    return (
        f"No package makes it pay: funded in {lack.year}, {whose} lacks {money(-lack.unaided_musd)} MUSD of present value to earn"
        f" {percent(lack.hurdle_rate)}, and {given}. The {money(lack.missing_musd)} MUSD that are missing are as much as"
        f" {', or '.join(missing)}.{unpaid}"
    )


def _pots(e: Explanation, card: Card, hold: Hold) -> str:
    if hold.on_top_gain is not None:
        left = _left_musd(e)
        room = "no limit on the sum" if left is None else f"{money(left)} MUSD of the budget are left"
        return f"Not the budget but the pots that may pay for it keep it out: {room}; {_with_money(e, hold)}."
    row = e.facts.projects[card.project]
    where = f"{e.facts.stage_of[card.project]} in {e.facts.country(row.text('country'))}"
    return f"Who may pay keeps it out: however much money the pots held, none may pay for {where} when it would be due."


def _people(e: Explanation, card: Card, hold: Hold) -> str:
    row = e.facts.projects[card.project]
    need = f"it needs {row.number_or('workforce', 0.0):,.0f} at nameplate"
    return f"People keep it out: {need}, and without the limit on people it could be forced in."


def _use(e: Explanation, card: Card, hold: Hold) -> str:
    least = e.facts.projects[card.project].number_or("min_utilization", 0.0)
    return f"Its least use keeps it out: it must run at {percent(least)} or more, and in no plan it can."
