"""The folder that a run leaves behind: written aside, then moved into place file by file, never half-written."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import pandas as pd

REPORT, MANIFEST, LOG, VIOLATIONS, TABLES = "report.xlsx", "manifest.json", "run.log", "violations.csv", "tables"
_OURS = (REPORT, MANIFEST, LOG, VIOLATIONS)


class OutputError(Exception):
    """The place for the results cannot be used; the message says why and what to do."""


class Output:
    """Files of one run, written aside; ``publish`` moves them into place and takes away what an earlier run left there.

    Use as a context manager: what was not published is thrown away.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _refuse_open_report(folder)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            self._aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        except OSError as error:
            raise OutputError(
                f"{folder}: cannot be written ({error.strerror}). Choose another folder with --out."
            ) from error

    def __enter__(self) -> Output:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._aside, ignore_errors=True)

    @property
    def tables(self) -> Path:
        """Where the tables stand until they are published."""
        return self._aside / TABLES

    def path(self, name: str) -> Path:
        """Where to write a file of the run."""
        return self._aside / name

    def write_tables(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write each table as CSV: UTF-8, comma, decimal point, the same bytes for the same table."""
        self.tables.mkdir(exist_ok=True)
        for name, table in tables.items():
            table.to_csv(self.tables / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")

    def write_manifest(self, manifest: Mapping[str, object]) -> None:
        """Write the manifest."""
        text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
        self.path(MANIFEST).write_text(text + "\n", encoding="utf-8")

    def write_log(self, lines: Iterable[str]) -> None:
        """Write what was told during the run."""
        self.path(LOG).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def publish(self, with_tables: bool) -> None:
        """Move everything into place; files of an earlier run that this one does not have are removed."""
        (self.folder / TABLES).mkdir(parents=True, exist_ok=True)
        if with_tables:
            for file in sorted(self.tables.glob("*.csv")):
                os.replace(file, self.folder / TABLES / file.name)
        else:
            shutil.rmtree(self.folder / TABLES, ignore_errors=True)
        for name in _OURS:
            if self.path(name).exists():
                _replace(self.path(name), self.folder / name)
            else:
                with suppress(FileNotFoundError):
                    (self.folder / name).unlink()


def _replace(source: Path, target: Path) -> None:
    try:
        os.replace(source, target)
    except PermissionError as error:
        raise OutputError(f"{target}: is open in another program. Close it and run again.") from error


def _refuse_open_report(folder: Path) -> None:
    """Notice before the solve that the report is open: by the lock files of Excel and LibreOffice, or by the system."""
    report = folder / REPORT
    locks = (folder / f"~${REPORT}", folder / f".~lock.{REPORT}#")
    open_elsewhere = any(lock.exists() for lock in locks)
    if report.exists() and not open_elsewhere:
        try:
            with report.open("ab"):
                pass
        except OSError:
            open_elsewhere = True
    if open_elsewhere:
        raise OutputError(f"{report}: is open in Excel or LibreOffice. Close it, or choose another folder with --out.")
