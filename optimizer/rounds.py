"""The rounds of a command that runs many jobs: each result is kept at once, progress is told, and a resumed run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from optimizer.crew import Crew, Job
from optimizer.progress import Progress
from optimizer.resume import Memory

Link = Callable[[Any], Job]


class Rounds:
    """Jobs are done round after round; within one, by whom and in which order makes no difference."""

    def __init__(self, crew: Crew, memory: Memory, progress: Progress) -> None:
        self._crew, self._memory, self._progress = crew, memory, progress
        self.state = ""  # How far the whole is, told with every line.

    def run(self, name: str, jobs: Sequence[Job], keep: Callable[[Any], bool] = lambda _: True) -> list[Any]:
        """Do the jobs that are not done yet; return the results of all, in their order.

        ``keep``: whether a result is kept for a resumed run, which else does the job again.
        """
        return [result for (result,) in self.run_chains(name, [[only(job)] for job in jobs], keep)]

    def run_chains(
        self, name: str, chains: Sequence[Sequence[Link]], keep: Callable[[Any], bool] = lambda _: True
    ) -> list[list[Any]]:
        """Do chains of jobs side by side; return the results of each, in their order.

        A link makes its job of the result of the link before it, the first of None. Chains that stand first go first.
        """
        results: list[list[Any]] = [[] for _ in chains]
        total, began, ready = sum(map(len, chains)), time.perf_counter(), 0

        def following(n: int) -> Job | None:
            """The next job of a chain that is not done yet."""
            found = results[n]
            while len(found) < len(chains[n]):
                if (kept := self._memory.get(name, n, len(found))) is None:
                    return chains[n][len(found)](found[-1] if found else None)
                found.append(kept)
            return None

        def done(n: int, result: Any) -> Job | None:
            nonlocal ready
            ready += 1
            if keep(result):
                self._memory.put(name, n, len(results[n]), result)
            results[n].append(result)
            job = following(n)
            left = total - sum(map(len, results))
            rest = (time.perf_counter() - began) / ready * left
            state = f"; {self.state}" if self.state else ""
            self._progress.tell(f"{name}: {total - left} of {total} done, about {rest:.0f} s left for them{state}")
            return job

        jobs = {n: job for n in range(len(chains)) if (job := following(n)) is not None}
        if jobs:
            self._crew.run(jobs, done)
        return results


def only(job: Job) -> Link:
    """The link of a chain of one."""
    return lambda _: job
