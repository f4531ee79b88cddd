"""The folder that a run leaves behind: written aside, then moved into place as a whole, never half-written."""

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

from optimizer.report.tables import COLUMNS, OPTIONAL

REPORT, MANIFEST, LOG, VIOLATIONS, TABLES = "report.xlsx", "manifest.json", "run.log", "violations.csv", "tables"


def _json(manifest: Mapping[str, object]) -> str:
    return json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


class OutputError(Exception):
    """The place for the results cannot be used; the message says why and what to do."""


class Output:
    """Files of one run, written aside; ``publish`` moves them into place and takes away what an earlier run left there.

    Use as a context manager: what was not published is thrown away. ``report``, ``tables`` and ``folders`` are the names of
    what the command leaves beside manifest and log.
    """

    def __init__(
        self,
        folder: Path,
        report: str = REPORT,
        tables: Iterable[str] = (*COLUMNS, *OPTIONAL),
        folders: Iterable[str] = (),
    ) -> None:
        self.folder = folder
        # What a run may leave, the report first: it is the file that may be open elsewhere. Others are never touched.
        self._ours = (report, *(f"{TABLES}/{name}.csv" for name in tables), *folders, VIOLATIONS, LOG, MANIFEST)
        _refuse_open_report(folder, report)
        self._made = not folder.exists()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Inside the folder: on the same disk, so that moving into place is a change of name.
            self._aside = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
        except OSError as error:
            raise OutputError(
                f"{folder}: cannot be written ({error.strerror}). Choose another folder with --out."
            ) from error
        self._new, self._old = self._aside / "new", self._aside / "old"
        for place in (self._new, self._old):
            (place / TABLES).mkdir(parents=True)

    def __enter__(self) -> Output:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._aside, ignore_errors=True)
        if self._made:
            with suppress(OSError):  # It holds the results.
                self.folder.rmdir()

    @property
    def tables(self) -> Path:
        """Where the tables stand until they are published."""
        return self._new / TABLES

    def path(self, name: str) -> Path:
        """Where to write a file of the run."""
        return self._new / name

    def write_tables(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write each table as CSV: UTF-8, comma, decimal point, the same bytes for the same table."""
        for name, table in tables.items():
            table.to_csv(self.tables / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")

    def write_plan(self, place: Path, manifest: Mapping[str, object], tables: Mapping[str, str]) -> None:
        """Write manifest and tables (CSV text) of one plan into a folder of the run."""
        folder = self._new / place / TABLES
        folder.mkdir(parents=True)
        for name, text in tables.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        (folder.parent / MANIFEST).write_text(_json(manifest), encoding="utf-8")

    def write_manifest(self, manifest: Mapping[str, object]) -> None:
        """Write the manifest."""
        self.path(MANIFEST).write_text(_json(manifest), encoding="utf-8")

    def write_log(self, lines: Iterable[str]) -> None:
        """Write what was told during the run."""
        self.path(LOG).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def publish(self, with_tables: bool) -> None:
        """Move everything into place; files of an earlier run that this one does not have are removed.

        Raises
        ------
        OutputError
            If a file cannot be replaced; then the earlier result stands as it was.
        """
        if not with_tables:
            shutil.rmtree(self.tables)
        moved: list[str] = []
        try:
            for name in self._ours:
                self._move(name, moved)
        except OSError as error:
            self._take_back(moved)
            problem = f"cannot be replaced ({error.strerror}); the earlier result is kept"
            raise OutputError(f"{self.folder / name}: {problem}. Close it in other programs and run again.") from error
        with suppress(OSError):  # It holds tables, or files of the user's own.
            (self.folder / TABLES).rmdir()

    def _move(self, name: str, moved: list[str]) -> None:
        """Move one file of an earlier run away and the new one in."""
        new, place = self.path(name), self.folder / name
        if place.exists():
            os.replace(place, self._old / name)
            moved.append(name)
        if new.exists():
            place.parent.mkdir(exist_ok=True)
            os.replace(new, place)
            if name not in moved:
                moved.append(name)

    def _take_back(self, moved: list[str]) -> None:
        """Bring back the files of the earlier run; what it did not have goes."""
        for name in moved:
            place = self.folder / name
            with suppress(OSError):
                if (self._old / name).exists():
                    os.replace(self._old / name, place)
                elif place.is_dir():
                    shutil.rmtree(place)
                else:
                    place.unlink(missing_ok=True)


def _refuse_open_report(folder: Path, name: str) -> None:
    """Notice before the solve that the report is open: by the lock files of Excel and LibreOffice, or by the system."""
    report = folder / name
    locks = (folder / f"~${name}", folder / f".~lock.{name}#")
    open_elsewhere = any(lock.exists() for lock in locks)
    if report.exists() and not open_elsewhere:
        try:
            with report.open("ab"):
                pass
        except OSError:
            open_elsewhere = True
    if open_elsewhere:
        raise OutputError(f"{report}: is open in Excel or LibreOffice. Close it, or choose another folder with --out.")
