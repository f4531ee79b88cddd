"""The Excel report: one sheet after the other, from the tables of the plan and the cells of the workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.findings import Finding
from optimizer.report.bottlenecks import write_bottlenecks
from optimizer.report.burden_sheet import write_burden
from optimizer.report.capacity import write_capacity
from optimizer.report.costs import write_costs
from optimizer.report.coverage import write_coverage
from optimizer.report.defaults import write_defaults
from optimizer.report.facts import Facts
from optimizer.report.fairness_sheet import write_fairness
from optimizer.report.flows import write_flows
from optimizer.report.liability_sheet import write_liability
from optimizer.report.losses import write_losses
from optimizer.report.packages_sheet import write_packages
from optimizer.report.people import write_people
from optimizer.report.portfolio import write_portfolio
from optimizer.report.redundancy import write_redundancy
from optimizer.report.runsheet import write_run
from optimizer.report.sources import write_sources
from optimizer.report.style import Painter, new_book
from optimizer.report.summary import write_summary
from optimizer.report.timeline import write_timeline
from optimizer.report.trace import follow
from optimizer.report.viability_sheet import write_viability
from optimizer.workbook import Workbook


def write_report(
    path: Path,
    workbook: Workbook,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, object],
    warnings: Sequence[Finding],
) -> None:
    """Write the report for people.

    Parameters
    ----------
    path
        The .xlsx file to write.
    workbook
        The case as it was read.
    tables
        Every table of ``optimizer.report.tables.COLUMNS`` by name.
    manifest
        What the run found and proved.
    warnings
        What the check found suspicious.
    """
    facts = Facts(workbook, tables, manifest, warnings)
    make_book(facts).save(path)


def make_book(facts: Facts) -> Book:
    """Make the report in memory."""
    book, painter, trace = new_book(facts.name), Painter(), follow(facts)
    write_portfolio(book, facts, trace, painter)
    write_timeline(book, facts, painter)
    write_capacity(book, facts, painter)
    coverage = write_coverage(book, facts, painter)
    if facts.losses:
        write_losses(book, facts, painter)
    write_redundancy(book, facts, painter)
    write_bottlenecks(book, facts, trace, painter)
    if "workforce" in facts.tables:
        write_people(book, facts, painter)
    write_flows(book, facts, trace, painter)
    outlay = write_costs(book, facts, painter)
    if facts.has_instruments:
        write_packages(book, facts, painter)
        write_viability(book, facts, painter)
        write_liability(book, facts, painter)
        write_burden(book, facts, painter)
    elif "fairness" in facts.tables:
        write_fairness(book, facts, painter)
    write_sources(book, facts, painter)
    write_defaults(book, facts, painter)
    write_run(book, facts, painter)
    write_summary(book, facts, trace, painter, coverage, outlay)
    book.move_sheet("Summary", -(len(book.sheetnames) - 1))
    book.active = 0
    return book
