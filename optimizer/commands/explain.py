"""Say why a plan is as it is, project by project."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.commands.guard import AUDIT_FAILED, DEBUG, DONE, INPUT, QUIET, RESUME, WORKERS, guarded
from optimizer.explain import DEFAULT_SECONDS, EXPLANATION, Explained, ExplainOptions, run_explain
from optimizer.output import VIOLATIONS, OutputError
from optimizer.progress import Progress
from optimizer.report.explain_summary import key_sentences
from optimizer.report.explain_words import sentences

_MOST_CARDS = 10


@click.command(short_help="Say why projects are in a plan or out of it, and what would change it.")
@INPUT
@click.option(
    "--run", metavar="FOLDER", type=click.Path(path_type=Path), help="The run to explain [outputs/<name>-solve]."
)
@click.option("--project", "projects", metavar="CODE", multiple=True, help="A project to explain; may be given often.")
@click.option("--all", "every", is_flag=True, help="Every candidate that the plan does not fund.")
@click.option(
    "--time",
    "seconds",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=DEFAULT_SECONDS,
    show_default=True,
    help="With --all: how long new cards are begun.",
)
@click.option(
    "--comparison",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Results of compare, for since which budget [outputs/<name>-compare, if it is there].",
)
@click.option(
    "--out", metavar="FOLDER", type=click.Path(path_type=Path), help="Folder for the results [outputs/<name>-explain]."
)
@WORKERS
@RESUME
@QUIET
@DEBUG
@guarded
def explain(
    path: Path,
    run: Path | None,
    projects: tuple[str, ...],
    every: bool,
    seconds: float,
    comparison: Path | None,
    out: Path | None,
    workers: int,
    resume: bool,
    quiet: bool,
) -> int:
    """Say why: what a project serves, what forcing it in or taking it out costs, what keeps it out, its break-even prices."""
    if not projects and not every:
        raise OutputError("Name a project with --project CODE (as often as you like), or give --all.")
    options = ExplainOptions(
        run=run,
        projects=tuple(dict.fromkeys(projects)),
        every=every,
        seconds=seconds,
        comparison=comparison,
        workers=workers,
        resume=resume,
    )
    return _show(run_explain(path, out, options, Progress(quiet)), options)


def _show(done: Explained, options: ExplainOptions) -> int:
    if done.violations:
        click.echo(f"Plans fail their audit and are not reported: {len(done.violations)} violations.", err=True)
        for line in done.violations[:20]:
            click.echo(f"  {line}", err=True)
        click.echo(f"All of them: {done.out / VIOLATIONS}", err=True)
        return AUDIT_FAILED
    cards = done.explanation.cards
    named = [card for card in cards if card.project in options.projects]
    for card in named[:_MOST_CARDS]:
        click.echo(f"{card.project}: {' '.join(sentences(done.explanation, card))}")
    if len(cards) > len(named):
        for line in key_sentences(done.explanation, cards):
            click.echo(f"- {line}")
    click.echo(f"Report: {done.out / EXPLANATION}")
    return DONE
