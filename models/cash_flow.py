"""Cash by calendar year of a firm whose project is funded: what ``models.viability`` brings to a present value, year by year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from models.instance import Project
from models.instruments import Instrument
from models.solution import Funding
from models.viability import Venture


@dataclass(frozen=True)
class Cash:
    """A year of a firm, MUSD; ``activity_kt`` and ``recipe`` of an operating year, 0 and "" of another.

    ``opex``: of the recipe, the project and its fixed one. ``tax``: without support. ``support``: what the package brings less
    what is paid for it, after its effects on tax.
    """

    activity_kt: float = 0.0
    recipe: str = ""
    revenue: float = 0.0
    inputs: float = 0.0
    opex: float = 0.0
    capex: float = 0.0
    tax: float = 0.0
    support: float = 0.0

    @property
    def net(self) -> float:
        """What is left to the owner in the year."""
        return self.revenue - self.inputs - self.opex - self.capex - self.tax + self.support


def cash_flow(firm: Venture, funding: Funding, package: Iterable[tuple[Instrument, float]]) -> dict[int, Cash]:
    """Return the cash of a firm by year, from its funding to the last year in which it runs or pays for its package.

    Parameters
    ----------
    firm, funding
        The project at a price deck, and its size.
    package
        Instruments with their amounts, MUSD of face or kt/year of covered size.
    """
    support: dict[int, float] = defaultdict(float)
    for instrument, amount in package:
        for t, x in firm.cash(instrument).items():
            support[t] += amount * x
    last = max([firm.life[-1], *firm.draws, *support])
    return {t: _year(firm, funding, t, support[t]) for t in range(firm.v, last + 1)}


def _year(firm: Venture, funding: Funding, t: int, support: float) -> Cash:
    capex = firm.draws.get(t, 0.0) * funding.capex_musd
    if t not in firm.life:
        return Cash(capex=capex, support=support)
    year, size, project = firm.years[t], funding.size_ktpy, firm.project
    opex = year.opex * size + project.fixed_opex_musd_per_year * size_share(project, funding)
    profit = (year.revenue - year.inputs) * size - opex - funding.capex_musd / project.operating_life_years
    return Cash(
        activity_kt=year.activity * size,
        recipe=year.recipe.name,
        revenue=year.revenue * size,
        inputs=year.inputs * size,
        opex=opex,
        capex=capex,
        tax=project.tax_rate * profit,
        support=support,
    )


def size_share(project: Project, funding: Funding) -> float:
    """Size as a share of the nameplate; what has no capacity at all is there in full, or by its share in a relaxation."""
    return funding.size_ktpy / project.nameplate_ktpy if project.nameplate_ktpy else funding.share
