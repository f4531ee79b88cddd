"""``magnetgrid stress``: a plan held fixed, on a case that is known by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from runs import Answer, content, magnetgrid, solve
from toys import Sheets, full, settings, write

from optimizer.findings import InputError
from optimizer.fixed_plan import FixedPlan, refuse_unfit

# 100 t a year are wanted in A in 2030 to 2033 (defense 40 t at priority 2, cars 60 t). X in A makes 50 from the start; P in B is
# funded in 2030 with lead 1 and ramp 0.5, 1: 0, 20, 40, 40 t; N sells 30 t a year. In store in A are 15 t.
# Served with nothing lost: 80, 100, 100, 100 t. Q in C (40 t, lead 2) and R (5 t, lead 0) could still be started.
CASE: Sheets = {
    "Settings": settings(2030, 2033, budget_musd=12),
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, ramp
        X, A, make, existing, 50, , ,
        P, B, make, candidate, 40, 10, 1, slow
        Q, C, make, candidate, 40, 8, 2,
        R, C, make, candidate, 5, 1, 0,
    """,
    "Ramps": """
        ramp, operating_year, fraction
        slow, 1, 0.5
        slow, 2, 1
    """,
    "Demand": """
        sector, country, material, year, demand_t, priority
        defense, A, m, 2030, 40, 2
        cars, A, m, 2030, 60, 1
    """,
    "Imports": """
        supplier, material, country, year, max_t, price_usd_per_kg
        N, m, , 2030, 30, 5
    """,
    "Stockpiles": """
        material, country, opening_t
        m, A, 15
    """,
    "Disruptions": """
        scenario, kind, target, from_year, years, sector, min_coverage
        seller, lose_supplier, N, 2031, 2, ,
        home, lose_country, A, 2032, 1, defense, 1
    """,
    "Plan": """
        project, funded_year, size_t_per_year
        P, 2030,
    """,
}
SPREADS = """
    table, filter, column, distribution, parameters, correlation
    Projects, status=candidate, lead_years, discrete, 0=0.5; 1=0.5, each
    Demand, sector=cars, demand_t, uniform, low=0.9; high=1.1,
    Imports, supplier=N, max_t, triangular, low=0; mode=1; high=1, market
    Recipes, , t_per_t, lognormal, median=1; sigma=0.1, -market
    Projects, *, capex_musd, uniform, low=1; high=1.5,
""".replace("Projects, *,", "Projects, project=*,")


def stress(case: Path, out: Path, *options: object) -> Answer:
    workers = () if "--workers" in options else ("--workers", 1)
    return magnetgrid("stress", case, "--out", out, "--quiet", *workers, *options, out=out)


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Answer:
    folder = tmp_path_factory.mktemp("stress")
    answer = stress(write(folder / "case", CASE | {"Uncertainty": SPREADS}), folder / "out", "--draws", 20)
    assert answer.code == 0, answer.stderr
    return answer


def served(answer: Answer, case: str, sector: str = "all sectors") -> list[float]:
    rows = [r for r in answer.table("loss_table") if r["case"] == case and r["sector"] == sector]
    return [float(r["served_t"]) for r in sorted(rows, key=lambda r: r["year"])]


def test_loss_table_is_as_calculated_by_hand(done):
    """A lost: P and N are left, at A's own demand. P late: its output one or two years later. N and B: X alone."""
    assert served(done, "nothing lost") == [80, 100, 100, 100]
    assert served(done, "country:A") == [30, 50, 70, 70]
    assert served(done, "country:A", "defense") == [30, 40, 40, 40]
    assert served(done, "supplier:N") == [50, 70, 90, 90]
    assert served(done, "site:P") == [80, 80, 80, 80]
    assert served(done, "delay:P+1") == [80, 80, 100, 100]
    assert served(done, "delay:P+2") == [80, 80, 80, 100]
    assert served(done, "pair:country:A+country:B") == [30, 30, 30, 30]
    assert served(done, "pair:supplier:N+country:B") == [50, 50, 50, 50]


def test_worst_is_told_by_weighted_tonnes(done):
    """A lost: 50 t less each year, of it 10 t of defense in 2030: 60 + 50 + 30 + 30 weighted."""
    (row,) = [r for r in done.table("cases") if r["case"] == "country:A"]
    assert float(row["lost_weighted_t"]) == 170
    assert (row["worst_year"], row["first_short_year"], row["breaks_first"]) == ("2030", "2030", "magnet")


def test_time_to_survive(done):
    """N lost from 2032: 10 t short a year, 15 t in store: 1.5 years. From 2031: 30 t short, half of the year. From 2030: half."""
    found = {
        r["start_year"]: r for r in done.table("survival") if r["case"] == "supplier:N" and r["sector"] == "all sectors"
    }
    assert [float(found[t]["years"]) for t in ("2030", "2031", "2032", "2033")] == [0.5, 0.5, 1.5, 1.0]
    assert [found[t]["to_the_end"] for t in ("2031", "2032", "2033")] == ["no", "no", "yes"]


def test_recovery(done):
    """N lost in 2030: in 2031 R gives 5 of 30 t; in 2032 10 t are missing, R gives 5; in 2033 Q, started in 2031, gives 40."""
    found = {(r["case"], r["sector"]): r["served_again_in"] for r in done.table("recovery")}
    assert found["supplier:N", "all sectors"] == "2033"
    assert ("supplier:N", "defense") not in found  # It is served by X.


def test_own_disruptions_share_their_stock(done):
    """N lost in 2031 and 2032: 30 and 10 t short, 15 t in store. A lost in 2032: 70 t and its store of 15."""
    found = {(r["scenario"], r["sector"], r["year"]): r for r in done.table("disruptions")}
    seller = [float(found["seller", "all sectors", t]["served_t"]) for t in ("2031", "2032")]
    assert sum(seller) == pytest.approx(175)
    assert float(found["home", "all sectors", "2032"]["served_t"]) == pytest.approx(85)
    assert found["home", "defense", "2032"]["minimum_kept"] == "yes"


def test_overrun_breaks_the_budget(done):
    """10 MUSD of 12: 20 % dearer it is just paid; the budget bears 20 % and no more."""
    assert "Capital may become 20 % dearer" in done.stdout
    (row,) = [r for r in done.table("overrun") if r["limit"] == "total budget"]
    assert (float(row["dearer_musd"]), float(row["unpaid_musd"])) == (12.0, 0.0)


@pytest.fixture(scope="module")
def half(tmp_path_factory) -> Answer:
    """The same with a target that some draws meet: 0.7 in every year."""
    folder = tmp_path_factory.mktemp("half")
    case = write(folder / "case", CASE | {"Uncertainty": SPREADS})
    answer = stress(case, folder / "out", "--draws", 20, "--target", 0.7, "--no-pairs", "--repair", "none")
    assert answer.code == 0, answer.stderr
    return answer


def test_the_lowest_year_of_each_draw_tells_how_likely_the_target_is(half):
    rows = [r for r in half.table("draws") if r["sector"] == "all sectors"]
    (whole,) = [r for r in half.table("uncertainty") if (r["sector"], r["year"]) == ("all sectors", "all years")]
    met = [float(r["lowest_coverage"]) >= 0.7 for r in rows]
    assert 0 < sum(met) < len(met)
    assert float(whole["probability"]) == pytest.approx(sum(met) / len(met), abs=1e-6)
    by_year = {r["year"]: float(r["lowest"]) for r in half.table("uncertainty") if r["sector"] == "all sectors"}
    worst = min(rows, key=lambda r: float(r["lowest_coverage"]))
    assert by_year[worst["lowest_year"]] == float(worst["lowest_coverage"])


def test_draws_are_the_case_with_other_cells(done):
    """Each draw by hand: X, P by its delay and N by its factor, all with the factor of the recipe, cars with theirs."""
    values: dict[str, dict[str, float]] = {}
    for r in done.table("draw_values"):
        values.setdefault(r["draw"], {})[r["variable"]] = float(r["value"])
    shares = {r["draw"]: float(r["coverage"]) for r in done.table("draws") if r["sector"] == "all sectors"}
    assert len(shares) == 20
    for draw, drawn in values.items():
        late = int(drawn["Projects status=candidate lead_years: P"])
        made = [50 + 40 * x for x in ([0, 0, 0.5, 1] if late else [0, 0.5, 1, 1])]
        wanted = 40 + 60 * drawn["Demand sector=cars demand_t"]
        supply = [drawn["Recipes t_per_t"] * x + 30 * drawn["Imports supplier=N max_t"] for x in made]
        share = sum(min(wanted, x) for x in supply) / (4 * wanted)
        assert shares[draw] == pytest.approx(share, abs=1e-6)


def test_report_has_its_sheets(done):
    book = openpyxl.load_workbook(done.out / "stress.xlsx")
    sheets = ["Summary", "Losses", "Losses by year", "Pairs", "Disruptions", "Delays", "Holding out"]
    sheets += ["Repair", "Price of redundancy", "Overrun", "Uncertainty", "Run"]
    assert book.sheetnames == sheets
    assert all(len(book[name]._charts) == 1 for name in ("Summary", "Overrun", "Uncertainty"))
    for name in ("Losses", "Losses by year"):
        assert [cell.value for cell in book[name]["A"]].count("Nothing lost") == 1
    for name in ("Losses", "Pairs", "Delays"):  # The header of the table is printed on every page.
        top = int(book[name].print_title_rows.split(":")[0].strip("$"))
        assert str(book[name].cell(top, 1).value) == "What is lost"


def test_workers_make_no_difference(done, tmp_path):
    """The same tables to the byte with one process and with four."""
    case = write(tmp_path / "case", CASE | {"Uncertainty": SPREADS})
    assert stress(case, tmp_path / "out", "--draws", 20, "--workers", 4).code == 0
    assert content(tmp_path / "out" / "tables") == content(done.out / "tables")


def test_plan_of_a_run(tmp_path):
    """The run funds P and R (5 t), so that 5 t more are left without A than in the sheet; other cells are told."""
    case = write(tmp_path / "case", {name: text for name, text in CASE.items() if name != "Plan"})
    assert solve(case, tmp_path / "run", "--quiet").code == 0
    answer = stress(case, tmp_path / "out", "--run", tmp_path / "run", "--no-pairs")
    assert answer.code == 0, answer.stderr
    assert served(answer, "country:A") == [35, 55, 75, 75]
    assert not [r for r in answer.table("cases") if r["kind"] == "pair"]
    assert "Warning" not in answer.stderr
    other = write(
        tmp_path / "other", {k: v for k, v in CASE.items() if k != "Plan"} | {"Settings": settings(2030, 2034)}
    )
    answer = stress(other, tmp_path / "out2", "--run", tmp_path / "run", "--no-pairs")
    assert (answer.code, "other cells" in answer.stderr) == (0, True)


def test_a_plan_of_another_workbook_is_one_fault():
    """Seventy projects that the workbook does not have are told in a line, not in seventy."""
    sizes = {f"P{n}": (2030, 1.0) for n in range(70)}
    with pytest.raises(InputError) as error:
        refuse_unfit(full(), FixedPlan(sizes, "run other"))
    (line,) = str(error.value).splitlines()[1:]
    assert "P0, P1" in line
    assert "more are not in the sheet Projects. Give the workbook" in line


def test_bad_plans_are_refused(tmp_path):
    case = write(tmp_path / "case", {name: text for name, text in CASE.items() if name != "Plan"})
    answer = stress(case, tmp_path / "out")
    assert (answer.code, "--run" in answer.stderr) == (3, True)
    answer = stress(case, tmp_path / "out", "--run", tmp_path / "nowhere")
    assert (answer.code, "no such folder" in answer.stderr) == (3, True)
    assert solve(case, tmp_path / "run", "--quiet").code == 0
    lost = CASE | {"Projects": CASE["Projects"].replace("P, B", "Z, B")}
    other = write(tmp_path / "other", {name: text for name, text in lost.items() if name != "Plan"})
    answer = stress(other, tmp_path / "out", "--run", tmp_path / "run")
    assert (answer.code, "P is not in the sheet Projects" in answer.stderr) == (3, True)
    shutil.rmtree(tmp_path / "run" / "tables")
    answer = stress(case, tmp_path / "out", "--run", tmp_path / "run")
    assert (answer.code, "left no plan" in answer.stderr) == (3, True)


def test_solve_ignores_plan_and_uncertainty(tmp_path):
    bare = {name: text for name, text in CASE.items() if name != "Plan"}
    assert solve(write(tmp_path / "a", bare), tmp_path / "x", "--quiet").code == 0
    assert solve(write(tmp_path / "b", CASE | {"Uncertainty": SPREADS}), tmp_path / "y", "--quiet").code == 0
    assert content(tmp_path / "x" / "tables") == content(tmp_path / "y" / "tables")
