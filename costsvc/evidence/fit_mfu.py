"""Fits model FLOPs utilisation to published training runs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from costsvc.evidence.training_rows import ANY, FIT, NORMAL_95, Evidence, replaced
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, S_PER_H, Array

REFERENCE_PARAMS_B = 10.0
REFERENCE_ACCELERATORS = 256.0
SINGLE_HOST = 8
LONGEST_RUN_H = 60 * 24.0
"""Where a run does not say how many accelerators it had: as many as end it within this time."""
EXPONENT_PULL = 10.0
"""Weight, in units of squared logarithms of size, with which a family's exponent is held near 0."""
FAMILY_PULL = 2.0
"""Runs' worth of the mean of all families in the mean of one."""
SPREAD_PULL = 8.0
FEWEST_RUNS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Utilisation of a family of accelerators: log of the reference run's, and how it grows with size."""

    log_mfu: float
    params_exponent: float


def fit_mfu(evidence: Evidence) -> tuple[pd.DataFrame, Array]:
    """Fit the table of utilisations.

    Args:
        evidence: Runs and measured utilisations.

    Returns:
        The table, and by how much the hours of runs were missed that were left out. [1]
    """
    scaling = accelerators_exponent(evidence.utilizations)
    runs = with_logs(evidence.runs, scaling)
    left_out = np.array([_without(runs, row) for row in range(len(runs))])
    errors = runs["log_mfu"].to_numpy() - left_out
    known = {"accelerators_exponent": scaling, "fp8_factor": fp8_factor(evidence.utilizations)}
    spreads = _spreads(runs["mfu_family"], errors)
    rows = [_row(name, family, spreads, runs, known) for name, family in families(runs).items()]
    return replaced(evidence.mfu, ["mfu_family"], rows), np.exp(np.abs(errors))


def with_logs(runs: pd.DataFrame, scaling: float) -> pd.DataFrame:
    """Runs with the logarithms of size and of utilisation at the reference number of accelerators."""
    flop = 6 * runs["active_params_b"] * runs["tokens_b"] * PER_BILLION**2
    mfu = flop / (runs["accelerator_hours"] * S_PER_H * runs["peak_tflops"] * FLOP_PER_TFLOP)
    hosts = np.ceil(runs["accelerator_hours"] / LONGEST_RUN_H / SINGLE_HOST)
    count = runs["accelerators"].fillna(hosts * SINGLE_HOST)
    return runs.assign(
        log_size=np.log(runs["active_params_b"] / REFERENCE_PARAMS_B),
        log_mfu=np.log(mfu) - scaling * np.log(count / REFERENCE_ACCELERATORS),
    ).reset_index(drop=True)


def accelerators_exponent(measured: pd.DataFrame) -> float:
    """How utilisation falls with the number of accelerators, hosts being added to the same work."""
    spread = measured[measured["sequence_length"].notna() & measured["accelerators"].gt(SINGLE_HOST)]
    same = spread.groupby(["accelerator", "params_b", "sequence_length", "precision"])
    x, y = (
        np.log(spread[name]) - same[name].transform(lambda group: np.log(group).mean())
        for name in ("accelerators", "mfu")
    )
    return float((x @ y) / (x @ x))


def fp8_factor(measured: pd.DataFrame) -> float:
    """What FP8 leaves of the utilisation at 16 bits, against its twice higher peak."""
    key = ["accelerator", "params_b", "sequence_length", "accelerators"]
    wide, narrow = (measured[measured["precision"] == name].set_index(key)["mfu"] for name in ("bf16", "fp8"))
    return float((narrow / wide).dropna().median())


def families(runs: pd.DataFrame) -> dict[str, Family]:
    """Utilisation of each family and, under ``*``, of all."""
    everything = _family(runs, None)
    found = {
        str(name): _family(group, everything)
        for name, group in runs.groupby("mfu_family")
        if name != ANY and len(group) >= FEWEST_RUNS
    }
    return {**found, ANY: everything}


def _family(runs: pd.DataFrame, everything: Family | None) -> Family:
    size, log_mfu = runs["log_size"].to_numpy(), runs["log_mfu"].to_numpy()
    centred = size - size.mean()
    exponent = float(centred @ log_mfu / (centred @ centred + EXPONENT_PULL))
    level = float(np.median(log_mfu - exponent * size))
    if everything is not None:
        level += (everything.log_mfu - level) * FAMILY_PULL / (len(runs) + FAMILY_PULL)
    return Family(log_mfu=level, params_exponent=exponent)


def _without(runs: pd.DataFrame, row: int) -> float:
    """Logarithm of the utilisation that the other runs predict for a run."""
    found = families(runs.drop(index=row))
    family = found.get(str(runs["mfu_family"].to_dict()[row]), found[ANY])
    return family.log_mfu + family.params_exponent * float(runs["log_size"].to_dict()[row])


def _spreads(families_of: "pd.Series[str]", errors: Array) -> dict[str, float]:
    """Standard deviation of the errors by family, drawn towards that of all."""
    squared = pd.Series(errors**2)
    overall = float(squared.mean())
    by_family = squared.groupby(families_of).agg(["sum", "count"])
    found = (by_family["sum"] + SPREAD_PULL * overall) / (by_family["count"] + SPREAD_PULL)
    by_name = {str(name): float(spread) for name, spread in (found**0.5).items()}
    return {**by_name, ANY: float(np.sqrt(overall)) * 1.2}


def _row(
    name: str, family: Family, spreads: Mapping[str, float], runs: pd.DataFrame, known: Mapping[str, float]
) -> dict[str, object]:
    mfu, factor = np.exp(family.log_mfu), np.exp(NORMAL_95 * spreads[name])
    count = len(runs) if name == ANY else int((runs["mfu_family"] == name).sum())
    return {
        "mfu_family": name,
        "mfu": mfu,
        "mfu_low": mfu / factor,
        "mfu_high": mfu * factor,
        "reference_params_b": REFERENCE_PARAMS_B,
        "params_exponent": family.params_exponent,
        "reference_accelerators": REFERENCE_ACCELERATORS,
        **known,
        "source_id": FIT,
        "locator": f"{count} runs of training_runs.csv; scaling and FP8 from mfu_measurements.csv",
        "quality": "derived",
    }
