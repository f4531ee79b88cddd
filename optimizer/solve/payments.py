"""Whether the funders' pots can pay given outlays, and how much dearer the same plan may become before they cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from models.instance import Instance
from models.purses import Purse, purses_of
from optimizer.solve.highs import Session
from optimizer.solve.program import Program

Claim = tuple[str, str, int]  # country, stage, year
Debt = tuple[str, str, str, int]  # country, stage, instrument ("" without one), year
_LATER = 1e-4  # A dollar unpaid weighs a little more the earlier it falls due: money is used as it comes.
_LEAST_MUSD = 1e-6


@dataclass(frozen=True)
class Payments:
    """What the pots cannot pay, MUSD by claim; no claim where all is paid."""

    unpaid_musd: Mapping[Claim, float]

    @property
    def total_musd(self) -> float:
        """All that is unpaid."""
        return sum(self.unpaid_musd.values())


def by_claim(debts_musd: Mapping[Debt, float]) -> dict[Claim, float]:
    """Debts by country, stage and year, whatever they are due for."""
    claims: dict[Claim, float] = {}
    for (c, h, _, t), musd in debts_musd.items():
        claims[c, h, t] = claims.get((c, h, t), 0.0) + musd
    return claims


def pay(instance: Instance, outlay_musd: Mapping[Debt, float]) -> Payments:
    """Pay outlays from the pots, as much as they can; without pots everything is paid."""
    if not instance.pots:
        return Payments({})
    till = _Till(instance, outlay_musd, {})
    unpaid = till.solve()[till.payments : till.payments + len(till.claims)]
    return Payments(by_claim({c: float(x) for c, x in zip(till.claims, unpaid, strict=True) if x > _LEAST_MUSD}))


def most_dearer(
    instance: Instance, capex_musd: Mapping[Debt, float], other_musd: Mapping[Debt, float], budget_musd: float | None
) -> float | None:
    """Return the largest share by which all capital outlays may rise and still be paid, by pots and total budget.

    None: nothing limits them. Negative: they cannot be paid as they are; -1 where the other outlays alone are too much.
    """
    capital, other = sum(capex_musd.values()), sum(other_musd.values())
    if capital <= 0.0 or (budget_musd is None and not instance.pots):
        return None
    by_budget = np.inf if budget_musd is None else (budget_musd - other) / capital - 1.0
    if not instance.pots:
        return float(max(-1.0, by_budget))
    till = _Till(instance, other_musd, capex_musd)
    by_pots = float(till.solve(rising=True)[-1]) - 1.0
    return max(-1.0, min(by_budget, by_pots))


class _Till:
    """Columns: payments by purse and claim, what is unpaid by claim, and the factor of what rises."""

    def __init__(self, instance: Instance, fixed: Mapping[Debt, float], rising: Mapping[Debt, float]) -> None:
        self.instance, self.fixed, self.rising = instance, fixed, rising
        self.claims = sorted(claim for claim in {**fixed, **rising} if fixed.get(claim, 0.0) or rising.get(claim, 0.0))
        self.purses = list(purses_of(instance.pots.values()).values())
        self.pairs = [
            (b, n)
            for b, x in enumerate(self.purses)
            for n, (c, h, i, t) in enumerate(self.claims)
            if x.pays(c, h, t, instance.instruments.get(i))
        ]
        self.payments = len(self.pairs)

    def solve(self, rising: bool = False) -> np.ndarray:
        """Least unpaid; or the largest factor with nothing unpaid."""
        claims, columns = len(self.claims), self.payments + len(self.claims) + 1
        rows, lower, upper = self._limits()
        matrix = np.zeros((claims + len(rows), columns))
        for column, (b, n) in enumerate(self.pairs):
            matrix[n, column] = 1.0
            for r, (purse, years) in enumerate(rows):
                if purse == b and self.claims[n][-1] in years:
                    matrix[claims + r, column] = 1.0
        for n, claim in enumerate(self.claims):
            matrix[n, self.payments + n] = 1.0
            matrix[n, -1] = -self.rising.get(claim, 0.0)
        most, cost = np.full(columns, np.inf), np.zeros(columns)
        last = self.instance.years[-1]
        if rising:
            most[self.payments : -1], most[-1], cost[-1] = 0.0, 1e6, -1.0
        else:
            most[-1] = 0.0
            cost[self.payments : -1] = [1.0 + _LATER * (last - t) for *_, t in self.claims]
        program = Program(
            matrix=csr_matrix(matrix),
            row_lower=np.concatenate([[self.fixed.get(c, 0.0) for c in self.claims], lower]),
            row_upper=np.concatenate([[self.fixed.get(c, 0.0) for c in self.claims], upper]),
            lower=np.zeros(columns),
            upper=most,
            cost=cost,
            offset=0.0,
            integer=np.zeros(columns, dtype=bool),
        )
        values = Session(None, program=program).solve(interruptible=False).values
        return np.zeros(columns) if values is None else values

    def _limits(self) -> tuple[list[tuple[int, tuple[int, ...]]], list[float], list[float]]:
        rows = [(b, *limit) for b, purse in enumerate(self.purses) for limit in _of(purse, self.instance.years)]
        return [(b, years) for b, years, _ in rows], [-np.inf] * len(rows), [musd for *_, musd in rows]


def _of(purse: Purse, years: tuple[int, ...]) -> list[tuple[tuple[int, ...], float]]:
    return list(purse.limits(years).values())
