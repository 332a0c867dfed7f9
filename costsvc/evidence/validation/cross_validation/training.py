"""Cross-validation of training: catalogs fitted without the tested run, reading or source."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pandas as pd

from costsvc.evidence.fits.mfu import fit_mfu
from costsvc.evidence.fits.power import LOGS, fit_fractions, fit_hosts
from costsvc.evidence.fits.training_rows import ANY, Evidence, load_evidence
from costsvc.evidence.validation.comparisons import Indispensable, table_of, with_tables
from costsvc.evidence.validation.provenance import Row, fitted_sources
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import describe

SAME_RUN, SAME_POWER = 0.05, 0.006
"""Relative tolerance within which two records are the same run, or the same reading."""
ALONE = {LOGS: "the only logs of servers at the wall: without them nothing says what a server adds to its chips"}
"""Sources that no fit can do without, and why."""


@dataclass(slots=True, kw_only=True)
class TrainingCrossValidation:
    """Fits without some of the evidence, cached for each set of rows that remains.

    Attributes:
        catalog: The current tables.
        evidence: The measurements that the fits use.
        described: datapackage.json's resources.
        by_source: Whether every row of the same source is left out, too.
    """

    catalog: Catalog
    evidence: Evidence
    described: Mapping[str, Mapping[str, Any]]
    by_source: bool = False
    _made: dict[tuple[Any, ...], Catalog] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, catalog: Catalog) -> Self:
        """Read the evidence of a data package."""
        return cls(catalog=catalog, evidence=load_evidence(folder), described=describe(folder))

    def run(self, accelerator_id: str, params_b: float, hours: float, row: Row) -> Catalog:
        """The catalog without the run of a size and time on an accelerator, regardless of the source.

        Args:
            accelerator_id: The accelerator.
            params_b: Active parameters in 10^9.
            hours: Accelerator-hours.
            row: The published row, with its source.
        """
        runs = self.evidence.runs
        same = _near(runs["accelerator_hours"], hours, SAME_RUN) & _near(runs["active_params_b"], params_b, SAME_RUN)
        return self._left_out("runs", same & self._of_family(runs, accelerator_id), row)

    def measurement(self, accelerator_id: str, params_b: float, row: Row) -> Catalog:
        """The catalog without what was measured of a model's utilisation on an accelerator, regardless of the source.

        Args:
            accelerator_id: The accelerator.
            params_b: Active parameters in 10^9.
            row: The published row, with its source.
        """
        rows = self.evidence.utilizations
        same = _near(rows["params_b"], params_b, SAME_RUN) & self._of_family(rows, accelerator_id)
        return self._left_out("utilizations", same, row)

    def reading(self, accelerator_id: str, power_w: float, run: Mapping[str, float | None], row: Row) -> Catalog:
        """The catalog without the reading of a power in a run on an accelerator, regardless of the source.

        Args:
            accelerator_id: The accelerator.
            power_w: Mean power of each.
            run: ``accelerators`` and ``params_b``, where they are known.
            row: The published row, with its source.
        """
        readings = self.evidence.readings
        same = _near(readings["power_w"], power_w, SAME_POWER) & self._of_family(readings, accelerator_id)
        for column, value in run.items():
            if value is not None:
                same &= readings[column].isna() | _near(readings[column], value, SAME_RUN)
        return self._left_out("readings", same, row)

    def source(self, sources: Collection[str]) -> Catalog:
        """The catalog without anything that some sources measured.

        Args:
            sources: Keys of table ``sources``.
        """
        gone = set(sources) - ALONE.keys()
        tables = {name: getattr(self.evidence, name) for name in FITS}
        return self._without({name: rows[~rows["source_id"].isin(gone)] for name, rows in tables.items()})

    def indispensable(self, row: Row, workload: str) -> list[Indispensable]:
        """Sources of a row without which its workload cannot be estimated.

        Args:
            row: The published row.
            workload: Its workload.
        """
        sources = fitted_sources(row) if self.by_source else frozenset()
        if alone := sorted(sources & ALONE.keys()):
            return [Indispensable(source=name, why=ALONE[name]) for name in alone]
        if _workloads(self.catalog) - _workloads(self.source(sources)) >= {workload}:
            why = f"nothing else measured the power of workload {workload!r} in training"
            return [Indispensable(source=name, why=why) for name in sorted(sources)]
        return []

    def _left_out(self, what: str, same: "pd.Series[bool]", row: Row) -> Catalog:
        rows: pd.DataFrame = getattr(self.evidence, what)
        if self.by_source:
            return self.source(fitted_sources(row) | set(rows.loc[same, "source_id"]))
        return self._without({what: rows[~same]})

    def _of_family(self, rows: pd.DataFrame, accelerator_id: str) -> "pd.Series[bool]":
        row = self.catalog.row("accelerators", accelerator_id)
        return rows["power_family"].eq(row["power_family"] if row else accelerator_id)

    def _without(self, kept: Mapping[str, pd.DataFrame]) -> Catalog:
        fewer = {name: rows for name, rows in kept.items() if len(rows) < len(getattr(self.evidence, name))}
        if not fewer:
            return self.catalog
        key = tuple((name, tuple(rows.index)) for name, rows in fewer.items())
        if key not in self._made:
            evidence = replace(self.evidence, **fewer)
            frames = {k: v for fit in dict.fromkeys(FITS[name] for name in fewer) for k, v in fit(evidence).items()}
            tables = {name: table_of(self.catalog, self.described[name], frame) for name, frame in frames.items()}
            self._made[key] = with_tables(self.catalog, tables)
        return self._made[key]


def _workloads(catalog: Catalog) -> set[str]:
    """Workloads whose power is known on any accelerator, whatever the size."""
    rows = catalog.tables["power_fractions"].rows.values()
    return {row["workload"] for row in rows if row["power_family"] == ANY and row["max_params_b"] is None}


def _fitted_power(evidence: Evidence) -> dict[str, pd.DataFrame]:
    hosts = fit_hosts(evidence)
    return {"hosts": hosts, "power_fractions": fit_fractions(evidence, hosts)[0]}


def _fitted_mfu(evidence: Evidence) -> dict[str, pd.DataFrame]:
    return {"mfu": fit_mfu(evidence)[0]}


FITS: Mapping[str, Callable[[Evidence], dict[str, pd.DataFrame]]] = {
    "runs": _fitted_mfu,
    "readings": _fitted_power,
    "utilizations": _fitted_mfu,
}
"""The fit that uses each kind of evidence."""


def _near(column: "pd.Series[float]", value: float, within: float) -> "pd.Series[bool]":
    return (column / value - 1).abs() <= within
