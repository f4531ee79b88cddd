"""Which deck of Prices firms plan with, and which one puts promises to the test, as the settings have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_PLANNING, _CRASH = "base", "crash"


def planning_deck(decks: Iterable[str], given: Mapping[str, object]) -> str | None:
    """Deck that firms plan with; None where the setting names none of the decks, or is blank and leaves it open.

    Examples
    --------
    >>> planning_deck(["low", "base"], {}), planning_deck(["low"], {}), planning_deck(["low", "high"], {})
    ('base', 'low', None)
    """
    known = tuple(dict.fromkeys(decks))
    if "planning_deck" in given:
        return _named(known, given["planning_deck"])
    return _PLANNING if _PLANNING in known else known[0] if len(known) == 1 else None


def crash_deck(decks: Iterable[str], given: Mapping[str, object]) -> str | None:
    """Deck that puts promises to the test; None where there is none.

    Examples
    --------
    >>> crash_deck(["base", "crash"], {}), crash_deck(["base", "low"], {"crash_deck": "low"}), crash_deck(["base"], {})
    ('crash', 'low', None)
    """
    known = tuple(decks)
    return _named(known, given["crash_deck"]) if "crash_deck" in given else _named(known, _CRASH)


def _named(known: tuple[str, ...], word: object) -> str | None:
    return str(word) if str(word) in known else None
