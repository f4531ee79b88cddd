"""The model once more, written naively from section 3 of the contract, to hold the real one against.

No sparse sets, no hub, no pooling, no reach, no implied rows, no claims: every country, plant, leg, origin and year has its
variable. Fundings are not variables but enumerated, one by one; what they leave open is one problem for scipy. Nothing is
shared with ``models/`` but the ``Instance``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from models.instance import Goal, Instance, Measure, Origin, Project, Scenario

ALLIED, OPEN = Origin.ALLIED, Origin.OPEN
Expression = dict[int, float]
Plan = dict[str, int | None]
INFINITY = float("inf")


@dataclass(frozen=True)
class Answer:
    """Least value over all fundings, and the fundings that reach it; infinite where none can be run."""

    value: float
    plan: Plan | None


class Reference:
    """One case as a matrix whose fundings are fixed by bounds."""

    def __init__(self, case: Instance) -> None:
        self.case = case
        self.names: dict[tuple[object, ...], int] = {}
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.rows: list[tuple[Expression, float, float]] = []
        self.short: dict[str, Expression] = {}
        self.cost: Expression = {}
        self.cost_constant = 0.0
        self._investment()
        self._people()
        self._money()
        self._stocks()
        self._redundancy()
        for scenario in case.scenarios.values():
            self._operation(scenario)
        self.total = self._total_shortfall()
        self.matrix = self._matrix()

    # ------------------------------------------------------------ building blocks

    def variable(self, *name: object, upper: float = INFINITY, whole: bool = False) -> int:
        if name not in self.names:
            self.names[name] = len(self.upper)
            self.upper.append(upper)
            self.whole.append(whole)
        return self.names[name]

    def row(self, terms: list[tuple[float, int]], low: float, high: float) -> None:
        self.rows.append((_summed(terms), low, high))

    def capacity(self, project: Project, t: int) -> tuple[list[tuple[float, int]], float]:
        """Return terms and constant of the capacity that stands in t."""
        standing = project.nameplate_ktpy * project.fixed_fraction.get(t, 0.0)
        terms = [(project.fraction(v, t), self.variable("size", project.name, v)) for v in project.funding_years]
        return [(factor, x) for factor, x in terms if factor], standing

    def add_cost(self, factor: float, x: int) -> None:
        self.cost[x] = self.cost.get(x, 0.0) + factor

    # ------------------------------------------------------------ first stage

    def _investment(self) -> None:
        case = self.case
        for p in case.candidates.values():
            for v in p.funding_years:
                fund, size = self.variable("fund", p.name, v, upper=1.0), self.variable("size", p.name, v)
                self.row([(1.0, size), (-p.nameplate_ktpy, fund)], -INFINITY, 0.0)
                self.row([(1.0, size), (-p.min_size_ktpy, fund)], 0.0, INFINITY)
                for t in case.years:
                    if p.operates(v, t):
                        self.add_cost(case.discount[t] * p.fixed_opex_musd_per_year / p.nameplate_ktpy, size)
        for p in case.projects.values():
            if not p.is_candidate:
                years = [t for t in case.years if t in p.fixed_fraction]
                self.cost_constant += sum(case.discount[t] * p.fixed_opex_musd_per_year for t in years)

    def capex(self, p: Project, v: int) -> list[tuple[float, int]]:
        share = p.fixed_capex_share
        fund, size = self.variable("fund", p.name, v), self.variable("size", p.name, v)
        return [(p.capex_musd * share, fund), (p.capex_musd * (1 - share) / p.nameplate_ktpy, size)]

    def spent(self, p: Project, t: int) -> list[tuple[float, int]]:
        """Return the capex of p that falls in t; what lies beyond the last year falls in it."""
        last = self.case.years[-1]
        return [
            (share * factor, x)
            for v in p.funding_years
            for n, share in enumerate(p.spend)
            if min(v + n, last) == t
            for factor, x in self.capex(p, v)
        ]

    def _people(self) -> None:
        """Whoever a country has and has trained is enough for its candidates, by the share of the nameplate that stands."""
        case = self.case
        for c, force in case.workforce.items():
            for t in case.years:
                begun = [y for y in case.years if y + force.training_years[y] <= t]
                trained = [(-1.0, self.variable("train", c, y, upper=force.max_trained[y])) for y in begun]
                needed = [
                    (p.workforce * factor / p.nameplate_ktpy, x)
                    for p in case.candidates.values()
                    if p.country == c
                    for factor, x in self.capacity(p, t)[0]
                ]
                self.row(needed + trained, -INFINITY, force.available[t])

    def _money(self) -> None:
        case = self.case
        outlays: dict[tuple[str, str, str, int], list[tuple[float, int]]] = {}
        for p in case.candidates.values():
            for t in case.years:
                outlays[p.name, p.country, p.stage, t] = [(p.public_share * f, x) for f, x in self.spent(p, t)]
                if case.capex_charge == "full":
                    for factor, x in self.spent(p, t):
                        self.add_cost(case.discount[t] * factor, x)
            if case.capex_charge == "annuity":
                self._annuities(p)
        for g in case.stockpiles.values():
            for t in case.years:
                price = g.purchase_musd_per_kt
                most = g.max_purchase_ktpy if price is not None else 0.0
                bought = self.variable("buy", g.name, t, upper=most)
                outlays[g.name, g.country, "stockpile", t] = [(price or 0.0, bought)]
                self.add_cost(case.discount[t] * (price or 0.0), bought)
        for c, force in case.workforce.items():
            for t in case.years:
                price, begun = force.cost_musd_per_person[t], self.variable("train", c, t, upper=force.max_trained[t])
                outlays[f"train {c}", c, "training", t] = [(price, begun)]
                self.add_cost(case.discount[t] * price, begun)
        if case.budget_musd is not None:
            self.row([term for terms in outlays.values() for term in terms], -INFINITY, case.budget_musd)
        if case.pots:
            self._pots(outlays)

    def _annuities(self, p: Project) -> None:
        rate, life = self.case.discount_rate, p.life_years
        assert life is not None
        # The present value of life payments of 1 at the end of each year, inverted.
        payment = 1.0 / sum((1.0 + rate) ** -n for n in range(1, life + 1))
        for v in p.funding_years:
            for t in self.case.years:
                if v <= t < v + life:
                    for factor, x in self.capex(p, v):
                        self.add_cost(self.case.discount[t] * payment * factor, x)

    def _pots(self, outlays: dict[tuple[str, str, str, int], list[tuple[float, int]]]) -> None:
        for (what, country, stage, t), terms in outlays.items():
            paid = [
                (-1.0, self.variable("pay", b.name, what, t))
                for b in self.case.pots.values()
                if b.pays(country, stage, t)
            ]
            self.row(terms + paid, 0.0, 0.0)
        for b in self.case.pots.values():
            paid = [(1.0, x) for name, x in self.names.items() if name[:2] == ("pay", b.name)]
            self.row(paid, -INFINITY, b.budget_musd)

    def _stocks(self) -> None:
        case = self.case
        for g in case.stockpiles.values():
            for t in case.years:
                level = self.variable("level", g.name, t, upper=g.max_kt)
                self.add_cost(case.discount[t] * g.holding_musd_per_kt, level)
                before, opening = self.level_before(g.name, t)
                drawn = [(1.0, self.variable("draw", "base", g.name, t))] if g.base_draw else []
                bought = (-1.0, self.variable("buy", g.name, t))
                self.row([(1.0, level), bought, *drawn, *((-f, x) for f, x in before)], opening, opening)
                self.row(drawn + [(-f, x) for f, x in before], -INFINITY, opening)

    def level_before(self, g: str, t: int) -> tuple[list[tuple[float, int]], float]:
        if t == self.case.years[0]:
            return [], self.case.stockpiles[g].opening_kt
        return [(1.0, self.variable("level", g, t - 1))], 0.0

    def _redundancy(self) -> None:
        """Count in every year of every rule; nothing is taken as implied."""
        for rule in self.case.rules.values():
            for t in (t for t in self.case.years if t >= rule.from_year):
                by_country: dict[str, tuple[list[tuple[float, int]], float]] = {}
                flags = []
                for p, factor in rule.conversion.items():
                    project = self.case.projects[p]
                    terms, standing = self.capacity(project, t)
                    terms = [(factor * f, x) for f, x in terms]
                    flags.append(self._counts(("count", rule.name, p, t), terms, factor * standing, rule))
                    sums = by_country.get(project.country, ([], 0.0))
                    by_country[project.country] = (sums[0] + terms, sums[1] + factor * standing)
                self.row([(1.0, x) for x in flags], rule.min_projects or 0, INFINITY)
                flags = [
                    self._counts(("count country", rule.name, c, t), terms, standing, rule)
                    for c, (terms, standing) in by_country.items()
                ]
                self.row([(1.0, x) for x in flags], rule.min_countries or 0, INFINITY)
                if (share := rule.max_country_share) is not None:
                    everyone = [(-share * f, x) for terms, _ in by_country.values() for f, x in terms]
                    all_standing = sum(standing for _, standing in by_country.values())
                    for terms, standing in by_country.values():
                        self.row(terms + everyone, -INFINITY, share * all_standing - standing)

    def _counts(self, name: tuple[object, ...], terms: list[tuple[float, int]], standing: float, rule: object) -> int:
        flag = self.variable(*name, upper=1.0, whole=True)
        needed = rule.min_capacity_ktpy  # type: ignore[attr-defined]
        self.row([*terms, (-needed, flag)], -standing, INFINITY)
        return flag

    # ------------------------------------------------------------ second stage

    def _operation(self, s: Scenario) -> None:
        self.short[s.name] = {}
        for t in s.years:
            self._runs(s, t)
            self._trade(s, t)
            self._supply(s, t)
            self._service(s, t)
            self._balances(s, t)
        if not s.is_base and s.years:
            for g in self.case.stockpiles.values():
                draws = [(s.scale, self.variable("draw", s.name, g.name, t)) for t in s.years]
                before, opening = self.level_before(g.name, s.span[0])
                self.row(draws + [(-f, x) for f, x in before], -INFINITY, opening)

    def _runs(self, s: Scenario, t: int) -> None:
        self.flow: dict[tuple[str, Origin, str], list[tuple[float, int]]] = {
            (k, o, c): [] for k in self.case.materials for o in Origin for c in self.case.countries
        }
        for p in self.case.projects.values():
            runs = []
            for recipe in self.case.recipes_of[p.process]:
                for o in (ALLIED, OPEN) if self.case.countries[p.country].makes_allied else (OPEN,):
                    x = self.variable("run", s.name, p.name, recipe.name, o, t)
                    runs.append((1.0, x))
                    for k, factor in recipe.outputs.items():
                        self.flow[k, o, p.country].append((factor, x))
                    for k, factor in recipe.inputs.items():
                        self.flow[k, o, p.country].append((-factor, x))
                    if s.is_base:
                        self.add_cost(self.case.discount[t] * (recipe.opex_musd_per_kt + p.opex_musd_per_kt), x)
            capacity, standing = self.capacity(p, t)
            left = s.project_left.get(p.name, 1.0)
            self.row(runs + [(-left * f, x) for f, x in capacity], -INFINITY, left * standing)
            if s.is_base:
                self.row(runs + [(-p.min_utilization * f, x) for f, x in capacity], 0.0, INFINITY)

    def _trade(self, s: Scenario, t: int) -> None:
        case = self.case
        for k in case.materials:
            for i in case.countries:
                for j in case.countries:
                    route = case.route(k, i, j)
                    if i == j or i == s.closed_country or not route.allowed:
                        continue
                    ships = [self.variable("ship", s.name, k, o, i, j, t) for o in Origin]
                    for o, x in zip(Origin, ships, strict=True):
                        self.flow[k, o, i].append((-1.0, x))
                        self.flow[k, o, j].append((1.0, x))
                        if s.is_base:
                            self.add_cost(case.discount[t] * route.cost_musd_per_kt, x)
                    if route.max_ktpy is not None:
                        self.row([(1.0, x) for x in ships], -INFINITY, route.max_ktpy)

    def _supply(self, s: Scenario, t: int) -> None:
        case = self.case
        for n in case.offers.values():
            places = [c for c in case.countries if c == n.country or (n.country is None and c != n.supplier)]
            landed = [self.variable("land", s.name, n.name, c, t) for c in places]
            for c, x in zip(places, landed, strict=True):
                self.flow[n.material, n.origin, c].append((1.0, x))
                if s.is_base:
                    self.add_cost(case.discount[t] * n.price_musd_per_kt[t], x)
            self.row([(1.0, x) for x in landed], -INFINITY, s.supplier_left.get(n.supplier, 1.0) * n.max_kt[t])
        for g in case.stockpiles.values():
            if g.base_draw or not s.is_base:
                self.flow[g.material, g.origin, g.country].append((1.0, self.variable("draw", s.name, g.name, t)))

    def _service(self, s: Scenario, t: int) -> None:
        case = self.case
        checked, spared = [], 0.0
        for d in case.demands.values():
            served = [
                (1.0, self.variable("served", s.name, d.name, o, t))
                for o in ((ALLIED,) if d.allied_only else (ALLIED, OPEN))
            ]
            for (_, x), o in zip(served, (ALLIED, OPEN), strict=False):
                self.flow[d.material, o, d.country].append((-1.0, x))
            short = self.variable("short", s.name, d.name, t, upper=d.demand_kt[t])
            self.row([*served, (1.0, short)], d.demand_kt[t], d.demand_kt[t])
            self.short[s.name][short] = s.scale * d.priority[t]
            if s.is_base:
                price = d.shortfall_musd_per_kt[t]
                must = 1.0 if case.goal is Goal.COST and price is None else d.min_coverage[t]
                self.row([(1.0, short)], -INFINITY, (1.0 - must) * d.demand_kt[t])
                if case.goal is Goal.COST and price is not None:
                    self.add_cost(case.discount[t] * price, short)
            if s.sector in (None, d.sector):
                checked.append((1.0, short))
                spared += (1.0 - (s.min_coverage or 0.0)) * d.demand_kt[t]
        if s.min_coverage is not None:
            self.row(checked, -INFINITY, spared)

    def _balances(self, s: Scenario, t: int) -> None:
        for k in self.case.materials:
            for c in self.case.countries:
                downgrade = self.variable("downgrade", s.name, k, c, t)
                self.flow[k, ALLIED, c].append((-1.0, downgrade))
                self.flow[k, OPEN, c].append((1.0, downgrade))
        for terms in self.flow.values():
            self.row(terms, 0.0, INFINITY)

    # ------------------------------------------------------------ goals

    def _total_shortfall(self) -> Expression:
        case = self.case
        losses = [s for s in case.disruptions if s.weight > 0.0 and s.years]
        terms = [(factor, x) for x, factor in self.short["base"].items()]
        if losses and case.measure is Measure.WORST:
            worst = self.variable("worst")
            for s in losses:
                self.row([(1.0, worst), *((-f, x) for x, f in self.short[s.name].items())], 0.0, INFINITY)
            terms.append((case.resilience_weight, worst))
        elif losses:
            total = sum(s.weight for s in losses)
            terms += [
                (case.resilience_weight * s.weight / total * f, x)
                for s in losses
                for x, f in self.short[s.name].items()
            ]
        return _summed(terms)

    def _matrix(self) -> tuple[csr_array, np.ndarray, np.ndarray]:
        entries = [(n, x, factor) for n, (terms, _, _) in enumerate(self.rows) for x, factor in terms.items()]
        where, columns, factors = zip(*entries, strict=True)
        shape = (len(self.rows), len(self.upper))
        matrix = csr_array((factors, (where, columns)), shape=shape)
        return matrix, np.array([low for _, low, _ in self.rows]), np.array([high for _, _, high in self.rows])

    # ------------------------------------------------------------ enumeration

    def plans(self) -> Iterator[Plan]:
        """Yield every choice of funding years that groups and prerequisites allow."""
        case = self.case
        names = list(case.candidates)
        for years in product(*([None, *case.candidates[p].funding_years] for p in names)):
            plan = dict(zip(names, years, strict=True))
            if self._keeps_groups(plan) and self._keeps_prerequisites(plan):
                yield plan

    def _keeps_groups(self, plan: Plan) -> bool:
        filled = [p.group for p in self.case.projects.values() if p.group and not p.is_candidate]
        funded = [self.case.projects[p].group for p, v in plan.items() if v is not None and self.case.projects[p].group]
        return len(set(funded)) == len(funded) and not set(filled) & set(funded)

    def _keeps_prerequisites(self, plan: Plan) -> bool:
        return all(
            (before := plan[required]) is not None and before <= v
            for p, v in plan.items()
            if v is not None
            for required in self.case.projects[p].requires
            if required in plan
        )

    def solve(self, goal: Expression, plan: Plan, limit: float | None = None) -> float:
        """Return the least value of a goal with the fundings given, and the shortfall within ``limit``."""
        matrix, low, high = self.matrix
        if limit is not None:
            columns, factors = list(self.total), list(self.total.values())
            kept = csr_array((factors, ([0] * len(columns), columns)), shape=(1, len(self.upper)))
            constraints = [LinearConstraint(matrix, low, high), LinearConstraint(kept, -INFINITY, limit)]
        else:
            constraints = [LinearConstraint(matrix, low, high)]
        lower, upper = np.zeros(len(self.upper)), np.array(self.upper)
        for p, project in self.case.candidates.items():
            for v in project.funding_years:
                lower[self.names["fund", p, v]] = upper[self.names["fund", p, v]] = float(plan[p] == v)
        costs = np.zeros(len(self.upper))
        costs[list(goal)] = list(goal.values())
        answer = milp(
            costs, constraints=constraints, bounds=Bounds(lower, upper), integrality=np.array(self.whole, dtype=int)
        )
        if answer.status == 2:
            return INFINITY
        assert answer.status == 0, answer.message
        return float(answer.fun)

    def least_shortfall(self) -> Answer:
        """Return the least weighted shortfall, kt, over all fundings; keeps that of each for ``least_cost``."""
        self.shortfall_of = [(self.solve(self.total, plan), plan) for plan in self.plans()]
        return _best(self.shortfall_of)

    def least_cost(self, limit: float | None = None) -> Answer:
        """Return the least cost, MUSD, over the fundings whose shortfall can be within ``limit``."""
        plans = self.plans() if limit is None else [plan for short, plan in self.shortfall_of if short <= limit]
        return _best([(self.solve(self.cost, plan, limit) + self.cost_constant, plan) for plan in plans])


def _summed(terms: list[tuple[float, int]]) -> Expression:
    total: Expression = {}
    for factor, x in terms:
        total[x] = total.get(x, 0.0) + factor
    return total


def _best(values: list[tuple[float, Plan]]) -> Answer:
    value, plan = min(values, key=lambda pair: pair[0], default=(INFINITY, None))
    return Answer(value, plan if value < INFINITY else None)
