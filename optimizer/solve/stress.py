"""A plan held fixed against losses: funding stays, flows adapt, year by year from one compiled pattern.

A loss is in force in a year; without draws from stocks beyond those of the plan the years do not depend on each other. How
long the stocks help, which stage binds under the loss and when fresh starts make up for it are solved on the same years.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.everything import everything_built
from models.instance import Instance, Scenario
from models.repair import beside
from models.solution import Funding, Investment
from models.standing import standing_ktpy
from optimizer.solve.pattern import ALL, Pattern, compile_pattern
from optimizer.solve.year import DRAWN, PRINTED, SHORTFALL, Answer, Change, Year

# What can be told apart, kt: a gram, and a millionth of what is demanded.
_LEAST_KT, _LEAST_SHARE = 1e-9, 1e-6
_RAISE_SHARE, _RAISE_KT = 0.01, 0.010
_GAIN_KT = 1e-6


@dataclass(frozen=True)
class Loss:
    """Something that is lost or late, in whatever years it is asked for.

    ``project_left``, ``supplier_left``: the share left where it is not 1. ``closed``: countries that nothing leaves.
    ``delays``: project -> years by which its output comes later. ``parts``: the losses that it is made of, if several.
    """

    name: str
    kind: str
    targets: tuple[str, ...]
    project_left: Mapping[str, float] = field(default_factory=dict)
    supplier_left: Mapping[str, float] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    delays: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[Loss, ...] = ()


@dataclass(frozen=True)
class Survival:
    """For a loss that begins in a year: by sector the years for which stocks keep it as well served as with nothing lost.

    Sectors that the loss never makes short are not there. ``lasts``: sectors that are kept to the end of the plan.
    """

    start: int
    years: Mapping[str, float]
    lasts: frozenset[str]


@dataclass(frozen=True)
class Breaking:
    """The stages that bind under a loss in a year: gains of priority-weighted demand served, kt, by each raised alone.

    ``binds`` are those that bind: the one with the largest gain alone, or several together. ``base_gain_kt``: the gain of the
    first of them with nothing lost.
    """

    year: int
    gains_kt: Mapping[str, float]
    binds: tuple[str, ...]
    alone: bool
    base_gain_kt: float


class Stress:
    """A case and a plan, with one solver per year; years are made when first asked for."""

    def __init__(self, instance: Instance, investment: Investment, pattern: Pattern | None = None) -> None:
        self.instance, self.investment = instance, investment
        self.pattern = pattern or compile_pattern(instance)
        self.standing = standing_ktpy(instance, investment.fundings)
        self._years: dict[int, Year] = {}
        self._gains: dict[int, Mapping[str, float]] = {}
        self._bases: dict[tuple[str, int], Any] = {}

    def year(self, t: int) -> Year:
        """The solver of a year."""
        if t not in self._years:
            self._years[t] = Year(self.pattern, self.instance, t, self.standing, self.investment.base_draw_kt)
        return self._years[t]

    @property
    def solves(self) -> int:
        """Linear programs solved so far, whatever the number of goals of each."""
        return sum(year.solves for year in self._years.values())

    # ------------------------------------------------------------ one loss

    def change(self, loss: Loss, t: int, **more: Mapping[str, float]) -> Change:
        """What a loss changes in a year."""
        standing = self._late(loss) if loss.delays else self.standing
        hit = {*loss.project_left, *loss.delays}
        capacity = {p: standing[p, t] * loss.project_left.get(p, 1.0) for p in sorted(hit)}
        return Change(capacity | dict(more.pop("capacity", {})), loss.supplier_left, loss.closed, **more)

    def _late(self, loss: Loss) -> Mapping[tuple[str, int], float]:
        return standing_ktpy(self.instance, self.investment.fundings, loss.delays)

    def serve(self, loss: Loss) -> dict[int, Answer]:
        """What is short in every year if the loss is in force in it."""
        return {t: self.year(t).answer(self.change(loss, t), basis=self._near(loss, t)) for t in self.instance.years}

    def _near(self, loss: Loss, t: int) -> Any:
        """For several losses at once the basis of the first of them; else that of nothing lost."""
        if not loss.parts:
            return None
        first = loss.parts[0]
        if (first.name, t) not in self._bases:
            self._bases[first.name, t] = self.year(t).basis_under(self.change(first, t))
        return self._bases[first.name, t]

    def shorter(self, t: int, answer: Answer, sector: str = ALL) -> bool:
        """Whether a sector is served less than with nothing lost."""
        year = self.year(t)
        return answer.short_kt[sector] > year.base.short_kt[sector] + self._least(t, sector)

    def _least(self, t: int, sector: str) -> float:
        return _LEAST_KT + _LEAST_SHARE * self.year(t).demand_kt[sector]

    # ------------------------------------------------------------ stocks

    def level_kt(self, g: str, t: int) -> float:
        """What is in store at the end of the year before t, kt."""
        if t <= self.instance.years[0]:
            return self.instance.stockpiles[g].opening_kt
        return self.investment.level_kt.get((g, t - 1), 0.0)

    def survive(self, loss: Loss, served: Mapping[int, Answer], start: int) -> Survival:
        """How long the stocks keep every sector as well served as with nothing lost, if the loss begins in a year and stays.

        Year by year: no sector is served more than with nothing lost; of what serves best the fewest tonnes are drawn. Within
        the year in which a sector falls short it counts the part of the gap that the stocks still close.
        """
        store = {g: self.level_kt(g, start) for g in self.instance.stockpiles}
        ahead = [t for t in self.instance.years if t >= start]
        waiting = [s for s in self.pattern.sectors if any(self.shorter(t, served[t], s) for t in ahead)]
        kept = dict.fromkeys(waiting, 0.0)
        for t in ahead:
            if not waiting or not any(self.shorter(t, served[t], s) for s in self.pattern.sectors):
                kept |= {s: kept[s] + 1.0 for s in waiting}
                continue
            held = self._held(loss, t, store) if any(store.values()) else served[t]
            store = {g: max(0.0, kt - held.drawn_kt.get(g, 0.0)) for g, kt in store.items()}
            failed = [s for s in waiting if self.shorter(t, held, s)]
            kept |= {s: kept[s] + (self._part(t, s, served[t], held) if s in failed else 1.0) for s in waiting}
            waiting = [s for s in waiting if s not in failed]
        return Survival(start, kept, frozenset(waiting))

    def _held(self, loss: Loss, t: int, store: Mapping[str, float]) -> Answer:
        floors = self.year(t).base.short_kt
        return self.year(t).answer(self.change(loss, t, store=store, floors=floors), (SHORTFALL, DRAWN))

    def _part(self, t: int, sector: str, bare: Answer, held: Answer) -> float:
        """Part of the gap of a year that the stocks close."""
        gap = bare.short_kt[sector] - self.year(t).base.short_kt[sector]
        closed = bare.short_kt[sector] - held.short_kt[sector]
        return min(1.0, max(0.0, closed / gap)) if gap > 0.0 else 0.0

    # ------------------------------------------------------------ stages

    def breaking(self, loss: Loss, t: int) -> Breaking:
        """Which stage binds under a loss in a year: solved again with the stage raised by max(1 %, 10 t)."""
        gains, binds, alone = self._binding(loss, t)
        if t not in self._gains:
            self._gains[t] = self._alone(Loss("", "", ()), t)
        return Breaking(t, gains, binds, alone, self._gains[t].get(binds[0], 0.0) if binds else 0.0)

    def _binding(self, loss: Loss, t: int) -> tuple[Mapping[str, float], tuple[str, ...], bool]:
        gains = self._alone(loss, t)
        if gains and max(gains.values()) > _GAIN_KT:
            return gains, (max(gains, key=lambda h: gains[h]),), True
        as_is = self._raised(loss, t, ())
        together = as_is - self._raised(loss, t, tuple(gains))
        lost = {h: together - (as_is - self._raised(loss, t, tuple(x for x in gains if x != h))) for h in gains}
        needed = [h for h in gains if lost[h] > max(_GAIN_KT, 0.1 * max(lost.values()))]
        return gains, tuple(sorted(needed, key=lambda h: -lost[h])), False

    def _alone(self, loss: Loss, t: int) -> dict[str, float]:
        as_is = self._raised(loss, t, ())
        return {h: max(0.0, as_is - self._raised(loss, t, (h,))) for h in self._stages}

    @property
    def _stages(self) -> dict[str, list[str]]:
        stages: dict[str, list[str]] = defaultdict(list)
        for p in self.pattern.capacity:
            stages[self.instance.projects[p].stage].append(p)
        return stages

    def _raised(self, loss: Loss, t: int, stages: Sequence[str]) -> float:
        capacity: dict[str, float] = {}
        left = self.change(loss, t).capacity
        for h in stages:
            members = [p for p in self._stages[h] if loss.project_left.get(p, 1.0) > 0.0] or self._stages[h]
            stand = {p: left.get(p, self.standing[p, t]) for p in members}
            total = sum(stand.values())
            more = max(_RAISE_SHARE * total, _RAISE_KT)
            capacity |= {p: kt + more * (kt / total if total else 1.0 / len(stand)) for p, kt in stand.items()}
        return self.year(t).answer(self.change(loss, t, capacity=capacity), (SHORTFALL,)).weighted_kt

    # ------------------------------------------------------------ fresh starts

    def recover(self, loss: Loss, served: Mapping[int, Answer], start: int) -> dict[str, int | None]:
        """By sector that is short in the year of the loss: the first year after it in which it is served as with nothing lost.

        From the year after the loss on all candidates that are not funded and not lost are started, money no object; of a
        group the largest, and nothing without what it requires. None: not within the plan.
        """
        waiting = [s for s in self.pattern.sectors if self.shorter(start, served[start], s)]
        found: dict[str, int | None] = dict.fromkeys(waiting)
        fresh = self._fresh(loss, start)
        for t in (t for t in self.instance.years if t > start):
            if not waiting:
                break
            capacity = {f.project: f.size_ktpy * self.instance.projects[f.project].fraction(f.year, t) for f in fresh}
            more = {p: kt for p, kt in capacity.items() if kt > 0.0}
            answer = self.year(t).answer(self.change(loss, t, capacity=more)) if more else served[t]
            back = [s for s in waiting if not self.shorter(t, answer, s)]
            found |= dict.fromkeys(back, t)
            waiting = [s for s in waiting if s not in back]
        return found

    def _fresh(self, loss: Loss, start: int) -> list[Funding]:
        """All that can stand beside the plan, each funded as early as it can be after the loss."""
        projects = beside(self.instance, self.investment.fundings, start + 1)
        lost = {p: replace(projects[p], funding_years=()) for p, left in loss.project_left.items() if left <= 0.0}
        built = everything_built(replace(self.instance, projects=projects | lost)).built
        return [
            Funding(p, year, 1.0, project.nameplate_ktpy, project.capex_musd)
            for p, year in built.items()
            for project in (self.instance.projects[p],)
        ]


def loss_of(scenario: Scenario) -> Loss:
    """A disruption of the workbook as a loss, in whatever years."""
    closed = frozenset({scenario.closed_country} if scenario.closed_country else ())
    return Loss(scenario.name, "workbook", (), scenario.project_left, scenario.supplier_left, closed)


__all__ = ["PRINTED", "Breaking", "Loss", "Stress", "Survival", "loss_of"]
