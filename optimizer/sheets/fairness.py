"""The sheet of limits on burden and benefit: a country's share of money, capacity, jobs, or of its own demand served."""

from __future__ import annotations

from optimizer.columns import Column, Kind, Sheet, number, sheet, text, year

MEASURES = ("money", "capacity", "jobs", "coverage")
# Of what the share is, in words that follow "share of".
SHARE_OF = {
    "money": "public money for plants",
    "capacity": "allied capacity",
    "jobs": "jobs in funded plants",
    "coverage": "its own demand",
}

FAIRNESS: tuple[Sheet, ...] = (
    sheet(
        "Fairness",
        "Limits on burden and benefit: what share of money, capacity or jobs a country has, or of its own demand is served",
        ("rule",),
        text("rule", "Name", required=True),
        text("country", "Whose share it is", required=True, refers="Countries"),
        Column(
            "measure",
            Kind.CHOICE,
            "Outlay for plants, capacity of a stage, jobs in funded plants, or demand served in the base",
            required=True,
            choices=MEASURES,
        ),
        text("stage", "Stage of the capacity", default="(capacity: required)"),
        year("year", "Year in which the capacity is looked at", default="last_year of the plan"),
        number("min_share", "fraction", "At least; of coverage of all years", default="no limit", high=1.0),
        number("max_share", "fraction", "At most; not of coverage", default="no limit", high=1.0),
    ),
)
