"""Tables, sentences and workbook of ``compare``, from points made by hand (``compared.three``)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from compared import TOY, comparison, plan, three
from reported import find, rows, texts
from toys import Sheets, settings

from optimizer.report.compare_book import write_comparison
from optimizer.report.compare_proof import behind, slack
from optimizer.report.compare_words import bend, key_sentences, list_price, no_more_help
from optimizer.report.comparison import Comparison, PlanAt, Point
from optimizer.report.comparison_tables import COLUMNS, comparison_tables
from optimizer.report.limits import plateau
from optimizer.report.reasons import classified
from optimizer.report.tables import OPTIONAL

SHEETS = ["Summary", "Curve", "Next money", "Portfolio", "Priority list", "Steps", "Capacity", "Run"]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return comparison_tables(three())


def row(table: pd.DataFrame, **key: object) -> dict[str, Any]:
    """The one row with those cells."""
    for name, value in key.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0].to_dict()


def written(case: Comparison, path: Path) -> openpyxl.Workbook:
    """The report as it is read again."""
    write_comparison(path, case, comparison_tables(case))
    return openpyxl.load_workbook(path)


# ---------------------------------------------------------------- tables


def test_tables_have_the_contracted_columns_also_when_empty():
    for case in (three(), comparison([Point(5.0, "no_plan", (), None, None, None)])):
        found = comparison_tables(case)
        assert {name: tuple(table.columns) for name, table in found.items()} == dict(COLUMNS)


def test_curve(tables: dict[str, pd.DataFrame]):
    """200 weighted t are 100 points: 120 t short are 60, the bound of 100 t is 50. Short 60 t a year of 100: 40 % served."""
    first = row(tables["curve"], budget_musd=10.0)
    assert (first["shortfall_points"], first["bound_points"], first["gap_points"]) == (60.0, 50.0, 10.0)
    assert (first["base_coverage"], first["worst_base_coverage"], first["projects_funded"]) == (0.4, 0.4, 2)
    assert row(tables["curve"], budget_musd=5.0)["status"] == "infeasible"
    assert row(tables["curve"], budget_musd=40.0)["reproducible"] == "no"
    last = tables["curve"].iloc[-1]
    assert pd.isna(last["budget_musd"])
    assert last["shortfall_points"] == 23.0


def test_slack_of_total_and_pots(tables: dict[str, pd.DataFrame]):
    """Pots of 15: outlay 10 of 10 leaves 5 in the pots; 15 of 20 leaves 5 of the total; 14 of 40 leaves 26 and 1."""
    curve = tables["curve"].set_index("budget_musd")
    assert [curve.loc[b, "slack"] for b in (10.0, 20.0, 40.0)] == ["pots", "total", "both"]
    assert (curve.loc[40.0, "total_slack_musd"], curve.loc[40.0, "pots_slack_musd"]) == (26.0, 1.0)
    assert list(curve["funders_spent"].fillna(""))[1:4] == ["", "F", ""]
    assert "at 40 MUSD both are slack (total 26 MUSD unspent, pots 1 MUSD unspent)" in slack(three())


def test_next_money(tables: dict[str, pd.DataFrame]):
    """10 to 20: 120 - 60 = 60 t by the plans, at least 100 - 60 = 40, at most 120 - 50 = 70; times 10 for 100 MUSD.

    20 to 40: 60 - 50 = 10, at least max(0, 50 - 50) = 0, at most 60 - 45 = 15; times 5.
    """
    first, second = (tables["next_money"].iloc[n].to_dict() for n in (0, 1))
    names = ("weighted_t_per_100_musd", "weighted_t_low", "weighted_t_high")
    assert [first[n] for n in names] == [600.0, 400.0, 700.0]
    assert [first[n] for n in ("points_per_100_musd", "points_low", "points_high")] == [300.0, 200.0, 350.0]
    assert [second[n] for n in names] == [50.0, 0.0, 75.0]
    assert (first["base_tonnes_per_100_musd"], first["verdict"], second["verdict"]) == (600.0, "helps, proven", "open")


def test_bend_is_proven_where_the_bands_are_apart_and_open_where_not(tables: dict[str, pd.DataFrame]):
    """At 20 at least 400 t per 100 MUSD before, at most 75 after. With bounds of 0 nothing is proven before or after."""
    assert row(tables["curve"], budget_musd=20.0)["value_falls"] == "falls, proven"
    assert "bends most at 20 MUSD" in bend(three())
    loose = [
        replace(p, best=plan(v, 0.0, {}, 0.0)) for p, v in zip(three().points[1:], (120.0, 60.0, 50.0), strict=True)
    ]
    assert "leave open whether it does" in bend(comparison(loose))


def test_classes_shares_and_reasons(tables: dict[str, pd.DataFrame]):
    """Q at all three budgets; P from 20 on, 2 of 3; S at 10 only; R needs 5 years: 2035 is after 2031."""
    found = tables["classes"].set_index("project")
    assert dict(found["class"]) == {
        "Q": "at every budget",
        "P": "from a budget on",
        "S": "only between",
        "R": "never",
    }
    assert [found.loc[p, "share_of_budgets"] for p in "QPSR"] == [1.0, 0.666667, 0.333333, 0.0]
    assert found.loc["R", "reason"] == "Too late: no output before 2035, after the last year 2031."
    assert found.loc["S", "reason"].endswith("at 20 P of the same stage comes in.")
    matrix = row(tables["portfolio_matrix"], project="Q", budget_musd=40.0)
    assert (matrix["funded_year"], matrix["size_t_per_year"], matrix["share_of_full_size"]) == (2031, 30.0, 1.0)


def test_priority_list(tables: dict[str, pd.DataFrame]):
    """P (8 MUSD) from 10 on, Q (6 MUSD) from 20 on: 14 MUSD together."""
    found = tables["priority_list"]
    assert list(found["project"]) == ["P", "Q"]
    assert list(found["entered_at_musd"]) == [10.0, 20.0]
    assert list(found["cumulative_public_outlay_musd"]) == [8.0, 14.0]
    assert found["left_at_musd"].isna().all()


def test_a_project_that_leaves_the_list_is_named():
    points = [
        Point(b, "optimal", (), None, plan(9.0, 9.0, funded, 8.0), None)
        for b, funded in ((10.0, {"P": 2030}), (20.0, {"Q": 2030}))
    ]
    assert list(comparison_tables(comparison(points))["priority_list"]["left_at_musd"].fillna(0.0)) == [20.0, 0.0]


def test_price_of_the_list(tables: dict[str, pd.DataFrame]):
    """At 10: at least 125 - 120 = 5 t, by the plans 130 - 120 = 10, at most 130 - 100 = 30. At 20: 0, 0 and 60 - 50 = 10."""
    first = row(tables["list_price"], budget_musd=10.0)
    assert [first[f"insisting{x}_t"] for x in ("_low", "", "_high")] == [5.0, 10.0, 30.0]
    assert [first[f"insisting{x}_points"] for x in ("_low", "", "_high")] == [2.5, 5.0, 15.0]
    second = row(tables["list_price"], budget_musd=20.0)
    assert [second[f"insisting{x}_t"] for x in ("_low", "", "_high")] == [0.0, 0.0, 10.0]
    assert (first["verdict"], second["verdict"]) == ("costs, proven", "open")
    assert "open at 20 and 40 MUSD" in list_price(three())


def test_steps_and_capacity(tables: dict[str, pd.DataFrame]):
    """10 to 20: S (10 t in A) out, P (40 t in B) in. In 2031 X 20 t and S 10 t stand in A at 10, of it 10 t funded."""
    found = tables["steps"]
    assert found[["country", "gains", "loses", "size_change_t_per_year"]].to_numpy().tolist() == [
        ["A", 0, 1, -10.0],
        ["B", 1, 0, 40.0],
    ]
    stands = row(tables["capacity_by_budget"], budget_musd=10.0, country="A")
    assert (stands["capacity_t"], stands["funded_t"]) == (30.0, 10.0)


# ---------------------------------------------------------------- where money no longer helps


def test_open_at_the_largest_budget():
    """50 t at 40 MUSD, bound 45; without a limit 46, bound 44: at least max(0, 45 - 46) = 0, at most 50 - 44 = 6 t, 3 points."""
    said = no_more_help(three())
    assert said.startswith(
        "The proof leaves open whether money still helps at 40 MUSD: without any limit on it at most 3.0"
    )
    assert "All pots together hold 15 MUSD: a larger total alone cannot help." in said


def test_plateau_against_unlimited_money():
    """Without a limit at least 44 t: 45 at 40 MUSD is within 1 point (2 t); at 20 MUSD the bound 50 is 4 t above the 46."""
    case = three()
    last = replace(case.points[-1], best=plan(45.0, 45.0, {"P": 2030}, 14.0))
    case = replace(case, points=(*case.points[:-1], last))
    found = plateau(case, against_ceiling=True)
    assert found is not None
    assert (found.held.budget_musd, found.most, found.certain) == (40.0, 1.0, True)
    assert "Beyond 40 MUSD no amount of money adds more than 0.5 points; proven." in no_more_help(case)


@pytest.mark.parametrize(
    ("funded", "cause"),
    [
        ({"P": 2030, "Q": 2030}, "lead times"),  # S only runs in 2031: by 2030 no more can be had.
        ({"P": 2030}, "not told apart"),  # Q could run in 2030.
    ],
)
def test_what_holds_back_is_named(funded: dict[str, int], cause: str):
    case = comparison([Point(20.0, "optimal", (), plan(60.0, 60.0, funded, 15.0), None, None)])
    found = comparison_tables(case)["what_binds"]
    assert row(found, years="2030" if cause == "lead times" else "2030 to 2031", cause=cause)["stage"] == "magnet"


def holding(best: PlanAt, sheets: Sheets = TOY, **tables: pd.DataFrame) -> pd.DataFrame:
    """What binds a plan at 20 MUSD, some of its tables exchanged."""
    changed = replace(best, tables={**best.tables, **tables})
    return comparison_tables(comparison([Point(20.0, "optimal", (), changed, None, None)], sheets))["what_binds"]


@pytest.mark.parametrize(("most", "cause"), [(49.0, "people"), (50.0, "not told apart")])
def test_people_hold_back_where_what_is_left_needs_more_than_there_are(most: float, cause: str):
    """Only Q could run in 2030, at no less than half of its size, which needs 50 of the 100 people."""
    projects = """
        project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, lead_years, workforce
        X, A, make, existing, 20, , , ,
        P, B, make, candidate, 40, , 8, 0, 80
        Q, C, make, candidate, 30, 15, 6, 0, 100
    """
    workforce = [{"country": "C", "year": year, "needed": 0.0, "most": most} for year in (2030, 2031)]
    table = pd.DataFrame(workforce, columns=list(OPTIONAL["workforce"]))
    best = plan(60.0, 60.0, {"P": 2030}, 8.0)
    found = holding(best, TOY | {"Projects": projects}, workforce=table).iloc[0]
    assert (found["cause"], found["stage"], found["years"]) == (cause, "magnet", "2030 to 2031")
    assert "Q" in found["detail"]


def test_feed_holds_back_where_no_stage_of_plants_does():
    best = plan(60.0, 60.0, {"P": 2030}, 8.0)
    found = holding(best, bottlenecks=best.tables["bottlenecks"].assign(binds="no")).iloc[0]
    assert (found["cause"], found["stage"]) == ("feed", "")


def test_where_every_candidate_is_funded_none_is_left_to_fund():
    sheets = TOY | {"Projects": "\n".join(x for x in TOY["Projects"].splitlines() if " R, " not in x)}
    found = holding(plan(60.0, 60.0, {"P": 2030, "Q": 2030, "S": 2030}, 18.0), sheets)
    assert row(found, years="2031", cause="no plants left to fund")["stage"] == "magnet"
    assert row(found, years="2030", cause="lead times")["stage"] == "magnet"  # S runs in 2031.


def test_losses_hold_back_where_nothing_else_is_short():
    best = plan(0.0, 0.0, {"P": 2030, "Q": 2030}, 14.0)
    lost = best.tables["losses"].assign(scenario="loss", served_t=90.0, shortfall_t=10.0)
    found = holding(best, losses=pd.concat([best.tables["losses"], lost])).iloc[0]
    assert (found["cause"], found["years"], found["shortfall_t"]) == ("short in the losses only", "2030 to 2031", 10.0)


# ---------------------------------------------------------------- the workbook


def test_the_report_reads_as_the_tables(tmp_path: Path):
    book = written(three(), tmp_path / "compare.xlsx")
    assert book.sheetnames == SHEETS
    curve = book["Curve"]
    lines = rows(curve, find(curve, "Budget, MUSD"))
    assert [line["Budget, MUSD"] for line in lines] == [10, 20, 40, "no limit"]
    assert [line["Best plan, points short"] for line in lines] == [60, 30, 25, 23]
    assert any(text.startswith("5 MUSD: no plan can keep every limit") for text in texts(curve))
    assert len(curve._charts) >= 3  # type: ignore[attr-defined]
    money = book["Next money"]
    assert rows(money, find(money, "Step, MUSD"))[0]["At most (proven), points"] == 350
    matrix = book["Portfolio"]
    assert [matrix.cell(find(matrix, "Q", 2), column).value for column in (6, 7, 8)] == [2030, 2030, 2031]
    assert any(text.startswith("▲ Cut line 10 MUSD: 1 project (1 new)") for text in texts(book["Priority list"]))
    said = " ".join(texts(book["Summary"]))
    assert "Not reproducible, because time cut the search: the best plans at 40 MUSD" in said


def test_the_run_tells_gaps_in_points_and_tonnes_and_what_is_proven_of_the_cost(tmp_path: Path):
    """At 10 MUSD 120 t and at least 100 t short: 20 t, of 200 t that is 10 points; cost at least 90 MUSD."""
    run = written(three(), tmp_path / "compare.xlsx")["Run"]
    line = next(x for x in rows(run, find(run, "Budget, MUSD")) if (x["Budget, MUSD"], x["Plan"]) == (10, "best"))
    assert (line["Gap, points"], line["Gap, weighted t"]) == (10.0, 20.0)
    assert line["No plan that covers as much is cheaper than, MUSD"] == 90.0
    assert (
        line["Meaning"] == "proven: no plan covers more by more than the gap asked for; the gap of the cost is as shown"
    )


def charted(book: openpyxl.Workbook, sheet: str) -> list[list[tuple[str, list[object], str]]]:
    """Of each chart of a sheet: heading, numbers and look of its series, as people without colours see it."""
    found = []
    for chart in book[sheet]._charts:  # type: ignore[attr-defined]
        series = []
        for one in (x for plot in chart._charts for x in plot.series):
            (label,), numbers = (
                [cell.value for row in book[name][place.replace("$", "")] for cell in row]
                if ":" in place
                else [book[name][place].value]
                for name, place in (ref.replace("'", "").split("!") for ref in (one.tx.strRef.f, one.val.numRef.f))
            )
            series.append((str(label), numbers, grey(one)))
        found.append(series)
    return found


def grey(series: Any) -> str:
    """Lightness of fill and line, pattern, dash and marker."""
    look, marker = series.graphicalProperties, series.marker
    line = look.ln
    parts = [look.noFill, lightness(look.solidFill), getattr(look.pattFill, "prst", None)]
    parts += [line.noFill, lightness(line.solidFill), line.prstDash, marker.symbol if marker else None]
    return "/".join(str(part) for part in parts)


def lightness(colour: Any) -> int | None:
    if colour is None:
        return None
    code = str(getattr(colour.srgbClr, "val", colour.srgbClr))
    return round(sum(weight * int(code[n : n + 2], 16) for weight, n in ((0.3, 0), (0.6, 2), (0.1, 4))) / 16)


def test_charts_are_native_show_the_tables_and_are_told_apart_without_colours(tmp_path: Path):
    book = written(three(), tmp_path / "compare.xlsx")
    charts = {sheet: charted(book, sheet) for sheet in ("Summary", "Curve", "Next money", "Capacity")}
    assert all(charts.values())
    for series in (chart for found in charts.values() for chart in found):
        assert all(isinstance(number, (int, float)) for _, numbers, _ in series for number in numbers)
        looks = [look for _, _, look in series]
        assert len(set(looks)) == len(looks)
    under, band, best, bound = charts["Curve"][0]  # The band is stacked on the bound, which is not drawn.
    assert (best[1], bound[1], under[1], band[1]) == ([60, 30, 25], [50, 25, 22.5], [50, 25, 22.5], [10, 5, 2.5])
    assert under[2].startswith("True")
    assert not band[2].startswith("True")


def test_the_same_comparison_gives_the_same_cells(tmp_path: Path):
    case = three()
    first, second = (written(case, tmp_path / name) for name in ("a.xlsx", "b.xlsx"))
    for sheet in first.worksheets:
        assert list(sheet.values) == list(second[sheet.title].values)


def test_objective_cost(tmp_path: Path):
    """Cost 120 at 10 (bound 110), 100 at 20 (bound 95): saved 20, at least 110 - 100 = 10, at most 120 - 95 = 25; times 10."""
    points = [
        Point(b, "optimal", (), plan(v, low, {"P": 2030}, 8.0, goal="cost"), None, None)
        for b, v, low in ((10.0, 120.0, 110.0), (20.0, 100.0, 95.0))
    ]
    case = comparison(points, TOY | {"Settings": settings(2030, 2031, objective="cost")}, anchor_musd=None)
    step = comparison_tables(case)["next_money"].iloc[0]
    saved = [step[n] for n in ("cost_saved_per_100_musd", "cost_saved_low", "cost_saved_high")]
    assert saved == [200.0, 100.0, 250.0]
    assert pd.isna(step["points_low"])
    book = written(case, tmp_path / "compare.xlsx")
    curve = book["Curve"]
    assert rows(curve, find(curve, "Budget, MUSD"))[0]["Proven band, MUSD"] == 10
    assert "No priority list was made." in texts(book["Priority list"])


@pytest.mark.parametrize(
    "points",
    [
        [],
        [Point(10.0, "infeasible", ("Raise it.",), None, None, None)],
        [Point(10.5, "optimal", (), plan(0.0, 0.0, {}, 0.0), None, None)],
        [Point(b, "optimal", (), plan(200.0, 0.0, {}, 0.0), None, None) for b in (0.0, 10.5)],
    ],
    ids=["no points", "no plan", "one budget, nothing funded", "nothing proven, budgets that are not whole"],
)
def test_little_is_still_a_report(points: list[Point], tmp_path: Path):
    case = comparison(points, anchor_musd=None)
    assert written(case, tmp_path / "compare.xlsx").sheetnames == SHEETS
    assert key_sentences(case, classified(case))
    assert all(behind(case))
