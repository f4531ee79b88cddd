"""The table ``workforce``: people by country and year, and where all of them are needed."""

from __future__ import annotations

from models.instance import Instance
from models.solution import Investment
from models.standing import people_at_most, people_needed, people_trained, tight_years
from optimizer.report.rounding import Rows, musd, yes_no

_DIGITS = 4


def workforce_rows(instance: Instance, investment: Investment) -> Rows:
    """People by country and year: free, beginning training, trained, needed, to spare, and at most to be had."""
    needed = people_needed(instance, investment.capacity_ktpy)
    trained = people_trained(instance, investment.trained)
    most, tight = people_at_most(instance), tight_years(instance, investment.capacity_ktpy)
    rows: Rows = []
    for c, force in instance.workforce.items():
        for t in instance.years:
            begin = investment.trained.get((c, t), 0.0)
            rows.append(
                {
                    "country": c,
                    "year": t,
                    "available": _people(force.available[t]),
                    "begin_training": _people(begin),
                    "trained": _people(trained[c, t]),
                    "needed": _people(needed[c, t]),
                    "spare": _people(force.available[t] + trained[c, t] - needed[c, t]),
                    "most": _people(most[c, t]),
                    "tight": yes_no(t in tight[c]),
                    "training_musd": musd(begin * force.cost_musd_per_person[t]),
                }
            )
    return rows


def _people(count: float) -> float:
    return round(count, _DIGITS) + 0.0
