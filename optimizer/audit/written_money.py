"""The tables of instruments and funders, as rows: written only where the workbook has instruments."""

from __future__ import annotations

from typing import NamedTuple


class Package(NamedTuple):
    """An instrument of a funded candidate. ``amount``: MUSD of face, or t per year of covered size."""

    project: str
    funded_year: int
    instrument: str
    country: str
    stage: str
    kind: str
    share: float
    amount: float
    charge_musd: float
    value_musd: float
    contingent_musd: float
    receipts_musd: float
    funders: str


class Viability(NamedTuple):
    """A funded candidate as its firm reckons."""

    project: str
    funded_year: int
    country: str
    stage: str
    size_t_per_year: float
    capex_musd: float
    hurdle_rate: float
    npv_unaided_musd: float
    npv_musd: float
    npv_crash_unaided_musd: float | None
    npv_crash_musd: float | None
    charge_musd: float
    public_capital_musd: float
    private_musd: float
    leverage: float | None
    least_utilization: float | None
    planned_utilization: float
    npv_crash_no_promise_musd: float | None


class Cashflow(NamedTuple):
    """A funded candidate in a year of a price deck."""

    project: str
    deck: str
    year: int
    activity_t: float
    recipe: str
    revenue_musd: float
    inputs_musd: float
    opex_musd: float
    capex_musd: float
    tax_musd: float
    support_musd: float
    net_musd: float


class Liability(NamedTuple):
    """What a promise on prices, or a guarantee, may cost in a year."""

    project: str
    instrument: str
    year: int
    planning_musd: float
    crash_musd: float | None


class Funder(NamedTuple):
    """A funder over all years."""

    funder: str
    home: str
    budget_musd: float
    paid_musd: float
    domestic_musd: float | None
    domestic_share: float | None
    largest_project_share: float | None


class Burden(NamedTuple):
    """A country: what it pays, and what stands and is served in it."""

    country: str
    paid_musd: float
    received_musd: float
    capacity_t_per_year: float
    jobs: float
    demand_t: float
    served_t: float
    coverage: float | None


# How many of the leading fields make a row of a table the only one of its kind.
MONEY_KEYS = {Package: 3, Viability: 2, Cashflow: 3, Liability: 3, Funder: 1, Burden: 1}
