"""The tables of a diagnosis by name, and what the report reads: names of tables and columns are a contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from optimizer.report.diagnosis import Diagnosis
from optimizer.report.diagnosis_chain import chain_rows, idle_rows
from optimizer.report.diagnosis_gap import gap_rows, project_rows, rule_rows, stage_rows, sufficiency_rows
from optimizer.report.diagnosis_hang import dependence_rows, met_rows, single_rows
from optimizer.report.facts import Facts
from optimizer.report.rounding import Rows

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "chain": (
        "year", "stage", "stream", "country", "capacity_t", "can_run_t", "run_t", "idle_no_feed_t", "idle_no_use_t",
        "binds", "together_with", "raised_t", "gain_alone_t", "gain_together_t", "gain_alone_points",
        "gain_together_points",
    ),
    "idle_materials": ("year", "material", "stage", "used_t", "spare_t", "because_stream", "because_stages", "freed_t"),
    "demand_met": ("year", "sector", "material", "source", "how", "t", "share"),
    "dependence": (
        "year", "stage", "stream", "supply_t", "outside_t", "outside_share", "hhi_countries", "largest_country",
        "largest_country_share", "hhi_plants", "largest_plant", "largest_plant_share",
    ),
    "single_points": (
        "rank", "kind", "target", "name", "lost_weighted_t", "lost_t", "lost_share", "worst_year", "worst_year_lost_t",
        "worst_year_served", "hardest_sector", "hardest_year", "hardest_lost_t", "hardest_before", "hardest_served",
    ),
    "loss_years": ("kind", "target", "sector", "year", "demand_t", "served_t", "lost_t"),
    "self_sufficiency": ("variant", "of", "name", "year", "demand_t", "served_t", "served_allied_t", "coverage"),
    "gap": (
        "outside_supply", "stream", "year", "demand_t", "served_as_is_t", "added_in_time_t", "lead_time_t", "beyond_t",
        "binds_built", "binds_at_once",
    ),
    "stages_built": ("year", "stage", "stream", "as_is_t", "built_t", "at_once_t"),
    "projects": (
        "project", "country", "stage", "built", "funding_year", "first_output_year", "full_output_year",
        "size_t_per_year", "capex_musd", "public_outlay_musd", "why_not", "source", "confidence",
    ),
    "missed_rules": ("rule", "measure", "year", "required", "achieved", "missing"),
}  # fmt: skip


_BLANK = ("funding", "first", "full")


@dataclass(frozen=True)
class Tabled:
    """A diagnosis with its tables."""

    diagnosis: Diagnosis
    tables: Mapping[str, pd.DataFrame]

    @property
    def facts(self) -> Facts:
        """The chain as it is, as the sheets of a plan read it."""
        return self.diagnosis.facts

    def rows(self, table: str, **wanted: object) -> pd.DataFrame:
        """Rows of a table in which some columns have some values."""
        found = self.tables[table]
        for column, value in wanted.items():
            found = found[found[column] == value]
        return found


def tabled(diagnosis: Diagnosis) -> Tabled:
    """Make every table."""
    points, years = single_rows(diagnosis)
    rows: dict[str, Rows] = {
        "chain": chain_rows(diagnosis),
        "idle_materials": idle_rows(diagnosis),
        "demand_met": met_rows(diagnosis),
        "dependence": dependence_rows(diagnosis),
        "single_points": points,
        "loss_years": years,
        "self_sufficiency": sufficiency_rows(diagnosis),
        "gap": gap_rows(diagnosis),
        "stages_built": stage_rows(diagnosis),
        "projects": project_rows(diagnosis),
        "missed_rules": rule_rows(diagnosis),
    }
    return Tabled(diagnosis, {name: _frame(rows[name], columns) for name, columns in COLUMNS.items()})


def _frame(rows: Rows, columns: tuple[str, ...]) -> pd.DataFrame:
    """Make a table; years stay whole numbers where some are blank."""
    table = pd.DataFrame(rows, columns=list(columns))
    return table.astype({name: "Int64" for name in columns if name.endswith("_year") and name.split("_")[0] in _BLANK})
