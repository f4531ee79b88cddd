"""What is told while a run goes on: on standard error, and kept for run.log."""

from __future__ import annotations

import sys
import time


class Progress:
    """Lines with the time since the start; ``quiet`` keeps them for the log only."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.lines: list[str] = []
        self._started = time.perf_counter()
        self._last = ""

    def tell(self, line: str) -> None:
        """Show and keep a line; a line that repeats the one before it is left out."""
        if line == self._last:
            return
        self._last = line
        stamped = self.keep(line)
        if not self.quiet:
            print(stamped, file=sys.stderr, flush=True)

    def keep(self, line: str) -> str:
        """Keep a line for the log without showing it; return it with its time."""
        stamped = f"{self.elapsed:7.1f} s  {line}"
        self.lines.append(stamped)
        return stamped

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._started
