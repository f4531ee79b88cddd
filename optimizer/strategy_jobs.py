"""What is done for one strategy, in whatever process: its plan searched, printed and audited; what stands idle in it, and why.

A job is a function of the workbook and of the strategy's name, so that it may run anywhere and be run again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.instance import Instance
from models.solution import Investment, Solution
from optimizer.assemble import assemble
from optimizer.cells import records
from optimizer.overlay import overlaid, strategies
from optimizer.points import Bound, Finish, Improve, PointCase, Relax, is_coverage
from optimizer.points import Payload as PointPayload
from optimizer.prints import Explain, Printed, cheapest, print_plan
from optimizer.report.rules import redundancy_rows
from optimizer.solve.highs import Interrupt, Status
from optimizer.solve.master import Money
from optimizer.solve.plan import PlanOutcome, Targets, solve_plan
from optimizer.solve.potentials import Potential
from optimizer.solve.standings import Standing
from optimizer.solve.work import is_small
from optimizer.units import T_PER_KT
from optimizer.workbook import Workbook

_PLAN_NODES = 100
_BOUND_NODES = (300, 500, 800)  # One round after the other.
_FINISH_NODES = 2000
_IDLE_T = 0.5
_ALL = "all"


@dataclass(frozen=True)
class StrategyPayload:
    """What every process needs to know."""

    key: str
    workbook: Workbook
    targets: Targets

    def opened(self) -> StrategyCase:
        """The case, in the process that calls."""
        return StrategyCase(self)


class StrategyCase:
    """The workbook in one process: each strategy is compiled when its turn comes, and let go after it."""

    def __init__(self, payload: StrategyPayload) -> None:
        self.payload = payload
        self.interrupt = Interrupt()

    def point(self, name: str) -> tuple[PointCase, Money]:
        """A strategy as a point of its own, with its money."""
        strategy = next(x for x in strategies(self.payload.workbook) if x.name == name)
        workbook = overlaid(self.payload.workbook, strategy)
        budget = assemble(workbook).budget_musd
        case = PointCase(PointPayload(name, workbook, self.payload.targets, budget or 0.0))
        case.interrupt = self.interrupt
        return case, Money(budget)


@dataclass(frozen=True)
class Idle:
    """Plants of a stage in a year, t of activity: what stands, what its feed would let it run, what runs."""

    stage: str
    year: int
    capacity_t: float
    can_run_t: float
    run_t: float

    @property
    def no_feed_t(self) -> float:
        """What stands idle for want of feed."""
        return max(0.0, self.capacity_t - max(self.can_run_t, self.run_t))

    @property
    def not_needed_t(self) -> float:
        """What stands idle though there is feed for it."""
        return max(0.0, self.capacity_t - self.run_t - self.no_feed_t)


@dataclass(frozen=True)
class Want:
    """What a stage lacks in the year in which most of it has no feed.

    ``freed_t``: stage of material, its own inputs first and then up the chain, and what could run more, t of activity, if that
    material were there for the taking. Stages of which nothing would come are left out.
    """

    idle: Idle
    freed_t: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Missed:
    """A rule or a minimum of the workbook as it is that the plan does not keep: the worst year of it, and all years.

    ``measure``: of a redundancy rule, or ``min_coverage`` of the loss called ``rule``.
    """

    rule: str
    measure: str
    year: int
    years: tuple[int, ...]
    required: float
    achieved: float


@dataclass(frozen=True)
class Reached:
    """How a strategy ended. ``printed`` without tables, or None: it has no plan, for ``reasons``."""

    name: str
    printed: Printed | None
    reasons: tuple[str, ...] = ()
    idle: tuple[Idle, ...] = ()
    wants: tuple[Want, ...] = ()
    missed: tuple[Missed, ...] = ()


@dataclass(frozen=True)
class Follow:
    """A strategy to be followed."""

    name: str

    def run(self, case: StrategyCase) -> Reached:
        """Return what it reaches."""
        point, money = case.point(self.name)
        if not is_coverage(point.instance):
            return self._by_cost(case, point, money)
        standing = searched(point, money)
        if standing.funded is None:
            why = Explain(money).run(point) if not standing.feasible else [_NOTHING_FOUND]
            return Reached(self.name, None, tuple(why))
        outcome, _ = cheapest(point, standing)
        printed = print_plan(point, money, outcome, standing.reproducible).held_against(None)
        return self._told(case, point, outcome, printed)

    def _by_cost(self, case: StrategyCase, point: PointCase, money: Money) -> Reached:
        """One solve, where the objective is cost."""
        outcome = solve_plan(point.instance, case.payload.targets, lambda _: None, point.interrupt)
        if outcome.investment is None:
            why = Explain(money).run(point) if outcome.status is Status.INFEASIBLE else [_NOTHING_FOUND]
            return Reached(self.name, None, tuple(why))
        bound = None if outcome.cost is None else outcome.cost.bound
        printed = print_plan(point, money, outcome, not outcome.out_of_time).held_against(bound)
        return self._told(case, point, outcome, printed)

    def _told(self, case: StrategyCase, point: PointCase, outcome: PlanOutcome, printed: Printed) -> Reached:
        """The plan with what stands idle in it and what it misses."""
        assert outcome.investment is not None
        idle = _idle(printed, point.instance, outcome.investment)
        return Reached(
            name=self.name,
            printed=printed,
            idle=tuple(idle),
            wants=tuple(_wants(point.instance, outcome.investment, idle, _stages_of_materials(point.payload.workbook))),
            missed=tuple(_missed(case.payload.workbook, point, outcome.investment, printed)),
        )


_NOTHING_FOUND = "No plan was found within the nodes of the search."


def searched(case: PointCase, money: Money) -> Standing:
    """Search a point in fixed steps that end by gap or nodes, never by the clock."""
    (standing,) = Relax((Standing(money),)).run(case)
    nothing: frozenset[tuple[str, int]] = frozenset()
    for nodes in _BOUND_NODES:
        standing = Improve(standing, nothing, _PLAN_NODES).run(case)
        standing = Bound(standing, nodes).run(case)
    standing = Improve(standing, nothing, _PLAN_NODES).run(case)
    small = is_small(case.instance)
    return Finish(standing, _FINISH_NODES).run(case) if small or standing.funded is None else standing


# ---------------------------------------------------------------- what stands idle


def _idle(printed: Printed, instance: Instance, investment: Investment) -> list[Idle]:
    """Every stage and year: what stands and runs as printed, and what its feed would let it run, by solving."""
    table = printed.frames_of("capacity")["capacity"]
    sums: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in table.to_dict("records"):
        found_t = sums[str(row["stage"]), int(str(row["year"]))]
        found_t[0], found_t[1] = found_t[0] + float(str(row["capacity_t"])), found_t[1] + float(str(row["run_t"]))
    found = []
    network = None
    for year in instance.years:
        potential = Potential(instance, investment, year, _one_stream(instance), network)
        network = potential.network
        for stage, members in _stages(instance, investment, year).items():
            capacity, run = sums[stage, year]
            can_run = run if capacity - run < _IDLE_T else potential.can_run(members) * T_PER_KT
            found.append(Idle(stage, year, capacity, round(min(capacity, max(run, can_run)), 3), run))
    return found


def _one_stream(instance: Instance) -> Mapping[str, frozenset[str]]:
    return {_ALL: frozenset(instance.materials)}


def _stages(instance: Instance, investment: Investment, year: int) -> dict[str, list[str]]:
    """Stage -> plants that stand in a year."""
    found: dict[str, list[str]] = defaultdict(list)
    for (p, t), amount in sorted(investment.capacity_ktpy.items()):
        if t == year and amount > 0.0:
            found[instance.projects[p].stage].append(p)
    return found


def _stages_of_materials(workbook: Workbook) -> dict[str, str]:
    return {row.text("material"): row.text("stage") for row in records(workbook, "Materials")}


def _wants(
    instance: Instance, investment: Investment, idle: Sequence[Idle], stage_of: Mapping[str, str]
) -> Iterable[Want]:
    """For each stage that lacks feed, in its worst year: what each material up the chain would free."""
    for stage in dict.fromkeys(x.stage for x in idle):
        worst = max((x for x in idle if x.stage == stage), key=lambda x: (x.no_feed_t, -x.year))
        if worst.no_feed_t < _IDLE_T:
            continue
        potential = Potential(instance, investment, worst.year, _one_stream(instance))
        members = _stages(instance, investment, worst.year)[stage]
        freed = [
            (name, round(potential.can_run_given(members, materials) * T_PER_KT - worst.can_run_t, 1))
            for name, materials in _upstream(instance, members, stage_of).items()
        ]
        yield Want(worst, tuple((name, min(x, worst.no_feed_t)) for name, x in freed if x >= _IDLE_T))


def _upstream(instance: Instance, members: Collection[str], stage_of: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Stages of material that plants are fed from, their own inputs first, then step by step up the chain."""
    recipes = [recipe for found in instance.recipes_of.values() for recipe in found]
    own = [q for p in members for q in instance.recipes_of.get(instance.projects[p].process, ())]
    seen = {k for q in own for k in q.outputs}
    level = {k for q in own for k in q.inputs}  # A recycler's scrap too, though other plants of its stage may give it.
    found: dict[str, set[str]] = {}
    while level:
        for k in sorted(level):
            found.setdefault(stage_of[k], set()).add(k)
        seen |= level
        level = {k for q in recipes if level & set(q.outputs) for k in q.inputs} - seen
    return {stage: frozenset(materials) for stage, materials in found.items()}


# ---------------------------------------------------------------- what it misses of the workbook as it is


def _missed(workbook: Workbook, case: PointCase, investment: Investment, printed: Printed) -> Iterable[Missed]:
    """Rules and minima of the workbook as it is that the plan does not keep, whether the strategy has them or not."""
    kept = {name: workbook.table(name) for name in ("Redundancy", "Disruptions")}
    own = case.payload.workbook
    asked = assemble(replace(own, tables={**own.tables, **kept}))
    rows = redundancy_rows(asked, Solution(investment, {}))
    yield from _worst([row for row in rows if row["ok"] == "no"])
    losses = printed.frames_of("losses")["losses"]
    short = []
    for scenario in asked.disruptions:
        if scenario.min_coverage is None:
            continue
        mine = losses[losses["scenario"] == scenario.name]
        mine = mine[mine["sector"] == scenario.sector] if scenario.sector else mine
        for year, found in mine.groupby("year"):
            served, wanted = float(found["served_t"].sum()), float(found["demand_t"].sum())
            if wanted > 0.0 and served < scenario.min_coverage * wanted - _IDLE_T:
                what = {"rule": scenario.name, "measure": "min_coverage", "year": int(str(year))}
                short.append({**what, "required": scenario.min_coverage, "achieved": round(served / wanted, 7)})
    yield from _worst(short)


def _worst(rows: Sequence[Mapping[str, object]]) -> Iterable[Missed]:
    groups: dict[tuple[str, str], list[Mapping[str, object]]] = defaultdict(list)
    for row in rows:
        groups[str(row["rule"]), str(row["measure"])].append(row)
    for (rule, measure), found in groups.items():
        years = tuple(sorted(int(str(row["year"])) for row in found))
        gaps = [(abs(float(str(r["required"])) - float(str(r["achieved"]))), -int(str(r["year"]))) for r in found]
        worst = found[gaps.index(max(gaps))]
        required, achieved = (float(str(worst[name])) for name in ("required", "achieved"))
        yield Missed(rule, measure, int(str(worst["year"])), years, required, achieved)
