"""The chain as it is, no money spent: what runs, what binds, what it hangs on, and the gap that money alone cannot close."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from models.everything import Choice
from models.instance import Instance
from models.solution import Funding
from optimizer.assemble import assemble
from optimizer.crew import gathered
from optimizer.diagnosis import Could, DiagnosisCase, LookAt, Lose, Lost, Payload, Stand, Stood
from optimizer.findings import Finding, InputError
from optimizer.manifest import of_coverage, of_input
from optimizer.output import VIOLATIONS, Output
from optimizer.progress import Progress
from optimizer.report.diagnosis import Diagnosis, Found
from optimizer.report.diagnosis_book import write_diagnosis
from optimizer.report.diagnosis_tables import COLUMNS, Tabled, tabled
from optimizer.report.network_picture import write_pictures
from optimizer.resume import Memory
from optimizer.rounds import Rounds
from optimizer.run import without_faults
from optimizer.single_losses import in_parts, single_targets
from optimizer.solve.packages import least_outlays
from optimizer.variants import Target, Variant
from optimizer.workbook import Workbook, read_workbook

DIAGNOSIS, CASES, PICTURES = "diagnose.xlsx", "cases", "pictures"
_YEARS_AT_ONCE = 5


@dataclass(frozen=True)
class DiagnoseOptions:
    """What the command line asks for; ``year``: that of the network picture, None for the first."""

    year: int | None = None
    workers: int = 1
    resume: bool = False


@dataclass(frozen=True)
class Diagnosed:
    """How a diagnosis ended; ``told`` is None where an audit failed."""

    out: Path
    told: Tabled | None
    violations: tuple[str, ...]


def run_diagnose(path: Path, out: Path | None, options: DiagnoseOptions, progress: Progress) -> Diagnosed:
    """Diagnose a workbook and publish what is found.

    Raises
    ------
    InputError
        The input cannot be read, has faults (all of them are in ``findings``), or has no such year.
    OutputError
        The place for the results cannot be used.
    """
    started = time.perf_counter()
    workbook = read_workbook(path)
    warnings = without_faults(workbook)
    progress.tell(f"{path} read and checked: {len(warnings)} warning{'' if len(warnings) == 1 else 's'}")
    year = _picture_year(workbook, options.year)
    folder = out or Path("outputs") / f"{workbook.name}-diagnose"
    with Output(folder, DIAGNOSIS, COLUMNS, (CASES, PICTURES)) as output:
        key = repr(("diagnose", of_input(workbook)))
        memory, payload = Memory(folder, key, options.resume), Payload(key, workbook)
        with gathered(payload, options.workers, None) as crew:
            try:
                found = _find(payload.opened(), Rounds(crew, memory, progress))
            except KeyboardInterrupt:
                progress.tell("stopped: every result so far is kept; the same command with --resume goes on from here")
                raise
        done = _publish(workbook, warnings, found, year, output, progress, started)
        if not done.violations:
            memory.forget()
    return done


def _picture_year(workbook: Workbook, asked: int | None) -> int:
    years = assemble(workbook).years
    if asked is not None and asked not in years:
        raise InputError(f"--year {asked}: not a year of the workbook. Give one from {years[0]} to {years[-1]}.")
    return years[0] if asked is None else asked


def _find(case: DiagnosisCase, rounds: Rounds) -> Found:
    """Run the chain in its variants, look at what it could do, and lose what may be lost, one thing at a time."""
    stands: list[Stood] = rounds.run("the chain and its variants", [Stand(variant) for variant in Variant])
    stood = dict(zip(Variant, stands, strict=True))
    now, years = stood[Variant.AS_IS], case.instance.years
    spans = [years[n : n + _YEARS_AT_ONCE] for n in range(0, len(years), _YEARS_AT_ONCE)]
    looks = [LookAt(span, now.investment, now.base, now.bottlenecks) for span in spans]
    could: list[Could] = rounds.run("what plants could run", looks)
    parts = in_parts(single_targets(case.instance, now.base))
    lost: list[Lost] = rounds.run("losses one at a time", [Lose(part, now.investment, now.base) for part in parts])
    targets: tuple[Target, ...] = tuple(target for part in parts for target in part)
    outlays = _outlays(case.instance, case.choice) if case.instance.instruments else {}
    return Found(case.instance, case.choice, case.streams, stood, could, lost, targets, outlays)


def _outlays(instance: Instance, choice: Choice) -> dict[str, float]:
    """What the cheapest package of each candidate charges if all are built, at full size."""
    projects = instance.projects
    built = [Funding(p, v, 1.0, projects[p].nameplate_ktpy, projects[p].capex_musd) for p, v in choice.built.items()]
    return least_outlays(instance, built)


def _publish(
    workbook: Workbook,
    warnings: list[Finding],
    found: Found,
    year: int,
    output: Output,
    progress: Progress,
    started: float,
) -> Diagnosed:
    """Write report, tables, pictures and the plans behind them; where an audit failed, the violations and no report."""
    violations = found.violations
    manifest = _manifest(workbook, found, year)
    told = None
    if violations:
        output.path(VIOLATIONS).write_text("\n".join(["violation", *violations]) + "\n", encoding="utf-8")
    else:
        told = tabled(Diagnosis(workbook, found, year, manifest, warnings))
        output.write_tables(told.tables)
        for variant, stood in found.stood.items():
            output.write_plan(Path(CASES) / variant.value, stood.manifest, stood.tables)
        pictures = write_pictures(told, output.path(PICTURES))
        write_diagnosis(output.path(DIAGNOSIS), told, pictures)
        progress.tell("report, tables and pictures written")
    manifest["seconds"] = {"total": round(time.perf_counter() - started, 3)}
    output.write_manifest(manifest)
    output.write_log(progress.lines)
    output.publish(with_tables=not violations)
    return Diagnosed(output.folder, told, violations)


def _manifest(workbook: Workbook, found: Found, year: int) -> dict[str, object]:
    now = found.stood[Variant.AS_IS]
    return {
        **of_input(workbook),
        "options": {"year": year},
        "base_shortfall_t": {variant.value: x.manifest["base_shortfall_t"] for variant, x in found.stood.items()},
        "worst_base_year": of_coverage(now.frames()["losses"])["worst_base_year"],
        "single_losses": len(found.targets),
        "audit": {"passed": not found.violations, "checks": found.checks, "violations": len(found.violations)},
    }
