"""Sentences on public support: what it costs by kind, who pays and gains, what is owed if prices fall."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from optimizer.report.facts import Facts, each
from optimizer.wording import percent, plural

BY_KG = "Charged per kg: what is charged by the kg of activity that the firm plans to run in its operating life."
# Below that a present value is nothing: a table shows it so.
NOTHING_MUSD = 0.05
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
    return [x for x in (support(facts), by_kg(facts)) if x]


def support(facts: Facts) -> str:
    """How many lack how much, and by which kinds they get it at the least public outlay."""
    firms = facts.tables["viability"]
    short = firms[firms["npv_unaided_musd"] < -NOTHING_MUSD]
    if short.empty:
        return "All funded projects earn the hurdle rate of their firms without support."
    lacks, charge = -float(short["npv_unaided_musd"].sum()), float(facts.money["charge_musd"])
    leverage = facts.money["leverage"]
    beside = f"; {leverage:,.1f} MUSD of private capital per public MUSD" if leverage is not None else ""
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


def _gains(facts: Facts, burden: pd.DataFrame) -> str:
    row = max(each(burden), key=lambda x: x.received_musd - x.paid_musd)
    got, own, home = row.received_musd, row.paid_musd, facts.country(row.country)
    if "funders" not in facts.tables or not (facts.tables["funders"]["home"].fillna("") != "").any():
        return f"plants in {home} get most of it, {money(got)} MUSD"
    return (
        f"{home} gains most: its plants get {money(got)} MUSD, its funders pay {money(own)}, and"
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
    kinds = [KINDS[str(kind)] for kind in sums[sums > 0.0].sort_values(ascending=False, kind="stable").index]
    return f"{', '.join(kinds[:-1])} and {kinds[-1]}" if len(kinds) > 1 else kinds[0]


def failing(facts: Facts) -> str:
    """Who misses the hurdle rate in the crash, and who does so but for its promises."""
    firms = facts.tables["viability"]
    fails, saved = _failing(firms), _saved(firms)
    whose = "its" if len(saved) == 1 else "their"
    if fails.empty:
        alone = "" if saved.empty else f", {len(saved)} of them by {whose} floors and offtakes alone: {names(saved)}"
        return f"all funded projects then keep their hurdle rate{alone}"
    more = "" if saved.empty else f", and {len(saved)} more would without {whose} floors and offtakes: {names(saved)}"
    return f"{few(fails, firms)} then {_MISS[len(fails) == 1]} hurdle rate{more}"


def lent_to_failing(facts: Facts) -> str:
    """What the public has lent to firms that miss their hurdle rate in the crash; nothing where that is nothing."""
    packages, fails = facts.tables["packages"], set(_failing(facts.tables["viability"])["project"])
    loans = packages[packages["kind"] == "loan"]
    lent = float(loans.loc[loans["project"].isin(fails), "amount"].sum())
    if not lent > NOTHING_MUSD:
        return ""
    every = money(float(loans["amount"].sum()))
    return f"; {money(lent)} of {every} MUSD of public loans are theirs, beside what promises may cost"


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


def _failing(firms: pd.DataFrame) -> pd.DataFrame:
    return firms[firms["npv_crash_musd"] < -NOTHING_MUSD]


def _saved(firms: pd.DataFrame) -> pd.DataFrame:
    """Who earns the hurdle rate in the crash by floors and offtakes alone."""
    held = firms["npv_crash_musd"] >= -NOTHING_MUSD
    return firms[held & (firms["npv_crash_no_promise_musd"] < -NOTHING_MUSD)]


def names(rows: pd.DataFrame) -> str:
    """Projects by name, as many as one reads."""
    found: Sequence[str] = [str(row.project) for row in each(rows)]
    more = len(found) - _MOST_NAMES
    return ", ".join(found) if more <= 0 else f"{', '.join(found[:_MOST_NAMES])} and {more} more"
