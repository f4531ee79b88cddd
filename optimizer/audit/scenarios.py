"""The base case and every loss as the sheet Disruptions means them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from optimizer.audit.plants import Project
from optimizer.cells import Record, records
from optimizer.workbook import Workbook

BASE = "base"


@dataclass(frozen=True)
class Scenario:
    """The base case, or one loss: who loses what share, and in which years it is looked at.

    ``years`` are evaluated; each of them stands for ``stands_for`` years of the loss.
    """

    name: str
    kind: str
    target: str
    severity: float
    from_year: int
    years: tuple[int, ...]
    stands_for: float
    weight: float
    sector: str
    min_coverage: float | None

    @property
    def is_base(self) -> bool:
        """Tell whether nothing is lost."""
        return self.kind == BASE

    def kept_of_plant(self, project: Project) -> float:
        """Return the share of its capacity that a plant keeps."""
        country_lost = self.kind == "lose_country" and project.country == self.target
        site_lost = self.kind == "lose_project" and project.site == self.target
        return 1.0 - self.severity if country_lost or site_lost else 1.0

    def kept_of_supplier(self, supplier: str) -> float:
        """Return the share of its sales that a supplier keeps; a lost country sells less too."""
        lost = self.kind in ("lose_country", "lose_supplier") and supplier == self.target
        return 1.0 - self.severity if lost else 1.0

    def closes(self, country: str) -> bool:
        """Tell whether nothing may leave a country."""
        return self.kind == "lose_country" and country == self.target and self.severity >= 1.0


@dataclass(frozen=True)
class Targets:
    """What may be lost: the codes behind the word ``each``, and the site of each project."""

    countries: Collection[str]
    sites: Collection[str]
    suppliers: Collection[str]
    site_of: dict[str, str]

    def of(self, kind: str, word: str) -> tuple[str, ...]:
        """Expand ``each``, or bring a project to its site."""
        if word == "each":
            lists = {"lose_country": self.countries, "lose_project": self.sites, "lose_supplier": self.suppliers}
            return tuple(sorted(set(lists[kind])))
        return (self.site_of.get(word, word),) if kind == "lose_project" else (word,)


def read_scenarios(workbook: Workbook, years: range, targets: Targets) -> dict[str, Scenario]:
    """Return the base and every loss by name.

    Raises
    ------
    ValueError
        Where two would have one name, so that one would be judged for the other.
    """
    base = Scenario(BASE, BASE, "", 0.0, years[0], tuple(years), 1.0, 0.0, "", None)
    every = [base, *(loss for record in records(workbook, "Disruptions") for loss in _losses(record, years, targets))]
    named = {scenario.name: scenario for scenario in every}
    if len(named) < len(every):
        raise ValueError("two scenarios have the same name")
    return named


def _losses(record: Record, years: range, targets: Targets) -> Iterator[Scenario]:
    start = record.year("from_year") or years[0]
    length = record.year("years") or years[-1] - start + 1
    span = [year for year in range(start, start + length) if year in years]
    wanted = record.items("check_years") or span
    checked = tuple(year for year in span if year in wanted)
    lost = targets.of(record.text("kind"), record.text("target"))
    for target in lost:
        name = record.text("scenario")
        yield Scenario(
            name=f"{name}:{target}" if record.text("target") == "each" else name,
            kind=record.text("kind"),
            target=target,
            severity=record.number_or("severity", 1.0),
            from_year=start,
            years=checked,
            stands_for=len(span) / len(checked) if checked else 0.0,
            weight=record.number_or("weight", 1.0) / len(lost),
            sector=record.text("sector"),
            min_coverage=record.number("min_coverage"),
        )
