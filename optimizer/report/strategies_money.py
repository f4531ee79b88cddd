"""Sentences on the money of strategies: which closes the gap, by when, at what price; who pays; what is owed if prices fall."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.report.bottlenecks import tonnes
from optimizer.report.money_totals import NOTHING_MUSD
from optimizer.report.money_words import if_prices_fall, money, spent_beside_plants, who_pays
from optimizer.report.side_by_side import NEARLY, Side, SideBySide
from optimizer.wording import joined, percent

_MOST_NAMES, _SEEN = 4, 5e-4
# What is bought beside plants, and how its names begin in the table of outlays.
_USES = {"stocks": "stockpile:", "training": "training:"}


def money_sentences(side: Side) -> Iterator[tuple[str, str]]:
    """Yield who pays for a strategy and what is owed if prices fall, each with what it is about; nothing without instruments."""
    if not side.has_instruments or side.facts.tables["viability"].empty:
        return
    for about, text in (("who pays", who_pays(side.facts)), ("if prices fall", if_prices_fall(side.facts))):
        if text:
            yield about, text


def beside_plants(side: Side) -> str:
    """How much of the outlay is spent on stocks and training; nothing where that is nothing."""
    spent = sum(spent_beside_plants(side.facts).values())
    if not spent > NOTHING_MUSD:
        return ""
    names = list(side.facts.tables["outlays"]["project"].astype(str))
    uses = joined([use for use, start in _USES.items() if any(name.startswith(start) for name in names)])
    return f" ({'all' if side.outlay_musd - spent < NOTHING_MUSD else f'{money(spent)} of it'} for {uses})"


def price(told: SideBySide, side: Side) -> str:
    """Return how much of what the first strategy leaves short is closed, and what a kg of it costs; blank for the first one."""
    closed, usd = told.closed(side), told.usd_per_kg(side)
    if closed is None or closed < _SEEN:
        return ""
    whole = f"Of the {tonnes(told.held[0].short_t)} t that “{told.held[0].name}” leaves short in all years it closes"
    return f" {whole} {percent(closed)}" + (
        "." if usd is None else f", for {usd:,.2f} USD of public money more per kg."
    )


# ---------------------------------------------------------------- all of them


def closing(told: SideBySide) -> Iterator[str]:
    """Yield which strategies close the gap, by when and for how much; where none does, which ones nearly; then the cheapest."""
    last = told.years[-1]
    closing = [(x.closes, x) for x in told.held if x.closes is not None]
    if closing:
        yield f"The gap closes with {_dated(closing, 'in')}."
    else:
        closing = [(year, x) for x in told.held if (year := x.serves_from(NEARLY)) is not None]
        nearly = f"{NEARLY:.0%}".replace("%", " %")
        if closing:
            served = f"{nearly} or more of demand is served with {_dated(closing, 'from')}"
            yield f"No strategy closes the gap in full by {last}; {served}."
        else:
            yield from _nearest(told, last)
    if closing and len(told.held) > 1:
        yield from _cheapest(told, min((x for _, x in closing), key=lambda x: (round(x.outlay_musd, 3), -x.coverage)))


def _dated(closing: list[tuple[int, Side]], word: str) -> str:
    """Strategies by year, the cheapest of each first: ``“A” (4,000 MUSD) from 2030 on``."""
    found = []
    for year in sorted({year for year, _ in closing}):
        those = sorted((x for y, x in closing if y == year), key=lambda x: x.outlay_musd)
        named = [f"“{x.name}” ({x.outlay_musd:,.0f} MUSD)" for x in those[:_MOST_NAMES]]
        more = [f"{len(those) - _MOST_NAMES} more"] if len(those) > _MOST_NAMES else []
        found.append(f"{joined([*named, *more])} {word} {year}{' on' if word == 'from' else ''}")
    return "; ".join(found)


def _nearest(told: SideBySide, last: int) -> Iterator[str]:
    best = max(told.held, key=lambda x: float(x.by_year["coverage"].iloc[-1]) if len(x.by_year) else 0.0)
    if len(best.by_year):
        share = percent(float(best.by_year["coverage"].iloc[-1]))
        yield f"No strategy closes the gap by {last}; nearest is “{best.name}” with {share} served in that year."


def _cheapest(told: SideBySide, side: Side) -> Iterator[str]:
    """The cheapest that closes the gap: its price, and who pays."""
    text = f"Cheapest of these is “{side.name}”, for {side.outlay_musd:,.0f} MUSD of public money.{price(told, side)}"
    payers = who_pays(side.facts) if side.has_instruments else ""
    yield f"{text} {payers}" if payers else text


def treasury(told: SideBySide) -> Iterator[str]:
    """Yield what the public owes if prices fall, from the least to the most, and what it has lent to firms that then fail."""
    firms = [x for x in told.held if x.money.get("crash_deck") is not None]
    if not firms:
        return
    owing = [x for x in firms if _musd(x, "contingent_musd") > 0.0]
    lead = f"If prices are those of deck “{firms[0].money['crash_deck']}”,"
    lent = [x for x in firms if _musd(x, "lent_to_failing_musd") > 0.0]
    theirs = (
        f"; loans of {_range(lent, 'lent_to_failing_musd')} are with firms that then miss their hurdle rate"
        if lent
        else ""
    )
    if owing:
        some = (
            ""
            if len(owing) == len(firms)
            else f" with {len(owing)} of {len(firms)} strategies, nothing with the others"
        )
        yield f"{lead} {_range(owing, 'contingent_musd')} may be owed{some}{theirs}."
    else:
        yield f"{lead} no strategy owes anything on floors, offtakes or guarantees{theirs}."


def _range(sides: list[Side], name: str) -> str:
    """From the least to the most, with names: ``594 (“A”) to 1,378 MUSD (“B”)``."""
    low, high = min(sides, key=lambda x: _musd(x, name)), max(sides, key=lambda x: _musd(x, name))
    most = f"{money(_musd(high, name))} MUSD (“{high.name}”)"
    return most if low is high else f"{money(_musd(low, name))} (“{low.name}”) to {most}"


def _musd(side: Side, name: str) -> float:
    value = side.money.get(name)
    return 0.0 if value is None else float(str(value))
