"""What is done for one budget of a comparison, in whatever process: the steps of the search.

Every job is a function of the case and of what it is given, so that it may run anywhere and be run again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property

from models.instance import Goal, Instance
from optimizer.assemble import assemble
from optimizer.scenario import scale_pots
from optimizer.solve.cheapest import CostCase
from optimizer.solve.dispatch import Dispatcher
from optimizer.solve.highs import Interrupt
from optimizer.solve.master import Money
from optimizer.solve.nested import Listed, NestedList
from optimizer.solve.plan import Targets
from optimizer.solve.search import CoverageCase
from optimizer.solve.standings import Aim, Keys, Nesting, Standing
from optimizer.workbook import Workbook

_WORTH_ANOTHER = 2.5  # Gaps asked for: a list plan that near to what any plan could reach gained next to nothing.


@dataclass(frozen=True)
class Payload:
    """What every process needs to know of a comparison; ``budget_musd`` is any budget, to build the models with."""

    key: str
    workbook: Workbook
    targets: Targets
    budget_musd: float

    def opened(self) -> PointCase:
        """The case, in the process that calls."""
        return PointCase(self)


class PointCase:
    """The case of a comparison in one process: what is compiled is compiled when it is first needed."""

    def __init__(self, payload: Payload) -> None:
        self.payload = payload
        self.interrupt = Interrupt()

    @cached_property
    def instance(self) -> Instance:
        """The case with some budget: rows of money are set for each point."""
        return assemble(self.payload.workbook, self.payload.budget_musd)

    @cached_property
    def coverage(self) -> CoverageCase:
        """Models of the coverage step."""
        return CoverageCase(self.instance, self.interrupt)

    @cached_property
    def cost(self) -> CostCase:
        """Model of the cost."""
        return CostCase(self.coverage)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Models of the flows."""
        return Dispatcher(self.instance, settles_cost=is_coverage(self.instance))

    @property
    def aim(self) -> Aim:
        """What a step of a point aims at, its clock started now."""
        targets = self.payload.targets
        limit = targets.time_limit_s
        until = None if limit is None else time.perf_counter() + limit
        return Aim(targets.coverage_gap_points * self.instance.weighted_demand_kt / 100.0, until)

    def at(self, money: Money) -> tuple[Workbook, Instance]:
        """The case with the money of a point, as cells and assembled."""
        workbook, instance = self.payload.workbook, self.instance
        if money.pots_factor != 1.0:
            workbook = scale_pots(workbook, money.pots_factor)
            instance = assemble(workbook, money.budget_musd)
        return workbook, replace(instance, budget_musd=money.budget_musd)


# ---------------------------------------------------------------- steps of the search


@dataclass(frozen=True)
class Relax:
    """Relaxations of some neighbouring points, cheaper one after the other than each for itself."""

    standings: tuple[Standing, ...]

    def run(self, case: PointCase) -> list[Standing]:
        """Return the points with bounds and supports."""
        return case.coverage.relax(self.standings, case.aim)


@dataclass(frozen=True)
class Improve:
    """A point, and fundings worth a look."""

    standing: Standing
    worth: Keys
    nodes: int

    def run(self, case: PointCase) -> Standing:
        """Return the point with a plan that is better, if there is one among these."""
        return case.coverage.improve(self.standing, self.worth, self.nodes, case.aim)


@dataclass(frozen=True)
class Bound:
    """A point whose gap is open."""

    standing: Standing
    nodes: int

    def run(self, case: PointCase) -> Standing:
        """Return the point with a better bound."""
        return case.coverage.bound(self.standing, self.nodes, case.aim)


@dataclass(frozen=True)
class Finish:
    """A point for which no plan was found yet."""

    standing: Standing
    nodes: int

    def run(self, case: PointCase) -> Standing:
        """Return the point after a search of everything."""
        return case.coverage.finish(self.standing, self.nodes, case.aim)


@dataclass(frozen=True)
class Tie:
    """A point, and the list that its plan has to keep to; its own best plan shows what is worth a look."""

    standing: Standing
    nesting: Nesting
    before: Standing
    nodes: int

    def run(self, case: PointCase) -> Standing:
        """Return the best plan that keeps to the list, and what is proven of all such plans."""
        search, aim = case.coverage, case.aim
        # What the clock left of the list before it is what it has to keep to.
        best = replace(self.standing, reproducible=self.standing.reproducible and self.before.reproducible)
        if best.funded is not None and self.nesting.holds(best.funded):
            return best
        start = replace(best, value_kt=float("inf"), funded=None, plan=None)
        if self.nesting.grows:  # More money can always fund what less money did.
            start = replace(start, value_kt=self.before.value_kt, funded=self.before.funded, plan=self.before.plan)
        worth = (best.funded or frozenset()) | self.nesting.listed
        found = search.improve(start, worth, self.nodes, aim, self.nesting)
        if found.gap_kt > _WORTH_ANOTHER * aim.gap_kt:
            (found,) = search.relax([found], aim, self.nesting, loosely=True)
            found = search.improve(found, worth, self.nodes, aim, self.nesting)
        return found


@dataclass(frozen=True)
class TieAll:
    """All budgets that have plans, by ascending money, and a list of them to start from."""

    points: tuple[Standing, ...]
    listed: tuple[Standing, ...]
    nodes: int

    def run(self, case: PointCase) -> Listed:
        """Return the list whose plans are together the least short."""
        return NestedList(case.coverage, self.points).search(self.listed, self.nodes, case.aim)


def is_coverage(instance: Instance) -> bool:
    """Whether the case asks for coverage first."""
    return instance.goal is Goal.COVERAGE
