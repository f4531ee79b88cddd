"""The cells of Instruments, read a second time, and what governments reckon with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.audit.decks import Decks
from optimizer.cells import Record, records
from optimizer.workbook import Workbook

# Counted in MUSD of a project's capex; the other kinds in t per year of its size.
CAPITAL = ("grant", "loan", "equity", "guarantee", "investment_credit")
# Capital that is public money; what a bank lends under a guarantee is private.
PUBLIC_CAPITAL = ("grant", "loan", "equity", "investment_credit")
# A tonne has one promise of a price at most.
HOLD_A_PRICE = ("floor", "offtake")


@dataclass(frozen=True)
class Tool:
    """One row of Instruments; an empty tuple means all. ``years`` None: the whole operating life."""

    name: str
    kind: str
    stages: tuple[str, ...]
    countries: tuple[str, ...]
    funders: tuple[str, ...]
    max_share: float
    max_musd: float | None
    rate: float
    tenor_years: int
    grace_years: int
    coverage: float
    default_probability: float
    material: str
    usd_per_kg: float
    years: int | None
    upside_share: float

    @property
    def is_capital(self) -> bool:
        """Tell whether it is a share of capex; the others are a share of output."""
        return self.kind in CAPITAL

    def serves(self, country: str, stage: str) -> bool:
        """Tell whether a project there, of that stage, may have it."""
        return (country in self.countries or not self.countries) and (stage in self.stages or not self.stages)


@dataclass(frozen=True)
class Terms:
    """Settings of the money side: utilization in firms' plans, the rate of public loans, the limit of what may fall due."""

    utilization: float
    public_rate: float
    max_contingent_musd: float | None


@dataclass(frozen=True)
class Money:
    """The money side of a workbook; without instruments it is off, and nothing of it is recounted."""

    tools: Mapping[str, Tool]
    decks: Decks
    terms: Terms

    @property
    def is_on(self) -> bool:
        """Tell whether there are instruments."""
        return bool(self.tools)


def read_tools(workbook: Workbook) -> dict[str, Tool]:
    """Read Instruments by name."""
    return {row.text("instrument"): _tool(row) for row in records(workbook, "Instruments")}


def _tool(row: Record) -> Tool:
    return Tool(
        name=row.text("instrument"),
        kind=row.text("kind"),
        stages=row.items("stages"),
        countries=row.items("countries"),
        funders=row.items("funders"),
        max_share=row.number_or("max_share", 1.0),
        max_musd=row.number("max_musd_per_project"),
        rate=row.number_or("rate", 0.0),
        tenor_years=row.year("tenor_years") or 0,
        grace_years=row.year("grace_years") or 0,
        coverage=row.number_or("coverage", 0.0),
        default_probability=row.number_or("default_probability", 0.0),
        material=row.text("material"),
        usd_per_kg=row.number_or("usd_per_kg", 0.0),
        years=row.year("years"),
        upside_share=row.number_or("upside_share", 0.0),
    )


def read_terms(chosen: Mapping[str, object], discount_rate: float) -> Terms:
    """Read the settings; a blank ``public_rate`` is the plan's discount rate."""
    limit = chosen.get("max_contingent_musd")
    return Terms(
        utilization=float(str(chosen.get("utilization", 0.85))),
        public_rate=float(str(chosen.get("public_rate", discount_rate))),
        max_contingent_musd=None if limit is None else float(str(limit)),
    )
