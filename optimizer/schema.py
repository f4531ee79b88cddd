"""The input contract as declared data: sheets, columns, types, units, bounds, defaults, references.

The reader, the checks, the template and the inputs page are all fed from here, so that a column is described once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a cell may hold, in a planner's words."""

    TEXT = "text"
    NUMBER = "a number"
    INTEGER = "a whole number"
    YES_NO = "yes or no"
    CHOICE = "one of the listed words"
    TEXTS = "words separated by ;"
    NUMBERS = "numbers separated by ;"
    YEARS = "years separated by ;, ranges such as 2032-2035 too"
    ANY = "anything"


@dataclass(frozen=True)
class Column:
    """One column of a sheet (or one setting).

    ``required``: the column must exist and its cells must be filled. ``default`` is what a blank cell means, as
    text for people. ``refers`` names the sheet whose first column lists the allowed values; ``also`` are words
    allowed besides.
    """

    name: str
    kind: Kind
    help: str
    unit: str = ""
    required: bool = False
    default: str = ""
    low: float | None = None
    high: float | None = None
    positive: bool = False
    choices: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    refers: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``key`` are the columns that together may stand in one row only."""

    name: str
    help: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False

    def column(self, name: str) -> Column:
        """Return the column called ``name``; KeyError if the sheet has none."""
        return {column.name: column for column in self.columns}[name]


# These three may stand in every sheet and travel into the report.
PROVENANCE = (
    Column("note", Kind.TEXT, "How the figure was derived"),
    Column("source", Kind.TEXT, "Where the figure comes from"),
    Column("confidence", Kind.TEXT, "How far to trust it", suggested=("high", "medium", "low", "estimate")),
)

# Beyond any tonnage or sum of money of an industry, and beyond what can be solved beside ordinary numbers.
_MOST = 1e9
_YEAR = {"low": 1900.0, "high": 2200.0}


def _text(name: str, help: str, **more: object) -> Column:
    return Column(name, Kind.TEXT, help, **more)  # type: ignore[arg-type]


def _number(name: str, unit: str, help: str, **more: object) -> Column:
    return Column(name, Kind.NUMBER, help, unit, **({"low": 0.0, "high": _MOST} | more))  # type: ignore[arg-type]


def _year(name: str, help: str, **more: object) -> Column:
    return Column(name, Kind.INTEGER, help, "year", **(_YEAR | more))  # type: ignore[arg-type]


def _yes_no(name: str, help: str, **more: object) -> Column:
    return Column(name, Kind.YES_NO, help, "yes/no", **more)  # type: ignore[arg-type]


def _sheet(name: str, help: str, key: tuple[str, ...], *columns: Column, required: bool = False) -> Sheet:
    return Sheet(name, help, columns + PROVENANCE, key, required)


SETTINGS: Mapping[str, Column] = {
    column.name: column
    for column in (
        _year("first_year", "First year of the plan", required=True),
        _year("last_year", "Last year of the plan", required=True),
        _year("price_year", "Year whose constant prices all money is in", required=True),
        _number("discount_rate", "fraction", "Real discount rate", default="0", high=1.0),
        Column(
            "objective",
            Kind.CHOICE,
            "coverage: least weighted shortfall, then least cost. cost: least discounted cost",
            default="coverage",
            choices=("coverage", "cost"),
        ),
        _number("budget_musd", "MUSD", "Limit on the public outlay of all years", default="no limit"),
        Column(
            "resilience_measure",
            Kind.CHOICE,
            "How the losses count beside the base case",
            default="average",
            choices=("average", "worst"),
        ),
        _number("resilience_weight", "factor", "Weight of the losses beside the base case", default="1"),
        _number("default_transport_usd_per_kg", "USD/kg", "Cost of a shipment that no route names", default="0"),
        Column(
            "capex_charge",
            Kind.CHOICE,
            "full: capital cost charged when spent. annuity: by yearly payments over the life",
            default="full",
            choices=("full", "annuity"),
        ),
        _number("coverage_gap_points", "points", "How close to the best coverage is proven", default="0.1", high=100.0),
        _number(
            "coverage_slack_points", "points", "Coverage that the cost step may give back", default="0", high=100.0
        ),
        _number("cost_gap", "fraction", "How close to the least cost is proven", default="0.001", high=1.0),
        _number("time_limit_s", "s", "Solver time of all steps together", default="no limit", positive=True),
        _text("handling_mark", "Printed on every page, for example OFFICIAL USE ONLY", default="none"),
    )
}

_STAGES = ("concentrate", "oxide", "metal", "alloy", "magnet")
_STEPS = ("mining", "separation", "metallization", "alloying", "magnet", "recycling")

# What a strategy may change: everything that a plan is made from.
_OVERLAID = (
    "Settings", "Countries", "Materials", "Recipes", "Projects", "Ramps", "Demand", "Imports", "Routes", "Budgets",
    "Redundancy", "Disruptions", "Stockpiles",
)  # fmt: skip

_ALL_SHEETS = (
    Sheet(
        "Settings",
        "One row per setting; a blank value takes the default",
        (
            _text("setting", "Name of the setting", required=True),
            Column("value", Kind.ANY, "Its value; blank: the default", required=True),
            _text("unit", "For the reader only"),
            *PROVENANCE,
        ),
        ("setting",),
        required=True,
    ),
    _sheet(
        "Countries",
        "Every country that makes, sells, buys or passes material",
        ("country",),
        _text("country", "ISO 3166 alpha-3, or any code", required=True),
        _text("name", "Name for the report", required=True),
        _yes_no("ally", "Its plants and material are allied", required=True),
        _yes_no("trusted", "Its material counts as allied origin, its plants not in Redundancy", default="as ally"),
        _text("region", "For the report"),
        _yes_no("may_be_lost", "Taken by losses with target each", default="as ally"),
        required=True,
    ),
    _sheet(
        "Materials",
        "Everything that is made, bought or demanded",
        ("material",),
        _text("material", "Code", required=True),
        _text("name", "Name for the report", required=True),
        _text("stage", "Any word", required=True, suggested=_STAGES),
        Column("stream", Kind.TEXTS, "Streams it belongs to, for coverage by stream", default="its inputs' streams"),
        _number("price_usd_per_kg", "USD/kg", "For reports only", default="not shown"),
        required=True,
    ),
    _sheet(
        "Recipes",
        "What a process takes and gives per tonne of activity, a row per material",
        ("process", "recipe", "material", "direction"),
        _text("process", "Code", required=True),
        _text("recipe", "Code; a process may have several", required=True),
        _text("stage", "Any word, one per process", required=True, suggested=_STEPS),
        _text("material", "Code of the material", required=True, refers="Materials"),
        Column("direction", Kind.CHOICE, "input or output", required=True, choices=("input", "output")),
        _number("t_per_t", "t/t", "Tonnes per tonne of activity", required=True),
        _number("opex_usd_per_kg", "USD/kg", "Per kg of activity, on one row of the recipe", default="0", low=None),
        required=True,
    ),
    _sheet(
        "Projects",
        "Plants: existing, committed and candidate",
        ("project",),
        _text("project", "Code", required=True),
        _text("country", "Where it stands", required=True, refers="Countries"),
        _text("process", "What it runs", required=True),
        Column(
            "status",
            Kind.CHOICE,
            "existing, committed or candidate",
            required=True,
            choices=("existing", "committed", "candidate"),
        ),
        _number("capacity_t_per_year", "t/yr", "Nameplate capacity, in t of activity", required=True),
        _number("min_capacity_t_per_year", "t/yr", "Smallest size that may be funded", default="nameplate"),
        _number("capex_musd", "MUSD", "Capital cost at nameplate", default="0 (candidates: required)"),
        _number("fixed_capex_share", "fraction", "Part of capex that does not scale with size", default="0", high=1.0),
        _number("public_share", "fraction", "Part of capex paid from the budget", default="1", high=1.0),
        _number("opex_usd_per_kg", "USD/kg", "Per kg of activity", default="0", low=None),
        _number("fixed_opex_musd_per_year", "MUSD/yr", "At nameplate, run or not", default="0", low=None),
        Column("life_years", Kind.INTEGER, "For the annuity", "years", low=1.0, default="none"),
        _year("first_funding_year", "Earliest funding", default="first_year of the plan"),
        Column(
            "lead_years",
            Kind.INTEGER,
            "From funding to first output",
            "years",
            low=0.0,
            default="(candidates: required)",
        ),
        Column(
            "spend_profile",
            Kind.NUMBERS,
            "Shares of the outlay by year, 0.2;0.5;0.3",
            "fractions",
            default="all at once",
            low=0.0,
            high=1.0,
        ),
        _text("ramp", "Ramp-up", default="full at once", refers="Ramps"),
        _number("min_utilization", "fraction", "Least run of a funded candidate in the base", default="0", high=1.0),
        _year("first_year", "Of operation, existing and committed", default="always"),
        _year("last_year", "Of operation, existing and committed", default="to the end"),
        _text("site", "Projects of one site are lost together", default="the project itself"),
        _number(
            "workforce", "people", "At nameplate; needs people of Workforce by its ramped capacity", default="none"
        ),
        _text("group", "At most one of a group is funded"),
        Column("requires", Kind.TEXTS, "Projects that must be funded no later", refers="Projects"),
        _text("owner", "For the report"),
        required=True,
    ),
    _sheet(
        "Ramps",
        "Share of nameplate by operating year; the last value holds on",
        ("ramp", "operating_year"),
        _text("ramp", "Code", required=True),
        Column("operating_year", Kind.INTEGER, "1, 2, ...", "year", required=True, low=1.0),
        _number("fraction", "fraction", "Of nameplate", required=True, high=1.0),
    ),
    _sheet(
        "Demand",
        "What must be served; years may be sparse: linear in between, flat after the last",
        ("sector", "country", "material", "allied_only", "year"),
        _text("sector", "Any word", required=True),
        _text("country", "Where", required=True, refers="Countries"),
        _text("material", "What", required=True, refers="Materials"),
        _year("year", "Year", required=True),
        _number("demand_t", "t/yr", "Demand", required=True),
        _number("priority", "factor", "Weight of a tonne short", default="1"),
        _number("min_coverage", "fraction", "What must be served in the base", default="0", high=1.0),
        _yes_no("allied_only", "Only material whose whole chain is allied", default="no"),
        _number(
            "shortfall_usd_per_kg", "USD/kg", "Price of a tonne short, objective cost only", default="must be served"
        ),
        required=True,
    ),
    _sheet(
        "Imports",
        "What outside suppliers offer; sparse years as in Demand",
        ("supplier", "material", "country", "year"),
        _text("supplier", "A country that is no ally", required=True, refers="Countries"),
        _text("material", "What", required=True, refers="Materials"),
        _text("country", "Where it lands", default="anywhere", refers="Countries"),
        _year("year", "Year", required=True),
        _number("max_t", "t/yr", "Most that can be bought", required=True),
        _number("price_usd_per_kg", "USD/kg", "Delivered price", required=True),
    ),
    _sheet(
        "Routes",
        "Shipments that differ from the default; the most specific row holds",
        ("material", "from", "to"),
        _text("material", "Code or *", required=True, refers="Materials", also=("*",)),
        _text("from", "Code or *", required=True, refers="Countries", also=("*",)),
        _text("to", "Code or *", required=True, refers="Countries", also=("*",)),
        _number("cost_usd_per_kg", "USD/kg", "Cost of the leg", default="default_transport_usd_per_kg"),
        _number("max_t_per_year", "t/yr", "Limit of each single route", default="no limit"),
        _yes_no("allowed", "May the leg be used", default="yes"),
    ),
    _sheet(
        "Budgets",
        "Pots of public money; with this sheet every outlay is paid from pots that allow it",
        (),
        _text("funder", "Who pays", required=True),
        _number("budget_musd", "MUSD", "Amount", required=True),
        _year("year", "Year of the pot", default="any year"),
        _yes_no("carry_over", "What is left serves later years", default="no"),
        Column("countries", Kind.TEXTS, "What it may pay for", default="all", refers="Countries"),
        Column(
            "stages",
            Kind.TEXTS,
            "What it may pay for; stockpile and training too",
            default="all",
            also=("stockpile", "training"),
        ),
    ),
    _sheet(
        "Redundancy",
        "Rules on how many countries or projects, and which share of one country",
        ("rule",),
        _text("rule", "Name", required=True),
        _text("stage", "Stage of the plants counted (or material)"),
        _text("material", "Material that the plants counted can make (or stage)", refers="Materials"),
        _year("from_year", "First year in which the rule holds", default="first_year of the plan"),
        Column("min_countries", Kind.INTEGER, "Allied countries", "count", low=0.0, default="no rule"),
        Column("min_projects", Kind.INTEGER, "Allied projects", "count", low=0.0, default="no rule"),
        _number("min_capacity_t_per_year", "t/yr", "Capacity from which one counts", default="1 t"),
        _number("max_country_share", "fraction", "Of allied capacity", default="no rule", high=1.0),
    ),
    _sheet(
        "Disruptions",
        "Losses against which the plan is judged",
        ("scenario",),
        _text("scenario", "Name", required=True),
        Column(
            "kind",
            Kind.CHOICE,
            "What is lost",
            required=True,
            choices=("lose_country", "lose_project", "lose_supplier"),
        ),
        _text("target", "A code, or each", required=True),
        _year("from_year", "First year of the loss", default="first_year of the plan"),
        Column("years", Kind.INTEGER, "How long it lasts", "years", low=1.0, default="to the end"),
        _number("severity", "fraction", "Part that is lost", default="1", high=1.0),
        Column("check_years", Kind.YEARS, "Years in which it is evaluated", default="all years of the loss"),
        _number("weight", "factor", "Weight among the losses", default="1"),
        _text("sector", "Sector of min_coverage", default="all"),
        _number("min_coverage", "fraction", "What must still be served", default="none", high=1.0),
    ),
    _sheet(
        "Stockpiles",
        "Stocks that are drawn in a loss",
        ("material", "country", "allied"),
        _text("material", "What", required=True, refers="Materials"),
        _text("country", "Where", required=True, refers="Countries"),
        _number("opening_t", "t", "In store at the start", default="0"),
        _number("max_t", "t", "Most that can be stored", default="opening_t"),
        _number("purchase_usd_per_kg", "USD/kg", "Price of buying more", default="no purchases"),
        _number("max_purchase_t_per_year", "t/yr", "Most that can be bought in a year", default="max_t / 5"),
        _number("holding_usd_per_kg_year", "USD/kg/yr", "On the level at the end of a year", default="0"),
        _yes_no("base_draw", "May be drawn in the base case too", default="no"),
        _yes_no("allied", "What it holds is of allied origin", default="no"),
    ),
    _sheet(
        "Workforce",
        "Trained people for new plants, by country; a country without rows has no limit",
        ("country", "year"),
        _text("country", "Where the plants stand", required=True, refers="Countries"),
        _year("year", "Year; sparse years as in Demand", required=True),
        _number("available", "people", "Free for new plants, beside those in standing plants", required=True),
        _number("training_cost_usd_per_person", "USD", "Public outlay of the year (stage training)", default="0"),
        _number("max_trained_per_year", "people", "Most who may begin training in a year", default="0"),
        Column(
            "training_years",
            Kind.INTEGER,
            "From the begin of training to work",
            "years",
            low=0.0,
            high=100.0,
            default="(where people are trained: required)",
        ),
    ),
    _sheet(
        "Plan",
        "A plan to be stressed: what is funded. Only stress reads it",
        ("project",),
        _text("project", "A candidate of Projects", required=True, refers="Projects"),
        _year("funded_year", "Year of funding", required=True),
        _number("size_t_per_year", "t/yr", "Size", default="nameplate", positive=True),
    ),
    _sheet(
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
        _text("filter", "Rows: country=USA; process=sep_*", default="all rows"),
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
        _text("parameters", "low=0.8; mode=1; high=1.3, or median=1; sigma=0.2, or 0=0.7; 1=0.3", required=True),
        _text(
            "correlation",
            "each, or a group that rises and falls together (-group: against it)",
            default="one draw for all",
        ),
        _text("name", "For the report", default="sheet, filter, column"),
    ),
    _sheet(
        "Strategies",
        "Changes of the other sheets under a name, several rows each. Only strategies reads it",
        (),
        _text("strategy", "Name of the strategy", required=True),
        _text("table", "Sheet that is changed", required=True, suggested=_OVERLAID),
        _text("filter", "Rows: status=candidate; process=mine_*", default="all rows"),
        _text("column", "Column that is changed", default="whole rows (remove)"),
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

SHEETS: Mapping[str, Sheet] = {sheet.name: sheet for sheet in _ALL_SHEETS}
# Sheets that no plan is made from: only stress, or only strategies, reads them.
NOT_OF_PLANS = ("Plan", "Uncertainty", "Strategies")
