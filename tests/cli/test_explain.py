"""``magnetgrid explain`` on cases whose break-evens, displaced projects and limits are known by hand."""

import json

import openpyxl
import pytest
from compares import RICH, compare
from explains import PRICED, TWO, explain, explained, figure, row
from runs import content, magnetgrid, solve
from toys import settings, write

from optimizer.solve import choice


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    answer = explained(folder, TWO, "--project", "P", "--project", "Q")
    assert answer.code == 0, answer.stderr
    return folder, answer


def test_break_even_of_one_that_is_out(two):
    _, answer = two
    price = row(answer, "break_even", "Q", lever="capex")
    assert float(price["in_up_to"]) <= 2.0 < float(price["out_from"]) < 2.01
    assert price["verified"] == "yes"
    share = row(answer, "break_even", "Q", lever="public_share")
    assert float(share["in_up_to"]) <= 1 / 3 < float(share["out_from"])
    assert row(answer, "break_even", "Q", lever="opex")["not_searched"] == "it is 0 already"


def test_break_even_of_one_that_is_in(two):
    _, answer = two
    price = row(answer, "break_even", "P", lever="capex")
    assert float(price["in_up_to"]) <= 10.0 < float(price["out_from"]) < 10.05
    rivals = row(answer, "break_even", "P", lever="rivals_capex")
    assert rivals["rivals"] == "Q"
    assert rivals["in_up_to_factor"] == ""
    assert rivals["out_from_factor"] == "0.0"


@pytest.mark.parametrize(("capex", "funded"), [(1.99, {"P", "Q"}), (2.01, {"P"})])
def test_break_even_holds_when_solved_from_scratch(tmp_path, capex, funded):
    changed = TWO | {"Projects": TWO["Projects"].replace("20, 6, 0", f"20, {capex}, 0")}
    answer = solve(write(tmp_path / "case", changed), tmp_path / "out", "--quiet")
    assert {x["project"] for x in answer.table("portfolio")} == funded


def test_what_forcing_in_costs_and_displaces(two):
    """Q alone leaves 60 t short, P alone 40: 20 points of 100 t; 6 MUSD instead of 8."""
    _, answer = two
    found = row(answer, "overview", "Q")
    assert [float(found[f"lost{x}_points"]) for x in ("_least", "", "_most")] == pytest.approx([20.0] * 3)
    assert float(found["cost_musd"]) == pytest.approx(-2.0)
    assert (found["told_apart"], found["held_by"], found["utilization"]) == ("yes", "budget", "1.0")
    assert row(answer, "displaced", "Q", change="out")["other_project"] == "P"
    assert figure(answer, "Q", "added to the plan, money no limit") == pytest.approx(20.0)


def test_plans_turned_round_are_audited_and_left_behind(two):
    _, answer = two
    for project, funded in (("P", "Q"), ("Q", "Q")):
        place = answer.out / "plans" / project
        assert json.loads((place / "manifest.json").read_text())["audit"]["passed"]
        assert (place / "tables" / "portfolio.csv").read_text().splitlines()[1].startswith(f"{funded},")


def test_what_it_serves(two):
    _, answer = two
    assert float(row(answer, "serves", "P")["t"]) == 40.0
    assert row(answer, "serves", "Q")["plan"] == "with it forced in"


def test_sentences_name_the_figures(two):
    _, answer = two
    assert (
        "With it forced in, the best plan found covers 20.0 points (20 weighted t) less than the plan of the run and costs 2 MUSD"
        " less; proven." in answer.stdout
    )
    assert "It displaces P." in answer.stdout
    assert "In its place Q comes in." in answer.stdout


def test_report_has_a_card_for_each_project(two):
    _, answer = two
    book = openpyxl.load_workbook(answer.out / "explain.xlsx")
    assert book.sheetnames == ["Overview", "Cards", "Searches", "Tests", "Run"]
    texts = [str(c.value) for line in book["Cards"].iter_rows() for c in line if c.value is not None]
    assert {"P: magnet, B", "Q: magnet, C"} <= set(texts)
    assert len(book["Overview"]._charts) == 1


def test_same_bytes_with_two_workers_and_when_resumed(two, tmp_path):
    folder, answer = two
    again = explain(folder / "case", folder / "run", tmp_path, "--project", "P", "--project", "Q", "--workers", 2)
    assert again.code == 0, again.stderr
    assert content(answer.out / "tables") == content(again.out / "tables")


def test_all_makes_the_cards_of_the_unfunded_and_lists_what_was_not_reached(two, tmp_path):
    folder, _ = two
    found = explain(folder / "case", folder / "run", tmp_path / "a", "--all")
    assert [x["project"] for x in found.table("overview")] == ["Q"]
    assert found.table("break_even") == []
    late = explain(folder / "case", folder / "run", tmp_path / "b", "--all", "--time", 0)
    assert late.code == 0
    assert row(late, "overview", "Q")["verdict"] == "not reached"
    assert late.manifest["not_reached"] == ["Q"]
    assert explain(folder / "case", folder / "run", tmp_path / "b", "--all", "--resume").manifest["not_reached"] == []


def test_since_which_budget(two, tmp_path):
    folder, _ = two
    assert compare(folder / "case", tmp_path / "compare", "--budgets", "5,8,14").code == 0
    found = explain(folder / "case", folder / "run", tmp_path, "--all", "--comparison", tmp_path / "compare")
    known = row(found, "overview", "Q")
    assert (known["class"], known["since_budget_musd"]) == ("from a budget on", "14.0")


# ---------------------------------------------------------------- objective cost


def test_prices_decide_where_the_objective_is_cost(tmp_path):
    """Forced in it costs 6 instead of 5: chosen at 3 MUSD of capex, or at 10 USD/kg; whoever pays makes no difference."""
    answer = explained(tmp_path, PRICED, "--project", "P")
    assert answer.code == 0, answer.stderr
    found = row(answer, "overview", "P")
    assert [float(found[f"cost{x}_musd"]) for x in ("_least", "", "_most")] == pytest.approx([1.0] * 3)
    assert found["held_by"] == "price"
    for lever, price in (("capex", 3.0), ("opex", 10.0)):
        searched = row(answer, "break_even", "P", lever=lever)
        assert float(searched["in_up_to"]) <= price + 1e-6 < float(searched["out_from"]) < price * 1.01
        assert searched["verified"] == "yes"
    assert row(answer, "break_even", "P", lever="public_share")["in_up_to"] == ""


def test_rivals_that_would_make_up_for_it(tmp_path):
    """P for 2 MUSD saves 1 against buying; Q, for 4 and as dear to run, would do as well at half its price."""
    more = PRICED["Projects"].replace("100, 4, 20, 0", "100, 2, 20, 0") + "\n Q, C, make, candidate, 100, 4, 20, 0"
    answer = explained(tmp_path, PRICED | {"Projects": more}, "--project", "P")
    assert float(row(answer, "overview", "P")["cost_musd"]) == pytest.approx(1.0)
    rivals = row(answer, "break_even", "P", lever="rivals_capex")
    assert float(rivals["in_up_to_factor"]) <= 0.5 < float(rivals["out_from_factor"]) < 0.501
    assert "Nobody takes its place." in answer.stdout


# ---------------------------------------------------------------- what keeps it out


def _projects(*lines):
    header = "project, country, process, status, capacity_t_per_year, capex_musd, lead_years, group"
    return "\n".join([header, *lines])


HELD = {
    "feed": {
        "Materials": "material, name, stage\n oxide, Oxide, oxide\n m, m, magnet",
        "Recipes": """
            process, recipe, stage, material, direction, t_per_t
            make, r, magnet, oxide, input, 1
            make, r, magnet, m, output, 1
        """,
        "Imports": "supplier, material, country, year, max_t, price_usd_per_kg\n N, oxide, , 2030, 50, 5",
        "Projects": _projects("X, A, make, existing, 60, , ,", "P, B, make, candidate, 40, 5, 0,"),
    },
    "lead time": {"Projects": _projects("X, A, make, existing, 60, , ,", "P, B, make, candidate, 40, 5, 1,")},
    "rule": {
        "Projects": _projects("X, A, make, existing, 60, , , g", "P, B, make, candidate, 40, 5, 0, g"),
    },
    "nothing it could serve is short": {
        "Projects": _projects("X, A, make, existing, 100, , ,", "P, B, make, candidate, 40, 5, 0,"),
    },
    "budget": {
        "Settings": settings(2030, 2030, budget_musd=3),
        "Projects": _projects("X, A, make, existing, 60, , ,", "P, B, make, candidate, 40, 5, 0,"),
    },
    "who may pay for it": {
        "Budgets": "funder, budget_musd, stages\n G, 100, stockpile",
        "Projects": _projects("X, A, make, existing, 60, , ,", "P, B, make, candidate, 40, 5, 0,"),
    },
    "people": {
        "Workforce": "country, year, available\n B, 2030, 9",
        "Projects": """
            project, country, process, status, capacity_t_per_year, capex_musd, lead_years, workforce
            X, A, make, existing, 60, , ,
            P, B, make, candidate, 40, 5, 0, 10
        """,
    },
}
HELD["least use"] = HELD["feed"] | {
    "Imports": "supplier, material, country, year, max_t, price_usd_per_kg\n N, oxide, , 2030, 30, 5",
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, min_utilization
        X, A, make, existing, 60, , ,
        P, B, make, candidate, 40, 5, 0, 0.8
    """,
}
HELD["no package makes it pay"] = {
    "Settings": settings(2030, 2030, budget_musd=10, utilization=1, public_rate=0),
    "Prices": "deck, material, year, usd_per_kg\n base, m, 2030, 60",
    "Instruments": "instrument, kind, max_share\n grant, grant, 0.1",
    "Projects": """
        project, country, process, status, capacity_t_per_year, capex_musd, lead_years, opex_usd_per_kg, hurdle_rate, \
operating_life_years
        X, A, make, existing, 60, , , , ,
        P, B, make, candidate, 40, 5, 0, 30, 0.25, 4
    """,
}


@pytest.mark.parametrize("limit", HELD)
def test_limit_that_keeps_it_out(tmp_path, limit):
    """100 t are wanted, P could make 40 of them.

    Feed: 50 t of oxide are to be had, and X takes them all. Lead time: no output in the one year. Rule: X fills the group.
    Nothing short: X makes 100. Budget: P costs 5 of 3 MUSD. Who may pay: the pot is for stockpiles. People: 10 needed, 9 free.
    Least use: it must run 32 t, and feed for 30 comes. No package: 1.2 MUSD a year are worth 2.952 x 1.2 MUSD, a grant 0.5.
    """
    answer = explained(tmp_path, TWO | HELD[limit], "--all")
    assert answer.code == 0, answer.stderr
    assert row(answer, "overview", "P")["held_by"] == limit
    if limit == "feed":
        assert figure(answer, "P", "added, as if it needed no feed: serves more") == pytest.approx(40.0)
        assert figure(answer, "P", "added to the plan, money no limit") == pytest.approx(0.0, abs=1e-6)


def test_what_no_package_makes_up_for_is_told_and_at_which_price_it_would_pay(tmp_path):
    """5 - 3.5424 - 0.5 = 0.9576 MUSD are missing; capital of 3.5424 / 0.9 = 3.936 MUSD, 0.787 of it, would pay with the grant."""
    answer = explained(tmp_path, TWO | HELD["no package makes it pay"], "--project", "P")
    assert figure(answer, "P", "missing with all of that") == pytest.approx(0.9576)
    assert (
        "No package makes it pay: funded in 2030, its firm lacks 1.5 MUSD of present value to earn 25 %"
        in answer.stdout
    )
    assert "worth 0.5 MUSD to it at most. The 1 MUSD that are missing are as much as" in answer.stdout
    price = row(answer, "break_even", "P", lever="capex")
    assert float(price["in_up_to_factor"]) <= 3.5424 / 0.9 / 5 < float(price["out_from_factor"])
    assert price["verified"] == "yes"


def test_group_rival_is_named(tmp_path):
    """One of the group may be funded: P serves 40 t, Q only 20, whatever money there is."""
    one = _projects(
        "X, A, make, existing, 20, , ,", "P, B, make, candidate, 40, 5, 0, g", "Q, C, make, candidate, 20, 1, 0, g"
    )
    answer = explained(tmp_path, TWO | {"Projects": one}, "--all")
    assert row(answer, "overview", "Q")["held_by"] == "rule"
    assert figure(answer, "Q", "added to the plan, money no limit") == pytest.approx(-20.0)


def test_the_worst_loss_as_the_measure(tmp_path):
    """With P 40 t are short and, the plant X of A lost, 60 t; with Q 60 and 80 t: 40 t more in all."""
    worst = {
        "Settings": settings(2030, 2030, discount_rate=0, budget_musd=10, resilience_measure="worst"),
        "Disruptions": "scenario, kind, target, weight\n country, lose_country, A, 1",
    }
    answer = explained(tmp_path, TWO | worst, "--all")
    assert answer.code == 0, answer.stderr
    assert row(answer, "overview", "Q")["held_by"] == "budget"
    assert float(row(answer, "overview", "Q")["lost_t"]) == pytest.approx(40.0)


# ---------------------------------------------------------------- what is refused


def test_what_cannot_be_explained_is_told_with_its_remedy(two, tmp_path):
    folder, _ = two
    case, run = folder / "case", folder / "run"
    nothing = explain(case, run, tmp_path / "out")
    assert (nothing.code, "--project CODE" in nothing.stderr) == (2, True)
    unknown = explain(case, run, tmp_path / "out", "--project", "p", "--project", "X")
    assert unknown.code == 3
    assert "Nearest: P." in unknown.stderr
    assert "--project X: is existing" in unknown.stderr
    missing = explain(case, tmp_path / "nowhere", tmp_path / "out", "--all")
    assert (missing.code, "magnetgrid solve" in missing.stderr) == (3, True)
    other = write(tmp_path / "other", TWO | {"Settings": settings(2030, 2030, budget_musd=11)})
    changed = explain(other, run, tmp_path / "out", "--all")
    assert (changed.code, "other cells" in changed.stderr) == (3, True)
    assert not (tmp_path / "out").exists()


def test_relaxation_is_refused(two, tmp_path):
    folder, _ = two
    assert solve(folder / "case", tmp_path / "run", "--quiet", "--relax").code == 0
    answer = explain(folder / "case", tmp_path / "run", tmp_path / "out", "--all")
    assert (answer.code, "relaxation" in answer.stderr) == (3, True)


def test_run_is_looked_for_where_solve_leaves_it(two, tmp_path, monkeypatch):
    folder, _ = two
    monkeypatch.chdir(tmp_path)
    assert magnetgrid("solve", folder / "case", "--quiet").code == 0
    assert magnetgrid("explain", folder / "case", "--all", "--quiet", "--workers", 1).code == 0
    assert (tmp_path / "outputs" / "case-explain" / "explain.xlsx").is_file()


# ---------------------------------------------------------------- against solving from scratch, and large cases

RICH_16 = RICH | {"Settings": settings(2030, 2032, discount_rate=0, default_transport_usd_per_kg=0.5, budget_musd=16)}


def _without_row(sheets, project):
    kept = [line for line in sheets["Projects"].splitlines() if not line.strip().startswith(f"{project},")]
    return sheets | {"Projects": "\n".join(kept)}


@pytest.fixture(scope="module")
def rich(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rich")
    case = write(folder / "case", RICH_16)
    assert solve(case, folder / "run", "--quiet", "--coverage-gap-points", 0, "--cost-gap", 0).code == 0
    return folder


def test_taking_one_out_is_as_solving_without_its_row(rich, tmp_path):
    run = json.loads((rich / "run" / "manifest.json").read_text())
    funded = [line.split(",")[0] for line in (rich / "run" / "tables" / "portfolio.csv").read_text().splitlines()[1:]]
    named = [option for name in funded[:2] for option in ("--project", name)]
    answer = explain(rich / "case", rich / "run", tmp_path / "out", *named)
    assert answer.code == 0, answer.stderr
    for name in funded[:2]:
        case = write(tmp_path / name, _without_row(RICH_16, name))
        alone = solve(case, tmp_path / f"{name}-run", "--quiet", "--coverage-gap-points", 0, "--cost-gap", 0).manifest
        found = row(answer, "overview", name)
        lost = alone["weighted_shortfall_t"] - run["weighted_shortfall_t"]
        assert float(found["lost_t"]) == pytest.approx(lost, abs=1e-3)
        assert float(found["cost_musd"]) == pytest.approx(alone["cost_musd"] - run["cost_musd"], abs=1e-3)


def test_steps_of_a_large_case_give_bands_that_hold_what_is_exact(rich, tmp_path, monkeypatch):
    exact = explain(rich / "case", rich / "run", tmp_path / "exact", "--all")
    monkeypatch.setattr(choice, "is_small", lambda _: False)
    monkeypatch.setattr(choice, "_TINY", 0)
    large = explain(rich / "case", rich / "run", tmp_path / "large", "--all")
    assert large.code == exact.code == 0
    assert [x["project"] for x in large.table("overview")] == [x["project"] for x in exact.table("overview")] != []
    for found in large.table("overview"):
        if found["lost_t"]:
            true = float(row(exact, "overview", found["project"])["lost_t"])
            assert float(found["lost_least_t"]) - 1e-3 <= true <= float(found["lost_most_t"]) + 1e-3


def test_break_even_of_a_large_case_is_searched_in_coverage(two, tmp_path, monkeypatch):
    """The public pays all: Q comes in at 2 of 6 MUSD, to a sixteenth; its plan is printed and audited all the same."""
    folder, _ = two
    monkeypatch.setattr(choice, "is_small", lambda _: False)
    monkeypatch.setattr(choice, "_TINY", 0)
    answer = explain(folder / "case", folder / "run", tmp_path, "--project", "Q", "--project", "P")
    assert answer.code == 0, answer.stderr
    price = row(answer, "break_even", "Q", lever="capex")
    assert float(price["in_up_to_factor"]) <= 1 / 3 < float(price["out_from_factor"])
    assert float(price["out_from_factor"]) - float(price["in_up_to_factor"]) == pytest.approx(1 / 16)
    assert "the same factor" in row(answer, "break_even", "Q", lever="public_share")["not_searched"]
    assert row(answer, "break_even", "Q", lever="opex")["not_searched"]
    assert float(row(answer, "overview", "Q")["cost_musd"]) == pytest.approx(-2.0)
    assert row(answer, "displaced", "Q", change="out")["other_project"] == "P"
    assert row(answer, "overview", "Q")["audit_checks"]
