"""One line for every candidate: why it is funded at every budget, from one on, only between, or never."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from optimizer.report.bottlenecks import bindings, tonnes
from optimizer.report.candidates import Candidate, read_candidates
from optimizer.report.comparison import Comparison
from optimizer.report.facts import Facts
from optimizer.report.matrix_tables import ALWAYS, BETWEEN, FROM, NEVER, Judged, candidates
from optimizer.wording import joined, money, names, percent, year_span

FULL_SIZE = 1.0 - 1e-5


@dataclass(frozen=True)
class _Case:
    """What the reasons are drawn from; ``held_back``: (stage, budget) -> whether that stage binds in some year."""

    comparison: Comparison
    judged: Sequence[Judged]
    possible: dict[str, Candidate]
    held_back: set[tuple[str, float]]

    @property
    def facts(self) -> Facts:
        """Names and years."""
        return self.comparison.facts


def classified(comparison: Comparison) -> list[Judged]:
    """Every candidate with its class and the reason for it."""
    judged = candidates(comparison)
    if not comparison.held:
        return [replace(x, reason="No budget has a plan.") for x in judged]
    case = _Case(comparison, judged, read_candidates(comparison.facts), _held_back(comparison))
    return [replace(x, reason=_reason(case, x)) for x in judged]


def _held_back(comparison: Comparison) -> set[tuple[str, float]]:
    found = set()
    for held in comparison.held:
        if "bottlenecks" in held.plan.tables:
            for binding in bindings(comparison.facts_of(held.plan)):
                found |= {(stage, held.budget_musd) for stage, _ in binding.stages}
    return found


def _reason(case: _Case, x: Judged) -> str:
    how = {ALWAYS: _always, FROM: _from, BETWEEN: _between, NEVER: _never}[x.kind]
    return how(case, x)


def _how(x: Judged) -> str:
    """When and how large it is funded."""
    years = year_span(sorted({c.year for c in x.choices}))
    sizes = sorted({c.size_t for c in x.choices})
    full = all(c.share >= FULL_SIZE for c in x.choices)
    size = "at full size" if full else f"with {tonnes(sizes[0])} t/yr"
    if not full and sizes[-1] - sizes[0] >= 0.5:
        size = f"with {tonnes(sizes[0])} to {tonnes(sizes[-1])} t/yr"
    return f"{years}, {size}"


def _always(case: _Case, x: Judged) -> str:
    count = sum((x.stage, b) in case.held_back for b in x.budgets)
    where = "" if len(x.budgets) == 1 else f" at {count} of them"
    stage = f"; {x.stage} binds{where}" if count else ""
    one = "the one budget" if len(x.budgets) == 1 else f"all {len(x.budgets)} budgets"
    return f"Funded at {one}: {_how(x)}{stage}."


def _from(case: _Case, x: Judged) -> str:
    start = x.funded_at[0]
    before = x.budgets[x.budgets.index(start) - 1]
    what = _held_before(case, x, before)
    return f"Enters at {money(start)} MUSD: {_how(x)}; at {money(before)} {what}."


def _held_before(case: _Case, x: Judged, budget: float) -> str:
    """What stood in its place at the budget before it entered."""
    others = _group(case, x, budget)
    if others:
        return f"{names(others)} of its group is funded instead"
    if missing := _missing(case, x, [budget]):
        return f"{names(missing)}, which it requires, is not funded"
    if (x.stage, budget) in case.held_back:
        return f"{x.stage} binds too, but the plan spends the money elsewhere"
    return f"{x.stage} does not bind"


def _group(case: _Case, x: Judged, budget: float) -> list[str]:
    group = x.row.text("group")
    return [
        o.project
        for o in case.judged
        if group and o.project != x.project and o.row.text("group") == group and o.chosen[budget]
    ]


def _missing(case: _Case, x: Judged, budgets: Sequence[float]) -> list[str]:
    """Candidates that it requires and that none of the budgets funds."""
    by_name = {o.project: o for o in case.judged}
    required = (by_name[p] for p in x.row.items("requires") if p in by_name)
    return [o.project for o in required if not any(o.chosen[b] for b in budgets)]


def _between(case: _Case, x: Judged) -> str:
    runs: dict[int, list[float]] = defaultdict(list)
    for b in x.funded_at:
        runs[x.budgets.index(b) - sum(y < b for y in x.funded_at)].append(b)
    spans = [money(run[0]) if len(run) == 1 else f"{money(run[0])} to {money(run[-1])}" for run in runs.values()]
    out = [b for b in x.budgets if not x.chosen[b] and b > x.funded_at[0]]
    return f"Funded at {joined(spans)} MUSD: {_how(x)}; {_instead(case, x, out[0])}."


def _instead(case: _Case, x: Judged, budget: float) -> str:
    """Who comes at the first budget at which it is out again."""
    before = x.budgets[x.budgets.index(budget) - 1]
    if group := _group(case, x, budget):
        return f"at {money(budget)} {names(group)} of its group takes its place"
    came = [o.project for o in case.judged if o.stage == x.stage and o.chosen[budget] and not o.chosen[before]]
    if came:
        return f"at {money(budget)} {names(came)} of the same stage come{'s' if len(came) == 1 else ''} in"
    grown = [
        o.project
        for o in case.judged
        if o.stage == x.stage and (a := o.chosen[before]) and (z := o.chosen[budget]) and z.size_t > a.size_t + 0.5
    ]
    if grown:
        return f"at {money(budget)} {names(grown)} of the same stage {'is' if len(grown) == 1 else 'are'} built larger"
    return f"at {money(budget)} it is left out, and no plant of its stage comes in for it"


def _never(case: _Case, x: Judged) -> str:
    facts, possible = case.facts, case.possible.get(x.project)
    if possible is None:
        return "Cannot be funded: a standing plant fills its group."
    if possible.output_year > facts.years[-1]:
        return f"Too late: no output before {possible.output_year}, after the last year {facts.years[-1]}."
    outlay = 0.0 if facts.has_instruments else _least_outlay(x)  # What a package would charge is not known of others.
    if outlay > x.budgets[-1]:
        return f"Too large: needs {money(outlay)} MUSD of public money, more than the largest budget."
    if missing := _missing(case, x, x.budgets):
        return f"Requires {names(missing)}, which no budget funds."
    rivals = sorted({o for b in x.budgets for o in _group(case, x, b)})
    if rivals:
        return f"Another of its group is funded: {names(rivals)}."
    if not any((x.stage, b) in case.held_back for b in x.budgets):
        return f"Not needed: {x.stage} binds at no budget."
    return _dearer(case, x)


def _least_outlay(x: Judged) -> float:
    """Public outlay at the smallest size, MUSD."""
    row = x.row
    full = row.number_or("capacity_t_per_year", 0.0)
    size = row.number_or("min_capacity_t_per_year", full)
    fixed = row.number_or("fixed_capex_share", 0.0)
    capex = row.number_or("capex_musd", 0.0) * (fixed + (1.0 - fixed) * (size / full if full else 1.0))
    return capex * row.number_or("public_share", 1.0)


def _intensity(case: _Case, x: Judged) -> float:
    """Public outlay per t of yearly capacity at full size, thousand USD; with instruments all capital."""
    full = x.row.number_or("capacity_t_per_year", 0.0)
    share = 1.0 if case.facts.has_instruments else x.row.number_or("public_share", 1.0)
    public = x.row.number_or("capex_musd", 0.0) * share
    return 1e3 * public / full if full else 0.0


def _dearer(case: _Case, x: Judged) -> str:
    what = "capital" if case.facts.has_instruments else "public money"
    peers = [_intensity(case, o) for o in case.judged if o.stage == x.stage and o.funded_at]
    own = _intensity(case, x)
    if not peers:
        return f"No candidate of {x.stage} is funded at any budget: the plans spend the money elsewhere."
    if own > max(peers):
        return (
            f"Dearest of its stage: {_thousand(own)} thousand USD of {what} per t/yr; funded ones need"
            f" {_thousand(min(peers))} to {_thousand(max(peers))}."
        )
    share = sum(p < own for p in peers) / len(peers)
    return (
        f"{x.stage[:1].upper()}{x.stage[1:]} binds, but others serve more: {_thousand(own)} thousand USD of {what} per"
        f" t/yr, more than {percent(share)} of the funded ones of its stage; place, feed and years decide too."
    )


def _thousand(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
