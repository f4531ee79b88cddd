"""Imports and stockpiles.

Needs LANDINGS, DRAWS, YEARS. Adds Import_ktpy, Draw_kt, Buy_kt, Level_kt and the cost terms imports and stockpile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo

from models.instance import BASE, Instance, Stockpile
from models.network import Network


def add_imports(m: Any, instance: Instance, networks: Mapping[str, Network]) -> None:
    """Add Import_ktpy, the limit of each offer over all its landings, and the cost term imports."""
    offers = instance.offers
    m.Import_ktpy = pyo.Var(m.LANDINGS, domain=pyo.NonNegativeReals, doc="bought from offer n, landed at i, kt/year")
    landed = defaultdict(list)
    for n, i, t, s in m.LANDINGS:
        landed[n, t, s].append(i)
    m.OFFERED = pyo.Set(initialize=list(landed), dimen=3)

    @m.Constraint(m.OFFERED, doc="all landings of an offer together stay within what the supplier still sells, kt/year")
    def imports_within_offer(m, n, t, s):
        left = networks[s].scenario.supplier_left.get(offers[n].supplier, 1.0)
        return sum(m.Import_ktpy[n, i, t, s] for i in landed[n, t, s]) <= left * offers[n].max_kt[t]

    m.import_cost = {
        s: {
            t: sum(
                offers[n].price_musd_per_kt[t] * m.Import_ktpy[n, i, t, s]
                for n in offers
                for i in landed.get((n, t, s), ())
            )
            for t in network.scenario.years
        }
        for s, network in networks.items()
        if network.layout.is_priced
    }
    m.cost_terms["imports"] = m.import_cost.get(BASE, {})


def add_stockpiles(m: Any, instance: Instance) -> None:
    """Add what is bought and stored, one plan for all scenarios, and the cost term stockpile."""
    stocks = instance.stockpiles
    m.STOCKPILES = pyo.Set(initialize=list(stocks))
    m.Buy_kt = pyo.Var(
        m.STOCKPILES, m.YEARS, bounds=lambda m, g, t: (0, _most_bought(stocks[g])), doc="bought in t, kt"
    )
    m.Level_kt = pyo.Var(m.STOCKPILES, m.YEARS, bounds=lambda m, g, t: (0, stocks[g].max_kt), doc="at the end of t, kt")

    @m.Expression(m.STOCKPILES, m.YEARS, doc="paid for purchases, MUSD")
    def Purchase_musd(m, g, t):
        return (stocks[g].purchase_musd_per_kt or 0.0) * m.Buy_kt[g, t]

    m.cost_terms["stockpile"] = {
        t: sum(m.Purchase_musd[g, t] + stocks[g].holding_musd_per_kt * m.Level_kt[g, t] for g in stocks)
        for t in m.YEARS
    }


def add_draws(m: Any, instance: Instance, networks: Mapping[str, Network]) -> None:
    """Add Draw_kt; the draws of a loss stay within the level before it began. Needs Level_kt, as variable or as data."""
    m.Draw_kt = pyo.Var(m.DRAWS, domain=pyo.NonNegativeReals, doc="drawn from stock g, kt")
    drawn = defaultdict(list)
    for g, t, s in m.DRAWS:
        if s != BASE:
            drawn[g, s].append(t)
    m.LOSS_DRAWS = pyo.Set(initialize=list(drawn), dimen=2)

    @m.Constraint(
        m.LOSS_DRAWS, doc="draws of the evaluated years, scaled to the span, stay within the level before it, kt"
    )
    def loss_draws_within_level(m, g, s):
        scenario = networks[s].scenario
        level = _level_before(m, instance, g, scenario.span[0])
        return scenario.scale * sum(m.Draw_kt[g, t, s] for t in drawn[g, s]) <= level


def add_stock_balance(m: Any, instance: Instance) -> None:
    """Add what keeps a stock in the base: level = before + bought - drawn, and draws from the closing level before."""
    m.BASE_DRAWS = pyo.Set(initialize=[(g, t, s) for g, t, s in m.DRAWS if s == BASE], dimen=3)

    @m.Constraint(m.STOCKPILES, m.YEARS, doc="a stock's level is what was there, and bought, less what was drawn, kt")
    def stock_is_kept(m, g, t):
        drawn = m.Draw_kt[g, t, BASE] if (g, t, BASE) in m.DRAWS else 0.0
        return m.Level_kt[g, t] == _level_before(m, instance, g, t) + m.Buy_kt[g, t] - drawn

    @m.Constraint(m.BASE_DRAWS, doc="the base draws from the closing level of the year before, kt")
    def base_draw_within_level(m, g, t, s):
        return m.Draw_kt[g, t, s] <= _level_before(m, instance, g, t)


def _level_before(m: Any, instance: Instance, g: str, t: int) -> Any:
    """Closing level of t - 1: the opening, if that is before the first year."""
    return instance.stockpiles[g].opening_kt if t <= instance.years[0] else m.Level_kt[g, t - 1]


def _most_bought(stock: Stockpile) -> float:
    return 0.0 if stock.purchase_musd_per_kt is None else stock.max_purchase_ktpy
