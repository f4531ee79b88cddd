"""The settings: one row each of the sheet ``Settings``."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.columns import Column, Kind, number, text, year

SETTINGS: Mapping[str, Column] = {
    column.name: column
    for column in (
        year("first_year", "First year of the plan", required=True),
        year("last_year", "Last year of the plan", required=True),
        year("price_year", "Year whose constant prices all money is in", required=True),
        number("discount_rate", "fraction", "Real discount rate", default="0", high=1.0),
        Column(
            "objective",
            Kind.CHOICE,
            "coverage: least weighted shortfall, then least cost. cost: least discounted cost",
            default="coverage",
            choices=("coverage", "cost"),
        ),
        number("budget_musd", "MUSD", "Limit on the public outlay of all years", default="no limit"),
        Column(
            "resilience_measure",
            Kind.CHOICE,
            "How the losses count beside the base case",
            default="average",
            choices=("average", "worst"),
        ),
        number("resilience_weight", "factor", "Weight of the losses beside the base case", default="1"),
        number("default_transport_usd_per_kg", "USD/kg", "Cost of a shipment that no route names", default="0"),
        Column(
            "capex_charge",
            Kind.CHOICE,
            "full: capital cost charged when spent. annuity: by yearly payments over the life",
            default="full",
            choices=("full", "annuity"),
        ),
        text(
            "planning_deck",
            "Deck of Prices in which firms plan",
            default="base, else the only deck",
            feature="Instruments",
        ),
        text(
            "crash_deck",
            "Deck of Prices that puts promises to the test",
            default="crash if there is one",
            feature="Instruments",
        ),
        number(
            "utilization",
            "fraction",
            "Of ramped capacity, in the plans of firms",
            default="0.85",
            high=1.0,
            feature="Instruments",
        ),
        number(
            "public_rate",
            "fraction",
            "Real rate at which governments value loans",
            default="discount_rate",
            high=1.0,
            feature="Instruments",
        ),
        number(
            "max_contingent_musd",
            "MUSD",
            "Limit on what guarantees (in full), floors and offtakes may cost in a crash; loans do not count",
            default="no limit",
            feature="Instruments",
        ),
        number("coverage_gap_points", "points", "How close to the best coverage is proven", default="0.1", high=100.0),
        number("coverage_slack_points", "points", "Coverage that the cost step may give back", default="0", high=100.0),
        number("cost_gap", "fraction", "How close to the least cost is proven", default="0.001", high=1.0),
        number("time_limit_s", "s", "Solver time of all steps together", default="no limit", positive=True),
        text("handling_mark", "Printed on every page, for example OFFICIAL USE ONLY", default="none"),
    )
}
