"""Choices of formulation: the same mathematics, built for another question or in another size."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.instance import Goal


class Layout(StrEnum):
    """How places and plants stand in a scenario's network.

    COUNTRIES: every country and every plant for itself; needed wherever costs are asked for. POOLED: countries between
    which material moves freely are one place, plants of one process in one place are one unit; exact where only tonnes
    are asked for (the proof is in FORMULATION.md). FREIGHT_FREE: one place as in POOLED, but every plant for itself: the
    cost without freight, a lower bound that is found much faster.
    """

    COUNTRIES = "countries"
    FREIGHT_FREE = "freight_free"
    POOLED = "pooled"

    @property
    def joins_places(self) -> bool:
        """Whether countries between which material moves freely are one place."""
        return self is not Layout.COUNTRIES

    @property
    def is_priced(self) -> bool:
        """Whether every plant and demand row stands for itself, so that each can have its price."""
        return self is not Layout.POOLED


@dataclass(frozen=True)
class Options:
    """What to minimize and in which layout.

    ``shortfall_limit_kt``: with it the model is the second step, least cost with the weighted shortfall kept.
    ``least_outlay``: the public outlay is made as small as possible instead, whatever else is kept.
    ``tightened``: with rows that follow from the others and help the search for whole fundings.
    """

    minimize: Goal
    base_layout: Layout = Layout.COUNTRIES
    loss_layout: Layout = Layout.POOLED
    shortfall_limit_kt: float | None = None
    least_outlay: bool = False
    relaxed: bool = False
    tightened: bool = False
