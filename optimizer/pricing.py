"""The price at which a decision on one project would turn, searched in whatever process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from optimizer.explain_case import ExplainCase, Reference
from optimizer.report.explained import CAPEX, OPEX, RIVALS, SHARE, Price, Trial
from optimizer.solve.break_even import BreakEven, Candidate, Judged, find_break_even, judge, scaled
from optimizer.solve.choice import ChoiceCase
from optimizer.solve.wish import Wish

_SMALL_STEPS, _LARGE_STEPS = 12, 4
_DEAREST = 8.0  # Times its capex, up to which a funded project is tried.


@dataclass(frozen=True)
class BreakEvenOf:
    """A project and the figure that is searched; ``rivals``: who takes its place in the plan without it."""

    project: str
    lever: str
    reference: Reference
    rivals: tuple[str, ...] = ()

    def run(self, case: ExplainCase) -> Price:
        """Return what the search found."""
        price = self._now(case)
        if price.skipped:
            return price
        is_in = case.has(self.project)
        searched = self._rivals if self.lever == RIVALS else self._own
        low, high = (1.0, _DEAREST) if is_in and self.lever != RIVALS else (0.0, 1.0)
        steps = _SMALL_STEPS if case.choice.settles_cost else _LARGE_STEPS
        case.met.clear()
        return _priced(price, find_break_even(lambda factor: searched(case, factor), low, high, steps))

    def _now(self, case: ExplainCase) -> Price:
        one, choice = case.instance.projects[self.project], case.choice
        figures = {
            CAPEX: (one.capex_musd, "MUSD"),
            SHARE: (one.public_share, "fraction of capex"),
            OPEX: (one.opex_musd_per_kt, "USD/kg"),
        }
        now, unit = figures.get(self.lever, (None, "of the rivals' capex"))
        price = Price(self.lever, now, unit, rivals=self.rivals)
        if self.lever == RIVALS and not self.rivals:
            return replace(price, skipped="nobody takes its place, and no other candidate of its stage is out")
        supported = bool(
            case.instance.instruments
        )  # Then what it costs to have and to run decides what it must be given.
        public = one.capex_musd * (1.0 if supported else one.public_share)
        if self.lever in (CAPEX, SHARE) and not public and not choice.settles_cost:
            return replace(price, skipped="it costs the public nothing, so its price does not keep it out")
        if self.lever == SHARE and not choice.settles_cost:
            return replace(
                price, skipped="coverage sees only what the public pays: the same factor as of its capital cost"
            )
        if now == 0.0 and not (self.lever == OPEX and one.fixed_opex_musd_per_year > 0.0):
            return replace(price, skipped="it is 0 already")
        if self.lever == OPEX and not choice.settles_cost and not supported:
            return replace(
                price, skipped="what it costs to run does not enter coverage, which decides first, and was not searched"
            )
        return price

    def _own(self, case: ExplainCase, factor: float) -> Judged:
        """At its own figure times a factor: the plan with it against the plan without it, which does not change."""
        choice = case.at(scaled(case.instance, [self.project], self.lever, factor))
        return judge(self._changed(case, choice, _with(self.project)), self._kept(case, _without(self.project)))

    def _rivals(self, case: ExplainCase, factor: float) -> Judged:
        """With cheaper rivals: the plan without the project against the plan with it at the prices of now."""
        choice = case.at(scaled(case.instance, self.rivals, CAPEX, factor))
        return judge(self._changed(case, choice, _without(self.project)), self._kept(case, _with(self.project)))

    def _changed(self, case: ExplainCase, choice: ChoiceCase, wish: Wish) -> Candidate:
        """The best plan under a wish at other figures; in a large case the one found at a larger factor is a start."""
        known = self.reference.standing
        if known is None:
            return Candidate(choice, wish, None)
        name = f"{self.project} {self.lever}"
        hints = [known.funded | choice.first_of(wish)] if known.funded is not None and wish.funded else []
        hints += [keys for at, keys in case.met.get(name, [])]
        standing = choice.covering(wish, choice.adopted(known, case.choice), hints=hints)
        if standing.funded is not None:
            case.met.setdefault(name, []).append((standing.value_kt, standing.funded))
        return Candidate(choice, wish, standing)

    def _kept(self, case: ExplainCase, wish: Wish) -> Candidate:
        """The best plan under a wish at the figures of now, found once for a whole search."""
        known = self.reference.standing
        if known is None:
            return Candidate(case.choice, wish, None)
        if wish not in case.kept:
            case.kept.clear()
            keeps = _keeps(wish, self.reference.projects)
            case.kept[wish] = known if keeps else case.choice.covering(wish, known)
        return Candidate(case.choice, wish, case.kept[wish])


def _with(project: str) -> Wish:
    return Wish(funded=frozenset([project]))


def _without(project: str) -> Wish:
    return Wish(unfunded=frozenset([project]))


def _keeps(wish: Wish, projects: frozenset[str]) -> bool:
    return wish.funded <= projects and not wish.unfunded & projects


def _priced(price: Price, found: BreakEven) -> Price:
    return replace(
        price,
        in_up_to=found.in_up_to,
        out_from=found.out_from,
        proven_in=found.proven_in,
        proven_out=found.proven_out,
        low=found.low,
        high=found.high,
        trials=tuple(Trial(x.factor, str(x.judged.side), x.judged.found_in) for x in found.trials),
    )
