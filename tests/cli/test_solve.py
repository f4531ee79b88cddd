"""``magnetgrid solve``: exit codes, what is printed, what a run leaves behind, and what it leaves alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from runs import IMPOSSIBLE, SMALL, Answer, content, magnetgrid, solve, solve_sheets
from toys import settings, write
from workbook_toy import changed, write_folder, write_xlsx

import optimizer.output
import optimizer.run
from optimizer.process import started_deaf
from optimizer.solve.highs import Status

ROOT = Path(__file__).resolve().parents[2]

# The contract of section 5: columns that must be there (others may be added).
COLUMNS = {
    "portfolio": "project country stage funded_year first_output_year size_t_per_year capex_musd public_outlay_musd",
    "coverage": "scenario sector country material allied_only year demand_t served_t served_allied_t shortfall_t coverage",
    "capacity": "project country stage year capacity_t run_t",
    "flows": "scenario material origin from to year t",
    "costs": "term year musd",
    "outlays": "funder project year musd",
    "redundancy": "rule year required achieved ok",
    "bottlenecks": "",
    "losses": "scenario sector year coverage",
    "runs": "scenario project recipe origin year run_t",
    "imports": "scenario supplier country material year t musd",
    "stocks": "scenario country material year bought_t drawn_t level_t",
}


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """The toy with every sheet, solved once from its CSV folder, with progress."""
    folder = tmp_path_factory.mktemp("toy")
    return solve(write_folder(folder / "case"), folder / "out")


# ---------------------------------------------------------------- 0: a plan


def test_solve_prints_the_numbers_that_matter_and_where_the_report_is(toy: Answer):
    assert toy.code == 0, toy.stderr
    words = {line.split(":")[0] for line in toy.stdout.splitlines()}
    assert {"Status", "Coverage", "Cost", "Outlay", "Audit", "Report"} <= words
    assert len(toy.stdout.splitlines()) < 10
    assert str(toy.out / "report.xlsx") in toy.stdout


def test_progress_goes_to_standard_error_with_stage_count_gap_and_time(toy: Answer):
    assert "read and checked: 0 warnings" in toy.stderr
    assert "coverage step:" in toy.stderr
    assert "cost step:" in toy.stderr
    assert "gap" in toy.stderr
    assert all(line.split()[1] == "s" for line in toy.stderr.splitlines())
    assert "coverage step" not in toy.stdout


def test_run_log_holds_what_was_shown(toy: Answer):
    assert (toy.out / "run.log").read_text(encoding="utf-8") == toy.stderr


def test_a_run_leaves_exactly_report_tables_manifest_and_log(toy: Answer):
    assert sorted(content(toy.out)) == sorted(
        ["manifest.json", "report.xlsx", "run.log", *(f"tables/{name}.csv" for name in COLUMNS)]
    )


@pytest.mark.parametrize("name", COLUMNS)
def test_tables_have_the_columns_of_the_contract(toy: Answer, name: str):
    header = (toy.out / "tables" / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert set(COLUMNS[name].split()) <= set(header)
    assert len(header) == len(set(header))


def test_manifest_has_every_field_of_the_contract(toy: Answer):
    manifest = toy.manifest
    assert manifest["status"] == "optimal"
    assert manifest["objective"] == "coverage"
    assert manifest["budget_musd"] == 500
    for name in (
        "weighted_shortfall_t",
        "base_shortfall_t",
        "cost_musd",
        "coverage_gap_points",
        "cost_gap",
        "outlay_musd",
    ):
        assert isinstance(manifest[name], float), name
    assert set(manifest["bounds"]) == {"weighted_shortfall_t", "cost_musd"}
    assert manifest["bounds"]["cost_musd"] <= manifest["cost_musd"] + 1e-5
    assert manifest["audit"]["passed"] is True
    assert manifest["audit"]["checks"] > 1000
    assert {"read", "check", "assemble", "build", "solve", "audit", "report"} <= set(manifest["seconds"])
    assert {"rows", "columns", "nonzeros", "binaries"} <= set(manifest["model"])
    assert all(number > 0 for number in manifest["model"].values())
    assert manifest["input"]["name"] == "case"
    assert len(manifest["input"]["sha256"]) == 64
    assert {"magnetgrid", "python", "highspy", "pyomo"} <= set(manifest["versions"])
    assert {"budget_musd", "relaxed", "time_limit_s"} <= set(manifest["options"])


def test_cost_terms_add_up_to_the_manifest(toy: Answer):
    total = sum(float(row["musd"]) for row in toy.table("costs"))
    assert total == pytest.approx(toy.manifest["cost_musd"], rel=1e-6)
    assert sum(float(row["musd"]) for row in toy.table("outlays")) == pytest.approx(toy.manifest["outlay_musd"])


def test_the_same_input_gives_the_same_bytes_also_as_a_workbook(toy: Answer, tmp_path: Path):
    again = solve(write_folder(tmp_path / "case"), tmp_path / "again", "--quiet")
    excel = solve(write_xlsx(tmp_path / "case.xlsx"), tmp_path / "excel", "--quiet")
    assert content(again.out / "tables") == content(toy.out / "tables")
    assert content(excel.out / "tables") == content(toy.out / "tables")
    assert excel.manifest["input"]["sha256"] == toy.manifest["input"]["sha256"]


def test_quiet_shows_nothing_on_standard_error_and_logs_all_the_same(tmp_path: Path):
    answer = solve_sheets(tmp_path, SMALL)
    assert answer.code == 0
    assert answer.stderr == ""
    assert "cost step" in (answer.out / "run.log").read_text(encoding="utf-8")


def test_without_out_the_results_go_to_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path / "mine", SMALL)
    monkeypatch.chdir(tmp_path)
    assert magnetgrid("solve", "mine", "--quiet").code == 0
    assert (tmp_path / "outputs" / "mine-solve" / "report.xlsx").is_file()


def test_budget_replaces_the_setting(tmp_path: Path):
    """The candidate costs 8 MUSD: bought within the workbook's 10, not within 7 given on the command line."""
    case = write(tmp_path / "case", SMALL | {"Settings": settings(budget_musd=10)})
    rich = solve(case, tmp_path / "rich", "--quiet")
    poor = solve(case, tmp_path / "poor", "--quiet", "--budget", 7)
    assert (rich.manifest["budget_musd"], rich.manifest["base_shortfall_t"]) == (10, pytest.approx(0, abs=0.01))
    assert (poor.manifest["budget_musd"], poor.manifest["base_shortfall_t"]) == (7, pytest.approx(40, abs=0.01))
    assert poor.manifest["options"]["budget_musd"] == 7
    assert [row["project"] for row in rich.table("portfolio")] == ["P"]
    assert poor.table("portfolio") == []


def test_time_limit_and_gaps_replace_the_settings(tmp_path: Path):
    answer = solve_sheets(tmp_path, SMALL, "--time-limit", 30, "--coverage-gap-points", 0.5, "--cost-gap", 0.02)
    options = answer.manifest["options"]
    assert (options["time_limit_s"], options["coverage_gap_points"], options["cost_gap"]) == (30, 0.5, 0.02)


def test_relax_says_so_everywhere(tmp_path: Path):
    """With 4 of 8 MUSD the relaxation funds half of the plant: 60 + 20 of 100 t, at 4 MUSD."""
    answer = solve_sheets(tmp_path, SMALL | {"Settings": settings(budget_musd=4)}, "--relax")
    assert answer.code == 0, answer.stderr
    assert "LINEAR RELAXATION" in answer.stdout
    manifest = answer.manifest
    assert manifest["relaxed"] is True
    assert manifest["audit"]["passed"] is True
    assert manifest["base_shortfall_t"] == pytest.approx(20, abs=0.01)
    assert manifest["outlay_musd"] == pytest.approx(4, abs=0.01)
    book = openpyxl.load_workbook(answer.out / "report.xlsx", read_only=True)
    for sheet in book.worksheets:
        text = " ".join(str(cell) for row in sheet.iter_rows(values_only=True, max_row=6) for cell in row if cell)
        assert "relaxation" in text.lower(), sheet.title
    book.close()


# ---------------------------------------------------------------- 2: wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve"],
        ["solve", "case", "--no-such-option"],
        ["solve", "case", "--budget", "-1"],
        ["solve", "case", "--budget", "much"],
        ["solve", "case", "--time-limit", "0"],
        ["solve", "case", "--cost-gap", "2"],
        ["no-such-command"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str]):
    assert magnetgrid(*arguments).code == 2


def test_help_reads_like_a_menu():
    answer = magnetgrid("--help")
    assert answer.code == 0
    assert all(word in answer.stdout for word in ("template", "check", "solve", "--version"))
    menu = answer.stdout.split("Commands:")[1]
    assert "..." not in menu, "a line is cut off"


@pytest.mark.parametrize("lock", [".~lock.report.xlsx#", "~$report.xlsx"])
def test_a_report_that_is_open_elsewhere_is_noticed_before_the_solve(
    tmp_path: Path, lock: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(optimizer.run, "solve_plan", never)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / lock).touch()
    answer = solve_sheets(tmp_path, SMALL)
    assert answer.code == 2
    assert "report.xlsx: is open in Excel or LibreOffice" in answer.stderr
    assert list(content(answer.out)) == [lock]


def never(*_: object) -> None:
    raise AssertionError("the solve was reached")


def test_a_file_in_the_place_of_the_output_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(optimizer.run, "solve_plan", never)
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    answer = solve_sheets(tmp_path, SMALL)
    assert answer.code == 2
    assert "--out" in answer.stderr
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(**_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(optimizer.run, "solve_plan", never)
    monkeypatch.setattr(optimizer.output.tempfile, "mkdtemp", refuse)
    answer = solve_sheets(tmp_path, SMALL)
    assert answer.code == 2
    assert "cannot be written (Permission denied). Choose another folder with --out." in answer.stderr


# ---------------------------------------------------------------- 3: bad input


def test_all_faults_are_listed_with_address_and_remedy_and_nothing_is_written(tmp_path: Path):
    case = write_folder(tmp_path / "case", changed({"Projects!E5": "1,2 bn", "Imports!B2": "oxyd", "Ramps!C2": 2}))
    answer = solve(case, tmp_path / "out")
    assert answer.code == 3
    assert "3 faults" in answer.stderr
    for words in ('Projects!E5 capacity_t_per_year = "1,2 bn": not a number.', "Imports!B2", "Ramps!C2"):
        assert words in answer.stderr
    assert "oxide" in answer.stderr
    assert answer.stdout == ""
    assert not (tmp_path / "out").exists()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["case"]


def test_faults_leave_an_earlier_result_as_it_was(tmp_path: Path):
    before = content(solve_sheets(tmp_path, SMALL).out)
    answer = solve_sheets(tmp_path, SMALL | {"Settings": settings(last="soon")})
    assert answer.code == 3
    assert content(answer.out) == before


@pytest.mark.parametrize("name", ["missing.xlsx", "empty.xlsx", "text.xlsx"])
def test_what_is_no_workbook_gives_one_line(tmp_path: Path, name: str):
    (tmp_path / "empty.xlsx").touch()
    (tmp_path / "text.xlsx").write_text("a,b\n1,2\n", encoding="utf-8")
    answer = solve(tmp_path / name, tmp_path / "out")
    assert answer.code == 3
    assert len(answer.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- 4: infeasible


def test_infeasible_leaves_a_manifest_with_reasons_and_takes_an_earlier_plan_away(tmp_path: Path):
    assert (solve_sheets(tmp_path, SMALL).out / "report.xlsx").exists()
    (tmp_path / "out" / "my notes.txt").write_text("mine", encoding="utf-8")
    answer = solve_sheets(tmp_path, IMPOSSIBLE)
    assert answer.code == 4
    assert sorted(content(answer.out)) == ["manifest.json", "my notes.txt", "run.log"]
    assert not (answer.out / "tables").exists()
    manifest = answer.manifest
    assert manifest["status"] == "infeasible"
    assert manifest["cost_musd"] is None
    assert manifest["audit"] is None
    assert manifest["reasons"]
    assert manifest["reasons"][-1] in answer.stderr  # the cells in conflict
    assert answer.stdout == ""


def test_reasons_are_shown_once(tmp_path: Path):
    answer = solve(write(tmp_path / "case", IMPOSSIBLE), tmp_path / "out")
    assert answer.stderr.count(answer.manifest["reasons"][-1]) == 1
    log = (answer.out / "run.log").read_text(encoding="utf-8")
    assert all(reason in log for reason in answer.manifest["reasons"])


# ---------------------------------------------------------------- 5: no plan


def without_plan(real, interrupted: bool):
    def solve_plan(*arguments):
        nothing = {"coverage": None, "cost": None, "investment": None, "tidiness": None}
        return replace(real(*arguments), status=Status.NO_PLAN, interrupted=interrupted, **nothing)

    return solve_plan


@pytest.mark.parametrize(
    ("interrupted", "words"), [(False, "within the time limit"), (True, "Stopped before any plan was found")]
)
def test_no_plan_leaves_a_manifest_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted: bool, words: str
):
    solve_sheets(tmp_path, SMALL)
    monkeypatch.setattr(optimizer.run, "solve_plan", without_plan(optimizer.run.solve_plan, interrupted))
    answer = solve_sheets(tmp_path, SMALL)
    assert answer.code == 5
    assert words in answer.stderr
    assert answer.manifest["status"] == "no_plan"
    assert answer.manifest["interrupted"] is interrupted
    assert sorted(content(answer.out)) == ["manifest.json", "run.log"]


def test_ctrl_c_before_the_solve_is_seen_by_the_solve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def pressing(*arguments):
        os.kill(os.getpid(), signal.SIGINT)
        return checked(*arguments)

    def seen(instance, targets, tell, interrupt, *more):
        return without_plan(real, interrupt.pressed)(instance, targets, tell, interrupt, *more)

    checked, real = optimizer.run.open_run, optimizer.run.solve_plan
    monkeypatch.setattr(optimizer.run, "open_run", pressing)
    monkeypatch.setattr(optimizer.run, "solve_plan", seen)
    answer = solve_sheets(tmp_path, SMALL)
    assert answer.code == 5
    assert answer.manifest["interrupted"] is True


def test_ctrl_c_after_the_solve_lets_the_run_finish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def pressing(*arguments):
        os.kill(os.getpid(), signal.SIGINT)
        return dispatch(*arguments)

    dispatch = optimizer.run.dispatch_all
    monkeypatch.setattr(optimizer.run, "dispatch_all", pressing)
    answer = solve_sheets(tmp_path, SMALL)
    assert answer.code == 0
    assert (answer.out / "report.xlsx").exists()


@pytest.mark.slow
def test_ctrl_c_during_the_solve_of_the_reference_case_keeps_the_plan_so_far(tmp_path: Path):
    command = [sys.executable, "-m", "optimizer.cli", "solve", "inputs/allied_magnets", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as run:
        time.sleep(15)
        run.send_signal(signal.SIGINT)
        try:
            _, shown = run.communicate(timeout=240)
        finally:
            run.kill()
    assert run.returncode in (0, 5), shown
    manifest = Answer(run.returncode, "", shown, tmp_path / "out").manifest
    assert manifest["interrupted"] is True
    assert manifest["status"] == ("feasible" if run.returncode == 0 else "no_plan")
    assert (tmp_path / "out" / "report.xlsx").exists() == (run.returncode == 0)


# ---------------------------------------------------------------- 6: the audit fails


def test_a_plan_that_fails_its_audit_is_not_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def corrupt(*arguments) -> Mapping[str, object]:
        tables = make(*arguments)
        tables["capacity"].loc[0, "run_t"] += 5.0
        return tables

    solve_sheets(tmp_path, SMALL)
    make = optimizer.run.make_tables
    monkeypatch.setattr(optimizer.run, "make_tables", corrupt)
    answer = solve_sheets(tmp_path, SMALL)
    assert answer.code == 6
    assert "fails its audit" in answer.stderr
    assert sorted(content(answer.out)) == ["manifest.json", "run.log", "violations.csv"]
    assert answer.manifest["audit"]["passed"] is False
    rows = (answer.out / "violations.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + answer.manifest["audit"]["violations"]
    monkeypatch.undo()
    assert sorted(content(solve_sheets(tmp_path, SMALL).out)) == sorted(
        ["manifest.json", "report.xlsx", "run.log", *(f"tables/{name}.csv" for name in COLUMNS)]
    )


# ---------------------------------------------------------------- what should never happen


def broken(*_: object) -> None:
    raise RuntimeError("boom")


def test_an_unexpected_error_is_one_line_and_with_debug_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(optimizer.run, "assemble", broken)
    short = solve_sheets(tmp_path, SMALL)
    assert short.code == 1
    assert short.stderr == "This is a fault of the program: RuntimeError: boom. Run again with --debug.\n"
    long = solve_sheets(tmp_path, SMALL, "--debug")
    assert long.code == 1
    assert "Traceback" in long.stderr
    assert not long.out.exists()


def test_an_error_while_the_report_is_written_leaves_the_earlier_result_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = content(solve_sheets(tmp_path, SMALL).out)
    monkeypatch.setattr(optimizer.run, "write_report", broken)
    answer = solve_sheets(tmp_path, SMALL, "--budget", 1)
    assert answer.code == 1
    assert content(answer.out) == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["case", "out"]
    assert not [file for file in answer.out.iterdir() if file.name.startswith(".")]


def test_processes_for_the_flows_ignore_ctrl_c_from_their_start():
    """In a terminal Ctrl-C reaches every process; one that died while starting would be waited for without end."""
    held_back = "signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])"
    if not hasattr(signal, "pthread_sigmask"):
        held_back = "signal.getsignal(signal.SIGINT) is signal.SIG_IGN"
    ask = [sys.executable, "-c", f"import signal; print({held_back})"]
    before = signal.getsignal(signal.SIGINT)
    with started_deaf():
        inside = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    assert inside == "True\n"
    assert signal.getsignal(signal.SIGINT) is before
