"""How many losses of a plan are solved in a second, warm on one compiled year, against building each anew.

    python tests/benchmarks/stress.py [INPUT] --run FOLDER [--sample N] [--workers N] [--only-warm]

Warm is what ``magnetgrid stress`` does in its loss table: every loss in every year, from one compiled pattern. Rebuilt is the
same question asked of ``models/dispatch.py``: network, model, matrices and solve from nothing, on a sample of the same losses
and years. Answers of the sample are compared; their largest difference is printed. Seconds are those of the processor, for
figures of a shared machine; the seconds of the clock stand beside them. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.dispatch import build_dispatch
from models.instance import Scenario
from optimizer.fixed_plan import plan_of_run, plan_of_sheet
from optimizer.progress import Progress
from optimizer.solve.highs import Session
from optimizer.solve.stress import Loss, Stress
from optimizer.stress import StressOptions, run_stress
from optimizer.stress_cases import every_loss
from optimizer.stress_jobs import StressCase, StressPayload
from optimizer.workbook import read_workbook

ROOT = Path(__file__).parents[2]


class Watch:
    """Seconds of the processor and of the clock."""

    cpu = wall = 0.0

    @contextmanager
    def on(self) -> Iterator[None]:
        """Count the block."""
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu, self.wall = self.cpu + time.process_time() - cpu, self.wall + time.perf_counter() - wall


def main() -> None:
    """Measure, print."""
    asked = arguments()
    workbook = read_workbook(asked.input)
    plan = plan_of_run(asked.run) if asked.run else plan_of_sheet(workbook)
    print(f"{workbook.name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    if asked.workers:
        started = time.perf_counter()
        options = StressOptions(run=asked.run, workers=asked.workers)
        run_stress(asked.input, ROOT / "outputs" / "stress-benchmark", options, Progress(True))
        print(f"whole command with {asked.workers} workers: {time.perf_counter() - started:.1f} s of the clock")
    case = StressPayload("benchmark", workbook, plan, 2, 1).opened()
    losses = list(every_loss(workbook, case.instance, case.stress.investment, with_pairs=True))
    answers, warm = measure_warm(case.stress, losses)
    count = len(losses) * len(case.instance.years)
    print_line("warm", count, warm)
    print(f"         {case.stress.solves} of them solved, the others read off the year with nothing lost")
    if not asked.only_warm:
        one_legged = [x for x in losses if len(x.closed) < 2 and not x.delays]
        dice = random.Random(1)
        sample = [(dice.choice(one_legged), dice.choice(case.instance.years)) for _ in range(asked.sample)]
        rebuilt, largest = measure_rebuilt(case, sample, answers)
        print_line("rebuilt", len(sample), rebuilt)
        ratio = (rebuilt.cpu / len(sample)) / (warm.cpu / count)
        print(
            f"warm is {ratio:.0f} times as fast; largest difference of the sample {1e6 * largest:.3f} kg priority-weighted"
        )


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", nargs="?", type=Path, default=ROOT / "inputs" / "allied_magnets.xlsx")
    parser.add_argument("--run", type=Path, help="folder of the plan; without it the sheet Plan")
    parser.add_argument("--sample", type=int, default=60, help="loss-years that are built anew")
    parser.add_argument("--workers", type=int, help="run the whole command too, with so many processes")
    parser.add_argument("--only-warm", action="store_true")
    return parser.parse_args()


def measure_warm(stress: Stress, losses: list[Loss]) -> tuple[dict[tuple[str, int], float], Watch]:
    """Every loss in every year, the compiling of the years included."""
    watch, found = Watch(), {}
    with watch.on():
        for loss in losses:
            found |= {(loss.name, t): answer.weighted_kt for t, answer in stress.serve(loss).items()}
    return found, watch


def measure_rebuilt(
    case: StressCase, sample: list[tuple[Loss, int]], answers: dict[tuple[str, int], float]
) -> tuple[Watch, float]:
    """Each of a sample built and solved from nothing."""
    watch, largest, plan = Watch(), 0.0, case.stress.investment
    for loss, t in sample:
        closed = next(iter(loss.closed), None)
        left = {"project_left": loss.project_left, "supplier_left": loss.supplier_left}
        scenario = Scenario("x", (t,), (t,), closed_country=closed, **left)
        with watch.on():
            model = build_dispatch(case.instance, scenario)
            for key, capacity in model.Capacity_ktpy.items():
                capacity.fix(plan.capacity_ktpy.get(key, 0.0))
            for level in model.Level_kt.values():
                level.fix(0.0)
            for (g, year, _), draw in model.Draw_kt.items():
                draw.setub(plan.base_draw_kt.get((g, year), 0.0))
            value = Session(model).solve().objective
        largest = max(largest, abs((value or 0.0) - answers[loss.name, t]))
    return watch, largest


def print_line(name: str, count: int, watch: Watch) -> None:
    """Print one way of doing it."""
    each = f"{1000.0 * watch.cpu / count:.1f} ms each, {count / watch.cpu:.0f} a second"
    print(
        f"{name:8} {count} loss-years in {watch.cpu:.1f} s of the processor ({watch.wall:.1f} s of the clock): {each}"
    )


if __name__ == "__main__":
    main()
