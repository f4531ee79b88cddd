"""A plan of a comparison made ready to print, in whatever process: its flows, tables and manifest, audited.

Every job is a function of the case and of what it is given, so that it may run anywhere and be run again.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from models.instance import BASE
from models.solution import Solution
from optimizer.audit import audit
from optimizer.chain import streams
from optimizer.infeasible import explain_infeasibility
from optimizer.manifest import of_coverage, of_input, of_solution, of_solve
from optimizer.points import PointCase
from optimizer.report.money_totals import money_totals
from optimizer.report.tables import as_csv, bottleneck_table, make_tables
from optimizer.scenario import without_budget
from optimizer.solve.bottlenecks import find_bottlenecks
from optimizer.solve.highs import Status
from optimizer.solve.master import Money
from optimizer.solve.plan import PlanOutcome, Step, solve_plan
from optimizer.solve.standings import Standing

_SECONDS_TO_EXPLAIN = 20.0
_LEFT_MUSD = 1e-3  # Less of a budget than this may be rounding.
_COMPARED = ("portfolio", "coverage", "capacity", "outlays", "losses", "bottlenecks", "redundancy", "workforce")


@dataclass(frozen=True)
class Printed:
    """A plan as it is printed: its manifest, and its tables as CSV text.

    ``leaner``: without some of what the search funded, because it is not needed.
    """

    manifest: Mapping[str, object]
    tables: Mapping[str, str]
    violations: tuple[str, ...] = ()
    leaner: bool = False

    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables that a comparison reads; flows and runs, which are far larger, stay text."""
        return self.frames_of(*(name for name in _COMPARED if name in self.tables))

    def frames_of(self, *names: str) -> dict[str, pd.DataFrame]:
        """Some of the tables."""
        return {
            name: pd.read_csv(io.StringIO(self.tables[name]), keep_default_na=False, na_values=[""]) for name in names
        }

    def held_against(self, bound_musd: float | None) -> Printed:
        """The same with what no plan that covers as much could be cheaper than; None where that was not asked for."""
        bounds = self.manifest["bounds"]
        assert isinstance(bounds, dict)
        if bound_musd is None:
            return replace(self, manifest={**self.manifest, "bounds": bounds | {"cost_musd": None}, "cost_gap": None})
        cost = float(str(self.manifest["cost_musd"]))
        bound = min(bound_musd, cost)
        proof = {"bounds": bounds | {"cost_musd": bound}, "cost_gap": (cost - bound) / max(abs(cost), 1e-9)}
        return replace(self, manifest={**self.manifest, **proof})


@dataclass(frozen=True)
class CostBounds:
    """Neighbouring points whose plans are to be printed."""

    standings: tuple[Standing, ...]

    def run(self, case: PointCase) -> list[float | None]:
        """Return what no plan that covers as much could be cheaper than, MUSD."""
        return case.cost.bounds(self.standings, case.payload.targets.coverage_slack_points)


@dataclass(frozen=True)
class Print:
    """Points that have the same plan, with less money first.

    ``lean``: what it does not need is left out; plans of a list stay as they are.
    """

    standings: tuple[Standing, ...]
    lean: bool = True

    def run(self, case: PointCase) -> list[Printed]:
        """Return the plan of each point with its flows, tables and manifest, audited.

        A plan that leaves some of its budget is the cheapest with more of it too, and is drawn once: the cost step with its
        fundings settled is a linear program, in which a limit that does not bind may as well be wider. Its audit, too, held it
        against the tighter limit.
        """
        printed, drawn, leaner = [], None, False
        for place, at in enumerate(self.standings):
            if drawn is None or not drawn.leaves_money(self.standings[place - 1].money):
                outcome, leaner = cheapest(case, at, self.lean)
                drawn = draw(case, at.money, outcome)
            one = drawn.printed(case, at.money, proven(case, at, drawn.outcome), at.reproducible)
            printed.append(replace(one, leaner=leaner))
        return printed


def cheapest(case: PointCase, at: Standing, lean: bool = True) -> tuple[PlanOutcome, bool]:
    """Return the plan of a point at its cheapest sizes, its flows still open, and whether it is leaner than what was searched.

    Raises
    ------
    ArithmeticError
        Where the shortfall cannot be kept within the solver's tolerance.
    """
    started, slack = time.perf_counter(), case.payload.targets.coverage_slack_points
    investment, leaner = (
        (case.cost.leanest(at, slack) or (None, False)) if lean else (case.cost.cheapest(at, slack), False)
    )
    if investment is None:
        raise ArithmeticError("the shortfall of the coverage step cannot be kept in the cost step")
    found = PlanOutcome(
        status=Status.FEASIBLE,
        coverage=None,
        cost=None,
        investment=investment,
        tidiness=None,
        size=case.cost.master.size,
        build_seconds=0.0,
        solve_seconds=time.perf_counter() - started,
        interrupted=False,
        out_of_time=False,
    )
    return proven(case, at, found), leaner


def proven(case: PointCase, at: Standing, plan: PlanOutcome) -> PlanOutcome:
    """A plan with what is proven of a point."""
    status = at.status(case.aim)
    step = Step(status, at.value_kt, min(at.bound_kt, at.value_kt), 0.0)
    return replace(plan, status=status, coverage=step, out_of_time=not at.reproducible)


@dataclass(frozen=True)
class Solve:
    """A budget of a case whose objective is cost: the whole search and the print in one."""

    money: Money

    def run(self, case: PointCase) -> Printed:
        """Return the plan; without tables where there is none."""
        _, instance = case.at(self.money)
        outcome = solve_plan(instance, case.payload.targets, lambda _: None, case.interrupt)
        bound = None if outcome.cost is None else outcome.cost.bound
        reproducible = not (outcome.out_of_time or outcome.interrupted)
        if outcome.investment is None:
            reasons = _reasons(case, self.money) if outcome.status is Status.INFEASIBLE else []
            manifest = of_solve(instance, outcome, relaxed=False) | {"reasons": reasons, "reproducible": reproducible}
            return Printed(manifest, {})
        return print_plan(case, self.money, outcome, reproducible).held_against(bound)


@dataclass(frozen=True)
class GetReady:
    """Models of the cost and of the flows, in a process that would wait otherwise."""

    def run(self, case: PointCase) -> None:
        """Compile what is not compiled yet."""
        _ = case.cost, case.dispatcher


@dataclass(frozen=True)
class Explain:
    """A budget at which nothing is possible."""

    money: Money

    def run(self, case: PointCase) -> list[str]:
        """Return the limits that would have to give, as sentences."""
        return _reasons(case, self.money)


def _reasons(case: PointCase, money: Money) -> list[str]:
    workbook, instance = case.at(money)
    if money.budget_musd is None:
        workbook = without_budget(workbook)
    explanation = explain_infeasibility(workbook, instance, money.budget_musd, _SECONDS_TO_EXPLAIN, case.interrupt)
    scaled = (
        [f"Amounts of Budgets are those of the sheet times {money.pots_factor:g}."] if money.pots_factor != 1.0 else []
    )
    return [*explanation.short(), *scaled]


@dataclass(frozen=True)
class Drawn:
    """A plan with its tables as CSV text, audited; ``facts``: what the manifest says of it, whatever is proven."""

    outcome: PlanOutcome
    facts: Mapping[str, object]
    tables: Mapping[str, str]
    violations: tuple[str, ...]

    def leaves_money(self, money: Money) -> bool:
        """Whether it spends less than a budget has."""
        spent = float(str(self.facts["outlay_musd"]))
        return money.budget_musd is None or spent < money.budget_musd - _LEFT_MUSD

    def printed(self, case: PointCase, money: Money, outcome: PlanOutcome, reproducible: bool) -> Printed:
        """The plan with the money of a point, and what is proven there."""
        _, instance = case.at(money)
        targets = case.payload.targets
        options = {
            "budget_musd": money.budget_musd,
            "pots_factor": money.pots_factor,
            "coverage_gap_points": targets.coverage_gap_points,
            "coverage_slack_points": targets.coverage_slack_points,
            "cost_gap": targets.cost_gap,
            "time_limit_s": targets.time_limit_s,
        }
        proof = of_solve(instance, outcome, relaxed=False)
        manifest = {**proof, **self.facts, "reproducible": reproducible, "options": options}
        return Printed(manifest, self.tables, self.violations)


def print_plan(case: PointCase, money: Money, outcome: PlanOutcome, reproducible: bool) -> Printed:
    """Draw a plan and print it; nothing is said yet of how cheap it could be: see ``Printed.held_against``."""
    return draw(case, money, outcome).printed(case, money, outcome, reproducible)


def draw(case: PointCase, money: Money, outcome: PlanOutcome) -> Drawn:
    """Decide the flows, make the tables, audit them as they are written."""
    assert outcome.investment is not None
    started = time.perf_counter()
    workbook, instance = case.at(money)
    solution = Solution(outcome.investment, case.dispatcher.run(outcome.investment))
    base = solution.operations[BASE]
    binding = find_bottlenecks(case.instance, outcome.investment, base, streams(case.payload.workbook))
    dispatched = time.perf_counter()
    tables = make_tables(workbook, instance, solution)
    tables["bottlenecks"] = bottleneck_table(binding)
    facts = of_solution(instance, solution) | of_coverage(tables["losses"]) | money_totals(instance, tables)
    texts = as_csv(tables)
    tabled = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            (Path(folder) / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        proof = of_solve(instance, outcome, relaxed=False)
        result = audit(workbook, Path(folder), money.budget_musd, proof | facts)
    seconds = {
        "solve": round(outcome.solve_seconds, 3),
        "dispatch": round(dispatched - started, 3),
        "report": round(tabled - dispatched, 3),
        "audit": round(time.perf_counter() - tabled, 3),
    }
    checked = {"passed": result.passed, "checks": result.checks, "violations": len(result.violations)}
    facts |= {"audit": checked, "seconds": seconds} | of_input(workbook)
    return Drawn(outcome, facts, texts, tuple(str(violation) for violation in result.violations))
