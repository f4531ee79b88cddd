"""Tell every fault of a workbook at once."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.annotate import annotate
from optimizer.checks import check as check_workbook
from optimizer.commands.guard import BAD_INPUT, DEBUG, DONE, INPUT, count, guarded, show_findings, writing
from optimizer.findings import Level
from optimizer.output import OutputError
from optimizer.strategy_faults import strategy_faults
from optimizer.workbook import read_workbook


@click.command(short_help="Tell every fault of a workbook with its remedy.")
@INPUT
@click.option(
    "--annotate",
    "copy",
    metavar="FILE.xlsx",
    type=click.Path(path_type=Path),
    help="Write a copy with the cells marked.",
)
@DEBUG
@guarded
def check(path: Path, copy: Path | None) -> int:
    """Tell every fault and warning of a workbook, each with its cell and remedy."""
    if copy is not None and (copy.suffix != ".xlsx" or copy.resolve() == path.resolve()):
        raise OutputError(f"{copy}: the marked copy needs a name of its own that ends in .xlsx.")
    workbook = read_workbook(path)
    findings = tuple(check_workbook(workbook))
    if not any(finding.level is Level.FAULT for finding in findings):
        findings += tuple(strategy_faults(workbook))
    faults = sum(finding.level is Level.FAULT for finding in findings)
    headline = f"{path}: {count(faults, 'fault')}, {count(len(findings) - faults, 'warning')}"
    show_findings(findings, headline, err=faults > 0)
    if copy is not None:
        with writing(copy):
            annotate(workbook, list(findings), copy)
        click.echo(f"Marked copy: {copy}", err=bool(faults))
    return BAD_INPUT if faults else DONE
