"""A comparison of budgets: seconds by round, what is proven, what is spent around the solver, and what a second worker saves.

    python tests/benchmarks/comparison.py [INPUT] [--from 500 --to 10000 --steps 20] [--pots keep] [--gap 0.25]
                                          [--workers 2,1] [--plain [SECONDS]]

Each run is what ``magnetgrid compare`` does, in a process of its own, written to a folder that is thrown away; ratios are over
the first of ``--workers``. ``--plain``: one plain HiGHS solve of the unreduced model at the middle budget, to the same gap, for
at most SECONDS (600). Nothing is asserted: figures of a shared machine are for reading.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apart import apart, machine, peak_mb, ratio
from plain import Alone, plain_coverage

from models.instance import Instance
from optimizer.assemble import assemble
from optimizer.budgets import budgets
from optimizer.compare import KEEP, SCALE, CompareOptions, run_compare
from optimizer.points import Payload, PointCase
from optimizer.process import settle
from optimizer.progress import Progress
from optimizer.report.comparison import Comparison, PlanAt
from optimizer.run import SolveOptions, targets_of
from optimizer.scenario import scale_pots
from optimizer.solve.highs import Outcome, Session
from optimizer.workbook import read_workbook

REFERENCE = Path(__file__).parents[2] / "inputs" / "allied_magnets.xlsx"
_READING, _REPORT, _PUBLISHING = "reading", "report", "publishing"
_OF_A_POINT = ("solve", "dispatch", "report", "audit")
_AROUND = ("report", "audit")  # Of a point: tables and audit; its least cost and its flows are the solver's.


@dataclass(frozen=True)
class Measured:
    """One comparison: seconds of each round and, over all plans, of each step.

    ``found``: shortfall and cost of each plan. ``cpu``: seconds of all processes together, the start of Python included.
    """

    workers: int
    wall: float
    rounds: Mapping[str, float]
    steps: Mapping[str, float]
    plans: int
    points: int
    status: Mapping[str, int]
    widest: float
    violations: int
    found: tuple[tuple[float, float], ...]
    cpu: float
    parent_mb: float
    worker_mb: float

    def around(self, building: float) -> float:
        """Worker seconds around the solver, at most: while the parent reads and writes, every worker waits."""
        waited = sum(self.rounds.get(name, 0.0) for name in (_READING, _REPORT, _PUBLISHING))
        return self.workers * (waited + building) + sum(self.steps[name] for name in _AROUND)


class Timed(Progress):
    """Progress that knows when each round told its last line."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[str, float] = {}

    def tell(self, line: str) -> None:
        """Show a line, and note the time for its round."""
        super().tell(line)
        self.marks[_round_of(line)] = self.elapsed

    def rounds(self) -> dict[str, float]:
        """Seconds from the end of the round before to the end of each."""
        names, ends = list(self.marks), list(self.marks.values())
        return {name: end - start for name, start, end in zip(names, [0.0, *ends], ends, strict=False)}


def _round_of(line: str) -> str:
    if "read and checked" in line:
        return _READING
    if line.startswith("report of"):
        return _REPORT
    return line.split(":")[0].split(",")[0] if line.startswith("list") else line.split(":")[0]


def main() -> None:
    """Run with each number of workers, then plain; print."""
    asked = arguments()
    wanted = budgets(None, asked.first, asked.last, asked.steps)
    print(f"input           {asked.input.name}, {len(wanted)} budgets from {wanted[0]:g} to {wanted[-1]:g} MUSD")
    print(f"asked           gap {asked.gap:g} points, pots: {asked.pots}")
    print(f"machine         {machine()}", flush=True)
    building = apart(seconds_of_building, asked.input, wanted[0])
    runs = []
    for workers in asked.workers:
        options = CompareOptions(wanted, asked.pots, coverage_gap_points=asked.gap, workers=workers)
        runs.append(apart(measured, asked.input, options))
        print_run(runs[-1], building)
    print_ratios(runs)
    if asked.plain is not None:
        middle = wanted[len(wanted) // 2]
        print_plain(apart(alone, asked.input, middle, asked.pots, asked.gap, asked.plain), middle, asked, runs[0])


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", nargs="?", type=Path, default=REFERENCE)
    parser.add_argument("--from", dest="first", type=float, default=500.0, help="MUSD")
    parser.add_argument("--to", dest="last", type=float, default=10000.0, help="MUSD")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--pots", choices=(SCALE, KEEP), default=KEEP)
    parser.add_argument("--gap", type=float, default=0.25, help="coverage points")
    parser.add_argument("--workers", type=lambda text: [int(part) for part in text.split(",")], default="2,1")
    parser.add_argument("--plain", type=float, nargs="?", const=600.0, metavar="SECONDS")
    return parser.parse_args()


# ---------------------------------------------------------------- what is measured


def measured(path: Path, options: CompareOptions) -> Measured:
    """Compare, and keep the figures."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        progress = Timed()
        compared = run_compare(path, Path(folder) / "out", options, progress)
        wall = time.perf_counter() - started
    for worker in multiprocessing.active_children():
        worker.join()  # Only those that have ended are counted in what is used below.
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    rounds = progress.rounds()
    plans = plans_of(compared.comparison)
    best = [point.best for point in compared.comparison.points]
    gaps = [_figure(plan, "coverage_gap_points") for plan in best if plan is not None]
    status = [point.status for point in compared.comparison.points]
    return Measured(
        workers=options.workers,
        wall=wall,
        rounds=rounds | {_PUBLISHING: wall - sum(rounds.values())},
        steps={name: sum(_seconds(plan).get(name, 0.0) for plan in plans) for name in _OF_A_POINT},
        plans=len(plans),
        points=len(best),
        status={name: status.count(name) for name in dict.fromkeys(status)},
        widest=max(gaps, default=float("nan")),
        violations=len(compared.violations),
        found=tuple((_figure(plan, "weighted_shortfall_t"), _figure(plan, "cost_musd")) for plan in plans),
        cpu=sum(one.ru_utime + one.ru_stime for one in used),
        parent_mb=peak_mb(),
        worker_mb=used[1].ru_maxrss / 1024.0,
    )


def plans_of(comparison: Comparison) -> list[PlanAt]:
    """Every drawn plan once: where the list, or a larger budget, has the same plan, it is the same drawing."""
    every = [plan for point in comparison.points for plan in (point.best, point.listed)] + [comparison.ceiling]
    return list({id(plan.manifest["seconds"]): plan for plan in every if plan is not None}.values())


def _seconds(plan: PlanAt) -> Mapping[str, float]:
    found = plan.manifest.get("seconds", {})
    assert isinstance(found, Mapping)
    return found


def _figure(plan: PlanAt, name: str) -> float:
    """A figure of a plan; with objective cost there is none of coverage."""
    value = plan.manifest.get(name)
    return float(str(value)) if value is not None else 0.0


def seconds_of_building(path: Path, budget: float) -> dict[str, float]:
    """What every worker needs to make its models ready, but for the solves of starts; measured once, apart."""
    settle()
    workbook = read_workbook(path)
    targets = targets_of(workbook, SolveOptions())
    case, found = PointCase(Payload("", workbook, targets, budget)), {}
    for name in ("instance", "coverage", "cost", "dispatcher"):
        with solver_seconds() as solved:
            began = time.perf_counter()
            getattr(case, name)
        found[name] = time.perf_counter() - began - sum(solved)
    return found


@contextmanager
def solver_seconds() -> Iterator[list[float]]:
    """Seconds of every solve in the block."""
    seconds, solve = list[float](), Session.solve

    def timed(session: Session, *given: Any, **options: Any) -> Outcome:
        outcome = solve(session, *given, **options)
        seconds.append(outcome.seconds)
        return outcome

    Session.solve = timed  # type: ignore[method-assign]
    try:
        yield seconds
    finally:
        Session.solve = solve  # type: ignore[method-assign]


def alone(path: Path, budget: float, pots: str, gap: float, seconds: float) -> Alone:
    """Plain HiGHS at one budget."""
    workbook = read_workbook(path)
    instance = assemble(workbook, budget)
    held = sum(pot.budget_musd for pot in instance.pots.values())
    scaled: Instance = assemble(scale_pots(workbook, budget / held), budget) if held and pots == SCALE else instance
    return plain_coverage(scaled, seconds, gap)


# ---------------------------------------------------------------- what is printed


def print_run(run: Measured, building: Mapping[str, float]) -> None:
    """Seconds by round, what is proven, and the share around the solver."""
    print(f"\n{run.workers} WORKER{'S' if run.workers > 1 else ''}: {run.wall:.1f} s for {run.points} budgets")
    for name, seconds in run.rounds.items():
        print(f"  {name:<26}{seconds:8.1f} s {seconds / run.wall:6.1%}")
    status = ", ".join(f"{count} {name}" for name, count in run.status.items())
    unproven = sum(count for name, count in run.status.items() if name not in ("optimal", "infeasible"))
    print(f"  widest gap                {run.widest:8.3f} points")
    print(f"  not proven                {unproven:8} of {run.points} points ({status}); {run.violations} violations")
    print(f"  plans drawn               {run.plans:8}")
    print(f"  peak memory               {run.parent_mb:8,.0f} MB, largest worker {run.worker_mb:,.0f} MB")
    print(f"  CPU                       {run.cpu:8.1f} s of all processes")
    spent, models_s = run.workers * run.wall, sum(building.values())
    around = run.around(models_s)
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in run.steps.items())
    print(f"  of all plans, worker s    {steps}")
    models = ", ".join(f"{name} {seconds:.1f}" for name, seconds in building.items())
    print(f"  building, each worker     {models_s:8.1f} s, measured apart: {models}")
    print(
        f"  around the solver         {around:8.1f} of {spent:.1f} worker seconds = {around / spent:.1%}"
        f" (reading, building, tables, audit, report), without building {run.around(0.0) / spent:.1%}",
        flush=True,
    )


def print_ratios(runs: list[Measured]) -> None:
    """Every run over the first."""
    first = runs[0]
    for run in runs[1:]:
        same = "the same plans" if run.found == first.found else "OTHER PLANS"
        print(
            f"\nRATIO           {run.workers} / {first.workers} workers = {run.wall:.1f} / {first.wall:.1f} s"
            f" = {ratio(run.wall, first.wall)} ({same}); CPU {ratio(run.cpu, first.cpu)}"
        )


def print_plain(done: Alone, budget: float, asked: argparse.Namespace, run: Measured) -> None:
    """One plain solve, and the whole comparison over it."""
    instance = assemble(read_workbook(asked.input), budget)
    gap, seconds = done.gap_points(instance), done.build_seconds + done.seconds
    proven = gap <= asked.gap + 1e-6
    print(
        f"\nPLAIN HiGHS     {budget:g} MUSD: {done.size}, build {done.build_seconds:.1f} s, solver {done.seconds:.1f} s"
    )
    print(f"                gap {gap:.3f} points ({'' if proven else 'NOT '}proven), peak {done.peak_mb:,.0f} MB")
    print(
        f"RATIO           comparison / plain = {run.wall:.1f} / {seconds:.1f} s = {ratio(run.wall, seconds)}"
        f"{'' if proven else ' at most: plain was cut'}; per budget {ratio(run.wall / run.points, seconds)}"
    )


if __name__ == "__main__":
    main()
