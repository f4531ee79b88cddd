"""FORMULATION.md and the models name the same things, both ways, and give units as the names do."""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyomo.environ as pyo
import pytest
from test_algebra import MODELS, model

import models
from models import instance as instance_module
from models import instruments as instruments_module
from models import network as network_module
from models import options as options_module

PAGE = Path(models.__file__).parent / "FORMULATION.md"
UNITS = {"_ktpy": "kt/year", "_kt": "kt", "_musd": "MUSD", "_musd_per_kt": "MUSD/kt", "_musd_per_year": "MUSD/year"}
# Carried in the model's attributes rather than read by a formula.
CLASSES = {
    name: kind
    for module in (instance_module, instruments_module, network_module, options_module)
    for name, kind in vars(module).items()
    if dataclasses.is_dataclass(kind)
}


class Entry(NamedTuple):
    """One row of a table: the code name, and the cells by column."""

    code: str
    cells: dict[str, str]


@cache
def entries() -> tuple[Entry, ...]:
    found, header = [], []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            header = []
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not header:
            header = cells
        elif "code" in header and not set(line) <= set("|- "):
            row = dict(zip(header, cells, strict=True))
            found.append(Entry(re.fullmatch(r"`([\w.]+)`", row["code"])[1], row))  # type: ignore[index]
    return tuple(found)


def components(*kinds: type) -> set[str]:
    """Names of the components of every model; sets that Pyomo itself makes for an index are its own."""
    return {
        c.local_name
        for which in MODELS
        for kind in kinds
        for c in model(which).component_objects(kind)
        if not c.local_name.endswith("_index")
    }


def data_names() -> set[str]:
    """Fields of the data classes, and what they derive under a name of its own."""
    fields = {f"{name}.{field.name}" for name, kind in CLASSES.items() for field in dataclasses.fields(kind)}
    return fields | {"Instance.weighted_demand_kt", "Scenario.scale", "Network.runs"}


@pytest.mark.parametrize("kind", [pyo.Set, pyo.Var, pyo.Expression, pyo.Constraint, pyo.Objective])
def test_every_component_stands_on_the_page(kind: type):
    assert components(kind) - {entry.code for entry in entries()} == set()


def test_every_name_of_the_page_is_a_component_or_data():
    known = components(pyo.Set, pyo.Var, pyo.Expression, pyo.Constraint, pyo.Objective) | data_names()
    assert {entry.code for entry in entries()} - known == set()


def test_every_datum_stands_on_the_page():
    assert data_names() - {entry.code for entry in entries()} == set()


def test_every_name_stands_once():
    codes = [entry.code for entry in entries()]
    assert sorted(codes) == sorted(set(codes))


def test_data_exist_under_their_names():
    for code in (entry.code for entry in entries() if "." in entry.code):
        kind, field = code.split(".")
        assert field in {f.name for f in dataclasses.fields(CLASSES[kind])} or hasattr(CLASSES[kind], field), code


@pytest.mark.parametrize("entry", [e for e in entries() if "unit" in e.cells], ids=lambda e: e.code)
def test_unit_is_the_one_of_the_name(entry: Entry):
    ending = next((x for x in sorted(UNITS, key=len, reverse=True) if entry.code.endswith(x)), None)
    if ending is not None:
        assert entry.cells["unit"] == UNITS[ending]


def test_every_constraint_has_a_formula():
    """Its name begins a line of a code block, with its indices."""
    blocks = "\n".join(re.findall(r"```\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S))
    named = set(re.findall(r"^(\w+)(?:\[[^\]]*\])? {2,}", blocks, re.M))
    assert components(pyo.Constraint) - named == set()


def test_a_constraint_says_the_same_sentence_as_the_code():
    """The page's sentence is the beginning of the component's doc, or the other way round, unit apart."""
    docs = {c.local_name: c.doc for which in MODELS for c in model(which).component_objects(pyo.Constraint)}
    for entry in (e for e in entries() if "sentence" in e.cells):
        told = re.sub(r", (kt/year|kt|MUSD)$", "", docs[entry.code])
        page = entry.cells["sentence"]
        assert page.startswith(told[:25]) or told.startswith(page[:25]), (entry.code, told, page)


def test_links_within_the_page_lead_somewhere():
    text = PAGE.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= anchors
