"""How long a whole run takes, step by step, and how that compares with the solver alone on the same matrices.

    python tests/benchmarks/reference.py [INPUT] [--time-limit SECONDS] [--no-alone]

The run is what ``magnetgrid solve`` does, with the gaps and the time limit of the workbook, written to a folder that is
thrown away. "Solver alone" is HiGHS as it comes (default options, all its threads, no starting plan) on the two matrices
of the plan: least weighted shortfall, then least cost with the shortfall of the run kept. It is given the same gaps and the
same time: 70 % of the limit for the first, what the first left for the second. It writes no flows, no audit, no report.
Nothing is asserted: figures of a shared machine are for reading.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import highspy
from plain import Alone, solve_alone

from models.instance import Goal, Instance
from models.options import Layout, Options
from optimizer.assemble import assemble
from optimizer.progress import Progress
from optimizer.run import Run, SolveOptions, run_solve
from optimizer.workbook import read_workbook

ROOT = Path(__file__).parents[2]
STEPS = ("read", "check", "assemble", "build", "solve", "dispatch", "audit", "report")
SOLVER_STEPS = ("solve", "dispatch")
COVERAGE_SHARE = 0.7
T_PER_KT = 1000.0


def main() -> None:
    """Run, run the solver alone, print."""
    asked = arguments()
    load = os.getloadavg()[0]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        run = run_solve(asked.input, Path(folder) / "out", SolveOptions(time_limit_s=asked.time_limit), Progress(True))
        wall = time.perf_counter() - started
        manifest = json.loads((Path(folder) / "out" / "manifest.json").read_text(encoding="utf-8"))
    print_machine(asked.input, load)
    print_run(run, manifest, wall)
    if not asked.no_alone:
        print_alone(solver_alone(asked.input, manifest), manifest, wall)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", nargs="?", type=Path, default=ROOT / "inputs" / "allied_magnets.xlsx")
    parser.add_argument("--time-limit", type=float, help="solver seconds, instead of the workbook's")
    parser.add_argument("--no-alone", action="store_true", help="leave out the solver alone")
    return parser.parse_args()


def peak_memory_mb() -> tuple[float, float]:
    """Peak resident memory of this process, and of its largest child (flows are solved in child processes)."""
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own / 1024.0, child / 1024.0


# ---------------------------------------------------------------- the solver alone


def solver_alone(path: Path, manifest: dict[str, Any]) -> list[Alone]:
    """Solve the run's matrices with the solver as it comes."""
    instance = assemble(read_workbook(path), None)
    limit = manifest["options"]["time_limit_s"]
    done: list[Alone] = []
    if instance.goal is Goal.COVERAGE:
        gap_kt = manifest["options"]["coverage_gap_points"] * instance.weighted_demand_kt / 100.0
        coverage = Options(Goal.COVERAGE, base_layout=Layout.POOLED)
        seconds = None if limit is None else COVERAGE_SHARE * limit
        done.append(solve_alone("coverage", instance, coverage, {"mip_abs_gap": gap_kt, "mip_rel_gap": 0.0}, seconds))
    kept = shortfall_kept(instance, manifest)
    left = None if limit is None else max(1.0, limit - sum(step.seconds for step in done))
    gaps = {"mip_abs_gap": 1e-6, "mip_rel_gap": manifest["options"]["cost_gap"]}
    done.append(solve_alone("cost", instance, Options(Goal.COST, shortfall_limit_kt=kept), gaps, left))
    return done


def shortfall_kept(instance: Instance, manifest: dict[str, Any]) -> float | None:
    """What the cost step of the run had to keep, kt; None with objective cost."""
    if manifest["weighted_shortfall_t"] is None:
        return None
    value = manifest["weighted_shortfall_t"] / T_PER_KT
    points = manifest["options"]["coverage_slack_points"] * instance.weighted_demand_kt / 100.0
    return float(value + max(1e-6, 1e-6 * value, points))


# ---------------------------------------------------------------- what is printed


def print_machine(path: Path, load: float) -> None:
    print(f"input           {path.name}")
    print(f"machine         {os.cpu_count()} cores, Python {platform.python_version()}, highspy {_highs_version()}")
    print(f"load before     {load:.2f} (1 minute average: time of others counts into every figure below)")


def _highs_version() -> str:
    return f"{highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}.{highspy.HIGHS_VERSION_PATCH}"


def print_run(run: Run, manifest: dict[str, Any], wall: float) -> None:
    print("\nTHE WHOLE RUN")
    seconds = run.seconds
    for step in (*STEPS, *(s for s in seconds if s not in STEPS)):
        print(f"  {step:<14}{seconds.get(step, 0.0):8.2f} s")
    named = sum(seconds.values())
    solver = sum(seconds.get(step, 0.0) for step in SOLVER_STEPS)
    print(f"  {'elsewhere':<14}{wall - named:8.2f} s   (writing, moving into place)")
    print(
        f"  {'total':<14}{wall:8.2f} s   of it {wall - solver:.2f} s outside the solver ({' and '.join(SOLVER_STEPS)})"
    )
    size = manifest["model"]
    print(
        f"  last model    {size['rows']:,} rows, {size['columns']:,} columns, {size['nonzeros']:,} nonzeros,"
        f" {size['binaries']:,} binaries"
    )
    own, child = peak_memory_mb()
    print(
        f"  peak memory   {own:,.0f} MB, largest child process {child:,.0f} MB"
        f" ({os.cpu_count() or 1} at a time at most: {own + (os.cpu_count() or 1) * child:,.0f} MB)"
    )
    print(
        f"  status        {manifest['status']}, audit "
        f"{'passed' if manifest['audit'] and manifest['audit']['passed'] else 'not passed'}"
    )
    if manifest["coverage_gap_points"] is not None:
        asked = manifest["options"]["coverage_gap_points"]
        print(
            f"  coverage gap  {manifest['coverage_gap_points']:.3f} points, {manifest['coverage_gap_t']:,.0f} t"
            f" (asked: {asked:g} points)"
        )
    if manifest["cost_gap"] is not None:
        print(f"  cost gap      {manifest['cost_gap']:.3%} (asked: {manifest['options']['cost_gap']:.3%})")


def print_alone(done: list[Alone], manifest: dict[str, Any], wall: float) -> None:
    limit = manifest["options"]["time_limit_s"]
    print(
        "\nTHE SOLVER ALONE: HiGHS with default options, no starting plan, same matrices, gaps and time limit"
        f" ({'none' if limit is None else f'{limit:g} s'})"
    )
    for step in done:
        print(f"  {step.name:<9} {step.size:>18}  {step.seconds:8.2f} s  {_gap(step, manifest):<22} {step.ended}")
    total = sum(step.seconds for step in done)
    solver = manifest["seconds"]["solve"]
    print(f"  both      {'':>18}  {total:8.2f} s")
    print(f"\nRATIO           whole run / solver alone = {wall:.1f} / {total:.1f} = {wall / total:.2f}")
    print(f"                solve step / solver alone = {solver:.1f} / {total:.1f} = {solver / total:.2f}")


def _gap(step: Alone, manifest: dict[str, Any]) -> str:
    if step.value == float("inf"):
        return "no plan"
    if step.name == "coverage":
        return f"gap {100.0 * T_PER_KT * step.gap / manifest['weighted_demand_t']:.3f} points"
    return f"gap {step.gap / max(abs(step.value), 1e-9):.3%}"


if __name__ == "__main__":
    main()
