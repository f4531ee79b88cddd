"""The command line: a menu of the commands."""

from __future__ import annotations

import click

from optimizer.commands.check import check
from optimizer.commands.compare import compare
from optimizer.commands.diagnose import diagnose
from optimizer.commands.explain import explain
from optimizer.commands.solve import solve
from optimizer.commands.strategies import strategies
from optimizer.commands.stress import stress
from optimizer.commands.template import template
from optimizer.process import settle


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="magnetgrid")
def main() -> None:
    """Decide which plants to fund, where, how large and when, so that supply survives a loss.

    INPUT is an Excel workbook (.xlsx) or a folder of .csv files with the same sheets.
    """
    settle()


for command in (template, check, diagnose, solve, compare, strategies, stress, explain):
    main.add_command(command)

if __name__ == "__main__":
    main()
