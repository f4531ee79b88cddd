"""Find the plan for one budget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from optimizer.commands.guard import AUDIT_FAILED, DEBUG, DONE, INFEASIBLE, INPUT, NO_PLAN, QUIET, guarded
from optimizer.output import MANIFEST, REPORT, VIOLATIONS
from optimizer.progress import Progress
from optimizer.run import Run, SolveOptions, run_solve
from optimizer.wording import plural


@click.command(short_help="Find the plan for one budget; report in Excel.")
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
    "--points-short",
    metavar="POINTS",
    type=click.FloatRange(0, 200),
    help="The least money with which at most so many points are short, instead of a budget.",
)
@click.option(
    "--relax", is_flag=True, help="Solve the linear relaxation: plants in fractions. For bounds, not for plans."
)
@QUIET
@DEBUG
@guarded
def solve(
    path: Path,
    out: Path | None,
    budget: float | None,
    coverage_gap_points: float | None,
    cost_gap: float | None,
    time_limit: float | None,
    points_short: float | None,
    relax: bool,
    quiet: bool,
) -> int:
    """Find the plan for one budget: Excel report, tables as CSV, manifest."""
    if points_short is not None and (budget is not None or relax):
        raise click.UsageError("--points-short finds the money itself: give it without --budget and --relax.")
    options = SolveOptions(budget, coverage_gap_points, cost_gap, time_limit, relax, points_short)
    run = run_solve(path, out, options, Progress(quiet))
    return _show_run(run)


def _show_run(run: Run) -> int:
    manifest = run.manifest
    if manifest["status"] in ("infeasible", "no_plan"):
        for reason in run.shown:
            click.echo(reason, err=True)
        all_of_it = "Manifest" if len(run.shown) == len(run.reasons) else "All of it, with every way out"
        click.echo(f"{all_of_it}: {run.out / MANIFEST}", err=True)
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
    if (least := manifest.get("least_money")) is not None:
        lines.append(
            f"Least:     {least['musd']:,.1f} MUSD leave at most {least['points_short']:g} points short; no plan needs less than"
            f" {least['bound_musd']:,.1f}"
        )
    lines += _support_lines(manifest)
    lines.append(f"Audit:     passed, {manifest['audit']['checks']:,} checks")
    return lines


def _support_lines(manifest: dict[str, Any]) -> list[str]:
    """What packages charge and bring, and what they may cost if prices crash; nothing without instruments."""
    money = manifest.get("money")
    if money is None:
        return []
    worst = money["worst_liability"]
    owed = f"{money['contingent_musd']:,.0f} MUSD may be owed" + (
        f", most in {worst['year']}" if worst is not None else ""
    )
    crash = f"at prices of deck {money['crash_deck']} " if money["crash_deck"] is not None else ""
    lent = (
        f"; {money['lent_to_failing_musd']:,.0f} MUSD are lent to firms that then miss their hurdle rate"
        if crash
        else ""
    )
    return [
        f"Support:   {money['supported']} of {plural(money['funded'], 'project')} by {money['charge_musd']:,.1f} MUSD;"
        f" {money['private_musd']:,.1f} MUSD private",
        f"Crash:     {crash}{owed}{lent}",
    ]


def _coverage_words(manifest: dict[str, Any]) -> list[str]:
    """The worst year of the base case and the worst loss, in words; nothing where nothing is demanded."""
    base, loss = manifest["worst_base_year"], manifest["worst_loss"]
    words = []
    if base is not None:
        words.append(f"{base['coverage']:.1%} of demand in the base case in its worst year, {base['year']}")
    if loss is not None:
        words.append(f"{loss['coverage']:.1%} of demand in the worst loss, {loss['scenario']} in {loss['year']}")
    return words
