"""Rules on burden and benefit in the audit: one that is not kept, or told wrongly, is noticed, whatever the table says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from audited import checks, run
from money_toys import PACKAGE

from optimizer.audit import audit
from optimizer.workbook import read_workbook

RULE = "rule,country,measure,stage,year,min_share,max_share\n"


def told(folder: Path, rule: str, row: str) -> set[str]:
    """Broken checks of the package, which has 4.9885 MUSD, 80 t and 40 jobs in A and nothing in B, under one rule."""
    sheets = {**PACKAGE.sheets, "Fairness": RULE + rule}
    return checks(run(replace(PACKAGE, sheets=sheets, tables={**PACKAGE.tables, "fairness": row}), folder))


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("r,A,money,,,,0.9", "r,A,money,,,4.9885,4.9885,1,,0.9,no"),
        ("r,B,money,,,0.1,", "r,B,money,,,0,4.9885,0,0.1,,no"),
        ("r,B,capacity,press,2031,0.1,", "r,B,capacity,press,2031,0,40,0,0.1,,no"),
        ("r,A,jobs,,,,0.99", "r,A,jobs,,,40,40,1,,0.99,no"),
        ("r,A,coverage,,,0.34,", "r,A,coverage,,,100,300,0.3333333333,0.34,,no"),
    ],
)
def test_a_rule_that_is_not_kept(rule: str, row: str, tmp_path: Path):
    assert told(tmp_path, rule, row) == {"fairness_kept"}


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ("r,B,money,,,0,4.9885,0,0.1,,yes", {"fairness_kept", "fairness_ok"}),
        ("r,B,money,,,0.5,4.9885,0.100230530,0.1,,yes", {"fairness_kept", "fairness_ok", "fairness_amount"}),
        ("r,B,money,,,0,0,,0.1,,yes", {"fairness_kept", "fairness_ok", "fairness_total"}),
        ("r,A,money,,,4.9885,4.9885,1,0.1,,yes", {"fairness_kept", "fairness_ok", "fairness_amount", "fairness_words"}),
        ("s,B,money,,,0,4.9885,0,0.1,,no", {"known_name", "fairness_row"}),
    ],
)
def test_a_table_that_hides_it(row: str, broken: set[str], tmp_path: Path):
    assert told(tmp_path, "r,B,money,,,0.1,", row) == broken


def test_nothing_at_all_satisfies_a_share(tmp_path: Path):
    """No plant of stage smelt stands anywhere."""
    rule, row = "r,A,capacity,smelt,,0.5,", "r,A,capacity,smelt,2032,0,0,,0.5,,yes"
    assert told(tmp_path, rule, row) == set()


def test_a_chain_on_which_nobody_spends_need_not_keep_it(tmp_path: Path):
    sheets = {**PACKAGE.sheets, "Fairness": RULE + "r,B,money,,,0.1,"}
    toy = replace(PACKAGE, sheets=sheets, tables={**PACKAGE.tables, "fairness": "r,B,money,,,0,4.9885,0,0.1,,no"})
    workbook, tables = toy.write(tmp_path)
    assert audit(read_workbook(workbook), tables, None, toy.manifest, rules_bind=False).violations == []
