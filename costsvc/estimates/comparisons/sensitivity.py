"""What would have to change for the other strategy to be the cheaper one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from costsvc.estimates.answer import Plain
from costsvc.estimates.comparisons.parts import Metric
from costsvc.estimates.comparisons.strategies import Resolved, Resolver
from costsvc.model.amortization import total
from costsvc.model.uncertainty import Factor, central_value, shift_by_sigma, slopes
from costsvc.units import Array

FARTHEST = 6.0
"""Standard deviations beyond which no factor is asked to move."""
TRIED = 2
"""Factors that are tried, those first that would have to move least."""
STRETCH = 1.5
ROUNDS = 12
CLOSE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Duel:
    """Two strategies in one metric at given numbers of tasks and requests.

    Attributes:
        resolver: Estimates them again.
        first: The one.
        second: The other.
        metric: In what they are counted.
        tasks: Number of tasks. [1]
        requests: Requests to each. [1]
    """

    resolver: Resolver
    first: Resolved
    second: Resolved
    metric: Metric
    tasks: float
    requests: float

    def gap(self) -> Array | None:
        """Sample of how much more the first costs; None where one is not known or nothing has width."""
        first, second = (one.strategy(self.metric) for one in (self.first, self.second))
        if first is None or second is None:
            return None
        gap = total(first, self.tasks, self.requests) - total(second, self.tasks, self.requests)
        return gap if isinstance(gap, np.ndarray) else None

    def central_gap(self, identity: str, value: float) -> float:
        """How much more the first costs with one factor at another value."""
        found = [self.resolver.central(one, self.metric, identity, value) for one in (self.first, self.second)]
        ends = [central_value(total(one, self.tasks, self.requests)) for one in found if one is not None]
        return ends[0] - ends[1]


def flip(duel: Duel) -> Plain | None:
    """The one factor whose change flips who is cheaper, and how far it would have to go.

    Args:
        duel: Two strategies.

    Returns:
        The factor with its value now, the value at which both cost the same, and whether that lies in its 90 %
        interval; None where no single uncertain factor can do it.
    """
    gap = duel.gap()
    factors = _uncertain(duel)
    if gap is None or gap[0] == 0 or not factors:
        return None
    slope = slopes([factor.identity for factor in factors], [gap])[0]
    with np.errstate(divide="ignore"):
        needed = -gap[0] / slope
    for place in np.argsort(np.abs(needed))[:TRIED]:
        value = _solved(duel, factors[place], float(needed[place]), float(gap[0]))
        if value is not None:
            return _shown(factors[place], value)
    return None


def _uncertain(duel: Duel) -> list[Factor]:
    """Factors with width of either strategy, each once."""
    found = {
        factor.identity: factor
        for one in (duel.first, duel.second)
        for piece in one.pieces
        for factor in piece.log.factors.values()
        if factor.low != factor.high
    }
    return list(found.values())


def _solved(duel: Duel, factor: Factor, guess: float, gap: float) -> float | None:
    """The value of a factor at which both cost the same, sought from a linear guess on."""

    def at(deviations: float) -> float:
        return duel.central_gap(factor.identity, shift_by_sigma(factor, deviations)) / gap

    reach = guess
    while np.isfinite(reach) and abs(reach) <= FARTHEST:
        # the gap is 1 where the factor is now, and has to become 0
        if at(reach) <= 0:
            return shift_by_sigma(factor, _crossing(at, reach))
        reach *= STRETCH
    return None


def _crossing(at: Callable[[float], float], far: float) -> float:
    """Where the gap is none, between no move and one that is too far: regula falsi of the Illinois kind.

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


def _shown(factor: Factor, value: float) -> Plain:
    return {
        "factor": factor.name,
        "value": factor.value,
        "needed": value,
        "unit": factor.unit,
        "low": factor.low,
        "high": factor.high,
        "inside_interval": factor.low <= value <= factor.high,
    }
