"""What a cell means, by the kind of its column: raw content -> typed value, or the reason why not.

A blank is None. No default is applied and no unit converted here; that is ``assemble``'s work.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from optimizer.schema import SETTINGS, SHEETS, Column, Kind
from optimizer.workbook import EXCEL_ERRORS, Row, Uncalculated, Workbook

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_RANGE = re.compile(r"(\d{4})\s*[-–]\s*(\d{4})")
_POWERS = {"bn": 9, "billion": 9, "b": 9, "m": 6, "mn": 6, "mio": 6, "million": 6, "k": 3, "thousand": 3, "kt": 3}
_UNITS = ("", "t", "t/yr", "t/y", "tpa", "t/a", "musd", "usd", "$", "usd/kg", "$/kg", "yr", "year", "years", "people")
_YES = {"yes": True, "true": True, "no": False, "false": False}


class CellError(ValueError):
    """A cell that cannot be understood: ``code`` of the check, the problem, and the remedy."""

    def __init__(self, code: str, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.code, self.problem, self.remedy = code, problem, remedy


def parse(column: Column, raw: object) -> object:
    """Turn the raw content of a filled cell into the value its column asks for.

    Returns str, float, int, bool, or a tuple of str, float or int, by ``column.kind``.

    Raises
    ------
    CellError
        With the problem and the remedy in a planner's words.
    """
    if isinstance(raw, Uncalculated):
        remedy = "Open the workbook in Excel or LibreOffice, let it calculate and save it, or write the value."
        raise CellError("formula_not_calculated", "a formula without a stored value", remedy)
    if isinstance(raw, str) and raw in EXCEL_ERRORS:
        raise CellError("excel_error", "an error value of the spreadsheet", "Mend the formula, or write the value.")
    match column.kind:
        case Kind.NUMBER:
            return _in_range(column, _number(column, raw))
        case Kind.INTEGER:
            return _whole(column, raw)
        case Kind.YES_NO:
            return _yes_no(raw)
        case Kind.CHOICE:
            return _choice(column, raw)
        case Kind.TEXTS:
            return tuple(part.strip() for part in _text(raw).split(";") if part.strip())
        case Kind.NUMBERS:
            return tuple(
                _in_range(column, _number(column, part.strip())) for part in _text(raw).split(";") if part.strip()
            )
        case Kind.YEARS:
            return _years(raw)
        case Kind.TEXT:
            return _text(raw)
        case Kind.ANY:
            return raw


def _text(raw: object) -> str:
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw).strip()


def _number(column: Column, raw: object) -> float:
    if isinstance(raw, (bool, date, datetime)):
        raise CellError("not_a_number", "not a number", "Format the cell as a number and write it again.")
    if isinstance(raw, (int, float)):
        value = float(raw)
    elif _NUMBER.fullmatch(text := str(raw).strip()):
        value = float(text)
    else:
        raise CellError("not_a_number", "not a number", _number_hint(column, text))
    if not math.isfinite(value):
        raise CellError("not_a_number", "not a finite number", "Leave the cell blank where there is no value.")
    return value


def _number_hint(column: Column, text: str) -> str:
    """Guess what was meant: a decimal comma, thousands separators, a scale word, a unit, no value at all."""
    if re.fullmatch(
        r"[+-]?\d{1,3}([ ,'\u00a0\u202f]\d{3}){2,}(\.\d+)?|[+-]?\d{1,3}([ '\u00a0\u202f]\d{3})(\.\d+)?", text
    ):
        return f"Write it without separators: {re.sub(r'[^0-9.+-]', '', text)}."
    if re.fullmatch(r"[+-]?\d+,\d{3}", text):
        whole, point = text.replace(",", ""), text.replace(",", ".")
        return f"Write {whole}, or {point} if the comma is a decimal point."
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return f"Use a decimal point: write {text.replace(',', '.')}."
    if column.kind is Kind.NUMBERS and "," in text:
        return "Separate the numbers with semicolons."
    if text.lower() in ("-", "n/a", "na", "n.a.", "none", "null", "tbd", "?", "x", "unknown", "nan"):
        return "Write a number." if column.required else "Leave the cell blank where there is no value."
    measured = re.fullmatch(r"[^\d+.-]{0,5}([+-]?\d+(?:[.,]\d+)?)\s*(\D*)", text)
    if measured and (scaled := _scaled(column, float(measured[1].replace(",", ".")), measured[2].strip().lower())):
        return f"Write {scaled}."
    return "Write digits and a decimal point only, in the unit of the column."


def _scaled(column: Column, value: float, word: str) -> str:
    """Write a figure with a scale word or a unit as a plain number; blank where the word is not understood."""
    if word == "%" and column.unit.startswith("fraction"):
        return f"{value / 100:g}"
    if word in _UNITS:
        return f"{value:.12g}"
    if word not in _POWERS:
        return ""
    return f"{value * 10.0 ** (_POWERS[word] - (6 if column.unit.startswith('MUSD') else 0)):.12g}"


def _in_range(column: Column, value: float) -> float:
    if column.positive and value <= 0:
        raise CellError("out_of_range", "must be above 0", "Write a positive number, or leave it blank.")
    if column.low is not None and value < column.low:
        raise CellError("out_of_range", f"less than {column.low:g}", f"Write {column.low:g} or more.")
    if column.high is not None and value > column.high:
        percent = column.high == 1.0 and 2 <= value <= 100
        hint = f"Write {value / 100:g} for {value:g} %." if percent else f"Write {column.high:g} or less."
        raise CellError("out_of_range", f"more than {column.high:g}", hint)
    return value


def _whole(column: Column, raw: object) -> int:
    value = _number(column, raw)
    if not value.is_integer():
        raise CellError("not_whole", "not a whole number", f"Write {round(value)}.")
    return int(_in_range(column, value))


def _yes_no(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    if (word := _text(raw).lower()) in _YES:
        return _YES[word]
    raise CellError("not_yes_no", "neither yes nor no", "Write yes or no.")


def _choice(column: Column, raw: object) -> str:
    if (word := _text(raw)) in column.choices:
        return word
    if word.lower() in column.choices:
        return word.lower()
    raise CellError(
        "not_a_choice", f"not one of {', '.join(column.choices)}", f"Write one of: {', '.join(column.choices)}."
    )


def _years(raw: object) -> tuple[int, ...]:
    years: set[int] = set()
    for part in (piece.strip() for piece in _text(raw).split(";")):
        if span := _RANGE.fullmatch(part):
            first, last = int(span[1]), int(span[2])
            if last < first:
                raise CellError("not_years", f'"{part}" ends before it begins', f"Write {last}-{first}.")
            years.update(range(first, last + 1))
        elif re.fullmatch(r"\d{4}", part):
            years.add(int(part))
        elif part:
            raise CellError("not_years", f'"{part}" is no year', "Write years such as 2030;2032-2035.")
    return tuple(sorted(years))


# ---------------------------------------------------------------- typed rows


@dataclass(frozen=True)
class Record:
    """One row with typed values. A blank or unreadable cell is None."""

    sheet: str
    row: Row
    values: Mapping[str, object]

    def text(self, column: str, default: str = "") -> str:
        """Return a text, or ``default`` for a blank."""
        value = self.values.get(column)
        return default if value is None else str(value)

    def number(self, column: str) -> float | None:
        """Return a number, or None for a blank."""
        value = self.values.get(column)
        return None if value is None else float(value)  # type: ignore[arg-type]

    def number_or(self, column: str, default: float) -> float:
        """Return a number, or ``default`` for a blank."""
        value = self.number(column)
        return default if value is None else value

    def year(self, column: str) -> int | None:
        """Return a whole number, or None for a blank."""
        value = self.values.get(column)
        return None if value is None else int(value)  # type: ignore[call-overload]

    def flag(self, column: str, default: bool) -> bool:
        """Return yes as True, or ``default`` for a blank."""
        value = self.values.get(column)
        return default if value is None else bool(value)

    def items(self, column: str) -> tuple:
        """Return a list cell, empty for a blank."""
        value = self.values.get(column)
        return () if value is None else tuple(value)  # type: ignore[arg-type]


def records(workbook: Workbook, sheet: str) -> Iterator[Record]:
    """Yield the rows of a sheet with typed values; unreadable cells are left out (``checks`` tells)."""
    columns = {column.name: column for column in SHEETS[sheet].columns}
    for row in workbook.table(sheet).rows:
        values = {}
        for name, raw in row.cells.items():
            if name in columns:
                try:
                    values[name] = parse(columns[name], raw)
                except CellError:
                    continue
        yield Record(sheet, row, values)


def settings(workbook: Workbook) -> dict[str, object]:
    """Return the settings that are filled and readable, typed."""
    values: dict[str, object] = {}
    for row in workbook.table("Settings").rows:
        name, raw = str(row.cells.get("setting", "")), row.cells.get("value")
        if name in SETTINGS and raw is not None:
            try:
                values[name] = parse(SETTINGS[name], raw)
            except CellError:
                continue
    return values
