"""The first decisions as a vector: Fund[p, v] in the order of FUNDINGS, which is the same in every model of a case."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from optimizer.solve.highs import Outcome, Session


def fund_columns(session: Session) -> np.ndarray:
    """Columns of Fund[p, v]."""
    return np.array([session.column[id(v)] for v in session.model.Fund.values()], dtype=int)


def fundings(session: Session, values: np.ndarray) -> np.ndarray:
    """Values of Fund[p, v], brought to whole numbers where the model asks for them."""
    funded = values[fund_columns(session)]
    return np.round(funded) if session.binaries else funded


def vector_of(session: Session, funded: Collection[tuple[str, int]]) -> np.ndarray:
    """Values of Fund[p, v] where these (p, v) are funded."""
    return np.array([float(key in funded) for key in session.model.Fund])


def fix_fundings(session: Session, funded: np.ndarray) -> None:
    """Give every funding its value."""
    session.set_bounds(fund_columns(session), funded, funded)


def solve_fixed(session: Session, funded: np.ndarray) -> Outcome:
    """Solve with the fundings given; what they leave open (sizes, counts, flows) is decided."""
    fix_fundings(session, funded)
    outcome = session.solve(interruptible=False)
    session.free(fund_columns(session))
    return outcome
