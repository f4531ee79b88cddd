"""Plain HiGHS on the unreduced model: every country and plant for itself in every scenario, no starting plan, no cuts of ours.

    python tests/benchmarks/plain.py INPUT [--budget MUSD] [--seconds 60] [--gap-points 0.1]

What a modeller would get who writes the coverage step down as it is and passes it to the solver as it comes: default options
but for the gap, the time limit, and all cores of the machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path

import highspy

from models.build import build_model
from models.instance import Goal, Instance
from models.options import Layout, Options
from optimizer.assemble import assemble
from optimizer.solve.highs import Session
from optimizer.workbook import read_workbook

UNREDUCED = Options(Goal.COVERAGE, base_layout=Layout.COUNTRIES, loss_layout=Layout.COUNTRIES)
_HAS_PLAN = 2  # of HiGHS: the primal solution is feasible


@dataclass(frozen=True)
class Alone:
    """What the solver did alone with one matrix; value and bound in the units of its goal, value infinite without a plan.

    ``seconds`` are the solver's, ``build_seconds`` those of building and compiling before it. ``peak_mb``: of the process
    since it began, so it speaks of this solve only in a process of its own.
    """

    name: str
    rows: int
    columns: int
    nonzeros: int
    binaries: int
    build_seconds: float
    seconds: float
    value: float
    bound: float
    nodes: int
    ended: str
    peak_mb: float

    @property
    def size(self) -> str:
        return f"{self.rows:,} x {self.columns:,}"

    @property
    def gap(self) -> float:
        return max(0.0, self.value - self.bound)

    def gap_points(self, instance: Instance) -> float:
        """The gap of a coverage step in coverage points; infinite without a plan."""
        return 100.0 * self.gap / instance.weighted_demand_kt


def plain_coverage(instance: Instance, seconds: float | None, gap_points: float) -> Alone:
    """Solve the coverage step, unreduced, to a gap in coverage points."""
    gap_kt = gap_points * instance.weighted_demand_kt / 100.0
    return solve_alone("coverage", instance, UNREDUCED, {"mip_abs_gap": gap_kt, "mip_rel_gap": 0.0}, seconds)


def solve_alone(
    name: str, instance: Instance, options: Options, given: dict[str, float], seconds: float | None
) -> Alone:
    """Pass one matrix to a fresh solver with default options, but for gaps, time and all cores."""
    began = time.perf_counter()
    compiled = Session(build_model(instance, options))
    highs = _fresh(compiled, given, seconds)
    started = time.perf_counter()
    highs.run()
    elapsed, info = time.perf_counter() - started, highs.getInfo()
    has_plan = info.primal_solution_status == _HAS_PLAN
    return Alone(
        name=name,
        rows=compiled.rows,
        columns=compiled.columns,
        nonzeros=compiled.nonzeros,
        binaries=compiled.binaries,
        build_seconds=started - began,
        seconds=elapsed,
        value=info.objective_function_value if has_plan else float("inf"),
        bound=max(0.0, info.mip_dual_bound),
        nodes=max(0, int(info.mip_node_count)),
        ended=highs.modelStatusToString(highs.getModelStatus()),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    )


def _fresh(compiled: Session, given: dict[str, float], seconds: float | None) -> highspy.Highs:
    """Return a solver that has seen nothing but the matrix. Threads are shared in a process, so they are set anew."""
    highs = highspy.Highs()
    highs.resetGlobalScheduler(True)
    highs.silent()
    highs.passModel(compiled._highs.getLp())
    highs.setOptionValue("threads", os.cpu_count() or 1)
    for option, value in given.items():
        highs.setOptionValue(option, value)
    if seconds is not None:
        highs.setOptionValue("time_limit", seconds)
    return highs


def main() -> None:
    """Solve one case and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path)
    parser.add_argument("--budget", type=float, help="MUSD, instead of the workbook's")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--gap-points", type=float, default=0.1)
    asked = parser.parse_args()
    instance = assemble(read_workbook(asked.input), asked.budget)
    load = os.getloadavg()[0]
    done = plain_coverage(instance, asked.seconds, asked.gap_points)
    points = 100.0 / instance.weighted_demand_kt
    print(
        f"input     {asked.input.name}, budget {instance.budget_musd or float('inf'):,.0f} MUSD, load before {load:.2f}"
    )
    print(f"model     {done.size}, {done.nonzeros:,} nonzeros, {done.binaries:,} binaries")
    print(f"seconds   build {done.build_seconds:.1f}, solver {done.seconds:.1f}; {done.nodes:,} nodes; {done.ended}")
    print(
        f"points    shortfall {done.value * points:.3f}, bound {done.bound * points:.3f}, gap {done.gap * points:.3f}"
    )
    print(f"memory    peak {done.peak_mb:,.0f} MB")


if __name__ == "__main__":
    main()
