"""What a plan must have, or must do without: said as bounds of a master's columns, so that one built model answers for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.solve.master import Master, Ties


@dataclass(frozen=True)
class Wish:
    """Projects that the plan must fund, in whichever year and size, and projects that it must not fund."""

    funded: frozenset[str] = frozenset()
    unfunded: frozenset[str] = frozenset()

    def ties(self, master: Master, with_years: bool = True) -> Ties:
        """As bounds of the master's columns; what cannot be funded anyway needs no bound."""
        there = np.array([master.ever[p] for p in sorted(self.funded) if p in master.ever], dtype=int)
        gone = np.array([master.ever[p] for p in sorted(self.unfunded) if p in master.ever], dtype=int)
        return Ties().fixed(there, np.ones(len(there)), np.ones(len(there))).closed(gone)

    def is_possible(self, master: Master) -> bool:
        """Whether everything wished for could be funded at all."""
        return all(p in master.ever for p in self.funded)
