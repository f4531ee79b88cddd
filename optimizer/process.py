"""What every process of the program sets for itself."""

from __future__ import annotations

import gc

# Models are millions of small objects that stay: looking among them for rubbish again and again took a third of the time of
# building one, and found none.
_OBJECTS, _YOUNG, _OLD = 200_000, 50, 100


def settle() -> None:
    """Look for rubbish seldom."""
    gc.set_threshold(_OBJECTS, _YOUNG, _OLD)
