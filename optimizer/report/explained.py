"""What ``explain`` found of each project, as its report reads it: in tonnes, million dollars and points.

``value`` and ``bound`` are weighted shortfall in t, or with objective cost MUSD: what the best plan found has, and what no plan
is below. The plan of the run is turned round at one project: a funded one is taken out, another one is forced in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from models.lacking import Lack
from optimizer.report.facts import Facts, each
from optimizer.workbook import Workbook

COVERAGE, COST = "coverage", "cost"
CAPEX, SHARE, OPEX, RIVALS = "capex", "public_share", "opex", "rivals_capex"
# What is searched, in words.
LEVERS = {
    CAPEX: "Capital cost",
    SHARE: "Public share",
    OPEX: "Cost of running it",
    RIVALS: "Capital cost of its rivals",
}
_SAME_T, _SAME_MUSD = 1e-3, 1e-3
_SAME_SHARE = 1e-6

RULE, LEAD, BUDGET, FEED, DEMAND, PRICE, RETURN, UNTOLD = (
    *("rule", "lead time", "budget", "feed", "nothing it could serve is short", "price"),
    *("no package makes it pay", "not told by the tests"),
)
# Limits without which a project that no plan can have could be had: kinds of limit too, but for money and liabilities.
MONEY, POTS, PEOPLE, LIABLE, USE = "money", "who may pay for it", "people", "the limit on liabilities", "least use"


@dataclass(frozen=True)
class Move:
    """How a project is funded in the plan (``now``) and in the plan turned round (``then``); years and sizes may be unknown."""

    project: str
    change: str
    year_now: int | None = None
    year_then: int | None = None
    size_now_t: float | None = None
    size_then_t: float | None = None


@dataclass(frozen=True)
class Turned:
    """The best plan found with the decision on one project turned round; ``possible``: False where there is none at all.

    ``against``: the value of the best plan found on the other side, ``against_bound``: what no plan at all is below.
    """

    possible: bool
    value: float | None = None
    bound: float | None = None
    against: float = 0.0
    against_bound: float = -float("inf")
    cost_musd: float | None = None
    moves: tuple[Move, ...] = ()
    reproducible: bool = True
    audited_checks: int | None = None
    utilization: float | None = None


@dataclass(frozen=True)
class Hold:
    """The tests of what keeps a project out; None where a test was not needed or not possible.

    ``group_filled_by``: the standing plant; ``first_output``: earliest year of output, ``short_years``: years in which anything
    is short in the plan, base or loss. ``on_top_gain``: weighted t (MUSD with objective cost) that the project, added to the
    plan with no limit on money, serves (saves); ``fed_gain_t``: base, one year, as if it needed no feed; ``by_input``: as if it
    needed all but that one. Where it cannot be forced in: ``lack``, what its firm (or that of a project it requires) lacks with
    any package, else ``possible_without``, limits without which it can be.
    """

    group_filled_by: str = ""
    first_output: int | None = None
    short_years: tuple[int, ...] = ()
    on_top_year: int | None = None
    on_top_gain: float | None = None
    on_top_outlay_musd: float | None = None
    with_required: tuple[str, ...] = ()
    in_place_of: tuple[str, ...] = ()
    fed_year: int | None = None
    fed_short_t: float | None = None
    fed_as_is_t: float | None = None
    fed_gain_t: float | None = None
    by_input: Mapping[str, float] = field(default_factory=dict)
    lack: Lack | None = None
    possible_without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """One solve of a search: the factor, what is proven there, and whether the best plan found has the project."""

    factor: float
    proven: str
    found_in: bool


@dataclass(frozen=True)
class Price:
    """The search of a break-even: ``lever`` is capex, public_share, opex, or rivals_capex.

    ``now`` is the figure that the factors multiply, in ``unit``. ``in_up_to``, ``out_from``: factors, None where the range
    searched has none. ``skipped``: why nothing was searched.
    """

    lever: str
    now: float | None
    unit: str
    in_up_to: float | None = None
    out_from: float | None = None
    proven_in: float | None = None
    proven_out: float | None = None
    low: float = 0.0
    high: float = 1.0
    trials: tuple[Trial, ...] = ()
    rivals: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether a solve on each side of the interval proves it."""
        ends = [(self.in_up_to, self.proven_in), (self.out_from, self.proven_out)]
        return bool(self.trials) and all(found == proven for found, proven in ends if found is not None)


@dataclass(frozen=True)
class Card:
    """One project: whether the plan funds it, and what was found."""

    project: str
    funded: bool
    turned: Turned | None = None
    hold: Hold | None = None
    prices: tuple[Price, ...] = ()
    serves: Mapping[tuple[str, int], float] = field(default_factory=dict)
    reached: bool = True


@dataclass(frozen=True)
class Budgeted:
    """What a comparison says of a project."""

    kind: str
    first_musd: float | None
    funded_at: int
    budgets: int


@dataclass(frozen=True)
class Explanation:
    """The cards, and the run that they explain: its tables and manifest as ``solve`` wrote them."""

    workbook: Workbook
    run: Mapping[str, pd.DataFrame]
    run_manifest: Mapping[str, Any]
    cards: Sequence[Card]
    budgeted: Mapping[str, Budgeted]
    comparison: str
    best_value: float
    manifest: Mapping[str, Any]

    @cached_property
    def facts(self) -> Facts:
        """Names, order and tables of the run."""
        return Facts(self.workbook, self.run, self.manifest, ())

    @property
    def covers(self) -> bool:
        """Whether coverage is sought first."""
        return self.run_manifest.get("objective") != COST

    @property
    def demand_t(self) -> float:
        """Weighted demand, t: 100 points."""
        return float(self.run_manifest.get("weighted_demand_t") or 0.0)

    @property
    def value(self) -> float:
        """Of the run's plan: weighted shortfall in t, or MUSD."""
        return float(self.run_manifest["weighted_shortfall_t" if self.covers else "cost_musd"] or 0.0)

    @property
    def bound(self) -> float:
        """What no plan is below: weighted t, or MUSD; minus infinity where nothing is proven."""
        found = self.run_manifest["bounds"]["weighted_shortfall_t" if self.covers else "cost_musd"]
        return -float("inf") if found is None else min(self.value, float(found))

    @cached_property
    def places(self) -> Mapping[str, Any]:
        """Rows of the run's portfolio by project."""
        return {str(row.project): row for row in each(self.run["portfolio"])}

    def points(self, weighted_t: float | None) -> float | None:
        """Weighted tonnes in points."""
        return None if weighted_t is None or not self.demand_t else 100.0 * weighted_t / self.demand_t

    def losses(self, card: Card) -> Losses | None:
        """What turning the plan round at a project costs; None where there is no such plan."""
        turned = card.turned
        if turned is None or turned.value is None or turned.bound is None:
            return None
        cost = self.run_manifest.get("cost_musd")
        told = turned.cost_musd is not None and cost is not None and self.covers and not self.run_can_be_improved
        dearer = (turned.cost_musd or 0.0) - float(cost or 0.0) if told else None
        least = max(0.0, turned.bound - turned.against)
        return Losses(
            least=least if least > self.same else 0.0,
            found=turned.value - turned.against,
            against_run=turned.value - self.value,
            most=turned.value - turned.against_bound,
            dearer_musd=dearer,
            same=self.same,
        )

    @property
    def same(self) -> float:
        """What counts as no difference: weighted t, or MUSD."""
        return (_SAME_T if self.covers else _SAME_MUSD) + _SAME_SHARE * abs(self.value)

    @property
    def run_can_be_improved(self) -> bool:
        """Whether a better plan than that of the run was found, as its gap allowed."""
        return self.best_value < self.value - self.same


@dataclass(frozen=True)
class Losses:
    """What the plan turned round loses, weighted t (or MUSD): proven at least, as found, proven at most; ``dearer_musd`` beside.

    ``found`` and the band are those of the decision: the best plan of one side against the best of the other. ``against_run``:
    against the plan of the run, which its gap may have left worse than the best of its side. ``same``: what counts as no
    difference.
    """

    least: float
    found: float
    most: float
    against_run: float
    dearer_musd: float | None
    same: float

    @property
    def is_told(self) -> bool:
        """Whether no plan turned round is as good as the best one found."""
        return self.least > 0.0

    @property
    def is_equal(self) -> bool:
        """Whether both plans found are as good, but for the cost beside."""
        return abs(self.found) <= self.same

    @property
    def is_of_run(self) -> bool:
        """Whether the best plan found on the side of the run is no better than the run's own."""
        return abs(self.found - self.against_run) <= self.same

    @property
    def is_better(self) -> bool:
        """Whether the best plan found is on the other side than the plan of the run, whose gap allowed it."""
        return self.found < -self.same
