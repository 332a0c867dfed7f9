"""When to run: the hourly intensity of a grid, and the best times for a run.

Instants are hours since a whole hour, so that fractions of an hour at the ends are shorter steps.
Intensities are relative to the mean of a year, so that they can scale any annual figure.
"""

from dataclasses import dataclass

import numpy as np

from costsvc.units import H_PER_DAY, Array, Numeric

DAYS: Array = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
"""Days of each month, mean over leap years."""
INSTANT = 1e-9
"""Two instants closer than this are equal [h]."""
ALIKE_DIGITS = 12
"""Decimal digits to which two means are compared."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timeline:
    """A piecewise constant intensity.

    Attributes:
        edges: Instants in ascending order, one more than steps. [h]
        ratios: Intensity of each step over the mean of a year. [1]
    """

    edges: Array
    ratios: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spans:
    """Time spans in which a run works.

    Attributes:
        begins: Begin of each span, in ascending order. [h]
        ends: End of each span. [h]
    """

    begins: Array
    ends: Array


def annual_mean(profile: Array) -> float:
    """The mean of a year over months of different lengths.

    Args:
        profile: A row per month and a column per hour of the day. [g/kWh]

    Returns:
        Mean over all hours of the year. [g/kWh]
    """
    return float(np.average(profile.mean(axis=1), weights=DAYS))


def timeline(shape: Array, first_h: int, begin: float, end: float) -> Timeline:
    """The intensity between two instants, from a profile by month and hour.

    Args:
        shape: A row per month and a column per hour of the day in UTC, over the mean of the year. [1]
        first_h: The whole hour from which instants are counted, in hours since the begin of 1970. [h]
        begin: First instant, from 0 to below 1. [h]
        end: Last instant, after the first. [h]

    Returns:
        Steps of an hour; the first and the last may be shorter. [1]
    """
    count = int(np.ceil(end - INSTANT))
    hours = np.datetime64(first_h, "h") + np.arange(count)
    months = hours.astype("datetime64[M]").astype(int) % len(DAYS)
    ratios = shape[months, hours.astype(int) % int(H_PER_DAY)]
    return Timeline(edges=np.clip(np.arange(count + 1.0), begin, end), ratios=ratios)


def mean_ratio(line: Timeline, begin: Numeric, end: Numeric) -> Numeric:
    """The mean intensity between two instants.

    Args:
        line: The intensity over time. [1]
        begin: First instant, on the line. [h]
        end: Last instant, on the line, after the first. [h]

    Returns:
        Mean over the time between them, over the mean of a year. [1]
    """
    total = np.concatenate([[0.0], np.cumsum(np.diff(line.edges) * line.ratios)])
    passed = np.interp(end, line.edges, total) - np.interp(begin, line.edges, total)
    return np.asarray(passed / (np.asarray(end) - begin), dtype=float)


def best_starts(line: Timeline, duration_h: float, count: int) -> Array:
    """The best start times of an uninterrupted run, whose runs do not overlap.

    Between two neighbouring edges of the line the mean is linear in the start time. So a run at the
    best start begins or ends on an edge, and only these starts are compared.

    Args:
        line: The intensity over time. [1]
        duration_h: Duration of the run, at most that of the line. [h]
        count: Number of start times wanted. [1]

    Returns:
        Up to that many start times, the best first; of equal ones the earliest. [h]
    """
    first, last = line.edges[0], max(line.edges[-1] - duration_h, line.edges[0])
    tried = np.concatenate([line.edges, line.edges - duration_h])
    tried = np.unique(tried[(tried >= first) & (tried <= last)])
    means = np.round(mean_ratio(line, tried, np.minimum(tried + duration_h, line.edges[-1])), ALIKE_DIGITS)
    left = tried[np.argsort(means, kind="stable")]
    found: list[float] = []
    while left.size and len(found) < count:
        found.append(left[0])
        left = left[np.abs(left - left[0]) >= duration_h - INSTANT]
    return np.array(found)


def best_spans(line: Timeline, duration_h: float) -> Spans:
    """The best hours of a run that may be interrupted.

    Args:
        line: The intensity over time. [1]
        duration_h: Working time of the run, at most the length of the line. [h]

    Returns:
        The steps of lowest intensity, of equal ones the earliest; the last one may be used in part.
        Adjacent steps are one span. [h]
    """
    begins, ends = line.edges[:-1], line.edges[1:]
    order = np.argsort(line.ratios, kind="stable")
    lengths = (ends - begins)[order]
    used = np.zeros(len(order))
    used[order] = np.clip(duration_h - (np.cumsum(lengths) - lengths), 0.0, lengths)
    works = used > INSTANT
    # a partly used step is used at the side of a neighbour that works, if there is one
    before, after = np.append(False, works[:-1]), np.append(works[1:], False)
    late = after & ~before
    begins, ends = np.where(late, ends - used, begins)[works], np.where(late, ends, begins + used)[works]
    apart = begins[1:] - ends[:-1] > INSTANT
    return Spans(begins=begins[np.append(True, apart)], ends=ends[np.append(apart, True)])
