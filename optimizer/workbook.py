"""The only reader of input files: an .xlsx or a folder of .csv files -> Workbook, every cell with its address.

Nothing is interpreted here beyond what the file format says; what a cell means is decided in ``cells`` by its column.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from optimizer.findings import Finding, InputError, Level

# Far above any real case, far below what would fill the memory of a laptop.
MOST_ROWS = 50_000
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"
_ZIP_MAGIC = b"PK"


@dataclass(frozen=True)
class Uncalculated:
    """A formula whose value was never calculated and stored by a spreadsheet program."""

    formula: str

    def __str__(self) -> str:
        return self.formula


@dataclass(frozen=True)
class Row:
    """One row of data: its number in the sheet and its filled cells by column name."""

    number: int
    cells: Mapping[str, object]


@dataclass(frozen=True)
class Table:
    """One sheet as read: column name -> letter, and the rows that hold data."""

    name: str
    letters: Mapping[str, str]
    rows: tuple[Row, ...]
    header: int = 1

    def cell(self, row: int, column: str) -> str:
        """Return ``F12``: the place of ``column`` in sheet row ``row``."""
        return f"{self.letters.get(column, 'A')}{row}"


@dataclass(frozen=True)
class Workbook:
    """An input as read. ``findings`` are the faults of form met while reading."""

    path: Path
    tables: Mapping[str, Table]
    findings: tuple[Finding, ...] = field(default=())

    @property
    def name(self) -> str:
        """The file's or folder's name without its ending."""
        return self.path.stem if self.path.is_file() else self.path.name

    def table(self, sheet: str) -> Table:
        """Return a sheet, or an empty one where it is absent."""
        return self.tables.get(sheet, Table(sheet, {}, ()))

    def sha256(self) -> str:
        """Digest of the filled cells: the same for a workbook and the CSV folder with the same content."""
        content = [
            [name, [[[column, _plain(raw)] for column, raw in sorted(row.cells.items())] for row in table.rows]]
            for name, table in sorted(self.tables.items())
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _plain(raw: object) -> str:
    """Write a cell as a CSV file would hold it."""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    text = str(raw)
    try:
        return _plain(float(text)) if not isinstance(raw, float) else repr(raw)
    except ValueError:
        return text


def read_workbook(path: Path) -> Workbook:
    """Read an .xlsx file or a folder of .csv files.

    Raises
    ------
    InputError
        Where the input as a whole cannot be read; faults of single sheets are in ``Workbook.findings``.
    """
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder.")
    return _read_folder(path) if path.is_dir() else _read_xlsx(path)


def is_scratch(name: str) -> bool:
    """Tell whether a sheet or column is the user's own and not read."""
    return name.startswith(("#", "_"))


def _fault(sheet: str, cell: str, code: str, problem: str, remedy: str, read: str | None = None) -> Finding:
    return Finding(Level.FAULT, code, sheet, cell, "", read, problem, remedy)


def _table(name: str, lines: Iterable[tuple[int, list[object]]]) -> tuple[Table | None, list[Finding]]:
    """Make a table of numbered lines of raw cells; None where the sheet has no header."""
    findings: list[Finding] = []
    numbered = iter(lines)
    header = next(((number, cells) for number, cells in numbered if any(_filled(cell) for cell in cells)), None)
    if header is None:
        return None, findings
    columns: dict[str, int] = {}
    for index, raw in enumerate(header[1]):
        column = str(raw).strip() if _filled(raw) else ""
        if not column or is_scratch(column):
            continue
        if column in columns:
            place = f"{get_column_letter(index + 1)}{header[0]}"
            findings.append(
                _fault(name, place, "duplicate_column", "the column stands here twice", "Keep one.", column)
            )
        columns.setdefault(column, index)
    rows = []
    for number, cells in numbered:
        if not any(_filled(cell) for cell in cells) or str(cells[0] if cells else "").strip().startswith("#"):
            continue
        filled = {c: cells[i] for c, i in columns.items() if i < len(cells) and _filled(cells[i])}
        if filled:
            rows.append(Row(number, filled))
        if len(rows) > MOST_ROWS:
            raise InputError(f"{name}: more than {MOST_ROWS:,} rows. Split the case, or delete rows that are not data.")
    letters = {column: get_column_letter(index + 1) for column, index in columns.items()}
    return Table(name, letters, tuple(rows), header[0]), findings


def _filled(raw: object) -> bool:
    return raw is not None and (not isinstance(raw, str) or raw.strip() != "")


# ---------------------------------------------------------------- a folder of CSV files


def _read_folder(path: Path) -> Workbook:
    files = sorted(file for file in path.iterdir() if file.suffix == ".csv" and file.is_file())
    if not files:
        raise InputError(
            f"{path}: the folder holds no .csv file. Give an .xlsx workbook or a folder with Settings.csv."
        )
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    for file in files:
        if is_scratch(file.stem):
            continue
        text, problem = _decode(file)
        if problem:
            findings.append(problem)
            continue
        table, faults = _table(file.stem, _csv_lines(file, text))
        findings += faults
        if table is not None:
            tables[file.stem] = table
    return Workbook(path, tables, tuple(findings))


def _decode(file: Path) -> tuple[str, Finding | None]:
    sheet = file.stem
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"the file is not UTF-8 text (byte {error.start + 1})"
        return "", _fault(sheet, "", "not_utf8", problem, "Save it as CSV UTF-8.")
    first = text.split("\n", 1)[0]
    if ";" in first and "," not in first:
        problem = "the columns are separated by semicolons"
        return "", _fault(
            sheet, "A1", "semicolons", problem, "Save it with commas and decimal points.", first.strip()[:40]
        )
    return text, None


def _csv_lines(file: Path, text: str) -> Iterator[tuple[int, list[object]]]:
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline="")), start=1):
            yield number, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise InputError(f"{file}: not a readable CSV file ({error}).") from error


# ---------------------------------------------------------------- an Excel workbook


def _read_xlsx(path: Path) -> Workbook:
    _refuse_what_is_no_xlsx(path)
    try:
        formulas = openpyxl.load_workbook(path, read_only=True, data_only=False)
        values = openpyxl.load_workbook(path, read_only=True, data_only=True)
        tables: dict[str, Table] = {}
        findings: list[Finding] = []
        for name in values.sheetnames:
            if is_scratch(name) or not hasattr(values[name], "iter_rows"):
                continue
            table, faults = _table(name, _xlsx_lines(values[name], formulas[name]))
            findings += faults
            if table is not None:
                tables[name] = table
        values.close()
        formulas.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError, OSError, EOFError) as error:
        raise InputError(
            f"{path}: the workbook is damaged and cannot be read ({error}). Open and save it again."
        ) from error
    return Workbook(path, tables, tuple(findings))


def _refuse_what_is_no_xlsx(path: Path) -> None:
    with path.open("rb") as stream:
        magic = stream.read(8)
    if not magic:
        raise InputError(f"{path}: the file is empty.")
    if magic.startswith(_OLE_MAGIC):
        raise InputError(f"{path}: protected by a password, or an old .xls. Save it as .xlsx without a password.")
    if not magic.startswith(_ZIP_MAGIC):
        hint = " For CSV files give the folder that holds them." if path.suffix == ".csv" else ""
        raise InputError(f"{path}: not an Excel workbook (.xlsx).{hint}")


def _xlsx_lines(values: object, formulas: object) -> Iterator[tuple[int, list[object]]]:
    """Yield the rows of a sheet; a formula without a stored value becomes ``Uncalculated``."""
    pairs = zip(
        values.iter_rows(values_only=True),  # type: ignore[attr-defined]
        formulas.iter_rows(values_only=True),  # type: ignore[attr-defined]
        strict=False,
    )
    for number, (row, written) in enumerate(pairs, start=1):
        cells: list[object] = [cell.strip() if isinstance(cell, str) else cell for cell in row]
        if None in cells:
            for index, formula in enumerate(written):
                if cells[index] is None and isinstance(formula, str) and re.match(r"=.", formula):
                    cells[index] = Uncalculated(formula)
        yield number, cells
