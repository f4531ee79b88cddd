"""What the benchmarks share: a process of its own for every measurement, ratios, and the line about the machine."""

from __future__ import annotations

import multiprocessing
import os
import platform
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import highspy

CORES = os.cpu_count() or 1


def apart(function: Callable[..., Any], *given: Any) -> Any:
    """Run a function in a fresh process: nothing is warm, no thread is left over, and its peak memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *given).result()


def peak_mb() -> float:
    """Peak resident memory of this process since it began."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def ratio(ours: float, theirs: float) -> str:
    """Ours over theirs as text; a dash where one has no plan, or nothing left to be divided by."""
    if theirs == 0.0 or float("inf") in (ours, theirs):
        return "-"
    return f"{ours / theirs:.2f}"


def machine() -> str:
    """Cores, versions, and the load before: time of others counts into every figure."""
    highs = f"{highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}.{highspy.HIGHS_VERSION_PATCH}"
    return f"{CORES} cores, Python {platform.python_version()}, HiGHS {highs}, load before {os.getloadavg()[0]:.2f}"
