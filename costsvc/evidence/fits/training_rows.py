"""Measured training power and utilisation, joined with the accelerators that they were read on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.errors import TableError
from costsvc.reference import names
from costsvc.reference.table import describe, read
from costsvc.units import Array

CHIPS = ("accelerators", "accelerator_aliases")
MEASURED = ("training_runs", "power_measurements", "mfu_measurements")
FITTED = ("hosts", "power_fractions", "mfu")
ANY = "*"
FIT = "training-fit"
"""The source of rows that a fit wrote."""
TRAITS = ("tdp_w", "idle_w", "peak_tflops", "peak_fp8_tflops", "power_family", "host_family", "mfu_family")
NORMAL_95 = 1.645
"""Standard deviations between the middle of a normal distribution and its 95th percentile."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """Measurements for the training tables, and the current tables.

    Attributes:
        runs: Training runs with their hours.
        readings: Measured power.
        utilizations: Measured utilisation in steady state.
        hosts: The table to be fitted.
        fractions: The table to be fitted.
        mfu: The table to be fitted.
    """

    runs: pd.DataFrame
    readings: pd.DataFrame
    utilizations: pd.DataFrame
    hosts: pd.DataFrame
    fractions: pd.DataFrame
    mfu: pd.DataFrame


def load_evidence(folder: Path) -> Evidence:
    """Read what the fits need from a data package.

    Args:
        folder: The data package.

    Raises:
        TableError: If a row names an accelerator that the package does not have.
    """
    described = describe(folder)
    tables = {name: read(folder / described[name]["path"], described[name]) for name in (*CHIPS, *MEASURED, *FITTED)}
    chips = tables["accelerators"].set_index("accelerator_id")
    result = chips.assign(peak_tflops=chips["peak_bf16_tflops"].fillna(chips["peak_fp16_tflops"]))[list(TRAITS)]
    index = _index(chips, tables["accelerator_aliases"])
    runs, readings, utilizations = (_joined(tables[name], result, index) for name in MEASURED)
    hosts, fractions, mfu = (tables[name] for name in FITTED)
    return Evidence(runs=runs, readings=readings, utilizations=utilizations, hosts=hosts, fractions=fractions, mfu=mfu)


def _index(chips: pd.DataFrame, aliases: pd.DataFrame) -> names.Names:
    columns = (aliases[name].astype(str) for name in ("alias", "accelerator_id", "kind"))
    rows = {alias: {"accelerator_id": id_, "kind": kind} for alias, id_, kind in zip(*columns, strict=True)}
    return names.accelerators(map(str, chips.index), rows, dict(chips["family"]))


def _joined(rows: pd.DataFrame, chips: pd.DataFrame, index: names.Names) -> pd.DataFrame:
    matches = {name: index.find(name) for name in rows["accelerator"].unique()}
    if strange := sorted(name for name, match in matches.items() if match is None):
        raise TableError(f"no accelerator is called {', '.join(strange)}")
    ids = rows["accelerator"].map({name: match.id for name, match in matches.items() if match})
    return rows.assign(accelerator_id=ids).join(chips, on="accelerator_id")


def shrunk(values: Array, weights: Array, towards: float, pull: float) -> float:
    """A weighted mean, drawn towards what is known from elsewhere.

    Args:
        values: Values of one group.
        weights: Their weights.
        towards: Mean of all groups.
        pull: Weight of that mean.

    Returns:
        The mean.
    """
    return float((values @ weights + towards * pull) / (weights.sum() + pull))


def ratios(predicted: Array, measured: Array) -> Array:
    """Errors of predictions as factors of at least one."""
    return np.asarray(np.exp(np.abs(np.log(predicted / measured))))


def report(name: str, missed: Array) -> str:
    """One line on cross-validated errors."""
    return (
        f"{name}: {missed.size} cross-validated, median {np.median(missed):.2f}, "
        f"90th percentile {np.quantile(missed, 0.9):.2f}"
    )


def replaced(table: pd.DataFrame, key: Sequence[str], rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """A table with fitted rows in place of its former ones; rows from elsewhere stay."""
    new, keys = pd.DataFrame(list(rows)), list(key)
    result = table[keys].merge(new[keys], how="left", on=keys, indicator=True)["_merge"]
    stays = result.eq("left_only").to_numpy() & table["source_id"].ne(FIT).to_numpy()
    return pd.concat([table[stays], new], ignore_index=True)[list(table.columns)]
