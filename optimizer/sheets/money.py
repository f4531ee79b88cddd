"""Sheets of money: who pays, what materials sell for, and by which instruments a project is supported."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.columns import Column, Kind, Sheet, number, sheet, text, year, yes_no

_CAPITAL = ("grant", "loan", "equity", "guarantee", "investment_credit")
_OUTPUT = ("production_credit", "floor", "offtake")
_LENT = ("loan", "guarantee")

# Years that a firm plans with where Projects says nothing.
OPERATING_LIFE_YEARS = 20
# Kinds of instruments that read a column; a column that is not named here is read by every kind.
READ_BY: Mapping[str, tuple[str, ...]] = {
    "max_musd_per_project": _CAPITAL,
    "rate": (*_LENT, "equity"),
    "tenor_years": _LENT,
    "grace_years": _LENT,
    "coverage": ("guarantee",),
    "default_probability": _LENT,
    "material": _OUTPUT,
    "usd_per_kg": _OUTPUT,
    "years": _OUTPUT,
    "upside_share": ("floor",),
}
# Kinds that cannot be reckoned with where the column is blank.
NEEDED_BY: Mapping[str, tuple[str, ...]] = {
    "rate": (*_LENT, "equity"),
    "tenor_years": _LENT,
    "coverage": ("guarantee",),
    "default_probability": ("guarantee",),
    "material": _OUTPUT,
    "usd_per_kg": _OUTPUT,
}


def _years(name: str, help: str, least: float, default: str) -> Column:
    return Column(name, Kind.INTEGER, help, "years", default=default, low=least, high=100.0)


MONEY: tuple[Sheet, ...] = (
    sheet(
        "Budgets",
        "Pots of public money; with this sheet every outlay is paid from pots that allow it",
        (),
        text("funder", "Who pays", required=True),
        number("budget_musd", "MUSD", "Amount", required=True),
        year("year", "Year of the pot", default="any year"),
        yes_no("carry_over", "What is left serves later years", default="no"),
        Column("countries", Kind.TEXTS, "What it may pay for", default="all", refers="Countries"),
        Column(
            "stages",
            Kind.TEXTS,
            "What it may pay for; stockpile and training too",
            default="all",
            also=("stockpile", "training"),
        ),
        Column(
            "instruments",
            Kind.TEXTS,
            "What it may be used for among projects; purchases and training are not touched by it",
            default="all",
            refers="Instruments",
            feature="Instruments",
        ),
        text(
            "home",
            "Country whose money it is",
            default="as the funder's other rows, or none",
            refers="Countries",
            feature="Instruments",
        ),
        number(
            "max_project_share",
            "fraction",
            "Of one project's public money, the funder's part at most",
            default="as the funder's other rows, or 1",
            high=1.0,
            feature="Instruments",
        ),
        number(
            "min_domestic_share",
            "fraction",
            "Of what the funder pays, the part for its home at least",
            default="as the funder's other rows, or 0",
            high=1.0,
            feature="Instruments",
        ),
    ),
    sheet(
        "Prices",
        "What materials sell for, in decks: firms plan with one, another puts promises to the test",
        ("deck", "material", "year"),
        text("deck", "Any word: base, crash", required=True),
        text("material", "What", required=True, refers="Materials"),
        year("year", "Year; sparse years as in Demand, beyond the plan too", required=True),
        number("usd_per_kg", "USD/kg", "Price", required=True),
    ),
    sheet(
        "Instruments",
        "By what a project may be supported; with rows here a project is funded only if its firm earns its hurdle rate",
        ("instrument",),
        text("instrument", "Name", required=True),
        Column("kind", Kind.CHOICE, "What it is", required=True, choices=(*_CAPITAL, *_OUTPUT)),
        Column("stages", Kind.TEXTS, "Stages that may have it", default="all"),
        Column("countries", Kind.TEXTS, "Countries whose projects may have it", default="all", refers="Countries"),
        Column("funders", Kind.TEXTS, "Funders of Budgets that may give it", default="all", refers="Budgets"),
        number(
            "max_share",
            "fraction",
            "Most of a project's capex, or of its output where there is a material",
            default="1",
            high=1.0,
        ),
        number(
            "max_musd_per_project", "MUSD", "Most for one project, not where there is a material", default="no limit"
        ),
        number(
            "rate",
            "fraction",
            "Real interest, or return of equity",
            default="(loan, guarantee, equity: required)",
            high=1.0,
        ),
        _years("tenor_years", "Of loan or guarantee, until it is paid back", 1.0, "(loan, guarantee: required)"),
        _years("grace_years", "Of loan or guarantee, interest alone until then", 0.0, "0"),
        number("coverage", "fraction", "Of the loan that is guaranteed", default="(guarantee: required)", high=1.0),
        number(
            "default_probability",
            "fraction",
            "That loan or guarantee is lost",
            default="0 (guarantee: required)",
            high=1.0,
        ),
        text(
            "material",
            "Material whose output it supports",
            default="(production_credit, floor, offtake: required)",
            refers="Materials",
        ),
        number(
            "usd_per_kg",
            "USD/kg",
            "Credit per kg, least price, or agreed price",
            default="(where there is a material: required)",
        ),
        _years("years", "Operating years, where there is a material", 1.0, "whole operating life"),
        number("upside_share", "fraction", "Of what the price is above the floor, given back", default="0", high=1.0),
    ),
)
