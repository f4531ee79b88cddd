"""Need against the most that could exist: what each limit asks for, and what falls short with all the money in the world.

Every limit is looked at alone: every candidate may be funded as early as it can be, money has no limit, and nothing else has to
be served or kept. What falls short then falls short in every plan.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from models.instance import FairMeasure
from optimizer.chain import material_names
from optimizer.checks import check
from optimizer.checks.reach import Kept, read_reach
from optimizer.checks.values import read_content
from optimizer.infeasible.explanation import Shortfall
from optimizer.infeasible.kinds import Kind, Limit
from optimizer.infeasible.narrow import narrow_place
from optimizer.infeasible.repairs import share_of, whose
from optimizer.infeasible.trial import Clock, Trial
from optimizer.infeasible.words import joined, musd, named_cell, tonnes, year_spans
from optimizer.solve.elastic import UNPAID, Key, NotKnownError, RowKey
from optimizer.units import T_PER_KT

_LEAST = 1e-6
_TOO_MUCH = ("cannot_be_met", "rule_starts_too_early")
_MOST_ROWS, _MOST_LATE = 12, 3
_WITH_EVERYTHING = "with every candidate funded as early as it can be and no limit on money"


@dataclass
class Arithmetic:
    """The search for shortfalls. ``found`` by limit; ``unfinished``: whether the time ended before all were looked at.

    ``late``: candidates that come too late for what is short.
    """

    trial: Trial
    clock: Clock
    found: list[Shortfall] = field(default_factory=list)
    unfinished: bool = False
    late: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Look at the limits that give in some plan with all the money; all others could be kept, even together.

        Large cases are asked as linear relaxations: what is short there is short for certain.
        """
        try:
            for key in self._suspects():
                self._look_at(self.trial.limits[key])
        except NotKnownError:
            self.unfinished = True

    def _suspects(self) -> list[Key]:
        """Limits that cannot all be kept with all the money."""
        money_or_payers = {key for key, x in self.trial.limits.items() if x.kind.is_money or x.kind.is_of_payers}
        asked = {key: limit for key, limit in self.trial.limits.items() if key not in money_or_payers}
        money = [key for key in self.trial.limits if key not in asked]
        prices = {key: 1.0 / limit.whole for key, limit in asked.items()}
        elastic = self.trial.elastic
        joint = elastic.least(prices, [*money, UNPAID], self.clock.slice(), elastic.is_large)
        return [] if joint is None else list(joint.giving)

    def _look_at(self, limit: Limit) -> None:
        """All rows of a limit in sum tell where it is short; each of these alone tells by how much.

        A share is kept by all countries of a year together.
        """
        elastic = self.trial.elastic
        open = [*(key for key in self.trial.limits if key != limit.key), UNPAID]
        _, together = elastic.least_short(limit.rows, (), open, self.clock.slice(), elastic.is_large)
        amounts: dict[RowKey, float] = {}
        for row in sorted(together, key=lambda row: -together[row])[:_MOST_ROWS]:
            if limit.kind is Kind.SHARE and _year(row) in map(_year, amounts):
                continue
            at_once = [row] if limit.kind is not Kind.SHARE else [x for x in limit.rows if _year(x) == _year(row)]
            beside = [other for other in limit.rows if other not in at_once]
            alone, _ = elastic.least_short(at_once, beside, open, self.clock.slice(), elastic.is_large)
            if alone > _LEAST:
                amounts[row] = alone
        if amounts:
            self.found.append(self._shortfall(limit, amounts))

    # ------------------------------------------------------------ words

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return material_names(self.trial.workbook)

    def _shortfall(self, limit: Limit, amounts: Mapping[RowKey, float]) -> Shortfall:
        if limit.kind.is_fair:
            return self._fair(limit, *amounts.values())
        worst = max(amounts, key=lambda row: (round(amounts[row], 9), -_year(row)))
        years = sorted({_year(row) for row in amounts})
        place = named_cell(self.trial.workbook, limit.sheet, limit.row.row.number, limit.column)  # type: ignore[union-attr]
        also = "" if len(years) == 1 else f" It falls short in {year_spans(years)}."
        match limit.kind:
            case Kind.COVERAGE | Kind.UNPRICED:
                return self._served(limit, worst, amounts[worst], place, also)
            case Kind.LOSS:
                return self._survives(limit, worst, amounts, place)
            case Kind.SHARE:
                return self._share(limit, worst, amounts[worst], place, also)
            case _:
                return self._count(limit, worst, amounts[worst], place)

    def _served(self, limit: Limit, row: RowKey, short: float, place: str, also: str) -> Shortfall:
        t = _year(row)
        demand = limit.give.rows[row]
        need, allied = limit.value * demand, self.trial.instance.demands[limit.demand].allied_only
        why = "having no price" if limit.kind is Kind.UNPRICED else f"{limit.value:g} of {tonnes(demand)}"
        narrow = self._narrow({self.trial.instance.demands[limit.demand].material: need}, t, allied, Kept())
        sentence = (
            f"{place}: {tonnes(need)} of {whose(limit)} must be served in {t} ({why}); {_WITH_EVERYTHING} at most"
            f" {tonnes(need - short)} can be: {tonnes(short)} short.{also}{narrow}"
        )
        return self._record(limit, t, "base", need * T_PER_KT, (need - short) * T_PER_KT, "t", sentence)

    def _survives(self, limit: Limit, row: RowKey, amounts: Mapping[RowKey, float], place: str) -> Shortfall:
        t, s = row[1]
        scenario = self.trial.instance.scenarios[s]
        need, short = limit.value * limit.give.rows[row], amounts[row]
        whose_demand = f"of {scenario.sector}" if scenario.sector else "of all sectors"
        by_scenario: dict[str, list[int]] = defaultdict(list)
        for _, (year, name) in amounts:
            by_scenario[name].append(year)
        also = ""
        if len(amounts) > 1:
            told = [f"{name} in {year_spans(years)}" for name, years in by_scenario.items()]
            also = f" It falls short in {'; '.join(told)}."
        counted = [x for x in self.trial.instance.demands.values() if scenario.sector in (None, x.sector)]
        wanted: dict[str, float] = defaultdict(float)
        for x in counted:
            wanted[x.material] += limit.value * x.demand_kt[t]
        narrow = self._narrow(wanted, t, all(x.allied_only for x in counted), self._kept(s))
        sentence = (
            f"{place}: in the loss {s} {tonnes(need)} {whose_demand} must still be served in {t} ({limit.value:g} of"
            f" {tonnes(limit.give.rows[row])}); {_WITH_EVERYTHING} at most {tonnes(need - short)} can be:"
            f" {tonnes(short)} short.{also}{narrow}"
        )
        return self._record(limit, t, s, need * T_PER_KT, (need - short) * T_PER_KT, "t", sentence)

    def _share(self, limit: Limit, row: RowKey, short: float, place: str, also: str) -> Shortfall:
        rule, country, t = row[1]
        sentence = (
            f"{place}: rule “{rule}” lets a country have {limit.value:.0%} of the capacity; {_WITH_EVERYTHING} at least"
            f" {tonnes(short)} a year in {t} are above it, as in {country}.{also}"
        )
        return self._record(limit, t, "base", 0.0, -short * T_PER_KT, "t per year of room", sentence)

    def _count(self, limit: Limit, row: RowKey, short: float, place: str) -> Shortfall:
        rule, t = row[1]
        chosen = self.trial.instance.rules[rule]
        word = "countries" if limit.kind is Kind.COUNTRIES else "projects"
        most = math.floor(limit.value - short + _LEAST)
        where = chosen.stage or self._names.get(str(chosen.material), chosen.material)
        late = self._late_plants([p for p in chosen.conversion], t)
        sentence = (
            f"{place}: rule “{rule}” asks for {limit.value:g} {word} with {chosen.min_capacity_ktpy * T_PER_KT:g} t a year of"
            f" {where} from {t} on; {_WITH_EVERYTHING} at most {most:g} can have it in {t}.{late}"
        )
        return self._record(limit, t, "base", limit.value, most, word, sentence)

    def _fair(self, limit: Limit, short: float) -> Shortfall:
        """A share of a country: how far from it the nearest plan stays."""
        assert limit.row is not None
        place = named_cell(self.trial.workbook, limit.sheet, limit.row.row.number, limit.column)
        rule, last = self.trial.instance.fairness[limit.row.text("rule")], self.trial.instance.years[-1]
        amount, unit, factor = {
            FairMeasure.MONEY: (musd(short), "MUSD", 1.0),
            FairMeasure.JOBS: (f"{short:,.12g} jobs", "people", 1.0),
        }.get(rule.measure, (tonnes(short), "t", T_PER_KT))
        if limit.kind is Kind.SERVED:
            (demand,) = limit.give.rows.values()
            need = limit.value * demand
            sentence = (
                f"{place}: {tonnes(need)} of the {share_of(limit)} must be served over all years ({limit.value:g} of"
                f" {tonnes(demand)}); {_WITH_EVERYTHING} at most {tonnes(need - short)} can be: {tonnes(short)} short."
            )
            return self._record(limit, last, "base", need * T_PER_KT, (need - short) * T_PER_KT, "t", sentence)
        side, off = ("at least", "missing") if limit.kind is Kind.REACHED else ("at most", "too much")
        when = f" in {rule.year}" if rule.year else ""
        sentence = (
            f"{place}: rule “{rule.name}” gives {rule.country} {side} {limit.value:g} of the {share_of(limit)}{when};"
            f" {_WITH_EVERYTHING} {amount} are {off} even in the plan that is nearest to it."
        )
        return self._record(limit, rule.year or last, "base", 0.0, -short * factor, f"{unit} of room", sentence)

    def _record(self, limit: Limit, t: int, s: str, need: float, most: float, unit: str, sentence: str) -> Shortfall:
        assert limit.row is not None
        return Shortfall(limit.sheet, limit.row.row.number, limit.column, t, s, need, most, unit, sentence)

    # ------------------------------------------------------------ what makes it short

    def _narrow(self, wanted_kt: Mapping[str, float], t: int, allied: bool, kept: Kept) -> str:
        """Where the chain is narrow, for materials of which less could exist than is wanted."""
        reach = read_reach(read_content(self.trial.workbook)[0])
        if reach is None:
            return ""
        available = reach.available_t(t, allied, kept)
        scarce = [k for k, kt in wanted_kt.items() if available.get(k, 0.0) < kt * T_PER_KT - _LEAST]
        if not scarce:
            amounts = joined([f"{available.get(k, 0.0):,.0f} t of {self._names.get(k, k)}" for k in wanted_kt])
            packages = self.trial.instance.finance is not None
            others = ", origin, or packages that firms can live on" if packages else " or origin"
            return f" By quantity {amounts} could exist in {t}: routes, groups, requirements{others} stand in the way."
        places = [narrow_place(reach, self._names, material, t, allied, kept) for material in scarce]
        told = dict.fromkeys(place.words + self._late_plants(place.projects, t) for place in places)
        return "".join(f" {words}" for words in list(told)[:2])

    def _late_plants(self, projects: Sequence[str], t: int) -> str:
        """Candidates that cannot run yet, with the cells that say so."""
        late = []
        for row in self.trial.workbook.table("Projects").rows:
            project = self.trial.instance.projects.get(str(row.cells.get("project")))
            if project is None or project.name not in projects or not project.is_candidate or not project.funding_years:
                continue
            runs = project.funding_years[0] + project.lead_years
            if runs > t:
                columns = ["lead_years"] if project.lead_years else []
                columns += ["first_funding_year"] if project.funding_years[0] > self.trial.instance.years[0] else []
                cells = ", ".join(named_cell(self.trial.workbook, "Projects", row.number, c) for c in columns)
                late.append(f"{project.name} cannot run before {runs} ({cells})")
                self.late.append(project.name)
        if len(late) > _MOST_LATE:
            late = [*late[:_MOST_LATE], f"so {len(late) - _MOST_LATE} more"]
        return f" {'; '.join(late)}." if late else ""

    def _kept(self, s: str) -> Kept:
        """What the loss leaves, as the arithmetic of the checks takes it."""
        scenario = self.trial.instance.scenarios[s]
        projects = self.trial.instance.projects
        sites = {projects[p].site: left for p, left in scenario.project_left.items()}
        return Kept(sites=sites, suppliers=dict(scenario.supplier_left), draws=True)


def by_hand(trial: Trial, found: Sequence[Shortfall]) -> tuple[str, ...]:
    """What the arithmetic of the checks says of limits of which no shortfall tells: rows that are too much in sum, say."""
    told = {(shortfall.sheet, shortfall.row) for shortfall in found}
    return tuple(
        f"{finding}"
        for finding in check(trial.workbook)
        if finding.code in _TOO_MUCH
        and (finding.sheet, int("".join(filter(str.isdigit, finding.cell)) or 0)) not in told
    )


def _year(row: RowKey) -> int:
    return next(part for part in row[1] if isinstance(part, int))
