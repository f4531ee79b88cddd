"""Diagnose the chain as it is."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.commands.guard import AUDIT_FAILED, DEBUG, DONE, INPUT, QUIET, RESUME, WORKERS, guarded
from optimizer.diagnose import DIAGNOSIS, Diagnosed, DiagnoseOptions, run_diagnose
from optimizer.progress import Progress
from optimizer.report.diagnosis_words import three_facts


@click.command(short_help="The chain as it is, no money spent: what binds, what it hangs on.")
@INPUT
@click.option(
    "--out", metavar="FOLDER", type=click.Path(path_type=Path), help="Folder for the results [outputs/<name>-diagnose]."
)
@click.option("--year", metavar="YEAR", type=int, help="Year of the network picture [the first].")
@WORKERS
@RESUME
@QUIET
@DEBUG
@guarded
def diagnose(path: Path, out: Path | None, year: int | None, workers: int, resume: bool, quiet: bool) -> int:
    """Show the chain as it is, no money spent: what runs, what binds, what it hangs on, and what money alone cannot mend."""
    options = DiagnoseOptions(year, workers, resume)
    return _show(run_diagnose(path, out, options, Progress(quiet)))


def _show(done: Diagnosed) -> int:
    if done.told is None:
        click.echo(f"The flows fail their audit and are not reported: {len(done.violations)} violations.", err=True)
        for line in done.violations[:20]:
            click.echo(f"  {line}", err=True)
        return AUDIT_FAILED
    for fact in three_facts(done.told):
        click.echo(f"- {fact.sentence} [sheet {fact.sheet}]")
    click.echo(f"Report: {done.out / DIAGNOSIS}")
    return DONE
