"""What a firm reckons with before it builds, and what each instrument of public support is worth to it and costs.

Plain arithmetic, done before a model is built: everything is linear in funded (yes/no), size and the amounts of support.
Money is real; present values are in the funding year, at the firm's hurdle rate (public ones at the public rate).
Sources: Brealey, Myers and Allen, Principles of Corporate Finance, chapters 5, 6 and 19 (present value, after-tax cash
flow, loan subsidies); Federal Credit Reform Act of 1990, section 502 (cost of a loan or guarantee to the public).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from models.finance import annuity, discount_factor
from models.instance import Instance, Project, Recipe
from models.instruments import Finance, Instrument, Kind


@dataclass(frozen=True)
class Support:
    """An instrument for a project funded in a year: per MUSD of face (capital kinds), or per kt/year of covered size.

    ``value_musd``: present value to the firm, after tax. ``charge_musd``: of the budget, by calendar year, not cut at the
    horizon; ``crash_musd``: the same promise in the crash deck, as far as it depends on prices (floors, offtakes), by
    calendar year. ``covered_musd``: what a guarantee stands for. ``receipts_musd``: what is expected to come back, all years.
    """

    value_musd: float
    charge_musd: Mapping[int, float]
    crash_musd: Mapping[int, float] = field(default_factory=dict)
    covered_musd: float = 0.0
    receipts_musd: float = 0.0

    @property
    def contingent_musd(self) -> float:
        """All that may have to be paid if prices crash and the guaranteed fail."""
        return sum(self.crash_musd.values()) + self.covered_musd


@dataclass(frozen=True)
class Year:
    """An operating year of a firm per kt/year of size: ``activity`` in kt, money in MUSD; ``recipe`` of best margin."""

    t: int
    activity: float
    recipe: Recipe
    revenue: float
    inputs: float
    opex: float

    @property
    def margin(self) -> float:
        """What a kt/year of size earns in the year, before fixed opex and tax."""
        return self.revenue - self.inputs - self.opex

    def output(self, material: str) -> float:
        """Output of a material in the year, kt."""
        return self.activity * self.recipe.outputs.get(material, 0.0)


class Venture:
    """A candidate funded in year ``v`` as the firm sees it at one price deck."""

    def __init__(self, instance: Instance, project: Project, v: int, deck: str) -> None:
        assert instance.finance is not None
        self.instance, self.finance, self.project, self.v, self.deck = instance, instance.finance, project, v, deck

    # ------------------------------------------------------------ time

    @property
    def start(self) -> int:
        """First operating year."""
        return self.v + self.project.lead_years

    def worth(self, t: int, rate: float | None = None) -> float:
        """Value in the funding year of 1 in year t, at the hurdle rate or another one."""
        return discount_factor(self.project.hurdle_rate if rate is None else rate, t - self.v)

    @cached_property
    def draws(self) -> Mapping[int, float]:
        """Share of capital by calendar year."""
        return {self.v + n: share for n, share in enumerate(self.project.spend)}

    @cached_property
    def life(self) -> range:
        """Operating years."""
        return range(self.start, self.start + self.project.operating_life_years)

    @cached_property
    def years(self) -> Mapping[int, Year]:
        """Operating years at full size, per kt/year of size."""
        return {t: self._year(t) for t in self.life}

    def _year(self, t: int) -> Year:
        activity = self.finance.utilization * self.project.fraction(self.v, t)
        recipe, sells, buys = self.instance.margins.best(self.deck, self.project.process, t)
        opex = recipe.opex_musd_per_kt + self.project.opex_musd_per_kt
        return Year(t, activity, recipe, activity * sells, activity * buys, activity * opex)

    # ------------------------------------------------------------ without support

    @cached_property
    def capital_value(self) -> float:
        """Present value of a MUSD of capital: what is spent, less the tax that depreciation saves (straight line, for life)."""
        return -self.drawn + self.project.tax_rate * self.lasting / self.project.operating_life_years

    @cached_property
    def drawn(self) -> float:
        """Present value of a MUSD drawn by the spend profile."""
        return sum(share * self.worth(t) for t, share in self.draws.items())

    @cached_property
    def lasting(self) -> float:
        """Present value of 1 in every operating year."""
        return sum(self.worth(t) for t in self.life)

    @cached_property
    def running_value(self) -> float:
        """Present value after tax of running a kt/year of size, without fixed opex."""
        return (1.0 - self.project.tax_rate) * sum(year.margin * self.worth(t) for t, year in self.years.items())

    @cached_property
    def fixed_value(self) -> float:
        """Present value after tax of the fixed opex at nameplate."""
        return -(1.0 - self.project.tax_rate) * self.project.fixed_opex_musd_per_year * self.lasting

    def unaided(self, capex_musd: float, size_ktpy: float, share: float) -> float:
        """Net present value without support, MUSD; ``share``: of nameplate (1 where there is none)."""
        return self.capital_value * capex_musd + self.running_value * size_ktpy + self.fixed_value * share

    # ------------------------------------------------------------ instruments

    def support(self, one: Instrument, crash: Venture | None) -> Support:
        """What an instrument is worth and costs; ``crash``: the same venture at the crash deck."""
        value = sum(x * self.worth(t) for t, x in self.cash(one).items())
        match one.kind:
            case Kind.GRANT:
                return Support(value, self.draws)
            case Kind.EQUITY:
                return Support(value, self.draws, receipts_musd=1.0 + one.rate * len(self.life))
            case Kind.INVESTMENT_CREDIT:
                return Support(value, {self.start: 1.0})
            case Kind.LOAN:
                receipts = (1.0 - one.default_probability) * sum(paid for _, paid in self.schedule(one).values())
                return Support(value, self._as_drawn(self._subsidy(one)), receipts_musd=receipts)
            case Kind.GUARANTEE:
                loss = one.coverage * one.default_probability
                return Support(value, self._as_drawn(loss), covered_musd=one.coverage)
            case _:
                return self._promise(value, one, crash)

    def cash(self, one: Instrument) -> dict[int, float]:
        """Cash of an instrument after tax by calendar year, per MUSD of face or kt/year of covered size."""
        flows: dict[int, float] = defaultdict(float)
        for part in self._cash_parts(one):
            for t, x in part.items():
                flows[t] += x
        return dict(flows)

    def _cash_parts(self, one: Instrument) -> tuple[Mapping[int, float], ...]:
        tax, life = self.project.tax_rate, self.life
        match one.kind:
            case Kind.GRANT:
                return self.draws, dict.fromkeys(life, -tax / self.project.operating_life_years)
            case Kind.EQUITY:
                return self.draws, dict.fromkeys(life, -one.rate), {life[-1]: -1.0}
            case Kind.LOAN | Kind.GUARANTEE:
                return self.draws, {t: tax * interest - paid for t, (interest, paid) in self.schedule(one).items()}
            case Kind.INVESTMENT_CREDIT:
                return ({self.start: 1.0},)
            case Kind.PRODUCTION_CREDIT:
                return (dict(self.paid(one)),)
            case _:
                return ({t: (1.0 - tax) * x for t, x in self.paid(one)},)

    def _as_drawn(self, rate: float) -> dict[int, float]:
        return {t: rate * x for t, x in self.draws.items()}

    def _subsidy(self, one: Instrument) -> float:
        """What of a public loan is not expected to come back, valued at the public rate, by what is lent."""
        public, plan = self.finance.public_rate, self.schedule(one)
        lent = sum(x * self.worth(t, public) for t, x in self.draws.items())
        back = (1.0 - one.default_probability) * sum(paid * self.worth(t, public) for t, (_, paid) in plan.items())
        return max(0.0, 1.0 - back / lent)

    def schedule(self, one: Instrument) -> Mapping[int, tuple[float, float]]:
        """Interest, and all that is paid, by calendar year, per MUSD of a loan.

        Drawn by the spend profile; interest alone until the grace is over and all is drawn; then equal yearly payments.
        """
        grace = max(one.grace_years, len(self.project.spend) - 1)
        rest = max(1, one.tenor_years - grace)
        payment = annuity(one.rate, rest)
        plan: dict[int, tuple[float, float]] = {}
        balance = self.draws[self.v]
        for t in range(self.v + 1, self.v + grace + 1):
            plan[t] = (one.rate * balance, one.rate * balance)
            balance += self.draws.get(t, 0.0)
        for t in range(self.v + grace + 1, self.v + grace + rest + 1):
            interest = one.rate * balance
            plan[t] = (interest, payment)
            balance -= payment - interest
        return plan

    def _promise(self, value: float, one: Instrument, crash: Venture | None) -> Support:
        """A credit per kg, a floor or an offtake, in the first operating years."""
        flows = dict(self.paid(one))
        due = {} if crash is None or not one.kind.holds_a_price else dict(crash.paid(one))
        return Support(
            value,
            {t: x for t, x in flows.items() if x > 0.0},
            {t: x for t, x in due.items() if x > 0.0},
            receipts_musd=-sum(x for x in flows.values() if x < 0.0),
        )

    def paid(self, one: Instrument) -> Iterator[tuple[int, float]]:
        """Yield what the public pays (or, negative, gets back) by calendar year, per kt/year of covered size."""
        last = self.life[-1] if one.years is None else min(self.life[-1], self.start + one.years - 1)
        for t in range(self.start, last + 1):
            yield t, self.years[t].output(one.material) * _by_kg(one, self.finance, self.deck, t)


def _by_kg(one: Instrument, finance: Finance, deck: str, t: int) -> float:
    """What is paid for a kg in a year: the credit, or the difference to the price that the instrument holds."""
    if one.kind is Kind.PRODUCTION_CREDIT:
        return one.price_musd_per_kt
    below = one.price_musd_per_kt - finance.price(deck, one.material, t)
    return below if one.kind is Kind.OFFTAKE or below > 0.0 else one.upside_share * below


def ventures(instance: Instance, project: Project, v: int) -> tuple[Venture, Venture | None]:
    """A candidate funded in v at the planning deck, and at the crash deck if there is one."""
    assert instance.finance is not None
    crash = instance.finance.crash_deck
    planned = Venture(instance, project, v, instance.finance.planning_deck)
    return planned, None if crash is None else Venture(instance, project, v, crash)


def unaided_at_ends(project: Project, firm: Venture) -> tuple[float, float]:
    """Net present value without support at the smallest and at the full size, MUSD; it is linear in between."""
    full = firm.unaided(project.capex_musd, project.nameplate_ktpy, 1.0)
    if not project.is_sizable:
        return full, full
    share, f = project.min_size_ktpy / project.nameplate_ktpy, project.fixed_capex_share
    return firm.unaided(project.capex_musd * (f + (1.0 - f) * share), project.min_size_ktpy, share), full


def offered(instance: Instance, project: Project) -> dict[str, Instrument]:
    """Instruments that a candidate may have."""
    assert instance.finance is not None
    return {i: x for i, x in instance.finance.instruments.items() if x.serves(project.country, project.stage)}


def within(charge_musd: Mapping[int, float], last: int) -> dict[int, float]:
    """Charges by year of the plan: what falls later falls in the last year."""
    cut: dict[int, float] = {}
    for t, x in charge_musd.items():
        cut[min(t, last)] = cut.get(min(t, last), 0.0) + x
    return cut
