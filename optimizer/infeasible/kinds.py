"""What a limit of the planner is: its kind, its cell, and how it gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from optimizer.cells import Record
from optimizer.solve.elastic import Give, Key, RowKey


class Kind(StrEnum):
    """What a limit speaks of; the value is a planner's word for it."""

    COVERAGE = "minimum coverage"
    UNPRICED = "demand without a price"
    LOSS = "minimum coverage in a loss"
    COUNTRIES = "countries"
    PROJECTS = "projects"
    SHARE = "share of one country"
    PEOPLE = "people"
    REACHED = "least share of a country"
    KEPT_DOWN = "largest share of a country"
    SERVED = "coverage of a country"
    LIABLE = "contingent liabilities"
    PART = "part of one project"
    HOME = "share at home"
    BUDGET = "budget"
    POT = "pot"

    @property
    def is_of_a_sum(self) -> bool:
        """Whether it limits a share of a sum that a plan decides itself, as of capacity or money."""
        return self in (Kind.SHARE, Kind.REACHED, Kind.KEPT_DOWN, Kind.PART, Kind.HOME)

    @property
    def is_money(self) -> bool:
        """Whether it limits what may be spent."""
        return self in (Kind.BUDGET, Kind.POT)

    @property
    def is_of_payers(self) -> bool:
        """Whether it limits how funders may pay: with money from anybody it is no limit."""
        return self in (Kind.LIABLE, Kind.PART, Kind.HOME)

    @property
    def is_fair(self) -> bool:
        """Whether it is a rule on burden and benefit."""
        return self in (Kind.REACHED, Kind.KEPT_DOWN, Kind.SERVED)

    @property
    def no_limit(self) -> float:
        """The share that asks for nothing."""
        return 1.0 if self in (Kind.SHARE, Kind.KEPT_DOWN, Kind.PART) else 0.0

    @property
    def is_rule(self) -> bool:
        """Whether it is a redundancy rule."""
        return self in (Kind.COUNTRIES, Kind.PROJECTS, Kind.SHARE)


@dataclass(frozen=True)
class Limit:
    """One cell that limits a plan: ``value`` as it stands there (1 for a row that must be served in full).

    ``row`` is None for the budget of the command line. ``whole`` is what makes amounts of different limits comparable: a
    price of 1 / whole weighs a tenth of the budget as a tenth of a demand. ``years`` of base coverage: in which it holds.
    """

    kind: Kind
    sheet: str
    row: Record | None
    column: str
    value: float
    give: Give
    whole: float
    demand: str = ""
    years: tuple[int, ...] = ()

    @property
    def key(self) -> Key:
        """The same in a workbook of which other cells were changed."""
        return self.kind.name, 0 if self.row is None else self.row.row.number

    @property
    def rows(self) -> tuple[RowKey, ...]:
        """The rows of the model that say it."""
        return tuple(self.give.rows)
