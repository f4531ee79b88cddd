"""What ``explain`` found of a project, in sentences: each drawn from the figures of its card."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.report.bottlenecks import tonnes
from optimizer.report.compare_proof import points
from optimizer.report.explain_limits import coverage, held_sentence
from optimizer.report.explained import (
    CAPEX,
    OPEX,
    RIVALS,
    SHARE,
    Budgeted,
    Card,
    Explanation,
    Losses,
    Price,
)
from optimizer.report.matrix_tables import FROM
from optimizer.report.trace import NOT_USED
from optimizer.wording import joined, money, names, percent, plural, year_span

_LEAST_MUSD, _LEAST_SHARE = 1e-3, 5e-4
NOT_TOLD = "cannot be told apart at this gap"


def sentences(e: Explanation, card: Card) -> list[str]:
    """Two to four sentences on a project, why it is out first; then, where they were searched, its break-evens."""
    if not card.reached:
        return ["Not reached in the time given."]
    parts = [
        _since(e, card),
        "" if card.funded else held_sentence(e, card),
        _cost(e, card),
        _displaced(e, card),
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
    return f"{head}; in the comparison it is in {_at_budgets(budgeted)}."


def _at_budgets(budgeted: Budgeted) -> str:
    """At which budgets of a comparison a project is funded."""
    count, first = f"{budgeted.funded_at} of {plural(budgeted.budgets, 'budget')}", budgeted.first_musd
    if first is None:
        return f"at none of {plural(budgeted.budgets, 'budget')}"
    if budgeted.kind == FROM:
        return f"from {money(first)} MUSD on ({count})"
    return f"at {count}, the first of them {money(first)} MUSD"


def _cost(e: Explanation, card: Card) -> str:
    """What turning the plan round costs."""
    turned, lost = card.turned, e.losses(card)
    what = "Without it" if card.funded else "With it forced in"
    if turned is None:
        return ""
    if not turned.possible:
        return "Without it no plan keeps every limit." if card.funded else "It cannot be forced in: no plan has it."
    if lost is None:
        return f"{what}, the search found no plan; that there is none was not proven."
    better = ", whose gap allowed it" if lost.against_run < -lost.same else ""
    head = (
        f"{what}, the best plan found {_compared(e, lost, lost.against_run)} the plan of the run{_beside(lost)}{better}"
    )
    if not lost.is_of_run:
        other = "with it" if card.funded else "without it"
        head = f"{head}; it {_compared(e, lost, lost.found)} the best plan found {other}"
    return f"{head}{_band(e, lost)}."


def _compared(e: Explanation, lost: Losses, value: float) -> str:
    """How much less or more a plan covers, or costs, than another one."""
    if not e.covers:
        return f"costs {_more(value, 'MUSD')} than" if abs(value) > lost.same else "costs as much as"
    if abs(value) <= lost.same:
        return "covers as much as"
    return f"covers {coverage(e, abs(value))} {'less' if value > 0 else 'more'} than"


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


def _displaced(e: Explanation, card: Card) -> str:
    """Who goes and comes; where the two sides cannot be told apart it is no more than what differs in the plan found."""
    moves = () if card.turned is None else card.turned.moves
    others = [move for move in moves if move.project != card.project]
    if card.turned is None or not card.turned.possible or card.turned.value is None:
        return ""
    lost = e.losses(card)
    sure = lost is not None and (lost.is_told or lost.most - lost.least <= 2 * lost.same)
    by_change = {change: [move.project for move in others if move.change == change] for change in _CHANGES}
    parts = [_moved(change, found) for change, found in by_change.items() if found]
    if card.funded:
        return f"In its place {'; '.join(parts)}." if parts else "Nobody takes its place."
    if not sure and parts:
        return f"In that plan {'; '.join(parts)}."
    if not by_change["out"]:
        return "; ".join(["No other project goes out for it", *parts]) + "."
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


_WORDS = {CAPEX: "capital cost", SHARE: "public share", OPEX: "cost of running it"}


def _prices(card: Card) -> list[str]:
    """Each break-even; figures none of which would bring it in are said at once."""
    hopeless = [p for p in card.prices if not card.funded and p.is_verified and p.in_up_to is None]
    rest = [line for p in card.prices if p not in hopeless and (line := price_sentence(card, p))]
    if not hopeless:
        return rest
    words = " or ".join(_WORDS[p.lever] for p in hopeless)
    count = plural(sum(len(p.trials) for p in hopeless), "solve")
    return [*rest, f"No {words}, not even 0, would bring it in (proven, {count})."]


def price_sentence(card: Card, price: Price) -> str:
    """A break-even in words; blank where nothing was searched."""
    if price.skipped:
        return ""
    if price.lever == RIVALS:
        return _rival_sentence(price)
    word = _WORDS[price.lever]
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
    count = plural(len(price.trials), "solve")
    if price.is_verified:
        return (
            f" (verified on both sides, {count})"
            if price.in_up_to is not None and price.out_from
            else f" (proven, {count})"
        )
    proven_in = "" if price.proven_in is None else f"in up to {price.proven_in:.2g} times that"
    proven_out = "" if price.proven_out is None else f"out from {price.proven_out:.2g} times that on"
    proven = " and ".join(x for x in (proven_in, proven_out) if x)
    return (
        f" (by the best plans found, {count}; proven {proven})"
        if proven
        else (f" (by the best plans found, {count}; {NOT_TOLD})")
    )


def _rival_sentence(price: Price) -> str:
    who, sure, many = names(list(price.rivals)), _sure(price), len(price.rivals) > 1
    if price.in_up_to is None:
        return f"Not even for nothing would {who} make up for it{sure}."
    if price.out_from is None:
        return f"At the prices of now {who} already {'make' if many else 'makes'} up for it{sure}."
    most, less = percent(price.in_up_to), percent(1.0 - price.in_up_to)
    whose = "their" if many else "its"
    return f"{who} would have to cost at most {most} of {whose} capital cost, {less} less, to make up for it{sure}."


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
    head = f"{plan.strip() + ', of' if plan else 'Of'} its output of {tonnes(total)} t{_products(e, card)}, {when}"
    return f"{head}: {joined(parts)}." if parts else ""


def _products(e: Explanation, card: Card) -> str:
    """What its output is; blank where it gives nothing beside."""
    process = e.facts.projects[card.project].text("process")
    given = {k for (q, _), recipe in e.facts.recipes.items() if q == process for k in recipe.outputs}
    made = e.facts.products.get(process, frozenset())
    if given <= made:
        return ""
    names_of = [joined([e.facts.material(k) for k in e.facts.materials if k in some]) for some in (made, given - made)]
    return f" ({names_of[0]}; without its by-products, {names_of[1]})"
