"""What a chain could do and does not: what plants could run given their feed, and what could be made beyond what is used.

One year at a time, the plan fixed. What plants could run is sought with the feed left to them alone and no demand in the way.
What of a material could be made beyond its use is sought while all that is served stays served; it lies idle because of a
stage if less of it is left when that stage is raised and serves more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.dispatch import build_potential
from models.instance import BASE, Instance
from models.network import Network
from models.solution import Investment
from optimizer.solve.bottlenecks import makes, none_yet, raise_kt
from optimizer.solve.highs import Session

# What the shortfall may be above its least value while spare material is sought: above the solver's noise.
_KEPT_KT = 1e-7
_SPARE_KT = 1e-5
_FREED_KT = 1e-6
_PLENTY_KT = 1e4  # More than plants could take.


@dataclass(frozen=True)
class Binding:
    """Stages that hold a stream back in the year, alone or together."""

    stream: str
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Spare:
    """What of a material could be made beyond its use, kt; ``freed_kt``: how much less when a binding is raised."""

    material: str
    spare_kt: float
    freed_kt: Mapping[Binding, float]


class Potential:
    """The chain of one year as a program whose goal and capacities are changed in place."""

    def __init__(
        self,
        instance: Instance,
        investment: Investment,
        year: int,
        streams: Mapping[str, frozenset[str]],
        network: Network | None = None,
    ) -> None:
        """Compile the year; ``network``: that of the same case in another year, where it is at hand."""
        self.instance, self.year, self.streams = instance, year, streams
        nothing: dict[tuple[str, int], float] = {}
        for materials in streams.values():
            nothing |= none_yet(instance, investment, materials, year)
        self.capacity = nothing | dict(investment.capacity_ktpy)
        scenario = replace(instance.scenarios[BASE], span=(year,), years=(year,))
        model = build_potential(
            instance, replace(investment, capacity_ktpy=self.capacity), scenario, instance.demands, network
        )
        self.network = model.networks[BASE]
        self.session = Session(model)
        self._read(model)

    def _read(self, model: Any) -> None:
        """Find rows and columns of units, materials, purchases and shortfalls."""
        row_of = {id(constraint): n for n, constraint in enumerate(self.session.constraints)}
        column = self.session.column
        self.row_of = {u: row_of[id(row)] for (u, _, _), row in model.run_within_capacity.items()}
        self.runs: dict[str, list[int]] = defaultdict(list)
        for (u, _, _, _, _), run in model.Run_ktpy.items():
            self.runs[u].append(column[id(run)])
        self.balances: dict[str, list[int]] = defaultdict(list)
        for (k, _, _, _, _), row in model.material_balance.items():
            self.balances[k].append(row_of[id(row)])
        self.bought: dict[str, list[int]] = defaultdict(list)
        for (n, _, _, _), landed in model.Import_ktpy.items():
            self.bought[self.instance.offers[n].material].append(column[id(landed)])
        self.short = {
            column[id(short)]: model.priority[d, t, s]
            for (d, t, s), short in model.Shortfall_ktpy.items()
            if id(short) in column and model.priority[d, t, s]
        }

    # ------------------------------------------------------------ what plants could run

    def can_run(self, projects: Collection[str]) -> float:
        """Return the most that some projects could run together, the feed of the whole chain left to them, kt a year."""
        costs: dict[int, float] = {}
        limited = []
        for u in self.row_of:
            members = self.network.units[u].members
            mine = sum(self.capacity.get((p, self.year), 0.0) for p in members if p in projects)
            if mine > 0.0:
                costs |= dict.fromkeys(self.runs[u], -1.0)
                limited.append(u)
                self.session.set_row_upper(self.row_of[u], mine)
        found = -(self._least(costs)) if costs else 0.0
        for u in limited:
            self.session.set_row_upper(self.row_of[u], self._standing(u))
        return max(0.0, found)

    def can_run_given(self, projects: Collection[str], materials: Collection[str]) -> float:
        """Return the same if any amount of some materials were there for the taking, kt a year."""
        rows = [row for k in materials for row in self.balances[k]]
        before = [float(self.session.program.row_lower[row]) for row in rows]
        for row in rows:
            self.session.set_row_lower(row, -_PLENTY_KT)
        found = self.can_run(projects)
        for row, lower in zip(rows, before, strict=True):
            self.session.set_row_lower(row, lower)
        return found

    def _standing(self, u: str) -> float:
        return sum(self.capacity.get((p, self.year), 0.0) for p in self.network.units[u].members)

    def _least(self, costs: Mapping[int, float]) -> float:
        self.session.minimize(costs)
        return self.session.solve(interruptible=False).objective or 0.0

    # ------------------------------------------------------------ what could be made beyond its use

    def spares(self, bindings: Sequence[Binding]) -> list[Spare]:
        """Return every material of which more could be made than is used, all that is served staying served."""
        kept = self._least(self.short)
        columns = np.array(list(self.short), dtype=int)
        row = self.session.rows  # The next one.
        self.session.add_row(columns, -np.array(list(self.short.values()), dtype=float), -(kept + _KEPT_KT))
        spare = {k: self._spare(k) for k in self.balances}
        found = {k: x for k, x in spare.items() if x > _SPARE_KT}
        freed: dict[str, dict[Binding, float]] = {k: {} for k in found}
        for binding in bindings if found else ():
            self._raise(binding, 1.0)
            better = self._least(self.short)
            self.session.set_row_lower(row, -(better + _KEPT_KT))
            for k, before in found.items():
                if (less := before - self._spare(k)) > _FREED_KT and better < kept:
                    freed[k][binding] = less
            self._raise(binding, 0.0)
            self.session.set_row_lower(row, -(kept + _KEPT_KT))
        return [Spare(k, x, freed[k]) for k, x in found.items()]

    def _spare(self, material: str) -> float:
        """The most that can be left over of a material, what is bought of it not counted, kt."""
        left: dict[int, float] = defaultdict(float)
        matrix = self.session.program.matrix
        for row in self.balances[material]:
            span = slice(matrix.indptr[row], matrix.indptr[row + 1])
            for column, factor in zip(matrix.indices[span].tolist(), matrix.data[span].tolist(), strict=True):
                left[column] -= factor
        for column in self.bought[material]:
            left[column] += 1.0
        return -self._least(left)

    def _raise(self, binding: Binding, share: float) -> None:
        """Raise all stages of a binding as in the search for bottlenecks, each plant in proportion; 0: back to what stands."""
        materials = self.streams[binding.stream]
        for stage in binding.stages:
            units = [
                u
                for u in self.row_of
                if self.instance.projects[u].stage == stage and makes(self.network.units[u].recipes, materials)
            ]
            total = sum(self._standing(u) for u in units)
            more = share * raise_kt(total)
            for u in units:
                part = self._standing(u) / total if total else 1.0 / len(units)
                self.session.set_row_upper(self.row_of[u], self._standing(u) + more * part)
