"""Sheets that no plan is made from: a plan to be stressed, what may turn out otherwise, strategies."""

from __future__ import annotations

from optimizer.columns import Column, Kind, Sheet, number, sheet, text, year

# What a strategy may change: everything that a plan is made from.
_OVERLAID = (
    "Settings", "Countries", "Materials", "Recipes", "Projects", "Ramps", "Demand", "Imports", "Routes", "Budgets",
    "Prices", "Instruments", "Redundancy", "Disruptions", "Stockpiles", "Workforce", "Fairness",
)  # fmt: skip

CHANGES: tuple[Sheet, ...] = (
    sheet(
        "Plan",
        "A plan to be stressed: what is funded. Only stress reads it",
        ("project",),
        text("project", "A candidate of Projects", required=True, refers="Projects"),
        year("funded_year", "Year of funding", required=True),
        number("size_t_per_year", "t/yr", "Size", default="nameplate", positive=True),
    ),
    sheet(
        "Uncertainty",
        "Figures that may turn out otherwise, as factors. Only stress reads it",
        (),
        Column(
            "table",
            Kind.CHOICE,
            "Sheet of the figures",
            required=True,
            choices=("Projects", "Recipes", "Ramps", "Demand", "Imports"),
        ),
        text("filter", "Rows: country=USA; process=sep_*", default="all rows"),
        Column(
            "column",
            Kind.CHOICE,
            "Figure",
            required=True,
            choices=(
                "lead_years",
                "capex_musd",
                "capacity_t_per_year",
                "t_per_t",
                "fraction",
                "demand_t",
                "max_t",
            ),
        ),
        Column(
            "distribution",
            Kind.CHOICE,
            "Of the factor; for lead_years of the years added",
            required=True,
            choices=("triangular", "uniform", "lognormal", "discrete"),
        ),
        text("parameters", "low=0.8; mode=1; high=1.3, or median=1; sigma=0.2, or 0=0.7; 1=0.3", required=True),
        text(
            "correlation",
            "each, or a group that rises and falls together (-group: against it)",
            default="one draw for all",
        ),
        text("name", "For the report", default="sheet, filter, column"),
    ),
    sheet(
        "Strategies",
        "Changes of the other sheets under a name, several rows each. Only strategies reads it",
        (),
        text("strategy", "Name of the strategy", required=True),
        text("table", "Sheet that is changed", required=True, suggested=_OVERLAID),
        text("filter", "Rows: status=candidate; process=mine_*", default="all rows"),
        text("column", "Column that is changed", default="whole rows (remove)"),
        Column(
            "action",
            Kind.CHOICE,
            "What is done to the cells; remove without a column takes the rows away",
            required=True,
            choices=("set", "multiply", "add", "remove"),
        ),
        Column("value", Kind.ANY, "What to write, the factor, or the amount", default="none (remove)"),
    ),
)
