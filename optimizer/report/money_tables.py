"""Tables of instruments and funders: packages, what firms reckon with, what promises may cost, who pays and who gains.

Pure: everything follows from the case and the plan. Without instruments there are none of these tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from models.cash_flow import cash_flow, size_share
from models.instance import BASE, Instance, Project
from models.instruments import Instrument, Kind
from models.solution import Funding, Solution
from models.viability import Support, Venture, ventures
from optimizer.report.burden_tables import burden_rows, funder_rows
from optimizer.report.rounding import LEAST_MUSD, Rows, musd, tonnes
from optimizer.units import T_PER_KT

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "packages": (
        "project", "country", "stage", "funded_year", "instrument", "kind", "share", "amount", "charge_musd", "value_musd",
        "contingent_musd", "receipts_musd", "funders",
    ),
    "viability": (
        "project", "country", "stage", "funded_year", "size_t_per_year", "capex_musd", "hurdle_rate", "npv_unaided_musd",
        "npv_musd", "npv_crash_unaided_musd", "npv_crash_musd", "charge_musd", "public_capital_musd", "private_musd",
        "leverage", "least_utilization", "planned_utilization", "npv_crash_no_promise_musd",
    ),
    "cashflows": (
        "project", "deck", "year", "activity_t", "recipe", "revenue_musd", "inputs_musd", "opex_musd", "capex_musd",
        "tax_musd", "support_musd", "net_musd",
    ),
    "liability": ("project", "instrument", "year", "planning_musd", "crash_musd"),
    "funders": (
        "funder", "home", "budget_musd", "paid_musd", "domestic_musd", "domestic_share", "largest_project_share",
    ),
    "burden": (
        "country", "paid_musd", "received_musd", "capacity_t_per_year", "jobs", "demand_t", "served_t", "coverage",
    ),
}  # fmt: skip
_NPV_DIGITS, _SHARE_DIGITS, _AMOUNT_DIGITS = 6, 9, 7
# Capital that is the public's own; what a guaranteed bank lends is private.
_PUBLIC = (Kind.GRANT, Kind.LOAN, Kind.EQUITY, Kind.INVESTMENT_CREDIT)


def money_rows(instance: Instance, solution: Solution) -> dict[str, Rows]:
    """Return the rows of every table of ``COLUMNS``; no table without instruments, ``funders`` only where there are pots."""
    if not instance.instruments:
        return {}
    backed = [_Backed(instance, solution, funding) for funding in solution.investment.fundings]
    rows = {
        "packages": [row for one in backed for row in _packages(one)],
        "viability": [_viability(one) for one in backed],
        "cashflows": [row for one in backed for row in _cashflows(one)],
        "liability": [row for one in backed for row in _liability(one)],
        "burden": burden_rows(instance, solution),
    }
    return rows | ({"funders": funder_rows(instance, solution)} if instance.pots else {})


def charge(instance: Instance, solution: Solution, funding: Funding) -> float:
    """What the package of a funding charges, all years, MUSD; a relaxation may fund a project in parts, each with its own."""
    return _Backed(instance, solution, funding).charge


@dataclass(frozen=True)
class _Backed:
    """A funded project with its package."""

    instance: Instance
    solution: Solution
    funding: Funding

    @property
    def project(self) -> Project:
        return self.instance.projects[self.funding.project]

    @property
    def place(self) -> dict[str, object]:
        """The columns with which its rows begin."""
        project = self.project
        named = {"project": project.name, "country": project.country, "stage": project.stage}
        return {**named, "funded_year": self.funding.year}

    @cached_property
    def firms(self) -> tuple[Venture, Venture | None]:
        """At the planning deck, and at the crash deck."""
        return ventures(self.instance, self.project, self.funding.year)

    @cached_property
    def package(self) -> list[tuple[Instrument, float]]:
        """Instruments with their amounts, without dust."""
        key, taken = (self.funding.project, self.funding.year), self.solution.investment.package
        found = [(one, taken.get((*key, i), 0.0)) for i, one in self.instance.instruments.items()]
        return [(one, x) for one, x in found if _amount(one, x)]

    @cached_property
    def supports(self) -> list[tuple[Instrument, float, Support]]:
        planned, crash = self.firms
        return [(one, amount, planned.support(one, crash)) for one, amount in self.package]

    @property
    def charge(self) -> float:
        """What the package charges, all years, MUSD."""
        return sum(amount * sum(support.charge_musd.values()) for _, amount, support in self.supports)

    def unaided(self, firm: Venture) -> float:
        """Net present value without support, MUSD."""
        return firm.unaided(self.funding.capex_musd, self.funding.size_ktpy, size_share(self.project, self.funding))


def _amount(one: Instrument, amount: float) -> float:
    """As it is written: MUSD of face, or t a year."""
    return round(amount if one.kind.is_capital else amount * T_PER_KT, _AMOUNT_DIGITS) + 0.0


# ---------------------------------------------------------------- packages


def _packages(backed: _Backed) -> Rows:
    rows: Rows = []
    for one, amount, support in backed.supports:
        whole = backed.funding.capex_musd if one.kind.is_capital else backed.funding.size_ktpy
        rows.append(
            {
                **backed.place,
                "instrument": one.name,
                "kind": str(one.kind),
                "share": round(amount / whole, _SHARE_DIGITS) if whole else 0.0,
                "amount": _amount(one, amount),
                "charge_musd": musd(amount * sum(support.charge_musd.values())),
                "value_musd": musd(amount * support.value_musd),
                "contingent_musd": musd(amount * support.contingent_musd),
                "receipts_musd": musd(amount * support.receipts_musd),
                "funders": "; ".join(_payers(backed, one.name)),
            }
        )
    return rows


def _payers(backed: _Backed, instrument: str) -> list[str]:
    """Who pays for an instrument of a project, most first."""
    paid: dict[str, float] = defaultdict(float)
    for (funder, what, i, _), x in backed.solution.investment.paid_musd.items():
        if (what, i) == (backed.funding.project, instrument):
            paid[funder] += x
    return [funder for funder, x in sorted(paid.items(), key=lambda item: (-item[1], item[0])) if musd(x) > 0.0]


# ---------------------------------------------------------------- firms


def _viability(backed: _Backed) -> dict[str, object]:
    planned, crash = backed.firms
    funding, finance = backed.funding, planned.finance
    charge = backed.charge
    public = sum(amount for one, amount in backed.package if one.kind in _PUBLIC)
    private = funding.capex_musd - public
    return {
        **backed.place,
        "size_t_per_year": tonnes(funding.size_ktpy),
        "capex_musd": musd(funding.capex_musd),
        "hurdle_rate": backed.project.hurdle_rate,
        "npv_unaided_musd": _npv(backed.unaided(planned)),
        "npv_musd": _npv(_helped(backed, planned)),
        "npv_crash_unaided_musd": None if crash is None else _npv(backed.unaided(crash)),
        "npv_crash_musd": None if crash is None else _npv(_helped(backed, crash)),
        "charge_musd": musd(charge),
        "public_capital_musd": musd(public),
        "private_musd": musd(private),
        "leverage": round(private / charge, _SHARE_DIGITS) if charge > LEAST_MUSD else None,
        "least_utilization": _least_utilization(backed, planned),
        "planned_utilization": finance.utilization,
        "npv_crash_no_promise_musd": None if crash is None else _npv(_helped(backed, crash, promises=False)),
    }


def _npv(value: float) -> float:
    return round(value, _NPV_DIGITS) + 0.0


def _helped(backed: _Backed, firm: Venture, promises: bool = True) -> float:
    """Net present value with the package; without its floors and offtakes where ``promises`` is False."""
    package = [(one, amount) for one, amount in backed.package if promises or not one.kind.holds_a_price]
    return backed.unaided(firm) + sum(amount * firm.support(one, None).value_musd for one, amount in package)


def _least_utilization(backed: _Backed, firm: Venture) -> float | None:
    """Least share of its ramped capacity that it runs in an operating year of the plan; None where it has none."""
    p, solution = backed.funding.project, backed.solution
    run: dict[int, float] = defaultdict(float)
    for (q, _, _, t), amount in solution.operations[BASE].runs.items():
        if q == p:
            run[t] += amount
    capacity = {t: solution.investment.capacity_ktpy.get((p, t), 0.0) for t in backed.instance.years if t in firm.life}
    used = [tonnes(run[t]) / tonnes(x) for t, x in capacity.items() if tonnes(x) > 0.0]
    return round(min(used), _SHARE_DIGITS) if used else None


def _cashflows(backed: _Backed) -> Rows:
    planned, crash = backed.firms
    firms = {firm.deck: firm for firm in (planned, crash) if firm is not None}
    return [
        {
            "project": backed.funding.project,
            "deck": deck,
            "year": t,
            "activity_t": tonnes(cash.activity_kt),
            "recipe": cash.recipe,
            "revenue_musd": musd(cash.revenue),
            "inputs_musd": musd(cash.inputs),
            "opex_musd": musd(cash.opex),
            "capex_musd": musd(cash.capex),
            "tax_musd": musd(cash.tax),
            "support_musd": musd(cash.support),
            "net_musd": musd(cash.net),
        }
        for deck, firm in firms.items()
        for t, cash in cash_flow(firm, backed.funding, backed.package).items()
    ]


def _liability(backed: _Backed) -> Rows:
    """What promises on prices pay by year; a guarantee, all that it stands for, when its loan ends."""
    rows: Rows = []
    for one, amount, support in backed.supports:
        planned, crash = support.charge_musd, support.crash_musd
        if one.kind is Kind.GUARANTEE:
            planned, crash = {}, {_last_payment(backed, one): support.covered_musd}
        elif not one.kind.holds_a_price:
            continue
        for t in sorted({*planned, *crash}):
            due = {name: musd(amount * x.get(t, 0.0)) for name, x in (("planning", planned), ("crash", crash))}
            if any(due.values()):
                named = {"project": backed.funding.project, "instrument": one.name, "year": t}
                rows.append({**named, **{f"{name}_musd": x for name, x in due.items()}})
    return rows


def _last_payment(backed: _Backed, one: Instrument) -> int:
    """The year in which a loan ends: nothing is given back before all is drawn, and then for a year at least."""
    grace = max(one.grace_years, len(backed.project.spend) - 1)
    return backed.funding.year + max(one.tenor_years, grace + 1)
