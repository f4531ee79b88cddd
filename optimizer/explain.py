"""Why this plan: for each project whether it is in, what turning that round costs, what keeps it out, what would change it.

The plan is that of a finished run. Every project is a job of its own: its plan turned round, then, for projects that were named,
the searches of its break-evens. Results are kept as they come.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from optimizer.cards import CardMaker, handed
from optimizer.crew import gathered
from optimizer.explain_case import ExplainPayload, Reference
from optimizer.findings import InputError
from optimizer.finished import FinishedRun, compared, finished_run, plan_of
from optimizer.manifest import of_input
from optimizer.output import VIOLATIONS, Output
from optimizer.pricing import BreakEvenOf
from optimizer.prints import Printed
from optimizer.progress import Progress
from optimizer.reasoning import Again, Found, NotReached, Show, Turn
from optimizer.report.explain_book import write_explanation
from optimizer.report.explain_tables import COLUMNS, explanation_tables
from optimizer.report.explained import (
    CAPEX,
    COST,
    OPEX,
    RIVALS,
    SHARE,
    Card,
    Explanation,
    Price,
)
from optimizer.report.facts import Facts
from optimizer.resume import Memory
from optimizer.rounds import Rounds
from optimizer.run import without_faults
from optimizer.solve.master import Money
from optimizer.solve.plan import Targets
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook, read_workbook

EXPLANATION, PLANS = "explain.xlsx", "plans"
DEFAULT_SECONDS = 900.0


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
    budgeted, comparison = compared(workbook, options.comparison)
    progress.tell(f"{path} and {run.folder} read and checked; {len(names)} project{'' if len(names) == 1 else 's'}")
    folder = out or Path("outputs") / f"{workbook.name}-explain"
    with Output(folder, EXPLANATION, COLUMNS, (PLANS,)) as output:
        payload = _payload(workbook, run, (options.projects, options.every))
        memory = Memory(folder, payload.key, options.resume)
        with gathered(payload, options.workers, None) as crew:
            facts = Facts(workbook, run.tables, run.manifest, ())
            work = _Work(Rounds(crew, memory, progress), payload, facts, options)
            try:
                cards, printed, best = work.cards(names)
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
        best *= 1.0 if run.manifest["objective"] == COST else T_PER_KT
        explanation = Explanation(workbook, run.tables, run.manifest, cards, budgeted, comparison, best, manifest)
        violations = tuple(f"{p}: {line}" for p, plan in printed.items() for line in plan.violations)
        _publish(explanation, printed, violations, output, progress)
        if not violations and not manifest["not_reached"]:
            memory.forget()
    return Explained(explanation, folder, violations)


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
    plan = plan_of(workbook, run)
    key = repr((facts["input"], facts["versions"], targets, money, sorted(plan.funded), plan.value, plan.bound, asked))
    return ExplainPayload(key, workbook, targets, money, plan)


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


# ---------------------------------------------------------------- the work


@dataclass
class _Work:
    """An explanation under way."""

    rounds: Rounds
    payload: ExplainPayload
    facts: Facts
    options: ExplainOptions

    def cards(self, names: list[str]) -> tuple[list[Card], dict[str, Printed], float]:
        """Turn the plan round at each project, hand plans around, print and search for those that were named.

        Returns
        -------
        tuple
            The cards, the plans of those that were named, and the value of the best plan of all that were found (kt, MUSD).
        """
        named = [name for name in names if name in self.options.projects]
        rest = [name for name in names if name not in self.options.projects]
        maker = CardMaker(self.payload.plan, self.facts, self.options.projects)
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
        found = [handed(x, pool, maker.is_funded(x.project)) for x in found]
        printed = self._print([x for x in found if x.project in named], reference)
        best = {x.project: maker.card(x, pool, reference, printed.get(x.project)) for x in found}
        prices = self._prices([best[name] for name in named], reference)
        cards = [
            replace(best[n], prices=prices.get(n, ())) if n in best else Card(n, False, reached=False) for n in names
        ]
        return cards, printed, min(value for value, _ in pool)

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
            elif _may_turn(card):
                levers = (CAPEX, OPEX) if self.facts.has_instruments else (CAPEX, SHARE, OPEX)
                jobs += [BreakEvenOf(card.project, lever, reference) for lever in levers]
        results = self.rounds.run("break-evens", jobs)
        found: dict[str, tuple[Price, ...]] = {}
        for job, price in zip(jobs, results, strict=True):
            found[job.project] = (*found.get(job.project, ()), price)
        return found


def _may_turn(card: Card) -> bool:
    """Whether other prices could bring it in: it can be forced in, or cannot only because its own firm lacks too much."""
    if card.turned is None or card.turned.possible:
        return card.turned is not None
    lack = None if card.hold is None else card.hold.lack
    return lack is not None and lack.project == card.project


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
