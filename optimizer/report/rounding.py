"""How amounts are brought to tonnes and dollars in the tables: without dust of the solver, without -0.0."""

from __future__ import annotations

from optimizer.units import T_PER_KT

# A thousand dollars: of less public money no ratio is told, which would be one of the solver's dust.
LEAST_MUSD = 1e-3
_T_DIGITS = 4
_MUSD_DIGITS = 9

Rows = list[dict[str, object]]


def tonnes(kt: float) -> float:
    """Convert kt to t."""
    return round(kt * T_PER_KT, _T_DIGITS) + 0.0


def musd(value: float) -> float:
    """Round money below a dollar's dust."""
    return round(value, _MUSD_DIGITS) + 0.0


def share(part: float, whole: float) -> float:
    """Part of a whole; 1 where there is nothing to have a part of."""
    return round(part / whole, 7) + 0.0 if whole > 0.0 else 1.0


def yes_no(flag: bool) -> str:
    """Write a flag as the workbook does."""
    return "yes" if flag else "no"
