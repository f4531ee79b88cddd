"""All faults and warnings of an input at once, each at its cell and with its remedy.

Layers: structure (sheets and columns), values (single cells), keys and references, plain arithmetic, slips. A layer
yields findings and never raises; it passes over what an earlier layer could not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from openpyxl.utils import column_index_from_string

from optimizer.checks.arithmetic import arithmetic_findings
from optimizer.checks.demand import demand_findings
from optimizer.checks.fairness import fairness_findings
from optimizer.checks.funders import funder_findings
from optimizer.checks.instruments import instrument_findings
from optimizer.checks.loss import loss_findings
from optimizer.checks.names import name_findings
from optimizer.checks.plan import plan_findings
from optimizer.checks.prices import price_findings
from optimizer.checks.projects import project_findings
from optimizer.checks.redundancy import redundancy_findings
from optimizer.checks.references import reference_findings
from optimizer.checks.slips import slip_findings
from optimizer.checks.strategies import strategy_findings
from optimizer.checks.structure import structure_findings
from optimizer.checks.uncertainty import uncertainty_findings
from optimizer.checks.values import read_content, setting_findings
from optimizer.checks.workforce import workforce_findings
from optimizer.findings import Finding
from optimizer.schema import SHEETS
from optimizer.workbook import Workbook

__all__ = ["check"]


def check(workbook: Workbook) -> list[Finding]:
    """Return every fault and warning of a workbook, by sheet, row and column.

    Parameters
    ----------
    workbook
        An input as read; nothing in it need be right.

    Returns
    -------
    list of Finding
        Empty where nothing is wrong. Only findings of level fault stop a run.
    """
    return sorted(dict.fromkeys(_findings(workbook)), key=_place)


def _findings(workbook: Workbook) -> Iterator[Finding]:
    content, unreadable = read_content(workbook)
    yield from workbook.findings
    yield from structure_findings(workbook)
    yield from unreadable
    yield from setting_findings(content)
    yield from reference_findings(content)
    yield from project_findings(content)
    yield from arithmetic_findings(content)
    yield from slip_findings(content)
    yield from demand_findings(content)
    yield from name_findings(content)
    yield from loss_findings(content)
    yield from redundancy_findings(content)
    yield from workforce_findings(content)
    yield from funder_findings(content)
    yield from price_findings(content)
    yield from instrument_findings(content)
    yield from fairness_findings(content)
    yield from plan_findings(content)
    yield from uncertainty_findings(content)
    yield from strategy_findings(content)


def _place(finding: Finding) -> tuple[int, str, int, int, str, str]:
    """Order by sheet as the template has them, then row and column; a whole sheet comes before its cells."""
    order = list(SHEETS).index(finding.sheet) if finding.sheet in SHEETS else len(SHEETS)
    cell = re.fullmatch(r"([A-Z]+)(\d+)", finding.cell)
    row, column = (int(cell[2]), column_index_from_string(cell[1])) if cell else (0, 0)
    return order, finding.sheet, row, column, finding.level.value, finding.code
