"""The stage that binds, on chains whose capacities are given: separation, metallization, magnet, a tonne for a tonne.

100 t of magnets are wanted in 2030. A raise is 10 t, being more than 1 % of any capacity here.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from runs import solve_sheets
from toys import Sheets, settings

HEAD = "project, country, process, status, capacity_t_per_year, first_year, capex_musd, lead_years\n"

CHAIN: Sheets = {
    "Materials": """
        material, name, stage, stream
        oxide, oxide, oxide, light
        metal, metal, metal,
        magnet, magnet, magnet,
    """,
    "Recipes": """
        process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
        separate, r, separation, oxide, output, 1, 1
        reduce, r, metallization, oxide, input, 1, 1
        reduce, r, metallization, metal, output, 1,
        sinter, r, magnet, metal, input, 1, 1
        sinter, r, magnet, magnet, output, 1,
    """,
    "Demand": """
        sector, country, material, year, demand_t
        cars, A, magnet, 2030, 100
    """,
}

Found = dict[str, tuple[float, float, str, str]]


def stages(folder: Path, sheets: Sheets, stream: str = "light", year: int = 2030) -> Found:
    """Return stage -> gain alone, gain together, whether it binds, and with what."""
    answer = solve_sheets(folder, sheets)
    assert answer.code == 0, answer.stderr
    return {
        row["stage"]: (float(row["gain_alone_t"]), float(row["gain_together_t"]), row["binds"], row["together_with"])
        for row in answer.table("bottlenecks")
        if (row["stream"], row["year"]) == (stream, str(year))
    }


def plants(separation: int, metallization: int, magnet: int) -> str:
    return HEAD + (
        f"S, A, separate, existing, {separation}, , ,\nR, A, reduce, existing, {metallization}, , ,\n"
        f"M, A, sinter, existing, {magnet}, , ,"
    )


NO = (0.0, 0.0, "no", "")


def test_one_stage_binds_alone(tmp_path: Path):
    """60 t of metal hold back 100 t of magnets: 10 t more metal are 10 t more magnets, the other stages have room."""
    assert stages(tmp_path, CHAIN | {"Projects": plants(100, 60, 100)}) == {
        "separation": NO,
        "metallization": (pytest.approx(10, abs=0.01), pytest.approx(10, abs=0.01), "alone", ""),
        "magnet": NO,
    }


def test_two_stages_bind_together(tmp_path: Path):
    """60 t of oxide and 60 t of metal: either alone gains nothing, both together 10 t, and without one of them nothing."""
    found = stages(tmp_path, CHAIN | {"Projects": plants(60, 60, 100)})
    together = (pytest.approx(0, abs=0.01), pytest.approx(10, abs=0.01), "together")
    assert found["separation"] == (*together, "metallization")
    assert found["metallization"] == (*together, "separation")
    assert found["magnet"] == NO


def test_the_smaller_gain_of_unequal_raises_counts(tmp_path: Path):
    """95 t of oxide, 90 of metal, 90 of magnets: raised by 10 t to 105, 100, 100. Metal and magnet bind together for 5 t
    without oxide (95 t of it), 10 t with it; as oxide is not at full use it is not raised with them.
    """
    found = stages(tmp_path, CHAIN | {"Projects": plants(95, 90, 90)})
    assert found["metallization"] == (pytest.approx(0, abs=0.01), pytest.approx(5, abs=0.01), "together", "magnet")
    assert found["separation"] == NO


def test_nothing_binds_where_all_is_served(tmp_path: Path):
    assert set(stages(tmp_path, CHAIN | {"Projects": plants(100, 100, 120)}).values()) == {NO}


@pytest.mark.parametrize(
    "late",
    ["R, A, reduce, candidate, 60, , 5, 9", "R, A, reduce, committed, 60, 2031, ,"],
    ids=["candidate", "committed"],
)
def test_a_stage_in_which_nothing_stands_yet_binds(tmp_path: Path, late: str):
    """No metal in 2030: 10 t a year there would make 10 t of magnets."""
    projects = HEAD + f"S, A, separate, existing, 100, , ,\nM, A, sinter, existing, 100, , ,\n{late}"
    found = stages(tmp_path, CHAIN | {"Projects": projects, "Settings": settings(2030, 2031)})
    assert found["metallization"] == (pytest.approx(10, abs=0.01), pytest.approx(10, abs=0.01), "alone", "")
    assert found["magnet"] == NO


def test_two_stages_in_which_nothing_stands_bind_together(tmp_path: Path):
    projects = HEAD + "S, A, separate, existing, 100, , ,\n"
    projects += "R, A, reduce, candidate, 60, , 5, 9\nM, A, sinter, candidate, 60, , 5, 9"
    found = stages(tmp_path, CHAIN | {"Projects": projects})
    assert found["metallization"][2:] == ("together", "magnet")
    assert found["magnet"][2:] == ("together", "metallization")


def test_a_complement_stands_idle(tmp_path: Path):
    """A magnet takes 0.9 t of light and 0.1 t of heavy oxide. 4 t of heavy make 40 t of magnets and leave 54 of the 90 t
    of light idle; 10 t more heavy would make all 100 t: heavy separation binds alone (60 t), light separation does not.
    """
    sheets = {
        "Materials": """
            material, name, stage, stream
            light, light, oxide, light
            heavy, heavy, oxide, heavy
            magnet, magnet, magnet,
        """,
        "Recipes": """
            process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
            split, r, light separation, light, output, 1, 1
            refine, r, heavy separation, heavy, output, 1, 1
            sinter, r, magnet, light, input, 0.9, 1
            sinter, r, magnet, heavy, input, 0.1,
            sinter, r, magnet, magnet, output, 1,
        """,
        "Projects": HEAD
        + "L, A, split, existing, 90, , ,\nH, A, refine, existing, 4, , ,\nM, A, sinter, existing, 100, , ,",
        "Demand": CHAIN["Demand"],
    }
    answer = solve_sheets(tmp_path, sheets)
    run = {row["project"]: float(row["run_t"]) for row in answer.table("capacity")}
    assert run == pytest.approx({"L": 36, "H": 4, "M": 40}, abs=0.01)
    heavy = stages(tmp_path, sheets, "heavy")
    assert heavy["heavy separation"] == (pytest.approx(60, abs=0.01), pytest.approx(60, abs=0.01), "alone", "")
    assert heavy["magnet"] == NO
    assert stages(tmp_path, sheets, "light")["light separation"] == NO


def test_minimum_coverages_do_not_stand_in_the_way(tmp_path: Path):
    """60 of 100 t must be served and just can be."""
    demand = "sector, country, material, year, demand_t, min_coverage\ncars, A, magnet, 2030, 100, 0.6"
    found = stages(tmp_path, CHAIN | {"Projects": plants(100, 60, 100), "Demand": demand})
    assert found["metallization"][2] == "alone"
