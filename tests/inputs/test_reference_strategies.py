"""The strategies of the reference case: each applies without a fault, and changes what its name says."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.instruments import Kind
from optimizer.assemble import assemble
from optimizer.overlay import changes, overlaid, strategies
from optimizer.progress import Progress
from optimizer.report.strategies_words import key_sentences
from optimizer.strategies import StrategyOptions, run_strategies
from optimizer.strategy_faults import faults_of
from optimizer.workbook import read_workbook

BOOK = read_workbook(Path(__file__).parents[2] / "inputs" / "allied_magnets")
ALL = {x.name: x for x in strategies(BOOK)}
NAMES = [
    *(
        "Status quo",
        "Mines only",
        "Magnets only",
        "Pilots only",
        "Short grants only",
        "United States alone",
        "Allied grid",
    ),
    *("National mobilization", "Supply agreement", "Agreement and building", "Faster permits"),
    *("Recycling and substitution", "Strategic reserve", "Price support only", "No price support"),
]


def test_the_strategies_are_those_of_the_note():
    assert list(ALL) == NAMES
    assert all(x.note for x in ALL.values())


@pytest.mark.parametrize("name", NAMES)
def test_each_applies_without_a_fault(name):
    assert changes(BOOK, ALL[name])
    assert [str(x) for x in faults_of(BOOK, ALL[name])] == []


def test_one_sided_strategies_build_everything_of_their_stage_and_nothing_else():
    base = assemble(BOOK)
    for name, stage in (("Mines only", "mining"), ("Magnets only", "magnet")):
        case = assemble(overlaid(BOOK, ALL[name]))
        assert case.budget_musd == 0.0
        built = {p for p in base.candidates if p in case.projects and p not in case.candidates}
        wanted = {p for p, x in base.candidates.items() if x.stage == stage}
        assert wanted - built <= {"USA-POSCO-MAG3"}
        assert built <= wanted


def test_money_of_each():
    pots = {name: sum(x.budget_musd for x in assemble(overlaid(BOOK, ALL[name])).pots.values()) for name in NAMES}
    budget = {name: assemble(overlaid(BOOK, ALL[name])).budget_musd for name in NAMES}
    assert budget["National mobilization"] == 500_000.0
    assert budget["Allied grid"] == assemble(BOOK).budget_musd
    assert pots["National mobilization"] == 0.0
    assert budget["Status quo"] == budget["Supply agreement"] == 0.0
    assert pots["Short grants only"] < pots["Allied grid"]
    assert pots["United States alone"] < pots["Allied grid"]


def test_quantities_of_each():
    base, cases = assemble(BOOK), {name: assemble(overlaid(BOOK, ALL[name])) for name in NAMES}
    assert all(
        cases["Faster permits"].projects[p].lead_years < x.lead_years
        for p, x in base.candidates.items()
        if x.lead_years >= 3
    )
    sold = {n: sum(o.max_kt[2030] for o in cases[n].offers.values()) for n in ("Allied grid", "Supply agreement")}
    assert sold["Supply agreement"] == pytest.approx(2.0 * sold["Allied grid"])
    wanted = {n: sum(d.demand_kt[2040] for d in cases[n].demands.values()) for n in NAMES}
    assert wanted["Recycling and substitution"] < 0.9 * wanted["Allied grid"]
    stored = {n: sum(s.max_kt for s in cases[n].stockpiles.values()) for n in NAMES}
    assert stored["Strategic reserve"] == pytest.approx(5.0 * stored["Allied grid"])


@pytest.mark.slow
def test_magnet_plants_alone_stand_idle_and_serve_nobody(tmp_path: Path):
    """Solved and audited; all fifteen are held against what they must show by tests/benchmarks/strategies.py."""
    options = StrategyOptions(only=("Status quo", "Magnets only"), coverage_gap_points=2.0, cost_gap=0.1)
    done = run_strategies(BOOK.path, tmp_path / "out", options, Progress(True))
    assert done.violations == ()
    quo, magnets = done.told.held
    assert magnets.outlay_musd > 1000.0 > quo.outlay_musd
    assert magnets.coverage < quo.coverage + 0.005 < 1.0
    (want,) = (x for x in magnets.reached.wants if x.idle.stage == "magnet")
    assert want.idle.no_feed_t > 0.5 * want.idle.capacity_t
    assert any("stand idle" in said and "“Magnets only”" in said for said in key_sentences(done.told))


def test_kinds_of_instruments_of_each():
    def kinds(name: str) -> set[Kind]:
        finance = assemble(overlaid(BOOK, ALL[name])).finance
        assert finance is not None
        return {x.kind for x in finance.instruments.values()}

    assert kinds("Short grants only") == {Kind.GRANT}
    assert kinds("Price support only") == {Kind.FLOOR, Kind.OFFTAKE}
    assert kinds("No price support") == set(Kind) - {Kind.FLOOR, Kind.OFFTAKE}
    others = set(NAMES) - {"Short grants only", "Price support only", "No price support"}
    assert all(kinds(name) == set(Kind) for name in others)
