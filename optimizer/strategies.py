"""The named strategies of a workbook side by side: each solved and audited, and told with what it leaves undone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from optimizer.crew import gathered
from optimizer.findings import InputError
from optimizer.manifest import of_input
from optimizer.output import VIOLATIONS, Output, OutputError
from optimizer.overlay import SHEET, Strategy, changes, overlaid, strategies
from optimizer.progress import Progress
from optimizer.report.side_by_side import Side, SideBySide
from optimizer.report.strategies_book import write_strategies
from optimizer.report.strategies_tables import COLUMNS, strategy_tables
from optimizer.resume import Memory
from optimizer.rounds import Rounds
from optimizer.run import SolveOptions, targets_of, without_faults
from optimizer.strategy_faults import faults_of
from optimizer.strategy_jobs import Follow, Reached, StrategyPayload
from optimizer.workbook import Workbook, read_workbook

STRATEGIES, PLANS = "strategies.xlsx", "strategies"


@dataclass(frozen=True)
class StrategyOptions:
    """What the command line asks for; ``only`` blank: every strategy; None leaves a gap to the workbook."""

    only: tuple[str, ...] = ()
    coverage_gap_points: float | None = None
    cost_gap: float | None = None
    workers: int = 1
    resume: bool = False


@dataclass
class Followed:
    """How it ended."""

    told: SideBySide
    out: Path
    violations: tuple[str, ...]


def run_strategies(path: Path, out: Path | None, options: StrategyOptions, progress: Progress) -> Followed:
    """Solve the strategies of a workbook and publish them side by side.

    Raises
    ------
    InputError
        The input cannot be read or has faults, or a strategy makes some; or it has no strategies.
    OutputError
        The place for the results cannot be used, or a strategy that is asked for is not there.
    """
    started = time.perf_counter()
    workbook = read_workbook(path)
    findings = without_faults(workbook)
    chosen = _chosen(workbook, options.only)
    refuse_faults(workbook, chosen)
    progress.tell(f"{path} read and checked with {len(chosen)} strategies: {len(findings)} warnings")
    asked = SolveOptions(None, options.coverage_gap_points, options.cost_gap, None)
    targets = replace(targets_of(workbook, asked), time_limit_s=None)
    folder = out or Path("outputs") / f"{workbook.name}-strategies"
    facts = of_input(workbook)
    key = repr((facts["input"], facts["versions"], targets))
    with Output(folder, STRATEGIES, COLUMNS, (PLANS,)) as output:
        memory = Memory(folder, repr((key, [x.name for x in chosen])), options.resume)
        with gathered(StrategyPayload(key, workbook, targets), options.workers, None) as crew:
            try:
                reached: list[Reached] = Rounds(crew, memory, progress).run(
                    "strategies", [Follow(x.name) for x in chosen]
                )
            except KeyboardInterrupt:
                progress.tell("stopped: every result so far is kept; the same command with --resume goes on from here")
                raise
        manifest: dict[str, object] = {
            "status": "done",
            **facts,
            "options": {
                "only": list(options.only),
                "coverage_gap_points": targets.coverage_gap_points,
                "coverage_slack_points": targets.coverage_slack_points,
                "cost_gap": targets.cost_gap,
            },
            "workers": options.workers,
            "seconds": {"total": round(time.perf_counter() - started, 3)},
        }
        told = SideBySide(
            workbook, tuple(_side(workbook, x, y) for x, y in zip(chosen, reached, strict=True)), manifest
        )
        violations = tuple(f"{x.name}: {line}" for x in reached if x.printed for line in x.printed.violations)
        _publish(told, violations, output, progress)
        if not violations:
            memory.forget()
    return Followed(told, folder, violations)


def _chosen(workbook: Workbook, only: Sequence[str]) -> list[Strategy]:
    every = strategies(workbook)
    if not every:
        raise InputError(
            f"{workbook.path}: the workbook has no strategies. Write them in the sheet {SHEET}: strategy, table, filter,"
            " column, action, value."
        )
    names = {x.name.casefold(): x.name for x in every}
    if missing := [name for name in only if name.casefold() not in names]:
        known = ", ".join(x.name for x in every)
        raise OutputError(f"--only: the workbook has no strategy {', '.join(missing)}. It has: {known}.")
    wanted = {name.casefold() for name in only}
    return [x for x in every if not only or x.name.casefold() in wanted]


# ---------------------------------------------------------------- checks of what comes out


def refuse_faults(workbook: Workbook, chosen: Sequence[Strategy]) -> None:
    """Refuse strategies that make a faulty workbook of a sound one; see ``run_strategies``."""
    found = [finding for strategy in chosen for finding in faults_of(workbook, strategy)]
    if found:
        count = len(found)
        raise InputError(
            f"{workbook.path}: strategies make {count} fault{'s' if count > 1 else ''} in a workbook that has none",
            tuple(found),
        )


# ---------------------------------------------------------------- publishing


def _side(workbook: Workbook, strategy: Strategy, reached: Reached) -> Side:
    return Side(strategy, tuple(changes(workbook, strategy)), overlaid(workbook, strategy), workbook, reached)


def _publish(told: SideBySide, violations: Sequence[str], output: Output, progress: Progress) -> None:
    """Write report, tables, and every plan behind them; with violations only these."""
    if violations:
        output.path(VIOLATIONS).write_text("\n".join(["violation", *violations]) + "\n", encoding="utf-8")
    else:
        tables = strategy_tables(told)
        output.write_tables(tables)
        for side in told.sides:
            if side.reached.printed is not None and side.reached.printed.tables:
                plan = side.reached.printed
                output.write_plan(Path(PLANS) / side.strategy.folder, plan.manifest, plan.tables)
        write_strategies(output.path(STRATEGIES), told, tables)
        progress.tell(f"report of {len(told.sides)} strategies written")
    output.write_manifest(told.manifest)
    output.write_log(progress.lines)
    output.publish(with_tables=not violations)
