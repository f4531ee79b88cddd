"""The coverage search against plain HiGHS: plan, bound and gap after the same seconds, on the synthetic cases.

    python tests/benchmarks/core.py [--sizes S,M,L] [--seeds 1,2,3] [--seconds 60] [--budgets tight,middle,loose]
                                    [--reference [SECONDS]]

Both get the same cores and the same seconds, L twice as many, and the same gap at which they may end sooner. The seconds begin
when the models are built; building has a column of its own. Plain HiGHS gets the unreduced model as it comes: default options,
no starting plan. Figures are coverage points of the weighted shortfall; ``above`` is the plan less the better of the two bounds,
so it speaks of the plan alone. Every solve has a process of its own; medians over the seeds; ratios are ours over plain.

With M among the sizes also: building the models and handing them to the solver, and peak memory, with every year of every
scenario. ``--reference``: seconds until the reference case is proven, at most SECONDS (600). ``--sizes ""`` leaves the synthetic
cases out. Nothing is asserted: figures of a shared machine are for reading.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from apart import CORES, apart, machine, peak_mb, ratio
from plain import UNREDUCED, plain_coverage
from synthetic import BUDGETS, SIZES, budgets, write_case

from models.build import build_model
from models.instance import Goal, Instance
from models.options import Options
from optimizer.assemble import assemble
from optimizer.solve.highs import Session
from optimizer.solve.master import Money
from optimizer.solve.program import use_threads
from optimizer.solve.prove import prove
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Standing
from optimizer.workbook import read_workbook

REFERENCE = Path(__file__).parents[2] / "inputs" / "allied_magnets.xlsx"
GAP_POINTS, REFERENCE_GAP_POINTS = 0.05, 0.1
TIMES_LONGER = {"L": 2.0}
COLUMNS = ("plan", "bound", "gap", "above", "seconds", "build s", "CPU s", "peak MB")
_SAME = 1e-4  # Points: how far a plan may lie below a bound of the other by tolerances alone.


@dataclass(frozen=True)
class Found:
    """What one search found: shortfalls in coverage points, ``plan`` infinite without a plan.

    ``cpu_seconds``: of all threads, building included: what a busy machine changes least. ``peak_mb``: of its process.
    """

    plan: float
    bound: float
    seconds: float
    build_seconds: float
    cpu_seconds: float
    peak_mb: float

    @property
    def gap(self) -> float:
        return max(0.0, self.plan - self.bound)

    def is_proven(self, gap_points: float) -> bool:
        return self.gap <= gap_points + 1e-6

    def figures(self, other: Found) -> tuple[float, ...]:
        """In the order of ``COLUMNS``."""
        above = max(0.0, self.plan - max(self.bound, other.bound))
        times = (self.seconds, self.build_seconds, self.cpu_seconds)
        return self.plan, self.bound, self.gap, above, *times, self.peak_mb


@dataclass(frozen=True)
class Pair:
    """Both searches of one case."""

    ours: Found
    plain: Found

    @property
    def contradicts(self) -> bool:
        """Whether a plan of one lies below what the other says no plan can."""
        return self.ours.plan < self.plain.bound - _SAME or self.plain.plan < self.ours.bound - _SAME


def main() -> None:
    """Measure and print."""
    asked = arguments()
    print(f"machine         {machine()}")
    for size in asked.sizes:
        seconds = asked.seconds * TIMES_LONGER.get(size, 1.0)
        for budget in asked.budgets:
            print_table(f"{size}, {budget} budget", measured(size, budget, asked.seeds, seconds), seconds)
    if "M" in asked.sizes:
        print_all_years(asked.seeds[0])
    if asked.reference is not None:
        print_reference(asked.reference)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=listed(SIZES), default="S,M,L")
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")], default="1,2,3")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--budgets", type=listed(BUDGETS), default="tight,middle,loose")
    parser.add_argument("--reference", type=float, nargs="?", const=600.0, metavar="SECONDS")
    return parser.parse_args()


def listed(known: dict[str, object]) -> Callable[[str], list[str]]:
    """Return a reader of names with commas between."""

    def names(text: str) -> list[str]:
        found = [part for part in text.split(",") if part]
        if unknown := [part for part in found if part not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(known)}")
        return found

    return names


# ---------------------------------------------------------------- both searches


def measured(size: str, budget: str, seeds: list[int], seconds: float) -> list[Pair]:
    """Both searches of every seed, each told as soon as it is done."""
    pairs = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            write_case(Path(folder), size, seed)
            pair = both(Path(folder), budgets(size, seed)[budget], seconds, GAP_POINTS)
        print(f"  {size} {budget} seed {seed}: ours {told(pair.ours)}; plain {told(pair.plain)}", flush=True)
        if pair.contradicts:
            print("  CONTRADICTION: the plan of one lies below the bound of the other")
        pairs.append(pair)
    return pairs


def both(path: Path, budget: float | None, seconds: float, gap_points: float) -> Pair:
    """Search with ours, then with plain HiGHS."""
    return Pair(*(apart(search, path, budget, seconds, gap_points) for search in (our_search, plain_search)))


def told(found: Found) -> str:
    """One search in few words."""
    return f"{found.plan:.3f} - {found.bound:.3f} = {found.gap:.3f} in {found.seconds:.1f} s"


def our_search(path: Path, budget: float | None, seconds: float, gap_points: float) -> Found:
    """Search in one process: from cheap to dear, until the gap is reached or the seconds are over."""
    instance = assemble(read_workbook(path), budget)
    use_threads(CORES)
    began, used = time.perf_counter(), time.process_time()
    case = CoverageCase(instance)
    started = time.perf_counter()
    aim = Aim(gap_points * case.point_kt, started + seconds)
    standing = prove(case, Standing(Money(instance.budget_musd)), aim)
    ended = time.perf_counter()
    return Found(
        plan=standing.value_kt / case.point_kt,
        bound=standing.bound_kt / case.point_kt,
        seconds=ended - started,
        build_seconds=started - began,
        cpu_seconds=time.process_time() - used,
        peak_mb=peak_mb(),
    )


def plain_search(path: Path, budget: float | None, seconds: float, gap_points: float) -> Found:
    """Let HiGHS search alone."""
    instance = assemble(read_workbook(path), budget)
    used, points = time.process_time(), 100.0 / instance.weighted_demand_kt
    done = plain_coverage(instance, seconds, gap_points)
    used = time.process_time() - used
    return Found(done.value * points, done.bound * points, done.seconds, done.build_seconds, used, done.peak_mb)


# ---------------------------------------------------------------- every year of every scenario


def print_all_years(seed: int) -> None:
    """Build M with every year of every scenario, hand it to the solver, print."""
    with tempfile.TemporaryDirectory() as folder:
        write_case(Path(folder), "M", seed, all_years=True)
        done = {name: apart(built, Path(folder), name) for name in BUILDS}
    print(f"\nM seed {seed}, EVERY YEAR OF EVERY SCENARIO: building and handing over, not solved")
    print(f"  {'':<38}{'seconds':>10}{'peak MB':>10}")
    for name, figures in done.items():
        print(f"  {name:<38}{figures[0]:>10.1f}{figures[1]:>10,.0f}")
    plain = done[_PLAIN]
    for name in (_SEARCH, _COST):
        print(f"  {name + ' / plain':<38}{ratio(done[name][0], plain[0]):>10}{ratio(done[name][1], plain[1]):>10}")


_SEARCH, _COST, _PLAIN = "coverage search, both masters", "cost step", "plain HiGHS, unreduced"
BUILDS: dict[str, Callable[[Instance], object]] = {
    _SEARCH: CoverageCase,
    _COST: lambda case: Session(build_model(case, Options(Goal.COST, shortfall_limit_kt=0.0))),
    _PLAIN: lambda case: Session(build_model(case, UNREDUCED)),
}


def built(path: Path, name: str) -> tuple[float, float]:
    """Seconds of building, compiling and handing over, and peak memory of a process that does nothing else."""
    instance = assemble(read_workbook(path))
    began = time.perf_counter()
    kept = BUILDS[name](instance)
    seconds = time.perf_counter() - began
    del kept
    return seconds, peak_mb()


# ---------------------------------------------------------------- what is printed


def print_table(title: str, pairs: list[Pair], seconds: float) -> None:
    """Medians over the seeds."""
    ours = medians([pair.ours.figures(pair.plain) for pair in pairs])
    plain = medians([pair.plain.figures(pair.ours) for pair in pairs])
    print(f"\n{title}: medians of {len(pairs)} seeds, {seconds:g} s, gap asked {GAP_POINTS:g} points")
    print(f"  {'':<14}" + "".join(f"{column:>10}" for column in COLUMNS) + f"{'proven':>10}")
    for name, figures, found in (
        ("ours", ours, [pair.ours for pair in pairs]),
        ("plain HiGHS", plain, [pair.plain for pair in pairs]),
    ):
        proven = sum(one.is_proven(GAP_POINTS) for one in found)
        print(f"  {name:<14}" + "".join(map(cell, COLUMNS, figures)) + f"{f'{proven}/{len(found)}':>10}")
    print(f"  {'ours / plain':<14}" + "".join(f"{ratio(a, b):>10}" for a, b in zip(ours, plain, strict=True)) + "\n")


def medians(rows: list[tuple[float, ...]]) -> list[float]:
    """Median of each column."""
    return [median(column) for column in zip(*rows, strict=True)]


def cell(column: str, figure: float) -> str:
    """A figure in its column: points with three digits, seconds with one, memory whole."""
    if figure == float("inf"):
        return f"{'no plan':>10}"
    digits = {"seconds": 1, "build s": 1, "CPU s": 1, "peak MB": 0}.get(column, 3)
    return f"{figure:>10,.{digits}f}"


def print_reference(seconds: float) -> None:
    """Seconds until the reference case is proven at the budget of its workbook."""
    pair = both(REFERENCE, None, seconds, REFERENCE_GAP_POINTS)
    print(f"\nREFERENCE CASE until proven within {REFERENCE_GAP_POINTS:g} points, at most {seconds:g} s")
    for name, found in (("ours", pair.ours), ("plain HiGHS", pair.plain)):
        ended = "proven" if found.is_proven(REFERENCE_GAP_POINTS) else "NOT proven"
        print(f"  {name:<14}{told(found)}, {ended}; build {found.build_seconds:.1f} s, peak {found.peak_mb:,.0f} MB")
    whole = [found.seconds + found.build_seconds for found in (pair.ours, pair.plain)]
    print(
        f"  ours / plain  seconds {ratio(pair.ours.seconds, pair.plain.seconds)}, with building {ratio(*whole)}, "
        f"gap {ratio(pair.ours.gap, pair.plain.gap)}"
    )
    if pair.contradicts:
        print("  CONTRADICTION: the plan of one lies below the bound of the other")


if __name__ == "__main__":
    main()
