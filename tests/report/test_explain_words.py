"""Sentences of ``explain`` from cards made by hand: 1000 weighted t of demand, so that 10 t are a point."""

from dataclasses import replace

import pandas as pd
import pytest
from toys import settings, workbook

from optimizer.report.explain_cards import write_cards
from optimizer.report.explain_limits import held_by, held_sentence, held_short
from optimizer.report.explain_summary import behind, key_sentences
from optimizer.report.explain_tables import COLUMNS, explanation_tables
from optimizer.report.explain_words import price_sentence, sentences, verdict
from optimizer.report.explained import (
    CAPEX,
    OPEX,
    RIVALS,
    SHARE,
    Budgeted,
    Card,
    Explanation,
    Hold,
    Move,
    Price,
    Trial,
    Turned,
)
from optimizer.report.style import Painter, new_book
from optimizer.report.tables import COLUMNS as PLAN_TABLES

BOOK = workbook(
    {
        "Settings": settings(2030, 2032),
        "Projects": """
            project, country, process, status, capacity_t_per_year, capex_musd, lead_years, group
            P, B, make, candidate, 40, 8, 0,
            Q, C, make, candidate, 20, 6, 0, g
            R, C, make, candidate, 20, 6, 0, g
        """,
        "Demand": "sector, country, material, year, demand_t\n cars, A, m, 2030, 100",
        "Budgets": "funder, budget_musd\n G, 9",
    }
)
FUNDED = {"project": "P", "funded_year": 2030, "size_t_per_year": 40.0, "capex_musd": 8.0, "public_outlay_musd": 8.0}


def explanation(*cards, **changed):
    """A run whose plan is 100 t short, no plan being below 90 t."""
    tables = {name: pd.DataFrame(columns=list(columns)) for name, columns in PLAN_TABLES.items()}
    tables["portfolio"] = pd.DataFrame([FUNDED])
    tables["bottlenecks"] = pd.DataFrame([{"year": 2031, "stage": "metallization", "binds": "alone"}])
    manifest = {
        "objective": "coverage",
        "weighted_demand_t": 1000.0,
        "weighted_shortfall_t": 100.0,
        "cost_musd": 50.0,
        "bounds": {"weighted_shortfall_t": 90.0, "cost_musd": 40.0},
        "budget_musd": 10.0,
        "outlay_musd": 8.0,
    }
    given = {"budgeted": {}, "comparison": "", "best_value": 100.0, "manifest": {}} | changed
    return Explanation(BOOK, tables, manifest, cards, **given)


def out(value=130.0, bound=120.0, **changed):
    turned = Turned(True, value, bound, 100.0, 90.0, **changed)
    return Card("Q", False, turned, Hold(first_output=2030, short_years=(2030, 2031)))


@pytest.mark.parametrize(
    ("card", "says", "words"),
    [
        (
            out(),
            "worse with it, proven",
            "covers 3.0 points (30 weighted t) less than the plan of the run (proven: at least 2.0, at most 4.0 points).",
        ),
        (
            out(bound=95.0),
            "cannot be told apart at this gap",
            "(proven: at least 0, at most 4.0 points; cannot be told apart at this gap).",
        ),
        (
            out(100.0, 95.0, cost_musd=51.0),
            "covers as much with it, dearer",
            "covers as much as the plan of the run and costs 1 MUSD more",
        ),
        (
            out(95.0, 91.0),
            "a better plan was found with it",
            "covers 0.5 points (5 weighted t) more than the plan of the run, whose gap allowed it (proven: against the best",
        ),
        (Card("Q", False, Turned(False), Hold(first_output=2030)), "cannot be funded", "It cannot be forced in"),
        (Card("Q", False, reached=False), "not reached", "Not reached in the time given."),
    ],
)
def test_verdict_and_cost(card, says, words):
    e = explanation(card)
    assert verdict(e, card) == says
    assert words in " ".join(sentences(e, card))


def test_against_the_run_and_against_the_best_found():
    """The run is 100 t short, the best found without Q 96 t; with Q 98 t: 0.2 points more than the run, 0.2 less than that."""
    card = Card("Q", False, Turned(True, 98.0, 97.0, 96.0, 90.0), Hold(first_output=2030, short_years=(2030,)))
    e = explanation(card, best_value=96.0)
    words = " ".join(sentences(e, card))
    assert (
        "covers 0.2 points (2 weighted t) more than the plan of the run, whose gap allowed it; it covers 0.2" in words
    )
    assert (
        "points (2 weighted t) less than the best plan found without it (proven: at least 0.1, at most 0.8 points)"
        in words
    )
    assert verdict(e, card) == "worse with it, proven"
    row = explanation_tables(e)["overview"].iloc[0]
    assert (row["lost_t"], row["lost_against_run_t"]) == (2.0, -2.0)


def test_moves_are_told_by_what_they_do():
    moves = (Move("P", "out", 2030), Move("Q", "in", None, 2030), Move("R", "in", None, 2031))
    card = replace(out(), turned=replace(out().turned, moves=moves))
    assert "It displaces P; R comes in." in sentences(explanation(card), card)
    funded = Card("P", True, replace(card.turned, moves=(*moves[1:], Move("P", "out", 2030))))
    assert "In its place Q and R come in." in sentences(explanation(funded), funded)


def test_that_nobody_goes_out_is_no_claim_that_it_costs_others_nothing():
    assert "No other project goes out for it." in sentences(explanation(), out())
    moved = (Move("R", "smaller", 2030, 2030, 20.0, 15.0),)
    card = replace(out(), turned=replace(out().turned, moves=moved))
    assert "No other project goes out for it; R is built smaller." in sentences(explanation(), card)


def test_since_which_budget():
    card = Card("P", True, out().turned)
    e = explanation(card, budgeted={"P": Budgeted("from a budget on", 5.0, 2, 3)})
    assert "in the comparison it is in from 5 MUSD on (2 of 3 budgets)." in sentences(e, card)[0]
    assert sentences(e, card)[0].startswith("In: funded in 2030 with 40 t/yr, for 8 of 8 MUSD from public money")


@pytest.mark.parametrize(
    ("hold", "limit", "short", "words"),
    [
        ({"group_filled_by": "X"}, "rule", "rule: group g", "its group “g” is filled by X"),
        ({"first_output": None}, "lead time", "lead time: first output after the last year", "no output by 2032"),
        ({"first_output": 2032}, "lead time", "lead time: first output 2032", "nothing is short after 2031"),
        (
            {"on_top_gain": 20.0, "on_top_outlay_musd": 6.0},
            "budget",
            "budget: 6 MUSD",
            "(6 MUSD of public money) would cover 2.0 points (20 weighted t) more",
        ),
        (  # 2 of 10 MUSD are left.
            {"on_top_gain": 20.0, "on_top_outlay_musd": 1.5},
            "who may pay for it",
            "who may pay for it",
            "Not the budget but the pots that may pay for it keep it out: 2 MUSD of the budget are left; were money no limit,",
        ),
        ({"on_top_gain": -5.0, "in_place_of": ("R",)}, "rule", "rule: group g", "in place of R it serves no more"),
        (
            {"on_top_gain": 0.0, "fed_year": 2031, "fed_gain_t": 7.0, "by_input": {"m": 7.0}},
            "feed",
            "feed: m",
            "as if it needed no m it would serve 7 weighted t more in 2031",
        ),
        (
            {"on_top_gain": 0.0, "fed_year": 2031, "fed_gain_t": 0.0, "fed_short_t": 3.0, "by_input": {"m": 0.0}},
            "nothing it could serve is short",
            "nothing it could serve is short",
            "in 2031 (3 weighted t short) not even if it needed no feed; what binds then is metallization.",
        ),
        (  # A mine needs no feed.
            {"on_top_gain": 0.0, "fed_year": 2031, "fed_gain_t": 0.0, "fed_short_t": 3.0},
            "nothing it could serve is short",
            "nothing it could serve is short",
            "serves nothing more; what binds in 2031 (3 weighted t short) is metallization.",
        ),
        (  # 0.9 kg a year of 1000 t are no reason to call for money.
            {"on_top_gain": 0.0009 + 1e-4, "on_top_outlay_musd": 6.0},
            "nothing it could serve is short",
            "nothing it could serve is short",
            "serves nothing more.",
        ),
    ],
)
def test_limit_that_keeps_it_out(hold, limit, short, words):
    card = replace(out(), hold=Hold(**{"first_output": 2030, "short_years": (2030, 2031)} | hold))
    e = explanation(card)
    assert (held_by(e, card), held_short(e, card)) == (limit, short)
    assert words in held_sentence(e, card)


@pytest.mark.parametrize(
    ("possible", "limit"), [(("money",), "budget"), (("rule “two”",), "rule"), ((), "not told by the tests")]
)
def test_limit_of_one_that_cannot_be_forced_in(possible, limit):
    card = Card("Q", False, Turned(False), Hold(first_output=2030, possible_without=possible))
    assert held_by(explanation(card), card) == limit


TRIALS = (Trial(0.0, "in", True), Trial(1.0, "out", False))
PROVEN = {"in_up_to": 0.5, "out_from": 0.75, "proven_in": 0.5, "proven_out": 0.75, "trials": TRIALS}


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (
            Price(CAPEX, 6.0, "MUSD", **PROVEN),
            "up to 3 MUSD (now 6 MUSD), not from 4.5 MUSD (verified on both sides, 2 solves)",
        ),
        (Price(SHARE, 0.4, "fraction", **PROVEN), "a public share of up to 20 % (now 40 %), not from 30 %"),
        (
            Price(CAPEX, 6.0, "MUSD", **PROVEN | {"proven_in": None}),
            "by the best plans found, 2 solves; proven out from 0.75",
        ),
        (Price(CAPEX, 6.0, "MUSD", out_from=0.0, proven_out=0.0, trials=TRIALS), "No capital cost, not even 0"),
        (Price(CAPEX, 6.0, "MUSD", in_up_to=1.0, trials=TRIALS), "Already at its capital cost of now"),
        (
            Price(RIVALS, None, "", rivals=("R",), **PROVEN),
            "R would have to cost at most 50 % of its capital cost, 50 % less",
        ),
    ],
)
def test_break_even_in_words(price, words):
    assert words in price_sentence(out(), price)


def test_one_that_is_out_is_told_why_before_what_it_would_cost():
    hold = Hold(first_output=2030, short_years=(2030,), on_top_gain=20.0, on_top_outlay_musd=6.0)
    told = sentences(explanation(), replace(out(), hold=hold))
    assert [line.split(" ")[0] for line in told] == ["The", "With", "No"]


@pytest.mark.parametrize(
    ("kind", "first", "funded", "words"),
    [
        ("never", None, 0, "in the comparison it is in at none of 3 budgets."),
        ("only between", 5.0, 1, "in the comparison it is in at 1 of 3 budgets, the first of them 5 MUSD."),
    ],
)
def test_at_which_budgets_it_is_in(kind, first, funded, words):
    card = out()
    e = explanation(card, budgeted={"Q": Budgeted(kind, first, funded, 3)})
    assert sentences(e, card)[0] == f"Out; {words}"


def test_figures_none_of_which_would_bring_it_in_are_said_at_once():
    hopeless = {"out_from": 0.0, "proven_out": 0.0, "trials": TRIALS}
    prices = (Price(CAPEX, 6.0, "MUSD", **hopeless), Price(SHARE, 0.4, "", **hopeless), Price(OPEX, 2.0, "", **PROVEN))
    told = sentences(explanation(), replace(out(), prices=prices))
    assert told[-1] == "No capital cost or public share, not even 0, would bring it in (proven, 4 solves)."
    assert "cost of running it of up to 1" in told[-2]


def test_next_to_no_coverage_is_told_in_tonnes():
    """0.004 t of 1000 t are 0.0004 points."""
    told = " ".join(sentences(explanation(), out(100.004, 95.0)))
    assert "covers 0.004 weighted t less than the plan of the run" in told


def test_key_sentences_count_what_they_name():
    told, untold = out(), replace(out(bound=95.0), project="R")
    lines = " ".join(key_sentences(explanation(told, untold, best_value=95.0), [told, untold]))
    assert "Proven worse with the decision turned round: Q, at least 2.0 points." in lines
    assert "Cannot be told apart at this gap: R." in lines
    assert "covers 0.5 points more than that of the run" in lines


def test_cost_beside_is_left_out_where_the_run_can_be_improved():
    card = out(100.0, 95.0, cost_musd=51.0)
    assert explanation(card).losses(card).dearer_musd == pytest.approx(1.0)
    assert explanation(card, best_value=95.0).losses(card).dearer_musd is None


def test_behind_tells_unit_and_proof():
    lines = " ".join(behind(explanation(out())))
    assert "(10 weighted t)" in lines
    assert "no plan is better by more than 1.0 points" in lines


def test_tables_have_the_columns_promised():
    card = replace(out(), prices=(Price(CAPEX, 6.0, "MUSD", **PROVEN),), serves={("cars", 2030): 5.0})
    tables = explanation_tables(explanation(card))
    assert {name: tuple(table.columns) for name, table in tables.items()} == dict(COLUMNS)
    assert tables["break_even"].iloc[0][["in_up_to", "out_from"]].tolist() == [3.0, 4.5]
    assert tables["overview"].iloc[0]["lost_least_points"] == 2.0


def test_the_first_card_stands_under_the_title_however_tall_it_is():
    moves = (Move("R", "out", 2030),) * 30
    card = replace(out(), turned=replace(out().turned, moves=moves), serves={("cars", 2030): 5.0, ("cars", 2031): 5.0})
    book = new_book("toy")
    write_cards(book, explanation(card), Painter())
    sheet = book["Cards"]
    heading = next(cell.row for (cell,) in sheet.iter_rows(max_col=1) if str(cell.value).startswith("Q: "))
    assert sheet.row_breaks.brk
    assert all(page.id >= heading for page in sheet.row_breaks.brk)
