"""The package of each funded project: instruments that together let the firm earn its hurdle rate.

Needs FUNDINGS, Fund, Size_ktpy, Capex_musd. Adds Support, the firm's net present value, the limits of the instruments and what
they charge to the budget by year. Without instruments in the case there is nothing of it, and each project draws the public
share of its capex instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo

from models.instance import Instance
from models.instruments import Instrument
from models.investment import size_share
from models.viability import Support, Venture, offered, unaided_at_ends, ventures, within

_Offer = tuple[str, int, str]  # project, funding year, instrument


def add_packages(m: Any, instance: Instance) -> None:
    """Add Support, firm_earns_its_hurdle and the limits of instruments; ``m.charged``: (p, i) -> t -> what it charges, MUSD."""
    m.charged = defaultdict[tuple[str, str], dict[int, Any]](dict)
    if instance.finance is None:
        return
    instruments, projects = instance.finance.instruments, instance.projects
    firms = {(p, v): ventures(instance, projects[p], v) for p, v in m.FUNDINGS}
    unable = [key for key, (firm, _) in firms.items() if min(unaided_at_ends(projects[key[0]], firm)) < 0.0]
    m.supports = supports = _supports(instance, {key: firms[key] for key in unable})
    offers = _grouped(supports)
    m.UNABLE = pyo.Set(initialize=unable, dimen=2)
    m.OFFERS = pyo.Set(initialize=list(supports), dimen=3)
    m.Support = pyo.Var(
        m.OFFERS,
        bounds=lambda m, p, v, i: (0.0, instruments[i].max_musd_per_project),
        doc="support of p funded in v by instrument i: MUSD of capital, or kt/year of covered size",
    )

    @m.Expression(m.UNABLE, doc="net present value to the firm of p funded in v without support, MUSD")
    def Unaided_musd(m, p, v):
        firm, share = firms[p, v][0], size_share(m, projects[p], v)
        running = firm.running_value * m.Size_ktpy[p, v] + firm.fixed_value * share
        return firm.capital_value * m.Capex_musd[p, v] + running

    @m.Constraint(m.UNABLE, doc="a funded project earns its firm the hurdle rate, with its package, MUSD")
    def firm_earns_its_hurdle(m, p, v):
        helped = sum(supports[p, v, i].value_musd * m.Support[p, v, i] for i in offers[p, v])
        return m.Unaided_musd[p, v] + helped >= 0.0

    @m.Constraint(m.OFFERS, doc="an instrument gives at most its share of capex, or of size, MUSD or kt/year")
    def support_within_share(m, p, v, i):
        base = m.Capex_musd[p, v] if instruments[i].kind.is_capital else m.Size_ktpy[p, v]
        return m.Support[p, v, i] <= instruments[i].max_share * base

    capital = {key: [i for i in names if instruments[i].kind.is_capital] for key, names in offers.items()}
    m.CAPITAL = pyo.Set(initialize=[key for key, names in capital.items() if len(names) > 1], dimen=2)

    @m.Constraint(m.CAPITAL, doc="instruments together give no more capital than the plant costs, MUSD")
    def capital_is_given_once(m, p, v):
        return sum(m.Support[p, v, i] for i in capital[p, v]) <= m.Capex_musd[p, v]

    held = _by_material(instruments, offers)
    m.HELD = pyo.Set(initialize=list(held), dimen=3)

    @m.Constraint(m.HELD, doc="the price of a tonne is held by one promise at most, kt/year")
    def price_is_held_once(m, p, v, k):
        return sum(m.Support[p, v, i] for i in held[p, v, k]) <= m.Size_ktpy[p, v]

    limit = instance.finance.max_contingent_musd
    promised = any(one.contingent_musd for one in supports.values())
    m.CONTINGENT = pyo.Set(initialize=[0] if promised and limit is not None else [])

    @m.Expression(doc="what may have to be paid if prices crash and the guaranteed fail, undiscounted, MUSD")
    def Contingent_musd(m):
        return sum(one.contingent_musd * m.Support[key] for key, one in supports.items() if one.contingent_musd)

    @m.Constraint(m.CONTINGENT, doc="contingent liabilities are within their limit, MUSD")
    def contingent_within_limit(m, n):
        return m.Contingent_musd <= limit

    last = instance.years[-1]
    for (p, v, i), one in supports.items():
        for t, musd in within(one.charge_musd, last).items():
            if musd:
                m.charged[p, i][t] = m.charged[p, i].get(t, 0.0) + musd * m.Support[p, v, i]


def _supports(
    instance: Instance, firms: Mapping[tuple[str, int], tuple[Venture, Venture | None]]
) -> dict[_Offer, Support]:
    """What each instrument does for each funding; without those that are worth nothing to the firm."""
    found: dict[_Offer, Support] = {}
    for (p, v), (firm, crash) in firms.items():
        for i, instrument in offered(instance, instance.projects[p]).items():
            one = firm.support(instrument, crash)
            if one.value_musd > 0.0:
                found[p, v, i] = one
    return found


def _grouped(supports: Mapping[_Offer, Support]) -> dict[tuple[str, int], list[str]]:
    offers: dict[tuple[str, int], list[str]] = defaultdict(list)
    for p, v, i in supports:
        offers[p, v].append(i)
    return offers


def _by_material(
    instruments: Mapping[str, Instrument], offers: Mapping[tuple[str, int], list[str]]
) -> dict[tuple[str, int, str], list[str]]:
    """Promises that hold the price of the same material for the same funding, where there are several."""
    held: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for (p, v), names in offers.items():
        for i in names:
            if instruments[i].kind.holds_a_price:
                held[p, v, instruments[i].material].append(i)
    return {key: names for key, names in held.items() if len(names) > 1}
