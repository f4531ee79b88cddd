"""What keeps a project out, found by solving again: with its money on top, and as if it needed no feed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from models.dispatch import build_potential
from models.instance import BASE, Instance
from models.solution import Funding, Investment
from optimizer.solve.bottlenecks import let_minima_go
from optimizer.solve.choice import ChoiceCase
from optimizer.solve.highs import Session
from optimizer.solve.packages import least_outlays
from optimizer.solve.standings import Keys, Standing

_MOST_YEARS = 4


@dataclass(frozen=True)
class OnTop:
    """The plan with the project added and no limit on money, against the plan alone with no limit on the sizes it pays for.

    ``gain``: what falls of the weighted shortfall (kt), or with objective cost of the cost (MUSD); losses are counted as in the
    plan. ``with_required``: projects that it requires, added too; ``in_place_of``: members of its group, taken out for it.
    """

    year: int
    gain: float
    outlay_musd: float
    with_required: tuple[str, ...]
    in_place_of: tuple[str, ...]


@dataclass(frozen=True)
class Fed:
    """One year of the base: what the added project serves as matters stand, and as if it needed no feed (weighted kt).

    ``run_kt``: how much it runs at full use, ``by_input``: what it would serve if it needed all but that input.
    """

    year: int
    short_kt: float
    gain_kt: float
    gain_fed_kt: float
    by_input: Mapping[str, float]


def on_top(case: ChoiceCase, known: Standing | None, funded: Keys, project: str) -> OnTop | None:
    """Add a project to the plan, money being no limit; None where that is not possible in any year."""
    instance, money = case.instance, case.without_limit
    one = instance.projects[project]
    rivals = tuple(sorted(p for p, _ in funded if one.group and instance.projects[p].group == one.group))
    required = required_by(instance, project, {p for p, _ in funded})
    years = [v for p, v in case.master.fundings if p == project]
    alone = _value(case, funded, known, money)
    if alone is None:
        return None
    for year in years[:_MOST_YEARS]:
        added = {(project, year)}
        for q in required:
            added |= {(q, min([v for p, v in case.master.fundings if p == q and v <= year], default=year))}
        together = frozenset(key for key in funded if key[0] not in rivals) | added
        value = _value(case, together, known, money)
        if value is not None:
            return OnTop(year, alone - value, _outlay(instance, added), tuple(required), rivals)
    return None


def _outlay(instance: Instance, added: Iterable[tuple[str, int]]) -> float:
    """Public money of added projects at full size, with instruments by the packages of least outlay."""
    whole = [
        Funding(p, v, 1.0, one.nameplate_ktpy, one.capex_musd) for p, v in added for one in (instance.projects[p],)
    ]
    return sum(least_outlays(instance, sorted(whole, key=lambda f: f.project)).values())


def _value(case: ChoiceCase, funded: Keys, known: Standing | None, money: object) -> float | None:
    if case.covers:
        assert known is not None
        return case.shortfall(funded, known, case.without_limit)
    costed = case.cost_of(funded, None, case.without_limit)
    return None if costed is None else costed.cost.value


def required_by(instance: Instance, project: str, there: Collection[str]) -> list[str]:
    """Return the candidates that it requires, directly or through others, and that are not there."""
    found: list[str] = []
    ahead = [project]
    while ahead:
        for q in instance.projects[ahead.pop()].requires:
            if q in instance.candidates and q not in there and q not in found:
                found.append(q)
                ahead.append(q)
    return found


def without_feed(instance: Instance, plan: Investment, project: str, funded: int, year: int) -> Fed:
    """Serve one year of the base with the plan, with the project added, and with the project as if it needed no feed."""
    one = instance.projects[project]
    capacity = one.nameplate_ktpy * one.fraction(funded, year)
    recipes = instance.recipes_of.get(one.process, ())
    inputs = list(dict.fromkeys(k for recipe in recipes for k in recipe.inputs))
    added = replace(plan, capacity_ktpy={**plan.capacity_ktpy, (project, year): capacity})
    easy = replace(
        instance, projects={p: replace(other, min_utilization=0.0) for p, other in instance.projects.items()}
    )
    alone = _short(easy, plan, year)

    def gain(freed: list[str]) -> float:
        return alone - _short(_fed(easy, project, freed), added, year)

    fed = gain(inputs)
    by_input = {k: fed if len(inputs) == 1 else gain([k]) for k in inputs}
    return Fed(year, alone, alone - _short(easy, added, year), fed, by_input)


def _fed(instance: Instance, project: str, freed: list[str]) -> Instance:
    """The project with a process of its own that does not need some inputs."""
    one = instance.projects[project]
    own = f"{one.process} ({project})"
    recipes = [
        replace(recipe, process=own, inputs={k: x for k, x in recipe.inputs.items() if k not in freed})
        for recipe in instance.recipes_of.get(one.process, ())
    ]
    projects = {**instance.projects, project: replace(one, process=own)}
    return replace(instance, recipes=(*instance.recipes, *recipes), projects=projects)


def _short(instance: Instance, plan: Investment, year: int) -> float:
    """Least weighted shortfall of one year of the base under fixed capacities, kt."""
    scenario = replace(instance.scenarios[BASE], span=(year,), years=(year,))
    of_year = {key: capacity for key, capacity in plan.capacity_ktpy.items() if key[1] == year}
    session = Session(build_potential(instance, replace(plan, capacity_ktpy=of_year), scenario, set(instance.demands)))
    let_minima_go(session)
    return session.solve().objective or 0.0
