"""The same case without some of what makes its plans redundant: pure functions Instance -> Instance.

Every plan of the case is one of the variant, and its value there is not higher: so the least value of the variant is never
above that of the case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.disruption import weighed
from models.instance import Instance, Measure, Scenario


@dataclass(frozen=True)
class Waiver:
    """What is waived: redundancy rules by name, minimum coverages and parts in the measure by loss, or the whole measure."""

    rules: frozenset[str] = frozenset()
    minima: frozenset[str] = frozenset()
    losses: frozenset[str] = frozenset()
    resilience: bool = False

    @property
    def of_measure(self) -> bool:
        """Whether what counts is changed, and not only what a plan must keep."""
        return self.resilience or bool(self.losses)

    def includes(self, other: Waiver) -> bool:
        """Whether all that the other waives is waived here too."""
        sets = self.rules >= other.rules and self.minima >= other.minima and self.losses >= other.losses
        return sets and (self.resilience or not other.resilience)


def waive(instance: Instance, waiver: Waiver) -> Instance:
    """Return the case without what is waived; what is left of an average counts as much as before."""
    weights = weighed(instance)
    left = sum(weight for name, weight in weights.items() if name not in waiver.losses)
    share = left / sum(weights.values()) if weights and instance.measure is Measure.AVERAGE else 1.0
    return replace(
        instance,
        rules={name: rule for name, rule in instance.rules.items() if name not in waiver.rules},
        scenarios={name: _waived(scenario, waiver) for name, scenario in instance.scenarios.items()},
        resilience_weight=0.0 if waiver.resilience else instance.resilience_weight * share,
    )


def _waived(scenario: Scenario, waiver: Waiver) -> Scenario:
    if scenario.name in waiver.minima:
        scenario = replace(scenario, min_coverage=None, sector=None)
    return replace(scenario, weight=0.0) if scenario.name in waiver.losses else scenario
