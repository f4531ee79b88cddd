"""Faults that a strategy makes in a workbook that has none: at the changed cell, with the name of the strategy."""

from __future__ import annotations

from dataclasses import replace

from optimizer.checks import check
from optimizer.findings import Finding, Level
from optimizer.overlay import Strategy, overlaid, strategies
from optimizer.workbook import Workbook


def faults_of(workbook: Workbook, strategy: Strategy) -> list[Finding]:
    """Return the faults of a sound workbook as a strategy has it."""
    faults = [x for x in check(overlaid(workbook, strategy)) if x.level is Level.FAULT]
    return [replace(x, problem=f"with strategy “{strategy.name}” {x.problem}") for x in faults]


def strategy_faults(workbook: Workbook) -> list[Finding]:
    """Return the faults that all strategies of a sound workbook make."""
    return [finding for strategy in strategies(workbook) for finding in faults_of(workbook, strategy)]
