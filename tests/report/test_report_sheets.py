"""The Excel report of the toy with every sheet, read again: every figure against the tables and the manifest."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from reported import SHEETS, Reported, cells, fill, find, rows, solve, texts
from workbook_toy import TOY, changed, write_folder

from optimizer.findings import Finding, Level
from optimizer.report.style import heat


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """The toy, with sources, a handling mark, and every optional sheet."""
    folder = tmp_path_factory.mktemp("toy")
    case = changed({"Settings!A10": "handling_mark", "Settings!B10": "OFFICIAL & DRAFT"})
    case["Projects"][0] += ["source", "confidence"]
    for row in case["Projects"][1:]:
        row += ["https://www.example.org/a; a report", "estimate" if row[0] == "MB" else "high"]
    return solve(write_folder(folder / "case", case), folder / "out")


def header(sheet: Any, first: str = "Stage") -> int:
    return find(sheet, first)


# ---------------------------------------------------------------- the whole


def test_every_sheet_is_there_in_order(toy: Reported):
    assert toy.book.sheetnames == SHEETS


def test_no_cell_is_a_formula_an_error_or_dust(toy: Reported):
    for cell in cells(toy.book):
        assert cell.data_type in ("s", "n"), cell
        if isinstance(cell.value, str):
            assert not cell.value.startswith("#"), cell
            assert "nan" not in cell.value.lower().split(), cell
        else:
            assert cell.value == 0 or abs(cell.value) >= 1e-7, cell


def test_numbers_are_numbers_with_formats(toy: Reported):
    plain = [cell for cell in cells(toy.book) if isinstance(cell.value, float) and cell.number_format == "General"]
    plain = [cell for cell in plain if cell.parent.title != "Run"]  # Its numbers are of every kind.
    assert not plain


def test_every_page_prints_on_landscape_fitted_to_its_width(toy: Reported):
    for sheet in toy.book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.print_area
        assert sheet.oddHeader.left.text == "case"
        assert sheet.oddHeader.right.text == "OFFICIAL && DRAFT"
        assert "&P" in sheet.oddFooter.right.text
    assert toy.book["Summary"].page_setup.fitToHeight == 1
    frozen = [sheet.title for sheet in toy.book.worksheets if sheet.freeze_panes]
    assert frozen == [name for name in SHEETS if name != "Summary"]
    filtered = {sheet.title for sheet in toy.book.worksheets if sheet.auto_filter.ref}
    assert {"Portfolio", "Capacity", "Coverage", "Losses", "Redundancy", "Flows", "Sources", "Defaults"} <= filtered


def test_the_same_tables_give_the_same_cells(toy: Reported, tmp_path: Path):
    once, again = toy.again(tmp_path / "1.xlsx"), toy.again(tmp_path / "2.xlsx", seconds={"solve": 1.0})
    for name in SHEETS[:-1]:
        for before, first, second in zip(
            toy.book[name].iter_rows(), once[name].iter_rows(), again[name].iter_rows(), strict=True
        ):
            assert [c.value for c in before] == [c.value for c in first] == [c.value for c in second]


def test_relaxation_is_told_on_every_sheet(toy: Reported, tmp_path: Path):
    book = toy.again(tmp_path / "relaxed.xlsx", relaxed=True)
    for sheet in book.worksheets:
        assert any(text.startswith("LINEAR RELAXATION") and "not a plan" in text for text in texts(sheet)[:3]), (
            sheet.title
        )
        assert "not a plan" in sheet.oddFooter.left.text
    assert not any(text.startswith("LINEAR RELAXATION") for sheet in toy.book.worksheets for text in texts(sheet))


def test_the_report_is_written_fast(toy: Reported, tmp_path: Path):
    started = time.process_time()
    toy.again(tmp_path / "report.xlsx")
    assert time.process_time() - started < 5.0


# ---------------------------------------------------------------- sheet by sheet


def test_summary_tells_the_case_in_computed_sentences(toy: Reported):
    said = " ".join(texts(toy.book["Summary"]))
    assert "case: investment plan 2030 to 2034" in said
    assert "OFFICIAL & DRAFT" in said
    assert "Budget 500.0 MUSD" in said
    assert f"public outlay {toy.manifest['outlay_musd']:,.1f} MUSD" in said
    assert f"{len(toy.tables['portfolio'])} projects funded" in said
    assert f"Audit passed, {toy.manifest['audit']['checks']:,} checks" in said
    assert "no plan can cover more" in said
    assert "Worst loss: “Aland lost, 2032 to 2033”" in said
    assert "Tightest redundancy rule: “two makers”, 2 countries against at least 2" in said
    assert "Need: every funded project was shown to be needed" in said
    assert len(toy.book["Summary"]._charts) == 2


def test_portfolio_agrees_with_its_table(toy: Reported):
    found = rows(toy.book["Portfolio"], header(toy.book["Portfolio"]))
    table = toy.tables["portfolio"].set_index("project")
    projects = [row for row in found if row["Project"] in table.index]
    assert len(projects) == len(table)
    for row in projects:
        expected = table.loc[row["Project"]]
        assert row["Size, t/yr"] == pytest.approx(expected["size_t_per_year"], abs=1e-3)
        assert row["Capital cost, MUSD"] == pytest.approx(expected["capex_musd"], abs=1e-6)
        assert row["Public outlay, MUSD"] == pytest.approx(expected["public_outlay_musd"], abs=1e-6)
        assert (row["Funded, year"], row["Full output, year"]) == (
            expected["funded_year"],
            expected["full_output_year"],
        )
        assert row["Source (in full on sheet Sources)"] == "example.org; a report"
        ends = [value for name, value in row.items() if name.startswith("Output to")]
        # A plant that stands by for a loss runs in no year of the base: nothing to trace.
        traced = 1.0 if expected["mean_utilization"] > 0.0 else 0.0
        assert sum(value or 0.0 for value in ends) == pytest.approx(traced, abs=1e-5)
    total = next(row for row in found if row["Stage"] == f"All {len(table)}")
    assert total["Public outlay, MUSD"] == pytest.approx(table["public_outlay_musd"].sum(), abs=1e-6)


def test_coverage_agrees_with_its_table_and_is_coloured_by_it(toy: Reported):
    sheet = toy.book["Coverage"]
    found = rows(sheet, header(sheet, "Case"))
    base = toy.tables["losses"][toy.tables["losses"]["scenario"] == "base"]
    for line in base.itertuples(index=False):
        row = next(
            r for r in found if (r["Case"], r["Sector"], r["What"]) == ("nothing lost", line.sector, "share served, %")
        )
        assert row[str(line.year)] == pytest.approx(line.coverage, abs=1e-6)
    place = header(sheet, "Case")
    assert fill(sheet.cell(place + 1, 4)) == heat(1.0)[0]
    assert fill(sheet.cell(place + 2, 4)) == heat(0.25)[0]  # 50 t of 200 t of cars are served in 2030.
    assert len({heat(x)[0] for x in (0.1, 0.3, 0.6, 0.9, 0.99, 1.0)}) == 6
    assert len(sheet._charts) == 1


def test_losses_stand_with_the_worst_first(toy: Reported):
    found = rows(toy.book["Losses"], header(toy.book["Losses"], "What is lost"))
    shares = [row["all sectors %"] for row in found]
    assert shares == sorted(shares)
    assert found[0]["What is lost"] == "Aland lost, 2032 to 2033 (each country:A)"
    table = toy.tables["losses"]
    defense = table[(table["scenario"] == "each country:A") & (table["sector"] == "defense")]
    assert found[0]["defense %"] == pytest.approx(defense["coverage"].min(), abs=1e-6)
    assert len(found) == table["scenario"].nunique() - 1


def test_capacity_adds_up_by_stage(toy: Reported):
    sheet = toy.book["Capacity"]
    found = rows(sheet, header(sheet))
    table = toy.tables["capacity"]
    for (stage, year), part in table.groupby(["stage", "year"]):
        mine = [row for row in found if row["Stage"] == stage and row["Stream or country"] == "all plants"]
        by = {row["What"]: row[str(year)] for row in mine}
        assert by["all together, t/yr"] == pytest.approx(part["capacity_t"].sum(), abs=1e-3)
        parts = by["existing, t/yr"] + by["committed, t/yr"] + by["funded by the plan, t/yr"]
        assert parts == pytest.approx(by["all together, t/yr"], abs=5e-3)
        assert by["running, t/yr"] == pytest.approx(part["run_t"].sum(), abs=1e-3)
    assert len(sheet._charts) == table["stage"].nunique()


def test_costs_add_up_to_the_cost_of_the_manifest(toy: Reported):
    sheet = toy.book["Costs"]
    total = sheet.cell(find(sheet, "All terms"), 2).value
    assert total == pytest.approx(toy.manifest["cost_musd"], abs=1e-5)
    assert sheet.cell(find(sheet, "Cost in the run's record (cost_musd)"), 2).value == pytest.approx(total, abs=1e-5)
    assert sheet.cell(find(sheet, "Check: difference (adds up)"), 2).value == 0
    stages = find(sheet, "Public outlay by stage, not discounted")
    assert sheet.cell(find_from(sheet, stages, "All"), 2).value == pytest.approx(toy.manifest["outlay_musd"], abs=1e-5)
    first = toy.tables["costs"].groupby("term")["musd"].sum()["capex"]
    assert sheet.cell(find(sheet, "capital cost"), 2).value == pytest.approx(first, abs=1e-5)


def find_from(sheet: Any, start: int, text: str) -> int:
    return next(row for row in range(start, sheet.max_row + 1) if sheet.cell(row, 1).value == text)


def test_costs_that_do_not_add_up_are_told(toy: Reported, tmp_path: Path):
    book = toy.again(tmp_path / "wrong.xlsx", cost_musd=toy.manifest["cost_musd"] + 1.0)
    assert any("DOES NOT ADD UP" in text for text in texts(book["Costs"]))


def test_redundancy_shows_what_is_asked_for_and_what_is_to_spare(toy: Reported):
    sheet = toy.book["Redundancy"]
    found = rows(sheet, header(sheet, "Rule"))
    for line in toy.tables["redundancy"].itertuples(index=False):
        words = {"min_countries": "countries, at least", "min_projects": "projects, at least"}
        word = words.get(line.measure, "share of one country, at most")
        row = next(r for r in found if (r["Rule"], r["Measure"]) == (line.rule, word))
        assert row["Required"] == pytest.approx(line.required)
        assert row[str(line.year)] == pytest.approx(line.achieved, abs=1e-6)
        assert row["Kept"] == "yes"
    share = next(r for r in found if r["Measure"].startswith("share"))
    assert share["Least to spare"] == pytest.approx(0.4, abs=1e-6)  # At most 90 %, and half of it in each country.


def test_bottlenecks_tell_what_binds_and_what_idles(toy: Reported):
    sheet = toy.book["Bottlenecks"]
    said = next(text for text in texts(sheet) if text.startswith("Light, 2030"))
    assert "Magnet binds alone" in said
    assert "Idle beside it: separation" in said
    place = next(row for row in range(1, sheet.max_row) if sheet.cell(row, 2).value == "magnet")
    assert sheet.cell(place, 3).value == "alone"
    assert fill(sheet.cell(place, 3)) != fill(sheet.cell(place - 1, 3))


def test_flows_across_a_country_in_transit_name_the_maker(toy: Reported):
    sheet = toy.book["Flows"]
    served = rows(
        sheet, next(r for r in range(1, 99) if str(sheet.cell(r, 1).value).startswith("What the sectors get, 2034")) + 1
    )
    total = next(row for row in served if row["From"] == "All")
    assert total["To all, t"] == pytest.approx(340.0, abs=0.01)  # 140 t of defense in A, 200 t of cars in B.
    assert {row["From"] for row in served} == {"A", "B", "All"}


def test_sources_weigh_what_rests_on_estimates(toy: Reported):
    sheet = toy.book["Sources"]
    place = find(sheet, "Public outlay, MUSD")
    paid = toy.tables["portfolio"].set_index("project")["public_outlay_musd"]
    assert sheet.cell(place, 4).value == pytest.approx(paid["MB"] / paid.sum(), abs=1e-6)
    used = rows(sheet, header(sheet, "Sheet"))
    projects = {row["What"]: row for row in used if row["Sheet"] == "Projects"}
    assert projects["MB"]["Confidence"] == "estimate"
    assert projects["MB"]["Source"] == "https://www.example.org/a; a report"
    assert "RB2" not in projects  # Not funded.
    assert next(row for row in used if row["What"] == "defense, A, magnet, allied only")["Rows"] == "2–3"


def test_defaults_name_the_first_blank_cells(toy: Reported):
    found = {
        (row["Sheet"], row["Column or setting"]): row
        for row in rows(toy.book["Defaults"], header(toy.book["Defaults"], "Sheet"))
    }
    assert found["Settings", "resilience_measure"]["First cells"] == "B8"
    assert found["Settings", "cost_gap"]["First cells"] == "no such row"
    assert (
        found["Projects", "min_capacity_t_per_year"]["Cells"] == 2
    )  # RB2 and MB; existing plants have no smallest size.
    assert found["Projects", "min_capacity_t_per_year"]["Of rows"] == 3
    assert found["Countries", "trusted"]["Cells"] == 3
    assert ("Projects", "capex_musd") not in found


def test_run_explains_status_versions_and_warnings(toy: Reported, tmp_path: Path):
    said = texts(toy.book["Run"])
    assert toy.manifest["input"]["sha256"] in said
    assert any(text.startswith("proven:") for text in said)
    warning = Finding(Level.WARNING, "slip", "Projects", "F12", "capex_musd", "1", "looks small", "Write 1000.")
    book = toy.again(tmp_path / "warned.xlsx", warnings=(warning,), status="feasible")
    said = texts(book["Run"])
    assert "Projects!F12 capex_musd" in said
    assert any("not proven" in text for text in said)


# ---------------------------------------------------------------- texts that look like something else


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path):
    cells_changed = {"Countries!B2": "=1+1", "Countries!B3": "@B", "Materials!B2": "+ore", "Demand!A4": "-cars"}
    case = changed(cells_changed, TOY)
    case["Projects"][0] += ["source", "note"]
    case["Projects"][1] += ['=HYPERLINK("http://x")', "#REF! was here"]
    case["Projects"][4] += ["#1 in its field", "-5 % a year"]
    done = solve(write_folder(tmp_path / "case", case), tmp_path / "out")
    strange = [cell for cell in cells(done.book) if str(cell.value)[:1] in "=+-@#"]
    assert {str(cell.value) for cell in strange} >= {"=1+1", "@B", "+ore", "-cars"}
    assert all(cell.data_type == "s" for cell in strange if isinstance(cell.value, str))
    assert all(cell.quotePrefix for cell in strange if str(cell.value)[:1] in "=+-@" and isinstance(cell.value, str))
