"""Fits model FLOPs utilisation to published training runs and to benchmarks of steady state.

The logarithm of a utilisation is a sum: a level; what the size of the model, the crowd of accelerators,
experts and a narrow precision add; what a benchmark has over a whole run; and three effects that are
drawn towards nothing, of the family of accelerators, of the laboratory, and of a laboratory on a family.
The answer takes the effects of a laboratory as unknown: their scatter is in the interval.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from costsvc.evidence.fits.between import Spread, spread
from costsvc.evidence.fits.training_rows import ANY, FIT, Evidence, replaced
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, S_PER_H, Array

REFERENCE_PARAMS_B = 10.0
SINGLE_HOST = 8
COMPILATION = "epoch-ai-models"
"""A source with runs of many laboratories; the name of the run identifies the laboratory."""
DENSE = 0.9
"""Active over total parameters above which a model is no mixture of experts."""

TERMS: Mapping[str, float] = {
    "level": 10.0,
    "steady": 0.5,
    "project": 0.5,
    "size": 0.1,
    "sparse": 0.3,
    "fp8": 0.5,
    "fp8_size": 0.1,
}
"""Terms that every row shares, and the standard deviation within which each is looked for."""
FAMILY, LABORATORY, PLACE, REST = 0.25, 0.2, 0.2, 0.15
"""Standard deviations of the effects of a family, a laboratory, a laboratory on a family, and of what is left."""
HALF_CROWDS = (2e3, 4e3, 8e3, 16e3, 32e3, 64e3)
CROWD_EXPONENTS = (0.6, 0.8, 1.0, 1.2, 1.4)
"""What is tried for the accelerators at which half of the utilisation is lost, and for its growth with size."""
SPREAD_PULL = 4.0
"""Laboratories' worth of the scatter of all families in that of one."""
FP4_OVER_FP8 = 1.51
"""Speed of NVFP4 over FP8 in training on Blackwell, whose peak is twice as high: the geometric mean of the 1.31 to
1.73 that NVIDIA reports for Llama 3 8B and 405B (headsupai.io/updates, "NVFP4 precision", 2026)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilization:
    """Result of the fit.

    Attributes:
        terms: Each shared term. [log]
        families: The effect of each family. [log]
        half_crowd: Accelerators at which a model of the reference size has lost half of its utilisation. [1]
        crowd_exponent: How that number grows with the size. [1]
    """

    terms: Mapping[str, float]
    families: Mapping[str, float]
    half_crowd: float
    crowd_exponent: float

    def of(self, rows: pd.DataFrame) -> Array:
        """Logarithm of the utilisation of rows in a new laboratory."""
        effects = rows["family"].map(self.families).fillna(0.0).to_numpy(float)
        terms = np.array([self.terms[name] for name in TERMS])
        result: Array = _shared(rows) @ terms + effects + _crowd(rows, self.half_crowd, self.crowd_exponent)
        return result


def fit_mfu(evidence: Evidence) -> tuple[pd.DataFrame, Array]:
    """Fit the table of utilisations.

    Args:
        evidence: Runs and measured utilisations.

    Returns:
        The table, and errors of hours cross-validated by laboratory. [1]
    """
    rows = comparable(evidence)
    result = utilization(rows)
    errors = cross_validate_laboratories(rows, result)
    table = [_row(name, result, rows, errors) for name in (*_families(evidence), ANY)]
    whole = rows["steady"].eq(0.0)
    return replaced(evidence.mfu, ["mfu_family"], table), np.exp(np.abs(errors[whole]))


def comparable(evidence: Evidence) -> pd.DataFrame:
    """Whole runs and steady state as rows of one table."""
    both = pd.concat([_whole_runs(evidence.runs), _utilizations(evidence.utilizations)], ignore_index=True)
    return both.assign(
        size=np.log(both["params_b"] / REFERENCE_PARAMS_B),
        log_mfu=np.log(both["mfu"]),
    )


def _whole_runs(runs: pd.DataFrame) -> pd.DataFrame:
    flop = 6 * runs["active_params_b"] * runs["tokens_b"] * PER_BILLION**2
    narrow = runs["precision"].eq("fp8")
    peak = runs["peak_fp8_tflops"].where(narrow, runs["peak_tflops"])
    return pd.DataFrame(
        {
            "mfu": flop / (runs["accelerator_hours"] * S_PER_H * peak * FLOP_PER_TFLOP),
            "params_b": runs["active_params_b"],
            "accelerators": runs["accelerators"].fillna(_usual_number(runs)),
            "sparse": runs["active_params_b"].lt(DENSE * runs["total_params_b"]).astype(float),
            "fp8": narrow.astype(float),
            "steady": 0.0,
            "project": runs["figure"].eq("project").astype(float),
            "family": _families_of(runs),
            "laboratory": _laboratories(runs["source_id"], runs["run_id"]),
        }
    )


def _utilizations(measured: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "mfu": measured["mfu"],
            "params_b": measured["params_b"],
            "accelerators": measured["accelerators"].fillna(SINGLE_HOST),
            "sparse": 0.0,
            "fp8": measured["precision"].eq("fp8").astype(float),
            "steady": measured["figure"].eq("steady").astype(float),
            "project": 0.0,
            "family": _families_of(measured),
            "laboratory": _laboratories(measured["source_id"], measured["measurement_id"]),
        }
    )


def _usual_number(runs: pd.DataFrame) -> "pd.Series[float]":
    """Accelerators of runs that do not report them, from a regression on hours [1]."""
    known = runs[runs["accelerators"].notna()]
    hours, number = np.log(known["accelerator_hours"]), np.log(known["accelerators"])
    centred = hours - hours.mean()
    slope = float(centred @ number) / max(float(centred @ centred), 1e-9)
    log_hours = np.log(runs["accelerator_hours"].to_numpy(float))
    usual = np.exp(number.mean() + slope * (log_hours - hours.mean()))
    return pd.Series(usual, index=runs.index)


def _families_of(rows: pd.DataFrame) -> "pd.Series[str]":
    """The family of each row; a chip that belongs to none stands for itself."""
    return rows["mfu_family"].where(rows["mfu_family"].ne(ANY), rows["accelerator_id"])


def _laboratories(sources: "pd.Series[str]", names: "pd.Series[str]") -> list[str]:
    """The laboratory: first word of the source, or of the run if the source is a compilation."""
    names_or_sources = sources.where(sources.ne(COMPILATION), names)
    return [re.split(r"[^a-z]", text)[0] for text in names_or_sources]


def utilization(rows: pd.DataFrame, crowds: Sequence[tuple[float, float]] | None = None) -> Utilization:
    """The utilisation that fits rows best: least squares in which effects are drawn towards nothing.

    Args:
        rows: As :func:`comparable` gives them.
        crowds: Pairs of half crowd and exponent to try; left out: all.
    """
    tried = list(crowds or product(HALF_CROWDS, CROWD_EXPONENTS))
    place = rows["laboratory"] + " " + rows["family"]
    names, families = _one_hot(rows["family"])
    effects = ((families, FAMILY), (_one_hot(rows["laboratory"])[1], LABORATORY), (_one_hot(place)[1], PLACE))
    inputs = np.hstack([_shared(rows), *(columns for columns, _ in effects)])
    deviations = np.concatenate([[*TERMS.values()], *(np.full(columns.shape[1], sd) for columns, sd in effects)])
    pull = 1 / deviations**2
    wanted = rows["log_mfu"].to_numpy()[:, None] - np.column_stack([_crowd(rows, *crowd) for crowd in tried])
    weight = 1 / REST**2
    values = np.linalg.solve(weight * inputs.T @ inputs + np.diag(pull), weight * inputs.T @ wanted)
    costs = weight * ((wanted - inputs @ values) ** 2).sum(axis=0) + (pull[:, None] * values**2).sum(axis=0)
    best = int(np.argmin(costs))
    result, count = values[:, best].tolist(), len(TERMS)
    return Utilization(
        terms=dict(zip(TERMS, result[:count], strict=True)),
        families=dict(zip(names, result[count : count + len(names)], strict=True)),
        half_crowd=tried[best][0],
        crowd_exponent=tried[best][1],
    )


def _one_hot(column: "pd.Series[str]") -> tuple[list[str], Array]:
    """The names in a column, and for each a column of its rows."""
    names, place = np.unique(column.to_numpy(dtype=str), return_inverse=True)
    return names.tolist(), np.eye(names.size)[place]


def _shared(rows: pd.DataFrame) -> Array:
    """The inputs of the terms that every row shares."""
    columns = rows.assign(level=1.0, fp8_size=rows["fp8"] * rows["size"])[list(TERMS)]
    return columns.to_numpy(float)


def _crowd(rows: pd.DataFrame, half_crowd: float, exponent: float) -> Array:
    """Logarithm of what a crowd of accelerators leaves: the more of them, the less work each has between messages."""
    half = half_crowd * np.exp(exponent * rows["size"].to_numpy())
    return np.asarray(-np.log1p(rows["accelerators"].to_numpy(float) / half))


def cross_validate_laboratories(rows: pd.DataFrame, fit: Utilization) -> Array:
    """Errors of rows that the other laboratories predict, each as what it is but for restarts and stages [log]."""
    errors = np.full(len(rows), np.nan)
    for name in rows["laboratory"].unique():
        own = rows["laboratory"].eq(name).to_numpy()
        others = utilization(rows[~own], [(fit.half_crowd, fit.crowd_exponent)])
        errors[own] = rows.loc[own, "log_mfu"].to_numpy() - others.of(rows[own].assign(project=0.0))
    return errors


def _families(evidence: Evidence) -> list[str]:
    """Families with a measurement."""
    named = pd.concat([evidence.runs["mfu_family"], evidence.utilizations["mfu_family"]])
    return sorted({str(name) for name in named} - {ANY})


def _widths(name: str, rows: pd.DataFrame, errors: Array, steady: float) -> dict[str, Spread]:
    """The scatter on a laboratory not yet seen: of any run, of a tuned one and of a first one.

    The answer means a whole run. If it is unknown whether it is as well tuned as a benchmark, benchmarks are
    among the errors of its interval.
    """
    tuned = rows["steady"].eq(1.0).to_numpy()
    as_runs = errors + np.where(tuned, steady, 0.0)
    kinds = {"mfu": (as_runs, tuned | ~tuned), "tuned": (errors, tuned), "first": (errors, ~tuned)}
    families = rows["family"].to_numpy()
    result = {}
    for kind, (missed, which) in kinds.items():
        laboratories = rows["laboratory"].to_numpy()[which]
        common = spread(missed[which], laboratories)
        own = (families == name)[which]
        width = spread(missed[which][own], laboratories[own], common, SPREAD_PULL)
        freedom = width.freedom if own.any() else float(np.unique(families).size - 1)
        result[kind] = width._replace(variance=width.variance + _open(width), freedom=freedom)
    return result


def _open(width: Spread) -> float:
    """Variance that so many sources leave in the level of a family."""
    return 1 / (1 / FAMILY**2 + width.sources / width.variance)


def _row(name: str, utilization: Utilization, rows: pd.DataFrame, errors: Array) -> dict[str, object]:
    own = rows[rows["family"].eq(name)] if name != ANY else rows
    level, steady = utilization.terms["level"] + utilization.families.get(name, 0.0), utilization.terms["steady"]
    centres = {"mfu": level, "tuned": level + steady, "first": level}
    ends: dict[str, float] = {}
    for kind, width in _widths(name, rows, errors, steady).items():
        middle, factor = float(np.exp(centres[kind])), width.factor
        column = "mfu" if kind == "mfu" else f"{kind}_mfu"
        ends |= {column: middle, f"{column}_low": middle / factor, f"{column}_high": min(middle * factor, 1.0)}
    count = own["steady"].eq(0.0).sum()
    return {
        "mfu_family": name,
        **ends,
        "sources": own["laboratory"].nunique(),
        "reference_params_b": REFERENCE_PARAMS_B,
        "params_exponent": utilization.terms["size"],
        "half_crowd": utilization.half_crowd,
        "crowd_exponent": utilization.crowd_exponent,
        "sparse_factor": float(np.exp(utilization.terms["sparse"])),
        "fp8_factor": float(np.exp(utilization.terms["fp8"])),
        "fp4_factor": float(np.exp(utilization.terms["fp8"])) * FP4_OVER_FP8 / 2,
        "fp8_exponent": utilization.terms["fp8_size"],
        "source_id": FIT,
        "locator": f"{count} runs of training_runs.csv, {len(own) - count} rows of mfu_measurements.csv",
        "quality": "derived",
    }
