"""Effect of time on a comparison: arrival of tasks, retraining, discount rate and grid trend.

Each effect is a factor on the costs if everything were paid at the start, so that a total remains
``F + N (a + q e)``.
"""

from dataclasses import dataclass

import numpy as np

from costsvc.units import MONTHS_PER_YEAR, Array

COHORTS = 60
"""Number of arrival times that approximate an even arrival of tasks."""
STEPS = 60
"""Number of instants that approximate a span of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The time that a comparison covers.

    Attributes:
        lifetime_months: Time from the start to the end of all strategies, above 0. [month]
        adoption_months: Time over which tasks arrive evenly; 0 if all arrive at the start. [month]
        retraining_months: Interval between retrainings, None for no retraining. [month]
    """

    lifetime_months: float
    adoption_months: float = 0.0
    retraining_months: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeFactors:
    """Factors on the costs of a strategy.

    Attributes:
        upfront: Costs paid at the start and at each retraining. [1]
        upfront_standing: Idle replicas for all tasks, from the start to the end. [1]
        per_task: Costs of a task, paid at its arrival and at each later retraining. [1]
        per_task_standing: Idle replicas for a task, from its arrival to the end. [1]
        per_request: Requests, spread evenly from a task's arrival to the end. [1]
    """

    upfront: float = 1.0
    upfront_standing: float = 1.0
    per_task: float = 1.0
    per_task_standing: float = 1.0
    per_request: float = 1.0


def time_factors(horizon: Horizon, growth_per_year: float) -> TimeFactors:
    """Factors of time on each cost of a strategy.

    Args:
        horizon: Lifetime, adoption and retraining.
        growth_per_year: Relative change of the weight of a unit per year; negative for discounted
            money or a grid that becomes cleaner. [1/year]

    Returns:
        The factors; a task has no requests and no idle replicas before its arrival.
    """
    end = horizon.lifetime_months
    arrivals = (np.arange(COHORTS) + 0.5) / COHORTS * horizon.adoption_months
    shares = np.array([_mean_weight(arrival, end, growth_per_year) * (1 - arrival / end) for arrival in arrivals])
    at_arrival = weight(arrivals, growth_per_year)
    repeated = _repeated(horizon, arrivals, growth_per_year)
    return TimeFactors(
        upfront=float(1.0 + _repeated(horizon, np.zeros(1), growth_per_year)[0]),
        upfront_standing=_mean_weight(0.0, end, growth_per_year),
        per_task=float(np.mean(at_arrival + repeated)),
        per_task_standing=float(np.mean(shares)),
        per_request=float(np.mean(shares)),
    )


def weight(months: Array, growth_per_year: float) -> Array:
    """Weight of a unit that is paid or emitted later.

    Args:
        months: Time since the start. [month]
        growth_per_year: Relative change per year, above -1. [1/year]

    Returns:
        Weight relative to a unit at the start. [1]
    """
    return np.asarray((1.0 + growth_per_year) ** (months / MONTHS_PER_YEAR))


def discounting(rate_per_year: float) -> float:
    """Growth rate that is equivalent to a discount rate.

    Args:
        rate_per_year: Discount rate. [1/year]

    Returns:
        Growth, at most 0. [1/year]
    """
    return 1.0 / (1.0 + rate_per_year) - 1.0


def _repeated(horizon: Horizon, arrivals: Array, growth_per_year: float) -> Array:
    """Total weight of the retrainings after each arrival and before the end: a geometric series.

    The caller decides the number of retrainings, so no array may have that length.
    """
    if horizon.retraining_months is None:
        return np.zeros_like(arrivals)
    interval = horizon.retraining_months
    last = np.ceil(horizon.lifetime_months / interval) - 1
    first = np.floor(arrivals / interval) + 1
    terms = np.maximum(last - first + 1, 0.0)
    growth = interval / MONTHS_PER_YEAR * np.log1p(growth_per_year)
    # 1 + q + ... + q ** (n - 1) is (q ** n - 1) / (q - 1), and n if q is 1
    series = terms if growth == 0 else np.expm1(terms * growth) / np.expm1(growth)
    return np.asarray(weight(first * interval, growth_per_year) * series)


def _mean_weight(begin: float, end: float, growth_per_year: float) -> float:
    """Mean weight over a span of time."""
    instants = begin + (np.arange(STEPS) + 0.5) / STEPS * (end - begin)
    return float(weight(instants, growth_per_year).mean())
