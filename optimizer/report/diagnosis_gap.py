"""Tables of a diagnosis: self-sufficiency, what unfunded projects would add, the gap that money cannot close, rules missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import pandas as pd

from models.instance import Project
from optimizer.assemble import assemble
from optimizer.diagnosis import ALL_STREAMS
from optimizer.report.diagnosis import Diagnosis
from optimizer.report.facts import ALL, each
from optimizer.report.rounding import Rows, share, tonnes
from optimizer.variants import Variant

OF_ALL, OF_SECTOR, OF_STREAM = "all", "sector", "stream"
WITH, WITHOUT = "yes", "no"
SUPPLY = {
    WITH: (Variant.AS_IS, Variant.BUILT, Variant.AT_ONCE),
    WITHOUT: (Variant.AS_IS_ALONE, Variant.BUILT_ALONE, Variant.AT_ONCE_ALONE),
}
_DUST_T = 0.01


def sufficiency_rows(diagnosis: Diagnosis) -> Rows:
    """Return what each variant serves, of all demand, by sector and by stream."""
    rows: Rows = []
    for variant in Variant:
        coverage = diagnosis.frames[variant]["coverage"]
        parts = [(OF_ALL, ALL, coverage)]
        parts += [(OF_SECTOR, str(s), x) for s, x in coverage.groupby("sector", sort=True)]
        if diagnosis.has_streams:
            streams = [(s, materials) for s, materials in diagnosis.streams.items() if s != ALL_STREAMS]
            parts += [(OF_STREAM, s, coverage[coverage["material"].isin(materials)]) for s, materials in streams]
        for of, name, part in parts:
            sums = part.groupby("year")[["demand_t", "served_t", "served_allied_t"]].sum()
            rows += [
                {
                    "variant": variant.value,
                    "of": of,
                    "name": name,
                    "year": int(str(t)),
                    "demand_t": round(x.demand_t, 4),
                    "served_t": round(x.served_t, 4),
                    "served_allied_t": round(x.served_allied_t, 4),
                    "coverage": share(x.served_t, x.demand_t),
                }
                for t, x in sums.iterrows()
            ]
    return rows


# ---------------------------------------------------------------- everything built


def gap_rows(diagnosis: Diagnosis) -> Rows:
    """Split demand into what is served, what the unfunded projects would add in time, later, and what not even they."""
    rows: Rows = []
    for supply, variants in SUPPLY.items():
        for stream, materials in diagnosis.streams.items():
            served = [_served(diagnosis.frames[variant]["coverage"], materials) for variant in variants]
            wanted = _served(diagnosis.frames[variants[0]]["coverage"], materials, "demand_t")
            for t in diagnosis.years:
                now, built, at_once = (x.get(t, 0.0) for x in served)
                rows.append(
                    {
                        "outside_supply": supply,
                        "stream": stream,
                        "year": t,
                        "demand_t": _t(wanted.get(t, 0.0)),
                        "served_as_is_t": _t(now),
                        "added_in_time_t": _t(built - now),
                        "lead_time_t": _t(at_once - built),
                        "beyond_t": _t(wanted.get(t, 0.0) - at_once),
                        "binds_built": bound(diagnosis, variants[1], stream, t),
                        "binds_at_once": bound(diagnosis, variants[2], stream, t),
                    }
                )
    return rows


def _t(amount: float) -> float:
    """Tonnes without what the solver's tolerance leaves of a difference."""
    return 0.0 if abs(amount) < _DUST_T else round(amount, 4)


def _served(coverage: pd.DataFrame, materials: Collection[str], column: str = "served_t") -> dict[int, float]:
    rows = coverage[coverage["material"].isin(materials)]
    return {int(str(t)): float(x) for t, x in rows.groupby("year")[column].sum().items()}


def bound(diagnosis: Diagnosis, variant: Variant, stream: str, year: int) -> str:
    """What binds a stream of a variant in a year, in words: ``alloying``, ``metal and alloying together``; blank: nothing."""
    found = [
        x
        for x in diagnosis.found.stood[variant].bottlenecks
        if (x.stream, x.year) == (stream, year) and x.binds != "no"
    ]
    found.sort(key=lambda x: -max(x.gain_alone_kt, x.gain_together_kt))
    alone = [x.stage for x in found if x.binds == "alone"]
    together = [x.stage for x in found if x.binds == "together"]
    return "; ".join([*alone, *([" + ".join(together)] if together else [])])


def stage_rows(diagnosis: Diagnosis) -> Rows:
    """Return capacity as it is, with everything built in time and at once, by stage and stream."""
    totals: dict[tuple[str, str, int], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    facts = diagnosis.facts
    for n, variant in enumerate(SUPPLY[WITH]):
        for row in each(diagnosis.frames[variant]["capacity"]):
            for stream in diagnosis.streams:
                if stream == ALL_STREAMS or facts.carries(row.process, stream):
                    totals[stream, row.stage, row.year][n] += row.capacity_t
    order = list(diagnosis.streams)
    return [
        {
            **{"year": t, "stage": stage, "stream": stream},
            **dict(zip(("as_is_t", "built_t", "at_once_t"), (round(x, 4) for x in amounts), strict=True)),
        }
        for (stream, stage, t), amounts in sorted(
            totals.items(), key=lambda item: (order.index(item[0][0]), facts.stage_rank(item[0][1]), item[0])
        )
    ]


def project_rows(diagnosis: Diagnosis) -> Rows:
    """Return every candidate: when it is built if everything is, or why it is not."""
    facts, found = diagnosis.facts, diagnosis.found
    rows: Rows = []
    for p, project in found.instance.candidates.items():
        cell, v = facts.projects[p], found.choice.built.get(p)
        rows.append(
            {
                "project": p,
                "country": project.country,
                "stage": project.stage,
                "built": "no" if v is None else "yes",
                "funding_year": v,
                **dict(zip(("first_output_year", "full_output_year"), _output(project, v), strict=True)),
                "size_t_per_year": tonnes(project.nameplate_ktpy),
                "capex_musd": project.capex_musd,
                "public_outlay_musd": _public_musd(diagnosis, project),
                "why_not": found.choice.left_out.get(p, ""),
                **{name: cell.text(name) for name in ("source", "confidence")},
            }
        )
    return sorted(rows, key=lambda row: (facts.stage_rank(str(row["stage"])), str(row["country"]), str(row["project"])))


def _public_musd(diagnosis: Diagnosis, project: Project) -> float | None:
    """Public share of its capital; with instruments what the cheapest package charges if it is built, where there is one."""
    if not diagnosis.found.instance.instruments:
        return project.capex_musd * project.public_share
    return diagnosis.found.outlays_musd.get(project.name)


def _output(project: Project, funded: int | None) -> tuple[int | None, int | None]:
    """First year with output and first at the largest share of the ramp, within the horizon or beyond it."""
    if funded is None:
        return None, None
    start, ramp = funded + project.lead_years, project.output_fraction
    first = next((n for n, fraction in enumerate(ramp) if fraction > 0.0), None)
    return (None, None) if first is None else (start + first, start + ramp.index(max(ramp)))


# ---------------------------------------------------------------- rules


def rule_rows(diagnosis: Diagnosis) -> Rows:
    """Return the redundancy rules and minimum coverages of the workbook that the chain as it is misses, and by how much."""
    rows: Rows = [
        {
            "rule": row.rule,
            "measure": row.measure,
            "year": row.year,
            "required": row.required,
            "achieved": row.achieved,
            "missing": round(abs(row.required - row.achieved), 7),
        }
        for row in each(diagnosis.frames[Variant.AS_IS]["redundancy"])
        if row.ok == "no"
    ]
    return rows + _uncovered(diagnosis)


def _uncovered(diagnosis: Diagnosis) -> Rows:
    demands = assemble(diagnosis.workbook).demands.values()
    least = {(x.sector, x.country, x.material, "yes" if x.allied_only else "no"): x.min_coverage for x in demands}
    return [
        {
            "rule": f"{row.sector}, {row.country}, {row.material}"
            + (", allied only" if row.allied_only == "yes" else ""),
            "measure": "min_coverage",
            "year": row.year,
            "required": required,
            "achieved": row.coverage,
            "missing": round(required - row.coverage, 7),
        }
        for row in each(diagnosis.facts.base("coverage"))
        if (required := least[row.sector, row.country, row.material, row.allied_only][row.year]) > row.coverage + 1e-6
    ]
