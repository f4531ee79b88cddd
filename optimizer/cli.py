"""The command line: parse, call one function, print a few lines that matter, exit."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from optimizer.annotate import annotate
from optimizer.budgets import budgets as asked_budgets
from optimizer.checks import check as check_workbook
from optimizer.compare import COMPARISON, KEEP, SCALE, Compared, CompareOptions, run_compare
from optimizer.findings import Finding, InputError, Level
from optimizer.output import MANIFEST, REPORT, VIOLATIONS, OutputError
from optimizer.progress import Progress
from optimizer.report.compare_words import key_sentences
from optimizer.report.reasons import classified
from optimizer.run import Run, SolveOptions, run_solve
from optimizer.template import folder_to_xlsx, write_template
from optimizer.workbook import read_workbook

DONE, USAGE, BAD_INPUT, INFEASIBLE, NO_PLAN, AUDIT_FAILED = 0, 2, 3, 4, 5, 6
_EXAMPLE = Path("inputs") / "allied_magnets"
_MOST_SHOWN = 200

INPUT = click.argument("path", metavar="INPUT", type=click.Path(path_type=Path))
DEBUG = click.option("--debug", is_flag=True, help="Show the traceback of an error.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="magnetgrid")
def main() -> None:
    """Decide which plants to fund, where, how large and when, so that supply survives a loss.

    INPUT is an Excel workbook (.xlsx) or a folder of .csv files with the same sheets.
    """


def _guarded(command: Callable[..., int]) -> Callable[..., None]:
    """Turn what can go wrong into a message and an exit code."""

    @wraps(command)
    def guarded(*args: Any, debug: bool, **kwargs: Any) -> None:
        try:
            code = command(*args, **kwargs)
        except InputError as error:
            _show_findings(error.findings, str(error), err=True)
            code = BAD_INPUT
        except OutputError as error:
            click.echo(str(error), err=True)
            code = USAGE
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            code = NO_PLAN
        except Exception as error:
            if debug:
                traceback.print_exc()
            click.echo(
                f"This is a fault of the program: {type(error).__name__}: {error}. Run again with --debug.", err=True
            )
            code = 1
        sys.exit(code)

    return guarded


@main.command(short_help="Write a blank workbook, or the reference case.")
@click.argument("path", metavar="FILE.xlsx", type=click.Path(path_type=Path))
@click.option("--example", is_flag=True, help="Write the reference case instead of a blank workbook.")
@click.option(
    "--from",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Make the workbook from a folder of .csv files.",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@DEBUG
@_guarded
def template(path: Path, example: bool, folder: Path | None, force: bool) -> int:
    """Write a blank workbook to fill in, or the reference case."""
    if path.suffix != ".xlsx":
        raise OutputError(f"{path}: the name must end in .xlsx.")
    if path.exists() and not force:
        raise OutputError(f"{path}: exists already. Add --force to replace it.")
    if example and folder is not None:
        raise OutputError("--example and --from: give one of them.")
    source = folder or (_example_folder() if example else None)
    with _writing(path):
        if source is None:
            write_template(path)
        else:
            folder_to_xlsx(source, path)
    click.echo(f"Written: {path}")
    return DONE


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say so where the file that the block writes cannot be written."""
    try:
        yield
    except OSError as error:
        problem = f"cannot be written ({error.strerror or error})"
        raise OutputError(f"{path}: {problem}. Close it in other programs, or choose another place.") from error


def _example_folder() -> Path:
    """The reference case, beside the working folder or beside the program's own source."""
    for place in (Path.cwd(), Path(__file__).resolve().parent.parent):
        if (place / _EXAMPLE).is_dir():
            return place / _EXAMPLE
    raise OutputError(f"{_EXAMPLE}: not found. Run this in the project's folder, or use --from FOLDER.")


@main.command(short_help="Tell every fault of a workbook with its remedy.")
@INPUT
@click.option(
    "--annotate",
    "copy",
    metavar="FILE.xlsx",
    type=click.Path(path_type=Path),
    help="Write a copy with the cells marked.",
)
@DEBUG
@_guarded
def check(path: Path, copy: Path | None) -> int:
    """Tell every fault and warning of a workbook, each with its cell and remedy."""
    if copy is not None and (copy.suffix != ".xlsx" or copy.resolve() == path.resolve()):
        raise OutputError(f"{copy}: the marked copy needs a name of its own that ends in .xlsx.")
    workbook = read_workbook(path)
    findings = tuple(check_workbook(workbook))
    faults = sum(finding.level is Level.FAULT for finding in findings)
    headline = f"{path}: {_count(faults, 'fault')}, {_count(len(findings) - faults, 'warning')}"
    _show_findings(findings, headline, err=faults > 0)
    if copy is not None:
        with _writing(copy):
            annotate(workbook, list(findings), copy)
        click.echo(f"Marked copy: {copy}", err=bool(faults))
    return BAD_INPUT if faults else DONE


@main.command(short_help="Find the plan for one budget; report in Excel.")
@INPUT
@click.option(
    "--out", metavar="FOLDER", type=click.Path(path_type=Path), help="Folder for the results [outputs/<name>-solve]."
)
@click.option(
    "--budget", metavar="MUSD", type=click.FloatRange(min=0), help="Public budget in MUSD, instead of the workbook's."
)
@click.option(
    "--coverage-gap-points",
    metavar="POINTS",
    type=click.FloatRange(0, 100),
    help="Gap asked of the coverage step, in points.",
)
@click.option(
    "--cost-gap", metavar="FRACTION", type=click.FloatRange(0, 1), help="Gap asked of the cost step, such as 0.01."
)
@click.option(
    "--time-limit",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    help="Solver seconds, instead of the workbook's.",
)
@click.option(
    "--relax", is_flag=True, help="Solve the linear relaxation: plants in fractions. For bounds, not for plans."
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
@DEBUG
@_guarded
def solve(
    path: Path,
    out: Path | None,
    budget: float | None,
    coverage_gap_points: float | None,
    cost_gap: float | None,
    time_limit: float | None,
    relax: bool,
    quiet: bool,
) -> int:
    """Find the plan for one budget: Excel report, tables as CSV, manifest."""
    options = SolveOptions(budget, coverage_gap_points, cost_gap, time_limit, relax)
    run = run_solve(path, out, options, Progress(quiet))
    return _show_run(run)


@main.command(short_help="Set budgets side by side; the curve, who is in, a priority list.")
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
@click.option("--workers", metavar="N", type=click.IntRange(1, 256), help="Processes on this machine [the cores].")
@click.option("--cluster", metavar="ADDRESS", help="Address of a Dask scheduler, such as tcp://host:8786.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted comparison.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@DEBUG
@_guarded
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
    workers: int | None,
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
        workers=workers or os.cpu_count() or 1,
        cluster=cluster,
        resume=resume,
    )
    return _show_comparison(run_compare(path, out, options, Progress(quiet)))


# ---------------------------------------------------------------- what is printed


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


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _show_findings(findings: tuple[Finding, ...], headline: str, err: bool) -> None:
    """Print findings, faults first."""
    faults = [finding for finding in findings if finding.level is Level.FAULT]
    warnings = [finding for finding in findings if finding.level is Level.WARNING]
    click.echo(headline, err=err)
    for word, group in (("", faults), ("warning: ", warnings)):
        for finding in group[:_MOST_SHOWN]:
            click.echo(f"  {word}{finding}", err=err)
        if len(group) > _MOST_SHOWN:
            click.echo(f"  ... and {len(group) - _MOST_SHOWN} more; check --annotate shows all.", err=err)


def _show_run(run: Run) -> int:
    manifest = run.manifest
    if manifest["status"] in ("infeasible", "no_plan"):
        for reason in run.reasons:
            click.echo(reason, err=True)
        click.echo(f"Manifest: {run.out / MANIFEST}", err=True)
        return INFEASIBLE if manifest["status"] == "infeasible" else NO_PLAN
    passed: bool = manifest["audit"]["passed"]  # type: ignore[index]
    if not passed:
        click.echo(f"The plan fails its audit and is not reported: {len(run.reasons)} violations.", err=True)
        for reason in run.reasons[:20]:
            click.echo(f"  {reason}", err=True)
        click.echo(f"All of them: {run.out / VIOLATIONS}", err=True)
        return AUDIT_FAILED
    for line in headline(manifest):
        click.echo(line)
    click.echo(f"Report:    {run.out / REPORT}")
    return DONE


def headline(manifest: dict[str, Any]) -> list[str]:
    """The four or five numbers that matter, as lines."""
    if manifest["relaxed"]:
        lines = ["Status:    LINEAR RELAXATION: plants in fractions, a bound and not a plan"]
    else:
        proven = manifest["status"] == "optimal"
        meaning = "proven within the gaps asked for" if proven else "a plan, not proven as asked"
        lines = [f"Status:    {manifest['status']} ({meaning})"]
    lines += [f"Coverage:  {words}" for words in _coverage_words(manifest)]
    lines.append(f"Shortfall: {manifest['base_shortfall_t']:,.0f} t in the base case, all years")
    gap = "no bound proven" if manifest["cost_gap"] is None else f"gap {manifest['cost_gap']:.2%}"
    if manifest["objective"] == "coverage":
        lines.append(
            f"Proof:     no plan covers more than {manifest['coverage_gap_points']:.2f} points better"
            f" ({manifest['coverage_gap_t']:,.0f} t, priority-weighted, losses included)"
        )
    lines.append(f"Cost:      {manifest['cost_musd']:,.1f} MUSD discounted ({gap})")
    budget = manifest["budget_musd"]
    of = "no limit" if budget is None else f"of {budget:,.0f} MUSD"
    lines.append(f"Outlay:    {manifest['outlay_musd']:,.1f} MUSD public, {of}")
    lines.append(f"Audit:     passed, {manifest['audit']['checks']:,} checks")
    return lines


def _coverage_words(manifest: dict[str, Any]) -> list[str]:
    """The worst year of the base case and the worst loss, in words; nothing where nothing is demanded."""
    base, loss = manifest["worst_base_year"], manifest["worst_loss"]
    words = []
    if base is not None:
        words.append(f"{base['coverage']:.1%} of demand in the base case in its worst year, {base['year']}")
    if loss is not None:
        words.append(f"{loss['coverage']:.1%} of demand in the worst loss, {loss['scenario']} in {loss['year']}")
    return words


if __name__ == "__main__":
    main()
