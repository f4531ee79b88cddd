"""A compiled case without some of its redundancy: rows and guards are let go, or losses no longer count; the rest is shared."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from models.instance import BASE
from models.variants import Waiver
from optimizer.solve.master import Master
from optimizer.solve.search import CoverageCase
from optimizer.solve.split import Block, Split
from optimizer.solve.standings import Standing

_RULES = ("enough_projects", "enough_countries", "country_share_within_limit")
_EACH, _KEPT, _WORST = "worst_is_at_least_each", "shortfall_is_kept", "WorstShortfall_kt"


def eased_case(case: CoverageCase, waiver: Waiver) -> CoverageCase:
    """The coverage step without what is waived; what is known of the blocks holds in it too (see ``still_true``)."""
    eased = copy(case)
    eased.full, eased.loose = eased_master(case.full, waiver), eased_master(case.loose, waiver)
    return eased


def still_true(case: CoverageCase, standing: Standing, waiver: Waiver) -> Standing:
    """What is known of a case and holds without what is waived: no bound, and no cut of blocks whose guards are let go."""
    free = [[block.name[0] in waiver.minima for block in one.split.blocks] for one in (case.loose, case.full)]
    cuts, more = (
        tuple(cut for cut in known if not free[n][cut.block]) for n, known in enumerate((standing.cuts, standing.more))
    )
    return replace(standing, bound_kt=0.0, cuts=cuts, more=more)


def eased_master(master: Master, waiver: Waiver) -> Master:
    """A master without some rules or minimum coverages, or that does not count some losses.

    It may keep more funding years than one that is built without the rules, which changes no value.
    """
    eased, split, program = copy(master), copy(master.split), master.split.master
    rows = [master.session.constraints[row] for row in split.rows]
    free = np.array([_is_waived(row, waiver) for row in rows], dtype=bool)
    silent = _silent(split, waiver)
    kept = np.array([_name(row) == _KEPT for row in rows], dtype=bool)
    split.master = replace(
        program,
        matrix=_without(program.matrix, kept, silent),
        row_lower=np.where(free, -np.inf, program.row_lower),
        row_upper=np.where(free, np.inf, program.row_upper),
        cost=np.where(silent, 0.0, program.cost),
    )
    split.blocks = [_eased(block, waiver) for block in split.blocks]
    eased.split = split
    return eased


def _silent(split: Split, waiver: Waiver) -> np.ndarray:
    """Master columns that no longer count: shortfalls of losses that are waived, and with all of them the worst."""
    worst = [waiver.resilience and name == _WORST for name, _ in split.keys]
    return np.array([*worst, *(_is_uncounted(block, waiver) for block in split.blocks)], dtype=bool)


def _without(matrix: Any, rows: np.ndarray, columns: np.ndarray) -> Any:
    """A sparse matrix with 0 where these rows and columns meet."""
    if not rows.any() or not columns.any():
        return matrix
    entries = matrix.tocoo()
    entries.data = np.where(rows[entries.row] & columns[entries.col], 0.0, entries.data)
    found = entries.tocsr()
    found.eliminate_zeros()
    return found


def _is_uncounted(block: Block, waiver: Waiver) -> bool:
    scenario = block.name[0]
    return scenario in waiver.losses or (waiver.resilience and scenario != BASE)


def _eased(block: Block, waiver: Waiver) -> Block:
    """The block whose guards are let go, or whose shortfall does not count, though what it guards does."""
    if block.name[0] in waiver.minima:
        block = block.unguarded()
    if _is_uncounted(block, waiver):
        block = copy(block)
        block.share = 0.0
    return block


def _is_waived(row: Any, waiver: Waiver) -> bool:
    if _name(row) == _EACH:
        return row.index() in waiver.losses
    return _name(row) in _RULES and row.index()[0] in waiver.rules


def _name(row: Any) -> str:
    return str(row.parent_component().local_name)
