"""One case from workbook to published plan: read, check, assemble, solve, dispatch, tabulate, audit, report, publish."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from models.instance import BASE, Goal, Instance
from models.solution import Solution
from optimizer.assemble import assemble
from optimizer.audit import AuditResult, audit, write_violations
from optimizer.cells import settings
from optimizer.chain import streams
from optimizer.checks import check
from optimizer.findings import Finding, InputError, Level
from optimizer.infeasible import explain_infeasibility
from optimizer.manifest import of_coverage, of_input, of_people, of_solution, of_solve
from optimizer.output import REPORT, VIOLATIONS, Output
from optimizer.progress import Progress
from optimizer.report.excel import write_report
from optimizer.report.money_totals import money_totals
from optimizer.report.tables import bottleneck_table, make_tables
from optimizer.solve.bottlenecks import find_bottlenecks
from optimizer.solve.dispatch import dispatch_all
from optimizer.solve.highs import Interrupt, Status
from optimizer.solve.least_money import LeastMoney, least_money
from optimizer.solve.people import find_pinch
from optimizer.solve.plan import PlanOutcome, Targets, solve_plan
from optimizer.workbook import Workbook, read_workbook

_NO_PLAN_IN_TIME = (
    "No plan was found within the time limit. Raise time_limit_s in Settings, or give --time-limit SECONDS."
)
# On top of the least money, so that no rounding of it leaves the plan unpaid.
_CENT_MUSD, _ROUNDING = 1e-3, 1e-6
_NO_PLAN_YET = "Stopped before any plan was found."


@dataclass(frozen=True)
class SolveOptions:
    """What the command line asks for; None leaves it to the workbook.

    ``points_short``: the least money is searched with which no more is short; it takes the place of the budget.
    """

    budget_musd: float | None = None
    coverage_gap_points: float | None = None
    cost_gap: float | None = None
    time_limit_s: float | None = None
    relaxed: bool = False
    points_short: float | None = None


@dataclass
class Run:
    """What a run knows as it goes on; ``manifest`` is what it leaves behind."""

    workbook: Workbook
    options: SolveOptions
    out: Path
    progress: Progress
    warnings: list[Finding] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    manifest: dict[str, object] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the time of the block to a step."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - started


def run_solve(path: Path, out: Path | None, options: SolveOptions, progress: Progress) -> Run:
    """Solve a workbook and publish the plan.

    Returns
    -------
    Run
        ``manifest["status"]`` tells how it ended, ``reasons`` why where there is no plan, ``shown`` the
        same in short.

    Raises
    ------
    InputError
        The input cannot be read, or has faults (all of them are in ``findings``).
    OutputError
        The place for the results cannot be used.
    """
    interrupt = Interrupt()
    with interrupt.watch():  # From the start: whenever Ctrl-C is pressed, the search ends and the rest is finished.
        run = open_run(path, out, options, progress)
        with Output(run.out) as output:
            return _solve(run, output, interrupt)


def _solve(run: Run, output: Output, interrupt: Interrupt) -> Run:
    with run.timed("assemble"):
        instance = assemble(run.workbook, run.options.budget_musd)
    targets, at_hand = targets_of(run.workbook, run.options), None
    if run.options.points_short is not None:
        with run.timed("least money"):
            least = _least_money(run, instance, run.options.points_short, interrupt)
        if least.funded is None:
            return _publish_out_of_reach(run, instance, least, output)
        at_hand = least.funded
        instance = replace(instance, budget_musd=least.musd + max(_CENT_MUSD, _ROUNDING * least.musd))
    plan = solve_plan(instance, targets, run.progress.tell, interrupt, at_hand)
    run.seconds |= {"build": plan.build_seconds, "solve": plan.solve_seconds}
    _describe(run, instance, plan)
    if plan.investment is None:
        return _publish_without_plan(run, instance, plan, output, interrupt)
    with run.timed("dispatch"):
        operations = dispatch_all(instance, plan.investment, run.progress.tell)
    solution = Solution(plan.investment, operations)
    with run.timed("report"):
        tables = make_tables(run.workbook, instance, solution)
        tables["bottlenecks"] = bottleneck_table(
            find_bottlenecks(instance, plan.investment, operations[BASE], streams(run.workbook))
        )
        output.write_tables(tables)
    if instance.workforce:
        with run.timed("people"):
            run.manifest["people"] = of_people(instance, find_pinch(instance, plan.investment, interrupt))
    run.manifest |= of_solution(instance, solution) | of_coverage(tables["losses"]) | money_totals(instance, tables)
    return _audit_and_publish(run, tables, output)


def _least_money(run: Run, instance: Instance, points: float, interrupt: Interrupt) -> LeastMoney:
    """The least money with which at most so many points are short; told, and written into the manifest."""
    if instance.goal is not Goal.COVERAGE:
        raise InputError("--points-short asks for coverage, but the workbook's objective is cost. Leave it out.")
    point = instance.weighted_demand_kt / 100.0
    limit = targets_of(run.workbook, run.options).time_limit_s
    least = least_money(instance, points * point, limit, run.progress.tell, interrupt)
    if least.funded is not None:
        run.progress.tell(f"least money: {least.musd:,.1f} MUSD, no plan needs less than {least.bound_musd:,.1f}")
        run.manifest["least_money"] = {
            "points_short": points,
            "musd": least.musd,
            "bound_musd": min(least.bound_musd, least.musd),
        }
    return least


def open_run(path: Path, out: Path | None, options: SolveOptions, progress: Progress) -> Run:
    """Read and check an input; see ``run_solve`` for what is raised."""
    started = time.perf_counter()
    workbook = read_workbook(path)
    run = Run(workbook, options, out or Path("outputs") / f"{workbook.name}-solve", progress)
    run.seconds["read"] = time.perf_counter() - started
    with run.timed("check"):
        run.warnings = findings = without_faults(workbook)
    progress.tell(f"{path} read and checked: {len(findings)} warning{'' if len(findings) == 1 else 's'}")
    return run


def without_faults(workbook: Workbook) -> list[Finding]:
    """Check an input, and return what is only suspicious; see ``run_solve`` for what is raised."""
    findings = check(workbook)
    faults = sum(finding.level is Level.FAULT for finding in findings)
    if faults:
        raise InputError(f"{workbook.path}: {faults} fault{'s' if faults > 1 else ''}", tuple(findings))
    return findings


def targets_of(workbook: Workbook, options: SolveOptions) -> Targets:
    """What is asked of the solve: by the command line, else by the workbook, else by default."""
    given = settings(workbook)

    def pick(chosen: float | None, name: str, default: float | None) -> float | None:
        value = chosen if chosen is not None else given.get(name, default)
        return None if value is None else float(value)  # type: ignore[arg-type]

    return Targets(
        coverage_gap_points=pick(options.coverage_gap_points, "coverage_gap_points", 0.1) or 0.0,
        coverage_slack_points=pick(None, "coverage_slack_points", 0.0) or 0.0,
        cost_gap=pick(options.cost_gap, "cost_gap", 0.001) or 0.0,
        time_limit_s=pick(options.time_limit_s, "time_limit_s", None),
        relaxed=options.relaxed,
    )


# ---------------------------------------------------------------- the manifest


def _describe(run: Run, instance: Instance, plan: PlanOutcome) -> None:
    """Write into the manifest what the solve proved, for which input and options."""
    targets = targets_of(run.workbook, run.options)
    asked = {
        "budget_musd": run.options.budget_musd,
        "coverage_gap_points": targets.coverage_gap_points,
        "coverage_slack_points": targets.coverage_slack_points,
        "cost_gap": targets.cost_gap,
        "time_limit_s": targets.time_limit_s,
        "relaxed": run.options.relaxed,
        "points_short": run.options.points_short,
    }
    solved = of_solve(instance, plan, run.options.relaxed)
    run.manifest |= solved | of_input(run.workbook) | {"options": asked, "seconds": {}}


# ---------------------------------------------------------------- ends


def _publish_without_plan(run: Run, instance: Instance, plan: PlanOutcome, output: Output, interrupt: Interrupt) -> Run:
    """Leave a manifest that says why there is no plan."""
    if plan.status is Status.INFEASIBLE:
        run.progress.tell("infeasible: looking for what is short, for ways out and for the cells in conflict")
        with run.timed("explain"):
            seconds = targets_of(run.workbook, run.options).time_limit_s
            explanation = explain_infeasibility(run.workbook, instance, run.options.budget_musd, seconds, interrupt)
        run.reasons, run.shown = explanation.sentences(), explanation.short()
        run.manifest["explanation"] = explanation.records()
    else:
        run.reasons = run.shown = [_NO_PLAN_IN_TIME if not plan.interrupted else _NO_PLAN_YET]
    for reason in run.reasons:
        run.progress.keep(reason)
    run.manifest["reasons"] = run.reasons
    _finish(run, output)
    output.publish(with_tables=False)
    return run


def _publish_out_of_reach(run: Run, instance: Instance, least: LeastMoney, output: Output) -> Run:
    """Leave a manifest that says how near the coverage asked for can be reached, whatever the money."""
    point = max(instance.weighted_demand_kt / 100.0, 1e-12)
    asked = f"{run.options.points_short:g}"
    proven = least.bound_kt / point > (run.options.points_short or 0.0)
    found = (
        "no plan is possible"
        if least.reached_kt == float("inf")
        else f"the best plan is {least.reached_kt / point:.2f} short"
    )
    words = (
        f"Whatever the money, {found}, and none can be short by less than {least.bound_kt / point:.2f} points: asked for are at"
        f" most {asked}. {'Ask for less, or give projects, earlier years or pots that may pay.' if proven else ''}"
    )
    run.reasons = run.shown = [words.strip()]
    run.manifest |= {"status": str(Status.INFEASIBLE if proven else Status.NO_PLAN), "reasons": run.reasons}
    run.manifest |= of_input(run.workbook) | {"options": {"points_short": run.options.points_short}, "seconds": {}}
    run.progress.keep(run.reasons[0])
    _finish(run, output)
    output.publish(with_tables=False)
    return run


def _audit_and_publish(run: Run, tables: dict[str, pd.DataFrame], output: Output) -> Run:
    """Hold the written tables against the cells; only a plan that passes gets a report."""
    budget = run.manifest["budget_musd"]
    with run.timed("audit"):
        result: AuditResult = audit(run.workbook, output.tables, budget, run.manifest)  # type: ignore[arg-type]
    run.manifest["audit"] = {"passed": result.passed, "checks": result.checks, "violations": len(result.violations)}
    run.progress.tell(f"audit: {result.checks:,} checks, {len(result.violations)} violations")
    if result.passed:
        with run.timed("report"):
            write_report(
                output.path(REPORT), run.workbook, tables, run.manifest | {"seconds": run.seconds}, run.warnings
            )
    else:
        write_violations(result.violations, output.path(VIOLATIONS))
        run.reasons = [str(violation) for violation in result.violations]
    _finish(run, output)
    output.publish(with_tables=result.passed)
    return run


def _finish(run: Run, output: Output) -> None:
    run.manifest["seconds"] = {step: round(seconds, 3) for step, seconds in run.seconds.items()}
    output.write_manifest(run.manifest)
    output.write_log(run.progress.lines)
