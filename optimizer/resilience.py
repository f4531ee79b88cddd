"""Runs of the two questions about resilience on their own: repairs of a plan at hand, and the price of redundancy."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from openpyxl import Workbook as Book

from models.repair import Wish
from optimizer.assemble import assemble
from optimizer.crew import gathered
from optimizer.manifest import of_input
from optimizer.output import TABLES, Output, OutputError
from optimizer.progress import Progress
from optimizer.redundancy_price import PricePayload, Prices, find_prices
from optimizer.repair import HeldPayload, Mend, held_in, worst_loss
from optimizer.report.facts import Facts
from optimizer.report.price_sheet import write_prices
from optimizer.report.price_tables import COLUMNS as PRICE_COLUMNS
from optimizer.report.price_tables import price_tables
from optimizer.report.price_words import price_sentences
from optimizer.report.repair_sheet import write_repairs
from optimizer.report.repair_tables import COLUMNS as REPAIR_COLUMNS
from optimizer.report.repair_tables import repair_tables
from optimizer.report.repair_words import repair_sentences
from optimizer.report.style import Painter, set_normal_font
from optimizer.resume import Memory
from optimizer.rounds import Rounds
from optimizer.run import SolveOptions, targets_of, without_faults
from optimizer.solve.repair import Effort, Repair
from optimizer.workbook import Workbook, read_workbook

REPAIR, PRICES = "repair.xlsx", "redundancy.xlsx"
# As near to the least money as half a percent, or a thousand dollars: then more nodes tell a planner nothing.
_EFFORT = Effort(nodes=300, gap_musd=1e-3, relative_gap=0.005)


@dataclass(frozen=True)
class ResilienceOptions:
    """What the command line asks for."""

    budget_musd: float | None = None
    workers: int = 1
    resume: bool = False


@dataclass(frozen=True)
class Told:
    """How a run ended: sentences for the terminal, and the report."""

    sentences: tuple[str, ...]
    report: Path


def run_repair(
    path: Path,
    plan: Path,
    losses: Sequence[str],
    wish: Wish,
    out: Path | None,
    options: ResilienceOptions,
    progress: Progress,
) -> Told:
    """Find the cheapest repairs of the plan in the folder ``plan``; without losses named, of the worst.

    Raises
    ------
    InputError, OutputError
        The input has faults; the plan or a loss is not there, or the place for the results cannot be used.
    """
    started, workbook = time.perf_counter(), _read(path, progress)
    instance = assemble(workbook, options.budget_musd)
    held, worst = held_in(plan, instance), worst_loss(plan)
    named = tuple(losses) or ((worst,) if worst is not None else ())
    unknown = [s for s in named if s not in {x.name for x in instance.disruptions}]
    if unknown:
        known = ", ".join(x.name for x in instance.disruptions)
        raise OutputError(f"--loss {unknown[0]}: the workbook has no such loss. It has: {known or 'none'}.")
    folder = out or Path("outputs") / f"{workbook.name}-repair"
    with Output(folder, REPAIR, REPAIR_COLUMNS) as output:
        key = repr((of_input(workbook), held, named, wish, _EFFORT))
        memory = Memory(folder, key, options.resume)
        with gathered(HeldPayload(key, workbook, options.budget_musd, held), options.workers, None) as crew:
            jobs = [Mend(loss, wish, _EFFORT) for loss in named]
            repairs: list[Repair] = Rounds(crew, memory, progress).run("repairs", jobs)
        facts, tables = Facts(workbook, _frames(plan), {}, []), repair_tables(instance, repairs)
        book = _book()
        write_repairs(book, facts, repairs, tables, Painter())
        sentences = tuple(line for repair in repairs for line in repair_sentences(facts, repair))
        asked = {"plan": str(plan), "losses": list(named), "share": wish.share, "before": wish.before}
        _publish(output, book, REPAIR, tables, workbook, asked, started, progress)
        memory.forget()
    return Told(sentences or ("No loss of this plan leaves anything to repair.",), folder / REPAIR)


def run_prices(path: Path, out: Path | None, options: ResilienceOptions, progress: Progress) -> Told:
    """Find the price of each redundancy rule and of each loss that must be survived; see ``run_repair`` for what is raised."""
    started, workbook = time.perf_counter(), _read(path, progress)
    instance = assemble(workbook, options.budget_musd)
    folder = out or Path("outputs") / f"{workbook.name}-redundancy"
    with Output(folder, PRICES, PRICE_COLUMNS) as output:
        targets = targets_of(workbook, SolveOptions(options.budget_musd))
        key = repr((of_input(workbook), options.budget_musd, targets))
        memory = Memory(folder, key, options.resume)
        payload = PricePayload(key, workbook, options.budget_musd, targets)
        with gathered(payload, options.workers, None) as crew:
            prices: Prices = find_prices(workbook, instance, Rounds(crew, memory, progress))
        facts, tables, book = Facts(workbook, {}, {}, []), price_tables(prices), _book()
        write_prices(book, facts, prices, Painter())
        _publish(output, book, PRICES, tables, workbook, {"budget_musd": options.budget_musd}, started, progress)
        memory.forget()
    return Told(tuple(price_sentences(facts, prices)), folder / PRICES)


def _read(path: Path, progress: Progress) -> Workbook:
    workbook = read_workbook(path)
    findings = without_faults(workbook)
    progress.tell(f"{path} read and checked: {len(findings)} warning{'' if len(findings) == 1 else 's'}")
    return workbook


def _frames(plan: Path) -> dict[str, pd.DataFrame]:
    """Tables of the plan that the report's names and words need."""
    return {
        name: pd.read_csv(plan / TABLES / f"{name}.csv", keep_default_na=False, na_values=[""])
        for name in ("coverage", "losses")
    }


def _book() -> Book:
    book = Book()
    book.remove(book.worksheets[0])
    set_normal_font(book)
    book.properties.creator = "magnetgrid"
    return book


def _publish(
    output: Output,
    book: Book,
    name: str,
    tables: dict[str, pd.DataFrame],
    workbook: Workbook,
    asked: dict[str, object],
    started: float,
    progress: Progress,
) -> None:
    output.write_tables(tables)
    book.save(output.path(name))
    seconds = {"total": round(time.perf_counter() - started, 3)}
    output.write_manifest({**of_input(workbook), "options": asked, "seconds": seconds})
    output.write_log(progress.lines)
    output.publish(with_tables=True)
