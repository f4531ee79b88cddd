"""Relief of the limits that a planner sets: none in a plan, freed only to tell what an infeasible case would need.

Every limit that can make a case infeasible has one relief variable per row, closed (upper bound 0) when built.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo


def add_relief(m: Any, limit: str, index: Any, unit: str) -> Any:
    """Declare the relief of the constraint family ``limit`` over ``index`` and return it.

    Registered in ``m.reliefs`` as limit -> (variable, unit), for the elastic answer to an infeasible case.
    """
    name = f"Relief_{limit}"
    relief = pyo.Var(index, bounds=(0.0, 0.0), doc=f"relief of {limit}, {unit}")
    m.add_component(name, relief)
    m.reliefs[limit] = (relief, unit)
    return relief
