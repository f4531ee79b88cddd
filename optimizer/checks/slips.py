"""What is legal but probably a slip. Few, so that each is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from optimizer.cells import Record
from optimizer.checks.content import Content, joined
from optimizer.findings import Finding
from optimizer.schema import SHEETS, Kind

# Above this a real discount rate was probably meant in percent, or is a mistake.
_HIGH_RATE = 0.25


def slip_findings(content: Content) -> Iterator[Finding]:
    """Yield warnings of what is probably not meant."""
    for row in content.rows("Settings"):
        rate = content.settings.get("discount_rate")
        if row.text("setting") == "discount_rate" and isinstance(rate, float) and rate > _HIGH_RATE:
            yield content.warning(row, "value", "high_discount_rate", f"{rate:.0%} a year is high", "0.05 means 5 %.")
    for row in content.rows("Redundancy"):
        counts = any(column in row.row.cells for column in ("min_countries", "min_projects"))
        if counts and "min_capacity_t_per_year" not in row.row.cells:
            problem = "blank: a plant or country counts from 1 t a year"
            yield content.warning(
                row, "min_capacity_t_per_year", "counts_from_1_t", problem, "Write what should count."
            )
    yield from _unused(content)
    yield from _numbers_as_text(content)
    yield from _nothing_to_lose(content)


def _unused(content: Content) -> Iterator[Finding]:
    """Yield, once per sheet, the codes that nothing refers to."""
    used: dict[str, set[str]] = {}
    for sheet in SHEETS.values():
        for column in (column for column in sheet.columns if column.refers):
            for row in content.rows(sheet.name):
                value = row.values.get(column.name)
                used.setdefault(column.refers, set()).update(value if isinstance(value, tuple) else (str(value),))
    used.setdefault("Countries", set()).update(row.text("target") for row in content.rows("Disruptions"))
    for sheet_name in ("Countries", "Materials", "Ramps"):
        key = SHEETS[sheet_name].columns[0].name
        idle = [
            row for row in content.rows(sheet_name) if row.text(key) and row.text(key) not in used.get(sheet_name, ())
        ]
        names = list(dict.fromkeys(row.text(key) for row in idle))
        if names and len(names) < len(content.words(sheet_name, key)):
            problem = f"nothing refers to {joined(names)}"
            yield content.warning(
                idle[0],
                key,
                "unused",
                problem,
                "Right for a country that only passes material on."
                if sheet_name == "Countries"
                else "Delete it, or mend the rows that should name it.",
            )


def _numbers_as_text(content: Content) -> Iterator[Finding]:
    """Yield, once per column of an .xlsx, numbers that are stored as text: sums of such cells are 0 in Excel."""
    if content.workbook.path.is_dir():
        return
    for sheet in SHEETS.values():
        for column in sheet.columns:
            if column.kind in (Kind.NUMBER, Kind.INTEGER):
                yield from _column_as_text(content, content.rows(sheet.name), column.name)


def _column_as_text(content: Content, rows: Iterable[Record], column: str) -> Iterator[Finding]:
    texts = [row for row in rows if isinstance(row.row.cells.get(column), str) and column in row.values]
    if texts:
        more = f" (and {len(texts) - 1} more in this column)" if len(texts) > 1 else ""
        problem = f"a number stored as text{more}; it is read as the number"
        yield content.warning(texts[0], column, "number_as_text", problem, "Format the cells as numbers.")


def _nothing_to_lose(content: Content) -> Iterator[Finding]:
    """Yield losses of each country, project or supplier where there is none."""
    kinds = SHEETS["Disruptions"].column("kind").choices
    countries, suppliers = content.words("Countries", "country"), content.words("Imports", "supplier")
    for row in content.rows("Disruptions"):
        kind, target = row.text("kind"), row.text("target")
        if target == "each" and kind in kinds and not content.each(kind):
            problem = f"there is no {kind.removeprefix('lose_')} that may be lost, so the row has no scenario"
            yield content.warning(row, "target", "nothing_to_lose", problem)
        known = kind == "lose_supplier" and target in countries
        if known and target not in suppliers:
            yield content.warning(row, "target", "nothing_to_lose", "sells nothing in Imports")
