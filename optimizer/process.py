"""What every process of the program sets for itself."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from multiprocessing.connection import wait

# Models are millions of small objects that stay: looking among them for rubbish again and again took a third of the time of
# building one, and found none.
_OBJECTS, _YOUNG, _OLD = 200_000, 50, 100


def settle() -> None:
    """Look for rubbish seldom."""
    gc.set_threshold(_OBJECTS, _YOUNG, _OLD)


def end_with_parent() -> None:
    """Let this process end where its parent is killed: it would wait for jobs for ever, and hold its memory."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive, args=(parent.sentinel,), daemon=True).start()


def _outlive(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
