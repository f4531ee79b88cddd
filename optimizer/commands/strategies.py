"""Set the named strategies of a workbook side by side."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.commands.guard import (
    AUDIT_FAILED,
    DEBUG,
    DONE,
    INFEASIBLE,
    INPUT,
    NO_PLAN,
    QUIET,
    RESUME,
    WORKERS,
    guarded,
)
from optimizer.progress import Progress
from optimizer.report.strategies_words import key_sentences
from optimizer.strategies import STRATEGIES, Followed, StrategyOptions, run_strategies


@click.command(short_help="Set the named strategies side by side; what each leaves undone.")
@INPUT
@click.option("--only", metavar="NAME,NAME,...", help="Some of the strategies [all of the sheet Strategies].")
@click.option(
    "--out",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Folder for the results [outputs/<name>-strategies].",
)
@click.option(
    "--coverage-gap-points", metavar="POINTS", type=click.FloatRange(0, 100), help="Gap asked of each plan, in points."
)
@click.option(
    "--cost-gap", metavar="FRACTION", type=click.FloatRange(0, 1), help="Gap asked where the objective is cost."
)
@WORKERS
@RESUME
@QUIET
@DEBUG
@guarded
def strategies(
    path: Path,
    only: str | None,
    out: Path | None,
    coverage_gap_points: float | None,
    cost_gap: float | None,
    workers: int,
    resume: bool,
    quiet: bool,
) -> int:
    """Set the named strategies side by side: what each reaches for which outlay, who is funded, what it leaves undone."""
    names = tuple(part.strip() for part in (only or "").split(",") if part.strip())
    options = StrategyOptions(names, coverage_gap_points, cost_gap, workers, resume)
    return _show(run_strategies(path, out, options, Progress(quiet)))


def _show(done: Followed) -> int:
    if done.violations:
        click.echo(f"Plans fail their audit and are not reported: {len(done.violations)} violations.", err=True)
        for line in done.violations[:20]:
            click.echo(f"  {line}", err=True)
        return AUDIT_FAILED
    for line in key_sentences(done.told):
        click.echo(f"- {line}")
    click.echo(f"Report: {done.out / STRATEGIES}")
    if done.told.held:
        return DONE
    for side in done.told.sides:
        click.echo(f"{side.name}: {side.status}. {' '.join(side.reached.reasons)}", err=True)
    return INFEASIBLE if all(side.status == "infeasible" for side in done.told.sides) else NO_PLAN
