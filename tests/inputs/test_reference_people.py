"""The people that may be added to the reference case: made again by rule R34 of ``inputs/README.md``, scarce where much is built.

People of standing plants are those of rule R33, per kt of capacity a year; mines are not counted.
"""

from __future__ import annotations

import csv
import math
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from models.instance import Instance
from optimizer.assemble import assemble
from optimizer.workbook import read_workbook

INPUTS = Path(__file__).parents[2] / "inputs"
FOLDER, PEOPLE = INPUTS / "allied_magnets", INPUTS / "people"
PER_KT = {"separation": 66, "metallization": 73, "alloying": 21, "magnet": 150, "recycling": 50, "mining": 0}
CLASS = 100


@cache
def rows(sheet: str) -> tuple[Mapping[str, str], ...]:
    """Rows as text without remarks, in plain Python."""
    folder = PEOPLE if sheet == "Workforce" else FOLDER
    with (folder / f"{sheet}.csv").open(newline="", encoding="utf-8-sig") as stream:
        return tuple(row for row in csv.DictReader(stream) if not next(iter(row.values())).startswith("#"))


@cache
def instance() -> Instance:
    """The reference case with the sheet copied into it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "case"
        shutil.copytree(FOLDER, folder)
        shutil.copy(PEOPLE / "Workforce.csv", folder)
        return assemble(read_workbook(folder), None)


def tens(people: float) -> int:
    return 10 * math.floor(people / 10 + 0.5)


def standing(country: str, year: int) -> float:
    """People in plants that stand in the country and year, at nameplate."""
    stage = {r["process"]: r["stage"] for r in rows("Recipes")}
    return sum(
        float(r["capacity_t_per_year"]) / 1000.0 * (80 if r["process"] == "collect" else PER_KT[stage[r["process"]]])
        for r in rows("Projects")
        if r["country"] == country and r["status"] != "candidate" and int(r["first_year"] or 0) <= year
    )


def of_mines(country: str) -> float:
    return sum(x.workforce for x in instance().candidates.values() if x.country == country and x.stage == "mining")


def test_every_country_with_candidates_has_a_limit():
    assert set(instance().workforce) == {x.country for x in instance().candidates.values()}


def test_people_follow_from_the_plants_that_stand():
    """A tenth is free, and miners; four of ten, or one class, are trained a year; the trained train others from 2034 on."""
    for country, force in instance().workforce.items():
        now, then = standing(country, 2026), standing(country, 2030)
        first, second = (max(CLASS, tens(0.4 * x)) for x in (now, then))
        third = max(CLASS, tens(0.4 * (then + 4 * first + second)))
        assert force.available[2026] == tens(0.1 * now) + 10 * math.ceil(of_mines(country) / 10), country
        assert [force.max_trained[t] for t in (2026, 2029, 2030, 2033, 2034, 2040)] == [
            *(first, first, second, second, third, third)
        ], country
        assert set(force.training_years.values()) == {2}


def test_training_costs_what_the_note_says():
    """20,000 USD a person, by the location factors of R7."""
    cost = {c: 1e6 * x.cost_musd_per_person[2026] for c, x in instance().workforce.items()}
    assert {round(cost[c]) for c in ("USA", "CAN", "AUS", "JPN", "DEU", "FRA", "GBR")} == {20_000}
    assert {c: round(cost[c]) for c in ("KOR", "BRA", "EUX", "EST", "MYS", "IND", "VNM")} == {
        **{"KOR": 16_000, "BRA": 16_000, "EUX": 17_000, "EST": 15_000},
        **{"MYS": 14_000, "IND": 12_000, "VNM": 10_000},
    }


def test_people_can_bind_early_and_not_for_good():
    """With every candidate funded as early as can be, people are short in 2031 in the United States, Germany and India.

    In 2040 all who can be trained are more than all candidates of the United States and Germany take.
    """

    def had(country: str, t: int) -> float:
        force = instance().workforce[country]
        return force.available[t] + sum(force.max_trained[y] for y in force.begun(t))

    def asked(country: str, t: int) -> float:
        chosen = [x for x in instance().candidates.values() if x.country == country and not x.group]
        return sum(x.workforce * x.fraction(x.funding_years[0], t) for x in chosen)

    assert all(asked(c, 2031) > had(c, 2031) for c in ("USA", "DEU", "IND"))
    assert all(asked(c, 2040) < had(c, 2040) for c in ("USA", "DEU"))


def test_who_trains_pays_at_home():
    """Countries with a government fund of their own need no other one to train their people."""
    homes = {
        pot.home for pot in instance().pots.values() if (pot.stages is None or "training" in pot.stages) and pot.home
    }
    assert homes >= {"USA", "JPN", "KOR", "IND", "DEU", "FRA", "GBR", "CAN", "BRA"}
