"""People: training without its years or cost, plants that no row limits, plants for which nobody could ever be there."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.cells import Record
from optimizer.checks.content import Content, grouped, joined
from optimizer.checks.series import Series, all_series
from optimizer.findings import Finding

_TRAINING, _OF_TRAINING = "training", ("max_trained_per_year", "training_cost_usd_per_person")
_ASKED = ("training_cost_usd_per_person", "training_years")


def workforce_findings(content: Content) -> Iterator[Finding]:
    """Yield what is missing or suspicious in Workforce, or in the plants that it speaks of."""
    rows = content.rows("Workforce")
    for row in rows:
        yield from _training(content, row)
    yield from _nobody_pays(content)
    needing = [row for row in content.rows("Projects") if row.text("status") == "candidate" and row.number("workforce")]
    if rows:
        named = content.words("Workforce", "country")
        yield from _without_limit(content, needing, named)
        yield from _without_need(content, needing, named)
        yield from _never_enough(content, needing)


def _training(content: Content, row: Record) -> Iterator[Finding]:
    """Who may be trained must have a cost and a time: a blank is no 0."""
    if row.number_or("max_trained_per_year", 0.0) > 0.0:
        for column in _ASKED:
            if row.values.get(column) is None and row.row.cells.get(column) in (None, ""):
                problem = f"blank, but {row.number_or('max_trained_per_year', 0.0):g} people a year may be trained"
                yield content.fault(row, column, "required_for_training", problem, "Write 0 if 0 is meant.")
    elif row.number_or("training_cost_usd_per_person", 0.0) > 0.0 and "max_trained_per_year" not in row.row.cells:
        problem = "blank: nobody can be trained, though training has a cost"
        yield content.warning(row, "max_trained_per_year", "nobody_is_trained", problem, "Write how many at most.")


def _nobody_pays(content: Content) -> Iterator[Finding]:
    """Training that costs something and that no pot may pay for, once in a country: nobody is trained then."""
    pots = content.rows("Budgets")
    for (country,), rows in grouped(content.rows("Workforce"), "country").items():
        dear = [row for row in rows if min(map(row.number_or, _OF_TRAINING, (0.0, 0.0))) > 0.0]
        if dear and pots and not any(_pays_training(pot, country) for pot in pots):
            problem = f"no pot of Budgets may pay for training in {country}, so that nobody is trained there"
            remedy = "Add training to the stages of a pot that pays there, or a pot for it."
            yield content.warning(dear[0], "max_trained_per_year", "nobody_pays_for_training", problem, remedy)


def _pays_training(pot: Record, country: str) -> bool:
    there = not pot.items("countries") or country in pot.items("countries")
    return (
        there
        and (not pot.items("stages") or _TRAINING in pot.items("stages"))
        and pot.number_or("budget_musd", 0.0) > 0.0
    )


def _without_limit(content: Content, needing: list[Record], named: dict[str, None]) -> Iterator[Finding]:
    """Candidates that need people in a country without rows: they are not limited there."""
    for (country,), group in grouped(needing, "country").items():
        if country not in named:
            plants = joined(row.text("project") for row in group)
            problem = f"{country} has no row in Workforce, so people do not limit {plants} there"
            yield content.warning(group[0], "workforce", "people_not_limited", problem, f"Add a row for {country}.")


def _without_need(content: Content, needing: list[Record], named: dict[str, None]) -> Iterator[Finding]:
    """Rows of a country whose candidates need nobody."""
    countries = {row.text("country") for row in needing}
    for (country,), group in grouped(content.rows("Workforce"), "country").items():
        if country in named and country not in countries:
            problem = f"no candidate in {country} has a workforce in Projects, so nobody is needed there"
            yield content.warning(group[0], "country", "people_not_needed", problem, "Fill workforce in Projects.")


def _never_enough(content: Content, needing: list[Record]) -> Iterator[Finding]:
    """Plants that could not run at their smallest size in any year, were all people trained for them alone."""
    years = content.years()
    series = {one.rows[0].text("country"): one for one in all_series(content.rows("Workforce"))}
    for row in needing:
        one, nameplate = series.get(row.text("country")), row.number_or("capacity_t_per_year", 0.0)
        if one is None or not years or nameplate <= 0.0:
            continue
        smallest = row.number_or("min_capacity_t_per_year", nameplate)
        needed = row.number_or("workforce", 0.0) * smallest / nameplate
        most = max(_most(one, year, years) for year in years)
        if needed > most * (1.0 + 1e-6) and not row.text("ramp"):
            problem = f"needs {needed:,.0f} people, and at most {most:,.0f} could ever be there for it"
            remedy = "Raise available or max_trained_per_year in Workforce."
            yield content.warning(row, "workforce", "never_enough_people", problem, remedy)


def _most(series: Series, year: int, years: range) -> float:
    """People who could be there in a year: available, and all who could be ready."""
    ready = [y for y in years if y + (series.row(y).year("training_years") or 0) <= year]
    return series.value("available", year) + sum(series.row(y).number_or("max_trained_per_year", 0.0) for y in ready)
