"""Figures that must fit together: ramps, spend profiles, series of years, spans of losses, stocks, rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from optimizer.cells import Record
from optimizer.checks.content import Content, grouped, year_spans
from optimizer.checks.series import all_series
from optimizer.findings import Finding

# Fractions such as 0.333;0.333;0.334 add to 1 exactly enough.
_TOLERANCE = 1e-6


def arithmetic_findings(content: Content) -> Iterator[Finding]:
    """Yield figures that contradict each other."""
    yield from _ramps(content)
    yield from _profiles(content)
    yield from _first_years(content)
    for row in content.rows("Disruptions"):
        yield from _check_years(content, row)
    for row in content.rows("Stockpiles"):
        yield from _stock(content, row)
    for row in content.rows("Redundancy"):
        yield from _rule(content, row)


def _ramps(content: Content) -> Iterator[Finding]:
    for (ramp,), rows in grouped(content.rows("Ramps"), "ramp").items():
        steps = sorted(
            (row for row in rows if row.year("operating_year")), key=lambda row: row.year("operating_year") or 0
        )
        if not ramp or not steps or len(steps) < len(rows):
            continue
        if steps[0].year("operating_year") != 1:
            problem = f"the ramp {ramp} does not say what runs in operating year 1"
            yield content.fault(steps[0], "operating_year", "ramp_without_year_1", problem, "Add a row for year 1.")
        for before, row in pairwise(steps):
            if (row.number("fraction") or 0.0) < (before.number("fraction") or 0.0):
                problem = f"less than in operating year {before.year('operating_year')}"
                yield content.warning(row, "fraction", "ramp_decreases", problem, "Right only if output is to fall.")


def _profiles(content: Content) -> Iterator[Finding]:
    for row in content.rows("Projects"):
        shares = row.items("spend_profile")
        if shares and abs(sum(shares) - 1.0) > _TOLERANCE:
            problem = f"the shares add to {sum(shares):.6g}, not to 1"
            yield content.fault(row, "spend_profile", "profile_sum", problem, "Write fractions such as 0.2;0.5;0.3.")


def _first_years(content: Content) -> Iterator[Finding]:
    """Yield series whose first row comes after the plan has begun."""
    years = content.years()
    for sheet in ("Demand", "Imports", "Workforce", "Prices") if years else ():
        for series in all_series(content.rows(sheet)):
            if series.years[0] > years[0]:
                problem = f"no row at or before {years[0]}, the first year of the plan"
                remedy = f"Write a row for {years[0]}, 0 if there is none."
                yield content.fault(series.rows[0], "year", "no_value_before_first_row", problem, remedy)


def span_of_loss(content: Content, row: Record) -> range:
    """Return the years of the plan in which something is lost."""
    years = content.years()
    if not years:
        return years
    start = row.year("from_year") or years[0]
    lasts = row.year("years")
    end = years[-1] if lasts is None else min(start + lasts - 1, years[-1])
    return range(max(start, years[0]), end + 1)


def _check_years(content: Content, row: Record) -> Iterator[Finding]:
    if not content.years():
        return
    span, asked = span_of_loss(content, row), row.items("check_years")
    first, last = content.years()[0], content.years()[-1]
    outside = [year for year in asked if year not in span]
    if not span:
        problem = f"the loss lies outside the plan, {first}-{last}"
        yield content.fault(row, "from_year", "loss_outside_horizon", problem, "Change the years, or delete the row.")
    elif asked and len(outside) == len(asked):
        problem = f"no year is within the loss, {year_spans(span)}"
        yield content.fault(row, "check_years", "no_check_year", problem, "Write years within it, or leave it blank.")
    elif outside:
        problem = f"{year_spans(outside)} outside the loss, {year_spans(span)}: not evaluated"
        yield content.warning(row, "check_years", "check_year_outside", problem)


def _stock(content: Content, row: Record) -> Iterator[Finding]:
    opening, most = row.number_or("opening_t", 0.0), row.number("max_t")
    if most is not None and opening > most:
        problem = f"more than max_t = {most:g}"
        yield content.fault(row, "opening_t", "opening_above_maximum", problem, "Raise max_t, or lower opening_t.")


def _rule(content: Content, row: Record) -> Iterator[Finding]:
    named = {"stage", "material"} & set(content.workbook.table(row.sheet).letters)
    given = [column for column in ("stage", "material") if column in row.row.cells]
    if named and len(given) != 1:  # Without either column the sheet is told of once.
        problem = "a rule counts by stage or by material, and this one names " + ("both" if given else "neither")
        yield content.fault(row, "stage", "stage_or_material", problem, "Fill exactly one of the two.")
    limits = ("min_countries", "min_projects", "max_country_share")
    if not any(column in row.row.cells for column in limits):
        yield content.warning(
            row, "rule", "rule_asks_nothing", "the rule asks for nothing", f"Fill one of {', '.join(limits)}."
        )
