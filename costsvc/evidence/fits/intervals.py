"""Prediction intervals from cross-validated errors."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from costsvc.evidence.fits.between import student_t
from costsvc.evidence.fits.constants import Fitted
from costsvc.evidence.fits.serving_rows import ANY, Measured
from costsvc.units import Array

INTERVAL_SCOPES = ("task", "year", "kind")
"""Scopes of an interval, narrowest first, as the service looks them up."""
Refit: TypeAlias = Callable[[Measured, Fitted], Fitted]
Predict: TypeAlias = Callable[[Measured, Fitted], Array]


class Interval(NamedTuple):
    """A factor on an estimate: 90 % of what was measured lies within it."""

    low: float
    high: float

    def times(self, other: "Interval") -> "Interval":
        """Both factors at once, where neither knows of the other."""
        ends = np.log([self, other])
        low, high = np.exp([-1, 1] * np.sqrt((ends**2).sum(axis=0)))
        return Interval(float(low), float(high))


def cross_validate(
    rows: Measured, by: str, best: Fitted, refit: Refit, ways: Sequence[Predict]
) -> list["pd.Series[float]"]:
    """Predict each group of rows from a fit to the other groups.

    Args:
        rows: Measurements.
        by: The column that groups them.
        best: The fit of all rows, where each search begins.
        refit: Fits rows, beginning at another fit.
        ways: Ways to predict rows from a fit.

    Returns:
        Predictions of every row, one series for each way.
    """
    result = [pd.Series(np.nan, index=rows.frame.index) for _ in ways]
    for group in rows.frame[by].unique():
        chosen = rows.frame[by] == group
        without = refit(rows.where(~chosen), best.without(str(group)))
        for series, predict in zip(result, ways, strict=True):
            series[chosen] = predict(rows.where(chosen), without)
    return result


def interval(ratio: "pd.Series[float]", models: "pd.Series[str]") -> Interval:
    """The factor on an estimate that holds 90 % of what a model not yet seen may measure.

    Errors of one model resemble one another, so models count alike, however many rows each has,
    and few models widen the interval as Student's t does.

    Args:
        ratio: Measured over predicted. [1]
        models: The model of each row.
    """
    of_model = ratio.map(math.log).pow(2).groupby(models).mean()
    half = student_t(len(of_model) - 1) * math.sqrt(of_model.mean())
    return Interval(float(np.exp(-half)), float(np.exp(half)))


def widening(known: Interval, unknown: Interval) -> Interval:
    """What to multiply an interval by where something is not known: the two together make the wider one.

    Args:
        known: The interval with the knowledge.
        unknown: The interval without it.
    """
    halves = np.log([known.high, unknown.high])
    extra = float(np.exp(np.sqrt(max(halves[1] ** 2 - halves[0] ** 2, 0.0))))
    return Interval(1 / extra, extra)


def intervals_of(frame: pd.DataFrame, bounds: Mapping[str, Interval]) -> list[Interval]:
    """The interval of each row: the one of its narrowest scope."""
    keys = zip(*(frame[scope] for scope in INTERVAL_SCOPES), strict=True)
    return [next(bounds[scope] for scope in (*key, ANY) if scope in bounds) for key in keys]


def line(title: str, ratio: "pd.Series[float]", bounds: Sequence[Interval]) -> str:
    """One line of the report.

    Args:
        title: What the rows are.
        ratio: Measured over predicted. [1]
        bounds: The interval of each row.

    Returns:
        Rows, median and 90th-percentile error, share of rows inside the interval, median width.
    """
    error = pd.Series(np.exp(np.abs(np.log(ratio.to_numpy()))))
    low, high = np.array(bounds).T
    inside = ((ratio >= low) & (ratio <= high)).mean()
    figures = f"{error.median():>8.3f}{error.quantile(0.9):>8.2f}{inside:>9.1%}{np.median(high / low):>8.2f}"
    return f"{title:<34}{len(ratio):>6}{figures}"
