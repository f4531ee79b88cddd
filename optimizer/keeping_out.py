"""What keeps a project out of a plan, told by tests: each takes one limit away, or adds the project, and solves again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from models.instance import Instance
from models.lacking import Lack, lack_of
from optimizer.explain_case import ExplainCase, Reference
from optimizer.report.explained import LIABLE, MONEY, PEOPLE, POTS, USE, Hold
from optimizer.solve.choice import ChoiceCase
from optimizer.solve.hold_back import on_top, required_by, without_feed
from optimizer.solve.master import Money
from optimizer.solve.standings import Keys, Standing
from optimizer.solve.wish import Wish
from optimizer.units import T_PER_KT

_GAIN_KT, _GAIN_MUSD = 1e-6, 1e-3


def what_keeps_out(case: ExplainCase, project: str, reference: Reference, possible: bool) -> Hold:
    """Test one limit after the other, those that need no solve first; ``possible``: whether any plan has the project."""
    instance, choice, plan = case.instance, case.choice, case.plan
    one = instance.projects[project]
    outputs = [t for v in one.funding_years for t in instance.years if one.fraction(v, t) > 0.0]
    standing = [q.name for q in instance.projects.values() if one.group and q.group == one.group and not q.is_candidate]
    hold = Hold(
        group_filled_by=standing[0] if standing else "",
        first_output=min(outputs, default=None),
        short_years=plan.short_years,
    )
    if hold.group_filled_by or hold.first_output is None:
        return hold
    if not possible:
        lack = _lack(case, project)
        return replace(hold, lack=lack, possible_without=() if lack else _possible_without(case, project))
    added = on_top(choice, reference.standing, reference.funded - {*_keys_of(reference, project)}, project)
    if added is None:
        return hold
    gain = added.gain * T_PER_KT if choice.covers else added.gain
    hold = replace(
        hold,
        on_top_year=added.year,
        on_top_gain=gain,
        on_top_outlay_musd=added.outlay_musd,
        with_required=added.with_required,
        in_place_of=added.in_place_of,
    )
    least = _GAIN_KT * T_PER_KT if choice.covers else _GAIN_MUSD
    return hold if gain > least or not choice.covers else _fed(case, project, hold, added.year)


def _keys_of(reference: Reference, project: str) -> Keys:
    return frozenset(key for key in reference.funded if key[0] == project)


def _fed(case: ExplainCase, project: str, hold: Hold, funded: int) -> Hold:
    """Test its feed in the year of the largest shortfall from its first output on."""
    one, plan = case.instance.projects[project], case.plan
    runs = [t for t in case.instance.years if one.fraction(funded, t) > 0.0]
    short = {t: x for t, x in plan.short_kt.items() if t in runs and x > _GAIN_KT}
    if not short or hold.in_place_of:
        return hold
    year = max(short, key=lambda t: (short[t], -t))
    fed = without_feed(case.instance, plan.standing, project, funded, year)
    return replace(
        hold,
        fed_year=year,
        fed_short_t=T_PER_KT * fed.short_kt,
        fed_as_is_t=T_PER_KT * fed.gain_kt,
        fed_gain_t=T_PER_KT * fed.gain_fed_kt,
        by_input={k: T_PER_KT * x for k, x in fed.by_input.items()},
    )


def _lack(case: ExplainCase, project: str) -> Lack | None:
    """What no package makes up for, of its firm or of one that it requires."""
    chain = [project, *required_by(case.instance, project, ())]
    lacks = (lack_of(case.instance, case.instance.projects[p]) for p in chain)
    return next((lack for lack in lacks if lack is not None), None)


def _possible_without(case: ExplainCase, project: str) -> tuple[str, ...]:
    """Limits without which it can be forced in, each alone."""
    wish, choice = Wish(funded=frozenset([project])), case.choice
    if _is_possible(choice, wish, choice.without_limit):
        return (MONEY,)
    return tuple(
        name
        for name, changed in (*_without_rules(case.instance, choice.is_small), *_without_others(case.instance, project))
        if _is_possible(case.at(changed), wish, case.payload.money)
    )


def _without_rules(instance: Instance, each: bool) -> Iterator[tuple[str, Instance]]:
    """The case without its rules of redundancy, and without those on burden and benefit: each of them alone, or all at once."""
    rules, fair = instance.rules, instance.fairness
    if each:
        for rule in rules:
            others = {name: x for name, x in rules.items() if name != rule}
            yield f"rule “{rule}”", replace(instance, rules=others)
        for rule in fair:
            left = {name: x for name, x in fair.items() if name != rule}
            yield f"rule “{rule}”", replace(instance, fairness=left)
        return
    if rules:
        yield "redundancy rules", replace(instance, rules={})
    if fair:
        yield "rules on burden and benefit", replace(instance, fairness={})


def _without_others(instance: Instance, project: str) -> Iterator[tuple[str, Instance]]:
    """The case without other limits that could make the project impossible."""
    one, finance = instance.projects[project], instance.finance
    if instance.pots:
        yield POTS, replace(instance, pots={})
    if instance.workforce:
        yield PEOPLE, replace(instance, workforce={})
    if finance is not None and finance.max_contingent_musd is not None:
        yield LIABLE, replace(instance, finance=replace(finance, max_contingent_musd=None))
    if one.min_utilization:
        yield USE, replace(instance, projects={**instance.projects, project: replace(one, min_utilization=0.0)})


def _is_possible(choice: ChoiceCase, wish: Wish, money: Money) -> bool:
    if not choice.covers:
        return choice.cheapest(wish, None, money) is not None
    return choice.covering(wish, Standing(money), money).funded is not None
