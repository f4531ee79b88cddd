"""What a candidate lacks to earn its hurdle rate when it is given all that its instruments may give: plain arithmetic.

Capital is given once, and so is the price of a tonne: of the instruments that share such a limit those that are worth most to
the firm are taken first, which is the best of all packages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from models.instance import Instance, Project
from models.instruments import Instrument
from models.viability import Venture, offered, unaided_at_ends, ventures, within

_LEAST_MUSD = 1e-9


@dataclass(frozen=True)
class Lack:
    """A candidate at nameplate, funded in the year in which it lacks least; MUSD of present value in that year.

    ``unaided_musd``: without support, below 0. ``given_musd``: what the instruments are worth to the firm at most; ``tools``:
    those of them that give anything; ``unpaid_tools``: those that would, were there a pot that may pay for them. What is missing
    then, as an amount before tax in every operating year, as a grant (None where a grant is worth nothing), and as a higher price
    of ``material``, in USD per kg (None where it makes nothing).
    """

    project: str
    year: int
    hurdle_rate: float
    unaided_musd: float
    given_musd: float
    tools: tuple[str, ...]
    unpaid_tools: tuple[str, ...]
    per_year_musd: float
    grant_musd: float | None
    material: str
    usd_per_kg: float | None

    @property
    def missing_musd(self) -> float:
        """What is missing with all the support."""
        return -self.unaided_musd - self.given_musd


def lack_of(instance: Instance, project: Project) -> Lack | None:
    """Return what a candidate lacks; None where it earns its hurdle rate in some year, at nameplate or at its smallest size."""
    if instance.finance is None or not project.funding_years:
        return None
    firms = [ventures(instance, project, v) for v in project.funding_years]
    if any(_at_best(instance, project, *firm) >= -_LEAST_MUSD for firm in firms):
        return None
    return max((_lack(instance, *firm) for firm in firms), key=lambda lack: -lack.missing_musd)


def _at_best(instance: Instance, project: Project, firm: Venture, crash: Venture | None) -> float:
    """Net present value with all the support, at the better one of the smallest and the full size, MUSD."""
    least, full = unaided_at_ends(project, firm)
    at_full = full + sum(_given(instance, firm, crash, project.capex_musd, project.nameplate_ktpy).values())
    if not project.is_sizable:
        return at_full
    f = project.fixed_capex_share
    capex = project.capex_musd * (f + (1.0 - f) * project.min_size_ktpy / project.nameplate_ktpy)
    return max(at_full, least + sum(_given(instance, firm, crash, capex, project.min_size_ktpy).values()))


def _given(
    instance: Instance, firm: Venture, crash: Venture | None, capex_musd: float, size_ktpy: float
) -> dict[str, float]:
    """What each instrument is worth to the firm, MUSD, in the package that is worth most."""
    worth, _ = _worth(instance, firm, crash)
    left: dict[str, float] = defaultdict(lambda: size_ktpy, capital=capex_musd)
    given: dict[str, float] = {}
    for value, one in worth:
        base = capex_musd if one.kind.is_capital else size_ktpy
        most = min(one.max_share * base, float("inf") if one.max_musd_per_project is None else one.max_musd_per_project)
        shared = (
            "capital" if one.kind.is_capital else f"price of {one.material}" if one.kind.holds_a_price else one.name
        )
        amount = min(most, left[shared])
        left[shared] -= amount
        if amount > 0.0:
            given[one.name] = value * amount
    return given


def _worth(
    instance: Instance, firm: Venture, crash: Venture | None
) -> tuple[list[tuple[float, Instrument]], tuple[str, ...]]:
    """Instruments by what they are worth for each MUSD or kt/year, the best first; and those that no funder may pay for."""
    worth, unpaid = list[tuple[float, Instrument]](), list[str]()
    for one in offered(instance, firm.project).values():
        support = firm.support(one, crash)
        if support.value_musd <= 0.0:
            continue
        years = [t for t, charge in within(support.charge_musd, instance.years[-1]).items() if charge > 0.0]
        if _is_payable(instance, firm.project, one, years):
            worth.append((support.value_musd, one))
        else:
            unpaid.append(one.name)
    return sorted(worth, key=lambda x: (-x[0], x[1].name)), tuple(unpaid)


def _is_payable(instance: Instance, project: Project, one: Instrument, years: Iterable[int]) -> bool:
    """Whether in each year some pot with money may pay for an instrument of a project; without pots anything is."""
    pots = [pot for pot in instance.pots.values() if pot.budget_musd > 0.0]
    return not instance.pots or all(
        any(pot.pays(project.country, project.stage, t, one) for pot in pots) for t in years
    )


def _lack(instance: Instance, firm: Venture, crash: Venture | None) -> Lack:
    project, kept = firm.project, 1.0 - firm.project.tax_rate
    _, unaided = unaided_at_ends(project, firm)
    given = _given(instance, firm, crash, project.capex_musd, project.nameplate_ktpy)
    missing = -unaided - sum(given.values())
    grant = firm.drawn - project.tax_rate * firm.lasting / project.operating_life_years
    material = _main_output(instance, firm)
    sold = kept * project.nameplate_ktpy * sum(year.output(material) * firm.worth(t) for t, year in firm.years.items())
    return Lack(
        project=project.name,
        year=firm.v,
        hurdle_rate=project.hurdle_rate,
        unaided_musd=unaided,
        given_musd=sum(given.values()),
        tools=tuple(sorted(given, key=lambda name: -given[name])),
        unpaid_tools=_worth(instance, firm, crash)[1],
        per_year_musd=missing / (kept * firm.lasting),
        grant_musd=missing / grant if grant > 0.0 else None,
        material=material,
        usd_per_kg=missing / sold if sold > 0.0 else None,
    )


def _main_output(instance: Instance, firm: Venture) -> str:
    """The material that earns most in the first operating year."""
    assert instance.finance is not None
    price, first = instance.finance.price, firm.years[firm.start]
    return max(
        first.recipe.outputs, key=lambda k: first.recipe.outputs[k] * price(firm.deck, k, firm.start), default=""
    )
