"""The output folder: nothing half-written, nothing of the user's own touched."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from runs import content

import optimizer.output
from optimizer.output import Output, OutputError

TABLE = pd.DataFrame({"term": ["capex"], "musd": [1.5]})


def publish(folder: Path, text: str, table: pd.DataFrame | None = TABLE) -> None:
    with Output(folder) as output:
        if table is not None:
            output.write_tables({"costs": table})
            output.path("report.xlsx").write_text(text, encoding="utf-8")
        output.write_manifest({"status": text})
        output.write_log([text])
        output.publish(with_tables=table is not None)


def test_what_an_earlier_run_left_is_replaced_and_the_rest_goes(tmp_path: Path):
    publish(tmp_path / "out", "first")
    publish(tmp_path / "out", "second", table=None)
    assert content(tmp_path / "out") == {"manifest.json": b'{\n "status": "second"\n}\n', "run.log": b"second\n"}


def test_files_of_the_user_are_left_alone(tmp_path: Path):
    mine = tmp_path / "out" / "tables" / "mine.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("1", encoding="utf-8")
    publish(tmp_path / "out", "first")
    publish(tmp_path / "out", "second", table=None)
    assert sorted(content(tmp_path / "out")) == ["manifest.json", "run.log", "tables/mine.csv"]


@pytest.mark.parametrize("stuck", ["report.xlsx", "tables/costs.csv", "manifest.json"])
@pytest.mark.parametrize("earlier", [True, False])
def test_a_file_that_cannot_be_replaced_leaves_the_earlier_result_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stuck: str, earlier: bool
):
    def replace(source: Path, target: Path) -> None:
        if Path(target) == tmp_path / "out" / stuck and "new" in Path(source).parts:
            raise PermissionError(13, "Permission denied", str(source), None, str(target))
        real(source, target)

    if earlier:
        publish(tmp_path / "out", "first")
    before, real = content(tmp_path / "out"), os.replace
    with monkeypatch.context() as patched:
        patched.setattr(optimizer.output.os, "replace", replace)
        with pytest.raises(OutputError, match=f"{stuck}: cannot be replaced"):
            publish(tmp_path / "out", "second")
    assert content(tmp_path / "out") == before
    assert not [path for path in tmp_path.rglob(".*")]


def test_nothing_is_left_of_a_run_that_stopped(tmp_path: Path):
    def stop(output: Output) -> None:
        with output:
            output.write_tables({"costs": TABLE})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stop(Output(tmp_path / "deep" / "out"))
    assert not (tmp_path / "deep" / "out").exists()


def test_a_number_that_json_cannot_hold_is_refused(tmp_path: Path):
    with Output(tmp_path / "out") as output, pytest.raises(ValueError, match="not JSON compliant"):
        output.write_manifest({"gap": float("inf")})
