"""One year of the flows as matrices, compiled once: every year, loss and draw of a plan is this pattern with other numbers.

To the rows of the dispatch come, for every demand row, one that measures the largest uncovered share among rows of equal
priority, and for every sector (and all of them) one that adds up what it is short.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import bmat, csr_matrix

from models.dispatch import build_pattern
from models.instance import Instance, Recipe
from models.network import Network
from optimizer.solve.highs import Session
from optimizer.solve.program import Program

ALL = ""


@dataclass(frozen=True)
class Factor:
    """Where the matrix holds what a recipe gives, less what it takes, of a material."""

    row: int
    column: int
    process: str
    recipe: str
    material: str


@dataclass(frozen=True)
class Pattern:
    """The compiled year. Mappings give rows and columns by what they speak of.

    ``capacity``, ``offer``, ``demand``: project, offer, demand row -> row. ``stock`` -> its column of draws and its row.
    ``short``: demand row -> column. ``leaving``: country -> columns of what is shipped out of it. ``sectors``: what is added
    up, all first.
    """

    program: Program
    capacity: Mapping[str, int]
    offer: Mapping[str, int]
    demand: Mapping[str, int]
    stock: Mapping[str, tuple[int, int]]
    short: Mapping[str, int]
    leaving: Mapping[str, np.ndarray]
    factors: tuple[Factor, ...]
    sectors: tuple[str, ...]
    recipes: tuple[Recipe, ...]


def compile_pattern(instance: Instance) -> Pattern:
    """Build and compile the pattern of a case."""
    model = build_pattern(instance)
    session = Session(model)
    row = {id(constraint): n for n, constraint in enumerate(session.constraints)}
    column = session.column
    (network,) = model.networks.values()
    draws = {g: column[id(draw)] for (g, _, _), draw in model.Draw_kt.items()}
    ships = [(i, column[id(ship)]) for (_, _, i, *_), ship in model.Ship_ktpy.items() if id(ship) in column]
    return Pattern(
        program=session.program,
        capacity={u: row[id(c)] for (u, _, _), c in model.run_within_capacity.items()},
        offer={n: row[id(c)] for (n, _, _), c in model.imports_within_offer.items()},
        demand={d: row[id(c)] for (d, _, _), c in model.demand_is_accounted_for.items()},
        stock={g: (draws[g], row[id(c)]) for (g, _), c in model.loss_draws_within_level.items()},
        short={d: column[id(short)] for (d, _, _), short in model.Shortfall_ktpy.items()},
        leaving={c: np.array([n for i, n in ships if i == c], dtype=int) for c in instance.countries},
        factors=tuple(_factors(model, network, row, column)),
        sectors=(ALL, *dict.fromkeys(demand.sector for demand in instance.demands.values())),
        recipes=instance.recipes,
    )


def _factors(model: Any, network: Network, row: Mapping[int, int], column: Mapping[int, int]) -> Iterator[Factor]:
    """What recipes take and give, by their place in the matrix."""
    for (u, q, o, t, s), run in model.Run_ktpy.items():
        unit = network.units[u]
        recipe = next(r for r in unit.recipes if r.name == q)
        for k in dict.fromkeys((*recipe.inputs, *recipe.outputs)):
            place = (k, o, unit.place[k], t, s)
            yield Factor(row[id(model.material_balance[place])], column[id(run)], recipe.process, q, k)


def program_of(pattern: Pattern, instance: Instance, t: int) -> Program:
    """Return the pattern with the demand, offers, priorities and recipes of a year; nothing stands yet, nothing is in store.

    Rows: those of the pattern, then one per demand row for the shares, then one per sector. Columns: those of the
    pattern, then one per demand row, of which the first of each priority is used.
    """
    base, rows = pattern.program, list(pattern.demand)
    demand = np.array([instance.demands[d].demand_kt[t] for d in rows])
    short, count = np.array([pattern.short[d] for d in rows]), len(rows)
    every = np.arange(count)
    shorts = csr_matrix((np.ones(count), (every, short)), shape=(count, base.matrix.shape[1]))
    shares = csr_matrix((-demand, (every, _leaders(rows, instance, t))), shape=(count, count))
    sums = csr_matrix(
        np.array([[s in (ALL, instance.demands[d].sector) for d in rows] for s in pattern.sectors], float)
    )
    matrix = bmat([[_with_recipes(pattern, instance), None], [shorts, shares], [sums @ shorts, None]], format="csr")
    more, sectors = count, len(pattern.sectors)
    row_lower = np.concatenate([base.row_lower, np.full(more + sectors, -np.inf)])
    row_upper = np.concatenate([base.row_upper, np.where(demand > 0.0, 0.0, np.inf), np.full(sectors, np.inf)])
    places = np.array([pattern.demand[d] for d in rows], dtype=int)
    row_lower[places] = row_upper[places] = demand
    for n, place in pattern.offer.items():
        row_upper[place] = instance.offers[n].max_kt[t]
    for place in pattern.capacity.values():
        row_upper[place] = 0.0
    for _, place in pattern.stock.values():
        row_upper[place] = 0.0
    cost = np.zeros(matrix.shape[1])
    cost[short] = [instance.demands[d].priority[t] for d in rows]
    return replace(
        base,
        matrix=matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        lower=np.concatenate([base.lower, np.zeros(count)]),
        upper=np.concatenate([base.upper, np.full(count, np.inf)]),
        cost=cost,
        offset=0.0,
        integer=np.zeros(matrix.shape[1], dtype=bool),
    )


def _leaders(rows: list[str], instance: Instance, t: int) -> np.ndarray:
    """For every demand row the first one of the same priority."""
    first: dict[float, int] = {}
    return np.array([first.setdefault(instance.demands[d].priority[t], n) for n, d in enumerate(rows)], dtype=int)


def _with_recipes(pattern: Pattern, instance: Instance) -> csr_matrix:
    """The matrix with the recipes as they are in the instance, which may differ from those it was compiled with."""
    matrix = pattern.program.matrix
    if instance.recipes == pattern.recipes:
        return matrix
    recipes = {(r.process, r.name): r for r in instance.recipes}
    given = [recipes[x.process, x.recipe] for x in pattern.factors]
    wanted = np.array(
        [
            r.outputs.get(x.material, 0.0) - r.inputs.get(x.material, 0.0)
            for x, r in zip(pattern.factors, given, strict=True)
        ]
    )
    rows, columns = [x.row for x in pattern.factors], [x.column for x in pattern.factors]
    change = csr_matrix((wanted, (rows, columns)), shape=matrix.shape)
    mask = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=matrix.shape)
    return (matrix - matrix.multiply(mask) + change).tocsr()
