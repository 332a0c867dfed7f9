"""Scatter of measurements about predictions on sources that the fit excludes."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import t

from costsvc.units import Array

TAIL = 0.95
SEEN = 0.95
"""Share of the sources seen that an interval holds, so that it holds 90 % of one that was not: of 260 readings of
serving, each with its publisher left out, 226 lie inside; with 0.9 they were 81 %."""
PULL = 2.0
"""Sources' worth of what all groups have in common in the variance of one."""


class Spread(NamedTuple):
    """Scatter of measurements about predictions on a new source.

    Attributes:
        variance: Mean square of the logarithm of measured over predicted. [1]
        freedom: Degrees of freedom that it rests on: fewer sources give a wider interval. [1]
        sources: Sources that it was seen on. [1]
    """

    variance: float
    freedom: float
    sources: int

    @property
    def factor(self) -> float:
        """Upper end of the 90 % interval over its middle [1]."""
        return math.exp(student_t(self.freedom) * math.sqrt(self.variance))


def spread(log_errors: Array, sources: Sequence[str], common: Spread | None = None, pull: float = PULL) -> Spread:
    """The scatter of a group of measurements on a source excluded from the fit.

    The errors of one source resemble one another: its laboratory, its engine, its way to count. So each
    source has one vote, the mean square of its errors, which holds the scatter within it and the distance
    between it and the others. A group of few sources borrows from what all groups have in common.

    Args:
        log_errors: Logarithm of measured over predicted, each predicted from the other sources; NaN where
            the others predict nothing. [1]
        sources: The source of each.
        common: The scatter of all groups together, without which the group stands alone.
        pull: Sources' worth of ``common``. [1]

    Returns:
        The scatter.

    Raises:
        ValueError: If there is no error and nothing to borrow from.
    """
    votes = source_means(log_errors**2, sources)
    if common is None:
        if not votes.size:
            raise ValueError("a spread needs one error at least, or a common spread")
        return Spread(float(votes.mean()), max(votes.size - 1.0, 1.0), votes.size)
    variance = (votes.sum() + pull * common.variance) / (votes.size + pull)
    freedom = min(max(votes.size - 1.0, 0.0) + pull, max(common.freedom, pull))
    return Spread(float(variance), freedom, votes.size)


def source_means(values: Array, sources: Sequence[str]) -> Array:
    """The mean of each source that has a value.

    Args:
        values: A value per row, NaN where there is none. [any]
        sources: The source of each row.

    Returns:
        One mean per source, in the order of the sources' names. [any]
    """
    known = ~np.isnan(values)
    _, place = np.unique(np.asarray(sources, dtype=str)[known], return_inverse=True)
    means: Array = np.bincount(place, weights=values[known]) / np.bincount(place)
    return means


def student_t(freedom: float) -> float:
    """The 95th percentile of Student's t.

    Args:
        freedom: Degrees of freedom. [1]
    """
    return float(t.ppf(TAIL, freedom))


def missing_width(log_errors: Array, half_widths: Array, sources: Sequence[str], share: float = SEEN) -> float:
    """Width that intervals lack on excluded sources, as an independent factor.

    Independent factors add as squares, so an error e with half-width h needs the root of e^2 - h^2. Each source
    has one vote, shared among its rows; the answer is the width that holds the wanted share of the votes.

    Args:
        log_errors: Logarithm of measured over predicted. [1]
        half_widths: Logarithm of the upper over the lower end of each prediction's own interval, halved. [1]
        sources: The source of each.
        share: Votes to hold. [1]

    Returns:
        Logarithm of the missing factor, at least 0. [1]
    """
    lacking = np.sqrt(np.maximum(log_errors**2 - half_widths**2, 0.0))
    _, place, rows = np.unique(np.asarray(sources, dtype=str), return_inverse=True, return_counts=True)
    order = np.argsort(lacking)
    votes = np.cumsum(1.0 / rows[place][order])
    return float(lacking[order][np.searchsorted(votes, share * votes[-1])])
