"""Sheet Bottlenecks: the stage that binds in each year and stream, and what stands idle because of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import pandas as pd
from openpyxl import Workbook as Book

from optimizer.report.facts import Facts, each, text
from optimizer.report.page import Column, Line, Page, note, open_page
from optimizer.report.style import BLUE, BODY, INK, LEAD, WHITE, Look, Painter, tonnes_format
from optimizer.report.trace import Trace
from optimizer.wording import joined, percent, year_list, year_span

_GAIN_T = 1e-3
_IDLE_SHARE = 0.02
_FAR_MORE = 10.0
_LABELS = (Column("Stream", 14), Column("Stage", 17))
_BOUND: dict[str, tuple[str, Look]] = {
    "alone": ("alone", replace(BODY, fill=INK, colour=WHITE, bold=True, align="center", size=8, line="box")),
    "together": ("together", replace(BODY, fill=BLUE, colour=WHITE, align="center", size=8, line="box")),
}
_FREE = replace(BODY, align="center", line="box")


@dataclass(frozen=True)
class Binding:
    """What binds one stream in one year; ``stages`` with gain and word, the largest gain first."""

    stream: str
    year: int
    shortfall_t: float
    stages: tuple[tuple[str, str], ...]
    rows: pd.DataFrame

    @property
    def largest_gain_t(self) -> float:
        """What raising the stage that gains most serves more, weighted."""
        return float(self.rows["gain_together_t"].max())

    @property
    def pattern(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What makes two years alike."""
        return self.stream, tuple(sorted(self.stages))


def bindings(facts: Facts) -> list[Binding]:
    """What binds in every year and stream with a shortfall."""
    table = facts.tables["bottlenecks"]
    found = []
    for (stream, year), rows in table.groupby(["stream", "year"], sort=False):
        short = float(rows["shortfall_t"].max())
        if short > _GAIN_T:
            bound = rows[rows["binds"] != "no"].sort_values("gain_together_t", ascending=False, kind="stable")
            stages = tuple(zip(bound["stage"], bound["binds"], strict=True))
            found.append(Binding(str(stream), int(str(year)), short, stages, rows))
    return found


def write_bottlenecks(book: Book, facts: Facts, trace: Trace, painter: Painter) -> None:
    """Write the sheet."""
    columns = (*_LABELS, *(Column(str(year), 9.2) for year in facts.years))
    columns += tuple(Column("", 9.2) for _ in range(12 - len(columns)))
    title = "Bottlenecks: what holds back more supply"
    page = open_page(book, facts, painter, "Bottlenecks", title, [column.width for column in columns])
    table = facts.tables["bottlenecks"]
    if table.empty:
        page.sentence("There is no demand that plants could serve, so no stage can bind.")
        page.end()
        return
    page.sentence(
        "Every stage was raised by 1 % (at least 10 t/yr), alone and together with the others at full use, and the chain"
        " solved again. alone: raising it alone serves more. together: it serves more only if the others that bind are"
        " raised too. A dot: demand is short, but not for this stage. Blank: the stream's demand is served in full."
    )
    page.header(columns[: len(_LABELS) + len(facts.years)])
    page.freeze(columns=len(_LABELS))
    page.sheet.print_title_rows = "1:1"
    _map(page, columns, table)
    found = bindings(facts)
    page.heading("In words")
    page.sentences(sentences(facts, trace, found), replace(LEAD, size=9.5))
    _detail(page, found)
    _unused(page, columns, trace)
    note(page, _NOTES)
    page.end()


_NOTES = (
    "Gains and shortfalls are tonnes of demand weighted by priority. A plant counts in every stream that one of its outputs"
    " carries. Streams are looked at one by one: a stream whose demand needs another stream too may be held back by it.",
    "Not used: made or bought, and neither shipped on, taken by a plant, nor served. By-products without a buyer are here.",
)


def _map(page: Page, columns: Sequence[Column], table: pd.DataFrame) -> None:
    facts = page.facts
    for stream, rows in table.groupby("stream", sort=False):
        short = rows.groupby("year")["shortfall_t"].max()
        values = [float(short.get(t, 0.0)) for t in facts.years]
        line = Line((facts.stream(str(stream)), "short, weighted t", *values), kind="t", group=True)
        numbers = (*_LABELS, *(replace(column, kind="t") for column in columns[len(_LABELS) :]))
        page.table(numbers, [line], with_header=False)
        words = {(row.stage, row.year): row.binds for row in each(rows)}
        for stage in sorted(rows["stage"].unique(), key=facts.stage_rank):
            page.table(_LABELS, [Line((facts.stream(str(stream)), stage))], with_header=False)
            for n, t in enumerate(facts.years, len(_LABELS) + 1):
                if short.get(t, 0.0) > _GAIN_T and (stage, t) in words:
                    page.put(page.row - 1, n, *_BOUND.get(words[stage, t], ("•", _FREE)))


# ---------------------------------------------------------------- sentences


def sentences(facts: Facts, trace: Trace, found: Sequence[Binding]) -> list[str]:
    """What binds and what is idle, in words, years alike taken together."""
    if not found:
        return ["All demand is served in every year: no stage binds."]
    said = []
    for _, run in groupby(found, key=lambda binding: binding.pattern):
        for years in _consecutive(list(run)):
            said.append(_sentence(facts, trace, years) + _elsewhere(facts, years, found))
    return said


def _consecutive(run: list[Binding]) -> list[list[Binding]]:
    parts: list[list[Binding]] = []
    for binding in run:
        if parts and binding.year == parts[-1][-1].year + 1:
            parts[-1].append(binding)
        else:
            parts.append([binding])
    return parts


def _sentence(facts: Facts, trace: Trace, years: list[Binding]) -> str:
    worst = max(years, key=lambda binding: binding.shortfall_t)
    when = year_span([binding.year for binding in years])
    at = f" in {worst.year}" if len(years) > 1 else ""
    head = f"{facts.stream(worst.stream).capitalize()}, {when}: {tonnes(worst.shortfall_t)} weighted t short{at}. "
    return head + _what_binds(worst, at) + _what_idles(facts, trace, worst, at)


def _elsewhere(facts: Facts, years: list[Binding], found: Sequence[Binding]) -> str:
    """Name the stage of another stream that holds back far more of a demand that needs both streams."""
    worst = max(years, key=lambda binding: binding.shortfall_t)
    rows = facts.base("coverage")
    wanted = set(rows.loc[rows["demand_t"] > 0.0, "material"]) & facts.streams[worst.stream]
    others = [
        x
        for x in found
        if x.year == worst.year and x.stages and wanted & facts.streams[x.stream] and x.stream != worst.stream
    ]
    best = max(others, key=lambda binding: binding.largest_gain_t, default=None)
    if best is None or best.largest_gain_t < _FAR_MORE * max(worst.largest_gain_t, _GAIN_T):
        return ""
    stage, stream = best.stages[0][0], facts.stream(best.stream)
    return f" Far more of it is held back by {stage} in stream {stream}: part of this demand needs both streams."


def tonnes(value: float) -> str:
    """Tonnes in a sentence: three digits that count, no zeros behind the point."""
    decimals = tonnes_format([value]).split(";")[0].partition(".")[2]
    shown = f"{value:,.{len(decimals)}f}"
    return shown.rstrip("0").rstrip(".") if decimals else shown


def _what_binds(binding: Binding, at: str) -> str:
    if not binding.stages:
        return (
            "No stage of plants binds, alone or together: what is missing is material, imports, routes, or the origin asked"
            " for. "
        )
    alone = [stage for stage, word in binding.stages if word == "alone"]
    together = [stage for stage, word in binding.stages if word == "together"]
    rows = {row.stage: row for row in each(binding.rows)}
    parts = [
        f"{stage} binds alone ({tonnes(rows[stage].raised_t)} t/yr more of it would serve"
        f" {tonnes(rows[stage].gain_alone_t)} weighted t more{at})"
        for stage in alone
    ]
    if together:
        parts.append(
            f"{joined(together)} bind{'s' if len(together) == 1 else ''} together: only more of all serves more"
        )
    return _upper("; ".join(parts)) + ". "


def _upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _what_idles(facts: Facts, trace: Trace, binding: Binding, at: str) -> str:
    """The stages of the stream that are not at full use beside what binds, and materials that nobody uses."""
    if not binding.stages:
        return ""
    bound = {stage for stage, _ in binding.stages}
    parts = []
    for row in each(binding.rows.sort_values("stage", key=lambda s: s.map(facts.stage_rank))):
        idle = row.capacity_t - row.run_t
        if row.stage not in bound and row.capacity_t > 0.0 and idle / row.capacity_t >= _IDLE_SHARE:
            parts.append(
                f"{row.stage} {tonnes(idle)} t/yr ({percent(round(idle / row.capacity_t, 2))} of its capacity)"
            )
    for material in sorted(facts.streams[binding.stream]):
        unused = trace.unused_t.get((material, binding.year), 0.0)
        if unused >= 0.5:
            parts.append(f"{tonnes(unused)} t of {facts.material(material)} not used")
    return f"Idle beside it{at}: {', '.join(parts)}." if parts else "Nothing in the stream stands idle beside it."


# ---------------------------------------------------------------- tables


def _detail(page: Page, found: Sequence[Binding]) -> None:
    if not found:
        return
    page.heading("The figures behind it: years and streams with a shortfall")
    columns = (
        *(
            Column("Stream", 14),
            Column("Stage", 17),
            Column("Year", 9.2, "year"),
            Column("Short, weighted t", 9.2, "t"),
        ),
        *(Column("Capacity, t/yr", 9.2, "t"), Column("Running, t/yr", 9.2, "t"), Column("Use, %", 9.2, "pct")),
        *(Column("Raised by, t/yr", 9.2, "t"), Column("Gain alone, weighted t", 9.2, "t")),
        *(Column("Gain with the others, weighted t", 9.2, "t"), Column("Binds", 9.2), Column("Together with", 9.2)),
    )
    facts = page.facts
    lines = [
        Line(
            (
                *(facts.stream(binding.stream), row.stage, row.year, row.shortfall_t, row.capacity_t, row.run_t),
                row.run_t / row.capacity_t if row.capacity_t > 0.0 else None,
                *(row.raised_t, row.gain_alone_t, row.gain_together_t, row.binds, text(row.together_with)),
            )
        )
        for binding in found
        for row in each(binding.rows)
    ]
    first, last = page.table(columns, lines)
    page.filter(first - 1, last)


def _unused(page: Page, columns: Sequence[Column], trace: Trace) -> None:
    facts = page.facts
    materials = [k for k in facts.materials if any(trace.unused_t.get((k, t), 0.0) >= 0.5 for t in facts.years)]
    page.heading("Material that nobody uses, t")
    if not materials:
        page.sentence("Everything that is made or bought is used.")
        return
    head = (Column("Stage", 14), Column("Material", 17), *(replace(c, kind="t") for c in columns[len(_LABELS) :]))
    lines = [
        Line((facts.material_stage(k), facts.material(k), *(trace.unused_t.get((k, t), 0.0) for t in facts.years)))
        for k in materials
    ]
    page.table(head[: len(_LABELS) + len(facts.years)], lines)


def main_bottleneck(facts: Facts) -> tuple[str, dict[str, list[int]], Binding] | None:
    """The stage that holds back most weighted tonnes over all years, when and in which streams, and its worst year."""
    found = [binding for binding in bindings(facts) if binding.stages]
    if not found:
        return None
    held: dict[str, float] = {}
    for binding in found:
        stage = binding.stages[0][0]
        held[stage] = held.get(stage, 0.0) + binding.shortfall_t
    main = max(held, key=lambda stage: (held[stage], -facts.stage_rank(stage)))
    when: dict[str, list[int]] = {}
    for binding in found:
        if main == binding.stages[0][0]:
            when.setdefault(binding.stream, []).append(binding.year)
    worst = max((b for b in found if b.stages[0][0] == main), key=lambda b: b.shortfall_t)
    return main, when, worst


def when_in_words(facts: Facts, when: dict[str, list[int]]) -> str:
    """Streams and years in words: ``for heavy 2028 to 2029 and light 2027``, ``in 2028``."""
    if not facts.has_streams:
        return f"in {year_list([year for years in when.values() for year in years])}"
    return "for " + joined([f"{facts.stream(stream)} in {year_list(years)}" for stream, years in when.items()])
