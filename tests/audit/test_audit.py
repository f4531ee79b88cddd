"""The audit agrees with plans worked out by hand, and with nothing else."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from audit_toys import CHAIN, HALVES, INVESTMENT, LOSS, PEOPLE, PLANS
from audited import Toy, run
from money_toys import PACKAGE

import optimizer.audit
from optimizer.audit import audit, write_violations
from optimizer.cells import records
from optimizer.workbook import read_workbook

TOYS = {**PLANS, "package": PACKAGE}


@pytest.mark.parametrize("name", TOYS)
def test_agrees_with_the_plan_worked_out_by_hand(name: str, tmp_path: Path) -> None:
    result = run(TOYS[name], tmp_path)
    assert [str(violation) for violation in result.violations] == []
    assert result.passed
    assert result.checks > 50


# ---------------------------------------------------------------- every single number of every table

YEARS = ("year", "funded_year", "first_output_year", "full_output_year")


# Columns that say nothing by themselves: what is left of a loss's allowance follows from its draws, and material served
# may be called open although it is allied, where the row does not ask.
def _is_free(table: str, column: str, row: list[str], change: float) -> bool:
    if table == "stocks" and column == "level_t":
        return row[0] != "base"
    return table == "coverage" and column == "served_allied_t" and row[4] == "no" and change < 0


def _steps(column: str) -> tuple[float, ...]:
    if column in YEARS:
        return (1, -1)
    if column in ("coverage", "leverage", "hurdle_rate") or column.endswith(("share", "utilization")):
        return (0.001, -0.001)
    return (0.01, -0.01) if "musd" in column else (0.05, -0.05)


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "").isdigit()


def corruptions() -> Iterator[tuple[str, str, int, str, float]]:
    for name, toy in TOYS.items():
        for table, header in toy.headers.items():
            for number, row in enumerate(toy.rows(table)):
                for column, cell in zip(header.split(","), row, strict=True):
                    if not _is_number(cell):
                        continue
                    for change in _steps(column):
                        if not _is_free(table, column, row, change):
                            yield name, table, number, column, change


@pytest.mark.parametrize(("name", "table", "number", "column", "change"), list(corruptions()))
def test_notices_every_changed_number(
    name: str, table: str, number: int, column: str, change: float, tmp_path: Path
) -> None:
    rows = TOYS[name].rows(table)
    index = TOYS[name].headers[table].split(",").index(column)
    text = rows[number][index]
    rows[number][index] = f"{float(text) + change:.12g}"
    result = run(TOYS[name], tmp_path, {table: rows})
    words = {word for word in (*rows[number], text) if not _is_number(word)}
    assert any(any(word in str(violation) for word in words) for violation in result.violations)


def losses_of_rows() -> Iterator[tuple[str, str, int]]:
    for name, toy in TOYS.items():
        for table in toy.headers:
            for number, row in enumerate(toy.rows(table)):
                if table != "stocks" or row[0] == "base":
                    yield name, table, number


@pytest.mark.parametrize(("name", "table", "number"), list(losses_of_rows()))
def test_notices_every_missing_row(name: str, table: str, number: int, tmp_path: Path) -> None:
    rows = TOYS[name].rows(table)
    del rows[number]
    assert not run(TOYS[name], tmp_path, {table: rows}).passed


@pytest.mark.parametrize(("name", "table"), [(name, table) for name in TOYS for table in TOYS[name].headers])
def test_notices_a_row_that_stands_twice(name: str, table: str, tmp_path: Path) -> None:
    rows = TOYS[name].rows(table)
    if rows:
        result = run(TOYS[name], tmp_path, {table: [*rows, rows[0]]})
        assert "row_once" in {violation.check for violation in result.violations}


# ---------------------------------------------------------------- the manifest and the budget


@pytest.mark.parametrize(
    ("key", "value", "check"),
    [
        ("weighted_shortfall_t", 255.9, "weighted_shortfall"),
        ("weighted_shortfall_t", None, "first_step"),
        ("base_shortfall_t", 0.1, "base_shortfall"),
        ("cost_musd", 0.61, "cost_total"),
        ("outlay_musd", 0.13, "outlay_total"),
        ("objective", "cost", "objective"),
        ("budget_musd", 0.1, "outlay_in_budget"),
    ],
)
def test_holds_the_manifest_against_the_tables(key: str, value: object, check: str, tmp_path: Path) -> None:
    result = run(replace(LOSS, manifest={**LOSS.manifest, key: value}), tmp_path)
    assert check in {violation.check for violation in result.violations}


def test_the_budget_in_force_is_the_one_stated(tmp_path: Path) -> None:
    workbook, written = LOSS.write(tmp_path)
    result = audit(read_workbook(workbook), written, 0.2, LOSS.manifest)
    assert [violation.check for violation in result.violations] == ["budget_stated"]


# ---------------------------------------------------------------- the cells change, the tables do not

CHANGED_CELLS = [
    # toy, sheet, what stands there, what is written instead, the check that notices
    (PEOPLE, "Projects", "10,1,50", "10,1,51", "people_needed"),
    (PEOPLE, "Workforce", "A,2030,20,100000,25,1", "A,2030,21,100000,25,1", "people_available"),
    (PEOPLE, "Workforce", "A,2030,20,100000,25,1", "A,2030,20,110000,25,1", "training_cost"),
    (PEOPLE, "Workforce", "A,2030,20,100000,25,1", "A,2030,20,100000,24,1", "people_trained_at_most"),
    (PEOPLE, "Workforce", "A,2030,20,100000,25,1", "A,2030,20,100000,25,2", "people_trained"),
    (PEOPLE, "Workforce", "A,2030,20,100000,25,1", "A,2030,20,100000,25,3", "people_trained_in_time"),
    (PEOPLE, "Workforce", "A,2032,30,100000,25,1", "A,2032,24,100000,25,1", "people_available"),
    (PEOPLE, "Budgets", "G,2.5,training", "G,2.4,training", "outlay_in_pots"),
    (PEOPLE, "Budgets", "G,2.5,training", "G,2.5,stockpile", "outlay_in_pots"),
    (INVESTMENT, "Projects", "0.5,g,", "0.6,g,", None),  # Runs at full capacity, above any least use.
    (INVESTMENT, "Projects", "2030,1,0.4;0.6,r,0.5,g", "2031,1,0.4;0.6,r,0.5,g", "funding_year"),
    (INVESTMENT, "Projects", "2030,1,0.4;0.6,r,0.5,g", "2030,0,0.4;0.6,r,0.5,g", "capacity_by_ramp"),
    (INVESTMENT, "Projects", "2030,1,0.4;0.6,r,0.5,g", "2030,1,0.4;0.6,,0.5,g", "capacity_by_ramp"),
    (INVESTMENT, "Projects", "2030,1,0.4;0.6,r,0.5,g", "2030,1,1,r,0.5,g", "outlay_by_project"),
    (INVESTMENT, "Projects", "100,50,10,0.2,0.5,2,0.3", "100,,10,0.2,0.5,2,0.3", "size_in_range"),
    (INVESTMENT, "Projects", "100,50,10,0.2,0.5,2,0.3", "100,50,10,,0.5,2,0.3", "capex_by_formula"),
    (INVESTMENT, "Projects", "100,50,10,0.2,0.5,2,0.3", "100,50,10,0.2,,2,0.3", "public_outlay"),
    (INVESTMENT, "Projects", "100,50,10,0.2,0.5,2,0.3", "100,50,10,0.2,0.5,1,0.3", "cost_term"),
    (INVESTMENT, "Projects", "p,A,make,candidate", "p,A,make,existing", "known_name"),
    (INVESTMENT, "Projects", "0.5,g,", "0.5,g,q", "requires"),
    (INVESTMENT, "Demand", "110,0.7", "110,0.8", "min_coverage"),
    (INVESTMENT, "Demand", "all,A,m,2029,90,", "all,A,m,2029,80,", "demand"),
    (INVESTMENT, "Budgets", "F,2,2030,yes", "F,2,2030,no", "outlay_in_pots"),
    (INVESTMENT, "Budgets", "yes,A,", "yes,,separation", "outlay_in_pots"),
    (INVESTMENT, "Budgets", "2.2,2031,,,press", "2.2,2031,,,stockpile", "outlay_in_pots"),
    (INVESTMENT, "Budgets", "F,2.2", "G,2.2", "outlay_in_pots"),
    (INVESTMENT, "Redundancy", "r,,m,2032,1,1,1", "r,,m,2032,1,2,1", "redundancy_kept"),
    (INVESTMENT, "Redundancy", "r,,m,2032,1,1,1", "r,,m,2032,1,1,0.5", "redundancy_kept"),
    (INVESTMENT, "Redundancy", "r,,m,2032,1,1,1", "r,,m,2031,1,1,1", "redundancy_row"),
    (INVESTMENT, "Redundancy", "r,,m,2032,1,1,1", "r,,m,2032,1,1,", "redundancy_asked"),
    (INVESTMENT, "Countries", "A,Aland,yes", "A,Aland,no", "allied_plant"),
    (INVESTMENT, "Settings", "discount_rate,0.25", "discount_rate,0.2", "cost_discounted"),
    (CHAIN, "Routes", "*,A,B,,,no", "*,A,T,,,no", None),  # The row of magnets out of A is more specific.
    (CHAIN, "Routes", "magnet,A,*,0.5,88,", "magnet,A,*,0.5,87,", "route_limit"),
    (CHAIN, "Routes", "magnet,A,*,0.5,88,", "magnet,A,*,0.5,88,no", "route_allowed"),
    (CHAIN, "Routes", "magnet,A,*,0.5,88,", "magnet,A,*,0.6,88,", "cost_term"),
    (CHAIN, "Recipes", "input,1.25", "input,1.3", "material_balance"),
    (CHAIN, "Recipes", "mag,r1", "mag,r2", "known_name"),
    (CHAIN, "Countries", "A,A,yes,", "A,A,no,", "allied_plant"),
    (CHAIN, "Countries", "A,A,yes,", "A,A,no,yes", None),  # Trusted material is allied.
    (CHAIN, "Countries", "A,A,yes,", "A,A,yes,no", None),
    (CHAIN, "Imports", "2031,60,4", "2031,50,4", "import_in_offer"),
    (CHAIN, "Imports", "2031,60,4", "2031,60,5", "import_price"),
    (CHAIN, "Imports", "N,metal,,", "N,metal,A,", "known_name"),
    (CHAIN, "Demand", "2030,50,no,50", "2030,50,no,", "unpriced_row"),
    (CHAIN, "Demand", "2030,50,no,50", "2030,50,no,49", "cost_term"),
    (CHAIN, "Projects", "existing,88", "existing,80", "run_in_capacity"),
    (LOSS, "Disruptions", "loss,lose_country,each", "loss,lose_country,A", "known_name"),
    (LOSS, "Disruptions", "2031;2033", "", "coverage_row"),
    (LOSS, "Disruptions", "2031,9,2031;2033", "2031,2,2031-2032", "coverage_row"),
    (LOSS, "Disruptions", "all,0.46", "all,0.47", "min_coverage_in_loss"),
    (LOSS, "Disruptions", "all,0.46", ",0.47", "min_coverage_in_loss"),
    (LOSS, "Disruptions", "all,0.46", "else,0.47", None),
    (LOSS, "Disruptions", "each,2031,9", "each,2030,9", "stock_draw_in_loss"),
    (LOSS, "Countries", "B,B,yes,", "B,B,yes,no", "known_name"),
    (LOSS, "Stockpiles", "10,22,10,12,1", "10,21,10,12,1", "stock_in_max"),
    (LOSS, "Stockpiles", "10,22,10,12,1", "10,22,10,,1", "stock_purchase"),
    (LOSS, "Stockpiles", "10,22,10,12,1", "10,22,,12,1", "stock_purchase"),
    (LOSS, "Stockpiles", "10,22,10,12,1", "9,22,10,12,1", "stock_level"),
    (LOSS, "Stockpiles", "10,22,10,12,1", "10,22,10,12,2", "cost_term"),
    (LOSS, "Settings", "default_transport_usd_per_kg,1", "coverage_slack_points,1", "cost_term"),
    (HALVES, "Disruptions", "p1,0.5", "p3,0.5", "run_in_capacity"),
    (HALVES, "Disruptions", "p1,0.5", "s,0.5", None),
    (HALVES, "Disruptions", "X,0.5", "X,0.6", "import_in_offer"),
    (HALVES, "Disruptions", "A,,0", "A,,1", "weighted_shortfall"),
    (HALVES, "Settings", "worst", "average", None),  # 30 + (80 + 50) / 2 / 2 is less.
    (HALVES, "Projects", "p2,A,make,existing,50,s", "p2,A,make,existing,50,", None),
    (HALVES, "Projects", "p3,A,make,committed,60,,2030", "p3,A,make,committed,60,,2029", "capacity_by_ramp"),
    (HALVES, "Projects", "old,A,make,existing,60,,,2029", "old,A,make,existing,60,,,2030", "capacity_row"),
]


@pytest.mark.parametrize(("toy", "sheet", "old", "new", "check"), CHANGED_CELLS)
def test_reads_the_cells_itself(toy: Toy, sheet: str, old: str, new: str, check: str | None, tmp_path: Path) -> None:
    assert old in toy.sheets[sheet]
    changed = replace(toy, sheets={**toy.sheets, sheet: toy.sheets[sheet].replace(old, new)})
    found = {violation.check for violation in run(changed, tmp_path).violations}
    assert check in found if check else not found


# ---------------------------------------------------------------- rows that no plan may have

STRANGE_ROWS = [
    (CHAIN, "flows", "base,magnet,allied,T,T,2030,1", "leg_abroad"),
    (CHAIN, "flows", "base,magnet,allied,A,B,2030,1", "route_allowed"),
    (CHAIN, "flows", "base,metal,grey,N,A,2030,1", "known_name"),
    (CHAIN, "flows", "base,metal,open,A,T,2030,-1", "not_negative"),
    (CHAIN, "flows", "base,metal,open,A,T,2030,nan", "cell_readable"),
    (CHAIN, "imports", "base,N,N,metal,2030,1,0.003,any", "import_landing"),
    (CHAIN, "runs", "base,pg,r9,allied,2030,1", "known_name"),
    (CHAIN, "costs", "tax,2030,1,1", "known_name"),
    (CHAIN, "outlays", "all,pg,2030,1", "known_name"),
    (INVESTMENT, "portfolio", "q,A,q,make,press,2030,2031,2032,80,100,1,8.4,4.2,", "outlay_by_project"),
    (INVESTMENT, "outlays", "G,p,2032,1", "known_name"),
    (LOSS, "flows", "loss:A,m,allied,A,B,2031,1", "nothing_leaves"),
    (LOSS, "flows", "loss:A,m,allied,B,C,2032,1", "known_name"),
    (LOSS, "runs", "loss:A,pa,r1,allied,2031,1", "run_in_capacity"),
    (LOSS, "losses", "loss:C,all,2031,100,48,0.48", "known_name"),
]


@pytest.mark.parametrize(("toy", "table", "line", "check"), STRANGE_ROWS)
def test_refuses_rows_that_no_plan_may_have(toy: Toy, table: str, line: str, check: str, tmp_path: Path) -> None:
    result = run(toy, tmp_path, {table: [*toy.rows(table), line.split(",")]})
    assert check in {violation.check for violation in result.violations}


@pytest.mark.parametrize(("filled_by", "passes"), [("existing", False), ("candidate", True)])
def test_a_standing_member_fills_its_group(filled_by: str, passes: bool, tmp_path: Path) -> None:
    projects = INVESTMENT.sheets["Projects"].strip() + f"\n x,A,idle,{filled_by},0,,0,,,,,,0,,,,g,"
    recipes = INVESTMENT.sheets["Recipes"] + "\nidle,r1,other,m,output,1,"
    toy = replace(INVESTMENT, sheets={**INVESTMENT.sheets, "Projects": projects, "Recipes": recipes})
    assert ("one_of_a_group" not in {v.check for v in run(toy, tmp_path).violations}) is passes


def test_annuity_is_charged_from_the_funding_year(tmp_path: Path) -> None:
    """8.4 MUSD over 2 years at 25 %: 8.4 x 0.25 / (1 - 0.64) = 5.83333 in 2030 and 2031."""
    projects = INVESTMENT.sheets["Projects"].replace("requires", "requires,life_years").replace(",g,", ",g,,2")
    chosen = INVESTMENT.sheets["Settings"] + "\ncapex_charge,annuity"
    toy = replace(
        INVESTMENT,
        sheets={**INVESTMENT.sheets, "Projects": projects, "Settings": chosen},
        manifest={**INVESTMENT.manifest, "cost_musd": 8.23296 - 7.392 + 5.83333 * 1.8},
    )
    costs = [row for row in toy.rows("costs") if row[0] != "capex"]
    costs += [["capex", "2030", "5.833333", "5.833333"], ["capex", "2031", "4.6666667", "5.833333"]]
    assert run(toy, tmp_path, {"costs": costs}).violations == []


@pytest.mark.parametrize(("relaxed", "checks"), [(True, set()), (False, {"funded_whole"})])
def test_only_a_relaxed_plan_may_fund_fractions(relaxed: bool, checks: set[str], tmp_path: Path) -> None:
    """85 % of a plant without fixed capital cost: 10.5 MUSD x 80 / 100 t, of at most 85 t."""
    cells = INVESTMENT.sheets["Projects"].replace("100,50,10,0.2", "100,50,10.5,0")
    toy = replace(
        INVESTMENT,
        sheets={**INVESTMENT.sheets, "Projects": cells},
        manifest={**INVESTMENT.manifest, "relaxed": relaxed},
    )
    portfolio = [["p", "A", "p", "make", "press", "2030", "2031", "2032", "80", "100", "0.85", "8.4", "4.2", "1"]]
    assert {violation.check for violation in run(toy, tmp_path, {"portfolio": portfolio}).violations} == checks


def test_parts_of_a_project_are_no_more_than_the_whole(tmp_path: Path) -> None:
    toy = replace(INVESTMENT, manifest={**INVESTMENT.manifest, "relaxed": True})
    part = ["p", "A", "p", "make", "press", "2033", "", "", "10", "100", "0.2", "1.2", "0.6", "1"]
    result = run(toy, tmp_path, {"portfolio": [*toy.rows("portfolio"), part]})
    assert {"funded_once", "one_of_a_group"} <= {violation.check for violation in result.violations}


def test_a_table_that_is_missing_or_short_of_a_column_is_named(tmp_path: Path) -> None:
    workbook, written = CHAIN.write(tmp_path)
    (written / "flows.csv").unlink()
    (written / "runs.csv").write_text("scenario,project\n", encoding="utf-8")
    result = audit(read_workbook(workbook), written, None, CHAIN.manifest)
    assert [(violation.check, violation.place) for violation in result.violations] == [
        ("table_exists", "flows.csv"),
        ("table_columns", "runs.csv"),
    ]


def test_the_table_of_people_must_be_there_with_the_sheet_alone(tmp_path: Path) -> None:
    for name, toy in (("with", PEOPLE), ("without", CHAIN)):
        (tmp_path / name).mkdir()
        workbook, written = toy.write(tmp_path / name)
        (written / "workforce.csv").unlink()
        result = audit(read_workbook(workbook), written, None, toy.manifest)
        assert [x.place for x in result.violations] == (["workforce.csv"] if toy is PEOPLE else [])


def test_fewer_people_than_are_needed_are_noticed(tmp_path: Path) -> None:
    """20 trained, and all that follows from it written truly but for the plant: 5 short in 2031."""
    rows = [
        ["A", "2030", "20", "20", "0", "0", "20", "20", "no", "2"],
        ["A", "2031", "25", "0", "20", "50", "-5", "50", "yes", "0"],
        ["A", "2032", "30", "0", "20", "50", "0", "80", "no", "0"],
    ]
    found = {violation.check for violation in run(PEOPLE, tmp_path, {"workforce": rows}).violations}
    assert found >= {"people_enough", "outlay_by_project", "cost_term"}


def test_violations_are_written_as_a_table(tmp_path: Path) -> None:
    result = run(replace(LOSS, manifest={**LOSS.manifest, "outlay_musd": 0.5}), tmp_path)
    path = tmp_path / "violations.csv"
    write_violations(result.violations, path)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "check,place,expected,found,message",
        "outlay_total,manifest outlay_musd,0.12,0.5,The outlays add up to the manifest's figure.",
    ]


def test_the_sheets_of_the_toys_are_read_without_loss(tmp_path: Path) -> None:
    for name, toy in TOYS.items():
        folder = tmp_path / name
        folder.mkdir()
        workbook = read_workbook(toy.write(folder)[0])
        assert not workbook.findings
        for sheet in toy.sheets:
            if sheet != "Settings":
                assert all(len(record.values) == len(record.row.cells) for record in records(workbook, sheet))


def test_is_a_second_reading_of_the_contract() -> None:
    """Nothing of the model, of its data or of a solver is imported: agreement would prove nothing otherwise."""
    allowed = {"optimizer.audit", "optimizer.cells", "optimizer.workbook"}
    for file in Path(optimizer.audit.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names or any(name.startswith(own) for own in allowed)
