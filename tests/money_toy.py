"""The small valid case of ``workbook_toy`` with prices, an instrument of each kind, and what its funders ask."""

from __future__ import annotations

from workbook_toy import TOY, Case

_INSTRUMENTS = """
    instrument, kind, stages, countries, funders, max_share, max_musd_per_project, rate, tenor_years, grace_years, coverage, \
        default_probability, material, usd_per_kg, years, upside_share
    gift, grant, metallization, B, DoE, 0.5, 40, , , , , , , , ,
    cheap, loan, , , , 0.5, , 0.02, 12, 3, , 0.1, , , ,
    stake, equity, , , , , , 0.08, , , , , , , ,
    pledge, guarantee, , , , , , 0.05, 10, , 0.8, 0.04, , , ,
    credit, investment_credit, , , , 0.25, , , , , , , , , ,
    per kg, production_credit, , , , , , , , , , , metal, 3, 10,
    least, floor, magnet, , DoD, , , , , , , , magnet, 45, , 0.5
    agreed, offtake, , B, , 0.7, , , , , , , magnet, 55, 7,
"""
_PRICES = """
    deck, material, year, usd_per_kg
    base, oxide, 2028, 60
    base, metal, 2030, 90
    base, metal, 2045, 110
    base, magnet, 2030, 140
    crash, oxide, 2030, 20
    crash, metal, 2030, 30
    crash, magnet, 2030, 50
"""
_BUDGETS = """
    funder, budget_musd, year, carry_over, countries, stages, instruments, home, max_project_share, min_domestic_share
    DoD, 300, , , A;B, magnet;stockpile, gift;cheap;least;agreed;stake;pledge;credit, , 0.8, 0.1
    DoE, 200, 2030, yes, , metallization, , B, 0.6,
    DoD, 10, 2032, , B, , , B, , 0.1
"""
_SETTINGS = """
    planning_deck, base,
    crash_deck, crash,
    utilization, 0.9, fraction
    public_rate, 0.03, fraction
    max_contingent_musd, 400, MUSD
"""


def _cells(text: str) -> list[list[object]]:
    return [[cell.strip() for cell in line.split(",")] for line in text.strip().splitlines()]


def _projects() -> list[list[object]]:
    """The projects of the toy without a public share, with rates of their firms: columns Q to T."""
    firms: dict[object, tuple[str, str, str]] = {"RB": ("0.12", "15", "0.25"), "MB": ("", "", "0.3")}
    rows = [[*row[:16], "", *firms.get(row[0], ("", "", ""))] for row in TOY["Projects"]]
    rows[0][16:] = ["public_share", "hurdle_rate", "operating_life_years", "tax_rate"]
    return rows


MONEY: Case = TOY | {
    "Settings": [*TOY["Settings"], *_cells(_SETTINGS)],
    "Projects": _projects(),
    "Budgets": _cells(_BUDGETS),
    "Prices": _cells(_PRICES),
    "Instruments": _cells(_INSTRUMENTS),
}
