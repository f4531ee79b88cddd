"""Smaller instances with the same least shortfall: each reduction with its conditions; the proofs are in FORMULATION.md.

They hold for the coverage step alone, which has no costs: the cost step sees the whole instance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from models.fairness import counted_capacity
from models.instance import FairMeasure, FairnessRule, Instance, Pot, Project
from models.viability import offered, unaided_at_ends, ventures

_ROUNDING = 1e-12


def without_dominated_years(instance: Instance) -> Instance:
    """Leave out the funding years of a project that an earlier one dominates.

    From the year on in which the last money that may pay for a project is there (without pots: from its first), funding it
    earlier costs the budget no more and gives no less capacity. Kept are the years up to the first such year.

    It holds for a project whose ramp never falls, that has no minimum utilization, in no rule on shares of capacity, that
    needs no people where they are limited, whose pots all keep what is left for later years, whose support is worth no less
    and costs no more the earlier it is funded, and whose prerequisites are dominated no later than itself.
    """
    shared = {p for rule in instance.rules.values() if rule.max_country_share is not None for p in rule.conversion}
    shared |= {p for rule in instance.fairness.values() for p in counted_capacity(instance, rule)}
    enough: dict[str, int] = {}
    for p, project in instance.candidates.items():
        year = _money_is_there(instance, project)
        if project.funding_years and year is not None and p not in shared and _is_monotone(instance, project):
            first = max(year, project.funding_years[0])
            if _earlier_is_no_dearer(instance, project, first):
                enough[p] = first
    while tied := {p for p in enough if any(_is_late(instance, enough, p, q) for q in instance.projects[p].requires)}:
        enough = {p: year for p, year in enough.items() if p not in tied}
    projects = {
        name: replace(project, funding_years=tuple(v for v in project.funding_years if v <= enough[name]))
        if name in enough
        else project
        for name, project in instance.projects.items()
    }
    return replace(instance, projects=projects)


def loosened(instance: Instance) -> Instance:
    """Leave out minimum utilization, shares of countries and people: its least shortfall is never above that of the whole.

    Of the fairness rules those stay for which the year of a funding does not matter. Without the others most funding years
    are dominated, so that a bound is found much faster.
    """
    projects = {name: replace(project, min_utilization=0.0) for name, project in instance.projects.items()}
    rules = {name: replace(rule, max_country_share=None) for name, rule in instance.rules.items()}
    fairness = {name: rule for name, rule in instance.fairness.items() if _is_timeless(instance, rule)}
    return without_dominated_years(replace(instance, projects=projects, rules=rules, workforce={}, fairness=fairness))


def _is_timeless(instance: Instance, rule: FairnessRule) -> bool:
    """Whether an earlier funding leaves the shares of a rule alone: all but those of capacity, and of what instruments charge."""
    return rule.measure in (FairMeasure.JOBS, FairMeasure.COVERAGE) or (
        rule.measure is FairMeasure.MONEY and instance.finance is None
    )


def _is_monotone(instance: Instance, project: Project) -> bool:
    """Whether earlier funding never gives less capacity in any year, nor forces a plant to run, nor takes people sooner."""
    steps = project.output_fraction
    return (
        not instance.needs_people(project)
        and project.min_utilization == 0.0
        and all(a <= b for a, b in zip(steps, steps[1:], strict=False))
    )


def _earlier_is_no_dearer(instance: Instance, project: Project, first: int) -> bool:
    """Whether the same package, given in ``first`` instead of any later year, makes the firm no poorer and costs no more.

    Where shares of what is paid matter, less for one project can be too little beside the others: then nothing is said.
    """
    if instance.finance is None:
        return True
    pots, rules = instance.pots.values(), instance.fairness.values()
    if any(x.max_project_share is not None or x.min_domestic_share is not None for x in pots):
        return False
    if any(x.measure is FairMeasure.MONEY for x in rules):
        return False
    early = _Terms(instance, project, first)
    return all(early.are_no_worse(_Terms(instance, project, v)) for v in project.funding_years if v > first)


class _Terms:
    """What a project funded in a year earns unaided, at its smallest and its full size, and its support by instrument."""

    def __init__(self, instance: Instance, project: Project, v: int) -> None:
        firm, crash = ventures(instance, project, v)
        self.unaided = unaided_at_ends(project, firm)
        self.supports = [firm.support(x, crash) for x in offered(instance, project).values()]
        self.charges = [sum(one.charge_musd.values()) for one in self.supports]
        assert instance.finance is not None
        self.is_liable = instance.finance.max_contingent_musd is not None

    def are_no_worse(self, later: _Terms) -> bool:
        """Compare with a later year."""
        pairs = list(zip(self.supports, later.supports, strict=True))
        return (
            all(map(_is_least, later.unaided, self.unaided))
            and all(_is_least(late.value_musd, early.value_musd) for early, late in pairs)
            and all(map(_is_least, self.charges, later.charges))
            and not (self.is_liable and any(not _is_least(e.contingent_musd, x.contingent_musd) for e, x in pairs))
        )


def _is_least(a: float, b: float) -> bool:
    """Whether a is not above b, but for rounding."""
    return a <= b + _ROUNDING * max(1.0, abs(b))


def _is_late(instance: Instance, enough: dict[str, int], p: str, required: str) -> bool:
    """Whether a prerequisite may be funded only after p's own first year of enough money."""
    return required in instance.candidates and enough.get(required, instance.years[-1] + 1) > enough[p]


def _money_is_there(instance: Instance, project: Project) -> int | None:
    """First year from which on the pots that may pay for the project hold all they ever will; None: there is none."""
    able = [pot for pot in instance.pots.values() if _ever_pays(pot, project, instance.years)]
    if any(pot.year is not None and not pot.carry_over for pot in able):
        return None
    return max([instance.years[0], *(pot.year for pot in able if pot.year is not None)])


def _ever_pays(pot: Pot, project: Project, years: Iterable[int]) -> bool:
    return any(pot.pays(project.country, project.stage, t) for t in years)
