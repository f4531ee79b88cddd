"""Make the packages and the shared toys importable however pytest is started, and keep Pyomo's import out of timings."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).parent

# The toys of the mathematics serve several folders of tests; the packages are tested as they lie, installed or not.
for folder in (TESTS / "models", TESTS.parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
