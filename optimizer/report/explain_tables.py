"""Explanation -> the named tables of ``explain``, in tonnes, million dollars and points: pure, nothing is written here.

The names of tables and columns are a contract with programs that read them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from optimizer.report.explain_limits import held_by
from optimizer.report.explain_words import verdict
from optimizer.report.explained import Card, Explanation, Price
from optimizer.report.rounding import Rows, musd, yes_no

COLUMNS: Mapping[str, tuple[str, ...]] = {
    # Lost: by the plan turned round at the project (out if it is in, in if it is out), against the best plan found that is
    # not turned round there; against_run: against the plan of the run. With objective cost the columns in t and points are
    # blank, and the cost has the band.
    "overview": (
        "project", "country", "stage", "funded", "funded_year", "size_t_per_year", "class", "since_budget_musd", "verdict",
        "held_by", "lost_least_t", "lost_t", "lost_most_t", "lost_least_points", "lost_points", "lost_most_points",
        "lost_against_run_t", "lost_against_run_points", "cost_least_musd", "cost_musd", "cost_most_musd",
        "cost_against_run_musd", "told_apart", "reproducible", "audit_checks", "utilization",
    ),
    "displaced": (
        "project", "change", "other_project", "country", "stage", "year_now", "year_then", "size_now_t_per_year",
        "size_then_t_per_year",
    ),
    # Of the plan as it is for a funded project, of the plan with it forced in for another one.
    "serves": ("project", "plan", "sector", "year", "t"),
    "break_even": (
        "project", "lever", "unit", "now", "in_up_to_factor", "out_from_factor", "in_up_to", "out_from",
        "proven_in_factor", "proven_out_factor", "verified", "solves", "rivals", "not_searched",
    ),
    "trials": ("project", "lever", "factor", "proven", "best_found_has_it"),
    "tests": ("project", "test", "about", "figure", "unit"),
}  # fmt: skip
_DIGITS = 6


def explanation_tables(explanation: Explanation) -> dict[str, pd.DataFrame]:
    """Return every table by name, in the order asked for, with the columns of ``COLUMNS``."""
    cards = explanation.cards
    rows: dict[str, Rows] = {
        "overview": [_overview(explanation, card) for card in cards],
        "displaced": [row for card in cards for row in _displaced(explanation, card)],
        "serves": [row for card in cards for row in _serves(card)],
        "break_even": [_break_even(card, price) for card in cards for price in card.prices],
        "trials": [
            {
                "project": card.project,
                "lever": price.lever,
                "factor": _rounded(trial.factor),
                "proven": trial.proven,
                "best_found_has_it": yes_no(trial.found_in),
            }
            for card in cards
            for price in card.prices
            for trial in price.trials
        ],
        "tests": [row for card in cards for row in _tests(explanation, card)],
    }
    return {name: _frame(name, found) for name, found in rows.items()}


def _frame(name: str, rows: Rows) -> pd.DataFrame:
    """Make a table with its contracted columns; years and counts stay whole beside blanks."""
    table = pd.DataFrame(rows, columns=list(COLUMNS[name]))
    for column in table.columns:
        if "year" in column and "t_per" not in column or column in ("audit_checks", "solves"):
            table[column] = pd.Series([row.get(column) for row in rows], dtype=object)
    return table


def _rounded(value: float | None) -> float | None:
    return None if value is None or abs(value) == float("inf") else round(value, _DIGITS) + 0.0


def _overview(e: Explanation, card: Card) -> dict[str, object]:
    facts, place, budgeted = e.facts, e.places.get(card.project), e.budgeted.get(card.project)
    lost, turned = e.losses(card), card.turned
    row: dict[str, object] = {
        "project": card.project,
        "country": facts.projects[card.project].text("country"),
        "stage": facts.stage_of[card.project],
        "funded": yes_no(card.funded),
        "funded_year": None if place is None else int(place.funded_year),
        "size_t_per_year": None if place is None else float(place.size_t_per_year),
        "class": "" if budgeted is None else budgeted.kind,
        "since_budget_musd": None if budgeted is None else budgeted.first_musd,
        "verdict": verdict(e, card),
        "held_by": "" if card.funded or not card.reached else held_by(e, card),
        "told_apart": "" if lost is None else yes_no(lost.is_told),
        "reproducible": "" if turned is None else yes_no(turned.reproducible),
        "audit_checks": None if turned is None else turned.audited_checks,
        "utilization": None if turned is None else _rounded(turned.utilization),
    }
    if lost is None:
        return row
    if not e.covers:
        band = {"cost_least_musd": lost.least, "cost_musd": lost.found, "cost_most_musd": lost.most}
        band["cost_against_run_musd"] = lost.against_run
        return row | {name: _rounded(x) for name, x in band.items()}
    tonnes = {
        "lost_least": lost.least,
        "lost": lost.found,
        "lost_most": lost.most,
        "lost_against_run": lost.against_run,
    }
    row |= {f"{name}_t": _rounded(x) for name, x in tonnes.items()}
    row |= {f"{name}_points": _rounded(e.points(x)) for name, x in tonnes.items()}
    return row | {"cost_musd": _rounded(lost.dearer_musd)}


def _displaced(e: Explanation, card: Card) -> Rows:
    moves = () if card.turned is None else card.turned.moves
    return [
        {
            "project": card.project,
            "change": move.change,
            "other_project": move.project,
            "country": e.facts.projects[move.project].text("country"),
            "stage": e.facts.stage_of[move.project],
            "year_now": move.year_now,
            "year_then": move.year_then,
            "size_now_t_per_year": _rounded(move.size_now_t),
            "size_then_t_per_year": _rounded(move.size_then_t),
        }
        for move in moves
    ]


def _serves(card: Card) -> Rows:
    plan = "as it is" if card.funded else "with it forced in"
    return [
        {"project": card.project, "plan": plan, "sector": sector, "year": year, "t": round(t, 4)}
        for (sector, year), t in sorted(card.serves.items())
    ]


def _break_even(card: Card, price: Price) -> dict[str, object]:
    def figure(factor: float | None) -> float | None:
        return None if factor is None or price.now is None else musd(factor * price.now)

    return {
        "project": card.project,
        "lever": price.lever,
        "unit": price.unit,
        "now": price.now,
        "in_up_to_factor": _rounded(price.in_up_to),
        "out_from_factor": _rounded(price.out_from),
        "in_up_to": figure(price.in_up_to),
        "out_from": figure(price.out_from),
        "proven_in_factor": _rounded(price.proven_in),
        "proven_out_factor": _rounded(price.proven_out),
        "verified": "" if price.skipped else yes_no(price.is_verified),
        "solves": len(price.trials),
        "rivals": "; ".join(price.rivals),
        "not_searched": price.skipped,
    }


def _tests(e: Explanation, card: Card) -> Rows:
    hold, found = card.hold, list[tuple[str, object, object, str]]()
    if hold is None:
        return []
    if hold.group_filled_by:
        found.append(("group filled by a standing plant", hold.group_filled_by, None, ""))
    found.append(("first output at the earliest", "", hold.first_output, "year"))
    short = hold.short_years
    found.append(("last year with anything short, base or loss", "", max(short) if short else None, "year"))
    found += [("can be forced in without", name, None, "") for name in hold.possible_without]
    if (lack := hold.lack) is not None:
        of, value = f"{lack.project}, funded in {lack.year}", "MUSD of present value"
        found.append(("net present value without support", of, _rounded(lack.unaided_musd), value))
        found.append(("worth of all it may be given", "; ".join(lack.tools), _rounded(lack.given_musd), value))
        found.append(("missing with all of that", of, _rounded(lack.missing_musd), value))
        found.append(
            ("missing, as an amount in every operating year", of, _rounded(lack.per_year_musd), "MUSD before tax")
        )
        found.append(("missing, as a grant", of, _rounded(lack.grant_musd), "MUSD"))
        found.append(("missing, as a higher price", lack.material, _rounded(lack.usd_per_kg), "USD/kg"))
        found += [("would be open to it, but no pot may pay for it", name, None, "") for name in lack.unpaid_tools]
    if hold.on_top_gain is not None:
        unit = "weighted t more served" if e.covers else "MUSD saved"
        found.append(("added to the plan, money no limit", "", _rounded(hold.on_top_gain), unit))
        found.append(
            ("public outlay of that", "; ".join(hold.with_required), _rounded(hold.on_top_outlay_musd), "MUSD")
        )
    if hold.fed_year is not None:
        of = f"base, {hold.fed_year}"
        found.append(("short in the plan", of, _rounded(hold.fed_short_t), "weighted t"))
        found.append(("added: serves more", of, _rounded(hold.fed_as_is_t), "weighted t"))
        found.append(("added, as if it needed no feed: serves more", of, _rounded(hold.fed_gain_t), "weighted t"))
        found += [(f"added, as if it needed no {k}", of, _rounded(x), "weighted t") for k, x in hold.by_input.items()]
    return [
        {"project": card.project, "test": test, "about": about, "figure": figure, "unit": unit}
        for test, about, figure, unit in found
    ]
