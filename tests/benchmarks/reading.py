"""How long it takes to read and check a large input: 5,000 project rows, as a folder of CSV files and as a workbook.

    python tests/benchmarks/reading.py [ROWS]

The rows are the projects of the reference case, repeated under new names (sites, groups and prerequisites renamed with them);
the other sheets are as they are. Nothing is asserted.
"""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from optimizer.checks import check
from optimizer.findings import Level
from optimizer.template import folder_to_xlsx
from optimizer.workbook import read_workbook

REFERENCE = Path(__file__).parents[2] / "inputs" / "allied_magnets"


def main() -> None:
    """Make the inputs, read and check each, print."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    print(f"project rows    {wanted:,}")
    print(f"load before     {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "large"
        shutil.copytree(REFERENCE, folder)
        repeat_projects(folder / "Projects.csv", wanted)
        book = Path(place) / "large.xlsx"
        folder_to_xlsx(folder, book)
        for name, path in (("folder of CSV", folder), ("xlsx", book)):
            print(f"{name:<16}{measure(path)}")


def repeat_projects(file: Path, wanted: int) -> None:
    """Write ``wanted`` projects: those of the file under the names X, X~1, X~2, ..."""
    with file.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        columns = list(reader.fieldnames or ())
        rows = [row for row in reader if not row["project"].startswith("#")]
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        for number in range(wanted):
            copy, index = divmod(number, len(rows))
            writer.writerow(rows[index] if copy == 0 else renamed(rows[index], f"~{copy}"))


def renamed(row: dict[str, str], ending: str) -> dict[str, str]:
    """Give a copy of a project its own names."""
    new = dict(row)
    for column in ("project", "site", "group"):
        new[column] = row[column] + ending if row[column] else ""
    new["requires"] = ";".join(name + ending for name in row["requires"].split(";") if name)
    return new


def measure(path: Path) -> str:
    """Read and check one input."""
    started = time.perf_counter()
    workbook = read_workbook(path)
    read = time.perf_counter()
    findings = check(workbook)
    done = time.perf_counter()
    faults = sum(finding.level is Level.FAULT for finding in findings)
    times = f"read {read - started:.2f} s, check {done - read:.2f} s, together {done - started:.2f} s"
    return (
        f"{times}  ({len(workbook.table('Projects').rows):,} rows, {faults} faults, {len(findings) - faults} warnings)"
    )


if __name__ == "__main__":
    main()
