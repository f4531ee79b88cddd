"""The input contract as declared data: sheets, columns, types, units, bounds, defaults, references.

The reader, the checks, the template and the inputs page are all fed from here, so that a column is described once.
"""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.columns import PROVENANCE, Column, Kind, Sheet
from optimizer.sheets.chain import CHAIN
from optimizer.sheets.changes import CHANGES
from optimizer.sheets.fairness import FAIRNESS
from optimizer.sheets.money import MONEY
from optimizer.sheets.security import SECURITY
from optimizer.sheets.settings import SETTINGS

__all__ = ["NOT_OF_PLANS", "PROVENANCE", "SETTINGS", "SHEETS", "Column", "Kind", "Sheet"]

SHEETS: Mapping[str, Sheet] = {sheet.name: sheet for sheet in (*CHAIN, *MONEY, *SECURITY, *FAIRNESS, *CHANGES)}
# Sheets that no plan is made from: only stress, or only strategies, reads them.
NOT_OF_PLANS = tuple(sheet.name for sheet in CHANGES)
