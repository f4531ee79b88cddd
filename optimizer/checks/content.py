"""What the checks look at: every row typed once, and how a finding gets its address."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from optimizer.cells import Record
from optimizer.findings import Finding, Level
from optimizer.wording import runs
from optimizer.workbook import Workbook

# A list of allowed words longer than this is no help in a message.
_MOST_WORDS = 12
# Comparing a word with all of a long list takes too long where thousands of words are wrong.
_MOST_COMPARED = 100


@dataclass(frozen=True)
class Content:
    """The typed rows by sheet and the typed settings. What could not be read is None."""

    workbook: Workbook
    records: Mapping[str, tuple[Record, ...]]
    settings: Mapping[str, object]

    def rows(self, sheet: str) -> tuple[Record, ...]:
        """Return the typed rows of a sheet, none where it is absent."""
        return self.records.get(sheet, ())

    def words(self, sheet: str, column: str) -> dict[str, None]:
        """Return the words of a column in the order of the rows, each once."""
        return dict.fromkeys(row.text(column) for row in self.rows(sheet) if row.text(column))

    def each(self, kind: str) -> list[str]:
        """Return what the target ``each`` stands for: countries that may be lost, sites, or suppliers."""
        match kind:
            case "lose_country":
                rows = self.rows("Countries")
                lost = [row.text("country") for row in rows if row.flag("may_be_lost", row.flag("ally", False))]
            case "lose_project":
                lost = [row.text("site") or row.text("project") for row in self.rows("Projects")]
            case _:
                lost = [row.text("supplier") for row in self.rows("Imports")]
        return [target for target in dict.fromkeys(lost) if target]

    def setting(self, name: str, default: str = "") -> str:
        """Return a setting as text, or ``default`` where it is blank."""
        return str(self.settings.get(name, default))

    def years(self) -> range:
        """Return the years of the plan; empty where they cannot be read."""
        first, last = self.settings.get("first_year"), self.settings.get("last_year")
        return range(first, last + 1) if isinstance(first, int) and isinstance(last, int) else range(0)

    def fault(self, row: Record, column: str, code: str, problem: str, remedy: str = "") -> Finding:
        """Return a fault at a cell."""
        return self._finding(Level.FAULT, row, column, code, problem, remedy)

    def warning(self, row: Record, column: str, code: str, problem: str, remedy: str = "") -> Finding:
        """Return a warning at a cell."""
        return self._finding(Level.WARNING, row, column, code, problem, remedy)

    def address(self, row: Record, column: str) -> str:
        """Return the place of a cell in its sheet, such as ``F12``."""
        return self.workbook.table(row.sheet).cell(row.row.number, column)

    def _finding(self, level: Level, row: Record, column: str, code: str, problem: str, remedy: str) -> Finding:
        raw = row.row.cells.get(column)
        read = None if raw is None else str(raw)
        return Finding(level, code, row.sheet, self.address(row, column), column, read, problem, remedy)


def suggest(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, or which words there are.

    Examples
    --------
    >>> suggest("fractoin", ["ramp", "operating_year", "fraction"])
    'Did you mean fraction?'
    """
    words = tuple(name for name in known if name)
    if near := _nearest(word.casefold(), words):
        return f"Did you mean {near}?"
    return f"Write one of: {', '.join(words)}." if 0 < len(words) <= _MOST_WORDS else ""


@lru_cache(maxsize=4096)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    spellings = _spellings(known)
    if word in spellings:
        return spellings[word]
    compared = list(spellings) if len(known) <= _MOST_COMPARED else _alike(known).get(word[:2], [])
    close = difflib.get_close_matches(word, compared[:_MOST_COMPARED], n=1)
    return spellings[close[0]] if close else ""


@lru_cache(maxsize=64)
def _spellings(known: tuple[str, ...]) -> dict[str, str]:
    return {name.casefold(): name for name in known}


@lru_cache(maxsize=64)
def _alike(known: tuple[str, ...]) -> dict[str, list[str]]:
    """Group long lists by their first two letters, which a slip rarely hits."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in _spellings(known):
        groups[name[:2]].append(name)
    return groups


def joined(words: Iterable[str], most: int = 5) -> str:
    """Write a list for a sentence, cut where it gets long."""
    listed = list(words)
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest


def year_spans(years: Iterable[int]) -> str:
    """Write years as a planner would: ``2026-2029, 2031``."""
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs(years))


def tonnes(amount: float) -> str:
    """Write tonnes without decimals that nobody plans with."""
    return f"{amount:,.0f}" if amount >= 10 or amount == 0 else f"{amount:.3g}"


def grouped(rows: Iterable[Record], *columns: str) -> dict[tuple[str, ...], list[Record]]:
    """Group rows by the text of columns."""
    groups: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for row in rows:
        groups[tuple(row.text(column) for column in columns)].append(row)
    return dict(groups)
