"""The rounds of a command that runs many jobs: each result is kept at once, progress is told, and a resumed run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from optimizer.crew import Crew, Job
from optimizer.progress import Progress
from optimizer.resume import Memory


class Rounds:
    """Jobs are done round after round; within one, by whom and in which order makes no difference."""

    def __init__(self, crew: Crew, memory: Memory, progress: Progress) -> None:
        self._crew, self._memory, self._progress = crew, memory, progress

    def run(self, name: str, jobs: Sequence[Job], keep: Callable[[Any], bool] = lambda _: True) -> list[Any]:
        """Do the jobs that are not done yet; return the results of all, in their order.

        ``keep``: whether a result is kept for a resumed run, which else does the job again.
        """
        results: dict[int, Any] = {}
        for n in range(len(jobs)):
            if (kept := self._memory.get(name, n)) is not None:
                results[n] = kept
        left = [n for n in range(len(jobs)) if n not in results]
        began = time.perf_counter()

        def done(place: int, result: Any) -> None:
            n = left[place]
            results[n] = result
            if keep(result):
                self._memory.put(name, n, result)
            ready = len(results) - (len(jobs) - len(left))
            rest = (time.perf_counter() - began) / ready * (len(left) - ready)
            self._progress.tell(f"{name}: {len(results)} of {len(jobs)} done, about {rest:.0f} s left for them")

        if left:
            self._crew.run([jobs[n] for n in left], done)
        return [results[n] for n in range(len(jobs))]
