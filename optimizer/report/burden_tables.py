"""Tables of who pays and who gains: by funder, and by country."""

from __future__ import annotations

from collections import defaultdict

from models.cash_flow import size_share
from models.instance import BASE, Instance
from models.purses import places_of
from models.solution import Solution
from optimizer.report.rounding import LEAST_MUSD, Rows, musd, tonnes

_SHARE_DIGITS, _PEOPLE_DIGITS = 9, 4


def funder_rows(instance: Instance, solution: Solution) -> Rows:
    """What each funder has, pays, pays at home, and pays at most of the public money of a single project."""
    places, investment = places_of(instance), solution.investment
    whole: dict[str, float] = defaultdict(float)
    for (what, _), x in investment.outlay_musd.items():
        whole[what] += x
    rows: Rows = []
    for funder in dict.fromkeys(pot.funder for pot in instance.pots.values()):
        pots = [pot for pot in instance.pots.values() if pot.funder == funder]
        home, paid = pots[0].home, defaultdict[str, float](float)
        for (name, what, *_), x in investment.paid_musd.items():
            if name == funder:
                paid[what] += x
        total, domestic = sum(paid.values()), sum(x for what, x in paid.items() if places[what][0] == home)
        parts = [x / whole[p] for p, x in paid.items() if p in instance.projects and whole[p] > LEAST_MUSD]
        rows.append(
            {
                "funder": funder,
                "home": home,
                "budget_musd": musd(sum(pot.budget_musd for pot in pots)),
                "paid_musd": musd(total),
                "domestic_musd": musd(domestic) if home else None,
                "domestic_share": round(domestic / total, _SHARE_DIGITS) if home and total > LEAST_MUSD else None,
                "largest_project_share": round(max(parts), _SHARE_DIGITS) if parts else None,
            }
        )
    return rows


def burden_rows(instance: Instance, solution: Solution) -> Rows:
    """A row per country: what it pays for, gets, and what stands and is served in it."""
    investment, projects = solution.investment, instance.projects
    homes = {pot.funder: pot.home for pot in instance.pots.values()}
    sums: dict[str, dict[str, float]] = {c: defaultdict(float) for c in instance.countries}
    for (funder, *_), x in investment.paid_musd.items():
        if homes.get(funder):
            sums[homes[funder]]["paid"] += x
    for (what, _), x in investment.outlay_musd.items():
        if what in projects:
            sums[projects[what].country]["received"] += x
    for funding in investment.fundings:
        project = projects[funding.project]
        sums[project.country]["capacity"] += funding.size_ktpy
        sums[project.country]["jobs"] += project.workforce * size_share(project, funding)
    for (d, t), short in solution.operations[BASE].shortfall.items():
        demand = instance.demands[d]
        sums[demand.country]["demand"] += demand.demand_kt[t]
        sums[demand.country]["served"] += max(0.0, demand.demand_kt[t] - short)
    return [
        {
            "country": c,
            "paid_musd": musd(x["paid"]),
            "received_musd": musd(x["received"]),
            "capacity_t_per_year": tonnes(x["capacity"]),
            "jobs": round(x["jobs"], _PEOPLE_DIGITS) + 0.0,
            "demand_t": tonnes(x["demand"]),
            "served_t": tonnes(x["served"]),
            "coverage": round(x["served"] / x["demand"], _SHARE_DIGITS) if x["demand"] else None,
        }
        for c, x in sums.items()
    ]
