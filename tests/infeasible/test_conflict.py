"""Conflicts and ways out held against fresh solves of workbooks whose cells were changed: nothing of the search is reused."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pytest
from kinds import DEMAND, KINDS, SMALL, X
from random_cases import random_case
from toys import EXACT, solved, workbook

from optimizer.assemble import assemble
from optimizer.infeasible import Explanation, explain_infeasibility
from optimizer.infeasible.explanation import Way
from optimizer.infeasible.facts import restricting_facts
from optimizer.infeasible.limits import Kind, Limit, planner_limits
from optimizer.infeasible.words import address
from optimizer.scenario import Edit, with_cells
from optimizer.solve.highs import Status
from optimizer.workbook import Workbook

SEEDS = (1004, 1012, 1031)


@cache
def random_explained(seed: int) -> Explanation:
    book = workbook(random_case(seed))
    return explain_infeasibility(book, assemble(book))


def has_plan(book: Workbook) -> bool:
    return solved(assemble(book), EXACT).status is not Status.INFEASIBLE


def taken_away(limit: Limit) -> Edit:
    """A pot that holds as much as can ever be spent limits nothing; every other limit may be blank."""
    assert limit.row is not None
    cell = limit.sheet, limit.row.row.number
    if limit.kind is Kind.POT:
        return Edit(*cell, "budget_musd", 1e6)
    if limit.kind is Kind.UNPRICED:
        return Edit(*cell, "shortfall_usd_per_kg", 1)
    return Edit(*cell, limit.column, None)


def all_cells(book: Workbook) -> dict[tuple[str, int, str], tuple[Edit, ...]]:
    """Every limit and fact with the edits that take it away."""
    limits = planner_limits(book, assemble(book), None).values()
    cells = {(x.sheet, x.row.row.number if x.row else 0, x.column): (taken_away(x),) for x in limits}
    return cells | {fact.key: fact.edits for fact in restricting_facts(book)}


def with_only(book: Workbook, kept: Iterable[tuple[str, int, str]]) -> Workbook:
    chosen = set(kept)
    return with_cells(book, [edit for key, edits in all_cells(book).items() if key not in chosen for edit in edits])


@pytest.mark.parametrize("case", [*SEEDS, "a pot too small", "a group that allows one of two", "a forbidden route"])
def test_a_conflict_has_no_plan_and_any_part_of_it_has_one(case: object):
    """All limits and facts beside the conflict are taken away, and then each of its cells in turn."""
    if isinstance(case, int):
        explanation = random_explained(case)
    else:
        book = workbook(SMALL | dict(KINDS[str(case)].sheets))
        explanation = explain_infeasibility(book, assemble(book))
    cells = {(one.sheet, one.row, one.column) for one in explanation.conflict}
    assert cells
    assert explanation.conflict_is_minimal
    book = explanation.workbook
    assert not has_plan(with_only(book, cells))
    for cell in cells:
        assert has_plan(with_only(book, cells - {cell})), cell


TIGHT = {
    ("a budget too small", "Settings!B5"): 7.99,
    ("a budget too small", "Demand!F2"): 0.601,
    ("a pot too small", "Budgets!B3"): 7.99,
    ("a lead time too long", "Projects!G3"): 3,
    ("a rule that begins too early", "Redundancy!C2"): 2031,
    ("a share just too small", "Redundancy!G2"): 0.599,
    ("the loss of each site", "Disruptions!D2"): 0.334,
    ("a demand without a price", "Demand!E2"): 100.1,
    ("a group that allows one of two", "Demand!F2"): 0.715,
    ("a minimum utilization without the feed", "Projects!K3"): 0.3,
}


@pytest.mark.parametrize(("name", "cell"), TIGHT)
def test_a_way_out_asks_for_no_more_than_is_needed(name: str, cell: str):
    """What is told works (the explanation tried it), and a little less does not."""
    book = workbook(SMALL | dict(KINDS[name].sheets))
    ways = explain_infeasibility(book, assemble(book)).ways
    (way, *_) = [w for w in ways if len(w.edits) == 1 and address(book, *_place(w.edits[0])) == cell]
    assert has_plan(with_cells(book, way.edits))
    (edit,) = way.edits
    assert not has_plan(with_cells(book, [Edit(edit.sheet, edit.row, edit.column, TIGHT[name, cell])]))


def _place(edit: Edit) -> tuple[str, int, str]:
    return edit.sheet, edit.row, edit.column


@pytest.mark.parametrize("seed", SEEDS)
def test_every_way_out_has_a_plan_when_solved_from_scratch(seed: int):
    explanation = random_explained(seed)
    assert explanation.ways
    for way in explanation.ways:
        assert has_plan(with_cells(explanation.workbook, way.edits)), way.sentence(explanation.workbook)


def test_the_kinds_of_ways_are_told_in_their_order():
    explanation = random_explained(SEEDS[0])
    order = [way.way for way in explanation.ways]
    assert order == sorted(order, key=list(Way).index)


WITH_FACTS = (
    *("a lead time too long", "a first funding year too late", "a pot of a later year", "a pot for another country"),
    *("a group that allows one of two", "a forbidden route", "a minimum utilization without the feed"),
)


@pytest.mark.parametrize("name", WITH_FACTS)
def test_a_large_case_is_searched_by_halves_for_the_same_cells(name: str, monkeypatch: pytest.MonkeyPatch):
    """Cells beside the limits any one of which is enough: found among all of them as in a small case among those in conflict."""
    book = workbook(SMALL | dict(KINDS[name].sheets))

    def found() -> set[tuple[Edit, ...]]:
        ways = explain_infeasibility(book, assemble(book)).ways
        return {way.edits for way in ways if way.way is Way.FACT}

    small = found()
    monkeypatch.setattr("optimizer.solve.elastic._LARGE", 0)
    assert small
    assert found() == small


def test_cells_that_help_only_together_are_told_in_words(monkeypatch: pytest.MonkeyPatch):
    """Two plants of 20 t, both a year late, are needed for 90 of 100 t: one of them alone brings 80 t."""
    monkeypatch.setattr("optimizer.solve.elastic._LARGE", 0)
    late = X + "P, B, make, candidate, 20, 4, 1, , , ,\nQ, B, make, candidate, 20, 4, 1, , , ,"
    book = workbook(SMALL | {"Projects": late, "Demand": DEMAND + "cars, A, m, 2030, 100, 0.9"})
    explanation = explain_infeasibility(book, assemble(book))
    assert "Of lead times and ramp-ups no single cell is a way out, but several together are." in explanation.closed
    assert not [way for way in explanation.ways if way.way is Way.FACT]


def test_where_no_such_cell_helps_it_is_said(monkeypatch: pytest.MonkeyPatch):
    """60 and 40 t are all there is, and 112.5 t are asked for."""
    monkeypatch.setattr("optimizer.solve.elastic._LARGE", 0)
    late = X + "P, B, make, candidate, 40, 8, 1, , , ,"
    book = workbook(SMALL | {"Projects": late, "Demand": DEMAND + "cars, A, m, 2030, 125, 0.9"})
    told = explain_infeasibility(book, assemble(book)).sentences()
    assert any("cannot be kept with the plants and supplies there are: Demand!F2" in line for line in told)
