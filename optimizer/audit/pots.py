"""How much of a list of bills can be paid from pots: a small maximum flow."""

from __future__ import annotations

# Amounts below this, in MUSD, end the search: a thousandth of the tolerance to which outlays are compared.
_DUST = 1e-6


def payable(bills: list[float], pots: list[float], allowed: list[list[int]]) -> float:
    """Return the most that can be paid.

    Parameters
    ----------
    bills, pots
        Amounts.
    allowed
        For each bill the indices of the pots that may pay it.

    Notes
    -----
    A bill that finds its pots empty looks for a chain: a pot that could pay it had other bills not drawn on it, these
    drawing on further pots instead. Chains are searched breadth first (the method of Edmonds and Karp), so that the
    search ends.

    >>> payable([5.0, 5.0], [5.0, 5.0], [[0, 1], [0]])
    10.0
    """
    left = list(pots)
    paid = [dict[int, float]() for _ in bills]
    total = 0.0
    for bill, amount in enumerate(bills):
        due = amount
        while due > _DUST and (chain := _chain(bill, left, allowed, paid)):
            due -= (moved := _move(chain, due, left, paid))
            total += moved
    return total


def _chain(bill: int, left: list[float], allowed: list[list[int]], paid: list[dict[int, float]]) -> list[int]:
    """Return bill, pot, bill, pot, ... that ends at a pot with money left; empty if there is none."""
    reached_by: dict[int, int] = {}  # pot -> the bill that asks it
    freed_by: dict[int, int] = {}  # bill -> the pot it would stop drawing on
    queue = [bill]
    for asking in queue:
        for pot in allowed[asking]:
            if pot in reached_by:
                continue
            reached_by[pot] = asking
            if left[pot] > _DUST:
                return _trace(pot, reached_by, freed_by)
            for other, draws in enumerate(paid):
                if draws.get(pot, 0.0) > _DUST and other != bill and other not in freed_by:
                    freed_by[other] = pot
                    queue.append(other)
    return []


def _trace(pot: int, reached_by: dict[int, int], freed_by: dict[int, int]) -> list[int]:
    chain = [reached_by[pot], pot]
    while chain[0] in freed_by:
        before = freed_by[chain[0]]
        chain = [reached_by[before], before, *chain]
    return chain


def _move(chain: list[int], due: float, left: list[float], paid: list[dict[int, float]]) -> float:
    """Shift as much as the chain bears: every bill in it takes from the pot after it and lets go of the pot before."""
    bills, pots = chain[0::2], chain[1::2]
    shifts = [paid[bill][pot] for bill, pot in zip(bills[1:], pots[:-1], strict=True)]
    moved = min(due, left[pots[-1]], *shifts)
    for bill, pot in zip(bills, pots, strict=True):
        paid[bill][pot] = paid[bill].get(pot, 0.0) + moved
    for bill, pot in zip(bills[1:], pots[:-1], strict=True):
        paid[bill][pot] -= moved
    left[pots[-1]] -= moved
    return moved
