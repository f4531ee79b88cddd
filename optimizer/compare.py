"""Budgets side by side: the plan at each, what is proven of it, and a list that can be funded from the top down.

The points are searched in fixed rounds. Between rounds plans go upward (more money can do what less money did) and bounds
downward (what no plan of a larger budget can reach, none of a smaller one can), so that more money never covers less; and a
point learns of its neighbours what may be worth a look. Who does a job, and when, makes no difference.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from optimizer.assemble import assemble
from optimizer.crew import Job, gathered
from optimizer.manifest import of_input
from optimizer.output import VIOLATIONS, Output
from optimizer.points import (
    Bound,
    CostBounds,
    Explain,
    Finish,
    Improve,
    Payload,
    Print,
    Printed,
    Relax,
    Solve,
    Tie,
    is_coverage,
)
from optimizer.progress import Progress
from optimizer.report.compare_book import write_comparison
from optimizer.report.comparison import FROM_ANCHOR, NO_LIST, NO_POTS, Comparison, PlanAt, Point
from optimizer.report.comparison_tables import COLUMNS, OPTIONAL, comparison_tables
from optimizer.resume import Memory
from optimizer.rounds import Rounds
from optimizer.run import SolveOptions, targets_of, without_faults
from optimizer.solve.master import Money
from optimizer.solve.plan import Targets
from optimizer.solve.search import Aim, Keys, Nesting, Standing
from optimizer.solve.work import EXACT_KT
from optimizer.workbook import Workbook, read_workbook

COMPARISON, POINTS, LIST, CEILING = "compare.xlsx", "points", "list", "unlimited"
SCALE, KEEP = "scale", "keep"
_NEIGHBOURS = 5  # Points whose relaxations are solved one after the other.
_IMPROVE_NODES, _FINISH_NODES, _TIE_NODES = 100, 2000, 60
_BOUND_NODES = (300, 500, 800)  # Of one round after the other.
_SMALL = 400  # Fundings up to which a search of everything takes seconds.
_RICH = 1e4  # Times the pots: more than anything could cost.


@dataclass(frozen=True)
class CompareOptions:
    """What the command line asks for; None leaves it to the workbook."""

    budgets_musd: tuple[float, ...]
    pots: str = SCALE
    coverage_gap_points: float | None = None
    cost_gap: float | None = None
    time_limit_s: float | None = None
    workers: int = 1
    cluster: str | None = None
    resume: bool = False


@dataclass
class Compared:
    """How a comparison ended."""

    comparison: Comparison
    out: Path
    violations: tuple[str, ...]


def run_compare(path: Path, out: Path | None, options: CompareOptions, progress: Progress) -> Compared:
    """Compare budgets and publish the comparison.

    Raises
    ------
    InputError
        The input cannot be read, or has faults (all of them are in ``findings``).
    OutputError
        The place for the results, or the cluster, cannot be used.
    """
    started = time.perf_counter()
    workbook = read_workbook(path)
    findings = without_faults(workbook)
    progress.tell(f"{path} read and checked: {len(findings)} warning{'' if len(findings) == 1 else 's'}")
    asked = SolveOptions(None, options.coverage_gap_points, options.cost_gap, options.time_limit_s)
    targets = replace(targets_of(workbook, asked), time_limit_s=options.time_limit_s)
    folder = out or Path("outputs") / f"{workbook.name}-compare"
    with Output(folder, COMPARISON, (*COLUMNS, *OPTIONAL), (POINTS,)) as output:
        key = _key(workbook, options, targets)
        memory = Memory(folder, key, options.resume)
        payload = Payload(key, workbook, targets, options.budgets_musd[0])
        with gathered(payload, options.workers, options.cluster) as crew:
            work = _Work(workbook, options, targets, Rounds(crew, memory, progress), progress)
            try:
                comparison, violations = work.compare(started)
            except KeyboardInterrupt:
                progress.tell("stopped: every result so far is kept; the same command with --resume goes on from here")
                raise
        if not violations:
            _publish(comparison, work.printed, output, progress)
            memory.forget()
        else:
            output.path(VIOLATIONS).write_text("\n".join(["violation", *violations]) + "\n", encoding="utf-8")
            output.write_manifest(comparison.manifest)
            output.write_log(progress.lines)
            output.publish(with_tables=False)
    return Compared(comparison, folder, violations)


def _key(workbook: Workbook, options: CompareOptions, targets: Targets) -> str:
    """What makes two comparisons the same: not how many workers do them."""
    facts = of_input(workbook)
    return repr((facts["input"], facts["versions"], options.budgets_musd, options.pots, targets))


class _Work:
    """A comparison under way."""

    def __init__(
        self,
        workbook: Workbook,
        options: CompareOptions,
        targets: Targets,
        rounds: Rounds,
        progress: Progress,
    ) -> None:
        self.workbook, self.options, self.targets = workbook, options, targets
        self.rounds, self.progress = rounds, progress
        self.instance = assemble(workbook, options.budgets_musd[0])
        self.pots_musd = sum(pot.budget_musd for pot in self.instance.pots.values()) if self.instance.pots else None
        self.printed: dict[str, Printed] = {}
        self.aim = Aim(targets.coverage_gap_points * self.instance.weighted_demand_kt / 100.0)

    def compare(self, started: float) -> tuple[Comparison, tuple[str, ...]]:
        """Search, list, print."""
        moneys = [self._money(budget) for budget in self.options.budgets_musd]
        anchor: float | None = None
        if is_coverage(self.instance):
            points, listed, ceiling, anchor = self._search(moneys)
            best, listing, top = self._print(points, listed, ceiling)
            reasons = self._explain([p.money for p in points if not p.feasible])
        else:
            best, listing, top = self._solve_costs(moneys)
            reasons = {}
        manifest = self._manifest(started)
        comparison = Comparison(
            workbook=self.workbook,
            points=tuple(
                self._point(money, best[n], listing[n], reasons.get(money, ())) for n, money in enumerate(moneys)
            ),
            ceiling=None if top is None or not top.tables else PlanAt(top.manifest, top.frames()),
            anchor_musd=anchor,
            list_method=NO_LIST if anchor is None else FROM_ANCHOR,
            pots=NO_POTS if self.pots_musd is None else self.options.pots,
            manifest=manifest,
        )
        places = [
            *((f"{money.budget_musd:.15g}", plan) for money, plan in zip(moneys, best, strict=True)),
            *((f"{LIST}/{money.budget_musd:.15g}", plan) for money, plan in zip(moneys, listing, strict=True)),
            (CEILING, top),
        ]
        self.printed = {place: plan for place, plan in places if plan is not None and plan.tables}
        return comparison, tuple(f"{p}: {line}" for p, plan in self.printed.items() for line in plan.violations)

    def _money(self, budget: float) -> Money:
        scaled = self.pots_musd is not None and self.options.pots == SCALE
        return Money(budget, budget / self.pots_musd if scaled and self.pots_musd else 1.0)

    # ------------------------------------------------------------ rounds

    def _search(self, moneys: list[Money]) -> tuple[list[Standing], list[Standing | None], Standing, float | None]:
        """Search every budget, the list, and, as the last point, unlimited money."""
        points = [Standing(money) for money in (*moneys, Money(None, _RICH))]
        chunks = [tuple(points[n : n + _NEIGHBOURS]) for n in range(0, len(points), _NEIGHBOURS)]
        relaxed = self.rounds.run("relaxations", [Relax(chunk) for chunk in chunks])
        points = [point for chunk in relaxed for point in chunk]
        points = self._improve("plans", points, self._helped(points), with_neighbours=False)
        # The list comes early: its plans are plans, and often better than what was found without it. It goes budget by budget
        # and leaves processes idle: the first bounds are searched beside it.
        waiting = self._open(points)
        listed, anchor, points = self._list(points, waiting)
        points = in_line([*map(better, points, [*listed, None])])
        left = [n for n in self._open(points) if n in waiting]
        points = self._bound("bounds 1", points, _BOUND_NODES[0], left)
        points = self._improve("better plans 1", points)
        for n, nodes in enumerate(_BOUND_NODES[1:], start=2):
            points = self._bound(f"bounds {n}", points, nodes, self._open(points))
            points = self._improve(f"better plans {n}", points)
        points = self._step("all whole", points, self._unfinished(points), lambda _, p: Finish(p, _FINISH_NODES))
        return points[:-1], listed, points[-1], anchor

    def _improve(
        self, name: str, points: list[Standing], numbers: list[int] | None = None, with_neighbours: bool = True
    ) -> list[Standing]:
        def job(n: int, point: Standing) -> Job:
            around = points[max(0, n - 1) : n + 2] if with_neighbours else ()
            return Improve(point, _worth(around), _IMPROVE_NODES)

        return self._step(name, points, self._open(points) if numbers is None else numbers, job)

    def _helped(self, points: Sequence[Standing]) -> list[int]:
        """Points at which the relaxation needs the money that was added: the others may well take the plan before."""
        return [n for n in self._open(points) if n == 0 or points[n].bound_kt < points[n - 1].bound_kt - EXACT_KT]

    def _bound(self, name: str, points: list[Standing], nodes: int, numbers: list[int]) -> list[Standing]:
        return self._step(name, points, numbers, lambda n, point: Bound(point, nodes))

    def _unfinished(self, points: Sequence[Standing]) -> list[int]:
        """Points that a search of everything is for: without a plan; in a case small enough for it, all that are open."""
        small = sum(len(project.funding_years) for project in self.instance.candidates.values()) <= _SMALL
        return [n for n in self._open(points) if small or points[n].funded is None]

    def _open(self, points: Sequence[Standing]) -> list[int]:
        return [n for n, point in enumerate(points) if not point.is_proven(self.aim)]

    def _step(
        self, name: str, points: list[Standing], numbers: list[int], job: Callable[[int, Standing], Job]
    ) -> list[Standing]:
        """One round over some of the points; then plans go upward and bounds downward."""
        results = self.rounds.run(name, [job(n, points[n]) for n in numbers])
        for n, result in zip(numbers, results, strict=True):
            points = [*points[:n], result, *points[n + 1 :]]
        points = in_line(points)
        gaps = [point.gap_kt for point in points if point.funded is not None]
        if gaps and self.instance.weighted_demand_kt:
            widest = 100.0 * max(gaps) / self.instance.weighted_demand_kt
            left = len(self._open(points))
            self.progress.tell(f"{name}: {left} of {len(points)} points open, widest gap {widest:.2f} points")
        return points

    # ------------------------------------------------------------ the list

    def _list(
        self, points: list[Standing], waiting: list[int]
    ) -> tuple[list[Standing | None], float | None, list[Standing]]:
        """From the anchor upward everything listed stays, downward nothing else comes in.

        The anchor is the middle of the budgets at which money still helps: beyond them the list is soon made, so that both ways
        take about as long. With each step the bound of one more point is searched, taken from ``waiting``; returned are the
        list, its anchor and the points with their bounds.
        """
        budgets, bounded = points[:-1], list(points)
        held = [n for n, point in enumerate(budgets) if point.funded is not None]
        listed: list[Standing | None] = [None] * len(budgets)
        if len(held) < 2:
            return listed, None, bounded
        helped = [
            n for place, n in enumerate(held) if place == 0 or points[n].value_kt < points[held[place - 1]].value_kt
        ]
        anchor = helped[len(helped) // 2]
        listed[anchor] = points[anchor]
        ways = [[n for n in held if n > anchor], [n for n in reversed(held) if n < anchor]]
        for step in range(max(len(way) for way in ways)):
            numbers = [way[step] for way in ways if step < len(way)]
            beside = [waiting.pop(0)] if waiting else []
            jobs: list[Job] = [self._tie(budgets, listed, held, n, anchor) for n in numbers]
            jobs += [Bound(points[n], _BOUND_NODES[0]) for n in beside]
            found = self.rounds.run(f"list, step {step + 1}", jobs)
            for n, tied in zip(numbers, found, strict=False):
                listed[n] = tied if tied.funded is not None else None
            for n in beside:
                bounded[n] = found[-1]
        return listed, _budget(points[anchor]), bounded

    @staticmethod
    def _tie(points: list[Standing], listed: list[Standing | None], held: list[int], n: int, anchor: int) -> Tie:
        grows = n > anchor
        place = held.index(n)
        before = listed[held[place - 1] if grows else held[place + 1]]
        kept = before.funded if before is not None else None
        return Tie(points[n], Nesting(kept or frozenset(), grows), before or points[n], _TIE_NODES)

    # ------------------------------------------------------------ printing

    def _print(
        self, points: list[Standing], listed: list[Standing | None], ceiling: Standing
    ) -> tuple[list[Printed | None], list[Printed | None], Printed | None]:
        """Print every plan once; where the list has the best plan, it is the same print."""
        held = [n for n, point in enumerate(points) if point.funded is not None]
        top = [ceiling] if ceiling.funded is not None else []
        runs = self._alike(points, held)
        ends = [points[run[-1]] for run in runs]
        bounds = self._cost_bounds([*ends, *top])
        # What holds with the most money holds with less.
        proofs = {n: bound for run, bound in zip(runs, bounds, strict=False) for n in run}
        own = [n for n, one in enumerate(listed) if one is not None and one.funded != points[n].funded]
        places = [
            *(("best", run) for run in runs),
            *(("list", run) for run in self._alike(listed, own)),
        ]
        jobs: list[Job] = [
            Print(tuple(points[n] for n in run), tuple(proofs[n] for n in run), held[-1] in run)
            if kind == "best"
            else Print(tuple(one for n in run if (one := listed[n]) is not None), (None,) * len(run), False)
            for kind, run in places
        ]
        jobs += [Print((one,), (bounds[-1],), True) for one in top]
        found = self.rounds.run("flows, tables and audit", jobs)
        printed: dict[tuple[str, int], Printed] = {}
        for (kind, run), plans in zip(places, found, strict=False):
            printed |= {(kind, n): plan for n, plan in zip(run, plans, strict=True)}
        best = [printed.get(("best", n)) for n in range(len(points))]
        listing = [None if one is None else printed.get(("list", n), best[n]) for n, one in enumerate(listed)]
        return best, listing, found[-1][0] if top else None

    @staticmethod
    def _alike(points: Sequence[Standing | None], numbers: Sequence[int]) -> list[list[int]]:
        """Neighbours of these points that have the same plan; one by one where pots grow with the budget."""
        runs: list[list[int]] = []
        for n in numbers:
            one, before = points[n], points[runs[-1][-1]] if runs else None
            if one is not None and before is not None and _is_same_plan(before, one):
                runs[-1].append(n)
            else:
                runs.append([n])
        return runs

    def _cost_bounds(self, points: list[Standing]) -> list[float | None]:
        chunks = [tuple(points[n : n + _NEIGHBOURS]) for n in range(0, len(points), _NEIGHBOURS)]
        found = self.rounds.run("bounds of the cost", [CostBounds(chunk) for chunk in chunks])
        return [bound for chunk in found for bound in chunk]

    def _solve_costs(self, moneys: list[Money]) -> tuple[list[Printed | None], list[Printed | None], Printed | None]:
        """With objective cost every budget is one solve."""
        every = [*moneys, Money(None, _RICH)]
        jobs = [Solve(money, n >= len(moneys) - 1) for n, money in enumerate(every)]
        found: list[Printed | None] = self.rounds.run("plans", jobs)
        return found[:-1], [None] * len(moneys), found[-1]

    def _explain(self, moneys: list[Money]) -> dict[Money, tuple[str, ...]]:
        sentences = self.rounds.run("what is impossible", [Explain(money) for money in moneys])
        return {money: tuple(lines) for money, lines in zip(moneys, sentences, strict=True)}

    def _point(self, money: Money, best: Printed | None, listed: Printed | None, reasons: tuple[str, ...]) -> Point:
        plan = None if best is None or not best.tables else PlanAt(best.manifest, best.frames())
        if best is None:
            status = "infeasible" if reasons else "no_plan"
        else:
            status = str(best.manifest["status"])
            reasons = reasons or tuple(best.manifest.get("reasons", ()))  # type: ignore[arg-type]
        pots = None if self.pots_musd is None else self.pots_musd * money.pots_factor
        return Point(
            budget_musd=money.budget_musd or 0.0,
            status=status,
            reasons=reasons,
            best=plan,
            listed=None if listed is None else PlanAt(listed.manifest, listed.frames()),
            pots_musd=pots,
        )

    def _manifest(self, started: float) -> dict[str, object]:
        options = self.options
        return {
            **of_input(self.workbook),
            "options": {
                "budgets_musd": list(options.budgets_musd),
                "pots": options.pots,
                "coverage_gap_points": self.targets.coverage_gap_points,
                "coverage_slack_points": self.targets.coverage_slack_points,
                "cost_gap": self.targets.cost_gap,
                "time_limit_s": self.targets.time_limit_s,
            },
            "workers": options.workers if options.cluster is None else options.cluster,
            "seconds": {"total": round(time.perf_counter() - started, 3)},
        }


def _is_same_plan(one: Standing, other: Standing) -> bool:
    """Whether two points fund the same, are as short, and have the same pots."""
    same = one.funded == other.funded and one.value_kt == other.value_kt
    return same and one.money.pots_factor == other.money.pots_factor


def _worth(points: Sequence[Standing]) -> Keys:
    """What neighbours fund, in whole or in part."""
    return frozenset(key for point in points for key in (*(point.funded or ()), *point.support))


def _budget(point: Standing) -> float:
    return point.money.budget_musd or 0.0


def better(point: Standing, other: Standing | None) -> Standing:
    """A point with the plan of another search of the same budget, where that one is better."""
    if other is None or other.funded is None or other.value_kt >= point.value_kt:
        return point
    return replace(point, value_kt=other.value_kt, funded=other.funded, plan=other.plan)


def in_line(points: Sequence[Standing]) -> list[Standing]:
    """Hand plans upward and bounds downward, so that more money never covers less, by plan or by bound."""
    found = list(points)
    for n in range(1, len(found)):
        less = found[n - 1]
        if less.funded is not None and less.value_kt < found[n].value_kt:
            found[n] = replace(
                found[n],
                value_kt=less.value_kt,
                funded=less.funded,
                plan=less.plan,
                feasible=True,
                reproducible=found[n].reproducible and less.reproducible,
            )
    for n in range(len(found) - 2, -1, -1):
        if found[n].feasible and found[n + 1].feasible:
            found[n] = replace(found[n], bound_kt=max(found[n].bound_kt, found[n + 1].bound_kt))
    return found


# ---------------------------------------------------------------- publishing


def _publish(comparison: Comparison, plans: dict[str, Printed], output: Output, progress: Progress) -> None:
    """Write report, tables, and every plan behind them; move all into place."""
    tables = comparison_tables(comparison)
    output.write_tables(tables)
    for place, plan in plans.items():
        output.write_plan(Path(POINTS) / place, plan.manifest, plan.tables)
    write_comparison(output.path(COMPARISON), comparison, tables)
    output.write_manifest(comparison.manifest)
    progress.tell(f"report of {len(comparison.points)} budgets written")
    output.write_log(progress.lines)
    output.publish(with_tables=True)
