"""Processes of this machine: none outlives the command that started it, however that ends; no Ctrl-C is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_SECONDS = 60.0
_SCRIPT = """
import os, sys, time
from dataclasses import dataclass
from pathlib import Path
from optimizer.crew import gathered
from optimizer.solve.highs import Interrupt

@dataclass(frozen=True)
class Payload:
    key: str = "any"
    def opened(self):
        return self
    @property
    def interrupt(self):
        return Interrupt()

@dataclass(frozen=True)
class Rest:
    folder: str
    seconds: float
    def run(self, case):
        (Path(self.folder) / str(os.getpid())).touch()
        time.sleep(self.seconds)

if __name__ == "__main__":
    with gathered(Payload(), 2, None) as crew:
        crew.run({0: Rest(sys.argv[1], 600.0), 1: Rest(sys.argv[1], 0.0)}, lambda number, result: None)
"""


_PRESSED = """
import os, signal
from optimizer.process import started_deaf
try:
    with started_deaf():
        os.kill(os.getpid(), signal.SIGINT)
        print("to the end", flush=True)
    print("lost", flush=True)
except KeyboardInterrupt:
    print("taken", flush=True)
"""


def is_there(pid: int) -> bool:
    """Whether a process runs: not one that has ended and waits to be asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(holds) -> bool:
    end = time.monotonic() + _SECONDS
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="asks /proc which processes there are")
def test_workers_end_with_a_command_that_is_killed(tmp_path: Path):
    """One is at work, the other waits for a job."""
    script, seen = tmp_path / "crew.py", tmp_path / "seen"
    script.write_text(_SCRIPT, encoding="utf-8")
    seen.mkdir()
    with subprocess.Popen(
        [sys.executable, script, seen], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as command:
        try:
            assert until(lambda: len(list(seen.iterdir())) == 2)
        finally:
            command.send_signal(signal.SIGKILL)
    workers = [int(file.name) for file in seen.iterdir()]
    assert until(lambda: not any(map(is_there, workers)))


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs a signal mask")
def test_ctrl_c_while_processes_start_is_not_lost():
    """Taken after the block, or within it where another thread was given the signal."""
    ended = subprocess.run([sys.executable, "-c", _PRESSED], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert "taken" in ended.stdout
    assert "lost" not in ended.stdout
