"""Why this plan: for each project whether it is in, what turning that round costs, what keeps it out, what would change it.

The plan is that of a finished run. Every project is a job of its own: its plan turned round, then, for projects that were named,
the searches of its break-evens. Results are kept as they come.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from models.instance import BASE
from models.solution import Investment
from optimizer.assemble import assemble
from optimizer.crew import gathered
from optimizer.findings import InputError
from optimizer.manifest import of_input
from optimizer.output import MANIFEST, TABLES, VIOLATIONS, Output
from optimizer.points import Printed
from optimizer.progress import Progress
from optimizer.reasoning import Again, BreakEvenOf, ExplainPayload, Found, NotReached, PlanNow, Reference, Show, Turn
from optimizer.report.explain_book import write_explanation
from optimizer.report.explain_tables import COLUMNS, explanation_tables
from optimizer.report.explained import (
    CAPEX,
    COST,
    OPEX,
    RIVALS,
    SHARE,
    Budgeted,
    Card,
    Explanation,
    Move,
    Price,
    Turned,
)
from optimizer.report.facts import Facts, each
from optimizer.report.tables import COLUMNS as PLAN_TABLES
from optimizer.report.trace import reached
from optimizer.resume import Memory
from optimizer.rounds import Rounds
from optimizer.run import without_faults
from optimizer.solve.master import Money
from optimizer.solve.plan import Targets
from optimizer.solve.search import Keys
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook, read_workbook

EXPLANATION, PLANS = "explain.xlsx", "plans"
DEFAULT_SECONDS = 900.0
_SHORT_T = 1e-3
_SAME, _HANDED = 1e-6, 1e-7  # Relative; kt or MUSD: below it two plans are as good.

Pool = Sequence[tuple[float, Keys]]


@dataclass(frozen=True)
class ExplainOptions:
    """What the command line asks for; ``projects`` by name, or ``every`` one that is not funded."""

    run: Path | None = None
    projects: tuple[str, ...] = ()
    every: bool = False
    seconds: float = DEFAULT_SECONDS
    comparison: Path | None = None
    workers: int = 1
    resume: bool = False


@dataclass
class Explained:
    """How an explanation ended."""

    explanation: Explanation
    out: Path
    violations: tuple[str, ...]


@dataclass(frozen=True)
class FinishedRun:
    """What a run left behind."""

    folder: Path
    manifest: dict[str, Any]
    tables: dict[str, pd.DataFrame]


def run_explain(path: Path, out: Path | None, options: ExplainOptions, progress: Progress) -> Explained:
    """Explain a run's plan and publish the explanation.

    Raises
    ------
    InputError
        The input or the run cannot be read or do not belong together, or has faults, or a project is not in it.
    OutputError
        The place for the results cannot be used.
    """
    started = time.perf_counter()
    workbook = read_workbook(path)
    without_faults(workbook)
    run = finished_run(workbook, options.run or Path("outputs") / f"{workbook.name}-solve", path)
    names = _asked(workbook, run, options)
    budgeted, comparison = _compared(workbook, options.comparison)
    progress.tell(f"{path} and {run.folder} read and checked; {len(names)} project{'' if len(names) == 1 else 's'}")
    folder = out or Path("outputs") / f"{workbook.name}-explain"
    with Output(folder, EXPLANATION, COLUMNS, (PLANS,)) as output:
        payload = _payload(workbook, run, (options.projects, options.every))
        memory = Memory(folder, payload.key, options.resume)
        with gathered(payload, options.workers, None) as crew:
            facts = Facts(workbook, run.tables, run.manifest, ())
            work = _Work(Rounds(crew, memory, progress), payload, facts, options)
            try:
                cards, printed, reference = work.cards(names)
            except KeyboardInterrupt:
                progress.tell("stopped: every result so far is kept; the same command with --resume goes on from here")
                raise
        manifest = {
            **of_input(workbook),
            "run": {"folder": str(run.folder), "status": run.manifest["status"]},
            "options": {"projects": list(options.projects), "all": options.every, "time_s": options.seconds},
            "objective": run.manifest["objective"],
            "budget_musd": run.manifest["budget_musd"],
            "projects": len(cards),
            "not_reached": [card.project for card in cards if not card.reached],
            "workers": options.workers,
            "seconds": {"total": round(time.perf_counter() - started, 3)},
        }
        best = reference.value * (T_PER_KT if work.covers else 1.0)
        explanation = Explanation(workbook, run.tables, run.manifest, cards, budgeted, comparison, best, manifest)
        violations = tuple(f"{p}: {line}" for p, plan in printed.items() for line in plan.violations)
        _publish(explanation, printed, violations, output, progress)
        if not violations and not manifest["not_reached"]:
            memory.forget()
    return Explained(explanation, folder, violations)


# ---------------------------------------------------------------- the run that is explained


def finished_run(workbook: Workbook, folder: Path, path: Path) -> FinishedRun:
    """Read what a run left behind.

    Raises
    ------
    InputError
        Where there is no plan, or it is of another workbook; the message says what to do.
    """
    remedy = f"Solve first: magnetgrid solve {path} --out {folder}"
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        status = manifest["status"]
        digest = manifest["input"]["sha256"]
    except FileNotFoundError:
        raise InputError(f"{folder}: holds no finished run (no {MANIFEST}). {remedy}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / MANIFEST}: is not the manifest of a run ({error}). {remedy}") from None
    if status not in ("optimal", "feasible"):
        raise InputError(f"{folder}: the run has no plan (status {status}), so there is nothing to explain.")
    if manifest.get("relaxed"):
        raise InputError(f"{folder}: is a linear relaxation, a bound and not a plan. Solve without --relax.")
    if digest != workbook.sha256():
        raise InputError(f"{folder}: its plan is of other cells than {path} has now (the digests differ). {remedy}")
    try:
        tables = {
            name: pd.read_csv(folder / TABLES / f"{name}.csv", keep_default_na=False, na_values=[""])
            for name in PLAN_TABLES
        }
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / TABLES}: a table of the plan cannot be read ({error}). {remedy}") from None
    return FinishedRun(folder, manifest, tables)


def _payload(workbook: Workbook, run: FinishedRun, asked: object) -> ExplainPayload:
    options = run.manifest.get("options") or {}
    targets = Targets(
        coverage_gap_points=float(options.get("coverage_gap_points") or 0.0),
        coverage_slack_points=float(options.get("coverage_slack_points") or 0.0),
        cost_gap=float(options.get("cost_gap") or 0.0),
    )
    budget = run.manifest["budget_musd"]
    money = Money(None if budget is None else float(budget), float(options.get("pots_factor") or 1.0))
    facts = of_input(workbook)
    plan = _plan(workbook, run)
    key = repr((facts["input"], facts["versions"], targets, money, sorted(plan.funded), plan.value, plan.bound, asked))
    return ExplainPayload(key, workbook, targets, money, plan)


def _plan(workbook: Workbook, run: FinishedRun) -> PlanNow:
    """The plan in model units."""
    manifest, tables = run.manifest, run.tables
    by_cost = manifest["objective"] == COST
    name = "cost_musd" if by_cost else "weighted_shortfall_t"
    bound = manifest["bounds"][name]
    scale = 1.0 if by_cost else T_PER_KT
    coverage = tables["coverage"]
    base = coverage[coverage["scenario"] == BASE]
    short = (base["priority"] * base["shortfall_t"]).groupby(base["year"]).sum() / T_PER_KT
    short_years = coverage.loc[coverage["shortfall_t"] > _SHORT_T, "year"].unique()
    return PlanNow(
        funded=frozenset((str(x.project), int(x.funded_year)) for x in each(tables["portfolio"])),
        value=float(manifest[name]) / scale,
        bound=-float("inf") if bound is None else float(bound) / scale,
        sizes_t={str(x.project): float(x.size_t_per_year) for x in each(tables["portfolio"])},
        standing=_standing(workbook, run),
        short_kt={int(t): float(x) for t, x in short.items()},  # type: ignore[call-overload]
        short_years=tuple(sorted(int(t) for t in short_years)),
    )


def _standing(workbook: Workbook, run: FinishedRun) -> Investment:
    """Capacities and draws of the plan, as the base runs with them."""
    instance = assemble(workbook, None)
    drawn = {
        (f"{x.material}|{x.country}|{'allied' if x.allied == 'yes' else 'open'}", int(x.year)): x.drawn_t / T_PER_KT
        for x in each(run.tables["stocks"])
        if x.scenario == BASE
    }
    return Investment(
        fundings=(),
        capacity_ktpy={(str(x.project), int(x.year)): x.capacity_t / T_PER_KT for x in each(run.tables["capacity"])},
        bought_kt={},
        level_kt={},
        base_draw_kt={(g, t): drawn.get((g, t), 0.0) for g in instance.stockpiles for t in instance.years},
        outlay_musd={},
        paid_musd={},
        cost_musd={},
        base_shortfall_kt={},
        base_running_musd={},
    )


# ---------------------------------------------------------------- which projects


def _asked(workbook: Workbook, run: FinishedRun, options: ExplainOptions) -> list[str]:
    """Projects by name, then with --all every candidate that is not funded, by stage and capacity."""
    facts = Facts(workbook, run.tables, run.manifest, ())
    candidates = {p: row for p, row in facts.projects.items() if row.text("status") == "candidate"}
    unknown = [name for name in options.projects if name not in candidates]
    if unknown:
        raise InputError("\n".join(_unknown(name, facts, list(candidates)) for name in unknown))
    funded = set(run.tables["portfolio"]["project"].astype(str))
    rest = [p for p in candidates if options.every and p not in funded and p not in options.projects]
    rest.sort(
        key=lambda p: (facts.stage_rank(facts.stage_of[p]), -candidates[p].number_or("capacity_t_per_year", 0), p)
    )
    return [*dict.fromkeys(options.projects), *rest]


def _unknown(name: str, facts: Facts, candidates: Sequence[str]) -> str:
    if name in facts.projects:
        status = facts.projects[name].text("status")
        return f"--project {name}: is {status}, so it stands whatever the plan funds. Name a candidate."
    folded = {code.casefold(): code for code in candidates}
    near = [folded[code] for code in get_close_matches(name.casefold(), list(folded), 3, 0.5)]
    hint = f"Nearest: {', '.join(near)}." if near else f"Candidates are, for example: {', '.join(candidates[:5])}."
    return f"--project {name}: the sheet Projects has no candidate of that code. {hint}"


def _compared(workbook: Workbook, folder: Path | None) -> tuple[dict[str, Budgeted], str]:
    """What a comparison of the same workbook says of every candidate; nothing where there is none."""
    place = folder or Path("outputs") / f"{workbook.name}-compare"
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        same = manifest["input"]["sha256"] == workbook.sha256()
        table = pd.read_csv(place / TABLES / "classes.csv", keep_default_na=False, na_values=[""])
        found = {
            str(x.project): Budgeted(
                str(x[3]),
                None if x.first_musd != x.first_musd else float(x.first_musd),
                int(x.budgets_funded),
                int(x.budgets),
            )
            for x in each(table)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if folder is None:
            return {}, ""
        raise InputError(f"{place}: is not the folder of a finished comparison ({error}).") from None
    if not same and folder is not None:
        raise InputError(f"{place}: compares other cells than the workbook has now. Compare again, or leave it out.")
    return (found, str(place)) if same else ({}, "")


# ---------------------------------------------------------------- the work


@dataclass
class _Work:
    """An explanation under way."""

    rounds: Rounds
    payload: ExplainPayload
    facts: Facts
    options: ExplainOptions

    def cards(self, names: list[str]) -> tuple[list[Card], dict[str, Printed], Reference]:
        """Turn the plan round at each project, hand plans around, print and search for those that were named."""
        named = [name for name in names if name in self.options.projects]
        rest = [name for name in names if name not in self.options.projects]
        (reference,) = self.rounds.run("the plan again", [Again()])
        jobs = [Turn(name, reference, True) for name in named]
        first = self.rounds.run("plans turned round at the projects named", jobs)
        until = time.time() + self.options.seconds
        jobs = [Turn(name, reference, False, until) for name in rest]
        more = self.rounds.run("plans turned round", jobs, keep=lambda result: not isinstance(result, NotReached))
        found = [x for x in (*first, *more) if isinstance(x, Found)]
        pool = [
            (self.payload.plan.value, self.payload.plan.funded),
            (reference.value, reference.funded),
            *((x.value, x.funded) for x in found if x.funded is not None),
        ]
        found = [handed(x, pool, self._is_funded(x.project)) for x in found]
        printed = self._print([x for x in found if x.project in named], reference)
        best = {x.project: self._card(x, pool, reference, printed.get(x.project)) for x in found}
        prices = self._prices([best[name] for name in named], reference)
        cards = [
            replace(best[n], prices=prices.get(n, ())) if n in best else Card(n, False, reached=False) for n in names
        ]
        return cards, printed, reference

    def _is_funded(self, project: str) -> bool:
        return any(p == project for p, _ in self.payload.plan.funded)

    def _print(self, found: list[Found], reference: Reference) -> dict[str, Printed]:
        shown = [x for x in found if x.funded is not None]
        results = self.rounds.run(
            "flows, tables and audit", [Show(x, reference) for x in shown], lambda x: x is not None
        )
        return {x.project: plan for x, plan in zip(shown, results, strict=True) if plan is not None}

    def _prices(self, cards: list[Card], reference: Reference) -> dict[str, tuple[Price, ...]]:
        jobs = []
        for card in cards:
            if card.funded:
                jobs.append(BreakEvenOf(card.project, CAPEX, reference))
                jobs.append(BreakEvenOf(card.project, RIVALS, reference, _rivals(self.facts, card)))
            elif card.turned is not None and card.turned.possible:
                jobs += [BreakEvenOf(card.project, lever, reference) for lever in (CAPEX, SHARE, OPEX)]
        results = self.rounds.run("break-evens", jobs)
        found: dict[str, tuple[Price, ...]] = {}
        for job, price in zip(jobs, results, strict=True):
            found[job.project] = (*found.get(job.project, ()), price)
        return found

    def _card(self, found: Found, pool: Pool, reference: Reference, plan: Printed | None) -> Card:
        """What was found of a project, in tonnes."""
        p, funded, covers = found.project, self._is_funded(found.project), self.covers
        scale = T_PER_KT if covers else 1.0
        tables = None if plan is None else plan.frames_of("portfolio", "capacity")
        against = [value for value, keys in pool if any(q == p for q, _ in keys) == funded]
        turned = Turned(
            possible=found.possible,
            value=scale * found.value if found.funded is not None else None,
            bound=scale * found.bound if found.possible else None,
            against=scale * min(against, default=float("inf")),
            against_bound=scale * reference.bound,
            cost_musd=found.cost if plan is None else float(str(plan.manifest["cost_musd"])),
            moves=self._moves(found, reference, tables),
            reproducible=found.reproducible,
            audited_checks=None if plan is None else _checks(plan),
            utilization=None if tables is None or funded else _utilization(tables["capacity"], p),
        )
        serves = {}
        if p in self.options.projects:
            serves = reached(self.facts if funded or plan is None else self._facts(plan), p)
        return Card(p, funded, turned, found.hold, serves=serves)

    @property
    def covers(self) -> bool:
        """Whether coverage is sought first."""
        return self.facts.manifest.get("objective") != COST

    def _facts(self, plan: Printed) -> Facts:
        return Facts(self.facts.workbook, plan.frames_of(*plan.tables), plan.manifest, ())

    def _moves(self, found: Found, reference: Reference, tables: dict[str, pd.DataFrame] | None) -> tuple[Move, ...]:
        """Who comes in, who goes, and, where the plan was settled to its cost, who moves or changes size."""
        plan = self.payload.plan
        improved = reference.value < plan.value - _SAME * max(1.0, abs(plan.value))
        now = dict(reference.funded if improved else plan.funded)
        then = dict(found.funded or ())
        sizes: dict[str, float] = {}
        if tables is not None:
            sizes = dict(zip(tables["portfolio"]["project"], tables["portfolio"]["size_t_per_year"], strict=True))
        moves = []
        for p in sorted({*now, *then}, key=lambda p: (p in now and p in then, p in now, p)) if then else []:
            real = plan.sizes_t if not improved else {}
            one = Move(p, "", now.get(p), then.get(p), real.get(p), sizes.get(p))
            change = _change(one, found.cost is not None and not improved)
            if change:
                moves.append(replace(one, change=change))
        return tuple(moves)


def handed(found: Found, pool: Pool, was_funded: bool) -> Found:
    """Take the best plan of all that were found on the same side of the decision."""
    if not found.possible:
        return found
    for value, keys in pool:
        if any(p == found.project for p, _ in keys) != was_funded and value < found.value - _HANDED:
            found = replace(found, value=value, bound=min(found.bound, value), funded=keys, cost=None)
    return found


def _change(one: Move, settled: bool) -> str:
    if one.year_now is None:
        return "in"
    if one.year_then is None:
        return "out"
    if settled and one.year_then != one.year_now:
        return "later" if one.year_then > one.year_now else "earlier"
    a, b = one.size_now_t, one.size_then_t
    if a is not None and b is not None and abs(a - b) > max(0.01, 1e-4 * a):
        return "larger" if b > a else "smaller"
    return ""


def _checks(plan: Printed) -> int | None:
    audit = plan.manifest["audit"]
    return int(audit["checks"]) if isinstance(audit, dict) and audit["passed"] else None


def _utilization(capacity: pd.DataFrame, project: str) -> float | None:
    rows = capacity[capacity["project"] == project]
    stands = float(rows["capacity_t"].sum())
    return float(rows["run_t"].sum()) / stands if stands else None


def _rivals(facts: Facts, card: Card) -> tuple[str, ...]:
    """Who comes in without it; where nobody does, the candidates of its stage that are out."""
    moves = () if card.turned is None else card.turned.moves
    found = [move.project for move in moves if move.change == "in"]
    if found:
        return tuple(found)
    funded = set(facts.tables["portfolio"]["project"].astype(str))
    stage = facts.stage_of[card.project]
    return tuple(
        p
        for p, row in facts.projects.items()
        if row.text("status") == "candidate" and p not in funded and facts.stage_of[p] == stage
    )


def _publish(
    explanation: Explanation,
    printed: dict[str, Printed],
    violations: tuple[str, ...],
    output: Output,
    progress: Progress,
) -> None:
    """Write report and tables, and the audited plans behind them; a plan that fails its audit stops the report."""
    if violations:
        output.path(VIOLATIONS).write_text("\n".join(["violation", *violations]) + "\n", encoding="utf-8")
    else:
        tables = explanation_tables(explanation)
        output.write_tables(tables)
        for name, plan in printed.items():
            output.write_plan(Path(PLANS) / re.sub(r"[^\w.-]", "_", name), plan.manifest, plan.tables)
        write_explanation(output.path(EXPLANATION), explanation, tables)
        progress.tell(f"report of {len(explanation.cards)} projects written")
    output.write_manifest(explanation.manifest)
    output.write_log(progress.lines)
    output.publish(with_tables=not violations)
