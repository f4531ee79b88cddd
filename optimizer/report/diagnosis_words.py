"""The sentences of a diagnosis: every fact computed from the tables, ranked by the tonnes of demand at stake."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pandas as pd

from optimizer.diagnosis import ALL_STREAMS, EVERYWHERE
from optimizer.report.bottlenecks import tonnes
from optimizer.report.diagnosis_gap import OF_ALL, OF_STREAM, WITH, WITHOUT
from optimizer.report.diagnosis_hang import KINDS
from optimizer.report.diagnosis_tables import Tabled
from optimizer.report.facts import each
from optimizer.single_losses import SUPPLIER
from optimizer.variants import Variant
from optimizer.wording import joined, percent, year_list

_SEEN_T = 0.5
_FACTS = 3


@dataclass(frozen=True)
class Fact:
    """A sentence, the sheet that shows its numbers, and the tonnes of demand of all years that are at stake."""

    sentence: str
    sheet: str
    stake_t: float


def three_facts(told: Tabled) -> list[Fact]:
    """Return the three facts with most demand at stake."""
    return all_facts(told)[:_FACTS]


def all_facts(told: Tabled) -> list[Fact]:
    """Return every fact that there is, most demand at stake first."""
    found = [_outside(told), _binding(told), _money(told), _single(told), _concentration(told), _served(told)]
    return sorted((fact for fact in found if fact is not None), key=lambda fact: -round(fact.stake_t, 1))


def headline(told: Tabled) -> str:
    """How much is served in the first and the last year with demand."""
    rows = served_rows(told, Variant.AS_IS)
    if rows.empty:
        return "There is no demand in the years of the workbook."
    first, last = rows.iloc[0], rows.iloc[-1]
    then = f", {percent(last.coverage)} in {last.year}" if last.year > first.year else ""
    return f"No money spent, nothing lost: {percent(first.coverage)} of all demand is served in {first.year}{then}."


def served_rows(told: Tabled, variant: Variant) -> pd.DataFrame:
    """All demand of a variant by year, years without demand left out."""
    rows = told.rows("self_sufficiency", variant=variant.value, of=OF_ALL)
    return rows[rows["demand_t"] > 0.0]


# ---------------------------------------------------------------- the facts


def _outside(told: Tabled) -> Fact | None:
    """What hangs on outside supply."""
    whole, alone = served_rows(told, Variant.AS_IS), served_rows(told, Variant.AS_IS_ALONE)
    lost = whole["served_t"].to_numpy() - alone["served_t"].to_numpy()
    if whole.empty or float(lost.sum()) < _SEEN_T:
        return None
    first, last = alone.iloc[0], alone.iloc[-1]
    span = f" in {first.year} and {percent(last.coverage)} in {last.year}" if len(alone) > 1 else f" in {first.year}"
    against = f"{percent(whole.iloc[0].coverage)}"
    against += f" and {percent(whole.iloc[-1].coverage)}" if len(whole) > 1 else ""
    sentence = (
        f"Without outside supply the chain serves {percent(first.coverage)} of all demand{span}, against {against} with it:"
        f" {tonnes(float(lost.sum()))} t of demand of all years hang on outsiders{_supplier_share(told)}."
    )
    return Fact(sentence, "Self-sufficiency", float(lost.sum()))


def _supplier_share(told: Tabled) -> str:
    """The supplier whose loss alone costs most."""
    rows = told.rows("single_points", kind=KINDS[SUPPLIER])
    if rows.empty or float(rows.iloc[0]["lost_t"]) < _SEEN_T:
        return ""
    first = rows.iloc[0]
    name = told.facts.country(str(first["target"]))
    return f", {tonnes(float(first['lost_t']))} t of it on {name} alone" if len(rows) > 1 else f", all of it on {name}"


def _binding(told: Tabled) -> Fact | None:
    """The stage that holds back most, stream by stream, and what lies idle because of it."""
    chain = _apart(told)
    short, by_stream = _short(told), _short_by_stream(told)
    held: dict[tuple[str, str], float] = defaultdict(float)
    when: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (stream, year), rows in chain[chain["binds"].isin(["alone", "together"])].groupby(["stream", "year"]):
        best = rows.sort_values(["gain_together_t", "gain_alone_t"], ascending=False, kind="stable").iloc[0]
        place = str(best["stage"]), str(stream)
        held[place] += by_stream.get((str(stream), int(str(year))), 0.0)
        when[place].append(int(str(year)))
    if not held:
        return _nothing_binds(short)
    stage, stream = max(held, key=lambda x: (round(held[x], 4), -told.facts.stage_rank(x[0]), x[1]))
    years = when[stage, stream]
    worst = max(years, key=lambda t: (by_stream.get((stream, t), 0.0), -t))
    row = next(x for x in each(chain) if (x.stage, x.stream, x.year) == (stage, stream, worst))
    of_it = its = ""
    if stream != ALL_STREAMS:
        of_it, its = (
            f" in stream {stream}",
            f": {tonnes(by_stream.get((stream, worst), 0.0))} t of them want its materials",
        )
    sentence = (
        f"{tonnes(short[worst])} t of demand are short in {worst}; what holds back most is {stage}{of_it}"
        f" ({year_list(years)}){its}. {_gain(row, _unit(told))}{_idle(told, worst, stage)}"
    )
    return Fact(sentence, "Bottlenecks", sum(short.values()))


def _apart(told: Tabled) -> pd.DataFrame:
    """The chain of all countries, its streams apart where there are several: all of them together would hide which binds."""
    chain = told.rows("chain", country=EVERYWHERE)
    apart = chain[chain["stream"] != ALL_STREAMS]
    return apart if told.diagnosis.has_streams and not apart.empty else chain[chain["stream"] == ALL_STREAMS]


def _short_by_stream(told: Tabled) -> dict[tuple[str, int], float]:
    """Demand short by stream and year, t; of all streams as ``all``."""
    rows = told.rows("self_sufficiency", variant=Variant.AS_IS.value)
    found = {(str(x.name), int(x.year)): x.demand_t - x.served_t for x in each(rows[rows["of"] == OF_STREAM])}
    return found | {(ALL_STREAMS, t): x for t, x in _short(told).items()}


def _nothing_binds(short: dict[int, float]) -> Fact | None:
    if sum(short.values()) < _SEEN_T:
        return None
    worst = max(short, key=lambda t: (short[t], -t))
    sentence = (
        f"{tonnes(short[worst])} t of demand are short in {worst}, and no stage of plants binds: what is missing is material,"
        " imports, routes, or the origin asked for."
    )
    return Fact(sentence, "Bottlenecks", sum(short.values()))


def _short(told: Tabled) -> dict[int, float]:
    return {row.year: row.demand_t - row.served_t for row in each(served_rows(told, Variant.AS_IS))}


def _unit(told: Tabled) -> str:
    """Tonnes, weighted where the workbook weighs its demand."""
    return "priority-weighted t" if (told.facts.base("coverage")["priority"] != 1.0).any() else "t"


def _gain(row: Any, unit: str) -> str:
    """What raising the stage serves more."""
    alone, together = float(row.gain_alone_t), float(row.gain_together_t)
    raised, year = tonnes(row.raised_t), row.year
    if row.binds == "alone":
        return f"{raised} t/yr more of it alone would serve {tonnes(alone)} {unit} more in {year}."
    others = joined(str(row.together_with).split("; "))
    return f"Only more of it together with {others} serves more: {tonnes(together)} {unit} in {year}."


def _idle(told: Tabled, year: int, stage: str) -> str:
    """The material of which most lies idle because of the stage in a year."""
    rows = told.rows("idle_materials", year=year)
    rows = rows[[stage in str(x).split("; ") for x in rows["because_stages"]]]
    if rows.empty:
        return ""
    row, worth = _dearest(told, rows)
    return (
        f" {tonnes(float(row['spare_t']))} t of {told.facts.material(str(row['material']))}{worth} could be made in {year} beyond"
        f" what is used, and are not; that raise would use {tonnes(float(row['freed_t']))} t of them."
    )


def _dearest(told: Tabled, rows: pd.DataFrame) -> tuple[pd.Series, str]:
    """The idle material that is worth most at the workbook's prices; without a price of each, the one with most tonnes."""
    prices = {k: told.facts.price(str(k)) for k in rows["material"]}
    if any(price is None for price in prices.values()):
        return rows.sort_values("spare_t", ascending=False, kind="stable").iloc[0], ""
    worth = rows["spare_t"] * rows["material"].map(prices).astype(float) / 1000.0
    at = int(worth.to_numpy().argmax())
    return rows.iloc[at], f", worth {worth.iloc[at]:,.0f} MUSD,"


def _money(told: Tabled) -> Fact | None:
    """The gap that money alone cannot close, without outside supply where there is any."""
    rows = {supply: told.rows("gap", outside_supply=supply, stream=ALL_STREAMS) for supply in (WITH, WITHOUT)}
    left = {s: x["lead_time_t"] + x["beyond_t"] for s, x in rows.items()}
    supply = WITHOUT if float(left[WITHOUT].sum()) > float(left[WITH].sum()) + _SEEN_T else WITH
    if float(left[supply].sum()) < _SEEN_T:
        return None
    row = rows[supply].iloc[int(left[supply].to_numpy().argmax())]
    years = [int(t) for t in rows[supply].loc[left[supply] >= _SEEN_T, "year"]]
    built = told.rows("projects", built="yes")
    lacking = float(row["lead_time_t"]) + float(row["beyond_t"])
    sentence = (
        f"{_all_funded(built)} and still {tonnes(lacking)} t are short in {row['year']}"
        f"{' without outside supply' if supply == WITHOUT else ''}, the worst year: {_why(row)}."
        f" A gap that money alone cannot close stays in {year_list(years)}{_other(left, supply)}."
    )
    return Fact(sentence, "Gap", float(left[supply].sum()))


def _all_funded(built: pd.DataFrame) -> str:
    if built.empty:
        return "No project is there to be funded,"
    capex = float(built["capex_musd"].sum())
    cost = f" for {capex:,.0f} MUSD of capital" if capex >= 0.5 else ""
    whole = (
        f"{len(built)} unfunded projects, all that can stand together,"
        if len(built) > 1
        else "the one unfunded project"
    )
    return f"Fund {whole} as early as may be{cost},"


def _why(row: pd.Series) -> str:
    late, beyond = float(row["lead_time_t"]), float(row["beyond_t"])
    parts = [f"{tonnes(late)} t because plants need years to build and to ramp up"] if late >= _SEEN_T else []
    if beyond >= _SEEN_T:
        binds = str(row["binds_at_once"])
        because = f", {binds.replace('; ', ' and ')} binding" if binds else ", for want of material, imports or routes"
        parts.append(f"{tonnes(beyond)} t that not even all of them at full capacity would serve{because}")
    return " and ".join(parts)


def _other(left: dict[str, pd.Series], supply: str) -> str:
    if supply == WITH:
        return ""
    total = float(left[WITH].sum())
    return f" ({tonnes(float(left[WITHOUT].sum()))} t in all years; with outside supply {tonnes(total)} t)"


def _single(told: Tabled) -> Fact | None:
    """The worst loss of one country or site."""
    points = told.tables["single_points"]
    points = points[(points["kind"] != KINDS[SUPPLIER]) & (points["lost_weighted_t"] >= _SEEN_T)]
    if points.empty:
        return None
    row = points.iloc[0]
    hurting = len(points)
    rest = told.tables["single_points"]
    tried = int((rest["kind"] != KINDS[SUPPLIER]).sum())
    sentence = (
        f"The worst single loss inside the chain is {row['name']}: {tonnes(float(row['lost_t']))} t of demand of all years are"
        f" no longer served, {tonnes(float(row['worst_year_lost_t']))} t of them in {row['worst_year']}, everything else"
        f" re-routed. {_hardest(row)}Of {tried} countries and sites lost one at a time, {hurting} cost served demand."
    )
    return Fact(sentence, "Single points", max(0.0, float(row["lost_t"])))


def _hardest(row: pd.Series) -> str:
    if float(row["hardest_lost_t"]) < _SEEN_T:
        return ""
    before, left = percent(float(row["hardest_before"])), percent(float(row["hardest_served"]))
    return f"Hardest hit is {row['hardest_sector']}, from {before} to {left} in {row['hardest_year']}. "


def _concentration(told: Tabled) -> Fact | None:
    """The stage of material that hangs most on one country in the first year."""
    rows = told.rows("dependence", stream=ALL_STREAMS, year=told.diagnosis.years[0])
    if rows.empty:
        return None
    row = rows.sort_values("hhi_countries", ascending=False, kind="stable").iloc[0]
    sentence = (
        f"Most concentrated in {row['year']} is stage “{row['stage']}”:"
        f" {percent(float(row['largest_country_share']))} of its {tonnes(float(row['supply_t']))} t come from"
        f" {told.facts.country(str(row['largest_country']))} (Herfindahl index {float(row['hhi_countries']):,.0f} of 10,000)."
    )
    return Fact(sentence, "Dependence", 0.0)


def _served(told: Tabled) -> Fact | None:
    """What is said where nothing is short."""
    rows = served_rows(told, Variant.AS_IS)
    if rows.empty or sum(_short(told).values()) >= _SEEN_T:
        return None
    sentence = (
        f"With nothing lost all demand is served in every year, {tonnes(float(rows['demand_t'].sum()))} t in all."
    )
    return Fact(sentence, "Self-sufficiency", 0.0)


def idle_sentences(told: Tabled) -> list[str]:
    """What lies idle because of which stages, each material in the year in which most of it does."""
    said = []
    rows = told.tables["idle_materials"]
    causes = ["material", "because_stages", "because_stream"]
    for (material, _, _), found in rows[rows["because_stages"] != ""].groupby(causes, sort=False):
        row = found.sort_values("spare_t", ascending=False, kind="stable").iloc[0]
        stages = joined(str(row["because_stages"]).split("; "))
        stream = f" in stream {row['because_stream']}" if told.diagnosis.has_streams else ""
        years = year_list([int(t) for t in found["year"]])
        said.append(
            f"{tonnes(float(row['spare_t']))} t of {told.facts.material(str(material))} idle in {row['year']} because {stages}"
            f" {'binds' if ' and ' not in stages else 'bind'}{stream} (so in {years})."
        )
    return said
