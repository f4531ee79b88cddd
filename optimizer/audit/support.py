"""What one instrument of a package brings the firm, costs the public and may come to cost it, year by year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from optimizer.audit.firms import MUSD_PER_KUSD, Firm, FirmYear, present_value
from optimizer.audit.loans import LoanYear, schedule
from optimizer.audit.tools import Tool

ByYear = dict[int, float]


@dataclass(frozen=True)
class Support:
    """One instrument in one price deck, in MUSD by real year.

    ``cash``: to the firm, tax effects included; negative where it pays. ``charge``: what the budgets are charged with.
    ``promised``: what a promise on prices costs in this deck, or a guarantee if it is called. ``receipts``: what comes back.
    """

    cash: ByYear
    charge: ByYear
    receipts: float = 0.0
    promised: ByYear = field(default_factory=dict)
    loan: tuple[LoanYear, ...] = ()


def support(tool: Tool, amount: float, firm: Firm, years: Sequence[FirmYear], public_rate: float) -> Support:
    """Return the support by ``amount`` of a tool (MUSD of face, or t per year of covered size) in a deck's years."""
    if tool.is_capital:
        drawn = {year: share * amount for year, share in firm.spending.items()}
        match tool.kind:
            case "grant":
                return _grant(amount, drawn, firm)
            case "equity":
                return _equity(tool, amount, drawn, firm)
            case "investment_credit":
                first = {firm.operating_years.start: amount}
                return Support(first, dict(first))
            case _:
                return _loan(tool, amount, drawn, firm, public_rate)
    return _on_output(tool, amount, firm, years[: tool.years])


def _grant(amount: float, drawn: ByYear, firm: Firm) -> Support:
    """Add the grant as drawn, less the tax on what is then not depreciated."""
    cash, lost = dict(drawn), firm.project.tax_rate * amount / firm.project.operating_life_years
    for year in firm.operating_years:
        _add(cash, year, -lost)
    return Support(cash, drawn)


def _equity(tool: Tool, amount: float, drawn: ByYear, firm: Firm) -> Support:
    """Pay the return in every operating year, and give the capital back in the last."""
    back = dict.fromkeys(firm.operating_years, tool.rate * amount)
    _add(back, firm.operating_years[-1], amount)
    cash = dict(drawn)
    for year, musd in back.items():
        _add(cash, year, -musd)
    return Support(cash, drawn, sum(back.values()))


def _loan(tool: Tool, amount: float, drawn: ByYear, firm: Firm, public_rate: float) -> Support:
    """Follow the loan by the year; interest lowers the tax. Under a guarantee a bank lends, and receives the payments."""
    loan = schedule(drawn, tool.rate, tool.tenor_years, tool.grace_years)
    cash: ByYear = {}
    for row in loan:
        _add(cash, row.year, row.drawn - row.payment + firm.project.tax_rate * row.interest)
    payments = {row.year: row.payment for row in loan}
    if tool.kind == "guarantee":
        share, receipts = tool.coverage * tool.default_probability, 0.0
        promised = {loan[-1].year: tool.coverage * amount}
    else:
        kept, promised = 1.0 - tool.default_probability, {}
        lent = present_value(drawn, firm.funded_year, public_rate)
        returned = kept * present_value(payments, firm.funded_year, public_rate)
        share = max(0.0, 1.0 - returned / lent) if lent > 0 else 0.0
        receipts = kept * sum(payments.values())
    charge = {year: share * musd for year, musd in drawn.items()}
    return Support(cash, charge, receipts, promised, tuple(loan))


def _on_output(tool: Tool, amount: float, firm: Firm, years: Sequence[FirmYear]) -> Support:
    """Pay by the tonne: a credit untaxed; a floor or an offtake by the difference to the market, as part of the revenue."""
    below, above, credit = ByYear(), ByYear(), ByYear()
    share = tool.upside_share if tool.kind == "floor" else 1.0
    for row in years:
        covered_kt = amount * firm.use(row.year) * row.outputs.get(tool.material, 0.0) * MUSD_PER_KUSD
        gap = tool.usd_per_kg - row.prices.get(tool.material, 0.0)
        credit[row.year] = covered_kt * tool.usd_per_kg
        below[row.year], above[row.year] = covered_kt * max(0.0, gap), share * covered_kt * max(0.0, -gap)
    if tool.kind == "production_credit":
        return Support(credit, dict(credit))
    after_tax = 1.0 - firm.project.tax_rate
    cash = {year: after_tax * (musd - above[year]) for year, musd in below.items()}
    return Support(cash, below, sum(above.values()), dict(below))


def _add(cash: ByYear, year: int, musd: float) -> None:
    cash[year] = cash.get(year, 0.0) + musd


def added(parts: Iterable[Mapping[int, float]]) -> ByYear:
    """Add amounts by year."""
    total: ByYear = {}
    for part in parts:
        for year, musd in part.items():
            _add(total, year, musd)
    return total


def within(charge: Mapping[int, float], last_year: int) -> ByYear:
    """Bring what falls after the last year of the plan into it.

    >>> within({2039: 1.0, 2040: 2.0, 2041: 3.0}, 2040)
    {2039: 1.0, 2040: 5.0}
    """
    return added({min(year, last_year): musd} for year, musd in charge.items())
