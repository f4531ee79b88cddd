"""Keys that stand twice, and codes that name nothing."""

from __future__ import annotations

from collections.abc import Container, Iterator

from optimizer.cells import Record
from optimizer.checks.content import Content, suggest
from optimizer.findings import Finding
from optimizer.schema import SHEETS, Column, Kind


def reference_findings(content: Content) -> Iterator[Finding]:
    """Yield duplicate keys and unknown codes."""
    for sheet in SHEETS.values():
        yield from _duplicates(content, sheet.name)
        for column in sheet.columns:
            if column.refers:
                yield from _unknown(content, sheet.name, column)
    yield from _unknown_processes(content)
    yield from _unknown_targets(content)
    yield from _unknown_words(content)
    yield from _places(content)


def _duplicates(content: Content, sheet: str) -> Iterator[Finding]:
    key = SHEETS[sheet].key
    needed = {name for name in key if SHEETS[sheet].column(name).required}
    flags = {name for name in key if SHEETS[sheet].column(name).kind is Kind.YES_NO}
    seen: dict[tuple[object, ...], Record] = {}
    for row in content.rows(sheet):
        if not key or any(row.values.get(name) is None for name in needed):
            continue
        place = tuple(row.flag(name, False) if name in flags else row.values.get(name) for name in key)
        if place in seen:
            first = content.address(seen[place], key[0])
            what = "the same " + ", ".join(key) if len(key) > 1 else f"this {key[0]}"
            problem = f"{what} stands already in {first}"
            yield content.fault(row, key[0], "duplicate_key", problem, "Keep one of the two rows.")
        seen.setdefault(place, row)


def _unknown(content: Content, sheet: str, column: Column) -> Iterator[Finding]:
    referred = SHEETS[column.refers]
    known = content.words(referred.name, referred.columns[0].name)
    if not known and (referred.required or referred.name == column.feature):
        return  # The sheet itself is missing or empty: told once where it is required; else its feature is off.
    for row in content.rows(sheet):
        value = row.values.get(column.name)
        for word in value if isinstance(value, tuple) else (value,):
            if word is not None and word not in known and word not in column.also:
                problem = _not_in(str(word), column.kind, f"the sheet {referred.name}")
                remedy = suggest(str(word), known) or f"Add it to {referred.name}."
                yield content.fault(row, column.name, "unknown_reference", problem, remedy)


def _not_in(word: str, kind: Kind, where: str) -> str:
    return f'"{word}" is not in {where}' if kind is Kind.TEXTS else f"not in {where}"


def _unknown_processes(content: Content) -> Iterator[Finding]:
    known = content.words("Recipes", "process")
    for row in content.rows("Projects"):
        process = row.text("process")
        if process and process not in known and known:
            remedy = suggest(process, known) or "Add a recipe of this process."
            yield content.fault(row, "process", "unknown_reference", "no recipe has this process", remedy)


def _unknown_targets(content: Content) -> Iterator[Finding]:
    countries, suppliers = content.words("Countries", "country"), content.words("Imports", "supplier")
    sites = content.words("Projects", "project") | content.words("Projects", "site")
    known = {"lose_country": countries, "lose_project": sites, "lose_supplier": countries}
    names = {"lose_country": "no country", "lose_project": "no project and no site", "lose_supplier": "no country"}
    for row in content.rows("Disruptions"):
        kind, target = row.text("kind"), row.text("target")
        if not target or target == "each" or kind not in known or not known[kind]:
            continue
        if target not in known[kind]:
            shown = suppliers if kind == "lose_supplier" else known[kind]
            problem = f"{names[kind]} has this code"
            remedy = suggest(target, [*shown, "each"]) or "Write a code of the case, or each."
            yield content.fault(row, "target", "unknown_reference", problem, remedy)


def _unknown_words(content: Content) -> Iterator[Finding]:
    """Yield stages that no process has and sectors that demand nothing."""
    stages = content.words("Recipes", "stage")
    yield from _unknown_in(content, "Redundancy", "stage", stages, "no process has this stage")
    yield from _unknown_in(
        content, "Budgets", "stages", [*stages, "stockpile", "training"], "is the stage of no process"
    )
    yield from _unknown_in(content, "Instruments", "stages", stages, "is the stage of no process")
    yield from _unknown_in(content, "Fairness", "stage", stages, "no process has this stage")
    sectors = content.words("Demand", "sector")
    yield from _unknown_in(content, "Disruptions", "sector", sectors, "no row of Demand has this sector")


def _unknown_in(content: Content, sheet: str, column: str, known: Container[str], problem: str) -> Iterator[Finding]:
    for row in content.rows(sheet):
        value = row.values.get(column)
        for word in value if isinstance(value, tuple) else (value,):
            if word is not None and word not in known:
                told = f'"{word}" {problem}' if isinstance(value, tuple) else problem
                yield content.fault(row, column, "unknown_reference", told, suggest(word, known))  # type: ignore[arg-type]


def _places(content: Content) -> Iterator[Finding]:
    """Yield suppliers that are allies, landings at the supplier, and routes from a country to itself."""
    allies = {row.text("country") for row in content.rows("Countries") if row.flag("ally", False)}
    for row in content.rows("Imports"):
        supplier = row.text("supplier")
        if supplier in allies:
            remedy = "Describe its plants in Projects, or write ally = no in Countries."
            yield content.fault(row, "supplier", "supplier_is_ally", "a supplier must be no ally", remedy)
        if supplier and supplier == row.text("country"):
            remedy = "Write another country, or leave it blank for any."
            yield content.fault(row, "country", "lands_at_supplier", "an import cannot land at its supplier", remedy)
    for row in content.rows("Routes"):
        if row.text("from") not in ("", "*") and row.text("from") == row.text("to"):
            problem = "a route from a country to itself: inside a country material moves free"
            yield content.fault(row, "to", "route_to_itself", problem, "Delete the row, or write another country.")
