"""The table ``workforce``: people by country and year, and where all of them are needed."""

from __future__ import annotations

from models.instance import Instance
from models.solution import Investment
from models.standing import people_needed, people_trained
from optimizer.report.rounding import Rows, musd, yes_no

# A thousandth of a person is nobody.
_DIGITS, _SPARE = 4, 1e-3


def workforce_rows(instance: Instance, investment: Investment) -> Rows:
    """People by country and year: who is there, begins training, has been trained and is ready, and who is needed."""
    needed = people_needed(instance, investment.capacity_ktpy)
    trained = people_trained(instance, investment.trained)
    rows: Rows = []
    for c, force in instance.workforce.items():
        for t in instance.years:
            spare = force.available[t] + trained[c, t] - needed[c, t]
            begin = investment.trained.get((c, t), 0.0)
            rows.append(
                {
                    "country": c,
                    "year": t,
                    "available": _people(force.available[t]),
                    "begin_training": _people(begin),
                    "trained": _people(trained[c, t]),
                    "needed": _people(needed[c, t]),
                    "spare": _people(spare),
                    "tight": yes_no(needed[c, t] > 0.0 and spare <= _SPARE),
                    "training_musd": musd(begin * force.cost_musd_per_person[t]),
                }
            )
    return rows


def _people(count: float) -> float:
    return round(count, _DIGITS) + 0.0
