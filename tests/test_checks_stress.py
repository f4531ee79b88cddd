"""The sheets Plan and Uncertainty: the toy with both is clean, and each broken cell is told at its address."""

from __future__ import annotations

import pytest
from workbook_toy import TOY, Case, changed, write_folder

from optimizer.checks import check
from optimizer.findings import Level
from optimizer.workbook import read_workbook

STRESSED: Case = TOY | {
    "Plan": [["project", "funded_year", "size_t_per_year"], ["RB", "2030", "250"], ["MB", "2031", ""]],
    "Uncertainty": [
        ["table", "filter", "column", "distribution", "parameters", "correlation"],
        ["Projects", "status=candidate", "lead_years", "discrete", "0=0.6; 1=0.3; 2=0.1", "each"],
        ["Demand", "sector=cars", "demand_t", "triangular", "low=0.8; mode=1; high=1.2", ""],
        ["Imports", "", "max_t", "lognormal", "median=1; sigma=0.2", "market"],
        ["Recipes", "process=*; direction=output", "t_per_t", "uniform", "low=0.9; high=1.1", "-market"],
    ],
}
FAULTS = [
    ({"Plan!A3": "M", "Plan!C3": ""}, "not_a_candidate", "Plan!A3"),
    ({"Plan!B2": "2029"}, "not_a_funding_year", "Plan!B2"),
    ({"Plan!B3": "2030"}, "not_a_funding_year", "Plan!B3"),
    ({"Plan!C2": "500"}, "not_a_size", "Plan!C2"),
    ({"Plan!C2": "50"}, "not_a_size", "Plan!C2"),
    ({"Plan!A4": "RB2", "Plan!B4": "2031"}, "two_of_a_group", "Plan!A4"),
    ({"Plan!A2": "RX"}, "unknown_reference", "Plan!A2"),
    ({"Plan!A3": "RB"}, "duplicate_key", "Plan!A3"),
    ({"Uncertainty!C2": "demand_t"}, "not_uncertain", "Uncertainty!C2"),
    ({"Uncertainty!B2": "candidate"}, "bad_filter", "Uncertainty!B2"),
    ({"Uncertainty!B2": "state=candidate"}, "bad_filter", "Uncertainty!B2"),
    ({"Uncertainty!B3": "sector=planes"}, "picks_nothing", "Uncertainty!B3"),
    ({"Uncertainty!D3": "normal"}, "not_a_choice", "Uncertainty!D3"),
    ({"Uncertainty!E2": "0=0.5; 1=0.6"}, "bad_parameters", "Uncertainty!E2"),
    ({"Uncertainty!E2": "-1=0.5; 1=0.5"}, "bad_parameters", "Uncertainty!E2"),
    ({"Uncertainty!E3": "low=0.8; high=1.2"}, "bad_parameters", "Uncertainty!E3"),
    ({"Uncertainty!E3": "low=0.8; mode=1.3; high=1.2"}, "bad_parameters", "Uncertainty!E3"),
    ({"Uncertainty!E3": "low=-1; mode=1; high=1.2"}, "bad_parameters", "Uncertainty!E3"),
    ({"Uncertainty!E3": "low 0.8"}, "bad_parameters", "Uncertainty!E3"),
    ({"Uncertainty!E4": "median=0; sigma=0.2"}, "bad_parameters", "Uncertainty!E4"),
    ({"Uncertainty!E5": "low=0; high=1"}, "bad_parameters", "Uncertainty!E5"),
]


def test_the_toy_with_both_sheets_is_clean(tmp_path):
    assert [str(finding) for finding in check(read_workbook(write_folder(tmp_path, STRESSED)))] == []


@pytest.mark.parametrize(("cells", "code", "address"), FAULTS)
def test_each_broken_cell_is_told(tmp_path, cells, code, address):
    found = check(read_workbook(write_folder(tmp_path, changed(cells, STRESSED))))
    faults = [finding for finding in found if finding.level is Level.FAULT]
    assert [(finding.code, finding.address) for finding in faults] == [(code, address)]
    assert faults[0].remedy


def test_a_column_that_is_none_is_not_said_to_be_blank_in_its_rows(tmp_path):
    found = check(read_workbook(write_folder(tmp_path, changed({"Uncertainty!C3": "colour"}, STRESSED))))
    assert [(finding.code, finding.address) for finding in found] == [("not_a_choice", "Uncertainty!C3")]
