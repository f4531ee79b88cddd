"""What an explanation holds, and its two forms: sentences for people, records for programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from optimizer.infeasible.words import address, cell_value, edit_words, joined, written
from optimizer.scenario import Edit
from optimizer.workbook import Workbook

_NO_PLAN = "No plan meets all limits."
_SHORT_WAYS, _SHORT_ARITHMETIC = 3, 2


class Way(StrEnum):
    """The kind of a way out, as its sentence begins."""

    MONEY = "More money"
    PEOPLE = "More people"
    LATER = "Later"
    LESS = "Less asked"
    DROPPED = "One limit dropped"
    FACT = "If it can be so"
    SEVERAL = "Several limits together"


@dataclass(frozen=True)
class Shortfall:
    """A limit that cannot be kept with all the money in the world.

    ``need`` and ``most`` in ``unit``; ``scenario``: base or a loss.
    """

    sheet: str
    row: int
    column: str
    year: int
    scenario: str
    need: float
    most: float
    unit: str
    sentence: str


@dataclass(frozen=True)
class WayOut:
    """Edits after which there is a plan: tried. ``what``: what they mean; ``budget_musd``: for the command line, beside them."""

    way: Way
    edits: tuple[Edit, ...]
    what: str
    budget_musd: float | None = None
    budget_before: float | None = None

    def sentence(self, workbook: Workbook) -> str:
        """Return it as a sentence that names the cells."""
        words = edit_words(workbook, self.edits)
        if self.budget_musd is not None:
            words.append(f"--budget: give {self.budget_musd:.12g} instead of {self.budget_before:.12g} MUSD")
        return f"{self.way}: {'; '.join(words)} ({self.what})."


@dataclass(frozen=True)
class Conflicting:
    """One of the cells that cannot hold together."""

    sheet: str
    row: int
    column: str
    cell: str
    words: str


@dataclass(frozen=True)
class Explanation:
    """Why there is no plan.

    ``by_hand``: what plain arithmetic on the sheets alone tells beside the shortfalls; ``closed``: what is no way out;
    ``conflict_is_minimal``: of limits; ``conflict_is_all``: whether the facts that matter are among the cells, or none do.
    ``unfinished``: what the time did not suffice for.
    """

    workbook: Workbook
    shortfalls: tuple[Shortfall, ...] = ()
    by_hand: tuple[str, ...] = ()
    ways: tuple[WayOut, ...] = ()
    closed: tuple[str, ...] = ()
    conflict: tuple[Conflicting, ...] = ()
    conflict_is_minimal: bool = True
    conflict_is_all: bool = True
    unfinished: tuple[str, ...] = field(default=())

    def sentences(self) -> list[str]:
        """Everything: what falls short, the ways out, the cells in conflict."""
        ways = [way.sentence(self.workbook) for way in self.ways]
        told = [_NO_PLAN, *(shortfall.sentence for shortfall in self.shortfalls), *self.by_hand]
        if ways:
            told += [_headline(len(ways)), *ways]
        told += self.closed
        if self.conflict:
            told.append(self._conflict_words())
        return [*told, *self._unfinished_words()]

    def short(self, ways: int = _SHORT_WAYS) -> list[str]:
        """What is short, or else in conflict, and the best ways out of different kinds."""
        chosen = list({way.way: way for way in reversed(self.ways)}.values())[::-1][:ways]
        told = [*(shortfall.sentence for shortfall in self.shortfalls), *self.by_hand][:_SHORT_ARITHMETIC]
        if not told and self.conflict:
            told = [self._conflict_words()]
        told = [_NO_PLAN, *told, *(f"A way out. {way.sentence(self.workbook)}" for way in chosen)]
        return [*told, *(() if chosen else self.closed), *self._unfinished_words()]

    def _conflict_words(self) -> str:
        cells = [f"{one.cell} ({one.words})" for one in self.conflict]
        if len(cells) == 1:
            rest = "with the plants and supplies there are" if self.conflict_is_all else "all else being as it is"
            return f"This cell alone cannot be kept {rest}: {cells[0]}."
        if self.conflict_is_minimal:
            fewer = "each alone can" if len(cells) == 2 else f"any {len(cells) - 1} of them can"
            return f"These {len(cells)} cells cannot hold together, {fewer}: {joined(cells)}."
        return f"These {len(cells)} cells cannot hold together; perhaps fewer of them cannot either: {joined(cells)}."

    def _unfinished_words(self) -> list[str]:
        return [f"Not finished in the time given: {joined(self.unfinished)}."] if self.unfinished else []

    def records(self) -> dict[str, list[dict[str, object]]]:
        """Return the same as records for the manifest, by part; each names its cells."""
        return {
            "shortfalls": [
                {
                    "cell": address(self.workbook, x.sheet, x.row, x.column),
                    "column": x.column,
                    "year": x.year,
                    "scenario": x.scenario,
                    "need": round(x.need, 6),
                    "most": round(x.most, 6),
                    "unit": x.unit,
                }
                for x in self.shortfalls
            ],
            "ways_out": [
                {
                    "kind": way.way.name.lower(),
                    "budget_option_musd": way.budget_musd,
                    "edits": [self._edit_record(edit) for edit in way.edits],
                    "what": way.what,
                }
                for way in self.ways
            ],
            "conflict": [
                {"cell": one.cell, "column": one.column, "says": one.words, "minimal": self.conflict_is_minimal}
                for one in self.conflict
            ],
        }

    def _edit_record(self, edit: Edit) -> dict[str, object]:
        before = cell_value(self.workbook, edit)
        return {
            "sheet": edit.sheet,
            "row": edit.row,
            "column": edit.column,
            "cell": address(self.workbook, edit.sheet, edit.row, edit.column),
            "now": None if before is None else written(before),
            "write": None if edit.new is None else written(edit.new),
        }


def _headline(ways: int) -> str:
    return (
        "One way out, tried by a solve:" if ways == 1 else f"{ways} ways out, each tried by a solve, any one is enough:"
    )
