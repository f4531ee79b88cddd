"""What is done for one project of ``explain``, in whatever process: its plan turned round, what keeps it out, its break-evens.

Every job is a function of the case and of what it is given, so that it may run anywhere and be run again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from optimizer.explain_case import ExplainCase, Reference
from optimizer.keeping_out import what_keeps_out
from optimizer.prints import Printed, print_plan
from optimizer.report.explained import Hold
from optimizer.solve.highs import Status
from optimizer.solve.plan import PlanOutcome, Step
from optimizer.solve.standings import Keys
from optimizer.solve.wish import Wish

_GAIN_MUSD = 1e-3


@dataclass(frozen=True)
class Again:
    """The plan of the run, searched once more as closely as those that it will be compared with."""

    def run(self, case: ExplainCase) -> Reference:
        """Return the better one."""
        choice, plan = case.choice, case.plan
        if not choice.covers:
            found = choice.cheapest(Wish(), None)
            if found is None or found.cost.value >= plan.value - _GAIN_MUSD:
                bound = plan.bound if found is None else max(plan.bound, found.cost.bound)
                return Reference(plan.value, min(bound, plan.value), plan.funded)
            return Reference(found.cost.value, max(found.cost.bound, plan.bound), found.funded)
        standing = choice.again(choice.stand(plan.funded, plan.value, plan.bound))
        bound = min(standing.bound_kt, standing.value_kt)
        return Reference(standing.value_kt, bound, standing.funded or frozenset(), standing)


@dataclass(frozen=True)
class Found:
    """The best plan found with the decision on a project turned round; values in kt or MUSD, ``funded`` None without one.

    ``cost``: MUSD at least cost, where the case is small enough to be settled to it.
    """

    project: str
    possible: bool
    value: float = float("inf")
    bound: float = -float("inf")
    funded: Keys | None = None
    cost: float | None = None
    reproducible: bool = True
    hold: Hold | None = None

    @property
    def projects(self) -> frozenset[str]:
        """What it funds."""
        return frozenset(p for p, _ in self.funded or ())


@dataclass(frozen=True)
class NotReached:
    """A job whose turn came after the time was over."""


@dataclass(frozen=True)
class Turn:
    """One project; ``deep``: searched longer; ``until``: time of day by which to begin."""

    project: str
    reference: Reference
    deep: bool
    until: float | None = None

    def run(self, case: ExplainCase) -> Found | NotReached:
        """Return the plan turned round and, of a project that is out, the tests of what keeps it out."""
        if self.until is not None and time.time() > self.until:
            return NotReached()
        wish = case.turned_wish(self.project)
        found = self._by_coverage(case, wish) if case.choice.covers else self._by_cost(case, wish)
        if case.has(self.project):
            return found
        return replace(found, hold=what_keeps_out(case, self.project, self.reference, found.possible))

    def _by_coverage(self, case: ExplainCase, wish: Wish) -> Found:
        choice, known = case.choice, self.reference.standing
        assert known is not None
        hints = (known.funded | choice.first_of(wish),) if known.funded is not None and wish.funded else ()
        near = choice.in_master(case.plan.funded)
        standing = choice.covering(wish, known, deep=self.deep, glance=not self.deep, hints=hints, near=near)
        if not standing.feasible:
            return Found(self.project, False)
        bound = min(standing.bound_kt, standing.value_kt)
        found = Found(self.project, True, standing.value_kt, bound, standing.funded, reproducible=standing.reproducible)
        if standing.funded is None or not choice.settles_cost:
            return found
        costed = choice.cheapest(wish, standing.value_kt + choice.slack_kt(standing.value_kt))
        return found if costed is None else replace(found, funded=costed.funded, cost=costed.cost.value)

    def _by_cost(self, case: ExplainCase, wish: Wish) -> Found:
        costed = case.choice.cheapest(wish, None)
        if costed is None:
            return Found(self.project, False)
        return Found(self.project, True, costed.cost.value, costed.cost.bound, costed.funded, costed.cost.value)


@dataclass(frozen=True)
class Show:
    """A plan turned round, its flows decided, its tables made and audited."""

    found: Found
    reference: Reference

    def run(self, case: ExplainCase) -> Printed | None:
        """Return the plan as ``solve`` would print it; None where the cost step cannot keep its coverage."""
        choice, found, investment = case.choice, self.found, None
        assert found.funded is not None
        if choice.settles_cost:
            limit = found.value + choice.slack_kt(found.value) if choice.covers else None
            costed = choice.cost_of(found.funded, limit)
            investment = None if costed is None else costed.investment
        elif self.reference.standing is not None:
            standing = replace(
                self.reference.standing, money=case.payload.money, value_kt=found.value, funded=found.funded, plan=None
            )
            investment = choice.ready(standing)
        if investment is None:
            return None
        step = Step(Status.FEASIBLE, found.value, found.bound, 0.0)
        outcome = PlanOutcome(
            status=Status.FEASIBLE,
            coverage=step if choice.covers else None,
            cost=None if choice.covers else step,
            investment=investment,
            tidiness=None,
            size=choice.master.size,
            build_seconds=0.0,
            solve_seconds=0.0,
            interrupted=False,
            out_of_time=False,
        )
        bound = None if choice.covers else found.bound
        return print_plan(case.point, case.payload.money, outcome, found.reproducible).held_against(bound)
