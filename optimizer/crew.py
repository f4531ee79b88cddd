"""Who does the jobs of a command that runs many: this process, processes of this machine, or a cluster.

A job is a record with ``run(case)``; it depends on the case and on itself alone, so that it does not matter who runs it, and
one that was lost with its worker is run again.

While the last jobs are done the other processes would wait. They may be given something to get ready meanwhile:
models that later jobs need. Only the time depends on it.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Protocol

from optimizer.output import OutputError
from optimizer.process import serve, settle, started_deaf
from optimizer.solve.highs import Interrupt
from optimizer.solve.program import use_threads

_TRIES = 3


class Case(Protocol):
    """What a process compiles once and does jobs for."""

    interrupt: Interrupt


class Payload(Protocol):
    """What every process needs to know of a command's case; ``key``: equal where nothing differs."""

    @property
    def key(self) -> str:
        """What makes two cases the same."""

    def opened(self) -> Case:
        """The case, in the process that calls."""


class Job(Protocol):
    """Something to be done for a case."""

    def run(self, case: Any) -> Any:
        """Do it."""


Done = Callable[[int, Any], Job | None]


class Crew(Protocol):
    """Runs jobs."""

    def run(self, jobs: Mapping[int, Job], done: Done) -> None:
        """Run all, those with the least numbers first.

        ``done`` takes the number and the result of each as it comes, and returns what is to be done next under that number.
        """


@contextmanager
def gathered(payload: Payload, workers: int, cluster: str | None, meanwhile: Sequence[Job] = ()) -> Iterator[Crew]:
    """Gather a crew.

    Parameters
    ----------
    payload
        What every process needs to know.
    workers
        Processes on this machine; with one, this process does everything.
    cluster
        Address of a Dask scheduler, whose workers do the jobs instead.
    meanwhile
        What a process of this machine gets ready where it would wait for others; its results are not asked for.

    Raises
    ------
    OutputError
        Where the cluster cannot be used.
    """
    before = use_threads(1)
    try:
        if cluster is not None:
            with _cluster(payload, cluster) as crew:
                yield crew
        elif workers == 1:
            yield _Alone(payload)
        else:
            with _Processes(payload, workers, meanwhile) as crew:
                yield crew
    finally:
        use_threads(before)


class _Alone:
    """The calling process."""

    def __init__(self, payload: Payload) -> None:
        self._case = payload.opened()

    def run(self, jobs: Mapping[int, Job], done: Done) -> None:
        left, interrupt = dict(jobs), self._case.interrupt
        with interrupt.watch():  # The solver ends in good order; what it was at is not kept.
            while left:
                n = min(left)
                result = left[n].run(self._case)
                if interrupt.pressed:
                    raise KeyboardInterrupt
                _go_on(left, n, done(n, result))


class _Processes:
    """Processes of this machine; where one dies, all are started anew and do what is left."""

    def __init__(self, payload: Payload, workers: int, meanwhile: Sequence[Job]) -> None:
        self._payload, self._workers, self._meanwhile = payload, workers, meanwhile
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Fresh processes: the solver's threads do not survive a fork.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, context, initializer=_begin, initargs=(self._payload,))
        return self._pool

    def _stop(self) -> None:
        if self._pool is not None:
            processes = list((self._pool._processes or {}).values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()
            self._pool = None

    def run(self, jobs: Mapping[int, Job], done: Done) -> None:
        left, tries = dict(jobs), 0
        while left:
            try:
                self._run(left, done)
            except BrokenProcessPool:
                tries += 1
                self._stop()
                if tries == _TRIES:
                    raise
            except KeyboardInterrupt:
                self._stop()
                raise

    def _run(self, left: dict[int, Job], done: Done) -> None:
        pool, running, spare = self._started(), dict[Future[Any], int](), self._workers
        ready: set[Future[Any]] = set()
        while left:
            # No more than can be begun at once: what a job leaves to be done next may matter more than what waits.
            begun = sorted(set(left) - set(running.values()))[: self._workers - len(running)]
            with started_deaf():
                running |= {pool.submit(_work, left[n]): n for n in begun}
                while spare and len(running) + len(ready) < self._workers:
                    spare -= 1
                    ready |= {pool.submit(_work, job) for job in self._meanwhile}
            finished, _ = wait({*running, *ready}, return_when=FIRST_COMPLETED)
            ready -= finished
            for future in sorted(finished & set(running), key=running.__getitem__):
                n = running.pop(future)
                _go_on(left, n, done(n, future.result()))


def _go_on(left: dict[int, Job], n: int, following: Job | None) -> None:
    """Put what is to be done next in the place of what is done."""
    del left[n]
    if following is not None:
        left[n] = following


_cases: dict[str, Case] = {}
_one_at_a_time = threading.Lock()
_payloads: list[Payload] = []


def _begin(payload: Payload) -> None:
    """Keep the payload in a worker process; Ctrl-C is the parent's to take."""
    serve()
    _payloads.append(payload)


def _work(job: Job) -> Any:
    return _work_on(_payloads[0], job)


def _work_on(payload: Payload, job: Job) -> Any:
    """Do a job; a process keeps what it compiled of one case, for one job at a time, however many threads it has."""
    with _one_at_a_time:
        use_threads(1)
        settle()
        if payload.key not in _cases:
            _cases.clear()
            _cases[payload.key] = payload.opened()
        return job.run(_cases[payload.key])


def _itself(payload: Payload) -> Payload:
    """The payload as a task of the cluster: what its workers lose can be had again."""
    return payload


# ---------------------------------------------------------------- a cluster


@contextmanager
def _cluster(payload: Payload, address: str) -> Iterator[Crew]:
    try:
        from distributed import Client
    except ImportError as error:
        raise OutputError("--cluster needs Dask: install it with pip install magnetgrid[cluster].") from error
    try:
        client = Client(address, timeout="20s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise OutputError(f"--cluster {address}: no scheduler answers there ({error}).") from error
    with client:
        yield _Dask(client, payload)


class _Dask:
    """The workers of a Dask scheduler; what a lost worker had is run again by another."""

    def __init__(self, client: Any, payload: Payload) -> None:
        self._client = client
        self._payload = client.submit(_itself, payload, pure=False)

    def run(self, jobs: Mapping[int, Job], done: Done) -> None:
        from distributed import as_completed as completed

        numbers: dict[Any, int] = {}

        def begin(n: int, job: Job) -> Any:
            future = self._client.submit(_work_on, self._payload, job, pure=False, retries=_TRIES, priority=-n)
            numbers[future] = n
            return future

        try:
            futures = completed([begin(n, job) for n, job in jobs.items()], loop=self._client.loop)
            for future in futures:
                following = done(numbers[future], future.result())
                if following is not None:
                    futures.add(begin(numbers[future], following))
        except KeyboardInterrupt:
            self._client.cancel(list(numbers))
            raise
