"""One case from workbook to published plan: read, check, assemble, solve, dispatch, tabulate, audit, report, publish."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from math import isinf
from pathlib import Path

import pandas as pd

from models.instance import BASE, Goal, Instance, Measure
from models.solution import Solution
from optimizer.assemble import assemble
from optimizer.audit import AuditResult, audit, write_violations
from optimizer.cells import settings
from optimizer.chain import streams
from optimizer.checks import check
from optimizer.findings import Finding, InputError, Level
from optimizer.infeasible import explain_infeasible
from optimizer.output import REPORT, VIOLATIONS, Output
from optimizer.progress import Progress
from optimizer.report.excel import write_report
from optimizer.report.tables import bottleneck_table, make_tables
from optimizer.solve.bottlenecks import find_bottlenecks
from optimizer.solve.dispatch import dispatch_all
from optimizer.solve.highs import Interrupt, Status
from optimizer.solve.plan import PlanOutcome, Targets, solve_plan
from optimizer.solve.relief import find_relief
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook, read_workbook

_PACKAGES = ("magnetgrid", "pyomo", "highspy", "numpy", "pandas", "openpyxl")
_NO_PLAN_IN_TIME = (
    "No plan was found within the time limit. Raise time_limit_s in Settings, or give --time-limit SECONDS."
)
_NO_PLAN_YET = "Stopped before any plan was found."


@dataclass(frozen=True)
class SolveOptions:
    """What the command line asks for; None leaves it to the workbook."""

    budget_musd: float | None = None
    coverage_gap_points: float | None = None
    cost_gap: float | None = None
    time_limit_s: float | None = None
    relaxed: bool = False


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
        ``manifest["status"]`` tells how it ended, ``reasons`` why where there is no plan.

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
    plan = solve_plan(instance, _targets(run), run.progress.tell, interrupt)
    run.seconds |= {"build": plan.build_seconds, "solve": plan.solve_seconds}
    _describe(run, instance, plan)
    if plan.investment is None:
        return _publish_without_plan(run, instance, plan, output)
    with run.timed("dispatch"):
        operations = dispatch_all(instance, plan.investment, run.progress.tell)
    solution = Solution(plan.investment, operations)
    with run.timed("report"):
        tables = make_tables(run.workbook, instance, solution)
        tables["bottlenecks"] = bottleneck_table(
            find_bottlenecks(instance, plan.investment, operations[BASE], streams(run.workbook))
        )
        output.write_tables(tables)
    _describe_solution(run, instance, solution)
    _describe_coverage(run, tables["losses"])
    return _audit_and_publish(run, tables, output)


def open_run(path: Path, out: Path | None, options: SolveOptions, progress: Progress) -> Run:
    """Read and check an input; see ``run_solve`` for what is raised."""
    started = time.perf_counter()
    workbook = read_workbook(path)
    run = Run(workbook, options, out or Path("outputs") / f"{workbook.name}-solve", progress)
    run.seconds["read"] = time.perf_counter() - started
    with run.timed("check"):
        findings = check(workbook)
    faults = tuple(finding for finding in findings if finding.level is Level.FAULT)
    if faults:
        raise InputError(f"{path}: {len(faults)} fault{'s' if len(faults) > 1 else ''}", tuple(findings))
    run.warnings = findings
    progress.tell(f"{path} read and checked: {len(findings)} warning{'' if len(findings) == 1 else 's'}")
    return run


def _targets(run: Run) -> Targets:
    given, options = settings(run.workbook), run.options

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
    """Write into the manifest what the solve proved."""
    points = instance.weighted_demand_kt / 100.0
    coverage, cost, tidy = plan.coverage, plan.cost, plan.tidiness
    targets = _targets(run)
    run.manifest |= {
        "status": str(plan.status),
        "objective": str(instance.goal),
        "relaxed": run.options.relaxed,
        "weighted_shortfall_t": None if coverage is None else _t(coverage.value),
        "base_shortfall_t": None,
        "cost_musd": None,
        "coverage_gap_points": None if coverage is None else (coverage.gap / points if points else 0.0),
        "coverage_gap_t": None if coverage is None else _t(coverage.gap),
        "cost_gap": None if cost is None or isinf(cost.gap) else cost.gap / max(abs(cost.value), 1e-9),
        "bounds": {
            "weighted_shortfall_t": None if coverage is None else _t(coverage.bound),
            "cost_musd": None if cost is None or cost.bound == -float("inf") else cost.bound,
        },
        "steps": {
            name: {"status": str(step.status), "seconds": round(step.seconds, 3)}
            for name, step in (("coverage", coverage), ("cost", cost))
            if step is not None
        },
        "weighted_demand_t": _t(instance.weighted_demand_kt),
        "outlay_musd": None,
        "budget_musd": instance.budget_musd,
        "interrupted": plan.interrupted,
        "time_limit_reached": plan.out_of_time,
        "tidiness": None
        if tidy is None
        else {
            "complete": tidy.complete,
            "trials": tidy.trials,
            "dropped": list(tidy.dropped),
            "delayed": list(tidy.delayed),
        },
        "audit": None,
        "model": plan.size,
        "input": {"name": run.workbook.path.name, "sha256": run.workbook.sha256()},
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
        "options": {
            "budget_musd": run.options.budget_musd,
            "coverage_gap_points": targets.coverage_gap_points,
            "coverage_slack_points": targets.coverage_slack_points,
            "cost_gap": targets.cost_gap,
            "time_limit_s": targets.time_limit_s,
            "relaxed": run.options.relaxed,
        },
        "seconds": {},
    }


def _describe_solution(run: Run, instance: Instance, solution: Solution) -> None:
    """Write into the manifest what the plan is, added up from the flows that are printed."""
    base = solution.operations[BASE]
    costs = {**solution.investment.cost_musd, **base.cost_musd}
    shortfalls = {s: x.weighted_shortfall_kt for s, x in solution.operations.items()}
    run.manifest |= {
        "base_shortfall_t": _t(sum(base.shortfall.values())),
        "cost_musd": sum(instance.discount[t] * value for (_, t), value in costs.items()),
        "outlay_musd": solution.investment.total_outlay_musd,
    }
    if instance.goal is Goal.COVERAGE:
        run.manifest["plan_weighted_shortfall_t"] = _t(_total_shortfall(instance, shortfalls))


def _describe_coverage(run: Run, losses: pd.DataFrame) -> None:
    """Write into the manifest the worst year of the base and the worst loss, as shares of all demand served."""
    shares = losses.groupby(["scenario", "year"])[["demand_t", "served_t"]].sum().reset_index()
    shares = shares[shares["demand_t"] > 0.0].assign(coverage=lambda x: x["served_t"] / x["demand_t"])
    for name, rows in (
        ("worst_base_year", shares[shares["scenario"] == BASE]),
        ("worst_loss", shares[shares["scenario"] != BASE]),
    ):
        worst = None if rows.empty else rows.sort_values(["coverage", "scenario", "year"]).iloc[0]
        run.manifest[name] = (
            None
            if worst is None
            else {
                "scenario": str(worst["scenario"]),
                "year": int(worst["year"]),
                "coverage": round(float(worst["coverage"]), 9),
            }
        )


def _total_shortfall(instance: Instance, shortfalls: dict[str, float]) -> float:
    """Base + resilience weight x measure of the printed shortfalls, kt."""
    counted = {x.name: x.weight for x in instance.disruptions if x.weight > 0.0 and x.years}
    total = sum(counted.values())
    if not total:
        return shortfalls[BASE]
    worst = max(shortfalls[s] for s in counted)
    average = sum(weight * shortfalls[s] for s, weight in counted.items()) / total
    return shortfalls[BASE] + instance.resilience_weight * (worst if instance.measure is Measure.WORST else average)


def _t(kt: float) -> float:
    return round(kt * T_PER_KT, 6) + 0.0


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


# ---------------------------------------------------------------- ends


def _publish_without_plan(run: Run, instance: Instance, plan: PlanOutcome, output: Output) -> Run:
    """Leave a manifest that says why there is no plan."""
    if plan.status is Status.INFEASIBLE:
        run.progress.tell("infeasible: looking for the limits that would have to give")
        with run.timed("explain"):
            reliefs = find_relief(instance, _targets(run).time_limit_s)
            run.reasons = explain_infeasible(run.workbook, instance, reliefs, run.options.budget_musd)
    else:
        run.reasons = [_NO_PLAN_IN_TIME if not plan.interrupted else _NO_PLAN_YET]
    for reason in run.reasons:
        run.progress.keep(reason)
    run.manifest["reasons"] = run.reasons
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
