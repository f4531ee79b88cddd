"""What a comparison prints, and how often, with prints that are made up."""

from __future__ import annotations

from typing import Any

from optimizer.budget_search import Found
from optimizer.printing import print_found
from optimizer.prints import CostBounds, Print, Printed
from optimizer.solve.master import Money
from optimizer.solve.standings import Standing


class Made:
    """Rounds in which every print is made up; best plans are leaner where they fund ``in_vain``."""

    def __init__(self) -> None:
        self.printed: list[tuple[tuple[float | None, ...], bool]] = []

    def run(self, name: str, jobs: list[Any]) -> list[Any]:
        return [self._done(job) for job in jobs]

    def _done(self, job: CostBounds | Print) -> list[Any]:
        if isinstance(job, CostBounds):
            return [100.0 + len(one.funded or ()) for one in job.standings]
        self.printed.append((tuple(one.money.budget_musd for one in job.standings), job.lean))
        return [self._print(one, job.lean) for one in job.standings]

    @staticmethod
    def _print(one: Standing, lean: bool) -> Printed:
        leaner = lean and ("in_vain", 2030) in (one.funded or ())
        return Printed({"cost_musd": 200.0, "bounds": {}, "of": one.money.budget_musd, "lean": lean}, {}, leaner=leaner)


def point(budget: float | None, *funded: str) -> Standing:
    return Standing(Money(budget, 1.0 if budget else 1e4), value_kt=1.0, funded=frozenset((p, 2030) for p in funded))


NOTHING = Standing(Money(1.0))


def test_neighbours_with_the_same_plan_are_one_job_and_the_list_shares_their_print():
    rounds = Made()
    points = [NOTHING, point(2.0, "P"), point(3.0, "P", "Q"), point(4.0, "P", "Q")]
    found = print_found(rounds, Found(points, [None, *points[1:]], point(None, "P", "Q")))  # type: ignore[arg-type]
    assert rounds.printed == [((2.0,), True), ((3.0, 4.0), True), ((None,), True)]
    assert found.best[0] is found.listed[0] is None
    assert found.listed[1:] == found.best[1:]
    assert found.ceiling is not None
    assert [one.manifest["bounds"] for one in found.best if one] == [{"cost_musd": x} for x in (101.0, 102.0, 102.0)]


def test_a_list_with_plans_of_its_own_prints_them_as_they_are():
    rounds = Made()
    points = [point(2.0, "P"), point(3.0, "Q")]
    found = print_found(rounds, Found(points, [points[0], point(3.0, "P")], NOTHING))  # type: ignore[arg-type]
    assert rounds.printed == [((2.0,), True), ((3.0,), True), ((3.0,), False)]
    assert [one.manifest["lean"] for one in found.listed if one] == [True, False]
    assert found.ceiling is None


def test_nothing_is_left_out_of_a_list():
    rounds = Made()
    points = [point(2.0, "P"), point(3.0, "P", "in_vain"), point(4.0, "P", "in_vain")]
    found = print_found(rounds, Found(points, list(points), NOTHING))  # type: ignore[arg-type]
    assert rounds.printed == [((2.0,), True), ((3.0, 4.0), True), ((3.0, 4.0), False)]
    assert [one.manifest["lean"] for one in found.best if one] == [True, True, True]
    assert [one.manifest["lean"] for one in found.listed if one] == [True, False, False]
