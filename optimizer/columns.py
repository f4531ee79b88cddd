"""What a sheet and a column are declared as, and short ways to declare them."""

from __future__ import annotations

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
    allowed besides. ``feature`` names the sheet whose rows turn on what the column is for: without them a blank is no
    default that was taken.
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
    feature: str = ""


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
MOST = 1e9
YEAR = {"low": 1900.0, "high": 2200.0}


def text(name: str, help: str, **more: object) -> Column:
    """Declare a column of words."""
    return Column(name, Kind.TEXT, help, **more)  # type: ignore[arg-type]


def number(name: str, unit: str, help: str, **more: object) -> Column:
    """Declare a column of numbers from 0 on; ``low`` None: negative ones too."""
    return Column(name, Kind.NUMBER, help, unit, **({"low": 0.0, "high": MOST} | more))  # type: ignore[arg-type]


def year(name: str, help: str, **more: object) -> Column:
    """Declare a column of calendar years."""
    return Column(name, Kind.INTEGER, help, "year", **(YEAR | more))  # type: ignore[arg-type]


def yes_no(name: str, help: str, **more: object) -> Column:
    """Declare a column of yes or no."""
    return Column(name, Kind.YES_NO, help, "yes/no", **more)  # type: ignore[arg-type]


def sheet(name: str, help: str, key: tuple[str, ...], *columns: Column, required: bool = False) -> Sheet:
    """Declare a sheet; the columns of provenance are added to its own."""
    return Sheet(name, help, columns + PROVENANCE, key, required)
