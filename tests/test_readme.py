"""Every command of the README runs: on a small workbook in place of the reference case, with the same flags."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from optimizer.checks import check
from optimizer.cli import main
from optimizer.findings import Level
from optimizer.workbook import read_workbook
from tests.workbook_toy import TOY, write_folder

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines() if line]
INLINE = re.findall(r"`(magnetgrid [^`]+)`", README)
COMMANDS = [line for line in (*LINES, *INLINE) if line.startswith("magnetgrid ")]

STRATEGIES: list[list[object]] = [
    ["strategy", "table", "filter", "column", "action", "value"],
    ["Nothing", "Settings", "setting=budget_musd", "value", "set", "0"],
    ["Cheaper", "Projects", "status=candidate", "capex_musd", "multiply", "0.5"],
]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working folder with the inputs that the README names, all of them small."""
    monkeypatch.chdir(tmp_path)
    for folder in ("inputs/allied_magnets", "inputs/batteries", "my_folder"):
        write_folder(tmp_path / folder, TOY | {"Strategies": STRATEGIES})
    for book in ("inputs/allied_magnets.xlsx", "my_case.xlsx"):
        result = CliRunner().invoke(main, ["template", book, "--from", "my_folder"])
        assert result.exit_code == 0, result.output
    return tmp_path


def test_readme_names_commands():
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("command", COMMANDS)
def test_command_runs(place, command):
    words = shlex.split(command)[1:]
    if words[0] == "template":
        (place / words[1]).unlink(missing_ok=True)
    if words[0] == "explain":
        assert CliRunner().invoke(main, ["solve", words[1], "--quiet"]).exit_code == 0
    if "--run" in words:  # A command that takes a finished run: there is one.
        solved = CliRunner().invoke(main, ["solve", words[1], "--out", words[words.index("--run") + 1], "--quiet"])
        assert solved.exit_code == 0, solved.output
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("make ")])
def test_make_target_exists(line):
    done = subprocess.run([*shlex.split(line), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "magnetgrid solve inputs/allied_magnets.xlsx" in done.stdout or "pytest" in done.stdout


def test_python_scripts_named_exist():
    for script in re.findall(r"`python (\S+)`", README):
        assert (ROOT / script).is_file()


def test_sheets_of_the_report_are_those_described(place):
    result = CliRunner().invoke(main, ["solve", "my_case.xlsx"])
    assert result.exit_code == 0, result.output
    table = README.split("## Reading the report")[1].split("Three things")[0]
    sheets = openpyxl.load_workbook("outputs/my_case-solve/report.xlsx", read_only=True).sheetnames
    assert re.findall(r"^\| (\w+) \|", table, re.MULTILINE)[1:] == sheets


def test_sheets_of_the_comparison_are_those_described(place):
    result = CliRunner().invoke(main, ["compare", "my_case.xlsx", "--budgets", "100,400", "--workers", "1"])
    assert result.exit_code == 0, result.output
    table = README.split("### `compare`")[1].split("| sheet |")[1].split("\n\n")[0]
    sheets = openpyxl.load_workbook("outputs/my_case-compare/compare.xlsx", read_only=True).sheetnames
    assert re.findall(r"^\| ([A-Z][\w ]+) \|", table, re.MULTILINE) == sheets


def test_sheets_of_the_explanation_are_those_described(place):
    assert CliRunner().invoke(main, ["solve", "my_case.xlsx", "--quiet"]).exit_code == 0
    result = CliRunner().invoke(main, ["explain", "my_case.xlsx", "--all", "--workers", "1", "--quiet"])
    assert result.exit_code == 0, result.output
    table = README.split("### `explain`")[1].split("| sheet |")[1].split("\n\n")[0]
    sheets = openpyxl.load_workbook("outputs/my_case-explain/explain.xlsx", read_only=True).sheetnames
    assert re.findall(r"^\| ([A-Z][\w ]+) \|", table, re.MULTILINE) == sheets


def test_sheets_of_the_stress_report_are_those_described(place):
    assert CliRunner().invoke(main, ["solve", "my_case.xlsx", "--quiet"]).exit_code == 0
    run = ["--run", "outputs/my_case-solve", "--workers", "1", "--quiet"]
    result = CliRunner().invoke(main, ["stress", "my_case.xlsx", *run])
    assert result.exit_code == 0, result.output
    table = README.split("### `stress`")[1].split("| sheet |")[1].split("\n\n")[0]
    sheets = openpyxl.load_workbook("outputs/my_case-stress/stress.xlsx", read_only=True).sheetnames
    assert re.findall(r"^\| ([A-Z][\w ]+) \|", table, re.MULTILINE) == sheets


def test_sheets_of_the_strategies_are_those_described(place):
    result = CliRunner().invoke(main, ["strategies", "my_case.xlsx", "--workers", "1", "--quiet"])
    assert result.exit_code == 0, result.output
    table = README.split("### `strategies`")[1].split("| sheet |")[1].split("\n\n")[0]
    sheets = openpyxl.load_workbook("outputs/my_case-strategies/strategies.xlsx", read_only=True).sheetnames
    assert re.findall(r"^\| ([A-Z][\w ]+) \|", table, re.MULTILINE) == sheets


def example_tables(section: str) -> dict[str, list[list[object]]]:
    """The example tables of a section by their first column, as rows of cells."""
    found: dict[str, list[list[object]]] = {}
    for block in re.findall(r"(?:^\|.*\n)+", README.split(f"### {section}\n")[1].split("\n### ")[0], re.MULTILINE):
        lines: list[list[object]] = [[cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines()]
        found[str(lines[0][0])] = [lines[0], *lines[2:]]
    return found


def test_the_example_of_instruments_has_no_fault_but_prices_that_it_leaves_out(tmp_path):
    tables = example_tables("Instruments, prices and funders")
    case = tmp_path / "case"
    shutil.copytree(ROOT / "inputs" / "allied_magnets", case)
    (case / "Strategies.csv").unlink()  # They name funders whom the example has not.
    write_folder(case, {"Prices": tables["deck"], "Instruments": tables["instrument"], "Budgets": tables["funder"]})
    faults = [finding for finding in check(read_workbook(case)) if finding.level is Level.FAULT]
    assert {finding.code for finding in faults} == {"no_price"}
    assert {"ndpr_ox", "ndpr_met"}.isdisjoint(finding.read for finding in faults)


@pytest.mark.parametrize("command", ["compare", "explain", "stress", "strategies"])
def test_options_are_those_described(command):
    table = README.split(f"### `{command}`")[1].split("| option |")[1].split("\n\n")[0]
    described = set(re.findall(r"--[a-z][a-z-]+", "".join(line.split(" | ")[0] for line in table.splitlines())))
    params = main.commands[command].params
    options = {name for param in params for name in (*param.opts, *param.secondary_opts) if name.startswith("--")}
    assert described == options
