"""``magnetgrid compare``: curves known by hand, exit codes, what is left behind, and that nothing depends on who computes it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from compares import (
    BUDGETS,
    RICH,
    RICH_BUDGETS,
    SHORT_T,
    TWO,
    compare,
    compare_sheets,
    curve,
    figures,
    funded,
    manifest,
    places,
    results,
    table_of,
)
from runs import Answer, content, solve
from toys import Sheets, settings, write

import optimizer.budget_search
import optimizer.compare
import optimizer.crew
import optimizer.prints
from optimizer.points import Relax
from optimizer.report.comparison_tables import COLUMNS
from optimizer.report.tables import COLUMNS as PLAN_COLUMNS

ROOT = Path(__file__).resolve().parents[2]
# With half of the demand to be served nothing less than P does.
HALF: Sheets = TWO | {
    "Demand": """
        sector, country, material, year, demand_t, min_coverage
        cars, A, m, 2030, 100, 0.5
    """
}
# F pays in B alone, so for P (8 MUSD); G pays everywhere, and is all that Q (6 MUSD) can get.
POTS: Sheets = TWO | {
    "Budgets": """
        funder, budget_musd, countries
        F, 8, B
        G, 4,
    """
}
# A tonne short costs 0.1 MUSD: in two years P (5 MUSD) saves 8 MUSD and Q (3 MUSD) 4 MUSD.
COST: Sheets = TWO | {
    "Settings": settings(2030, 2031, discount_rate=0, objective="cost"),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years
        X, A, make, existing, 20, ,
        P, B, make, candidate, 40, 5, 0
        Q, C, make, candidate, 20, 3, 0
    """,
    "Demand": """
        sector, country, material, year, demand_t, shortfall_usd_per_kg
        cars, A, m, 2030, 100, 100
    """,
}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """The toy of two candidates at four budgets."""
    return compare_sheets(tmp_path_factory.mktemp("two"), TWO, *BUDGETS)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """The larger toy with its pots as they are."""
    return compare_sheets(tmp_path_factory.mktemp("kept"), RICH, *RICH_BUDGETS, "--pots", "keep")


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """The larger toy at five budgets."""
    return compare_sheets(tmp_path_factory.mktemp("rich"), RICH, *RICH_BUDGETS)


@pytest.fixture
def no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the report, which takes longest and is the same whoever computed what is in it."""
    monkeypatch.setattr(optimizer.compare, "write_comparison", lambda path, *_: path.touch())


quickly = pytest.mark.usefixtures("no_report")


# ---------------------------------------------------------------- the curve


def test_the_curve_is_the_one_worked_out_by_hand(two: Answer):
    assert two.code == 0, two.stderr
    assert figures(two, "weighted_shortfall_t") == pytest.approx(SHORT_T, abs=1e-3)
    assert figures(two, "bound_t") == pytest.approx(SHORT_T, abs=1e-3)
    assert figures(two, "shortfall_points") == pytest.approx({b: t / 2 for b, t in SHORT_T.items()}, abs=1e-3)
    assert figures(two, "base_coverage") == pytest.approx({0: 0.2, 6: 0.4, 8: 0.6, 14: 0.8}, abs=1e-5)
    assert figures(two, "worst_loss_coverage") == pytest.approx({0: 0.2, 6: 0.4, 8: 0.2, 14: 0.4}, abs=1e-5)
    assert figures(two, "outlay_musd") == pytest.approx({0: 0, 6: 6, 8: 8, 14: 14}, abs=1e-3)
    rows = list(curve(two).values())
    assert {(row["status"], row["reproducible"], row["audit_passed"]) for row in rows} == {("optimal", "yes", "yes")}
    assert float(curve(two)[None]["weighted_shortfall_t"]) == pytest.approx(100, abs=1e-3)


@pytest.mark.parametrize("budget", SHORT_T)
def test_every_plan_has_its_own_manifest(two: Answer, budget: float):
    found = manifest(two, f"{budget:g}")
    assert found["status"] == "optimal"
    assert found["budget_musd"] == found["options"]["budget_musd"] == budget
    assert found["weighted_shortfall_t"] == pytest.approx(SHORT_T[budget], abs=1e-3)
    assert found["plan_weighted_shortfall_t"] == pytest.approx(SHORT_T[budget], abs=1e-3)
    assert found["bounds"]["weighted_shortfall_t"] <= found["weighted_shortfall_t"]
    assert found["audit"]["passed"] is True
    assert found["reproducible"] is True


def test_what_binds_is_found_at_every_budget(two: Answer):
    # Making is the only stage, and less than all is served at each budget.
    for budget in (*SHORT_T, "unlimited"):
        name = budget if isinstance(budget, str) else f"{budget:g}"
        rows = table_of(two, name, "bottlenecks")
        assert {(row["year"], row["binds"]) for row in rows} == {("2030", "alone"), ("2031", "alone")}, name


@quickly
def test_a_plan_that_leaves_money_is_drawn_once_and_printed_with_each_budget(tmp_path: Path):
    answer = compare_sheets(tmp_path, TWO, "--budgets", "14,15,20")
    drawn = [manifest(answer, name) for name in ("14", "15", "20")]
    assert drawn[1]["seconds"] == drawn[2]["seconds"] != drawn[0]["seconds"]  # At 14 MUSD nothing is left.
    assert [one["budget_musd"] for one in drawn] == [one["options"]["budget_musd"] for one in drawn] == [14, 15, 20]
    assert len({one["audit"]["checks"] for one in drawn}) == 1


def test_plans_are_those_worked_out_by_hand(two: Answer):
    plans = {budget: set(funded(two, f"{budget:g}")) for budget in SHORT_T}
    assert plans == {0: set(), 6: {"Q"}, 8: {"P"}, 14: {"P", "Q"}}
    assert set(funded(two, "unlimited")) == {"P", "Q"}
    assert manifest(two, "unlimited")["budget_musd"] is None


def test_a_comparison_leaves_exactly_report_tables_plans_manifest_and_log(two: Answer):
    plans = ["unlimited", *(f"{kind}{budget:g}" for kind in ("", "list/") for budget in SHORT_T)]
    tables = [f"tables/{name}.csv" for name in PLAN_COLUMNS]
    assert sorted(content(two.out)) == sorted(
        [
            *("compare.xlsx", "manifest.json", "run.log"),
            *(f"tables/{name}.csv" for name in COLUMNS),
            *(f"points/{plan}/{file}" for plan in plans for file in ("manifest.json", *tables)),
        ]
    )


def test_what_is_printed_ends_with_the_place_of_the_report(two: Answer):
    assert two.stdout.splitlines()[-1] == f"Report: {two.out / 'compare.xlsx'}"
    assert "From 0 to 14 MUSD" in two.stdout
    assert two.stderr == ""
    assert "report of 4 budgets written" in (two.out / "run.log").read_text(encoding="utf-8")


def test_manifest_says_what_was_asked_of_which_input(two: Answer):
    assert two.manifest["options"]["budgets_musd"] == [0, 6, 8, 14]
    assert two.manifest["options"]["pots"] == "scale"
    assert two.manifest["input"]["name"] == "case"
    assert {"magnetgrid", "python", "highspy"} <= set(two.manifest["versions"])


@quickly
def test_a_range_is_the_list_of_its_steps(two: Answer, tmp_path: Path):
    """From 2 to 14 in steps of 4: at 2 nothing, at 6 Q, at 10 P, at 14 both."""
    case = write(tmp_path / "case", TWO)
    ranged = compare(case, tmp_path / "ranged", "--from", 2, "--to", 14, "--steps", 4)
    listed = compare(case, tmp_path / "listed", "--budgets", "14,2,10, 6,2")
    assert list(figures(ranged, "weighted_shortfall_t").values()) == pytest.approx([240, 180, 160, 100], abs=1e-3)
    assert results(ranged.out) == results(listed.out)
    assert figures(ranged, "weighted_shortfall_t")[6] == figures(two, "weighted_shortfall_t")[6]


@pytest.mark.parametrize("pots", ["scale", "keep"])
def test_more_money_never_covers_less_by_plan_or_by_bound(rich: Answer, kept: Answer, pots: str):
    answer = rich if pots == "scale" else kept
    assert answer.code == 0, answer.stderr
    for name in ("weighted_shortfall_t", "bound_t"):
        column = list(figures(answer, name).values())
        assert len(column) == len(RICH_BUDGETS[1].split(","))
        assert column == sorted(column, reverse=True), name
    rows = curve(answer).values()
    assert all(float(row["bound_t"]) <= float(row["weighted_shortfall_t"]) + 1e-6 for row in rows)
    assert {row["audit_passed"] for row in rows} == {"yes"}


@pytest.mark.parametrize("budget", [9, 16])
def test_a_plan_is_as_good_as_that_of_solve_at_its_budget(kept: Answer, tmp_path: Path, budget: float):
    case = write(tmp_path / "case", RICH)
    alone = solve(case, tmp_path / "out", "--budget", budget, "--coverage-gap-points", 0, "--quiet").manifest
    found = manifest(kept, f"{budget:g}")
    assert alone["status"] == "optimal"
    assert found["weighted_shortfall_t"] == pytest.approx(alone["weighted_shortfall_t"], abs=1e-3)
    assert found["bounds"]["weighted_shortfall_t"] <= alone["weighted_shortfall_t"] + 1e-3


@quickly
def test_a_case_without_disruptions(tmp_path: Path):
    """Without losses 160, 120, 80 and 40 t are short at 0, 6, 8 and 14 MUSD."""
    answer = compare_sheets(tmp_path, {n: x for n, x in TWO.items() if n != "Disruptions"}, *BUDGETS)
    assert answer.code == 0, answer.stderr
    assert figures(answer, "weighted_shortfall_t") == pytest.approx({0: 160, 6: 120, 8: 80, 14: 40}, abs=1e-3)
    assert figures(answer, "bound_t") == pytest.approx({0: 160, 6: 120, 8: 80, 14: 40}, abs=1e-3)
    assert {row["worst_loss"] for row in curve(answer).values()} == {""}


def test_a_case_without_candidates_has_the_same_plan_at_every_budget(tmp_path: Path):
    projects = "project, country, process, status, capacity_t_per_year\nX, A, make, existing, 20"
    answer = compare_sheets(tmp_path, TWO | {"Projects": projects}, *BUDGETS)
    assert answer.code == 0, answer.stderr
    assert set(figures(answer, "weighted_shortfall_t").values()) == {240.0}


def test_one_budget_alone_has_a_point_and_no_list(tmp_path: Path):
    answer = compare_sheets(tmp_path, TWO, "--budgets", "8")
    assert answer.code == 0, answer.stderr
    assert figures(answer, "weighted_shortfall_t") == pytest.approx({8: 160}, abs=1e-3)
    assert places(answer) == ["8", "unlimited"]
    assert answer.table("priority_list") == answer.table("list_price") == answer.table("next_money") == []


@quickly
def test_budgets_that_differ_in_their_last_digits_keep_their_own_plans(tmp_path: Path):
    answer = compare_sheets(tmp_path, TWO, "--budgets", "1234567,1234568,1234568.25")
    assert answer.code == 0, answer.stderr
    points = [place for place in places(answer) if not place.startswith(("list", "unlimited"))]
    assert [manifest(answer, place)["budget_musd"] for place in points] == [1234567, 1234568, 1234568.25]


@quickly
def test_a_point_that_the_clock_cut_says_so(tmp_path: Path):
    answer = compare_sheets(tmp_path, RICH, "--budgets", "9,16", "--time-limit", 1e-6)
    assert answer.code in (0, 5), answer.stderr
    assert {row["reproducible"] for b, row in curve(answer).items() if row["projects_funded"]} <= {"no"}
    assert answer.manifest["options"]["time_limit_s"] == 1e-6


def test_with_unlimited_money_people_are_named_where_they_hold_back(tmp_path: Path):
    """P takes 40 of the 50 people of B; R, of the same process in the same place, would need 40 more."""
    sheets = TWO | {
        "Projects": """
            project, country, process, status, capacity_t_per_year, capex_musd, lead_years, workforce
            X, A, make, existing, 20, , ,
            P, B, make, candidate, 40, 8, 0, 40
            R, B, make, candidate, 40, 9, 0, 40
        """,
        "Workforce": """
            country, year, available
            B, 2030, 50
        """,
    }
    answer = compare_sheets(tmp_path, sheets, "--budgets", "8,20")
    assert answer.code == 0, answer.stderr
    (binds,) = answer.table("what_binds")
    assert (binds["cause"], binds["stage"], binds["years"]) == ("people", "magnet", "2030 to 2031")
    assert "R" in binds["detail"]


# ---------------------------------------------------------------- where there is no plan


def test_an_infeasible_budget_stands_beside_the_others_with_its_reasons(tmp_path: Path):
    answer = compare_sheets(tmp_path, HALF, *BUDGETS)
    assert answer.code == 0, answer.stderr
    rows = curve(answer)
    assert {b: row["status"] for b, row in rows.items() if b is not None} == {
        **{0: "infeasible", 6: "infeasible"},
        **{8: "optimal", 14: "optimal"},
    }
    assert "Demand!F2" in rows[0]["reasons"]
    assert "--budget: give 8 instead of 0 MUSD" in rows[0]["reasons"]
    assert "--budget: give 8 instead of 6 MUSD" in rows[6]["reasons"]
    assert rows[0]["weighted_shortfall_t"] == rows[0]["bound_t"] == rows[8]["reasons"] == ""
    assert figures(answer, "weighted_shortfall_t") == pytest.approx({8: 160, 14: 100}, abs=1e-3)
    assert places(answer) == ["14", "8", "list/14", "list/8", "unlimited"]


@pytest.mark.parametrize("objective", ["coverage", "cost"])
def test_where_every_budget_is_infeasible_the_exit_code_is_4_with_the_reasons(tmp_path: Path, objective: str):
    demand = (
        "sector, country, material, year, demand_t, min_coverage, shortfall_usd_per_kg\ncars, A, m, 2030, 100, 0.5, 100"
    )
    sheets = HALF | {"Settings": settings(2030, 2031, objective=objective), "Demand": demand}
    answer = compare_sheets(tmp_path, sheets, "--budgets", "0,6")
    assert answer.code == 4
    assert "0 MUSD: infeasible." in answer.stderr
    assert "6 MUSD: infeasible." in answer.stderr
    assert "Demand!F2" in answer.stderr
    assert {row["status"] for b, row in curve(answer).items() if b is not None} == {"infeasible"}
    assert places(answer) in ([], ["unlimited"])
    assert "Summary" in openpyxl.load_workbook(answer.out / "compare.xlsx", read_only=True).sheetnames


# ---------------------------------------------------------------- pots


@quickly
def test_pots_grow_with_the_budget(tmp_path: Path):
    """Pots of 8 and 4 become 4 and 2, 8 and 4 (P), 12 and 6 (P, and Q by G alone): they always add up to the budget."""
    answer = compare_sheets(tmp_path, POTS, "--budgets", "0,6,12,18,24", "--pots", "scale")
    assert answer.code == 0, answer.stderr
    assert figures(answer, "weighted_shortfall_t") == pytest.approx(
        {0: 240, 6: 240, 12: 160, 18: 100, 24: 100}, abs=1e-3
    )
    assert figures(answer, "pots_musd") == {0: 0, 6: 6, 12: 12, 18: 18, 24: 24}
    assert {row["audit_passed"] for row in curve(answer).values()} == {"yes"}
    assert manifest(answer, "18")["options"]["pots_factor"] == 1.5


@quickly
def test_pots_stay_where_they_are_to_be_kept(tmp_path: Path):
    """G never has the 6 MUSD of Q, whatever the total; without a limit there are no pots either."""
    answer = compare_sheets(tmp_path, POTS, "--budgets", "0,6,12,18,24", "--pots", "keep")
    assert answer.code == 0, answer.stderr
    assert figures(answer, "weighted_shortfall_t") == pytest.approx(
        {0: 240, 6: 240, 12: 160, 18: 160, 24: 160}, abs=1e-3
    )
    assert set(figures(answer, "pots_musd").values()) == {12}
    assert {row["audit_passed"] for row in curve(answer).values()} == {"yes"}
    assert float(curve(answer)[None]["weighted_shortfall_t"]) == pytest.approx(100, abs=1e-3)
    assert answer.manifest["options"]["pots"] == "keep"


# ---------------------------------------------------------------- objective cost


def test_with_objective_cost_the_curve_is_one_of_costs(tmp_path: Path):
    """160 t short cost 16 MUSD. Q: 3 for 4 saved, 15. P: 5 for 8, 13. Both: 8 for 12, 12."""
    answer = compare_sheets(tmp_path, COST, "--budgets", "0,3,5,8,20", "--cost-gap", 0)
    assert answer.code == 0, answer.stderr
    costs = {0: 16, 3: 15, 5: 13, 8: 12, 20: 12}
    assert figures(answer, "cost_musd") == pytest.approx(costs, abs=1e-3)
    assert figures(answer, "cost_bound_musd") == pytest.approx(costs, abs=1e-3)
    assert figures(answer, "weighted_shortfall_t") == {}
    assert places(answer) == sorted(["0", "3", "5", "8", "20", "unlimited"])
    assert answer.table("priority_list") == []
    saved = [float(row["cost_saved_per_100_musd"]) for row in answer.table("next_money")]
    assert saved == pytest.approx([100 / 3, 100, 100 / 3, 0], abs=0.1)


# ---------------------------------------------------------------- the list


def listed(answer: Answer) -> tuple[dict[float, set[str]], dict[float, float], list[tuple[str, float, str]]]:
    """What the list funds at each budget, what it costs there, and its ranks."""
    funds = {budget: set(funded(answer, f"list/{budget:g}")) for budget in SHORT_T}
    price = {float(row["budget_musd"]): float(row["insisting_t"]) for row in answer.table("list_price")}
    rows = answer.table("priority_list")
    return funds, price, [(row["project"], float(row["entered_at_musd"]), row["left_at_musd"]) for row in rows]


def test_a_small_list_is_the_least_short_of_all(two: Answer):
    """With Q first, 6 MUSD fund it and 8 MUSD no more: that costs 20 t at 8. With P first it would cost 60 t at 6."""
    funds, price, ranks = listed(two)
    assert funds == {0: set(), 6: {"Q"}, 8: {"Q"}, 14: {"P", "Q"}}
    assert price == pytest.approx({0: 0, 6: 0, 8: 20, 14: 0}, abs=1e-3)
    assert ranks == [("Q", 6, ""), ("P", 14, "")]
    assert {row["verdict"] for row in two.table("list_price") if row["budget_musd"] == "8.0"} == {"costs, proven"}


@quickly
def test_a_list_too_large_for_one_model_keeps_to_its_anchor_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Anchor 8 with P: at 14 Q comes in and P stays; at 6 nothing but P might be funded, and that costs 8."""
    monkeypatch.setattr(optimizer.budget_search, "is_tractable", lambda instance, budgets: False)
    funds, price, ranks = listed(compare_sheets(tmp_path, TWO, *BUDGETS))
    assert funds == {0: set(), 6: set(), 8: {"P"}, 14: {"P", "Q"}}
    assert price == pytest.approx({0: 0, 6: 60, 8: 0, 14: 0}, abs=1e-3)
    assert ranks == [("P", 8, ""), ("Q", 14, "")]


def test_a_list_at_a_smaller_budget_is_part_of_that_at_a_larger_one_and_no_sooner(rich: Answer):
    budgets = [place for place in places(rich) if place.startswith("list/")]
    lists = [funded(rich, place) for place in sorted(budgets, key=lambda place: float(place.removeprefix("list/")))]
    assert len(lists) == len(RICH_BUDGETS[1].split(","))
    assert lists[-1]
    for smaller, larger in zip(lists, lists[1:], strict=False):
        assert set(smaller) <= set(larger)
        assert all(larger[project] <= year for project, year in smaller.items())
    assert {row["left_at_musd"] for row in rich.table("priority_list")} == {""}


def test_the_list_is_never_better_than_the_best_plan(rich: Answer):
    for row in rich.table("list_price"):
        assert float(row["list_shortfall_t"]) >= float(row["best_shortfall_t"]) - 1e-6
        low, high = float(row["insisting_low_t"]), float(row["insisting_high_t"])
        assert 0 <= low <= float(row["insisting_t"]) + 1e-6 <= high + 2e-6


# ---------------------------------------------------------------- 2 and 3: wrong usage, bad input


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "Give either --budgets"),
        (["--budgets", "8", "--from", "2"], "Give either --budgets"),
        (["--from", "2", "--to", "8"], "Give either --budgets"),
        (["--from", "8", "--to", "8", "--steps", "3"], "must be above the first"),
        (["--budgets", "1 bn"], "write numbers of MUSD with commas between"),
        (["--budgets", "1;2"], "write numbers of MUSD with commas between"),
        (["--budgets", "1,000,2,000"], "not between thousands"),
        (["--budgets", "2,500,1,500"], "not between thousands"),
        (["--budgets", ""], "numbers of MUSD from 0 on"),
        (["--budgets", "-1,2"], "numbers of MUSD from 0 on"),
        (["--budgets", "nan"], "numbers of MUSD from 0 on"),
        (["--budgets", "1,inf"], "numbers of MUSD from 0 on"),
        (["--budgets", ",".join(map(str, range(201)))], "At most 200 budgets"),
        (["--from", "2", "--to", "8", "--steps", "1"], "2<=x<=200"),
        (["--budgets", "8", "--pots", "double"], "--pots"),
        (["--budgets", "8", "--workers", "0"], "--workers"),
        (["--budgets", "8", "--time-limit", "0"], "--time-limit"),
        (["--budgets", "8", "--no-such-option"], "--no-such-option"),
    ],
)
def test_wrong_options_are_told_and_nothing_is_written(tmp_path: Path, options: list[str], words: str):
    answer = compare_sheets(tmp_path, TWO, *options)
    assert answer.code == 2
    assert words in answer.stderr
    assert not answer.out.exists()


def test_bad_input_is_told_and_nothing_is_written(tmp_path: Path):
    answer = compare_sheets(tmp_path, TWO | {"Demand": TWO["Demand"].replace("100", "much")}, *BUDGETS)
    assert answer.code == 3
    assert "Demand!E2" in answer.stderr
    assert not answer.out.exists()


@pytest.mark.parametrize("lock", [".~lock.compare.xlsx#", "~$compare.xlsx"])
def test_a_report_that_is_open_elsewhere_is_noticed_before_anything_is_computed(
    tmp_path: Path, lock: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(optimizer.compare, "gathered", never)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / lock).touch()
    answer = compare_sheets(tmp_path, TWO, *BUDGETS)
    assert answer.code == 2
    assert "compare.xlsx: is open in Excel or LibreOffice" in answer.stderr
    assert list(content(answer.out)) == [lock]


def never(*_: object) -> None:
    raise AssertionError("something was computed")


# ---------------------------------------------------------------- 6: an audit fails


@quickly
def test_a_plan_that_fails_its_audit_is_not_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    make = optimizer.prints.make_tables

    def corrupt(*arguments):
        tables = make(*arguments)
        tables["capacity"].loc[0, "run_t"] += 5.0
        return tables

    compare_sheets(tmp_path, TWO, *BUDGETS)
    monkeypatch.setattr(optimizer.prints, "make_tables", corrupt)
    answer = compare_sheets(tmp_path, TWO, *BUDGETS)
    assert answer.code == 6
    assert "fail their audit" in answer.stderr
    left = {name for name in content(answer.out) if not name.startswith(".progress")}
    assert left == {"violations.csv", "manifest.json", "run.log"}
    assert len((answer.out / "violations.csv").read_text(encoding="utf-8").splitlines()) > 1


# ---------------------------------------------------------------- the same bytes, whoever computes them, and whenever


@quickly
def test_results_of_an_earlier_comparison_are_replaced(tmp_path: Path):
    compare_sheets(tmp_path, TWO, "--budgets", "0,6")
    answer = compare_sheets(tmp_path, TWO, "--budgets", "8,14")
    assert places(answer) == ["14", "8", "list/14", "list/8", "unlimited"]
    assert not [name for name in content(answer.out) if name.startswith(".")]


def counting(monkeypatch: pytest.MonkeyPatch, stop_after: int | None = None) -> list[object]:
    """Return a list that grows by each job done in this process; press Ctrl-C after some."""
    jobs: list[object] = []
    run = optimizer.crew._Alone.run

    def counted(crew, given, done):
        doing = dict(given)

        def also(number, result):
            following = done(number, result)
            jobs.append(doing[number])
            if len(jobs) == stop_after:
                raise KeyboardInterrupt
            doing[number] = following
            return following

        run(crew, given, also)

    monkeypatch.setattr(optimizer.crew._Alone, "run", counted)
    return jobs


def interrupted(case: Path, out: Path, after: int) -> Answer:
    """A comparison that is stopped after so many jobs."""
    with pytest.MonkeyPatch.context() as patched:
        counting(patched, stop_after=after)
        answer = compare(case, out, *RICH_BUDGETS)
    assert answer.code == 5
    assert "Stopped" in answer.stderr
    assert {name.split("/")[0] for name in content(out)} == {".progress"}
    return answer


@pytest.fixture(scope="module")
def whole(rich: Answer, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many jobs the comparison of the rich toy has."""
    with pytest.MonkeyPatch.context() as patched:
        jobs = counting(patched)
        compare_sheets(tmp_path_factory.mktemp("whole"), RICH, *RICH_BUDGETS)
    return len(jobs)


def test_progress_tells_what_is_done_and_open_and_how_long_the_rest_takes(rich: Answer):
    log = (rich.out / "run.log").read_text(encoding="utf-8")
    told = r"^ +[\d.]+ s  .+: \d+ of \d+ done, about \d+ s left for them; (\d) of 6 budgets proven, widest gap [\d.]+ points$"
    proven = [int(count) for count in re.findall(told, log, re.MULTILINE)]  # Five budgets, and unlimited money.
    assert proven
    assert proven == sorted(proven)


@quickly
@pytest.mark.parametrize("after", [2, -1])
def test_an_interrupted_comparison_goes_on_where_it_was(
    rich: Answer, whole: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
):
    after = after % whole
    case = write(tmp_path / "case", RICH)
    interrupted(case, tmp_path / "out", after)
    jobs = counting(monkeypatch)
    answer = compare(case, tmp_path / "out", *RICH_BUDGETS, "--resume")
    assert answer.code == 0, answer.stderr
    assert len(jobs) == whole - after
    assert results(answer.out) == results(rich.out)
    assert not [name for name in content(answer.out) if name.startswith(".")]


@quickly
def test_a_result_that_was_cut_in_half_is_done_again(
    rich: Answer, whole: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    case = write(tmp_path / "case", RICH)
    interrupted(case, tmp_path / "out", 5)
    first, second, *_ = sorted((tmp_path / "out" / ".progress").rglob("*.kept"))
    first.write_bytes(first.read_bytes()[: first.stat().st_size // 2])
    second.write_bytes(b"")
    jobs = counting(monkeypatch)
    answer = compare(case, tmp_path / "out", *RICH_BUDGETS, "--resume")
    assert answer.code == 0, answer.stderr
    assert len(jobs) == whole - 5 + 2
    assert results(answer.out) == results(rich.out)


@quickly
@pytest.mark.parametrize("change", ["budgets", "gap", "pots", "no --resume"])
def test_another_question_starts_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str):
    case = write(tmp_path / "case", RICH)
    interrupted(case, tmp_path / "out", 3)
    options: dict[str, tuple[object, ...]] = {
        "budgets": ("--budgets", "3,9,12,16,25", "--resume"),
        "gap": (*RICH_BUDGETS, "--resume", "--coverage-gap-points", 0.5),
        "pots": (*RICH_BUDGETS, "--resume", "--pots", "keep"),
        "no --resume": RICH_BUDGETS,
    }
    jobs = counting(monkeypatch, stop_after=1)
    assert compare(case, tmp_path / "out", *options[change]).code == 5
    assert isinstance(jobs[0], Relax)


@quickly
def test_another_input_starts_anew(tmp_path: Path):
    case = write(tmp_path / "case", RICH)
    interrupted(case, tmp_path / "out", 5)
    write(case, RICH | {"Demand": RICH["Demand"].replace("2030, 40, 2", "2030, 41, 2")})
    answer = compare(case, tmp_path / "out", *RICH_BUDGETS, "--resume")
    assert answer.code == 0, answer.stderr
    assert results(answer.out) == results(compare(case, tmp_path / "fresh", *RICH_BUDGETS).out)
    assert not [name for name in content(answer.out) if name.startswith(".")]


@quickly
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to another process there")
def test_ctrl_c_ends_the_workers_too_and_what_is_done_is_kept(rich: Answer, tmp_path: Path):
    case, out = write(tmp_path / "case", RICH), tmp_path / "out"
    options = [*RICH_BUDGETS, "--out", str(out), "--coverage-gap-points", "0", "--workers", "2"]
    command = [sys.executable, "-m", "optimizer.cli", "compare", str(case), *options]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as run:
        try:
            assert run.stderr is not None
            for line in run.stderr:
                if "relaxations: 1 of" in line:
                    break
            run.send_signal(signal.SIGINT)
            _, shown = run.communicate(timeout=60)  # Workers that lived on would keep the pipe open.
        finally:
            run.kill()
    assert run.returncode == 5, shown
    assert "Stopped" in shown
    assert list((out / ".progress").rglob("*.kept"))
    answer = compare(case, out, *RICH_BUDGETS, "--resume")
    assert answer.code == 0, answer.stderr
    assert results(answer.out) == results(rich.out)


@quickly
@pytest.mark.slow
# The pool's own thread may end the dead process's fellows while another is being started, and stumble: it has told of the end
# before that, and the crew ends all of them itself.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_two_workers_give_the_same_bytes_as_one_even_if_one_dies(
    rich: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The first process ends as soon as it is given a job; new ones are started and do all."""
    submit = optimizer.crew.ProcessPoolExecutor.submit
    killed: list[int] = []

    def deadly(pool, work, job):
        future = submit(pool, work, job)
        if not killed:
            process = next(iter(pool._processes.values()))
            killed.append(process.pid)
            process.kill()
        return future

    monkeypatch.setattr(optimizer.crew.ProcessPoolExecutor, "submit", deadly)
    answer = compare_sheets(tmp_path, RICH, *RICH_BUDGETS, "--workers", 2)
    assert killed
    assert answer.code == 0, answer.stderr
    assert answer.manifest["workers"] == 2
    assert results(answer.out) == results(rich.out)
