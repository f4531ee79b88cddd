"""Write a blank workbook, or the reference case."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.commands.guard import DEBUG, DONE, guarded, writing
from optimizer.output import OutputError
from optimizer.template import folder_to_xlsx, write_template

_EXAMPLE = Path("inputs") / "allied_magnets"


@click.command(short_help="Write a blank workbook, or the reference case.")
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
@guarded
def template(path: Path, example: bool, folder: Path | None, force: bool) -> int:
    """Write a blank workbook to fill in, or the reference case."""
    if path.suffix != ".xlsx":
        raise OutputError(f"{path}: the name must end in .xlsx.")
    if path.exists() and not force:
        raise OutputError(f"{path}: exists already. Add --force to replace it.")
    if example and folder is not None:
        raise OutputError("--example and --from: give one of them.")
    source = folder or (_example_folder() if example else None)
    with writing(path):
        if source is None:
            write_template(path)
        else:
            folder_to_xlsx(source, path)
    click.echo(f"Written: {path}")
    return DONE


def _example_folder() -> Path:
    """The reference case, beside the working folder or beside the program's own source."""
    for place in (Path.cwd(), Path(__file__).resolve().parents[2]):
        if (place / _EXAMPLE).is_dir():
            return place / _EXAMPLE
    raise OutputError(f"{_EXAMPLE}: not found. Run this in the project's folder, or use --from FOLDER.")
