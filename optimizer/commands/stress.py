"""Hold a plan fixed against every loss."""

from __future__ import annotations

from pathlib import Path

import click

from models.repair import Wish
from optimizer.commands.guard import DEBUG, DONE, INPUT, QUIET, RESUME, WORKERS, guarded
from optimizer.progress import Progress
from optimizer.redundancy_price import DEFAULT_SECONDS
from optimizer.report.stress_words import key_sentences
from optimizer.stress import STRESS, StressOptions, run_stress


@click.command(short_help="Hold a plan fixed against every loss, delays and what is uncertain.")
@INPUT
@click.option(
    "--run",
    "run_folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="The plan: what solve left behind, or points/<budget> of a comparison [the sheet Plan].",
)
@click.option(
    "--out", metavar="FOLDER", type=click.Path(path_type=Path), help="Folder for the results [outputs/<name>-stress]."
)
@click.option(
    "--pairs/--no-pairs", default=True, show_default=True, help="Pairs of countries, suppliers and countries."
)
@click.option(
    "--capex-overrun",
    metavar="SHARE",
    type=click.FloatRange(0, 10),
    default=0.2,
    show_default=True,
    help="By how much capital is dearer.",
)
@click.option(
    "--draws",
    metavar="N",
    type=click.IntRange(2, 100_000),
    default=200,
    show_default=True,
    help="Draws of what is uncertain.",
)
@click.option("--seed", metavar="N", type=click.IntRange(0), default=1, show_default=True, help="Seed of the draws.")
@click.option(
    "--target",
    metavar="SHARE",
    type=click.FloatRange(0, 1),
    default=0.9,
    show_default=True,
    help="Coverage whose probability is told.",
)
@click.option(
    "--repair",
    "repairs",
    metavar="LOSS",
    multiple=True,
    default=("worst",),
    show_default="worst",
    help="A loss to repair: of losses.csv, a single loss, worst, or none; may be repeated.",
)
@click.option(
    "--share",
    metavar="FRACTION",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="Share of each demand row that a repair serves again, but no more than with nothing lost.",
)
@click.option("--repair-from", metavar="YEAR", type=int, help="First year of the repaired loss [as in the workbook].")
@click.option("--before", is_flag=True, help="A repair may fund projects before the loss too, as an insurance.")
@click.option(
    "--price/--no-price", default=False, show_default=True, help="Search what rules and losses to survive cost."
)
@click.option(
    "--price-time",
    "price_seconds",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=DEFAULT_SECONDS,
    show_default=True,
    help="With --price: how long searches of single rules and losses are begun.",
)
@WORKERS
@RESUME
@QUIET
@DEBUG
@guarded
def stress(
    path: Path,
    run_folder: Path | None,
    out: Path | None,
    pairs: bool,
    capex_overrun: float,
    draws: int,
    seed: int,
    target: float,
    repairs: tuple[str, ...],
    share: float,
    repair_from: int | None,
    before: bool,
    price: bool,
    price_seconds: float,
    workers: int,
    resume: bool,
    quiet: bool,
) -> int:
    """Hold a plan fixed: what is still served whatever is lost or late, what breaks, what repairs it, what is likely."""
    options = StressOptions(
        run=run_folder,
        pairs=pairs,
        capex_overrun=capex_overrun,
        draws=draws,
        seed=seed,
        target=target,
        repairs=repairs,
        wish=Wish(share, repair_from, before),
        price=price,
        price_seconds=price_seconds,
        workers=workers,
        resume=resume,
    )
    stressed, folder = run_stress(path, out, options, Progress(quiet))
    for warning in stressed.warnings:
        click.echo(f"Warning: {warning}", err=True)
    for line in key_sentences(stressed):
        click.echo(f"- {line}")
    click.echo(f"Report: {folder / STRESS}")
    return DONE
