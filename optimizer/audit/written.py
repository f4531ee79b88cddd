"""The written tables, read back as typed rows: the audit believes nothing that is not in these files."""

from __future__ import annotations

import csv
import math
import types
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from optimizer.audit.ledger import Ledger, Place
from optimizer.audit.written_money import MONEY_KEYS, Burden, Cashflow, Funder, Liability, Package, Viability


class Portfolio(NamedTuple):
    """A funded candidate."""

    project: str
    funded_year: int
    country: str
    site: str
    process: str
    stage: str
    first_output_year: int | None
    full_output_year: int | None
    size_t_per_year: float
    nameplate_t_per_year: float
    funded_share: float
    capex_musd: float
    public_outlay_musd: float
    mean_utilization: float | None


class Coverage(NamedTuple):
    """A demand series in a year of a scenario."""

    scenario: str
    sector: str
    country: str
    material: str
    allied_only: bool
    year: int
    demand_t: float
    served_t: float
    served_allied_t: float
    shortfall_t: float
    coverage: float | None
    priority: float


class Capacity(NamedTuple):
    """A plant in a year, with its run in the base."""

    project: str
    year: int
    country: str
    stage: str
    process: str
    status: str
    capacity_t: float
    run_t: float


class Flow(NamedTuple):
    """A leg from country to country."""

    scenario: str
    material: str
    origin: str
    sender: str
    receiver: str
    year: int
    t: float


class Cost(NamedTuple):
    """A term of the cost in a year."""

    term: str
    year: int
    musd: float
    musd_undiscounted: float


class Outlay(NamedTuple):
    """What a funder pays for a project in a year; the instrument is blank for purchases and training, and without any."""

    funder: str
    project: str
    year: int
    instrument: str
    musd: float


class Redundancy(NamedTuple):
    """A measure of a redundancy rule in a year."""

    rule: str
    measure: str
    year: int
    stage: str
    material: str
    required: float
    achieved: float | None
    ok: bool


class Loss(NamedTuple):
    """A sector in a year of a loss."""

    scenario: str
    sector: str
    year: int
    demand_t: float
    served_t: float
    coverage: float | None


class Run(NamedTuple):
    """What a plant runs of a recipe, by the origin of the output."""

    scenario: str
    project: str
    recipe: str
    origin: str
    year: int
    run_t: float


class Import(NamedTuple):
    """A purchase from an outside supplier, by its country of landing."""

    scenario: str
    supplier: str
    country: str
    material: str
    offer: str
    year: int
    t: float
    musd: float


class Stock(NamedTuple):
    """A stockpile in a year of a scenario."""

    scenario: str
    country: str
    material: str
    allied: bool
    year: int
    bought_t: float
    drawn_t: float
    level_t: float


class Workforce(NamedTuple):
    """The people of a country in a year."""

    country: str
    year: int
    available: float
    begin_training: float
    trained: float
    needed: float
    spare: float
    most: float
    tight: bool
    training_musd: float


class Fairness(NamedTuple):
    """A rule of Fairness: what its country has, of how much."""

    rule: str
    country: str
    measure: str
    stage: str
    year: int | None
    amount: float
    total: float
    share: float | None
    min_share: float | None
    max_share: float | None
    ok: bool


@dataclass(frozen=True)
class Written:
    """All audited tables. Field names are the names of the files."""

    portfolio: list[Portfolio]
    coverage: list[Coverage]
    capacity: list[Capacity]
    flows: list[Flow]
    costs: list[Cost]
    outlays: list[Outlay]
    redundancy: list[Redundancy]
    losses: list[Loss]
    runs: list[Run]
    imports: list[Import]
    stocks: list[Stock]
    workforce: list[Workforce]
    packages: list[Package]
    viability: list[Viability]
    cashflows: list[Cashflow]
    liability: list[Liability]
    funders: list[Funder]
    burden: list[Burden]
    fairness: list[Fairness]


# How many of the leading fields make a row of a table the only one of its kind.
KEYS: dict[type, int] = {Portfolio: 2, Coverage: 6, Capacity: 2, Flow: 6, Cost: 2, Outlay: 4, Redundancy: 3}
KEYS |= {Loss: 3, Run: 5, Import: 6, Stock: 5, Workforce: 2, Fairness: 1} | MONEY_KEYS

# `from` is a word of the language, so two fields have names of their own.
_COLUMNS = {"sender": "from", "receiver": "to"}
_R = TypeVar("_R", bound=NamedTuple)


def key(row: Any) -> tuple[Any, ...]:
    """Return the leading fields of a written row that identify it in its table."""
    return tuple(row[: KEYS[type(row)]])


def place(row: Any) -> Place:
    """Name the table and the row, in words when asked: ``flows.csv base, oxide, allied, AUS, JPN, 2031``."""
    return partial(_in_words, _FILES[type(row)], key(row))


def place_of(table: str, *words: object) -> Place:
    """Name a row of a table that may not exist."""
    return partial(_in_words, table, words)


def _in_words(table: str, words: tuple[object, ...]) -> str:
    return f"{table}.csv {', '.join(str(_word(word)) for word in words if word != '')}"


def _word(word: object) -> object:
    return ("allied only" if word else "any origin") if isinstance(word, bool) else word


_ROWS: dict[str, Any] = {field.name: get_args(get_type_hints(Written)[field.name])[0] for field in fields(Written)}
_FILES = {row: name for name, row in _ROWS.items()}


def read_written(
    folder: Path, ledger: Ledger, unasked: Collection[str] = (), in_parts: Collection[str] = ()
) -> Written | None:
    """Read all tables. None, with the violations in the ledger, where one cannot be read.

    ``unasked`` tables stay empty, and so do columns of words that are named with their table: ``outlays.instrument``. In tables
    that are written ``in_parts`` the rows of a key add up; in all others a key has one row.
    """
    before = len(ledger.violations)
    tables: dict[str, list[Any]] = {
        name: [] if name in unasked else _read(folder, name, row, unasked, ledger) for name, row in _ROWS.items()
    }
    for name, rows in tables.items():
        if name not in in_parts:
            _once(rows, ledger)
    return Written(**tables) if len(ledger.violations) == before else None


def _read(folder: Path, name: str, row: type[_R], unasked: Collection[str], ledger: Ledger) -> list[_R]:
    """Read one table; its columns are the fields of ``row``, and those not asked for are blank."""
    path = folder / f"{name}.csv"
    if not ledger.holds("table_exists", path.name, path.is_file(), "a file", None, "The table was not written."):
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        columns = {field: _COLUMNS.get(field, field) for field in row._fields}
        read = [column for column in columns.values() if f"{name}.{column}" not in unasked]
        absent = [column for column in read if column not in header]
        if not ledger.agrees("table_columns", path.name, "", ", ".join(absent), "Columns are missing."):
            return []
        places = [header.index(column) if column in read else None for column in columns.values()]
        lines = [["" if at is None else line[at] for at in places] for line in reader if line]
    return list(_typed(path.name, row, lines, ledger))


def _typed(name: str, row: type[_R], lines: list[list[str]], ledger: Ledger) -> Iterator[_R]:
    """Turn cells into the types of the fields; a cell that cannot be read is a violation."""
    readers = [_READERS[_plain_type(hint)] for hint in get_type_hints(row).values()]
    optional = [get_origin(hint) is types.UnionType for hint in get_type_hints(row).values()]
    for number, line in enumerate(lines, start=2):
        try:
            cells = [
                None if blank and not cell.strip() else read(cell)
                for cell, read, blank in zip(line, readers, optional, strict=True)
            ]
        except ValueError as error:
            ledger.holds("cell_readable", f"{name} row {number}", False, "a value", str(error), "A cell is unreadable.")
            continue
        yield row._make(cells)


def _once(rows: list[Any], ledger: Ledger) -> None:
    seen = set()
    for row in rows:
        once = key(row) not in seen
        ledger.holds("row_once", place(row), once, "one row", "two", "The row stands in the table once.")
        seen.add(key(row))


def _plain_type(hint: Any) -> type:
    return get_args(hint)[0] if get_origin(hint) is types.UnionType else hint


def _number(cell: str) -> float:
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(cell)
    return value


def _whole(cell: str) -> int:
    value = _number(cell)
    if not value.is_integer():
        raise ValueError(cell)
    return int(value)


def _yes(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError(cell)
    return cell == "yes"


_READERS: dict[type, Callable[[str], Any]] = {str: str, float: _number, int: _whole, bool: _yes}
