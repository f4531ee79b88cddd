"""Small words of sentences: lists, counts, years, shares, tonnes and money, said the same way everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_MOST_NAMES = 3


def joined(words: Sequence[str]) -> str:
    """``a, b and c``; blank without any.

    >>> joined(["a", "b", "c"]), joined(["a"]), joined([])
    ('a, b and c', 'a', '')
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def names(found: Sequence[str], most: int = _MOST_NAMES) -> str:
    """The first few names, and how many more."""
    more = len(found) - most
    return joined([*found[:most], f"{more} more"]) if more > 0 else joined(found)


def plural(count: int, word: str, many: str = "") -> str:
    """``1 project``, ``2 projects``."""
    return f"{count:,} {word if count == 1 else many or word + 's'}"


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of every run of numbers that follow each other.

    >>> runs([2029, 2026, 2027])
    [(2026, 2027), (2029, 2029)]
    """
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def year_span(years: Sequence[int]) -> str:
    """First and last of some years: ``2026 to 2040``, or the one year."""
    if not years:
        return ""
    return str(years[0]) if years[0] == years[-1] else f"{years[0]} to {years[-1]}"


def year_list(years: Iterable[int]) -> str:
    """Years in words, runs of them as spans: ``2027 to 2029, 2033``."""
    return ", ".join(map(year_span, runs(years)))


def percent(share: float) -> str:
    """A share in a sentence."""
    shown = f"{share:.1%}" if share >= 0.01 or share == 0.0 else f"{share:.2%}"
    return shown.replace(".0%", "%").replace("%", " %")


def money(value: float) -> str:
    """MUSD in a sentence, without a decimal that says nothing."""
    return f"{value:,.1f}".removesuffix(".0")


def musd(value: float) -> str:
    """An amount of money with its unit, from 100 MUSD on without a decimal."""
    return f"{value:,.0f} MUSD" if value >= 99.95 or value == 0.0 else f"{value:,.1f} MUSD"
