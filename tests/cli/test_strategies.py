"""``magnetgrid strategies``: what each reaches is known by hand, what it leaves undone is told, and who computes means nothing.

Metal is made of nothing and magnets of metal, a tonne a tonne. In A stand a metal plant of 40 t a year and a magnet plant of
60 t, and 100 t of magnets are wanted in 2030 and 2031. Candidates: metal 60 t for 6 MUSD, magnets 40 t for 4 MUSD, both at
once; the outsider N sells 10 t of magnets a year.
"""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from runs import Answer, content, magnetgrid
from toys import Sheets, settings, write

from optimizer.report.strategies_tables import COLUMNS
from optimizer.report.tables import COLUMNS as PLAN_COLUMNS
from optimizer.strategy_jobs import Follow, Reached, StrategyCase

CHAIN: Sheets = {
    "Settings": settings(2030, 2031, budget_musd=10, coverage_gap_points=0),
    "Materials": """
        material, name, stage
        k, Metal, metal
        m, Magnet, magnet
    """,
    "Recipes": """
        process, recipe, stage, material, direction, t_per_t
        melt, r, metallization, k, output, 1
        make, r, magnet, k, input, 1
        make, r, magnet, m, output, 1
    """,
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, first_year
        X, A, melt, existing, 40, , ,
        Y, A, make, existing, 60, , ,
        P, A, melt, candidate, 60, 6, 0,
        Q, A, make, candidate, 40, 4, 0,
        S, B, make, candidate, 100, 100, 1,
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, m, 2030, 100
    """,
    "Imports": """
        supplier, material, year, max_t, price_usd_per_kg
        N, m, 2030, 10, 1
    """,
    "Disruptions": """
        scenario, kind, target, min_coverage
        no N, lose_supplier, N,
    """,
    "Redundancy": """
        rule, stage, min_projects
        two smelters, metallization, 1
    """,
    "Strategies": """
        strategy, table, filter, column, action, value, note
        Status quo, Settings, setting=budget_musd, value, set, 0,
        Magnets only, Projects, project=Q, status, set, committed, built whatever it gets
        Magnets only, Projects, project=Q, first_year, set, 2030,
        Magnets only, Settings, setting=budget_musd, value, set, 0,
        Metal only, Projects, process=make; status=candidate, , remove, ,
        Pilots, Projects, status=candidate, capacity_t_per_year, multiply, 0.1,
        Grid, Settings, setting=budget_musd, value, set, 10,
        Agreement, Imports, supplier=N, max_t, multiply, 6,
        Agreement, Settings, setting=budget_musd, value, set, 0,
        Impossible, Demand, , min_coverage, set, 1,
        Impossible, Settings, setting=budget_musd, value, set, 0,
    """,
}
# Served of 100 t in each year with nothing lost, and with N lost: 10 t come from N, 60 with the agreement.
SERVED = {
    "Status quo": (50.0, 40.0),
    "Magnets only": (50.0, 40.0),
    "Metal only": (70.0, 60.0),
    "Pilots": (56.0, 46.0),
    "Grid": (100.0, 100.0),
    "Agreement": (100.0, 40.0),
}
SLACK_T = 0.01  # The cost step may give back 0.001 t of weighted shortfall.


def run(case: Path, out: Path, *options: object) -> Answer:
    return magnetgrid("strategies", case, "--out", out, "--quiet", *options, out=out)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    place = tmp_path_factory.mktemp("strategies")
    return run(write(place / "case", CHAIN), place / "out", "--workers", "1")


def table(done: Answer, name: str) -> list[dict[str, str]]:
    return done.table(name)


def row(done: Answer, name: str) -> dict[str, str]:
    return next(x for x in table(done, "strategies") if x["strategy"] == name)


def test_what_each_reaches_is_known_by_hand(done):
    """Metal binds: 40 t, 100 t with P; magnet plants 60 t, 100 t with Q. Pilots add 6 t of metal for the same 6 MUSD."""
    assert done.code == 0, done.stderr
    served = {
        (x["strategy"], x["year"]): float(x["served_t"])
        for x in table(done, "strategy_coverage")
        if x["sector"] == "cars"
    }
    lost = {
        (x["strategy"], x["year"]): float(x["served_t"])
        for x in table(done, "strategy_losses")
        if x["scenario"] != "base"
    }
    for name, (base, without) in SERVED.items():
        for year in ("2030", "2031"):
            assert served[name, year] == pytest.approx(base, abs=SLACK_T), name
            assert lost[name, year] == pytest.approx(without, abs=SLACK_T), name


def test_outlay_is_that_of_the_plan_and_of_what_the_strategy_has_built(done):
    outlay = {x["strategy"]: x["outlay_musd"] for x in table(done, "strategies") if x["outlay_musd"]}
    assert {k: float(v) for k, v in outlay.items()} == pytest.approx(
        {"Status quo": 0, "Magnets only": 4, "Metal only": 6, "Pilots": 6, "Grid": 10, "Agreement": 0}
    )
    assert float(row(done, "Magnets only")["decreed_musd"]) == pytest.approx(4.0)
    assert row(done, "Grid")["gap_closes"] == "2030.0"
    assert row(done, "Status quo")["gap_closes"] == ""


def test_magnet_plants_stand_idle_for_want_of_metal(done):
    """With magnets only 100 t stand and 40 t of metal feed them: 60 t have no feed, and metal for the taking frees all 60."""
    found = [x for x in table(done, "wants") if (x["strategy"], x["stage"]) == ("Magnets only", "magnet")]
    assert [(x["material_stage"], float(x["idle_no_feed_t"]), float(x["freed_t"])) for x in found] == [
        ("metal", 60.0, 60.0)
    ]
    said = [x["sentence"] for x in table(done, "left_undone") if x["strategy"] == "Magnets only"]
    assert any("60 of 100 t/yr (60 %) of stage magnet stand idle in 2030 for want of metal" in x for x in said)
    # Nothing more than doing nothing: proven, as both are solved to the end.
    assert float(row(done, "Magnets only")["bound_points"]) == pytest.approx(
        float(row(done, "Status quo")["shortfall_points"])
    )


def test_each_strategy_shows_the_failure_that_it_must_show(done):
    found = {x["strategy"]: x for x in table(done, "strategies")}

    def covers(name: str) -> float:
        return float(found[name]["coverage"])

    def survives(name: str) -> float:
        return float(found[name]["worst_loss_coverage"])

    idle = {(x["strategy"], x["stage"], x["year"]): float(x["idle_no_feed_t"]) for x in table(done, "idle")}
    assert covers("Status quo") < covers("Pilots") < covers("Metal only") < covers("Grid")
    assert covers("Magnets only") <= covers("Status quo") + 1e-9
    assert idle["Magnets only", "magnet", "2031"] > idle["Status quo", "magnet", "2031"] > 0.0
    assert idle["Grid", "magnet", "2031"] < 1.0
    # The agreement covers all as long as the supplier sells, and not a tonne more than nothing when it does not.
    assert covers("Agreement") == pytest.approx(covers("Grid"), abs=1e-4)
    assert survives("Agreement") == pytest.approx(survives("Status quo"), abs=1e-4)
    assert survives("Agreement") < survives("Grid")


def test_one_without_a_plan_does_not_stop_the_others(done):
    assert row(done, "Impossible")["status"] == "infeasible"
    assert "min_coverage" in row(done, "Impossible")["reasons"]
    assert sum(x["status"] == "optimal" for x in table(done, "strategies")) == 6
    assert "Without a plan: “Impossible”" in done.stdout


def test_plans_behind_the_report_are_audited_and_kept(done):
    places = sorted(x.name for x in (done.out / "strategies").iterdir())
    assert places == ["Agreement", "Grid", "Magnets_only", "Metal_only", "Pilots", "Status_quo"]
    assert all(int(float(x["audit_checks"])) > 0 for x in table(done, "strategies") if x["audit_checks"])
    for place in places:
        kept = {x.stem for x in (done.out / "strategies" / place / "tables").iterdir()}
        assert kept == set(PLAN_COLUMNS)


def test_changed_cells_are_listed(done):
    found = [tuple(x.values()) for x in table(done, "changed_cells") if x["strategy"] == "Agreement"]
    assert found == [
        ("Agreement", "10", "Settings", "B5", "value", "10", "0"),
        ("Agreement", "9", "Imports", "D2", "max_t", "10", "60"),
    ]
    gone = [x for x in table(done, "changed_cells") if x["strategy"] == "Metal only"]
    assert [(x["cell"], x["after"]) for x in gone] == [("row 5", "taken away"), ("row 6", "taken away")]


def test_tables_are_those_of_the_contract(done):
    for name, columns in COLUMNS.items():
        with (done.out / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
            assert tuple(next(csv.reader(stream))) == columns


def test_sheets_and_charts_of_the_report(done):
    book = openpyxl.load_workbook(done.out / "strategies.xlsx")
    assert book.sheetnames == [
        *("Summary", "Left undone", "Coverage", "Outlay", "Idle", "Funded", "Changed cells", "Proof", "Run"),
    ]
    assert [len(book[name]._charts) for name in ("Summary", "Coverage", "Idle")] == [2, 1, 1]
    text = " ".join(str(x.value) for line in book["Summary"].iter_rows() for x in line if x.value is not None)
    assert "Magnets only" in text
    assert "magnet 60 % in 2030, no metal" in text


def test_which_closes_the_gap_by_when_and_at_what_price(done):
    """Status quo leaves 100 t short in two years. The grid closes that for 10 MUSD, 100 USD per kg; metal alone 40 t for 6."""
    grid, metal, agreement = (row(done, name) for name in ("Grid", "Metal only", "Agreement"))
    assert [float(grid[x]) for x in ("gap_closes", "serves_99_from", "gap_closed")] == [2030, 2030, pytest.approx(1)]
    assert float(grid["public_usd_per_kg"]) == pytest.approx(100, rel=1e-3)
    assert (float(metal["gap_closed"]), float(metal["public_usd_per_kg"])) == (
        pytest.approx(0.4, abs=1e-4),
        pytest.approx(150, rel=1e-3),
    )
    assert (metal["serves_99_from"], agreement["public_usd_per_kg"]) == ("", "")
    assert "The gap closes with “Agreement” (0 MUSD) and “Grid” (10 MUSD) in 2030." in done.stdout
    cheapest = (
        "Cheapest of these is “Agreement”, for 0 MUSD of public money. Of the 100 t that “Status quo” leaves short"
    )
    assert f"{cheapest} in all years it closes 100 %." in done.stdout
    said = [
        x["sentence"] for x in table(done, "left_undone") if (x["strategy"], x["about"]) == ("Metal only", "the gap")
    ]
    assert said[0].endswith("it closes 40 %, for 150.00 USD of public money more per kg.")
    spent = {(x["strategy"], x["country"]): float(x["musd"]) for x in table(done, "strategy_spent")}
    assert spent["Grid", "A"] == pytest.approx(10, abs=1e-3)


def test_rules_that_a_strategy_drops_are_told_as_missed(tmp_path):
    """Without X, taken away together with the rule, no smelter stands."""
    rows = CHAIN["Strategies"].splitlines()[:3]
    extra = [
        "Bare, Projects, project=X, , remove, ,",
        "Bare, Redundancy, , , remove, ,",
        *("Bare, Settings, setting=budget_musd, value, set, 0,",),
    ]
    done = run(write(tmp_path / "case", CHAIN | {"Strategies": "\n".join([*rows, *extra])}), tmp_path / "out")
    assert done.code == 0, done.stderr
    assert [(x["strategy"], x["rule"], x["years"]) for x in done.table("missed")] == [
        ("Bare", "two smelters", "2030; 2031")
    ]


def test_the_same_bytes_with_one_worker_and_with_two(done, tmp_path):
    other = run(write(tmp_path / "case", CHAIN), tmp_path / "out", "--workers", "2")
    assert content(other.out / "tables") == content(done.out / "tables")


def test_an_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch):
    case, out, some = write(tmp_path / "case", CHAIN), tmp_path / "out", ("--only", "Status quo,Grid", "--workers", "1")
    true, done = Follow.run, []

    def stopped(self: Follow, given: StrategyCase) -> Reached:
        if done:
            raise KeyboardInterrupt
        done.append(self.name)
        return true(self, given)

    monkeypatch.setattr(Follow, "run", stopped)
    assert run(case, out, *some).code == 5
    assert not (out / "strategies.xlsx").exists()

    def counted(self: Follow, given: StrategyCase) -> Reached:
        done.append(self.name)
        return true(self, given)

    monkeypatch.setattr(Follow, "run", counted)
    resumed = run(case, out, *some, "--resume")
    assert resumed.code == 0, resumed.stderr
    assert done == ["Status quo", "Grid"]
    assert [x["strategy"] for x in resumed.table("strategies")] == ["Status quo", "Grid"]


def test_only_some(tmp_path):
    case = write(tmp_path / "case", CHAIN)
    some = run(case, tmp_path / "out", "--only", "grid, Status quo", "--workers", "1")
    assert [x["strategy"] for x in some.table("strategies")] == ["Status quo", "Grid"]
    unknown = run(case, tmp_path / "none", "--only", "Gridd")
    assert unknown.code == 2
    assert "Gridd" in unknown.stderr
    assert "Metal only" in unknown.stderr


def test_exit_codes(tmp_path):
    bare = write(tmp_path / "bare", {k: v for k, v in CHAIN.items() if k != "Strategies"})
    without = run(bare, tmp_path / "out")
    assert without.code == 3
    assert "no strategies" in without.stderr
    impossible = run(write(tmp_path / "case", CHAIN), tmp_path / "out2", "--only", "Impossible", "--workers", "1")
    assert impossible.code == 4
    assert "Impossible: infeasible" in impossible.stderr


def test_solve_does_not_read_the_sheet(tmp_path):
    answers = [
        magnetgrid(
            "solve",
            write(tmp_path / name, sheets),
            "--out",
            tmp_path / f"{name}-out",
            "--quiet",
            out=tmp_path / f"{name}-out",
        )
        for name, sheets in (("with", CHAIN), ("without", {k: v for k, v in CHAIN.items() if k != "Strategies"}))
    ]
    assert [x.code for x in answers] == [0, 0]
    assert content(answers[0].out / "tables") == content(answers[1].out / "tables")


def test_objective_cost(tmp_path):
    """A tonne short costs 1 MUSD: with 10 MUSD to spend the grid is built, 100 t a year are worth more."""
    demand = "sector, country, material, year, demand_t, shortfall_usd_per_kg\ncars, A, m, 2030, 100, 1000"
    strategies = "\n".join(x for x in CHAIN["Strategies"].splitlines() if "Impossible" not in x)
    sheets = CHAIN | {
        "Settings": settings(2030, 2031, budget_musd=10, objective="cost"),
        "Demand": demand,
        "Strategies": strategies,
    }
    done = run(write(tmp_path / "case", sheets), tmp_path / "out", "--workers", "1")
    assert done.code == 0, done.stderr
    assert {x["strategy"]: float(x["coverage"]) for x in done.table("strategies")}["Grid"] == pytest.approx(1.0)
    idle = [x for x in done.table("wants") if (x["strategy"], x["stage"]) == ("Magnets only", "magnet")]
    assert [float(x["idle_no_feed_t"]) for x in idle] == [pytest.approx(60.0, abs=SLACK_T)]


def test_money_for_stocks_is_told_as_such_and_held_against_losses(tmp_path: Path):
    """20 t of stocks cost 2 MUSD. They serve nobody while N sells; with N lost, 60 t of 100 t instead of 40 t in 2031."""
    stocks = "material, country, max_t, max_purchase_t_per_year, purchase_usd_per_kg\nm, A, 20, 20, 100"
    kept = "strategy, table, filter, column, action, value\n"
    kept += "Status quo, Settings, setting=budget_musd, value, set, 0\nReserve, Projects, status=candidate, , remove,"
    loss = "scenario, kind, target, from_year\nno N, lose_supplier, N, 2031"
    case = {**CHAIN, "Stockpiles": stocks, "Strategies": kept, "Disruptions": loss, "Redundancy": ""}
    done = run(write(tmp_path / "case", {k: x for k, x in case.items() if x}), tmp_path / "out", "--workers", "1")
    assert done.code == 0, done.stderr
    assert (
        "Money that serves next to nothing more than “Status quo” with nothing lost, at most 0.0 points, and 20.0 in the worst"
        " loss (“Reserve”): “Reserve” (2 MUSD)."
    ) in done.stdout
    said = {x["strategy"]: x["sentence"] for x in table(done, "left_undone") if x["about"] == "what it reaches"}
    assert said["Reserve"].startswith("2 MUSD of public money (all for stocks) and 0 projects: 50 %")
    assert "stocks" not in said["Status quo"]
