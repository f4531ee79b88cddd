"""The sheet Uncertainty: figures that may turn out otherwise, drawn together as a Latin hypercube, as changes of cells.

Every variable is a factor on the cells that its row picks, for ``lead_years`` added whole years. Draws depend on the sheet, the
seed and their number alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from scipy import stats
from scipy.stats import qmc

from optimizer.cells import Record, records, settings
from optimizer.scenario import Edit, with_cells
from optimizer.workbook import Workbook

SHEET = "Uncertainty"
EACH = "each"
DELAY = "lead_years"
# What may be uncertain, and the columns by which the rows of a sheet are one thing.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Projects": (DELAY, "capex_musd", "capacity_t_per_year"),
    "Recipes": ("t_per_t",),
    "Ramps": ("fraction",),
    "Demand": ("demand_t",),
    "Imports": ("max_t",),
}
_THINGS: Mapping[str, tuple[str, ...]] = {
    "Projects": ("project",),
    "Recipes": ("process", "recipe"),
    "Ramps": ("ramp",),
    "Demand": ("sector", "country", "material", "allied_only"),
    "Imports": ("supplier", "material", "country"),
}
# Distribution -> its parameters; those in brackets may be left out.
PARAMETERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "triangular": (("low", "mode", "high"), ()),
    "uniform": (("low", "high"), ()),
    "lognormal": (("median", "sigma"), ("low", "high")),
    "discrete": ((), ()),
}


class SpreadError(ValueError):
    """A filter or parameters that cannot be understood: the problem, and the remedy."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


@dataclass(frozen=True)
class Variable:
    """One quantity that is drawn: ``rows`` are the rows of ``table`` whose ``column`` it changes.

    ``parameters`` of the distribution; for ``discrete`` each value with its probability. ``group``: variables of a group
    share their rank; ``against``: with the rank turned round.
    """

    name: str
    table: str
    column: str
    rows: tuple[int, ...]
    distribution: str
    parameters: tuple[tuple[str, float], ...]
    group: str
    against: bool

    @property
    def adds(self) -> bool:
        """Whether years are added, not a factor taken."""
        return self.column == DELAY

    def value(self, rank: np.ndarray) -> np.ndarray:
        """The quantiles at some ranks between 0 and 1; years are whole and not below 0."""
        found = _quantiles(self.distribution, dict(self.parameters), rank)
        return np.maximum(0.0, np.rint(found)) if self.adds else found


# ---------------------------------------------------------------- reading the sheet


def read_filter(text: str) -> tuple[tuple[str, str], ...]:
    """``country=USA; process=sep_*`` -> (column, pattern) pairs; a blank picks every row.

    Raises
    ------
    SpreadError
        Where a part has no ``=``.
    """
    pairs = []
    for part in (piece.strip() for piece in text.split(";")):
        column, mark, wanted = (x.strip() for x in part.partition("="))
        if part and not (mark and column and wanted):
            raise SpreadError(
                f'"{part}" is no column=value', "Write for example country=USA; process=sep_*, or leave it blank."
            )
        if part:
            pairs.append((column, wanted))
    return tuple(pairs)


def read_parameters(distribution: str, text: str) -> tuple[tuple[str, float], ...]:
    """``low=0.8; mode=1; high=1.3`` -> (name, number) pairs; for ``discrete`` the names are values, the numbers probabilities.

    Raises
    ------
    SpreadError
        Where they are not those of the distribution, or cannot be.
    """
    pairs = []
    for part in (piece.strip() for piece in text.split(";") if piece.strip()):
        name, _, number = (x.strip() for x in part.partition("="))
        try:
            pairs.append((name, float(number)))
            if distribution == "discrete":
                float(name)
        except ValueError as error:
            raise SpreadError(f'"{part}" is no name=number', f"Write {EXAMPLES[distribution]}.") from error
    _refuse(distribution, dict(pairs), len(pairs))
    return tuple(pairs)


EXAMPLES = {
    "triangular": "low=0.8; mode=1; high=1.3",
    "uniform": "low=0.9; high=1.1",
    "lognormal": "median=1; sigma=0.2",
    "discrete": "0=0.6; 1=0.3; 2=0.1",
}


def _refuse(distribution: str, given: Mapping[str, float], count: int) -> None:
    """Raise where parameters are missing, unknown, twice or in the wrong order."""
    example = f"Write {EXAMPLES[distribution]}."
    needed, optional = PARAMETERS[distribution]
    if len(given) < count:
        raise SpreadError("a parameter is given twice", "Keep one.")
    if not all(np.isfinite(x) for x in given.values()):
        raise SpreadError("a parameter is not a finite number", example)
    if distribution == "discrete":
        if not given or min(given.values()) < 0.0 or abs(sum(given.values()) - 1.0) > 1e-6:
            raise SpreadError(f"the probabilities add to {sum(given.values()):g}, not to 1", example)
        return
    if missing := [name for name in needed if name not in given]:
        raise SpreadError(f"{', '.join(missing)} missing", example)
    if unknown := [name for name in given if name not in (*needed, *optional)]:
        raise SpreadError(f"{', '.join(unknown)} is no parameter of {distribution}", example)
    low, high = given.get("low", 0.0), given.get("high", np.inf)
    if not low <= given.get("mode", low) <= high:
        raise SpreadError(f"{', '.join(needed)} are not in this order", example)
    if given.get("sigma", 0.0) < 0.0 or given.get("median", 1.0) <= 0.0:
        raise SpreadError("sigma must be 0 or more, the median above 0", example)


def lowest(distribution: str, parameters: Sequence[tuple[str, float]]) -> float:
    """The least that can be drawn."""
    if distribution == "discrete":
        return min(float(name) for name, share in parameters if share > 0.0)
    return dict(parameters).get("low", 0.0)


def picks(row: Record, wanted: Sequence[tuple[str, str]]) -> bool:
    """Whether a filter picks a row: every named cell is like its pattern."""
    return all(fnmatchcase(_cell(row, column), pattern) for column, pattern in wanted)


def _cell(row: Record, column: str) -> str:
    value = row.values.get(column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ";".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else f"{value}"


def variables(workbook: Workbook) -> list[Variable]:
    """Return what is drawn, in the order of the sheet: one variable for all that a row picks, or one for each thing of it."""
    return [variable for row in records(workbook, SHEET) for variable in _of_row(workbook, row)]


def _of_row(workbook: Workbook, row: Record) -> Iterator[Variable]:
    table, column, wanted = row.text("table"), row.text("column"), read_filter(row.text("filter"))
    kind = row.text("distribution")
    parameters, group = read_parameters(kind, row.text("parameters")), row.text("correlation")
    picked = [x for x in records(workbook, table) if picks(x, wanted)]
    label = row.text("name") or " ".join([table, *(f"{c}={v}" for c, v in wanted), column])
    if group != EACH:
        numbers = tuple(x.row.number for x in picked)
        yield Variable(label, table, column, numbers, kind, parameters, group.lstrip("-"), group.startswith("-"))
        return
    things: dict[str, list[int]] = {}
    for x in picked:
        things.setdefault(" ".join(_cell(x, name) for name in _THINGS[table] if _cell(x, name)), []).append(
            x.row.number
        )
    for thing, found in things.items():
        yield Variable(f"{label}: {thing}", table, column, tuple(found), kind, parameters, "", False)


# ---------------------------------------------------------------- drawing


def sample(drawn: Sequence[Variable], draws: int, seed: int) -> np.ndarray:
    """Draw all variables together.

    Returns
    -------
    array, draws x variables
        Factors, or years. Each variable takes every one of ``draws`` equal parts of its distribution once.
    """
    own = {n: variable.group or n for n, variable in enumerate(drawn)}
    place = {name: n for n, name in enumerate(dict.fromkeys(own.values()))}
    if not place:
        return np.zeros((draws, 0))
    ranks = qmc.LatinHypercube(d=len(place), seed=seed).random(draws)
    found = np.empty((draws, len(drawn)))
    for n, variable in enumerate(drawn):
        rank = ranks[:, place[own[n]]]
        found[:, n] = variable.value(1.0 - rank if variable.against else rank)
    return found


def _quantiles(distribution: str, given: Mapping[str, float], rank: np.ndarray) -> np.ndarray:
    match distribution:
        case "discrete":
            values = sorted((float(name), share) for name, share in given.items())
            ends = np.cumsum([share for _, share in values])
            return np.array([x for x, _ in values])[
                np.minimum(np.searchsorted(ends, rank, side="right"), len(values) - 1)
            ]
        case "lognormal":
            found = given["median"] * np.exp(given["sigma"] * stats.norm.ppf(rank))
            return np.clip(found, given.get("low", 0.0), given.get("high", np.inf))
        case "triangular" if given["high"] > given["low"]:
            width = given["high"] - given["low"]
            return stats.triang.ppf(rank, (given["mode"] - given["low"]) / width, given["low"], width)
        case _:
            return given["low"] + rank * (given["high"] - given["low"])


def changed(workbook: Workbook, drawn: Sequence[Variable], values: Sequence[float]) -> Workbook:
    """Return the workbook of one draw.

    Several variables on one cell multiply. Fractions of ramps stay within 1. A plant that is no candidate is late in its first
    year, if that is still to come.
    """
    first = int(str(settings(workbook)["first_year"]))
    typed = {table: {row.row.number: row for row in records(workbook, table)} for table in {v.table for v in drawn}}
    cells: dict[tuple[str, int, str], float] = {}
    for variable, value in zip(drawn, values, strict=True):
        for number in variable.rows:
            row, column = typed[variable.table][number], variable.column
            if variable.adds and row.text("status") != "candidate":
                column = "first_year"
                if (row.year(column) or first) <= first:
                    continue
            if (before := cells.get((variable.table, number, column), row.number(column))) is not None:
                cells[variable.table, number, column] = before + value if variable.adds else before * float(value)
    for (table, number, column), value in cells.items():
        if column == "fraction":
            cells[table, number, column] = min(1.0, value)
    return with_cells(workbook, [Edit(*place, value) for place, value in cells.items()])
