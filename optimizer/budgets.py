"""Budgets as the command line asks for them: a list, or a range with its ends."""

from __future__ import annotations

import re

from optimizer.output import OutputError

_MOST_BUDGETS = 200
_PAIRS = re.compile(r"(\d{1,3},\d{3})(,\d{1,3},\d{3})*")
_ZERO_FIRST = re.compile(r"(^|,)\s*0\d")


def budgets(listed: str | None, first: float | None, last: float | None, steps: int | None) -> tuple[float, ...]:
    """Budgets asked for on the command line, ascending, each once.

    Raises
    ------
    OutputError
        With what is wrong and how to write it.
    """
    if listed is not None and (first, last, steps) == (None, None, None):
        try:
            found = [float(part) for part in listed.split(",") if part.strip()]
        except ValueError:
            raise OutputError(
                f"--budgets {listed}: write numbers of MUSD with commas between, such as 500,1000,2000."
            ) from None
        if _ZERO_FIRST.search(listed) or (_PAIRS.fullmatch(listed) and found != sorted(found)):
            raise OutputError(
                f"--budgets {listed}: commas stand between budgets, not between thousands: write 1000,2000 for 1,000 and 2,000."
            )
    elif listed is None and first is not None and last is not None and steps is not None:
        if steps < 2 or last <= first:
            raise OutputError("--from, --to, --steps: the last budget must be above the first, with at least 2 steps.")
        found = [round(first + (last - first) * n / (steps - 1), 6) for n in range(steps)]
    else:
        raise OutputError("Give either --budgets 500,1000,2000 or --from 500 --to 10000 --steps 20 (MUSD).")
    if not found or min(found) < 0.0 or max(found) == float("inf") or any(x != x for x in found):
        raise OutputError("Budgets are numbers of MUSD from 0 on.")
    if len(set(found)) > _MOST_BUDGETS:
        raise OutputError(f"At most {_MOST_BUDGETS} budgets can be compared at once.")
    return tuple(sorted(set(found)))
