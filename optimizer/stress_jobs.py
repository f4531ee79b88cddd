"""The jobs of ``stress``: what every process compiles once of a plan held fixed, and what it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from models.instance import Instance
from models.purses import places_of
from models.repair import HeldPlan
from models.solution import Investment
from models.standing import Due, capex_musd, dues_musd
from optimizer.assemble import assemble
from optimizer.fixed_plan import FixedPlan, investment_of
from optimizer.solve.highs import Interrupt
from optimizer.solve.payments import Debt, pay
from optimizer.solve.spans import SpanAnswer, Spans
from optimizer.solve.stress import Breaking, Loss, Stress, Survival
from optimizer.solve.year import Answer, Year
from optimizer.stress_cases import SINGLES
from optimizer.uncertainty import Variable, changed, sample, variables
from optimizer.workbook import Workbook


@dataclass(frozen=True)
class StressPayload:
    """A workbook and a plan of it; ``draws`` and ``seed`` of the sheet Uncertainty."""

    key: str
    workbook: Workbook
    plan: FixedPlan
    draws: int
    seed: int

    def opened(self) -> StressCase:
        """The case, in the process that calls."""
        return StressCase(self)


@dataclass
class StressCase:
    """What is compiled once in a process."""

    payload: StressPayload
    interrupt: Interrupt = field(default_factory=Interrupt)

    @cached_property
    def instance(self) -> Instance:
        """The case in model units."""
        return assemble(self.payload.workbook)

    @cached_property
    def stress(self) -> Stress:
        """The plan, year by year."""
        return Stress(self.instance, investment_of(self.instance, self.payload.plan))

    @cached_property
    def spans(self) -> Spans:
        """The plan in the disruptions of the workbook."""
        return Spans(self.stress)

    @cached_property
    def held(self) -> HeldPlan:
        """The plan as a repair holds it: what it funds, stores and serves with nothing lost."""
        investment, years = self.stress.investment, {t: self.stress.year(t) for t in self.instance.years}
        short = {(d, t): kt for t, year in years.items() for d, kt in year.base_short_kt.items()}
        served = {
            (d, t): max(0.0, demand.demand_kt[t] - short.get((d, t), 0.0))
            for d, demand in self.instance.demands.items()
            for t in self.instance.years
        }
        return HeldPlan(investment.fundings, investment.level_kt, served, investment.trained)

    @cached_property
    def variables(self) -> list[Variable]:
        """What is uncertain."""
        return variables(self.payload.workbook)

    @cached_property
    def sampled(self) -> np.ndarray:
        """Draws x variables: the same in every process."""
        return sample(self.variables, self.payload.draws, self.payload.seed)


# ---------------------------------------------------------------- losses


@dataclass(frozen=True)
class LossResult:
    """What a loss does to the plan.

    ``first_short``: the first year in which it costs anything; ``worst``: the year in which it costs most (weighted);
    ``weighted_kt``: what it costs in all years, priority-weighted. The rest is asked for single losses only.
    """

    loss: Loss
    answers: Mapping[int, Answer]
    first_short: int | None
    worst: int | None
    weighted_kt: float = 0.0
    survivals: tuple[Survival, ...] = ()
    first_breaking: Breaking | None = None
    worst_breaking: Breaking | None = None
    recovery: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Nothing:
    """The plan with nothing lost, year by year; what each sector demands, kt."""

    def run(self, case: StressCase) -> tuple[dict[int, Answer], dict[tuple[str, int], float]]:
        """Solve every year."""
        years = {t: case.stress.year(t) for t in case.instance.years}
        demand = {(s, t): kt for t, year in years.items() for s, kt in year.demand_kt.items()}
        return {t: year.base for t, year in years.items()}, demand


@dataclass(frozen=True)
class Losses:
    """Some losses in every year."""

    losses: tuple[Loss, ...]

    def run(self, case: StressCase) -> list[LossResult]:
        """Solve them one after the other."""
        return [_judged(case.stress, loss) for loss in self.losses]


def _judged(stress: Stress, loss: Loss) -> LossResult:
    answers = stress.serve(loss)
    more = {t: answer.weighted_kt - stress.year(t).base.weighted_kt for t, answer in answers.items()}
    short = [t for t in stress.instance.years if any(stress.shorter(t, answers[t], s) for s in stress.pattern.sectors)]
    first = short[0] if short else None
    worst = max(short, key=lambda t: (round(more[t], 9), -t)) if short else None
    if loss.kind not in SINGLES or first is None or worst is None:
        return LossResult(loss, answers, first, worst, sum(more.values()))
    stocks = any(stress.level_kt(g, t) for g in stress.instance.stockpiles for t in stress.instance.years)
    first_breaking = stress.breaking(loss, first)
    return LossResult(
        loss,
        answers,
        first,
        worst,
        sum(more.values()),
        tuple(stress.survive(loss, answers, t) for t in stress.instance.years) if stocks else (),
        first_breaking,
        first_breaking if worst == first else stress.breaking(loss, worst),
        stress.recover(loss, answers, first),
    )


@dataclass(frozen=True)
class OwnDisruptions:
    """Some disruptions of the workbook, by name."""

    names: tuple[str, ...]

    def run(self, case: StressCase) -> list[SpanAnswer]:
        """Solve them one after the other."""
        return [case.spans.serve(case.instance.scenarios[name]) for name in self.names]


# ---------------------------------------------------------------- draws


@dataclass(frozen=True)
class DrawResult:
    """One draw: what was drawn, short and demanded (kt by sector and year), and what the plan then costs.

    ``capex_musd``: all capital, whoever pays; ``outlay_musd``: public money; ``unpaid_musd``: what the pots cannot pay.
    """

    values: tuple[float, ...]
    short_kt: Mapping[tuple[str, int], float]
    demand_kt: Mapping[tuple[str, int], float]
    weighted_kt: float
    capex_musd: float
    outlay_musd: float
    unpaid_musd: float


@dataclass(frozen=True)
class Draws:
    """Some draws, by number."""

    numbers: tuple[int, ...]

    def run(self, case: StressCase) -> list[DrawResult]:
        """Solve them one after the other."""
        return [_drawn(case, case.sampled[n]) for n in self.numbers]


def _drawn(case: StressCase, values: np.ndarray) -> DrawResult:
    """The plan in one draw: a changed workbook, the same fundings; sizes grow and shrink as the nameplates do."""
    instance = assemble(changed(case.payload.workbook, case.variables, values.tolist()))
    investment = _resized(case, instance)
    years = [_year(case, instance, investment, t) for t in instance.years]
    dues = dues_musd(instance, investment.fundings, investment.bought_kt, investment.trained, investment.package)
    return DrawResult(
        values=tuple(float(x) for x in values),
        short_kt={(s, year.t): kt for year in years for s, kt in year.base.short_kt.items()},
        demand_kt={(s, year.t): kt for year in years for s, kt in year.demand_kt.items()},
        weighted_kt=sum(year.base.weighted_kt for year in years),
        capex_musd=sum(funding.capex_musd for funding in investment.fundings),
        outlay_musd=sum(dues.values()),
        unpaid_musd=pay(instance, debts(instance, dues)).total_musd,
    )


def _resized(case: StressCase, instance: Instance) -> Investment:
    plan, before = case.payload.plan, case.instance.projects
    sizes = {
        p: (
            year,
            size
            * (instance.projects[p].nameplate_ktpy / before[p].nameplate_ktpy if before[p].nameplate_ktpy else 1.0),
        )
        for p, (year, size) in plan.sizes.items()
    }
    kept = FixedPlan(sizes, plan.source, plan.bought_kt, plan.drawn_kt, plan.level_kt, trained=plan.trained)
    return investment_of(instance, replace(kept, package=_kept_shares(case, instance, sizes)))


def _kept_shares(
    case: StressCase, instance: Instance, sizes: Mapping[str, tuple[int, float]]
) -> dict[tuple[str, int, str], float]:
    """The package of the plan in a draw: the same shares of capital, and of output."""
    before = {funding.project: funding for funding in case.stress.investment.fundings}
    scaled = {}
    for (p, v, i), amount in case.stress.investment.package.items():
        now, then = capex_musd(instance.projects[p], sizes[p][1]), before[p].capex_musd
        of_capital = now / then if then else 1.0
        of_output = sizes[p][1] / before[p].size_ktpy if before[p].size_ktpy else 1.0
        scaled[p, v, i] = amount * (of_capital if instance.instruments[i].kind.is_capital else of_output)
    return scaled


def _year(case: StressCase, instance: Instance, investment: Investment, t: int) -> Year:
    """A year of a draw, begun from the basis of the same year as planned."""
    basis = case.stress.year(t).basis
    return Year(case.stress.pattern, instance, t, investment.capacity_ktpy, investment.base_draw_kt, basis)


def debts(instance: Instance, dues: Mapping[Due, float]) -> dict[Debt, float]:
    """Dues by country, stage, instrument and year; purchases for stocks are a stage of their own, and so is training."""
    found: dict[Debt, float] = {}
    places = places_of(instance)
    for (what, i, t), musd in dues.items():
        debt = (*places[what], i, t)
        found[debt] = found.get(debt, 0.0) + musd
    return found
