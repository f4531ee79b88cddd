"""Price redundancy."""

from __future__ import annotations

import os
from pathlib import Path

import click

from optimizer.commands.guard import DEBUG, DONE, INPUT, QUIET, guarded
from optimizer.progress import Progress
from optimizer.resilience import ResilienceOptions, run_prices


@click.command(short_help="What each redundancy rule, and surviving each loss, costs.")
@INPUT
@click.option(
    "--budget", metavar="MUSD", type=click.FloatRange(min=0), help="Public budget, instead of the workbook's."
)
@click.option("--out", metavar="FOLDER", type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--workers", metavar="N", type=click.IntRange(1, 256), help="Processes on this machine [the cores].")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run.")
@QUIET
@DEBUG
@guarded
def redundancy(
    path: Path, budget: float | None, out: Path | None, workers: int | None, resume: bool, quiet: bool
) -> int:
    """Find what each redundancy rule and each loss that must be survived costs, in coverage and in money."""
    options = ResilienceOptions(budget, workers or os.cpu_count() or 1, resume)
    told = run_prices(path, out, options, Progress(quiet))
    for line in told.sentences:
        click.echo(f"- {line}")
    click.echo(f"Report: {told.report}")
    return DONE
