"""The stage that binds, year by year and stream by stream, found by solving again with its capacity raised.

The plan and its capacities are fixed; what a stream's demand could be served at best is solved with the stages as they
are, with one raised (also one in which nothing stands yet), and with all that are at full use raised. In a balanced chain
one stage alone gains nothing: then those bind together without which raising all the others gains less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.dispatch import build_potential
from models.instance import BASE, Instance, Recipe
from models.network import Network
from models.solution import Investment, Operation
from optimizer.solve.highs import Session

_RAISE_SHARE = 0.01
_RAISE_KT = 0.010
_FULL = 0.999
_GAIN_KT = 1e-6
# A stage whose gain is small beside another stage's is not what holds the chain back.
_GAIN_OF_LARGEST = 0.1


@dataclass(frozen=True)
class Bottleneck:
    """One stage in one year and stream, in kt; gains are of priority-weighted demand served.

    ``gain_together_kt``: what is lost of the gain of raising all full stages when this one is not raised;
    ``least_gain_kt``: what a gain must exceed to count.
    """

    year: int
    stream: str
    stage: str
    shortfall_kt: float
    capacity_kt: float
    run_kt: float
    raised_kt: float
    gain_alone_kt: float
    gain_together_kt: float
    together_with: tuple[str, ...]
    least_gain_kt: float = _GAIN_KT

    @property
    def binds(self) -> str:
        """``alone``, ``together`` or ``no``."""
        if self.gain_alone_kt > self.least_gain_kt:
            return "alone"
        return "together" if self.gain_together_kt > self.least_gain_kt else "no"


def find_bottlenecks(
    instance: Instance, investment: Investment, base: Operation, streams: Mapping[str, frozenset[str]]
) -> list[Bottleneck]:
    """Solve the chain of each year and stream again with each stage raised.

    Parameters
    ----------
    instance, investment, base
        The case, the plan, and how it runs in the base.
    streams
        Stream -> materials that carry it.
    """
    found: list[Bottleneck] = []
    for stream, materials in streams.items():
        rows = {d for d, row in instance.demands.items() if row.material in materials}
        network = None
        for t in instance.years:
            if rows and any(instance.demands[d].demand_kt[t] > 0.0 for d in rows):
                chain = _Chain(instance, investment, base, stream, materials, rows, t, network)
                network = chain.network
                found += chain.stages()
    return found


class _Chain:
    """The chain of one stream in one year, with its capacities as numbers that can be raised."""

    def __init__(
        self,
        instance: Instance,
        investment: Investment,
        base: Operation,
        stream: str,
        materials: frozenset[str],
        rows: set[str],
        year: int,
        network: Network | None,
    ) -> None:
        self.stream, self.year = stream, year
        scenario = replace(instance.scenarios[BASE], span=(year,), years=(year,))
        capacity = none_yet(instance, investment, materials, year) | dict(investment.capacity_ktpy)
        model = build_potential(instance, replace(investment, capacity_ktpy=capacity), scenario, rows, network)
        self.network = model.networks[BASE]
        self.session = Session(model)
        let_minima_go(self.session)
        row_of = {id(constraint): n for n, constraint in enumerate(self.session.constraints)}
        self.rows: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self.capacity: dict[str, float] = defaultdict(float)
        self.run: dict[str, float] = defaultdict(float)
        runs: dict[str, float] = defaultdict(float)
        for (p, _, _, t), amount in base.runs.items():
            if t == year:
                runs[p] += amount
        for (u, t, s), constraint in model.run_within_capacity.items():
            unit = model.networks[s].units[u]
            if makes(unit.recipes, materials):
                stage = instance.projects[u].stage
                standing = sum(capacity.get((p, t), 0.0) for p in unit.members)
                self.rows[stage].append((row_of[id(constraint)], standing))
                self.capacity[stage] += standing
                self.run[stage] += sum(runs[p] for p in unit.members)

    def stages(self) -> list[Bottleneck]:
        """Every stage with its gains, in the order in which the projects name them."""
        as_is = self._shortfall(())
        if as_is <= _GAIN_KT:
            return [self._bottleneck(stage, 0.0, 0.0, 0.0, ()) for stage in self.rows]
        full = [h for h in self.rows if self.run[h] >= _FULL * self.capacity[h]]
        alone = {h: as_is - self._shortfall((h,)) for h in self.rows}
        full = list(dict.fromkeys([*full, *(h for h in self.rows if alone[h] > _GAIN_KT)]))
        together = as_is - self._shortfall(full)
        lost = {h: together - (as_is - self._shortfall([x for x in full if x != h])) for h in full}
        least = max(_GAIN_KT, _GAIN_OF_LARGEST * max([*alone.values(), *lost.values()], default=0.0))
        needed = [h for h in full if lost[h] > least]
        found = [
            self._bottleneck(h, as_is, alone[h], lost.get(h, 0.0), tuple(x for x in needed if x != h and h in needed))
            for h in self.rows
        ]
        return [replace(one, least_gain_kt=least) for one in found]

    def _bottleneck(
        self, stage: str, shortfall: float, alone: float, together: float, others: tuple[str, ...]
    ) -> Bottleneck:
        return Bottleneck(
            year=self.year,
            stream=self.stream,
            stage=stage,
            shortfall_kt=shortfall,
            capacity_kt=self.capacity[stage],
            run_kt=self.run[stage],
            raised_kt=self._raise(stage),
            gain_alone_kt=max(0.0, alone),
            gain_together_kt=max(0.0, together),
            together_with=others,
        )

    def _raise(self, stage: str) -> float:
        return raise_kt(self.capacity[stage])

    def _shortfall(self, raised: tuple[str, ...] | list[str]) -> float:
        """Least weighted shortfall with some stages raised, each plant in proportion to what it has."""
        for stage in raised:
            self._set(stage, self._raise(stage))
        outcome = self.session.solve()
        for stage in raised:
            self._set(stage, 0.0)
        return outcome.objective or 0.0

    def _set(self, stage: str, more: float) -> None:
        total, rows = self.capacity[stage], self.rows[stage]
        for row, standing in rows:
            part = standing / total if total else 1.0 / len(rows)
            self.session.set_row_upper(row, standing + more * part)


def let_minima_go(session: Session) -> None:
    """Open the reliefs of minimum coverages: only the least shortfall is asked for, and there always is one."""
    reliefs = (x for relief, _ in session.model.reliefs.values() for x in relief.values())
    columns = (session.column.get(id(x)) for x in reliefs)
    opened = np.array([column for column in columns if column is not None], dtype=int)
    session.set_bounds(opened, np.zeros(len(opened)), np.full(len(opened), np.inf))


def raise_kt(capacity_kt: float) -> float:
    """How far a stage is raised: 1 %, at least 10 t a year."""
    return max(_RAISE_SHARE * capacity_kt, _RAISE_KT)


def makes(recipes: Iterable[Recipe], materials: Collection[str]) -> bool:
    """Whether one of the recipes gives one of the materials."""
    return any(k in materials for recipe in recipes for k in recipe.outputs)


def none_yet(
    instance: Instance, investment: Investment, materials: frozenset[str], year: int
) -> dict[tuple[str, int], float]:
    """Nothing, as capacity of every project of the stages in which nothing stands: so that these can be raised too."""
    makers = [p for p in instance.projects.values() if makes(instance.recipes_of.get(p.process, ()), materials)]
    standing = {p.stage for p in makers if investment.capacity_ktpy.get((p.name, year), 0.0) > 0.0}
    return {(p.name, year): 0.0 for p in makers if p.stage not in standing}
