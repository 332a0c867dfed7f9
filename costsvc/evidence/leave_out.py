"""Catalogs whose training tables were fitted without the run or reading that is being tested."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pandas as pd

from costsvc.evidence.cases import table_of, with_tables
from costsvc.evidence.fit_mfu import fit_mfu
from costsvc.evidence.fit_power import fit_fractions, fit_hosts
from costsvc.evidence.training_rows import Evidence, load_evidence
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import describe

SAME_RUN, SAME_POWER = 0.05, 0.006
"""Relative difference within which two records are of one run, or of one reading."""


@dataclass(slots=True, kw_only=True)
class LeaveOut:
    """Fits that leave something out, made once for each set of what stays.

    Attributes:
        catalog: The tables as they are.
        evidence: What their fits read.
        described: datapackage.json's resources.
    """

    catalog: Catalog
    evidence: Evidence
    described: Mapping[str, Mapping[str, Any]]
    _made: dict[tuple[Any, ...], Catalog] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, catalog: Catalog) -> Self:
        """Read the evidence of a data package."""
        return cls(catalog=catalog, evidence=load_evidence(folder), described=describe(folder))

    def run(self, accelerator_id: str, params_b: float, hours: float) -> Catalog:
        """The catalog without the run of a size and time on an accelerator, whoever told of it."""
        runs = self.evidence.runs
        same = _near(runs["accelerator_hours"], hours, SAME_RUN) & _near(runs["active_params_b"], params_b, SAME_RUN)
        return self._without("runs", runs[~(same & self._of_family(runs, accelerator_id))])

    def measurement(self, accelerator_id: str, params_b: float) -> Catalog:
        """The catalog without what was measured of a model's utilisation on an accelerator, whoever told of it."""
        rows = self.evidence.utilizations
        same = _near(rows["params_b"], params_b, SAME_RUN) & self._of_family(rows, accelerator_id)
        return self._without("utilizations", rows[~same])

    def reading(self, accelerator_id: str, power_w: float, run: Mapping[str, float | None]) -> Catalog:
        """The catalog without the reading of a power in a run on an accelerator, whoever told of it.

        Args:
            accelerator_id: The accelerator.
            power_w: Mean power of each.
            run: ``accelerators`` and ``params_b``, where they are known.
        """
        readings = self.evidence.readings
        same = _near(readings["power_w"], power_w, SAME_POWER) & self._of_family(readings, accelerator_id)
        for column, value in run.items():
            if value is not None:
                same &= readings[column].isna() | _near(readings[column], value, SAME_RUN)
        return self._without("readings", readings[~same])

    def _of_family(self, rows: pd.DataFrame, accelerator_id: str) -> "pd.Series[bool]":
        row = self.catalog.row("accelerators", accelerator_id)
        return rows["power_family"].eq(row["power_family"] if row else accelerator_id)

    def _without(self, what: str, kept: pd.DataFrame) -> Catalog:
        if len(kept) == len(getattr(self.evidence, what)):
            return self.catalog
        key = (what, tuple(kept.index))
        if key not in self._made:
            frames = FITS[what](replace(self.evidence, **{what: kept}))
            tables = {name: table_of(self.catalog, self.described[name], frame) for name, frame in frames.items()}
            self._made[key] = with_tables(self.catalog, tables)
        return self._made[key]


def _fitted_power(evidence: Evidence) -> dict[str, pd.DataFrame]:
    hosts = fit_hosts(evidence)
    return {"hosts": hosts, "power_fractions": fit_fractions(evidence, hosts)[0]}


def _fitted_mfu(evidence: Evidence) -> dict[str, pd.DataFrame]:
    return {"mfu": fit_mfu(evidence)[0]}


FITS: Mapping[str, Callable[[Evidence], dict[str, pd.DataFrame]]] = {
    "runs": _fitted_mfu,
    "utilizations": _fitted_mfu,
    "readings": _fitted_power,
}


def _near(column: "pd.Series[float]", value: float, within: float) -> "pd.Series[bool]":
    return (column / value - 1).abs() <= within
