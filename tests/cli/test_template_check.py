"""``magnetgrid template`` and ``magnetgrid check``: exit codes and files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from runs import SMALL, magnetgrid
from toys import write
from workbook_toy import changed, write_folder, write_xlsx

ROOT = Path(__file__).resolve().parents[2]


# ---------------------------------------------------------------- template


def test_blank_template_has_every_required_sheet_and_is_not_yet_a_case(tmp_path: Path):
    answer = magnetgrid("template", tmp_path / "new" / "mine.xlsx")
    assert answer.code == 0
    assert str(tmp_path / "new" / "mine.xlsx") in answer.stdout
    sheets = openpyxl.load_workbook(tmp_path / "new" / "mine.xlsx").sheetnames
    assert {"Settings", "Countries", "Materials", "Recipes", "Projects", "Demand"} <= set(sheets)
    assert magnetgrid("check", tmp_path / "new" / "mine.xlsx").code == 3


def test_template_from_a_folder_is_the_same_case(tmp_path: Path):
    case = write(tmp_path / "case", SMALL)
    assert magnetgrid("template", tmp_path / "case.xlsx", "--from", case).code == 0
    assert magnetgrid("check", tmp_path / "case.xlsx").code == 0


def test_template_example_is_the_reference_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    assert magnetgrid("template", tmp_path / "example.xlsx", "--example").code == 0
    assert "Disruptions" in openpyxl.load_workbook(tmp_path / "example.xlsx", read_only=True).sheetnames


def test_template_replaces_a_file_only_when_told(tmp_path: Path):
    (tmp_path / "mine.xlsx").write_text("mine", encoding="utf-8")
    answer = magnetgrid("template", tmp_path / "mine.xlsx")
    assert answer.code == 2
    assert "--force" in answer.stderr
    assert (tmp_path / "mine.xlsx").read_text(encoding="utf-8") == "mine"
    assert magnetgrid("template", tmp_path / "mine.xlsx", "--force").code == 0
    assert openpyxl.load_workbook(tmp_path / "mine.xlsx").sheetnames


def test_template_of_a_name_without_xlsx(tmp_path: Path):
    answer = magnetgrid("template", tmp_path / "mine.xls")
    assert answer.code == 2
    assert "must end in .xlsx" in answer.stderr


def test_template_from_what_is_no_folder(tmp_path: Path):
    answer = magnetgrid("template", tmp_path / "case.xlsx", "--from", tmp_path / "nowhere")
    assert answer.code in (2, 3)
    assert "nowhere" in answer.stderr
    assert "fault of the program" not in answer.stderr
    assert not (tmp_path / "case.xlsx").exists()


def test_example_and_from_together_are_wrong_usage(tmp_path: Path):
    case = write(tmp_path / "case", SMALL)
    answer = magnetgrid("template", tmp_path / "case.xlsx", "--from", case, "--example")
    assert answer.code == 2


def test_template_where_nothing_can_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    answer = magnetgrid("template", tmp_path / "file" / "mine.xlsx")
    assert answer.code == 2
    assert "cannot be written" in answer.stderr


# ---------------------------------------------------------------- check


def test_check_of_a_sound_case(tmp_path: Path):
    answer = magnetgrid("check", write_folder(tmp_path / "toy"))
    assert answer.code == 0
    assert answer.stdout == f"{tmp_path / 'toy'}: 0 faults, 0 warnings\n"
    assert answer.stderr == ""


def test_check_with_warnings_alone_is_done(tmp_path: Path):
    """A redundancy rule without a minimum capacity counts any tonne, which is worth a word."""
    case = write_folder(tmp_path / "toy", changed({"Redundancy!G2": ""}))
    answer = magnetgrid("check", case)
    assert answer.code == 0
    assert "0 faults, 1 warning\n" in answer.stdout
    assert "  warning: Redundancy!" in answer.stdout
    assert answer.stderr == ""


def test_check_tells_every_fault_on_standard_error(tmp_path: Path):
    case = write_folder(tmp_path / "toy", changed({"Projects!E5": "1,2 bn", "Imports!B2": "oxyde"}))
    answer = magnetgrid("check", case)
    assert answer.code == 3
    assert "2 faults" in answer.stderr
    assert "Projects!E5" in answer.stderr
    assert "Imports!B2" in answer.stderr
    assert answer.stdout == ""


def test_check_marks_a_copy(tmp_path: Path):
    case = write_xlsx(tmp_path / "toy.xlsx", changed({"Projects!E5": "1,2 bn"}))
    answer = magnetgrid("check", case, "--annotate", tmp_path / "marked.xlsx")
    assert answer.code == 3
    assert "Marked copy" in answer.stderr
    marked = openpyxl.load_workbook(tmp_path / "marked.xlsx")["Projects"]["E5"]
    assert marked.comment is not None
    assert "not a number" in marked.comment.text


def test_check_does_not_mark_the_input_itself(tmp_path: Path):
    case = write_xlsx(tmp_path / "toy.xlsx", changed({"Projects!E5": "1,2 bn"}))
    before = case.read_bytes()
    answer = magnetgrid("check", case, "--annotate", case)
    assert answer.code == 2
    assert case.read_bytes() == before


def test_check_where_no_copy_can_be_written(tmp_path: Path):
    (tmp_path / "file").touch()
    answer = magnetgrid("check", write_folder(tmp_path / "toy"), "--annotate", tmp_path / "file" / "marked.xlsx")
    assert answer.code == 2
    assert "cannot be written" in answer.stderr


def test_check_of_a_missing_file(tmp_path: Path):
    answer = magnetgrid("check", tmp_path / "nothing.xlsx")
    assert answer.code == 3
    assert "there is no such file or folder" in answer.stderr


def test_a_reader_that_leaves_is_no_fault_of_the_program():
    """As in ``magnetgrid check ... | head``: the other end of the pipe is closed."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        command = [sys.executable, "-m", "optimizer.cli", "check", "inputs/batteries"]
        ended = subprocess.run(command, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (1, b"")
