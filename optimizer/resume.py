"""What was done of a command that runs many jobs: every result is kept at once, and found again by an interrupted run."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

_FOLDER = ".progress"


class Memory:
    """Results by round, chain and place in it, in a folder beside the outputs; only of the very same question."""

    def __init__(self, folder: Path, key: str, resume: bool) -> None:
        self._root = folder / _FOLDER
        self._place = self._root / hashlib.sha256(key.encode()).hexdigest()[:16]
        if not resume:
            shutil.rmtree(self._root, ignore_errors=True)
        self.found = self._place.is_dir()

    def get(self, name: str, chain: int, place: int) -> Any:
        """A result; None where it is not there, or was not written to its end."""
        try:
            return pickle.loads(self._file(name, chain, place).read_bytes())
        except Exception:  # Whatever is wrong with the file: the job is done again.
            return None

    def put(self, name: str, chain: int, place: int, result: Any) -> None:
        """Keep a result: written aside, then moved into place."""
        self._place.mkdir(parents=True, exist_ok=True)
        file = self._file(name, chain, place)
        aside = file.with_suffix(".new")
        aside.write_bytes(pickle.dumps(result))
        os.replace(aside, file)

    def forget(self) -> None:
        """Throw everything away: the comparison is published."""
        shutil.rmtree(self._root, ignore_errors=True)

    def _file(self, name: str, chain: int, place: int) -> Path:
        return self._place / f"{name.replace(' ', '_').replace(',', '')}-{chain}-{place}.kept"
