"""What the repairs say, as sentences computed from them."""

from __future__ import annotations

from optimizer.report.facts import Facts
from optimizer.report.repair_tables import money
from optimizer.report.rounding import tonnes
from optimizer.solve.repair import Recovery, Repair
from optimizer.wording import joined, musd, percent, year_span

_SAME_MUSD = 0.5
_MOST_SHORT = 4


def repair_sentences(facts: Facts, title: str, repair: Repair) -> list[str]:
    """What a planner should take away of one loss, called by its title."""
    if not repair.years:
        return [f"{title}: the loss lies outside the years of the plan."]
    if not repair.is_hurt:
        return [f"{title}: everything that is asked for is still served. There is nothing to repair."]
    worst = min(repair.years, key=lambda t: (repair.unrepaired[t] - repair.asked[t], t))
    hurt = (
        f"{title}: without a repair {percent(repair.unrepaired[worst])} of all demand is served in {worst},"
        f" where {percent(repair.asked[worst])} is asked for ({_asked(repair)})."
    )
    reached = repair.reached
    if reached:
        return [hurt, _first(repair, reached[0]), *_later(reached)]
    return [hurt, _never(repair), *_short_of(facts, repair)]


def _asked(repair: Repair) -> str:
    share = repair.wish.share
    if share >= 1.0:
        return "every row of demand as well served as with nothing lost"
    return f"every row of demand {percent(share)} served, or as with nothing lost where that is less"


def _since(repair: Repair) -> str:
    if repair.wish.before:
        return "with projects funded from the first year of the plan on, before the loss"
    return f"with projects funded from {repair.years[0]} on"


def _first(repair: Repair, x: Recovery) -> str:
    projects = f"{len(x.fundings)} project{'' if len(x.fundings) == 1 else 's'}"
    return (
        f"The earliest year by which it can be back is {x.year}, {_since(repair)}: {_musd(x.outlay_musd)} of extra public"
        f" money{_proof(x)}, {projects}."
    )


def _proof(x: Recovery) -> str:
    if x.outlay_musd is None or x.outlay_musd - x.bound_musd <= _SAME_MUSD:
        return ", proven least"
    return f" (no repair costs less than {_musd(x.bound_musd)})"


def _later(reached: tuple[Recovery, ...]) -> list[str]:
    """The next recovery that is cheaper by more than is told, if any."""
    first = reached[0].outlay_musd or 0.0
    cheaper = [x for x in reached[1:] if (x.outlay_musd or 0.0) < first - _SAME_MUSD]
    if not cheaper:
        last = reached[-1].year
        return [f"More time makes it no cheaper, up to {last}."] if last > reached[0].year else []
    best = min(cheaper, key=lambda x: (round(x.outlay_musd or 0.0, 1), x.year))
    return [f"Who can wait until {best.year} pays {_musd(best.outlay_musd)}{_proof(best)}."]


def _never(repair: Repair) -> str:
    last = repair.years[-1]
    x = repair.recoveries[-1]
    open_years = [y.year for y in repair.recoveries if y.outlay_musd is None]
    if open_years:
        return f"Whether it can be back by {year_span(open_years)} was not settled: search further."
    at_most = percent(repair.possible[last])
    if (x.outlay_musd or 0.0) <= _SAME_MUSD:
        return (
            f"Nothing brings it back by {last}, {_since(repair)}: no candidate helps in time; at most {at_most} of all demand"
            f" can be served in {last}."
        )
    return (
        f"Nothing brings it back by {last}, {_since(repair)}. As near to it as can be in {last},"
        f" {percent((x.served or {}).get(last, 0.0))} of all demand, costs {_musd(x.outlay_musd)} of extra public"
        f" money{_proof(x)}."
    )


def _short_of(facts: Facts, repair: Repair) -> list[str]:
    """What keeps the nearest from being a repair, where something comes near: all demand together may be served as asked."""
    x, last = repair.recoveries[-1], repair.years[-1]
    if not x.missing_of:
        return []
    told = [f"{tonnes(kt):,.0f} t of {sector} ({facts.material(k)})" for (sector, k), kt in x.missing_of.items()]
    shown = told if len(told) <= _MOST_SHORT else [*told[:_MOST_SHORT], f"{len(told) - _MOST_SHORT} more"]
    short = f"What no candidates make up for in {last}: {joined(shown)}."
    if repair.possible[last] < repair.asked[last]:
        return [short]
    together = f"All demand together could reach {percent(repair.possible[last])} in {last}, but not with each row as asked for."
    return [short, f"{together} A smaller --share asks for less."]


def _musd(value: float | None) -> str:
    return musd(money(value) or 0.0)
