"""Stages in the order of the flow, and the streams that materials carry."""

from __future__ import annotations

from toys import workbook

from optimizer.chain import stage_order, streams
from optimizer.workbook import Workbook

MATERIALS = {
    "ore": "light;heavy",
    "light": "light",
    "heavy": "heavy",
    "metal": "",
    "magnet": "",
    "scrap": "",
    "tool": "",
}

# Written from the end to the beginning; magnets are recycled to light oxide, which closes a loop.
RECIPES = """
    process, recipe, stage, material, direction, t_per_t
    recycle, r, recycling, scrap, input, 1
    recycle, r, recycling, light, output, 0.3
    sinter, r, magnet, metal, input, 1
    sinter, r, magnet, heavy, input, 0.1
    sinter, r, magnet, magnet, output, 1
    sinter, r, magnet, scrap, output, 0.2
    reduce, r, metallization, light, input, 1.2
    reduce, r, metallization, metal, output, 1
    split, r, separation, ore, input, 2
    split, r, separation, light, output, 0.9
    split, r, separation, heavy, output, 0.1
"""


def case(carried: dict[str, str], recipes: str = RECIPES) -> Workbook:
    lines = ["material, name, stage, stream", *(f"{k}, {k}, any, {stream}" for k, stream in carried.items())]
    demand = "sector, country, material, year, demand_t\ncars, A, magnet, 2030, 1"
    return workbook({"Materials": "\n".join(lines), "Recipes": recipes, "Demand": demand})


def test_stages_follow_the_flow_and_a_loop_is_cut():
    """Scrap goes back to metal. Metal and magnets are fed from separation, recycling is not."""
    assert stage_order(case(MATERIALS)) == ("separation", "metallization", "magnet", "recycling")


def test_recycling_that_feeds_several_stages_still_ends_the_chain():
    """Recycling gives oxide to metallization and metal to magnets; both ways go back."""
    more = (
        RECIPES.rstrip()
        + """
    recycle, short, recycling, scrap, input, 1
    recycle, short, recycling, metal, output, 0.9
"""
    )
    without_heavy = more.replace("    sinter, r, magnet, heavy, input, 0.1\n", "")
    assert stage_order(case(MATERIALS, without_heavy)) == ("separation", "metallization", "magnet", "recycling")


def test_a_way_that_is_longer_counts():
    """Magnets take ore too, and still come after metal, which takes oxide."""
    recipes = """
        process, recipe, stage, material, direction, t_per_t
        sinter, r, magnet, metal, input, 1
        sinter, r, magnet, ore, input, 1
        sinter, r, magnet, magnet, output, 1
        reduce, r, metallization, light, input, 1.2
        reduce, r, metallization, metal, output, 1
        split, r, separation, ore, input, 2
        split, r, separation, light, output, 0.9
    """
    assert stage_order(case(MATERIALS, recipes)) == ("separation", "metallization", "magnet")


def test_a_blank_stream_is_the_union_of_what_goes_in():
    """Metal is light; a magnet takes light metal and heavy oxide; scrap too; a tool is made of nothing."""
    assert streams(case(MATERIALS)) == {
        "light": {"ore", "light", "metal", "magnet", "scrap"},
        "heavy": {"ore", "heavy", "magnet", "scrap"},
    }


def test_without_any_stream_there_is_one():
    assert streams(case(dict.fromkeys(MATERIALS, ""))) == {"all": set(MATERIALS)}
