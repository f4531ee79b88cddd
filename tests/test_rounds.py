"""Rounds of jobs and chains of them: order, results, and what an interrupted run finds again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from optimizer.crew import Crew, gathered
from optimizer.progress import Progress
from optimizer.resume import Memory
from optimizer.rounds import Rounds
from optimizer.solve.highs import Interrupt


class Sums:
    """The case of a process."""

    def __init__(self) -> None:
        self.interrupt = Interrupt()


@dataclass(frozen=True)
class Payload:
    """Any case."""

    key: str = "sums"

    def opened(self) -> Sums:
        """A fresh one."""
        return Sums()


@dataclass(frozen=True)
class Add:
    """Adds two numbers; where they are not to be met, it fails."""

    a: int
    b: int
    fails: bool = False

    def run(self, case: Sums) -> int:
        """Return the sum."""
        if self.fails:
            raise RuntimeError("stop")
        return self.a + self.b


def link(b: int, fails: bool = False):
    """Add b to what came before; the first to 100."""
    return lambda before: Add(100 if before is None else before, b, fails)


def rounds(crew: Crew, folder: Path, resume: bool, progress: Progress | None = None) -> Rounds:
    return Rounds(crew, Memory(folder, "sums", resume), progress or Progress(quiet=True))


@pytest.mark.parametrize("workers", [1, 2])
def test_each_job_of_a_chain_gets_the_result_before_it(tmp_path: Path, workers: int):
    """100 + 1 + 2 + 3; an empty chain; 100 + 7."""
    with gathered(Payload(), workers, None) as crew:
        found = rounds(crew, tmp_path, False).run_chains("sums", [[link(1), link(2), link(3)], [], [link(7)]])
    assert found == [[101, 103, 106], [], [107]]


def test_chains_that_stand_first_go_first(tmp_path: Path):
    progress = Progress(quiet=True)
    order: list[int] = []

    def seen(b: int):
        def job(before: int | None) -> Add:
            order.append(b)
            return Add(before or 0, b)

        return job

    with gathered(Payload(), 1, None) as crew:
        rounds(crew, tmp_path, False, progress).run_chains("sums", [[seen(1), seen(2)], [seen(3)], [seen(4), seen(5)]])
    assert [b for b in order if b in (2, 5)] == [2, 5]
    assert [line.split(" s  ")[1].split(",")[0] for line in progress.lines] == [
        f"sums: {n} of 5 done" for n in range(1, 6)
    ]


def test_an_interrupted_chain_goes_on_where_it_was(tmp_path: Path):
    """The second job of the first chain fails; asked again, the first is not made anew (it would fail now)."""
    with gathered(Payload(), 1, None) as crew:
        with pytest.raises(RuntimeError, match="stop"):
            rounds(crew, tmp_path, False).run_chains("sums", [[link(1), link(2, fails=True)], [link(7)]])
        again = rounds(crew, tmp_path, True).run_chains("sums", [[link(1, fails=True), link(2)], [link(7)]])
    assert again == [[101, 103], [107]]


def test_what_is_not_kept_is_done_again(tmp_path: Path):
    with gathered(Payload(), 1, None) as crew:
        assert rounds(crew, tmp_path, False).run("sums", [Add(1, 1), Add(2, 2)], lambda result: result > 2) == [2, 4]
        with pytest.raises(RuntimeError, match="stop"):
            rounds(crew, tmp_path, True).run("sums", [Add(1, 1, fails=True), Add(2, 2)])
        assert rounds(crew, tmp_path, True).run("sums", [Add(1, 1), Add(2, 2, fails=True)]) == [2, 4]
