"""Set budgets side by side."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.budgets import budgets as asked_budgets
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
from optimizer.compare import COMPARISON, KEEP, SCALE, Compared, CompareOptions, run_compare
from optimizer.progress import Progress
from optimizer.report.compare_words import key_sentences
from optimizer.report.reasons import classified


@click.command(short_help="Set budgets side by side; the curve, who is in, a priority list.")
@INPUT
@click.option("--budgets", metavar="MUSD,MUSD,...", help="The budgets, such as 500,1000,2000.")
@click.option("--from", "first", metavar="MUSD", type=click.FloatRange(min=0), help="The smallest budget of a range.")
@click.option("--to", "last", metavar="MUSD", type=click.FloatRange(min=0), help="The largest budget of the range.")
@click.option("--steps", metavar="N", type=click.IntRange(2, 200), help="How many budgets the range has.")
@click.option(
    "--pots",
    type=click.Choice([SCALE, KEEP]),
    default=SCALE,
    show_default=True,
    help="Multiply funders' pots so that they add to each budget, or leave them.",
)
@click.option(
    "--out", metavar="FOLDER", type=click.Path(path_type=Path), help="Folder for the results [outputs/<name>-compare]."
)
@click.option(
    "--coverage-gap-points", metavar="POINTS", type=click.FloatRange(0, 100), help="Gap asked of each point, in points."
)
@click.option(
    "--cost-gap", metavar="FRACTION", type=click.FloatRange(0, 1), help="Gap asked where the objective is cost."
)
@click.option(
    "--time-limit",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    help="Cut each step of a point after so long; such points are marked as not reproducible.",
)
@WORKERS
@click.option("--cluster", metavar="ADDRESS", help="Address of a Dask scheduler, such as tcp://host:8786.")
@RESUME
@QUIET
@DEBUG
@guarded
def compare(
    path: Path,
    budgets: str | None,
    first: float | None,
    last: float | None,
    steps: int | None,
    pots: str,
    out: Path | None,
    coverage_gap_points: float | None,
    cost_gap: float | None,
    time_limit: float | None,
    workers: int,
    cluster: str | None,
    resume: bool,
    quiet: bool,
) -> int:
    """Set budgets side by side: the curve with what is proven, who is in at which budget, a list to fund from the top."""
    options = CompareOptions(
        budgets_musd=asked_budgets(budgets, first, last, steps),
        pots=pots,
        coverage_gap_points=coverage_gap_points,
        cost_gap=cost_gap,
        time_limit_s=time_limit,
        workers=workers,
        cluster=cluster,
        resume=resume,
    )
    return _show_comparison(run_compare(path, out, options, Progress(quiet)))


def _show_comparison(done: Compared) -> int:
    points = done.comparison.points
    if done.violations:
        click.echo(f"Plans fail their audit and are not reported: {len(done.violations)} violations.", err=True)
        for line in done.violations[:20]:
            click.echo(f"  {line}", err=True)
        return AUDIT_FAILED
    for line in key_sentences(done.comparison, classified(done.comparison)):
        click.echo(f"- {line}")
    click.echo(f"Report: {done.out / COMPARISON}")
    if any(point.best is not None for point in points):
        return DONE
    for point in points:
        click.echo(f"{point.budget_musd:,.0f} MUSD: {point.status}. {' '.join(point.reasons)}", err=True)
    return INFEASIBLE if all(point.status == "infeasible" for point in points) else NO_PLAN
