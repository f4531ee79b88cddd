"""The only reader of input files: an .xlsx or a folder of .csv files -> Workbook, every cell with its address.

Nothing is interpreted here beyond what the file format says; what a cell means is decided in ``cells`` by its column.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from optimizer.findings import Finding, InputError, Level

# Far above any real case, far below what would fill the memory of a laptop.
MOST_ROWS = 50_000
EXCEL_ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!")
)
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
            if table.rows  # A sheet without rows says the same as no sheet.
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _plain(raw: object) -> str:
    """Write a cell as a CSV file would hold it; of a number the 15 digits that a spreadsheet program keeps."""
    if isinstance(raw, bool):
        return str(raw).upper()
    try:
        return f"{float(str(raw)):.15g}"
    except ValueError:
        return str(raw)


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
    numbered = iter(lines)
    header = next(((number, cells) for number, cells in numbered if any(_filled(cell) for cell in cells)), None)
    if header is None:
        return None, []
    columns, findings = _header(name, *header)
    named = {index for index, raw in enumerate(header[1]) if _filled(raw)}
    unnamed: set[int] = set()
    rows = []
    for number, cells in numbered:
        if not any(_filled(cell) for cell in cells) or _is_remark(cells[0]):
            continue
        rows.append(Row(number, {c: cells[i] for c, i in columns.items() if i < len(cells) and _filled(cells[i])}))
        if len(rows) > MOST_ROWS:
            raise InputError(f"{name}: more than {MOST_ROWS:,} rows. Split the case, or delete rows that are not data.")
        for index in (i for i, cell in enumerate(cells) if i not in named and i not in unnamed and _filled(cell)):
            unnamed.add(index)
            place = f"{get_column_letter(index + 1)}{number}"
            problem = "the cell stands under no column name"
            remedy = "Name the column (_name if it is not to be read); in a CSV file look for a comma too many."
            findings.append(_fault(name, place, "no_column_name", problem, remedy, str(cells[index])))
    letters = {column: get_column_letter(index + 1) for column, index in columns.items()}
    return Table(name, letters, tuple(row for row in rows if row.cells), header[0]), findings


def _header(name: str, number: int, cells: list[object]) -> tuple[dict[str, int], list[Finding]]:
    """Return the index of each column that is read, and columns that stand twice."""
    columns: dict[str, int] = {}
    findings: list[Finding] = []
    for index, raw in enumerate(cells):
        column = str(raw).strip() if _filled(raw) else ""
        if not column or is_scratch(column):
            continue
        if column in columns:
            place = f"{get_column_letter(index + 1)}{number}"
            problem = "the column stands here twice"
            findings.append(_fault(name, place, "duplicate_column", problem, "Keep one.", column))
        columns.setdefault(column, index)
    return columns, findings


def _is_remark(first: object) -> bool:
    """Tell whether a row is help or a remark. An error value of Excel starts with # too, and is data gone wrong."""
    text = "" if first is None else str(first).strip()
    return text.startswith("#") and text not in EXCEL_ERRORS


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
        try:
            table, faults = _table(file.stem, csv_lines(text))
        except csv.Error as error:
            remedy = "Look for a quotation mark that is not closed."
            findings.append(_fault(file.stem, "", "not_csv", f"not a readable CSV file ({error})", remedy))
            continue
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
    separator = next((mark for mark in (";", "\t") if mark in first and "," not in first), "")
    if separator:
        problem = f"the columns are separated by {'semicolons' if separator == ';' else 'tabs'}"
        return "", _fault(
            sheet, "A1", "not_commas", problem, "Save it with commas and decimal points.", first.strip()[:40]
        )
    return text, None


def csv_lines(text: str) -> Iterator[tuple[int, list[object]]]:
    """Yield the rows of a CSV text, numbered as a spreadsheet program would number them."""
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
        yield number, [cell.strip() for cell in cells]


# ---------------------------------------------------------------- an Excel workbook


def _read_xlsx(path: Path) -> Workbook:
    has_formulas = _open_as_xlsx(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter here.
            return _read_sheets(path, has_formulas)
    except InputError:
        raise
    except Exception as error:  # A damaged file can fail anywhere in openpyxl, with any kind of error.
        problem = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InputError(
            f"{path}: the workbook is damaged and cannot be read ({problem}). Open and save it again."
        ) from error


def _open_as_xlsx(path: Path) -> bool:
    """Refuse what is no .xlsx, and tell whether any sheet holds a formula."""
    with path.open("rb") as stream:
        magic = stream.read(8)
    if not magic:
        raise InputError(f"{path}: the file is empty.")
    if magic.startswith(_OLE_MAGIC):
        raise InputError(f"{path}: protected by a password, or an old .xls. Save it as .xlsx without a password.")
    hint = " For CSV files give the folder that holds them." if path.suffix.lower() == ".csv" else ""
    if not magic.startswith(_ZIP_MAGIC):
        raise InputError(f"{path}: not an Excel workbook (.xlsx).{hint}")
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            sheets = [name for name in names if name.startswith("xl/worksheets/")]
            formulas = any(_holds_formula(archive, name) for name in sheets)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError) as error:
        raise InputError(f"{path}: the file is damaged and cannot be read ({error}). Copy or save it again.") from error
    if "xl/workbook.xml" not in names:
        raise InputError(f"{path}: not an Excel workbook (.xlsx). Save it in that format.")
    return formulas


def _holds_formula(archive: zipfile.ZipFile, name: str) -> bool:
    """Search a sheet piece by piece, since a huge one would fill the memory."""
    before = b""
    with archive.open(name) as stream:
        while piece := stream.read(1 << 20):
            if re.search(rb"<(\w+:)?f[\s>/]", before + piece):
                return True
            before = piece[-16:]
    return False


def _read_sheets(path: Path, has_formulas: bool) -> Workbook:
    """Read the stored values; where there are formulas, read them too, to know which were never calculated."""
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    with ExitStack() as open_books:
        books = [openpyxl.load_workbook(path, read_only=True, data_only=True)]
        if has_formulas:
            books.append(openpyxl.load_workbook(path, read_only=True))
        for book in books:
            open_books.callback(book.close)
        for name in books[0].sheetnames:
            sheets = [book[name] for book in books]
            if is_scratch(name) or not isinstance(sheets[0], ReadOnlyWorksheet):
                continue
            for sheet in sheets:
                sheet.reset_dimensions()  # Other programs sometimes store a wrong size, and rows would be lost.
            table, faults = _table(name, _calculated_lines(*sheets) if has_formulas else _xlsx_lines(*sheets))
            findings += faults
            if table is not None:
                tables[name] = table
    return Workbook(path, tables, tuple(findings))


def _xlsx_lines(values: ReadOnlyWorksheet) -> Iterator[tuple[int, list[object]]]:
    for number, row in enumerate(values.iter_rows(values_only=True), start=1):  # type: ignore[misc]
        yield number, [cell.strip() if isinstance(cell, str) else cell for cell in row]


def _calculated_lines(values: ReadOnlyWorksheet, formulas: ReadOnlyWorksheet) -> Iterator[tuple[int, list[object]]]:
    """Yield the rows of a sheet; a formula without a stored value becomes ``Uncalculated``."""
    pairs = zip(values.iter_rows(), formulas.iter_rows(values_only=True), strict=False)  # type: ignore[misc]
    for number, (row, written) in enumerate(pairs, start=1):
        cells: list[object] = []
        for cell, formula in zip(row, written, strict=False):
            # A formula whose result is an empty text has a stored value of type str: it is a blank.
            if cell.value is None and formula is not None and cell.data_type != "str":
                cells.append(Uncalculated(str(getattr(formula, "text", formula))))
            else:
                cells.append(cell.value.strip() if isinstance(cell.value, str) else cell.value)
        yield number, cells
