"""``magnetgrid compare --cluster``: a scheduler and workers on this machine give the bytes that a local run gives."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import distributed
import pytest
from compares import RICH, RICH_BUDGETS, compare_sheets, results
from runs import Answer

import optimizer.crew

ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; from distributed.cli.{} import main; sys.exit(main())"
_SECONDS = 60

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Cluster:
    """A scheduler, its address, and its worker processes (without nannies: what is killed stays dead)."""

    address: str
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def process(log: Path, program: str, *arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended with the block."""
    command = [sys.executable, "-c", _START.format(program), *map(str, arguments)]
    with log.open("wb") as out, subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT) as run:
        try:
            yield run
        finally:
            run.kill()


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """As ``dask scheduler`` and ``dask worker`` start it, at any free port."""
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        at = ("--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", file)
        stack.enter_context(process(folder / "scheduler.log", "dask_scheduler", *at))
        until = time.monotonic() + _SECONDS
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.1)
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        given = (address, "--nthreads", 1, "--no-nanny", "--no-dashboard", "--local-directory", folder)
        started = [
            stack.enter_context(process(folder / f"worker-{n}.log", "dask_worker", *given)) for n in range(workers)
        ]
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=_SECONDS)
        yield Cluster(address, tuple(started))


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """The same comparison by this process alone."""
    return compare_sheets(tmp_path_factory.mktemp("local"), RICH, *RICH_BUDGETS)


def test_a_cluster_gives_the_same_bytes_as_this_process_also_if_a_worker_is_killed(local: Answer, tmp_path: Path):
    with cluster(tmp_path) as found, pytest.MonkeyPatch.context() as patched:
        answer = compare_sheets(tmp_path / "all", RICH, *RICH_BUDGETS, "--cluster", found.address)
        assert answer.code == 0, answer.stderr
        assert results(answer.out) == results(local.out)
        assert answer.manifest["workers"] == found.address

        submitted = _killing(patched, found.workers[0], after=4)
        answer = compare_sheets(tmp_path / "lossy", RICH, *RICH_BUDGETS, "--cluster", found.address)
        assert submitted() > 4
        assert found.workers[0].poll() is not None
        assert answer.code == 0, answer.stderr
        assert results(answer.out) == results(local.out)


def _killing(patched: pytest.MonkeyPatch, worker: subprocess.Popen[bytes], after: int):
    """Kill a worker as soon as so many results are there; tell how many there were."""
    results: list[int] = []
    run = optimizer.crew._Dask.run

    def deadly(crew, jobs, done):
        def also(number, result):
            done(number, result)
            results.append(number)
            if len(results) == after:
                worker.kill()

        run(crew, jobs, also)

    patched.setattr(optimizer.crew._Dask, "run", deadly)
    return lambda: len(results)


def _nobody() -> str:
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("address", [None, "no-such-scheme://x:1", "tcp://127.0.0.1"])
def test_where_no_scheduler_answers_that_is_told_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str | None
):
    real = distributed.Client

    def hasty(address: str, timeout: str, **more):
        assert timeout == "20s"
        return real(address, timeout="1s", **more)

    monkeypatch.setattr(distributed, "Client", hasty)
    answer = compare_sheets(tmp_path, RICH, *RICH_BUDGETS, "--cluster", address or _nobody())
    assert answer.code == 2, answer.stderr
    assert "no scheduler answers there" in answer.stderr
    assert not answer.out.exists()
