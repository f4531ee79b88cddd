"""Coverage asked for after a loss that nothing could reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from optimizer.cells import Record
from optimizer.checks.arithmetic import span_of_loss
from optimizer.checks.content import Content, tonnes
from optimizer.checks.reach import NOTHING_T, Kept, Reach, read_reach
from optimizer.checks.series import Series, all_series
from optimizer.findings import Finding

_ROUNDING = 1e-6
# Of each site, only the largest are looked at: the loss of a small one is rarely what cannot be borne.
_MOST_SITES = 50


def loss_findings(content: Content) -> Iterator[Finding]:
    """Yield minimum coverages that cannot be kept in a loss, whatever is funded."""
    asked = [row for row in content.rows("Disruptions") if row.number_or("min_coverage", 0.0) > 0]
    reach = read_reach(content) if asked else None
    if reach is None:
        return
    demand = all_series(content.rows("Demand"))
    for row in asked:
        sector = row.text("sector")
        served = [series for series in demand if sector in ("", series.rows[0].text("sector"))]
        finding = _worst(content, reach, row, served)
        if finding is not None:
            yield finding


def _worst(content: Content, reach: Reach, row: Record, demand: list[Series]) -> Finding | None:
    """Return the year and target in which the most is lacking, or None where it can be met."""
    worst: tuple[float, str] = (0.0, "")
    span = span_of_loss(content, row)
    for target in _targets(content, reach, row):
        kept = _kept(reach, row, target)
        for year in [year for year in row.items("check_years") or span if year in span]:
            wanted = row.number_or("min_coverage", 0.0) * sum(series.value("demand_t", year) for series in demand)
            most = _served_t(reach, demand, year, kept)
            lacking = wanted - most
            if lacking > max(worst[0], NOTHING_T + _ROUNDING * wanted):
                told = (
                    f"without {target} {tonnes(wanted)} t must be served in {year}, and at most {tonnes(most)} t can be"
                )
                worst = (lacking, told)
    if not worst[1]:
        return None
    return content.warning(row, "min_coverage", "cannot_be_met", worst[1], "Lower it, or add projects or stocks.")


def _targets(content: Content, reach: Reach, row: Record) -> list[str]:
    if row.text("target") != "each":
        return [row.text("target")]
    if row.text("kind") == "lose_project":
        sizes: dict[str, float] = defaultdict(float)
        for plant in reach.plants:
            sizes[plant.site] += plant.nameplate_t
        return sorted(sizes, key=lambda site: (-sizes[site], site))[:_MOST_SITES]
    return content.each(row.text("kind"))


def _kept(reach: Reach, row: Record, target: str) -> Kept:
    left = 1.0 - row.number_or("severity", 1.0)
    match row.text("kind"):
        case "lose_country":
            return Kept(countries={target: left}, draws=True)
        case "lose_supplier":
            return Kept(suppliers={target: left}, draws=True)
        case _:
            site = next((plant.site for plant in reach.plants if plant.project == target), target)
            return Kept(sites={site: left}, draws=True)


def _served_t(reach: Reach, demand: list[Series], year: int, kept: Kept) -> float:
    """Return the most that could be served of the rows, each material by itself."""
    open_t: dict[str, float] = defaultdict(float)
    allied_t: dict[str, float] = defaultdict(float)
    for series in demand:
        row = series.rows[0]
        (allied_t if row.flag("allied_only", False) else open_t)[row.text("material")] += series.value("demand_t", year)
    everything = reach.available_t(year, False, kept)
    allied = reach.available_t(year, True, kept) if allied_t else {}
    return sum(
        min(everything.get(k, 0.0), open_t.get(k, 0.0) + min(allied.get(k, 0.0), allied_t.get(k, 0.0)))
        for k in sorted({*open_t, *allied_t})
    )
