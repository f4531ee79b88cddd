"""The Excel report of ``compare``: one sheet after the other, from the comparison and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.compare_choice import write_list, write_matrix
from optimizer.report.compare_curve import write_curve
from optimizer.report.compare_money import write_money
from optimizer.report.compare_moves import write_capacity_by_budget, write_steps
from optimizer.report.compare_run import write_comparison_run
from optimizer.report.compare_summary import write_comparison_summary
from optimizer.report.compare_tools import write_tools
from optimizer.report.comparison import Comparison
from optimizer.report.reasons import classified
from optimizer.report.style import Painter, new_book


def write_comparison(path: Path, comparison: Comparison, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the report for people.

    Parameters
    ----------
    path
        The .xlsx file to write.
    comparison
        The points by ascending budget, and what was asked.
    tables
        Every table of ``comparison_tables`` by name.
    """
    make_comparison_book(comparison, dict(tables)).save(path)


def make_comparison_book(comparison: Comparison, tables: dict[str, pd.DataFrame]) -> Book:
    """Make the report in memory."""
    book, painter, judged = new_book(comparison.facts.name), Painter(), classified(comparison)
    place = write_curve(book, comparison, tables, painter)
    write_money(book, comparison, tables, painter)
    write_tools(book, comparison, tables, painter)
    write_matrix(book, comparison, judged, painter)
    write_list(book, comparison, tables, painter)
    write_steps(book, comparison, tables, painter)
    write_capacity_by_budget(book, comparison, tables, painter)
    write_comparison_run(book, comparison, painter)
    write_comparison_summary(book, comparison, tables, judged, place, painter)
    book.move_sheet("Summary", -(len(book.sheetnames) - 1))
    book.active = 0
    return book
