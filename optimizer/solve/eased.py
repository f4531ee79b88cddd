"""A compiled case without some of its redundancy rules: their rows are let go, everything else, blocks included, is shared."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.solve.master import Master
from optimizer.solve.search import CoverageCase

_ROWS = ("enough_projects", "enough_countries", "country_share_within_limit")


def eased_case(case: CoverageCase, rules: Collection[str]) -> CoverageCase:
    """The coverage step without some rules; what is known of the blocks holds in it too."""
    eased = copy(case)
    eased.full, eased.loose = eased_master(case.full, rules), eased_master(case.loose, rules)
    return eased


def eased_master(master: Master, rules: Collection[str]) -> Master:
    """A master without the rows of some rules.

    It may keep more funding years than one that is built without the rules, which changes no value.
    """
    eased, split, program = copy(master), copy(master.split), master.split.master
    free = np.array([_is_of(master.session.constraints[row], rules) for row in split.rows], dtype=bool)
    split.master = replace(
        program,
        row_lower=np.where(free, -np.inf, program.row_lower),
        row_upper=np.where(free, np.inf, program.row_upper),
    )
    eased.split = split
    return eased


def _is_of(row: Any, rules: Collection[str]) -> bool:
    return row.parent_component().local_name in _ROWS and row.index()[0] in rules
