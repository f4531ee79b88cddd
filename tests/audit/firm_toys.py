"""Firms and tools for tests of the arithmetic, with no workbook behind them."""

from __future__ import annotations

from optimizer.audit.decks import Decks
from optimizer.audit.firms import Firm
from optimizer.audit.plants import Project, Recipe
from optimizer.audit.tools import Tool


def separator(
    size_t: float = 1000.0, funded_year: int = 2030, recipes: dict[str, Recipe] | None = None, **more: object
) -> Firm:
    """1,000 t a year of oxide for 100 MUSD, 30 of them fixed, at 20 USD/kg and 5 MUSD a year, for ten years from the next."""
    values: dict[str, object] = {
        "name": "sep", "country": "A", "process": "separate", "stage": "separation", "status": "candidate",
        "nameplate_t": 1000.0, "smallest_t": 100.0, "capex_musd": 100.0, "fixed_capex_share": 0.3, "public_share": 1.0,
        "opex_usd_per_kg": 20.0, "fixed_opex_musd": 5.0, "life_years": None, "first_funding_year": 2030, "lead_years": 1,
        "spend_profile": (), "ramp": (), "min_utilization": 0.0, "first_year": None, "last_year": None, "site": "sep",
        "group": "", "requires": (), "workforce": 100.0, "hurdle_rate": 0.1, "operating_life_years": 10, "tax_rate": 0.0,
    }  # fmt: skip
    project = Project(**{**values, **more})  # type: ignore[arg-type]
    made = {"only": Recipe("separation", {}, {"oxide": 1.0}, 0.0)}
    return Firm(project, funded_year, size_t, 1.0, 0.8, recipes or made)


def tool(kind: str, **more: object) -> Tool:
    """A tool without limits."""
    values: dict[str, object] = {
        "name": kind, "kind": kind, "stages": (), "countries": (), "funders": (), "max_share": 1.0, "max_musd": None,
        "rate": 0.0, "tenor_years": 0, "grace_years": 0, "coverage": 0.0, "default_probability": 0.0, "material": "oxide",
        "usd_per_kg": 0.0, "years": None, "upside_share": 0.0,
    }  # fmt: skip
    return Tool(**{**values, **more})  # type: ignore[arg-type]


def flat(**prices: float) -> Decks:
    """A deck ``base`` of prices that never change."""
    return Decks("base", None, {("base", material): {2000: price} for material, price in prices.items()})
