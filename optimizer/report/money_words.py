"""Sentences on public support: what it costs by kind, who pays and gains, what is owed if prices fall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pandas as pd

from optimizer.report.facts import Facts, each, text
from optimizer.report.money_totals import NOTHING_MUSD
from optimizer.report.money_totals import failing as failing_firms
from optimizer.wording import percent, plural

BY_KG = "Charged per kg: what is charged by the kg of activity that the firm plans to run in its operating life."
_MOST_NAMES = 6
KINDS = {
    "grant": "grants",
    "loan": "loans",
    "equity": "equity",
    "guarantee": "guarantees",
    "investment_credit": "investment credits",
    "production_credit": "production credits",
    "floor": "price floors",
    "offtake": "offtakes",
}
_MISS = {True: "misses its", False: "miss their"}
_FACE = {"loan": "lent", "guarantee": "lent by banks"}


def money(musd: float) -> str:
    """MUSD in a sentence, with decimals where they say something."""
    return f"{musd:,.0f}" if abs(musd) >= 100.0 else f"{musd:,.1f}"


def instruments_of(facts: Facts, project: str) -> pd.DataFrame:
    """Rows of a project's package, what is charged most first."""
    table = facts.tables["packages"]
    return table[table["project"] == project].sort_values(["charge_musd", "instrument"], ascending=[False, True])


def money_sentences(facts: Facts) -> list[str]:
    """Two or three sentences for the Summary; none without instruments or without a funded project."""
    if not facts.has_instruments or facts.tables["viability"].empty:
        return []
    return [x for x in (support(facts), who_pays(facts), if_prices_fall(facts)) if x]


# ---------------------------------------------------------------- support


def packages_lead(facts: Facts) -> list[str]:
    """What stands over the sheet Packages."""
    return [x for x in (support(facts), beyond_need(facts), by_kg(facts)) if x]


def support(facts: Facts) -> str:
    """How many lack how much, and by which kinds they get it at the least public outlay."""
    firms = facts.tables["viability"]
    short = firms[firms["npv_unaided_musd"] < -NOTHING_MUSD]
    if short.empty:
        return "All funded projects earn the hurdle rate of their firms without support."
    lacks, charge = -float(short["npv_unaided_musd"].sum()), float(facts.money["charge_musd"])
    leverage = facts.money["leverage"]
    beside = "" if leverage is None else f"; each public MUSD there comes with {leverage:,.1f} MUSD of private capital"
    return (
        f"{few(short, firms)} {_MISS[len(short) == 1]} hurdle rate without support, by"
        f" {money(lacks)} MUSD of present value in all; the cheapest packages charge {money(charge)} MUSD: {_mix(facts)}{beside}."
    )


def _mix(facts: Facts) -> str:
    """Kinds by what they charge, with what is lent."""
    charges, faces = facts.money["charge_by_kind_musd"], facts.money["face_musd"]
    told = []
    for kind in sorted(charges, key=lambda kind: (-charges[kind], list(KINDS).index(kind))):
        lent = f" (for {money(faces[kind])} {_FACE[kind]})" if kind in faces else ""
        told.append(f"{KINDS[kind]} {money(charges[kind])}{lent}")
    return ", ".join(told)


def beyond_need(facts: Facts) -> str:
    """Who gets more than it lacks: shares that must be kept are met so where that is cheapest; nothing where nobody does."""
    firms = facts.tables["viability"]
    more = firms["npv_musd"] - firms["npv_unaided_musd"].clip(lower=0.0)
    some = firms[more > NOTHING_MUSD]
    if some.empty:
        return ""
    verb = "gets more than it lacks" if len(some) == 1 else "get more than they lack"
    return (
        f"{few(some, firms)} {verb}, by {money(float(more[some.index].sum()))} MUSD of present value in all: {names(some)}. A"
        " share that must be kept (Fairness, or of a funder in Budgets) is met so at the least outlay."
    )


def by_kg(facts: Facts) -> str:
    """The public money by kg of what is demanded."""
    per_kg, made = facts.money["public_usd_per_kg"], float(facts.money["magnets_t"])
    outlay = float(facts.tables["portfolio"]["public_outlay_musd"].sum())
    if per_kg is None:
        return ""
    *others, last = (facts.material(k) for k in dict.fromkeys(facts.base("coverage")["material"]))
    final = f"{', '.join(others)} and {last}" if others else last
    return (
        f"{per_kg:,.2f} USD of public money per kg made possible: {money(outlay)} MUSD for plants of every stage, by the"
        f" {made:,.0f} t of {final} that funded plants make from {facts.span}, nothing lost."
    )


# ---------------------------------------------------------------- who pays


def who_pays(facts: Facts) -> str:
    """Who pays most, and which country gains most."""
    burden = facts.tables["burden"]
    paid = facts.tables["outlays"].groupby("funder", sort=True)["musd"].sum()
    if paid.empty or not paid.sum() > 0.0:
        return ""
    first, whole = str(paid.idxmax()), float(paid.sum())
    most = f"{first} pays most, {money(float(paid[first]))} of {money(whole)} MUSD ({percent(paid[first] / whole)})"
    most = f"The budget pays {money(whole)} MUSD" if len(paid) == 1 and "funders" not in facts.tables else most
    return f"{most}; {_gains(facts, burden)}."


def spent_beside_plants(facts: Facts) -> dict[str, float]:
    """Country -> public outlay for stocks and training in it, MUSD: their names end with the country."""
    sums: dict[str, float] = defaultdict(float)
    for row in each(facts.tables["outlays"]):
        if row.project not in facts.projects:
            sums[row.project.rpartition(":")[2]] += row.musd
    return sums


def _gains(facts: Facts, burden: pd.DataFrame) -> str:
    beside = spent_beside_plants(facts)
    spent = {row.country: row.received_musd + beside.get(row.country, 0.0) for row in each(burden)}
    if "funders" not in facts.tables or not any(map(text, facts.tables["funders"]["home"])):
        most = max(spent, key=lambda country: spent[country])
        return f"most of it is spent in {facts.country(most)}, {money(spent[most])} MUSD"
    row = max(each(burden), key=lambda x: spent[x.country] - x.paid_musd)
    got, own = spent[row.country], row.paid_musd
    if not got - own > NOTHING_MUSD:
        return "no country gets more than its funders pay"
    paid = f"{money(own)} MUSD" if own > NOTHING_MUSD else "nothing"
    return (
        f"{facts.country(row.country)} gains most: {money(got)} MUSD are spent there, its funders pay {paid}, and"
        f" {row.jobs:,.0f} jobs are there"
    )


# ---------------------------------------------------------------- if prices fall


def if_prices_fall(facts: Facts) -> str:
    """What promises pay and who fails if prices fall as in the crash deck; nothing without that deck."""
    deck = facts.money["crash_deck"]
    return (
        ""
        if deck is None
        else f"If prices are those of deck “{deck}”, {owed(facts)}; {failing(facts)}{lent_to_failing(facts)}."
    )


def owed(facts: Facts) -> str:
    """What floors, offtakes and guarantees may cost, when most, and within which limit."""
    liability, limit = facts.tables["liability"], facts.money["max_contingent_musd"]
    due = liability.groupby("year")["crash_musd"].sum()
    if due.empty or not due.max() > 0.0:
        return "nothing is owed: no funded project has a guarantee, or a floor or an offtake that pays then"
    planned, crash = float(liability["planning_musd"].sum()), float(liability["crash_musd"].sum())
    guarantees = facts.tables["packages"]
    guarantees = guarantees[guarantees["kind"] == "guarantee"]
    expected = planned + float(guarantees["charge_musd"].sum())
    within = "" if limit is None else f", within the limit of {money(limit)}"
    against = f"against {money(expected)} expected and charged"
    return (
        f"{_promises(facts)} may cost {money(crash)} MUSD in all{within}, {against}, most in {due.idxmax()}"
        f" ({money(float(due.max()))} MUSD)"
    )


def _promises(facts: Facts) -> str:
    """Kinds that may cost something in the crash, most first."""
    sums = facts.tables["packages"].groupby("kind")["contingent_musd"].sum()
    found = sums[sums > 0.0].sort_values(ascending=False, kind="stable").index
    kinds = [KINDS[str(kind)] + (" (in full)" if kind == "guarantee" else "") for kind in found]
    return f"{', '.join(kinds[:-1])} and {kinds[-1]}" if len(kinds) > 1 else kinds[0]


def failing(facts: Facts) -> str:
    """Who misses the hurdle rate in the crash, and who does so but for its promises."""
    firms = facts.tables["viability"]
    fails, saved = failing_firms(firms), _saved(firms)
    whose = "its" if len(saved) == 1 else "their"
    if fails.empty:
        alone = "" if saved.empty else f", {len(saved)} of them by {whose} floors and offtakes alone: {names(saved)}"
        return f"all funded projects then keep their hurdle rate{alone}"
    more = "" if saved.empty else f", and {len(saved)} more would without {whose} floors and offtakes: {names(saved)}"
    return f"{few(fails, firms)} then {_MISS[len(fails) == 1]} hurdle rate{more}"


def lent_to_failing(facts: Facts) -> str:
    """What the public has lent to firms that miss their hurdle rate in the crash; nothing where that is nothing."""
    failed = facts.money["lent_to_failing_musd"]
    if not failed > NOTHING_MUSD:
        return ""
    return (
        f"; {money(failed)} of {money(lent_musd(facts))} MUSD of public loans are theirs, beside what promises may cost"
    )


def lent(facts: Facts) -> dict[str, float]:
    """Project -> face of its public loans, MUSD; those that have one."""
    table = facts.tables["packages"]
    loans = table[table["kind"] == "loan"].groupby("project")["amount"].sum()
    return {str(project): float(musd) for project, musd in loans.items()}


def lent_musd(facts: Facts) -> float:
    """Face of all public loans."""
    return float(facts.money["face_musd"].get("loan", 0.0))


def loans_beside(facts: Facts) -> str:
    """What the public has lent, which no liability and no limit counts; nothing where that is nothing."""
    face, failed = lent_musd(facts), facts.money["lent_to_failing_musd"]
    if not face > NOTHING_MUSD:
        return ""
    charged = float(facts.money["charge_by_kind_musd"]["loan"])
    told = (
        f"Public loans are no part of this, nor of max_contingent_musd: {money(face)} MUSD are lent, of which budgets carry"
        f" {money(charged)} as not expected to come back"
    )
    if failed is None:
        return f"{told}."
    loans = lent(facts)
    count = sum(project in loans for project in failing_firms(facts.tables["viability"])["project"])
    if not count:
        return f"{told}; no firm that has one misses its hurdle rate in the crash."
    miss = "firm that misses its" if count == 1 else "firms that miss their"
    return f"{told}; {money(failed)} MUSD of it to {count} {miss} hurdle rate in the crash (each firm's on the sheet Viability)."


def few(some: pd.DataFrame, firms: pd.DataFrame) -> str:
    """How many of the funded projects."""
    return f"{len(some)} of {plural(len(firms), 'funded project')}"


def given_back(facts: Facts) -> str:
    """How much of what a crash takes from the firms their floors and offtakes give back; nothing where there are none."""
    firms = facts.tables["viability"]
    lost = float((firms["npv_musd"] - firms["npv_crash_no_promise_musd"]).sum())
    back = float((firms["npv_crash_musd"] - firms["npv_crash_no_promise_musd"]).sum())
    if not lost > NOTHING_MUSD or not back > NOTHING_MUSD:
        return ""
    return (
        f"Of the {money(lost)} MUSD of present value that the crash takes from the firms, floors and offtakes give back"
        f" {money(back)} ({percent(back / lost)})."
    )


def _saved(firms: pd.DataFrame) -> pd.DataFrame:
    """Who earns the hurdle rate in the crash by floors and offtakes alone."""
    held = firms["npv_crash_musd"] >= -NOTHING_MUSD
    return firms[held & (firms["npv_crash_no_promise_musd"] < -NOTHING_MUSD)]


def names(rows: pd.DataFrame) -> str:
    """Projects by name, as many as one reads."""
    found: Sequence[str] = [str(row.project) for row in each(rows)]
    more = len(found) - _MOST_NAMES
    return ", ".join(found) if more <= 0 else f"{', '.join(found[:_MOST_NAMES])} and {more} more"
