"""Fits the tables of training: hosts, power fractions and utilisation."""

from pathlib import Path

import pandas as pd

from costsvc.evidence.build.rows import write
from costsvc.evidence.fit_mfu import fit_mfu
from costsvc.evidence.fit_power import fit_fractions, fit_hosts
from costsvc.evidence.training_rows import Evidence, load_evidence
from costsvc.reference.table import describe


def fit(folder: Path) -> list[str]:
    """Fit the tables to the measurements of a data package and write them there.

    Rows that no measurement speaks about stay as they are.

    Args:
        folder: The data package.

    Returns:
        Lines on the errors of what was left out.

    Raises:
        TableError: If a measurement names an accelerator that the package does not have.
    """
    tables, lines = fitted(load_evidence(folder))
    described = describe(folder)
    for name, table in tables.items():
        write(table, folder, described[name])
    return lines


def fitted(evidence: Evidence) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Fit the tables to given measurements.

    Args:
        evidence: Measurements, and the tables whose other rows stay.

    Returns:
        Table by name, and lines on the errors of what was left out.
    """
    hosts, of_hosts = fit_hosts(evidence)
    fractions, of_fractions = fit_fractions(evidence, hosts)
    mfu, of_mfu = fit_mfu(evidence)
    return {"hosts": hosts, "power_fractions": fractions, "mfu": mfu}, [of_hosts, of_fractions, of_mfu]
