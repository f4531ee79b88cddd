"""``magnetgrid diagnose`` on chains whose binding stage, idle complement, single point of failure and gap are known by hand."""

from __future__ import annotations

import json

import openpyxl
import pytest
from diagnoses import METAL, PLAIN_COST, diagnose, diagnose_sheets, only
from runs import content, magnetgrid
from toys import write


@pytest.fixture(scope="module")
def metal(tmp_path_factory):
    """The chain that metal holds back (the calculation stands beside it)."""
    answer = diagnose_sheets(tmp_path_factory.mktemp("metal"), METAL)
    assert answer.code == 0, answer.stderr
    return answer


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """One material, objective cost, no streams, no allied demand."""
    answer = diagnose_sheets(tmp_path_factory.mktemp("plain"), PLAIN_COST)
    assert answer.code == 0, answer.stderr
    return answer


def amounts(row, *names):
    return [float(row[name]) for name in names]


# ---------------------------------------------------------------- what binds, what idles


def test_metal_binds_alone(metal):
    row = only(metal.table("chain"), year=2030, stage="metallization", stream="light", country="all")
    assert row["binds"] == "alone"
    assert amounts(row, "capacity_t", "can_run_t", "run_t") == [70.0, 70.0, 70.0]
    # 10 t more metal for 10 / 0.7 t more magnets; in points of the 120 t wanted.
    assert amounts(row, "raised_t", "gain_alone_t") == pytest.approx([10.0, 10 / 0.7], abs=1e-3)
    assert float(row["gain_alone_points"]) == pytest.approx(100 * 10 / 0.7 / 120, abs=1e-4)


def test_what_does_not_run_lacks_feed_or_is_not_needed(metal):
    """Magnet plants have metal for 100 of 200 t; separation could run in full, but 230 and 40 t are not needed."""
    chain = metal.table("chain")
    magnets = only(chain, year=2030, stage="magnet", stream="all", country="all")
    assert amounts(magnets, "run_t", "idle_no_feed_t", "idle_no_use_t") == pytest.approx([100, 100, 0], abs=1e-3)
    light = only(chain, year=2030, stage="separation", stream="light", country="A")
    assert amounts(light, "run_t", "idle_no_feed_t", "idle_no_use_t") == pytest.approx([70, 0, 230], abs=1e-3)
    heavy = only(chain, year=2030, stage="separation", stream="heavy", country="B")
    assert amounts(heavy, "run_t", "idle_no_feed_t", "idle_no_use_t") == pytest.approx([10, 0, 40], abs=1e-3)


def test_heavy_oxide_idles_because_metal_binds(metal):
    """50 t could be made and 10 t are used. Raising metal takes 1.43 t of it for 14.3 t of magnets."""
    row = only(metal.table("idle_materials"), year=2030, material="hox")
    assert amounts(row, "used_t", "spare_t", "freed_t") == pytest.approx([10, 40, 10 / 0.7 * 0.1], abs=1e-3)
    assert (row["because_stream"], row["because_stages"]) == ("light", "metallization")


def test_a_stage_that_nobody_needs_more_of_is_no_reason(metal):
    """Metal itself does not lie idle: it is what binds."""
    assert {row["material"] for row in metal.table("idle_materials")} == {"lox", "hox"}


# ---------------------------------------------------------------- what it hangs on


def test_every_link_of_a_single_chain_is_a_single_point(metal):
    points = metal.table("single_points")
    assert {row["target"] for row in points} == {"A", "B", "LIGHT", "HEAVY", "MET", "MAG"}
    assert {float(row["lost_t"]) for row in points} == {200.0}
    row = only(points, target="HEAVY")
    assert amounts(row, "worst_year_lost_t", "worst_year_served", "lost_share") == pytest.approx([100, 0, 200 / 240])


def test_supplier_and_plant_are_ranked_by_what_they_cost(plain):
    """A and X make 60 of the 85 t that are served, N sells 25."""
    ranked = [(row["rank"], row["kind"], row["target"], float(row["lost_t"])) for row in plain.table("single_points")]
    assert ranked == [
        ("1", "country", "A", 60.0),
        ("2", "site", "X", 60.0),
        ("3", "outside supplier", "N", 25.0),
    ]


def test_the_sheet_of_single_points_shows_what_costs_demand(tmp_path):
    """The plant SPARE makes a heavy oxide that nobody needs more of: its loss costs nothing and is only counted."""
    spare = METAL["Projects"].replace(
        "HEAVY, B, heavy, existing, 50, , ,", "HEAVY, B, heavy, existing, 50, , ,\nSPARE, C, heavy, existing, 9, , ,"
    )
    answer = diagnose_sheets(tmp_path, METAL | {"Projects": spare})
    assert float(only(answer.table("single_points"), target="SPARE")["lost_t"]) == 0
    sheet = openpyxl.load_workbook(answer.out / "diagnose.xlsx")["Single points"]
    shown = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert not [text for text in shown if text.startswith(("SPARE", "Gamma"))]
    assert any(text.endswith("more cost none (tables/single_points.csv).") for text in shown)


def test_supply_of_two_sources_is_concentrated(plain):
    """60 and 25 t: shares 0.706 and 0.294."""
    (row,) = plain.table("dependence")
    assert float(row["hhi_countries"]) == pytest.approx(10_000 * ((60 / 85) ** 2 + (25 / 85) ** 2), abs=1e-2)
    assert (row["largest_country"], row["largest_plant"]) == ("A", "X")
    assert float(row["outside_share"]) == pytest.approx(25 / 85, abs=1e-6)


def test_demand_is_met_from(plain):
    met = {(row["source"], row["how"]): float(row["t"]) for row in plain.table("demand_met")}
    assert met == {("A", "made there"): 60.0, ("N", "bought from it"): 25.0, ("", "not served"): 15.0}


# ---------------------------------------------------------------- what money can and cannot mend


def test_lead_time_and_ramp_up_are_a_gap_that_money_cannot_close(metal):
    """Nothing in 2030, 10 of 20 t in 2031; the plant at full capacity would serve all 20 t in both years."""
    names = ("served_as_is_t", "added_in_time_t", "lead_time_t", "beyond_t")
    gap = metal.table("gap")
    first = only(gap, outside_supply="yes", stream="all", year=2030)
    assert amounts(first, *names) == pytest.approx([100, 0, 20, 0], abs=1e-2)
    second = only(gap, outside_supply="yes", stream="all", year=2031)
    assert amounts(second, *names) == pytest.approx([100, 10, 10, 0], abs=1e-2)
    assert (first["binds_built"], first["binds_at_once"]) == ("metallization", "")


def test_the_largest_of_a_group_is_built_and_nothing_without_what_it_requires(plain):
    projects = {row["project"]: row for row in plain.table("projects")}
    assert {p for p, row in projects.items() if row["built"] == "yes"} == {"Q", "S2"}
    assert projects["R"]["why_not"] == "cannot be funded in any year of the horizon"
    assert projects["P"]["why_not"] == "requires R, which is not built"
    assert projects["T"]["why_not"] == "requires P, which is not built"
    assert projects["S"]["why_not"] == "only one of group h can be built: the largest, S2"


def test_with_and_without_outside_supply(plain):
    """60 t of X, 25 t of N; 34 t of what is built serve all but 6 t without N."""
    rows = plain.table("self_sufficiency")
    served = {row["variant"]: float(row["served_t"]) for row in rows if row["of"] == "all"}
    assert served == {
        "as_is": 85.0, "as_is_alone": 60.0, "built": 100.0, "built_alone": 94.0, "at_once": 100.0, "at_once_alone": 94.0,
    }  # fmt: skip
    alone = only(plain.table("gap"), outside_supply="no", year=2030)
    assert float(alone["beyond_t"]) == pytest.approx(6.0)


# ---------------------------------------------------------------- rules, sentences, report


def test_rules_that_are_missed_are_told_and_not_held_against_it(metal):
    """One metal plant of two; 100 of 120 t is 83 % of a minimum of 90 %."""
    missed = metal.table("missed_rules")
    rule = only(missed, rule="metal twice", year=2031)
    assert amounts(rule, "required", "achieved", "missing") == [2, 1, 1]
    least = only(missed, measure="min_coverage", year=2030)
    assert amounts(least, "required", "achieved") == pytest.approx([0.9, 100 / 120], abs=1e-6)
    assert metal.manifest["audit"]["passed"]


def test_sentences_name_their_numbers_and_sheets(metal):
    said = [line for line in metal.stdout.splitlines() if line.startswith("- ")]
    assert len(said) == 3
    assert "A: 200 t of demand" in said[0]
    assert "20 t of demand are short in 2030; what holds back most is metallization in stream " in said[1]
    assert "(2030 to 2031): 20 t of them want its materials." in said[1]
    assert "10 t/yr more of it alone would serve 14.3 t more in 2030" in said[1]
    assert "the one unfunded project as early as may be for 8 MUSD of capital" in said[2]
    sheets = openpyxl.load_workbook(metal.out / "diagnose.xlsx").sheetnames
    assert [line.rsplit("[sheet ", 1)[1].rstrip("]") in sheets for line in said] == [True] * 3


def test_report_shows_facts_charts_and_pictures(metal):
    book = openpyxl.load_workbook(metal.out / "diagnose.xlsx")
    assert book.sheetnames[0] == "Summary"
    assert len(book["Summary"]._charts) == 1
    assert len(book["Summary"]._images) == 1
    assert len(book["Network"]._images) == 3  # All materials, light, heavy.
    assert len(book["Gap"]._charts) == 2
    shown = [cell.value for row in book["Summary"].iter_rows() for cell in row if isinstance(cell.value, str)]
    assert any(text.startswith("20 t of demand are short in 2030") for text in shown)


def test_same_input_same_bytes_however_many_workers(metal, tmp_path):
    again = diagnose(write(tmp_path / "case", METAL), tmp_path / "out", "--workers", 2)
    assert again.code == 0, again.stderr
    for part in ("tables", "pictures", "cases/as_is/tables", "cases/built_alone/tables"):
        assert content(again.out / part) == content(metal.out / part), part


# ---------------------------------------------------------------- the command line


def test_year_of_the_picture(tmp_path):
    case = write(tmp_path / "case", METAL)
    answer = diagnose(case, tmp_path / "out", "--year", 2031)
    assert answer.code == 0
    assert sorted(x.name for x in (answer.out / "pictures").iterdir()) == [
        "network_all_2031.png",
        "network_heavy_2031.png",
        "network_light_2031.png",
    ]
    wrong = diagnose(case, tmp_path / "out", "--year", 2050)
    assert wrong.code == 3
    assert "--year 2050: not a year of the workbook. Give one from 2030 to 2031." in wrong.stderr


def test_bad_input_is_refused(tmp_path):
    answer = diagnose_sheets(
        tmp_path, METAL | {"Demand": "sector, country, material, year, demand_t\ncars, X, mag, 2030, 1"}
    )
    assert answer.code == 3
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_nothing_stands(tmp_path):
    """No plant, no supply: all 100 t are short, and nothing can be lost."""
    answer = diagnose_sheets(tmp_path, {"Demand": "sector, country, material, year, demand_t\ncars, A, m, 2030, 100"})
    assert answer.code == 0, answer.stderr
    assert answer.table("single_points") == []
    row = only(answer.table("gap"), outside_supply="yes", stream="all", year=2030)
    assert float(row["beyond_t"]) == 100.0
    assert "no stage of plants binds" in answer.stdout


def test_interrupted_and_resumed(tmp_path, monkeypatch):
    """Ctrl-C in the losses: what was done is kept, and not done again."""
    from optimizer import diagnosis

    case, out = write(tmp_path / "case", METAL), tmp_path / "out"

    def stop(job, case):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(diagnosis.Lose, "run", stop)
        assert diagnose(case, out).code == 5
    kept = [file.name for file in out.rglob("*.kept")]
    assert len(kept) == 7  # Six variants and what plants could run.
    with monkeypatch.context() as patch:
        patch.setattr(diagnosis.Stand, "run", stop)  # None of them is done again.
        assert diagnose(case, out, "--resume").code == 0
    assert not list(out.rglob("*.kept"))
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["audit"]["passed"]


def test_a_failed_audit_is_not_reported(tmp_path, monkeypatch):
    from optimizer import diagnosis

    written = diagnosis._written

    def wrong(*arguments):
        texts, manifest = written(*arguments)
        return texts, manifest | {"base_shortfall_t": 1e6}

    monkeypatch.setattr(diagnosis, "_written", wrong)
    answer = diagnose_sheets(tmp_path, PLAIN_COST)
    assert answer.code == 6
    assert not (answer.out / "diagnose.xlsx").exists()
    assert (answer.out / "violations.csv").exists()


def test_help_names_the_command():
    assert "diagnose" in magnetgrid("--help").stdout
