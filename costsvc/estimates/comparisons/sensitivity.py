"""The factor whose change would reverse the comparison of two strategies."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from costsvc.answers.amortization import Flip
from costsvc.answers.quantities import Metric
from costsvc.estimates.comparisons.strategies import EstimatedStrategy, StrategyEstimator
from costsvc.model.amortization import total
from costsvc.model.uncertainty import Factor, central_value, shift_by_sigma, slopes
from costsvc.units import Array

FARTHEST = 6.0
"""Largest shift of a factor, in standard deviations."""
TRIED = 2
"""Number of factors that are tried, those with the smallest required shift first."""
STRETCH = 1.5
ROUNDS = 12
CLOSE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StrategyPair:
    """Two strategies in one metric at given numbers of tasks and requests.

    Attributes:
        estimator: Estimates them again.
        first: The strategy.
        second: The strategy that it is compared with.
        metric: The metric that they are compared in.
        tasks: Number of tasks. [1]
        requests: Requests per task. [1]
    """

    estimator: StrategyEstimator
    first: EstimatedStrategy
    second: EstimatedStrategy
    metric: Metric
    tasks: float
    requests: float

    def gap(self) -> Array | None:
        """Sample of the extra cost of the first; None if a total is not known or nothing is uncertain."""
        first, second = (one.total(self.metric, self.tasks, self.requests) for one in (self.first, self.second))
        if first is None or second is None:
            return None
        gap = first - second
        return gap if isinstance(gap, np.ndarray) else None

    def central_gap(self, identity: str, value: float) -> float:
        """The extra cost of the first if one factor has another value."""
        changed = [self.estimator.change_factor(one, self.metric, identity, value) for one in (self.first, self.second)]
        totals = [central_value(total(one, self.tasks, self.requests)) for one in changed if one is not None]
        return totals[0] - totals[1]


def find_switching_factor(pair: StrategyPair) -> Flip | None:
    """Find the single factor whose change would reverse the comparison of two strategies.

    Args:
        pair: Two strategies.

    Returns:
        The factor with its value, the value at which both strategies cost the same, and whether that lies in its
        90 % interval; None if no single uncertain factor can reverse the comparison.
    """
    gap = pair.gap()
    factors = _uncertain(pair)
    if gap is None or gap[0] == 0 or not factors:
        return None
    slope = slopes([factor.identity for factor in factors], [gap])[0]
    with np.errstate(divide="ignore"):
        needed = -gap[0] / slope
    for place in np.argsort(np.abs(needed))[:TRIED]:
        value = _solved(pair, factors[place], float(needed[place]), float(gap[0]))
        if value is not None:
            return _switching_factor(factors[place], value)
    return None


def _uncertain(pair: StrategyPair) -> list[Factor]:
    """The uncertain factors of both strategies, without duplicates."""
    factors = {
        factor.identity: factor
        for one in (pair.first, pair.second)
        for part in one.parts
        for factor in part.log.factors.values()
        if factor.low != factor.high
    }
    return list(factors.values())


def _solved(pair: StrategyPair, factor: Factor, guess: float, gap: float) -> float | None:
    """The value of a factor at which both strategies cost the same; the search starts from a linear guess."""

    def at(deviations: float) -> float:
        return pair.central_gap(factor.identity, shift_by_sigma(factor, deviations)) / gap

    reach = guess
    while np.isfinite(reach) and abs(reach) <= FARTHEST:
        # the gap is scaled to 1 at the central value; the solution is 0
        if at(reach) <= 0:
            return shift_by_sigma(factor, _crossing(at, reach))
        reach *= STRETCH
    return None


def _crossing(at: Callable[[float], float], far: float) -> float:
    """The shift at which the gap is 0, between 0 and one that is too far: the Illinois algorithm.

    References:
        M. Dowell, P. Jarratt, "A modified regula falsi method", BIT 11 (1971), doi:10.1007/BF01934364.
    """
    a, fa, b, fb = 0.0, 1.0, far, at(far)
    for _ in range(ROUNDS):
        if abs(fb) < CLOSE or fa == fb:
            break
        c = b - fb * (b - a) / (fb - fa)
        fc = at(c)
        if fc * fb < 0:
            a, fa = b, fb
        else:
            fa /= 2
        b, fb = c, fc
    return b


def _switching_factor(factor: Factor, value: float) -> Flip:
    return {
        "factor": factor.name,
        "value": factor.value,
        "needed": value,
        "unit": factor.unit,
        "low": factor.low,
        "high": factor.high,
        "inside_interval": factor.low <= value <= factor.high,
    }
