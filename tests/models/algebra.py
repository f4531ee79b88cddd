"""Read the algebra of a Pyomo model: rows as text in, coefficients and bounds out, so that the two can be compared.

``2 Fund[P,2030] + Size_ktpy[P,2030] <= 3`` is read into coefficients and bounds; a row of the model is printed into the
same form. The sign of a row means nothing: it is brought to ``<=``, or for an equation to a positive first coefficient.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

_NUMBER = re.compile(r"\d+(\.\d+)?(e-?\d+)?")


@dataclass(frozen=True)
class Linear:
    """Coefficients by variable, and the bounds of their sum (both the constant for an expression)."""

    coefficients: dict[str, float]
    low: float
    high: float

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Linear) or self.coefficients.keys() != other.coefficients.keys():
            return False
        pairs = [(self.low, other.low), (self.high, other.high)]
        pairs += [(self.coefficients[x], other.coefficients[x]) for x in self.coefficients]
        return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in pairs)


def read(text: str) -> Linear:
    """Read a row or an equation of an expression written as text."""
    sense = next(sign for sign in ("<=", ">=", "==") if sign in text)
    left, right = text.split(sense)
    coefficients, constant = _side(left)
    for x, factor in _side(right)[0].items():
        coefficients[x] = coefficients.get(x, 0.0) - factor
    bound = _side(right)[1] - constant
    low, high = {"<=": (-math.inf, bound), ">=": (bound, math.inf), "==": (bound, bound)}[sense]
    return _one_way_round(coefficients, low, high)


def _side(text: str) -> tuple[dict[str, float], float]:
    coefficients: dict[str, float] = {}
    constant = 0.0
    sign = 1.0
    # A sign stands between blanks, and names hold none.
    for word in re.sub(r"(\d) (?=[A-Za-z])", r"\1*", " ".join(text.split())).split(" "):
        if word in "+-":
            sign = {"+": 1.0, "-": -1.0}[word]
        elif _NUMBER.fullmatch(word):
            constant += sign * float(word)
        else:
            factor, name = word.split("*", 1) if "*" in word else ("1", word)
            coefficients[name] = coefficients.get(name, 0.0) + sign * float(factor)
    return coefficients, constant


def row(constraint: Any) -> Linear:
    """Return a constraint of a model in the same form."""
    coefficients, constant = _linear(constraint.body)
    low = -math.inf if constraint.lower is None else pyo.value(constraint.lower) - constant
    high = math.inf if constraint.upper is None else pyo.value(constraint.upper) - constant
    return _one_way_round(coefficients, low, high)


def expression(value: Any) -> Linear:
    """Return an expression, as ``sum == -constant``: write ``E == ...`` without its left side as ``... == 0``."""
    coefficients, constant = _linear(value)
    return _one_way_round(coefficients, -constant, -constant)


def name(component: Any) -> str:
    """Return a component's name with plain words for origins, and without quotation marks."""
    return re.sub(r"<Origin\.\w+: '(\w+)'>", r"\1", component.name).replace("'", "").replace(" ", "")


def _linear(body: Any) -> tuple[dict[str, float], float]:
    repn = generate_standard_repn(body)
    assert repn.is_linear() or repn.is_constant(), body
    pairs = zip(repn.linear_vars, repn.linear_coefs, strict=True)
    return {name(x): float(pyo.value(factor)) for x, factor in pairs}, float(pyo.value(repn.constant))


def _one_way_round(coefficients: dict[str, float], low: float, high: float) -> Linear:
    kept = {x: factor for x, factor in coefficients.items() if factor}
    is_equation = low == high
    flip = kept[min(kept)] < 0 if is_equation and kept else high == math.inf
    if not flip:
        return Linear(kept, low, high)
    return Linear({x: -factor for x, factor in kept.items()}, -high, -low)
