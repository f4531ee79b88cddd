"""The Excel report of ``diagnose``: one sheet after the other, from the diagnosis and its tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook as Book

from optimizer.report.bottlenecks import write_bottlenecks
from optimizer.report.defaults import write_defaults
from optimizer.report.diagnosis_future import write_gap, write_rules, write_sufficiency, write_unfunded
from optimizer.report.diagnosis_stages import write_chain, write_countries, write_idle
from optimizer.report.diagnosis_summary import write_diagnosis_run, write_network, write_summary
from optimizer.report.diagnosis_supply import write_dependence, write_single
from optimizer.report.diagnosis_tables import Tabled
from optimizer.report.flows import write_flows
from optimizer.report.network_picture import Picture
from optimizer.report.sources import write_sources
from optimizer.report.style import Painter, new_book


def write_diagnosis(path: Path, told: Tabled, pictures: Sequence[Picture]) -> None:
    """Write the report for people.

    Parameters
    ----------
    path
        The .xlsx file to write.
    told
        The diagnosis and its tables.
    pictures
        The pictures of the network, that of all materials first.
    """
    make_diagnosis_book(told, pictures).save(path)


def make_diagnosis_book(told: Tabled, pictures: Sequence[Picture]) -> Book:
    """Make the report in memory."""
    book, painter, facts = new_book(told.facts.name), Painter(), told.facts
    write_chain(book, told, painter)
    write_bottlenecks(book, facts, told.diagnosis.trace, painter)
    write_idle(book, told, painter)
    write_dependence(book, told, painter)
    write_single(book, told, painter)
    place = write_sufficiency(book, told, painter)
    write_gap(book, told, painter)
    write_unfunded(book, told, painter)
    write_countries(book, told, painter)
    write_network(book, told, painter, pictures)
    write_flows(book, facts, told.diagnosis.trace, painter)
    write_rules(book, told, painter)
    write_sources(book, facts, painter)
    write_defaults(book, facts, painter)
    write_diagnosis_run(book, told, painter)
    write_summary(book, told, painter, place, pictures)
    book.move_sheet("Summary", -(len(book.sheetnames) - 1))
    book.active = 0
    return book
