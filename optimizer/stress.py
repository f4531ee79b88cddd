"""A plan held fixed against every loss, delays, dearer capital and draws of what is uncertain: read, solve, tabulate, publish."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from models.instance import BASE, Instance
from models.repair import Wish
from models.solution import Investment
from models.standing import dues_musd
from optimizer.assemble import assemble
from optimizer.crew import gathered
from optimizer.fixed_plan import FixedPlan, plan_of_run, plan_of_sheet, refuse_unfit
from optimizer.manifest import of_input
from optimizer.output import Output
from optimizer.progress import Progress
from optimizer.redundancy_price import DEFAULT_SECONDS, PricePayload, Prices, find_prices
from optimizer.repair import WORST, Mend, refuse_unknown, to_repair
from optimizer.report.stress_book import write_stress
from optimizer.report.stress_tables import COLUMNS, stress_tables
from optimizer.report.stressed import Earning, Overrun, Stressed
from optimizer.resume import Memory
from optimizer.rounds import Rounds
from optimizer.run import SolveOptions, targets_of, without_faults
from optimizer.solve.packages import least_outlays
from optimizer.solve.payments import by_claim, most_dearer, pay
from optimizer.solve.stress import Loss
from optimizer.stress_cases import DELAY, PAIR, SINGLES, every_loss
from optimizer.stress_jobs import Draws, Losses, Nothing, OwnDisruptions, StressCase, StressPayload, debts
from optimizer.workbook import Workbook, read_workbook

STRESS = "stress.xlsx"
_CHUNK = {DELAY: 30, PAIR: 12}  # Losses of one job: enough to keep what a process knows, few enough to be kept often.
_SINGLES, _OWN, _DRAWS = 4, 4, 10

Item = TypeVar("Item")


@dataclass(frozen=True)
class StressOptions:
    """What the command line asks for. ``run``: folder of the plan; None: the sheet Plan. ``repairs``: losses by name."""

    run: Path | None = None
    pairs: bool = True
    capex_overrun: float = 0.2
    draws: int = 200
    seed: int = 1
    target: float = 0.9
    repairs: tuple[str, ...] = (WORST,)
    wish: Wish = field(default_factory=Wish)
    price: bool = False
    price_seconds: float = DEFAULT_SECONDS
    workers: int = 1
    resume: bool = False


def run_stress(path: Path, out: Path | None, options: StressOptions, progress: Progress) -> tuple[Stressed, Path]:
    """Stress a plan and publish what comes of it.

    Raises
    ------
    InputError
        The input or the plan cannot be read, has faults, or they do not fit each other.
    OutputError
        The place for the results cannot be used, or a loss to be repaired is not there.
    """
    started = time.perf_counter()
    workbook = read_workbook(path)
    findings = without_faults(workbook)
    progress.tell(f"{path} read and checked: {len(findings)} warning{'' if len(findings) == 1 else 's'}")
    plan = plan_of_run(options.run) if options.run else plan_of_sheet(workbook)
    folder = out or Path("outputs") / f"{workbook.name}-stress"
    key = repr((of_input(workbook), plan, options.pairs, options.draws, options.seed, options.repairs, options.wish))
    payload = StressPayload(key, workbook, plan, options.draws, options.seed)
    case = payload.opened()
    refuse_unfit(case.instance, plan)
    losses = list(every_loss(workbook, case.instance, case.stress.investment, options.pairs))
    refuse_unknown(case.instance, losses, options.repairs, options.wish)
    warnings = _other_cells(workbook, plan)
    for warning in warnings:
        progress.tell(f"warning: {warning}")
    with Output(folder, STRESS, COLUMNS) as output:
        memory = Memory(folder, key, options.resume)
        try:
            with gathered(payload, options.workers, None) as crew:
                stressed = _stress(case, losses, options, Rounds(crew, memory, progress), warnings)
            if options.price:
                stressed = replace(stressed, prices=_prices(case, options, memory, progress))
        except KeyboardInterrupt:
            progress.tell("stopped: every result so far is kept; the same command with --resume goes on from here")
            raise
        stressed.manifest["seconds"] = {"all": round(time.perf_counter() - started, 3)}
        tables = stress_tables(stressed)
        output.write_tables(tables)
        write_stress(output.path(STRESS), stressed, tables)
        output.write_manifest(stressed.manifest)
        output.write_log(progress.lines)
        output.publish(with_tables=True)
        memory.forget()
    return stressed, folder


def _other_cells(workbook: Workbook, plan: FixedPlan) -> list[str]:
    if plan.sha256 is None or plan.sha256 == workbook.sha256():
        return []
    return [
        f"the {plan.source} was found for other cells than those of {workbook.path.name}; what is told here holds for the plan"
        " in the case as the workbook has it now."
    ]


def _stress(
    case: StressCase, losses: Sequence[Loss], options: StressOptions, rounds: Rounds, warnings: list[str]
) -> Stressed:
    """All parts, one round of jobs each; who does a job makes no difference."""
    instance = case.instance
    ((base, demand),) = rounds.run("nothing lost", [Nothing()])
    found = rounds.run("losses", [Losses(chunk) for chunk in _loss_chunks(losses)])
    names = tuple(x.name for x in instance.disruptions)
    own = rounds.run("disruptions of the workbook", [OwnDisruptions(chunk) for chunk in _chunks(names, _OWN)])
    numbers = tuple(range(options.draws)) if case.variables else ()
    draws = rounds.run("draws", [Draws(chunk) for chunk in _chunks(numbers, _DRAWS)])
    results = {result.loss.name: result for part in found for result in part}
    lost = to_repair(instance, options.repairs, results)
    repairs = rounds.run("repairs", [Mend(scenario, options.wish) for scenario in lost])
    return Stressed(
        workbook=case.payload.workbook,
        instance=instance,
        plan=case.payload.plan,
        base=base,
        demand_kt=demand,
        results=tuple(results[loss.name] for loss in losses),
        own=dict(zip(names, (answer for part in own for answer in part), strict=True)),
        overrun=_overrun(case, options.capex_overrun),
        variables=tuple(case.variables),
        draws=tuple(draw for part in draws for draw in part),
        asked_repairs=options.repairs,
        repairs=tuple(repairs),
        target=options.target,
        seed=options.seed,
        warnings=tuple(warnings),
        manifest=_manifest(case, options, losses, [x.name for x in lost], warnings),
    )


def _prices(case: StressCase, options: StressOptions, memory: Memory, progress: Progress) -> Prices:
    """The price of redundancy, with the money that the plan was made for; the plan is where the search begins."""
    workbook, plan = case.payload.workbook, case.payload.plan
    instance = assemble(workbook, plan.budget_musd)
    targets = targets_of(workbook, SolveOptions(plan.budget_musd))
    key = repr((case.payload.key, plan.budget_musd, targets))
    start = frozenset((p, year) for p, (year, _) in plan.sizes.items())
    with gathered(PricePayload(key, workbook, plan.budget_musd, targets), options.workers, None) as crew:
        return find_prices(workbook, instance, Rounds(crew, memory, progress), start, seconds=options.price_seconds)


def _loss_chunks(losses: Sequence[Loss]) -> list[tuple[Loss, ...]]:
    """Losses that share a job: singles a few at a time, pairs by the first of the two, delays many."""
    groups: dict[str, list[Loss]] = {}
    for loss in losses:
        groups.setdefault(loss.parts[0].name if loss.parts else loss.kind, []).append(loss)
    sized = [(group, _SINGLES if group[0].kind in SINGLES else _CHUNK[group[0].kind]) for group in groups.values()]
    return [chunk for group, size in sized for chunk in _chunks(tuple(group), size)]


def _chunks(items: tuple[Item, ...], size: int) -> list[tuple[Item, ...]]:
    return [items[n : n + size] for n in range(0, len(items), size)]


def _overrun(case: StressCase, share: float) -> Overrun:
    """The same plan with capital dearer by a share: what is missing, of the budget and of the pots."""
    instance, investment, plan = case.instance, case.stress.investment, case.payload.plan
    budget = instance.budget_musd if plan.budget_musd is None else plan.budget_musd
    dues = dues_musd(instance, investment.fundings, investment.bought_kt, investment.trained, investment.package)
    capital = {due: musd for due, musd in dues.items() if _rises(instance, *due[:2])}
    rest = {due: musd for due, musd in dues.items() if due not in capital}
    dearer = debts(instance, {due: musd * (1.0 + share) for due, musd in capital.items()} | rest)
    planned = debts(instance, dues)
    return Overrun(
        share=share,
        budget_musd=budget,
        planned_musd=by_claim(planned),
        dearer_musd=by_claim(dearer),
        unpaid_planned_musd=pay(instance, planned).unpaid_musd,
        unpaid_musd=pay(instance, dearer).unpaid_musd,
        most=most_dearer(instance, debts(instance, capital), debts(instance, rest), budget),
        capex_musd=sum(funding.capex_musd for funding in investment.fundings),
        has_pots=bool(instance.pots),
        earning=None if instance.finance is None else _earning(instance, investment, share),
    )


def _earning(instance: Instance, investment: Investment, share: float) -> Earning:
    """What the public would pay at least for firms to earn their hurdle rates, as planned and with dearer capital."""
    factor, fundings = 1.0 + share, investment.fundings
    projects = {p: replace(x, capex_musd=x.capex_musd * factor) for p, x in instance.projects.items()}
    dearer = [replace(funding, capex_musd=funding.capex_musd * factor) for funding in fundings]
    then = least_outlays(replace(instance, projects=projects), dearer)
    return Earning(
        planned_musd=sum(least_outlays(instance, fundings).values()),
        dearer_musd=sum(then.values()),
        unable=tuple(funding.project for funding in fundings if funding.project not in then),
    )


def _rises(instance: Instance, what: str, instrument: str) -> bool:
    """Whether an outlay rises with capital: shares of it do, and what is paid for output or bought does not."""
    return what in instance.projects and (not instrument or instance.instruments[instrument].kind.is_capital)


def _manifest(
    case: StressCase, options: StressOptions, losses: Sequence[Loss], repaired: list[str], warnings: list[str]
) -> dict[str, object]:
    plan, instance = case.payload.plan, case.instance
    kinds = dict.fromkeys(loss.kind for loss in losses)
    return {
        "status": "done",
        **of_input(case.payload.workbook),
        "plan": {
            "source": plan.source,
            "projects": len(plan.sizes),
            "sha256": plan.sha256,
            "same_cells": plan.sha256 is None or not warnings,
        },
        "cases": {kind: sum(loss.kind == kind for loss in losses) for kind in kinds}
        | {"workbook": len([s for s in instance.scenarios if s != BASE])},
        "variables": len(case.variables),
        "repaired": repaired,
        "priced": options.price,
        "options": {
            "run": None if options.run is None else options.run.name,
            "pairs": options.pairs,
            "capex_overrun": options.capex_overrun,
            "draws": options.draws,
            "seed": options.seed,
            "target": options.target,
            "repair": list(options.repairs),
            "share": options.wish.share,
            "repair_from": options.wish.first_year,
            "before": options.wish.before,
            "price": options.price,
            "price_time_s": options.price_seconds,
        },
        "warnings": warnings,
        "seconds": {},
    }
