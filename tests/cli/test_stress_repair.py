"""``magnetgrid stress``: repairs of a loss and the price of redundancy, as a user runs them, on cases known by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import openpyxl
import pytest
from runs import SMALL, Answer, content, magnetgrid, solve
from test_stress import CASE
from toys import write

import optimizer.repair
import optimizer.stress

sys.path.append(str(Path(__file__).parent.parent / "solve"))
from test_price import SURVIVE
from test_repair import TOY

REPAIRS, PRICES = "Repair", "Price of redundancy"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case and its plan, in the folders ``case`` and ``plan``."""
    place = tmp_path_factory.mktemp("repair")
    assert solve(write(place / "case", TOY), place / "plan", "--quiet").code == 0
    return place


def stressed(place: Path, out: Path, *options: object) -> Answer:
    run = ("--run", place / "plan", "--no-pairs", "--out", out, "--workers", 1, "--quiet")
    return magnetgrid("stress", place / "case", *run, *options, out=out)


def cells(answer: Answer, sheet: str) -> list[str]:
    rows = openpyxl.load_workbook(answer.out / "stress.xlsx")[sheet].iter_rows(values_only=True)
    return [str(value) for row in rows for value in row if value is not None]


def told(answer: Answer) -> list[tuple[str, str, str]]:
    return [(x["scenario"], x["recover_by"], x["extra_musd"]) for x in answer.table("repairs")]


def test_repair_of_a_loss_of_the_workbook(plan: Path, tmp_path: Path):
    answer = stressed(plan, tmp_path / "out", "--repair", "lost")
    assert answer.code == 0
    assert "The earliest year by which it can be back is 2032" in answer.stdout
    assert "8.0 MUSD of extra public money, proven least, 1 project." in answer.stdout
    assert "Who can wait until 2033 pays 5.0 MUSD, proven least." in answer.stdout
    assert told(answer) == [("lost", "2032", "8.0"), ("lost", "2033", "5.0"), ("lost", "2034", "5.0")]
    projects = [
        (x["recover_by"], x["project"], x["funded_year"], x["first_output_year"])
        for x in answer.table("repair_projects")
    ]
    assert projects[:3] == [("2032", "P", "2031", "2032"), ("2033", "Q", "2031", "2033"), ("2033", "S", "2031", "2033")]
    coverage = {x["year"]: (x["unrepaired"], x["repaired"], x["possible"]) for x in answer.table("repair_coverage")}
    assert coverage["2031"] == ("0.6", "0.6", "0.6")
    assert coverage["2032"] == ("0.6", "1.0", "1.0")
    found = cells(answer, REPAIRS)
    assert "“B lost, from 2031 on” (lost)" in found
    assert any(text.startswith("Without a repair 60 % of all demand is served in 2031") for text in found)
    assert "Projects to be back by 2032" in found
    assert any("Who can wait until 2033 pays 5.0 MUSD" in text for text in cells(answer, "Summary"))
    assert (answer.manifest["repaired"], answer.manifest["options"]["repair"]) == (["lost"], ["lost"])


def test_worst_and_single_losses_that_the_workbook_does_not_have(plan: Path, tmp_path: Path):
    """A lost takes the 60 t of X from 2030 on: Z in B gives 90 t at once for 1 MUSD, beside Y's 40. So it does for site Y."""
    answer = stressed(plan, tmp_path / "out", "--repair", "worst", "--repair", "site:Y")
    assert answer.code == 0, answer.stderr
    assert {(name, year, float(musd)) for name, year, musd in told(answer)} == {
        (name, str(year), 1.0) for name in ("country:A", "site:Y") for year in range(2030, 2035)
    }
    assert "“A lost, from 2030 on” (country:A): without a repair 40 % of all demand is served in 2030" in answer.stdout


def test_a_single_loss_that_the_workbook_has_is_taken_in_its_years(plan: Path, tmp_path: Path):
    """Country B is the loss of the workbook; from 2033 on only P is ready in time, by 2034."""
    answer = stressed(plan, tmp_path / "out", "--repair", "country:B", "--repair-from", 2033)
    assert told(answer) == [("lost", "2034", "8.0")]
    assert "“B lost, from 2031 on” (lost, taken to begin in 2033)" in answer.stdout


def test_share_and_insurance_of_a_plan_of_the_sheet(tmp_path: Path):
    """A lost in 2032: P, N and the store of A serve 85 of 100 t. R gives 5 more; Q, funded in 2030, 40 for 8 MUSD."""
    case = write(tmp_path / "case", CASE)

    def answer(*options: object) -> Answer:
        run = ("--out", tmp_path / "out", "--workers", 1, "--quiet", "--no-pairs", "--repair", "home")
        return magnetgrid("stress", case, *run, *options, out=tmp_path / "out")

    bare = answer()
    assert "Nothing brings it back by 2032" in bare.stdout
    assert "90 % of all demand, costs 1.0 MUSD" in bare.stdout
    assert "What no candidates make up for in 2032: 10 t of cars" in bare.stdout
    assert [(x["sector"], x["missing_t"]) for x in bare.table("repair_missing")] == [("cars", "10.0")]
    assert told(answer("--share", 0.9)) == [("home", "2032", "1.0")]
    assert told(answer("--before")) == [("home", "2032", "8.0")]


def test_no_repair_and_no_price(plan: Path, tmp_path: Path):
    answer = stressed(plan, tmp_path / "out", "--repair", "none")
    assert (answer.code, answer.table("repairs"), answer.table("redundancy_prices")) == (0, [], [])
    assert "No repair was asked for" in cells(answer, REPAIRS)[1]
    assert "- Not priced here: the weight of losses." in answer.stdout
    assert "Not priced here: the weight of losses." in cells(answer, PRICES)[1]


def test_without_rules_and_losses_there_is_nothing_to_price(tmp_path: Path):
    """One country, one plant, one loss that hurts: of A, as a whole, in the only year. Nothing repairs it."""
    case, out = (
        write(tmp_path / "case", SMALL | {"Plan": "project, funded_year, size_t_per_year\nP, 2030,"}),
        tmp_path / "out",
    )
    answer = magnetgrid("stress", case, "--out", out, "--workers", 1, "--quiet", "--price", out=out)
    assert answer.code == 0, answer.stderr
    assert "priced" not in answer.stdout
    assert "The workbook has no redundancy rules and no losses that count" in " ".join(cells(answer, PRICES))
    assert "no candidate helps in time; at most 40 % of all demand can be served in 2030" in answer.stdout


def test_repair_gives_the_same_tables_again(plan: Path, tmp_path: Path):
    first = stressed(plan, tmp_path / "one", "--repair", "lost")
    again = stressed(plan, tmp_path / "two", "--repair", "lost", "--workers", 2)
    assert content(first.out / "tables") == content(again.out / "tables")


def test_an_interrupted_run_goes_on_where_it_was(plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Stopped while it prices; resumed, the repair is not searched again, and the tables are those of a run in one go."""
    with monkeypatch.context() as patched:
        patched.setattr(optimizer.stress, "find_prices", _stop)
        assert stressed(plan, tmp_path / "out", "--repair", "lost", "--price").code == 5
    whole = stressed(plan, tmp_path / "whole", "--repair", "lost", "--price")
    monkeypatch.setattr(optimizer.repair.Mend, "run", _stop)
    answer = stressed(plan, tmp_path / "out", "--repair", "lost", "--price", "--resume")
    assert answer.code == 0, answer.stderr
    assert content(answer.out / "tables") == content(whole.out / "tables")
    assert answer.table("redundancy_prices")


def _stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_what_cannot_be_repaired_is_refused(plan: Path, tmp_path: Path):
    answer = stressed(plan, tmp_path / "out", "--repair", "COUNTRY:X", "--repair", "none", "--repair-from", 2050)
    assert answer.code == 2
    assert "--repair COUNTRY:X: there is no such loss." in answer.stderr
    assert "The workbook has: lost. Single losses: country:A, country:B" in answer.stderr
    assert "--repair none: it goes with no other loss." in answer.stderr
    assert "--repair-from 2050: it is no year of the plan, which has 2030 to 2034." in answer.stderr


def test_price_of_surviving_the_loss_of_any_one_country(tmp_path: Path):
    case, run, out = write(tmp_path / "case", SURVIVE), tmp_path / "run", tmp_path / "out"
    assert solve(case, run, "--quiet").code == 0
    options = ("--run", run, "--out", out, "--workers", 1, "--quiet", "--repair", "none", "--no-pairs")
    answer = magnetgrid("stress", case, *options, out=out)
    assert "Not priced here: 1 minimum coverage in losses" in answer.stdout
    assert "--price searches what they cost" in " ".join(cells(answer, PRICES))
    answer = magnetgrid("stress", case, *options, "--price", out=out)
    assert answer.code == 0, answer.stderr
    sentence = (
        "Surviving the loss of any one country (country, 50 % of all demand served) costs 6.0 MUSD (proven) at the same"
        " coverage, or nothing (proven) of it at the same budget; the country that makes it expensive is A (6.0 MUSD less"
        " without it)."
    )
    assert sentence in answer.stdout
    prices = {x["name"]: (x["musd"], x["musd_verdict"], x["points_verdict"]) for x in answer.table("redundancy_prices")}
    assert prices["country"] == ("6.0", "costs", "nothing")
    assert prices["country:B"] == ("0.0", "nothing", "nothing")
    assert sentence in cells(answer, PRICES)
    assert "… loss of A alone" in cells(answer, PRICES)
