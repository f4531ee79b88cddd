"""Tables of a diagnosis: what stands, what could run, what runs and what binds; what could be made beyond its use."""

from __future__ import annotations

from collections import defaultdict

from optimizer.diagnosis import EVERYWHERE, Feed
from optimizer.report.diagnosis import Diagnosis
from optimizer.report.rounding import Rows, tonnes
from optimizer.solve.bottlenecks import Bottleneck
from optimizer.variants import Variant


def chain_rows(diagnosis: Diagnosis) -> Rows:
    """Return a row per year, stage, stream and country; what binds stands in the rows of all countries together."""
    facts, found = diagnosis.facts, diagnosis.found
    feeds = {(x.year, x.stage, x.stream, x.country): x for part in found.could for x in part.feeds}
    bound = {(x.year, x.stage, x.stream): x for x in found.stood[Variant.AS_IS].bottlenecks}
    for year, stage, stream in bound:
        feeds.setdefault((year, stage, stream, EVERYWHERE), Feed(year, stage, stream, EVERYWHERE, 0.0, 0.0, 0.0))
    weighted = _weighted_demand(diagnosis)
    order = list(diagnosis.streams)

    def rank(feed: Feed) -> tuple[object, ...]:
        own = feed.country != EVERYWHERE
        return order.index(feed.stream), facts.stage_rank(feed.stage), feed.stage, own, feed.country, feed.year

    rows = []
    for feed in sorted(feeds.values(), key=rank):
        binding = bound.get((feed.year, feed.stage, feed.stream)) if feed.country == EVERYWHERE else None
        rows.append(_feed(feed) | _binding(binding, weighted.get((feed.stream, feed.year), 0.0)))
    return rows


def _weighted_demand(diagnosis: Diagnosis) -> dict[tuple[str, int], float]:
    """Priority x tonnes wanted of a stream in a year."""
    total: dict[tuple[str, int], float] = defaultdict(float)
    for demand in diagnosis.found.instance.demands.values():
        for stream, materials in diagnosis.streams.items():
            if demand.material in materials:
                for t, amount in demand.demand_kt.items():
                    total[stream, t] += demand.priority[t] * tonnes(amount)
    return total


def _feed(feed: Feed) -> dict[str, object]:
    capacity, run = tonnes(feed.capacity_kt), tonnes(feed.run_kt)
    can = min(capacity, max(run, tonnes(feed.can_run_kt)))  # The flows are kept to a tolerance of the solver.
    return {
        "year": feed.year,
        "stage": feed.stage,
        "stream": feed.stream,
        "country": feed.country,
        "capacity_t": capacity,
        "can_run_t": can,
        "run_t": run,
        "idle_no_feed_t": round(capacity - can, 4) + 0.0,
        "idle_no_use_t": round(can - run, 4) + 0.0,
    }


def _binding(bottleneck: Bottleneck | None, weighted_t: float) -> dict[str, object]:
    if bottleneck is None:
        return {}
    alone, together = tonnes(bottleneck.gain_alone_kt), tonnes(bottleneck.gain_together_kt)
    return {
        "binds": bottleneck.binds,
        "together_with": "; ".join(bottleneck.together_with) if bottleneck.binds == "together" else "",
        "raised_t": tonnes(bottleneck.raised_kt),
        "gain_alone_t": alone,
        "gain_together_t": together,
        "gain_alone_points": round(100.0 * alone / weighted_t, 6) if weighted_t else 0.0,
        "gain_together_points": round(100.0 * together / weighted_t, 6) if weighted_t else 0.0,
    }


def idle_rows(diagnosis: Diagnosis) -> Rows:
    """Return what of each material could be made beyond its use by year, and the stages because of which it is not."""
    used: dict[tuple[str, int], float] = defaultdict(float)
    for (k, _, _, _, t), link in diagnosis.trace.links.items():
        used[k, t] += link.t
    rows: Rows = []
    for year, spare in sorted(
        ((t, spare) for part in diagnosis.found.could for t, spare in part.spares),
        key=lambda item: (diagnosis.facts.materials.index(item[1].material), item[0]),
    ):
        freed = sorted(spare.freed_kt.items(), key=lambda item: (-tonnes(item[1]), item[0].stream))
        first = freed[0] if freed else None
        rows.append(
            {
                "year": year,
                "material": spare.material,
                "stage": diagnosis.facts.material_stage(spare.material),
                "used_t": round(used[spare.material, year], 4) + 0.0,
                "spare_t": tonnes(spare.spare_kt),
                "because_stream": first[0].stream if first else "",
                "because_stages": "; ".join(first[0].stages) if first else "",
                "freed_t": tonnes(first[1]) if first else 0.0,
            }
        )
    return rows
