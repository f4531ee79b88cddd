"""Mend a plan after a loss."""

from __future__ import annotations

import os
from pathlib import Path

import click

from models.repair import Wish
from optimizer.commands.guard import DEBUG, DONE, INPUT, QUIET, guarded
from optimizer.progress import Progress
from optimizer.resilience import ResilienceOptions, run_repair


@click.command(short_help="The least extra money that brings coverage back after a loss.")
@INPUT
@click.option(
    "--plan",
    metavar="FOLDER",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of a run that made the plan.",
)
@click.option(
    "--loss", "losses", metavar="NAME", multiple=True, help="A loss, as in losses.csv; may be repeated [the worst]."
)
@click.option(
    "--share",
    metavar="FRACTION",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="Share of each demand row to be served again, but no more than with nothing lost.",
)
@click.option("--from-year", metavar="YEAR", type=int, help="First year of the loss, instead of the workbook's.")
@click.option("--before", is_flag=True, help="Projects may be funded before the loss too, as an insurance.")
@click.option("--out", metavar="FOLDER", type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--workers", metavar="N", type=click.IntRange(1, 256), help="Processes on this machine [the cores].")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run.")
@QUIET
@DEBUG
@guarded
def repair(
    path: Path,
    plan: Path,
    losses: tuple[str, ...],
    share: float,
    from_year: int | None,
    before: bool,
    out: Path | None,
    workers: int | None,
    resume: bool,
    quiet: bool,
) -> int:
    """Find the least extra public money that brings coverage back after a loss, by the year by which it must be back."""
    options = ResilienceOptions(workers=_workers(workers, len(losses)), resume=resume)
    told = run_repair(path, plan, losses, Wish(share, from_year, before), out, options, Progress(quiet))
    for line in told.sentences:
        click.echo(f"- {line}")
    click.echo(f"Report: {told.report}")
    return DONE


def _workers(asked: int | None, losses: int) -> int:
    """No more processes than losses."""
    return min(asked or os.cpu_count() or 1, max(1, losses))
