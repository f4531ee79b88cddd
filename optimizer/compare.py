"""Budgets side by side: the plan at each, what is proven of it, and a list that can be funded from the top down.

The points are searched in fixed rounds. Between rounds plans go upward (more money can do what less money did) and bounds
downward (what no plan of a larger budget can reach, none of a smaller one can), so that more money never covers less; and a
point learns of its neighbours what may be worth a look. Who does a job, and when, makes no difference.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from optimizer.assemble import assemble
from optimizer.budget_search import BudgetSearch
from optimizer.crew import gathered
from optimizer.manifest import of_input
from optimizer.output import VIOLATIONS, Output
from optimizer.points import Payload, is_coverage
from optimizer.printing import Prints, print_found
from optimizer.prints import Explain, GetReady, Printed, Solve
from optimizer.progress import Progress
from optimizer.report.compare_book import write_comparison
from optimizer.report.comparison import NO_POTS, Comparison, PlanAt, Point
from optimizer.report.comparison_tables import COLUMNS, OPTIONAL, comparison_tables
from optimizer.resume import Memory
from optimizer.rounds import Rounds
from optimizer.run import SolveOptions, targets_of, without_faults
from optimizer.solve.master import Money
from optimizer.solve.plan import Targets
from optimizer.solve.standings import Aim
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook, read_workbook

COMPARISON, POINTS, LIST, CEILING = "compare.xlsx", "points", "list", "unlimited"
SCALE, KEEP = "scale", "keep"
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
        with gathered(payload, options.workers, options.cluster, [GetReady()]) as crew:
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
        found = None
        if is_coverage(self.instance):
            search = BudgetSearch(self.rounds, self.instance, self.aim, self.progress)
            found = search.run([*moneys, Money(None, _RICH)])
            prints = print_found(self.rounds, found)
            reasons = self._explain([p.money for p in found.points if not p.feasible])
        else:
            prints = self._solve_costs(moneys)
            reasons = {}
        manifest = self._manifest(started)
        comparison = Comparison(
            workbook=self.workbook,
            points=tuple(
                self._point(money, prints.best[n], prints.listed[n], reasons.get(money, ()))
                for n, money in enumerate(moneys)
            ),
            ceiling=None if (top := prints.ceiling) is None or not top.tables else PlanAt(top.manifest, top.frames()),
            anchor_musd=None if found is None else found.anchor_musd,
            list_gap_t=None if found is None or found.list_gap_kt is None else found.list_gap_kt * T_PER_KT,
            pots=NO_POTS if self.pots_musd is None else self.options.pots,
            manifest=manifest,
        )
        places = [
            *((f"{money.budget_musd:.15g}", plan) for money, plan in zip(moneys, prints.best, strict=True)),
            *((f"{LIST}/{money.budget_musd:.15g}", plan) for money, plan in zip(moneys, prints.listed, strict=True)),
            (CEILING, prints.ceiling),
        ]
        self.printed = {place: plan for place, plan in places if plan is not None and plan.tables}
        return comparison, tuple(f"{p}: {line}" for p, plan in self.printed.items() for line in plan.violations)

    def _money(self, budget: float) -> Money:
        scaled = self.pots_musd is not None and self.options.pots == SCALE
        return Money(budget, budget / self.pots_musd if scaled and self.pots_musd else 1.0)

    def _solve_costs(self, moneys: list[Money]) -> Prints:
        """With objective cost every budget is one solve."""
        every = [*moneys, Money(None, _RICH)]
        jobs = [Solve(money) for money in every]
        found: list[Printed | None] = self.rounds.run("plans", jobs)
        return Prints(found[:-1], [None] * len(moneys), found[-1])

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
