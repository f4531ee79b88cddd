"""What all commands share: their input, exit codes, and how what goes wrong is told."""

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

from optimizer.findings import Finding, InputError, Level
from optimizer.output import OutputError

DONE, USAGE, BAD_INPUT, INFEASIBLE, NO_PLAN, AUDIT_FAILED = 0, 2, 3, 4, 5, 6
_MOST_SHOWN = 200

INPUT = click.argument("path", metavar="INPUT", type=click.Path(path_type=Path))
DEBUG = click.option("--debug", is_flag=True, help="Show the traceback of an error.")
WORKERS = click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 1,
    help="Processes on this machine [the cores].",
)
RESUME = click.option("--resume", is_flag=True, help="Go on with an interrupted run.")
QUIET = click.option("--quiet", is_flag=True, help="Show no progress.")


def guarded(command: Callable[..., int]) -> Callable[..., None]:
    """Turn what can go wrong into a message and an exit code."""

    @wraps(command)
    def safely(*args: Any, debug: bool, **kwargs: Any) -> None:
        try:
            code = command(*args, **kwargs)
        except click.UsageError:
            raise
        except InputError as error:
            show_findings(error.findings, str(error), err=True)
            code = BAD_INPUT
        except OutputError as error:
            click.echo(str(error), err=True)
            code = USAGE
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            code = NO_PLAN
        except BrokenPipeError:
            # Who read what is printed wants no more of it, as in "| head": nothing to tell, and nobody to tell it to.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 1
        except Exception as error:
            if debug:
                traceback.print_exc()
            click.echo(
                f"This is a fault of the program: {type(error).__name__}: {error}. Run again with --debug.", err=True
            )
            code = 1
        sys.exit(code)

    return safely


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say so where the file that the block writes cannot be written."""
    try:
        yield
    except OSError as error:
        problem = f"cannot be written ({error.strerror or error})"
        raise OutputError(f"{path}: {problem}. Close it in other programs, or choose another place.") from error


def count(number: int, word: str) -> str:
    """A number and its noun."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def show_findings(findings: tuple[Finding, ...], headline: str, err: bool) -> None:
    """Print findings, faults first."""
    faults = [finding for finding in findings if finding.level is Level.FAULT]
    warnings = [finding for finding in findings if finding.level is Level.WARNING]
    click.echo(headline, err=err)
    for word, group in (("", faults), ("warning: ", warnings)):
        for finding in group[:_MOST_SHOWN]:
            click.echo(f"  {word}{finding}", err=err)
        if len(group) > _MOST_SHOWN:
            click.echo(f"  ... and {len(group) - _MOST_SHOWN} more; check --annotate shows all.", err=err)
