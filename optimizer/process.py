"""What every process of the program sets for itself."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait

# Models are millions of small objects that stay: looking among them for rubbish again and again took a third of the time of
# building one, and found none.
_OBJECTS, _YOUNG, _OLD = 200_000, 50, 100


def settle() -> None:
    """Look for rubbish seldom."""
    gc.set_threshold(_OBJECTS, _YOUNG, _OLD)


def serve() -> None:
    """Let this process be a worker's: Ctrl-C is its parent's to take, and where the parent is killed it ends too.

    Else it would wait for jobs for ever, and hold its memory.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive, args=(parent.sentinel,), daemon=True).start()


def _outlive(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@contextmanager
def started_deaf() -> Iterator[None]:
    """Processes started in the block ignore Ctrl-C from their first moment: it reaches every process of a terminal.

    What is pressed meanwhile is not lost to this process, which as a rule takes it after the block.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
    elif hasattr(signal, "pthread_sigmask"):
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)
    else:  # Windows: there is no mask, and what is pressed meanwhile is lost.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
