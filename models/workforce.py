"""People: plants that are funded need trained ones, who are there or are trained in time.

Needs CAPACITIES, YEARS, Capacity_ktpy. Adds Train_people, Training_musd, people_are_enough and the cost term training.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from models.instance import Instance, Workforce
from models.relief import add_relief


def add_workforce(m: Any, instance: Instance) -> None:
    """Add who is trained, one plan for all scenarios, and the limit of the people whom funded plants need."""
    force, projects = instance.workforce, instance.projects
    needing: dict[tuple[str, int], list[str]] = defaultdict(list)
    for p, t in m.CAPACITIES:
        if instance.needs_people(projects[p]):
            needing[projects[p].country, t].append(p)
    m.TRAINERS = pyo.Set(initialize=list(force))
    m.PEOPLE = pyo.Set(initialize=list(needing), dimen=2)
    m.Train_people = pyo.Var(
        m.TRAINERS, m.YEARS, bounds=lambda m, c, t: (0, _most(instance, force[c], t)), doc="begin training in t, people"
    )

    @m.Expression(m.TRAINERS, m.YEARS, doc="paid for training, MUSD")
    def Training_musd(m, c, t):
        return force[c].cost_musd_per_person[t] * m.Train_people[c, t]

    short = add_relief(m, "people_are_enough", m.PEOPLE, "people")

    @m.Constraint(m.PEOPLE, doc="funded plants need no more people than are there and have been trained, people")
    def people_are_enough(m, c, t):
        needed = sum(projects[p].people_per_ktpy * m.Capacity_ktpy[p, t] for p in needing[c, t])
        trained = sum(m.Train_people[c, y] for y in force[c].begun(t))
        return needed <= force[c].available[t] + trained + short[c, t]

    if force:
        m.cost_terms["training"] = {t: sum(m.Training_musd[c, t] for c in force) for t in m.YEARS}


def _most(instance: Instance, force: Workforce, t: int) -> float:
    """Most who begin training in t: nobody who would be ready only after the last year."""
    return force.max_trained[t] if t + force.training_years[t] <= instance.years[-1] else 0.0
