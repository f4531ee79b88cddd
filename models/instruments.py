"""Tools of public support and the prices that firms reckon with: part of the case, in model units (MUSD, MUSD per kt, years)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of instruments. Capital kinds are counted in MUSD of a project's capex, the others in kt/year of its size."""

    GRANT = "grant"
    LOAN = "loan"
    EQUITY = "equity"
    GUARANTEE = "guarantee"
    INVESTMENT_CREDIT = "investment_credit"
    PRODUCTION_CREDIT = "production_credit"
    FLOOR = "floor"
    OFFTAKE = "offtake"

    @property
    def is_capital(self) -> bool:
        """Whether it is a share of capex; the others are a share of output."""
        return self in (Kind.GRANT, Kind.LOAN, Kind.EQUITY, Kind.GUARANTEE, Kind.INVESTMENT_CREDIT)

    @property
    def holds_a_price(self) -> bool:
        """Whether it pays by the difference to a price; a tonne has one such promise at most."""
        return self in (Kind.FLOOR, Kind.OFFTAKE)


@dataclass(frozen=True)
class Instrument:
    """A tool of public support. None in stages, countries or funders: all.

    ``max_share``: of capex (capital kinds) or of output (the others). ``rate``: interest of a loan or a guaranteed one, return
    of equity. ``years`` None: the whole operating life. Prices in MUSD per kt of ``material``.
    """

    name: str
    kind: Kind
    stages: frozenset[str] | None = None
    countries: frozenset[str] | None = None
    funders: frozenset[str] | None = None
    max_share: float = 1.0
    max_musd_per_project: float | None = None
    rate: float = 0.0
    tenor_years: int = 0
    grace_years: int = 0
    coverage: float = 0.0
    default_probability: float = 0.0
    material: str = ""
    price_musd_per_kt: float = 0.0
    years: int | None = None
    upside_share: float = 0.0

    def serves(self, country: str, stage: str) -> bool:
        """Whether a project of that country and stage may have it."""
        here = self.countries is None or country in self.countries
        return here and (self.stages is None or stage in self.stages)


@dataclass(frozen=True)
class Finance:
    """What firms and governments reckon with: instruments and price decks; without instruments there is none.

    ``prices``: deck -> material -> year -> MUSD per kt, from the first year on, the last one holds. ``utilization`` of ramped
    capacity in a firm's plans. ``public_rate``: at which governments value what they lend. ``max_contingent_musd``: limit of
    what may have to be paid in the crash deck, guarantees included.
    """

    instruments: Mapping[str, Instrument]
    prices: Mapping[str, Mapping[str, Mapping[int, float]]]
    planning_deck: str
    crash_deck: str | None = None
    utilization: float = 0.85
    public_rate: float = 0.0
    max_contingent_musd: float | None = None

    def price(self, deck: str, material: str, t: int) -> float:
        """Price of a material in a year, MUSD per kt; flat after the last given year."""
        series = self.prices[deck][material]
        return series[min(t, max(series))]
