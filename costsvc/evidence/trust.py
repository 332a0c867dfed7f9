"""How far a fit can be trusted: errors with the thing itself left out, and the intervals they ask for."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from costsvc.evidence.constants import SCOPES, Fitted
from costsvc.evidence.serving_rows import ANY, Measured
from costsvc.units import Array

TAILS = (0.05, 0.95)
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


def left_out(rows: Measured, by: str, best: Fitted, refit: Refit, ways: Sequence[Predict]) -> list["pd.Series[float]"]:
    """Predict each group of rows from a fit that never saw it.

    Args:
        rows: Measurements.
        by: The column that groups them.
        best: The fit of all rows, where each search begins.
        refit: Fits rows, beginning at another fit.
        ways: Ways to predict rows from a fit.

    Returns:
        Predictions of every row, one series for each way.
    """
    found = [pd.Series(np.nan, index=rows.frame.index) for _ in ways]
    for group in rows.frame[by].unique():
        chosen = rows.frame[by] == group
        without = refit(rows.where(~chosen), best.without(str(group)))
        for series, predict in zip(found, ways, strict=True):
            series[chosen] = predict(rows.where(chosen), without)
    return found


def interval(ratio: "pd.Series[float]") -> Interval:
    """The factor on the estimate that holds 90 % of the measurements, and the estimate.

    Args:
        ratio: Measured over predicted. [1]
    """
    low, high = ratio.quantile(TAILS[0]), ratio.quantile(TAILS[1])
    return Interval(min(float(low), 1.0), max(float(high), 1.0))


def widening(ratio: "pd.Series[float]", known: Sequence[Interval]) -> Interval:
    """What to multiply intervals by where something is not known.

    Independent factors add as the squares of their logarithms. Each row needs what lies between
    its error and its interval; the factor gives 90 % of them what they need.

    Args:
        ratio: Measured over predicted without the knowledge. [1]
        known: The interval of each row with it.

    Returns:
        A factor, alike to either side.
    """
    error = np.log(ratio.to_numpy())
    low, high = np.log(np.array(known)).T
    needed = np.sqrt(np.maximum(error**2 - np.where(error < 0, low, high) ** 2, 0.0))
    extra = float(np.exp(np.quantile(needed, TAILS[1] - TAILS[0])))
    return Interval(1 / extra, extra)


def of_rows(frame: pd.DataFrame, bounds: Mapping[str, Interval]) -> list[Interval]:
    """The interval of each row: the one of its narrowest scope."""
    keys = zip(*(frame[scope] for scope in SCOPES), strict=True)
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
