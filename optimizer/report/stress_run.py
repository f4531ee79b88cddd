"""Sheet Run of ``stress``: which plan, which cases, options, versions, times."""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl import Workbook as Book

from optimizer.report.page import Page, open_page
from optimizer.report.stressed import Stressed
from optimizer.report.style import BODY, Painter

_GROUPS = ("plan", "cases", "options", "input", "versions", "seconds")
_WIDTHS = (34.0, 70.0)


def write_stress_run(book: Book, stressed: Stressed, painter: Painter) -> None:
    """Write the sheet."""
    page = open_page(book, stressed.facts, painter, "Run", "Run: how the answers came about", _WIDTHS)
    for warning in stressed.warnings:
        page.sentence(f"Warning: {warning}")
    for name in _GROUPS:
        found = stressed.manifest.get(name)
        if isinstance(found, Mapping) and found:
            page.heading(name.capitalize())
            for key, value in found.items():
                _pair(page, str(key), value)
    page.end()


def _pair(page: Page, name: str, value: object) -> None:
    shown = "none" if value is None else ("yes" if value else "no") if isinstance(value, bool) else value
    if isinstance(shown, (list, tuple)):
        shown = ", ".join(map(str, shown)) or "none"
    page.put(page.row, 1, name.replace("_", " "), BODY)
    page.put(page.row, 2, shown, BODY)
    page.row += 1
