"""The Excel report of ``strategies``: one sheet after the other, from the strategies and their tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.side_by_side import SideBySide
from optimizer.report.strategies_outlay import write_outlay
from optimizer.report.strategies_sheets import (
    write_changes,
    write_coverage,
    write_funded,
    write_idle,
    write_proof,
    write_run,
    write_undone,
)
from optimizer.report.strategies_summary import write_summary
from optimizer.report.style import Painter, new_book


def write_strategies(path: Path, told: SideBySide, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the report for people.

    Parameters
    ----------
    path
        The .xlsx file to write.
    told
        The strategies.
    tables
        Every table of ``strategy_tables`` by name.
    """
    make_strategies_book(told, tables).save(path)


def make_strategies_book(told: SideBySide, tables: Mapping[str, pd.DataFrame]) -> Book:
    """Make the report in memory."""
    book, painter = new_book(told.facts.name), Painter()
    write_undone(book, told, tables, painter)
    place = write_coverage(book, told, tables, painter)
    write_outlay(book, told, tables, painter)
    write_idle(book, told, tables, painter)
    write_funded(book, told, tables, painter)
    write_changes(book, told, tables, painter)
    write_proof(book, told, tables, painter)
    write_run(book, told, painter)
    write_summary(book, told, tables, place, painter)
    book.move_sheet("Summary", -(len(book.sheetnames) - 1))
    book.active = 0
    return book
