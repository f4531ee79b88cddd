"""The packages of a plan whose fundings are settled: least public outlay, then least that may have to be paid in a crash.

The search for a plan only asks whether there are packages within the budget and the pots; which of them are taken is settled
here, exactly, by small linear programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from models.build import build_investment
from models.instance import BASE, Instance, Project
from models.solution import Funding, Investment, extract_money
from models.standing import outlays_musd
from optimizer.solve.highs import Session

_SLACK_MUSD = 1e-6
_NO_LIMIT_MUSD = 1e12
_SMALLEST_SHARE, _DUST_SHARE = 1e-9, 1e-5


def settle(instance: Instance, investment: Investment, pots_factor: float = 1.0) -> Investment:
    """Give the plan its packages; unchanged where there are no instruments.

    Parameters
    ----------
    instance, investment
        The case, and a plan of it whose packages are within its budget and pots.
    pots_factor
        What the pots are multiplied by.
    """
    if instance.finance is None:
        return investment
    case = _decided(instance, investment, pots_factor)
    session = Session(build_investment(case))
    _fix(session, case, investment.fundings, investment.bought_kt, investment.trained)
    least = session.solve(interruptible=False)
    if least.values is None or least.objective is None:
        return investment
    (row,) = (
        n for n, one in enumerate(session.constraints) if one.parent_component().local_name == "outlay_within_budget"
    )
    budget = _NO_LIMIT_MUSD if instance.budget_musd is None else instance.budget_musd
    session.set_row_upper(row, max(least.objective, min(budget, least.objective + _SLACK_MUSD)))
    session.minimize(
        {session.column[id(session.model.Support[key])]: x for key, x in _contingent(session.model).items()}
    )
    values = session.solve(interruptible=False).values
    values = least.values if values is None else _without_dust(session, case, investment.fundings, values)
    return replace(investment, **extract_money(session.reader.at(values), case))


def _without_dust(session: Session, instance: Instance, fundings: Iterable[Funding], values: np.ndarray) -> np.ndarray:
    """The packages again without amounts that the tolerance of the outlay alone bought, where there are such packages."""
    wholes = {(f.project, f.year): (f.size_ktpy, f.capex_musd) for f in fundings}
    supports = session.model.Support
    least = {key: _DUST_SHARE * wholes[key[:2]][instance.instruments[key[2]].kind.is_capital] for key in supports}
    left = dict(supports.items())
    while dust := [key for key, x in left.items() if 0.0 < values[session.column[id(x)]] < least[key]]:
        for key in dust:
            _set(session, left.pop(key), 0.0)
        found = session.solve(interruptible=False).values
        if found is None:
            return values
        values = found
    return values


def _decided(instance: Instance, investment: Investment, pots_factor: float) -> Instance:
    """The case in which only the plan's fundings are left; its budget has a row, and is what the plan needs at least."""
    funded = {(f.project, f.year) for f in investment.fundings}
    projects = {
        p: replace(project, funding_years=tuple(v for v in project.funding_years if (p, v) in funded))
        for p, project in instance.projects.items()
    }
    pots = {b: replace(pot, budget_musd=pot.budget_musd * pots_factor) for b, pot in instance.pots.items()}
    base = {BASE: instance.scenarios[BASE]}
    return replace(instance, projects=projects, pots=pots, scenarios=base, budget_musd=_NO_LIMIT_MUSD)


def least_packages(
    instance: Instance, fundings: Iterable[Funding]
) -> tuple[dict[tuple[str, int, str], float], frozenset[str]]:
    """Return the packages of least outlay if no budget, pot or limit of liability counts, and projects that have none.

    A project has none where no package lets its firm earn its hurdle rate. The packages are by (p, v, instrument), MUSD of
    capital or kt/year of covered size.
    """
    if instance.finance is None:
        return {}, frozenset()
    chosen = tuple(fundings)
    together = _unlimited(instance, chosen)
    if together is not None:
        return together, frozenset()
    found: dict[tuple[str, int, str], float] = {}
    unable = set()
    for funding in chosen:
        package = _unlimited(instance, (funding,))
        found |= package or {}
        unable |= {funding.project} if package is None else set()
    return found, frozenset(unable)


def least_outlays(instance: Instance, fundings: Iterable[Funding]) -> dict[str, float]:
    """Public money by project, MUSD of all years: with instruments the least, where there is a package (``least_packages``)."""
    chosen = tuple(fundings)
    if instance.finance is None:
        return {f.project: instance.projects[f.project].public_share * f.capex_musd for f in chosen}
    package, unable = least_packages(instance, chosen)
    outlays = {f.project: 0.0 for f in chosen if f.project not in unable}
    for (p, _), musd in outlays_musd(instance, chosen, {}, {}, package).items():
        outlays[p] += musd
    return outlays


def _unlimited(instance: Instance, fundings: tuple[Funding, ...]) -> dict[tuple[str, int, str], float] | None:
    """Packages of fundings that stand for themselves; None where there are none for all of them."""
    assert instance.finance is not None
    projects = {
        f.project: replace(instance.projects[f.project], funding_years=(f.year,), requires=(), group="")
        for f in fundings
    }
    case = replace(
        instance,
        projects=projects,
        pots={},
        stockpiles={},
        workforce={},
        budget_musd=None,
        finance=replace(instance.finance, max_contingent_musd=None),
        scenarios={BASE: instance.scenarios[BASE]},
    )
    session = Session(build_investment(case))
    _fix(session, case, fundings, {}, {})
    values = session.solve(interruptible=False).values
    return None if values is None else extract_money(session.reader.at(values), case)["package"]


def _fix(
    session: Session,
    instance: Instance,
    fundings: Iterable[Funding],
    bought_kt: Mapping[tuple[str, int], float],
    trained: Mapping[tuple[str, int], float],
) -> None:
    """Fundings, sizes, purchases and training as in the plan."""
    m = session.model
    funded = {(f.project, f.year): f for f in fundings}
    for key in m.Fund:
        _set(session, m.Fund[key], funded[key].share)
    for p, v in m.SizeAboveSmallest_ktpy:
        _set(session, m.SizeAboveSmallest_ktpy[p, v], _above(instance.projects[p], funded[p, v]))
    for key in m.Buy_kt:
        _set(session, m.Buy_kt[key], bought_kt.get(key, 0.0))
    for key in m.Train_people:
        _set(session, m.Train_people[key], trained.get(key, 0.0))


def _above(project: Project, funding: Funding) -> float:
    least = project.min_size_ktpy * funding.share
    above = funding.size_ktpy - least
    return above if above > _SMALLEST_SHARE * funding.size_ktpy else 0.0


def _set(session: Session, variable: Any, value: float) -> None:
    column = np.array([session.column[id(variable)]])
    session.set_bounds(column, np.array([value]), np.array([value]))


def _contingent(m: Any) -> dict[Any, float]:
    return {key: one.contingent_musd for key, one in m.supports.items() if one.contingent_musd}
