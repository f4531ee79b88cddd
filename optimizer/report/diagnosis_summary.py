"""Sheets Summary, Network and Run of a diagnosis: the facts on one page with the picture, ready to paste."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from openpyxl import Workbook as Book
from openpyxl.drawing.image import Image

from models.instance import Goal
from optimizer.cells import settings
from optimizer.report.charts import share_chart
from optimizer.report.diagnosis_future import CoveragePlace
from optimizer.report.diagnosis_tables import Tabled
from optimizer.report.diagnosis_words import all_facts, headline, three_facts
from optimizer.report.network_picture import Picture
from optimizer.report.page import Page, open_page, rows_cm, width_cm
from optimizer.report.style import BODY, MARK, NOTE, TITLE, Look, Painter

_WIDTHS = (9.0,) * 18
_FACT = Look(size=11, wrap=True, vertical="top")
_NUMBER = Look(size=20, bold=True, colour="1F3864", align="center", vertical="top")
_SHEET = Look(size=9, italic=True, colour="595959", wrap=True, vertical="top")
_SUB = Look(size=10.5, bold=True, colour="595959", wrap=True)
_CHART_ROWS, _PX_PER_CM = 15, 96.0 / 2.54


def write_summary(
    book: Book, told: Tabled, painter: Painter, place: CoveragePlace, pictures: Sequence[Picture]
) -> None:
    """Write the sheet, with the chart of numbers that stand on the sheet Self-sufficiency."""
    page = open_page(book, told.facts, painter, "Summary", "", _WIDTHS)
    page.sheet.page_setup.fitToHeight, page.sheet.page_setup.orientation = 1, "portrait"
    facts = told.facts
    page.spread(page.row, 1, 14, f"{facts.name}: the chain as it is, {facts.span}", replace(TITLE, size=18))
    page.spread(page.row, 15, page.span, facts.mark, MARK)
    page.sheet.row_dimensions[page.row].height = 26
    page.row += 1
    page.wide(headline(told), _SUB)
    page.section("What a minister must know")
    page.row += 1
    for n, fact in enumerate(three_facts(told), start=1):
        _fact(page, str(n), fact.sentence, fact.sheet)
    if more := all_facts(told)[3:]:
        page.section("And")
        page.row += 1
        for fact in more:
            _fact(page, "", fact.sentence, fact.sheet)
    if place.data is not None:
        page.section("Share of all demand served")
        page.row += 1
        size = (width_cm(sum(_WIDTHS)), rows_cm(_CHART_ROWS))
        page.chart(share_chart(place.data, "Share of all demand served", "share", size, place.lowest), page.row, 0.0)
        page.row += _CHART_ROWS + 1
    _picture(page, pictures[0], f"The network in {pictures[0].year}")
    page.wide(_behind(told), NOTE)
    page.end()


def _fact(page: Page, number: str, sentence: str, sheet: str) -> None:
    last = page.span - 2
    page.put(page.row, 1, number, _NUMBER)
    page.spread(page.row, 2, last, sentence, _FACT)
    page.spread(page.row, last + 1, page.span, f"sheet {sheet}", _SHEET)
    lines = page.lines_needed(sentence, 2, last, _FACT.size)
    page.height(page.row, max(lines, 2 if number else 1), _FACT.size)
    page.row += 1


def _behind(told: Tabled) -> str:
    audit: Any = told.diagnosis.manifest["audit"]
    by_cost = settings(told.diagnosis.workbook).get("objective") == Goal.COST
    aside = (
        " The objective of the workbook is cost; here its prices of shortfall and priorities count for nothing."
        if by_cost
        else ""
    )
    return (
        f"One planner who sees all plants runs the chain so that most demand is served, then at least cost. Every flow printed"
        f" was recomputed from the workbook's cells and the written tables: {audit['checks']:,} checks passed.{aside}"
    )


def _picture(page: Page, picture: Picture, words: str) -> None:
    """Put a picture over the width of the page."""
    page.section(words)
    page.row += 1
    image = Image(io.BytesIO(picture.path.read_bytes()))
    width = width_cm(sum(page.widths)) * _PX_PER_CM
    image.height, image.width = round(image.height * width / image.width), round(width)
    page.sheet.add_image(image, f"A{page.row}")
    page.row += int(image.height / 20.0) + 2


def write_network(book: Book, told: Tabled, painter: Painter, pictures: Sequence[Picture]) -> None:
    """Write the sheet of all pictures."""
    page = open_page(
        book, told.facts, painter, "Network", f"Network: who supplies whom in {told.diagnosis.year}", _WIDTHS
    )
    page.sentence(
        "Stages from left to right, countries as bands, widths in proportion to tonnes of material. Bold outlines: plants that"
        " bind, and, while demand is short, suppliers that sell all they offer and routes that carry all they may. The pictures"
        " lie beside the report as PNG."
    )
    for picture in pictures:
        _picture(page, picture, told.diagnosis.stream(picture.stream))
        page.break_page()
    page.end()


def write_diagnosis_run(book: Book, told: Tabled, painter: Painter) -> None:
    """Write the sheet Run."""
    page = open_page(book, told.facts, painter, "Run", "Run: how the answer came about", _WIDTHS)
    manifest = told.diagnosis.manifest
    for group in ("audit", "options", "input", "versions", "base_shortfall_t"):
        found = manifest.get(group)
        if isinstance(found, Mapping):
            page.heading(group.replace("_", " ").capitalize())
            for name, value in found.items():
                page.spread(page.row, 1, 4, str(name), BODY)
                page.spread(page.row, 5, page.span, str(value) if isinstance(value, bool) else value, BODY)
                page.row += 1
    page.heading("Warnings of the check")
    page.sentences([str(warning) for warning in told.diagnosis.warnings] or ["None."])
    page.end()
