"""What is wrong, or probably a slip, in an input: one record per place, with its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """A fault stops the run; a warning is told and the run goes on."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One fault or warning.

    ``code`` names the check for programs; ``sheet`` and ``cell`` (such as F12, or blank for a whole sheet) are the
    place; ``read`` is the cell as it was read; ``problem`` and ``remedy`` are sentences.
    """

    level: Level
    code: str
    sheet: str
    cell: str
    column: str
    read: str | None
    problem: str
    remedy: str = ""

    @property
    def address(self) -> str:
        """``Projects!F12``, or the sheet's name alone."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet

    def __str__(self) -> str:
        place = " ".join(part for part in (self.address, self.column) if part)
        read = f' = "{self.read}"' if self.read is not None else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{place}{read}: {self.problem}.{remedy}"


class InputError(Exception):
    """An input that cannot be used: one message, or the findings of a check.

    ``findings`` is empty where the file could not be read at all.
    """

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings
