"""The written packages against the cells: who has which support, recomputed once for all recounts of the money side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from optimizer.audit.decks import Decks
from optimizer.audit.firms import Firm, FirmYear, unaided, years_of
from optimizer.audit.ledger import MUSD
from optimizer.audit.plants import Project, Recipe
from optimizer.audit.support import ByYear, Support, added, support, within
from optimizer.audit.tools import Money, Tool
from optimizer.audit.written import Package, Portfolio, Written

# Tonnes are written to 0.0001: no sum is known better than what so much of the size is worth.
WRITTEN_T = 1e-4


@dataclass(frozen=True)
class Part:
    """One instrument of a package: its row of packages.csv, and its support by deck."""

    row: Package
    tool: Tool
    by_deck: Mapping[str, Support]
    decks: Decks

    @property
    def planned(self) -> Support:
        """In the planning deck."""
        return self.by_deck[self.decks.planning]

    @property
    def contingent(self) -> ByYear:
        """What it may cost by real year: a promise on prices in the crash deck, a guarantee if it is called."""
        if self.tool.kind == "guarantee":
            return self.planned.promised
        return self.by_deck[self.decks.crash].promised if self.decks.crash is not None else {}


@dataclass(frozen=True)
class Deal:
    """A funded candidate: its row of portfolio.csv, its firm's operating years by deck, and its package."""

    row: Portfolio
    firm: Firm
    years: Mapping[str, list[FirmYear]]
    parts: tuple[Part, ...]

    def unit(self, scale: float) -> float:
        """Absolute tolerance of a sum of the size ``scale``, in MUSD: sizes and covers are written in rounded tonnes."""
        size = self.row.size_t_per_year
        return MUSD + (WRITTEN_T * scale / size if size > 0 else 0.0)

    def unaided(self, deck: str) -> ByYear:
        """Cash by year without support."""
        return unaided(self.firm, self.years[deck])

    def support(self, deck: str, without: Collection[str] = ()) -> ByYear:
        """Cash by year of the package, without some kinds of instruments."""
        return added(part.by_deck[deck].cash for part in self.parts if part.tool.kind not in without)

    def charge(self, last_year: int) -> ByYear:
        """What the package costs the budgets by year of the plan."""
        return within(added(part.planned.charge for part in self.parts), last_year)


def read_deals(
    money: Money, projects: Mapping[str, Project], recipes: Mapping[tuple[str, str], Recipe], written: Written
) -> tuple[Deal, ...]:
    """Return every funded candidate with its package; none without instruments."""
    if not money.is_on:
        return ()
    found = []
    for row in written.portfolio:
        project = projects[row.project]
        own = {name: recipe for (process, name), recipe in recipes.items() if process == project.process}
        firm = Firm(project, row.funded_year, row.size_t_per_year, row.funded_share, money.terms.utilization, own)
        years = {deck: years_of(firm, money.decks, deck) for deck in money.decks.used}
        packages = (x for x in written.packages if (x.project, x.funded_year) == (row.project, row.funded_year))
        found.append(Deal(row, firm, years, tuple(_parts(packages, money, firm, years))))
    return tuple(found)


def _parts(
    packages: Iterable[Package], money: Money, firm: Firm, years: Mapping[str, list[FirmYear]]
) -> Iterable[Part]:
    for row in packages:
        tool, rate = money.tools[row.instrument], money.terms.public_rate
        by_deck = {deck: support(tool, row.amount, firm, rows, rate) for deck, rows in years.items()}
        yield Part(row, tool, by_deck, money.decks)
