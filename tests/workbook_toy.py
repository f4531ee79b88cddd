"""A small valid case with every sheet, and ways to write it and to break one cell of it.

Two allies A and B and a supplier N. Oxide is bought from N, or separated from nothing at the plant S in A; it becomes metal
(1.25 t of oxide per t) and magnets (1 t of metal per t). The plan runs from 2030 to 2034.
"""

from __future__ import annotations

import copy
import csv
from pathlib import Path

import openpyxl
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

Case = dict[str, list[list[object]]]


def _rows(text: str) -> list[list[object]]:
    return [[cell.strip() for cell in line.split(",")] for line in text.strip().splitlines()]


TOY: Case = {
    "Settings": _rows("""
        setting, value, unit
        first_year, 2030, year
        last_year, 2034, year
        price_year, 2025, year
        discount_rate, 0.05, fraction
        objective, coverage,
        budget_musd, 500, MUSD
        resilience_measure,,
        time_limit_s, 60, s
    """),
    "Countries": _rows("""
        country, name, ally, trusted, region, may_be_lost
        A, Aland, yes, , west, yes
        B, Bland, yes, , west, yes
        N, Nland, no, , east,
    """),
    "Materials": _rows("""
        material, name, stage, stream, price_usd_per_kg
        oxide, Oxide, oxide, light, 60
        metal, Metal, metal, , 80
        magnet, Magnet, magnet, ,
    """),
    "Recipes": _rows("""
        process, recipe, stage, material, direction, t_per_t, opex_usd_per_kg
        separate, only, separation, oxide, output, 1, 5
        reduce, only, metallization, oxide, input, 1.25,
        reduce, only, metallization, metal, output, 1, 8
        sinter, only, magnet, metal, input, 1,
        sinter, only, magnet, magnet, output, 1, 20
    """),
    "Projects": _rows("""
        project, country, process, status, capacity_t_per_year, min_capacity_t_per_year, capex_musd, lead_years, spend_profile, \
            ramp, first_funding_year, first_year, last_year, group, requires, life_years, public_share
        S, A, separate, existing, 1000, , , , , , , , , , , ,
        R, A, reduce, existing, 500, , , , , , , 2020, 2040, , , ,
        M, A, sinter, committed, 300, , , , , slow, , 2030, , , , ,
        RB, B, reduce, candidate, 400, 100, 80, 1, 0.5;0.5, slow, 2030, , , g, , 20, 0.5
        RB2, B, reduce, candidate, 200, , 50, 1, , , , , , g, , 20,
        MB, B, sinter, candidate, 300, , 120, 0, , , 2031, , , , RB;S, 20, 1
    """),
    "Ramps": _rows("""
        ramp, operating_year, fraction
        slow, 1, 0.5
        slow, 2, 1
    """),
    "Demand": _rows("""
        sector, country, material, year, demand_t, priority, min_coverage, allied_only, shortfall_usd_per_kg
        defense, A, magnet, 2030, 100, 10, , yes,
        defense, A, magnet, 2034, 140, 10, , yes,
        cars, B, magnet, 2030, 200, , , , 40
    """),
    "Imports": _rows("""
        supplier, material, country, year, max_t, price_usd_per_kg
        N, oxide, , 2030, 500, 50
        N, oxide, B, 2030, 100, 45
    """),
    "Routes": _rows("""
        material, from, to, cost_usd_per_kg, max_t_per_year, allowed
        *, A, B, 0.2, ,
        oxide, N, *, , , no
    """),
    "Budgets": _rows("""
        funder, budget_musd, year, carry_over, countries, stages
        DoD, 300, , , A;B, magnet;stockpile
        DoE, 200, 2030, yes, , metallization
    """),
    "Redundancy": _rows("""
        rule, stage, material, from_year, min_countries, min_projects, min_capacity_t_per_year, max_country_share
        two makers, magnet, , 2032, 2, 2, 50, 0.9
        metal, , metal, 2032, 2, , 50,
    """),
    "Disruptions": _rows("""
        scenario, kind, target, from_year, years, severity, check_years, weight, sector, min_coverage
        no N, lose_supplier, N, 2032, , , , , ,
        each country, lose_country, each, 2032, 2, , 2032;2033, 2, , 0.1
        no M, lose_project, M, 2031, 3, 0.5, 2031-2033, 1, defense, 0.2
    """),
    "Stockpiles": _rows("""
        material, country, opening_t, max_t, purchase_usd_per_kg, max_purchase_t_per_year, \
            holding_usd_per_kg_year, base_draw, allied
        oxide, A, 10, 50, 60, , 1, no, yes
    """),
}


def changed(cells: dict[str, object], base: Case = TOY) -> Case:
    """Return the case with cells replaced; ``Projects!F4`` is the address, and new rows and columns grow as needed."""
    case = copy.deepcopy(base)
    for address, value in cells.items():
        sheet, place = address.split("!")
        letters, number = coordinate_from_string(place)
        rows, index = case.setdefault(sheet, []), column_index_from_string(letters)
        while len(rows) < number:
            rows.append([""])
        row = rows[number - 1]
        row.extend([""] * (index - len(row)))
        row[index - 1] = value
    return case


def without(*sheets: str, base: Case = TOY) -> Case:
    return {name: rows for name, rows in base.items() if name not in sheets}


def write_folder(folder: Path, case: Case = TOY) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in case.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows)
    return folder


def write_xlsx(path: Path, case: Case = TOY) -> Path:
    """Write a plain workbook as an analyst would: numbers are numbers."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in case.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append([_number(cell) if cell != "" else None for cell in row])
    book.save(path)
    return path


def _number(cell: object) -> object:
    try:
        return float(cell) if isinstance(cell, str) else cell
    except ValueError:
        return cell
