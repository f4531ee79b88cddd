"""What stands, and what is paid, under a plan that is known: plain arithmetic, the same as the plan's model says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.instance import TRAINING_STAGE, Instance, Project, Workforce
from models.investment import spend_share
from models.solution import Funding
from models.viability import offered, ventures, within

# What is paid for, by which instrument ("" without), in which year; and support by project, funding year and instrument.
Due = tuple[str, str, int]
Package = Mapping[tuple[str, int, str], float]

# The cost step may give back a trace of the coverage, and with it of a plant: a thousandth of the people, a twentieth of one.
_SHARE, _PERSON = 1e-3, 0.05


def standing_ktpy(
    instance: Instance, fundings: Iterable[Funding], delays: Mapping[str, int] | None = None
) -> dict[tuple[str, int], float]:
    """Capacity by (p, t) of what stands already and of what is funded, kt/year; nothing is left out where it is 0.

    Parameters
    ----------
    instance, fundings
        The case and the plan.
    delays
        Project -> years by which its output comes later. What has run before the first year of the plan is not delayed.
    """
    late, funded = delays or {}, {funding.project: funding for funding in fundings}
    return {
        (p, t): _standing(project, t, late.get(p, 0)) + _ramped(project, funded.get(p), t - late.get(p, 0))
        for p, project in instance.projects.items()
        for t in instance.years
    }


def is_coming(project: Project, first: int) -> bool:
    """Whether a plant that is no candidate begins to run only after the first year of the plan."""
    return bool(project.fixed_fraction) and min(project.fixed_fraction) > first


def _standing(project: Project, t: int, delay: int) -> float:
    """A plant that is no candidate; delayed, its years come later, and its last one stays."""
    running = project.fixed_fraction
    return project.nameplate_ktpy * running.get(t - delay, 0.0) if t in running else 0.0


def _ramped(project: Project, funding: Funding | None, t: int) -> float:
    return 0.0 if funding is None else funding.size_ktpy * project.fraction(funding.year, t)


def capex_musd(project: Project, size_ktpy: float) -> float:
    """Capital cost at a size: capex x (f + (1 - f) x size / nameplate), MUSD."""
    part = size_ktpy / project.nameplate_ktpy if project.nameplate_ktpy else 1.0
    return project.capex_musd * (project.fixed_capex_share + (1.0 - project.fixed_capex_share) * part)


def people_needed(instance: Instance, capacity_ktpy: Mapping[tuple[str, int], float]) -> dict[tuple[str, int], float]:
    """People whom funded plants need, by (country, t), in the countries whose people are limited."""
    needed = {(c, t): 0.0 for c in instance.workforce for t in instance.years}
    for (p, t), capacity in capacity_ktpy.items():
        project = instance.projects[p]
        if instance.needs_people(project):
            needed[project.country, t] += project.people_per_ktpy * capacity
    return needed


def people_trained(instance: Instance, trained: Mapping[tuple[str, int], float]) -> dict[tuple[str, int], float]:
    """People who have been trained and are ready, by (country, t); ``trained``: who begins, by (country, t)."""
    return {
        (c, t): sum(trained.get((c, y), 0.0) for y in force.begun(t))
        for c, force in instance.workforce.items()
        for t in instance.years
    }


def people_at_most(instance: Instance) -> dict[tuple[str, int], float]:
    """People who could be there if all were trained who may be and for whom somebody may pay, by (country, t)."""
    return {
        (c, t): force.available[t]
        + sum(force.max_trained[y] for y in force.begun(t) if _may_be_paid(instance, force, y))
        for c, force in instance.workforce.items()
        for t in instance.years
    }


def _may_be_paid(instance: Instance, force: Workforce, t: int) -> bool:
    """Whether training that begins in t costs nothing, or some pot that is not empty may pay for it."""
    pots = [
        pot for pot in instance.pots.values() if pot.pays(force.country, TRAINING_STAGE, t) and pot.budget_musd > 0.0
    ]
    return bool(pots) or not instance.pots or not force.cost_musd_per_person[t]


def tight_years(instance: Instance, capacity_ktpy: Mapping[tuple[str, int], float]) -> dict[str, tuple[int, ...]]:
    """Countries, with the years, in which plants need everyone who could be there: more money could not train more in time."""
    needed, most = people_needed(instance, capacity_ktpy), people_at_most(instance)
    return {
        c: tuple(
            t
            for t in instance.years
            if needed[c, t] > 0.0 and most[c, t] - needed[c, t] <= max(_PERSON, _SHARE * most[c, t])
        )
        for c in instance.workforce
    }


def outlays_musd(
    instance: Instance,
    fundings: Iterable[Funding],
    bought_kt: Mapping[tuple[str, int], float],
    trained: Mapping[tuple[str, int], float],
    package: Package | None = None,
) -> dict[tuple[str, int], float]:
    """Public money by (p, g or training, t), undiscounted: what ``dues_musd`` says, whatever it is due for."""
    outlays: dict[tuple[str, int], float] = {}
    for (what, _, t), musd in dues_musd(instance, fundings, bought_kt, trained, package).items():
        outlays[what, t] = outlays.get((what, t), 0.0) + musd
    return outlays


def dues_musd(
    instance: Instance,
    fundings: Iterable[Funding],
    bought_kt: Mapping[tuple[str, int], float],
    trained: Mapping[tuple[str, int], float],
    package: Package | None = None,
) -> dict[Due, float]:
    """Public money by (p, g or training, instrument or "", t), undiscounted; not where 0.

    Fundings cost their public share by their spend profile, or with instruments what their package charges (by (p, v, i), MUSD
    of capital or kt/year of covered size); stocks and training what is bought and who begins.
    """
    dues = _shares(instance, fundings) if instance.finance is None else _charges(instance, fundings, package or {})
    dues |= {(g, "", t): (instance.stockpiles[g].purchase_musd_per_kt or 0.0) * kt for (g, t), kt in bought_kt.items()}
    for (c, t), people in trained.items():
        force = instance.workforce[c]
        dues[force.name, "", t] = force.cost_musd_per_person[t] * people
    return {key: musd for key, musd in dues.items() if musd}


def _shares(instance: Instance, fundings: Iterable[Funding]) -> dict[Due, float]:
    last = instance.years[-1]
    return {
        (f.project, "", t): spend_share(project, f.year, t, last)
        * project.public_share
        * capex_musd(project, f.size_ktpy)
        for f in fundings
        for project in (instance.projects[f.project],)
        for t in instance.years
        if t >= f.year
    }


def _charges(instance: Instance, fundings: Iterable[Funding], package: Package) -> dict[Due, float]:
    charges: dict[Due, float] = {}
    for f in fundings:
        project = instance.projects[f.project]
        firm, _ = ventures(instance, project, f.year)
        for i, instrument in offered(instance, project).items():
            if amount := package.get((f.project, f.year, i), 0.0):
                support = firm.support(instrument, None)
                cut = within(support.charge_musd, instance.years[-1])
                charges |= {(f.project, i, t): amount * x for t, x in cut.items()}
    return charges
