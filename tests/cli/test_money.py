"""A workbook with instruments through the commands: what each tells of public money is known by hand.

P and Q make 100 t/yr of m each, are a year in building and run 4 years, at 3 MUSD a year: worth 3 x 2.3616 at a hurdle rate of
25 %. P costs 10 MUSD and lacks 2.9152, Q costs 12 and lacks 4.9152. F grants up to a fifth of capital, and has 2 MUSD; G holds a
floor of 90 USD against prices of 60, which pays 3 MUSD a year on all of the output for 4 years, and has 5 MUSD. So P gets 2 MUSD
and a floor on 0.9152 / (3 x 2.3616) of its output; for both the money does not do. Were money no limit, Q would cost 2.4 MUSD and
a floor on 2.5152 / (3 x 2.3616) of its output.
"""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from runs import Answer, content, magnetgrid, solve
from toys import Sheets, settings, write

VALUE = 3 * (0.8 + 0.64 + 0.512 + 0.4096)
PART = (10 - VALUE - 2) / VALUE
P_MUSD = 2 + 12 * PART
Q_MUSD = 2.4 + 12 * (12 - VALUE - 2.4) / VALUE
SHEETS: Sheets = {
    "Settings": settings(2030, 2033, budget_musd=60, utilization=1, public_rate=0.1),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, opex_usd_per_kg, hurdle_rate, \
operating_life_years, workforce
        P, A, make, candidate, 100, 10, 1, 30, 0.25, 4, 50
        Q, B, make, candidate, 100, 12, 1, 30, 0.25, 4, 50
    """,
    "Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 100",
    "Disruptions": "scenario, kind, target, from_year, weight\nplant, lose_project, P, 2031, 0",
    "Instruments": """
        instrument, kind, funders, max_share, material, usd_per_kg
        grant, grant, F, 0.2, ,
        floor, floor, G, , m, 90
    """,
    "Prices": "deck, material, year, usd_per_kg\nbase, m, 2030, 60\ncrash, m, 2030, 40",
    "Budgets": "funder, budget_musd, home\nF, 2, A\nG, 5, B",
    "Strategies": """
        strategy, table, filter, column, action, value
        As it is, Settings, setting=budget_musd, value, set, 60
        No floor, Instruments, instrument=floor, , remove,
        No tools, Instruments, , , remove,
        Built, Projects, project=Q, status, set, committed
        Built, Projects, project=Q, first_year, set, 2031
        Built, Projects, project=Q, public_share, set, 0.6
    """,
    "Uncertainty": """
        table, filter, column, distribution, parameters
        Projects, project=P, capex_musd, discrete, 1.5=1
    """,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case and its plan, in the folders ``case`` and ``plan``."""
    folder = tmp_path_factory.mktemp("money")
    write(folder / "case", SHEETS)
    return folder


@pytest.fixture(scope="module")
def plan(place: Path) -> Answer:
    return solve(place / "case", place / "plan", "--quiet")


def run(command: str, place: Path, out: Path, *options: object) -> Answer:
    return magnetgrid(command, place / "case", "--out", out, "--workers", 1, "--quiet", *options, out=out)


def close(value: str | float) -> object:
    return pytest.approx(float(value), abs=1e-4)


def test_solve(plan: Answer):
    assert plan.code == 0
    assert plan.manifest["audit"]["passed"]
    assert "Support:   1 of 1 project by 3.6 MUSD; 8.0 MUSD private" in plan.stdout
    crash = "Crash:     at prices of deck crash 3 MUSD may be owed, most in 2031; 0 MUSD are lent to firms that then miss their"
    assert crash in plan.stdout
    assert [row["project"] for row in plan.table("portfolio")] == ["P"]
    assert float(plan.table("viability")[0]["charge_musd"]) == close(P_MUSD)
    assert "Who pays" in openpyxl.load_workbook(plan.out / "report.xlsx").sheetnames


@pytest.mark.parametrize(("lack", "has_ratio"), [(2e-6, False), (9e-4, True)])
def test_a_project_that_lacks_next_to_nothing_passes_the_audit(lack: float, has_ratio: bool, tmp_path: Path):
    """It gets next to nothing; of less than a thousand dollars no ratio is told: a package of a few has no leverage."""
    plants = SHEETS["Projects"].replace("candidate, 100, 12,", f"candidate, 100, {VALUE + lack:.9f},")
    sheets = {**SHEETS, "Projects": plants}
    sheets["Budgets"] = "funder, budget_musd, home, max_project_share\nF, 2, A, 0.6\nG, 5, B, 0.6"
    answer = solve(write(tmp_path / "case", sheets), tmp_path / "out", "--quiet")
    assert answer.code == 0
    (row,) = (x for x in answer.table("viability") if x["project"] == "Q")
    assert (row["leverage"] != "", float(row["charge_musd"]) > 1e-3) == (has_ratio, has_ratio)


def test_tables_of_an_earlier_run_with_instruments_go(plan: Answer, tmp_path: Path):
    case = write(tmp_path / "case", SHEETS)
    solve(case, tmp_path / "out", "--quiet")
    for name in ("Instruments", "Strategies"):
        (case / f"{name}.csv").unlink()
    assert solve(case, tmp_path / "out", "--quiet").code == 0
    assert not (tmp_path / "out" / "tables" / "packages.csv").exists()


def test_compare_tells_private_money_and_liability_by_budget(place: Path, tmp_path: Path):
    """3 MUSD do not do for P."""
    answer = run("compare", place, tmp_path / "out", "--budgets", "3,60", "--pots", "keep")
    assert answer.code == 0
    curve = {row["budget_musd"]: row for row in answer.table("curve")}
    assert float(curve["3.0"]["private_musd"]) == 0
    assert float(curve["60.0"]["private_musd"]) == close(8)
    assert float(curve["60.0"]["contingent_musd"]) == close(20 * PART)
    book = openpyxl.load_workbook(answer.out / "compare.xlsx")
    header = [str(cell.value) for row in book["Curve"].iter_rows(max_row=12) for cell in row if cell.value is not None]
    assert {"Private capital, MUSD", "May be owed in the crash, MUSD"} <= set(header)
    assert (tmp_path / "out" / "points" / "60" / "tables" / "packages.csv").is_file()


def test_compare_tells_the_cheapest_mix_of_each_budget(place: Path, tmp_path: Path):
    """As the packages of each point say: the table has a row for each kind that is charged, the sheet a row for each kind."""
    answer = run("compare", place, tmp_path / "out", "--budgets", "3,60", "--pots", "keep")
    for budget in ("3", "60"):
        with (answer.out / "points" / budget / "tables" / "packages.csv").open(encoding="utf-8") as stream:
            charged: dict[str, float] = {}
            for row in csv.DictReader(stream):
                charged[row["kind"]] = charged.get(row["kind"], 0.0) + float(row["charge_musd"])
        told = {
            row["kind"]: float(row["charge_musd"])
            for row in answer.table("tools")
            if row["budget_musd"] and float(row["budget_musd"]) == float(budget)
        }
        assert told == {kind: close(musd) for kind, musd in charged.items()}
    sheet = openpyxl.load_workbook(answer.out / "compare.xlsx")["Tools"]
    labels = [str(row[0].value) for row in sheet.iter_rows()]
    assert {"Budget, MUSD", "charged in all", "private capital", "served, nothing lost"} <= set(labels)
    assert len(sheet._charts) == 1


def test_strategies_tell_private_money_and_liability(place: Path, tmp_path: Path):
    """Without the floor a fifth of capital is less than P lacks; without any tool nobody is supported, nor asked for 0 %."""
    answer = run("strategies", place, tmp_path / "out")
    assert answer.code == 0
    rows = {row["strategy"]: row for row in answer.table("strategies")}
    assert float(rows["As it is"]["outlay_musd"]) == close(P_MUSD)
    assert float(rows["As it is"]["contingent_musd"]) == close(20 * PART)
    assert (float(rows["No floor"]["private_musd"]), rows["No floor"]["projects_funded"]) == (0, "0")
    assert float(rows["As it is"]["lent_to_failing_musd"]) == 0
    assert float(rows["Built"]["decreed_musd"]) == close(0.6 * 12)
    due = {x["year"]: float(x["crash_musd"]) for x in answer.table("strategy_liability") if x["strategy"] == "As it is"}
    assert due == {str(year): close(5 * PART) for year in range(2031, 2035)}
    said = {x["about"]: x["sentence"] for x in answer.table("left_undone") if x["strategy"] == "As it is"}
    assert (
        "A gains most: 3.6 MUSD are spent there, its funders pay 2.0 MUSD, and 50 jobs are there." in said["who pays"]
    )
    assert "price floors may cost 2.6 MUSD in all, against 1.6 expected and charged" in said["if prices fall"]
    assert "If prices are those of deck “crash”, 2.6 MUSD (“As it is”) may be owed with" in answer.stdout
    none = rows["No tools"]
    assert (none["projects_funded"], float(none["outlay_musd"]), float(none["coverage"])) == ("0", 0, 0)


def test_stress_lets_shares_of_capital_rise_and_no_floor(place: Path, plan: Answer, tmp_path: Path):
    """A fifth dearer: the grant is 0.4 MUSD more, which F does not have. Half as dear again: 1 MUSD more.

    A fifth dearer P costs what Q costs: for its firm to earn its hurdle rate it needs what Q would.
    """
    out = tmp_path / "out"
    answer = run("stress", place, out, "--run", plan.out, "--no-pairs", "--draws", 2, "--repair", "none")
    assert answer.code == 0
    rows = answer.table("overrun")
    total = next(row for row in rows if row["limit"] == "total budget")
    assert float(total["planned_musd"]) == close(P_MUSD)
    assert float(total["dearer_musd"]) == close(P_MUSD + 0.4)
    hurdle = next(row for row in rows if row["limit"] == "hurdle rates")
    assert (float(hurdle["planned_musd"]), float(hurdle["dearer_musd"])) == (close(P_MUSD), close(Q_MUSD))
    assert "plants would need 6.7 MUSD of public money at least, 3.6 as planned." in answer.stdout
    pots = [row for row in rows if row["limit"] == "pots"]
    assert sum(float(row["unpaid_as_planned_musd"]) for row in pots) == close(0)
    assert sum(float(row["unpaid_musd"]) for row in pots) == close(0.4)
    outlays = [float(row["outlay_musd"]) for row in answer.table("draws")]
    assert set(outlays) == {outlays[0]}
    assert outlays[0] == close(P_MUSD + 1)


def test_repair_costs_what_the_cheapest_package_charges(place: Path, plan: Answer, tmp_path: Path):
    answer = run("stress", place, tmp_path / "out", "--run", plan.out, "--no-pairs", "--repair", "plant")
    assert answer.code == 0
    repairs = [row for row in answer.table("repairs") if row["reached"] == "yes"]
    assert float(repairs[0]["extra_musd"]) == pytest.approx(Q_MUSD, abs=1e-3)
    assert float(answer.table("repair_projects")[0]["public_outlay_musd"]) == pytest.approx(Q_MUSD, abs=1e-3)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("stress", ("--repair", "plant", "--draws", 2)),
        ("diagnose", ()),
        ("compare", ("--budgets", "3,60", "--pots", "keep")),
    ],
)
def test_public_shares_are_not_read(
    command: str, options: tuple[object, ...], place: Path, plan: Answer, tmp_path: Path
):
    """Whatever public_share says, with instruments no table changes by a byte."""
    lines = [line.strip() for line in SHEETS["Projects"].strip().splitlines()]
    shares = "\n".join(f"{line}, {cell}" for line, cell in zip(lines, ("public_share", "0.1", "0.9"), strict=True))
    write(tmp_path / "case", SHEETS | {"Projects": shares})
    more = ("--run", plan.out, *options) if command == "stress" else options
    tables = [run(command, at, tmp_path / name, *more).out / "tables" for at, name in ((place, "a"), (tmp_path, "b"))]
    assert content(tables[0]) == content(tables[1])


def test_a_plan_of_the_sheet_has_its_packages_settled(tmp_path: Path):
    sheets = {**SHEETS, "Plan": "project, funded_year\nP, 2030\nQ, 2030", "Uncertainty": ""}
    case = write(tmp_path / "case", {name: text for name, text in sheets.items() if text})
    answer = magnetgrid(
        "stress",
        case,
        "--out",
        tmp_path / "out",
        "--no-pairs",
        "--repair",
        "none",
        "--workers",
        1,
        "--quiet",
        out=tmp_path / "out",
    )
    assert answer.code == 0
    total = next(row for row in answer.table("overrun") if row["limit"] == "total budget")
    assert float(total["planned_musd"]) == close(P_MUSD + Q_MUSD)


def test_a_plan_without_packages_is_refused(tmp_path: Path):
    """At 20 USD for the floor neither earns its hurdle rate."""
    sheets = {**SHEETS, "Plan": "project, funded_year\nP, 2030"}
    sheets["Instruments"] = SHEETS["Instruments"].replace("m, 90", "m, 61")
    case = write(tmp_path / "case", sheets)
    answer = magnetgrid("stress", case, "--out", tmp_path / "out", "--no-pairs", "--workers", 1, "--quiet")
    assert answer.code == 3
    assert "P: no package of its instruments lets its firm earn its hurdle rate." in answer.stderr


def test_explain_asks_for_no_public_share(place: Path, plan: Answer, tmp_path: Path):
    answer = run("explain", place, tmp_path / "out", "--run", plan.out, "--project", "Q")
    assert answer.code == 0
    assert {row["lever"] for row in answer.table("break_even") if row["project"] == "Q"} == {"capex", "opex"}
    outlay = next(row for row in answer.table("tests") if row["test"] == "public outlay of that")
    assert float(outlay["figure"]) == pytest.approx(Q_MUSD, abs=1e-3)


def test_diagnose_knows_the_cheapest_packages(place: Path, tmp_path: Path):
    answer = run("diagnose", place, tmp_path / "out")
    assert answer.code == 0
    outlays = {row["project"]: float(row["public_outlay_musd"]) for row in answer.table("projects")}
    assert outlays == {"P": close(P_MUSD), "Q": close(Q_MUSD)}
