"""The reference case: what it must hold, that every row says where it comes from, and whether its figures are plausible.

Plausibility is judged by published facts that are not themselves the number under test; each test names its facts and
where they stand. "Data note" is ``inputs/README.md``.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from models.dispatch import build_potential
from models.instance import BASE, Instance
from models.solution import Investment
from optimizer.assemble import assemble
from optimizer.solve.highs import Session, Status
from optimizer.workbook import read_workbook

INPUTS = Path(__file__).parents[2] / "inputs"
FOLDER = INPUTS / "allied_magnets"
SHEETS = sorted(file.stem for file in FOLDER.glob("*.csv"))
NDFEB = {"mag_std", "mag_hc"}
THOUSAND_USD = 1000.0  # Of a capex in MUSD and a capacity in t/year: thousand USD per t a year.


@cache
def rows(sheet: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a sheet as text, without remarks: read here in plain Python, not by the program's reader."""
    with (FOLDER / f"{sheet}.csv").open(newline="", encoding="utf-8-sig") as stream:
        return tuple(row for row in csv.DictReader(stream) if not next(iter(row.values())).startswith("#"))


PROCESSES = tuple(dict.fromkeys(r["process"] for r in rows("Recipes")))


@cache
def instance() -> Instance:
    return assemble(read_workbook(FOLDER), None)


def plants(*statuses: str, process: str = "") -> list[Mapping[str, str]]:
    return [r for r in rows("Projects") if r["status"] in statuses and process in ("", r["process"])]


def total_t(chosen: list[Mapping[str, str]]) -> float:
    return sum(float(r["capacity_t_per_year"]) for r in chosen)


def t_per_t(process: str, recipe: str, material: str, direction: str = "input") -> float:
    key = (process, recipe, material, direction)
    return sum(
        float(r["t_per_t"])
        for r in rows("Recipes")
        if (r["process"], r["recipe"], r["material"], r["direction"]) == key
    )


def standing_t(project: str, year: int) -> float:
    """Ramped capacity of an existing or committed plant."""
    plant = instance().projects[project]
    return 1000.0 * plant.nameplate_ktpy * plant.fixed_fraction.get(year, 0.0)


def demand_t(material: str, year: int) -> float:
    return 1000.0 * sum(d.demand_kt[year] for d in instance().demands.values() if d.material == material)


# ---------------------------------------------------------------- the two forms of the case


def test_workbook_and_folder_hold_the_same_cells():
    """Made by ``magnetgrid template --from inputs/allied_magnets inputs/allied_magnets.xlsx --force``."""
    assert read_workbook(INPUTS / "allied_magnets.xlsx").sha256() == read_workbook(FOLDER).sha256()


# ---------------------------------------------------------------- what it must hold


def test_plants_and_countries():
    assert len(plants("existing", "committed")) >= 35
    assert len(plants("candidate")) >= 60
    countries = {r["country"] for r in rows("Projects")}
    assert len(countries) >= 12
    assert {"USA", "CAN", "AUS", "JPN", "KOR", "MYS", "IND", "BRA", "EST", "FRA", "DEU", "GBR"} <= countries


def test_stages_and_streams():
    stages = {r["stage"] for r in rows("Recipes")}
    assert stages == {"mining", "separation", "metallization", "alloying", "magnet", "recycling"}
    stage_of = {r["process"]: r["stage"] for r in rows("Recipes")}
    for status in ("existing", "candidate"):
        assert {stage_of[r["process"]] for r in plants(status)} == stages
    streams = {stream for r in rows("Materials") for stream in r["stream"].split(";") if stream}
    assert streams == {"light", "heavy", "samarium"}
    assert {m for m in (r["material"] for r in rows("Demand"))} == NDFEB | {"mag_sm"}


def test_demand_by_sector_and_region():
    assert len({r["sector"] for r in rows("Demand")}) >= 5
    assert len({r["country"] for r in rows("Demand")}) >= 6
    assert rows("Demand")[0]["sector"] == "defense"
    assert (instance().years[0], instance().years[-1]) == (2026, 2040)
    given = defaultdict(set)
    for r in rows("Demand"):
        given[r["sector"], r["country"], r["material"], r["allied_only"]].add(int(r["year"]))
    assert all(min(years) <= 2026 for years in given.values())


def test_defense_takes_only_allied_material_from_2027():
    defense = [d for d in instance().demands.values() if d.sector == "defense"]
    for t in instance().years:
        open_t = sum(d.demand_kt[t] for d in defense if not d.allied_only)
        allied_t = sum(d.demand_kt[t] for d in defense if d.allied_only)
        assert (open_t > 0.0) == (t == 2026)
        assert (allied_t > 0.0) == (t >= 2027)
    assert all(d.priority[2030] > 4.0 for d in defense)


def test_outside_supply_and_third_countries():
    kinds = {r["country"]: (r["ally"], r["trusted"] or r["ally"]) for r in rows("Countries")}
    assert {r["supplier"] for r in rows("Imports")} == {"CHN"}
    assert kinds["CHN"] == ("no", "no")
    third = {c for c, kind in kinds.items() if kind == ("no", "no")} - {"CHN"}
    assert third >= {"VNM", "AGO"}
    assert all(any(r["country"] == c for r in rows("Projects")) for c in third)


def test_several_funders_and_pots():
    assert len({r["funder"] for r in rows("Budgets")}) >= 5
    assert sum(float(r["budget_musd"]) for r in rows("Budgets")) > 10_000


def test_disruptions():
    """An embargo, each country lost, each large site lost: at least 14, each looked at in at least three years."""
    losses = instance().disruptions
    assert len(losses) >= 14
    assert all(len(loss.years) >= 3 for loss in losses)
    assert {r["kind"] for r in rows("Disruptions")} == {"lose_supplier", "lose_country", "lose_project"}
    lost = {loss.closed_country for loss in losses} - {None}
    assert lost == {r["country"] for r in rows("Countries") if r["ally"] == "yes" and r["may_be_lost"] == "yes"}


def test_every_candidate_must_run_and_some_sites_hold_several_plants():
    assert all(float(r["min_utilization"]) > 0.0 for r in plants("candidate"))
    sites = defaultdict(list)
    for r in rows("Projects"):
        sites[r["site"]].append(r["project"])
    assert sum(len(projects) >= 2 for projects in sites.values()) >= 10


# ---------------------------------------------------------------- where every row comes from


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_row_has_source_and_confidence(sheet: str):
    for row in rows(sheet):
        assert row["source"].strip(), row
        assert row["confidence"] in ("high", "medium", "low", "estimate"), row


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_estimate_names_a_rule_of_the_data_note(sheet: str):
    text = (INPUTS / "README.md").read_text(encoding="utf-8")
    written = {int(n) for n in re.findall(r"\*\*R(\d+)", text)}
    for row in rows(sheet):
        named = {int(n) for n in re.findall(r"\bR(\d+)\b", f"{row['note']} {row['source']}")}
        assert named <= written, row
        assert row["confidence"] != "estimate" or named, row


def test_every_plant_says_how_its_figure_was_derived():
    assert all(row["note"].strip() for row in plants("candidate"))
    assert all(row["note"].strip() for row in rows("Projects") if row["confidence"] == "estimate")


def test_counts_of_the_data_note_are_those_of_the_sheets():
    text = (INPUTS / "README.md").read_text(encoding="utf-8")
    generic = sum(r["project"].startswith("GEN-") for r in plants("candidate"))
    series = {(r["sector"], r["country"], r["material"], r["allied_only"]) for r in rows("Demand")}
    assert f"| existing plants and mines | {len(plants('existing'))} |" in text
    assert f"| committed (under construction, financed) | {len(plants('committed'))} |" in text
    assert f"| candidates | {len(plants('candidate'))}, of them {generic} generic |" in text
    assert f"| {len({r['sector'] for r in rows('Demand')})}, {len({s[1] for s in series})}, {len(series)} |" in text
    assert f"| disruptions | {len(instance().disruptions)} " in text


# ---------------------------------------------------------------- plausibility: what stands


def test_mountain_pass_as_is():
    """In 2026 Mountain Pass makes 3.0 to 4.5 kt of NdPr oxide, and the ramp, not the mine, is the limit.

    min(ramped line, mine / REO per t NdPr oxide). Sourced: 917 t in the first quarter of 2026 (MP Materials, Q1 2026 results,
    2026-05-07), 3,668 t at a year's rate; run rate of 4,000 t at the end of 2025 (Q4 2025 call, 2026-03-03).
    """
    line = standing_t("USA-MP-SEPL", 2026)
    feed = standing_t("USA-MP-MINE", 2026) / t_per_t("sep_bast", "bast", "conc_bast")
    assert 3000.0 <= min(line, feed) <= 4500.0
    assert line < feed
    assert min(line, feed) == pytest.approx(4 * 917.0, rel=0.15)


def test_kuantan_as_is():
    """In 2026 Kuantan makes 6 to 9 kt of NdPr oxide; feed from Mt Weld, still ramping up, is the limit.

    Sourced: best quarter so far 2,080 t (June 2025), a quarter with power cuts 1,404 t (December 2025), so 5.6 to 8.3 kt
    at a year's rate (Lynas quarterly reports, 2025-07 and 2026-01).
    """
    line = standing_t("MYS-KUANTAN-SEPL", 2026)
    feed = standing_t("AUS-MTWELD", 2026) / t_per_t("sep_light", "mon", "conc_mon")
    made = min(line, feed)
    assert 6000.0 <= made <= 9000.0
    assert feed < line
    assert 4 * 1404.0 <= made <= 4 * 2080.0


def test_magnet_capacity_outside_china():
    """About 24 kt of sintered NdFeB stands outside China, about 60 kt more is announced.

    Sourced: 23,750 t existing, about 60,000 t in development (Project Blue, JS Link note, 2025-09). Generic candidates are no
    announcements and do not count; a fifth more may have been announced since.
    """
    assert total_t(plants("existing", process="magnet_ndfeb")) == pytest.approx(23_750.0, rel=0.05)
    announced = [r for r in plants("committed", "candidate", process="magnet_ndfeb") if r["project"][:4] != "GEN-"]
    largest = {r["group"] or r["project"]: float(r["capacity_t_per_year"]) for r in announced}
    assert 48_000.0 <= sum(largest.values()) <= 72_000.0


def test_mines_of_2026():
    """US mines make 45 to 51 kt REO, and all mines outside China well below 120 kt.

    Sourced: US 45,000 t in 2024, world 390,000 t less China 270,000 t (USGS MCS 2025, 2025-01).
    """
    us = sum(standing_t(r["project"], 2026) for r in plants("existing", process="mine_bast") if r["country"] == "USA")
    assert 45_000.0 <= us <= 52_000.0
    mines = [r for r in plants("existing", "committed") if r["process"].startswith("mine_")]
    assert sum(standing_t(r["project"], 2026) for r in mines) < 120_000.0


def test_the_chain_of_2026_thins_out_towards_the_metal():
    """Metal making is the thinnest stage outside China: 90 % and more of the world's metal is Chinese (table of 2025).

    More oxide can be made in 2026 than smelted, and the metal is too little for the magnet plants at full use.
    """
    usable = {
        q: sum(standing_t(r["project"], 2026) for r in plants("existing", "committed", process=q)) for q in PROCESSES
    }
    oxide = usable["sep_bast"] + usable["sep_light"]
    metal_needed = usable["magnet_ndfeb"] * 1.25 * t_per_t("alloy_ndfeb", "std", "ndpr_met")
    assert oxide / t_per_t("metal_ndpr", "ndpr", "ndpr_ox") > usable["metal_ndpr"]
    assert usable["metal_ndpr"] < metal_needed


# ---------------------------------------------------------------- plausibility: recipes


def rare_earth_t_per_alloy(recipe: str) -> float:
    return t_per_t("alloy_ndfeb", recipe, "ndpr_met") + t_per_t("alloy_ndfeb", recipe, "hre_met")


@pytest.mark.parametrize("recipe", ["std", "hc"])
def test_rare_earth_in_a_magnet(recipe: str):
    """A tonne of sintered magnet takes about 0.3 t of rare-earth metal before losses.

    Sourced: 31 to 32 % by analysis (J. Sustainable Metallurgy, 2016); the phase Nd2Fe14B alone needs 26.7 % (atomic
    weights); 97 to 99 % of it survives strip casting.
    """
    in_metal = rare_earth_t_per_alloy(recipe) * 0.98
    assert 0.267 <= in_metal <= 0.325


def test_heavy_rare_earth_in_high_coercivity_magnets():
    """Dy and Tb are 1 to 4 % of a high-coercivity magnet; less where they are diffused in, never below a third of that.

    Sourced: 4 % in motors and wind generators (Heim and Vander Wal, Minerals 2023); 0.6 to 1.2 % in ordinary grades (vendor
    sheet); diffusion saves 50 to 70 % where it is used (rule of thumb). Measured in old e-bike motors: 1.3 to 2.0 %
    (Materials 2025, 18, 2946).
    """
    alloy = t_per_t("alloy_ndfeb", "hc", "hre_met")
    bulk = alloy * 0.98
    diffused = (t_per_t("magnet_ndfeb", "hc_gbd", "alloy_hc") / 1.25) * bulk + t_per_t(
        "magnet_ndfeb", "hc_gbd", "hre_met"
    )
    assert 0.01 <= bulk <= 0.041
    assert 0.01 <= diffused < bulk
    assert 0.3 <= diffused / bulk <= 0.75


def test_oxide_per_metal():
    """No smelter beats the atomic weights, none loses more than a fifth.

    Nd2O3 and Pr6O11 as 75 : 25 take 1.1768 t per t metal, Dy2O3 1.1477, Sm2O3 1.1596 (IUPAC weights); losses from 2 % (SRC
    Saskatoon, 2024-09) to 20 % (Heim and Vander Wal, 2023).
    """
    for process, recipe, oxide, theory in (
        ("metal_ndpr", "ndpr", "ndpr_ox", 1.1768),
        ("metal_hre", "dy", "dy_ox", 1.1477),
        ("metal_sm", "sm", "sm_ox", 1.1596),
    ):
        assert theory < t_per_t(process, recipe, oxide) <= theory / 0.8


def test_alloy_per_magnet():
    """Between 6 and 73 % of the alloy is lost in making the finished part (review, Metals 2023, 13, 779).

    JL Mag finished 71.3 % of its blanks in 2024 (annual figures), which includes small parts: 1.40 t per t.
    """
    for recipe in ("std", "hc_bulk", "hc_gbd"):
        alloy = t_per_t("magnet_ndfeb", recipe, "alloy_std") + t_per_t("magnet_ndfeb", recipe, "alloy_hc")
        assert 1.0 / 0.94 <= alloy <= 1.0 / 0.713
        scrap = t_per_t("magnet_ndfeb", recipe, "scrap", "output")
        assert 0.0 < scrap <= alloy - 1.0


def test_separation_metal_and_magnet_in_proportion():
    """The oxide that a tonne of magnets takes, with scrap brought back, is near the published 0.37 t; the yield is 55-70 %.

    Sourced: more than 30 kt REO for 81 kt of magnets (Project Blue, JS Link note, 2025-09), 0.37 t per t; from mine to
    machined block 55 to 70 % of the rare earth survives (rule of thumb, unsourced).
    """
    oxide = 1.25 * t_per_t("alloy_ndfeb", "std", "ndpr_met") * t_per_t("metal_ndpr", "ndpr", "ndpr_ox")
    back = t_per_t("magnet_ndfeb", "std", "scrap", "output") * t_per_t("rec_oxide", "long_loop", "ndpr_ox", "output")
    assert oxide - back == pytest.approx(0.37, rel=0.15)
    contained = rare_earth_t_per_alloy("std") * 0.98 * 1.1768
    mined = oxide / 0.9
    assert 0.55 <= contained / mined <= 0.70


def test_baskets():
    """NdPr is 15.7 % of Mountain Pass ore, 24 % of Mt Weld (chart), 26.4 % of Nolans; 75 to 95 % of it is recovered.

    Sourced: MP 10-K of 2021; digitised chart of Mt Weld (weak); Nolans feasibility update of 2020; recoveries of cracking
    75 to 95 %, of separation 90 to 99 %.
    """
    assert 0.75 <= 1.0 / (t_per_t("sep_bast", "bast", "conc_bast") * 0.157) <= 0.95
    for share in (0.24, 0.264):
        assert 0.70 <= 1.0 / (t_per_t("sep_light", "mon", "conc_mon") * share) <= 0.95


def test_heavy_rare_earth_in_the_ores():
    """Clays are rich in Dy and Tb, monazite poor, bastnaesite poorest.

    Sourced: Mt Weld Dy 0.3, Tb 0.1 against NdPr 24 (chart); Lynas 26 t Dy and Tb beside 1,404 t NdPr (December quarter of
    2025); all elements from samarium up are 1.8 % of Mountain Pass ore against 15.7 % NdPr (MP 10-K of 2021).
    """
    monazite = t_per_t("sep_light", "mon", "hre_conc", "output")
    bastnaesite = t_per_t("sep_bast", "bast", "hre_conc", "output")
    assert 0.8 * 0.4 / 24.0 <= monazite <= 1.5 * 26.0 / 1404.0
    assert bastnaesite + t_per_t("sep_bast", "bast", "sm_conc", "output") < 1.8 / 15.7
    assert bastnaesite < monazite < t_per_t("sep_light", "clay", "hre_conc", "output")


def test_recycled_scrap_gives_what_old_magnets_hold():
    """Scrap of motors holds 15.8-16.7 % Nd and 4.7-5.1 % Pr (Materials 2025, 18, 2946), as oxide 0.24 t at the least.

    New swarf holds up to 32.5 % (vendor sheet), as oxide 0.38 t.
    """
    assert 0.205 * 1.1664 <= t_per_t("rec_oxide", "long_loop", "ndpr_ox", "output") <= 0.325 * 1.1768


def test_samarium_in_smco():
    """SmCo 2:17 holds 23 to 28 % samarium, 1:5 about 34 to 36 % (vendors; atomic weights 23.1 and 33.8)."""
    assert 0.23 <= t_per_t("alloy_smco", "sm", "sm_met") * 0.98 <= 0.36


# ---------------------------------------------------------------- plausibility: cost and time


def unit_capex(process: str, ramp: str = "") -> dict[str, float]:
    """Thousand USD per t a year at nameplate."""
    chosen = [r for r in plants("candidate", process=process) if ramp in ("", r["ramp"])]
    return {r["project"]: THOUSAND_USD * float(r["capex_musd"]) / float(r["capacity_t_per_year"]) for r in chosen}


@pytest.mark.parametrize("process", ["sep_bast", "sep_light", "sep_heavy"])
def test_greenfield_separation_cost(process: str):
    """80 to 420 thousand USD per t a year of magnet oxides.

    Sourced points: White Mesa 82 at a running mill (2026-01), REEtec EUR 160 (2022-11), Caremag EUR 154 (2025-03), Aclara 170
    (2025-10), Nolans 275 from mine to oxide (2024), Lynas Kalgoorlie and Kuantan heavies higher.
    """
    assert all(80.0 <= cost <= 420.0 for cost in unit_capex(process, "sep_new").values())


def test_separation_at_running_sites_is_not_dearer_than_new_sites():
    """White Mesa adds at 82 thousand USD per t (2026-01), half of what new sites cost: the median of additions is lower."""
    added, new = unit_capex("sep_light", "sep_add"), unit_capex("sep_light", "sep_new")
    assert sorted(added.values())[len(added) // 2] < sorted(new.values())[len(new) // 2]


@pytest.mark.parametrize(
    ("process", "low", "high"),
    [
        ("magnet_ndfeb", 26.0, 253.0),
        ("metal_ndpr", 33.0, 110.0),
        ("alloy_ndfeb", 7.0, 40.0),
        ("rec_oxide", 35.0, 167.0),
    ],
)
def test_cost_of_later_stages(process: str, low: float, high: float):
    """Thousand USD per t a year within the published range outside China, and above the Chinese one.

    Sourced: magnets: Guangsheng in China 26 (2021), Narva 38 (2025), JS Link 74 (2025), Vulcan 100 (2025), 10X 125 to 139
    (2026), eVAC 253 (2024). Metal and alloy: Lacq EUR 110m for 3,750 t, 33 (2025); Korea 7 to 9 for mixed metals (2021);
    Saskatoon expansion 105 (2025). Recycling: HyProMag 167 with magnets (2024), McBee 41 (2026).
    """
    assert all(low <= cost <= high for cost in unit_capex(process).values()), unit_capex(process)


@pytest.mark.parametrize(
    ("stage", "low", "high"),
    [
        ("mining", 3, 5),
        ("separation", 2, 5),
        ("metallization", 1, 3),
        ("alloying", 2, 3),
        ("magnet", 2, 4),
        ("recycling", 2, 2),
    ],
)
def test_lead_times(stage: str, low: int, high: int):
    """From funding to first output.

    Sourced, in months: Eneabba 60 (2022-2027), White Mesa phase 2 21, Caremag 21, Fort Worth 33 to metal and 44 to magnets
    (2022-2025), 10X 24, Narva 22, eVAC 24, JS Link 27, the Indian scheme 24, Guangsheng 30, HyProMag 24; Kalgoorlie less than
    30; permits of European strategic projects 15 and 27 at most. A separation plant with qualification takes 5 to 10 years, so
    lead and ramp of a new one together are at least that.
    """
    stage_of = {r["process"]: r["stage"] for r in rows("Recipes")}
    chosen = [r for r in plants("candidate") if stage_of[r["process"]] == stage]
    assert chosen
    assert all(low <= int(r["lead_years"]) <= high for r in chosen), stage
    ramps = defaultdict(int)
    for r in rows("Ramps"):
        ramps[r["ramp"]] = max(ramps[r["ramp"]], int(r["operating_year"]))
    assert all(5 <= int(r["lead_years"]) + ramps["sep_new"] - 1 <= 10 for r in chosen if r["ramp"] == "sep_new")


def test_spend_profiles_do_not_outlast_the_lead_time():
    for name, plant in instance().candidates.items():
        assert len(plant.spend) <= max(1, plant.lead_years), name


def test_demand_grows_within_the_forecasts():
    """Magnet demand of the allies grows between 3.5 and 8 % a year over all sectors.

    Sourced: world forecasts of 5.4 to 8.7 % a year in the data collection; supply-limited 5.4 % to 2040.
    """
    first, last = (sum(demand_t(m, t) for m in NDFEB) for t in (2026, 2040))
    assert 0.035 <= (last / first) ** (1.0 / 14.0) - 1.0 <= 0.087


def test_outside_supply_is_less_than_china_sells_to_the_world():
    """China exported 57,392 t of magnets in 2025, 58,000 t in 2024 (Adamas, Reuters): no year may offer the allies more."""
    for t in instance().years:
        offered = sum(o.max_kt[t] for o in instance().offers.values() if o.material.startswith("mag_"))
        assert offered < 57.4


# ---------------------------------------------------------------- with unlimited money


def all_funded_early() -> Investment:
    """Every candidate funded in its first possible year, after what it requires; the largest of each group only."""
    case = instance()
    chosen: dict[str, str] = {}
    for name, plant in case.candidates.items():
        key = plant.group or name
        if key not in chosen or plant.nameplate_ktpy > case.projects[chosen[key]].nameplate_ktpy:
            chosen[key] = name

    def funded(name: str) -> int:
        plant = case.projects[name]
        if not plant.is_candidate:
            return case.years[0]
        assert name in chosen.values()
        return max(plant.funding_years[0], *(funded(other) for other in plant.requires), case.years[0])

    capacity = {}
    for name, plant in case.projects.items():
        for t in case.years:
            if not plant.is_candidate:
                share = plant.fixed_fraction.get(t, 0.0)
            else:
                share = plant.fraction(funded(name), t) if name in chosen.values() else 0.0
            if share > 0.0:
                capacity[name, t] = share * plant.nameplate_ktpy
    levels = {(g, t): stock.opening_kt for g, stock in case.stockpiles.items() for t in case.years}
    return Investment((), capacity, {}, levels, {}, {}, {}, {}, {}, {})


def shortfall_by_year(case: Instance) -> dict[int, float]:
    model = build_potential(case, all_funded_early(), case.scenarios[BASE], list(case.demands))
    session = Session(model)
    outcome = session.solve()
    assert outcome.status is Status.OPTIMAL
    assert outcome.values is not None
    session.load(outcome.values)
    short: dict[int, float] = defaultdict(float)
    for (_, t, _), variable in model.Shortfall_ktpy.items():
        short[t] += variable.value
    return short


@pytest.mark.parametrize("with_imports", [True, False])
def test_unlimited_money_serves_all_demand_by_2040(with_imports: bool):
    """With every candidate funded as early as can be, nothing is short in 2040: not even if China sells nothing."""
    case = instance() if with_imports else replace(instance(), offers={})
    assert shortfall_by_year(case)[2040] == pytest.approx(0.0, abs=1e-6)


def test_unlimited_money_carries_every_stage_to_the_demand_of_2040():
    """Hand arithmetic backwards through the recipes, from 2040's magnets to the mine, without imports or recycling.

    High-coercivity magnets are taken by diffusion (0.5 t of alloy_hc, 0.75 t of alloy_std). One t Dy+Tb oxide gives
    0.84 / 1.2 + 0.16 / 0.66 = 0.94 t heavy metal.
    """
    case, capacity = instance(), all_funded_early().capacity_ktpy
    reached: dict[str, float] = defaultdict(float)
    for (name, t), ktpy in capacity.items():
        if t == 2040:
            reached[case.projects[name].process] += 1000.0 * ktpy
    standard, strong, smco = (demand_t(m, 2040) for m in ("mag_std", "mag_hc", "mag_sm"))
    alloy_std = t_per_t("magnet_ndfeb", "std", "alloy_std") * standard
    alloy_std += t_per_t("magnet_ndfeb", "hc_gbd", "alloy_std") * strong
    alloy_hc = t_per_t("magnet_ndfeb", "hc_gbd", "alloy_hc") * strong
    alloy_sm = t_per_t("magnet_smco", "sm", "alloy_sm") * smco
    metal = t_per_t("alloy_ndfeb", "std", "ndpr_met") * alloy_std + t_per_t("alloy_ndfeb", "hc", "ndpr_met") * alloy_hc
    heavy = t_per_t("alloy_ndfeb", "hc", "hre_met") * alloy_hc + t_per_t("magnet_ndfeb", "hc_gbd", "hre_met") * strong
    samarium = t_per_t("alloy_smco", "sm", "sm_met") * alloy_sm
    heavy_oxide = heavy / (0.84 / t_per_t("metal_hre", "dy", "dy_ox") + 0.16 / t_per_t("metal_hre", "tb", "tb_ox"))
    oxide = t_per_t("metal_ndpr", "ndpr", "ndpr_ox") * metal

    assert reached["magnet_ndfeb"] >= standard + strong
    assert reached["magnet_smco"] >= smco
    assert reached["alloy_ndfeb"] >= alloy_std + alloy_hc
    assert reached["alloy_smco"] >= alloy_sm
    assert reached["metal_ndpr"] >= metal
    assert reached["metal_hre"] >= heavy
    assert reached["metal_sm"] >= samarium
    assert reached["sep_bast"] + reached["sep_light"] >= oxide
    assert reached["sep_heavy"] >= heavy_oxide
    assert reached["sep_sm"] >= t_per_t("metal_sm", "sm", "sm_ox") * samarium
    mined = (
        reached["mine_bast"] / t_per_t("sep_bast", "bast", "conc_bast")
        + reached["mine_mon"] / t_per_t("sep_light", "mon", "conc_mon")
        + reached["mine_clay"] / t_per_t("sep_light", "clay", "conc_clay")
    )
    assert mined >= oxide
