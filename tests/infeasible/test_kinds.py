"""What is said of more than twenty kinds of infeasible workbook: what is short, every way out, the cells in conflict."""

from __future__ import annotations

import functools
import re

import pytest
from kinds import KINDS, SMALL
from toys import workbook

from optimizer.assemble import assemble
from optimizer.infeasible import Explanation, explain_infeasibility
from optimizer.infeasible.explanation import WayOut
from optimizer.infeasible.words import address, written


@functools.cache
def explained(name: str) -> Explanation:
    book = workbook(SMALL | dict(KINDS[name].sheets))
    return explain_infeasibility(book, assemble(book))


def one_cell(explanation: Explanation, way: WayOut) -> tuple[str, str] | None:
    if len(way.edits) != 1:
        return None
    edit = way.edits[0]
    place = address(explanation.workbook, edit.sheet, edit.row, edit.column)
    return place, "" if edit.new is None else written(edit.new)


@pytest.mark.parametrize("name", KINDS)
def test_the_cells_in_conflict_are_those_found_by_hand(name: str):
    explanation = explained(name)
    cells = {one.cell.split()[0] for one in explanation.conflict}
    assert cells == KINDS[name].conflict, KINDS[name].why
    assert explanation.conflict_is_minimal
    assert explanation.unfinished == ()


@pytest.mark.parametrize("name", KINDS)
def test_the_ways_out_are_those_found_by_hand(name: str):
    """A limit may be lowered and dropped as well: then the lowest change is the one that is looked for."""
    explanation = explained(name)
    found = [pair for way in explanation.ways if (pair := one_cell(explanation, way)) is not None]
    values: dict[str, list[str]] = {}
    for cell, value in found:
        values.setdefault(cell, []).append(value)
    assert {cell: given[0] for cell, given in values.items()} == KINDS[name].ways, KINDS[name].why
    assert all(given[1:] in ([], [""]) for given in values.values())


@pytest.mark.parametrize("name", KINDS)
def test_what_is_short_is_what_was_calculated(name: str):
    explanation, short = explained(name), {}
    for one in explanation.shortfalls:
        place = address(explanation.workbook, one.sheet, one.row, one.column)
        short[place] = (one.year, pytest.approx(one.need), pytest.approx(one.most, abs=1e-3))
    assert short == KINDS[name].short, KINDS[name].why
    told = " ".join(explanation.sentences())
    assert all(words in told for words in KINDS[name].told), told


@pytest.mark.parametrize("name", KINDS)
def test_no_name_of_a_constraint_is_told(name: str):
    """Words of the model hold underscores; of such words only columns and settings may be told."""
    explanation = explained(name)
    told = set(re.findall(r"[A-Za-z]+(?:_[A-Za-z]+)+", " ".join(explanation.sentences())))
    columns = {column for table in explanation.workbook.tables.values() for column in table.letters}
    assert told <= columns | {"budget_musd", "max_contingent_musd"}
