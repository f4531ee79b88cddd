"""Which losses of a plan are repaired, and the jobs that repair them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.instance import Instance, Scenario
from models.repair import Wish
from optimizer.output import OutputError
from optimizer.solve.repair import Effort, Repair, cheapest_repair
from optimizer.solve.stress import Loss
from optimizer.stress_cases import SINGLES
from optimizer.stress_jobs import LossResult, StressCase

WORST, NONE = "worst", "none"
# As near to the least money as half a percent, or a thousand dollars: then more nodes tell a planner nothing.
EFFORT = Effort(nodes=300, gap_musd=1e-3, relative_gap=0.005)


@dataclass(frozen=True)
class Mend:
    """The cheapest repair of one loss."""

    scenario: Scenario
    wish: Wish
    effort: Effort = EFFORT

    def run(self, case: StressCase) -> Repair:
        """Return the repairs by the year to recover by."""
        return cheapest_repair(case.instance, case.held, self.scenario, self.wish, self.effort, case.interrupt)


def refuse_unknown(instance: Instance, losses: Sequence[Loss], names: Sequence[str], wish: Wish) -> None:
    """Refuse what cannot be repaired, before anything is solved.

    Raises
    ------
    OutputError
        If a name is neither a disruption of the workbook nor a single loss, or the first year is none of the plan.
    """
    own, singles = [x.name for x in instance.disruptions], [x.name for x in losses if x.kind in SINGLES]
    faults = [f"--repair {name}: there is no such loss." for name in names if name not in {WORST, NONE, *own, *singles}]
    if faults:
        faults.append(
            f"The workbook has: {', '.join(own) or 'none'}. Single losses: {', '.join(singles) or 'none'}. Or say"
            f" {WORST}, or {NONE}."
        )
    if NONE in names and len(names) > 1:
        faults.append(f"--repair {NONE}: it goes with no other loss.")
    if wish.first_year is not None and wish.first_year not in instance.years:
        span = f"{instance.years[0]} to {instance.years[-1]}"
        faults.append(f"--repair-from {wish.first_year}: it is no year of the plan, which has {span}.")
    if faults:
        raise OutputError("\n".join(faults))


def to_repair(instance: Instance, names: Sequence[str], results: Mapping[str, LossResult]) -> tuple[Scenario, ...]:
    """The losses that are asked for, as scenarios, each once.

    Parameters
    ----------
    instance
        The case; its own disruptions go before single losses of the same name.
    names
        What is asked for.
    results
        What each loss does to the plan, by its name.
    """
    found: list[Scenario] = []
    for name in names:
        result = _worst(instance, results) if name == WORST else results.get(name)
        if name in instance.scenarios:
            found.append(instance.scenarios[name])
        elif result is not None:
            found.append(scenario_of(instance, result.loss, result.first_short or instance.years[0]))
    return tuple({scenario.name: scenario for scenario in found}.values())


def _worst(instance: Instance, results: Mapping[str, LossResult]) -> LossResult | None:
    """The single loss that costs most, by priority-weighted tonnes over all years; None where none makes a sector short."""
    hurting = [x for x in results.values() if x.loss.kind in SINGLES and x.first_short is not None]
    return min(hurting, key=lambda x: (-round(x.weighted_kt, 7), x.loss.name), default=None)


def scenario_of(instance: Instance, loss: Loss, first_year: int) -> Scenario:
    """A single loss as a scenario: the workbook's own where it has the same, in its years; else from a year on to the end."""
    closed = next(iter(loss.closed), None)
    for own in instance.disruptions:
        same = (own.project_left, own.supplier_left, own.closed_country)
        if own.span and same == (loss.project_left, loss.supplier_left, closed):
            return own
    span = tuple(t for t in instance.years if t >= first_year)
    return Scenario(
        loss.name,
        span,
        span,
        project_left=loss.project_left,
        supplier_left=loss.supplier_left,
        closed_country=closed,
    )
