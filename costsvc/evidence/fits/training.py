"""Fits the tables of training: hosts, power fractions and utilisation."""

from pathlib import Path

import pandas as pd

from costsvc.evidence.fits.mfu import fit_mfu
from costsvc.evidence.fits.power import cross_validate_hosts, fit_fractions, fit_hosts
from costsvc.evidence.fits.training_rows import Evidence, load_evidence, report
from costsvc.evidence.importers.rows import write
from costsvc.reference.table import describe
from costsvc.units import Array


def fit(folder: Path) -> list[str]:
    """Fit the tables to the measurements of a data package and write them there.

    Rows that no measurement speaks about stay as they are.

    Args:
        folder: The data package.

    Returns:
        Cross-validated errors, line by line.

    Raises:
        TableError: If a measurement names an accelerator that the package does not have.
    """
    evidence = load_evidence(folder)
    tables, errors = fitted(evidence)
    described = describe(folder)
    for name, table in tables.items():
        write(table, folder, described[name])
    missed = {"server power": cross_validate_hosts(evidence), **errors}
    return [report(name, result) for name, result in missed.items()]


def fitted(evidence: Evidence) -> tuple[dict[str, pd.DataFrame], dict[str, Array]]:
    """Fit the tables to given measurements.

    Args:
        evidence: Measurements, and the tables whose other rows stay.

    Returns:
        Table by name, and cross-validated errors by name. [1]
    """
    hosts = fit_hosts(evidence)
    fractions, of_chips = fit_fractions(evidence, hosts)
    mfu, of_hours = fit_mfu(evidence)
    tables = {"hosts": hosts, "power_fractions": fractions, "mfu": mfu}
    return tables, {"chip power": of_chips, "accelerator-hours": of_hours}
