"""The Excel report of ``stress``: one sheet after the other."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook as Book

from optimizer.report.price_sheet import write_prices
from optimizer.report.repair_sheet import write_repairs
from optimizer.report.stress_holding import write_holding
from optimizer.report.stress_losses import write_delays, write_disruptions, write_losses, write_pairs
from optimizer.report.stress_money import write_overrun
from optimizer.report.stress_run import write_stress_run
from optimizer.report.stress_summary import write_stress_summary
from optimizer.report.stress_uncertain import write_uncertainty
from optimizer.report.stressed import Stressed, Tables
from optimizer.report.style import Painter, new_book


def write_stress(path: Path, stressed: Stressed, tables: Tables) -> None:
    """Write the report for people.

    Parameters
    ----------
    path
        The .xlsx file to write.
    stressed
        What was found.
    tables
        Every table of ``stress_tables`` by name.
    """
    make_stress_book(stressed, tables).save(path)


def make_stress_book(stressed: Stressed, tables: Tables) -> Book:
    """Make the report in memory."""
    book, painter = new_book(stressed.facts.name), Painter()
    write_stress_summary(book, stressed, painter)
    write_losses(book, stressed, painter)
    write_pairs(book, stressed, painter)
    write_disruptions(book, stressed, painter)
    write_delays(book, stressed, painter)
    write_holding(book, stressed, painter)
    write_repairs(book, stressed, tables, painter)
    write_prices(book, stressed, painter)
    write_overrun(book, stressed, painter)
    write_uncertainty(book, stressed, tables, painter)
    write_stress_run(book, stressed, painter)
    book.active = 0
    return book
