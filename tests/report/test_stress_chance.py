"""What of a rank correlation is more than chance, and that figures of a group are one."""

from types import SimpleNamespace
from typing import Any

import pytest

from optimizer.report.stress_chance import clear_from, figures_ranked, ranking_rows
from optimizer.report.stress_uncertain import clear_note
from optimizer.uncertainty import Variable


def variable(name: str, column: str = "demand_t", group: str = "", against: bool = False) -> Variable:
    return Variable(name, "Demand", column, (2,), "uniform", (("low", 0.0), ("high", 1.0)), group, against)


def stressed(draws: int) -> Any:
    """Figure a decides what is served; b does not vary; c and d are a group, d against c; capital moves nothing."""
    rows = [(n / draws, 0.5, (n * 7 % draws) / draws, 1.0 - (n * 7 % draws) / draws, 0.1 * n) for n in range(draws)]
    return SimpleNamespace(
        variables=(
            *(variable("a"), variable("b")),
            *(variable("c", group="g"), variable("d", group="g", against=True), variable("e", "capex_musd")),
        ),
        draws=[SimpleNamespace(values=row, short_kt={("", 1): row[0]}, demand_kt={("", 1): 1.0}) for row in rows],
        sectors=("",),
        years=(1,),
        sector=lambda s: s or "all sectors",
    )


def test_the_threshold_rises_with_the_figures_looked_at():
    """a and the group vary: 2 figures, each at 1 - 0.05 / 4, a normal quantile of 2.2414; with 41 draws / sqrt(40) = 0.3544."""
    case = stressed(41)
    assert figures_ranked(case) == 2
    assert clear_from(case) == pytest.approx(2.2414 / 40**0.5, abs=1e-4)
    assert "at least 0.35 either way. With 2 figures looked at in 41 draws" in clear_note(case)


def test_a_group_is_ranked_once_with_its_members():
    rows = {str(row["variable"]): row for row in ranking_rows(stressed(41))}
    assert list(rows) == ["a", "group g", "b"]
    assert (rows["a"]["rank_correlation"], rows["a"]["clear"]) == (-1.0, "yes")
    assert rows["group g"]["members"] == "c; d (against)"
    assert rows["b"]["clear"] == "no"


def test_few_draws_tell_nothing():
    assert clear_from(stressed(2)) is None
    assert "none can be told from chance" in clear_note(stressed(5))
