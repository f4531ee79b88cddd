"""``magnetgrid compare --cluster``: a scheduler and workers on this machine give the bytes that a local run gives."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import distributed
import pytest
from compares import RICH, RICH_BUDGETS, TWO, compare_sheets, results
from runs import Answer

import optimizer.crew

ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; from distributed.cli.{} import main; sys.exit(main())"
_SECONDS = 60

pytestmark = pytest.mark.slow


class Cluster:
    """Processes as ``dask scheduler`` and ``dask worker`` start them, the scheduler at any free port.

    Workers have no nannies: what is killed stays dead.
    """

    def __init__(self, folder: Path, processes: ExitStack) -> None:
        self._folder, self._processes = folder, processes
        self.workers: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self._start("dask_scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", file)
        until = time.monotonic() + _SECONDS
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.05)
        self.address: str = json.loads(file.read_text(encoding="utf-8"))["address"]

    def add_worker(self, threads: int = 1) -> None:
        """Start a worker; it may take some seconds before it is there."""
        given = ("--nthreads", threads, "--no-nanny", "--no-dashboard", "--local-directory", self._folder)
        self.workers.append(self._start("dask_worker", self.address, *given))

    def wait(self) -> None:
        """Wait until all workers are there."""
        with distributed.Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=_SECONDS)

    def _start(self, program: str, *arguments: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", _START.format(program), *map(str, arguments)]
        log = self._processes.enter_context((self._folder / f"{program}.log").open("ab"))
        started = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        self._processes.callback(started.wait)
        self._processes.callback(started.kill)
        return started


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster without workers so far, ended with the block."""
    with ExitStack() as processes:
        yield Cluster(folder, processes)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """The same comparison by this process alone."""
    return compare_sheets(tmp_path_factory.mktemp("local"), RICH, *RICH_BUDGETS)


def test_a_cluster_gives_the_same_bytes_even_if_all_its_workers_die(
    local: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Two workers do it all; the second time both are killed on the way, and one that joins then does the rest."""
    with cluster(tmp_path) as found:
        found.add_worker()
        found.add_worker()
        found.wait()
        answer = compare_sheets(tmp_path / "whole", RICH, *RICH_BUDGETS, "--cluster", found.address)
        assert answer.code == 0, answer.stderr
        assert results(answer.out) == results(local.out)
        assert answer.manifest["workers"] == found.address

        done = _killing(monkeypatch, found, after=4)
        answer = compare_sheets(tmp_path / "lost", RICH, *RICH_BUDGETS, "--cluster", found.address)
        assert answer.code == 0, answer.stderr
        assert len(done) > 4
        assert [worker.poll() is None for worker in found.workers] == [False, False, True]
        assert results(answer.out) == results(local.out)


def _killing(monkeypatch: pytest.MonkeyPatch, found: Cluster, after: int) -> list[int]:
    """Kill every worker as soon as so many results are there, and start another; return a list of what is done."""
    numbers: list[int] = []
    run = optimizer.crew._Dask.run

    def deadly(crew, jobs, done):
        def also(number, result):
            following = done(number, result)
            numbers.append(number)
            if len(numbers) == after:
                for worker in found.workers:
                    worker.kill()
                found.add_worker()
            return following

        run(crew, jobs, also)

    monkeypatch.setattr(optimizer.crew._Dask, "run", deadly)
    return numbers


def test_a_worker_with_several_threads_gives_the_same_bytes(local: Answer, tmp_path: Path):
    """What a worker compiles of a case serves one job at a time."""
    with cluster(tmp_path) as found:
        found.add_worker(threads=4)
        found.wait()
        answer = compare_sheets(tmp_path, RICH, *RICH_BUDGETS, "--cluster", found.address)
    assert answer.code == 0, answer.stderr
    assert results(answer.out) == results(local.out)


def test_workers_may_come_after_the_comparison_was_started(tmp_path: Path):
    with cluster(tmp_path) as found:
        found.add_worker()  # It needs some seconds to be there.
        answer = compare_sheets(tmp_path, TWO, "--budgets", "0,8", "--cluster", found.address)
    assert answer.code == 0, answer.stderr


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
    answer = compare_sheets(tmp_path, TWO, "--budgets", "0,8", "--cluster", address or _nobody())
    assert answer.code == 2, answer.stderr
    assert "no scheduler answers there" in answer.stderr
    assert not answer.out.exists()


def test_without_dask_what_to_install_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    answer = compare_sheets(tmp_path, TWO, "--budgets", "0,8", "--cluster", "tcp://127.0.0.1:8786")
    assert answer.code == 2
    assert "magnetgrid[cluster]" in answer.stderr
    assert not answer.out.exists()
