"""The strategies that ship with the reference case: each has an audited plan and shows the failure that it must show.

    python tests/benchmarks/strategies.py [FOLDER]

FOLDER is a finished ``magnetgrid strategies inputs/allied_magnets.xlsx``; without it the strategies are run first, which takes
some seven minutes of processor time. What must be so is asserted as inequalities, never as numbers, each with a line of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from optimizer.overlay import folder_of
from optimizer.progress import Progress
from optimizer.strategies import StrategyOptions, run_strategies

ROOT = Path(__file__).parents[2]
INPUT = ROOT / "inputs" / "allied_magnets.xlsx"
# Coverage in shares; what the searches leave open is less.
_POINTS = 0.005


def main() -> None:
    """Run unless there is a run, hold it against what must be so, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    folder: Path | None = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as made:
        if folder is None:
            folder = Path(made) / "out"
            run_strategies(INPUT, folder, StrategyOptions(workers=2), Progress(False))
        failed = 0
        for sentence, holds in found(folder):
            print(f"{'holds' if holds else 'FAILS'}  {sentence}")
            failed += not holds
    sys.exit(1 if failed else 0)


def found(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield what must be so of each strategy, and whether it is."""
    table = pd.read_csv(folder / "tables" / "strategies.csv").set_index("strategy")
    wants = pd.read_csv(folder / "tables" / "wants.csv")
    served, survives, outlay = table["coverage"], table["worst_loss_coverage"], table["outlay_musd"]
    owed, first = table["contingent_musd"], "Status quo"
    yield "every strategy has a plan", bool(table["status"].isin(["optimal", "feasible"]).all()) and len(table) == 15
    yield "every plan passed its audit", all(_audited(folder, name) for name in table.index)
    yield "the status quo leaves a gap that grows", table["last_year_coverage"][first] < served[first] < 1.0 - _POINTS
    for name in ("Mines only", "Magnets only", "Short grants only", "Price support only", "Strategic reserve"):
        more = served[name] - served[first]
        yield f"{name}: money is spent, and next to nothing more is served", outlay[name] > 1.0 and more < _POINTS
    for name in ("Mines only", "Magnets only", "Pilots only", "United States alone", "Supply agreement"):
        yield f"{name}: serves less than the allied grid", served[name] < served["Allied grid"] - _POINTS
    idle = wants[wants["stage"] == "magnet"].groupby("strategy")["idle_no_feed_t"].max()
    yield "magnets only: magnet plants stand idle for want of feed", idle["Magnets only"] > 2.0 * idle[first]
    yield "supply agreement: serves more while nothing is lost", served["Supply agreement"] > served[first] + _POINTS
    yield (
        "supply agreement: and no more if the supplier is lost",
        survives["Supply agreement"] < survives[first] + _POINTS,
    )
    both = served["Agreement and building"] - max(served["Supply agreement"], served["Allied grid"])
    yield "agreement while building: serves as much as either, and survives", both > -_POINTS
    yield (
        "national mobilization: money is no limit, and serves no less",
        served["National mobilization"] > served["Allied grid"] - _POINTS,
    )
    yield (
        "national mobilization: costs more and may owe more",
        (
            outlay["National mobilization"] > outlay["Allied grid"]
            and owed["National mobilization"] > owed["Allied grid"]
        ),
    )
    yield (
        "united states alone: misses rules that the allies agreed on",
        table["rules_missed"]["United States alone"] > 0,
    )
    for name in ("Faster permits", "Recycling and substitution"):
        points = table["shortfall_points"]
        yield f"{name}: helps the allied grid", points[name] < points["Allied grid"]
    alike = served["No price support"] - served["Allied grid"]
    yield "no price support: grants and loans do without floors at these prices", abs(alike) < _POINTS
    yield "strategic reserve: helps in a loss and not without one", survives["Strategic reserve"] > survives[first]


def _audited(folder: Path, name: str) -> bool:
    """Whether the plan behind a strategy passed its audit."""
    manifest = json.loads((folder / "strategies" / folder_of(name) / "manifest.json").read_text(encoding="utf-8"))
    return bool(manifest["audit"]["passed"])


if __name__ == "__main__":
    main()
