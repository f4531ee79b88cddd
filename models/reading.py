"""Values of a solved model, read from the solver's columns: what is read is looked up once, then any number of answers.

Dust of the solver (below a gram in a kilotonne) is cleaned here, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pyomo.repn import generate_standard_repn
from scipy.sparse import csr_matrix

_DUST = 1e-9


def clean(value: float) -> float:
    """Without dust and without -0.0."""
    return 0.0 if abs(value) < _DUST else float(value)


class Reader:
    """Variables and linear sums of the model ``m`` at the solver's values.

    ``column``: the solver's column of each variable by its ``id``; a variable that stands in no row has none, and is 0 or
    what it is fixed at.
    """

    def __init__(self, m: Any, column: Mapping[int, int]) -> None:
        self.m, self._column = m, column
        self._variables: dict[str, tuple[list[Any], np.ndarray, np.ndarray]] = {}
        self._sums: dict[str, tuple[list[Any], csr_matrix, np.ndarray]] = {}
        self._values = np.zeros(0)

    def at(self, values: np.ndarray) -> Reader:
        """Take an answer, one value per column; return the reader itself."""
        self._values = values
        return self

    def amounts(self, variable: Any) -> dict[Any, float]:
        """Values of an indexed variable that are not zero, by its index."""
        keys, columns, fixed = self._variable(variable)
        found = np.where(columns >= 0, self._values[columns], fixed)
        return {keys[n]: float(found[n]) for n in np.flatnonzero(np.abs(found) >= _DUST)}

    def every(self, variable: Any) -> dict[Any, float]:
        """Values of an indexed variable, zeros too."""
        return dict.fromkeys(self._variable(variable)[0], 0.0) | self.amounts(variable)

    def sums(self, name: str, expressions: Mapping[Any, Any]) -> dict[Any, float]:
        """Values of linear expressions by key; ``name``: under which they are known from the second answer on."""
        if name not in self._sums:
            self._sums[name] = self._compiled(expressions)
        keys, factors, constants = self._sums[name]
        return {key: clean(value) for key, value in zip(keys, factors @ self._values + constants, strict=True)}

    def _variable(self, variable: Any) -> tuple[list[Any], np.ndarray, np.ndarray]:
        name = variable.name
        if name not in self._variables:
            parts = list(variable.values())
            columns = np.array([self._column.get(id(part), -1) for part in parts], dtype=int)
            fixed = np.array([float(part.value) if part.fixed else 0.0 for part in parts])
            self._variables[name] = list(variable.keys()), columns, fixed
        return self._variables[name]

    def _compiled(self, expressions: Mapping[Any, Any]) -> tuple[list[Any], csr_matrix, np.ndarray]:
        rows, columns, factors = [], [], []
        constants = np.zeros(len(expressions))
        for n, expression in enumerate(expressions.values()):
            linear = generate_standard_repn(expression)
            constants[n] = linear.constant
            for variable, factor in zip(linear.linear_vars, linear.linear_coefs, strict=True):
                if (column := self._column.get(id(variable))) is not None:
                    rows.append(n)
                    columns.append(column)
                    factors.append(factor)
        shape = len(expressions), len(self._column)
        return list(expressions), csr_matrix((factors, (rows, columns)), shape=shape), constants
