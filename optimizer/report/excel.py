"""The Excel report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from optimizer.findings import Finding
from optimizer.workbook import Workbook


def write_report(
    path: Path,
    workbook: Workbook,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, object],
    warnings: Sequence[Finding],
) -> None:
    """Write the report for people."""
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        for name, table in tables.items():
            table.to_excel(writer, sheet_name=name.capitalize(), index=False)
